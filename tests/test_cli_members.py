"""`pollbook import register-members`: every kind of bad input, what is kept of it, and giving files again."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from terminal import OPENED, Terminal

import cli.registers.member_file
from ledger.privacy.sqlite_vault import VAULT_FILE

MAPPING = """\
key = "No"
key_digits = 4

[public]
unit = "CLP"
joined = "Joined"

[private]
name = ["First", "Last"]
email = "E-mail"
born = "Born"

[set]
category = "member"
"""
HEAD = "No,First,Last,E-mail,Born,CLP,Joined\n"
ADA = "0001,Ada,Ambleth,ada@example.org,1950-01-02,Bow East,2010-05-06\n"
BELA = "0002,Bela,Brockway,bela@example.org,1960-03-04,Bow West,2011-07-08\n"
CATO = "0003,Cato,Dunmere,cato@example.org,1970-05-06,Bow East,2012-09-10\n"
IMPORT = ("import", "register-members", "m.csv", "--mapping", "m.toml", "--set", "register_id=members", "--as", "reg")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made(())
    made.write("m.toml", MAPPING)
    return made


def imported(at: Terminal, content: str | bytes, *more: str) -> dict[str, object]:
    """What became of the rows of a file."""
    at.write("m.csv", content)
    done: dict[str, object] = json.loads(at(*IMPORT, "--json", *more).done())
    rejected = done["rejected"]
    assert isinstance(rejected, dict)
    assert done["rows"] == done["accepted"] + done["amended"] + done["held"] + sum(rejected.values())  # type: ignore[operator]
    return done


def of(done: dict[str, object]) -> tuple[object, object, object]:
    return done["accepted"], done["held"], done["rejected"]


def verified(at: Terminal) -> str:
    out = at("verify").done()
    assert "nothing wrong was found" in out
    return out


def test_registers_rows_and_the_record_verifies(at: Terminal) -> None:
    assert of(imported(at, HEAD + ADA + BELA + CATO)) == (3, 0, {})
    verified(at)


def test_no_personal_data_is_in_the_ledger(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    stored = b"".join(path.read_bytes() for path in at.ledger.rglob("*") if path.is_file())
    assert b'"member-registered.v1"' in stored
    for word in (b"Ada", b"Ambleth", b"ada@", b"1950-01-02", b"0001,"):
        assert word not in stored


def test_the_same_file_again_adds_nothing(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    size = at.size()
    assert "added nothing: this file was taken in before, 2 rows" in at(*IMPORT).done()
    assert at.size() == size


def test_rows_that_are_held_are_not_registered_again(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    assert of(imported(at, HEAD + BELA + CATO)) == (1, 1, {})
    assert of(imported(at, "Joined,CLP,Born,E-mail,Last,First,No\n2012-09-10,bow  east,1970-05-06,cato@example.org,"
                       "Dunmere,Cato,0003\n")) == (0, 1, {})  # fmt: skip
    verified(at)


def test_another_register_has_keys_of_its_own(at: Terminal) -> None:
    imported(at, HEAD + ADA)
    words = ["register_id=unison" if word.startswith("register_id") else word for word in IMPORT]
    assert json.loads(at(*words, "--json").done())["accepted"] == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("0003,Ca\0to,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n", "not-text"),
        ("0003,Ca\u202eto,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n", "not-text"),
        ("0003,cato@example.org,,c@example.org,1970-05-06,Bow,2012-09-10\n", "email-as-name"),
        ("0003,,,c@example.org,1970-05-06,Bow,2012-09-10\n", "no-name"),
        (",Cato,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n", "no-key"),
        ("3,Cato,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n", "key-mangled"),
        ("3E+03,Cato,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n", "key-mangled"),
        ("0003,Cato,Dunmere,c@example.org,25694,Bow,2012-09-10\n", "day-mangled"),
        ("0003,Cato,Dunmere,c@example.org,1970-05-06,Bow,10/09/2012\n", "bad-day"),
        ("0003,Cato,Dunmere,c@example.org,1970-05-06,Bow,2012-02-30\n", "bad-day"),
        ("0003,Cato,Dunmere,c@example.org,1970-05-06,!!,2012-09-10\n", "bad-id"),
        ("0003,Cato,Dunmere\n", "wrong-columns"),
        ('0003,"Cato" x,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n', "not-csv"),
        ('0003,"Cato,Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n', "not-csv"),
        (f"0003,{'x' * 501},Dunmere,c@example.org,1970-05-06,Bow,2012-09-10\n", "text-too-long"),
        (f"0003,Cato,Dunmere,c@example.org,1970-05-06,{'x' * 70_000},2012-09-10\n", "row-too-long"),
        ("0002,Bela,Brockway,bela@example.org,1960-03-04,Bow West,2011-07-08\n", "row-repeated"),
        ("0002,Béla,Brockway,bela@example.org,1960-03-04,Bow West,2011-07-08\n", "row-repeated"),
    ],
)
def test_a_bad_row_is_rejected_by_itself_and_kept(at: Terminal, row: str, code: str) -> None:
    done = imported(at, HEAD + ADA + BELA + row)
    assert of(done) == (2, 0, {code: 1})
    kept = at("rejected", "--purpose", "correction", "--as", "clerk", str(done["batch"])).done()
    assert kept == f"line,code,{HEAD}4,{code},{row}"
    verified(at)


def test_bytes_that_are_no_text_reject_their_row_alone(at: Terminal) -> None:
    latin = "0003,Zoë,Dunmere,z@example.org,1970-05-06,Bow,2012-09-10\n".encode("latin-1")
    done = imported(at, (HEAD + ADA).encode() + latin + BELA.encode())
    assert of(done) == (2, 0, {"not-utf-8": 1})
    at("rejected", "--purpose", "correction", "--as", "clerk", str(done["batch"]), "--out", "r.csv").done()
    assert (at.folder / "r.csv").read_bytes().endswith(b"3,not-utf-8," + latin)


def test_a_file_in_another_encoding_is_read_as_the_mapping_says(at: Terminal) -> None:
    at.write("m.toml", 'encoding = "cp1252"\n' + MAPPING)
    row = "0003,Zoë,Dunmere,z@example.org,1970-05-06,Bow,2012-09-10\n"
    assert of(imported(at, (HEAD + row).encode("cp1252"))) == (1, 0, {})


def test_names_in_any_script_are_taken_and_composed(at: Terminal) -> None:
    row = "0003,Zoe\u0308,अनीता,z@example.org,1970-05-06,Bow,2012-09-10\n"
    assert of(imported(at, HEAD + row)) == (1, 0, {})
    assert of(imported(at, HEAD + row.replace("e\u0308", "ë"))) == (0, 1, {})


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEAD + ADA + BELA).encode(),
        (HEAD + ADA + BELA).replace("\n", "\r\n").encode(),
        (HEAD + ADA + BELA).replace("\n", "\r").encode(),
        (HEAD + ADA + "\n" + BELA + "\n\n").encode(),
        (HEAD + ADA + BELA).removesuffix("\n").encode(),
        (HEAD + ADA + BELA).replace("Ada", ' "Ada"'.strip()).replace("Bow East", " Bow East ").encode(),
    ],
    ids=["bom", "crlf", "cr", "blank lines", "no end", "quotes and blanks"],
)
def test_the_same_rows_saved_otherwise_are_the_same_rows(at: Terminal, content: bytes) -> None:
    imported(at, HEAD + ADA + BELA)
    assert of(imported(at, content)) == (0, 2, {})


def test_a_cell_may_go_over_several_lines_and_blocks(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.registers.member_file, "BLOCK", 7)
    wide = CATO.replace("Dunmere", '"Dun,\nmere"')
    done = imported(at, HEAD + ADA + wide + BELA + "5,x\n")
    assert of(done) == (3, 0, {"wrong-columns": 1})
    assert (
        at("rejected", "--purpose", "correction", "--as", "clerk", str(done["batch"]))
        .done()
        .endswith("\n6,wrong-columns,5,x\n")
    )


def test_details_that_changed_amend_the_member_and_what_was_before_stays(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    moved = ADA.replace("Bow East", "Bow West")
    done = imported(at, HEAD + moved + BELA)
    assert (of(done), done["amended"]) == ((0, 1, {}), 1)
    renamed = moved.replace("Ada", "Adah")
    assert imported(at, HEAD + renamed)["amended"] == 1
    assert of(imported(at, HEAD + renamed + "\n")) == (0, 1, {})
    shown = at("events", "--type", "member-amended.v1", "--json", *OPENED).done()
    assert [each["version"] for each in json.loads(shown)] == [2, 3]
    assert counts(at) == {"bow-west": 2}
    verified(at)


def counts(at: Terminal) -> dict[str, int]:
    """How many stand in each unit, as the register counts them."""
    found = json.loads(at("register", "members", "--by", "unit", "--purpose", "audit", "--as", "reg", "--json").done())[
        "by"
    ]
    return {each["unit"]: each["members"] for each in found}


def test_two_people_with_one_name_and_birth_date_are_two(at: Terminal) -> None:
    assert of(imported(at, HEAD + ADA + ADA.replace("0001", "0009"))) == (2, 0, {})


def test_rejected_rows_put_right_are_imported_again(at: Terminal) -> None:
    done = imported(at, HEAD + ADA + BELA.replace("0002", "2") + CATO.replace("2012-09-10", "41162"))
    assert of(done) == (1, 0, {"day-mangled": 1, "key-mangled": 1})
    kept = at("rejected", "--purpose", "correction", "--as", "clerk", str(done["batch"])).done()
    right = kept.replace(",2,Bela", ",0002,Bela").replace("41162", "2012-09-10")
    assert of(imported(at, right)) == (2, 0, {})
    assert of(imported(at, HEAD + ADA + BELA + CATO)) == (0, 3, {})


def test_how_to_put_rows_right_fits_and_names_a_purpose(at: Terminal) -> None:
    at.write("m.csv", HEAD + BELA + CATO.replace("2012-09-10", "41162"))
    text = at(*IMPORT).done()
    lines = text.splitlines()
    command = next(number for number, line in enumerate(lines) if line.startswith("  pollbook rejected intake/"))
    assert lines[command + 1] == "    --purpose correction > FILE.csv"
    assert max(len(line) for line in lines if not line.startswith("sealed to ")) <= 80


def test_a_dry_run_says_the_same_and_writes_nothing(at: Terminal) -> None:
    imported(at, HEAD + ADA)
    before = at.size()
    done = imported(at, HEAD + ADA + BELA + CATO.replace("2012-09-10", "41162"), "--dry-run")
    assert (of(done), done["when"], at.size()) == ((1, 1, {"day-mangled": 1}), "dry", before)
    assert "unknown-batch" in at("rejected", "--purpose", "correction", "--as", "clerk", str(done["batch"])).refused(
        "unknown-batch"
    )
    assert of(imported(at, (at.folder / "m.csv").read_bytes())) == of(done)


def test_a_lapse_before_the_joining_is_rejected(at: Terminal) -> None:
    at.write("m.toml", MAPPING.replace('joined = "Joined"', 'joined = "Joined"\nlapsed = "Lapsed"'))
    rows = [ADA.replace("\n", ",2009-01-01\n"), BELA.replace("\n", ",2014-01-01\n")]
    assert of(imported(at, HEAD.replace("\n", ",Lapsed\n") + "".join(rows))) == (1, 0, {"lapsed-before-joined": 1})


def test_days_are_read_as_the_mapping_says(at: Terminal) -> None:
    at.write("m.toml", 'dates = "%d/%m/%Y"\n' + MAPPING)
    rows = [ADA, BELA.replace("1960-03-04", "").replace("2011-07-08", "08/07/2011"), "\n"]
    rows[0] = ADA.replace("1950-01-02", "02/01/1950").replace("2010-05-06", "06/05/2010")
    assert of(imported(at, HEAD + "".join(rows) * 2)) == (2, 0, {"row-repeated": 2})
    shown = at("events", "--type", "member-registered.v1", "--json", *OPENED).done()
    assert '"2010-05-06"' in shown
    assert '"2011-07-08"' in shown


def test_words_of_the_mapping_name_ids_and_no_other_word_will_do(at: Terminal) -> None:
    at.write("m.toml", MAPPING + '[words.unit]\n"Bow East" = "bow-east-clp"\n')
    assert of(imported(at, HEAD + ADA + BELA)) == (1, 0, {"unknown-word": 1})
    assert '"bow-east-clp"' in at("events", "--type", "member-registered.v1", "--json", *OPENED).done()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("Joined\n", "Joined,No\n"), "duplicate-column"),
        (("E-mail", "Email"), "unknown-column"),
        ((HEAD, "\n"), "not-csv"),
        ((ADA, ""), "empty-file"),
    ],
)
def test_refuses_a_file_that_the_mapping_does_not_fit(at: Terminal, change: tuple[str, str], code: str) -> None:
    size = at.size()
    at.write("m.csv", (HEAD + ADA).replace(*change))
    at(*IMPORT).refused(code)
    assert at.size() == size


def test_a_file_set_apart_by_semicolons_is_called_so(at: Terminal) -> None:
    at.write("m.csv", (HEAD + ADA).replace(",", ";"))
    assert "found columns set apart by ';'. Save the file with commas." in at(*IMPORT).refused("unknown-column")
    at.write("m.csv", HEAD.replace("No,", "Number,") + ADA)
    assert "commas" not in at(*IMPORT).refused("unknown-column")


def test_a_column_that_is_not_mapped_may_come_twice(at: Terminal) -> None:
    assert of(imported(at, HEAD.replace("\n", ",Note,Note\n") + ADA.replace("\n", ",a,b\n"))) == (1, 0, {})


def test_refuses_utf_16_and_more_than_the_limits(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at.write("m.csv", (HEAD + ADA).encode("utf-16"))
    at(*IMPORT).refused("not-utf-8")
    at.write("m.csv", HEAD + ADA + BELA)
    monkeypatch.setattr(cli.registers.member_file, "ROWS_MAX", 1)
    at(*IMPORT).refused("too-many-rows")
    monkeypatch.setattr(cli.registers.member_file, "FILE_MAX", 10)
    at(*IMPORT).refused("file-too-large")
    monkeypatch.undo()


def test_refuses_a_file_of_2_gb_before_it_is_read(at: Terminal) -> None:
    at.write("m.csv", HEAD + ADA)
    os.truncate(at.folder / "m.csv", 2_000_000_000)  # its end is a hole, and takes no room
    at(*IMPORT).refused("file-too-large")


def test_a_day_with_two_digits_of_a_year_is_no_day(at: Terminal) -> None:
    at.write("m.toml", 'dates = "%d/%m/%Y"\n' + MAPPING)
    row = ADA.replace("1950-01-02", "02/01/1950")
    rows = [
        row.replace("2010-05-06", day).replace("0001", f"000{n}")
        for n, day in enumerate(("1/2/03", "44197", "1/2/2003"), 1)
    ]
    assert of(imported(at, HEAD + "".join(rows))) == (1, 0, {"bad-day": 1, "day-mangled": 1})
    assert '"2003-02-01"' in at("events", "--type", "member-registered.v1", "--json", *OPENED).done()


def test_refuses_a_line_without_end(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.registers.member_file, "LINE_MAX", 100_000)
    monkeypatch.setattr(cli.registers.member_file, "BLOCK", 50_000)
    at.write("m.csv", HEAD + "x" * 200_000)
    at(*IMPORT).refused("line-too-long")


@pytest.mark.parametrize(
    "mapping",
    [
        "key = ",
        MAPPING.replace("key_digits", "key_didgits"),
        MAPPING.replace('name = ["First", "Last"]\n', ""),
        MAPPING.replace('category = "member"', ""),
        MAPPING.replace('category = "member"', 'category = "Full Member"'),
        MAPPING.replace('unit = "CLP"', 'unit = "CLP"\ncategory = "CLP"'),
        MAPPING.replace('born = "Born"', 'born = ["Born", "Last"]'),
    ],
)
def test_refuses_a_bad_mapping(at: Terminal, mapping: str) -> None:
    at.write("m.toml", mapping)
    at.write("m.csv", HEAD + ADA)
    at(*IMPORT).refused("bad-mapping")


def test_asks_for_what_is_left_out(at: Terminal) -> None:
    at.write("m.csv", HEAD + ADA)
    at("import", "register-members", "m.csv", "--set", "register_id=members", "--as", "reg").refused("no-mapping", 2)
    at("import", "register-members", "m.csv", "--mapping", "m.toml", "--as", "reg").refused("missing-field", 2)
    at.record("register-members", {"register_id": "members", "file": "0" * 32, "rows": "1"}).refused("no-rows-given")


def test_what_was_erased_is_gone_and_does_not_come_back(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    imported(at, HEAD + ADA.replace("Bow East", "Bow West"))
    imported(at, HEAD + ADA + ADA)  # the second is kept, and rejected
    with closing(sqlite3.connect(at.ledger / VAULT_FILE)) as vault:
        held = vault.execute(
            "SELECT m.person, m.wrapped, m.sealed FROM member m JOIN rejected r ON r.person = m.person"
        ).fetchall()
        ((rejected,),) = vault.execute("SELECT sealed FROM rejected").fetchall()
    at("record", "order-erasure", "--person", held[0][0], "--basis", "right-to-erasure", "--as", "dpo").done()
    stored = b"".join(path.read_bytes() for path in at.ledger.rglob("*") if path.is_file())
    assert len(held) == 3
    assert not any(secret in stored for _, *secrets in held for secret in (*secrets, rejected))
    verified(at)
    done = imported(at, HEAD + ADA + BELA + CATO)
    assert of(done) == (1, 1, {"member-erased": 1})
    assert "Ada" not in at("rejected", "--purpose", "correction", "--as", "clerk", str(done["batch"])).done()


def test_a_vault_without_a_register_is_as_it_was(at: Terminal) -> None:
    at.record("record-person", {"person": "p1", "identity": '{"name":"Ada"}'}).done()
    with closing(sqlite3.connect(at.ledger / VAULT_FILE)) as vault:
        assert not vault.execute(
            "SELECT 1 FROM sqlite_master WHERE name IN ('member', 'intake', 'rejected')"
        ).fetchall()


def test_the_help_shows_a_mapping_that_is_one(at: Terminal) -> None:
    shown = at.run("import", "--help").done()
    lines = [line.strip() for line in shown[shown.index("key = ") :].splitlines()]
    at.write("m.toml", "\n".join(lines))
    head = "Membership number,First name,Surname,E-mail,Date of birth,CLP,Region,Date joined\n"
    row = "00000001,Ada,Ambleth,ada@example.org,02/01/1950,Bow & E.,London,06/05/2010\n"
    assert of(imported(at, head + row)) == (1, 0, {})
    assert max(map(len, shown.splitlines())) <= 80


def test_the_key_of_a_member_by_their_number(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    key = at("member-key", "members", " 0001 ").done().strip()
    assert "registered" in at("show", f"person/{key}", "--purpose", "audit", "--as", "registrar").done()
    assert key != at("member-key", "members", "0002").done().strip()
    assert "nobody with 0009" in at("member-key", "members", "0009").refused("unknown-person")
    assert "pollbook find" in at("member-key", "members", "1").refused("unknown-person")
    at("member-key", "members", " ").refused("no-number", 2)
    at("member-key", "member", "0001").refused("unknown-register")


def test_nobody_joined_on_a_day_to_come(at: Terminal) -> None:
    file = HEAD + ADA.replace("2010-05-06", "2999-01-01") + BELA
    assert of(imported(at, file, "--dry-run")) == (1, 0, {"future-dated": 1})
    assert of(imported(at, file)) == (1, 0, {"future-dated": 1})
    assert of(imported(at, HEAD + ADA)) == (1, 0, {})

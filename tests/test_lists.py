"""Affiliates' lists, members absent from a later file, and duplicates between registers, at the terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, OPENED, Terminal

from ledger.checks.score import MATCHER

MEMBERS = """\
key = "No"
[public]
unit = "CLP"
joined = "Joined"
[private]
name = "Name"
email = "E-mail"
born = "Born"
address = "Address"
[set]
category = "member"
"""
UNISON = """\
key = "Ref"
[public]
levy = "Levy"
declaration = "Supports"
[private]
name = "Name"
email = "E-mail"
born = "Born"
[set]
category = "affiliated"
affiliate = "unison"
"""
HEAD = "No,Name,E-mail,Born,Address,CLP,Joined\n"
ROWS = (
    "1,Ada Ambleth,ada@example.org,1950-01-02,1 Mill Bank ZZ1 1QQ,Bow East,2010-05-06\n"
    "2,Bela Brockway,bela@example.org,1960-03-04,2 Mill Bank ZZ1 1QQ,Bow West,2011-07-08\n"
    "3,Cato Dunmere,cato@example.org,1970-05-06,3 Mill Bank ZZ1 1QQ,Bow East,2012-09-10\n"
    "4,Emrys Garstone,emrys@example.org,1980-07-08,4 Mill Bank ZZ1 1QQ,Bow East,2012-09-10\n"
)
LIST = (
    "Ref,Name,E-mail,Born,Levy,Supports\n"
    "U1,AMBLETH Ada,ADA@example.org,1950-01-02,Yes,yes\n"  # the same person
    "U2,Bela Brockwey,bela@example.org,,no,Yes\n"  # one person spelled two ways
    "U3,Cato Dunmere,other@example.org,1970-05-06,yes,no\n"  # one name and birth date: perhaps two people
    "U4,Fenna Elverstone,fenna@example.org,1991-01-01,yes,\n"
)
WHY = ("--purpose", "correction", "--as", "reg")
IMPORT = ("import", "register-members")
CERTIFY = ("certify", "u.csv", "--mapping", "u.toml", "--set", "register_id=unison", "--set", "as_of=2015-08-01")
TOTALS = ("--set", "rows=4", "--set", "levy=3", "--set", "declared=2")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made(())
    for name, content in (("m.toml", MEMBERS), ("u.toml", UNISON), ("m.csv", HEAD + ROWS), ("u.csv", LIST)):
        made.write(name, content)
    return made


def taken(at: Terminal, what: str, register: str) -> dict[str, Any]:
    words = (*IMPORT, f"{what}.csv", "--mapping", f"{what}.toml", "--set", f"register_id={register}", "--as", "reg")
    done: dict[str, Any] = json.loads(at(*words, "--json").done())
    return done


def certified(at: Terminal) -> None:
    at(*CERTIFY, *TOTALS, "--as", "unison-officer").done()


def verified(at: Terminal) -> None:
    assert "nothing wrong was found" in at("verify").done()


# Lists


def test_a_list_is_taken_in_as_its_affiliate_certified_it(at: Terminal) -> None:
    words = (*IMPORT, "u.csv", "--mapping", "u.toml", "--set", "register_id=unison", "--as", "reg")
    size = at.size()
    assert "pollbook certify" in at(*words).refused("uncertified-batch")
    assert at.size() == size
    certified(at)
    assert taken(at, "u", "unison")["accepted"] == 4
    members = json.loads(at("events", "--type", "member-registered.v1", "--json", *OPENED).done())
    assert sorted((each["levy"], each["declaration"], each["affiliate"]) for each in members) == [
        ("not", "made", "unison"),
        ("pays", "made", "unison"),
        ("pays", "not", "unison"),
        ("pays", "not", "unison"),
    ]
    verified(at)


@pytest.mark.parametrize("totals", ["rows=5", "levy=4", "declared=1"])
def test_refuses_a_list_whose_totals_are_not_the_certificates(at: Terminal, totals: str) -> None:
    words = [totals if word.startswith(totals.split("=")[0] + "=") else word for word in TOTALS]
    at(*CERTIFY, *words, "--as", "unison-officer").done()
    at(*IMPORT, "u.csv", "--mapping", "u.toml", "--set", "register_id=unison", "--as", "reg").refused("totals-differ")
    certified(at)
    assert taken(at, "u", "unison")["accepted"] == 4


def test_another_file_needs_a_certificate_of_its_own(at: Terminal) -> None:
    certified(at)
    at.write("u.csv", LIST.replace("Fenna", "Fennah"))
    at(*IMPORT, "u.csv", "--mapping", "u.toml", "--set", "register_id=unison", "--as", "reg").refused(
        "uncertified-batch"
    )


def test_a_late_list_is_on_record_as_late(at: Terminal) -> None:
    at(*CERTIFY, *TOTALS, "--set", "due=2015-08-12T11:00:00Z", "--as", "unison-officer").done()
    assert taken(at, "u", "unison")["accepted"] == 4
    (event,) = json.loads(at("events", "--type", "list-certified.v1", "--json").done())
    assert "is late" in " ".join(at("show", event["stream"]).done().split())


def test_a_row_that_says_neither_yes_nor_no_is_rejected(at: Terminal) -> None:
    at.write("u.csv", LIST.replace("1991-01-01,yes,", "1991-01-01,perhaps,"))
    at(*CERTIFY, "--set", "rows=4", "--as", "unison-officer").done()
    assert taken(at, "u", "unison")["rejected"] == {"unknown-word": 1}


def test_a_certificate_needs_an_affiliate(at: Terminal) -> None:
    at.write("u.toml", UNISON.replace('affiliate = "unison"\n', ""))
    at(*CERTIFY, *TOTALS, "--as", "unison-officer").refused("no-affiliate", 2)
    at.write("u.toml", UNISON.replace('levy = "Levy"', 'levy = "Levy"\naffiliate = "Ref"'))
    at(*CERTIFY, *TOTALS, "--as", "unison-officer").refused("bad-mapping")


# Absent


def test_lists_who_is_in_a_later_file_no_more_and_drops_nobody(at: Terminal) -> None:
    taken(at, "m", "members")
    at.write("m2.csv", HEAD + ROWS.split("\n", 1)[1])
    out = at("absent", *WHY, "members", "m2.csv", "--mapping", "m.toml").done()
    (person,) = [row["person"] for row in csv.DictReader(io.StringIO(out))]
    assert json.loads(at("register", "members", *WHY, "--json").done())["members"] == 4
    at("absent", *WHY, "members", "m2.csv", "--mapping", "m.toml", "--out", "gone.csv").done()
    words = ("import", "change-membership", "gone.csv", "--set", "change=lapsed", "--set", "on=2016-05-01")
    at(*words, "--as", "reg").done()
    assert json.loads(at("register", "members", *WHY, "--json").done())["members"] == 3
    assert json.loads(at("register", "members", *WHY, "--as-of", "2016-04-30", "--json").done())["members"] == 4
    assert at("absent", *WHY, "members", "m2.csv", "--mapping", "m.toml").done() == "person\n"
    at.record("change-membership", {"person": person, "change": "lapsed", "on": "2016-05-02"}).refused("bad-transition")
    verified(at)


# Duplicates


def pairs(at: Terminal, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(at("duplicates", *WHY, *words, "--json").done())["pairs"]
    return found


@pytest.fixture
def both(at: Terminal) -> Terminal:
    taken(at, "m", "members")
    certified(at)
    taken(at, "u", "unison")
    return at


def test_shows_who_may_be_one_human_in_two_registers(both: Terminal) -> None:
    found = pairs(both, "members", "unison", "--names", "both")
    told = {each["kept"]["identity"]["name"]: (each["score"], each["basis"]) for each in found}
    assert told == {
        "Ada Ambleth": (100, ["name-and-birth-date", "email"]),
        "Bela Brockway": (92, ["email", "near"]),
        "Cato Dunmere": (95, ["name-and-birth-date"]),
    }
    assert {each["dropped"]["place"]["affiliate"] for each in found} == {"unison"}
    assert {each["matcher"] for each in found} == {MATCHER}
    assert pairs(both, "members") == []


def test_shows_each_side_who_it_knows_and_of_the_other_the_key(both: Terminal) -> None:
    for name, mine, theirs in (("members", "kept", "dropped"), ("unison", "dropped", "kept")):
        for each in pairs(both, "members", "unison", "--names", name):
            assert each[mine]["identity"]
            assert each[theirs]["identity"] is None
    out = both("duplicates", *WHY, "members", "unison").done()
    assert "Ambleth" not in out
    assert "3 pairs" in out


def test_shows_the_pairs_of_whom_both_are_on_a_roll(both: Terminal) -> None:
    categories = [
        {"category": name, "by": "register", "registers": [register], "section": register, "tests": []}
        for name, register in (("member", "members"), ("affiliated", "unison"))
    ]
    rule = {"version": "franchise.v1", "several": "per-section", "categories": categories}
    asked = ("members", "unison", "--roll", "labour")
    assert "nearest" not in both("duplicates", *WHY, *asked).refused("unknown-election")
    both.record("call-election", CALL_ELECTION).done()
    both.record("adopt-franchise", {"election": "labour", "rule": rule}).done()
    assert pairs(both, *asked) == []
    both("build-roll", "labour", "--as", "reg").done()
    found = pairs(both, *asked)
    assert len(found) == 3
    gone = {"election": "labour", "person": found[0]["dropped"]["person"], "number": 1, "cause": "clerical"}
    both.record("remove-entry", gone).done()
    assert len(pairs(both, *asked)) == 2
    assert "Both of each pair are on the roll of labour" in " ".join(both("duplicates", *WHY, *asked).done().split())


def test_an_affiliated_elector_is_shown_with_the_certified_list_and_its_date(both: Terminal) -> None:
    tests = [{"test": name} for name in ("certified", "levy", "declaration")]
    affiliated = {"category": "affiliated", "by": "register", "registers": ["unison"], "section": "u", "tests": tests}
    member = {"category": "member", "by": "register", "registers": ["members"], "section": "m", "tests": []}
    rule = {"version": "franchise.v1", "several": "per-section", "categories": [affiliated, member]}
    both.record("call-election", CALL_ELECTION).done()
    both.record("adopt-franchise", {"election": "labour", "rule": rule}).done()
    both("build-roll", "labour", "--as", "reg").done()
    (certified,) = json.loads(both("events", "--type", "list-certified.v1", "--json").done())
    electors = json.loads(both("roll", "labour", "--list", *WHY, "--json").done())["list"]
    for section, expected in (("u", certified["stream"]), ("m", None)):
        person = next(each["elector"].split("/")[0] for each in electors if each["section"] == section)
        (ground,) = json.loads(both("why", person, "labour", *WHY, "--json").done())["grounds"]
        assert ground["batch"].startswith("intake/")
        assert (ground["certificate"] or {}).get("stream") == expected
        out = both("why", person, "labour", *WHY).done()
        on = certified["effective"][:10]
        assert (f"certified on {on} as of 2015-08-01, {expected}." in " ".join(out.split())) == bool(expected)
        assert max(map(len, out.splitlines())) <= 80


def test_names_alone_names_both_sides(both: Terminal) -> None:
    for words in (("--names",), ("--names", "--all")):
        found = pairs(both, "members", "unison", *words)
        assert found == pairs(both, "members", "unison", "--names", "both", *words[1:])
        assert all(each["kept"]["identity"] and each["dropped"]["identity"] for each in found)
    assert pairs(both, "members", "--names") == []
    size = both.size()
    both("duplicates", "members", "unison", "--names").refused("purpose-required", 2)
    assert both.size() == size


def test_refuses_to_name_a_side_that_there_is_not(both: Terminal) -> None:
    size = both.size()
    line = both("duplicates", *WHY, "members", "unison", "--names", "x").refused("unknown-side", 2)
    assert "expected members or unison or both, found 'x'" in line
    assert "nearest: unison" in both("duplicates", *WHY, "members", "unison", "--names", "unisn").refused(
        "unknown-side", 2
    )
    both("duplicates", *WHY, "members", "--names", "unison").refused("unknown-side", 2)
    assert both.size() == size


def test_what_goes_on_below_a_side_is_set_in(both: Terminal) -> None:
    long = "cato.dunmere.of.the.lower.mill.at.the.end.of.a.very.long.lane@mail.very-long-name.example.org"
    both.write("l.csv", HEAD + ROWS.replace("cato@example.org", long))
    both("import", "register-members", "l.csv", "--mapping", "m.toml", "--set", "register_id=l", "--as", "reg").done()
    shown = both("duplicates", *WHY, "l", "unison", "--names").done()
    assert max(map(len, shown.splitlines())) <= 80
    assert long in shown.replace("\n" + " " * 9, "")
    lines = both("duplicates", *WHY, "members", "unison", "--names", "both").done().splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.startswith(("   keep  ", "   drop  ", " " * 9)) for line in lines[1:3])


def reviewed(at: Terminal, decide: dict[str, tuple[str, str]]) -> str:
    """Write the pairs, decide by the name of the one who is kept, and give the file."""
    at("duplicates", *WHY, "members", "unison", "--out", "pairs.csv").done()
    rows = list(csv.DictReader(io.StringIO((at.folder / "pairs.csv").read_text("utf-8"))))
    for row in rows:
        row["merge"], more = decide.get(row["kept name"], ("", ""))
        row["basis"] = f"{row['basis']} {more}".strip()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return at.write("pairs.csv", text.getvalue())


def test_merges_the_pairs_that_somebody_marked_and_undoes_one(both: Terminal) -> None:
    file = reviewed(both, {"Ada Ambleth": ("yes", ""), "Cato Dunmere": ("no", "")})
    both("merge", file, "--as", "reg").done()
    (event,) = json.loads(both("events", "--type", "persons-merged.v1", "--json", *OPENED).done())
    assert (event["basis"], event["score"], event["matcher"]) == (["name-and-birth-date", "email"], 100, MATCHER)
    assert len(pairs(both, "members", "unison")) == 2
    assert sum(each["merged"] for each in pairs(both, "members", "unison", "--all")) == 1
    both.record("undo-merge", {"dropped": event["stream"].partition("/")[2], "reason": "two-people"}).done()
    assert len(pairs(both, "members", "unison")) == 3
    verified(both)


def test_name_and_birth_date_alone_merge_nobody(both: Terminal) -> None:
    file = reviewed(both, {"Cato Dunmere": ("yes", "")})
    assert "pairs.csv line" in both("merge", file, "--as", "reg").refused("basis-insufficient")
    file = reviewed(both, {"Cato Dunmere": ("yes", "document")})
    both("merge", file, "--as", "reg").done()


def test_refuses_a_file_of_pairs_that_says_neither(both: Terminal) -> None:
    file = reviewed(both, {"Cato Dunmere": ("maybe", "")})
    both("merge", file, "--as", "reg").refused("not-decided")
    both("merge", both.write("x.csv", "a,b\n1,2\n"), "--as", "reg").refused("missing-field")
    for decided in ({}, {"Cato Dunmere": ("no", "")}):
        said = both("merge", reviewed(both, decided), "--as", "reg").refused("empty-file")
        assert "Write yes in the column merge" in said


def test_two_in_one_register_are_found_too(at: Terminal) -> None:
    at.write("m.csv", HEAD + ROWS + ROWS.splitlines()[0].replace("1,", "9,", 1) + "\n")
    taken(at, "m", "members")
    (pair,) = pairs(at, "members")
    assert (pair["score"], pair["basis"]) == (100, ["name-and-birth-date", "email", "address"])
    assert "nearest: members" in at("duplicates", *WHY, "member").refused("unknown-register")


def test_who_was_erased_is_in_no_pair(both: Terminal) -> None:
    ada = next(
        each["kept"]["person"]
        for each in pairs(both, "members", "unison", "--names", "both")
        if each["kept"]["identity"]["name"] == "Ada Ambleth"
    )
    both("record", "order-erasure", "--person", ada, "--basis", "right-to-erasure", "--as", "dpo").done()
    assert len(pairs(both, "members", "unison")) == 2
    verified(both)


def test_an_amended_member_is_found_by_the_details_of_today(both: Terminal) -> None:
    both.write("m.csv", HEAD + ROWS.replace("cato@example.org", "fenna@example.org"))
    assert taken(both, "m", "members")["amended"] == 1
    found = pairs(both, "members", "unison", "--names", "both")
    assert ("Cato Dunmere", "Fenna Elverstone") in {
        (each["kept"]["identity"]["name"], each["dropped"]["identity"]["name"]) for each in found
    }


def test_asks_why_and_records_who_looked(both: Terminal) -> None:
    both("duplicates", "members", "unison", "--as", "reg").refused("purpose-required", 2)
    both("absent", "members", "m.csv", "--mapping", "m.toml", "--as", "reg").refused("purpose-required", 2)
    both("duplicates", *WHY, "members", "unison").done()
    (event,) = json.loads(both("events", "--type", "access-logged.v1", "--json").done())
    assert (event["what"], event["rows"], event["purpose"]) == ("duplicates", 6, "correction")

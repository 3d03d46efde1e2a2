"""Personal data at the command line: opened for a purpose, found, given to who it is about, erased."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

import cli.office
from cli.privacy.purpose import PURPOSE_WORDS
from cli.screen import progress
from ledger.streams.access import PURPOSES

MAPPING = """\
key = "No"
[public]
unit = "Unit"
[private]
name = ["First", "Last"]
email = "E-mail"
born = "Born"
[set]
category = "member"
"""
ROWS = """\
No,First,Last,E-mail,Born,Unit
1,Ned,Catman,ned@example.org,1970-01-02,Bow East
2,Zoë,O'Brien,zoe@example.org,1980-03-04,Bow West
3,Catman,Ned,other@example.org,1990-05-06,Bow West
4,,,,,Bow West
"""
WHY = ("--purpose", "enquiry", "--as", "registrar")
IMPORT = ("import", "register-members", "a.csv", "--mapping", "m.toml", "--set", "register_id=members", "--as", "clerk")
NED = "1970-01-02"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made(())
    made.write("m.toml", MAPPING)
    made.write("a.csv", ROWS)
    made(*IMPORT).done()
    return made


def found(at: Terminal, *words: str) -> Any:
    return json.loads(at("find", *words, *WHY, "--json").done())["people"]


def names(at: Terminal, *words: str) -> list[str]:
    return sorted(each["identity"]["name"] for each in found(at, *words))


def ned(at: Terminal) -> str:
    (one,) = found(at, "--name", "Ned Catman", "--born", NED)
    return str(one["person"])


def accesses(at: Terminal, *words: str) -> Any:
    return json.loads(at("access", *words, "--json").done())


def test_the_purposes_in_the_help_are_those_of_the_record() -> None:
    assert PURPOSE_WORDS == PURPOSES


def test_finds_people_by_name_or_address(at: Terminal) -> None:
    assert names(at, "--name", "NED CATMAN") == ["Catman Ned", "Ned Catman"]
    assert names(at, "--name", "Ned Catman", "--born", NED) == ["Ned Catman"]
    assert names(at, "--name", "obrien, zoe") == ["Zoë O'Brien"]
    assert names(at, "--email", " ZOE@example.org") == ["Zoë O'Brien"]
    assert names(at, "--name", "Ned") == []
    assert names(at, "--email", "zoe@example.com") == []
    shown = at("find", "--name", "Zoë O'Brien", *WHY).done()
    assert "zoe@example.org" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_finds_whoever_was_recorded_since(at: Terminal) -> None:
    assert names(at, "--email", "new@example.org") == []
    who = '{"name": "New Person", "email": "new@example.org"}'
    at("record", "record-person", "--person", "p-1", "--identity", who, "--as", "clerk").done()
    at.write("a.csv", ROWS + "5,Ada,Ambleth,ada@example.org,1970-01-02,Bow East\n")
    at(*IMPORT).done()
    assert names(at, "--email", "new@example.org") == ["New Person"]
    assert names(at, "--name", "ambleth ada") == ["Ada Ambleth"]


def test_asks_what_to_look_for(at: Terminal) -> None:
    for words in ((), ("--born", NED), ("--name", "Ned", "--email", "x"), ("--email", "x", "--born", NED)):
        at("find", *words, *WHY).refused("nothing-asked", 2)


@pytest.mark.parametrize(
    "words",
    [
        ("find", "--name", "Ned Catman"),
        ("rejected", "intake/members/x"),
        ("register", "members"),
        ("subject-access", "x", "out", "--checked", "document", "--purpose", ""),
    ],
)
def test_opens_nothing_without_a_purpose(at: Terminal, words: tuple[str, ...]) -> None:
    assert "expected appeal, audit, case" in at(*words, "--as", "clerk").refused("purpose-required", 2)
    assert "nearest: enquiry" in at(*words, "--as", "clerk", "--purpose", "enquire").refused("purpose-required", 2)
    assert accesses(at) == []


def test_says_who_opened_what_and_why(at: Terminal) -> None:
    key = ned(at)
    at("find", "--name", "Ned Catman", "--purpose", "case", "--as", "clerk").done()
    at("register", "members", "--purpose", "audit", "--as", "clerk").done()
    batch = next(each["stream"] for each in json.loads(at("events", "--type", "batch-received.v1", "--json").done()))
    at("rejected", batch, "--purpose", "correction", "--as", "clerk").done()
    logged = [(each["what"], each["who"], each["purpose"], each["rows"], each["subject"]) for each in accesses(at)]
    assert logged == [
        ("find", "registrar", "enquiry", 1, key),
        ("find", "clerk", "case", 2, None),
        ("register", "clerk", "audit", 3, None),
        ("rejected", "clerk", "correction", 1, None),
    ]
    assert len(accesses(at, "--by", "clerk")) == 3
    assert [each["subject"] for each in accesses(at, "--of", key)] == [key]
    assert [each["what"] for each in accesses(at, "--limit", "1")] == ["rejected"]
    day = accesses(at)[0]["at"][:10]
    assert len(accesses(at, "--day", day)) == 4
    assert accesses(at, "--day", "1999-01-01") == []
    assert max(map(len, at("access").done().splitlines())) <= 80
    assert "at the request" not in at("show", f"access/{day}").done()


def test_an_access_cannot_be_logged_for_another_day(at: Terminal) -> None:
    words = ("record", "log-access", "--day", "1999-01-01", "--what", "find", "--rows", "1", "--purpose", "case")
    at(*words, "--as", "clerk").refused("day-differs")


def test_gives_a_person_all_that_is_on_record_about_them(at: Terminal) -> None:
    key = ned(at)
    at.write("a.csv", ROWS.replace("ned@", "ned.new@"))
    at(*IMPORT).done()
    at("subject-access", key, "out", "--checked", "document", "--as", "registrar").done()
    given = json.loads((at.folder / "out" / "record.json").read_text("utf-8"))
    types = [event["type"] for event in given["events"]]
    assert types[:1] == ["member-registered.v1"]
    assert "access-logged.v1" in types
    assert given["events"][0]["identity"]["name"] == "Ned Catman"
    assert "O'Brien" not in json.dumps(given, ensure_ascii=False)
    text = (at.folder / "out" / "record.txt").read_text("utf-8")
    assert "identity, email: ned@example.org" in text
    assert {path.stat().st_mode & 0o777 for path in (at.folder / "out").iterdir()} == {0o600}
    (event,) = json.loads(at("show", f"vault/{key}", "--json").done())
    assert (event["type"], event["checked"]) == ("subject-access-fulfilled.v1", "document")
    assert (event["events"], event["disclosures"]) == (len(given["events"]), given["disclosures"])


def test_leaves_other_people_out_of_what_somebody_is_given(at: Terminal) -> None:
    key = ned(at)
    other = found(at, "--email", "zoe@example.org")[0]["person"]
    at("record", "hold-retention", "--person", key, "--hold", other, "--ground", "appeal", "--as", "clerk").done()
    at("subject-access", key, "out", "--checked", "document", "--as", "registrar").done()
    for name in ("record.json", "record.txt"):
        text = (at.folder / "out" / name).read_text("utf-8")
        assert other not in text
        assert key in text
        assert "(another person)" in text


def test_gives_nothing_to_who_was_not_checked_or_is_not_on_record(at: Terminal) -> None:
    at("subject-access", ned(at), "out", "--as", "clerk").refused("identity-unverified")
    at("subject-access", ned(at), "out", "--checked", "face", "--as", "clerk").refused("bad-field", 2)
    at("subject-access", "nobody", "out", "--checked", "document", "--as", "clerk").refused("unknown-person")
    at("subject-access", ned(at), "ledger", "--checked", "document", "--as", "clerk").refused("out-exists")
    assert not (at.folder / "out").exists()


def test_erases_one_person(at: Terminal) -> None:
    key = ned(at)
    at("erase", "--person", key, "--basis", "right-to-erasure", "--as", "registrar").done()
    assert names(at, "--name", "Ned Catman") == ["Catman Ned"]
    at("subject-access", key, "out", "--checked", "document", "--as", "registrar").done()
    given = json.loads((at.folder / "out" / "record.json").read_text("utf-8"))
    assert given["events"][0]["identity"] == "(erased)"
    for words in (("show", f"person/{key}", *WHY), ("my-record", key, *WHY)):
        told = " ".join(at(*words).done().split())
        assert "Who that is: (erased)." in told
        assert "Who that is: (private)." not in told
    (other,) = found(at, "--email", "other@example.org")
    assert "Who that is: (private)." in " ".join(at("show", f"person/{other['person']}", *WHY).done().split())
    assert "nothing wrong was found" in at("verify").done()


def test_erases_everybody(at: Terminal) -> None:
    key = ned(at)
    at("record", "hold-retention", "--person", key, "--hold", "h", "--ground", "court-order", "--as", "clerk").done()
    words = ("erase", "--everybody", "--register", "members", "--basis", "retention-over", "--as", "registrar")
    done = json.loads(at(*words, "--json").done())
    assert (done["erased"], done["kept"]) == (2, 1)
    assert "nothing wrong was found" in at("verify").done()
    assert "Bow" not in at("register", "members", *WHY).done()
    assert names(at, "--email", "zoe@example.org") == []
    assert ned(at) == key
    assert "erased 2 disclosures with register members" in " ".join(at("show", "erasures/members").done().split())
    batch = next(each["stream"] for each in json.loads(at("events", "--type", "batch-received.v1", "--json").done()))
    assert at("rejected", batch, *WHY).done() == "line,code,No,First,Last,E-mail,Born,Unit\n"


def test_a_dry_run_of_an_erasure_says_what_it_comes_to_and_erases_nothing(at: Terminal) -> None:
    def stored() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in at.ledger.rglob("*") if path.is_file()}

    key = ned(at)
    everybody = ("--everybody", "--register", "members")
    one = ("--person", key, "--basis", "court-order")
    held = ("record", "hold-retention", "--person", key, "--hold", "h", "--ground", "court-order", "--as", "clerk")
    before = stored()
    assert at("erase", *one, "--as", "c", "--dry-run").done() == (
        "1 disclosure would be erased\nThis was a dry run: nothing was written\n"
    )
    assert stored() == before
    at(*held).done()
    before = stored()
    at("erase", *one, "--as", "c", "--dry-run").refused("legal-hold")
    words = ("erase", *everybody, "--basis", "retention-over", "--as", "registrar", "--dry-run")
    assert json.loads(at(*words, "--json").done()) == {"erased": 2, "kept": 1, "when": "dry"}
    assert "2 disclosures would be erased; 1 under a legal hold would be kept" in at(*words).done()
    at("erase", "--everybody", "--register", "x", "--basis", "court-order", "--as", "c", "--dry-run").refused(
        "unknown-register"
    )
    assert stored() == before


def test_erases_nobody_who_is_not_named(at: Terminal) -> None:
    for words in (
        (),
        ("--everybody",),
        ("--register", "members"),
        ("--everybody", "--person", "x"),
        ("--everybody", "--register", "members", "--election", "e"),
    ):
        at("erase", *words, "--basis", "court-order", "--as", "clerk").refused("nobody-named", 2)
    at("erase", "--everybody", "--register", "member", "--basis", "court-order", "--as", "c").refused(
        "unknown-register"
    )
    at("erase", "--person", "x", "--basis", "because", "--as", "clerk").refused("bad-field", 2)


def test_shows_how_far_names_are_indexed_by_whichever_command_asks_first(
    at: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[int, int]] = []

    @contextmanager
    def progress(total: int) -> Iterator[Callable[[int], None]]:
        yield lambda done: shown.append((total, done))

    monkeypatch.setattr(cli.office, "_indexing", progress)
    words = ("record", "annul-result", "--contest", "leader", "--as", "clerk", "--reason")
    at(*words, "the roll was wrong").refused("unknown-contest")
    assert shown == []
    at(*words, "The Roll was wrong").refused("unknown-contest")
    assert shown == [(3, 3)]
    at(*words, "The Roll was wrong").refused("unknown-contest")
    assert shown == [(3, 3)]


def test_work_within_work_is_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress("erasing", 5) as outer, progress("indexing names", 3) as inner:
        inner.by(3)
        assert inner.shown is outer.shown
        assert inner.shown is not None
        assert [(each.description, each.completed) for each in inner.shown.tasks] == [
            ("erasing", 0),
            ("indexing names", 3),
        ]
    with progress("again", 1) as later:
        assert later.shown is not outer.shown


def test_refuses_the_name_of_a_member_in_a_reason(at: Terminal) -> None:
    words = ("record", "annul-result", "--contest", "leader", "--as", "clerk", "--reason")
    refused = at(*words, "as Ned Catman was left out").refused("personal-data-in-public-field")
    assert "Catman" not in refused
    at(*words, "as the roll was wrong").refused("unknown-contest")

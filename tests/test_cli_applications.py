"""`pollbook import applications` and `import payments`: every kind of bad input, late rows, files given again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, Terminal
from test_application import FEE, GROUND, TIMETABLE

from ledger.decision import Command
from ledger.event import Event
from ledger.storage.store import open_ledger
from ledger.streams.application import application_stream
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate

DECLARATION = "sha256:" + "d" * 64
MAPPING = f"""\
key = "Receipt"
times = "%d/%m/%Y %H:%M:%S"
zone = "Europe/London"
declaration = "{DECLARATION}"

[public]
received = "Submitted"
declaration = "Aims"
unit = "CLP"
concession = "Rate"

[private]
name = ["First", "Last"]
email = "E-mail"

[set]
category = "supporters"
channel = "online"

[words.concession]
"Under 27" = "1"
"Full" = "1"
"""
HEAD = "Receipt,First,Last,E-mail,CLP,Rate,Aims,Submitted\n"
ADA = "A-0001,Ada,Ambleth,ada@example.org,Bow East,,yes,01/08/2010 12:00:00\n"
BELA = "A-0002,Bela,Brockway,bela@example.org,Bow West,Under 27,yes,15/07/2010 08:30:00\n"
LATE = "A-0003,Cato,Dunmere,cato@example.org,Bow East,,yes,01/08/2010 12:00:01\n"
IMPORT = ("import", "applications", "a.csv", "--mapping", "a.toml", "--set", "election=labour", "--as", "registrar")


def line_of(command: Command) -> tuple[str, dict[str, Any]]:
    return command.verb, command.model_dump(mode="json", exclude_none=True)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    commands = [("call-election", CALL_ELECTION), *map(line_of, (TIMETABLE, FEE, GROUND))]
    made = Terminal(tmp_path, monkeypatch, capsys).made(commands)
    made.write("a.toml", MAPPING)
    return made


def imported(at: Terminal, content: str | bytes, *more: str) -> tuple[object, object, object]:
    """What became of the rows of a file: received, held, rejected."""
    at.write("a.csv", content)
    done: dict[str, Any] = json.loads(at(*IMPORT, "--json", *more).done())
    assert done["rows"] == done["accepted"] + done["held"] + sum(done["rejected"].values())
    return done["accepted"], done["held"], done["rejected"]


def key(at: Terminal, receipt: str, *more: str) -> str:
    return at("application-key", "labour", receipt, *more).done().strip()


def events(at: Terminal, receipt: str) -> list[Event]:
    stream = application_stream(key(at, receipt)).stream
    with open_ledger(at.ledger) as ledger:
        return [event for _, event in ledger.stream(stream)]


def verified(at: Terminal) -> None:
    assert "nothing wrong was found" in at("verify").done()


def test_receives_rows_in_time_and_late_with_the_fee_of_the_moment(at: Terminal) -> None:
    assert imported(at, HEAD + ADA + BELA + LATE) == (3, 0, {})
    verified(at)
    full, lower, late = (events(at, name) for name in ("A-0001", "a 0002", "A0003"))
    assert isinstance(full[0], ApplicationReceived)
    assert (full[0].fee_due, full[0].received, full[0].declaration) == (300, "2010-08-01T11:00:00Z", DECLARATION)
    assert isinstance(lower[0], ApplicationReceived)
    assert (lower[0].fee_due, lower[0].concession, lower[0].unit) == (100, 1, "bow-west")
    assert isinstance(late[0], ApplicationReceivedLate)
    assert late[0].closed == "2010-08-01T11:00:00Z"
    at.record("withdraw-application", {"application": key(at, "A-0003"), "fee_action": "none"}).refused("received-late")


def test_no_personal_data_and_no_receipt_number_is_in_the_ledger(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    stored = b"".join(path.read_bytes() for path in at.ledger.rglob("*") if path.is_file())
    assert b'"application-received.v1"' in stored
    for word in (b"Ada", b"Ambleth", b"ada@", b"A-0001", b"A0001"):
        assert word not in stored


def test_the_same_file_adds_nothing_and_a_longer_one_what_is_new(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    size = at.size()
    assert imported(at, HEAD + ADA + BELA) == (2, 0, {})
    assert at.size() == size
    assert imported(at, HEAD + ADA + BELA + LATE) == (1, 2, {})
    changed = ADA.replace("Ambleth", "Ambler")
    assert imported(at, HEAD + changed + BELA) == (0, 1, {"differs-from-register": 1})
    verified(at)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("yes", "no"), "declaration-missing"),
        (("yes", "perhaps"), "unknown-word"),
        (("01/08/2010 12:00:00", "01/07/2010 11:59:59"), "window-not-open"),
        (("01/08/2010 12:00:00", "01/08/2999 12:00:00"), "future-dated"),
        (("01/08/2010 12:00:00", "40391.5"), "time-mangled"),
        (("01/08/2010 12:00:00", "2010-08-01T11:00:00Z"), "bad-time"),
        (("01/08/2010 12:00:00", "28/03/2010 01:30:00"), "local-time-skipped"),
        (("01/08/2010 12:00:00", "25/10/2009 01:30:00"), "local-time-ambiguous"),
        (("Bow East,,", "Bow East,Pensioner,"), "unknown-word"),
        (("Ada,Ambleth", ","), "no-name"),
        (("Ada,", "ada@example.org,"), "email-as-name"),
        (("A-0001", ""), "no-key"),
        (("A-0001", "--"), "key-mangled"),
        (("A-0001", "1.2E+09"), "key-mangled"),
        (("Ada", "A\0da"), "not-text"),
    ],
)
def test_a_bad_row_is_kept_and_imported_once_it_is_right(at: Terminal, change: tuple[str, str], code: str) -> None:
    assert imported(at, HEAD + ADA.replace(*change) + BELA) == (1, 0, {code: 1})
    assert imported(at, HEAD + ADA + BELA) == (1, 1, {})


def test_a_dry_run_says_the_same_and_writes_nothing(at: Terminal) -> None:
    size = at.size()
    bad = HEAD + ADA.replace("yes", "no") + BELA + LATE
    assert imported(at, bad, "--dry-run") == (2, 0, {"declaration-missing": 1})
    assert at.size() == size


def test_rejected_rows_can_be_had_back(at: Terminal) -> None:
    at.write("a.csv", HEAD + ADA.replace("yes", "no") + BELA)
    done = json.loads(at(*IMPORT, "--json").done())
    assert at(
        "rejected", "--purpose", "correction", "--as", "clerk", done["batch"]
    ).done() == "line,code," + HEAD + "2,declaration-missing," + ADA.replace("yes", "no")


def test_an_applicant_is_erased_like_anybody(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    person = key(at, "A-0001")
    at("record", "order-erasure", "--person", person, "--basis", "court-order", "--as", "dpo").done()
    verified(at)
    assert imported(at, HEAD + ADA + BELA + LATE) == (1, 1, {"member-erased": 1})


def test_one_recorded_by_itself_is_not_taken_in_again(at: Terminal) -> None:
    words = ["--category", "supporters", "--channel", "post", "--declaration", DECLARATION]
    words += ["--identity", '{"name":"Ada Ambleth"}', "--received", "2010-08-01T11:00:00Z", "--as", "registrar"]
    application = key(at, "A-0001", "--new")
    at("record", "receive-application", "--application", application, "--election", "labour", *words).done()
    assert imported(at, HEAD + ADA + BELA) == (1, 0, {"recorded-singly": 1})
    verified(at)
    at("record", "order-erasure", "--person", application, "--basis", "court-order", "--as", "dpo").done()
    verified(at)


def test_says_what_a_mapping_lacks(at: Terminal) -> None:
    at.write("a.csv", HEAD + ADA)
    for line in ('received = "Submitted"\n', 'declaration = "Aims"\n', 'channel = "online"\n'):
        at.write("a.toml", MAPPING.replace(line, ""))
        at(*IMPORT).refused("bad-mapping")
    at.write("a.toml", MAPPING.replace("Europe/London", "Mars/Olympus"))
    at(*IMPORT).refused("bad-mapping")


def test_registers_of_members_keep_off_the_name(at: Terminal) -> None:
    at.write("m.csv", "No,Name\n1,Ada\n")
    at.write("m.toml", 'key = "No"\n[private]\nname = "Name"\n[set]\ncategory = "member"\n')
    words = ("import", "register-members", "m.csv", "--mapping", "m.toml", "--as", "registrar")
    at(*words, "--set", "register_id=applications-labour").refused("reserved-register")


def test_a_receipt_number_that_nobody_has(at: Terminal) -> None:
    imported(at, HEAD + ADA)
    assert len(key(at, "a-0001")) == 24
    assert "none with A7777" in at("application-key", "labour", "A-7777").refused("unknown-application")
    assert len(at("application-key", "labour", "A-7777", "--new").done().strip()) == 24


def test_all_who_applied_are_erased_and_the_record_verifies(at: Terminal) -> None:
    imported(at, HEAD + ADA + BELA)
    application = at("application-key", "labour", "A-0007", "--new").done().strip()
    body = {"election": "labour", "category": "supporters", "channel": "post", "declaration": DECLARATION}
    singly = {**body, "application": application, "identity": {"name": "Cato"}, "received": "2010-08-01T10:00:00Z"}
    at.record("receive-application", {**singly, "unit": "bow-west"}).done()
    at.record("order-erasures", {"register_id": "applications-labour", "basis": "court-order"}).done()
    verified(at)

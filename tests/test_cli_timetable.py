"""`pollbook timetable` and `checklist` at a terminal: the dates of 2010, and how the first of them was moved."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from terminal import CALL_ELECTION, DEFINED, Answer, Terminal

from ledger.rules.clause import Clause, clause_hash

STEPS = [
    {"step": "nominations-open", "local": "2010-05-24T09:00:00"},
    {"step": "nominations-close", "category": "mps", "local": "2010-05-27T12:30:00"},
    {"step": "nominations-close", "category": "unions", "local": "2010-07-26T12:00:00"},
    {"step": "dispatch", "local": "2010-09-01T00:00:00"},
    {"step": "freeze", "local": "2010-05-08T12:00:00"},
    {"step": "poll-close", "local": "2010-09-22T17:00:00"},
]
CLAUSE = Clause(ref="4", title="Timetable", text_digest="sha256:" + "1" * 64, amendable_by="nec", kind="binding")
IN_FORCE = "2010-01-01T00:00:00Z"
BOOK: dict[str, Any] = {
    "organisation": "labour",
    "rulebook": "book",
    "title": "Rule Book",
    "text_digest": "sha256:" + "2" * 64,
    "clauses": [CLAUSE.model_dump(mode="json", exclude_none=True)],
    "amendable_by": "nec",
    "adopted_by": "nec",
    "in_force_from": IN_FORCE,
}
CLAUSE_HASH = clause_hash("labour", "book", CLAUSE, IN_FORCE)
SET: dict[str, Any] = {
    "election": "labour",
    "zone": "Europe/London",
    "steps": STEPS,
    "effective": "2010-05-20T12:00:00Z",
}
VARY: dict[str, Any] = {
    "election": "labour",
    "step": "nominations-close",
    "category": "mps",
    "local": "2010-06-09T12:30:00",
    "zone": "Europe/London",
    "reason": "more time for MPs",
    "body": "nec",
    "decision": "nec-1",
    "clause": CLAUSE_HASH,
    "authority": "rule 4",
    "effective": "2010-05-25T12:00:00Z",
}
DEFER = {"election": "labour", "matter": "scrutineer", "statement": "in July", "effective": "2010-05-18T12:00:00Z"}
FEE: dict[str, Any] = {
    "election": "labour",
    "category": "supporters",
    "amount": 2500,
    "currency": "GBP",
    "concessions": [{"who": "under 27", "amount": 100}],
    "effective": "2010-05-25T12:00:00Z",
}
EARLY: list[Any] = [
    ("call-election", CALL_ELECTION | {"effective": "2010-05-18T12:00:00Z"}),
    *DEFINED[1:],
]
DATED = [
    *EARLY,
    ("set-timetable", SET),
    ("adopt-rule-book", BOOK),
    ("vary-step", VARY),
    ("set-fee", FEE),
    ("defer-decision", DEFER),
]


@pytest.fixture
def at(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def fits(answer: Answer) -> str:
    text = answer.done()
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_shows_dates_lengths_variations_and_fees(at: Terminal) -> None:
    text = fits(at.made(DATED)("timetable", "labour"))
    for line in (
        "It holds for the contests leader.",
        "Local times are of Europe/London",
        "nominations-close of mps     2010-06-09 12:30  2010-06-09 11:30  moved",
        "freeze                       2010-05-08 12:00  2010-05-08 11:00  retrospective",
        "dispatch                     2010-09-01 00:00  2010-08-31 23:00",
        "Without a date: consents-close, ballot-order, applications-open,",
        "nominations-open to nominations-close of mps: 16 days 3 h 30 min",
        "The freeze is retrospective: it was published on 20 May 2010 at 12:00:00 UTC.",
        "Event 5: nominations-close of mps varied on 25 May 2010 at 12:00:00 UTC by",
        "  old: 2010-05-27 12:30 Europe/London (2010-05-27T11:30:00Z)",
        "  new: 2010-06-09 12:30 Europe/London (2010-06-09T11:30:00Z)",
        '  why: "more time for MPs"',
        '  authority: "rule 4"',
        "  decision: nec-1 of nec",
        f"  clause: {CLAUSE_HASH[:19]}...",
        '  "under 27"  2010-05-25T12:00:00Z            100  GBP',
    ):
        assert line + "\n" in text
    assert "It was recorded on" in text  # long after the 27th of May


def test_shows_the_timetable_as_it_was_on_either_clock(at: Terminal) -> None:
    at.made(DATED)
    for words in (("--as-of", "2010-05-24"), ("--known-at", "3")):
        text = fits(at("timetable", "labour", *words))
        assert "nominations-close of mps     2010-05-27 12:30" in text
        assert "why" not in text
    early = fits(at("timetable", "labour", "--as-of", "2010-05-19"))
    assert "No date is on record" in early
    assert "Without a date: nominations-open," in early


def test_shows_zones_where_they_differ(at: Terminal) -> None:
    steps = [*STEPS, {"step": "count", "local": "2010-09-23T09:00:00", "zone": "America/New_York"}]
    text = fits(at.made([*EARLY, ("set-timetable", SET | {"steps": steps})])("timetable", "labour"))
    assert re.search("^count +2010-.*America/", text, re.MULTILINE)
    assert "Local times are of" not in text


def test_gives_the_timetable_as_json(at: Terminal) -> None:
    found = json.loads(at.made(DATED)("timetable", "labour", "--json").done())
    assert found["contests"] == ["leader"]
    assert found["steps"][2] == {
        "step": "nominations-close",
        "category": "mps",
        "local": "2010-06-09T12:30:00",
        "utc": "2010-06-09T11:30:00Z",
        "zone": "Europe/London",
        "published": "2010-05-25T12:00:00Z",
        "retrospective": False,
        "moves": 1,
    }
    assert [line["step"] for line in found["steps"] if line["retrospective"]] == ["freeze"]
    (varied,) = found["variations"]
    assert (varied["actor"], varied["reason"], varied["late"]) == ("returning-officer", "more time for MPs", True)
    assert (varied["old"]["local"], varied["new"]["local"]) == ("2010-05-27T12:30:00", "2010-06-09T12:30:00")
    assert found["lengths"][0] == {
        "from": {"step": "nominations-open"},
        "to": {"step": "nominations-close", "category": "mps"},
        "seconds": 1_395_000,
    }
    assert found["fees"][0]["amount"] == 2500
    assert "count" in found["undated"]


def test_lists_what_is_decided_what_is_not_and_what_was_said_of_it(at: Terminal) -> None:
    text = fits(at.made(DATED)("checklist", "labour"))
    missing, deferred, decided = text.split("\n\n")[1:4]
    assert "  grounds\n" in missing
    assert "  code-of-conduct\n" in missing
    assert "  lot-commitments of contest leader" in missing
    assert deferred.startswith(
        'Not decided, as was said in public (1):\n  scrutineer: "in July", returning-officer on 18'
    )
    assert "  fee: supporters\n" in decided
    assert "  nominations-close of mps: 2010-06-09T12:30:00 Europe/London\n" in decided
    assert "pollbook record defer-decision" in text
    early = fits(at("checklist", "labour", "--as-of", "2010-05-19"))
    assert "Decided" not in early
    assert "(0)" not in early


def test_gives_the_checklist_as_json(at: Terminal) -> None:
    items = json.loads(at.made(DATED)("checklist", "labour", "--json").done())["items"]
    (said,) = [item for item in items if item["standing"] == "deferred"]
    assert (said["matter"], said["says"], said["by"]) == ("scrutineer", "in July", "returning-officer")
    assert {"matter": "lot-commitments", "contest": "leader", "standing": "missing", "says": ""} in items
    assert [item["says"] for item in items if item.get("category") == "mps"] == ["2010-06-09T12:30:00 Europe/London"]


@pytest.mark.parametrize("verb", ["timetable", "checklist"])
def test_an_election_that_is_not_there_has_neither(at: Terminal, verb: str) -> None:
    at.made(DATED)
    assert "(nearest: labour)" in at(verb, "labor").refused("unknown-election")
    assert "not called yet" in at(verb, "labour", "--as-of", "2010-05-01").refused("unknown-election")
    at(verb, "labour", "--as-of", "soon").refused("bad-moment", 2)
    at(verb, "labour", "--known-at", "999").refused("bad-moment", 2)


def test_tables_fit_whatever_the_ids(at: Terminal) -> None:
    name, long = "e" * 64, "c" * 64
    call = CALL_ELECTION | {"election": name, "title": "Leader of the party " * 20, "effective": "2010-05-01T12:00:00Z"}
    steps = [step | {"category": long} if "category" in step else step for step in STEPS[:2]]
    vary = VARY | {"clause": None, "election": name, "category": long, "reason": "why " * 100}
    defer = DEFER | {"election": name, "matter": "fee", "category": "f" * 64, "statement": "word " * 90}
    fee = FEE | {"election": name, "category": long}
    dated = SET | {"election": name, "steps": steps}
    commands = [("call-election", call), ("set-timetable", dated), ("vary-step", vary), ("set-fee", fee)]
    at.made([*commands, ("defer-decision", defer)])
    for verb in ("timetable", "checklist"):
        lines = at(verb, name).done().splitlines()
        assert [line for line in lines if len(line) > 80 and max(map(len, line.split())) < 60] == []
    for stream in ("timetable", "fee", "deferral"):
        fits(at("show", f"{stream}/{name}"))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("local", "2010-02-29T12:00:00", "a local time such as 2010-06-09T12:30:00"),
        ("local", "9 June", "a local time such as 2010-06-09T12:30:00"),
        ("zone", "BST", "a time zone such as Europe/London"),
        ("offset", "1", "an offset from UTC such as +01:00"),
    ],
)
def test_says_how_times_and_zones_are_written(at: Terminal, field: str, value: str, says: str) -> None:
    at.made([*EARLY, ("set-timetable", SET)])
    assert says in at.record("vary-step", VARY | {field: value}).refused("bad-field", 2)


def test_a_poll_is_not_closed_before_its_time_nor_is_anything_of_that_recorded(at: Terminal) -> None:
    at.made(DATED)
    size = at.size()
    close = {"contest": "leader", "effective": "2010-09-22T15:59:59Z"}
    at.record("close-poll", close).refused("poll-open")
    assert at.size() == size
    at.record("close-poll", close | {"effective": "2010-09-22T16:00:00Z"}).done()


def test_a_ledger_with_all_of_it_verifies(at: Terminal) -> None:
    ground = {"election": "labour", "ground": "twice", "title": "Twice", "tests": ["two entries"], "evidence": "A"}
    ground |= {"decided_by": "panel", "appeal": "the panel"}
    at.made(DATED)
    at.record("adopt-ground", ground).done()
    assert "nothing wrong was found" in at("verify").done()
    assert 'appeal to "the panel"' in fits(at("show", "ground/labour"))

"""`pollbook my-record`: what one person's record itemises, and what it does not tell them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from electorate import DAY, entry, frozen, person, put, removed
from ruled import ALLOCATE, BEFORE, EVIDENCE, OPEN, RULE, TELL, P
from scenario import but
from terminal import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, Terminal
from test_appeal import LODGE
from test_cli_case import as_line

from ledger.storage.store import open_ledger

WHY = ("--purpose", "enquiry", "--as", "registrar")
ISSUE = {"contest": "leader", "section": "members", "roll_version": 1, "channel": "post"}
WENT_OUT = ("--effective", "2010-08-01T12:00:00Z")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def record(at: Terminal, of: str, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at("my-record", of, *WHY, *words, "--json").done())
    return found


def types(found: dict[str, Any], stream: str) -> list[str]:
    return [event["type"] for event in found["record"].get(stream, [])]


def polled(at: Terminal) -> None:
    """Papers went out with the section, twice, and alone; some came back."""
    at.made([("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", DEFINE_CONTEST)])
    with open_ledger(at.ledger) as ledger:
        put(ledger, *(entry(who) for who in range(1, 6)), frozen())
    alone = {"contest": "leader", "person": person(2), "number": 1}
    at.record("issue-paper", {**alone, "reason": "late-admission"}, *WENT_OUT).done()
    with open_ledger(at.ledger) as ledger:
        put(ledger, removed(3, 2))
    at.record("issue-papers", {**ISSUE, "count": 3}, *WENT_OUT).done()
    with open_ledger(at.ledger) as ledger:
        put(ledger, entry(6))
    at.record("issue-papers", {**ISSUE, "count": 1}, *WENT_OUT).done()
    at.record("close-poll", CLOSE_POLL).done()
    at.write("m.csv", "elector,day\n" + "".join(f"{person(who)}/1,{DAY}\n" for who in (1, 1, 6)))
    at("import", "mark-returns", "m.csv", "--set", "contest=leader", "--as", "scrutineer").done()


def test_ballots_issued_with_the_section_and_alone_and_returned(at: Terminal) -> None:
    polled(at)
    issues = {who: types(record(at, person(who)), "issue/leader/members") for who in range(1, 7)}
    assert issues == {1: ["papers-issued.v1"], 2: [], 3: [], 4: ["papers-issued.v1"]} | {5: issues[1], 6: issues[1]}
    (first,), (second,) = (record(at, person(who))["record"]["issue/leader/members"] for who in (1, 6))
    assert (first["count"], second["count"]) == (3, 1)
    assert types(record(at, person(2)), f"issued/leader/{person(2)}") == ["paper-issued.v1"]
    items = [record(at, person(who))["items"] for who in range(1, 7)]
    assert [each["ballots_issued"] for each in items] == [1, 1, 0, 1, 1, 1]
    assert [each["ballots_returned"] for each in items] == [2, 0, 0, 0, 0, 1]
    told = at("my-record", person(1), *WHY).done()
    assert "Papers issued with the section, contest leader\n" in told
    assert "0 notices, 0 rulings, 0 appeals, 1 ballot issued, 2 returned" in told
    assert max(map(len, told.splitlines())) <= 80
    before = str(first["position"] - 1)
    assert "issue/leader/members" not in record(at, person(1), "--known-at", before)["record"]


def test_who_looked_into_it_and_which_receipts_there_are(at: Terminal) -> None:
    polled(at)
    at("show", f"entry/labour/{person(1)}", "--purpose", "appeal", "--as", "clerk").done()
    assert record(at, person(2))["opened"] == []
    first, again = record(at, person(1)), record(at, person(1))
    said = [(each["who"], each["what"], each["purpose"]) for each in again["opened"]]
    assert said == [("clerk", "show", "appeal"), ("registrar", "my-record", "enquiry")]
    assert len(again["opened"]) == len(first["opened"]) + 1
    assert {each["subject"] for each in again["opened"]} == {person(1)}
    listed = sorted(event["position"] for events in first["record"].values() for event in events)
    assert first["receipts"] == listed
    told = at("my-record", person(1), *WHY).done()
    assert "Who looked into it\n" in told
    at("prove", str(listed[0])).done()
    assert record(at, person(1), "--known-at", str(listed[0]))["opened"] == []


def test_of_a_case_it_has_what_the_person_may_read(at: Terminal) -> None:
    by = but(OPEN, referred_by="whoever-complained")
    at.made(map(as_line, (*(by if each is OPEN else each for each in BEFORE), RULE)))
    untold = record(at, P)
    assert "ruling-made.v1" not in types(untold, "case/c1")
    assert (untold["items"]["notices"], untold["items"]["rulings"]) == (1, 0)
    at.record(*as_line(TELL)).done()
    at.record(*as_line(LODGE)).done()
    told = record(at, P)
    kinds = types(told, "case/c1")
    assert {"ruling-made.v1", "ruling-notified.v1", "case-notice-served.v1", "evidence-added.v1"} <= set(kinds)
    opened = next(each for each in told["record"]["case/c1"] if each["type"] == "case-opened.v1")
    assert opened["referred_by"] == "(private)"
    assert "whoever-complained" not in json.dumps(told)
    assert types(told, "appeal/c1/1") == ["appeal-lodged.v1"]
    assert (told["items"]["rulings"], told["items"]["appeals"]) == (1, 1)
    text = at("my-record", P, *WHY).done()
    assert "\nCase c1\n" in text
    assert "\nAppeal, case c1\n" in text


def test_of_evidence_that_is_withheld_it_has_why_and_not_from_whom(at: Terminal) -> None:
    withheld = {"disclosure": "withheld", "withheld_because": "It would name who gave it"}
    steps = BEFORE[: BEFORE.index(ALLOCATE) + 1]
    at.made(map(as_line, [but(each, **withheld) if each is EVIDENCE else each for each in steps]))
    found = record(at, P)
    assert types(found, "case/c1") == ["case-opened.v1", "evidence-added.v1", "case-allocated.v1"]
    evidence = found["record"]["case/c1"][1]
    assert (evidence["given_by"], evidence["withheld_because"]) == ("(private)", "It would name who gave it")
    assert EVIDENCE.description not in json.dumps(found)

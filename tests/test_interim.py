"""Interim measures: what they hold back, that nobody loses an entry by them, and that every one of them ends."""

from __future__ import annotations

from typing import Any

import pytest
from ruled import BEFORE, OPENED, RULE, TELL, P
from scenario import DEFINED, Given, but, given, happened
from test_ruled_papers import own
from test_verify_rulings import codes

from cli.why import plain_reasons, say_reasons
from ledger.marking import PaperFigures
from ledger.streams.case import case_stream
from ledger.streams.cases import CloseCase
from ledger.streams.evidence import LiftInterimMeasure, TakeInterimMeasure
from ledger.streams.issued import PaperReissued
from ledger.streams.paper_handling import IssuePaper, ReissuePaper
from ledger.streams.reopening import ReopenCase
from projections.moment import NOW as AT_LAST
from projections.roll.why import reasons

UNTIL = "2010-08-20T00:00:00Z"
HOLD = TakeInterimMeasure(case="c1", measure="hold-paper", reason="before dispatch", until=UNTIL, effective=OPENED)
LIFT = LiftInterimMeasure(case="c1", reason="they replied", effective="2010-08-09T00:00:00Z")
ELECTOR: dict[str, Any] = {"contest": "leader", "person": P, "number": 1}
AGAIN = ReissuePaper(**ELECTOR, reason="lost", effective="2010-08-10T09:00:00Z")
FIRST = IssuePaper(**ELECTOR, reason="late-admission", effective="2010-08-10T09:00:00Z")
CLOSE = CloseCase(case="c1", reason="no-case", effective="2010-08-10T10:00:00Z")


def elector(*commands: Any, in_bulk: bool = True) -> Given:
    """The person of the case is on the roll, with a paper or without."""
    scene = given(*DEFINED, *BEFORE[1:], *commands)
    return Given((own(1), *scene.events), figures=PaperFigures(9, counts=True, in_bulk=in_bulk))


def test_every_measure_has_an_end() -> None:
    given(*BEFORE).when(but(HOLD, until=None)).then_refused("interim-needs-end-date")
    given(*BEFORE).when(but(HOLD, until=OPENED)).then_refused("interim-needs-end-date")


@pytest.mark.parametrize("measure", ["hold-paper", "suspend-entry"])
def test_no_paper_goes_to_somebody_while_a_measure_holds_it_back(measure: str) -> None:
    held = but(HOLD, measure=measure)
    refused = elector(held).when(AGAIN).then_refused("paper-held")
    assert refused.found == f"{measure} in case c1 until {UNTIL}"
    elector(held, in_bulk=False).when(FIRST).then_refused("paper-held")
    assert elector().when(AGAIN).events
    assert elector(in_bulk=False).when(FIRST).events


def test_it_ends_at_its_end_or_when_it_is_lifted_or_when_they_are_told_or_the_case_is_closed() -> None:
    last = "2010-08-19T23:59:59Z"
    elector(HOLD).when(but(AGAIN, effective=last)).then_refused("paper-held")
    assert elector(HOLD).when(but(AGAIN, effective=UNTIL)).events
    assert elector(HOLD, LIFT).when(AGAIN).events
    ruled = (HOLD, but(RULE, outcome="no-action"))
    elector(*ruled).when(but(AGAIN, effective=last)).then_refused("paper-held")  # until they are told
    assert elector(*ruled, TELL).when(but(AGAIN, effective=last)).events
    again = ReopenCase(case="c1", reason="new-evidence", effective="2010-08-12T00:00:00Z")
    assert elector(*ruled, TELL, again).when(but(AGAIN, effective=last)).events  # it does not come back


def test_a_measure_in_force_stands_in_the_way_of_closing_and_one_that_is_over_does_not() -> None:
    scene = given(*BEFORE, HOLD)
    scene.when(CLOSE).then_refused("steps-outstanding")
    assert scene.when(but(CLOSE, effective=UNTIL)).events
    scene.when(but(LIFT, effective=UNTIL)).then_refused("no-interim-measure")
    given(*BEFORE, HOLD, LIFT).when(LIFT).then_refused("no-interim-measure")
    given(*BEFORE).when(LIFT).then_refused("no-interim-measure")
    closed = given(*BEFORE, HOLD, but(CLOSE, effective=UNTIL))
    state = case_stream("c1")
    for event in closed.events:
        state = state.evolve(event) if event.stream == state.stream else state
    assert state.interim is None


def test_verification_finds_a_paper_that_went_out_while_it_was_held_back() -> None:
    out = happened(PaperReissued, f"issued/leader/{P}", contest="leader", number=1, reason="lost")
    for effective, found in (("2010-08-10T09:00:00Z", ["paper-held"]), (UNTIL, [])):
        paper = out.model_copy(update={"effective": effective})
        assert codes((*elector(HOLD).events, paper)) == found


def test_why_shows_it_and_the_entry_stays_on_the_roll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.roll.why.require_franchise", lambda *_: None)
    for commands, shown in (((HOLD,), [("c1", "hold-paper", UNTIL)]), ((HOLD, LIFT), []), ((), [])):
        found = reasons(elector(*commands), "labour", P, AT_LAST)  # type: ignore[arg-type]
        assert [(each.case, each.measure, each.until) for each in found.measures] == shown
        assert len(found.live) == 1


def test_why_says_it_in_words_and_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("projections.roll.why.require_franchise", lambda *_: None)
    found = reasons(elector(but(HOLD, measure="suspend-entry")), "labour", P, AT_LAST)  # type: ignore[arg-type]
    say_reasons(found, AT_LAST)
    said = " ".join(capsys.readouterr().out.split())
    assert f"Case c1: their entry is suspended from {OPENED} until {UNTIL}; it stays on the roll." in said
    assert plain_reasons(found)["measures"] == [
        {"case": "c1", "measure": "suspend-entry", "from": OPENED, "until": UNTIL}
    ]

"""Interim measures: what they hold back, that nobody loses an entry by them, and that every one of them ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ruled import ALLOCATE, BEFORE, NOTICE, OPENED, ROSE, RULE, TELL, P
from scenario import DEFINED, NOW, Given, but, given, happened
from test_ruled_papers import own
from test_verify_rulings import codes

from cli.roll.why import plain_reasons, say_reasons
from ledger.batches.marking import PaperFigures
from ledger.decision import Command
from ledger.streams.case import case_stream
from ledger.streams.case_events import InterimMeasureTaken
from ledger.streams.cases import CloseCase
from ledger.streams.evidence import LiftInterimMeasure, TakeInterimMeasure
from ledger.streams.issued import PaperReissued
from ledger.streams.paper_handling import IssuePaper, ReissuePaper
from ledger.streams.procedure import AdoptProcedure
from ledger.streams.reopening import ReopenCase
from ledger.streams.sitting import TakeDecision
from projections.moment import NOW as AT_LAST
from projections.roll.why import reasons
from projections.verify.measures import check_measures

UNTIL = "2010-08-20T00:00:00Z"
HOLD = TakeInterimMeasure(case="c1", measure="hold-paper", reason="before dispatch", until=UNTIL, effective=OPENED)
LIFT = LiftInterimMeasure(case="c1", reason="they replied", effective="2010-08-09T00:00:00Z")
ELECTOR: dict[str, Any] = {"contest": "leader", "person": P, "number": 1}
AGAIN = ReissuePaper(**ELECTOR, reason="lost", effective="2010-08-10T09:00:00Z")
FIRST = IssuePaper(**ELECTOR, reason="late-admission", effective="2010-08-10T09:00:00Z")
LONG = "2010-08-31T12:00:00Z"  # thirty days on
SHORT = "2010-08-04T12:00:00Z"  # three days on: the time to reply
AGREED = TakeDecision(
    body="panel-1", decision="d1", sitting="s1", motion="To go on", votes_for=3, votes_against=1, effective=ROSE
)
ON = TakeInterimMeasure(
    case="c1", measure="hold-paper", reason="They asked for time", decision="d1", until="2010-09-01T00:00:00Z",
    effective="2010-08-11T00:00:00Z",
)  # fmt: skip
CLOSE = CloseCase(case="c1", reason="no-case", effective="2010-08-10T10:00:00Z")


def elector(*commands: Any, in_bulk: bool = True) -> Given:
    """The person of the case is on the roll, with a paper or without."""
    scene = given(*DEFINED, *BEFORE[1:], *commands)
    return Given((own(1), *scene.events), figures=PaperFigures(9, counts=True, in_bulk=in_bulk))


def test_every_measure_has_an_end() -> None:
    given(*BEFORE).when(but(HOLD, until=None)).then_refused("interim-needs-end-date")
    given(*BEFORE).when(but(HOLD, until=OPENED)).then_refused("interim-needs-end-date")


def test_it_lasts_no_longer_than_the_rules_give_and_without_such_a_rule_none_is_taken() -> None:
    assert given(*BEFORE).when(but(HOLD, until=LONG)).events
    given(*BEFORE).when(but(HOLD, until="2010-08-31T12:00:01Z")).then_refused("interim-too-long")
    silent = [but(each, interim_days=None) if isinstance(each, AdoptProcedure) else each for each in BEFORE]
    given(*silent).when(but(HOLD, until=SHORT)).then_refused("interim-not-provided")


def test_without_notice_it_lasts_no_longer_than_the_person_would_have_to_reply() -> None:
    without = given(*(each for each in BEFORE if each is not NOTICE))
    assert without.when(but(HOLD, until=SHORT)).events
    without.when(but(HOLD, until="2010-08-04T12:00:01Z")).then_refused("interim-without-notice")


def test_to_go_on_with_it_needs_a_new_decision_of_the_panel_and_reasons_of_its_own() -> None:
    scene = given(*BEFORE, HOLD, AGREED)
    (event,) = scene.when(ON).events
    assert isinstance(event, InterimMeasureTaken)
    assert (event.decision, event.panel, event.until) == ("d1", "panel-1", ON.until)
    scene.when(but(ON, decision=None)).then_refused("decision-missing")
    scene.when(but(ON, decision="d2")).then_refused("unknown-decision")
    given(*BEFORE, HOLD, but(AGREED, votes_for=1, votes_against=3)).when(ON).then_refused("decision-not-carried")
    scene.when(but(ON, reason="Before Dispatch.")).then_refused("interim-reason-repeated")
    scene.when(but(ON, until="2010-09-11T00:00:00Z")).then_refused("interim-too-long")
    given(*BEFORE, but(HOLD, effective=ROSE), AGREED).when(ON).then_refused("decision-not-new")
    third = but(ON, reason="It is not over yet", effective="2010-08-30T00:00:00Z", until="2010-09-20T00:00:00Z")
    given(*BEFORE, HOLD, AGREED, ON).when(third).then_refused("decision-not-new")
    noted_later = but(AGREED, effective="2010-08-11T12:00:00Z")  # than the measure that rests on it
    given(*BEFORE, HOLD, noted_later, ON).when(but(third, effective="2010-08-11T01:00:00Z", until=LONG)).then_refused(
        "decision-not-new"
    )
    nobody = (each for each in BEFORE if each is not ALLOCATE)
    given(*nobody, HOLD, AGREED).when(ON).then_refused("not-allocated")


@pytest.mark.parametrize("ended", [LIFT, None])
def test_one_that_was_lifted_or_is_over_is_not_taken_again_without_a_decision(ended: Command | None) -> None:
    scene = given(*BEFORE, HOLD, *([ended] if ended else []), AGREED)
    later = but(ON, effective="2010-08-25T00:00:00Z")
    assert scene.when(later).events
    scene.when(but(later, decision=None)).then_refused("decision-missing")


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


LONGER: dict[str, tuple[Sequence[Command], dict[str, Any], str]] = {
    "too long": (BEFORE, {"until": "2010-08-31T12:00:01Z"}, "interim-too-long"),
    "without notice": ([each for each in BEFORE if each is not NOTICE], {}, "interim-without-notice"),
    "again": ((*BEFORE, HOLD), {"reason": "again", "version": 6}, "decision-missing"),
}


@pytest.mark.parametrize("name", LONGER)
def test_verification_finds_a_measure_that_the_desk_would_have_refused(name: str) -> None:
    before, changes, code = LONGER[name]
    (taken,) = given(*BEFORE).when(HOLD).events
    assert codes((*given(*BEFORE).events, taken)) == []
    assert codes((*given(*before).events, taken.model_copy(update=changes))) == [code]


def ran_out(*commands: Command, at: str = NOW) -> list[str]:
    events = [each.model_copy(update={"recorded": at}) for each in given(*commands).events]
    return [finding.code for finding in check_measures(list(enumerate(events)))]


def test_verification_finds_a_measure_that_ran_out_and_of_which_nobody_was_told() -> None:
    without = (*(each for each in BEFORE if each is not NOTICE), but(HOLD, until=SHORT))
    assert ran_out(*without) == ["interim-unnoticed"]
    assert ran_out(*BEFORE, HOLD) == []  # a panel that is slow makes no record false: deadlines lists it
    assert ran_out(*BEFORE, HOLD, at="2010-08-19T23:59:59Z") == ran_out() == ran_out(*BEFORE) == []
    assert ran_out(*BEFORE, HOLD, RULE) == ran_out(*BEFORE, HOLD, LIFT) == []
    assert ran_out(*without, but(RULE, outcome="no-action")) == ["interim-unnoticed"]
    assert ran_out(*BEFORE, HOLD, but(CLOSE, effective=UNTIL)) == []
    assert ran_out(*BEFORE, HOLD, AGREED, ON, at="2010-08-25T00:00:00Z") == []

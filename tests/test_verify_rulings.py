"""Verification decides every step of a case again: what the desk would have refused is found, under the same code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from ruled import BEFORE, CONDUCT, RULE, RULED_ON, TELL, P
from scenario import given
from test_appeal import DETERMINE, DO, ORDER, RESTORE, REVIEWED, removed
from test_ruling import BREAKS

from ledger.event import Event
from ledger.rules.local_time import Dated
from ledger.streams.appeal_events import AppealDetermined, HearingHeld, RemedyDone, ReviewersAssigned
from ledger.streams.case_events import CaseDocketed, CaseUndocketed
from ledger.streams.entry import EntryRemoved
from ledger.streams.ground import GroundAdopted
from ledger.streams.notification import CorrectRuling
from ledger.streams.ruling_events import RulingCorrected, RulingMade, RulingNotified
from projections.verify.finding import Finding
from projections.verify.rulings import check_rulings

LED = (
    *("case-docketed", "case-undocketed", "entry-", "paper-cancelled", "paper-issued", "paper-set-aside"),
    *("paper-unlinked", "rota-turn-taken", "set-aside-reversed", "application-refus"),
)  # what comes with something else, in one command


class Kept:
    """A record that holds these events."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = list(enumerate(events))

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        return [(at, event) for at, event in self.events if event.stream == stream]

    def streams_of(self, name: str, prefix: str) -> list[str]:
        return [event.stream for _, event in self.events if event.type == name and event.stream.startswith(prefix)]


def apart(events: Sequence[Event]) -> list[Event]:
    """Give events of a scenario, in which all commands have one id, each command's its own."""
    numbers, named = 0, list(events[:1])
    for before, event in pairwise(events):
        together = event.type.startswith(LED) and event.command != "alone"
        numbers += 0 if together and before.command else 1
        named.append(event.model_copy(update={"command": f"c{numbers}"}) if event.command else event)
    return named


def check(events: Sequence[Event]) -> list[Finding]:
    kept = Kept(apart(events))
    return list(check_rulings(kept, kept.events))  # type: ignore[arg-type]


def codes(events: Sequence[Event]) -> list[str]:
    return [finding.code for finding in check(events)]


def changed(events: Sequence[Event], kind: type[Event], **changes: Any) -> list[Event]:
    return [event.model_copy(update=changes) if isinstance(event, kind) else event for event in events]


RULE_WORDS = 19
WHOLE = given(*REVIEWED, DETERMINE, ORDER, DO).events
(MADE,) = given(*BEFORE).when(RULE).events


def test_finds_nothing_in_a_case_from_opening_to_remedy() -> None:
    assert check(WHOLE) == []
    scene = removed()
    scene = type(scene)((*scene.events, *scene.when(RESTORE).events))
    assert check((*scene.events, *scene.when(DO).events)) == []


def made_so(name: str) -> tuple[list[Event], str]:
    """The record with a ruling in it that the desk refuses, and the code."""
    code, change, changes = BREAKS[name]
    fields = {key: value for key, value in changes.items() if key != "reasons"}
    if "reasons" in changes:
        fields["reasons_words"] = 3
    bad = RulingMade.model_validate({**dict(MADE), **fields})
    return [*given(*change(BEFORE)).events, bad], code


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_finds_a_ruling_that_is_not_fair(name: str) -> None:
    events, code = made_so(name)
    assert codes(events) == [code]


def test_finds_an_effect_that_no_ruling_has_and_one_that_is_lacking() -> None:
    told = [*given(*RULED_ON, TELL).events]
    extra = removed().events
    assert check(extra) == []
    lacking = [event for event in extra if not isinstance(event, EntryRemoved)]
    assert "effect-differs" in codes(lacking)
    entry = next(event for event in extra if isinstance(event, EntryRemoved))
    assert codes([*told, entry.model_copy(update={"command": "c"})]) == ["effect-differs"]


def test_finds_a_step_of_an_appeal_that_was_not_fair() -> None:
    assert set(codes(changed(WHOLE, ReviewersAssigned, reviewers=("r1", "r2", "p1")))) == {
        "not-a-reviewer",  # of those who heard it, one was not assigned
        "not-independent",
    }
    assert codes(changed(WHOLE, HearingHeld, notice="2010-08-31T10:00:00Z")) == ["hearing-notice-short"]
    assert codes(changed(WHOLE, AppealDetermined, votes_for=1, abstained=1)) == ["ruling-not-carried"]
    assert codes(changed(WHOLE, AppealDetermined, votes_against=0)) == ["votes-missing"]
    assert codes(changed(WHOLE, AppealDetermined, reasons_words=2)) == ["reasons-insufficient"]
    twice = (*DETERMINE.answers, DETERMINE.answers[0])
    assert codes(changed(WHOLE, AppealDetermined, answers=twice)) == ["answer-unfit"]
    assert codes(changed(WHOLE, RemedyDone, proof="person/" + "9" * 24)) == ["proof-missing"]


def test_finds_a_ruling_under_a_rule_that_was_published_after_the_conduct() -> None:
    events = given(*RULED_ON).events
    assert codes(changed(events, GroundAdopted, published=CONDUCT)) == []
    late = changed(events, GroundAdopted, published="2010-06-01T12:00:01Z")
    assert codes(late) == ["rule-not-in-force-at-conduct"]


def test_finds_a_case_about_nobody_on_record() -> None:
    scene = given(*BEFORE)
    assert codes(scene.events) == []
    assert codes([event for event in scene.events if event.stream != f"person/{P}"]) == ["unknown-person"]


def test_finds_a_case_that_is_put_on_the_docket_or_taken_off_it_by_nothing() -> None:
    events = given(*BEFORE).events
    (on,) = (each for each in events if isinstance(each, CaseDocketed))
    values = {**dict(on), "command": "alone", "version": 2}
    off = CaseUndocketed.model_validate(
        {**{name: values[name] for name in CaseUndocketed.model_fields if name != "type"}}
    )
    for alone in (off, CaseDocketed.model_validate({**values, "case": "c9"})):
        assert codes((*events, alone)) == ["effect-alone"]


def test_finds_a_correction_that_leaves_too_few_reasons() -> None:
    slip = CorrectRuling(case="c1", ruling=1, reasons=RULE.reasons, reason="the date", effective=TELL.effective)
    events = given(*RULED_ON, slip).events
    assert codes(changed(events, RulingCorrected, reasons_words=RULE_WORDS - 10)) == []
    assert codes(changed(events, RulingCorrected, reasons_words=RULE_WORDS - 11)) == ["use-new-ruling"]
    shorter = changed(events, RulingMade, reasons_words=9)
    assert codes(changed(shorter, RulingCorrected, reasons_words=7)) == ["reasons-insufficient"]


def test_finds_a_date_that_does_not_follow() -> None:
    told = next(event for event in WHOLE if isinstance(event, RulingNotified))
    late = Dated(local="2010-08-26T23:59:59", utc="2010-08-26T22:59:59Z", zone="Europe/London")
    found = check([event.model_copy(update={"appeal_by": late}) if event is told else event for event in WHOLE])
    assert [(each.code, each.found) for each in found] == [("field-differs", str(late))]


def test_finds_nothing_in_a_correction_whatever_the_length_of_the_reasons() -> None:
    for reasons in (RULE.reasons.replace("1 June", "2 June"), RULE.reasons + " of theirs"):
        slip = CorrectRuling(case="c1", ruling=1, reasons=reasons, reason="the date", effective=TELL.effective)
        assert check(given(*RULED_ON, slip).events) == []

"""What `pollbook verify` finds of timetables, fees and grounds that no desk would have taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from scenario import CALL_ELECTION, CLOSE_POLL, DEFINED, but, given
from test_deferral import DEFER
from test_fee import WINDOW as SET_FEE
from test_ground import ADOPT, HASH
from test_timetable import SET, VARY, at

from ledger.event import Event
from ledger.streams.contest import contest_stream
from ledger.streams.fee import Concession
from ledger.streams.timetable import Step
from projections.verify.contests import ContestSeen
from projections.verify.timetables import check_timetables

Events = list[Event]
Forgery = Callable[[Events], None]
WHOLE = (*DEFINED, DEFER, SET, VARY, SET_FEE, ADOPT, CLOSE_POLL)
CALLED, DEFERRED, SET_AT, VARIED, FEE, GROUND, CLOSED = 0, 3, 4, 5, 6, 7, 8


def change(position: int, **fields: Any) -> Forgery:
    def forge(events: Events) -> None:
        events[position] = events[position].model_copy(update=fields)

    return forge


def change_step(position: int, **fields: Any) -> Forgery:
    """Change a step of the timetable; `date` is a local time in London."""

    def forge(events: Events) -> None:
        steps: list[Step] = list(events[SET_AT].steps)  # type: ignore[attr-defined]
        steps[position] = steps[position].model_copy(update=fields)
        events[SET_AT] = events[SET_AT].model_copy(update={"steps": tuple(steps)})

    return forge


def again(position: int) -> Forgery:
    return lambda events: events.insert(position, events[position])


def without(position: int) -> Forgery:
    return lambda events: events.__delitem__(position)


def found(events: Events) -> list[str]:
    contest = contest_stream("leader")
    for event in events:
        contest = contest.evolve(event) if event.stream == contest.stream else contest
    findings = check_timetables(list(enumerate(events)), {"leader": ContestSeen(contest)})
    return [finding.id for finding in findings]


def test_finds_nothing_in_what_the_desk_took() -> None:
    assert found(list(given(*WHOLE).events)) == []


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        (without(CALLED), {f"E6:unknown-election:{n}" for n in range(2, 7)}),
        (change(CLOSED, effective="2010-09-22T15:59:59Z"), {"E6:poll-open:8"}),
        (again(SET_AT), {"E6:timetable-exists:5"}),
        (without(SET_AT), {"E6:timetable-missing:4", "E6:old-date-differs:4"}),
        (change(SET_AT, published="2010-09-25T12:00:01Z"), {"E6:future-dated:4"}),
        (change(SET_AT, effective="2010-05-24T08:00:00Z"), {"E6:step-past:4"}),
        (change_step(1, category=None), {"E6:duplicate-step:4", "E6:old-date-differs:5"}),
        (change_step(3, category="mps"), {"E6:category-misplaced:4"}),
        (change_step(6, date=at("2010-09-20T12:00:00")), {"E6:impossible-order:4", "E6:impossible-order:5"}),
        (
            change_step(6, date=at("2010-09-25T16:00:00").model_copy(update={"utc": "2010-09-26T08:00:01Z"})),
            {"E6:offset-differs:4"},
        ),
        (change(VARIED, old=at("2010-05-28T12:30:00")), {"E6:old-date-differs:5"}),
        (change(VARIED, old=None), {"E6:old-date-differs:5"}),
        (change(VARIED, effective="2010-05-27T11:30:00Z"), {"E6:step-past:5"}),
        (change(VARIED, new=at("2010-05-25T13:00:00")), {"E6:step-past:5"}),
        (change(VARIED, new=at("2010-09-02T12:00:00")), {"E6:impossible-order:5"}),
        (change(FEE, published="2010-06-01T12:00:01Z"), {"E6:retrospective-fee:6"}),
        (change(FEE, concessions=(Concession(who="x", amount=-1),)), {"E6:negative-fee:6"}),
        (change(FEE, concessions=(Concession(who="x", amount=2500),)), {"E6:concession-above-fee:6"}),
        (change(FEE, opens=at("2010-07-20T17:00:00")), {"E6:impossible-order:6"}),
        (change(GROUND, published="2010-06-01T12:00:01Z"), {"E6:retrospective-ground:7"}),
        (change(GROUND, appeal=None), {"E6:appeal-route-unclear:7"}),
        (change(GROUND, no_appeal=HASH), {"E6:appeal-route-unclear:7"}),
        (change(DEFERRED, election="nec"), {"E6:unknown-election:3"}),
    ],
)
def test_finds_each_fault(forge: Forgery, expected: set[str]) -> None:
    events = list(given(*WHOLE).events)
    forge(events)
    assert set(found(events)) == expected


def test_a_freeze_may_be_past_and_a_poll_without_a_date_may_close() -> None:
    frozen = but(VARY, step="freeze", category=None, local="2010-01-12T12:00:00")
    assert found(list(given(*DEFINED, SET, frozen).events)) == []
    assert found(list(given(*DEFINED, CLOSE_POLL).events)) == []
    assert found(list(given(CALL_ELECTION, SET).events)) == []

"""The check of what was decided before the poll: dates, fees, grounds; and of polls closed before their time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.event import Event
from ledger.rules.local_time import Dated, seconds_between
from ledger.rules.steps import BY_CATEGORY, Key, misplaced, step_text
from ledger.streams.body import decision_faults
from ledger.streams.contest import PollClosed
from ledger.streams.decided import NOBODY
from ledger.streams.deferral import DecisionDeferred
from ledger.streams.election import ElectionCalled
from ledger.streams.fee import FeeSet
from ledger.streams.ground import GroundAdopted
from ledger.streams.timetable import StepVaried, Timetable, TimetableSet, timetable_stream
from projections.verify.finding import Finding
from projections.verify.rules import decided_at
from projections.verify.runs import Before

if TYPE_CHECKING:
    from projections.verify.contests import ContestSeen

OFFSET_MAX = 16 * 3600  # seconds: no zone was ever further from UTC

Decided = TimetableSet | StepVaried | FeeSet | GroundAdopted | DecisionDeferred
Fault = tuple[str, str, str]  # code, expected, found


def check_timetables(events: Iterable[tuple[int, Event]], contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E6: every date, fee and ground is one that the desk would have taken, and no poll was closed too early.

    In a ledger that is kept live a date is past from its moment on, whatever an act says of when it took effect. The
    database of time zones is not asked: what it says of a zone may have changed since.
    """
    before = Before()
    called: set[str] = set()
    tables: dict[str, Timetable] = {}
    for position, event in events:
        if isinstance(event, ElectionCalled):
            called.add(event.election)
        elif isinstance(event, Decided):
            table = tables.get(event.election, timetable_stream(event.election))
            if event.election not in called:
                what = f"an election called before, {event.election}"
                yield Finding("E6", "unknown-election", position, event.stream, what, "none")
            judged = before.founding.judged_at(event.effective, decided_at(event))
            for code, expected, found in (*_undecided(event, before), *_faults(event, table, judged)):
                yield Finding("E6", code, position, event.stream, expected, found)
            if isinstance(event, TimetableSet | StepVaried):
                tables[event.election] = table.evolve(event)
        elif isinstance(event, PollClosed) and event.contest in contests:
            table = tables.get(contests[event.contest].state.election, timetable_stream("none"))
            due = table.moment("poll-close")
            if due is not None and event.effective < due:
                yield Finding("E6", "poll-open", position, event.stream, f"a close from {due} on", event.effective)
        before.take(event)


def _undecided(event: Decided, before: Before) -> Iterator[Fault]:
    """Give what is wrong with the decision that an event rests on, if it names one."""
    if isinstance(event, DecisionDeferred) or event.body is event.decision is None:
        return
    body = before.body(event.body or NOBODY)
    if event.body is None or event.decision is None:
        yield "decision-missing", "a body, and what it decided", event.body or event.decision or ""
    elif body.exists or before.founding.exists:
        yield from decision_faults(body, event.decision, event.effective)


def _faults(event: Decided, table: Timetable, judged: str) -> Iterator[Fault]:
    """Give what is wrong with an event: what the desk would have refused; `judged` is when dates are past or not."""
    if not isinstance(event, DecisionDeferred) and event.published > event.recorded:
        yield "future-dated", f"publication up to {event.recorded}, when it was recorded", event.published
    match event:
        case TimetableSet():
            yield from _set_faults(event, table, judged)
        case StepVaried():
            yield from _variation_faults(event, table, judged)
        case FeeSet():
            yield from _fee_faults(event)
        case GroundAdopted():
            if event.published > event.effective:
                yield "retrospective-ground", f"in force from {event.published} on", event.effective
            if (event.appeal is None) == (event.no_appeal is None):
                found = "neither" if event.appeal is None else "both"
                yield "appeal-route-unclear", "a way to appeal, or the clause that there is none", found


def _set_faults(event: TimetableSet, table: Timetable, judged: str) -> Iterator[Fault]:
    if table.exists:
        yield "timetable-exists", "one timetable, and variations of it", "another"
    if len({step.key for step in event.steps}) < len(event.steps):
        yield "duplicate-step", "each step once", "one of them twice"
    steps = {step.key: step.date for step in event.steps}
    for key, date in steps.items():
        yield from _date_faults(key, date, judged)
    yield from _order_faults(steps)


def _variation_faults(event: StepVaried, table: Timetable, judged: str) -> Iterator[Fault]:
    if not table.exists:
        yield "timetable-missing", "a timetable set before", "none"
    key = (event.step, event.category)
    old = table.steps.get(key)
    if old != event.old:
        yield "old-date-differs", _said(old), _said(event.old)
    if old is not None and old.utc <= judged:
        yield "step-past", f"a step still to come at {judged}", f"{step_text(key)} at {old.utc}"
    yield from _date_faults(key, event.new, judged)
    yield from _order_faults({**table.steps, key: event.new})


def _date_faults(key: Key, date: Dated, judged: str) -> Iterator[Fault]:
    if key[1] is not None and key[0] not in BY_CATEGORY:
        yield "category-misplaced", f"one date of {key[0]} for all", f"one of {key[1]}"
    if key[0] != "freeze" and date.utc <= judged:
        yield "step-past", f"a date after {judged}", f"{step_text(key)} at {date.utc}"
    if abs(seconds_between(date.utc, date.local + "Z")) > OFFSET_MAX:
        yield "offset-differs", f"a moment within {OFFSET_MAX // 3600} hours of {date.local}", date.utc


def _order_faults(steps: Mapping[Key, Dated]) -> Iterator[Fault]:
    for one, other in misplaced(steps):
        found = f"{steps[one].utc}, {steps[other].utc}"
        yield "impossible-order", f"{step_text(one)} before {step_text(other)}", found


def _fee_faults(event: FeeSet) -> Iterator[Fault]:
    if event.published > event.effective:
        yield "retrospective-fee", f"in force from {event.published} on", event.effective
    for each in event.concessions:
        if each.amount < 0:
            yield "negative-fee", "0 or more", str(each.amount)
        elif each.amount >= event.amount:
            yield "concession-above-fee", f"less than {event.amount}", str(each.amount)
    if event.opens and event.closes and event.opens.utc >= event.closes.utc:
        yield "impossible-order", "opens before closes", f"{event.opens.utc}, {event.closes.utc}"


def _said(date: Dated | None) -> str:
    return "no date" if date is None else f"{date.local} {date.zone} ({date.utc})"

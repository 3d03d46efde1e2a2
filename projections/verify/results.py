"""The check of what happened to results: declared once, recounted by number, corrected in a recount, annulled once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.streams.contest import Contest
from ledger.streams.result import RecountOrdered, Result, ResultAnnulled, ResultCorrected, ResultDeclared, result_stream
from projections.verify.finding import Finding

if TYPE_CHECKING:
    from ledger.event import Event
    from projections.verify.record import RecordRead

Declaration = ResultDeclared | ResultCorrected
Change = ResultDeclared | RecountOrdered | ResultCorrected | ResultAnnulled


def result_at(record: RecordRead, contest: str, position: int) -> Result:
    """Give the result of a contest as it stood before a position."""
    state = result_stream(contest)
    for at, event in record.others:
        if at >= position:
            break
        if isinstance(event, Change) and event.contest == contest:
            state = state.evolve(event)
    return state


def reopened_between(record: RecordRead, contest: str, start: int, end: int) -> bool:
    """Whether a recount was ordered after one position and before another."""
    return any(
        start < at < end and isinstance(event, RecountOrdered) and event.contest == contest
        for at, event in record.others
    )


def check_results(record: RecordRead) -> Iterator[Finding]:
    """E3: the order of what happened to each result; each event is taken for what it says, right or wrong."""
    states: dict[str, Result] = {}
    closed: set[str] = set()
    declared: dict[str, int] = {}
    for position, event in record.others:
        if event.type == "poll-closed.v1":
            closed.add(Contest(event.stream).id)
        if not isinstance(event, Change):
            continue
        state = states.setdefault(event.contest, result_stream(event.contest))
        for code, expected, found in _faults(event, state, declared.get(event.contest)):
            yield Finding("E3", code, position, event.stream, expected, found)
        if isinstance(event, RecountOrdered) and event.contest not in closed:
            yield Finding("E3", "poll-open", position, event.stream, "a poll that closed", "none")
        if isinstance(event, ResultDeclared):
            declared.setdefault(event.contest, position)
        states[event.contest] = state.evolve(event)


def _faults(event: Event, state: Result, declared: int | None) -> Iterator[tuple[str, str, str]]:
    if state.annulled:
        yield "annulled", "nothing after the result was annulled", event.type
    match event:
        case ResultDeclared():
            if declared is not None:
                yield "declared-twice", f"one declaration, at event {declared}", "another"
            number = state.number if state.number > 1 else None
            if event.number != number:
                yield "recount-differs", _number(number), _number(event.number)
        case ResultCorrected():
            if declared is None:
                yield "not-declared", "a declaration before it is corrected", "none"
            if not state.reopened:
                yield "recount-needed", "a recount ordered since the last declaration", "none"
            if event.number != state.number:
                yield "recount-differs", _number(state.number), _number(event.number)
        case RecountOrdered():
            if event.number != state.number + 1:
                yield "recount-differs", _number(state.number + 1), _number(event.number)
        case ResultAnnulled():
            if declared is None:
                yield "not-declared", "a declaration before it is annulled", "none"


def _number(number: int | None) -> str:
    return "the first count" if number is None else f"count {number}"

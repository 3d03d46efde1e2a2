"""A timetable as readers want it: the dates in order, how long lies between them, every variation, what has no date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, get_args

from ledger.decision import fold
from ledger.event import Event
from ledger.rules.local_time import Dated, length_text, seconds_between
from ledger.rules.steps import Key, StepName, paired
from ledger.streams.contest import ContestDefined
from ledger.streams.election import ElectionCalled
from ledger.streams.timetable import StepVaried, Timetable, timetable_stream
from projections.moment import NOW, Moment

if TYPE_CHECKING:
    from ledger.record import Record

STEPS: tuple[str, ...] = get_args(StepName)
# Between these two readers ask how long it is.
LENGTHS = (
    ("nominations-open", "nominations-close"),
    ("applications-open", "applications-close"),
    ("freeze", "dispatch"),
    ("dispatch", "poll-close"),
    ("poll-open", "poll-close"),
    ("poll-close", "declaration"),
)


class Line(NamedTuple):
    """One date in force: since when it was public, whether it is a freeze published too late, how often it was moved.

    A first date given to a step after the timetable was set is not a move.
    """

    key: Key
    date: Dated
    published: str
    retrospective: bool
    moves: int


class Length(NamedTuple):
    """How long lies between two steps: in elapsed seconds, below 0 where the second comes first, and in words."""

    start: Key
    end: Key
    seconds: int
    text: str


class Variation(NamedTuple):
    """One variation with its position; `late`: it was recorded when the old date, or the new one, had passed."""

    position: int
    event: StepVaried
    late: bool


@dataclass(frozen=True, slots=True)
class TimetableView:
    """A timetable as of a moment; `undated` are the steps that have no date for anybody."""

    election: str
    lines: tuple[Line, ...]
    lengths: tuple[Length, ...]
    variations: tuple[Variation, ...]
    undated: tuple[str, ...]


def view_timetable(election: str, events: Sequence[tuple[int, Event]]) -> TimetableView:
    """Make the view from the events of the timetable's stream with their positions."""
    table = fold(timetable_stream(election), (event for _, event in events))
    moves: list[Key] = [(each.step, each.category) for each in table.variations if each.old is not None]
    late = table.retrospective
    lines = [
        Line(key, date, table.published[key], key in late, moves.count(key))
        for key, date in sorted(table.steps.items(), key=_in_time)
    ]
    varied = [(position, event) for position, event in events if isinstance(event, StepVaried)]
    return TimetableView(
        election,
        tuple(lines),
        tuple(lengths(table)),
        tuple(Variation(at, event, _is_late(event)) for at, event in varied),
        undated(table),
    )


def _is_late(event: StepVaried) -> bool:
    return any(date is not None and event.recorded > date.utc for date in (event.old, event.new))


def lengths(table: Timetable) -> Iterable[Length]:
    """Give how long lies between steps that have dates."""
    for first, second in LENGTHS:
        for one, other in paired(table.steps, first, second):
            start, end = table.steps[one], table.steps[other]
            yield Length(one, other, seconds_between(start.utc, end.utc), length_text(start, end))


def undated(table: Timetable) -> tuple[str, ...]:
    """Give the steps that have no date, for no category either."""
    dated = {step for step, _ in table.steps}
    return tuple(step for step in STEPS if step not in dated)


def _in_time(item: tuple[Key, Dated]) -> tuple[str, int, str]:
    (step, category), date = item
    return date.utc, STEPS.index(step), category or ""


def elections_of(ledger: Record, moment: Moment = NOW) -> dict[str, ElectionCalled]:
    """Give the elections that were called, by id."""
    streams = ledger.streams_of("election-called.v1", "election/")
    events = (event for name in dict.fromkeys(streams) for _, event in moment.past(ledger.stream(name)))
    return {event.election: event for event in events if isinstance(event, ElectionCalled)}


def contests_under(ledger: Record, election: str, moment: Moment = NOW) -> dict[str, ContestDefined]:
    """Give the contests of an election, by id: they share its timetable."""
    streams = ledger.streams_of("contest-defined.v1", "contest/")
    events = (event for name in dict.fromkeys(streams) for _, event in moment.past(ledger.stream(name)))
    return {
        event.contest: event for event in events if isinstance(event, ContestDefined) and event.election == election
    }

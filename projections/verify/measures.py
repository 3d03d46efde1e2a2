"""The check of interim measures that were left to run out and of which nobody was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.event import Event
from ledger.streams.case import Case, case_stream
from ledger.streams.case_events import InterimMeasureTaken
from projections.verify.case_streams import OF_CASES
from projections.verify.finding import Finding


def check_measures(events: Sequence[tuple[int, Event]]) -> Iterator[Finding]:
    """E13: by the end of the record nobody was held back from beginning to end of a measure and not told of it.

    That a measure ended and its case is not decided yet is no fault of the record: `pollbook deadlines` lists it. What
    has ended by now is held against the moment at which the last event was recorded, so that the answer is the same
    whenever it is asked.

    Args:
        events: all that did not come in batches, in the order of the record.
    """
    now = events[-1][1].recorded if events else ""
    taken = {event.case: at for at, event in events if isinstance(event, InterimMeasureTaken)}
    for name, case in _cases(events, taken).items():
        last = case.measures[-1]
        if case.interim is None or last.until > now:
            continue
        if case.notice is None:
            expected = f"a notice to the person by {last.until}, when the measure ended"
            yield Finding("E13", "interim-unnoticed", taken[name], case.stream, expected, f"none by {now}")


def _cases(events: Iterable[tuple[int, Event]], wanted: Iterable[str]) -> dict[str, Case]:
    """Fold the cases in which a measure was taken; one that does not replay is a finding of I3."""
    cases = {name: case_stream(name) for name in wanted}
    for _, event in events:
        if isinstance(event, OF_CASES) and event.case in cases:
            try:
                cases[event.case] = cases[event.case].evolve(event)
            except (TypeError, LookupError):
                continue
    return {name: case for name, case in cases.items() if case.measures}

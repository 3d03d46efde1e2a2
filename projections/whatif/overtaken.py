"""Which published analyses were overtaken: what they are of was counted again, corrected, or annulled since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.event import Event
from ledger.streams.analysis import AnalysisPublished, analysis_stream
from ledger.streams.result import RecountOrdered, ResultAnnulled, ResultCorrected, ResultDeclared, result_stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.record import Record
    from projections.moment import Moment

WAYS: dict[type[Event], str] = {
    RecountOrdered: "a recount was ordered",
    ResultCorrected: "the result was corrected",
    ResultDeclared: "the result was declared again",
    ResultAnnulled: "the result was annulled",
}


def overtaken(analyses: Iterable[tuple[int, Event]], results: Iterable[tuple[int, Event]]) -> dict[int, str]:
    """Give what overtook each analysis first, by its position, in words; those that still stand are left out."""
    later = [(position, WAYS[type(event)]) for position, event in results if type(event) in WAYS]
    found = {}
    for position, event in analyses:
        if isinstance(event, AnalysisPublished):
            first = next((each for each in later if each[0] > position), None)
            if first is not None:
                found[position] = f"Overtaken: {first[1]} after it, by event {first[0]}."
    return found


def published_of(ledger: Record, contest: str, moment: Moment) -> list[tuple[AnalysisPublished, str]]:
    """Give the analyses of a contest that were published to everybody, each with what overtook it, or nothing."""
    analyses = list(moment.past(ledger.stream(analysis_stream(contest).stream)))
    later = overtaken(analyses, moment.past(ledger.stream(result_stream(contest).stream)))
    return [
        (event, later.get(position, ""))
        for position, event in analyses
        if isinstance(event, AnalysisPublished) and event.blind is None
    ]

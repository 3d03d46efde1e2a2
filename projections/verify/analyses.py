"""The check of published analyses: each question is asked again, of the record as of the analysis's position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.errors import PollbookError
from ledger.streams.analysis import AnalysisPublished
from projections.margin import published
from projections.verify.counts import count_at
from projections.verify.finding import Finding
from projections.verify.results import result_at
from projections.verify.rulings import Past
from projections.whatif import whole
from projections.whatif.whole import analysis_figures

ENGINES = {"what-if": whole.ENGINE, "margin": published.ENGINE}

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead


def check_analyses(
    ledger: Ledger, record: RecordRead, contests: Mapping[str, ContestSeen], unchecked: dict[str, str]
) -> Iterator[Finding]:
    """E15: every analysis is of a declared result, tells of enough papers, and comes out the same again."""
    numbers: dict[str, int] = {}
    for position, event in record.others:
        if not isinstance(event, AnalysisPublished):
            continue
        numbers[event.contest] = numbers.get(event.contest, 0) + 1
        if event.number != numbers[event.contest]:
            expected = f"number {numbers[event.contest]}"
            yield Finding("E15", "number-differs", position, event.stream, expected, f"number {event.number}")
        contest = contests.get(event.contest)
        if contest is None or contest.definition is None:
            yield Finding("E15", "unknown-contest", position, event.stream, "a contest that was defined", event.contest)
            continue
        withheld = contest.definition.paper_publication != "papers" or event.question.names_electors
        if (event.blind is not None) != withheld:
            expected, found = ("a blind", "none") if withheld else ("no blind", "one")
            yield Finding("E15", "wrong-audience", position, event.stream, expected, found)
        kind = "what-if" if event.question.margin is None else "margin"
        if event.kind != kind:
            yield Finding("E15", "kind-differs", position, event.stream, kind, event.kind)
        if event.engine != ENGINES[kind]:
            unchecked["E15"] = f"event {position} is by another version of the analysis: {event.engine}"
            continue
        yield from _again(ledger, record, contest, position, event)


def _again(
    ledger: Ledger, record: RecordRead, contest: ContestSeen, position: int, event: AnalysisPublished
) -> Iterator[Finding]:
    last = event.as_of_position
    if last >= position:
        yield Finding("E15", "as-of-later", position, event.stream, f"a count before event {position}", f"of {last}")
        return
    if result_at(record, event.contest, position).elected is None:
        yield Finding("E15", "not-declared", position, event.stream, "a result declared before it", "none")
    counted = count_at(record, contest, last, ("E15", position, event.stream))
    if isinstance(counted, Finding):
        yield counted
        return
    past = Past(ledger, record.others)
    past.move(last + 1)
    try:
        figures = analysis_figures(past, *counted, event.question, last)
    except PollbookError as error:
        yield Finding("E15", error.code, position, f"{event.stream}, {error.what}", error.expected, error.found)
        return
    if figures.small:
        expected = f"at least {contest.definition.smallest_cell if contest.definition else 1} papers that differ"
        yield Finding("E15", "reveals-ballot", position, event.stream, expected, "fewer")
    for field, expected, found in (
        ("verdict", figures.verdict, event.verdict),
        ("effect", figures.effect or "none", event.effect or "none"),
        ("certificate", figures.certificate, event.certificate),
    ):
        if expected != found:
            yield Finding("E15", "not-reproducible", position, f"{event.stream}, {field}", expected, found)

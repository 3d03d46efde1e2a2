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
from projections.whatif import whole
from projections.whatif.whole import analysis_figures

ENGINES = {"what-if": whole.ENGINE, "margin": published.ENGINE}

if TYPE_CHECKING:
    from ledger.storage.store import Ledger
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead


def check_analyses(ledger: Ledger, record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E15: every analysis is of a result that stands, tells of enough papers, and comes out the same again.

    A set of rulings is resolved again, as of the position that the analysis names, and of the last event before it.
    An engine that this program does not know is a finding: else whoever names one could have any verdict pass.
    """
    numbers: dict[str, int] = {}
    begun: dict[str, int] = {}  # command -> its first event
    for position, event in record.others:
        first = begun.setdefault(event.command, position) if event.command else position
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
        yield from _check_result(record, position, event)
        kind = "what-if" if event.question.margin is None else "margin"
        if event.kind != kind:
            yield Finding("E15", "kind-differs", position, event.stream, kind, event.kind)
        if event.engine != ENGINES[kind]:
            expected = f"an analysis by {ENGINES[kind]}, the engine of this program"
            yield Finding("E15", "unknown-engine", position, event.stream, expected, event.engine)
        elif event.as_of_position >= position:
            expected, found = f"a count before event {position}", f"of {event.as_of_position}"
            yield Finding("E15", "as-of-later", position, event.stream, expected, found)
        else:
            yield from _again(ledger, record, contest, (position, first - 1), event)


def _check_result(record: RecordRead, position: int, event: AnalysisPublished) -> Iterator[Finding]:
    result = result_at(record, event.contest, position)
    if result.elected is None:
        yield Finding("E15", "not-declared", position, event.stream, "a result declared before it", "none")
    elif result.annulled or result.reopened:
        code, found = ("annulled", "one annulled") if result.annulled else ("recount-open", "a recount not declared")
        yield Finding("E15", code, position, event.stream, "a result that stands", found)


def _again(
    ledger: Ledger, record: RecordRead, contest: ContestSeen, at: tuple[int, int], event: AnalysisPublished
) -> Iterator[Finding]:
    """Ask an analysis's question again, as of the position it names, and if it comes out so, of the last event too.

    A margin is of the count alone: where both counts are of the same, it is not searched a second time.

    Args:
        at: the analysis's position, and that of the last event that is known to it.
    """
    position, last = at
    before = None
    for known in dict.fromkeys((event.as_of_position, last)):
        counted = count_at(record, contest, known, ("E15", position, event.stream))
        if isinstance(counted, Finding):
            yield counted
            return
        if event.question.margin is not None and counted == before:
            return
        found = [*_compared(ledger, contest, counted, (position, known), event)]
        yield from found
        if found:
            return
        before = counted


def _compared(
    ledger: Ledger,
    contest: ContestSeen,
    counted: tuple[Basis, Table],
    at: tuple[int, int],
    event: AnalysisPublished,
) -> Iterator[Finding]:
    """Compare an analysis with what its question comes to, of a count as of a position."""
    position, last = at
    try:
        figures = analysis_figures(ledger, *counted, event.question, last)
    except PollbookError as error:
        yield Finding("E15", error.code, position, f"{event.stream}, {error.what}", error.expected, error.found)
        return
    if figures.small:
        expected = f"at least {contest.definition.smallest_cell if contest.definition else 1} papers that differ"
        yield Finding("E15", "reveals-ballot", position, event.stream, expected, "fewer")
    as_of = "" if last == event.as_of_position else f", as of event {last}"
    for field, expected, found in (
        ("verdict", figures.verdict, event.verdict),
        ("effect", figures.effect or "none", event.effect or "none"),
        ("certificate", figures.certificate, event.certificate),
    ):
        if expected != found:
            yield Finding("E15", "not-reproducible", position, f"{event.stream}, {field}{as_of}", expected, found)

"""The check of scrutineers' reports: there where one is required, and with no other numbers than the record's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.streams.report import ReportMade, differences
from projections.verify.accounts import check_audience
from projections.verify.counts import changes_between, count_at
from projections.verify.finding import Finding
from projections.verify.results import Declaration, result_at

if TYPE_CHECKING:
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead


def check_reports(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E5: every report, and every declaration that ought to have one before it."""
    made: dict[str, ReportMade] = {}
    for position, event in record.others:
        if isinstance(event, ReportMade):
            made[event.contest] = event
            yield from _check_alone(record, contests.get(event.contest), position, event)
        elif not isinstance(event, Declaration):
            continue
        contest, report = contests.get(event.contest), made.get(event.contest)
        if contest is None:
            yield Finding("E5", "unknown-contest", position, event.stream, "a contest that was defined", "none")
        elif report is not None:
            yield from _compare(record, contest, report, position, event)
        elif contest.definition is not None and contest.definition.report is not None:
            yield Finding("E5", "report-missing", position, event.stream, "the scrutineer's report before it", "none")


def _check_alone(
    record: RecordRead, contest: ContestSeen | None, position: int, event: ReportMade
) -> Iterator[Finding]:
    """What the desk would have refused of a report whatever the count says."""
    result = result_at(record, event.contest, position)
    if result.annulled or (result.elected is not None and not result.reopened):
        expected = "a report before the declaration, or in a recount"
        yield Finding("E5", "already-declared", position, event.stream, expected, "after it")
    if contest is None:
        return
    votes = Counter(each.candidate for each in event.votes)
    for name, times in votes.items():
        if times > 1:  # only one of them would be compared
            yield Finding("E5", "duplicate-candidate", position, event.stream, "each candidate once", f"{name} again")
        if name not in contest.state.candidates:
            yield Finding("E5", "unknown-candidate", position, event.stream, "candidates of the contest", name)
    yield from check_audience("E5", contest, position, event)


def _compare(
    record: RecordRead, contest: ContestSeen, report: ReportMade, position: int, event: ReportMade | Declaration
) -> Iterator[Finding]:
    last = event.as_of_position
    if last >= position:
        yield Finding("E5", "as-of-later", position, event.stream, f"a count before event {position}", f"of {last}")
    since = next(changes_between(record, event.contest, last, position), None)
    if isinstance(event, ReportMade) and since is not None:
        expected = f"nothing that counts between event {last} and the report"
        yield Finding("E5", "papers-after-count", position, event.stream, expected, f"event {since}")
    counted = count_at(record, contest, last, ("E5", position, event.stream))
    if isinstance(counted, Finding):
        yield counted
        return
    basis, table = counted
    for field, expected, found in differences(report, contest.state.candidates, basis.figures(table, last)):
        yield Finding("E5", "report-differs", position, f"{event.stream}, {field}", expected, found)

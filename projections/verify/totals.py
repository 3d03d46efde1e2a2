"""The check of certified totals: of a section that has no papers, once, between close and declaration, and possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ledger.streams.totals import TotalsCertified
from projections.verify.contests import ContestSeen
from projections.verify.finding import Finding
from projections.verify.papers import BatchName, contest_and_section
from projections.verify.record import RecordRead
from projections.verify.results import result_at

Fault = tuple[str, str, str, str]  # code, where, what is expected, what is found


def check_totals(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E2: all totals that were certified."""
    first: dict[BatchName, int] = {}
    for position, event in record.others:
        if not isinstance(event, TotalsCertified):
            continue
        start = first.setdefault((event.contest, event.section), position)
        result = result_at(record, event.contest, position)
        if start != position and not result.reopened:
            yield Finding("E2", "totals-exist", position, event.stream, f"one, at event {start}", "another")
        if result.elected is not None and not result.reopened:
            expected = "totals before the declaration, or in a recount"
            yield Finding("E2", "already-declared", position, event.stream, expected, "after it")
        yield from _check_one(position, event, contests.get(event.contest))
    yield from _check_no_papers(record, first)


def _check_one(position: int, event: TotalsCertified, contest: ContestSeen | None) -> Iterator[Finding]:
    if contest is None or contest.definition is None:
        yield Finding("E2", "unknown-contest", position, event.stream, "a contest that was defined", event.contest)
        return
    if event.section not in contest.state.sections:
        yield Finding("E2", "unknown-section", position, event.stream, "a section of the contest", event.section)
    if not contest.closings or position < contest.closings[0][0]:
        yield Finding("E2", "poll-open", position, event.stream, "totals certified after the poll closed", "before")
    for code, where, expected, found in stage_faults(event, contest.state.candidates):
        yield Finding("E2", code, position, where, expected, found)


def _check_no_papers(record: RecordRead, totals: Mapping[BatchName, int]) -> Iterator[Finding]:
    """A section has totals or papers: whichever came second is at fault."""
    for name, seen in record.batches.items():
        position = totals.get(contest_and_section(name))
        if position is None:
            continue
        at = seen.begins_at
        if at < position and 0 <= seen.withdrawn_at < position:
            continue  # they did not count any more
        if at < position:
            what = " ".join(contest_and_section(name))
            yield Finding("E2", "papers-exist", position, f"totals of {what}", "a section without papers", name)
        else:
            found = f"totals, event {position}"
            yield Finding("E2", "totals-exist", at, name, "papers of a section without totals", found)


def stage_faults(event: TotalsCertified, candidates: Sequence[str]) -> Iterator[Fault]:
    """Find what the desk would have refused in the stages of totals."""
    continuing = list(candidates)
    before: int | None = None
    if not event.stages:
        yield "totals-incomplete", event.stream, "a stage at least", "none"
    for number, stage in enumerate(event.stages, 1):
        where = f"{event.stream}, stage {number}"
        held = Counter(each.candidate for each in stage.held)
        strangers = [name for name in held if name not in candidates]
        if strangers:
            yield "unknown-candidate", where, "candidates of the contest", ", ".join(strangers)
        twice = [name for name, times in held.items() if times > 1]
        if twice:
            yield "duplicate-candidate", where, "each candidate once", ", ".join(twice)
        missing = [name for name in continuing if name not in held] if number == 1 else []
        returned = [name for name in held if name in candidates and name not in continuing]
        if missing or returned:
            found = [*(f"nothing of {name}" for name in missing), *(f"{name} again" for name in returned)]
            expected = "every candidate at stage 1, then those who continue"
            yield "totals-incomplete", where, expected, ", ".join(found)
        total = sum(each.votes for each in stage.held)
        if before is not None and total > before:
            yield "totals-grow", where, f"at most the {before} papers of the stage before", str(total)
        continuing, before = list(held), total

"""The check of declarations: made once, on all the papers that there are, and what the count says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ledger.errors import PollbookError
from ledger.field import rounded
from ledger.streams.result import ResultDeclared, printed
from ledger.streams.totals import TotalsCertified, totals_stream
from projections.count.av import count_av
from projections.count.stage_table import StageTable
from projections.counting import cells, count_digest, stages_of
from projections.verify.contests import ContestSeen
from projections.verify.finding import Finding
from projections.verify.papers import contest_and_section
from projections.verify.record import RecordRead
from projections.verify.totals import stage_faults


def check_declarations(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E3: every declared result is that of the papers up to the position that it names, and there are no others."""
    declared: dict[str, int] = {}
    for position, event in record.others:
        if not isinstance(event, ResultDeclared):
            continue
        if declared.setdefault(event.contest, position) != position:
            first = f"one declaration, at event {declared[event.contest]}"
            yield Finding("E3", "declared-twice", position, event.stream, first, "another")
        contest = contests.get(event.contest)
        if contest is None:
            yield Finding("E3", "not-recomputable", position, event.stream, "a contest with its rule", "none")
            continue
        yield from _check_moment(record, contest, position, event)
        yield from _check_count(record, contest, position, event)


def _check_moment(record: RecordRead, contest: ContestSeen, position: int, event: ResultDeclared) -> Iterator[Finding]:
    """It looks back on a poll that closed, and on batches all of which are closed, for ever."""
    last = event.as_of_position
    if last >= position:
        yield Finding("E3", "as-of-later", position, event.stream, f"a count before event {position}", f"of {last}")
    if not contest.closings or contest.closings[0][0] > last:
        yield Finding("E3", "poll-open", position, event.stream, f"a poll closed up to event {last}", "none")
    for name, seen in record.batches.items():
        if contest_and_section(name)[0] != event.contest:
            continue
        if max(seen.last_at, seen.closed_at) > last:
            at = next(at for at in (seen.first_at, seen.last_at, seen.closed_at) if at > last)
            yield Finding(
                "E3", "papers-after-count", at, name, f"no papers after event {last}, on which {position}", "some"
            )
        if 0 <= seen.opened_at < position and not 0 <= seen.closed_at < position:
            yield Finding("E3", "batches-open", position, event.stream, "every batch of papers closed", name)

    for at, other in record.others:
        if isinstance(other, TotalsCertified) and other.stream.startswith(f"totals/{event.contest}/") and at > last:
            yield Finding("E3", "papers-after-count", at, other.stream, f"no totals after event {last}", "some")


def _check_count(record: RecordRead, contest: ContestSeen, position: int, event: ResultDeclared) -> Iterator[Finding]:
    strangers = [name for name in event.elected if name not in contest.state.candidates]
    if strangers:
        yield Finding("E3", "unknown-candidate", position, event.stream, "candidates elected", ", ".join(strangers))
    if contest.definition is None or contest.rule is None:
        yield Finding("E3", "not-recomputable", position, event.stream, "a contest with its rule", "none")
        return
    profile = profile_at(record, event.contest, contest.state.sections, event.as_of_position)
    certified = totals_at(record, event.contest, contest.state.sections, event.as_of_position)
    unfit = [name for name, each in certified.items() if any(stage_faults(each, contest.state.candidates))]
    if unfit:
        expected, found = "certified totals that can be counted", f"others of {', '.join(unfit)}"
        yield Finding("E3", "not-recomputable", position, event.stream, expected, found)
        return
    try:
        totals = stages_of(certified)
        table = count_av(contest.rule, contest.state.candidates, contest.state.sections, profile, totals=totals)
    except (PollbookError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield Finding("E3", "not-recomputable", position, event.stream, "papers that can be counted", str(error)[:200])
        return
    if table.lot_needed:
        yield Finding(
            "E3", "lot-needed", position, event.stream, "a count that ends", f"a tie of {', '.join(table.lot_needed)}"
        )
    published = contest.definition.paper_publication == "papers"
    digest = count_digest(contest.definition, table) if published else None
    if digest != event.count or sorted(table.elected) != sorted(event.elected):
        yield Finding(
            "E3",
            "figures-differ",
            position,
            event.stream,
            f"count {event.count or 'not named'}, elected {', '.join(event.elected)}",
            f"count {digest or 'not to be named'}, elected {', '.join(table.elected) or 'nobody'}",
        )
    yield from _check_figures(table, position, event)


def _check_figures(table: StageTable, position: int, event: ResultDeclared) -> Iterator[Finding]:
    exact = cells(table)
    for figure in event.figures:
        value = exact.get(figure.cell)
        found = "no such cell" if value is None else rounded(value, figure.decimals)
        if found != printed(figure.value, figure.decimals):
            yield Finding("E3", "figures-differ", position, f"{event.stream}, {figure.says()}", figure.value, found)


def profile_at(record: RecordRead, contest: str, sections: tuple[str, ...], position: int) -> dict[str, Counter[str]]:
    """Give the papers of a contest by section, of batches closed up to a position."""
    profile: dict[str, Counter[str]] = {}
    for name, seen in record.batches.items():
        owner, section = contest_and_section(name)
        if owner == contest and 0 <= seen.closed_at <= position and section in sections:
            profile.setdefault(section, Counter()).update(seen.papers)
    return profile


def totals_at(record: RecordRead, contest: str, sections: tuple[str, ...], position: int) -> dict[str, TotalsCertified]:
    """Give the totals of a contest's sections that stood at a position, by their streams: section to the event."""
    streams = {totals_stream(contest, section).stream: section for section in sections}
    return {
        streams[event.stream]: event
        for at, event in record.others
        if isinstance(event, TotalsCertified) and event.stream in streams and at <= position
    }

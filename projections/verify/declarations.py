"""The check of declarations: made on all the papers that there are, and just what the count says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.field import rounded
from ledger.streams.figure import printed
from ledger.streams.result import FiguresPublished
from projections.basis import Basis
from projections.count.count import Table
from projections.verify.contests import ContestSeen
from projections.verify.counts import COUNTED, count_at
from projections.verify.finding import Finding
from projections.verify.papers import contest_and_section
from projections.verify.record import RecordRead
from projections.verify.results import Declaration, reopened_between, result_at


def check_declarations(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E3: every declaration and correction is that of the papers up to the position that it names."""
    yield from _check_withdrawals(record)
    for position, event in record.others:
        if isinstance(event, FiguresPublished) and event.contest not in contests:
            yield Finding("E3", "unknown-contest", position, event.stream, "a contest that was defined", "none")
        if not isinstance(event, Declaration):
            continue
        contest = contests.get(event.contest)
        if contest is None:
            yield Finding("E3", "not-recomputable", position, event.stream, "a contest with its rule", "none")
            continue
        yield from _check_moment(record, contest, position, event)
        yield from _check_count(record, contest, position, event)


def _check_withdrawals(record: RecordRead) -> Iterator[Finding]:
    """A batch that counted was withdrawn only in a recount."""
    for name, seen in record.batches.items():
        at = seen.withdrawn_at
        if 0 <= seen.closed_at < at and not result_at(record, contest_and_section(name)[0], at).reopened:
            yield Finding("E3", "recount-needed", at, name, "papers withdrawn in a recount", "none was ordered")


def _check_moment(record: RecordRead, contest: ContestSeen, position: int, event: Declaration) -> Iterator[Finding]:
    """It looks back on a poll that closed, and on all that a count is taken from, until a recount is ordered."""
    last = event.as_of_position
    if last >= position:
        yield Finding("E3", "as-of-later", position, event.stream, f"a count before event {position}", f"of {last}")
    if not contest.closings or contest.closings[0][0] > last:
        yield Finding("E3", "poll-open", position, event.stream, f"a poll closed up to event {last}", "none")
    for name, seen in record.batches.items():
        if contest_and_section(name)[0] != event.contest:
            continue
        withdrawn = seen.withdrawn_at
        if 0 <= seen.opened_at < position and not 0 <= seen.closed_at < position and not 0 <= withdrawn < position:
            yield Finding("E3", "batches-open", position, event.stream, "every batch of papers closed", name)
        changes = [] if 0 <= withdrawn <= last else [seen.first_at, seen.last_at, seen.closed_at]
        if not seen.members and not seen.closings and not seen.withdrawals:  # open for ever
            changes.append(seen.opened_at)
        late = [at for at in (*changes, withdrawn) if at > last]
        if late and not reopened_between(record, event.contest, position, min(late)):
            expected = f"no papers after event {last}, on which {position}"
            yield Finding("E3", "papers-after-count", min(late), name, expected, "some")
    for at, other in record.others:
        if not isinstance(other, COUNTED) or other.contest != event.contest or at <= last:
            continue
        if not reopened_between(record, event.contest, position, at):
            expected = f"nothing that counts after event {last}, on which {position}"
            yield Finding("E3", "papers-after-count", at, other.stream, expected, other.type)


def _check_count(record: RecordRead, contest: ContestSeen, position: int, event: Declaration) -> Iterator[Finding]:
    strangers = [name for name in event.elected if name not in contest.state.candidates]
    if strangers:
        yield Finding("E3", "unknown-candidate", position, event.stream, "candidates elected", ", ".join(strangers))
    counted = count_at(record, contest, event.as_of_position, ("E3", position, event.stream))
    if isinstance(counted, Finding):
        yield counted
        return
    basis, table = counted
    if table.lot_needed:
        found = f"a tie of {', '.join(table.lot_needed)}"
        yield Finding("E3", "lot-needed", position, event.stream, "a count that ends", found)
    digest = basis.digest(table) if basis.contest.paper_publication == "papers" else None
    if digest != event.count or sorted(table.elected) != sorted(event.elected):
        yield Finding(
            "E3",
            "figures-differ",
            position,
            event.stream,
            f"count {event.count or 'not named'}, elected {', '.join(event.elected)}",
            f"count {digest or 'not to be named'}, elected {', '.join(table.elected) or 'nobody'}",
        )
    if basis.contest.account == "required":
        for section, expected, found in basis.account(table).unbalanced():
            yield Finding("E3", "account-unbalanced", position, f"{event.stream}, section {section}", expected, found)
    yield from _check_figures(basis, table, position, event)


def _check_figures(basis: Basis, table: Table, position: int, event: Declaration) -> Iterator[Finding]:
    exact = basis.cells(table)
    for figure in event.figures:
        value = exact.get(figure.cell)
        found = "no such cell" if value is None else rounded(value, figure.decimals)
        if found != printed(figure.value, figure.decimals):
            yield Finding("E3", "figures-differ", position, f"{event.stream}, {figure.says()}", figure.value, found)

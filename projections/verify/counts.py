"""What the record says a count is taken from, as of a position, and the count: for every check that needs one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from ledger.decision import fold
from ledger.errors import PollbookError
from ledger.field import ALL
from ledger.streams.account import AccountStated
from ledger.streams.lot import LotDrawn, lot_stream
from ledger.streams.totals import TotalsCertified
from projections.basis import Basis
from projections.verify.finding import Finding
from projections.verify.papers import contest_and_section
from projections.verify.totals import stage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.count.count import Table
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead

COUNTED = AccountStated | LotDrawn | TotalsCertified  # what a count is taken from, beside batches
Stated = TypeVar("Stated", AccountStated, TotalsCertified)


def count_at(
    record: RecordRead, contest: ContestSeen, position: int, at: tuple[str, int, str]
) -> tuple[Basis, Table] | Finding:
    """Count a contest as of a position, or say why that cannot be.

    Args:
        at: check, position and stream of the event that refers to the count, for the finding `not-recomputable`.
    """
    check, place, stream = at
    if contest.definition is None or contest.rule is None:
        return Finding(check, "not-recomputable", place, stream, "a contest with its rule", "none")
    sections = contest.state.sections
    basis = Basis(
        contest=contest.definition,
        rule=contest.rule,
        papers=_papers(record, contest.state.id, sections, position),
        certified=_last(record, TotalsCertified, f"totals/{contest.state.id}/", sections, position),
        lots=_lots(record, contest.state.id, position),
        accounts=_last(record, AccountStated, f"account/{contest.state.id}/", (*sections, ALL), position),
    )
    unfit = [name for name, each in basis.certified.items() if any(stage_faults(each, contest.state.candidates))]
    if unfit:
        expected, found = "certified totals that can be counted", f"others of {', '.join(unfit)}"
        return Finding(check, "not-recomputable", place, stream, expected, found)
    try:
        return basis, basis.count()
    except (PollbookError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return Finding(check, "not-recomputable", place, stream, "papers that can be counted", str(error)[:200])


def changes_between(record: RecordRead, contest: str, start: int, end: int) -> Iterator[int]:
    """Give where something that a count of the contest is taken from was recorded after `start` and before `end`."""
    for name, seen in record.batches.items():
        if contest_and_section(name)[0] == contest:
            places = (seen.opened_at, seen.first_at, seen.last_at, seen.closed_at, seen.withdrawn_at)
            yield from (at for at in places if start < at < end)
    for at, event in record.others:
        if isinstance(event, COUNTED) and event.contest == contest and start < at < end:
            yield at


def _papers(record: RecordRead, contest: str, sections: tuple[str, ...], position: int) -> dict[str, Counter[str]]:
    """Give the papers by section, of batches that count as of the position."""
    profile: dict[str, Counter[str]] = {}
    for name, seen in record.batches.items():
        owner, section = contest_and_section(name)
        if owner == contest and section in sections and seen.counts_at(position):
            profile.setdefault(section, Counter()).update(seen.papers)
    return profile


def _last(
    record: RecordRead, kind: type[Stated], prefix: str, sections: tuple[str, ...], position: int
) -> dict[str, Stated]:
    """Give the last event of a kind for each section, by the section's stream, as of the position."""
    streams = {prefix + section: section for section in sections}
    return {
        streams[event.stream]: event
        for at, event in record.others
        if isinstance(event, kind) and event.stream in streams and at <= position
    }


def _lots(record: RecordRead, contest: str, position: int) -> dict[tuple[int, frozenset[str]], tuple[str, ...]]:
    state = lot_stream(contest)
    drawn = (e for at, e in record.others if isinstance(e, LotDrawn) and e.stream == state.stream and at <= position)
    return fold(state, drawn).orders

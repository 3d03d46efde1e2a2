"""Sets of rulings that the law asks about, resolved from the record, as all whose appeal was allowed too late."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger.errors import RefusedError, refused
from ledger.rules.question import RulingNamed
from projections.oversight.docket import upheld_too_late
from projections.oversight.reading import read_rulings
from projections.oversight.register import Filter, checked, filtered
from projections.whatif.electors import Effects, parts_of_ruling, total

if TYPE_CHECKING:
    from ledger.rules.question import RulingSet
    from ledger.streams.contest import ContestDefined
    from projections.oversight.rows import RulingRow
    from projections.whatif.seen import Seen

SKIPPED = {
    "already-reversed": "Of the rulings of the set, {} put right in time: such an elector could vote.",
    "mixed-contests": "Of the rulings of the set, {} about entries that have no vote in this contest.",
}


def rulings_of(record: Seen, contest: ContestDefined, wanted: RulingSet) -> tuple[RulingRow, ...]:
    """Resolve a set, in the order in which its rulings were made.

    Raises:
        UsageError: what `checked` raises.
        RefusedError: `no-cases`; `empty-set`: no ruling is in it.
    """
    oversight = read_rulings(record.folded(), contest.election)
    asked = Filter(
        ground=wanted.ground or "",
        panel=wanted.panel or "",
        rule=wanted.rule or "",
        source=wanted.source or "",
        outcome=wanted.outcome or "",
        since=wanted.since or "",
        until=wanted.until or "",
    )
    rows = filtered(oversight.rulings, checked(asked, oversight))
    poll = oversight.polls.get(contest.contest)
    found = tuple(row for row in rows if _lets_through(wanted, row, poll))
    if not found:
        remedy = f"See them with: pollbook rulings {contest.election}; pollbook appeals {contest.election}"
        raise refused("empty-set", f"what-if on contest {contest.contest}", f"rulings: {wanted.says()}", "none", remedy)
    return found


def _lets_through(wanted: RulingSet, row: RulingRow, poll: str | None) -> bool:
    late = row.appeal is not None and upheld_too_late(row.appeal, poll)
    after = bool(poll and row.told and row.told > poll)
    return (late or wanted.appeal is None) and (after or wanted.told is None)


def effects_of_set(record: Seen, contest: ContestDefined, rulings: tuple[RulingRow, ...], position: int) -> Effects:
    """Say what papers there would be had all of them gone the other way; what could not is left out, and said."""
    found: list[Effects] = []
    skipped: Counter[str] = Counter()
    for row in rulings:
        named = RulingNamed(case=row.case, ruling=row.ruling)
        for part in parts_of_ruling(record, contest, named, position):
            if isinstance(part, RefusedError):
                skipped[part.code] += 1
            else:
                found.append(part)
    notes = tuple(
        SKIPPED[code].format("1 is" if number == 1 else f"{number} are") for code, number in sorted(skipped.items())
    )
    return total([*found, Effects(notes=notes)])

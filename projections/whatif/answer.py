"""The answer to a what-if question that was turned into numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projections.margin.recount import Moved
from projections.whatif.again import counted_again
from projections.whatif.bounded import bounded
from projections.whatif.forced import MORE_GO, outcomes_with, valid_papers
from projections.whatif.found import Found, cannot_say

if TYPE_CHECKING:
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.margin.watch import Expired
    from projections.whatif.changed import Changed

NO_TIME = "with a time limit of zero nothing is searched"
NOBODY = "counted so, it elects nobody, or whom a lot decides: what unknown papers add to that is not worked out"


def answer(basis: Basis, table: Table, changed: Changed, expired: Expired | None) -> Found:
    """Answer a question.

    Args:
        basis, table: what the count was taken from, and what it came to; somebody is elected.
        expired: says that the time is up; None for no time at all.
    """
    elected = tuple(sorted(table.elected))
    if not changed.recounts:
        return cannot_say(NO_TIME) if expired is None else bounded(basis, table, changed, expired)
    again = counted_again(changed.basis(basis), elected)
    if again.verdict == "cannot-say" or not changed.unknown:
        return again
    if again.effect == "changed":  # with none of the unknown papers, or just those that have to go
        return replace(_changed_anyhow(changed.basis(basis), changed, elected), table=again.table)
    if again.effect != "same" or again.table is None:
        return cannot_say(NOBODY)
    if expired is None:
        return cannot_say(NO_TIME)
    return replace(bounded(changed.basis(basis), again.table, changed, expired), table=again.table)


def _changed_anyhow(basis: Basis, changed: Changed, elected: tuple[str, ...]) -> Found:
    """Answer where the count is another without any unknown papers: of those that have to go any may go."""
    for moved, outcomes in outcomes_with(basis, Moved(), changed, valid_papers(basis), elected):
        if elected not in outcomes:
            return Found("bounded", "could", tuple(outcomes), 0, moved)
    return cannot_say(MORE_GO)

"""What the public is told where so few papers differ that tallies would tell how they are marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.errors import refused
from ledger.rules.alternative import WeightedAlternativeVote
from projections.whatif.changed import Changed

if TYPE_CHECKING:
    from ledger.rules.question import Question
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.whatif.found import Found


def papers_that_differ(table: Table, changed: Changed) -> int:
    """Count the papers by which two tallies would differ: unknown ones, and those of sections left out."""
    return changed.unknown + sum(table.valid.get(name, 0) for name in changed.left_out)


def is_small(basis: Basis, table: Table, changed: Changed) -> bool:
    """Whether an answer would tell of fewer papers than may be shown alone.

    Where sections are left out, each section of the contest counts by itself: two answers together, or one and the
    count, would be the difference.
    """
    cells = (papers_that_differ(table, changed), *changed.cells)
    return any(0 < each < basis.contest.smallest_cell for each in cells) or (
        bool(changed.left_out) and has_small_section(basis, table)
    )


def has_small_section(basis: Basis, table: Table) -> bool:
    """Whether so few papers of a section are valid that nobody may be shown them alone."""
    return any(0 < number < basis.contest.smallest_cell for number in table.valid.values())


def require_for_public(basis: Basis, table: Table, question: Question, changed: Changed) -> None:
    """Refuse the public what puts the papers of a small section against numbers of the asker's choice.

    Whoever may leave out all others, or weigh them, or add papers until the result tips, learns what is on few papers.

    Raises:
        RefusedError: `reveals-ballot`.
    """
    if not has_small_section(basis, table):
        return
    kept = [table.valid.get(each.id, 0) for each in basis.contest.sections if each.id not in changed.left_out]
    alone = changed.left_out and sum(kept) < basis.contest.smallest_cell
    tuned = changed.left_out and (changed.unknown or changed.rule is not None)
    if alone or tuned or isinstance(question.count_rule, WeightedAlternativeVote):
        cell = basis.contest.smallest_cell
        where = f"what-if on contest {basis.contest.contest}"
        remedy = "Ask as scrutineer: --audience scrutineer --purpose scrutiny --as scrutineer"
        expected = f"a question that tells nobody of fewer than {cell} papers of a section"
        found = "one that sets a section of fewer apart"
        raise refused("reveals-ballot", where, expected, found, remedy)


def hides_tables(basis: Basis, changed: Changed) -> bool:
    """Whether a count tells numbers by section that the contest does not: its rule publishes all sections as one."""
    combined = basis.rule.publication == "combined" and len(basis.contest.sections) > 1
    return combined and changed.recounts


def for_public(basis: Basis, table: Table, found: Found, changed: Changed) -> tuple[Found, Changed, bool]:
    """Give what the public is shown of an answer, and whether numbers were taken out of it."""
    even = found.break_even
    if even is not None and (basis.rule.publication == "combined" or sum(even.votes) < basis.contest.smallest_cell):
        found = replace(found, break_even=replace(even, votes=(0, 0)))  # what a section holds is not published
    if is_small(basis, table, changed):
        return *without_numbers(found, changed), True
    if hides_tables(basis, changed):
        return replace(found, table=None, short=None, needed=None, example=None), changed, True
    return found, changed, False


def without_numbers(found: Found, changed: Changed) -> tuple[Found, Changed]:
    """Keep verdict and break-even, but not of papers taken out: how many came back is not told.

    How it is known goes too: it may tell that somebody did not vote.
    """
    even = None if found.break_even is not None and found.break_even.taken else found.break_even
    kept = replace(found, break_even=even, elected=(), needed=None, example=None, short=None, table=None, shown_by="")
    return kept, Changed(changed.left_out, changed.rule)

"""A bound that needs no papers: whoever has more than half at the first stage is elected whatever is excluded."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from ledger.rules.alternative import AlternativeVote

if TYPE_CHECKING:
    from ledger.rules.alternative import AnyAlternativeVote
    from projections.count.stage_table import StageTable
    from projections.margin.relaxation import Kind


def majority_bound(rule: AnyAlternativeVote, table: StageTable, kind: Kind, section: str) -> tuple[int, bool]:
    """Give papers of a section without which the winner keeps more than half at stage 1, and whether any number does.

    The bound is 0 where the winner has not more than half then. Half is of all papers, or of the whole college, in
    which a section's part is taken of its valid papers: all of them name a first candidate.
    """
    stage = table.stages[0]
    (winner,) = table.elected
    held = {name: votes[winner] for name, votes in stage.votes.items()}
    base = {name: sum(votes.values()) for name, votes in stage.votes.items()}
    if not isinstance(rule, AlternativeVote) and not all(base.values()):
        return 0, True
    if isinstance(rule, AlternativeVote):
        weight, others, whole = Fraction(1), Fraction(0), sum(base.values())
        mine = sum(held.values())
    else:
        weights = {each.section: each.part for each in rule.weights}
        weight, whole, mine = weights[section], base[section], held[section]
        others = sum((weights[n] * Fraction(held[n], base[n]) for n in held if n != section), start=Fraction(0))
    # more than half while weight * (mine - taken) / (whole + grown) + others > 1/2
    taken, grown = {"change": (1, 0), "addition": (0, 1), "removal": (1, -1)}[kind]
    over = weight * mine - (Fraction(1, 2) - others) * whole
    each = weight * taken + (Fraction(1, 2) - others) * grown
    if over <= 0:
        return 0, True
    if each <= 0:
        return 0, False
    return ceil(over / each), True

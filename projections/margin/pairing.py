"""The final pairing of a count, with exclusions held: what of the margin totals tell where papers were not published.

All exclusions are taken as they were. That is an assumption, and a reader has to be told: papers that are added or
changed could have changed who was excluded before, and of that totals say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.rules.alternative import AlternativeVote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.count.stage_table import Stage, StageTable
    from projections.margin.relaxation import Kind


@dataclass(frozen=True, slots=True)
class Held:
    """What a section gives to the final pairing.

    Attributes:
        weight: of the section in an electoral college; 1 where papers weigh the same.
        base: papers that its part is taken of; None where papers weigh the same.
        winner, loser: papers of each of the two.
    """

    weight: Fraction
    base: int | None
    winner: int
    loser: int

    @property
    def ahead(self) -> Fraction:
        """What the winner holds more by this section: points, or papers."""
        if self.base is None:
            return Fraction(self.winner - self.loser)
        return self.weight * Fraction(self.winner - self.loser, self.base) if self.base else Fraction(0)


@dataclass(frozen=True, slots=True)
class Pairing:
    """The last two of a count, each compared by points, or by papers.

    Attributes:
        stage: where they are the only two left.
        held: section -> what it gives.
    """

    stage: int
    winner: str
    loser: str
    held: Mapping[str, Held]

    @property
    def ahead(self) -> Fraction:
        """What the winner holds more: points, a part of the whole; or papers."""
        return sum((each.ahead for each in self.held.values()), start=Fraction(0))

    def fewest(self, kind: Kind, section: str) -> int | None:
        """Give the fewest papers of a section that reverse the pairing without a lot; None where none do.

        Changed papers go from the winner to the loser, removed ones are the winner's, added ones the loser's.
        """
        mine = self.held[section]
        others = self.ahead - mine.ahead  # what the winner is ahead by the other sections
        if mine.base is None:
            grows, short = Fraction(2 if kind == "change" else 1), self.ahead
        else:  # weight * (papers ahead - each) + others * base < 0, where the base may move too
            short = mine.weight * (mine.winner - mine.loser) + others * mine.base
            moves = {"change": (2, 0), "addition": (1, 1), "removal": (1, -1)}[kind]
            grows = mine.weight * moves[0] - others * moves[1]
        if grows <= 0:
            return None
        number = max(short // grows + 1, 0)
        enough = kind == "addition" or number <= mine.winner
        return number if enough and (mine.base is None or kind != "removal" or number < mine.base) else None

    def break_even(self, section: str, papers: int) -> int | None:
        """Give how many of so many more papers of a section the loser needs, where the winner has all the others.

        None where even all of them do not reverse the pairing without a lot.
        """
        mine = self.held[section]
        others = self.ahead - mine.ahead
        behind = mine.winner + papers - mine.loser
        if mine.base is None:
            short, each = others + behind, Fraction(2)
        else:
            short, each = mine.weight * behind + others * (mine.base + papers), 2 * mine.weight
        number = max(short // each + 1, 0)
        return number if number <= papers else None

    def break_even_taken(self, section: str, papers: int) -> int | None:
        """Give how many of so many papers taken out of a section have to be the winner's, all others the loser's.

        None where even that does not reverse the pairing without a lot, or there are not so many.
        """
        mine = self.held[section]
        others = self.ahead - mine.ahead
        ahead = mine.winner + papers - mine.loser
        if mine.base is None:
            short, each = others + ahead, Fraction(2)
        elif mine.base > papers:
            short, each = mine.weight * ahead + others * (mine.base - papers), 2 * mine.weight
        else:
            return None
        number = max(short // each + 1, papers - mine.loser, 0)
        return number if number <= min(papers, mine.winner) else None


def pairing_of(rule: AnyAlternativeVote, table: StageTable) -> Pairing | None:
    """Give the final pairing; None where a count did not come to two, or compares them with half of all papers."""
    stage = table.stages[-1]
    if len(stage.candidates) != 2 or len(table.elected) != 1 or rule.majority_base != "continuing":
        return None
    (winner,) = table.elected
    (loser,) = (name for name in stage.candidates if name != winner)
    held = {}
    for section, votes in stage.votes.items():
        base = None if isinstance(rule, AlternativeVote) else _base(rule.section_base, table, stage, section)
        held[section] = Held(_weight(rule, section), base, votes[winner], votes[loser])
    return Pairing(stage.number, winner, loser, held)


def values_of_votes(rule: AnyAlternativeVote, table: StageTable, number: int) -> dict[str, Fraction]:
    """Give what one paper is worth in each section at a stage: its weight, by the papers its part is taken of.

    Sections without papers there are left out.
    """
    stage = table.stages[number - 1]
    if isinstance(rule, AlternativeVote):
        return {section: Fraction(1) for section, votes in stage.votes.items() if sum(votes.values())}
    bases = {section: _base(rule.section_base, table, stage, section) for section in stage.votes}
    return {section: _weight(rule, section) / base for section, base in bases.items() if base}


def _base(kind: str, table: StageTable, stage: Stage, section: str) -> int:
    return sum(stage.votes[section].values()) if kind == "continuing" else table.valid[section]


def _weight(rule: AnyAlternativeVote, section: str) -> Fraction:
    if isinstance(rule, AlternativeVote):
        return Fraction(1)
    return next(each.part for each in rule.weights if each.section == section)

"""A proof without a search: whatever is on so many unknown papers, can anybody else be elected at all?

Every step of a count compares tallies, and an unknown paper moves such a difference by one at most. So where certain
candidates continue, only those can be excluded whom so many papers can make the lowest. If by no way of such
exclusions anybody but the winner is left, or has a majority, the result could not have changed. The ways looked at are
more than those that papers can make: the proof is never wrong, and may fail where a search finds one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ledger.rules.alternative import AlternativeVote

if TYPE_CHECKING:
    from ledger.rules.alternative import AnyAlternativeVote
    from projections.count.stage_table import StageTable

CANDIDATES_MAX = 10  # above which the sets of continuing candidates are too many

Rankings = Mapping[str, Mapping[tuple[str, ...], int]]  # section -> ranking -> valid papers


class Moves(NamedTuple):
    """Unknown papers of a section: at most so many more, and at most so many of those counted fewer."""

    added: int = 0
    removed: int = 0

    @property
    def papers(self) -> int:
        """All of them."""
        return self.added + self.removed


NO_MOVES = Moves()


def keeps_majority(rule: AnyAlternativeVote, table: StageTable, moves: Mapping[str, Moves]) -> bool:
    """Whether the winner has more than half at stage 1 whatever the unknown papers are, and so is elected.

    It needs no papers, only the totals of stage 1, and holds whatever is excluded afterwards.
    """
    (winner,) = table.elected
    first = table.stages[0].votes
    if isinstance(rule, AlternativeVote):
        mine = sum(held[winner] - moves.get(name, NO_MOVES).removed for name, held in first.items())
        whole = sum(_after(sum(held.values()), moves.get(name, NO_MOVES)) for name, held in first.items())
        return 2 * mine > whole
    if rule.empty_section != "nothing":
        return False
    weights = {each.section: each.part for each in rule.weights}
    share = Fraction(0)
    for name, held in first.items():
        move = moves.get(name, NO_MOVES)
        mine, whole = held[winner] - move.removed, _after(sum(held.values()), move)
        share += weights[name] * Fraction(max(mine, 0), whole) if whole > 0 else 0
    return 2 * share > 1


def _after(base: int, move: Moves) -> int:
    return base - move.removed + move.added


def cannot_change(
    rule: AnyAlternativeVote, candidates: Sequence[str], papers: Rankings, winner: str, moves: Mapping[str, Moves]
) -> bool:
    """Whether it is shown that nobody but the winner is elected, whatever the unknown papers are and lots decide."""
    if len(candidates) > CANDIDATES_MAX or rule.majority_base != "continuing":
        return False
    everybody = frozenset(candidates)
    waiting, seen = [everybody], {everybody}
    for members in waiting:  # grows
        if len(members) == 1:
            continue
        held = _Held(rule, papers, members, moves)
        if held.may_be_empty:
            return False
        if rule.stop == "first-majority":
            if any(held.majority(name, most=True) > 0 for name in members if name != winner):
                return False
            if held.majority(winner, most=False) > 0:
                continue
        for name in members:
            if all(held.most_ahead(other, name) >= 0 for other in members if other != name):
                if name == winner:
                    return False
                left = members - {name}
                if left not in seen:
                    seen.add(left)
                    waiting.append(left)
    return True


class _Held:
    """What each section's papers come to where some candidates continue, and what unknown papers can make of it."""

    def __init__(
        self, rule: AnyAlternativeVote, papers: Rankings, members: frozenset[str], moves: Mapping[str, Moves]
    ) -> None:
        self._rule = rule
        self._moves = {section: moves.get(section, NO_MOVES) for section in papers}
        self._votes = {section: _tally(rankings, members) for section, rankings in papers.items()}
        self._bases: dict[str, int] = {}
        self._weights: dict[str, Fraction] = {}
        if not isinstance(rule, AlternativeVote):
            self._weights = {each.section: each.part for each in rule.weights}
            for section, rankings in papers.items():
                held = rankings if rule.section_base == "valid-at-stage-1" else self._votes[section]
                self._bases[section] = sum(held.values())

    @property
    def may_be_empty(self) -> bool:
        """Whether a section may be without papers under a rule that then does anything but count nothing of it."""
        if isinstance(self._rule, AlternativeVote) or self._rule.empty_section == "nothing":
            return False
        return any(base <= self._moves[section].removed for section, base in self._bases.items())

    def most_ahead(self, one: str, other: str) -> Fraction:
        """Give the most by which the one may be ahead of the other: papers, or points."""
        gaps = ((section, held[one] - held[other]) for section, held in self._votes.items())
        return sum((self._bound(section, gap, most=True) for section, gap in gaps), start=Fraction(0))

    def majority(self, name: str, *, most: bool) -> Fraction:
        """Give the most or least by which twice what somebody holds may exceed what all hold."""
        gaps = ((section, 2 * held[name] - sum(held.values())) for section, held in self._votes.items())
        return sum((self._bound(section, gap, most=most) for section, gap in gaps), start=Fraction(0))

    def _bound(self, section: str, gap: int, *, most: bool) -> Fraction:
        move = self._moves[section]
        moved = gap + (move.papers if most else -move.papers)
        if not self._weights:
            return Fraction(moved)
        base = self._bases[section]
        away = (moved > 0) == most  # from nought: furthest of the fewest papers
        of = base - move.removed if away else base + move.added
        part = Fraction(moved, max(of, 1))
        return self._weights[section] * min(max(part, Fraction(-1)), Fraction(1))


def _tally(rankings: Mapping[tuple[str, ...], int], members: frozenset[str]) -> dict[str, int]:
    held = dict.fromkeys(members, 0)
    for ranking, number in rankings.items():
        first = next((name for name in ranking if name in members), None)
        if first is not None:
            held[first] += number
    return held

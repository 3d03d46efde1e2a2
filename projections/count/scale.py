"""What candidates are compared by: papers, or points in an electoral college."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ledger.errors import RefusedError
from ledger.field import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.rules.alternative import WeightedAlternativeVote

    Votes = Mapping[str, Mapping[str, int]]  # section -> candidate -> papers


class Standing(NamedTuple):
    """What the continuing candidates hold at a stage.

    Attributes:
        held: candidate, in ballot order -> papers, or part of the whole; exact.
        continuing: their sum.
        whole: all there was to hold at stage 1: valid papers, or 1.
        by_section: in an electoral college, section -> candidate -> part of the whole; their sums are `held`.
    """

    held: Mapping[str, Fraction | int]
    continuing: Fraction | int
    whole: Fraction | int
    by_section: Mapping[str, Mapping[str, Fraction]] | None = None


class Scale(Protocol):
    """How a rule turns papers by section into what candidates are compared by."""

    weighted: bool

    def standing(self, votes: Votes, valid: Mapping[str, int]) -> Standing:
        """Compare candidates by papers held now; `valid` are the valid papers of each section."""
        ...

    def says(self, value: Fraction | int) -> str:
        """Put a value in words."""
        ...


class PaperScale:
    """Every paper weighs the same."""

    weighted = False

    def standing(self, votes: Votes, valid: Mapping[str, int]) -> Standing:
        """Add the papers up over all sections."""
        held: dict[str, Fraction | int] = {}
        for papers in votes.values():
            for candidate, number in papers.items():
                held[candidate] = held.get(candidate, 0) + number
        return Standing(held, sum(held.values()), sum(valid.values()))

    def says(self, value: Fraction | int) -> str:
        """Papers are whole."""
        return str(value)


@dataclass(frozen=True)
class PointScale:
    """Every section weighs what the rule says, however many papers it has.

    A section without papers in its base is empty: it gives nothing, or leaves its weight to the others in proportion,
    or there is no count (`empty-section`).
    """

    rule: WeightedAlternativeVote
    weighted = True

    def standing(self, votes: Votes, valid: Mapping[str, int]) -> Standing:
        """Add up, over the sections, the weight times the candidate's part of the section's papers."""
        of_continuing = self.rule.section_base == "continuing"
        base = {name: sum(papers.values()) if of_continuing else valid[name] for name, papers in votes.items()}
        parts = {each.section: each.part for each in self.rule.weights if base[each.section]}
        empty = sorted(name for name, papers in base.items() if not papers)
        if empty and self.rule.empty_section == "refuse":
            raise RefusedError(
                "empty-section",
                f"section {empty[0]}",
                expected="papers, as the rule has it",
                found="none that count at this stage",
                remedy="There is no result under this rule; whoever adopted it has to decide",
            )
        present = sum(parts.values(), Fraction(0))
        if empty and self.rule.empty_section == "redistributed" and present:
            parts = {name: part / present for name, part in parts.items()}
        points = {
            name: {
                candidate: parts[name] * Fraction(number, base[name]) if name in parts else Fraction(0)
                for candidate, number in papers.items()
            }
            for name, papers in votes.items()
        }
        held: dict[str, Fraction | int] = dict.fromkeys(next(iter(votes.values()), {}), Fraction(0))
        for each in points.values():
            for candidate, part in each.items():
                held[candidate] += part
        return Standing(held, sum(held.values()), Fraction(1), points)

    def says(self, value: Fraction | int) -> str:
        """Print as a percentage of the whole, to the rule's decimals."""
        return f"{rounded(100 * Fraction(value), self.rule.decimals)}%"

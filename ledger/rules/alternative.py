"""Rules of the alternative vote as data, plain and in an electoral college; no field has a default."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from ledger.event import Canonical
from ledger.field import Id, Ratio
from ledger.rules.parts import Preferences, require_end

SECTIONS_MAX = 1_000


class Eliminating(Preferences):
    """What every rule has to say that excludes candidates until one of them is elected."""

    stop: Literal["first-majority", "continue-to-two"] = Field(
        description="when the count ends: at the first majority, or when two candidates are left"
    )
    ties: tuple[Literal["earlier-stages-backwards", "earlier-stages-forwards", "lot"], ...] = Field(
        min_length=1,
        description="ladder of ways to break a tie, tried in order: the last earlier stage at which the tied differ "
        "(backwards), the first (forwards), a recorded lot",
    )

    @model_validator(mode="after")
    def _ends_with_the_lot(self) -> Self:
        require_end(self.ties)
        return self


class AlternativeVote(Eliminating):
    """The alternative vote (Labour: transferable eliminating ballot), one winner; every paper weighs the same."""

    version: Literal["av.v1"] = Field(description="kind and version of the rule; fixed")
    exclusion: Literal["single-lowest", "bulk-when-safe"] = Field(
        description="who is excluded: the lowest alone, or all who together cannot reach the next"
    )
    majority_base: Literal["continuing", "valid-at-stage-1"] = Field(
        description="what more than half is taken of: papers continuing at the stage, or valid papers at stage 1"
    )


class SectionWeight(Canonical):
    """What one section weighs in an electoral college: an exact part of the whole."""

    section: Id
    weight: Ratio

    @property
    def part(self) -> Fraction:
        """The weight as a number, above 0 and at most 1."""
        return Fraction(self.weight)


class WeightedAlternativeVote(Eliminating):
    """The alternative vote in an electoral college: each section has its part of the whole, however many vote in it.

    A candidate's points at a stage are the sum, over the sections, of the section's weight times the candidate's part
    of the section's papers.
    """

    version: Literal["weighted-av.v1"] = Field(description="kind and version of the rule; fixed")
    empty_section: Literal["nothing", "redistributed", "refuse"] = Field(
        description="a section without papers in its base: gives nothing, leaves its weight to the others in "
        "proportion, or there is no count"
    )
    exclusion: Literal["single-lowest"] = Field(
        description="the lowest alone: where shares are taken anew at each stage, no group is safe"
    )
    majority_base: Literal["continuing", "whole"] = Field(
        description="what more than half is taken of: points that continuing candidates hold, or the whole"
    )
    publication: Literal["by-section"] = Field(
        description="what is published of the count: the votes of each section, which its weight turns into points"
    )
    section_base: Literal["continuing", "valid-at-stage-1"] = Field(
        description="what a candidate's part of a section is taken of: papers continuing there at the stage, or papers "
        "valid there at stage 1"
    )
    weights: tuple[SectionWeight, ...] = Field(
        min_length=1,
        max_length=SECTIONS_MAX,
        description='exact weights in lowest terms that sum to 1, as JSON: [{"section":"members","weight":"1/3"}, ...]',
    )

    @model_validator(mode="after")
    def _weighs_one(self) -> Self:
        """Weights are above 0, name each section once, and sum to exactly 1."""
        if any(not each.part for each in self.weights):
            raise ValueError("a section weighs nothing")
        if len({each.section for each in self.weights}) < len(self.weights):
            raise ValueError("a section has two weights")
        total = sum(each.part for each in self.weights)
        if total != 1:
            raise ValueError(f"weights sum to {total}, not to 1")
        return self


AnyAlternativeVote = AlternativeVote | WeightedAlternativeVote

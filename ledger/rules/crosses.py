"""Rules for papers with crosses as data: plurality for any number of places, and yes or no; no field has a default."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from ledger.field import Ratio
from ledger.rules.parts import RESERVED_MAX, Crosses, ReservedPlaces, require_distinct

PAPERS_MAX = 10**15
YES, NO = "yes", "no"  # ids of the two candidates of a yes-or-no contest


class Plurality(Crosses):
    """As many votes as places, and most votes win: first past the post for one place, the block vote for several."""

    version: Literal["plurality.v1"] = Field(description="kind and version of the rule; fixed")
    reserved: tuple[ReservedPlaces, ...] = Field(
        max_length=RESERVED_MAX,
        description="reserved places: candidates of a category displace the lowest of those who would be elected",
    )
    ties: Literal["lot", "nobody"] = Field(
        description="candidates with equal votes for fewer places: a recorded lot, or these places stay empty"
    )
    votes: Literal["any-number", "all"] = Field(
        description="how many of its votes a valid paper gives: at least one, or as many as there are places (or "
        "candidates, where they are fewer)"
    )

    @model_validator(mode="after")
    def _categories_are_distinct(self) -> Self:
        require_distinct(self.reserved)
        return self


class YesNo(Crosses):
    """One question, for which the two candidates are `yes` and `no`. Where `yes` does not carry it, `no` does."""

    version: Literal["yes-no.v1"] = Field(description="kind and version of the rule; fixed")
    base: Literal["valid", "read"] = Field(
        description="papers of which `yes` needs a part: valid ones, or all that were read, rejected ones too"
    )
    needed: Ratio = Field(description="the part that `yes` needs, above 0 and at most 1, in lowest terms: 1/2, 2/3")
    quorum: int = Field(ge=0, le=PAPERS_MAX, description="valid papers without which the answer is `no`; 0 for none")
    reach: Literal["more-than", "at-least"] = Field(description="whether `yes` needs more than that part, or just it")

    @model_validator(mode="after")
    def _needs_a_part(self) -> Self:
        part = Fraction(self.needed)
        if not part:
            raise ValueError("needed: no part at all")
        if part > 1 or (part == 1 and self.reach == "more-than"):
            raise ValueError("needed: more than all")
        return self


AnyCrossRule = Plurality | YesNo

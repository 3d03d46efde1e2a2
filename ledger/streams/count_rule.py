"""Count rules as data: every choice on which counts differ is a field, and no field has a default.

A contest pins its rule by content hash, for ever. Sources of the choices: docs/reference/rules.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from ledger.event import Canonical

DECIMALS_MAX = 9  # places after the point that a published share may have


class AlternativeVote(Canonical):
    """The alternative vote (Labour: transferable eliminating ballot), one winner.

    A paper is its marks: ranks from first to last joined by `>`, several candidates at one rank
    joined by `=`, a rank left out is empty: `a>b`, `a>>b` (a gap), `a=b>c` (an overvote),
    `a>b>a` (a duplicate), and the empty string (a blank paper).
    """

    version: Literal["av.v1"] = Field(description="kind and version of the rule; fixed")
    blank: Literal["refuse", "reject"] = Field(
        description="a blank paper: refuse to take the batch in, or take it in and reject the paper in the count"
    )
    decimals: int = Field(ge=0, le=DECIMALS_MAX, description="places after the point that shares are printed to")
    duplicate: Literal["refuse", "exhaust", "skip"] = Field(
        description="a candidate ranked twice: refuse the batch, end the paper there, or pass over the repeat"
    )
    exclusion: Literal["single-lowest", "bulk-when-safe"] = Field(
        description="who is excluded: the lowest alone, or all who together cannot reach the next"
    )
    gap: Literal["refuse", "exhaust", "skip"] = Field(
        description="a rank left out: refuse the batch, end the paper there, or pass over it"
    )
    majority_base: Literal["continuing", "valid-at-stage-1"] = Field(
        description="what more than half is taken of: papers continuing at the stage, or valid papers at stage 1"
    )
    overvote: Literal["refuse", "exhaust", "skip"] = Field(
        description="several candidates at one rank: refuse the batch, end the paper there, or pass over the rank"
    )
    preferences: Literal["any-number", "all"] = Field(description="how many candidates a valid paper ranks")
    stop: Literal["first-majority", "continue-to-two"] = Field(
        description="when the count ends: at the first majority, or when two candidates are left"
    )
    ties: tuple[Literal["earlier-stages-backwards", "earlier-stages-forwards", "lot"], ...] = Field(
        min_length=1,
        description="ladder of ways to break a tie, tried in order: the last earlier stage at which the tied differ "
        "(backwards), the first (forwards), a recorded lot",
    )


CountRule = Annotated[AlternativeVote, Field()]


def rule_hash(rule: CountRule) -> str:
    """Name a count rule by its content: SHA-256 of its canonical JSON."""
    return "sha256:" + hashlib.sha256(rule.__pydantic_serializer__.to_json(rule)).hexdigest()

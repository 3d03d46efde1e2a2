"""Rules of the single transferable vote as data: as in `count_rule`, no field has a default.

Sources: Scottish: The Scottish Local Government Elections Order 2011 (SSI 2011/399), schedule 1, rules 45 to 52,
which repeat those of 2007 (SSI 2007/42). ERS97: Electoral Reform Society, How to conduct an election by the single
transferable vote, 3rd edition, 1997, section 5. Meek: Hill, Wichmann and Woodall, Algorithm 123, Computer Journal
30 (1987), with the fixed decimals of Hill, Voting Matters 22 (2006).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.rules.parts import (
    DECIMALS_MAX,
    RESERVED_MAX,
    Preferences,
    ReservedPlaces,
    require_distinct,
    require_end,
)

ITERATIONS_MAX = 100_000
CANDIDATES_MAX = 1_000  # a stage table has candidates times stages cells

Ladder = Annotated[
    tuple[
        Literal[
            "earlier-stages-backwards",
            "earlier-stages-forwards",
            "earlier-stages-backwards-all-differ",
            "earlier-stages-forwards-all-differ",
            "lot",
        ],
        ...,
    ],
    Field(
        min_length=1,
        description="ladder of ways to break a tie, tried in order: the last earlier stage at which any of the tied "
        "differ (backwards) or the first (forwards), going on with those still tied; the last or first at which all "
        "of the tied differ (`-all-differ`); a recorded lot",
    ),
]


class SingleTransferableVote(Preferences):
    """What every rule of the single transferable vote has to say, beside what papers mean."""

    doomed: Literal["together", "lowest-first"] = Field(
        description="who can no longer be elected because of reserved places is excluded before anything else is "
        "transferred: all together, or the lowest alone"
    )
    exclusion: Literal["single-lowest", "bulk-when-safe"] = Field(
        description="who is excluded: the lowest alone, or all who together, with every surplus still to be "
        "transferred, cannot overtake the next"
    )
    last_places: Literal["at-once", "after-transfer"] = Field(
        description="when an exclusion leaves as many candidates as places: they are elected at once and nothing more "
        "is transferred, or after the papers of the excluded are"
    )
    reserved: tuple[ReservedPlaces, ...] = Field(
        max_length=RESERVED_MAX,
        description="reserved places: who is needed to fill them is not excluded, who would take one is not elected",
    )
    ties: Ladder
    value_decimals: int = Field(
        ge=0, le=DECIMALS_MAX, description="places after the point that votes are kept to; the rest is cut off"
    )

    @model_validator(mode="after")
    def _categories_are_distinct_and_ties_end(self) -> Self:
        require_distinct(self.reserved)
        require_end(self.ties)
        return self


class ScottishSTV(SingleTransferableVote):
    """Weighted inclusive Gregory: a surplus goes out on all the papers of the elected, each keeping its worth."""

    version: Literal["stv-scottish.v1"] = Field(description="kind and version of the rule; fixed")
    quota: Literal["droop", "droop-decimal", "hare"] = Field(
        description="votes that elect: valid papers over places + 1, cut to a whole number and one more (droop), or "
        "cut to the decimals of votes and the smallest of them more (droop-decimal); valid papers over places, cut "
        "to a whole number (hare)"
    )
    surplus_order: Literal["largest-first", "election-order"] = Field(
        description="which surplus goes first: the largest, or that of whom was elected first, then the largest"
    )
    surpluses: Literal["one-at-a-time", "together"] = Field(
        description="surpluses are transferred one in a stage, or all there are in one stage"
    )
    transfer_value: Literal["value-by-surplus-over-votes", "value-by-cut-share"] = Field(
        description="what a paper is worth that goes on: its value times surplus over votes, cut once; or its value "
        "times surplus over votes where that share is cut first, and then the product"
    )


class Ers97STV(SingleTransferableVote):
    """ERS97: a surplus goes out on the last batch of papers received, all at one value."""

    version: Literal["stv-ers97.v1"] = Field(description="kind and version of the rule; fixed")
    active_vote: Literal["elects", "disregarded"] = Field(
        description="whether a share of the total active vote also elects (5.1.7, 5.3.13, 5.4.9, b): what is still to "
        "be had over the places left + 1"
    )
    deferral: Literal["either-clause", "never"] = Field(
        description="surpluses wait while they change nothing: by 5.2.2 (a) or, with bulk exclusion, (b); or never wait"
    )
    last_place_ties: Literal["nobody-yet", "ladder"] = Field(
        description="more candidates reach the bar than places are left, and earlier stages do not part them: none of "
        "them is elected at that stage (5.6.2), or the whole ladder with its lot is used"
    )
    quota: Literal["rounded-up"] = Field(
        description="votes that elect: valid papers over places + 1, rounded up to the decimals of votes, and no more "
        "where it is exact (5.1.6)"
    )
    quota_reduction: Literal["until-first-election", "never"] = Field(
        description="whether papers that become non-transferable lower the quota while nobody is elected (5.4.8)"
    )


class MeekSTV(SingleTransferableVote):
    """Meek: everybody elected keeps just the part of every paper that makes a quota, and the rest goes on."""

    version: Literal["stv-meek.v1"] = Field(description="kind and version of the rule; fixed")
    early_exclusion: Literal["when-certain", "never"] = Field(
        description="whether surpluses stop being spread once the lowest cannot be overtaken by any of them"
    )
    iterations: int = Field(
        ge=1, le=ITERATIONS_MAX, description="times that surpluses are spread in a stage at most; then as if converged"
    )
    omega_decimals: int = Field(
        ge=0, le=DECIMALS_MAX, description="surpluses count as spread below 1 in 10 to this power, in all"
    )
    quota: Literal["droop-decimal"] = Field(
        description="votes that elect: votes of candidates at each iteration over places + 1, cut to the decimals of "
        "votes and the smallest of them more"
    )

    @model_validator(mode="after")
    def _omega_is_a_vote_that_can_be(self) -> Self:
        if self.omega_decimals > self.value_decimals:
            raise ValueError("omega_decimals: more than value_decimals, so that no surplus is ever below it")
        return self


AnySTV = ScottishSTV | Ers97STV | MeekSTV

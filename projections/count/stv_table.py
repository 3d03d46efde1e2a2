"""What a count by the single transferable vote answers with: its stages, in exact numbers.

Votes are whole numbers of the smallest vote of the count, 10 to the power of minus `decimals`: with five decimals
125600000 is 1256 votes.

Whoever is excluded at stage k still holds all their votes in the table of stage k, is among its `excluded`, and is
without those votes from stage k + 1 on, which moves them. Under ERS97 they go by value, one value in a stage: k + 1
takes the first part. Who is elected at stage k holds a surplus until a later stage moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from projections.count.stage_table import Purpose

Kind = Literal["elect", "exclude", "transfer-surplus", "transfer-excluded", "defer", "none"]


@dataclass(frozen=True, slots=True)
class STVAction:
    """What a stage moved or decided, about whom, and why in plain words.

    Attributes:
        kind: `transfer-...` is what made the stage; the others are decided at its end, in their order. `defer`:
            the surpluses of these candidates wait. `none`: the count stops here.
        candidates: ids.
        reason: one sentence.
    """

    kind: Kind
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class STVTransfer:
    """Votes that one stage moved.

    Attributes:
        giver: candidate.
        heir: candidate; None for `non-transferable` and `loss`.
        line: `votes`, `non-transferable`, or `loss` (of fractions cut off).
        amount: in the smallest vote.
    """

    giver: str
    heir: str | None
    line: Literal["votes", "non-transferable", "loss"]
    amount: int


@dataclass(frozen=True, slots=True)
class STVSection:
    """What the papers of one section come to at a stage. Votes + non-transferable + loss = its valid papers.

    A loss of fractions, and votes that go on without a paper, belong to sections as the votes that the candidate
    they are taken from then holds, in whole smallest votes (`stv_papers.parted`).
    """

    votes: Mapping[str, int]
    non_transferable: int
    loss: int


@dataclass(frozen=True, slots=True)
class STVStage:
    """One stage of a count. Votes of candidates + non-transferable + loss = valid papers.

    Attributes:
        number: 1, 2, ...
        votes: candidate, in ballot order, withdrawn ones left out -> votes held at the end of the stage.
        non_transferable: votes on papers that name nobody who can have them.
        loss: votes lost to fractions cut off.
        sections: section -> its part of all these.
        quota: votes that elect, at this stage.
        elected: so far, in the order of election.
        hopeful: neither elected nor excluded, in ballot order.
        excluded: so far, in the order of exclusion.
        actions: what made the stage, then what was decided; at least one.
        transfers: what moved, none of it 0. Empty at stage 1, and under Meek, where votes go to and fro.
    """

    number: int
    votes: Mapping[str, int]
    non_transferable: int
    loss: int
    sections: Mapping[str, STVSection]
    quota: int
    elected: tuple[str, ...]
    hopeful: tuple[str, ...]
    excluded: tuple[str, ...]
    actions: tuple[STVAction, ...]
    transfers: tuple[STVTransfer, ...]

    def of(self, kind: Kind) -> tuple[str, ...]:
        """Candidates of all actions of a kind, in their order."""
        return tuple(candidate for action in self.actions if action.kind == kind for candidate in action.candidates)


@dataclass(frozen=True, slots=True)
class STVTable:
    """A whole count.

    Attributes:
        candidates: ids in ballot order, withdrawn ones too.
        withdrawn: ids of those who withdrew: the papers are read as if they were not named.
        sections: ids in the order of the contest.
        seats: places.
        decimals: of votes, see the module.
        stages: in order, at least one.
        valid: section -> valid papers.
        rejected: section -> reason -> papers.
        elected: in the order of election; empty where the count did not come to its end, as the last action says.
        lot_needed: who is tied, where the count stopped for a lot that is not recorded.
        lot_for: what that lot is for.
    """

    candidates: tuple[str, ...]
    withdrawn: tuple[str, ...]
    sections: tuple[str, ...]
    seats: int
    decimals: int
    stages: tuple[STVStage, ...]
    valid: Mapping[str, int]
    rejected: Mapping[str, Mapping[str, int]]
    elected: tuple[str, ...]
    lot_needed: tuple[str, ...] = ()
    lot_for: Purpose = ""

    @property
    def quota(self) -> int:
        """The quota of stage 1, in the smallest vote."""
        return self.stages[0].quota

    def exact(self, votes: int) -> Fraction:
        """Votes as a number."""
        return Fraction(votes, 10**self.decimals)

    def printed(self, votes: int) -> str:
        """Votes with all their decimals; nothing is rounded."""
        whole, part = divmod(votes, 10**self.decimals)
        return f"{whole}.{part:0{self.decimals}}" if self.decimals else str(whole)

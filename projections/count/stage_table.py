"""What every counting method answers with: the stage table, in exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Purpose = Literal["", "surplus", "exclusion", "place"]  # what a lot is for; empty where none is needed
Profile = Mapping[str, Mapping[str, int]]  # section -> marks as written on the papers -> number of papers


@dataclass(frozen=True, slots=True)
class Action:
    """What was done at the end of a stage, to whom, and why in one plain sentence.

    `displace` names who gives the place up, then who takes it.
    """

    kind: Literal["elect", "exclude", "displace", "none"]
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a count.

    Attributes:
        number: 1, 2, ...
        votes: section -> candidate -> papers held; candidates excluded earlier are absent.
        non_transferable: section -> papers that name no continuing candidate; where papers have several votes, the
            votes not given.
        action: how the stage ended.
        points: in an electoral college, candidate -> part of the whole, exact; None where papers count alike.
        section_points: the same by section: section -> candidate -> part of the whole.
    """

    number: int
    votes: Mapping[str, Mapping[str, int]]
    non_transferable: Mapping[str, int]
    action: Action
    points: Mapping[str, Fraction | int] | None = None
    section_points: Mapping[str, Mapping[str, Fraction]] | None = None

    def total(self, candidate: str) -> int:
        """Papers held by the candidate over all sections."""
        return sum(held.get(candidate, 0) for held in self.votes.values())

    @property
    def candidates(self) -> tuple[str, ...]:
        """Continuing candidates, in ballot order."""
        return tuple(next(iter(self.votes.values()), {}))

    @property
    def continuing(self) -> int:
        """Papers held by continuing candidates, over all sections."""
        return sum(sum(held.values()) for held in self.votes.values())

    def share(self, candidate: str, section: str | None = None) -> Fraction | None:
        """Part of the continuing papers that the candidate holds, or of the whole college; None where none continue."""
        if section is None and self.points is not None:
            return Fraction(self.points[candidate])
        held = self.total(candidate) if section is None else self.votes[section][candidate]
        whole = self.continuing if section is None else sum(self.votes[section].values())
        return Fraction(held, whole) if whole else None


@dataclass(frozen=True, slots=True)
class StageTable:
    """A whole count.

    Attributes:
        candidates: ids in ballot order.
        sections: ids in the order of the contest.
        stages: in order; candidates + non-transferable = valid papers times the votes of each, per section, at each
            of them.
        valid: section -> valid papers.
        rejected: section -> reason -> papers.
        elected: who is elected; empty where the rule elects nobody or a lot is still to be drawn.
        lot_needed: who is tied, where the count stopped for a lot that is not recorded.
        certified: sections counted from certified totals, for want of their papers.
        votes_each: votes that a paper has: as many as places under plurality, else 1.
        lot_for: what the lot is for that is needed.
    """

    candidates: tuple[str, ...]
    sections: tuple[str, ...]
    stages: tuple[Stage, ...]
    valid: Mapping[str, int]
    rejected: Mapping[str, Mapping[str, int]]
    elected: tuple[str, ...]
    lot_needed: tuple[str, ...] = ()
    certified: tuple[str, ...] = ()
    votes_each: int = 1
    lot_for: Purpose = ""

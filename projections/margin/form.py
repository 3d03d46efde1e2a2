"""Comparisons of two candidates as linear forms in the papers that are added, removed or changed.

A form is an amount that grows and falls with the papers held: `below` is 0 or more where a candidate may be excluded
before another, and 1 or more where that needs no lot. All its numbers are whole.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
    from projections.margin.box import Box


class Form(NamedTuple):
    """An amount at the stage where these candidates continue.

    Attributes:
        members: the set that continues.
        gains: for each movable section, for each holder (last: nobody), what one more paper held so adds.
        losses: the same for one paper less; usually the opposite of the gains.
        now: the amount on the papers as they are.
    """

    members: int
    gains: tuple[tuple[int, ...], ...]
    losses: tuple[tuple[int, ...], ...]
    now: int

    def of(self, section: int, holder: int, sign: int) -> int:
        """What a paper added (1) or removed (-1) adds."""
        return (self.gains if sign > 0 else self.losses)[section][holder]


class Forms(Protocol):
    """How a rule compares candidates.

    Attributes:
        half_of_all: whether the last two are compared with half of all valid papers (or of the whole), not with each
            other.
        exact: whether the forms are what the rule compares; else they are no more than it, and prove bounds only.
        step: the most that one paper adds to a candidate's papers less another's; None where papers weigh
            differently.
    """

    half_of_all: bool
    exact: bool
    step: int | None

    def below(self, members: int, lower: int, higher: int) -> Form:
        """What `higher` holds more than `lower` where these continue."""
        ...

    def short_of_half(self, members: int, name: int) -> Form:
        """What the candidate lacks to half of all, times two."""
        ...

    def base(self, members: int) -> Form | None:
        """Papers without which forms at this set say nothing; None where they always say what they should."""
        ...

    def without(self, members: int, lower: int, higher: int) -> Fraction:
        """What `higher` holds more than `lower` if there are no such papers."""
        ...

    def half_without(self, members: int, name: int) -> Fraction:
        """What the candidate lacks to half of all, times two, if there are no such papers."""
        ...


class PaperForms:
    """Every paper weighs the same; `everything` is all papers, those that stay as well as those that move."""

    exact = True

    def __init__(self, rule: AlternativeVote, everything: Box, step: int) -> None:
        self.half_of_all = rule.majority_base == "valid-at-stage-1"
        self.step: int | None = step
        self._box = everything
        self._size = everything.size

    def below(self, members: int, lower: int, higher: int) -> Form:
        """Papers of the one less papers of the other."""
        tally = self._box.tally(members)
        gains = [0] * (self._size + 1)
        gains[lower], gains[higher] = -1, 1
        return _form(members, gains, tally[higher] - tally[lower])

    def short_of_half(self, members: int, name: int) -> Form:
        """Valid papers less twice the candidate's."""
        gains = [1] * (self._size + 1)
        gains[name] = -1
        return _form(members, gains, self._box.valid - 2 * self._box.tally(members)[name])

    def base(self, members: int) -> None:
        """Forms always say what they should."""

    def without(self, members: int, lower: int, higher: int) -> Fraction:
        """Never asked for."""
        raise NotImplementedError

    def half_without(self, members: int, name: int) -> Fraction:
        """Never asked for."""
        raise NotImplementedError


class PointForms:
    """Sections weigh what the rule says, and the papers of one of them move.

    What a section gives is its weight times a part of its papers. Where only one section's papers change, everything
    may be multiplied by that section's base, and is linear.
    """

    exact = True
    step: int | None = None

    def __init__(self, rule: WeightedAlternativeVote, boxes: Sequence[Box], moving: int) -> None:
        self.half_of_all = rule.majority_base == "whole"
        self._boxes, self._moving, self._size = boxes, moving, boxes[0].size
        self._continuing = rule.section_base == "continuing"
        self._redistributed = rule.empty_section == "redistributed"
        self._weights = [each.part for each in rule.weights]

    def below(self, members: int, lower: int, higher: int) -> Form:
        """Points of the one less points of the other, times the moving section's base."""
        others = self._others(members, higher) - self._others(members, lower)
        gains = [others] * (self._size + 1)
        gains[self._size] = Fraction(0) if self._continuing else others
        weight = self._weight(members)
        gains[lower] -= weight
        gains[higher] += weight
        return self._whole(members, gains)

    def short_of_half(self, members: int, name: int) -> Form:
        """The whole less twice the candidate's points, times the moving section's base."""
        others = 1 - 2 * self._others(members, name)
        gains = [others] * (self._size + 1)
        gains[self._size] = Fraction(0) if self._continuing else others
        gains[name] -= 2 * self._weight(members)
        return self._whole(members, gains)

    def base(self, members: int) -> Form:
        """Papers of the moving section that its shares are taken of."""
        gains = [Fraction(1)] * (self._size + 1)
        gains[self._size] = Fraction(not self._continuing)
        return self._whole(members, gains)

    def without(self, members: int, lower: int, higher: int) -> Fraction:
        """Points that the other sections give, each by its weight."""
        return self._others(members, higher) - self._others(members, lower)

    def half_without(self, members: int, name: int) -> Fraction:
        """The whole less twice the points that the other sections give."""
        present = self._present(members)
        left = present - self._weights[self._moving] if self._redistributed else present
        return 1 - 2 * self._others(members, name) * present / left if left else Fraction(1)

    def _base(self, section: int, members: int) -> int:
        box = self._boxes[section]
        return box.valid - (box.tally(members)[self._size] if self._continuing else 0)

    def _present(self, members: int) -> Fraction:
        """The weight that counts, if the moving section has papers."""
        if not self._redistributed:
            return Fraction(1)
        sections = range(len(self._boxes))
        return sum(
            (self._weights[s] for s in sections if s == self._moving or self._base(s, members)), start=Fraction(0)
        )

    def _weight(self, members: int) -> Fraction:
        return self._weights[self._moving] / self._present(members)

    def _others(self, members: int, name: int) -> Fraction:
        """Points that the candidate has of the sections that stay as they are."""
        points = Fraction(0)
        for section, box in enumerate(self._boxes):
            base = self._base(section, members)
            if section != self._moving and base:
                points += self._weights[section] * Fraction(box.tally(members)[name], base)
        return points / self._present(members)

    def _whole(self, members: int, gains: Sequence[Fraction]) -> Form:
        tally = self._boxes[self._moving].tally(members)
        now = sum((gain * number for gain, number in zip(gains, tally, strict=True)), start=Fraction(0))
        return whole_form(members, [gains], [[-gain for gain in gains]], now)


def _form(members: int, gains: Sequence[int], now: int) -> Form:
    return Form(members, (tuple(gains),), (tuple(-gain for gain in gains),), now)


def whole_form(
    members: int, gains: Sequence[Sequence[Fraction]], losses: Sequence[Sequence[Fraction]], now: Fraction
) -> Form:
    """Make a form of whole numbers, without a divisor in common."""
    times = lcm(now.denominator, *(value.denominator for side in (gains, losses) for each in side for value in each))
    sides = [[[int(value * times) for value in each] for each in side] for side in (gains, losses)]
    divisor = gcd(int(now * times), *(value for side in sides for each in side for value in each)) or 1
    gained, lost = (tuple(tuple(value // divisor for value in each) for each in side) for side in sides)
    return Form(members, gained, lost, int(now * times) // divisor)

"""Comparisons in an electoral college where the papers of all sections may move."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from projections.margin.form import whole_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.rules.alternative import WeightedAlternativeVote
    from projections.margin.box import Box
    from projections.margin.form import Form
    from projections.margin.relaxation import Kind


class TogetherForms:
    """What papers of several sections do together, if at most `most` of them move.

    A section gives its weight times a part of its base, and both part and base move. Whoever moves x papers adds
    `(weight / new base) * (gain - part now * change of the base)` each, and the new base is between what it is less
    `most` and what it is and `most` more: the more favourable of the two makes the form no less than the truth. So it
    bounds from below. Where papers change and shares are of papers valid at stage 1, no base moves: it is exact.
    """

    step: int | None = None

    def __init__(self, rule: WeightedAlternativeVote, boxes: Sequence[Box], kind: Kind, most: int) -> None:
        self.half_of_all = rule.majority_base == "whole"
        self._continuing = rule.section_base == "continuing"
        self.exact = not most or (kind == "change" and not self._continuing and rule.empty_section != "redistributed")
        self._fixed = kind == "change" and not self._continuing
        self._weights = [each.part for each in rule.weights]
        self._boxes, self._size = boxes, boxes[0].size
        self._fewer = most if kind != "addition" else 0
        self._more = most if kind != "removal" else 0

    def below(self, members: int, lower: int, higher: int) -> Form:
        """Points of the one less points of the other."""
        marks = [0] * (self._size + 1)
        marks[lower], marks[higher] = -1, 1
        return self._form(members, marks, Fraction(0), 1)

    def short_of_half(self, members: int, name: int) -> Form:
        """The whole less twice the candidate's points."""
        marks = [0] * (self._size + 1)
        marks[name] = -2
        return self._form(members, marks, Fraction(1), 0)

    def base(self, members: int) -> None:
        """Nothing is assumed of a base."""

    def without(self, members: int, lower: int, higher: int) -> Fraction:
        """Never asked for."""
        raise NotImplementedError

    def half_without(self, members: int, name: int) -> Fraction:
        """Never asked for."""
        raise NotImplementedError

    def _form(self, members: int, marks: Sequence[int], now: Fraction, part_max: int) -> Form:
        """Add sections up; one whose base could go to nothing gives all it can, and moves nothing."""
        gains, losses = [], []
        for weight, box in zip(self._weights, self._boxes, strict=True):
            tally = box.tally(members)
            base = box.valid - (tally[self._size] if self._continuing else 0)
            if not self._fixed and base <= self._fewer:
                now += weight * part_max
                gains.append([Fraction(0)] * (self._size + 1))
                losses.append(gains[-1])
                continue
            part = Fraction(sum(mark * n for mark, n in zip(marks, tally, strict=True)), base or 1)
            now += weight * part
            gains.append(self._moved(weight, marks, part, base, 1))
            losses.append(self._moved(weight, marks, part, base, -1))
        return whole_form(members, gains, losses, now)

    def _moved(self, weight: Fraction, marks: Sequence[int], part: Fraction, base: int, sign: int) -> list[Fraction]:
        found = []
        for holder, mark in enumerate(marks):
            if self._fixed:
                found.append(weight * sign * Fraction(mark, base or 1))
                continue
            in_base = holder < self._size or not self._continuing
            change = sign * (mark - (part if in_base else 0))
            found.append(weight * change / (base - self._fewer if change > 0 else base + self._more))
        return found

"""Why a published figure differs from the count: a closed list of ways to come to it, each tried exactly.

An explanation is computed, never guessed: it is given only where it leads to the published value to the last decimal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from ledger.field import ALL, rounded
from ledger.streams.figure import Figure, printed
from ledger.streams.totals import TotalsCertified
from projections.count.cells import Cell

SHARES = ("share", "section-share", "points")
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Known:
    """What figures are compared with.

    Attributes:
        exact: every cell that has votes behind it.
        weights: section -> its part of the whole, in an electoral college; else empty.
        silent: sections of which nothing is on record, neither papers nor totals.
        certified: section -> the totals it is counted from.
        points: places after the point that points were published to, by stage, section and candidate.
    """

    exact: Mapping[Cell, Fraction]
    weights: Mapping[str, Fraction]
    silent: tuple[str, ...] = ()
    certified: Mapping[str, TotalsCertified] = field(default_factory=dict)
    points: Mapping[Cell, int] = field(default_factory=dict)


def explained(figure: Figure, exact: Fraction, known: Known) -> str:
    """Say how the published value of a cell that differs came about, or `unexplained`.

    Args:
        figure: the cell as published.
        exact: its value from the record.
    """
    doubt = Doubt(figure, exact, printed(figure.value, figure.decimals), known)
    return next(filter(None, (hypothesis(doubt) for hypothesis in HYPOTHESES)), UNEXPLAINED)


class Part(NamedTuple):
    """What a section gives to the whole, in percent: known exactly, or published, and so at most `slack` off."""

    value: Fraction
    slack: Fraction
    words: str


def cross_checked(figure: Figure, known: Known, figures: Iterable[Figure]) -> str:
    """Say what other published figures make of one that cannot be recomputed; nothing where they do not reach.

    In an electoral college a section's points follow from its share, a total from the points of all sections. A
    figure published to so many decimals may be half a unit of the last of them off; what differs by more is
    not within rounding.
    """
    if figure.measure not in ("points", "share") or not known.weights or not figure.candidate:
        return ""
    whole = figure.measure == "share"
    others = [each for each in figures if (each.stage, each.candidate) == (figure.stage, figure.candidate)]
    measures = ("points", "section-share") if whole else ("section-share",)
    sections = list(known.weights) if whole else [figure.section]
    parts = [_part_told(figure, section, known, others, measures) for section in sections]
    told = [part for part in parts if part is not None]
    if len(told) < len(parts):
        return ""
    total = sum((part.value for part in told), Fraction(0))
    slack = sum((part.slack for part in told), _half_unit(figure))
    fits = "within rounding" if abs(total - Fraction(figure.value)) <= slack else "not within rounding"
    sums = " + ".join(part.words for part in told)
    value = rounded(total, figure.decimals)
    return f"published figures give {value} ({sums}), {fits}"


def _part_told(
    figure: Figure, section: str, known: Known, others: Sequence[Figure], measures: Sequence[str]
) -> Part | None:
    """Find what a section gives: exactly, from the figure published to most places, points before shares."""
    exact = known.exact.get((figure.stage, section, figure.candidate or "", "points"))
    if exact is not None:
        return Part(exact, Fraction(0), rounded(exact, figure.decimals))
    for measure in measures:
        found = [each for each in others if (each.section, each.measure) == (section, measure)]
        if found:
            best = max(found, key=lambda each: each.decimals)
            weight = Fraction(1) if measure == "points" else known.weights[section]
            value = printed(best.value, best.decimals)
            words = value if measure == "points" else f"{value} x {weight}"
            return Part(weight * Fraction(value), weight * _half_unit(best), words)
    return None


def _half_unit(figure: Figure) -> Fraction:
    return Fraction(1, 2 * 10**figure.decimals)


class Doubt(NamedTuple):
    """A cell that differs: as published, its exact value, as printed, and what else is known."""

    figure: Figure
    exact: Fraction
    printed: str
    known: Known

    def gives(self, value: Fraction) -> bool:
        """Whether a value, rounded as the rest is, is what was published."""
        return rounded(value, self.figure.decimals) == self.printed

    def beside(self, measure: str, section: str = "", stage: int = 0, *, of_section: bool = False) -> Fraction | None:
        """Look up another cell: of the same stage, section and candidate where not told otherwise."""
        who = "" if of_section else self.figure.candidate or ""
        return self.known.exact.get((stage or self.figure.stage, section or self.figure.section, who, measure))

    def points_as_printed(self, section: str) -> str:
        """Give the candidate's points of a section, to as many places as they were published, else as this cell was."""
        exact = self.beside("points", section)
        cell = (self.figure.stage, section, self.figure.candidate or "", "points")
        return "" if exact is None else rounded(exact, self.known.points.get(cell, self.figure.decimals))


def _valid_turnout(doubt: Doubt) -> str:
    """Turnout of valid papers, where those returned are meant."""
    valid, distributed = doubt.beside("valid"), doubt.beside("distributed")
    if doubt.figure.measure != "turnout" or valid is None or not distributed:
        return ""
    return "taken of valid papers, not of those returned" if doubt.gives(100 * valid / distributed) else ""


def _cut_off(doubt: Doubt) -> str:
    scale = 10**doubt.figure.decimals
    return "cut off, not rounded" if doubt.exact * scale // 1 == Fraction(doubt.printed) * scale else ""


def _rounded_twice(doubt: Doubt) -> str:
    """Rounded to one place more first: 95.4499 to 95.45, and that to 95.5."""
    first = rounded(doubt.exact, doubt.figure.decimals + 1)
    return f"rounded twice: first to {first}" if doubt.gives(Fraction(first)) else ""


def _half_to_even(doubt: Doubt) -> str:
    even = round(doubt.exact, doubt.figure.decimals)  # a Fraction is rounded half to even
    return "half rounded to even" if even == Fraction(doubt.printed) else ""


def _rounded_parts(doubt: Doubt) -> str:
    """A total added from sections' points that were rounded before."""
    if doubt.figure.measure != "share" or doubt.figure.section != ALL:
        return ""
    parts = [doubt.points_as_printed(section) for section in doubt.known.weights]
    if not parts or not all(parts) or not doubt.gives(sum(map(Fraction, parts), Fraction(0))):
        return ""
    return "sum of rounded points: " + " + ".join(parts)


def _from_points(doubt: Doubt) -> str:
    """A share of a section taken back from its points, which were rounded before."""
    weight, points = doubt.known.weights.get(doubt.figure.section), doubt.points_as_printed(doubt.figure.section)
    if (
        doubt.figure.measure != "section-share"
        or not weight
        or not points
        or not doubt.gives(Fraction(points) / weight)
    ):
        return ""
    return f"taken from rounded points: {points} x {1 / weight}"


def _from_share(doubt: Doubt) -> str:
    """Points taken from a share of the section that was rounded before."""
    weight, share = doubt.known.weights.get(doubt.figure.section), doubt.beside("section-share")
    if doubt.figure.measure != "points" or not weight or share is None:
        return ""
    short = rounded(share, doubt.figure.decimals)
    return f"taken from the rounded share: {short} x {weight}" if doubt.gives(Fraction(short) * weight) else ""


def _other_base(doubt: Doubt) -> str:
    """A share of all papers valid at stage 1; or, where the rule takes those, of the papers still continuing."""
    if doubt.figure.measure not in SHARES:
        return ""
    added = doubt.figure.measure == "share" and doubt.known.weights
    sections = list(doubt.known.weights) if added else [doubt.figure.section]
    for words, of_continuing in (("valid papers at stage 1", False), ("continuing papers", True)):
        parts = [_part(doubt, section, of_continuing=of_continuing) for section in sections]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts) and doubt.gives(sum(known, Fraction(0))):
            return f"taken of {words}"
    return ""


def _part(doubt: Doubt, section: str, *, of_continuing: bool) -> Fraction | None:
    """Give the candidate's votes as a percentage of a section's papers, weighted where the cell is."""
    votes = doubt.beside("votes", section)
    whole = doubt.beside("valid", section, 1, of_section=True)
    spent = doubt.beside("non-transferable", section, of_section=True)
    if votes is None or whole is None or spent is None:
        return None
    base = whole - spent if of_continuing else whole
    weight = 1 if doubt.figure.measure == "section-share" else doubt.known.weights.get(section, 1)
    return 100 * weight * votes / base if base else None


def _other_measure(doubt: Doubt) -> str:
    """Points printed where a share of the section belongs, or the other way about."""
    for measure, other, words in (
        ("section-share", "points", "the section's weighted points, not its share"),
        ("points", "section-share", "the share of the section, not weighted"),
    ):
        value = doubt.beside(other)
        if doubt.figure.measure == measure and value is not None and doubt.gives(value):
            return words
    return ""


HYPOTHESES: tuple[Callable[[Doubt], str], ...] = (
    _rounded_parts,
    _from_points,
    _from_share,
    _valid_turnout,
    _half_to_even,  # before cutting off, which gives the same of a half that is rounded down
    _cut_off,
    _rounded_twice,
    _other_base,
    _other_measure,
)
"""Tried in this order, the particular before the general; the first that gives the published value is said."""

"""Papers of a certificate in words, so many of a section with these rankings; and whom they elect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cli.screen import say_wrapped
from projections.counting import Counted
from projections.margin.certificate import NO_COUNT, marks_of

SHOWN = 6  # rankings of each section; all are in the JSON
Sides = Mapping[str, Mapping[tuple[str, ...], int]]  # section -> ranking -> papers


def say_papers(counted: Counted, *sides: tuple[str, Sides]) -> None:
    """Print papers by section, of most papers first; each side under its word."""
    for word, side in sides:
        for section, rankings in side.items():
            shown = sorted(rankings.items(), key=lambda each: (-each[1], each[0]))
            for names, number in shown[:SHOWN]:
                say_wrapped(f"  {section}: {number} {word} of {marks_of(counted.rule, names)}")
            if len(shown) > SHOWN:
                rest = sum(number for _, number in shown[SHOWN:])
                say_wrapped(f"  {section}: {rest} {word} of {len(shown) - SHOWN} other rankings (--json)")


def elected_names(counted: Counted, elected: Sequence[str]) -> str:
    """Give the names of those elected, or that nobody is."""
    if tuple(elected) == NO_COUNT:
        return "nobody, for the rule refuses to count"
    return ", ".join(counted.names[each] for each in elected) or "nobody"

"""Turnout by place for the public: from the marked register, never from papers, and no small number in it.

Told are parts as of the roll (`suppression`), with the papers distributed and those returned: of each part, whoever
returned theirs and whoever did not are `least` or more, unless it is a whole section, whose numbers its ballot account
publishes. It is told once, as of the declaration of the result: what is marked later would be told by the difference.

Source: TULRCA 1992 s. 52(1), papers distributed and returned; turnout is the one of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from projections.roll.suppression import LEAST, TREE, Cell, Part, label, nearest, parts_of


class Papers(NamedTuple):
    """Papers distributed and not cancelled, and those of them returned."""

    distributed: int
    returned: int

    @property
    def turnout(self) -> Fraction | None:
        """The one of the other; None where none was distributed."""
        return Fraction(self.returned, self.distributed) if self.distributed else None

    def __add__(self, other: object) -> Papers:
        """Add two numbers of each."""
        if not isinstance(other, Papers):
            return NotImplemented
        return Papers(self.distributed + other.distributed, self.returned + other.returned)


def turnout_parts(cells: Mapping[Cell, Papers], least: int = LEAST) -> dict[Part, Papers]:
    """Part the papers of a contest, each section by itself."""
    found: dict[Part, Papers] = {}
    sections = sorted({cell[0] for cell, papers in cells.items() if papers.distributed})
    for section in sections:
        inside = {cell: papers for cell, papers in cells.items() if cell[0] == section}
        counts = {cell: papers.distributed for cell, papers in inside.items()}
        parts = parts_of(counts, frozenset((section,)), least)
        found |= _widened(inside, counts, parts, least)
    return found


def _widened(
    cells: Mapping[Cell, Papers], counts: Mapping[Cell, int], parts: list[Part], least: int
) -> dict[Part, Papers]:
    """Make parts one with the nearest until in each those who returned, and those who did not, are not few."""
    done: dict[Part, Papers] = {}
    waiting = sorted(parts, key=sorted, reverse=True)
    while waiting:
        part = waiting.pop()
        papers = sum((cells[cell] for cell in part), Papers(0, 0))
        few = papers.returned < least or papers.distributed - papers.returned < least
        others = [*waiting, *done]
        if few and others:
            near = others[nearest(counts, part, others)]
            done.pop(near, None)
            waiting = [*(each for each in waiting if each != near), part | near]
        else:
            done[part] = papers
    return done


def turnout_by(parts: Mapping[Part, Papers], *names: str) -> dict[tuple[str, ...], Papers]:
    """Add parts up by some of TREE, in the order of the names; what is pooled is of others."""
    which = [TREE.index(name) for name in names]
    found: dict[tuple[str, ...], Papers] = {}
    for part, papers in parts.items():
        key = tuple(label(part)[place] for place in which)
        found[key] = found.get(key, Papers(0, 0)) + papers
    return dict(sorted(found.items()))

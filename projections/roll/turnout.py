"""Turnout by place for the public: from the marked register, never from papers, and no small number in it.

Told are parts as of the roll (`suppression`), with the papers distributed and those returned: of each part, whoever
returned theirs and whoever did not are `least` or more, and what of the contest comes to less as a whole is not told.
Sections stand by themselves, whole ones with whatever number, only where the contest publishes its papers, for then its
account and papers tell them (decision record 10); elsewhere a small section is pooled with others.

Papers distributed are told like one more edition of the roll: in its parts, and where they differ by fewer than `LEAST`
from what an edition told, what that told. Otherwise one less the other would be the few let on or struck off between.

It is told once, as of the declaration of the result: what is marked later would be told by the difference.

Source: TULRCA 1992 s. 52(1), papers distributed and returned; turnout is the one of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from projections.roll.suppression import LEAST, TREE, Cell, Part, label, nearest, releases


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


def turnout_parts(
    cells: Mapping[Cell, Papers],
    editions: Sequence[Mapping[Cell, int]] = (),
    told: frozenset[str] = frozenset(),
    *,
    published: bool = False,
    least: int = LEAST,
) -> dict[Part, Papers]:
    """Part the papers of a contest.

    Args:
        editions: entries by cell of the editions of the roll that were told by then, the oldest first.
        told: sections whose number the first of them published.
        published: the contest publishes its papers; then each section is parted by itself.
        least: of those who returned theirs, and of those who did not, in each part; from LEAST.

    Returns:
        Parts, with the papers of each; without what is too few to be told.
    """
    if not published:
        return _parted(cells, editions, told, least, whole=False)
    found: dict[Part, Papers] = {}
    for section in sorted({cell[0] for cell, papers in cells.items() if papers.distributed}):
        inside = {cell: papers for cell, papers in cells.items() if cell[0] == section}
        entries = [{cell: n for cell, n in counts.items() if cell[0] == section} for counts in editions]
        found |= _parted(inside, entries, told, least, whole=True)
    return found


def _parted(
    cells: Mapping[Cell, Papers],
    editions: Sequence[Mapping[Cell, int]],
    told: frozenset[str],
    least: int,
    *,
    whole: bool,
) -> dict[Part, Papers]:
    """Part papers like one more edition of the roll; if `whole`, all of them together are told whatever they are."""
    counts = {cell: papers.distributed for cell, papers in cells.items() if papers.distributed}
    numbers = releases([*editions, counts], told)[-1].numbers
    parts = {part: number for part, number in numbers.items() if not counts.keys().isdisjoint(part)}
    everything = sum(cells.values(), Papers(0, 0))
    done: dict[Part, Papers] = {}
    waiting = sorted(parts, key=sorted, reverse=True)
    while waiting:
        part = waiting.pop()
        actual = sum((cells[cell] for cell in part if cell in cells), Papers(0, 0))
        others = [*waiting, *done]
        if whole and not others:
            done[part] = everything
        elif min(actual.returned, min(actual.distributed, parts[part]) - actual.returned) >= least:
            done[part] = Papers(parts[part], actual.returned)
        elif others:
            near = others[nearest(counts, part, others)]
            done.pop(near, None)
            waiting = [*(each for each in waiting if each != near), part | near]
            parts[part | near] = parts[part] + parts[near]
    return done


def turnout_by(parts: Mapping[Part, Papers], *names: str) -> dict[tuple[str, ...], Papers]:
    """Add parts up by some of TREE, in the order of the names; what is pooled is of others."""
    which = [TREE.index(name) for name in names]
    found: dict[tuple[str, ...], Papers] = {}
    for part, papers in parts.items():
        key = tuple(label(part)[place] for place in which)
        found[key] = found.get(key, Papers(0, 0)) + papers
    return dict(sorted(found.items()))

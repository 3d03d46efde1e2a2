"""Numbers for the public that give no small cell away, however many answers are put together.

The method is cell suppression by pooling on one tree, TREE: section, category, region, unit. A cell with fewer than
`least` entries is pooled with the others of its branch, and with the smallest part beside them, until the pool holds
`least`, and so many that none of its small cells can be told from the sum (each may still be anything from 1 to
`least` - 1). A branch that comes to less as a whole is pooled a level up. What results are the parts of the roll. All
that the public is ever told are sums of parts, by whichever of the tree's names, so what can be told from any number of
answers, by adding and subtracting, are the parts themselves, each of `least` entries or more.

Answers at different dates would tell of what changed between them. So the public sees the roll in editions, each as it
was frozen or certified, and not between them; an edition's parts are those of the one before, or several of those as
one, never finer; and a part's number is what it was in an earlier edition unless it differs by `least` or more from
each of them. So what was told of a part twice differs by nothing, or by `least` or more.

What it does not hide: that a cell is in a pool at all; and the numbers of all entries and of sections that the freeze
publishes itself. A certificate publishes none, as less those of the freeze they would tell of a few.

Source: L. Cox, Suppression methodology and statistical disclosure control, JASA 75 (1980), complementary suppression;
A. Hundepool and others, Statistical Disclosure Control (Wiley 2012), chapter 5, disclosure by differencing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TREE = ("section", "category", "region", "unit")
LEAST = 10
OTHERS = "others"

Cell = tuple[str, ...]  # names of TREE, in its order; empty where there is none
Part = frozenset[Cell]


def label(part: Part) -> Cell:
    """Name a part by what all its cells have in common, from the top of the tree; below that it is of others."""
    cells = list(part)
    same = 0
    while same < len(TREE) and len({cell[: same + 1] for cell in cells}) == 1:
        same += 1
    return (*cells[0][:same], *(OTHERS for _ in TREE[same:]))


def parts_of(counts: Mapping[Cell, int], told: frozenset[str] = frozenset(), least: int = LEAST) -> list[Part]:
    """Part the cells of a roll, each with its entries: every part has `least` entries or more, if the roll has.

    Args:
        told: sections whose number is published already; no part of theirs goes into a pool with another section's.
    """
    live = {cell: count for cell, count in counts.items() if count}
    apart = [{cell: count for cell, count in live.items() if cell[0] == section} for section in sorted(told)]
    rest = {cell: count for cell, count in live.items() if cell[0] not in told}
    return [part for branch in (*apart, rest) if branch for part in _parts(branch, 0, least)]


def _parts(counts: Mapping[Cell, int], depth: int, least: int) -> list[Part]:
    """Part the cells of one branch; one part with fewer than `least` entries is all of it."""
    if depth == len(TREE):
        return [frozenset(counts)]
    branches: dict[str, dict[Cell, int]] = {}
    for cell in sorted(counts):
        branches.setdefault(cell[depth], {})[cell] = counts[cell]
    parts: list[Part] = []
    small: list[Part] = []
    for branch in branches.values():
        found = _parts(branch, depth + 1, least)
        (small if sum(branch.values()) < least else parts).extend(found)
    if small:
        parts.sort(key=lambda part: (_sum(counts, part), sorted(part)))
        large: list[Part] = []
        while parts and not _covers([_sum(counts, part) for part in small], [_sum(counts, p) for p in large], least):
            large.append(parts.pop(0))
        parts.append(frozenset().union(*small, *large))
    return parts


def _sum(counts: Mapping[Cell, int], part: Part) -> int:
    return sum(counts.get(cell, 0) for cell in part)


def _covers(small: Sequence[int], large: Sequence[int], least: int) -> bool:
    """Whether the sum of small numbers and large ones leaves each small one free to be from 1 to `least` - 1."""
    total = sum(small) + sum(large)
    most = total - (len(small) - 1) - least * len(large)
    free = bool(large) or total - 1 <= (least - 1) * (len(small) - 1)
    return total >= least and most >= least - 1 and free


@dataclass(frozen=True, slots=True)
class Release:
    """An edition as the public sees it: each part with its number."""

    numbers: Mapping[Part, int]

    @property
    def entries(self) -> int:
        """All entries, as far as they are told."""
        return sum(self.numbers.values())

    def by(self, *names: str) -> dict[tuple[str, ...], int]:
        """Count by some of TREE, in the order of the names; what is pooled is of others."""
        which = [TREE.index(name) for name in names]
        found: Counter[tuple[str, ...]] = Counter()
        for part, number in self.numbers.items():
            labelled = label(part)
            found[tuple(labelled[place] for place in which)] += number
        return dict(sorted(found.items(), key=lambda each: ([name == OTHERS for name in each[0]], each[0])))

    def more(self, *names: str) -> set[tuple[str, ...]]:
        """Say of which of these names some entries are counted among others."""
        which = [TREE.index(name) for name in names]
        found = set()
        for part in self.numbers:
            told = tuple(label(part)[place] for place in which)
            found |= {each for each in (tuple(cell[place] for place in which) for cell in part) if each != told}
        return found

    def where(self) -> dict[Cell, Part]:
        """Give the part that each cell is in."""
        return {cell: part for part in self.numbers for cell in part}


def releases(
    editions: Iterable[Mapping[Cell, int]], told: frozenset[str] = frozenset(), least: int = LEAST
) -> list[Release]:
    """Release editions of a roll one after the other, each cell with its entries.

    Args:
        told: sections whose number in the first edition is published already.
    """
    done: list[Release] = []
    for counts in editions:
        if not any(release.numbers for release in done):
            parts = parts_of(counts, told, least)
        else:
            parts = _taken_in(counts, list(done[-1].numbers), least)
        done.append(_release(counts, parts, done, least))
    return done


def _taken_in(counts: Mapping[Cell, int], parts: list[Part], least: int) -> list[Part]:
    """Add cells that are new to the parts of the edition before."""
    known = frozenset().union(*parts)
    for cell in sorted(cell for cell, count in counts.items() if count and cell not in known):
        new = frozenset((cell,))
        if counts[cell] >= least:
            parts.append(new)
        else:
            parts.append(parts.pop(nearest(counts, new, parts)) | new)
    return parts


def _release(counts: Mapping[Cell, int], parts: list[Part], before: Sequence[Release], least: int) -> Release:
    """Find a number for every part; parts for which there is none are made one with the nearest."""
    numbers: dict[Part, int] = {}
    places = [(release.numbers, release.where()) for release in before]
    parts = sorted(parts, key=sorted, reverse=True)
    while parts:
        part = parts.pop()
        told = [sum(held[each] for each in {where[cell] for cell in part if cell in where}) for held, where in places]
        number = _number(_sum(counts, part), told, least)
        if number is None and (parts or numbers):
            others = [*parts, *numbers]
            near = others[nearest(counts, part, others)]
            parts = [part | near, *(each for each in parts if each != near)]
            numbers.pop(near, None)
        else:
            numbers[part] = number or 0
    return Release(numbers)


def _number(entries: int, told: Sequence[int], least: int) -> int | None:
    """Give what is told of so many entries, after what was told before; None where that would be a small number."""
    near = [each for each in reversed(told) if abs(each - entries) < least]
    if near:
        return min(near, key=lambda each: abs(each - entries))
    return entries if entries == 0 or entries >= least else None


def nearest(counts: Mapping[Cell, int], part: Part, others: Sequence[Part]) -> int:
    """Give the place of the part that has most in common with one, of those the smallest."""
    mine = label(part)

    def apart(number: int) -> tuple[int, int, list[Cell]]:
        theirs = label(others[number])
        shared = next((deep for deep in range(len(TREE)) if mine[deep] != theirs[deep]), len(TREE))
        return -shared, _sum(counts, others[number]), sorted(others[number])

    return min(range(len(others)), key=apart)

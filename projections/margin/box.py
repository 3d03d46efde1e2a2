"""The papers of a section as numbers, and what they say of any set of candidates still in the count.

Candidates are 0, 1, ... in ballot order, and a set of them is the number with these bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.margin.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Order = tuple[int, ...]  # candidates: a ranking from first to last, or exclusions from first to last


class Box:
    """Valid papers grouped by ranking, and the same restricted to any candidates, kept once worked out."""

    def __init__(self, papers: Mapping[Order, int], size: int, watch: Watch | None = None) -> None:
        self.size = size
        self._watch = watch or Watch()
        self.everybody = (1 << size) - 1
        self.papers = dict(papers)
        self.valid = sum(papers.values())
        self._among: dict[int, dict[Order, int]] = {self.everybody: self.papers}
        self._tallies: dict[int, list[int]] = {}
        self._beside: dict[tuple[int, int], list[tuple[Order, int, int]]] = {}

    def among(self, members: int) -> Mapping[Order, int]:
        """Give the rankings of these candidates alone, `()` for papers that rank none of them, and their papers."""
        found = self._among.get(members)
        if found is None:
            left_out = self._left_out(members)
            name = left_out.bit_length() - 1
            found = {}
            for ranking, number in self._watch.over(self.among(members | left_out).items()):
                if name in ranking:
                    place = ranking.index(name)
                    ranking = ranking[:place] + ranking[place + 1 :]
                found[ranking] = found.get(ranking, 0) + number
            self._among[members] = found
        return found

    def _left_out(self, members: int) -> int:
        """Choose with whom more the papers are read from: those known already that are of the fewest rankings."""
        missing = [1 << name for name in range(self.size) if not members >> name & 1]
        known = [each for each in missing if members | each in self._among]
        return min(known, key=lambda each: len(self._among[members | each]), default=missing[0])

    def beside(self, members: int, name: int) -> Sequence[tuple[Order, int, int]]:
        """Give rankings of these candidates, papers that put `name` before all of them, and papers that do not."""
        found = self._beside.get((members, name))
        if found is None:
            before: dict[Order, int] = {}
            for ranking, number in self._watch.over(self.among(members | 1 << name).items()):
                if ranking and ranking[0] == name:
                    before[ranking[1:]] = number
            pairs = ((each, before.get(each, 0), number) for each, number in self.among(members).items())
            found = self._beside[members, name] = [(each, first, number - first) for each, first, number in pairs]
        return found

    def tally(self, members: int) -> Sequence[int]:
        """Give the papers each candidate holds where these continue, and last the papers that nobody holds."""
        found = self._tallies.get(members)
        if found is None:
            found = [0] * (self.size + 1)
            for ranking, number in self.among(members).items():
                found[ranking[0] if ranking else self.size] += number
            self._tallies[members] = found
        return found


def set_of(names: Iterable[int]) -> int:
    """Give the set of these candidates."""
    members = 0
    for name in names:
        members |= 1 << name
    return members


def joined(boxes: Iterable[Box], size: int, watch: Watch | None = None) -> Box:
    """Put the papers of several boxes into one."""
    papers: dict[Order, int] = {}
    for box in boxes:
        for ranking, number in box.papers.items():
            papers[ranking] = papers.get(ranking, 0) + number
    return Box(papers, size, watch)

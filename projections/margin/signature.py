"""Kinds of papers that a count cannot tell apart: who holds a paper at each of the stages that matter.

Source: T. R. Magrino, R. L. Rivest, E. Shen, D. Wagner, "Computing the Margin of Victory in IRV Elections" (EVT/WOTE
2011), section 4: an order of exclusions leaves at most 2^n kinds of papers, however many rankings there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.margin.box import Box, Order
    from projections.margin.watch import Watch

Holders = tuple[int, ...]  # for each set of continuing candidates: who holds the paper; the number of all for nobody


class Signatures:
    """Tells kinds of papers by their holders where these sets continue."""

    def __init__(self, sets: Sequence[int], size: int) -> None:
        self._sets = tuple(sets)
        self._size = size
        self.nobody: Holders = (size,) * len(self._sets)
        self._steps: dict[tuple[Holders, int], Holders] = {}
        self.members = 0  # of any of the sets
        for each in self._sets:
            self.members |= each

    def place(self, members: int) -> int:
        """Give where in a kind the holder at this set is; ValueError where the set is none of them."""
        return self._sets.index(members)

    def read(self, ranking: Order) -> Holders:
        """Give the kind of a paper."""
        holders = self.nobody
        for name in ranking:
            holders = self._step(holders, name)
        return holders

    def _step(self, holders: Holders, name: int) -> Holders:
        found = self._steps.get((holders, name))
        if found is None:
            found = tuple(
                name if holder == self._size and each >> name & 1 else holder
                for holder, each in zip(holders, self._sets, strict=True)
            )
            self._steps[holders, name] = found
        return found

    def held(self, box: Box, watch: Watch) -> Mapping[Holders, int]:
        """Group the papers of a box by kind."""
        found: dict[Holders, int] = {}
        for ranking, number in watch.over(box.among(self.members).items()):
            kind = self.read(ranking)
            found[kind] = found.get(kind, 0) + number
        return found

    def possible(self, *, all_ranked: bool) -> Mapping[Holders, Order]:
        """Give every kind that a valid paper can be of, with the shortest such ranking.

        Args:
            all_ranked: a valid paper ranks all candidates; the ranking given then goes on with the rest.
        """
        shortest: dict[Holders, Order] = {self.nobody: ()}
        waiting = [self.nobody]
        for holders in waiting:  # grows
            for name in range(self._size):
                step = self._step(holders, name)
                if step not in shortest:
                    shortest[step] = (*shortest[holders], name)
                    waiting.append(step)
        everybody = (1 << self._size) - 1
        if all_ranked:
            return {
                holders: (*ranking, *(name for name in range(self._size) if name not in ranking))
                for holders, ranking in shortest.items()
                if self._size not in holders
            }
        if self.members == everybody:  # a valid paper ranks somebody
            del shortest[self.nobody]
        else:
            outside = next(name for name in range(self._size) if not self.members >> name & 1)
            shortest[self.nobody] = (outside,)
        return shortest

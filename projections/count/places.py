"""Who gets places where most votes win: down the order of votes, past whoever would make reserved places impossible.

What reserved places ask depends only on how many candidates of each kind are elected and how many are left, where a
kind is the set of reserved categories that somebody is of. Whoever is doomed once stays so, with all of the kind, and
is in no possible choice: so nobody who was passed over needs to be taken out of those who are left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby, product
from typing import TYPE_CHECKING

from ledger.rules.reserved import Reserved
from projections.count.lots import drawn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ledger.rules.parts import ReservedPlaces
    from projections.count.lots import Lots

Kind = frozenset[str]
Take = Counter[Kind]

NOTHING = Kind()
STAGE = 1  # under plurality every tie lies at the only stage at which votes are counted


@dataclass(frozen=True, slots=True)
class Tie:
    """Candidates with equal votes, in ballot order, and how many places those of most categories would take."""

    candidates: tuple[str, ...]
    places: int


@dataclass(slots=True)
class Filled:
    """Who gets the places.

    Attributes:
        elected: in no order that means anything.
        ties: in the order of votes, all of them broken by lots or leaving places empty.
        undrawn: the tie at which it stopped, for want of a lot.
        order: whoever was in a lot -> place in the order drawn.
    """

    elected: set[str] = field(default_factory=set)
    ties: list[Tie] = field(default_factory=list)
    undrawn: Tie | None = None
    order: dict[str, int] = field(default_factory=dict)


class Places:
    """The places of one count: how many are left, and what they are reserved for."""

    def __init__(
        self,
        reserved: Sequence[ReservedPlaces],
        categories: Mapping[str, Collection[str]],
        candidates: Sequence[str],
        seats: int,
    ) -> None:
        """Take up a rule.

        Raises:
            RefusedError: `rule-infeasible`.
        """
        asked = [each for each in reserved if each.places]
        self._rule = Reserved(asked, categories, candidates, seats)
        self._most = max((each.places for each in asked), default=0)
        names = [each.category for each in asked]
        self.kinds = {each: Kind(name for name in names if name in categories.get(each, ())) for each in candidates}
        self._one_of = {kind: candidate for candidate, kind in self.kinds.items()}
        self._hopeful = Counter(self.kinds.values())
        self._elected: Take = Counter()
        self._left = seats
        self._doomed: set[Kind] = set()

    def fill(self, held: Mapping[str, int], lots: Lots, *, by_lot: bool) -> Filled:
        """Fill the places, once.

        Args:
            held: candidate, in ballot order -> votes; there are more candidates than places.
            by_lot: whether lots break ties; else the places stay empty, and those below go on as though the tied
                of most categories had taken them.

        Raises:
            EvidenceError: `lot-not-of-the-tied`.
        """
        filled = Filled()
        ordered = sorted(held, key=lambda candidate: -held[candidate])
        for _, group in groupby(ordered, key=held.__getitem__):
            if not self._left:
                break
            level = list(group)
            tied = self._take_certain(level, filled)
            if tied:
                order = drawn(lots, STAGE, tied) if by_lot else ()
                tie = Tie(tuple(tied), self._contested(tied))
                if by_lot and not order:
                    filled.undrawn = tie
                    return filled
                filled.ties.append(tie)
                filled.order |= {candidate: place for place, candidate in enumerate(order)}
                chosen = self._take_in_turn(order or self._widest_first(tied))
                filled.elected.update(chosen if by_lot else ())
        return filled

    def _take_certain(self, level: Sequence[str], filled: Filled) -> list[str]:
        """Elect those of equal votes whom every order of them elects; give those for whom the order matters."""
        while True:
            level = [each for each in level if each not in filled.elected and self._has_chance(self.kinds[each])]
            numbers = Counter(self.kinds[each] for each in level)
            fit = len(level) == 1 or self._room(numbers)  # for one alone, that is its chance
            certain = {kind for kind in numbers if fit or (kind and self._is_certain(kind, numbers))}
            if not certain:
                return level
            taken = [each for each in level if self.kinds[each] in certain]
            filled.elected.update(taken)
            self._take(Counter(self.kinds[each] for each in taken))

    def _has_chance(self, kind: Kind) -> bool:
        if kind not in self._doomed and not self._room(Counter([kind])):
            self._doomed.add(kind)
        return kind not in self._doomed

    def _is_certain(self, kind: Kind, numbers: Take) -> bool:
        """Tell whether no order of those of equal votes leaves out one of a kind.

        One is left out where others of the level go before who, with the fewest that still fill the reserved
        places, need every place, and the one is not among any such fewest. Of one kind, more than the highest
        number reserved are like candidates of no category: each takes a place and fills none, so the search goes
        over combinations up to that number, with as many fillers after them as there are.
        """
        others = numbers - Counter([kind])
        useful = [each for each in others if each]
        caps = [min(others[each], self._most) for each in useful]
        for chosen in product(*(range(cap, -1, -1) for cap in caps)):
            before = Counter({each: number for each, number in zip(useful, chosen, strict=True) if number})
            fillers = others[NOTHING] + sum(others[each] - self._most for each in before if before[each] == self._most)
            least = self._least(before)
            if least <= self._left <= least + fillers and not self._room(before + Counter([kind]), least):
                return False
        return True

    def _least(self, take: Take) -> int:
        """Find the fewest places with which these are elected and the reserved places filled; too many if none do."""
        return bisect_left(range(self._left + 1), True, key=lambda places: self._room(take, places))

    def _room(self, take: Take, places: int | None = None) -> bool:
        """Tell whether the reserved places can be filled once these hopeful candidates are elected."""
        left = (self._left if places is None else places) - take.total()
        if left < 0:
            return False
        return self._rule.possible(self._some(self._hopeful - take), self._some(self._elected + take), left)

    def _some(self, numbers: Take) -> Iterator[str]:
        """Give a candidate for each of these, as often as it can matter; only their kinds are looked at."""
        for kind, number in numbers.items():
            if kind:
                yield from [self._one_of[kind]] * min(number, self._most)

    def _take(self, take: Take) -> None:
        self._hopeful -= take
        self._elected += take
        self._left -= take.total()

    def _take_in_turn(self, order: Sequence[str]) -> list[str]:
        """Give places in this order to those with whom the reserved places can still be filled."""
        chosen: list[str] = []
        for each in order:
            if self._has_chance(self.kinds[each]):
                self._take(Counter([self.kinds[each]]))
                chosen.append(each)
        return chosen

    def _contested(self, tied: Sequence[str]) -> int:
        """Count the places that the tied would take, those of most categories first."""
        before = Counter(self._hopeful), Counter(self._elected), self._left, set(self._doomed)
        number = len(self._take_in_turn(self._widest_first(tied)))
        self._hopeful, self._elected, self._left, self._doomed = before
        return number

    def _widest_first(self, tied: Sequence[str]) -> list[str]:
        return sorted(tied, key=lambda each: (-len(self.kinds[each]), sorted(self.kinds[each])))

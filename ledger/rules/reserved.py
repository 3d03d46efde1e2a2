"""Reserved places in a count that elects and excludes: who must not be excluded, who cannot be elected.

Source: the guarded and doomed candidates of Hill, STV with constraints, Voting Matters 9 (1998).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ledger.rules.parts import ReservedPlaces

    Kind = tuple[bool, ...]  # for each reserved category, whether the candidate is of it


class Reserved:
    """The reserved places of one count.

    A choice of candidates for the places left is possible where it fills every reserved place. A candidate in
    every possible choice is guarded, one in none is doomed; nobody is both while there is a possible choice.
    """

    def __init__(
        self,
        reserved: Sequence[ReservedPlaces],
        categories: Mapping[str, Collection[str]],
        candidates: Sequence[str],
        seats: int,
    ) -> None:
        """Take up a rule.

        Args:
            categories: candidate -> categories; somebody left out is of none.
            candidates: who stands, without those withdrawn.

        Raises:
            RefusedError: `rule-infeasible`, no choice of candidates fills the reserved places.
        """
        asked = [each for each in reserved if each.places]
        self._kind = {
            candidate: tuple(each.category in categories.get(candidate, ()) for each in asked)
            for candidate in candidates
        }
        self._needs = tuple(each.places for each in asked)
        self._asked = bool(asked)
        self._memory: dict[tuple[object, ...], int | None] = {}
        for index, each in enumerate(asked):
            there = sum(kind[index] for kind in self._kind.values())
            if there < each.places:
                raise _infeasible(f"category {each.category}", f"{each.places} candidates or more", there)
        places = min(seats, len(candidates))
        fewest = self._fewest(Counter(self._kind.values()), self._needs)
        if fewest is None or fewest > places:
            names = ", ".join(each.category for each in asked)
            raise _infeasible(f"categories {names}", f"{fewest} places or more", places)

    def guarded(self, hopeful: Iterable[str], elected: Iterable[str], places: int) -> frozenset[str]:
        """Give the hopeful candidates without whom the reserved places cannot be filled.

        Args:
            places: how many are left, fewer than there are hopeful candidates.
        """
        if not self._asked:
            return frozenset()
        needs = self._left(elected)
        there = Counter(self._kind[candidate] for candidate in hopeful)
        kinds = {kind for kind in there if not self._possible(there - Counter([kind]), needs, places)}
        return frozenset(candidate for candidate in hopeful if self._kind[candidate] in kinds)

    def doomed(self, hopeful: Iterable[str], elected: Iterable[str], places: int) -> frozenset[str]:
        """Give the hopeful candidates with whom the reserved places cannot be filled; `places` are left, 1 or more."""
        if not self._asked:
            return frozenset()
        needs = self._left(elected)
        there = Counter(self._kind[candidate] for candidate in hopeful)
        kinds = {kind for kind in there if not self._possible(there - Counter([kind]), _met(needs, kind), places - 1)}
        return frozenset(candidate for candidate in hopeful if self._kind[candidate] in kinds)

    def possible(self, hopeful: Iterable[str], elected: Iterable[str], places: int) -> bool:
        """Tell whether the reserved places can still be filled."""
        there = Counter(self._kind[candidate] for candidate in hopeful)
        return not self._asked or self._possible(there, self._left(elected), places)

    def _left(self, elected: Iterable[str]) -> tuple[int, ...]:
        needs = self._needs
        for candidate in elected:
            needs = _met(needs, self._kind[candidate])
        return needs

    def _possible(self, there: Counter[Kind], needs: tuple[int, ...], places: int) -> bool:
        fewest = self._fewest(there, needs)
        return fewest is not None and fewest <= places

    def _fewest(self, there: Counter[Kind], needs: tuple[int, ...]) -> int | None:
        """Find how many candidates fill these needs at the fewest; None where all of them do not.

        A candidate of one category more fills no less, so kinds are tried widest first, each by all numbers
        that may help.
        """
        kinds = tuple(sorted(((kind, number) for kind, number in there.items() if any(kind)), key=_widest))
        return self._search(kinds, needs)

    def _search(self, kinds: tuple[tuple[Kind, int], ...], needs: tuple[int, ...]) -> int | None:
        if not any(needs):
            return 0
        if not kinds:
            return None
        key = (kinds, needs)
        if key not in self._memory:
            (kind, number), *rest = kinds
            best: int | None = None
            useful = max(need for need, of_it in zip(needs, kind, strict=True) if of_it)
            for taken in range(min(number, useful) + 1):
                more = self._search(tuple(rest), _met(needs, kind, taken))
                if more is not None and (best is None or taken + more < best):
                    best = taken + more
            self._memory[key] = best
        return self._memory[key]


def _met(needs: tuple[int, ...], kind: Kind, number: int = 1) -> tuple[int, ...]:
    return tuple(max(0, need - number) if of_it else need for need, of_it in zip(needs, kind, strict=True))


def _widest(entry: tuple[Kind, int]) -> tuple[int, Kind]:
    return (-sum(entry[0]), entry[0])


def _infeasible(what: str, expected: str, found: int) -> RefusedError:
    return RefusedError(
        "rule-infeasible",
        f"reserved places of {what}",
        expected=expected,
        found=found,
        remedy="No count can follow this rule with these candidates; whoever adopted it has to decide",
    )

"""Ties under the single transferable vote: the ladder of the rule, down to a recorded lot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projections.count.lots import drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projections.count.lots import Lots

    Votes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Broken:
    """What a ladder came to.

    Attributes:
        chosen: the one it falls on; None where it stopped.
        steps: how it came to that, in words.
        tied: who is still tied where it stopped.
        lot_needed: whether it stopped for a lot that is not recorded.
    """

    chosen: str | None
    steps: tuple[str, ...]
    tied: tuple[str, ...] = ()
    lot_needed: bool = False


def break_tie(
    ladder: Sequence[str], earlier: Sequence[Votes], tied: tuple[str, ...], lots: Lots, *, most: bool
) -> Broken:
    """Go down the ladder until it falls on one of the tied.

    Args:
        ladder: the rungs of `rules.transferable.Ladder`.
        earlier: votes at the end of every earlier stage, first to last.
        tied: two or more candidates, in ballot order.
        lots: (stage number, the tied) -> all of them in the order drawn; it falls on the one drawn first.
        most: whether it falls on who had most votes (for a surplus, a place), or on who had fewest (exclusion).

    Raises:
        EvidenceError: `lot-not-of-the-tied`.
    """
    steps: list[str] = []
    for rung in ladder:
        if rung == "lot":
            order = drawn(lots, len(earlier) + 1, tied)
            if not order:
                return Broken(None, (*steps, f"a lot among {len(tied)} is to be drawn"), tied, lot_needed=True)
            return Broken(order[0], (*steps, f"the lot among {len(tied)} decides"))
        for number, votes in _stages(rung, earlier):
            left = _extreme(votes, tied, most=most)
            if rung.endswith("-all-differ") and len({votes[candidate] for candidate in tied}) < len(tied):
                continue
            if len(left) < len(tied):
                steps.append(f"stage {number} leaves {len(left)} of them")
            tied = left
            if len(tied) == 1:
                return Broken(tied[0], tuple(steps))
    return Broken(None, (*steps, "the rule has no further way to break the tie"), tied)


def _stages(rung: str, earlier: Sequence[Votes]) -> Iterable[tuple[int, Votes]]:
    numbered = list(enumerate(earlier, start=1))
    return reversed(numbered) if rung.startswith("earlier-stages-backwards") else numbered


def _extreme(votes: Votes, tied: tuple[str, ...], *, most: bool) -> tuple[str, ...]:
    held = [votes[candidate] for candidate in tied]
    bound = max(held) if most else min(held)
    return tuple(candidate for candidate in tied if votes[candidate] == bound)

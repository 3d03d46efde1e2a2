"""Papers on their way from candidate to candidate: each distinct ranking of a section once, never a paper alone."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from projections.count.paper import Ranking

    Pile = list[tuple[Ranking, int]]  # distinct rankings, and how many papers have each
    Piles = list[Pile]  # by section, in the order of the contest
    Parts = list[int]  # votes or papers by section, in the order of the contest


def piles_of(rankings: Mapping[str, Mapping[Ranking, int]]) -> Piles:
    """Make a pile of each section: section -> ranking -> papers, 0 or more.

    A ranking without papers is left out: it must not pass for a batch that somebody received.
    """
    return [[each for each in papers.items() if each[1]] for papers in rankings.values()]


def no_papers(like: Sequence[Pile]) -> Piles:
    """Piles of no papers, of as many sections."""
    return [[] for _ in like]


def sort_papers(piles: Sequence[Pile], available: Container[str]) -> dict[str | None, Piles]:
    """Sort papers by the first name on them that is available; None where there is none."""
    sorted_: dict[str | None, Piles] = {}
    heir: str | None
    for section, pile in enumerate(piles):
        found: defaultdict[str | None, Pile] = defaultdict(list)
        for ranking_and_papers in pile:
            for heir in ranking_and_papers[0]:  # plain loops: nothing else is run so often
                if heir in available:
                    break
            else:
                heir = None
            found[heir].append(ranking_and_papers)
        for heir, part in found.items():
            sorted_.setdefault(heir, no_papers(piles))[section] = part
    return sorted_


def join_piles(piles: Piles, more: Iterable[Pile]) -> None:
    """Put more papers to piles, section by section."""
    for pile, part in zip(piles, more, strict=True):
        pile += part


def papers_in(piles: Iterable[Pile]) -> Parts:
    """Papers in piles, by section."""
    return [sum([papers for _, papers in pile]) for pile in piles]


def number_of(piles: Iterable[Pile]) -> int:
    """Papers in piles."""
    return sum(papers_in(piles))


def added(parts: Sequence[int], more: Sequence[int]) -> Parts:
    """Add up, section by section."""
    return [one + other for one, other in zip(parts, more, strict=True)]


def parted(amount: int, by: Sequence[int]) -> Parts:
    """Part an amount between sections as `by` is, in whole numbers that add up to it.

    Sections have, up to and with each of them, what is theirs of the amount, cut to a whole number.

    Args:
        amount: 0 up to the sum of `by`.
        by: 0 or more each; not all of them 0 unless the amount is.
    """
    whole = sum(by) or 1
    return [upto - before for before, upto in pairwise([0, *(amount * held // whole for held in accumulate(by))])]

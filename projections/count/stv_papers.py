"""Papers on their way from candidate to candidate: each distinct ranking once, never a paper alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from projections.count.paper import Ranking

    Pile = list[tuple[Ranking, int]]  # distinct rankings, and how many papers have each


def pile_of(rankings: Mapping[str, Mapping[Ranking, int]]) -> Pile:
    """Put the papers of all sections together: section -> ranking -> papers, 0 or more.

    A ranking without papers is left out: it must not pass for a batch that somebody received.
    """
    sections = [each for each in rankings.values() if each]
    merged: Counter[Ranking] = Counter()
    for each in sections if len(sections) > 1 else ():
        merged.update(each)
    papers = sections[0] if len(sections) == 1 else merged
    return [ranking_and_papers for ranking_and_papers in papers.items() if ranking_and_papers[1]]


def sort_papers(pile: Iterable[tuple[Ranking, int]], available: Container[str]) -> dict[str | None, Pile]:
    """Sort papers by the first name on them that is available; None where there is none."""
    sorted_: defaultdict[str | None, Pile] = defaultdict(list)
    heir: str | None
    for ranking_and_papers in pile:
        for heir in ranking_and_papers[0]:  # plain loops: nothing else is run so often
            if heir in available:
                break
        else:
            heir = None
        sorted_[heir].append(ranking_and_papers)
    return sorted_


def number_of(pile: Pile) -> int:
    """Papers in a pile."""
    return sum([papers for _, papers in pile])

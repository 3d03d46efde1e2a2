"""Margins of the alternative vote, plain and in an electoral college, from papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.rules.alternative import AlternativeVote
from projections.margin.box import Box, joined
from projections.margin.form import PaperForms, PointForms
from projections.margin.node import Nodes
from projections.margin.recount import Recount
from projections.margin.relaxation import Moves
from projections.margin.rounding import shown
from projections.margin.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.margin.box import Order
    from projections.margin.node import Node
    from projections.margin.recount import Moved, Outcome
    from projections.margin.relaxation import Column, Kind
    from projections.margin.search import Answer, Goal

    Rankings = Mapping[str, Mapping[tuple[str, ...], int]]  # section -> ranking -> valid papers


@dataclass(frozen=True)
class Counted:
    """What a margin is of.

    Attributes:
        papers: valid ones.
        winner: who is elected, as counted.
    """

    rule: AnyAlternativeVote
    candidates: Sequence[str]
    sections: Sequence[str]
    papers: Rankings
    winner: str


def margins(
    counted: Counted, kind: Kind, section: str | None, expired: Callable[[], bool]
) -> dict[Goal, Answer]:
    """Find the fewest papers after which somebody else could be, and is certain to be, elected."""
    number = {name: place for place, name in enumerate(counted.candidates)}
    papers = {
        name: {tuple(number[each] for each in ranking): n for ranking, n in counted.papers.get(name, {}).items() if n}
        for name in counted.sections
    }
    size = len(number)
    boxes = {name: Box(rankings, size) for name, rankings in papers.items()}
    all_ranked = counted.rule.preferences == "all"
    winner = number[counted.winner]
    everything = joined(boxes.values(), size)
    if isinstance(counted.rule, AlternativeVote):
        chosen = list(counted.sections) if section is None else [section]
        moving = everything if section is None else boxes[section]
        moves = Moves(kind, (moving,), all_ranked)
        nodes = Nodes(counted.rule, PaperForms(counted.rule, (everything,), moves.each), moves, everything, winner)
        sources = [{name: papers[name] for name in chosen}]
    else:
        assert section is not None
        moves = Moves(kind, (boxes[section],), all_ranked)
        place = list(counted.sections).index(section)
        nodes = Nodes(counted.rule, PointForms(counted.rule, list(boxes.values()), place), moves, None, winner)
        sources = [{section: papers[section]}]
    recount = Recount(counted.rule, counted.candidates, counted.sections)

    def recounted(node: Node, numbers: Mapping[Column, int]) -> tuple[Moved, list[Outcome] | None]:
        assert node.relaxed is not None
        moved = shown(node.relaxed, numbers, moves, sources, counted.candidates)
        return moved, recount.outcomes(moved.applied(counted.papers))

    search = Search(nodes, (counted.winner,), recounted, expired)
    search.try_orders(likely(nodes, boxes, everything, winner))
    return search.run()


def likely(nodes: Nodes, boxes: object, everything: Box, winner: int) -> Iterator[Order]:
    """Give orders that may take few papers: as counted by papers, but the winner goes at one of the stages."""
    size = everything.size
    for stage in range(size - 1):
        left = list(range(size))
        order: list[int] = []
        while len(left) > 1:
            held = everything.tally(sum(1 << name for name in left))
            goes = winner if len(order) == stage else min((n for n in left if n != winner or len(order) > stage), key=held.__getitem__)
            order.append(goes)
            left.remove(goes)
        yield (*order, left[0])

"""What to assume next of ties, where a node's papers do not do what they should."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projections.margin.box import set_of
from projections.margin.ties import branches, stages_looked_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from projections.margin.box import Order
    from projections.margin.form import Form
    from projections.margin.node import Node, Nodes
    from projections.margin.recount import Outcome
    from projections.margin.relaxation import Relaxed


def refined(nodes: Nodes, node: Node, outcomes: Sequence[Outcome], winner: tuple[str, ...]) -> list[Node] | None:
    """Give nodes that together hold all that this one holds and does what it should, but not its present papers.

    First, that the ladder allows the orders assumed. Then, that where lots lead to the winner, the two who are tied
    where that way parts are told apart, or that way too leads to somebody else.

    Returns:
        None where nothing is tied that could be told apart.
    """
    if node.relaxed is None or not nodes.refines:
        return None
    for path in (node.order, *node.sides):
        for place in range(len(path) - 1):
            for other in path[place + 1 :]:
                if _is_lower(nodes, node.relaxed, path, place, other):
                    return list(_told_apart(nodes, node, path, place, other, lot=True))
    for outcome in outcomes:
        if outcome.elected == winner:
            return _parted(nodes, node, outcome.path)
    return None


def _parted(nodes: Nodes, node: Node, way: Order) -> list[Node] | None:
    path = max((node.order, *node.sides), key=lambda each: _together(each, way))
    place = _together(path, way)
    if place >= len(way):
        return None
    apart = list(_told_apart(nodes, node, path, place, way[place], lot=False))
    *_, equal = branches(nodes.below, _sets(nodes, path, place), path[place], way[place], lot=True)
    return [*apart, replace(node, rows=(*node.rows, *equal), sides=(*node.sides, way[: place + 1]))]


def _together(one: Order, other: Order) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _sets(nodes: Nodes, path: Order, place: int) -> list[int]:
    return [set_of(path[stage:]) for stage in stages_looked_at(nodes.rule, place)]


def _told_apart(nodes: Nodes, node: Node, path: Order, place: int, other: int, *, lot: bool) -> Iterator[Node]:
    for rows in branches(nodes.below, _sets(nodes, path, place), path[place], other, lot=lot):
        yield replace(node, rows=(*node.rows, *rows))


def _is_lower(nodes: Nodes, relaxed: Relaxed, path: Order, place: int, other: int) -> bool:
    """Whether the ladder puts the other one below the one who is excluded on this path."""
    if nodes.half_at(path[place:]):
        return False
    for members in _sets(nodes, path, place):
        held = _value(nodes.below(members, path[place], other), relaxed)
        if held:
            return held < 0
    return False


def _value(form: Form, relaxed: Relaxed) -> int:
    place = relaxed.read.place(form.members)
    held = form.now
    for column, number in relaxed.moved.items():
        held += int(column.sign * number) * form.gains[column.section][column.holders[place]]
    return held

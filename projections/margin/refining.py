"""What to assume next of ties, where a node's papers do not do what they should."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projections.margin.box import set_of
from projections.margin.relaxation import Row
from projections.margin.ties import branches, stages_looked_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.margin.box import Order
    from projections.margin.form import Form
    from projections.margin.node import Node, Nodes
    from projections.margin.recount import Outcome
    from projections.margin.relaxation import Relaxed
    from projections.margin.ties import Level


def refined(nodes: Nodes, node: Node, outcomes: Sequence[Outcome], winner: tuple[str, ...]) -> list[Node] | None:
    """Give nodes that together hold all that this one holds and does what it should, but not its present papers.

    First, that comparisons say something. Then, that the ladder allows the orders assumed. Then, that where lots lead
    to the winner, the two who are tied where that way parts are told apart, or that way too leads to somebody else.

    Returns:
        None where nothing is tied that could be told apart.
    """
    if node.relaxed is None or not nodes.refines:
        return None
    steps = [(path, place) for path in (node.order, *node.sides) for place in range(len(path) - 1)]
    for path, place in steps:
        base = nodes.base(set_of(path[place:]))
        if base is not None and not _value(base, node.relaxed):
            if nodes.half_at(path[place:]) and not nodes.is_short_without(path[place:]):
                return [replace(node, rows=(*node.rows, Row(base, need=1)))]
            if all(row.form != base for row in node.rows):
                return [replace(node, rows=(*node.rows, row)) for row in (Row(base, need=1), Row(base, sign=-1))]
    for path, place in steps:
        for other in path[place + 1 :]:
            if _is_lower(nodes, node, path, place, other):
                return _told_apart(nodes, node, path, place, other, lot=True)
    for outcome in outcomes:
        if outcome.elected == winner:
            return _parted(nodes, node, outcome.path)
    return None


def _parted(nodes: Nodes, node: Node, way: Order) -> list[Node] | None:
    path = max((node.order, *node.sides), key=lambda each: _together(each, way))
    place = _together(path, way)
    if place >= len(way):
        return None
    apart = _told_apart(nodes, node, path, place, way[place], lot=False)
    *_, equal = _told_apart(nodes, node, path, place, way[place], lot=True)
    return [*apart, replace(equal, sides=(*node.sides, way[: place + 1]))]


def _together(one: Order, other: Order) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _levels(nodes: Nodes, node: Node, path: Order, place: int, other: int) -> list[Level]:
    sets = [set_of(path[stage:]) for stage in stages_looked_at(nodes.rule, place)]
    return nodes.levels(node, sets, path[place], other)


def _told_apart(nodes: Nodes, node: Node, path: Order, place: int, other: int, *, lot: bool) -> list[Node]:
    levels = _levels(nodes, node, path, place, other)
    return [replace(node, rows=(*node.rows, *rows)) for rows in branches(levels, lot=lot)]


def _is_lower(nodes: Nodes, node: Node, path: Order, place: int, other: int) -> bool:
    """Whether the ladder puts the other one below the one who is excluded on this path."""
    if nodes.half_at(path[place:]) or node.relaxed is None:
        return False
    for level in _levels(nodes, node, path, place, other):
        held = _value(level.form, node.relaxed) if level.settled is None else level.settled
        if held:
            return held < 0
    return False


def _value(form: Form, relaxed: Relaxed) -> int:
    place = relaxed.program.read.place(form.members)
    held = form.now
    for column, number in relaxed.moved.items():
        held += int(number) * form.of(column.section, column.holders[place], column.sign)
    return held

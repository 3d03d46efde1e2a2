"""The search over orders of exclusions: best first, bounded from below by ends of orders, from above by recounts.

Sources: Magrino, Rivest, Shen, Wagner (EVT/WOTE 2011) for the orders and kinds of papers; Blom, Stuckey, Teague, Tidhar
(ECAI 2016) for the ends of orders. What is added here: programs are solved in exact numbers, and ties, ladders and lots
are those of the rule.
"""

from __future__ import annotations

import heapq
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from projections.margin.refining import refined
from projections.margin.rounding import branched, is_whole, roundings
from projections.margin.watch import TimeUpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from projections.margin.box import Order
    from projections.margin.node import Node, Nodes
    from projections.margin.recount import Moved, Outcome
    from projections.margin.relaxation import Column

Goal = Literal["could", "certain"]
GOALS: tuple[Goal, ...] = ("could", "certain")

TIME = "the time was up"
OPEN = "a case was met that the comparisons do not tell apart"
ENTRIES_MOST = 3_000_000  # numbers that the programs of queued nodes keep: about 100 MB


class Answer(NamedTuple):
    """Fewest papers, between bounds.

    Attributes:
        least: no fewer do it; None where no number does.
        moved: papers that do it, as a recount says; None where none were found.
        why: why the bounds are apart; empty where they are not.
    """

    least: int | None
    moved: Moved | None
    why: str = ""

    @property
    def exact(self) -> bool:
        """Whether no fewer papers do it than those found, or none do."""
        return self.least == (self.moved and self.moved.papers)


@dataclass(slots=True)
class _Queue:
    """Nodes by least papers; of equal ones first the longest orders, and of these those with the fewest branches.

    Where their programs together keep too many numbers, those of the last ones are let go.
    """

    entries_most: int
    heap: list[tuple[int, int, int, Node]] = field(default_factory=list)
    number: int = 0
    entries: int = 0

    def put(self, node: Node) -> None:
        """Add a node."""
        self.number -= 1  # of equal ones the last first
        depth = len(node.order) - len(node.bounds)
        heapq.heappush(self.heap, (node.least, -depth, self.number, node))
        self.entries += node.entries
        if self.entries > self.entries_most:
            self._let_go()

    def pop(self) -> Node:
        """Take the first node."""
        node = heapq.heappop(self.heap)[-1]
        self.entries -= node.entries
        return node

    def _let_go(self) -> None:
        """Keep the programs of the first nodes alone, half as many numbers as may be kept, and one at the least."""
        self.heap.sort()  # a sorted list is a heap
        self.entries = 0
        for place, (least, depth, number, node) in enumerate(self.heap):
            if place and self.entries + node.entries > self.entries_most // 2:
                self.heap[place] = (least, depth, number, node.let_go())
            else:
                self.entries += node.entries


@dataclass
class Search:
    """Finds the fewest papers after which the winner could be, or is certain to be, not elected.

    Attributes:
        winner: as elected now.
        recount: what columns are as papers of sections, and what lots can make of them; None where that is too much.
        expired: says that the time is up; asked after every program, and by what solves and recounts, which then
            raises TimeUpError.
        best: the fewest papers found for each goal.
        ceiling: what takes more papers is not looked at.
        opened: goal -> fewest papers of the cases that could not be told apart, or for which there was no time.
        stopped: whether the time was up before all cases were looked at.
    """

    nodes: Nodes
    winner: tuple[str, ...]
    recount: Callable[[Node, Mapping[Column, int]], tuple[Moved, list[Outcome] | None]]
    expired: Callable[[], bool]
    best: dict[Goal, Moved]
    ceiling: int | None = None
    opened: dict[Goal, int] = field(default_factory=dict)
    stopped: bool = False

    def most(self, goal: Goal) -> int | None:
        """The fewest papers found for a goal."""
        return self.best[goal].papers if goal in self.best else None

    def try_orders(self, orders: Iterable[Order]) -> None:
        """Look for papers that make these orders without a lot: bounds from above, soon."""
        with suppress(TimeUpError):
            for order in orders:
                if self.expired():
                    return
                for node in self.nodes.solved(self.nodes.strictly(order)):
                    self._judge(node)

    def run(self) -> dict[Goal, Answer]:
        """Search until both goals are answered or the time is up."""
        queue = _Queue(ENTRIES_MOST)
        for node in self._first():
            self._dive(node, queue)
        settled: dict[Goal, Answer] = {}
        while True:
            least = queue.heap[0][0] if queue.heap else None
            for goal in GOALS:
                if goal not in settled and self._is_settled(goal, least):
                    settled[goal] = self._answer(goal, least, TIME if self.stopped else OPEN)
            if len(settled) == len(GOALS):
                return settled
            if self.expired():
                return {goal: settled.get(goal) or self._answer(goal, least, TIME) for goal in GOALS}
            for node in self._after(queue.pop()):
                queue.put(node)

    def _first(self) -> list[Node]:
        try:
            return [*self.nodes.first()]
        except TimeUpError:
            self._leave(0)
            return []

    def _dive(self, node: Node, queue: _Queue) -> None:
        """Go down to an order that may need few papers, and queue what is left aside: a bound from above, soon."""
        while len(node.order) < self.nodes.size and not self.expired():
            parts = sorted(self._after(node), key=lambda each: each.least)
            if not parts:
                return
            for each in parts[1:]:
                queue.put(each)
            node = parts[0]
        queue.put(node)

    def _is_settled(self, goal: Goal, least: int | None) -> bool:
        most = self.most(goal)
        return least is None or (most is not None and least >= most)

    def _answer(self, goal: Goal, least: int | None, why: str) -> Answer:
        bounds = [each for each in (least, self.opened.get(goal), self.most(goal)) if each is not None]
        answer = Answer(min(bounds) if bounds else None, self.best.get(goal))
        return answer if answer.exact else answer._replace(why=why)

    def _after(self, node: Node) -> Iterator[Node]:
        """Take a node apart; what needs as many papers as are known to do is left out."""
        self._bound()
        try:
            for each in self._parts(node):
                if self.nodes.most is None or each.least <= self.nodes.most:
                    yield each
                if self.expired():
                    self._leave(node.least)
                    return
        except TimeUpError:
            self._leave(node.least)

    def _bound(self) -> None:
        known = self.most("certain")
        bounds = [each for each in (known and known - 1, self.ceiling) if each is not None]
        self.nodes.most = min(bounds, default=None)

    def _leave(self, least: int) -> None:
        self.stopped = True
        for goal in GOALS:
            self._open(goal, least)

    def _open(self, goal: Goal, least: int) -> None:
        self.opened[goal] = min(least, self.opened.get(goal, least))

    def _parts(self, node: Node) -> Iterator[Node]:
        if node.sets:
            yield from self.nodes.solved(node)
            return
        if len(node.order) < self.nodes.size:
            yield from self.nodes.longer(node)
            return
        if any(len(side) < self.nodes.size for side in node.sides):
            yield from self.nodes.along_a_side(node)
            return
        outcomes = self._judge(node)
        for goal in GOALS:
            found = self.most(goal)
            if found is not None and found <= node.least:
                continue
            if node.relaxed is not None and not is_whole(node.relaxed):
                for bound in branched(node.relaxed):
                    yield from self.nodes.solved(replace(node, bounds=(*node.bounds, bound)))
                return
            parts = None if outcomes is None else refined(self.nodes, node, outcomes, self.winner)
            if parts is None:
                self._open(goal, node.least)
                continue
            for part in parts:
                yield from self.nodes.solved(part)
            return

    def _judge(self, node: Node) -> list[Outcome] | None:
        """Recount whole papers near a node's solution, and keep them where they do what a goal asks."""
        if node.relaxed is None:
            return None
        outcomes: list[Outcome] | None = None
        for numbers in roundings(node.relaxed, self.nodes.moves):
            moved, outcomes = self.recount(node, numbers)
            others = [each.elected != self.winner for each in outcomes or ()]
            does: dict[Goal, bool] = {"could": any(others), "certain": bool(others) and all(others)}
            for goal in GOALS:
                most = self.most(goal)
                if does[goal] and (most is None or moved.papers < most):
                    self.best[goal] = moved
            if does["certain"]:
                break
        return outcomes

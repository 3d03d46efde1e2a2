"""A node of the search: the end of an order of exclusions, ties that were looked into, and branches on whole papers.

Source of the bounds: M. Blom, P. J. Stuckey, V. J. Teague, R. Tidhar, "Efficient Computation of Exact IRV Margins"
(ECAI 2016; arXiv:1508.04885): the end of an order bounds all orders that end so, by comparisons among its candidates
at the stages where no others are left, and by what the candidates before it hold at the least.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from projections.margin.box import set_of
from projections.margin.relaxation import Program, Row
from projections.margin.ties import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.margin.box import Box, Order
    from projections.margin.form import Form, Forms
    from projections.margin.relaxation import Bound, Moves, Relaxed


@dataclass(frozen=True, slots=True)
class Node:
    """What is assumed of the papers.

    Attributes:
        order: the last candidates of the count as they are excluded, and last who is left then.
        sides: other ways that lots may lead, each from the first exclusion on, as far as assumed.
        rows: what else was assumed of ties.
        bounds: branches on whole papers.
        least: papers, no fewer.
        relaxed: the solution of the program; None for the first nodes, which compare nobody yet, and where it was
            let go to save memory.
        sets: which sets a program that was let go tells papers apart at, in its order.
    """

    order: Order
    sides: tuple[Order, ...] = ()
    rows: tuple[Row, ...] = ()
    bounds: tuple[Bound, ...] = ()
    least: int = 0
    relaxed: Relaxed | None = None
    sets: tuple[int, ...] = ()

    @property
    def entries(self) -> int:
        """How many numbers its program keeps."""
        return 0 if self.relaxed is None else self.relaxed.program.entries

    def let_go(self) -> Node:
        """Give the node without its program, to be solved again when its turn comes."""
        return self if self.relaxed is None else replace(self, relaxed=None, sets=self.relaxed.program.sets)

    @property
    def solution(self) -> Relaxed:
        """The solution of a node that has one."""
        if self.relaxed is None:
            raise ValueError("nobody is compared yet")
        return self.relaxed


class Nodes:
    """Makes nodes for a contest in which `winner` is not to be elected.

    Args:
        everything: all papers, those that stay as well as those that may move, as one box; None where papers weigh
            differently.

    Attributes:
        most: nodes that need more papers are left out; None for no such number.
    """

    most: int | None = None

    def __init__(
        self, rule: AnyAlternativeVote, forms: Forms, moves: Moves, everything: Box | None, winner: int
    ) -> None:
        self.rule, self.moves, self.size = rule, moves, moves.boxes[0].size
        self._forms, self._everything, self._winner = forms, everything, winner
        self._compared: dict[tuple[int, int, int], Form] = {}
        # where candidates are excluded together, the ladder looks at other stages than those of the orders here
        self.refines = forms.exact and (rule.exclusion == "single-lowest" or rule.ties[0] == "lot")

    def first(self) -> Iterator[Node]:
        """Give the ends of length 1: somebody else is left last."""
        for name in range(self.size):
            if name != self._winner:
                yield Node((name,), least=self._outside((name,)))

    def strictly(self, order: Order) -> Node:
        """Make a node of an order that comes about without a lot."""
        rows = (row._replace(need=1) for place in range(self.size - 1) for row in self._lowest(order[place:]))
        return Node(order, rows=tuple(rows))

    def longer(self, node: Node) -> Iterator[Node]:
        """Give the ends that begin one exclusion earlier."""
        for name in range(self.size):
            if name not in node.order:
                order = (name, *node.order)
                least = max(node.least, self._outside(order))
                if self.most is None or least <= self.most:
                    yield from self.solved(replace(node, order=order, least=least))

    def along_a_side(self, node: Node) -> Iterator[Node]:
        """Go one exclusion further on a way that lots may lead, but not to the winner."""
        number, side = next((n, each) for n, each in enumerate(node.sides) if len(each) < self.size)
        left = [name for name in range(self.size) if name not in side]
        for name in left:
            longer = (*side, name)
            if len(left) == 2:
                longer += tuple(each for each in left if each != name)
            if longer[-1] != self._winner or len(longer) < self.size:
                yield from self.solved(replace(node, sides=(*node.sides[:number], longer, *node.sides[number + 1 :])))

    def half_at(self, members: Sequence[int]) -> bool:
        """Whether the rule asks for half of all where these are left, and compares nobody."""
        return self._forms.half_of_all and len(members) == 2

    def solved(self, node: Node) -> Iterator[Node]:
        """Give the node with its program solved; nothing where nothing satisfies it with `most` papers or fewer."""
        rows = [*self._along(node.order), *node.rows]
        sets = dict.fromkeys((*node.sets, *(set_of(node.order[place:]) for place in range(len(node.order) - 1))))
        for side in node.sides:
            rows += self._side(side)
        sets |= {row.form.members: None for row in rows}
        program = Program(self.moves, tuple(sets)) if node.relaxed is None else node.relaxed.program.extended(sets)
        for bound in node.bounds[program.bounds :]:
            program.branch(bound)
        relaxed = program.solve(rows, node.least if len(node.order) == self.size else None, self.most)
        if relaxed is not None:
            yield replace(node, least=max(node.least, relaxed.least), relaxed=relaxed, sets=())

    def _along(self, order: Order) -> Iterator[Row]:
        """Each of these is lowest, if only after a lot, where it and those after it are left."""
        for place in range(len(order) - 1):
            yield from self._lowest(order[place:])

    def _side(self, side: Order) -> Iterator[Row]:
        rest = tuple(name for name in range(self.size) if name not in side)
        for place in range(min(len(side), self.size - 1)):
            yield from self._lowest((*side, *rest)[place:])

    def _lowest(self, members: Sequence[int]) -> Iterator[Row]:
        """The first of these may be excluded where they continue."""
        among, name = set_of(members), members[0]
        if not self.half_at(members):
            for other in members[1:]:
                yield Row(self.below(among, name, other))
        elif name == self._winner:
            yield Row(self._forms.short_of_half(among, name))

    def below(self, members: int, lower: int, higher: int) -> Form:
        """Compare two."""
        found = self._compared.get((members, lower, higher))
        if found is None:
            found = self._compared[members, lower, higher] = self._forms.below(members, lower, higher)
        return found

    def base(self, members: int) -> Form | None:
        """Papers without which comparisons say nothing, where these could all be moved away."""
        return None if self.moves.kind == "addition" else self._forms.base(members)

    def is_short_without(self, members: Sequence[int]) -> bool:
        """Whether, of the last two, the winner has not more than half of all without the moving section's papers."""
        return members[0] != self._winner or self._forms.half_without(set_of(members), self._winner) >= 0

    def levels(self, node: Node, sets: Iterable[int], lower: int, higher: int) -> list[Level]:
        """Compare two at each of these sets, as the node assumes them to be."""
        found = []
        for members in sets:
            form, base = self.below(members, lower, higher), self.base(members)
            assumed = [row for row in node.rows if row.form == base]
            if any(row.sign < 0 for row in assumed):
                found.append(Level(form, settled=self._forms.without(members, lower, higher)))
            else:
                found.append(Level(form, None if assumed else base))
        return found

    def _outside(self, order: Order) -> int:
        """Bound by those who are to be excluded before: each goes with no fewer papers than name it first.

        Where one of them is excluded, somebody of the end has to hold as many; and holds at most what it would hold
        if these and the one were all that is left.
        """
        step = self._forms.step
        if self._everything is None or step is None or (self._forms.half_of_all and len(order) == 1):
            return 0
        firsts = self._everything.tally(self._everything.everybody)
        end = set_of(order)
        most = 0
        for name in range(self.size):
            if not end >> name & 1:
                held = self._everything.tally(end | 1 << name)
                most = max(most, firsts[name] - min(held[other] for other in order))
        return -(-most // step)

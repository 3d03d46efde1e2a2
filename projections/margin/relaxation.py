"""The fewest papers under linear comparisons: exact linear programs over kinds of papers, rows taken in lazily."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Literal, NamedTuple

from projections.margin.signature import Signatures
from projections.margin.simplex import Dictionary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.margin.box import Box, Order
    from projections.margin.form import Form
    from projections.margin.signature import Holders

Kind = Literal["addition", "removal", "change"]


class Row(NamedTuple):
    """What has to hold: a form, or its opposite where `sign` is -1, is at least `need`."""

    form: Form
    need: int = 0
    sign: int = 1


class Column(NamedTuple):
    """Papers of a kind in a movable section, added (1) or removed (-1)."""

    section: int
    holders: Holders
    sign: int


class Bound(NamedTuple):
    """Branch on whole papers: at least so many of a column, or at most."""

    column: Column
    sign: int
    papers: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What may be done with papers.

    Attributes:
        kind: papers are added, removed, or changed (as many added as removed in each section).
        boxes: the papers of each movable section.
        all_ranked: whether a valid paper ranks all candidates.
    """

    kind: Kind
    boxes: tuple[Box, ...]
    all_ranked: bool

    @property
    def each(self) -> int:
        """Columns' papers that one moved paper stands for."""
        return 2 if self.kind == "change" else 1


@dataclass(slots=True)
class Relaxed:
    """The solution of a program.

    Attributes:
        least: no whole solution moves fewer papers.
        moved: column -> papers, perhaps broken.
        examples: for each kind of paper that can be added, such a ranking.
        read: tells the kind of a paper.
    """

    least: int
    moved: Mapping[Column, Fraction]
    examples: Mapping[Holders, Order]
    read: Signatures
    rows: Sequence[Row]


class Program:
    """One linear program: columns from the sets of candidates that its rows compare at."""

    def __init__(self, moves: Moves, sets: Sequence[int], rows: Sequence[Row]) -> None:
        self._moves = moves
        self._rows = rows
        size = moves.boxes[0].size
        self._read = Signatures(sets, size)
        self._place = {members: place for place, members in enumerate(sets)}
        self._examples = self._read.possible(all_ranked=moves.all_ranked)
        self._columns: list[Column] = []
        self._most: dict[int, int] = {}  # column -> papers there are of it
        for section, box in enumerate(moves.boxes):
            if moves.kind != "removal":
                self._columns += [Column(section, holders, 1) for holders in self._examples]
            if moves.kind != "addition":
                for holders, papers in self._read.held(box).items():
                    self._most[len(self._columns)] = papers
                    self._columns.append(Column(section, holders, -1))

    def solve(self, bounds: Sequence[Bound], floor: int) -> Relaxed | None:
        """Find the fewest papers, `floor` at least; None where nothing satisfies the rows."""
        dictionary = Dictionary([1] * len(self._columns))
        if self._moves.kind == "change":
            for section in range(len(self._moves.boxes)):
                signs = {j: column.sign for j, column in enumerate(self._columns) if column.section == section}
                dictionary.take(signs, 0)
                dictionary.take({j: -sign for j, sign in signs.items()}, 0)
        place = {column: j for j, column in enumerate(self._columns)}
        for bound in bounds:
            if bound.column in place:
                dictionary.take({place[bound.column]: bound.sign}, bound.sign * bound.papers)
            elif bound.sign > 0:
                return None
        dictionary.take(dict.fromkeys(range(len(self._columns)), 1), floor * self._moves.each)
        while dictionary.solve():
            least = ceil(dictionary.cost / self._moves.each)
            values, parts = dictionary.values
            if not self._take_broken(dictionary, values, parts):
                moved = {self._columns[j]: Fraction(value, parts) for j, value in values.items()}
                if least > floor and any(value % parts for value in values.values()):
                    return self.solve(bounds, least)  # on the whole number itself a corner is more often whole
                return Relaxed(least, moved, self._examples, self._read, self._rows)
        return None

    def _take_broken(self, dictionary: Dictionary, values: Mapping[int, int], parts: int) -> bool:
        """Take in the rows that a solution breaks, if any; its values are in so many parts of one paper."""
        taken = False
        for j, value in values.items():
            if j in self._most and value > self._most[j] * parts:
                dictionary.take({j: -1}, -self._most[j])
                taken = True
        moved = [(self._columns[j], value) for j, value in values.items()]
        for row in self._rows:
            form, place = row.form, self._place[row.form.members]
            held = form.now * parts
            for column, value in moved:
                held += form.of(column.section, column.holders[place], column.sign) * value
            if row.sign * held < row.need * parts:
                dictionary.take(self._coefficients(row), row.need - row.sign * form.now)
                taken = True
        return taken

    def _coefficients(self, row: Row) -> dict[int, int]:
        place = self._place[row.form.members]
        found = {}
        for j, column in enumerate(self._columns):
            gain = row.form.of(column.section, column.holders[place], column.sign)
            if gain:
                found[j] = row.sign * gain
        return found

"""The fewest papers under linear comparisons: exact linear programs over kinds of papers, rows taken in lazily."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Literal, NamedTuple

from projections.margin.signature import Signatures
from projections.margin.simplex import Dictionary
from projections.margin.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
        watch: says when to stop.
    """

    kind: Kind
    boxes: tuple[Box, ...]
    all_ranked: bool
    watch: Watch = field(default_factory=Watch)

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
        program: what was solved; another that assumes more goes on from it.
    """

    least: int
    moved: Mapping[Column, Fraction]
    program: Program


class Program:
    """A linear program: columns from the sets of candidates that its rows compare at.

    A program that assumes more goes on from the solution of the one it assumes more than: kinds of papers are told
    apart at more sets, so that each column becomes several, and rows are taken in where the solution breaks them.
    """

    def __init__(self, moves: Moves, sets: Sequence[int]) -> None:
        self._moves = moves
        self.bounds = 0  # branches taken in
        self._tell(sets)
        self._columns: list[Column] = []
        self._most: dict[int, int] = {}  # column -> papers there are of it
        for section, box in enumerate(moves.boxes):
            if moves.kind != "removal":
                self._columns += [Column(section, holders, 1) for holders in self.examples]
            if moves.kind != "addition":
                for holders, papers in self.read.held(box, moves.watch).items():
                    self._most[len(self._columns)] = papers
                    self._columns.append(Column(section, holders, -1))
        self._dictionary = Dictionary([1] * len(self._columns))
        if moves.kind == "change":
            for section in range(len(moves.boxes)):
                signs = {j: column.sign for j, column in enumerate(self._columns) if column.section == section}
                self._dictionary.take(signs, 0, keep=True)
                self._dictionary.take({j: -sign for j, sign in signs.items()}, 0, keep=True)

    def _tell(self, sets: Sequence[int]) -> None:
        self.sets = tuple(sets)
        self.read = Signatures(self.sets, self._moves.boxes[0].size)
        self._place = {members: place for place, members in enumerate(self.sets)}
        self._examples: Mapping[Holders, Order] | None = None
        self._kinds: list[dict[Order, int]] = []

    @property
    def examples(self) -> Mapping[Holders, Order]:
        """Give for each kind of paper that can be added such a ranking."""
        if self._examples is None:
            self._examples = self.read.possible(all_ranked=self._moves.all_ranked)
        return self._examples

    def extended(self, sets: Iterable[int]) -> Program:
        """Give the same program with papers told apart at these sets too; this one stays as it is."""
        new = [members for members in sets if members not in self._place]
        more = new[0] & ~self.read.members if new else 0
        if not new:
            made = copy(self)
            parts = [[j] for j in range(len(self._columns))]
        elif len(new) == 1 and more and not more & (more - 1) and new[0] & ~more in self._place:
            made, parts = self._with_one_more(new[0], more.bit_length() - 1)
        else:
            made = Program(self._moves, (*self.sets, *new))
            place = {column: j for j, column in enumerate(self._columns)}
            parts = [[] for _ in self._columns]
            for j, column in enumerate(made._columns):
                parts[place[column._replace(holders=column.holders[: len(self.sets)])]].append(j)
        for each in parts:  # the most papers first: they break nothing soonest
            each.sort(key=lambda j: -made._most.get(j, 0))
        made.bounds = self.bounds
        made._dictionary = self._dictionary.split(parts)
        return made

    def _with_one_more(self, members: int, name: int) -> tuple[Program, list[list[int]]]:
        """Tell apart, where one more candidate continues, papers that name it first; each kind becomes two or one."""
        made = copy(self)
        made._tell((*self.sets, members))
        made._columns, made._most = [], {}
        parts: list[list[int]] = [[] for _ in self._columns]
        size, place = self._moves.boxes[0].size, self._place[members & ~(1 << name)]
        named = members == (1 << size) - 1  # a valid paper ranks somebody
        papers = self._papers_beside(members & ~(1 << name), name)
        for j, (section, holders, sign) in enumerate(self._columns):
            for side, holder in enumerate((name, holders[place])):
                if papers[side][j] if sign < 0 else holder < size or not named or set(holders) != {size}:
                    parts[j].append(len(made._columns))
                    if sign < 0:
                        made._most[len(made._columns)] = papers[side][j]
                    made._columns.append(Column(section, (*holders, holder), sign))
        return made, parts

    def _papers_beside(self, members: int, name: int) -> tuple[list[int], list[int]]:
        """For each column of papers there are, how many name a candidate first beside these, and how many do not."""
        first, not_first = [0] * len(self._columns), [0] * len(self._columns)
        if self._moves.kind != "addition":
            if not self._kinds:
                place = {column: j for j, column in enumerate(self._columns)}
                self._kinds = [
                    {
                        each: place[Column(section, self.read.read(each), -1)]
                        for each in self._moves.watch.over(box.among(members))
                    }
                    for section, box in enumerate(self._moves.boxes)
                ]
            for kinds, box in zip(self._kinds, self._moves.boxes, strict=True):
                for ranking, before, after in self._moves.watch.over(box.beside(members, name)):
                    j = kinds[ranking]
                    first[j] += before
                    not_first[j] += after
        return first, not_first

    @property
    def entries(self) -> int:
        """How many numbers it keeps: what it takes of memory."""
        return self._dictionary.entries

    def branch(self, bound: Bound) -> None:
        """Take in a branch on a column of this program, or on one whose papers it tells apart further."""
        section, holders, sign = bound.column
        told = len(holders)
        coefficients = {
            j: bound.sign
            for j, column in enumerate(self._columns)
            if (column.section, column.holders[:told], column.sign) == (section, holders, sign)
        }
        self._dictionary.take(coefficients, bound.sign * bound.papers, keep=True)
        self.bounds += 1

    def solve(self, rows: Sequence[Row], floor: int | None, most: int | None) -> Relaxed | None:
        """Find the fewest papers under these rows; None where nothing satisfies them with `most` or fewer.

        Args:
            floor: where whole papers are looked for, how many it takes at the least: on the whole number itself a
                corner is more often whole. None where a bound is enough.
        """
        dictionary, each = self._dictionary, self._moves.each
        while dictionary.solve(None if most is None else most * each, self._moves.watch.look):
            least = ceil(dictionary.cost / each)
            values, parts = dictionary.values
            if self._take_broken(rows, values, parts):
                continue
            if floor is not None and dictionary.cost < max(floor, least) * each:
                dictionary.take(dict.fromkeys(range(len(self._columns)), 1), max(floor, least) * each)
                continue
            moved = {self._columns[j]: Fraction(value, parts) for j, value in values.items()}
            return Relaxed(least, moved, self)
        return None

    def _take_broken(self, rows: Sequence[Row], values: Mapping[int, int], parts: int) -> bool:
        """Take in the rows that a solution breaks, if any; its values are in so many parts of one paper."""
        taken = False
        for j, value in values.items():
            if j in self._most and value > self._most[j] * parts:
                self._dictionary.take({j: -1}, -self._most[j])
                taken = True
        moved = [(self._columns[j], value) for j, value in values.items()]
        for row in rows:
            form, place = row.form, self._place[row.form.members]
            held = form.now * parts
            for column, value in moved:
                held += form.of(column.section, column.holders[place], column.sign) * value
            if row.sign * held < row.need * parts:
                self._moves.watch.look()
                self._dictionary.take(self._coefficients(row), row.need - row.sign * form.now)
                taken = True
        return taken

    def _coefficients(self, row: Row) -> dict[int, int]:
        place, sign = self._place[row.form.members], row.sign
        sides = {1: row.form.gains, -1: row.form.losses}
        found = {}
        for j, (section, holders, side) in enumerate(self._columns):
            gain = sides[side][section][holders[place]]
            if gain:
                found[j] = sign * gain
        return found

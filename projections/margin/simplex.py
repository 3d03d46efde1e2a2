"""Linear programs in whole numbers, exact: the dual simplex method on a dictionary, rows taken in as they are needed.

Smallest cost of `x >= 0` under rows `sum(coefficient * x) >= bound`. Costs are 0 or more, so that `x = 0` is where
the method begins. Entries are kept over one common denominator, which every pivot divides out exactly.

Sources: C. E. Lemke, "The dual method of solving the linear programming problem" (1954); E. H. Bareiss, "Sylvester's
identity and multistep integer-preserving Gaussian elimination" (1968); R. G. Bland, "New finite pivoting rules for the
simplex method" (1977), against cycles.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PIVOTS_BEFORE_BLAND = 200  # of one solution; then the rule that cannot cycle
SLACKS_FROM = 1 << 30  # names of slacks, above those of any variable


class Dictionary:
    """A linear program as far as its rows were taken in: what every basic variable is in terms of the others.

    Variables are numbered: 0 to n-1 are those of the program, `SLACKS_FROM` and more the slacks of rows as they came.
    """

    def __init__(self, costs: Sequence[int]) -> None:
        self._others = list(range(len(costs)))  # variables at 0, by column
        self._basic: list[int] = []  # by row
        self._rows: list[list[int]] = []  # constant, then a coefficient for each column; all over the denominator
        self._cost: list[int] = [0, *costs]
        self._denominator = 1
        self._slacks = SLACKS_FROM
        self._kept: set[int] = set()  # slacks of rows that are never left out

    @property
    def cost(self) -> Fraction:
        """The least cost under the rows taken in, where they were solved."""
        return Fraction(self._cost[0], self._denominator)

    @property
    def entries(self) -> int:
        """How many numbers it keeps."""
        return (len(self._rows) + 1) * len(self._cost)

    @property
    def values(self) -> tuple[dict[int, int], int]:
        """The program's variables that are not 0, and what all of them are to be divided by."""
        found = {
            name: row[0] for name, row in zip(self._basic, self._rows, strict=True) if name < SLACKS_FROM and row[0]
        }
        return found, self._denominator

    def split(self, parts: Sequence[Sequence[int]]) -> Dictionary:
        """Give the same program where each variable is the sum of others, its parts, that cost what it costs.

        Every row taken in stays, and a solution stays one, so that the method goes on from there. Rows that do not
        bind are left out: whoever takes rows in lazily takes them in again where they are broken.

        Args:
            parts: for each variable the numbers of its parts, one or more; the first has all of it to begin with.
        """
        made = Dictionary(())
        kept = [
            (name, row)
            for name, row in zip(self._basic, self._rows, strict=True)
            if name < SLACKS_FROM or not row[0] or name in self._kept
        ]
        made._denominator, made._slacks, made._kept = self._denominator, self._slacks, set(self._kept)
        made._basic = [name if name >= SLACKS_FROM else parts[name][0] for name, _ in kept]
        made._others, columns = [], [0]
        for column, name in enumerate(self._others, start=1):
            mine = parts[name] if name < SLACKS_FROM else (name,)
            made._others += mine
            columns += [column] * len(mine)
        made._cost = [self._cost[column] for column in columns]
        made._rows = [[row[column] for column in columns] for _, row in kept]
        for number, (name, _) in enumerate(kept):
            more = parts[name][1:] if name < SLACKS_FROM else ()
            made._others += more
            made._cost += [0] * len(more)
            for each, row in enumerate(made._rows):
                row += [-self._denominator if each == number else 0] * len(more)
        return made

    def take(self, coefficients: Mapping[int, int], bound: int, *, keep: bool = False) -> None:
        """Take in a row: variable -> coefficient, others 0; their sum is at least `bound`; to `keep` it for good."""
        denominator = self._denominator
        row = [0] * (len(self._others) + 1)
        row[0] = -bound * denominator
        place = {name: column for column, name in enumerate(self._others, start=1)}
        where = {name: number for number, name in enumerate(self._basic)}
        for name, coefficient in coefficients.items():
            if name in place:
                row[place[name]] += coefficient * denominator
            else:
                told = self._rows[where[name]]
                row = [mine + coefficient * its for mine, its in zip(row, told, strict=True)]
        if keep:
            self._kept.add(self._slacks)
        self._basic.append(self._slacks)
        self._rows.append(row)
        self._slacks += 1

    def solve(self, most: int | None = None, look: Callable[[], None] = lambda: None) -> bool:
        """Find the least cost under the rows taken in; False where nothing satisfies them for `most` or less.

        Args:
            look: called before every pivot; what it raises ends the method, and the program is no more of use.
        """
        pivots = 0
        while most is None or self._cost[0] <= most * self._denominator:  # it only rises
            short = [number for number, row in enumerate(self._rows) if row[0] < 0]
            if not short:
                return True
            look()
            if pivots < PIVOTS_BEFORE_BLAND:
                leaving = min(short, key=lambda number: (self._rows[number][0], self._basic[number]))
            else:
                leaving = min(short, key=self._basic.__getitem__)
            column = self._entering(self._rows[leaving])
            if not column:
                return False
            self._pivot(leaving, column)
            pivots += 1
        return False

    def _entering(self, row: Sequence[int]) -> int:
        """Choose the column whose cost rises least for what it gives; 0 where none gives anything."""
        best = 0
        cost = self._cost
        for column in range(1, len(row)):
            if row[column] <= 0:
                continue
            if best:
                mine, its = cost[column] * row[best], cost[best] * row[column]
                if mine > its or (mine == its and self._others[column - 1] > self._others[best - 1]):
                    continue
            best = column
        return best

    def _pivot(self, leaving: int, column: int) -> None:
        pivot_row = self._rows[leaving]
        pivot, denominator = pivot_row[column], self._denominator
        if pivot == denominator:
            told = [(place, entry) for place, entry in enumerate(pivot_row) if entry and place != column]
            for row in (*self._rows, self._cost):
                factor = row[column]
                if factor and row is not pivot_row:
                    if denominator == 1:
                        for place, entry in told:
                            row[place] -= factor * entry
                    else:
                        for place, entry in told:
                            row[place] -= factor * entry // denominator  # exact: what is left is whole
        else:
            for row in (*self._rows, self._cost):
                if row is not pivot_row:
                    _eliminate(row, pivot_row, column, denominator)
        turned = [-entry for entry in pivot_row]
        turned[column] = denominator
        self._rows[leaving] = turned
        self._denominator = pivot
        self._basic[leaving], self._others[column - 1] = self._others[column - 1], self._basic[leaving]


def _eliminate(row: list[int], pivot_row: Sequence[int], column: int, denominator: int) -> None:
    factor, pivot = row[column], pivot_row[column]
    if not factor:
        row[:] = [entry * pivot // denominator for entry in row]
        return
    row[:] = [(entry * pivot - factor * its) // denominator for entry, its in zip(row, pivot_row, strict=True)]
    row[column] = factor

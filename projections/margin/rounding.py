"""Whole papers from the solution of a program, and the papers of sections that they stand for."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from projections.margin.recount import Moved
from projections.margin.relaxation import Bound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from projections.margin.box import Order
    from projections.margin.recount import Ranked
    from projections.margin.relaxation import Column, Moves, Relaxed
    from projections.margin.signature import Holders
    from projections.margin.watch import Watch

    Sources = Sequence[Mapping[str, Mapping[Order, int]]]  # of each movable box: section -> ranking -> papers

_HALF = Fraction(1, 2)


def is_whole(relaxed: Relaxed) -> bool:
    """Whether no paper is broken."""
    return all(value.denominator == 1 for value in relaxed.moved.values())


def roundings(relaxed: Relaxed, moves: Moves) -> Iterator[dict[Column, int]]:
    """Give whole papers near a solution, most likely first; the solution itself where it is whole."""
    kept = _kept_in_sum(relaxed)
    yield kept
    if not is_whole(relaxed):
        yield rounded_up(relaxed, moves)


def _kept_in_sum(relaxed: Relaxed) -> dict[Column, int]:
    """Round so that what is added to and removed from each section stays as much as it was, if that was whole."""
    found = {column: floor(value) for column, value in relaxed.moved.items()}
    sides: dict[tuple[int, int], list[Column]] = {}
    for column in relaxed.moved:
        sides.setdefault((column.section, column.sign), []).append(column)
    for columns in sides.values():
        left = sum(relaxed.moved[column] - found[column] for column in columns)
        columns.sort(key=lambda column: found[column] - relaxed.moved[column])
        for column in columns[: ceil(left)]:
            found[column] += 1
    return found


def rounded_up(relaxed: Relaxed, moves: Moves) -> dict[Column, int]:
    """Round all up; of changed papers as many are then added as removed, the more of those that are most already."""
    found = {column: ceil(value) for column, value in relaxed.moved.items()}
    if moves.kind == "change":
        for section in range(len(moves.boxes)):
            _balance(found, [column for column in found if column.section == section])
    return found


def _balance(found: dict[Column, int], columns: Sequence[Column]) -> None:
    over = sum(column.sign * found[column] for column in columns)  # papers added more than removed
    adding = [column for column in columns if column.sign > 0]
    if over < 0 and adding:
        found[max(adding, key=found.__getitem__)] -= over
        return
    for column in sorted(columns, key=lambda each: -found[each]):
        if column.sign * over > 0:
            less = min(abs(over), found[column])
            found[column] -= less
            over -= column.sign * less


def branched(relaxed: Relaxed) -> Iterator[Bound]:
    """Branch on the column that is broken most nearly in half."""
    broken = {column: value for column, value in relaxed.moved.items() if value.denominator > 1}

    def from_half(column: Column) -> Fraction:
        return abs(broken[column] - floor(broken[column]) - _HALF)

    column = min(broken, key=lambda each: (from_half(each), each))
    yield Bound(column, 1, ceil(broken[column]))
    yield Bound(column, -1, floor(broken[column]))


def shown(
    relaxed: Relaxed, numbers: Mapping[Column, int], moves: Moves, sources: Sources, names: Sequence[str]
) -> Moved:
    """Give the papers of sections: of a kind that is removed those there are, in order; of one added an example."""
    added: Ranked = {}
    removed: Ranked = {}
    for box, sections in enumerate(sources):
        mine = {column: number for column, number in sorted(numbers.items()) if column.section == box and number}
        room: dict[str, int] = {}  # section -> papers removed, which as many may replace
        left = {column.holders: number for column, number in mine.items() if column.sign < 0}
        for section, ranking, papers in _taken(relaxed, left, sections, moves.watch):
            _put(removed, section, ranking, papers, names)
            room[section] = room.get(section, 0) + papers
        for column, number in mine.items():
            if column.sign > 0:
                ranking = relaxed.program.examples[column.holders]
                for section, papers in _dealt(number, room, next(iter(sections)), change=moves.kind == "change"):
                    _put(added, section, ranking, papers, names)
    return Moved(added, removed)


def _taken(
    relaxed: Relaxed, left: dict[Holders, int], sections: Mapping[str, Mapping[Order, int]], watch: Watch
) -> Iterator[tuple[str, Order, int]]:
    """Find so many papers of each kind, those first whose rankings come first."""
    if not left:
        return
    for section, rankings in sections.items():
        found: dict[Holders, list[Order]] = {kind: [] for kind in left}
        for ranking in watch.over(rankings):
            kind = relaxed.program.read.read(ranking)
            if kind in found:
                found[kind].append(ranking)
        for kind, alike in found.items():
            for ranking in sorted(alike):
                papers = min(left[kind], rankings[ranking])
                left[kind] -= papers
                if papers:
                    yield section, ranking, papers


def _dealt(number: int, room: dict[str, int], first: str, *, change: bool) -> Iterator[tuple[str, int]]:
    if not change:
        yield first, number
        return
    for section in room:
        papers = min(number, room[section])
        if papers:
            room[section] -= papers
            number -= papers
            yield section, papers


def _put(where: Ranked, section: str, ranking: Order, papers: int, names: Sequence[str]) -> None:
    rankings = where.setdefault(section, {})
    named = tuple(names[each] for each in ranking)
    rankings[named] = rankings.get(named, 0) + papers

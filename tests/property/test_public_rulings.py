"""What the public is told of rulings, attacked: all tables of all editions at once, and no few people follow.

The attacker has everything that was ever told, knows which names each number is of, and solves for how many people are
in each cell. Which cells of one table are empty they know; of two tables together, of
any two figures that they compare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from overseen import ruling
from test_suppression import follows

from ledger.rules.fairness import ADVERSE
from projections.oversight.rows import Place, RulingRow
from projections.oversight.statistics import AGAINST, SHEETS, Sheet, told_of
from projections.roll.suppression import LEAST, TREE, Cell, label, releases

KIND = st.fixed_dictionaries(
    {
        "ground": st.sampled_from(("abuse", "other-party")),
        "panel": st.sampled_from(("panel-1", "panel-2")),
        "outcome": st.sampled_from(("refuse", "remove", "admit")),
        "detection": st.sampled_from(("press", "match")),
        "appeal": st.sampled_from((None, "dismissed", "allowed")),
        "ruled": st.sampled_from(("2010-08-10T12:00:00Z", "2010-08-11T12:00:00Z")),
        "place": st.builds(Place, st.just("member"), st.just(""), st.sampled_from(("north", "south"))),
    }
)
GROUPS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25), KIND), min_size=1, max_size=7)


def rows_of(groups: Sequence[tuple[int, int, dict[str, Any]]]) -> list[RulingRow]:
    """Give rulings: so many people from a number on, each kind once; somebody may be in several groups."""
    found: list[RulingRow] = []
    for start, number, kind in groups:
        for person in range(start, start + number):
            row = ruling(len(found), **kind)
            found.append(row._replace(person=f"{person:024}"))
    return found


def firsts(rows: Sequence[RulingRow], of: str) -> dict[str, RulingRow]:
    """Give everybody's first ruling of a kind."""
    found: dict[str, RulingRow] = {}
    for row in rows:
        if (row.outcome in ADVERSE) == (of == AGAINST):
            found.setdefault(row.person, row)
    return found


def cell_of(sheet: Sheet, row: RulingRow) -> Cell:
    values = sheet.cell(row)
    return (*values, *("" for _ in TREE[len(values) :]))


def parts(rows: Sequence[RulingRow]) -> dict[str, list[dict[Cell, set[str]]]]:
    """Give the parts that the numbers of each table are sums of, with the people in them by cell.

    What the program tells has to be these very numbers, of as many people.
    """
    found: dict[str, list[dict[Cell, set[str]]]] = {}
    for each in told_of(rows):
        sheet, people = each.sheet, firsts(rows, each.sheet.of)
        cells: dict[Cell, set[str]] = defaultdict(set)
        for person, row in people.items():
            cells[cell_of(sheet, row)].add(person)
        (release,) = releases([{cell: len(inside) for cell, inside in cells.items()}])
        assert each.all == (release.entries or None)
        shown = release.numbers if each.all and not each.withheld else ()
        found[sheet.name] = [{cell: cells[cell] for cell in part} for part in shown]
        for by, shown_by in each.figures:
            which = [sheet.levels.index(name) for name in by]
            sums: dict[tuple[str, ...], set[str]] = defaultdict(set)
            for part in shown:
                sums[tuple(label(part)[place] for place in which)].update(*(cells[cell] for cell in part))
            numbers = {values: len(inside) for values, inside in sums.items()}
            assert {each.values: each.number for each in shown_by} == numbers
            assert all(len(inside) >= LEAST for inside in sums.values())  # as many people, and not rulings
    return found


@given(GROUPS)
def test_no_few_people_follow_from_the_numbers_of_all_tables(groups: list[tuple[int, int, dict[str, Any]]]) -> None:
    told = parts(rows_of(groups))
    for of in {sheet.of for sheet in SHEETS}:
        tables = [found for sheet in SHEETS if sheet.of == of and (found := told[sheet.name])]
        known = [[set(part) for part in table] for table in tables]
        joint = list(product(*(sorted(set().union(*table)) for table in known)))  # nobody knows which of them are empty
        matrix = [[int(cells[place] in part) for cells in joint] for place, table in enumerate(known) for part in table]
        for place, table in enumerate(tables):
            sizes = {cell: len(inside) for part in table for cell, inside in part.items()}
            few = [(cell,) for cell in sizes] + list(combinations(sizes, 2))
            for target in few:
                if sum(sizes[cell] for cell in target) < LEAST:
                    assert not follows(matrix, [int(cells[place] in target) for cells in joint]), target


@given(GROUPS)
def test_no_two_figures_that_are_known_to_be_nested_can_be_subtracted(
    groups: list[tuple[int, int, dict[str, Any]]],
) -> None:
    rows = rows_of(groups)
    told = parts(rows)
    for one, other in combinations(SHEETS, 2):
        if one.of != other.of:
            continue
        everybody = set(firsts(rows, one.of))
        for p, q in product(figures(one, told[one.name]), figures(other, told[other.name])):
            fourfold = [len(each) for each in (p & q, p - q, q - p, everybody - p - q)]
            assert min(fourfold) > 0 or not any(0 < number < LEAST for number in fourfold), (one.name, other.name)


def figures(sheet: Sheet, parts_of_it: Sequence[dict[Cell, set[str]]]) -> list[set[str]]:
    """Give the people of every figure of a table."""
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for by in sheet.by:
        for part in parts_of_it:
            named = label(frozenset(part))
            found[by, *(named[sheet.levels.index(name)] for name in by)].update(*part.values())
    return list(found.values())


def test_the_attacker_finds_what_was_left_unprotected() -> None:
    """The attack works: of two numbers that differ by three people, the three follow."""
    matrix = [[1, 1], [1, 0]]
    assert follows(matrix, [0, 1])
    assert not follows(matrix[:1], [0, 1])

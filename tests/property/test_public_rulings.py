"""What the public is told of rulings, attacked: all tables of all editions at once, and no few people follow.

The attacker has everything that was ever told, knows which combinations of ground, panel, place, day and so on there
are, and which of them each number is of; what they do not know is how many people are in each. They solve for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from overseen import ruling
from test_suppression import follows

from ledger.rules.fairness import ADVERSE
from projections.oversight.rows import Place, RulingRow
from projections.oversight.statistics import AGAINST, SHEETS, Sheet, told_of
from projections.roll.suppression import LEAST, TREE, Cell, label, releases

LEVELS = tuple((sheet.of, level) for sheet in SHEETS for level in sheet.levels)
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


class Atom(NamedTuple):
    """People who are alike in all that is told: in which edition, of which kind of ruling, and each level's name."""

    edition: int
    of: str
    names: tuple[str, ...]


def rows_of(groups: Sequence[tuple[int, int, dict[str, Any]]]) -> list[RulingRow]:
    """Give rulings: so many people from a number on, each kind once; somebody may be in several groups."""
    found = []
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


def atom_of(edition: int, of: str, row: RulingRow) -> Atom:
    return Atom(edition, of, tuple(name for sheet in SHEETS if sheet.of == of for name in sheet.cell(row)))


def told(edition: int, rows: Sequence[RulingRow]) -> Iterator[tuple[set[str], set[Atom], int]]:
    """Give every part that numbers are sums of: the people in it, as which atoms they are known, and the number."""
    for each in told_of(rows):
        sheet, people = each.sheet, firsts(rows, each.sheet.of)
        cells: dict[Cell, set[str]] = defaultdict(set)
        for person, row in people.items():
            cells[cell_of(sheet, row)].add(person)
        (release,) = releases([{cell: len(inside) for cell, inside in cells.items()}])
        assert each.all == (release.entries or None)
        for by, figures in each.figures:
            which = [sheet.levels.index(name) for name in by]
            sums: dict[tuple[str, ...], int] = defaultdict(int)
            for part, number in release.numbers.items():
                sums[tuple(label(part)[place] for place in which)] += number if each.all else 0
            assert {figure.values: figure.number for figure in figures} == {k: n for k, n in sums.items() if n}
        for part, number in release.numbers.items() if each.all else ():
            inside = set().union(*(cells[cell] for cell in part))
            yield inside, {atom_of(edition, sheet.of, people[person]) for person in inside}, number


@settings(max_examples=60)
@given(st.lists(GROUPS, min_size=1, max_size=2))
def test_no_few_people_follow_from_all_that_was_told(editions: list[list[tuple[int, int, dict[str, Any]]]]) -> None:
    people: dict[Atom, set[str]] = defaultdict(set)
    equations: list[set[Atom]] = []
    for number, groups in enumerate(editions):
        rows = rows_of(groups)
        for of in {sheet.of for sheet in SHEETS}:
            for person, row in firsts(rows, of).items():
                people[atom_of(number, of, row)].add(person)
        for inside, known, said in told(number, rows):
            assert said == len(inside) >= LEAST  # as many people, and not rulings
            equations.append(known)
    atoms = sorted(people)
    matrix = [[int(atom in known) for atom in atoms] for known in equations]
    for target in targets(atoms):
        size = sum(len(people[atom]) for atom in target)
        if size < LEAST:
            assert not follows(matrix, [int(atom in target) for atom in atoms]), (target, size)


def targets(atoms: Sequence[Atom]) -> set[frozenset[Atom]]:
    """Give what somebody would like to know: each combination, each name, and each two names together."""
    found = {frozenset((atom,)) for atom in atoms}
    places = range(max(len(atom.names) for atom in atoms))
    for wanted in (*combinations(places, 1), *combinations(places, 2)):
        alike: dict[tuple[Any, ...], set[Atom]] = defaultdict(set)
        for atom in atoms:
            if wanted[-1] < len(atom.names):
                alike[atom.edition, atom.of, *(atom.names[place] for place in wanted)].add(atom)
        found |= {frozenset(each) for each in alike.values()}
    return found


def test_the_attacker_finds_what_was_left_unprotected() -> None:
    """The attack works: of two numbers that differ by three people, the three follow."""
    matrix = [[1, 1], [1, 0]]
    assert follows(matrix, [0, 1])
    assert not follows(matrix[:1], [0, 1])

"""What the public is told of a roll, attacked: all answers of all editions at once, and no small cell follows.

The attacker has every table, by any of the tree's names, of every edition, and knows which cells there are, but not
how many entries are in each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from projections.roll.suppression import LEAST, OTHERS, TREE, Cell, Release, label, parts_of, releases

SECTIONS = ("members", "affiliates")
CELLS: tuple[Cell, ...] = tuple(
    (section, category, region, unit)
    for section, category in (("members", "member"), ("members", "registered"), ("affiliates", "affiliated"))
    for region, unit in (("north", "bow"), ("north", "ely"), ("north", "ham"), ("south", "rye"), ("south", ""))
)
SIZES = st.one_of(st.integers(0, 12), st.integers(0, 40), st.just(0))
ROLLS = st.dictionaries(st.sampled_from(CELLS), SIZES, min_size=1)
TABLES = tuple(names for size in range(len(TREE) + 1) for names in combinations(TREE, size))


@st.composite
def editions(draw: st.DrawFn) -> list[dict[Cell, int]]:
    """Rolls each of which comes from the one before by small and large changes."""
    found = [draw(ROLLS)]
    for _ in range(draw(st.integers(0, 3))):
        moved = draw(st.dictionaries(st.sampled_from(CELLS), st.integers(-12, 12)))
        found.append({cell: max(0, found[-1].get(cell, 0) + moved.get(cell, 0)) for cell in CELLS})
    return found


def known(counts: Mapping[Cell, int], release: Release) -> list[tuple[list[int], int]]:
    """Every answer as an equation: which cells it sums, and to what; cells as the attacker can know them."""
    cells = sorted({cell for part in release.numbers for cell in part})
    equations = []
    for names in TABLES:
        which = [TREE.index(name) for name in names]
        for key, number in release.by(*names).items():
            told = {part for part in release.numbers if tuple(label(part)[place] for place in which) == key}
            inside = frozenset().union(*told)
            equations.append(([int(cell in inside) for cell in cells], number))
    return equations


def follows(rows: Sequence[Sequence[int]], wanted: Sequence[int]) -> bool:
    """Whether one sum of cells follows from others, exactly."""
    basis: list[list[Fraction]] = []

    def reduced(row: Sequence[int]) -> list[Fraction]:
        left = [Fraction(each) for each in row]
        for each in basis:
            lead = next(n for n, value in enumerate(each) if value)
            if left[lead]:
                left = [a - left[lead] / each[lead] * b for a, b in zip(left, each, strict=True)]
        return left

    for row in rows:
        left = reduced(row)
        if any(left):
            basis.append(left)
    return not any(reduced(wanted))


@given(ROLLS)
def test_every_part_holds_ten_and_no_small_cell_follows(counts: dict[Cell, int]) -> None:
    (release,) = releases([counts])
    total = sum(counts.values())
    if total < LEAST:
        assert release.entries == 0
        return
    assert release.entries == total
    assert all(number == sum(counts[cell] for cell in part) >= LEAST for part, number in release.numbers.items())
    for names in TABLES:
        assert sum(release.by(*names).values()) == total
    cells = sorted({cell for part in release.numbers for cell in part})
    rows = [row for row, _ in known(counts, release)]
    small = [cell for cell in cells if counts[cell] < LEAST]
    for cell in small:
        assert not follows(rows, [int(each == cell) for each in cells])
    for one, other in combinations(small, 2):
        if counts[one] + counts[other] < LEAST:
            assert not follows(rows, [int(each in (one, other)) for each in cells])


# A branch of three that has a small cell, and a large one that is pooled with it only where that leaves it free.
POOLED = st.builds(
    lambda roll, small, large, alone: roll | dict(zip(CELLS, (small, large, alone), strict=False)),
    ROLLS,
    st.integers(1, LEAST - 1),
    st.integers(LEAST, 3 * LEAST),
    st.integers(2 * LEAST, 5 * LEAST),
)


@given(st.one_of(ROLLS, POOLED))
def test_what_is_pooled_leaves_each_small_cell_free(counts: dict[Cell, int]) -> None:
    """Of a pool that has a large cell, or is beside other parts, each small cell may be anything from 1 to 9."""
    parts = parts_of(counts)
    for part in parts if len(parts) > 1 else ():
        sizes = [counts[cell] for cell in part]
        small = [size for size in sizes if size < LEAST]
        if small and OTHERS in label(part)[-1:] and len({cell[:3] for cell in part}) == 1 and len(sizes) > 1:
            branch = [cell for cell in counts if counts[cell] and cell[:3] == next(iter(part))[:3]]
            if len(branch) == len(part):
                continue  # the whole branch as one: what is in it is told of nobody
            most = sum(sizes) - (len(small) - 1) - LEAST * (len(sizes) - len(small))
            assert most >= LEAST - 1


@given(editions())
def test_editions_differ_by_nothing_or_by_ten(rolls: list[dict[Cell, int]]) -> None:
    told = releases(rolls)
    for number, release in enumerate(told):
        for part, shown in release.numbers.items():
            assert shown == 0 or shown >= LEAST
            for before in told[:number]:
                pieces = [each for each in before.numbers if each & part]
                assert all(each <= part for each in pieces), "a part of an earlier edition was split"
        for part, shown in release.numbers.items():
            changes = [shown - sum(n for each, n in before.numbers.items() if each <= part) for before in told[:number]]
            assert 0 in changes or all(abs(change) >= LEAST for change in changes)
            assert not number or abs(shown - sum(rolls[number].get(cell, 0) for cell in part)) < LEAST


def test_a_section_whose_number_is_published_keeps_to_itself() -> None:
    counts = {("members", "member", "north", "bow"): 500, ("members", "member", "north", "ely"): 12}
    counts |= {("mps", "mp", "north", "bow"): 7, ("affiliates", "affiliated", "north", "bow"): 30}
    (release,) = releases([counts], frozenset({"members"}))
    assert release.by("section") == {("members",): 512, (OTHERS,): 37}


def test_a_pool_that_gives_its_cells_away_takes_one_more() -> None:
    branch = ("members", "member", "north")
    counts = {(*branch, "bow"): 9, (*branch, "ely"): 9, (*branch, "rye"): 40, (*branch, "wye"): 50}
    (release,) = releases([counts])  # 18 alone would say that both are 9
    assert release.by("unit") == {("wye",): 50, (OTHERS,): 58}


def test_a_small_cell_beside_a_large_one_may_be_anything_from_1_to_9() -> None:
    branch = ("members", "member", "north")
    counts = {(*branch, "bow"): 1, (*branch, "ely"): 18, (*branch, "rye"): 50, (*branch, "wye"): 60}
    (release,) = releases([counts])
    assert release.by("unit") == {("rye",): 50, ("wye",): 60, (OTHERS,): 19}
    (release,) = releases([counts | {(*branch, "ely"): 17}])  # 18 would say of bow that it is at most 8: ely is large
    assert release.by("unit") == {("wye",): 60, (OTHERS,): 68}

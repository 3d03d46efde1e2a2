"""Numbers of rulings for the public: what is told, what is pooled, and what no adding and subtracting tells."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from overseen import ruling

from projections.oversight.rows import Place, RulingRow
from projections.oversight.statistics import SHEETS, Rate, Told, rates_of, told_of
from projections.roll.suppression import LEAST, OTHERS


def rows_of(*groups: tuple[int, dict[str, Any]]) -> list[RulingRow]:
    """Give rulings of the same kind in numbers."""
    rows: list[RulingRow] = []
    for number, changes in groups:
        rows += [ruling(len(rows) + each, **changes) for each in range(number)]
    return rows


def figures(told: Sequence[Told], sheet: str, *by: str) -> dict[tuple[str, ...], int | None]:
    (found,) = (dict(each.figures)[by] for each in told if each.sheet.name == sheet)
    return {each.values: each.number for each in found}


def test_tells_how_many_by_ground_panel_place_day_and_source() -> None:
    north = Place("member", "members", "north", "bow")
    told = told_of(
        rows_of(
            (12, {"place": north}),
            (15, {"ground": "abuse", "panel": "panel-2", "outcome": "remove", "detection": "press"}),
            (11, {"outcome": "admit"}),
        )
    )
    assert {each.sheet.name: each.all for each in told} == {
        "others": 11,
        **dict.fromkeys(("outcomes", "grounds", "panels", "places", "days", "sources"), 27),
    }
    assert figures(told, "outcomes", "outcome") == {("refuse",): 12, ("remove",): 15}
    assert figures(told, "others", "outcome") == {("admit",): 11}
    assert figures(told, "grounds", "grounds") == {("abuse",): 15, ("other-party",): 12}
    assert figures(told, "panels", "by") == {("panel-1",): 12, ("panel-2",): 15}
    assert figures(told, "places", "unit") == {("-",): 15, ("bow",): 12}
    assert figures(told, "days", "day") == {("2010-08-10",): 27}
    assert figures(told, "sources", "source") == {("complaint",): 12, ("press",): 15}
    (panels,) = (each for each in told if each.sheet.name == "panels")
    assert panels.figures[0][1][0].query == "people who were refused, removed or suspended where by = panel-1"


def test_what_is_under_ten_is_pooled_with_enough_beside_it() -> None:
    told = told_of(rows_of((9, {}), (12, {"panel": "panel-2"}), (30, {"panel": "panel-3"})))
    assert figures(told, "panels", "by") == {("panel-3",): 30, (OTHERS,): 21}
    (panels,) = (dict(each.figures)[("by",)] for each in told if each.sheet.name == "panels")
    assert [each.more for each in panels] == [False, False]


def test_of_nine_rulings_nothing_is_told_not_even_a_name() -> None:
    for each in told_of(rows_of((9, {}))):
        assert each.all is None
        assert all(not found for _, found in each.figures)


def test_a_few_that_are_not_against_anybody_are_not_told_and_in_no_pool() -> None:
    told = told_of(rows_of((80, {}), (20, {"outcome": "remove"}), (5, {"outcome": "admit"})))
    assert figures(told, "outcomes", "outcome") == {("refuse",): 80, ("remove",): 20}
    assert {each.sheet.name: each.all for each in told}["others"] is None


NO_APPEAL = {"no_appeal": "sha256:" + "5" * 64, "appeal_to": None}


def test_says_what_became_of_rulings() -> None:
    pending = rows_of((16, {"appeal": None}))
    lodged = rows_of((11, {"appeal": None, **NO_APPEAL}))
    tried = [row._replace(appeal=row.appeal._replace(manner="attempt")) for row in lodged if row.appeal]
    rows = rows_of((12, NO_APPEAL), (13, {}), (14, {"appeal": "dismissed"}), (15, {"appeal": "varied"}))
    each_their_own = [row._replace(person=f"{n:024}") for n, row in enumerate([*rows, *pending, *tried])]
    assert figures(told_of(each_their_own), "grounds", "appeal") == {
        ("did not stand",): 15,
        ("no appeal lies",): 12,
        ("no appeal lies, tried",): 11,
        ("not appealed",): 13,
        ("pending",): 16,
        ("stood",): 14,
    }


def rates(*groups: tuple[int, dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(each.grounds, each.reversed, each.determined) for each in rates_of(told_of(rows_of(*groups)))]


def test_a_rate_is_told_where_both_numbers_are_or_the_other_is_nothing() -> None:
    allowed, dismissed = {"appeal": "allowed"}, {"appeal": "dismissed"}
    assert rates((12, allowed), (28, dismissed), (10, {})) == [("all", 12, 40), ("other-party", 12, 40)]
    assert rates((28, dismissed), (10, {})) == [("all", 0, 28), ("other-party", 0, 28)]
    assert rates((3, allowed), (28, dismissed), (10, {})) == []
    assert rates((9, allowed), (28, dismissed), (10, {})) == []  # 28 are told, and whether all of them is not
    assert rates((12, allowed), (2, {}), (28, dismissed), (40, {"ground": "abuse"})) == []
    assert Rate("all", 12, 40).rate == Fraction(3, 10)


def test_a_person_counts_once_however_many_rulings_there_are() -> None:
    person = "9" * 24
    alone = [ruling(number)._replace(person=person) for number in range(12)]
    assert {each.all for each in told_of(alone)} == {None}
    told = told_of([*rows_of((20, {}), (11, {"panel": "panel-2"})), *(row._replace(panel="panel-2") for row in alone)])
    assert figures(told, "panels", "by") == {("panel-1",): 20, ("panel-2",): 12}


def test_a_person_is_told_of_by_the_first_ruling_of_the_kind() -> None:
    rows = rows_of((20, {}), (15, {"outcome": "remove"}))
    again = [row._replace(ruling=2, outcome="suspend") for row in rows[:15]]
    back = [row._replace(ruling=3, outcome="restore") for row in rows[:11]]
    told = told_of([*rows, *again, *back])
    assert figures(told, "outcomes", "outcome") == {("refuse",): 20, ("remove",): 15}
    assert figures(told, "others", "outcome") == {("restore",): 11}


def test_a_table_that_could_be_subtracted_from_another_is_withheld() -> None:
    """Whoever knows that one panel decided on one ground alone would know of how many others did, too."""
    nested = rows_of((30, {}), (5, {"panel": "panel-2"}), (20, {"ground": "abuse", "panel": "panel-2"}))
    told = {each.sheet.name: each for each in told_of(nested)}
    assert (told["grounds"].withheld, told["panels"].withheld) == (False, True)
    assert figures(told_of(nested), "panels", "by") == {}
    both = rows_of(
        (30, {}), (5, {"panel": "panel-2"}), (20, {"ground": "abuse", "panel": "panel-2"}), (1, {"ground": "abuse"})
    )
    assert not any(each.withheld for each in told_of(both))


def test_no_name_stands_in_two_tables() -> None:
    for one, other in combinations(SHEETS, 2):
        assert one.of != other.of or not set(one.levels) & set(other.levels)


KINDS = st.fixed_dictionaries(
    {
        "ground": st.sampled_from(("abuse", "other-party", "forged")),
        "panel": st.sampled_from(("panel-1", "panel-2", "panel-3")),
        "outcome": st.sampled_from(("refuse", "remove", "admit", "suspend")),
        "detection": st.sampled_from(("press", "match")),
        "place": st.builds(Place, st.sampled_from(("member", "")), st.just(""), st.sampled_from(("north", "south"))),
    }
)


@given(st.lists(st.tuples(st.integers(1, 25), KINDS), min_size=1, max_size=8))
def test_no_figure_is_small_and_those_of_a_table_come_to_all(groups: list[tuple[int, dict[str, Any]]]) -> None:
    rows = rows_of(*groups)
    told = told_of(rows)
    for each in told:
        for by, found in each.figures:
            numbers = [figure.number for figure in found]
            assert all(number >= LEAST for number in numbers), (by, numbers)
            assert sum(numbers) == (0 if each.withheld else each.all or 0)
    adverse = sum(row.outcome != "admit" for row in rows)
    due = {"others": len(rows) - adverse}
    assert all(each.all in (None, due.get(each.sheet.name, adverse)) for each in told)
    assert all((each.all is None) == (due.get(each.sheet.name, adverse) < LEAST) for each in told)

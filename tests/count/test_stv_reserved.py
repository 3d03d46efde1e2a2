"""Reserved places: guarded and doomed candidates against all choices there are, and counts that follow them."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from stv_rules import METHODS, count, reserve, votes, with_lots

from ledger.errors import RefusedError
from ledger.rules.reserved import Reserved
from ledger.rules.transferable import ScottishSTV

CANDIDATES = ("a", "b", "c", "d", "e", "f")
WOMEN = {"c": {"women"}, "d": {"women"}, "f": {"women", "young"}, "b": {"young"}}


def fills(chosen: Any, needs: dict[str, int], categories: dict[str, set[str]]) -> bool:
    return all(sum(name in categories.get(c, ()) for c in chosen) >= places for name, places in needs.items())


def test_guarded_and_doomed_are_those_in_every_and_in_no_possible_choice() -> None:
    seed = 1998
    chance = random.Random(seed)
    tried = 0
    while tried < 600:
        names = ("w", "x", "y")[: chance.randint(1, 3)]
        categories = {c: {name for name in names if chance.random() < 0.4} for c in CANDIDATES}
        needs = {name: chance.randint(0, 3) for name in names}
        seats = chance.randint(1, 5)
        if not any(fills(chosen, needs, categories) for chosen in combinations(CANDIDATES, seats)):
            with pytest.raises(RefusedError, match=r"^rule-infeasible: "):
                Reserved(reserve(**needs), categories, CANDIDATES, seats)
            continue
        tried += 1
        rule = Reserved(reserve(**needs), categories, CANDIDATES, seats)
        order = chance.sample(CANDIDATES, len(CANDIDATES))
        elected = order[: chance.randint(0, seats - 1)]
        places = seats - len(elected)
        hopeful = order[len(elected) : len(elected) + chance.randint(places + 1, len(order) - len(elected))]
        choices = [c for c in combinations(hopeful, places) if fills((*c, *elected), needs, categories)]
        where = (seed, tried, needs, categories, elected, hopeful, places)
        assert rule.possible(hopeful, elected, places) == bool(choices), where
        if choices:
            assert rule.guarded(hopeful, elected, places) == set.intersection(*map(set, choices)), where
            assert rule.doomed(hopeful, elected, places) == set(hopeful).difference(*choices), where


@pytest.mark.parametrize("method", range(3))
def test_refuses_a_rule_that_no_choice_can_follow_before_counting(method: int) -> None:
    with pytest.raises(RefusedError, match=r"^rule-infeasible: reserved places of category women: .* found 2\."):
        count(method, reserved=reserve(women=3), categories=WOMEN, candidates="abcd", seats=4)
    apart = {"a": {"x"}, "b": {"x"}, "c": {"y"}, "d": {"y"}}
    with pytest.raises(RefusedError, match=r"^rule-infeasible: reserved places of categories x, y: expected 4 places"):
        count(method, "nonsense", reserved=reserve(x=2, y=2), categories=apart, candidates="abcd", seats=3)
    with pytest.raises(RefusedError, match=r"^rule-infeasible: "):
        count(method, reserved=reserve(women=2), categories=WOMEN, withdrawn=("d",), candidates="abcd")


def test_refuses_a_category_named_twice() -> None:
    fields = METHODS[0][1] | {"reserved": (*reserve(women=1), *reserve(women=2))}
    with pytest.raises(ValidationError, match="reserved: a category is named twice"):
        ScottishSTV(**fields)


@pytest.mark.parametrize("method", range(3))
def test_guards_who_is_needed_and_excludes_the_next(method: int) -> None:
    papers = ("9 a", "8 b", "4 c", "3 d")
    free = count(method, *papers, "5 e", candidates="abcde", exclusion="single-lowest")
    held = count(method, *papers, "5 e", candidates="abcde", exclusion="single-lowest", **reserved_to("d"))
    assert free.elected == ("a", "b")
    assert "d" in held.elected
    assert held.stages[0].of("exclude") != ("d",)


@pytest.mark.parametrize("method", range(3))
def test_excludes_who_can_no_longer_be_elected_even_with_a_quota(method: int) -> None:
    table = count(method, "10 a>b", "9 b", "c", "d", candidates="abcd", seats=2, **reserved_to("cd"))
    assert table.stages[0].of("elect") == ("a",)
    assert table.stages[0].actions[1].kind == "exclude"
    assert table.stages[0].of("exclude") == ("b",)
    assert table.stages[0].actions[1].reason == "The places left are reserved for others."
    assert table.lot_needed == ("c", "d")


@pytest.mark.parametrize("method", range(3))
def test_a_group_is_not_excluded_that_is_needed_together(method: int) -> None:
    papers = ("9 a", "8 b", "7 e", "6 f", "2 c", "d")
    free = count(method, *papers, candidates="abcdef", seats=2, exclusion="bulk-when-safe")
    assert free.stages[0].of("exclude") == ("d", "c")
    held = count(method, *papers, candidates="abcdef", seats=2, exclusion="bulk-when-safe", **reserved_to("cd"))
    assert held.stages[0].of("exclude") == ("d",)
    assert "c" in held.elected


def test_doomed_candidates_go_together_or_lowest_first() -> None:
    papers = ("10 a", "3 b>c", "2 c>d", "2 d", "e>d")
    together = count(0, *papers, candidates="abcde", seats=2, **reserved_to("d"))
    assert together.stages[0].of("exclude") == ("e", "c", "b")
    assert votes(together)[1] == {"a": "10.00000", "d": "5.00000"} | {}
    one = count(0, *papers, candidates="abcde", seats=2, doomed="lowest-first", **reserved_to("d"))
    assert [stage.of("exclude") for stage in one.stages][:3] == [("e",), ("c",), ("b",)]
    assert one.elected == together.elected == ("a", "d")


def test_a_tie_for_a_place_that_only_one_of_them_can_have_needs_a_lot() -> None:
    papers = ("6 a", "6 b", "c")
    table = count(0, *papers, candidates="abc", seats=2, **reserved_to("c"))
    assert (table.lot_needed, table.lot_for, table.elected) == (("a", "b"), "place", ())
    drawn = count(0, *papers, candidates="abc", seats=2, lots={(1, frozenset("ab")): "ba"}, **reserved_to("c"))
    assert drawn.elected == ("b", "c")


def reserved_to(names: str) -> dict[str, Any]:
    return {"reserved": reserve(kept=1), "categories": {name: {"kept"} for name in names}}


MARKS = st.permutations(CANDIDATES).flatmap(lambda order: st.integers(0, 6).map(lambda n: ">".join(order[:n])))
PROFILES = st.dictionaries(MARKS, st.integers(0, 30), max_size=12).map(Counter)


@given(
    st.integers(0, 2),
    st.integers(1, 4),
    PROFILES,
    st.fixed_dictionaries({c: st.sets(st.sampled_from("xyz")) for c in CANDIDATES}),
    st.fixed_dictionaries({name: st.integers(0, 3) for name in "xyz"}),
    st.sampled_from(("single-lowest", "bulk-when-safe")),
    st.sampled_from(("together", "lowest-first")),
)
def test_every_feasible_rule_is_kept(
    method: int,
    seats: int,
    profile: Counter[str],
    categories: dict[str, set[str]],
    needs: dict[str, int],
    exclusion: str,
    doomed: str,
) -> None:
    model, fields, _ = METHODS[method]
    rule = model(**fields | {"reserved": reserve(**needs), "exclusion": exclusion, "doomed": doomed})
    if not any(fills(chosen, needs, categories) for chosen in combinations(CANDIDATES, seats)):
        with pytest.raises(RefusedError, match=r"^rule-infeasible: "):
            with_lots(rule, CANDIDATES, seats, {"all": profile}, categories=categories)
        return
    table = with_lots(rule, CANDIDATES, seats, {"all": profile}, categories=categories)
    assert fills(table.elected, needs, categories) or not table.valid["all"]
    assert len(table.elected) == (seats if table.valid["all"] else 0)


@given(st.integers(0, 2), st.integers(1, 6), PROFILES)
def test_a_vacuous_rule_changes_nothing(method: int, seats: int, profile: Counter[str]) -> None:
    model, fields, _ = METHODS[method]
    free = with_lots(model(**fields), CANDIDATES, seats, {"all": profile})
    everybody = {c: {"everybody"} for c in CANDIDATES}
    for reserved, categories in (
        (reserve(women=0), WOMEN),
        (reserve(women=0, men=0), {}),
        (reserve(everybody=seats), everybody),
    ):
        rule = model(**fields | {"reserved": reserved})
        assert with_lots(rule, CANDIDATES, seats, {"all": profile}, categories=categories) == free

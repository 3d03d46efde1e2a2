"""Meek's method: what sets it apart. Papers and ties it reads as the others: test_stv_scottish.py."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from stv_rules import MEEK, count, with_lots

from ledger.rules.transferable import MeekSTV

CANDIDATES = ("a", "b", "c", "d", "e")
MARKS = st.permutations(CANDIDATES).flatmap(lambda order: st.integers(1, 5).map(lambda n: ">".join(order[:n])))
PROFILES = st.dictionaries(MARKS, st.integers(0, 40), min_size=1, max_size=12).map(Counter)


def test_a_known_example_converges_to_its_keep_values() -> None:
    # two places: a's 60 papers name b next; b then has its own quota from them and passes the rest to c
    table = count(2, "60 a>b>c", "20 c", "19 d", candidates="abcd", seats=2)
    # V = 99, nothing is non-transferable while a and b pass on: quota 33; a keeps 33 of 60, b gets the other 27
    assert table.stages[0].of("elect") == ("a",)
    second = table.stages[1]
    assert [round(table.exact(second.votes[c])) for c in "abcd"] == [33, 27, 20, 19]
    assert second.of("exclude") == ("d",)
    assert table.elected == ("a", "b")


def test_the_quota_falls_with_papers_that_come_to_an_end() -> None:
    table = count(2, "60 a", "19 b", "18 c", "2 d", candidates="abcd", seats=2)
    second = table.stages[1]
    # a keeps a quota q of 60, the rest is non-transferable: 3 q = q + 39
    assert abs(table.exact(second.quota) - 19.5) < 0.001
    assert second.of("exclude") == ("d",)
    assert table.printed(table.stages[0].quota) == "33.000000001"


def test_the_elected_go_on_receiving_votes() -> None:
    # b is elected at once; a's surplus still goes through b to c, as a paper a>b>c has it
    table = count(2, "50 a>b>c", "20 b>d", "20 b>e", "3 c", "9 d", "8 e", candidates="abcde", seats=3)
    assert table.stages[0].elected == ("a", "b")
    stable = table.stages[1]
    assert table.exact(stable.votes["c"]) > 12  # 3 of its own
    for candidate in "ab":
        assert abs(table.exact(stable.votes[candidate] - stable.quota)) < 0.001


def test_no_vote_is_lost() -> None:
    table = count(
        2,
        "50 a>b>c",
        "40 b>c",
        "12 c>d",
        "9 d>a",
        "6 e>c",
        candidates="abcde",
        seats=3,
        value_decimals=1,
        omega_decimals=1,
    )
    assert {stage.loss for stage in table.stages} == {0}
    assert table.stages[0].transfers == ()


def test_stops_at_the_iterations_of_the_rule_and_says_so() -> None:
    papers = ("50 a>b>c", "20 b>d", "20 b>e", "3 c", "9 d", "8 e")
    table = count(2, *papers, candidates="abcde", seats=3, iterations=2)
    said = [stage.actions[0].reason for stage in table.stages[1:]]
    assert any(reason.endswith("until the iterations of the rule are used up.") for reason in said)


def test_excludes_early_only_where_the_rule_says_so() -> None:
    papers = ("30 a>b>d", "20 a>b>e", "30 b>a>d", "20 b>a>e", "2 c>d", "20 d", "19 e")
    certain = count(2, *papers, candidates="abcde", seats=3, early_exclusion="when-certain").stages[1]
    assert certain.actions[0].reason == "Surpluses spread 2 times, until they cannot save the lowest."
    assert certain.of("exclude") == ("c",)
    never = count(2, *papers, candidates="abcde", seats=3).stages[1]
    assert never.actions[0].reason == "Surpluses spread 3 times, until somebody reaches the quota."
    assert never.of("elect") == ("d",)


@pytest.mark.parametrize(("omega", "decimals"), [(0, 9), (6, 9), (9, 9), (2, 2), (0, 0)])
def test_ends_whatever_precision_is_asked_for(omega: int, decimals: int) -> None:
    papers = ("60 a>b>c", "30 b>a>c", "25 c>d", "24 d>a", "3 e>c", "f")
    table = count(2, *papers, candidates="abcdef", seats=3, omega_decimals=omega, value_decimals=decimals)
    assert len(table.elected) == 3


def test_refuses_a_precision_that_votes_do_not_have() -> None:
    with pytest.raises(ValidationError, match="omega_decimals: more than value_decimals"):
        MeekSTV(**MEEK | {"omega_decimals": 3, "value_decimals": 2})


@given(PROFILES, st.integers(1, 3))
def test_who_is_excluded_first_might_as_well_not_have_stood(profile: Counter[str], seats: int) -> None:
    rule = MeekSTV(**MEEK | {"last_places": "after-transfer"})
    table = with_lots(rule, CANDIDATES, seats, {"all": profile})
    first: Any = table.stages[0].of("exclude")
    if len(first) != 1:
        return
    without = with_lots(rule, CANDIDATES, seats, {"all": profile}, withdrawn=first)
    votes = dict(table.stages[1].votes)
    del votes[first[0]]
    assert votes == without.stages[0].votes
    assert table.stages[1].quota == without.stages[0].quota
    assert table.elected == without.elected or table.lot_for != without.lot_for or _drew(table) or _drew(without)


def _drew(table: Any) -> bool:
    return any("tied" in action.reason for stage in table.stages for action in stage.actions)

"""All cases of RCTab's own test-suite: those our rules can say agree in all four levels, the others are named.

Agreement is never claimed for a case whose rule ours lack. Where nothing but the rule for ranks left out is lacking,
the papers are cut as RCTab reads them, and the rest of the count is held against RCTab all the same.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from rctab_case import (
    BOTTOMS_UP,
    GAP_OF_A_LENGTH,
    LEVELS,
    NO_PAPERS,
    ONE_A_ROUND,
    STOPS_EARLY,
    UNTIL_A_SHARE,
    WHILE_SEVERAL,
    Case,
    brought_down,
    lacking,
    levels,
    ours,
    theirs,
)
from test_stv_suites import cases

AGREE = dict.fromkeys(LEVELS, True)
CASES, SUPPORTED = 76, 67
UNSUPPORTED = {
    "rctab/2013_minneapolis_park_bottoms_up": BOTTOMS_UP,
    "rctab/exhaust_if_multiple_continuing": WHILE_SEVERAL,
    "rctab/multi_seat_bottoms_up_with_cutoff_eliminate": UNTIL_A_SHARE,
    "rctab/multi_seat_bottoms_up_with_dynamic_threshold": UNTIL_A_SHARE,
    "rctab/multi_seat_bottoms_up_with_static_threshold": UNTIL_A_SHARE,
    "rctab/nist_xml_cdf_2": NO_PAPERS,
    "rctab/stop_tabulation_early_test": STOPS_EARLY,
    "rctab/test_set_allow_only_one_winner_per_round": ONE_A_ROUND,
    "rctab/test_set_overvote_delimiter": WHILE_SEVERAL,
}


@cache
def suite() -> tuple[Case, ...]:
    return tuple(cases("rctab.tgz"))


def scored(case: Case) -> dict[str, bool]:
    """Score a case; the round that RCTab adds at the end of several places counts among the cells."""
    published = theirs(case)
    counted = ours(case, published)
    found = levels(counted, published)
    if case["seats"] > 1 and len(case["expected"]["rounds"]) > 1:
        found["cells"] = found["cells"] and brought_down(case, counted)
    return found


def test_names_every_case_whose_rule_ours_lack() -> None:
    assert {case["id"]: rule for case in suite() if (rule := lacking(case))} == UNSUPPORTED
    assert len({case["id"] for case in suite()}) == len(suite()) == CASES == SUPPORTED + len(UNSUPPORTED)


def test_agrees_with_every_other_case_in_all_four_levels() -> None:
    found = {case["id"]: scored(case) for case in suite() if case["id"] not in UNSUPPORTED}
    assert {case: score for case, score in found.items() if score != AGREE} == {}
    assert len(found) == SUPPORTED


def a_case() -> Case:
    """Make a case in the form of the suite: C goes first, and A then beats B."""
    rounds: list[dict[str, Any]] = [
        {"tallies": {"A": "3", "B": "3", "C": "1"}, "threshold": "4", "elected": [], "eliminated": ["C"]},
        {"tallies": {"A": "4", "B": "3"}, "threshold": "4", "elected": ["A"], "eliminated": []},
    ]
    for each in rounds:
        each["inactive"] = {"exhaustedChoices": "0"}
    return {
        "candidates": ["A", "B", "C"],
        "excluded": [],
        "seats": 1,
        "method": "irv",
        "options": {"maxSkippedRanksAllowed": "1", "tie_decisions": [], "overvoteRule": "exhaustImmediately"},
        "ballots": [[3, [0]], [3, [1]], [1, [2, None, 0]]],
        "expected": {"rounds": rounds, "elected": ["A"]},
    }


def test_sees_at_which_level_a_case_differs() -> None:
    assert (lacking(a_case()), scored(a_case())) == ("", AGREE)

    def differs(change: Any) -> set[str]:
        case = a_case()
        change(case["expected"])
        return {level for level, held in scored(case).items() if not held}

    assert differs(lambda expected: expected.update(elected=["B"])) == {"winners"}
    assert differs(lambda expected: expected["rounds"][0]["tallies"].update(C="2")) == {"cells"}
    assert differs(lambda expected: expected["rounds"][1].update(inactive={"overvotes": "1"})) == {"cells"}
    assert differs(lambda expected: expected["rounds"][0].update(eliminated=["B"])) == {"decisions"}
    assert differs(lambda expected: expected["rounds"][1].update(elected=[])) == {"decisions"}
    assert differs(lambda expected: expected["rounds"].pop()) == {"stages", "cells", "decisions"}


def test_a_round_that_moves_nothing_belongs_to_the_stage_before() -> None:
    case = a_case()
    first, last = case["expected"]["rounds"]
    last["eliminated"] = ["B"]
    case["expected"]["rounds"] = [first, last | {"eliminated": []}, last | {"elected": []}]
    stages = theirs(case).stages
    assert [(stage.elected, stage.excluded) for stage in stages] == [(set(), {"C"}), ({"A"}, {"B"})]
    assert stages[1].tallies == {"A": Decimal(4), "B": Decimal(3)}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"ballots": [[1, [0, None, 1]], [1, [0, None, None, 1]]]}, ""),
        (
            {
                "ballots": [[1, [0, None, None, 1]], [1, [0, None, None, None, 1]]],
                "options": {"maxSkippedRanksAllowed": "2", "overvoteRule": "exhaustImmediately"},
            },
            GAP_OF_A_LENGTH,
        ),
        ({"ballots": [[1, [0, None, None, 1]]]}, ""),
        ({"ballots": [[1, [None]]]}, NO_PAPERS),
    ],
)
def test_a_rule_is_lacking_only_where_papers_need_it(change: dict[str, Any], rule: str) -> None:
    assert lacking(a_case() | change) == rule

"""Counts that others published, of the single transferable vote: Scottish wards of 2017, and RCTab's own cases.

The archives lie beside the repository, in ../shared/suites, or where POLLBOOK_SUITES says; they are read there and
never unpacked here. Four levels are scored apart: winners, number of stages, cells, who was elected or excluded at
which stage.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from stv_rules import SCOTTISH

from ledger.streams.stv_rule import ScottishSTV
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable

SUITES = Path(os.environ.get("POLLBOOK_SUITES", Path(__file__).parents[3] / "shared" / "suites"))
Case = dict[str, Any]
Names = dict[str, str]  # our ids to the names of the case
LEVELS = ("winners", "stages", "cells", "decisions")

BLEMISHED = {  # typing errors of the official tables: ../shared/suites/README.md
    "scottish2017/glasgow_2017_ward1": "393 for 303",
    "scottish2017/glasgow_2017_ward11": "last digit dropped",
    "scottish2017/glasgow_2017_ward13": "last digit dropped",
    "scottish2017/midlothian_2017_ward1": "last digit",
}
RCTAB: dict[str, Any] = SCOTTISH | {
    "duplicate": "skip",
    "gap": "skip",
    "overvote": "skip",
    "surpluses": "together",
    "ties": ("lot",),
    "transfer_value": "value-by-cut-share",
    "value_decimals": 4,
}
RCTAB_CASES = {
    "rctab/2013_minneapolis_park_hare": {"quota": "hare"},
    "rctab/more_winners_than_candidates": {"overvote": "exhaust"},
}
TWO_IN_A_ROW = "maxSkippedRanksAllowed 1: one rank left out is passed over, two in a row end the paper"
UNTIL_A_SHARE = "bottomsUpUsingPercentageThreshold: the number of places is not given"
RCTAB_UNSUPPORTED = {
    "rctab/2013_minneapolis_park": "whoever reaches the quota exactly makes a stage in which nobody is excluded",
    "rctab/2013_minneapolis_park_bottoms_up": "bottomsUp: exclusions until the places are left, without a quota",
    "rctab/minneapolis_multi_seat_threshold": TWO_IN_A_ROW,
    "rctab/multi_seat_bottoms_up_with_cutoff_eliminate": UNTIL_A_SHARE,
    "rctab/multi_seat_bottoms_up_with_dynamic_threshold": UNTIL_A_SHARE,
    "rctab/multi_seat_bottoms_up_with_static_threshold": UNTIL_A_SHARE,
    "rctab/multi_seat_uwi_test": "undeclared write-ins are excluded first, whatever votes they hold",
    "rctab/test_set_allow_only_one_winner_per_round": "one is elected in a stage, however many reach the quota",
    "rctab/test_set_multi_winner_fractional_threshold": TWO_IN_A_ROW,
    "rctab/test_set_multi_winner_whole_threshold": TWO_IN_A_ROW,
}


def cases(archive: str) -> Iterator[Case]:
    path = SUITES / archive
    if not path.exists():
        pytest.skip(f"no {path}: set POLLBOOK_SUITES to the folder of the conformance suites")
    with tarfile.open(path) as file:
        for member in file:
            content = file.extractfile(member) if member.name.endswith(".json") else None
            if content is not None:
                yield json.load(content)


def marks_of(ranking: list[Any]) -> str:
    """Write a ranking of the suites as marks; an overvote without names becomes one of the first two."""
    ranks = [[] if each is None else [0, 1] if each == "O" else each for each in ranking]
    return ">".join("=".join(f"c{name}" for name in (each if isinstance(each, list) else [each])) for each in ranks)


def count_case(case: Case, fields: dict[str, Any]) -> tuple[STVTable, Names]:
    names = {f"c{number}": name for number, name in enumerate(case["candidates"])}
    profile: Counter[str] = Counter()
    for papers, ranking in case["ballots"]:
        profile[marks_of(ranking)] += papers
    table = count_scottish(ScottishSTV(**fields), tuple(names), case["seats"], ("all",), {"all": profile})
    return table, names


def printed_alike(votes: str, published: str) -> bool:
    """Compare at the published precision: zeros at the end may be left off, and some tables round to two decimals."""
    decimals = len(published.partition(".")[2])
    ours = Decimal(votes)
    if decimals < 3:
        ours = ours.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return ours == Decimal(published)


def score(table: STVTable, names: Names, expected: Case, alike: Callable[[str, str], bool]) -> dict[str, bool]:
    """Score the four levels, each on its own."""
    rounds = expected["rounds"]
    cells = decisions = len(table.stages) == len(rounds)
    for stage, published in zip(table.stages, rounds, strict=False):
        ours = {names[candidate]: table.printed(votes) for candidate, votes in stage.votes.items()}
        cells &= all(alike(ours[name], votes) for name, votes in published["tallies"].items())
        for kind, key in (("elect", "elected"), ("exclude", "eliminated")):
            decisions &= {names[c] for c in stage.of(kind)} == set(published[key])  # type: ignore[arg-type]
    return {
        "winners": {names[candidate] for candidate in table.elected} == set(expected["elected"]),
        "stages": len(table.stages) == len(rounds),
        "cells": cells,
        "decisions": decisions,
    }


def test_equals_the_official_tables_of_351_scottish_wards() -> None:
    failed: dict[str, set[str]] = {level: set() for level in LEVELS}
    quotas = wards = 0
    for case in cases("scottish2017.tgz"):
        wards += 1
        table, names = count_case(case, SCOTTISH)
        quotas += table.quota == int(case["expected"]["quota"]) * 10**5
        for level, held in score(table, names, case["expected"], printed_alike).items():
            if not held:
                failed[level].add(case["id"])
    assert (wards, quotas) == (351, 351)
    assert failed == {"winners": set(), "stages": set(), "cells": set(BLEMISHED), "decisions": set()}


def test_equals_rctab_where_the_rule_can_say_what_it_does() -> None:
    seen = {}
    for case in cases("rctab.tgz"):
        if case["seats"] == 1 or "sequential" in case["method"]:
            continue
        seen[case["id"]] = case["method"]
        if case["id"] not in RCTAB_CASES:
            continue
        table, names = count_case(case, RCTAB | RCTAB_CASES[case["id"]])
        expected = case["expected"]
        if len(expected["rounds"]) > 1:  # theirs ends with one more round, which spreads surpluses that fill no place
            expected |= {"rounds": expected["rounds"][:-1]}
        assert score(table, names, expected, lambda ours, theirs: Decimal(ours) == Decimal(theirs)) == dict.fromkeys(
            LEVELS, True
        ), case["id"]
    assert set(seen) == {*RCTAB_CASES, *RCTAB_UNSUPPORTED}

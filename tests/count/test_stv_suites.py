"""Counts that others published, of the single transferable vote: the Scottish wards of 2017.

The archive lies beside the repository, in ../shared/suites, or where POLLBOOK_SUITES says; it is read there and
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

from ledger.rules.transferable import ScottishSTV
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

"""The third file of the stand-alone verifier: the single transferable vote, counted again."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from random_contests import Made, compare_count, compare_counts, contest_of, load_verifier

from projections.count.count import Poll
from projections.publish.pack import VERIFIER_STV

sys.path.append(str(Path(__file__).parents[1] / "count"))
from stv_rules import ERS97, MEEK, SCOTTISH
from test_stv_suites import cases, marks_of

WARDS = 12
EVERY = 29  # one in so many

verify = load_verifier()


@pytest.mark.parametrize("reserved", [False, True], ids=["free", "reserved"])
@pytest.mark.parametrize("version", [version for version in verify.RULES if version.startswith("stv-")])
def test_counts_as_the_product_counts(version: str, reserved: bool) -> None:
    endings = compare_counts(verify, version, 70, reserved=reserved)
    assert endings["elected"] > 10, endings
    assert endings["nobody"] > 2, endings
    assert endings["lot"] + endings["refused"] > 1, endings


def test_counts_scottish_wards_by_all_three_methods_as_the_product_does() -> None:
    wards = [case for place, case in enumerate(cases("scottish2017.tgz")) if place % EVERY == 0][:WARDS]
    assert len(wards) == WARDS
    for case in wards:
        papers: Counter[str] = Counter()
        for ballot in case["ballots"]:
            number, ranking = (ballot["count"], ballot["ranking"]) if isinstance(ballot, dict) else ballot
            papers[marks_of(ranking)] += number
        poll = Poll(tuple(f"c{place}" for place in range(len(case["candidates"]))), ("all",), case["seats"])
        for rule in (SCOTTISH, ERS97, MEEK):
            made = Made(json.loads(json.dumps(rule)), poll, {"all": papers}, {})
            assert compare_count(verify, made, {}) is not None, case["id"]


def contest() -> Any:
    poll = Poll(("a", "b", "c"), ("s",), 2)
    return contest_of(json.loads(json.dumps(SCOTTISH)), poll, {"s": {"a>b": 9, "b": 3, "c": 2}})


def test_says_so_where_the_third_file_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(verify.COUNT, "STV_FILE", {})
    monkeypatch.setattr(verify, "__file__", str(tmp_path / "verify.py"))
    why = "verify_stv.py, which counts by stv-scottish.v1, is not beside this program"
    assert verify.COUNT["why_not"](contest()) == why


def test_runs_the_third_file_from_its_text_and_prints_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(verify.COUNT, "STV_FILE", {})
    monkeypatch.setattr(verify, "__file__", str(tmp_path / "verify.py"))
    data = VERIFIER_STV.read_bytes()
    (tmp_path / "verify_stv.py").write_bytes(data)
    assert verify.COUNT["why_not"](contest()) == ""
    assert verify.COUNT["outcome"](contest(), 0).endswith("14 valid, 0 rejected, elected a, b")
    assert capsys.readouterr().out == f"verify_stv.py {verify.name_of(data)[7:]}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["verify_stv.py"]

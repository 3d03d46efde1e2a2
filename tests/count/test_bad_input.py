"""What a count answers to input that no count was meant for: a defined result or a refusal by code, never a crash."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from test_av_libraries import RULE
from test_invariance import RULES, WEIGHTED

from ledger.errors import EvidenceError, RefusedError
from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import AnyCountRule, CountRule
from ledger.rules.crosses import Plurality, YesNo
from projections.count import av
from projections.count.count import Poll, Table, count
from projections.count.stv_table import STVTable

YES_NO = YesNo(
    version="yes-no.v1",
    base="valid",
    blank="reject",
    decimals=2,
    needed="1/2",
    overvote="reject",
    quorum=0,
    publication="by-section",
    ranked="reject",
    reach="more-than",
)
EVERY: dict[str, AnyCountRule] = {**RULES, "yes-no": YES_NO}
every_rule = pytest.mark.parametrize("name", EVERY)
SECTIONS = ("s", "t")


def take(name: str, candidates: tuple[str, ...], profile: dict[str, dict[str, int]], seats: int = 1) -> Table:
    if name == "yes-no":
        candidates = ("yes", "no")
    return count(EVERY[name], Poll(candidates, SECTIONS, seats), profile)


def one_each(name: str, candidates: tuple[str, ...], number: int = 1) -> dict[str, dict[str, int]]:
    candidates = ("yes", "no") if name == "yes-no" else candidates
    return {section: dict.fromkeys(candidates, number) for section in SECTIONS}


def why(table: Table) -> str:
    last = table.stages[-1]
    return table.stages[-1].actions[-1].reason if isinstance(table, STVTable) else last.action.reason  # type: ignore[union-attr]


@every_rule
def test_no_candidates_elect_nobody_and_it_says_so(name: str) -> None:
    table = take(name, (), {})
    assert table.elected == (("no",) if name == "yes-no" else ())
    assert why(table)


@every_rule
def test_no_papers_elect_nobody_out_of_several(name: str) -> None:
    table = take(name, ("a", "b", "c"), {})
    assert table.elected == (("no",) if name == "yes-no" else ())
    assert table.valid == {"s": 0, "t": 0}
    assert why(table)


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("av", "weighted-av", "yes-no")])
@pytest.mark.parametrize("profile", [{}, {"s": {"a": 3}}])
def test_fewer_candidates_than_places_are_all_elected(name: str, profile: dict[str, dict[str, int]]) -> None:
    assert sorted(take(name, ("a", "b"), profile, seats=4).elected) == ["a", "b"]


@every_rule
def test_a_tie_of_everybody_stops_for_a_lot_or_has_an_answer(name: str) -> None:
    table = take(name, ("a", "b", "c"), one_each(name, ("a", "b", "c")))
    assert table.elected == (("no",) if name == "yes-no" else ())
    assert table.lot_needed == (() if name == "yes-no" else ("a", "b", "c"))
    assert bool(table.lot_for) == bool(table.lot_needed)


@every_rule
def test_papers_that_no_rule_reads_as_valid_are_rejected_with_a_reason(name: str) -> None:
    crosses = isinstance(EVERY[name], YesNo | Plurality)
    faults = ("overvote", "ranked") if crosses else ("duplicate", "gap", "overvote")
    taken_in = {"blank": "reject"} | dict.fromkeys(faults, "reject" if crosses else "exhaust")
    first, second = ("yes", "no") if name == "yes-no" else ("a", "b")
    faulty = {"": 1, f"{first}={second}": 1, f"{first}>{first}": 1, f">{first}": 1}
    rule = EVERY[name].model_copy(update=taken_in)
    table = count(rule, Poll((first, second), SECTIONS), {"s": faulty})
    total = table.valid["s"] + sum(table.rejected["s"].values())
    assert total == 4
    assert set(table.rejected["s"]) <= {"blank", "no-first-preference", "ranked", "too-many-votes"}


@every_rule
@pytest.mark.parametrize("marks", ["stranger", "a>stranger", "=a", "a="])
def test_somebody_who_does_not_stand_is_evidence_of_another_hand(name: str, marks: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        take(name, ("a", "b"), {"s": {marks: 1}})
    assert caught.value.code == "unknown-candidate"


@every_rule
def test_papers_of_a_section_that_is_none_are_evidence_of_another_hand(name: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        take(name, ("a", "b"), {"u": {"a": 1}})
    assert caught.value.code == "unknown-section"


@every_rule
def test_numbers_beyond_any_electorate_stay_exact(name: str) -> None:
    table = take(name, ("a", "b"), {"s": one_each(name, ("a", "b"), 10**12)["s"]} | {"t": {}})
    assert table.valid["s"] == 2 * 10**12
    for stage in table.stages:
        held = stage.votes.values() if isinstance(table, STVTable) else stage.votes["s"].values()
        assert all(type(number) is int for number in held)


def test_a_section_without_valid_papers_gives_what_the_rule_says() -> None:
    def college(empty: str) -> Table:
        rule = TypeAdapter(CountRule).validate_python(WEIGHTED | {"empty_section": empty, "stop": "first-majority"})
        return count(rule, Poll(("a", "b"), SECTIONS), {"s": {"a": 2, "b": 1}, "t": {}})

    assert college("redistributed").stages[0].share("a") == Fraction(2, 3)  # type: ignore[union-attr]
    assert college("nothing").stages[0].share("a") == Fraction(2, 9)  # type: ignore[union-attr]
    with pytest.raises(RefusedError) as caught:
        college("refuse")
    assert caught.value.code == "empty-section"


@pytest.mark.parametrize("weights", [("0.33", "0.67"), ("1/3", "1/3"), ("1/3", "3/3"), ("0/1", "1/1"), ("2/6", "2/3")])
def test_weights_that_are_no_exact_parts_of_one_are_refused_by_name(weights: tuple[str, str]) -> None:
    parts = [{"section": name, "weight": weight} for name, weight in zip(SECTIONS, weights, strict=True)]
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(CountRule).validate_python(WEIGHTED | {"weights": parts})
    assert any("weigh" in str(part) for error in caught.value.errors() for part in (*error["loc"], error["msg"]))


@pytest.mark.parametrize("name", EVERY)
def test_a_rule_that_leaves_a_field_out_is_refused_by_the_fields_name(name: str) -> None:
    whole: dict[str, Any] = EVERY[name].model_dump(mode="json")
    for field in whole.keys() - {"version"}:
        short = {key: value for key, value in whole.items() if key != field}
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(CountRule).validate_json(json.dumps(short))
        assert {error["loc"][-1] for error in caught.value.errors()} == {field}


def test_a_stage_table_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(av, "CELLS_MAX", 5_000)
    names = tuple(f"c{number}" for number in range(1_000))
    papers = {"s": {name: number for number, name in enumerate(names, 1)}, "t": {}}
    with pytest.raises(RefusedError) as caught:
        count(AlternativeVote(**RULE), Poll(names, SECTIONS), papers)
    assert caught.value.code == "count-too-large"


@pytest.mark.parametrize("name", ["scottish", "ers97", "meek"])
def test_ten_thousand_candidates_are_too_many_for_transfers(name: str) -> None:
    names = tuple(f"c{number}" for number in range(10_000))
    with pytest.raises(RefusedError) as caught:
        count(EVERY[name], Poll(names, SECTIONS, 3), {})
    assert caught.value.code == "too-many-candidates"


def test_ten_thousand_candidates_for_as_many_crosses() -> None:
    names = tuple(f"c{number}" for number in range(10_000))
    table = count(EVERY["plurality"], Poll(names, SECTIONS, 3), {"s": {name: n for n, name in enumerate(names)}})
    assert table.elected == ("c9999", "c9998", "c9997")

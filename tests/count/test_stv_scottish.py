"""The single transferable vote of Scottish councils, and what all three methods do alike."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from stv_rules import METHODS, SCOTTISH, count, lot_of, votes

from ledger.errors import EvidenceError, RefusedError
from ledger.rules.count_rule import rule_hash
from ledger.rules.transferable import ScottishSTV
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable, STVTransfer


def decided(table: STVTable, kind: Any) -> list[tuple[str, ...]]:
    return [stage.of(kind) for stage in table.stages]


# Scottish


def test_a_surplus_goes_out_on_all_papers_each_cut_to_five_decimals() -> None:
    table = count(0, "7 a>b", "2 a>c", "a", "4 b", "3 c", "d", seats=2)
    assert table.printed(table.quota) == "7.00000"  # 18 // 3 + 1
    assert votes(table)[:2] == [
        {"a": "10.00000", "b": "4.00000", "c": "3.00000", "d": "1.00000"},
        {"a": "7.00000", "b": "6.10000", "c": "3.60000", "d": "1.00000"},
    ]
    assert table.stages[1].non_transferable == 30_000
    assert table.stages[1].transfers == (
        STVTransfer("a", "b", "votes", 210_000),
        STVTransfer("a", "c", "votes", 60_000),
        STVTransfer("a", None, "non-transferable", 30_000),
    )
    assert table.elected == ("a", "b")


def test_what_is_cut_off_is_lost_and_stands_on_its_own_line() -> None:
    table = count(0, "9 a>b", "3 b", "3 c", "2 d", seats=2)  # quota 6; 3 / 9 = 0.33333
    assert votes(table)[1] == {"a": "6.00000", "b": "5.99997", "c": "3.00000", "d": "2.00000"}
    assert table.printed(table.stages[1].loss) == "0.00003"
    assert STVTransfer("a", None, "loss", 3) in table.stages[1].transfers


def test_a_paper_keeps_its_worth_from_one_surplus_to_the_next() -> None:
    table = count(0, "10 a>b>c", "5 b>c", "2 c", "4 d", "3 e", candidates="abcde", seats=3)  # quota 7
    assert votes(table)[1]["b"] == "8.00000"  # 5 + 10 at 0.3
    assert votes(table)[2]["c"] == "3.00000"  # 2, and 5 at 1 / 8 = 0.125, and 10 at 0.3 / 8 = 0.0375
    assert decided(table, "transfer-surplus")[:3] == [(), ("a",), ("b",)]


def test_cutting_the_share_first_cuts_twice() -> None:
    papers = ("7 a>b>c", "3 b>c", "c", "d", "e")  # quota 5: a gives 2 / 7 to b
    once = count(0, *papers, candidates="abcde", seats=2, value_decimals=1)
    twice = count(0, *papers, candidates="abcde", seats=2, value_decimals=1, transfer_value="value-by-cut-share")
    assert votes(once)[1] == votes(twice)[1]
    papers = ("20 a>b>c", "15 b>c", "3 c", "2 d", "e")  # quota 14: 0.3; then 7 / 21 = 0.33, times 0.3
    once = count(0, *papers, candidates="abcde", seats=2, value_decimals=2)
    twice = count(0, *papers, candidates="abcde", seats=2, value_decimals=2, transfer_value="value-by-cut-share")
    assert once.elected == twice.elected == ("a", "b")


def test_surpluses_go_one_at_a_time_largest_first_or_together() -> None:
    papers = ("9 a>c", "12 b>c", "2 c", "d", "e")  # quota 7, or 6 for 4 places
    one = count(0, *papers, candidates="abcde", seats=3)
    assert decided(one, "transfer-surplus")[1:3] == [("b",), ("a",)]
    together = count(0, *papers, candidates="abcde", seats=4, surpluses="together")
    assert decided(together, "transfer-surplus")[1] == ("b", "a")


@pytest.mark.parametrize(("order", "second"), [("largest-first", "c"), ("election-order", "a")])
def test_a_later_and_larger_surplus_goes_first_unless_the_order_of_election_counts(order: str, second: str) -> None:
    papers = ("10 a>c", "9 b>d", "19 f>c", "7 c", "3 d", "2 e")  # quota 9: f gives c more than a has too many
    table = count(0, *papers, candidates="abcdef", seats=5, surplus_order=order)
    assert decided(table, "transfer-surplus")[1:3] == [("f",), (second,)]
    assert table.stages[1].of("elect")[0] == "c"


def test_nothing_goes_to_who_was_elected_meanwhile() -> None:
    table = count(0, "10 a>b>c", "8 b>a>d", "c", "d", seats=3)  # quota 6
    assert {transfer.heir for transfer in table.stages[1].transfers} == {"c"}


@pytest.mark.parametrize(
    ("quota", "seats", "expected"), [("droop", 3, "5"), ("hare", 3, "6"), ("droop-decimal", 3, "4.50001")]
)
def test_the_quota_is_what_the_rule_says(quota: str, seats: int, expected: str) -> None:
    table = count(0, "6 a", "5 b", "4 c", "3 d", seats=seats, quota=quota)
    assert table.printed(table.quota).rstrip("0").rstrip(".") == expected


def test_who_is_excluded_holds_their_votes_at_that_stage_and_none_at_the_next() -> None:
    table = count(0, "6 a", "5 b", "3 c>b", "2 d>c", seats=2)
    assert table.stages[0].of("elect") == ("a",)
    assert table.stages[0].of("exclude") == ("d",)
    assert table.stages[0].excluded == ("d",)
    assert votes(table)[0]["d"] == "2.00000"
    assert "d" not in votes(table)[1]
    assert table.stages[1].actions[0].kind == "transfer-excluded"


def test_last_places_are_filled_at_once_or_after_the_transfer() -> None:
    papers = ("6 a", "5 b", "3 c>b", "d>c")
    after = count(0, *papers, seats=2)
    at_once = count(0, *papers, seats=2, last_places="at-once")
    assert after.elected == at_once.elected == ("a", "b")
    assert (len(after.stages), len(at_once.stages)) == (3, 2)
    assert at_once.stages[-1].of("exclude") == ("c",)
    assert at_once.stages[-1].of("elect") == ("b",)


# Ties


def test_stops_for_a_lot_and_goes_on_when_it_is_recorded() -> None:
    papers = ("5 a", "3 b", "2 c>b", "2 d>b")
    table = count(0, *papers, seats=2)
    assert (table.elected, table.lot_needed, table.lot_for, len(table.stages)) == ((), ("c", "d"), "exclusion", 1)
    assert table.stages[0].elected == ("a",)
    assert table.stages[0].actions[-1].kind == "none"
    assert table.stages[0].actions[-1].reason == (
        "2 candidates tied for exclusion with 2.00000 votes; a lot among 2 is to be drawn."
    )
    again = count(0, *papers, seats=2, lots={(1, frozenset("cd")): ("d", "c")})
    assert again.stages[0].of("exclude") == ("d",)
    assert again.stages[0].actions[-1].reason == ("Fewest votes: 2.00000; 2 candidates tied; the lot among 2 decides.")
    assert again.elected == ("a", "b")


def test_equal_surpluses_need_a_lot_for_whose_goes_first() -> None:
    papers = ("8 a>c", "8 b>d", "3 c", "2 d", "e")
    table = count(0, *papers, candidates="abcde", seats=3)  # quota 6
    assert (table.lot_needed, table.lot_for) == (("a", "b"), "surplus")
    drawn = count(0, *papers, candidates="abcde", seats=3, lots={(1, frozenset("ab")): "ba"})
    assert decided(drawn, "transfer-surplus")[1] == ("b",)


TIED = ("2 a", "3 b", "2 d>a", "e>b", "e", "20 c", "19 f")  # a, b: 2, 3; then 4, 3; then 4, 4


@pytest.mark.parametrize(("rung", "gone"), [("earlier-stages-backwards", "b"), ("earlier-stages-forwards", "a")])
def test_backwards_and_forwards_part_where_stages_differ(rung: str, gone: str) -> None:
    table = count(0, *TIED, candidates="abcdef", seats=1, ties=(rung, "lot"), lots={(1, frozenset("ade")): "dea"})
    assert [(s.votes["a"] // 10**5, s.votes["b"] // 10**5) for s in table.stages[:3]] == [(2, 3), (4, 3), (4, 4)]
    assert table.stages[2].of("exclude") == (gone,)


def test_the_two_readings_of_backwards_differ_for_three() -> None:
    # a, b, c by stage: 11, 12, 14; then 13, 13, 14; then 14, 14, 14
    papers = ("11 a", "12 b", "14 c", "2 d>a", "d>b", "e>a", "e>b", "3 e", "30 f", "30 g")
    ways = {"candidates": "abcdefg", "seats": 1}
    any_differ = count(0, *papers, ties=("earlier-stages-backwards",), **ways)
    all_differ = count(0, *papers, ties=("earlier-stages-backwards-all-differ",), **ways)
    assert any_differ.stages[2].of("exclude") == all_differ.stages[2].of("exclude") == ("a",)
    assert "stage 2 leaves 2 of them; stage 1 leaves 1 of them" in any_differ.stages[2].actions[-1].reason
    assert "tied; stage 1 leaves 1 of them." in all_differ.stages[2].actions[-1].reason


def test_stops_where_the_rule_has_no_further_way() -> None:
    table = count(0, "a", "b", "2 c", candidates="abc", seats=1, ties=("earlier-stages-forwards",))
    assert (table.elected, table.lot_needed, table.lot_for) == ((), (), "")
    assert table.stages[-1].actions[-1].candidates == ("a", "b")


def test_stops_at_a_lot_that_is_not_of_the_tied() -> None:
    with pytest.raises(EvidenceError, match=r"^lot-not-of-the-tied: lot of stage 1: expected a, b "):
        count(0, "a", "b", "2 c", candidates="abc", seats=1, lots={(1, frozenset("ab")): ("a", "c")})


# Bad input, by every method


@pytest.mark.parametrize("method", range(3))
def test_gives_a_defined_result_where_there_is_little_to_count(method: int) -> None:
    nobody = count(method, candidates="", seats=2)
    assert nobody.elected == ()
    assert nobody.stages[0].actions[-1].reason == "There are no candidates; nobody is elected."
    withdrawn = count(method, "3 a", "b", withdrawn="abcd")
    assert withdrawn.elected == ()
    assert withdrawn.stages[0].non_transferable == 4 * 10**withdrawn.decimals
    no_papers = count(method, "3 ", candidates="abc", seats=2)
    assert (no_papers.elected, no_papers.rejected) == ((), {"all": {"blank": 3}})
    assert no_papers.stages[0].actions[-1].reason == "There are no valid papers; nobody is elected."
    assert count(method, candidates="abc", seats=3).elected == ("a", "b", "c")
    fewer = count(method, "3 b>a", candidates="ab", seats=5)
    assert set(fewer.elected) == {"a", "b"}
    assert len(fewer.stages) == 1


@pytest.mark.parametrize("method", range(3))
def test_candidates_without_votes_fill_places_that_nobody_else_can(method: int) -> None:
    lots: dict[Any, Any] = {}
    while (table := count(method, "7 a", "2 b", candidates="abcde", seats=4, lots=lots)).lot_needed:
        lots[len(table.stages), frozenset(table.lot_needed)] = lot_of(table.lot_needed)
    assert set(table.elected[:2]) == {"a", "b"}
    assert len(table.elected) == 4


@pytest.mark.parametrize("method", range(3))
def test_everybody_tied_needs_lots_and_then_has_a_result(method: int) -> None:
    lots: dict[Any, Any] = {}
    papers = ("3 a", "3 b", "3 c", "3 d", "3 e")
    while (table := count(method, *papers, candidates="abcde", seats=3, lots=lots)).lot_needed:
        lots[len(table.stages), frozenset(table.lot_needed)] = lot_of(table.lot_needed)
    assert len(table.elected) == 3
    assert lots


@pytest.mark.parametrize("method", range(3))
def test_counts_huge_numbers_exactly(method: int) -> None:
    table = count(method, f"{10**12} a>b", f"{10**12 - 1} b>c", "c", "d", seats=2)
    assert table.elected == ("a", "b")
    assert sum(table.stages[-1].votes.values()) <= (2 * 10**12 + 1) * 10**table.decimals


@pytest.mark.parametrize("method", range(3))
def test_refuses_what_no_count_can_be_made_of(method: int) -> None:
    model, fields, counter = METHODS[method]
    with pytest.raises(
        RefusedError, match=r"^too-many-candidates: .* expected 1000 candidates or fewer, found 10000\."
    ):
        counter(model(**fields), [f"c{number}" for number in range(10_000)], 5, ("all",), {})
    with pytest.raises(RefusedError, match=r"^no-places: .* found 0\."):
        counter(model(**fields), ("a",), 0, ("all",), {})
    with pytest.raises(EvidenceError, match=r"^unknown-candidate: "):
        count(method, "a>x")


@pytest.mark.parametrize("method", range(3))
def test_papers_are_read_as_by_the_other_methods(method: int) -> None:
    table = count(method, "4 a=b>c", "2 a>a>b", "2 a", "2 b>>c", "", "c", candidates="abc", seats=1)
    assert table.rejected == {"all": {"no-first-preference": 4, "blank": 1}}
    assert table.valid == {"all": 7}
    assert [table.exact(n) for n in table.stages[0].votes.values()] == [4, 2, 1]


@pytest.mark.parametrize("method", range(3))
def test_a_withdrawn_candidate_is_passed_over(method: int) -> None:
    table = count(method, "4 d>a", "3 b", "2 c", "d", seats=1, withdrawn=("d",), last_places="after-transfer")
    assert [table.exact(n) for n in table.stages[0].votes.values()] == [4, 3, 2]
    assert table.exact(table.stages[0].non_transferable) == 1
    assert table.withdrawn == ("d",)
    assert "d" not in table.stages[0].votes


@pytest.mark.parametrize("method", range(3))
def test_a_rule_that_leaves_a_choice_open_is_refused_naming_it(method: int) -> None:
    model, fields, _ = METHODS[method]
    for name in fields:
        with pytest.raises(ValidationError, match=name):
            model(**{field: value for field, value in fields.items() if field != name})
    assert set(fields) == set(model.model_fields)
    assert all(field.description for field in model.model_fields.values())
    assert rule_hash(model(**fields)).startswith("sha256:")  # type: ignore[arg-type]


def test_a_rule_is_read_from_its_own_json() -> None:
    rule = ScottishSTV(**SCOTTISH)
    assert ScottishSTV.model_validate_json(rule.model_dump_json()) == rule
    again = count_scottish(rule, ("a", "b", "c"), 1, ("all",), {"all": {"a": 2, "b": 1}})
    assert again.elected == ("a",)

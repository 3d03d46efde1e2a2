"""The sheet: every column adds up, under every method; and what statuses, transfers and points say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stv_rules import METHODS, PAPERS, count, with_lots

from ledger.field import rounded
from ledger.rules.alternative import AlternativeVote, SectionWeight, WeightedAlternativeVote
from ledger.rules.crosses import Plurality, YesNo
from projections.count.av import count_av
from projections.count.plurality import count_plurality
from projections.count.render import sheet_of
from projections.count.sheet import CountTable, Row, Sheet, SheetStage
from projections.count.stage_table import Action, Stage, StageTable
from projections.count.yes_no import count_yes_no

CANDIDATES = tuple("abcde")
SECTIONS = ("members", "affiliates")
AV = PAPERS | {"stop": "continue-to-two", "ties": ("earlier-stages-backwards", "lot")}
CROSSES = {
    "version": "plurality.v1",
    "blank": "reject",
    "decimals": 2,
    "overvote": "reject",
    "publication": "by-section",
    "ranked": "reject",
}

Profile = dict[str, dict[str, int]]


def plain(profile: Profile, exclusion: str = "single-lowest") -> CountTable:
    rule = AlternativeVote(**AV, version="av.v1", exclusion=exclusion, majority_base="continuing")
    return until_drawn(lambda lots: count_av(rule, CANDIDATES, SECTIONS, profile, lots))


def in_bulk(profile: Profile) -> CountTable:
    return plain(profile, "bulk-when-safe")


def weighted(profile: Profile, base: str = "continuing", empty: str = "redistributed") -> CountTable:
    weights = tuple(
        SectionWeight(section=name, weight=part) for name, part in zip(SECTIONS, ("1/3", "2/3"), strict=True)
    )
    choices = {"exclusion": "single-lowest", "majority_base": "continuing", "weights": weights, "empty_section": empty}
    rule = WeightedAlternativeVote(**AV, version="weighted-av.v1", section_base=base, **choices)
    return until_drawn(lambda lots: count_av(rule, CANDIDATES, SECTIONS, profile, lots))


def weighted_of_stage_1(profile: Profile) -> CountTable:
    return weighted(profile, "valid-at-stage-1", "nothing")


def first_past_the_post(profile: Profile) -> CountTable:
    return block_vote(profile, 1)


def block_vote(profile: Profile, seats: int = 3) -> CountTable:
    rule = Plurality(**CROSSES, reserved=(), ties="nobody", votes="any-number")
    crosses = {
        section: {"=".join(marks.split(">")[:seats]): n for marks, n in held.items()}
        for section, held in profile.items()
    }
    return count_plurality(rule, CANDIDATES, seats, SECTIONS, crosses)


def yes_or_no(profile: Profile) -> CountTable:
    rule = YesNo(**CROSSES | {"version": "yes-no.v1"}, base="valid", needed="1/2", quorum=0, reach="more-than")
    answers = {"a": "yes", "b": "no"}
    asked = {s: {answers.get(marks[:1], ""): n for marks, n in held.items()} for s, held in profile.items()}
    return count_yes_no(rule, SECTIONS, asked)


def stv(method: int) -> Callable[[Profile], CountTable]:
    model, fields, _ = METHODS[method]
    return lambda profile: with_lots(
        model(**fields), CANDIDATES, 2, {s: profile.get(s, {}) for s in SECTIONS}, withdrawn="e"
    )


def until_drawn(once: Callable[[Any], StageTable]) -> StageTable:
    lots: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}
    while (table := once(lots)).lot_needed:
        lots[len(table.stages), frozenset(table.lot_needed)] = tuple(sorted(table.lot_needed))
    return table


COUNTS = (
    plain,
    in_bulk,
    weighted,
    weighted_of_stage_1,
    first_past_the_post,
    block_vote,
    yes_or_no,
    *map(stv, range(3)),
)
NAMES = ["av", "bulk", "weighted", "weighted-of-stage-1", "plurality", "block", "yes-no", "scottish", "ers97", "meek"]
MARKS = st.lists(st.sampled_from(CANDIDATES), unique=True, max_size=5).map(">".join)
PROFILES = st.fixed_dictionaries(
    {section: st.dictionaries(MARKS, st.integers(0, 30), max_size=8) for section in SECTIONS}
)


def exact(rows: list[Row], of: str) -> Fraction:
    return sum((amount.exact for row in rows if (amount := getattr(row, of)) is not None), Fraction(0))


def pairs(sheet: Sheet) -> Iterator[tuple[SheetStage | None, SheetStage]]:
    return zip((None, *sheet.stages), sheet.stages, strict=False)


@pytest.mark.parametrize("counted", COUNTS, ids=NAMES)
@given(profile=PROFILES)
@settings(max_examples=40, deadline=None)
def test_every_column_of_every_stage_adds_up(counted: Callable[[Profile], CountTable], profile: Profile) -> None:
    table = counted(profile)
    sheet = sheet_of(table, {}, 2)
    each = getattr(table, "votes_each", 1)
    whole = sum(table.valid.values()) * each
    for before, stage in pairs(sheet):
        rows = list(stage.rows)
        assert exact(rows, "total") == whole
        for place, column in enumerate(sheet.columns):
            held = sum((row.votes[place].exact for row in rows if row.votes[place]), Fraction(0))  # type: ignore[union-attr]
            assert held == (table.valid[column.section] * each if column.section else whole)
        if before is not None:
            assert exact(rows, "change") == 0
            then = {(row.line, row.candidate): row.total for row in before.rows}
            for row in rows:
                assert row.total.exact == then[row.line, row.candidate].exact + row.change.exact  # type: ignore[union-attr]


@pytest.mark.parametrize("counted", COUNTS, ids=NAMES)
@given(profile=PROFILES)
@settings(max_examples=25, deadline=None)
def test_what_transfers_say_is_what_changed(counted: Callable[[Profile], CountTable], profile: Profile) -> None:
    sheet = sheet_of(counted(profile), {}, 2)
    for stage in sheet.stages:
        if not stage.transfers:
            continue
        gained: dict[object, Fraction] = {}
        for each in stage.transfers:
            gained[each.heir or each.line] = gained.get(each.heir or each.line, Fraction(0)) + each.amount.exact
            if len(each.givers) == 1:
                gained[each.givers[0]] = gained.get(each.givers[0], Fraction(0)) - each.amount.exact
        groups = {giver for each in stage.transfers if len(each.givers) > 1 for giver in each.givers}
        for row in stage.rows:
            if row.change is not None and row.candidate not in groups:
                assert gained.get(row.candidate or row.line, 0) == row.change.exact, row.label
        lost = sum((row.change.exact for row in stage.rows if row.candidate in groups and row.change), Fraction(0))
        if groups:
            assert sum(gained.values()) == -lost


@pytest.mark.parametrize("counted", [weighted, weighted_of_stage_1])
@given(profile=PROFILES)
@settings(max_examples=25, deadline=None)
def test_the_points_of_all_sections_are_the_share(counted: Callable[[Profile], CountTable], profile: Profile) -> None:
    for stage in sheet_of(counted(profile), {}, 2).stages:
        standing = [row for row in stage.rows if row.candidate and not row.gone]
        for row in standing:
            assert sum(part.exact for part in row.points if part) == row.share.exact  # type: ignore[union-attr]
        assert all(part is None for row in stage.rows if row not in standing for part in row.points)


@pytest.mark.parametrize("counted", COUNTS, ids=NAMES)
@given(profile=PROFILES)
@settings(max_examples=25, deadline=None)
def test_statuses_end_with_the_elected_of_the_table(counted: Callable[[Profile], CountTable], profile: Profile) -> None:
    table = counted(profile)
    last = sheet_of(table, {}, 2).stages[-1]
    if table.elected:
        assert {row.candidate for row in last.rows if row.status == "elected"} == set(table.elected)


@pytest.mark.parametrize(("method", "decimals"), [(0, 5), (1, 2), (2, 9)])
@given(profile=PROFILES)
@settings(max_examples=20, deadline=None)
def test_votes_print_with_all_their_decimals(method: int, decimals: int, profile: Profile) -> None:
    for stage in sheet_of(stv(method)(profile), {}, 2).stages:
        for row, of in product(stage.rows, ("total", "change")):
            amount = getattr(row, of)
            if amount is not None:
                assert Fraction(amount.printed) == amount.exact
                assert amount.printed.lstrip("+") == rounded(amount.exact, decimals)
                assert amount.printed[0] in "+-" if of == "change" else amount.exact >= 0


def test_who_was_excluded_stays_as_long_as_votes_do() -> None:
    """ERS97 moves the papers of the excluded by value, a stage each."""
    papers = ("20 a>b>c", "9 b>c", "8 c", "6 d>e", "5 e", "3 b")
    table = count(1, *papers, candidates="abcde", seats=2, exclusion="single-lowest")
    sheet = sheet_of(table, {}, 2)
    for stage, shown in zip(table.stages, sheet.stages, strict=True):
        rows = {row.candidate: row for row in shown.rows if row.candidate}
        for candidate, votes in stage.votes.items():
            assert not votes or rows[candidate].total.exact == table.exact(votes)  # type: ignore[union-attr]
        assert all(row.status == "excluded" and row.share is None for row in rows.values() if row.gone)


def test_the_withdrawn_have_a_row_without_numbers_at_the_first_stage() -> None:
    sheet = sheet_of(count(0, "3 a", "2 b>e", "e", candidates="abe", withdrawn=("e",)), {"e": "Eve"}, 2)
    (row,) = [row for row in sheet.stages[0].rows if row.status == "withdrawn"]
    assert (row.candidate, row.total, row.change, row.share) == ("e", None, None, None)
    assert "Withdrawn: Eve." in sheet.notes
    assert not [row for stage in sheet.stages[1:] for row in stage.rows if row.candidate == "e"]


def test_in_bulk_the_group_is_the_giver() -> None:
    table = in_bulk({"members": {"a": 9, "b": 8, "c>a": 2, "d>b": 1, "e": 1}})
    (_, second) = sheet_of(table, {}, 2).stages
    assert [(each.givers, each.heir, each.line, each.amount.printed) for each in second.transfers] == [
        (("c", "d", "e"), "a", "candidate", "2"),
        (("c", "d", "e"), "b", "candidate", "1"),
        (("c", "d", "e"), None, "non-transferable", "1"),
    ]


def test_certified_totals_that_fall_name_no_transfers() -> None:
    totals = {"members": [{"a": 5, "b": 4, "c": 2}, {"a": 4, "b": 7}]}
    rule = AlternativeVote(**AV, version="av.v1", exclusion="single-lowest", majority_base="continuing")
    table = count_av(rule, tuple("abc"), ("members",), {}, totals=totals)
    assert [stage.transfers for stage in sheet_of(table, {}, 2).stages] == [(), ()]


def test_numbers_that_nobody_knows_are_none() -> None:
    votes = {"members": {"a": 5, "b": 4}, "affiliates": {"a": 3, "b": 9}}
    stage = Stage(1, votes, {"members": 1}, Action("elect", ("b",), "Most votes."))
    certified = ("affiliates",)
    table = StageTable(("a", "b"), SECTIONS, (stage,), {"members": 5}, {}, ("b",), certified=certified, votes_each=2)
    sheet = sheet_of(table, {}, 2)
    nobody = sheet.stages[0].rows[-1]
    assert nobody.label == "Votes not given"
    assert [amount and amount.printed for amount in (*nobody.votes, nobody.total)] == ["1", None, None]
    assert sheet.valid["affiliates"] is None
    assert [column.heading for column in sheet.columns] == ["members", "affiliates*"]
    assert sheet.notes == ("* counted from certified totals, not from papers",)


@pytest.mark.parametrize(("papers", "idle"), [({"a": 2, "b": 1}, True), ({"a": 2, "a=b": 1}, False)])
def test_votes_not_given_are_left_out_of_print_where_there_are_none(papers: dict[str, int], idle: bool) -> None:
    rule = Plurality(**CROSSES, reserved=(), ties="nobody", votes="any-number")
    table = count_plurality(rule, tuple("abc"), 1 if idle else 2, ("s",), {"s": papers})
    assert ("non-transferable" in sheet_of(table, {}, 2, crosses=True).idle) is idle
    assert not sheet_of(table, {}, 2).idle


def test_who_is_displaced_loses_the_place_to_who_displaces() -> None:
    votes = {"s": {"a": 5, "b": 4, "c": 1}}
    actions = (Action("displace", ("b", "c"), "Reserved."), Action("elect", ("a", "c"), "Most votes."))
    stages = tuple(Stage(number, votes, {"s": 0}, action) for number, action in enumerate(actions, 1))
    sheet = sheet_of(StageTable(tuple("abc"), ("s",), stages, {"s": 10}, {}, ("a", "c")), {"b": "Bo", "c": "Cy"}, 2)
    assert sheet.stages[0].acts[0].words == "Displaced: Bo, by Cy. Reserved."
    assert [row.status for row in sheet.stages[1].rows] == ["elected", "excluded", "elected", None]


def test_the_first_stage_that_may_be_read_says_nothing_of_those_before_it() -> None:
    table = count(0, "9 a>b", "3 b", "3 c", "2 d>c", "e>c", candidates="abcde")
    kept = replace(table, stages=table.stages[-2:], valid={}, rejected={})
    first, second = sheet_of(kept, {}, 2).stages
    assert first.transfers == ()
    assert all(row.change is None for row in first.rows)
    assert [row.candidate for row in first.rows if row.gone] == []
    assert second.transfers
    none = sheet_of(replace(table, stages=(), valid={"all": 5}), {}, 2)
    assert (none.notes, none.stages, none.valid["all"]) == (("Places: 2.",), (), (Fraction(5), "5"))

"""Thresholds of nomination: exact shares, any and all, sizes that are not known, and those that nobody can meet."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.rules.likeness import look_of, mixed_words, warnings
from ledger.rules.meeting import Meeting, MeetingRule, irregularities
from ledger.rules.nomination import Held, NominationRule, judge, needed_of, size_of, unmeetable, unsized

MPS = {"id": "mps", "name": "Members of Parliament"}
LABOUR_2010: dict[str, Any] = {
    "version": "nomination.v1",
    "acceptance": "not-required",
    "classes": [MPS, {"id": "clps", "name": "Constituency parties"}],
    "incumbent": "not-exempt",
    "requires": "plp",
    "thresholds": [
        {
            "kind": "share",
            "id": "plp",
            "nominator_class": "mps",
            "share": "1/8",
            "bound": "at-least",
            "of": "nominators",
        }
    ],
}
LABOUR_2020: dict[str, Any] = LABOUR_2010 | {
    "classes": [
        MPS,
        {"id": "clps", "name": "Constituency parties"},
        {"id": "affiliates", "name": "Affiliated organisations"},
        {"id": "unions", "name": "Unions", "part_of": "affiliates"},
        {"id": "societies", "name": "Socialist societies", "part_of": "affiliates"},
    ],
    "requires": "both-stages",
    "thresholds": [
        {
            "kind": "share",
            "id": "mps-10",
            "nominator_class": "mps",
            "share": "1/10",
            "bound": "at-least",
            "of": "nominators",
        },
        {
            "kind": "share",
            "id": "clps-5",
            "nominator_class": "clps",
            "share": "1/20",
            "bound": "at-least",
            "of": "nominators",
        },
        {"kind": "count", "id": "three", "nominator_class": "affiliates", "least": 3},
        {"kind": "count", "id": "two-unions", "nominator_class": "unions", "least": 2},
        {
            "kind": "share",
            "id": "members-5",
            "nominator_class": "affiliates",
            "share": "1/20",
            "bound": "at-least",
            "of": "members",
        },
        {"kind": "all", "id": "by-affiliates", "parts": ["three", "two-unions", "members-5"]},
        {"kind": "any", "id": "second-stage", "parts": ["clps-5", "by-affiliates"]},
        {"kind": "all", "id": "both-stages", "parts": ["mps-10", "second-stage"]},
    ],
}
SIZES_2020 = {
    ("mps", "nominators"): 212,
    ("clps", "nominators"): 647,
    ("affiliates", "members"): 1_000_000,
}


def rule(values: dict[str, Any], **changes: Any) -> NominationRule:
    return NominationRule.model_validate_json(json.dumps(values | changes))


def share(percent: str, bound: str = "at-least") -> NominationRule:
    part = Fraction(percent) / 100
    test = LABOUR_2010["thresholds"][0] | {"share": f"{part.numerator}/{part.denominator}", "bound": bound}
    return rule(LABOUR_2010, thresholds=[test])


@pytest.mark.parametrize(
    ("percent", "size", "needed"),
    [
        ("12.5", 257, 33),  # 2010: 32 and an eighth
        ("12.5", 256, 32),  # exactly
        ("12.5", 264, 33),
        ("12.5", 265, 34),
        ("15", 232, 35),  # 2015: 34.8
        ("20", 251, 51),  # 2016: 50.2
        ("10", 212, 22),  # 2020: 21.2
        ("5", 647, 33),  # 2020: 32.35
        ("12.5", 0, 0),
    ],
)
def test_a_share_needs_the_least_whole_number_that_reaches_it(percent: str, size: int, needed: int) -> None:
    judged = judge(share(percent), {("mps", "nominators"): size}, {"mps": Held(needed - 1 if needed else 0)})
    assert (judged.tests[0].needed, judged.met) == (needed, not needed)
    assert judge(share(percent), {("mps", "nominators"): size}, {"mps": Held(needed)}).met is True


def test_more_than_a_share_is_not_met_by_the_share_itself() -> None:
    assert judge(share("12.5", "more-than"), {("mps", "nominators"): 256}, {"mps": Held(32)}).met is False
    assert judge(share("12.5", "more-than"), {("mps", "nominators"): 256}, {"mps": Held(33)}).met is True
    assert judge(share("12.5", "more-than"), {("mps", "nominators"): 257}, {"mps": Held(33)}).met is True


@given(st.integers(1, 999), st.integers(1, 1000), st.integers(0, 10**12))
@settings(max_examples=200, deadline=None)
def test_what_is_needed_reaches_the_share_and_one_less_does_not(part: int, whole: int, size: int) -> None:
    exact = Fraction(min(part, whole), whole)
    least = needed_of(exact, size, "at-least")
    assert least >= exact * size > least - 1
    more = needed_of(exact, size, "more-than")
    assert more > exact * size >= more - 1


@pytest.mark.parametrize(
    ("held", "met"),
    [
        ({"mps": Held(22), "clps": Held(33)}, True),
        ({"mps": Held(22), "clps": Held(32)}, False),
        ({"mps": Held(21), "clps": Held(600)}, False),
        ({"mps": Held(22), "unions": Held(2, 40_000), "societies": Held(1, 10_000)}, True),
        ({"mps": Held(22), "unions": Held(2, 40_000), "societies": Held(1, 8_000)}, False),  # 4.8 per cent
        ({"mps": Held(22), "unions": Held(2, 40_000), "societies": Held(1, 9_999)}, False),
        ({"mps": Held(22), "unions": Held(1, 60_000), "societies": Held(2, 10_000)}, False),  # one union
        ({"mps": Held(22), "unions": Held(2, 90_000)}, False),  # two affiliates
        ({"mps": Held(22), "clps": Held(33), "unions": Held(2, 40_000), "societies": Held(1, 10_000)}, True),
        ({}, False),
    ],
)
def test_ten_per_cent_and_five_of_local_parties_or_three_affiliates(held: dict[str, Held], met: bool) -> None:
    assert judge(rule(LABOUR_2020), SIZES_2020, held).met is met


def test_each_threshold_says_what_is_needed_and_what_there_is() -> None:
    held = {"mps": Held(30), "unions": Held(2, 40_000), "societies": Held(1, 8_000)}
    judged = judge(rule(LABOUR_2020), SIZES_2020, held)
    assert {test.id: (test.needed, test.has, test.met) for test in judged.tests} == {
        "mps-10": (22, 30, True),
        "clps-5": (33, 0, False),
        "three": (3, 3, True),
        "two-unions": (2, 2, True),
        "members-5": (50_000, 48_000, False),
        "by-affiliates": (3, 2, False),
        "second-stage": (1, 0, False),
        "both-stages": (2, 1, False),
    }


def test_an_incumbent_is_valid_without_nominations_where_the_rule_says_so() -> None:
    sizes = {("mps", "nominators"): 257}
    exempt = rule(LABOUR_2010, incumbent="exempt")
    assert judge(exempt, sizes, {}, incumbent=True).met is True
    assert judge(exempt, sizes, {}, incumbent=True).exempt
    assert judge(exempt, sizes, {}).met is False
    assert judge(rule(LABOUR_2010), sizes, {}, incumbent=True).met is False


def test_what_is_not_known_is_not_guessed() -> None:
    """A size that is not on record leaves a threshold open, unless the other parts decide."""
    without = {key: size for key, size in SIZES_2020.items() if key[1] != "members"}
    held = {"mps": Held(22), "unions": Held(2, 90_000), "societies": Held(1, 9_000)}
    judged = judge(rule(LABOUR_2020), without, held)
    assert judged.met is None
    assert next(test for test in judged.tests if test.id == "members-5")[1:4] == (None, 99_000, None)
    assert judge(rule(LABOUR_2020), without, held | {"clps": Held(33)}).met is True
    assert judge(rule(LABOUR_2020), without, held | {"mps": Held(21)}).met is False
    assert unsized(rule(LABOUR_2020), without) == (("affiliates", "members"),)
    assert unsized(rule(LABOUR_2020), SIZES_2020) == ()


def test_a_class_has_the_size_of_its_parts_where_each_is_known() -> None:
    both = {("unions", "members"): 900, ("societies", "members"): 100}
    assert size_of(rule(LABOUR_2020), both, "affiliates", "members") == 1000
    assert size_of(rule(LABOUR_2020), {("unions", "members"): 900}, "affiliates", "members") is None
    assert size_of(rule(LABOUR_2020), both | {("affiliates", "members"): 1}, "affiliates", "members") == 1


@pytest.mark.parametrize(
    ("threshold", "sizes", "failing"),
    [
        ({"kind": "share", "share": "9/8", "bound": "at-least", "of": "nominators"}, {}, True),
        ({"kind": "share", "share": "1/1", "bound": "more-than", "of": "nominators"}, {}, True),
        ({"kind": "share", "share": "1/1", "bound": "at-least", "of": "nominators"}, {}, False),
        ({"kind": "share", "share": "1/8", "bound": "at-least", "of": "nominators"}, {("mps", "nominators"): 1}, False),
        ({"kind": "share", "share": "1/8", "bound": "more-than", "of": "nominators"}, {("mps", "nominators"): 0}, True),
        ({"kind": "count", "least": 3}, {("mps", "nominators"): 2}, True),
        ({"kind": "count", "least": 3}, {("mps", "nominators"): 3}, False),
        ({"kind": "count", "least": 3}, {}, False),
    ],
)
def test_knows_a_threshold_that_nobody_can_meet(threshold: dict[str, Any], sizes: Any, failing: bool) -> None:
    test = threshold | {"id": "t", "nominator_class": "mps"}
    assert unmeetable(rule(LABOUR_2010, requires="t", thresholds=[test]), sizes) == (("t",) if failing else ())


def test_a_part_that_nobody_can_meet_hinders_only_where_it_is_needed() -> None:
    impossible = {"kind": "count", "id": "x", "nominator_class": "mps", "least": 9}
    possible = {"kind": "count", "id": "y", "nominator_class": "mps", "least": 1}
    sizes = {("mps", "nominators"): 2}
    for kind, failing in (("any", ()), ("all", ("x",))):
        both = {"kind": kind, "id": "both", "parts": ["x", "y"]}
        assert unmeetable(rule(LABOUR_2010, requires="both", thresholds=[impossible, possible, both]), sizes) == failing


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"classes": [MPS, MPS]}, "an id stands twice"),
        ({"classes": [MPS | {"part_of": "nobody"}]}, "is part of nobody"),
        ({"classes": [MPS | {"part_of": "mps"}]}, "is part of"),
        ({"requires": "plq"}, "plq is no threshold"),
        ({"requires": None}, "nothing asks for plp"),
        ({"thresholds": LABOUR_2010["thresholds"] * 2}, "plp stands twice"),
        ({"thresholds": [{"kind": "any", "id": "plp", "parts": ["plp"]}]}, "not for those before it"),
        ({"thresholds": [LABOUR_2010["thresholds"][0] | {"nominator_class": "peers"}]}, "which is no class"),
        ({"thresholds": [LABOUR_2010["thresholds"][0] | {"share": "0/1"}]}, "a share of nothing"),
        ({"thresholds": [LABOUR_2010["thresholds"][0] | {"share": "2/16"}]}, "lowest terms"),
        ({"thresholds": [LABOUR_2010["thresholds"][0] | {"kind": "part"}]}, "kind"),
        ({"version": "nomination.v2"}, "nomination.v1"),
    ],
)
def test_refuses_a_rule_that_is_not_sound(changes: dict[str, Any], fault: str) -> None:
    rule(LABOUR_2010)
    with pytest.raises(ValidationError, match=fault):
        rule(LABOUR_2010, **changes)


@pytest.mark.parametrize(
    ("mps", "clps", "affiliates", "met"),
    [
        (88, 374, 15, True),  # Starmer 2020
        (33, 164, 7, True),  # Long-Bailey
        (31, 72, 4, True),  # Nandy
        (23, 31, 0, False),  # Thornberry: 31 of 33 local parties
        (23, 0, 0, False),  # Phillips
        (5, 0, 0, False),  # Lewis: 5 of 22
    ],
)
def test_the_contest_of_2020_comes_to_what_was_published(mps: int, clps: int, affiliates: int, met: bool) -> None:
    """Source: nominations as published, labourlist.org 2020; the affiliates' members do not matter here."""
    held = {"mps": Held(mps), "clps": Held(clps), "unions": Held(affiliates)}
    assert judge(rule(LABOUR_2020), SIZES_2020, held).met is met


def test_the_rules_on_the_page_are_sound_and_mean_what_it_says() -> None:
    page = (Path(__file__).parent.parent / "docs" / "reference" / "nominations.md").read_text("utf-8")
    first, second = (
        NominationRule.model_validate_json(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    )
    assert first.thresholds == rule(LABOUR_2010).thresholds
    assert second.thresholds == rule(LABOUR_2020).thresholds


# Meetings

RULE = MeetingRule(kinds=("all-member",), notice_days_min=7, present_min=10)
FACTS = Meeting(kind="all-member", notice_days=7, present=20, eligible=90, in_favour=11, certified_by="chair")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"notice_days": 5}, ["notice 5 < 7 days"]),
        ({"present": 9, "in_favour": 9}, ["present 9 < 10"]),
        ({"in_favour": 10}, ["in favour 10 of 20, no majority"]),
        ({"kind": "delegate"}, ["delegate meeting, not all-member"]),
        ({"certified_by": None}, ["not certified"]),
        ({"eligible": 19}, ["present 20 of 19 eligible"]),
    ],
)
def test_says_in_what_a_meeting_fell_short(changes: dict[str, Any], found: list[str]) -> None:
    meeting = Meeting.model_validate({**dict(FACTS), **changes})
    assert list(irregularities(RULE, meeting)) == found


def test_a_rule_that_asks_for_a_meeting_gets_its_facts() -> None:
    assert list(irregularities(RULE, None)) == ["no facts of the meeting"]
    assert list(irregularities(None, None)) == []


# Names


@pytest.mark.parametrize(
    "name",
    [
        "Diane Abbott",
        "Δημήτρης Κουτσούμπας",
        "Владимир Зеленский",
        "محمد علي",
        "דוד בן־גוריון",
        "नरेन्द्र मोदी",
        "毛泽东",
        "山田 太郎",
        "やまだ タロウ 山々",
        "김대중 金大中",
        "Nguyễn Văn Linh",
        "สมชาย",
        "Hōne Heke",
        "O’Brien-Смит Ана",  # two scripts, each in its own word
    ],
)
def test_names_of_every_script_are_taken_without_a_warning(name: str) -> None:
    assert mixed_words(name) == []


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("Di\u0430ne Abbott", ("CYRILLIC", "LATIN")),
        ("Ab\u0432ott", ("CYRILLIC", "LATIN")),
        ("\u0391bbott", ("GREEK", "LATIN")),
        ("山a", ("HAN", "LATIN")),
    ],
)
def test_letters_of_two_scripts_in_one_word_are_warned_of(name: str, scripts: tuple[str, ...]) -> None:
    assert [found for _, found in mixed_words(name)] == [scripts]


def test_names_that_look_alike_are_warned_of() -> None:
    cyrillic = "\u0420\u0430\u0441\u0435"  # reads as Pace
    assert look_of(cyrillic) == look_of("Pace")
    assert [who for who, _ in warnings({"a": "Pace", "b": cyrillic, "c": "PACE ", "d": "Pacé"})] == ["b", "c"]

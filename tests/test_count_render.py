"""Stage tables as rows, JSON and text."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.field import rounded
from ledger.streams.av_rule import AlternativeVote
from projections.count.av import count_av
from projections.count.render import as_json, as_text, exact, labels, sheet_of
from projections.count.stage_table import StageTable

LABOUR_2010 = Path(__file__).parent / "golden" / "labour-2010-mps"
NAMES = {
    "abbott": "Diane Abbott",
    "balls": "Ed Balls",
    "burnham": "Andy Burnham",
    "d-miliband": "David Miliband",
    "e-miliband": "Ed Miliband",
}
RULE = AlternativeVote(
    version="av.v1",
    blank="reject",
    decimals=2,
    duplicate="exhaust",
    exclusion="single-lowest",
    gap="exhaust",
    majority_base="continuing",
    overvote="exhaust",
    preferences="any-number",
    stop="first-majority",
    ties=("earlier-stages-backwards", "lot"),
)


def labour_2010() -> StageTable:
    lines = (line.split() for line in (LABOUR_2010 / "papers.txt").read_text().splitlines())
    return count_av(RULE, tuple(NAMES), ("mps",), {"mps": {marks: int(papers) for papers, marks in lines}})


def two_sections() -> StageTable:
    papers = {"members": {"a": 5, "b>a": 4, "c": 2, "": 1}, "affiliates": {"b": 3, "c>b": 1}}
    return count_av(RULE, ("a", "b", "c"), ("members", "affiliates"), papers)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(1, 8), 3, "0.125"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(0), 2, "0.00"),
        (Fraction(100), 0, "100"),
        (Fraction(1_999, 20), 1, "100.0"),
        (Fraction(100 * 111, 266), 3, "41.729"),
        (Fraction(-1, 2), 0, "0"),
        (Fraction(-3, 2), 0, "-1"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Fraction(10**30 + 1, 2), 0, "5" + "0" * 28 + "1"),
    ],
)
def test_rounds_halves_up_without_floats(value: Fraction, decimals: int, expected: str) -> None:
    assert rounded(value, decimals) == expected


@given(st.integers(0, 10**12), st.integers(0, 9))
def test_rounds_as_decimal_does(thousandths: int, decimals: int) -> None:
    expected = Decimal(thousandths).scaleb(-3).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert rounded(Fraction(thousandths, 1000), decimals) == f"{expected:f}"


@given(st.fractions(min_value=0), st.integers(0, 9))
def test_prints_no_further_than_half_a_place_from_the_exact_value(value: Fraction, decimals: int) -> None:
    error = Fraction(rounded(value, decimals)) - value
    assert Fraction(-1, 2) < error * 10**decimals <= Fraction(1, 2)


def test_writes_fractions_in_lowest_terms() -> None:
    assert [exact(Fraction(111, 266)), exact(Fraction(4, 2)), exact(Fraction(0))] == ["111/266", "2/1", "0/1"]


def test_rows_follow_papers_from_stage_to_stage() -> None:
    second = sheet_of(two_sections(), {"b": "Bevan"}, 1).stages[1]
    rows = [
        (row.label, [each and each.printed for each in (*row.votes, row.total, row.change, row.share)])
        for row in second.rows
    ]
    assert rows == [
        ("a", ["5", "0", "5", "+0", "38.5"]),
        ("Bevan", ["4", "4", "8", "+1", "61.5"]),
        ("c", ["0", "0", "0", "-3", None]),
        ("Non-transferable", ["2", "0", "2", "+2", None]),
    ]
    assert [row.status for row in second.rows] == ["hopeful", "elected", "excluded", None]
    assert second.acts[0].words == "Elected: Bevan. 8 of 13 continuing papers: more than half."


def test_candidates_who_share_a_name_are_told_apart_by_id() -> None:
    table = count_av(RULE, ("a", "b", "c"), ("all",), {})
    assert labels(table, {"a": "Ann Lee", "b": "Ann \n Lee"}) == {"a": "Ann Lee (a)", "b": "Ann Lee (b)", "c": "c"}


def test_json_has_the_keys_of_its_docstring() -> None:
    found = as_json(two_sections(), {"a": "Attlee"}, 1)
    keys = "candidates sections valid rejected certified votes_each stages elected lot_needed lot_for"
    assert list(found) == keys.split()
    assert found["candidates"] == [{"id": "a", "name": "Attlee"}, {"id": "b", "name": "b"}, {"id": "c", "name": "c"}]
    assert found["rejected"] == {"members": {"blank": 1}, "affiliates": {}}
    assert type(found["rejected"]["members"]) is dict
    first, second = found["stages"]
    assert list(first) == ["stage", "candidates", "excluded", "non_transferable", "transfers", "action"]
    assert (first["excluded"], first["candidates"][0]["change"]) == ([], None)
    assert second["candidates"][1] == {
        "candidate": "b",
        "votes": {"members": 4, "affiliates": 4},
        "total": 8,
        "change": 1,
        "share": "8/13",
        "percent": "61.5",
        "status": "elected",
    }
    assert second["transfers"] == [
        {"givers": ["c"], "heir": "b", "line": "candidate", "votes": 1},
        {"givers": ["c"], "heir": None, "line": "non-transferable", "votes": 2},
    ]
    assert second["excluded"] == [
        {"candidate": "c", "votes": {"members": 0, "affiliates": 0}, "total": 0, "change": -3}
    ]
    assert second["non_transferable"] == {"votes": {"members": 2, "affiliates": 0}, "total": 2, "change": 2}
    assert second["action"]["kind"] == "elect"
    assert (found["elected"], found["lot_needed"]) == (["b"], [])


def test_json_holds_no_float_and_is_plain() -> None:
    found = as_json(labour_2010(), NAMES, 2)
    assert json.loads(json.dumps(found), parse_float=pytest.fail) == found


def test_prints_labour_2010_as_it_was_printed_before() -> None:
    assert as_text(labour_2010(), NAMES, 2) == (LABOUR_2010 / "stages.txt").read_text()


def test_prints_a_block_for_each_stage_where_sections_are_several() -> None:
    text = as_text(two_sections(), {"a": "Attlee", "b": "Bevan", "c": "Cripps"}, 1)
    assert text.startswith("members: 11 valid; rejected: 1 blank.\naffiliates: 4 valid; rejected: none.\n")
    assert "members  affiliates  Total     %\n" in text.partition("Stage 2")[0]
    assert text.endswith(
        """
Stage 2 (round 2)

                  members  affiliates  Total  Change     %
Attlee                  5           0      5      +0  38.5
Bevan                   4           4      8      +1  61.5
Cripps                  0           0      0      -3
Non-transferable        2           0      2      +2

Elected: Bevan. 8 of 13 continuing papers: more than half.
"""
    )


def test_prints_one_section_in_blocks_where_the_whole_does_not_fit() -> None:
    assert "Stage 4      %" in as_text(labour_2010(), NAMES, 2, width=80)
    narrow = as_text(labour_2010(), NAMES, 2, width=79)
    assert "\nStage 4 (round 4)\n\n" in narrow
    assert "mps  Total  Change      %" in narrow


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("sections", [("s",), ("x" * 64, "y" * 64, *"abcdefghij")])
def test_no_line_is_wider_than_the_page(width: int, sections: tuple[str, ...]) -> None:
    names = {"a": "A" * 200, "b": " ".join(["long"] * 30), "c": "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 50}
    papers: dict[str, Any] = {section: {"a": 10**9, "b": 10**9, "c>b": 1} for section in sections}
    lines = as_text(count_av(RULE, ("a", "b", "c"), sections, papers), names, 9, width).splitlines()
    wide = "\N{CJK UNIFIED IDEOGRAPH-4E2D}"
    assert max(len(line) + line.count(wide) for line in lines) <= width
    assert all(line == line.rstrip() for line in lines)


def test_marks_above_letters_take_no_column() -> None:
    table = count_av(RULE, ("a", "b"), ("s",), {"s": {"a": 1}})
    accent = "\N{COMBINING ACUTE ACCENT}"
    marked = as_text(table, {"a": f"q{accent}" * 30}, 2)
    assert marked.replace(accent, "") == as_text(table, {"a": "q" * 30}, 2)


@pytest.mark.parametrize("candidates", [(), ("a",), ("a", "b")])
@pytest.mark.parametrize("sections", [(), ("s",), ("s", "t")])
def test_prints_counts_without_papers(candidates: tuple[str, ...], sections: tuple[str, ...]) -> None:
    table = count_av(RULE, candidates, sections, {})
    assert "Stage 1 (round 1)" in as_text(table, {}, 2)
    for candidate in as_json(table, {}, 2)["stages"][0]["candidates"]:
        assert (candidate["share"], candidate["percent"]) == (None, None)


def test_says_that_a_lot_is_to_be_drawn_and_among_whom() -> None:
    table = count_av(RULE, ("a", "b"), ("s",), {"s": {"a": 1, "b": 1}})
    assert as_text(table, {"a": "Attlee"}, 0).splitlines()[-2:] == [
        "Stage 1 (round 1). Undecided: Attlee, b. 2 candidates tied for fewest papers, 1;",
        "a lot among 2 is to be drawn.",
    ]

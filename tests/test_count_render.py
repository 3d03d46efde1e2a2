"""Stage tables as rows, JSON and text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.field import rounded
from ledger.rules.alternative import AlternativeVote, SectionWeight, WeightedAlternativeVote
from ledger.rules.transferable import MeekSTV, ScottishSTV
from projections.count.av import count_av
from projections.count.columns import columns_of
from projections.count.render import as_csv, as_html, as_json, as_markdown, as_text, exact, labels, sheet_of
from projections.count.sheet import CountTable
from projections.count.stage_table import Action, Stage, StageTable
from projections.count.stv_meek import count_meek
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable

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
    publication="by-section",
    stop="first-majority",
    ties=("earlier-stages-backwards", "lot"),
)

STV: dict[str, Any] = {
    "blank": "reject",
    "decimals": 2,
    "doomed": "together",
    "duplicate": "exhaust",
    "exclusion": "single-lowest",
    "gap": "exhaust",
    "last_places": "after-transfer",
    "overvote": "exhaust",
    "preferences": "any-number",
    "publication": "by-section",
    "reserved": (),
    "ties": ("earlier-stages-backwards", "lot"),
    "value_decimals": 5,
}
SCOTTISH = ScottishSTV(
    **STV,
    version="stv-scottish.v1",
    quota="droop",
    surplus_order="largest-first",
    surpluses="one-at-a-time",
    transfer_value="value-by-surplus-over-votes",
)
MEEK = MeekSTV(
    **STV, version="stv-meek.v1", early_exclusion="never", iterations=99, omega_decimals=3, quota="droop-decimal"
)
HOSTILE = {"a": "Ann | `Lee`", "b": "<b>Bo</b> & *Co*\n\n# Head", "c": "=HYPERLINK($x$)", "d": "中村 太郎"}


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


def transferable() -> STVTable:
    return count_scottish(SCOTTISH, tuple("abcd"), 2, ("all",), {"all": {"a>b": 9, "b": 3, "c": 3, "d>c": 2, "": 1}})


def college() -> StageTable:
    papers = {"members": {"a": 5, "b>a": 4, "c": 2, "": 1}, "affiliates": {"b": 3, "c>b": 1}}
    thirds = {"members": "1/3", "affiliates": "2/3"}
    weights = tuple(SectionWeight(section=section, weight=weight) for section, weight in thirds.items())
    fields = RULE.model_dump() | {"version": "weighted-av.v1", "empty_section": "refuse", "weights": weights}
    rule = WeightedAlternativeVote(**fields | {"section_base": "continuing"})
    return count_av(rule, ("a", "b", "c"), tuple(papers), papers)


def certified_block() -> StageTable:
    votes = {"members": {"a": 5, "b": 4, "c": 1, "d": 0}, "affiliates": {"a": 3, "b": 9, "c": 0, "d": 0}}
    stage = Stage(1, votes, {"members": 2}, Action("elect", ("b", "a"), "Most votes."))
    totals = {"certified": ("affiliates",), "votes_each": 2}
    return StageTable(
        tuple("abcd"), tuple(votes), (stage,), {"members": 6}, {"members": {"blank": 1}}, ("b", "a"), **totals
    )


TABLES: list[Callable[[], CountTable]] = [labour_2010, two_sections, college, certified_block, transferable]


def test_prints_a_transferable_vote_as_votes_of_all_stages_and_then_what_moved() -> None:
    assert (
        as_text(transferable(), {"a": "Ann Lee", "b": "Bo", "c": "Cy"}, 2)
        == """\
all: 17 valid; rejected: 1 blank.
Places: 2. Quota: 6.00000.

                   Stage 1   Stage 2   Stage 3   Stage 4
Ann Lee            9.00000*  6.00000*  6.00000*  6.00000*
Bo                 3.00000   5.99997   5.99997   5.99997*
Cy                 3.00000   3.00000   5.00000x  0.00000
d                  2.00000   2.00000x  0.00000
Non-transferable   0.00000   0.00000   0.00000   5.00000
Loss of fractions  0.00000   0.00003   0.00003   0.00003
Quota              6.00000   6.00000   6.00000   6.00000

* elected at this stage or before; x excluded at the end of it, and votes moved
at the next.

Stage 1
Elected: Ann Lee. 9.00000 votes reach the quota of 6.00000.

Stage 2
Surplus transferred: Ann Lee. Votes above the quota: 3.00000.
From Ann Lee: 2.99997 to Bo, 0.00003 lost to fractions.
Excluded: d. Fewest votes: 2.00000.

Stage 3
Votes transferred: d. Votes of the excluded: 2.00000.
From d: 2.00000 to Cy.
Excluded: Cy. Fewest votes: 5.00000.

Stage 4
Votes transferred: Cy. Votes of the excluded: 5.00000.
From Cy: 5.00000 non-transferable.
Elected: Bo. As many candidates are left as places, or fewer.
"""
    )


def test_who_withdrew_is_named_and_has_no_line_among_the_votes() -> None:
    papers = {"all": {"a>b": 3, "b": 2, "d>b": 1}}
    text = as_text(count_scottish(SCOTTISH, tuple("abd"), 1, ("all",), papers, withdrawn="d"), {"d": "Dee"}, 2)
    assert "\nWithdrawn: Dee.\n" in text
    assert "\nDee" not in text
    withdrawn = as_json(count_scottish(SCOTTISH, tuple("abd"), 1, ("all",), papers, withdrawn="d"), {}, 2)
    assert withdrawn["withdrawn"] == ["d"]


def test_where_transfers_are_not_listed_the_changes_are() -> None:
    papers = {"all": {"a>b": 9, "b": 3, "c": 3, "d>c": 2}}
    text = as_text(count_meek(MEEK, tuple("abcd"), 2, ("all",), papers), {}, 2)
    assert "\nChanges: a -3.33333, b +3.33333.\n" in text
    assert "Loss of fractions" not in text
    assert "\nQuota             5.66667   5.66667\n" in text


def test_many_stages_come_in_tables_one_below_the_other() -> None:
    names = [f"candidate-{number:02}" for number in range(20)]
    papers = {f"{name}>{names[number // 2]}": 100 + number for number, name in enumerate(names)}
    lines = as_text(count_scottish(SCOTTISH, names, 3, ("all",), {"all": papers}), {}, 2).splitlines()
    heads = [line.split("Stage ")[1:] for line in lines if line.startswith("  ") and "Stage" in line]
    assert [int(number) for part in heads for number in part] == list(range(1, 21))[: sum(map(len, heads))]
    assert len(heads) > 3
    assert max(map(len, lines)) <= 80


def test_points_of_each_section_stand_beside_the_count() -> None:
    text = as_text(college(), {}, 3)
    assert "\n   members points  affiliates points\na          15.152              0.000\n" in text
    found = as_json(college(), {}, 3)["stages"][0]["candidates"][1]
    assert found["points"] == {
        "members": {"exact": "4/33", "printed": "12.121"},
        "affiliates": {"exact": "1/2", "printed": "50.000"},
    }
    assert (found["share"], found["percent"]) == ("41/66", "62.121")


def test_what_is_not_known_is_a_dash_and_null_and_not_0() -> None:
    text = as_text(certified_block(), {}, 1)
    assert "affiliates: - valid; rejected: -.\n" in text
    assert "Votes not given        2            -      -\n" in text
    assert "members  affiliates*  Total" in text
    assert text.endswith("\n* counted from certified totals, not from papers\n")
    found = as_json(certified_block(), {}, 1)
    assert found["valid"] == {"members": 6, "affiliates": None}
    nobody = {"votes": {"members": 2, "affiliates": None}, "total": None, "change": None}
    assert found["stages"][0]["non_transferable"] == nobody
    assert (found["certified"], found["votes_each"]) == (["affiliates"], 2)
    assert '<td class="n">-</td>' in as_html(certified_block(), {}, 1)


def test_json_of_a_transferable_vote_has_every_number_twice() -> None:
    found = as_json(transferable(), {}, 2)
    assert json.loads(json.dumps(found), parse_float=pytest.fail) == found
    second = found["stages"][1]
    assert second["candidates"][1] == {
        "candidate": "b",
        "votes": {"all": {"exact": "599997/100000", "printed": "5.99997"}},
        "total": {"exact": "599997/100000", "printed": "5.99997"},
        "change": {"exact": "299997/100000", "printed": "+2.99997"},
        "share": "599997/1699997",
        "percent": "35.29",
        "status": "hopeful",
    }
    assert second["loss"]["total"] == {"exact": "3/100000", "printed": "0.00003"}
    assert second["quota"] == {"exact": "6/1", "printed": "6.00000"}
    assert [action["kind"] for action in second["actions"]] == ["transfer-surplus", "exclude"]
    assert second["transfers"][1] == {
        "givers": ["a"],
        "heir": None,
        "line": "loss",
        "votes": {"exact": "3/100000", "printed": "0.00003"},
    }
    assert (found["seats"], found["decimals"], found["elected"]) == (2, 5, ["a", "b"])


@pytest.mark.parametrize("table", TABLES)
def test_csv_read_back_is_the_sheet_again(table: Callable[[], CountTable]) -> None:
    sheet = sheet_of(table(), HOSTILE, 3)
    lines = list(csv.DictReader(io.StringIO(as_csv(table(), HOSTILE, 3), newline="")))
    read = {(one["stage"], one["section"], one["row"], one["candidate"], one["measure"]): one for one in lines}
    cells = 0
    for stage in sheet.stages:
        for row in stage.rows:
            key = (row.line, row.candidate or "")
            numbers = [(column.section, "votes", votes) for column, votes in zip(sheet.columns, row.votes, strict=True)]
            numbers += [("", "change", row.change), ("", "share", row.share)]
            numbers += [(c.section, "points", part) for c, part in zip(sheet.columns, row.points, strict=False)]
            for section, measure, amount in numbers:
                found = read.get((str(stage.number), section, *key, measure))
                if amount is None:
                    assert found is None or (found["exact"], found["printed"]) == ("", "-")
                    continue
                assert found is not None
                assert (Fraction(found["exact"]), found["printed"]) == (amount.exact, amount.printed)
                cells += 1
        gone = [one for one in lines if one["stage"] == str(stage.number) and one["row"] == "transfer"]
        assert [(one["candidate"], one["heir"], Fraction(one["exact"])) for one in gone] == [
            (" ".join(each.givers), each.heir or "", each.amount.exact) for each in stage.transfers
        ]
    assert cells > 4 * len(sheet.stages)


def test_csv_begins_no_formula() -> None:
    for one in csv.reader(io.StringIO(as_csv(transferable(), HOSTILE, 2), newline="")):
        assert not one[4].startswith(("=", "+", "-", "@"))
    assert ",'=HYPERLINK($x$)," in as_csv(transferable(), HOSTILE, 2)


@pytest.mark.parametrize("table", TABLES)
def test_markdown_keeps_names_within_their_cells(table: Callable[[], CountTable]) -> None:
    text = as_markdown(table(), HOSTILE, 2)
    widths: list[int] = []
    for line in text.splitlines():
        bare = line.replace("\\|", "")
        widths = [*widths, bare.count("|")] if line.startswith("|") else []
        assert len(set(widths)) <= 1, line
        assert not line.startswith("# ")
        assert "<" not in line
    if "c" in table().candidates:
        assert "=HYPERLINK(\\$x\\$)" in text
        assert "Ann \\| \\`Lee\\`" in text
        assert "&lt;b&gt;Bo&lt;/b&gt; &amp; \\*Co\\* \\# Head" in text


@pytest.mark.parametrize("table", TABLES)
def test_html_is_well_formed_accessible_and_escaped(table: Callable[[], CountTable]) -> None:
    text = as_html(table(), HOSTILE, 2)
    tree = ElementTree.fromstring(f"<div>{text}</div>")
    assert {each.tag for each in tree.iter()} == {"div", "p", *["table", "caption", "thead", "tbody", "tr", "th", "td"]}
    tables = tree.findall("table")
    assert len(tables) == len(table().stages)
    for each in tables:
        assert each.findtext("caption", "").startswith("Stage ")
        assert all(head.get("scope") in ("col", "row") for head in each.iter("th"))
        assert len({len(row) for row in each.iter("tr")}) == 1
    if "c" in table().candidates:
        assert {"Ann | `Lee`", "<b>Bo</b> & *Co* # Head", "=HYPERLINK($x$)"} <= {each.text for each in tree.iter("th")}


@pytest.mark.parametrize("transfer", [False, True])
def test_wide_letters_stay_in_columns(transfer: bool) -> None:
    wide = {"a": "中村 太郎", "b": "ab"}
    text = as_text(transferable() if transfer else two_sections(), wide, 2)
    first, second = [line for line in text.splitlines() if line.startswith(("中村 太郎 ", "ab  "))][:2]
    assert columns_of(first.rstrip("*")) == columns_of(second.rstrip("*"))
    assert len(first.rstrip("*")) < len(second.rstrip("*"))


def test_a_thousand_candidates_are_shown() -> None:
    names = tuple(f"c{number:03}" for number in range(1_000))
    papers = {name: 10**9 + 2**20 * number for number, name in enumerate(names[-12:])} | dict.fromkeys(names[:-12], 1)
    bulk = RULE.model_copy(update={"exclusion": "bulk-when-safe"})
    table = count_av(bulk, names, ("s",), {"s": papers})
    assert len(table.stages) > 2
    text = as_text(table, {}, 2)
    assert all(name in text for name in names)
    assert max(map(len, text.splitlines())) <= 80
    assert as_csv(table, {}, 2).count("\n1,s,candidate,c") == 1_000

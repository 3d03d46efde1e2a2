"""What the papers of each section come to under the single transferable vote, and all sections shown as one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stv_rules import ERS97, MEEK, SCOTTISH

from ledger.rules.transferable import Ers97STV, MeekSTV, ScottishSTV
from projections.count.cells import cells
from projections.count.render import as_csv, as_json, as_markdown, as_text
from projections.count.stv_ers97 import count_ers97
from projections.count.stv_meek import count_meek
from projections.count.stv_papers import parted
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVSection, STVTable
from projections.count.together import as_published

PAPERS = {"members": {"a>b": 6, "b": 2}, "unions": {"a>b": 3, "b": 1, "c": 3, "d>c": 2}}


def two_sections() -> STVTable:
    return count_scottish(ScottishSTV(**SCOTTISH), tuple("abcd"), 2, tuple(PAPERS), PAPERS)


def test_papers_carry_votes_of_their_section_and_losses_are_parted_as_the_votes_held() -> None:
    second = two_sections().stages[1]
    # 9 papers of a, a surplus of 3: 0.33333 each goes to b, and 0.00003 is lost, of which 2/3 are of members.
    assert second.sections["members"] == STVSection({"a": 400000, "b": 399998, "c": 0, "d": 0}, 0, 2)
    assert second.sections["unions"] == STVSection({"a": 200000, "b": 199999, "c": 300000, "d": 200000}, 0, 1)


def test_what_no_paper_takes_along_is_parted_too() -> None:
    # ERS97: 10 papers, 2 places: quota 3.34, surplus 4.66; both papers that name b go on whole, 2.66 is left.
    papers = {"s": {"a>b": 1, "a": 5}, "t": {"a>b": 1, "a": 1, "c": 1, "d": 1}}
    table = count_ers97(Ers97STV(**ERS97), tuple("abcd"), 2, ("s", "t"), papers)
    second = next(stage for stage in table.stages if stage.of("transfer-surplus"))
    assert (second.quota, second.votes["a"], second.votes["b"], second.non_transferable) == (334, 334, 200, 266)
    assert second.loss == 0
    # Of the 6.00 that a then holds, 5.00 are of s: 266 * 500 // 600 = 221, and the rest of t.
    assert [part.non_transferable for part in second.sections.values()] == [221, 45]
    assert [part.votes["a"] for part in second.sections.values()] == [279, 55]


def test_meek_keeps_of_each_section_what_its_papers_give() -> None:
    table = count_meek(MeekSTV(**MEEK), tuple("abcd"), 2, tuple(PAPERS), PAPERS)
    second = table.stages[1]
    kept = Fraction(second.sections["members"].votes["a"], second.sections["unions"].votes["a"])
    assert kept == 2  # six papers against three, each of which gives the same part


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9).filter(any), st.fractions(0, 1))
def test_parts_add_up_and_nobody_gives_more_than_they_hold(by: list[int], share: Fraction) -> None:
    amount = sum(by) * share.numerator // share.denominator
    parts = parted(amount, by)
    assert sum(parts) == amount
    assert all(0 <= part <= held for part, held in zip(parts, by, strict=True))
    assert all(abs(part - Fraction(amount * held, sum(by))) < 1 for part, held in zip(parts, by, strict=True))


def test_prints_a_table_of_each_section_below_that_of_all() -> None:
    text = as_text(two_sections(), {}, 2)
    assert (
        """\
Of these, votes of section members:

                   Stage 1   Stage 2   Stage 3   Stage 4
a                  6.00000*  4.00000*  4.00000*  4.00000*
b                  2.00000   3.99998   3.99998   3.99998*
c                  0.00000   0.00000   0.00000x  0.00000
d                  0.00000   0.00000x  0.00000
Non-transferable   0.00000   0.00000   0.00000   0.00000
Loss of fractions  0.00000   0.00002   0.00002   0.00002

Of these, votes of section unions:
"""
        in text
    )
    table = as_markdown(two_sections(), {}, 2).split("### Stage 2")[1]
    assert "| | members | unions | Total | Change | % | Status |" in table.replace("|  |", "| |")
    assert "| Quota |  |  | 6.00000 |" in table


def test_json_and_csv_have_the_votes_of_each_section() -> None:
    stage = as_json(two_sections(), {}, 2)["stages"][1]
    assert stage["candidates"][0]["votes"] == {
        "members": {"exact": "4/1", "printed": "4.00000"},
        "unions": {"exact": "2/1", "printed": "2.00000"},
    }
    assert stage["loss"]["votes"]["members"] == {"exact": "1/50000", "printed": "0.00002"}
    assert "2,unions,loss,,,,votes,1/100000,0.00001\n" in as_csv(two_sections(), {}, 2)


def test_cells_have_the_votes_of_each_section() -> None:
    found = cells(two_sections())
    assert found[2, "members", "b", "votes"] == Fraction(399998, 100000)
    assert found[2, "unions", "a", "section-share"] == Fraction(100 * 200000, 899999)
    assert found[3, "unions", "", "valid"] == 9
    assert (2, "unions", "", "quota") not in found


@pytest.mark.parametrize("publication", ["by-section", "combined"])
def test_shows_sections_as_one_where_the_rule_says_combined(publication: str) -> None:
    rule = ScottishSTV(**SCOTTISH | {"publication": publication})
    table = as_published(two_sections(), rule)
    if publication == "by-section":
        assert table == two_sections()
    else:
        assert (table.sections, table.valid) == (("all",), {"all": 17})
        assert [stage.votes for stage in table.stages] == [stage.votes for stage in two_sections().stages]
        assert "members" not in as_text(table, {}, 2) + as_csv(table, {}, 2) + str(as_json(table, {}, 2))

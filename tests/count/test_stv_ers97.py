"""ERS97: what sets it apart, paragraph by paragraph. Papers and ties it reads as the others: test_stv_scottish.py."""

from __future__ import annotations

import pytest
from stv_rules import count, votes

from projections.count.stv_table import STVTable


def kinds(table: STVTable) -> list[list[str]]:
    return [[action.kind for action in stage.actions] for stage in table.stages]


def test_first_transfer_of_the_model_election() -> None:
    # Section 8 of the rules: 753 valid papers for 6 places, quota 107.58; Smith (s) has 134, 123 of them transferable,
    # at 0.21 each with 0.59 left over; the last two have 24 and 23. The other numbers are made up.
    papers = (
        "80 s>c",
        "43 s>w",
        "11 s",
        "81 c",
        "27 w",
        "105 d",
        "91 p",
        "64 b",
        "59 a",
        "55 v",
        "23 m",
        "90 f",
        "24 g",
    )
    table = count(1, *papers, candidates="scwdpbavmfg", seats=6)
    assert table.valid == {"all": 753}
    assert table.printed(table.quota) == "107.58"
    assert kinds(table)[0] == ["elect"]  # a surplus of 26.42 exceeds 24 - 23, so it is not deferred
    second = table.stages[1]
    assert second.actions[0].reason == (
        "Votes above the quota: 26.42, on 123 transferable papers of the last batch, at 0.21 each."
    )
    assert table.printed(second.loss) == "0.59"
    assert votes(table)[1]["s"] == "107.58"
    assert votes(table)[1]["c"] == "97.80"  # 81 + 80 * 0.21


@pytest.mark.parametrize(("valid", "seats", "quota"), [(5410, 3, "1352.50"), (753, 6, "107.58"), (100, 2, "33.34")])
def test_the_quota_is_rounded_up_and_no_more_where_it_is_exact(valid: int, seats: int, quota: str) -> None:
    table = count(1, f"{valid} a", candidates="abcde", seats=seats)
    assert table.printed(table.quota) == quota


def test_a_surplus_waits_while_it_cannot_save_the_lowest() -> None:
    # quota 10: a's surplus of 1 does not exceed 4 - 2 (5.2.2 a)
    papers = ("11 a>d", "7 b", "6 c", "2 d>c", "4 e")
    table = count(1, *papers, candidates="abcde", seats=2, exclusion="single-lowest")
    assert kinds(table)[0] == ["elect", "defer", "exclude"]
    assert table.stages[0].actions[1].reason == ("Surpluses of 1.00 in all cannot save who is excluded next (5.2.2 a).")
    assert table.stages[0].of("exclude") == ("d",)
    assert kinds(count(1, *papers, candidates="abcde", seats=2, deferral="never"))[0] == ["elect"]


def test_a_surplus_waits_while_it_cannot_save_a_group() -> None:
    # quota 20: surplus 3; d and e have 1 and 2, which 3 could turn round, but with it not more than c's 7 (5.2.2 b)
    papers = ("23 a>d", "18 b", "9 c", "d>c", "2 e>b", "7 f")
    bulk = count(1, *papers, candidates="abcdef", seats=2)
    assert bulk.stages[0].of("defer") == ("a",)
    assert bulk.stages[0].of("exclude") == ("d", "e")
    assert "(5.2.2 b)" in bulk.stages[0].actions[1].reason
    single = count(1, *papers, candidates="abcdef", seats=2, exclusion="single-lowest")
    assert kinds(single)[0] == ["elect"]


def test_a_group_that_comes_up_to_the_next_is_excluded_too() -> None:
    table = count(1, "9 a", "8 b", "3 c", "2 d", "e", candidates="abcde", seats=1)
    assert table.stages[0].of("exclude") == ("e", "d", "c")  # 1 + 2 + 3 does not exceed 8; with b it would be the last
    table = count(1, "9 a", "7 b", "4 c", "2 d", "e", candidates="abcde", seats=1)
    assert table.stages[0].of("exclude") == ("e", "d", "c")
    table = count(1, "9 a", "6 b", "4 c", "2 d", "e", candidates="abcde", seats=1)
    assert table.stages[0].of("exclude") == ("e", "d")


def test_papers_of_the_excluded_go_by_value_and_each_value_is_a_stage() -> None:
    papers = ("20 a>d>b", "12 b", "10 c", "4 d>c", "3 e")  # quota 16.34; a gives 3.66 on 20 papers, 0.18 each
    table = count(1, *papers, candidates="abcde", seats=2, deferral="never", exclusion="single-lowest")
    excluded = next(stage.number for stage in table.stages if "d" in stage.of("exclude"))
    first, second = table.stages[excluded], table.stages[excluded + 1]
    assert first.actions[0].reason == "Papers of the excluded: worth 1.00 each."
    assert second.actions[0].reason == "Papers of the excluded: worth 0.18 each."
    assert [table.printed(stage.votes["d"]) for stage in (first, second)] == ["3.60", "0.00"]
    assert [(t.heir, table.printed(t.amount)) for t in first.transfers] == [("c", "4.00")]
    assert [(t.heir, table.printed(t.amount)) for t in second.transfers] == [("b", "3.60")]


def test_a_surplus_goes_out_on_the_last_batch_alone() -> None:
    # quota 12.50: c is excluded, and its 5 papers lift b from 10 to 15: only those 5 are looked at
    papers = ("10 b>d", "5 c>b>a", "6 a", "4 d")
    table = count(1, *papers, candidates="abcd", seats=1, exclusion="single-lowest", active_vote="disregarded")
    assert table.elected == ("b",)
    papers = ("10 b>d", "5 c>b>a", "9 a", "9 d", "3 e")
    table = count(1, *papers, candidates="abcde", seats=2, exclusion="single-lowest", last_places="after-transfer")
    moved = [t for stage in table.stages if stage.of("transfer-surplus") == ("b",) for t in stage.transfers]
    assert {t.heir for t in moved} <= {"a", None}
    assert moved


def test_papers_worth_less_than_the_surplus_keep_their_worth_and_the_rest_is_non_transferable() -> None:
    table = count(1, "20 a", "3 a>b", "8 b", "7 c", candidates="abc", seats=1, active_vote="disregarded")
    assert table.elected == ("a",)
    table = count(1, "20 a", "3 a>b", "8 b", "7 c", "d", candidates="abcd", seats=2, deferral="never")
    second = table.stages[1]  # quota 13: a has 10 too many, and 3 transferable papers
    assert [(t.heir, table.printed(t.amount)) for t in second.transfers] == [("b", "3.00"), (None, "7.00")]
    assert second.loss == 0


def test_the_quota_falls_until_somebody_is_elected() -> None:
    papers = ("8 a", "7 b", "6 c", "3 d", "2 e")
    falling = count(1, *papers, candidates="abcde", seats=2, exclusion="single-lowest", active_vote="disregarded")
    fixed = count(1, *papers, candidates="abcde", seats=2, exclusion="single-lowest", quota_reduction="never")
    assert [falling.printed(stage.quota) for stage in falling.stages][:2] == ["8.67", "8.00"]
    assert falling.stages[1].of("elect") == ("a",)
    assert {fixed.printed(stage.quota) for stage in fixed.stages} == {"8.67"}


def test_a_share_of_the_active_vote_elects() -> None:
    papers = ("20 a", "9 b", "5 c", "4 d")  # quota 12.67: a's 7.33 too many become non-transferable
    elects = count(1, *papers, seats=2, deferral="never")
    assert elects.stages[1].of("elect") == ("b",)
    assert elects.stages[1].actions[1].reason == "9.00 votes reach 9.00, the active vote over 2."
    disregarded = count(1, *papers, seats=2, deferral="never", active_vote="disregarded")
    assert disregarded.stages[1].actions[-1].reason == "As many candidates are left as places, or fewer."


def test_more_at_the_bar_than_places_and_nothing_parts_them() -> None:
    papers = ("10 a", "10 b", "10 c")  # quota 10.00 for 2 places
    nobody = count(1, *papers, candidates="abc", seats=2)
    assert nobody.stages[0].of("elect") == ()
    assert (nobody.lot_needed, nobody.lot_for) == (("a", "b", "c"), "exclusion")
    assert count(1, *papers, candidates="abc", seats=2, ties=("lot",)).lot_for == "exclusion"
    ladder = count(1, *papers, candidates="abc", seats=2, last_place_ties="ladder")
    assert (ladder.lot_needed, ladder.lot_for) == (("a", "b", "c"), "place")


def test_an_exclusion_that_leaves_as_many_as_places_moves_no_papers() -> None:
    table = count(1, "9 a", "7 b", "4 c>b", "3 d>b", candidates="abcd", seats=3, active_vote="disregarded")
    assert table.stages[-1].of("exclude") == ("d",)
    assert table.stages[-1].votes["d"] == 300
    assert table.elected == ("a", "b", "c")


def test_excluding_somebody_without_papers_is_a_stage() -> None:
    table = count(1, "9 a", "8 b", "7 c", candidates="abcd", seats=1, exclusion="single-lowest")
    assert table.stages[0].of("exclude") == ("d",)
    assert table.stages[1].actions[0].reason == "Papers of the excluded: there are none."
    assert table.stages[1].transfers == ()

"""The alternative vote: what papers mean, and how stages end. Properties: property/test_av_agreement.py."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from ledger.errors import EvidenceError
from ledger.rules.alternative import AlternativeVote
from projections.count.av import count_av
from projections.count.lots import NO_LOTS
from projections.count.paper import Rejection, group, interpret
from projections.count.stage_table import StageTable

LABOUR_2010 = Path(__file__).parent / "golden" / "labour-2010-mps" / "papers.txt"
CANDIDATES = ("a", "b", "c", "d")
RULE: dict[str, Any] = {
    "version": "av.v1",
    "blank": "reject",
    "decimals": 2,
    "duplicate": "exhaust",
    "exclusion": "single-lowest",
    "gap": "exhaust",
    "majority_base": "continuing",
    "overvote": "exhaust",
    "preferences": "any-number",
    "publication": "by-section",
    "stop": "first-majority",
    "ties": ("lot",),
}


def a_rule(**changes: Any) -> AlternativeVote:
    return AlternativeVote(**RULE | changes)


def count(*papers: str, candidates: str = "abcd", lots: Any = NO_LOTS, **changes: Any) -> StageTable:
    """Count papers of one section, written `marks` or `number marks`."""
    profile: Counter[str] = Counter()
    for paper in papers:
        number, _, marks = paper.rpartition(" ")
        profile[marks] += int(number or 1)
    return count_av(a_rule(**changes), tuple(candidates), ("all",), {"all": profile}, lots)


def totals(table: StageTable) -> list[dict[str, int]]:
    return [{candidate: stage.total(candidate) for candidate in stage.candidates} for stage in table.stages]


def excluded(table: StageTable) -> list[tuple[str, ...]]:
    return [stage.action.candidates for stage in table.stages if stage.action.kind == "exclude"]


# What a paper means


@pytest.mark.parametrize(
    ("marks", "changes", "expected"),
    [
        ("a>b", {}, ("a", "b")),
        ("a>b>>", {"gap": "refuse"}, ("a", "b")),
        ("a>>b", {"gap": "skip"}, ("a", "b")),
        ("a>>b", {"gap": "exhaust"}, ("a",)),
        (">a", {"gap": "exhaust"}, "no-first-preference"),
        ("a>>b", {"gap": "exhaust-at-two"}, ("a", "b")),
        ("a>>b>>c>>>d", {"gap": "exhaust-at-two"}, ("a", "b", "c")),
        (">>a", {"gap": "exhaust-at-two"}, "no-first-preference"),
        ("a>>b=c>>d", {"gap": "exhaust-at-two", "overvote": "skip"}, ("a", "d")),
        ("a=b>c", {"overvote": "skip"}, ("c",)),
        ("a>b=c>d", {"overvote": "exhaust"}, ("a",)),
        ("a=b", {"overvote": "skip"}, "no-first-preference"),
        ("a>b>a>c", {"duplicate": "skip"}, ("a", "b", "c")),
        ("a>b>a>c", {"duplicate": "exhaust"}, ("a", "b")),
        ("a=b>a", {"overvote": "skip", "duplicate": "skip"}, ("a",)),
        ("a=b>a", {"overvote": "skip", "duplicate": "exhaust"}, "no-first-preference"),
        ("a>a=b>c", {"overvote": "skip", "duplicate": "skip"}, ("a", "c")),
        ("a>a=b>c", {"overvote": "skip", "duplicate": "exhaust"}, ("a",)),
        ("a>a=b>c", {"overvote": "exhaust", "duplicate": "skip"}, ("a",)),
        ("a=a>b", {"overvote": "refuse", "duplicate": "refuse"}, ("a", "b")),
        ("", {}, "blank"),
        (">>", {"preferences": "all"}, "blank"),
        ("a>b>c", {"preferences": "all"}, "too-few-preferences"),
        ("a>>b>c>d", {"preferences": "all", "gap": "skip"}, ("a", "b", "c", "d")),
    ],
)
def test_reads_a_paper_as_the_rule_says(marks: str, changes: dict[str, Any], expected: object) -> None:
    meaning = interpret(marks, CANDIDATES, a_rule(**changes))
    assert meaning == expected
    assert isinstance(meaning, tuple) or meaning in get_args(Rejection)


@pytest.mark.parametrize(
    ("marks", "fault"), [("", "blank"), ("a>>b", "gap"), ("a=b", "overvote"), ("a>b>a", "duplicate")]
)
def test_stops_at_a_paper_that_the_write_side_had_to_refuse(marks: str, fault: str) -> None:
    with pytest.raises(EvidenceError) as error:
        interpret(marks, CANDIDATES, a_rule(**{fault: "refuse"}))
    assert (error.value.code, error.value.found) == ("paper-not-admissible", fault)


def test_stops_at_a_paper_that_names_a_stranger_or_comes_from_a_strange_section() -> None:
    with pytest.raises(EvidenceError, match=r"^unknown-candidate: paper `a>x`: .* found `x`"):
        count("a>x")
    with pytest.raises(EvidenceError, match=r"^unknown-section: .* found other"):
        count_av(a_rule(), CANDIDATES, ("all",), {"other": {"a": 1}})


def test_groups_papers_that_mean_the_same() -> None:
    papers = group({"s": {"a>b": 2, "a>>b": 3, "": 1, ">": 1}}, CANDIDATES, ("s", "t"), a_rule(gap="skip"))
    assert papers.rankings == {"s": {("a", "b"): 5}, "t": {}}
    assert papers.rejected == {"s": {"blank": 2}, "t": {}}
    assert papers.valid == {"s": 5, "t": 0}


# How stages end


def test_counts_the_mps_of_labour_2010() -> None:
    lines = (line.split() for line in LABOUR_2010.read_text().splitlines())
    profile = {marks: int(papers) for papers, marks in lines}
    ids = ("abbott", "balls", "burnham", "d-miliband", "e-miliband")
    table = count_av(a_rule(), ids, ("mps",), {"mps": profile})
    assert table.valid == {"mps": 266}
    assert [tuple(stage.values()) for stage in totals(table)] == [
        (7, 40, 24, 111, 84),
        (41, 24, 111, 88),
        (43, 125, 96),
        (140, 122),
    ]
    assert excluded(table) == [("abbott",), ("burnham",), ("balls",)]
    assert table.elected == ("d-miliband",)
    assert table.stages[-1].continuing == 262


def test_exactly_half_is_no_majority() -> None:
    half = count("3 a", "2 b", "c>a", candidates="abc")
    assert (len(half.stages), half.elected) == (2, ("a",))
    assert len(count("4 a", "2 b", "c>a", candidates="abc").stages) == 1


def test_a_majority_of_continuing_papers_may_be_less_than_half_of_stage_1() -> None:
    papers = ("4 a", "3 b", "2 c")
    assert count(*papers, candidates="abc").elected == ("a",)
    literal = count(*papers, candidates="abc", majority_base="valid-at-stage-1")
    assert literal.elected == literal.lot_needed == ()
    assert literal.stages[-1].action.reason == (
        "Neither of the last two holds more than half of 9 papers valid at stage 1."
    )


def test_goes_on_to_two_only_where_the_rule_says_so() -> None:
    papers = ("5 a", "2 b", "c")
    assert len(count(*papers, candidates="abc").stages) == 1
    assert totals(count(*papers, candidates="abc", stop="continue-to-two")) == [
        {"a": 5, "b": 2, "c": 1},
        {"a": 5, "b": 2},
    ]


def test_excludes_in_bulk_only_who_cannot_reach_the_next_even_together() -> None:
    safe = ("9 a", "6 b", "2 c", "2 d", "e")
    assert excluded(count(*safe, candidates="abcde", exclusion="bulk-when-safe"))[0] == ("c", "d", "e")
    equal = ("9 a", "6 b", "3 c", "2 d", "e")
    assert excluded(count(*equal, candidates="abcde", exclusion="bulk-when-safe"))[0] == ("e",)
    assert excluded(count(*safe, candidates="abcde"))[0] == ("e",)


def test_bulk_exclusion_leaves_two() -> None:
    table = count("9 a", "2 b", "c", candidates="abc", exclusion="bulk-when-safe", stop="continue-to-two")
    assert excluded(table) == [("c",)]


TIED_LATER = ("10 a", "4 b", "3 c", "d>c", "10 e")  # at stage 2 b and c have 4; at stage 1 c had fewer


@pytest.mark.parametrize("rung", ["earlier-stages-backwards", "earlier-stages-forwards"])
def test_breaks_a_tie_by_an_earlier_stage(rung: str) -> None:
    table = count(*TIED_LATER, candidates="abcde", ties=(rung,))
    assert excluded(table)[1] == ("c",)
    assert table.stages[1].action.reason == ("2 candidates tied for fewest papers, 4; stage 1 leaves 1 of them lowest.")


def test_backwards_and_forwards_part_where_stages_differ() -> None:
    # a, b by stage: 2, 3; then 4, 3; then 4, 4, where they are tied
    papers = ("2 a", "3 b", "d>a", "d>a", "1 e>b", "1 e", "20 c", "19 f")
    ways = {"candidates": "abcdef", "stop": "continue-to-two"}
    backwards = count(*papers, ties=("earlier-stages-backwards", "lot"), lots={(1, frozenset("ade")): "dea"}, **ways)
    forwards = count(*papers, ties=("earlier-stages-forwards", "lot"), lots={(1, frozenset("ade")): "dea"}, **ways)
    assert totals(backwards)[:3] == totals(forwards)[:3]
    assert [(stage["a"], stage["b"]) for stage in totals(backwards)[:3]] == [(2, 3), (4, 3), (4, 4)]
    assert excluded(backwards)[2] == ("b",)
    assert excluded(forwards)[2] == ("a",)


def test_a_rung_narrows_the_tie_and_goes_on_with_those_left() -> None:
    # a, b, c by stage: 11, 12, 14; then 13, 13, 14; then 14, 14, 14
    papers = ("11 a", "12 b", "14 c", "2 d>a", "d>b", "e>a", "e>b", "3 e", "30 f", "30 g")
    table = count(*papers, candidates="abcdefg", ties=("earlier-stages-backwards",))
    assert excluded(table)[:3] == [("d",), ("e",), ("a",)]
    assert table.stages[2].action.reason == (
        "3 candidates tied for fewest papers, 14; stage 2 leaves 2 of them lowest; stage 1 leaves 1 of them lowest."
    )


def test_stops_for_a_lot_and_goes_on_when_it_is_recorded() -> None:
    table = count("3 a", "2 b", "2 c>a", "2 d")
    assert (table.elected, table.lot_needed, len(table.stages)) == ((), ("b", "c", "d"), 1)
    assert table.stages[-1].action.kind == "none"
    lots = {(1, frozenset("bcd")): ("c", "d", "b")}
    again = count("3 a", "2 b", "2 c>a", "2 d", lots=lots)
    assert excluded(again)[0] == ("c",)
    assert (again.elected, again.lot_needed) == (("a",), ())


def test_a_lot_of_another_stage_or_of_others_does_not_count() -> None:
    lots = {(2, frozenset("bcd")): ("c", "d", "b"), (1, frozenset("bc")): ("c", "b")}
    assert count("3 a", "2 b", "2 c>a", "2 d", lots=lots).lot_needed == ("b", "c", "d")


def test_stops_at_a_lot_that_is_not_of_the_tied() -> None:
    with pytest.raises(EvidenceError, match=r"^lot-not-of-the-tied: lot of stage 1: expected a, b "):
        count("a", "b", candidates="ab", lots={(1, frozenset("ab")): ("a", "c")})


def test_the_last_two_tied_are_parted_by_the_ladder() -> None:
    assert count("a", "b", candidates="ab", lots={(1, frozenset("ab")): ("a", "b")}).elected == ("b",)
    assert count("2 a", "b", "c>b", candidates="abc", lots={(1, frozenset("bc")): "cb"}).lot_needed == ("a", "b")
    table = count("2 a", "b", "c>b", candidates="abc", ties=("earlier-stages-backwards",))
    assert (table.elected, table.lot_needed) == ((), ())
    assert table.stages[-1].action.reason.endswith("the rule has no further way to break the tie; nobody is elected.")


@pytest.mark.parametrize(
    ("papers", "candidates", "elected", "lot_needed", "reason"),
    [
        ((), "", (), (), "There are no candidates; nobody is elected."),
        (("3 ",), "", (), (), "There are no candidates; nobody is elected."),
        ((), "ab", (), (), "There are no valid papers; nobody is elected."),
        (("2 ",), "ab", (), (), "There are no valid papers; nobody is elected."),
        ((), "a", ("a",), (), "One candidate for one place: unopposed."),
        (("a",), "a", ("a",), (), "One candidate for one place: unopposed."),
        (("a", "b", "c"), "abc", (), ("a", "b", "c"), None),
    ],
)
def test_has_a_defined_result(
    papers: tuple[str, ...],
    candidates: str,
    elected: tuple[str, ...],
    lot_needed: tuple[str, ...],
    reason: str | None,
) -> None:
    table = count(*papers, candidates=candidates)
    assert (table.elected, table.lot_needed, len(table.stages)) == (elected, lot_needed, 1)
    assert reason in (None, table.stages[0].action.reason)


def test_a_section_without_papers_and_a_contest_without_sections_count() -> None:
    table = count_av(a_rule(), ("a", "b"), ("s", "t"), {"s": {"a": 1}})
    assert table.stages[0].votes == {"s": {"a": 1, "b": 0}, "t": {"a": 0, "b": 0}}
    assert table.valid == {"s": 1, "t": 0}
    assert count_av(a_rule(), ("a", "b"), (), {}).elected == ()

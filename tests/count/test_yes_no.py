"""One question: what `yes` needs, to the last paper."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import EvidenceError, RefusedError
from ledger.rules.crosses import YesNo
from projections.count.stage_table import StageTable
from projections.count.yes_no import count_yes_no

RULE: dict[str, Any] = {
    "version": "yes-no.v1",
    "base": "valid",
    "blank": "reject",
    "decimals": 2,
    "needed": "1/2",
    "overvote": "reject",
    "quorum": 0,
    "publication": "by-section",
    "ranked": "reject",
    "reach": "more-than",
}


def count(yes: int, no: int, blank: int = 0, *, totals: Any = {}, **changes: Any) -> StageTable:  # noqa: B006
    papers = {"yes": yes, "no": no, "": blank}
    return count_yes_no(YesNo(**RULE | changes), ("all",), {"all": papers}, totals)


@pytest.mark.parametrize(
    ("papers", "changes", "elected"),
    [
        ((501, 500, 0), {}, "yes"),
        ((500, 500, 0), {}, "no"),
        ((500, 500, 0), {"reach": "at-least"}, "yes"),
        ((2 * 10**15, 10**15 + 1, 0), {"needed": "2/3", "reach": "at-least"}, "no"),
        ((2 * 10**15, 10**15, 0), {"needed": "2/3", "reach": "at-least"}, "yes"),
        ((2 * 10**15, 10**15, 0), {"needed": "2/3"}, "no"),
        ((51, 40, 9), {"base": "read"}, "yes"),
        ((50, 41, 9), {"base": "read"}, "no"),
        ((50, 41, 9), {}, "yes"),
        ((100, 0, 0), {"quorum": 100}, "yes"),
        ((99, 0, 1), {"quorum": 100}, "no"),
        ((3, 0, 0), {"needed": "1/1", "reach": "at-least"}, "yes"),
        ((3, 1, 0), {"needed": "1/1", "reach": "at-least"}, "no"),
        ((0, 0, 0), {"reach": "at-least"}, "no"),
        ((0, 0, 7), {"base": "read", "reach": "at-least"}, "no"),
        ((0, 0, 7), {"reach": "at-least"}, "no"),
    ],
)
def test_yes_needs_its_part_to_the_last_paper(papers: Any, changes: Any, elected: str) -> None:
    assert count(*papers, **changes).elected == (elected,)


def test_the_reason_names_quorum_base_and_what_was_needed() -> None:
    assert count(51, 40, 10, base="read", quorum=91).stages[0].action.reason == (
        "91 valid papers reach the quorum of 91; 51 of 101 papers read, 10 of them rejected, said yes; "
        "needed: more than 1/2, that is more than 101/2."
    )
    assert count(51, 40).stages[0].action.reason == (
        "51 of 91 valid papers said yes; needed: more than 1/2, that is more than 91/2."
    )
    assert count(5, 4, 9, quorum=10).stages[0].action.reason == "9 valid papers, fewer than the quorum of 10."


def test_counts_sections_and_certified_totals_together() -> None:
    profile = {"a": {"yes": 5, "yes=no": 2, "no>yes": 1}}
    table = count_yes_no(YesNo(**RULE), ("a", "b"), profile, {"b": [{"no": 7, "yes": 3}]})
    assert table.stages[0].votes == {"a": {"yes": 5, "no": 0}, "b": {"yes": 3, "no": 7}}
    assert table.rejected == {"a": {"too-many-votes": 2, "ranked": 1}, "b": {}}
    assert (table.certified, table.valid, table.elected) == (("b",), {"a": 5, "b": 10}, ("yes",))
    assert table.candidates == table.stages[0].candidates == ("yes", "no")


@pytest.mark.parametrize(
    ("stages", "changes"),
    [([], {}), ([{"yes": 1, "no": 1}] * 2, {}), ([{"yes": 1}], {}), ([{"yes": 1, "no": 0}], {"base": "read"})],
)
def test_refuses_totals_that_do_not_say_what_the_rule_needs(stages: Any, changes: Any) -> None:
    with pytest.raises(RefusedError, match=r"^totals-missing: section all: "):
        count(0, 0, totals={"all": stages}, **changes)


def test_stops_at_papers_that_should_not_be_there() -> None:
    with pytest.raises(EvidenceError, match=r"^unknown-candidate: paper `maybe`"):
        count_yes_no(YesNo(**RULE), ("all",), {"all": {"maybe": 1}})
    with pytest.raises(EvidenceError, match=r"^paper-not-admissible: .* found overvote\."):
        count_yes_no(YesNo(**RULE | {"overvote": "refuse"}), ("all",), {"all": {"no=yes": 1}})
    with pytest.raises(EvidenceError, match=r"^unknown-section: papers of section al: .*nearest: all"):
        count_yes_no(YesNo(**RULE), ("all",), {"al": {"yes": 1}})


@given(
    st.lists(st.tuples(st.sampled_from(["yes", "no", "", "yes=no", "no>yes"]), st.integers(0, 10**12)), max_size=12),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_splitting_the_papers_over_sections_changes_nothing(papers: Any, part: int, into: int) -> None:
    whole: Counter[str] = Counter()
    split: dict[str, Counter[str]] = {str(number): Counter() for number in range(into)}
    for place, (marks, number) in enumerate(papers):
        whole[marks] += number
        split[str(place % into)][marks] += number
    rule = YesNo(**RULE | {"needed": f"1/{part}", "reach": "at-least", "base": "read"})
    one, many = count_yes_no(rule, ("all",), {"all": whole}), count_yes_no(rule, tuple(split), split)
    assert one.stages[0].action == many.stages[0].action
    read = whole["yes"] + whole["no"] + whole[""] + whole["yes=no"] + whole["no>yes"]
    assert sum(many.valid.values()) + sum(sum(each.values()) for each in many.rejected.values()) == read
    assert one.elected == (("yes",) if whole["yes"] + whole["no"] and whole["yes"] * part >= read else ("no",))

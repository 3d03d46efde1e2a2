"""Papers that must not be taken in: which faults a paper has, and which of them a rule refuses."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from ledger.rules.admission import CROSS_CODES, PREFERENCE_CODES, cross_faults, refusals, votes_of
from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import AnyCountRule
from ledger.rules.crosses import Plurality, YesNo
from ledger.rules.marks import faults

KNOWN = frozenset("abc")
CROSSES: dict[str, Any] = {
    "blank": "reject",
    "decimals": 2,
    "overvote": "reject",
    "publication": "by-section",
    "ranked": "reject",
}
PLURALITY = CROSSES | {"version": "plurality.v1", "reserved": (), "ties": "lot", "votes": "any-number"}
YES_NO = CROSSES | {"version": "yes-no.v1", "base": "valid", "needed": "1/2", "quorum": 0, "reach": "more-than"}
AV: dict[str, Any] = {
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


@pytest.mark.parametrize(
    ("marks", "votes", "expected"),
    [
        ("", 2, {"blank"}),
        (">>", 2, {"blank"}),
        ("a", 1, set()),
        ("a>", 1, set()),
        ("a=a", 1, set()),
        ("a=b", 1, {"overvote"}),
        ("a=b", 2, set()),
        ("c=a=b", 2, {"overvote"}),
        ("a=zz", 1, set()),
        (">a", 2, {"ranked"}),
        ("a>b", 2, {"ranked"}),
        ("a=b=c>a", 2, {"ranked"}),
    ],
)
def test_a_paper_with_crosses_has_one_fault_at_most(marks: str, votes: int, expected: set[str]) -> None:
    assert cross_faults(marks, KNOWN, votes) == expected


@pytest.mark.parametrize("fields", [PLURALITY, YES_NO])
@pytest.mark.parametrize(("marks", "fault"), [("", "blank"), ("a>b", "ranked"), ("a=b=c", "overvote")])
def test_crosses_are_refused_only_where_the_rule_says_so(fields: dict[str, Any], marks: str, fault: str) -> None:
    kind: Any = Plurality if fields is PLURALITY else YesNo
    for choices in product(("refuse", "reject"), repeat=3):
        chosen = dict(zip(CROSS_CODES, choices, strict=True))
        expected = ((fault, CROSS_CODES[fault]),) if chosen[fault] == "refuse" else ()
        assert refusals(marks, KNOWN, kind(**fields | chosen), 1) == expected


@pytest.mark.parametrize("marks", ["", "a", "a>>b", "a=b>c", "a>b>a", "a=b>>a", "a>a=b"])
def test_preferences_are_refused_only_where_the_rule_says_so(marks: str) -> None:
    for choices in product(("refuse", "skip"), repeat=4):
        chosen = dict(zip(PREFERENCE_CODES, choices, strict=True))
        rule = AlternativeVote(**AV | chosen | {"blank": "refuse" if chosen["blank"] == "refuse" else "reject"})
        expected = [(f, PREFERENCE_CODES[f]) for f in sorted(faults(marks, KNOWN)) if chosen[f] == "refuse"]
        assert list(refusals(marks, KNOWN, rule, 1)) == expected


@pytest.mark.parametrize(
    ("rule", "votes"), [(Plurality(**PLURALITY), 6), (YesNo(**YES_NO), 1), (AlternativeVote(**AV), 1)]
)
def test_a_paper_has_a_vote_for_each_place_under_plurality_alone(rule: AnyCountRule, votes: int) -> None:
    assert votes_of(rule, 6) == votes

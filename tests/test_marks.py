"""What is written on a paper: ranks, faults, strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.marks import faults, ranks, unknown

CANDIDATES = ("a", "b", "c")
ANY_MARKS = st.text(alphabet="abc>=", max_size=12)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("", ()),
        (">", ()),
        (">>", ()),
        ("a", (("a",),)),
        ("a>b", (("a",), ("b",))),
        ("a>>b", (("a",), (), ("b",))),
        (">a", ((), ("a",))),
        ("a>b>", (("a",), ("b",))),
        ("a=b>c", (("a", "b"), ("c",))),
        ("b=a=b", (("b", "a"),)),
        ("a>b>a", (("a",), ("b",), ("a",))),
    ],
)
def test_splits_marks_into_ranks(marks: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert ranks(marks) == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("a>b>c", set()),
        ("a", set()),
        ("", {"blank"}),
        (">>", {"blank"}),
        ("a>>b", {"gap"}),
        (">a", {"gap"}),
        ("a>b>>", set()),
        ("a=b", {"overvote"}),
        ("a=a", set()),
        ("a>b>a", {"duplicate"}),
        ("a=b>a", {"overvote", "duplicate"}),
        ("a>a=b", {"overvote", "duplicate"}),
        ("a>>a=b", {"duplicate", "gap", "overvote"}),
    ],
)
def test_finds_every_kind_of_fault(marks: str, expected: set[str]) -> None:
    assert faults(marks, CANDIDATES) == expected


@given(ANY_MARKS)
def test_empty_ranks_at_the_end_change_nothing(marks: str) -> None:
    assert ranks(marks + ">") == ranks(marks)
    assert faults(marks + ">", CANDIDATES) == faults(marks, CANDIDATES)


@given(ANY_MARKS, ANY_MARKS)
def test_marks_added_at_later_ranks_take_no_fault_away_but_blankness(marks: str, more: str) -> None:
    assert faults(marks, CANDIDATES) - {"blank"} <= faults(f"{marks}>{more}", CANDIDATES)


@given(ANY_MARKS)
def test_a_paper_without_fault_names_one_candidate_at_every_rank_and_none_twice(marks: str) -> None:
    if unknown(marks, CANDIDATES) is None and not faults(marks, CANDIDATES):
        names = [name for (name,) in ranks(marks)]
        assert names
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [("", None), ("a>b=c", None), ("a>x>y", "x"), ("a=x", "x"), ("a=", ""), ("a>=>b", ""), ("A", "A")],
)
def test_names_the_first_stranger_on_a_paper(marks: str, expected: str | None) -> None:
    assert unknown(marks, CANDIDATES) == expected


def test_strangers_are_no_faults() -> None:
    assert faults("a=x>b>x", CANDIDATES) == frozenset()

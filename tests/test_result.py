"""Results declared in agreement with the count, and figures published elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from scenario import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, DEFINED, POLLED, Given, but, given, happened

from ledger.decision import Unchanged, fold
from ledger.field import rounded
from ledger.figures import CountFigures
from ledger.streams.contest import PollClosed
from ledger.streams.declaration import DeclareResult
from ledger.streams.figure import Figure, printed
from ledger.streams.result import FiguresPublished, PublishFigures, Result, ResultDeclared

STREAM = "result/leader"
DIGEST = "sha256:" + "5" * 64
COUNTED = CountFigures(
    position=41,
    digest=DIGEST,
    elected=("a",),
    cells={
        (1, "all", "a", "votes"): "7",
        (1, "all", "a", "share"): "700/9",
        (1, "members", "a", "votes"): "4",
        (1, "all", "", "valid"): "9",
    },
)
TIED = CountFigures(position=41, digest=DIGEST, elected=(), cells={}, lot_needed=("b", "c"))
DECLARE = DeclareResult(contest="leader", elected=("a",))


def cell(value: str = "7", **changes: Any) -> Figure:
    return Figure.model_validate({"stage": 1, "candidate": "a", "measure": "votes", "value": value} | changes)


def declared(*figures: Figure) -> ResultDeclared:
    event = happened(
        ResultDeclared, STREAM, as_of_position=41, contest="leader", count=DIGEST, elected=("a",), figures=figures
    )
    assert isinstance(event, ResultDeclared)
    return event


def test_declares_what_the_count_says_and_on_which_papers() -> None:
    given(*POLLED, figures=COUNTED).when(DECLARE).then(declared())


def test_a_declaration_holds_only_if_no_paper_of_the_contest_came_in_meanwhile() -> None:
    outcome = given(*POLLED, figures=COUNTED).when(DECLARE).outcome
    assert outcome.unchanged == Unchanged(
        41,
        (
            "account-stated.v1",
            "batch-opened.v1",
            "paper-read.v1",
            "batch-closed.v1",
            "batch-withdrawn.v1",
            "lot-drawn.v1",
            "totals-certified.v1",
        ),
        ("account/leader/", "paper/leader/", "batch/paper/leader/", "totals/leader/", "lot/leader"),
    )


@pytest.mark.parametrize(
    "figure",
    [
        cell("7"),
        cell("77.78", measure="share", decimals=2),
        cell("78", measure="share", decimals=0),
        cell("77.8", measure="share", decimals=1),
        cell("4", section="members"),
        cell("9", candidate=None, measure="valid"),
    ],
)
def test_declares_a_figure_that_the_count_gives_as_rounded(figure: Figure) -> None:
    given(*POLLED, figures=COUNTED).when(but(DECLARE, figures=(figure,))).then(declared(figure))


@pytest.mark.parametrize(
    "figure",
    [
        cell("8"),
        cell("77.77", measure="share", decimals=2),
        cell("7", section="members"),
        cell("7", stage=2),
        cell("7", candidate="b"),
        cell("0", candidate=None, measure="non-transferable"),
    ],
)
def test_refuses_a_figure_that_the_count_does_not_give(figure: Figure) -> None:
    given(*POLLED, figures=COUNTED).when(but(DECLARE, figures=(cell(), figure))).then_refused("figures-differ")


@pytest.mark.parametrize("publication", ["profile", "none"])
def test_a_declaration_names_no_digest_that_guesses_at_unpublished_papers_could_be_tried_against(
    publication: str,
) -> None:
    contest = but(DEFINE_CONTEST, paper_publication=publication)
    (event,) = given(CALL_ELECTION, ADOPT_RULE, contest, CLOSE_POLL, figures=COUNTED).when(DECLARE).events
    assert isinstance(event, ResultDeclared)
    assert event.count is None


@pytest.mark.parametrize("elected", [("b",), (), ("a", "b"), ("a", "a")])
def test_refuses_a_winner_whom_the_count_does_not_give(elected: tuple[str, ...]) -> None:
    given(*POLLED, figures=COUNTED).when(but(DECLARE, elected=elected)).then_refused("figures-differ")


def test_refuses_a_result_of_a_contest_nobody_defined() -> None:
    given(figures=COUNTED).when(DECLARE).then_refused("unknown-contest")


def test_refuses_a_result_while_the_poll_is_open() -> None:
    given(*DEFINED, figures=COUNTED).when(DECLARE).then_refused("poll-open")


def test_refuses_a_second_declaration() -> None:
    given(*POLLED, DECLARE, figures=COUNTED).when(DECLARE).then_refused("already-declared")


def test_refuses_a_second_declaration_even_if_nobody_was_elected() -> None:
    nobody = CountFigures(position=41, digest=DIGEST, elected=(), cells={})
    declare = but(DECLARE, elected=())
    given(*POLLED, declare, figures=nobody).when(declare).then_refused("already-declared")


def test_refuses_a_winner_who_did_not_stand() -> None:
    given(*POLLED, figures=COUNTED).when(but(DECLARE, elected=("x",))).then_refused("unknown-candidate")


def test_refuses_a_figure_of_somebody_who_did_not_stand() -> None:
    command = but(DECLARE, figures=(cell(candidate="x"),))
    given(*POLLED, figures=COUNTED).when(command).then_refused("unknown-candidate")


def test_refuses_a_figure_of_a_section_that_the_contest_has_not() -> None:
    command = but(DECLARE, figures=(cell(section="unions"),))
    given(*POLLED, figures=COUNTED).when(command).then_refused("unknown-section")


def test_refuses_to_declare_while_a_tie_waits_for_a_lot() -> None:
    given(*POLLED, figures=TIED).when(DECLARE).then_refused("lot-needed")


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    faulty = but(DECLARE, elected=("x",), figures=(cell("8", section="unions"),))
    given(figures=TIED).when(faulty).then_refused("unknown-contest")
    given(*DEFINED, figures=TIED).when(faulty).then_refused("poll-open")
    after = given(*POLLED, DECLARE, figures=COUNTED).events
    Given(after, figures=TIED).when(faulty).then_refused("already-declared")
    given(*POLLED, figures=TIED).when(faulty).then_refused("unknown-candidate")
    known = but(faulty, elected=("b",), figures=(cell("8"),))
    given(*POLLED, figures=TIED).when(known).then_refused("lot-needed")
    given(*POLLED, figures=COUNTED).when(known).then_refused("figures-differ")


def test_records_published_figures_whether_or_not_they_are_right() -> None:
    wrong = (cell("999999"), cell("12.5", measure="share", decimals=1, certainty="unconfirmed"))
    publish = PublishFigures(contest="leader", source="bbc", address="https://example.org/1", figures=wrong)
    expected = happened(
        FiguresPublished, STREAM, address="https://example.org/1", contest="leader", figures=wrong, source="bbc"
    )
    given(*DEFINED).when(publish).then(expected)


def test_records_published_figures_before_and_after_the_declaration() -> None:
    publish = PublishFigures(contest="leader", source="bbc", figures=(cell(),))
    given(*POLLED, publish, DECLARE, figures=COUNTED).when(publish).then(
        happened(FiguresPublished, STREAM, 3, contest="leader", figures=(cell(),), source="bbc")
    )


@pytest.mark.parametrize(
    ("history", "figure", "code"),
    [
        ((), cell(), "unknown-contest"),
        (DEFINED, cell(candidate="x"), "unknown-candidate"),
        (DEFINED, cell(section="unions"), "unknown-section"),
        (DEFINED, cell(section="unions", candidate="x"), "unknown-candidate"),
    ],
)
def test_refuses_published_figures_that_name_nothing_of_the_contest(
    history: tuple[Any, ...], figure: Figure, code: str
) -> None:
    publish = PublishFigures(contest="leader", source="bbc", figures=(cell(), figure))
    given(*history).when(publish).then_refused(code)


def test_a_result_does_not_evolve_by_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match=r"poll-closed\.v1 does not belong to a result"):
        fold(Result(STREAM), [happened(PollClosed, STREAM, contest="leader")])


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("1/2", 0, "1"),
        ("3/2", 0, "2"),
        ("49/100", 0, "0"),
        ("1/8", 2, "0.13"),
        ("2/3", 3, "0.667"),
        ("100", 2, "100.00"),
        ("1999999/1000000", 3, "2.000"),
        ("0", 1, "0.0"),
    ],
)
def test_rounds_halves_up(value: str, decimals: int, expected: str) -> None:
    assert rounded(Fraction(value), decimals) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [("13.91", 3, "13.910"), ("13", 2, "13.00"), ("13.91", 2, "13.91"), ("13.919", 2, "13.919"), ("13", 0, "13")],
)
def test_writes_a_published_value_with_all_its_decimals(value: str, decimals: int, expected: str) -> None:
    assert printed(value, decimals) == expected

"""The scrutineer's report: refused field by field where it is not what the record says, and before a declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from scenario import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, POLLED, Given, but, given, happened

from ledger.decision import fold
from ledger.figures import CountFigures
from ledger.streams.contest import PollClosed
from ledger.streams.declaration import CorrectResult, DeclareResult
from ledger.streams.report import Inspection, MakeReport, Report, ReportMade, Statement, Votes, differences
from ledger.streams.result import AnnulResult, OrderRecount, counted_guard

STREAM = "report/leader"
COUNTED = CountFigures(
    position=41,
    digest="sha256:" + "5" * 64,
    elected=("a",),
    cells={(1, "all", name, "votes"): votes for name, votes in (("a", "7"), ("b", "4"), ("c", "0"))},
    distributed=20,
    returned=14,
    rejected=3,
)
YES = Statement(satisfied=True)
VOTES = tuple(Votes(candidate=name, votes=votes) for name, votes in (("a", 7), ("b", 4), ("c", 0)))
MAKE = MakeReport(
    contest="leader",
    distributed=20,
    returned=14,
    votes=VOTES,
    spoilt=3,
    persons=("Electoral Reform Services",),
    lawful=YES,
    secure=Statement(satisfied=False, reasons="one box came late"),
    independent=YES,
    inspections=(Inspection(instance="request", found="nothing wrong"),),
)
REQUIRED = (CALL_ELECTION, ADOPT_RULE, but(DEFINE_CONTEST, account="required", report="required"), CLOSE_POLL)
DECLARE = DeclareResult(contest="leader", elected=("a",))
RECOUNT = OrderRecount(contest="leader", reason="asked for")
CORRECT = CorrectResult(contest="leader", elected=("a",), reason="the same")
OTHERS = replace(COUNTED, cells=COUNTED.cells | {(1, "all", "b", "votes"): "5"})


def with_votes(**votes: int) -> MakeReport:
    return but(MAKE, votes=tuple(Votes(candidate=name, votes=number) for name, number in votes.items()))


def later(scene: Given, figures: CountFigures) -> Given:
    return replace(scene, figures=figures)


def test_reports_on_the_papers_up_to_a_position() -> None:
    fields = {name: getattr(MAKE, name) for name in MakeReport.model_fields if name in ReportMade.model_fields}
    expected = happened(ReportMade, STREAM, **{n: v for n, v in fields.items() if v is not None}, as_of_position=41)
    given(*POLLED, figures=COUNTED).when(MAKE).then(expected)


def test_a_report_holds_only_if_nothing_that_counts_came_in_meanwhile() -> None:
    assert given(*POLLED, figures=COUNTED).when(MAKE).outcome.unchanged == counted_guard("leader", 41)


@pytest.mark.parametrize(("publication", "restricted"), [("papers", False), ("profile", True), ("none", True)])
def test_a_report_is_withheld_where_papers_are(publication: str, restricted: bool) -> None:
    contest = but(DEFINE_CONTEST, paper_publication=publication)
    when = given(CALL_ELECTION, ADOPT_RULE, contest, CLOSE_POLL, figures=COUNTED).when(MAKE)
    assert when.outcome.restricted is restricted


@pytest.mark.parametrize(
    ("command", "field", "expected", "found"),
    [
        (but(MAKE, distributed=21), "distributed", "20", "21"),
        (but(MAKE, returned=13), "returned", "14", "13"),
        (but(MAKE, spoilt=2), "spoilt", "3", "2"),
        (with_votes(a=7, b=5, c=0), "votes of b", "4", "5"),
        (with_votes(a=7, b=4), "votes of c", "0", "none"),
        (with_votes(a=4, b=7, c=0), "votes of a", "7", "4"),
    ],
)
def test_refuses_each_number_that_is_not_that_of_the_record(
    command: MakeReport, field: str, expected: str, found: str
) -> None:
    refused = given(*POLLED, figures=COUNTED).when(command).then_refused("report-differs")
    assert refused.what.endswith(f", {field}")
    assert (refused.expected, refused.found) == (expected, found)


def test_refuses_a_report_where_no_account_was_stated() -> None:
    unknown = replace(COUNTED, distributed=None, returned=None)
    refused = given(*POLLED, figures=unknown).when(MAKE).then_refused("report-differs")
    assert "ballot account of every section" in refused.expected


def test_a_candidate_without_a_cell_in_the_count_has_no_votes_to_agree_with() -> None:
    nothing = replace(COUNTED, cells={})
    (event,) = given(*POLLED, figures=COUNTED).when(MAKE).events
    assert isinstance(event, ReportMade)
    found = list(differences(event, ("a",), nothing))
    assert found == [("votes of a", "no votes counted", "7")]


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    faulty = but(with_votes(a=1, b=1), votes=(*with_votes(b=1, x=1).votes, *with_votes(b=1).votes), spoilt=9)
    given(figures=COUNTED).when(faulty).then_refused("unknown-contest")
    given(*POLLED[:-1], figures=COUNTED).when(faulty).then_refused("poll-open")
    annul = AnnulResult(contest="leader", reason="irregularities")
    given(*POLLED, DECLARE, annul, figures=COUNTED).when(faulty).then_refused("annulled")
    given(*POLLED, DECLARE, figures=COUNTED).when(faulty).then_refused("already-declared")
    given(*POLLED, figures=COUNTED).when(but(faulty, votes=with_votes(x=1, b=1).votes)).then_refused(
        "unknown-candidate"
    )
    twice = but(faulty, votes=(*VOTES, VOTES[0]))
    given(*POLLED, figures=COUNTED).when(twice).then_refused("duplicate-candidate")
    given(*POLLED, figures=COUNTED).when(but(twice, votes=VOTES)).then_refused("report-differs")


@pytest.mark.parametrize("field", ["lawful", "secure", "independent"])
def test_whoever_is_not_satisfied_says_why(field: str) -> None:
    with pytest.raises(ValidationError, match="no reasons"):
        MakeReport.model_validate({**dict(MAKE), field: {"satisfied": False}})
    assert MakeReport.model_validate({**dict(MAKE), field: {"satisfied": False, "reasons": "a seal was broken"}})


def test_a_report_that_is_not_satisfied_does_not_hinder_the_declaration() -> None:
    assert given(*REQUIRED, MAKE, figures=COUNTED).when(DECLARE).events


def test_refuses_a_declaration_before_a_report_that_is_required() -> None:
    given(*REQUIRED, figures=COUNTED).when(DECLARE).then_refused("report-missing")
    assert given(*POLLED, figures=COUNTED).when(DECLARE).events


@pytest.mark.parametrize("history", [REQUIRED, POLLED])
@pytest.mark.parametrize(
    "counted",
    [OTHERS, replace(COUNTED, distributed=21), replace(COUNTED, returned=15), replace(COUNTED, rejected=4)],
)
def test_refuses_a_declaration_on_other_numbers_than_those_reported(
    history: tuple[Any, ...], counted: CountFigures
) -> None:
    """Whether or not a report was required: one that was made has to agree."""
    scene = given(*history, MAKE, figures=COUNTED)
    later(scene, counted).when(DECLARE).then_refused("report-differs")
    later(scene, replace(counted, elected=())).when(DECLARE).then_refused("figures-differ")


def test_a_correction_on_other_numbers_takes_another_report() -> None:
    scene = later(given(*REQUIRED, MAKE, DECLARE, RECOUNT, figures=COUNTED), OTHERS)
    scene.when(CORRECT).then_refused("report-differs")
    again = with_votes(a=7, b=5, c=0)
    reported = replace(scene, events=(*scene.events, *scene.when(again).events))
    assert reported.when(CORRECT).events


def test_a_correction_on_the_same_numbers_keeps_the_report() -> None:
    assert given(*REQUIRED, MAKE, DECLARE, RECOUNT, figures=COUNTED).when(CORRECT).events


def test_the_report_made_last_is_the_one_that_holds() -> None:
    scene = given(*REQUIRED, MAKE, figures=COUNTED)
    second = later(scene, OTHERS).when(with_votes(a=7, b=5, c=0)).events
    state = fold(Report(STREAM), (*scene.events[-1:], *second))
    assert state.version == 2
    assert state.made is not None
    assert state.made.votes[1].votes == 5


def test_a_report_does_not_evolve_by_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match=r"poll-closed\.v1 does not belong to a report"):
        fold(Report(STREAM), [happened(PollClosed, STREAM, contest="leader")])

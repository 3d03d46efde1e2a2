"""Recounts: ordered by number, batches withdrawn and read again, results corrected and annulled."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from scenario import DEFINED, POLLED, READ_PAPERS, Given, but, given, happened
from test_totals import certify

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.figures import CountFigures
from ledger.streams.batch import BatchClosed, BatchOpened, BatchWithdrawn, WithdrawPapers
from ledger.streams.declaration import CorrectResult, DeclareResult
from ledger.streams.figure import Figure
from ledger.streams.paper import PaperRead, contents_hash
from ledger.streams.result import (
    AnnulResult,
    OrderRecount,
    PublishFigures,
    RecountOrdered,
    ResultAnnulled,
    ResultCorrected,
    ResultDeclared,
    counted_guard,
)
from projections.profile import BallotProfile, ProfileProjection, ballot_profile

RESULT = "result/leader"
BATCH = "batch/paper/leader/members/s1"
COUNTED = CountFigures(position=41, digest="sha256:" + "5" * 64, elected=("a",), cells={})
OTHER = replace(COUNTED, position=63, digest="sha256:" + "6" * 64, elected=("b",))
TIED = replace(OTHER, elected=(), lot_needed=("a", "b"), lot_for="exclusion")
DECLARE = DeclareResult(contest="leader", elected=("a",))
RECOUNT = OrderRecount(contest="leader", reason="asked for by the agents")
CORRECT = CorrectResult(contest="leader", elected=("b",), reason="a bundle had been miscounted")
ANNUL = AnnulResult(contest="leader", reason="set aside by the certification officer")
WITHDRAW = WithdrawPapers(contest="leader", section="members", serial="s1", reason="read twice")
READ_AGAIN = but(READ_PAPERS, serial="s2")
READ_AGAIN_TOO = but(READ_AGAIN, same_again=True)
OPENED = happened(BatchOpened, BATCH, contents=contents_hash({"a": 2}), contest="leader", section="members", total=2)


def later(scene: Given, figures: CountFigures) -> Given:
    return replace(scene, figures=figures)


def then(scene: Given, *events: Event) -> Given:
    return replace(scene, events=(*scene.events, *events))


def half_read() -> Given:
    """A poll of which a batch was begun and never finished."""
    return then(given(*POLLED), OPENED)


# Ordered, corrected, annulled


def test_orders_recounts_by_number_before_and_after_the_declaration() -> None:
    ordered = {"contest": "leader", "reason": "asked for by the agents"}
    given(*POLLED).when(RECOUNT).then(happened(RecountOrdered, RESULT, **ordered, number=2))
    given(*POLLED, RECOUNT).when(RECOUNT).then(happened(RecountOrdered, RESULT, 2, **ordered, number=3))
    given(*POLLED, DECLARE, figures=COUNTED).when(RECOUNT).then(
        happened(RecountOrdered, RESULT, 2, **ordered, number=2)
    )


def test_refuses_a_recount_in_the_documented_order() -> None:
    given().when(RECOUNT).then_refused("unknown-contest")
    given(*DEFINED).when(RECOUNT).then_refused("poll-open")
    given(*POLLED, DECLARE, ANNUL, figures=COUNTED).when(RECOUNT).then_refused("annulled")


def test_a_declaration_after_a_recount_names_its_number() -> None:
    (declared,) = given(*POLLED, RECOUNT, RECOUNT, figures=COUNTED).when(DECLARE).events
    assert isinstance(declared, ResultDeclared)
    assert declared.number == 3
    (first,) = given(*POLLED, figures=COUNTED).when(DECLARE).events
    assert isinstance(first, ResultDeclared)
    assert first.number is None


@pytest.mark.parametrize(("elected", "figures"), [(("b",), OTHER), (("a",), COUNTED)])
def test_corrects_a_result_to_another_or_to_the_same(elected: tuple[str, ...], figures: CountFigures) -> None:
    scene = later(given(*POLLED, DECLARE, RECOUNT, figures=COUNTED), figures)
    expected = happened(
        ResultCorrected,
        RESULT,
        3,
        as_of_position=figures.position,
        contest="leader",
        count=figures.digest,
        elected=elected,
        figures=(),
        reason=CORRECT.reason,
        number=2,
    )
    when = scene.when(but(CORRECT, elected=elected))
    when.then(expected)
    assert when.outcome.unchanged == counted_guard("leader", figures.position)


def test_names_the_first_of_several_faults_of_a_correction_in_the_documented_order() -> None:
    cell = Figure(stage=1, section="unions", candidate="a", measure="votes", value="7")
    faulty = but(CORRECT, elected=("x",), figures=(cell,))
    given(figures=TIED).when(faulty).then_refused("unknown-contest")
    later(given(*POLLED, DECLARE, RECOUNT, ANNUL, figures=COUNTED), TIED).when(faulty).then_refused("annulled")
    given(*POLLED, RECOUNT, figures=TIED).when(faulty).then_refused("not-declared")
    declared = later(given(*POLLED, DECLARE, figures=COUNTED), TIED)
    declared.when(faulty).then_refused("recount-needed")
    reopened = later(given(*POLLED, DECLARE, RECOUNT, figures=COUNTED), TIED)
    reopened.when(faulty).then_refused("unknown-candidate")
    reopened.when(but(faulty, elected=("a",))).then_refused("unknown-section")
    reopened.when(but(faulty, elected=("a",), figures=())).then_refused("lot-needed")
    later(reopened, OTHER).when(but(faulty, elected=("a",), figures=())).then_refused("figures-differ")


def test_each_correction_takes_a_recount_of_its_own() -> None:
    scene = later(given(*POLLED, DECLARE, RECOUNT, figures=COUNTED), OTHER)
    corrected = then(scene, *scene.when(CORRECT).events)
    corrected.when(CORRECT).then_refused("recount-needed")
    again = then(corrected, *corrected.when(RECOUNT).events)
    (second,) = later(again, COUNTED).when(but(CORRECT, elected=("a",))).events
    assert isinstance(second, ResultCorrected)
    assert (second.number, second.version) == (3, 5)


def test_a_result_is_never_declared_twice_recount_or_not() -> None:
    given(*POLLED, DECLARE, RECOUNT, figures=COUNTED).when(DECLARE).then_refused("already-declared")
    scene = later(given(*POLLED, DECLARE, RECOUNT, figures=COUNTED), OTHER)
    then(scene, *scene.when(CORRECT).events).when(DECLARE).then_refused("already-declared")


def test_annuls_a_declared_result_once() -> None:
    annulled = {"contest": "leader", "reason": ANNUL.reason}
    given(*POLLED, DECLARE, figures=COUNTED).when(ANNUL).then(happened(ResultAnnulled, RESULT, 2, **annulled))
    given(*POLLED, DECLARE, RECOUNT, figures=COUNTED).when(ANNUL).then(happened(ResultAnnulled, RESULT, 3, **annulled))
    given().when(ANNUL).then_refused("unknown-contest")
    given(*POLLED).when(ANNUL).then_refused("not-declared")
    given(*POLLED, RECOUNT).when(ANNUL).then_refused("not-declared")
    given(*POLLED, DECLARE, ANNUL, figures=COUNTED).when(ANNUL).then_refused("annulled")


@pytest.mark.parametrize(
    "command", [DECLARE, CORRECT, RECOUNT, READ_AGAIN, WITHDRAW, certify(section="mps")], ids=lambda c: c.verb
)
def test_nothing_follows_an_annulled_result(command: Any) -> None:
    given(*POLLED, READ_PAPERS, DECLARE, ANNUL, figures=COUNTED).when(command).then_refused("annulled")


def test_figures_are_still_published_of_an_annulled_result() -> None:
    cell = Figure(stage=1, candidate="a", measure="votes", value="7")
    publish = PublishFigures(contest="leader", source="bbc", figures=(cell,))
    assert given(*POLLED, DECLARE, ANNUL, figures=COUNTED).when(publish).events


# Withdrawn


def test_withdraws_a_batch_in_a_recount_or_one_that_was_never_finished() -> None:
    said = {"contest": "leader", "section": "members", "reason": "read twice"}
    given(*POLLED, READ_PAPERS, RECOUNT).when(WITHDRAW).then(happened(BatchWithdrawn, BATCH, 3, **said))
    half_read().when(WITHDRAW).then(happened(BatchWithdrawn, BATCH, 2, **said))


def test_refuses_to_withdraw_in_the_documented_order() -> None:
    given().when(WITHDRAW).then_refused("unknown-contest")
    given(*POLLED).when(WITHDRAW).then_refused("unknown-batch")
    given(*POLLED, READ_PAPERS).when(but(WITHDRAW, section="mps")).then_refused("unknown-batch")
    twice = given(*POLLED, READ_PAPERS, RECOUNT, WITHDRAW, DECLARE, figures=COUNTED)
    twice.when(WITHDRAW).then_refused("batch-withdrawn")
    given(*POLLED, READ_PAPERS, DECLARE, figures=COUNTED).when(WITHDRAW).then_refused("already-declared")
    given(*POLLED, READ_PAPERS).when(WITHDRAW).then_refused("recount-needed")


def test_a_withdrawal_that_was_corrected_on_is_no_way_to_the_next() -> None:
    """A recount that ended in a correction is over: papers are not taken away after it."""
    scene = later(given(*POLLED, READ_PAPERS, READ_AGAIN_TOO, DECLARE, RECOUNT, WITHDRAW, figures=COUNTED), OTHER)
    corrected = then(scene, *scene.when(CORRECT).events)
    corrected.when(but(WITHDRAW, serial="s2")).then_refused("already-declared")


def test_a_serial_that_was_withdrawn_is_never_free_again_and_the_same_papers_get_another() -> None:
    for scene in (
        given(*POLLED, READ_PAPERS, RECOUNT, WITHDRAW),
        then(half_read(), *half_read().when(WITHDRAW).events),
    ):
        for command in (READ_PAPERS, but(READ_PAPERS, papers=READ_PAPERS.papers[:1])):
            scene.when(command).then_refused("batch-withdrawn")
        assert scene.when(READ_AGAIN).papers.total() == 3


def test_the_same_papers_are_not_read_again_before_they_are_withdrawn() -> None:
    given(*POLLED, READ_PAPERS, RECOUNT).when(READ_AGAIN).then_refused("same-papers")


def test_papers_are_read_again_only_in_a_recount_once_a_result_is_declared() -> None:
    given(*POLLED, READ_PAPERS, DECLARE, figures=COUNTED).when(READ_AGAIN_TOO).then_refused("already-declared")
    assert given(*POLLED, READ_PAPERS, DECLARE, RECOUNT, figures=COUNTED).when(READ_AGAIN_TOO).events


# Papers and totals of one section never both count


def test_totals_come_in_place_of_papers_only_once_all_are_withdrawn_and_then_no_papers_come() -> None:
    read = (*POLLED, READ_PAPERS, READ_AGAIN_TOO, RECOUNT)
    given(*read).when(certify()).then_refused("papers-exist")
    given(*read, WITHDRAW).when(certify()).then_refused("papers-exist")
    emptied = (*read, WITHDRAW, but(WITHDRAW, serial="s2"))
    assert given(*emptied).when(certify()).events
    for papers in (but(READ_PAPERS, serial="s3"), READ_PAPERS):
        refused = given(*emptied, certify()).when(papers).refused
        assert refused is not None
        assert refused.code == ("totals-exist" if papers.serial == "s3" else "batch-withdrawn")


def test_refuses_totals_beside_a_batch_that_is_open() -> None:
    half_read().when(certify()).then_refused("papers-exist")


def test_totals_are_certified_again_in_a_recount_only() -> None:
    given(*POLLED, certify()).when(certify()).then_refused("totals-exist")
    (again,) = given(*POLLED, certify(), RECOUNT).when(certify()).events
    assert again.version == 2
    declared = given(*POLLED, certify(), RECOUNT, DECLARE, figures=COUNTED)
    declared.when(certify()).then_refused("already-declared")


# What a reader of the record makes of it


MEMBER = happened(PaperRead, "paper/leader/members/" + "0" * 16, batch=BATCH, marks="a", command=None)
CLOSED = happened(BatchClosed, BATCH, 2, contest="leader", count=1, digest="sha256:" + "0" * 64, section="members")
WITHDRAWN = happened(BatchWithdrawn, BATCH, 2, contest="leader", reason="never finished", section="members")


def profile(*pages: tuple[Event, ...]) -> BallotProfile:
    projection = ProfileProjection()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        for table in projection.tables:
            database.execute(table)
        position = 0
        for page in pages:
            projection.fold(database, list(enumerate(page, position)))
            position += len(page)
        return ballot_profile(database, "leader")


@pytest.mark.parametrize("cut", [False, True])
def test_papers_of_a_batch_withdrawn_do_not_count_whenever_they_came(cut: bool) -> None:
    """A desk may still have been dealing when another withdrew the batch."""
    closed = (OPENED, MEMBER, CLOSED)
    assert profile(closed).papers == {"members": {"a": 1}}
    for events in ((OPENED, MEMBER, WITHDRAWN), (OPENED, WITHDRAWN, MEMBER), (*closed, WITHDRAWN), (OPENED, WITHDRAWN)):
        found = profile(*((each,) for each in events)) if cut else profile(events)
        assert (found.papers, found.open_batches) == ({}, ())


@pytest.mark.parametrize(
    "events",
    [
        (WITHDRAWN,),
        (OPENED, WITHDRAWN, WITHDRAWN),
        (OPENED, WITHDRAWN, CLOSED),
        (OPENED, WITHDRAWN, OPENED),
        (OPENED, MEMBER, CLOSED, MEMBER),
        (MEMBER, OPENED),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_what_no_desk_would_have_recorded_of_a_batch_is_evidence(events: tuple[Event, ...], cut: bool) -> None:
    with pytest.raises(EvidenceError, match=r"^out-of-batch"):
        profile(*((each,) for each in events)) if cut else profile(events)

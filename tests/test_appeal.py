"""Appeals: in time, late, where none lies; reviewed by people who had no part in it; remedies that can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pydantic import ValidationError
from ruled import ADOPTED, BEFORE, ENTRY, EVIDENCE, GROUND, HASH, NOTICE, REMOVES, REOPEN, RULE, RULED_ON, SIT, TELL, P
from scenario import CLOSE_POLL, DEFINED, Given, but, given

from ledger.decision import Command
from ledger.event import Event
from ledger.streams.appeal_events import Answer, Withheld
from ledger.streams.appeals import GrantLeave, LodgeAppeal, RefuseLeave, WithdrawAppeal
from ledger.streams.evidence import AddEvidence
from ledger.streams.interest import DeclareInterest
from ledger.streams.remedies import DoRemedy, OrderRemedy
from ledger.streams.review import AssignReviewers, DetermineAppeal, DiscloseEvidencePack, HoldHearing
from ledger.streams.ruling_events import RulingMade

IN_TIME, LATE = "2010-08-25T22:59:59Z", "2010-08-25T23:00:00Z"
LODGE = LodgeAppeal(
    case="c1", ruling=1, by="subject", grounds=("fact", "bias"), statement="I signed nothing", effective=IN_TIME
)
ASSIGN = AssignReviewers(case="c1", ruling=1, reviewers=("r1", "r2", "r3"), effective="2010-08-26T12:00:00Z")
PACK = DiscloseEvidencePack(case="c1", ruling=1, items=("e1",), text_digest=HASH, effective="2010-08-26T13:00:00Z")
HEAR = HoldHearing(
    case="c1",
    ruling=1,
    manner="hearing",
    notice="2010-08-30T10:00:00Z",
    present=("r1", "r2", "r3"),
    record_digest=HASH,
    effective="2010-09-01T10:00:00Z",
)
DETERMINE = DetermineAppeal(
    case="c1",
    ruling=1,
    outcome="allowed",
    answers=(Answer(ground="fact", upheld="upheld"), Answer(ground="bias", upheld="not-upheld")),
    votes_for=2,
    votes_against=1,
    reasons="The signature on the paper is not theirs, as the witness said on oath before us",
    effective="2010-09-02T10:00:00Z",
)
ORDER = OrderRemedy(case="c1", ruling=1, remedy="apology", due="2010-09-10T17:00:00", effective="2010-09-02T11:00:00Z")
DO = DoRemedy(case="c1", ruling=1, number=1, proof=HASH, effective="2010-09-09T10:00:00Z")
LEAVE = GrantLeave(case="c1", ruling=1, reason="They were in hospital", effective="2010-08-26T11:00:00Z")
TOLD_OF = (*RULED_ON, TELL)
REVIEWED = (*TOLD_OF, LODGE, ASSIGN, PACK, HEAR)


def names(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_an_appeal_is_in_time_up_to_the_last_second_and_late_one_second_after() -> None:
    assert names(given(*TOLD_OF).when(LODGE).events) == ["AppealLodged"]
    assert names(given(*TOLD_OF).when(but(LODGE, effective=LATE)).events) == ["AppealReceivedLate"]


def test_time_does_not_run_before_they_were_told() -> None:
    assert names(given(*RULED_ON).when(but(LODGE, effective="2010-09-20T00:00:00Z")).events) == ["AppealLodged"]


def test_an_attempt_where_no_appeal_lies_is_on_record_as_often_as_it_is_made() -> None:
    before = [but(GROUND, appeal=None, no_appeal=HASH) if each is GROUND else each for each in BEFORE]
    scene = given(*before, but(RULE, appeal=None, no_appeal=HASH), TELL)
    assert names(scene.when(LODGE).events) == ["AppealAttempted"]
    again = Given((*scene.events, *scene.when(LODGE).events))
    assert names(again.when(LODGE).events) == ["AppealAttempted"]
    again.when(ASSIGN).then_refused("no-appeal-lies")


def test_a_ruling_is_appealed_once() -> None:
    given(*TOLD_OF, LODGE).when(LODGE).then_refused("appeal-exists")
    given(*TOLD_OF).when(but(LODGE, ruling=2)).then_refused("unknown-ruling")
    given(*TOLD_OF).when(but(LODGE, effective="2010-08-10T11:00:00Z")).then_refused("before-ruling")


def test_what_a_representative_withdrew_does_not_bar_the_person() -> None:
    withdraw = WithdrawAppeal(case="c1", ruling=1, request_digest=HASH, effective=IN_TIME)
    other = but(LODGE, by="representative")
    again = given(*TOLD_OF, other, withdraw)
    again.when(other).then_refused("appeal-exists")
    assert names(again.when(LODGE).events) == ["AppealLodged"]
    whole = given(*TOLD_OF, other, ASSIGN, withdraw, LODGE)
    assert whole.when(PACK).events
    whole.when(HEAR).then_refused("reviewers-missing")  # it begins anew
    given(*TOLD_OF, LODGE, withdraw).when(other).then_refused("appeal-exists")


def test_each_reviewer_counts_once_and_who_is_assigned_anew_hears_it_anew() -> None:
    given(*TOLD_OF, LODGE, ASSIGN, PACK).when(but(HEAR, present=("r1", "r1", "r1"))).then_refused("counted-twice")
    others = but(ASSIGN, reviewers=("r4", "r5", "r6"), effective="2010-09-01T11:00:00Z")
    given(*REVIEWED, others).when(DETERMINE).then_refused("hearing-missing")
    heard = but(HEAR, present=("r4", "r5", "r6"), effective="2010-09-01T12:00:00Z")
    assert names(given(*REVIEWED, others, heard).when(DETERMINE).events) == ["AppealDetermined"]


def test_no_appeal_is_received_in_the_future() -> None:
    given(*TOLD_OF).when(but(LODGE, effective="2099-01-01T00:00:00Z")).then_refused("future-dated")


def test_no_step_of_a_review_comes_before_the_appeal() -> None:
    before = "2010-08-20T00:00:00Z"
    given(*TOLD_OF, LODGE).when(but(ASSIGN, effective=before)).then_refused("before-appeal")
    given(*TOLD_OF, LODGE, ASSIGN, PACK).when(but(HEAR, notice=before)).then_refused("before-appeal")
    given(*REVIEWED).when(but(DETERMINE, effective=before)).then_refused("before-appeal")
    given(*REVIEWED).when(but(DETERMINE, effective="2010-08-26T14:00:00Z")).then_refused("before-hearing")


def test_no_step_of_a_review_is_recorded_before_it_is_done() -> None:
    for number, step in enumerate((ASSIGN, PACK, HEAR, DETERMINE), 1):
        before = (*TOLD_OF, LODGE, ASSIGN, PACK, HEAR)[: len(TOLD_OF) + number]
        ahead = but(step, effective="2010-09-25T12:00:01Z")  # a hearing of next week gives no notice
        given(*before).when(ahead).then_refused("future-dated")


def test_whoever_is_of_the_panel_or_ruled_before_is_not_independent() -> None:
    absent = [but(each, present=("p1", "p2", "p3")) if each is SIT else each for each in BEFORE]
    told = given(*absent, but(RULE, votes_against=0), TELL, LODGE)
    refused = told.when(but(ASSIGN, reviewers=("r1", "r2", "p4"))).then_refused("not-independent")
    assert refused.found == "p4 is of the panel that made ruling 1"
    twice = given(*BEFORE, RULE, TELL, REOPEN)
    made = next(each for each in given(*RULED_ON).events if isinstance(each, RulingMade))
    fields = {"ruling": 2, "panel": None, "sitting": None, "decided_by": "officer", "actor": "officer"}
    second = made.model_copy(update={**fields, "effective": "2010-08-12T14:00:00Z", "version": len(twice.events) + 1})
    ruled = Given((*twice.events, second))
    lodged = Given((*ruled.events, *ruled.when(but(LODGE, ruling=2)).events))
    refused = lodged.when(but(ASSIGN, ruling=2, reviewers=("r1", "r2", "p1"))).then_refused("not-independent")
    assert refused.found == "p1 sat on ruling 1"


def test_a_late_appeal_needs_leave() -> None:
    late = but(LODGE, effective=LATE)
    given(*TOLD_OF, late).when(ASSIGN).then_refused("leave-needed")
    assert given(*TOLD_OF, late, LEAVE).when(ASSIGN).events
    given(*TOLD_OF, late, LEAVE).when(LEAVE).then_refused("leave-not-needed")
    given(*TOLD_OF, LODGE).when(LEAVE).then_refused("leave-not-needed")
    refuse = RefuseLeave(case="c1", ruling=1, reason="No reason was given", effective="2010-08-26T11:00:00Z")
    given(*TOLD_OF, late, refuse).when(ASSIGN).then_refused("leave-refused")


def test_a_withdrawn_appeal_goes_no_further() -> None:
    withdraw = WithdrawAppeal(case="c1", ruling=1, request_digest=HASH)
    given(*TOLD_OF, LODGE, withdraw).when(ASSIGN).then_refused("appeal-withdrawn")
    given(*TOLD_OF).when(withdraw).then_refused("unknown-appeal")
    given(*REVIEWED, DETERMINE).when(withdraw).then_refused("already-determined")


@pytest.mark.parametrize(
    ("reviewer", "why"),
    [
        ("p1", "p1 sat on ruling 1"),
        ("returning-officer", "returning-officer sat on ruling 1"),  # who signed it
        ("registrar", "registrar referred the case"),
        ("clerk", "clerk gave evidence e1"),
        ("r9", "r9 declared an interest, employment, since 2010-05-01T12:00:00Z"),
    ],
)
def test_a_reviewer_who_had_a_part_in_it_is_not_independent(reviewer: str, why: str) -> None:
    interest = DeclareInterest(person="r9", interest="i1", kind="employment", contest="leader", since=ADOPTED)
    scene = given(*DEFINED, *RULED_ON[1:], TELL, LODGE, interest)
    refused = scene.when(but(ASSIGN, reviewers=("r1", "r2", reviewer))).then_refused("not-independent")
    assert refused.found == why


def test_too_few_reviewers_are_no_review() -> None:
    given(*TOLD_OF, LODGE).when(but(ASSIGN, reviewers=("r1", "r2", "r1"))).then_refused("too-few-reviewers")


def test_the_pack_has_all_that_was_relied_on_or_says_why_not() -> None:
    scene = given(*TOLD_OF, LODGE, ASSIGN)
    refused = scene.when(but(PACK, items=())).then_refused("relied-evidence-missing")
    assert refused.found == "e1"
    assert scene.when(but(PACK, items=(), withheld=(Withheld(evidence="e1", why="names a child"),))).events
    scene.when(but(PACK, items=("e1", "e2"))).then_refused("unknown-evidence")


@pytest.mark.parametrize(
    ("code", "before", "change"),
    [
        ("reviewers-missing", (*TOLD_OF, LODGE), {}),
        ("pack-missing", (*TOLD_OF, LODGE, ASSIGN), {}),
        ("not-a-reviewer", (*TOLD_OF, LODGE, ASSIGN, PACK), {"present": ("r1", "p1")}),
        ("hearing-notice-short", (*TOLD_OF, LODGE, ASSIGN, PACK), {"notice": "2010-08-30T10:00:01Z"}),
    ],
)
def test_refuses_a_hearing(code: str, before: Sequence[Command], change: dict[str, Any]) -> None:
    given(*before).when(but(HEAR, **change)).then_refused(code)


NOT_DETERMINED: dict[str, tuple[str, dict[str, Any]]] = {
    "more votes than reviewers": ("votes-exceed-present", {"votes_for": 3}),
    "more votes with those who abstained": ("votes-exceed-present", {"abstained": 1}),
    "a reviewer of whose vote nothing is said": ("votes-missing", {"votes_against": 0}),
    "a tie": ("ruling-not-carried", {"votes_for": 1, "abstained": 1}),
    "a ground that nobody answered": ("ground-unanswered", {"answers": DETERMINE.answers[:1]}),
    "an answer on a ground that nobody raised": (
        "answer-unfit",
        {"answers": (*DETERMINE.answers, Answer(ground="disproportionate", upheld="upheld"))},
    ),
    "two answers on one ground": ("answer-unfit", {"answers": (*DETERMINE.answers, DETERMINE.answers[0])}),
    "dismissed with a ground upheld": ("outcome-unfit", {"outcome": "dismissed"}),
    "allowed with none": (
        "outcome-unfit",
        {"answers": tuple(Answer(ground=each, upheld="not-upheld") for each in LODGE.grounds)},
    ),
    "no reasons to speak of": ("reasons-insufficient", {"reasons": "We disagree"}),
}


@pytest.mark.parametrize("name", NOT_DETERMINED)
def test_refuses_to_determine(name: str) -> None:
    code, changes = NOT_DETERMINED[name]
    given(*REVIEWED).when(but(DETERMINE, **changes)).then_refused(code)


def test_an_interest_declared_after_the_hearing_still_counts() -> None:
    interest = DeclareInterest(person="r2", interest="i1", kind="endorsement", contest="leader", since=ADOPTED)
    scene = given(*DEFINED, *REVIEWED[1:], interest)
    assert scene.when(DETERMINE).then_refused("not-independent").found is not None
    given(*REVIEWED[:-1]).when(DETERMINE).then_refused("hearing-missing")
    few = but(HEAR, present=("r1", "r2"))
    given(*REVIEWED[:-1], few).when(but(DETERMINE, votes_against=0)).then_refused("too-few-reviewers")


def test_a_pack_has_all_of_the_evidence_that_the_ruling_relied_on() -> None:
    more: AddEvidence = but(EVIDENCE, evidence="e2")
    shown = but(NOTICE, evidence=("e1", "e2"))
    before = [
        each for one in BEFORE for each in ((one, more) if one is EVIDENCE else (shown if one is NOTICE else one,))
    ]
    scene = given(*before, but(RULE, evidence=("e1", "e2")), TELL, LODGE, ASSIGN)
    scene.when(PACK).then_refused("relied-evidence-missing")


def test_a_remedy_is_ordered_where_one_is_due_and_done_once() -> None:
    allowed = given(*REVIEWED, DETERMINE)
    assert names(allowed.when(ORDER).events) == ["RemedyOrdered"]
    given(*REVIEWED).when(ORDER).then_refused("not-allowed")
    allowed.when(but(ORDER, due=None)).then_refused("due-missing")
    allowed.when(but(ORDER, due="2010-09-02T12:00:00")).then_refused("due-past")
    allowed.when(but(ORDER, remedy="none-possible", due=None)).then_refused("reason-required")
    given(*REVIEWED, DETERMINE).when(DO).then_refused("unknown-remedy")
    assert names(given(*REVIEWED, DETERMINE, ORDER).when(DO).events) == ["RemedyDone"]
    given(*REVIEWED, DETERMINE, ORDER, DO).when(DO).then_refused("remedy-done")
    none = but(ORDER, remedy="none-possible", due=None, reason="the papers are unlinked")
    given(*REVIEWED, DETERMINE, none).when(DO).then_refused("nothing-to-do")


def removed(change: Callable[[Sequence[Command]], Sequence[Command]] = lambda commands: commands) -> Given:
    """The person had an entry, which the ruling removed; the appeal was allowed."""
    scene = Given((ENTRY,))
    remove = but(RULE, outcome="remove", effects=(REMOVES,))
    for command in change([*DEFINED, *BEFORE[1:], remove, TELL, LODGE, ASSIGN, PACK, HEAR, DETERMINE]):
        scene = Given((*scene.events, *scene.when(command).events))
    return scene


RESTORE = but(ORDER, remedy="restore-entry", entry=1, contest="leader")


def test_what_shows_that_a_remedy_was_done_is_on_record_or_a_digest() -> None:
    scene = given(*REVIEWED, DETERMINE, ORDER)
    assert scene.when(but(DO, proof=f"person/{P}")).events
    for nothing in ("person/" + "9" * 24, "appeal/c1/1", "case/c1"):
        scene.when(but(DO, proof=nothing)).then_refused("proof-missing")


def test_nobody_appeals_but_who_it_is_about_or_speaks_for_them() -> None:
    (mine,) = given(*TOLD_OF).when(LODGE).events
    (theirs,) = given(*TOLD_OF).when(but(LODGE, by="representative")).events
    assert [(each.model_dump()["by"], each.model_dump()["person"]) for each in (mine, theirs)] == [
        ("subject", P),
        ("representative", P),
    ]
    for stranger in ("complainant", "registrar"):
        with pytest.raises(ValidationError, match="by"):
            but(LODGE, by=stranger)


def test_an_entry_is_restored_as_the_remedy_is_done() -> None:
    scene = removed()
    scene = Given((*scene.events, *scene.when(RESTORE).events))
    done = scene.when(DO).events
    assert names(done) == ["RemedyDone", "EntryRestored"]
    assert (done[1].model_dump()["basis"], done[1].model_dump()["cause"]) == ("appeal/c1/1", "appeal")


def test_what_cannot_be_done_any_more_is_not_ordered() -> None:
    closed = removed(lambda commands: [*commands, but(CLOSE_POLL, effective="2010-09-02T10:30:00Z")])
    refused = closed.when(RESTORE).then_refused("remedy-not-possible")
    assert refused.found == "the poll of leader closed"
    removed().when(but(RESTORE, entry=2)).then_refused("remedy-not-possible")
    removed().when(but(RESTORE, contest="deputy")).then_refused("unknown-contest")

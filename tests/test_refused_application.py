"""A ruling to refuse reaches the application as it is told, and an appeal against it opens the application again."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ruled import BEFORE, NEW_EVIDENCE, NEW_NOTICE, NEW_SIT, OPEN, OPENED, REOPEN, RULE, RULE_ANEW, RULED_ON, TELL, P
from scenario import CALL_ELECTION, Given, but, given, happened
from test_admission_of_applications import FRANCHISE
from test_admission_of_applications import RULE as TESTS
from test_appeal import ASSIGN, DETERMINE, DO, HEAR, LODGE, ORDER, PACK
from test_application import APPLY, FEE, PAID, REFER, RETAIN, TIMETABLE, WITHDRAW
from test_verify_rulings import Kept, apart, check

from ledger.decision import Command, fold
from ledger.event import Event
from ledger.rules.franchise import Franchise
from ledger.rules.local_time import Dated
from ledger.streams.admission import AdmitApplication
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import (
    ApplicationRefusalReversed,
    ApplicationRefused,
    CureInvited,
    CureLapsed,
)
from ledger.streams.cases import CloseCase
from ledger.streams.cure import LapseApplication
from ledger.streams.ground import ground_stream
from ledger.streams.payment import ReceiveFee
from ledger.streams.ruling_events import RulingNotified
from projections.roll.figures import fold_roll
from projections.verify.application_steps import step_again
from projections.verify.held import HeldApplications
from projections.verify.rulings import check_rulings

STREAM = f"application/{P}"
DECLARED = json.loads(json.dumps(TESTS))
DECLARED["categories"][0]["tests"] = [{"test": "declaration"}]
ADOPT = but(FRANCHISE, rule=Franchise.model_validate_json(json.dumps(DECLARED)))
APPLIED = but(APPLY, application=P)
ADMIT = AdmitApplication(application=P)
ABOUT = but(OPEN, subject=STREAM)
FEES: ReceiveFee = but(PAID, application=P)
BEGUN: tuple[Command, ...] = (TIMETABLE, FEE, ADOPT, APPLIED, FEES)
REMEDY = but(ORDER, remedy="admit")
REVIEWED = (LODGE, ASSIGN, PACK, HEAR, DETERMINE)


def about(commands: Sequence[Command]) -> list[Command]:
    """The same commands, of a case about the application."""
    return [CALL_ELECTION, *BEGUN, *(ABOUT if each is OPEN else each for each in commands[1:])]


def state(scene: Given) -> Application:
    return fold(application_stream(P), (event for event in scene.events if event.stream == STREAM))


def then(scene: Given, *commands: Command) -> Given:
    for command in commands:
        scene = Given((*scene.events, *scene.when(command).events))
    return scene


GONE = given(CALL_ELECTION, *BEGUN).when(but(WITHDRAW, application=P, fee_action="refund")).events
RULED = given(*about(RULED_ON))
REFUSED = then(RULED, TELL)
ALLOWED = then(REFUSED, *REVIEWED, REMEDY)


def test_an_application_with_an_open_case_about_it_is_not_admitted() -> None:
    scene = given(CALL_ELECTION, *BEGUN)
    assert [type(event).__name__ for event in scene.when(ADMIT).events] == ["ApplicationAdmitted"]
    opened = given(*about(BEFORE))
    opened.when(ADMIT).then_refused("open-case")
    RULED.when(ADMIT).then_refused("open-case")  # nobody was told yet
    closed = then(opened, CloseCase(case="c1", reason="no-case", effective=OPENED))
    assert closed.when(ADMIT).refused is None
    then(closed, but(REOPEN, effective=None)).when(ADMIT).then_refused("open-case")


def test_an_application_with_an_open_case_about_it_does_not_lapse() -> None:
    lapse = LapseApplication(application=P)
    invited = happened(
        CureInvited,
        STREAM,
        deadline=Dated(local="2010-08-01T10:00:00", utc="2010-08-01T10:00:00Z", zone="UTC"),
        grounds=("unpaid",),
        notice="cure-1",
        served=OPENED,
    )
    for scene, code in ((given(CALL_ELECTION, *BEGUN), None), (RULED, "open-case")):
        version = state(scene).version
        lapsed = happened(CureLapsed, STREAM, version + 2, grounds=("unpaid",))
        events = (*scene.events, invited.model_copy(update={"version": version + 1}), lapsed)
        if code:
            Given(events).when(lapse).then_refused(code)
        else:
            assert Given(events).when(lapse).events


def test_a_case_about_the_person_and_not_about_the_application_does_not_hold_it() -> None:
    scene = given(CALL_ELECTION, *BEGUN, *BEFORE[1:])
    assert scene.when(ADMIT).refused is None


def test_it_is_refused_as_its_applicant_is_told() -> None:
    told, refusal = RULED.when(TELL).events
    assert isinstance(told, RulingNotified)
    assert isinstance(refusal, ApplicationRefused)
    assert (refusal.stream, refusal.basis, refusal.ruling) == (STREAM, "case/c1", 1)
    assert (refusal.grounds, refusal.effective) == (("other-party",), told.effective)
    assert (state(RULED).ended, state(REFUSED).ended) == ("", "refused")
    for command in (ADMIT, but(REFER, application=P), but(WITHDRAW, application=P)):
        REFUSED.when(command).then_refused("already-determined")


def test_it_is_not_said_that_nothing_can_be_done_while_it_can_be_admitted() -> None:
    none = but(ORDER, remedy="none-possible", due=None, reason="The poll is near")
    allowed = then(REFUSED, *REVIEWED)
    assert allowed.when(none).then_refused("remedy-possible").found == "admit"
    assert then(allowed, REMEDY, DO).when(none).events  # it is open again


def test_what_was_paid_for_it_may_be_kept() -> None:
    keep = but(RETAIN, application=P)
    RULED.when(keep).then_refused("not-determined")
    assert state(then(REFUSED, keep)).retained == 300


def test_what_is_decided_already_stays_so() -> None:
    withdrawn = Given((*RULED.events, *GONE))
    (told,) = withdrawn.when(TELL).events
    assert isinstance(told, RulingNotified)


def test_a_ruling_that_does_not_refuse_leaves_it_open() -> None:
    scene = then(given(*about(BEFORE)), but(RULE, outcome="no-action", papers="none"), TELL)
    assert state(scene).ended == ""
    assert scene.when(ADMIT).refused is None


def test_an_appeal_that_is_allowed_opens_it_again() -> None:
    done, reversal = ALLOWED.when(DO).events
    assert isinstance(reversal, ApplicationRefusalReversed)
    assert (reversal.stream, reversal.basis, reversal.ruling) == (STREAM, "appeal/c1/1", 1)
    assert reversal.effective == done.effective
    scene = then(ALLOWED, DO)
    assert (state(scene).ended, state(scene).refusal) == ("", None)
    (admitted,) = scene.when(ADMIT).events
    assert admitted.type == "application-admitted.v1"


def test_it_can_be_ordered_of_an_application_that_this_ruling_refused_and_of_no_other() -> None:
    person = given(*RULED_ON, TELL, *REVIEWED)
    assert "found none" in str(person.when(REMEDY).then_refused("remedy-not-possible"))
    stale = then(Given((*RULED.events, *GONE)), TELL, *REVIEWED)
    assert "withdrawn" in str(stale.when(REMEDY).then_refused("remedy-not-possible"))
    twice = then(ALLOWED, DO)
    twice.when(REMEDY).then_refused("remedy-not-possible")


def again(outcome: str) -> Given:
    """The case was opened again, ruled on again, and the person told."""
    scene = then(REFUSED, REOPEN, NEW_EVIDENCE, NEW_NOTICE, NEW_SIT)
    return then(scene, but(RULE_ANEW, outcome=outcome), but(TELL, ruling=2, effective="2010-09-02T12:00:00Z"))


def test_a_later_refusal_takes_the_place_of_the_first_and_no_appeal_against_that_undoes_it() -> None:
    scene = again("refuse")
    assert [(each.ended, each.refusal and each.refusal.ruling) for each in [state(scene)]] == [("refused", 2)]
    then(scene, *REVIEWED).when(REMEDY).then_refused("remedy-not-possible")


def test_a_later_ruling_to_admit_opens_it_again() -> None:
    scene = again("admit")
    last = scene.events[-1]
    assert isinstance(last, ApplicationRefusalReversed)
    assert (last.basis, last.ruling) == ("case/c1", 2)
    assert scene.when(ADMIT).refused is None
    assert state(again("no-action")).ended == "refused"


def test_verification_finds_a_refusal_without_its_ruling_and_a_ruling_without_it() -> None:
    whole = then(ALLOWED, DO).events
    assert check(whole) == []
    assert check(again("admit").events) == []
    for kind in (ApplicationRefused, ApplicationRefusalReversed):
        found = [each.code for each in check([event for event in whole if not isinstance(event, kind)])]
        assert "effect-differs" in found
    alone: list[Event] = [
        happened(ApplicationRefused, STREAM, 3, basis="case/c1", election="labour", grounds=("x",), ruling=1),
        happened(ApplicationRefusalReversed, STREAM, 4, basis="case/c1", election="labour", ruling=1),
    ]
    for event in alone:
        kept = Kept([*apart(RULED.events), event.model_copy(update={"command": "other"})])
        assert [each.code for each in check_rulings(kept, kept.events)] == ["effect-alone"]  # type: ignore[arg-type]


def test_a_referral_of_it_is_not_open_while_it_is_refused() -> None:
    referred = then(RULED, but(REFER, application=P))
    for scene, expected in ((referred, 1), (then(referred, TELL), 0), (then(referred, TELL, *REVIEWED, REMEDY, DO), 1)):
        assert fold_roll(enumerate(scene.events), "labour", 1).open_cases == expected


def test_an_application_with_an_open_case_about_it_is_not_withdrawn() -> None:
    withdraw = but(WITHDRAW, application=P, fee_action="retain")
    opened = given(*about(BEFORE))
    opened.when(withdraw).then_refused("open-case")
    RULED.when(withdraw).then_refused("open-case")  # nobody was told yet
    closed = then(opened, CloseCase(case="c1", reason="no-case", effective=OPENED))
    closed.when(but(withdraw, request_digest=None)).then_refused("request-missing")
    assert closed.when(withdraw).events
    (withdrawn,) = GONE
    for scene, codes in ((opened, ["open-case"]), (closed, [])):
        held = HeldApplications.of(enumerate(scene.events))
        grounds = fold(ground_stream("labour"), (each for each in scene.events if each.stream == "ground/labour"))
        found = step_again(len(scene.events), withdrawn, state(scene), grounds, held)
        assert [each.code for each in found] == codes

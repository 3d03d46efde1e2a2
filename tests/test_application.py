"""Applications: received in time, late or not at all; paid, referred, put right, withdrawn, lapsed."""

from __future__ import annotations

from typing import Any

import pytest
from scenario import CALL_ELECTION, Given, but, given, happened

from ledger.decision import fold
from ledger.event import Plain
from ledger.rules.local_time import Dated
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import (
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReceivedLate,
    ApplicationWithdrawn,
    Check,
    ChecksRun,
    CureInvited,
    CureSupplied,
    FeeReceived,
)
from ledger.streams.applying import ReceiveApplication, WithdrawApplication
from ledger.streams.cure import InviteCure, LapseApplication, LapseCure, SupplyCure
from ledger.streams.fee import Concession, SetFee
from ledger.streams.ground import AdoptGround
from ledger.streams.payment import FailFee, PaymentMatched, ReceiveFee, RefundFee, RetainFee
from ledger.streams.person import Identity
from ledger.streams.referral import ClearReferral, ReferApplication
from ledger.streams.timetable import SetTimetable, StepDate

KEY = "a1" * 12
OTHER = "b2" * 12
STREAM = f"application/{KEY}"
LONDON = "Europe/London"
JUNE = "2010-06-01T12:00:00Z"
CLOSE = "2010-08-01T11:00:00Z"  # noon of London
DECLARATION = "sha256:" + "d" * 64
FEE = SetFee(
    election="labour",
    category="supporters",
    amount=300,
    currency="GBP",
    concessions=(Concession(who="under 27", amount=100),),
    effective=JUNE,
)
TIMETABLE = SetTimetable(
    election="labour",
    zone=LONDON,
    steps=(
        StepDate(step="applications-open", local="2010-07-01T12:00:00"),
        StepDate(step="applications-close", local="2010-08-01T12:00:00"),
        StepDate(step="poll-close", local="2010-11-22T17:00:00"),
    ),
    effective=JUNE,
)
GROUND = AdoptGround(
    election="labour",
    ground="not-on-the-register",
    title="Not on the electoral register",
    tests=("no match",),
    evidence="A",
    decided_by="auto",
    cure_hours=72,
    appeal="the panel",
    effective=JUNE,
)
UNCURABLE = but(GROUND, ground="other-party", cure_hours=None)
APPLY = ReceiveApplication(
    application=KEY,
    election="labour",
    category="supporters",
    channel="online",
    identity=Identity(name="Ned Catman"),
    received=CLOSE,
    declaration=DECLARATION,
    unit="bow",
)
PAID = ReceiveFee(application=KEY, payment="c3" * 12, amount=300, currency="GBP", day="2010-08-02")
INVITE = InviteCure(
    application=KEY, grounds=("not-on-the-register",), notice="cure-1", served="2010-08-10T09:00:00Z", zone=LONDON
)
SUPPLY = SupplyCure(application=KEY, grounds=INVITE.grounds, supplied="a bill", received="2010-08-13T09:00:00Z")
LAPSE_CURE = LapseCure(application=KEY, grounds=INVITE.grounds)
LAPSE = LapseApplication(application=KEY)
LETTER = "sha256:" + "6" * 64
WITHDRAW = WithdrawApplication(application=KEY, fee_action="none", request_digest=LETTER)
REFER = ReferApplication(application=KEY, ground="other-party", reason="A tip")
CLEAR = ClearReferral(application=KEY, ground="other-party", reason="Mistaken")
RETAIN = RetainFee(application=KEY, amount=300, day="2010-08-03")
READY = given(CALL_ELECTION, TIMETABLE, FEE, GROUND, UNCURABLE)


def after(*commands: Any) -> Given:
    return given(CALL_ELECTION, TIMETABLE, FEE, GROUND, UNCURABLE, *commands)


APPLIED = after(APPLY)


def state(scene: Given) -> Application:
    return fold(application_stream(KEY), (event for event in scene.events if event.stream == STREAM))


def received(**fields: Any) -> Any:
    said = {"category": "supporters", "channel": "online", "declaration": DECLARATION, "election": "labour"}
    quoted = {"currency": "GBP", "fee_due": 300, "fee_version": 1}
    identity = Plain({"name": "Ned Catman"})
    return happened(
        ApplicationReceived,
        STREAM,
        **{**said, **quoted, "identity": identity, "received": CLOSE, "unit": "bow", **fields},
    )


def test_is_in_time_at_the_very_close_and_quotes_the_fee() -> None:
    READY.when(APPLY).then(received())
    READY.when(but(APPLY, concession=1)).then(received(concession=1, fee_due=100))


def test_a_second_later_is_recorded_as_late_and_nothing_more_is_decided_on_it() -> None:
    late = but(APPLY, received="2010-08-01T11:00:01Z", declaration=None)
    scene = READY.when(late)
    scene.then(
        happened(
            ApplicationReceivedLate,
            STREAM,
            category="supporters",
            channel="online",
            closed=CLOSE,
            election="labour",
            identity=Plain({"name": "Ned Catman"}),
            received="2010-08-01T11:00:01Z",
            unit="bow",
        )
    )
    for command in (WITHDRAW, REFER, INVITE, SUPPLY, LAPSE):
        after(late).when(command).then_refused("received-late")
    assert after(late, PAID, but(PAID, payment="e5" * 12)).when(
        RetainFee(application=KEY, amount=600, day="2010-08-03")
    )


def test_the_fee_quoted_is_that_of_the_moment_and_a_later_one_does_not_change_it() -> None:
    dearer = but(FEE, amount=2500, effective="2010-07-15T00:00:00Z", published=JUNE)
    scene = after(dearer, but(APPLY, received="2010-07-14T23:59:59Z"))
    assert state(scene).due == 300
    found = after(dearer).when(APPLY)
    found.then(received(fee_due=2500, fee_version=2))


def test_the_fee_may_narrow_the_window() -> None:
    short = but(FEE, opens="2010-07-18T17:00:00", closes="2010-07-20T17:00:00", zone=LONDON)
    scene = given(CALL_ELECTION, TIMETABLE, short)
    at = "2010-07-20T16:00:00Z"
    scene.when(but(APPLY, received=at)).then(received(received=at))
    (late,) = scene.when(but(APPLY, received="2010-07-20T16:00:01Z")).events
    assert isinstance(late, ApplicationReceivedLate)
    assert late.closed == at
    scene.when(but(APPLY, received="2010-07-18T15:59:59Z")).then_refused("window-not-open")


@pytest.mark.parametrize(
    ("scene", "changes", "code"),
    [
        (given(), {}, "unknown-election"),
        (READY, {"received": "2010-09-25T12:00:01Z"}, "future-dated"),
        (APPLIED, {}, "application-exists"),
        (given(CALL_ELECTION, FEE), {}, "window-not-set"),
        (READY, {"received": "2010-07-01T10:59:59Z"}, "window-not-open"),
        (READY, {"declaration": None}, "declaration-missing"),
        (READY, {"category": "supporter"}, "fee-not-set"),
        (READY, {"concession": 2}, "unknown-concession"),
    ],
)
def test_refuses_an_application(scene: Given, changes: dict[str, Any], code: str) -> None:
    scene.when(but(APPLY, **changes)).then_refused(code)


def test_underpaid_is_said_by_how_much_and_twice_is_kept() -> None:
    part = but(PAID, amount=120)
    assert state(after(APPLY)).short == 300
    assert state(after(APPLY, part)).short == 180
    both = state(after(APPLY, part, but(PAID, payment="d4" * 12)))
    assert (both.short, both.money) == (0, 420)


def test_three_pounds_for_a_fee_of_twenty_five_is_underpaid_and_not_refused() -> None:
    dearer = but(FEE, amount=2500, effective="2010-07-15T00:00:00Z", published=JUNE)
    quoted = state(after(dearer, APPLY, PAID))
    assert (quoted.short, quoted.ended) == (2200, "")


def test_one_person_pays_each_election_its_own_fee_and_no_payment_counts_in_both() -> None:
    elsewhere: list[Any] = [but(each, election="scotland") for each in (CALL_ELECTION, TIMETABLE, FEE)]
    elsewhere[2] = but(elsewhere[2], amount=1200)
    dearer = but(FEE, amount=2500, effective="2010-07-15T00:00:00Z", published=JUNE)
    paid = but(PAID, amount=2500)
    both = after(dearer, *elsewhere, APPLY, but(APPLY, application=OTHER, election="scotland"), paid)
    there = fold(application_stream(OTHER), (event for event in both.events if event.stream == f"application/{OTHER}"))
    assert (state(both).short, there.due, there.short) == (0, 1200, 1200)
    both.when(but(paid, application=OTHER)).then_refused("duplicate-payment-ref")


def test_a_payment_is_matched_once_and_taken_back_once() -> None:
    fields: dict[str, Any] = {"amount": 300, "currency": "GBP", "day": "2010-08-02", "payment": PAID.payment}
    APPLIED.when(PAID).then(
        happened(FeeReceived, STREAM, 2, **fields),
        happened(PaymentMatched, f"payment/{PAID.payment}", application=KEY, kind="received"),
    )
    failed = FailFee(**{name: getattr(PAID, name) for name in ("application", "payment", "amount", "currency", "day")})
    scene = after(APPLY, PAID, failed)
    assert (state(scene).money, state(scene).failed) == (0, 1)
    scene.when(failed).then_refused("duplicate-payment-ref")
    scene.when(PAID).then_refused("duplicate-payment-ref")
    after(APPLY, PAID).when(but(failed, amount=299)).then_refused("payment-differs")
    assert state(after(APPLY, failed)).failed == 1  # it never came


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ((), PAID, "unknown-application"),
        ((APPLY,), but(PAID, day="2010-09-26"), "future-dated"),
        ((APPLY,), but(PAID, currency="EUR"), "currency-differs"),
        ((APPLY, PAID), PAID, "duplicate-payment-ref"),
        ((APPLY, but(APPLY, application=OTHER), but(PAID, application=OTHER)), PAID, "duplicate-payment-ref"),
        ((APPLY, PAID), RefundFee(**{**dict(PAID), "payment": OTHER, "amount": 301}), "refund-exceeds"),
        ((APPLY, PAID), RETAIN, "not-determined"),
        ((APPLY, PAID, but(WITHDRAW, fee_action="retain")), but(RETAIN, amount=301), "retained-exceeds"),
        ((APPLY, PAID), WITHDRAW, "fee-action-differs"),
        ((APPLY,), but(WITHDRAW, fee_action="refund"), "fee-action-differs"),
        ((APPLY, WITHDRAW), WITHDRAW, "already-determined"),
        ((), WITHDRAW, "unknown-application"),
        ((APPLY,), but(REFER, ground="other-partys"), "ground-not-adopted"),
        ((APPLY, REFER), REFER, "open-referral"),
        ((APPLY,), CLEAR, "not-referred"),
        ((APPLY, REFER, CLEAR), CLEAR, "not-referred"),
        ((APPLY,), but(INVITE, served=None), "notice-not-served"),
        ((APPLY,), but(INVITE, served="2010-09-25T12:00:01Z"), "future-dated"),
        ((APPLY,), but(INVITE, grounds=("other",)), "ground-not-adopted"),
        ((APPLY,), but(INVITE, grounds=("other-party",)), "not-curable"),
        ((APPLY,), but(INVITE, zone="Europe/Nowhere"), "zone-unknown"),
        ((APPLY, INVITE), INVITE, "cure-open"),
        ((APPLY,), SUPPLY, "cure-not-invited"),
        ((APPLY, INVITE), but(SUPPLY, received="2010-08-10T08:59:59Z"), "before-notice"),
        ((APPLY,), LAPSE_CURE, "cure-not-invited"),
        ((APPLY, INVITE), but(LAPSE_CURE, effective="2010-08-13T09:00:00Z"), "cure-open"),
        ((APPLY, INVITE, SUPPLY), LAPSE_CURE, "cure-supplied"),
        ((APPLY, INVITE, LAPSE_CURE), LAPSE_CURE, "cure-lapsed"),
        ((APPLY,), LAPSE, "notice-not-served"),
        ((APPLY, INVITE), LAPSE, "cure-open"),
        ((APPLY, INVITE, SUPPLY), LAPSE, "cure-supplied"),
        ((APPLY, INVITE, LAPSE_CURE, REFER), LAPSE, "open-referral"),
    ],
)  # fmt: skip
def test_refuses(before: tuple[Any, ...], command: Any, code: str) -> None:
    after(*before).when(command).then_refused(code)


def test_a_cure_has_72_hours_from_the_notice_also_where_clocks_change() -> None:
    deadline = Dated(local="2010-08-13T10:00:00", utc="2010-08-13T09:00:00Z", zone=LONDON)
    fields: dict[str, Any] = {"grounds": INVITE.grounds, "notice": "cure-1", "served": INVITE.served}
    APPLIED.when(INVITE).then(happened(CureInvited, STREAM, 2, deadline=deadline, **fields))
    (event,) = APPLIED.when(but(INVITE, served="2010-07-02T09:00:00Z", zone="Africa/Cairo")).events
    assert isinstance(event, CureInvited)
    # Egypt put its clocks back at the end of 11 August 2010: noon of the 9th is 11 o'clock three days later.
    (event,) = APPLIED.when(but(INVITE, served="2010-08-09T09:00:00Z", zone="Africa/Cairo")).events
    assert isinstance(event, CureInvited)
    assert event.deadline == Dated(local="2010-08-12T11:00:00", utc="2010-08-12T09:00:00Z", zone="Africa/Cairo")


def test_what_is_supplied_a_second_late_is_kept_as_late() -> None:
    scene = after(APPLY, INVITE)
    for at, late in (("2010-08-13T09:00:00Z", False), ("2010-08-13T09:00:01Z", True)):
        fields: dict[str, Any] = {"grounds": INVITE.grounds, "late": late, "received": at}
        scene.when(but(SUPPLY, received=at)).then(happened(CureSupplied, STREAM, 3, supplied=Plain("a bill"), **fields))
    late_one = but(SUPPLY, received="2010-08-14T09:00:00Z")
    assert after(APPLY, INVITE, late_one).when(LAPSE_CURE).events


def test_nobodys_time_is_over_by_a_moment_to_come() -> None:
    ahead = but(LAPSE_CURE, effective="2010-09-25T12:00:01Z")
    after(APPLY, INVITE).when(ahead).then_refused("future-dated")


def test_an_application_lapses_after_a_notice_whose_time_is_over() -> None:
    lapsed = after(APPLY, INVITE, LAPSE_CURE)
    lapsed.when(LAPSE).then(happened(ApplicationLapsed, STREAM, 4, cause="unpaid", grounds=INVITE.grounds))
    paid = after(APPLY, PAID, INVITE, LAPSE_CURE)
    paid.when(LAPSE).then(happened(ApplicationLapsed, STREAM, 5, cause="uncured", grounds=INVITE.grounds))
    after(APPLY, INVITE, LAPSE_CURE, LAPSE).when(SUPPLY).then_refused("already-determined")
    assert after(APPLY, INVITE, LAPSE_CURE, LAPSE, PAID).events  # money is recorded all the same


def test_is_withdrawn_and_the_fee_refunded() -> None:
    withdraw = but(WITHDRAW, fee_action="refund")
    after(APPLY, PAID).when(withdraw).then(
        happened(ApplicationWithdrawn, STREAM, 3, fee_action="refund", request_digest=LETTER)
    )
    refund = RefundFee(**{**dict(PAID), "payment": OTHER, "amount": 300})
    assert state(after(APPLY, PAID, withdraw, refund)).money == 0


def test_the_last_outcome_of_a_check_stands() -> None:
    def run(version: int, *outcomes: tuple[str, str]) -> ChecksRun:
        checks = [{"check": check, "outcome": outcome, "version": "v1"} for check, outcome in outcomes]
        return happened(ChecksRun, STREAM, version, checks=tuple(map(Check.model_validate, checks)))  # type: ignore[return-value]

    first = run(2, ("register-match", "none"), ("age", "pass"))
    again = run(3, ("register-match", "near"))
    found = fold(state(APPLIED), (first, again))
    assert {name: each.outcome for name, each in found.checks.items()} == {"register-match": "near", "age": "pass"}


def test_belongs_to_nothing_else() -> None:
    with pytest.raises(TypeError, match="does not belong to an application"):
        application_stream(KEY).evolve(happened(PaymentMatched, "payment/x", application=KEY, kind="received"))

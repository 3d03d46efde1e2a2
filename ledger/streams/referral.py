"""Referrals: an application is put to somebody to decide, and is not admitted until the referral is cleared."""

from __future__ import annotations

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Plain
from ledger.field import Id, PersonKey, Text
from ledger.streams.application import Application, application_stream, require_open
from ledger.streams.application_events import ApplicationReferred, ReferralCleared
from ledger.streams.ground import Grounds, ground_stream, require_ground


class ReferApplication(Command):
    """Refer an application, on a ground: until the referral is cleared it cannot be admitted."""

    private = frozenset({"reason"})

    application: PersonKey = Field(description="its key")
    ground: Id = Field(description="id of the ground, adopted for the election")
    reason: Text = Field(description="why; it goes to the vault")
    case: Id | None = Field(None, description="id of the case that decides it")


@decision(
    ReferApplication,
    application=lambda c, _: application_stream(c.application),
    grounds=lambda _, seen: ground_stream(seen["application"].election or "none"),
)
def refer_application(command: ReferApplication, act: Act, application: Application, grounds: Grounds) -> Outcome:
    """Decide that an application may be referred.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `ground-not-adopted`,
            `open-referral`, in that order.
    """
    received = require_open(application)
    require_ground(grounds, command.ground, act.effective, received.election)
    if command.ground in application.referrals:
        found = f"one open on {command.ground}"
        raise refused("open-referral", application.stream, "no referral on this ground", found, "Nothing to do")
    event = ApplicationReferred(
        **act.on(application), case=command.case, ground=command.ground, reason=Plain(command.reason)
    )
    return Outcome([event])


class ClearReferral(Command):
    """Clear a referral of an application that came to nothing."""

    private = frozenset({"reason"})

    application: PersonKey = Field(description="its key")
    ground: Id = Field(description="id of the ground that it was referred on")
    reason: Text = Field(description="why; it goes to the vault")


@decision(ClearReferral, application=lambda c, _: application_stream(c.application))
def clear_referral(command: ClearReferral, act: Act, application: Application) -> Outcome:
    """Decide that a referral may be cleared.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `not-referred`, in that order.
    """
    require_open(application)
    if command.ground not in application.referrals:
        found = ", ".join(application.referrals) or "none"
        expected = f"an open referral on {command.ground}"
        raise refused("not-referred", application.stream, expected, found, "Correct the ground")
    event = ReferralCleared(**act.on(application), ground=command.ground, reason=Plain(command.reason))
    return Outcome([event])

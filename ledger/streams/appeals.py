"""Appeals: lodged, let in or not where they are late, withdrawn. How they are reviewed is in `review`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Event, Plain
from ledger.field import Id, Text
from ledger.streams.appeal import Appeal, appeal_stream, require_pending
from ledger.streams.appeal_events import (
    AppealAttempted,
    AppealGround,
    AppealLodged,
    AppealReceivedLate,
    AppealWithdrawn,
    LeaveGranted,
    LeaveRefused,
    Standing,
)
from ledger.streams.case import Case, case_stream, require_ruling
from ledger.streams.person import PersonalText

MANY = 200
GROUNDS = 6
SECONDS_PER_HOUR = 3_600


class OfAppeal(Command):
    """A command about the appeal against one ruling."""

    case: Id = Field(description="id of the case")
    ruling: int = Field(ge=1, description="number of the ruling on the case")


def case_of(command: OfAppeal, _seen: object) -> Case:
    """Name the stream of the case."""
    return case_stream(command.case)


def appeal_of(command: OfAppeal, _seen: object) -> Appeal:
    """Name the stream of the appeal."""
    return appeal_stream(command.case, command.ruling)


class LodgeAppeal(OfAppeal):
    """Lodge an appeal against a ruling. One that is late is recorded as late; where none lies, that it was tried."""

    private = frozenset({"statement"})

    by: Standing = Field(description="subject: the person the ruling is about; or their representative")
    grounds: tuple[AppealGround, ...] = Field(min_length=1, max_length=GROUNDS, description="grounds of the appeal")
    statement: PersonalText = Field(description="what the appellant says; it is kept in the vault")


@decision(LodgeAppeal, case=case_of, appeal=appeal_of)
def lodge_appeal(command: LodgeAppeal, act: Act, case: Case, appeal: Appeal) -> Outcome:
    """Decide how an appeal is recorded: say with effective when it was received.

    Raises:
        RefusedError: `unknown-case`, `unknown-ruling`, `appeal-exists`, `before-ruling`, `future-dated`.
    """
    ruling = require_ruling(case, command.ruling)
    where = f"appeal against ruling {command.ruling} on case {case.id}"
    if appeal.received is not None and not _leaves_room(appeal, command.by):
        found = f"one received at {appeal.received.effective}"
        raise refused("appeal-exists", where, "a ruling that is not appealed", found, "Add to it what is new")
    if act.effective < ruling.made.effective:
        expected = f"an appeal from {ruling.made.effective} on"
        raise refused("before-ruling", where, expected, act.effective, "Correct effective")
    if act.effective > act.now:
        expected = f"an appeal received up to now, {act.now}"
        raise refused("future-dated", where, expected, act.effective, "Record it once it was received")
    shared: dict[str, Any] = {
        **act.on(appeal),
        "by": command.by,
        "case": case.id,
        "election": case.election,
        "grounds": tuple(dict.fromkeys(command.grounds)),
        "person": case.person,
        "ruling": command.ruling,
        "statement": Plain(command.statement),
    }
    end = ruling.notified.appeal_by if ruling.notified else None  # time does not run before they were told
    if ruling.made.no_appeal is not None:
        event: Event = AppealAttempted(**shared, no_appeal=ruling.made.no_appeal)
    elif end is not None and act.effective > end.utc:
        event = AppealReceivedLate(**shared, appeal_by=end)
    else:
        event = AppealLodged(**shared)
    return Outcome([event])


def _leaves_room(appeal: Appeal, by: Standing) -> bool:
    """Whether another appeal may be lodged: after attempts, and the person's own after a representative withdrew."""
    received = appeal.received
    if isinstance(received, AppealAttempted):
        return True
    withdrawn_for_them = appeal.withdrawn is not None and received is not None and received.by == "representative"
    return withdrawn_for_them and by == "subject"


class GrantLeave(OfAppeal):
    """Let a late appeal in."""

    reason: Text = Field(description="why; it is kept for ever, so say nothing private")


class RefuseLeave(OfAppeal):
    """Do not let a late appeal in: it ends there."""

    reason: Text = Field(description="why; it is kept for ever, so say nothing private")


def _require_leave(appeal: Appeal) -> None:
    received = require_pending(appeal)
    if not isinstance(received, AppealReceivedLate) or appeal.leave is not None:
        found = "one in time" if isinstance(received, AppealLodged) else "leave granted"
        raise refused("leave-not-needed", appeal.stream, "a late appeal without leave", found, "Nothing to do")


@decision(GrantLeave, appeal=appeal_of)
def grant_leave(command: GrantLeave, act: Act, appeal: Appeal) -> Outcome:
    """Decide that leave may be granted.

    Raises:
        RefusedError: what `require_pending` raises, `leave-not-needed`.
    """
    _require_leave(appeal)
    fields: dict[str, Any] = {"case": command.case, "reason": command.reason, "ruling": command.ruling}
    return Outcome([LeaveGranted(**act.on(appeal), **fields)])


@decision(RefuseLeave, appeal=appeal_of)
def refuse_leave(command: RefuseLeave, act: Act, appeal: Appeal) -> Outcome:
    """Decide that leave may be refused.

    Raises:
        RefusedError: what `require_pending` raises, `leave-not-needed`.
    """
    _require_leave(appeal)
    fields: dict[str, Any] = {"case": command.case, "reason": command.reason, "ruling": command.ruling}
    return Outcome([LeaveRefused(**act.on(appeal), **fields)])


class WithdrawAppeal(OfAppeal):
    """Record that the appellant withdrew the appeal."""


@decision(WithdrawAppeal, appeal=appeal_of)
def withdraw_appeal(command: WithdrawAppeal, act: Act, appeal: Appeal) -> Outcome:
    """Decide that an appeal may be withdrawn.

    Raises:
        RefusedError: what `require_pending` raises.
    """
    require_pending(appeal)
    return Outcome([AppealWithdrawn(**act.on(appeal), case=command.case, ruling=command.ruling)])

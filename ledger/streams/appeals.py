"""Appeals: lodged, let in or not where they are late, withdrawn. How they are reviewed is in `review`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Event, Plain
from ledger.field import Hash, Id, Text
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
from ledger.streams.body import Body
from ledger.streams.case import Case, case_stream, require_ruling
from ledger.streams.independence import dependence, identities, panels_of
from ledger.streams.merge import Merge
from ledger.streams.person import PersonalText
from ledger.streams.request import require_request

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
    """Whether another appeal may be lodged: after attempts, and the person's own once one was withdrawn.

    Who says that they lodge and withdraw for the person does not end the person's own right. What comes late needs
    leave, so that nobody keeps a ruling open by lodging again and again.
    """
    return isinstance(appeal.received, AppealAttempted) or (appeal.withdrawn is not None and by == "subject")


class GrantLeave(OfAppeal):
    """Let a late appeal in."""

    reason: Text = Field(description="why; it is kept for ever, so say nothing private")


class RefuseLeave(OfAppeal):
    """Do not let a late appeal in: it ends there."""

    reason: Text = Field(description="why; it is kept for ever, so say nothing private")


def _require_leave(act: Act, case: Case, appeal: Appeal, panels: tuple[Body, ...], merges: tuple[Merge, ...]) -> None:
    """Refuse leave that is not needed, or that is decided by somebody who had a part in the ruling.

    That they declared no interest is asked at the desk (`recusal`), as of an officer who rules alone.
    """
    received = require_pending(appeal)
    if not isinstance(received, AppealReceivedLate) or appeal.leave is not None:
        found = "one in time" if isinstance(received, AppealLodged) else "leave granted"
        raise refused("leave-not-needed", appeal.stream, "a late appeal without leave", found, "Nothing to do")
    for why in dependence(case, panels, (act.actor,), (), merges, (), act.effective):
        remedy = "Let another office decide on leave"
        raise refused("not-independent", appeal.stream, "an office that had no part in the ruling", why, remedy)


@decision(GrantLeave, case=case_of, appeal=appeal_of, panels=panels_of, merges=identities)
def grant_leave(
    command: GrantLeave, act: Act, case: Case, appeal: Appeal, panels: tuple[Body, ...], merges: tuple[Merge, ...]
) -> Outcome:
    """Decide that leave may be granted.

    Raises:
        RefusedError: what `require_pending` raises, `leave-not-needed`, `not-independent`.
    """
    _require_leave(act, case, appeal, panels, merges)
    fields: dict[str, Any] = {"case": command.case, "reason": command.reason, "ruling": command.ruling}
    return Outcome([LeaveGranted(**act.on(appeal), **fields)])


@decision(RefuseLeave, case=case_of, appeal=appeal_of, panels=panels_of, merges=identities)
def refuse_leave(
    command: RefuseLeave, act: Act, case: Case, appeal: Appeal, panels: tuple[Body, ...], merges: tuple[Merge, ...]
) -> Outcome:
    """Decide that leave may be refused.

    Raises:
        RefusedError: what `require_pending` raises, `leave-not-needed`, `not-independent`.
    """
    _require_leave(act, case, appeal, panels, merges)
    fields: dict[str, Any] = {"case": command.case, "reason": command.reason, "ruling": command.ruling}
    return Outcome([LeaveRefused(**act.on(appeal), **fields)])


class WithdrawAppeal(OfAppeal):
    """Record that the appellant withdrew the appeal, with the digest of the letter that asks for it."""

    request_digest: Hash | None = Field(None, description="SHA-256 of the letter that asks for it")


@decision(WithdrawAppeal, appeal=appeal_of)
def withdraw_appeal(command: WithdrawAppeal, act: Act, appeal: Appeal) -> Outcome:
    """Decide that an appeal may be withdrawn.

    Raises:
        RefusedError: what `require_pending` raises, `request-missing`.
    """
    require_pending(appeal)
    request = require_request(command.request_digest, appeal.stream)
    fields: dict[str, Any] = {"case": command.case, "request_digest": request, "ruling": command.ruling}
    return Outcome([AppealWithdrawn(**act.on(appeal), **fields)])

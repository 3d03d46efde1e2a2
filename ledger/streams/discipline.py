"""Commands on `person/<key>`: a member suspended, a suspension lifted, a member expelled, and readmitted."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Hash, Id
from ledger.streams.agreement import REACH, Reach, require_agreed
from ledger.streams.body import Body, body_stream, require_decision
from ledger.streams.member_history import Member, Suspension, member_stream
from ledger.streams.membership import MemberExpelled, MemberReadmitted, MemberSuspended, SuspensionLifted, Voting
from ledger.streams.membership_change import require_day, require_on_record, require_order
from ledger.streams.nominated import Day

NO_BODY = "none"  # of an act that no body decided: nothing is ever recorded on body/none


class SuspendMember(Command):
    """Suspend a member from a day on. Say whether they keep the vote: a rule that leaves it open decides nothing."""

    person: Id = Field(description="key of the person")
    on: Day = Field(description="the first day of the suspension")
    until: Day | None = Field(None, description="the first day after it; until it is lifted if left out")
    voting: Voting | None = Field(None, description="whether they keep or lose the vote meanwhile; it must be said")
    clause: Hash = Field(description="content hash of the clause that gives the power")
    body: Id | None = Field(None, description="id of the body that decided it")
    decision: Id | None = Field(None, description="id of its decision")


def _body(command: SuspendMember | LiftSuspension | ExpelMember | ReadmitMember, _: object) -> Body:
    return body_stream(command.body or NO_BODY)


@decision(SuspendMember, member=lambda c, _: member_stream(c.person), body=lambda c, s: _body(c, s), **REACH)
def suspend_member(command: SuspendMember, act: Act, member: Member, body: Body, **reach: Any) -> Outcome:
    """Decide that a member may be suspended.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `not-a-member`, `voting-effect-missing`, `impossible-order`,
            `already-suspended`, what `require_decision` and `require_agreed` raise, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    if member.status != "active":
        raise refused("not-a-member", where, "a member", member.status, "Check the key")
    if command.voting is None:
        remedy = "Say what the rule says: --voting keeps, or --voting loses"
        raise refused("voting-effect-missing", where, "whether they keep the vote", "nothing said", remedy)
    if command.until is not None and command.until <= command.on:
        raise refused("impossible-order", where, f"an end after {command.on}", command.until, "Correct the days")
    for each in member.suspensions:
        if each.until is None or command.on < each.until:
            remedy = "Record lift-suspension first"
            found = f"suspended since {each.since}, until {each.until or 'it is lifted'}"
            raise refused("already-suspended", where, "a member who is not suspended", found, remedy)
    _require_decided(command, act, body, where)
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"body", "clause", "decision", "on", "until", "voting"})
    return Outcome([MemberSuspended(**act.on(member), **fields)])


class LiftSuspension(Command):
    """End the suspension of a member on a day."""

    person: Id = Field(description="key of the person")
    on: Day = Field(description="the first day on which they are not suspended any more")
    body: Id | None = Field(None, description="id of the body that decided it")
    decision: Id | None = Field(None, description="id of its decision")


@decision(LiftSuspension, member=lambda c, _: member_stream(c.person), body=lambda c, s: _body(c, s), **REACH)
def lift_suspension(command: LiftSuspension, act: Act, member: Member, body: Body, **reach: Any) -> Outcome:
    """Decide that a suspension may be lifted.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `not-suspended`, `impossible-order`, what
            `require_decision` and `require_agreed` raise, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    last: Suspension | None = member.suspensions[-1] if member.suspensions else None
    if last is None or (last.until is not None and last.until <= command.on):
        found = f"none after {last.until}" if last else "none"
        raise refused("not-suspended", where, "a suspension in force", found, "Nothing needs doing")
    if command.on < last.since:
        raise refused("impossible-order", where, f"a day from {last.since} on", command.on, "Correct the day")
    _require_decided(command, act, body, where)
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"body", "decision", "on"})
    return Outcome([SuspensionLifted(**act.on(member), **fields)])


class ExpelMember(Command):
    """Expel a member on a day. Their membership ends; what they may vote in then follows from the rules."""

    person: Id = Field(description="key of the person")
    on: Day = Field(description="the first day on which they are no member any more")
    clause: Hash = Field(description="content hash of the clause that gives the power")
    body: Id | None = Field(None, description="id of the body that decided it")
    decision: Id | None = Field(None, description="id of its decision")


@decision(ExpelMember, member=lambda c, _: member_stream(c.person), body=lambda c, s: _body(c, s), **REACH)
def expel_member(command: ExpelMember, act: Act, member: Member, body: Body, **reach: Any) -> Outcome:
    """Decide that a member may be expelled.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `already-expelled`, `not-a-member`, `out-of-order`, what
            `require_decision` and `require_agreed` raise, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    if member.status == "expelled":
        raise refused("already-expelled", where, "a member", "somebody expelled", "Nothing needs doing")
    if member.status != "active":
        raise refused("not-a-member", where, "a member", member.status, "Check the key")
    require_order(member, command.on, where)
    _require_decided(command, act, body, where)
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"body", "clause", "decision", "on"})
    return Outcome([MemberExpelled(**act.on(member), **fields)])


class ReadmitMember(Command):
    """Readmit somebody who was expelled, from a day on. The time between is a gap in their membership."""

    person: Id = Field(description="key of the person")
    on: Day = Field(description="the first day on which they are a member again")
    body: Id | None = Field(None, description="id of the body that decided it")
    decision: Id | None = Field(None, description="id of its decision")


@decision(ReadmitMember, member=lambda c, _: member_stream(c.person), body=lambda c, s: _body(c, s), **REACH)
def readmit_member(command: ReadmitMember, act: Act, member: Member, body: Body, **reach: Any) -> Outcome:
    """Decide that somebody may be readmitted.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `not-expelled`, `out-of-order`, what
            `require_decision` and `require_agreed` raise, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    if member.status != "expelled":
        raise refused("not-expelled", where, "somebody expelled", member.status, "Nothing needs doing")
    require_order(member, command.on, where)
    _require_decided(command, act, body, where)
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"body", "decision", "on"})
    return Outcome([MemberReadmitted(**act.on(member), **fields)])


def _require_decided(
    command: SuspendMember | LiftSuspension | ExpelMember | ReadmitMember, act: Act, body: Body, where: str
) -> None:
    """Refuse what a body is said to have decided, and did not; one without a body rests on the office's own power."""
    if command.body is not None:
        require_decision(body, command.decision, act.effective, where)
    elif command.decision is not None:
        remedy = "Name the body: --body"
        raise refused("body-missing", where, "the body whose decision it is", "none", remedy)

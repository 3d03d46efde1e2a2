"""Commands on `person/<key>`: a membership renewed, lapsed, resigned, taken up again, moved; and offices held."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Id, Text
from ledger.streams.agreement import REACH, Reach, require_agreed
from ledger.streams.member_history import DAY_LENGTH, TRANSITIONS, Member, member_stream
from ledger.streams.membership import Change, MembershipChanged, OfficeCeased, OfficeHeld
from ledger.streams.nominated import Day

NEEDED: dict[Change, str] = {"transferred": "unit", "upgraded": "category"}  # change -> the field that says to what


class ChangeMembership(Command):
    """Record that a membership was renewed, lapsed, resigned, taken up again, or moved, on a day.

    A gap in membership is what comes of it: joined 2010, lapsed 2014 and rejoined 2016 is not continuous since 2010.
    A day up to that of a frozen roll asks for a second officer's agree-to-change; the roll stays as it was frozen.
    """

    person: Id = Field(description="key of the person")
    change: Change = Field(description="what happened: an active member can lapse, only a former one can rejoin")
    on: Day = Field(description="the day it took effect")
    unit: Id | None = Field(None, description="id of the unit moved to; needed where transferred")
    category: Id | None = Field(None, description="id of the category moved to; needed where upgraded")


@decision(ChangeMembership, member=lambda c, _: member_stream(c.person), **REACH)
def change_membership(command: ChangeMembership, act: Act, member: Member, **reach: Any) -> Outcome:
    """Decide that a membership may be changed.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `bad-transition`, `out-of-order`, `place-missing`,
            what `require_agreed` raises, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    allowed = TRANSITIONS.get(member.status, {})
    if command.change not in allowed:
        expected = " or ".join(allowed) if allowed else "a member"
        remedy = "Correct the change; of somebody expelled: readmit-member"
        raise refused("bad-transition", where, expected, f"{member.status} -> {command.change}", remedy)
    require_order(member, command.on, where)
    needed = NEEDED.get(command.change)
    if needed and getattr(command, needed) is None:
        raise refused("place-missing", where, f"the {needed} moved to", "none", f"Give it: --{needed}")
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"category", "change", "on", "unit"})
    return Outcome([MembershipChanged(**act.on(member), **fields)])


class HoldOffice(Command):
    """Record that a person holds an office from a day on: mp, mep, councillor, or whip for the party's whip."""

    person: Id = Field(description="key of the person")
    office: Id = Field(description="id of the office, such as mp or whip")
    area: Id | None = Field(None, description="id of the area that it is held for, such as a constituency")
    on: Day = Field(description="the first day on which it is held")
    source: Text = Field(description="where that can be looked up, such as the return of a writ; name nobody")


@decision(HoldOffice, member=lambda c, _: member_stream(c.person), **REACH)
def hold_office(command: HoldOffice, act: Act, member: Member, **reach: Any) -> Outcome:
    """Decide that an office may be recorded as held.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `office-held`, what `require_agreed` raises, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    for held in member.offices:
        if held.office == command.office and (held.until is None or command.on < held.until):
            until = f" until {held.until}" if held.until else ""
            remedy = "Record cease-office first" if held.until is None else "Correct the day"
            found = f"{held.office} since {held.since}{until}"
            raise refused("office-held", where, f"a person who does not hold {held.office} then", found, remedy)
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"area", "office", "on", "source"})
    return Outcome([OfficeHeld(**act.on(member), **fields)])


class CeaseOffice(Command):
    """Record that a person does not hold an office any more from a day on; of the whip: it was withdrawn."""

    person: Id = Field(description="key of the person")
    office: Id = Field(description="id of the office")
    on: Day = Field(description="the first day on which it is not held any more")
    source: Text = Field(description="where that can be looked up; name nobody")


@decision(CeaseOffice, member=lambda c, _: member_stream(c.person), **REACH)
def cease_office(command: CeaseOffice, act: Act, member: Member, **reach: Any) -> Outcome:
    """Decide that an office may be recorded as ceased.

    Raises:
        RefusedError: `unknown-person`, `future-dated`, `office-not-held`, what `require_agreed` raises, in that order.
    """
    where = f"person {command.person}"
    require_on_record(member)
    require_day(command.on, act, where)
    held = next((each for each in member.offices if each.office == command.office and each.until is None), None)
    if held is None or command.on < held.since:
        live = ", ".join(f"{each.office} since {each.since}" for each in member.offices if each.until is None)
        remedy = "Correct the office or the day"
        raise refused("office-not-held", where, f"{command.office} held on {command.on}", live or "none", remedy)
    require_agreed(command, act, member, Reach(**reach))
    fields = command.model_dump(include={"office", "on", "source"})
    return Outcome([OfficeCeased(**act.on(member), **fields, area=held.area)])


def require_on_record(member: Member) -> None:
    """Refuse a person of whom nothing is on record (`unknown-person`)."""
    if not member.exists:
        remedy = "Check the key; members come with: pollbook import register-members"
        raise refused("unknown-person", member.stream, "a person on record", "none of this key", remedy)


def require_day(day: str, act: Act, where: str) -> None:
    """Refuse a day that has not come yet (`future-dated`); the clock is the ledger's, UTC."""
    today = act.now[:DAY_LENGTH]
    if day > today:
        raise refused("future-dated", where, f"a day up to {today}", day, "Record it when it has come")


def require_order(member: Member, day: str, where: str) -> None:
    """Refuse a day before that of the change before it (`out-of-order`): the history would contradict itself."""
    last = member.periods[-1] if member.periods else None
    reached = (last.until or last.since) if last else ""
    if day < reached:
        found = f"{day}, and {reached} is on record"
        remedy = "Correct the day; what is on record is put right by the register's next file"
        raise refused("out-of-order", where, f"a day from {reached} on", found, remedy)

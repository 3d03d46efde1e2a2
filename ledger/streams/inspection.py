"""Copies of the roll supplied, and inspections of the register asked for and made.

Source: Trade Union and Labour Relations (Consolidation) Act 1992, section 49(3)(aa), (3A), (3B) and (5A).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import INT_MAX, Id, Text, Time
from ledger.streams.roll import RegisterInspected, Roll, RollCopySupplied, roll_stream
from ledger.streams.timetable import Timetable, timetable_stream


class SupplyRollCopy(Command):
    """Record that a copy of the roll, or of part of it, was supplied to somebody who is entitled to it."""

    election: Id = Field(description="id of the election")
    roll_version: int = Field(ge=1, le=INT_MAX, description="which version of the roll")
    recipient: Id = Field(description="office or candidate that it went to, by id")
    purpose: Text = Field(description="what it is for; published, so name nobody")
    rows: int = Field(ge=0, le=INT_MAX, description="how many entries it has")


@decision(SupplyRollCopy, roll=lambda c, _: roll_stream(c.election))
def supply_roll_copy(command: SupplyRollCopy, act: Act, roll: Roll) -> Outcome:
    """Decide that a copy may be recorded as supplied; of a later version, verify finds one with more than its entries.

    Raises:
        RefusedError: `unknown-version`, `counts-differ`, in that order.
    """
    where = f"roll of election {command.election}"
    if command.roll_version > roll.roll_version:
        expected = f"a version up to {roll.roll_version}" if roll.roll_version else "a roll that was frozen"
        raise refused("unknown-version", where, expected, command.roll_version, "Name the version that was supplied")
    frozen = roll.frozen
    if frozen and command.roll_version == frozen.roll_version and command.rows > frozen.entries:
        expected = f"at most its {frozen.entries} entries"
        raise refused("counts-differ", where, expected, command.rows, "Correct the number")
    fields = command.model_dump(include={"election", "purpose", "recipient", "roll_version", "rows"})
    return Outcome([RollCopySupplied(**act.on(roll), **fields)])


class InspectRegister(Command):
    """Record that the scrutineer inspected the register, or declined to, and who had asked for it."""

    election: Id = Field(description="id of the election")
    requested_by: Literal["member", "candidate", "scrutineer"] = Field(description="who asked for it; nobody by name")
    requested_on: Time = Field(description="when it was asked for (UTC)")
    finding: Literal["accurate", "inaccurate", "declined"] = Field(description="what came of it")
    reason: Text | None = Field(
        None, description="what is inaccurate, or why the suspicion is ill-founded; published, so name nobody"
    )


@decision(
    InspectRegister,
    timetable=lambda c, _: timetable_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
)
def inspect_register(command: InspectRegister, act: Act, timetable: Timetable, roll: Roll) -> Outcome:
    """Decide that an inspection may be recorded; one asked for outside the period of the Act is, and says so.

    Raises:
        RefusedError: `future-dated`, `reason-required`, in that order.
    """
    where = f"inspection of the register in election {command.election}"
    if command.requested_on > act.now:
        expected = f"a moment up to now, {act.now}"
        raise refused("future-dated", where, expected, command.requested_on, "Correct the moment")
    if command.finding != "accurate" and command.reason is None:
        remedy = "Give it with --reason, without names"
        raise refused("reason-required", f"{where}, {command.finding}", "the reason", "none", remedy)
    fields = command.model_dump(include={"election", "finding", "reason", "requested_by", "requested_on"})
    outside = not in_period(timetable, command.requested_on)
    return Outcome([RegisterInspected(**act.on(roll), **fields, outside_period=outside)])


def in_period(timetable: Timetable, moment: str) -> bool:
    """Whether a member or a candidate may ask for an inspection: from nominations on, until before the day of report.

    Where the timetable has no date for the one or the other, nothing is outside on that side.
    """
    opens = min((date.utc for (step, _), date in timetable.steps.items() if step == "nominations-open"), default=None)
    report = timetable.moment("report") or timetable.moment("declaration")
    return (opens is None or moment[:10] >= opens[:10]) and (report is None or moment[:10] < report[:10])

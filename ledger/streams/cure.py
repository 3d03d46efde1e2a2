"""Cures: an applicant is told what is wrong and until when it can be put right, puts it right, or does not.

The time for it begins when the notice was served, and is that of the ground as adopted, of several the longest; hours
are those of a clock that is never changed, and the deadline says what local clocks show then. What comes after it is
kept, as late. An application lapses after a notice only: nobody is turned away for what they were not told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Event, Plain
from ledger.field import Id, PersonKey, Text, Time
from ledger.rules.local_time import Dated, Zone, dated_at, hours_after
from ledger.streams.application import Application, Cure, application_stream, require_open
from ledger.streams.application_events import ApplicationLapsed, CureInvited, CureLapsed, CureSupplied
from ledger.streams.case import Case, Docket
from ledger.streams.decided import publication
from ledger.streams.ground import Grounds, ground_stream, require_ground
from ledger.streams.refused_application import cases_of, docket_of, holding, require_no_case

GROUNDS_MAX = 20


class InviteCure(Command):
    """Record that an applicant was told what is wrong, and until when it can be put right: serve the notice first."""

    application: PersonKey = Field(description="key of the application")
    grounds: tuple[Id, ...] = Field(min_length=1, max_length=GROUNDS_MAX, description="ids of the grounds")
    notice: Id = Field(description="id of the notice's text, such as cure-notice-2; it names nobody")
    served: Time | None = Field(None, description="when the notice was served (UTC); without it nothing is recorded")
    zone: Zone = Field(description="time zone in which the deadline is told, such as Europe/London")


@decision(
    InviteCure,
    application=lambda c, _: application_stream(c.application),
    grounds=lambda _, seen: ground_stream(seen["application"].election or "none"),
)
def invite_cure(command: InviteCure, act: Act, application: Application, grounds: Grounds) -> Outcome:
    """Decide that an applicant may be recorded as invited to put something right.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `notice-not-served`,
            `future-dated`, `ground-not-adopted`, `not-curable`, `cure-open`, `zone-unknown`, in that order.
    """
    received = require_open(application)
    deadline = cure_deadline(
        application, grounds, command.grounds, command.served, command.zone, act, received.election
    )
    event = CureInvited(
        **act.on(application),
        deadline=deadline,
        grounds=_once(command.grounds),
        notice=command.notice,
        served=command.served or "",
    )
    return Outcome([event])


def cure_deadline(
    application: Application,
    grounds: Grounds,
    asked: Sequence[str],
    served: str | None,
    zone: str,
    act: Act,
    election: str,
) -> Dated:
    """Give the deadline of an invitation that may be recorded.

    Raises:
        RefusedError: `notice-not-served`, `future-dated`, `ground-not-adopted`, `not-curable`, `cure-open`,
            `zone-unknown`, in that order.
    """
    where = application.stream
    if served is None:
        remedy = "Serve the notice, then record when that was"
        raise refused("notice-not-served", where, "when the notice was served", "nothing", remedy)
    publication(served, act, f"{where}, served")
    hours = []
    for name in asked:
        ground = require_ground(grounds, name, served, election)
        if ground.cure_hours is None:
            what = f"{where}, ground {name}"
            raise refused("not-curable", what, "a ground with cure_hours", "none", "A ruling has to decide it")
        cure = application.cures.get(name)
        if cure is not None and not cure.lapsed and cure.supplied is None:
            found = f"an invitation open until {cure.invited.deadline.utc}"
            raise refused("cure-open", f"{where}, ground {name}", "no open invitation", found, "Wait for its end")
        hours.append(ground.cure_hours)
    return dated_at(hours_after(served, max(hours)), zone, f"{where}, deadline")


class SupplyCure(Command):
    """Record what an applicant supplied to put something right. What comes after the deadline is kept, as late."""

    private = frozenset({"supplied"})

    application: PersonKey = Field(description="key of the application")
    grounds: tuple[Id, ...] = Field(min_length=1, max_length=GROUNDS_MAX, description="ids of the grounds")
    supplied: Text = Field(description="what was supplied; it goes to the vault")
    received: Time | None = Field(None, description="when it was received (UTC); when it took effect if left out")


@decision(SupplyCure, application=lambda c, _: application_stream(c.application))
def supply_cure(command: SupplyCure, act: Act, application: Application) -> Outcome:
    """Decide that what an applicant supplied may be recorded, in time or late.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `future-dated`,
            `cure-not-invited`, `before-notice`, in that order.
    """
    require_open(application)
    where = application.stream
    received = publication(command.received, act, f"{where}, received")
    sides: dict[bool, list[str]] = {}
    for name, cure in _invited(application, command.grounds):
        served = cure.invited.served
        if received < served:
            raise refused("before-notice", f"{where}, ground {name}", f"after {served}", received, "Correct the moment")
        sides.setdefault(cure.lapsed or received > cure.invited.deadline.utc, []).append(name)
    events: list[Event] = [
        CureSupplied(
            **act.on(application, after=number),
            grounds=tuple(names),
            late=late,
            received=received,
            supplied=Plain(command.supplied),
        )
        for number, (late, names) in enumerate(sorted(sides.items()))
    ]
    return Outcome(events)


class LapseCure(Command):
    """Record that a deadline passed and that nothing was put right by then."""

    application: PersonKey = Field(description="key of the application")
    grounds: tuple[Id, ...] = Field(min_length=1, max_length=GROUNDS_MAX, description="ids of the grounds")


@decision(LapseCure, application=lambda c, _: application_stream(c.application))
def lapse_cure(command: LapseCure, act: Act, application: Application) -> Outcome:
    """Decide that the time to put something right is over.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `future-dated`,
            `cure-not-invited`, `cure-lapsed`, `cure-supplied`, `cure-open`, in that order.
    """
    require_open(application)
    require_past(act, application.stream)
    for name, cure in _invited(application, command.grounds):
        where = f"{application.stream}, ground {name}"
        if cure.lapsed:
            raise refused("cure-lapsed", where, "an invitation that has not lapsed", "one that has", "Nothing to do")
        if cure.in_time:
            raise refused("cure-supplied", where, "nothing supplied in time", "an answer", "Run the checks again")
        if act.effective <= cure.invited.deadline.utc:
            expected = f"a moment after the deadline, {cure.invited.deadline.utc}"
            raise refused("cure-open", where, expected, act.effective, "Wait for the end of it")
    return Outcome([CureLapsed(**act.on(application), grounds=_once(command.grounds))])


def require_past(act: Act, where: str) -> None:
    """Refuse to say of a moment to come that somebody's time was over by then (`future-dated`)."""
    if act.effective > act.now:
        remedy = "Record it once their time is over"
        raise refused("future-dated", where, f"a moment up to now, {act.now}", act.effective, remedy)


class LapseApplication(Command):
    """Record that an application came to nothing, for want of an answer to a notice whose time is over."""

    application: PersonKey = Field(description="key of the application")


@decision(
    LapseApplication,
    application=lambda c, _: application_stream(c.application),
    docket=docket_of,
    cases=cases_of,
)
def lapse_application(
    command: LapseApplication, act: Act, application: Application, docket: Docket, cases: tuple[Case, ...]
) -> Outcome:
    """Decide that an application lapses: it was told of a fault, and put none right that it was told of.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `notice-not-served`,
            `cure-supplied`, `cure-open`, `open-referral`, `open-case`, in that order.
    """
    cause, grounds = require_lapsed(application, holding(application.stream, cases) if docket.cases else ())
    return Outcome([ApplicationLapsed(**act.on(application), cause=cause, grounds=grounds)])


def require_lapsed(
    application: Application, cases: Collection[str] = ()
) -> tuple[Literal["unpaid", "uncured"], tuple[str, ...]]:
    """Give for what cause, and on which grounds, an application lapses; refuse one that does not.

    Args:
        cases: ids of the open cases about it.

    Raises:
        RefusedError: as of `lapse_application`.
    """
    require_open(application)
    where = application.stream
    if not application.cures:
        remedy = "Serve a notice and record invite-cure"
        raise refused("notice-not-served", where, "a notice served, whose time is over", "none", remedy)
    for name, cure in application.cures.items():
        if cure.in_time and not cure.lapsed:
            remedy = "Run the checks again; a refusal is a ruling"
            raise refused("cure-supplied", f"{where}, ground {name}", "nothing supplied", "an answer", remedy)
    lapsed = tuple(name for name, cure in application.cures.items() if cure.lapsed)
    if len(lapsed) < len(application.cures):
        remedy = "Wait for the end of it, then record lapse-cure"
        raise refused(
            "cure-open", where, "every invitation lapsed", f"{len(lapsed)} of {len(application.cures)}", remedy
        )
    if application.referrals:
        found = ", ".join(application.referrals)
        raise refused("open-referral", where, "no open referral", found, "Decide on the referral first")
    require_no_case(application, cases)
    return "unpaid" if application.short else "uncured", lapsed


def _invited(application: Application, asked: Iterable[str]) -> list[tuple[str, Cure]]:
    for name in asked:
        if name not in application.cures:
            found = ", ".join(application.cures) or "none"
            expected = f"an invitation on ground {name}"
            raise refused("cure-not-invited", application.stream, expected, found, "Correct the ground")
    return [(name, application.cures[name]) for name in _once(asked)]


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))

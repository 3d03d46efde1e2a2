"""Cures by the thousand: applicants are told what is wrong, all by one notice, and what is not put right lapses.

Who is told, and of what, follows from the tests that are not passed; which ground each test goes by is said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

from pydantic import Field, PrivateAttr, model_validator

from ledger.batches.sweep import Found, Sweep, Swept
from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import RefusedError, refused
from ledger.event import Event
from ledger.field import Id, Time, Version
from ledger.rules.local_time import Zone, require_zone
from ledger.streams.application_events import ApplicationLapsed, CureInvited
from ledger.streams.cure import require_past
from ledger.streams.cure_events import (
    Invitation,
    InvitationClosed,
    InvitationOpened,
    Lapse,
    LapseClosed,
    LapseOpened,
    Tally,
    Told,
    invitation_stream,
    lapse_stream,
)
from ledger.streams.curing import Notice, curable_of
from ledger.streams.decided import publication
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.franchise import Adopted, franchise_stream, require_franchise
from ledger.streams.ground import Grounds, ground_stream

RUNS_MAX = 100_000
TESTS_MAX = 5


class Curing(Found, Protocol):
    """The applications that are to lapse, and why others are not."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many open applications are left out, by code; known once all pages are read."""
        ...


class Inviting(Curing, Protocol):
    """The applicants who are to be told what is wrong, and why others are not."""

    def by(self, notice: Notice) -> Curing:
        """Give those who are to be told by a notice; what is left out counts alike."""
        ...


class InviteCures(Command):
    """Record that everybody was told who failed a test that can be put right: pollbook invite-cures ELECTION.

    Serve the notice first. Told is who fails tests that are named here and no others, and was not told of them before.
    """

    signed = True

    election: Id = Field(description="id of the election")
    number: Version = Field(le=RUNS_MAX, description="number of the invitations, from 1; invite-cures fills it in")
    cures: tuple[Told, ...] = Field(
        min_length=1, max_length=TESTS_MAX, description='ground by test, as JSON: [{"test":"paid","ground":"unpaid"}]'
    )
    notice: Id = Field(description="id of the notice's text, such as cure-notice-2; it names nobody")
    served: Time = Field(description="when the notice was served (UTC)")
    zone: Zone = Field(description="time zone in which the deadline is told, such as Europe/London")

    _source: Inviting | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _names_each_test_once(self) -> Self:
        if len({each.test for each in self.cures}) < len(self.cures):
            raise ValueError("cures: a test stands twice")
        return self

    def of(self, source: Inviting) -> Self:
        """Give the command the applications."""
        self._source = source
        return self

    @property
    def source(self) -> Inviting | None:
        """The applications; None where the command did not come from `pollbook invite-cures`."""
        return self._source


@decision(
    InviteCures,
    election=lambda c, _: election_stream(c.election),
    franchise=lambda c, _: franchise_stream(c.election),
    grounds=lambda c, _: ground_stream(c.election),
    run=lambda c, _: invitation_stream(c.election, c.number),
    before=lambda c, _: invitation_stream(c.election, c.number - 1),
)
def invite_cures(
    command: InviteCures,
    act: Act,
    election: Election,
    franchise: Adopted,
    grounds: Grounds,
    run: Invitation,
    before: Invitation,
) -> Outcome:
    """Decide that applicants may be recorded as invited in bulk, or that this is gone on with.

    Raises:
        RefusedError: `unknown-election`, `no-franchise`, `future-dated`, `zone-unknown`, `ground-not-adopted`,
            `not-curable`, `invitation-open`, `nobody-given`, `franchise-changed`, `batch-differs`, in that order.
    """
    require_election(election, command.election)
    if run.closed:
        return Outcome()
    require_franchise(franchise, command.election)
    where = f"invitations {command.number} of election {command.election}"
    publication(command.served, act, f"{where}, served")
    require_zone(command.zone, where)
    curable = curable_of(command.cures, command.served, grounds, command.election)
    _require_closed(before, command.number, "invitation-open", where)
    source = command.source
    if source is None:
        raise _nobody_given("invite-cures", command.election, where)
    said: Mapping[str, Any] = {name: getattr(command, name) for name in ("notice", "served", "zone")}
    number: Mapping[str, Any] = {"election": command.election, "number": command.number}
    opened = run.opened or InvitationOpened(
        **act.on(run), **number, **said, curable=curable, franchise=franchise.version
    )
    _require_same_franchise(opened.franchise, franchise, where)
    if {**said, "curable": curable} != {name: getattr(opened, name) for name in (*said, "curable")}:
        remedy = "Give what they were begun with"
        raise refused("batch-differs", where, f"notice {opened.notice}, served {opened.served}", "another", remedy)

    def closed(swept: Swept, now: str) -> Event:
        return InvitationClosed(
            **act.on(run) | {"version": 2, "recorded": now},
            **number,
            applications=swept.events,
            changed=swept.changed,
            digest=swept.digest,
            invited=_tallies(swept.counts),
            not_invited=_tallies(source.left_out),
        )

    return Outcome((), Sweep(run.stream, opened, source.by(Notice.opened(opened)), counted_of, closed))


class LapseApplications(Command):
    """Record that applications came to nothing for want of an answer: pollbook lapse ELECTION.

    Those lapse whose time to put things right is over, where nothing was supplied, and where no test fails that they
    were not told of.
    """

    signed = True

    election: Id = Field(description="id of the election")
    number: Version = Field(le=RUNS_MAX, description="number of the lapses, from 1; pollbook lapse fills it in")

    _source: Curing | None = PrivateAttr(None)

    def of(self, source: Curing) -> Self:
        """Give the command the applications."""
        self._source = source
        return self

    @property
    def source(self) -> Curing | None:
        """The applications; None where the command did not come from `pollbook lapse`."""
        return self._source


@decision(
    LapseApplications,
    election=lambda c, _: election_stream(c.election),
    franchise=lambda c, _: franchise_stream(c.election),
    run=lambda c, _: lapse_stream(c.election, c.number),
    before=lambda c, _: lapse_stream(c.election, c.number - 1),
)
def lapse_applications(
    command: LapseApplications, act: Act, election: Election, franchise: Adopted, run: Lapse, before: Lapse
) -> Outcome:
    """Decide that applications may lapse in bulk, or that this is gone on with.

    Raises:
        RefusedError: `unknown-election`, `no-franchise`, `lapse-open`, `future-dated`, `nobody-given`,
            `franchise-changed`.
    """
    require_election(election, command.election)
    if run.closed:
        return Outcome()
    require_franchise(franchise, command.election)
    where = f"lapses {command.number} of election {command.election}"
    _require_closed(before, command.number, "lapse-open", where)
    require_past(act, where)
    source = command.source
    if source is None:
        raise _nobody_given("lapse", command.election, where)
    number: Mapping[str, Any] = {"election": command.election, "number": command.number}
    opened = run.opened or LapseOpened(**act.on(run), **number, franchise=franchise.version)
    _require_same_franchise(opened.franchise, franchise, where)

    def closed(swept: Swept, now: str) -> Event:
        return LapseClosed(
            **act.on(run) | {"version": 2, "recorded": now},
            **number,
            changed=swept.changed,
            digest=swept.digest,
            lapsed=_tallies(swept.counts),
            not_lapsed=_tallies(source.left_out),
        )

    return Outcome((), Sweep(run.stream, opened, source, counted_of, closed))


def counted_of(event: Event) -> tuple[str, ...]:
    """Give what an event of such a batch counts towards: the grounds of an invitation, or the cause of a lapse."""
    match event:
        case CureInvited():
            return event.grounds
        case ApplicationLapsed():
            return (event.cause,)
    return ()


def _require_closed(before: Invitation | Lapse, number: int, code: str, where: str) -> None:
    if number > 1 and not before.closed:
        found = "open ones" if before.opened else "none"
        remedy = "Finish them first: give the same command again"
        raise refused(code, where, f"those of number {number - 1} closed", found, remedy)


def _nobody_given(verb: str, election: str, where: str) -> RefusedError:
    remedy = f"Give: pollbook {verb} {election}"
    return refused("nobody-given", where, "the applications", "none", remedy)


def _require_same_franchise(began_with: int, franchise: Adopted, where: str) -> None:
    if began_with != franchise.version:
        expected = f"version {began_with} of the franchise, with which they began"
        raise refused("franchise-changed", where, expected, franchise.version, "Have them looked into")


def _tallies(counts: Mapping[str, int]) -> tuple[Tally, ...]:
    return tuple(Tally(applications=number, code=code) for code, number in sorted(counts.items()))

"""The events of `invitation/<election>/<number>` and `lapse/<election>/<number>`: cures by the thousand, as batches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ledger.decision import State
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Time, Version
from ledger.rules.local_time import Zone

CheckedTest = Literal["not-barred", "not-duplicate", "of-age", "paid", "register-match"]  # by what a check found


class Told(Canonical):
    """Which ground applicants are told of who do not pass a test."""

    ground: Id
    test: CheckedTest


class Curable(Canonical):
    """A ground, the test that it goes with, and how many hours there were to put it right as the notice was served."""

    ground: Id
    hours: Count
    test: CheckedTest


class Tally(Canonical):
    """How many applications, by a code."""

    applications: Count
    code: Id


class InvitationOpened(Event):
    """Applicants began to be recorded as told what is wrong, by a notice that was served on all of them.

    `franchise` is the place, in its stream, of the rule that the tests are from; `curable`, what each test goes by.
    """

    audience = Audience.RESTRICTED
    type: Literal["invitation-opened.v1"] = "invitation-opened.v1"
    curable: tuple[Curable, ...]
    election: Id
    franchise: Version
    notice: Id
    number: Version
    served: Time
    zone: Zone


class InvitationClosed(Event):
    """Everybody is recorded as told who was.

    `invited` counts by ground: one may be told of several. `changed` counts those left out because something was
    recorded of them meanwhile. `digest` is the SHA-256 over the leaf hashes (RFC 6962), in the order of the ledger.
    """

    audience = Audience.RESTRICTED
    type: Literal["invitation-closed.v1"] = "invitation-closed.v1"
    applications: Count
    changed: Count
    digest: Hash
    election: Id
    invited: tuple[Tally, ...]
    not_invited: tuple[Tally, ...]
    number: Version


class LapseOpened(Event):
    """Applications began to be recorded as lapsed that were not put right in time, by this version of the franchise."""

    audience = Audience.RESTRICTED
    type: Literal["lapse-opened.v1"] = "lapse-opened.v1"
    election: Id
    franchise: Version
    number: Version


class LapseClosed(Event):
    """Every application lapsed that was to, `lapsed` by cause; `changed` and `digest` as of invitations."""

    audience = Audience.RESTRICTED
    type: Literal["lapse-closed.v1"] = "lapse-closed.v1"
    changed: Count
    digest: Hash
    election: Id
    lapsed: tuple[Tally, ...]
    not_lapsed: tuple[Tally, ...]
    number: Version


@dataclass(frozen=True, slots=True)
class Invitation(State):
    """Invitations in bulk as they stand: absent, open, or closed."""

    opened: InvitationOpened | None = None
    closed: InvitationClosed | None = None

    def evolve(self, event: Event) -> Invitation:
        """Give them after one more event."""
        match event:
            case InvitationOpened():
                return replace(self, version=event.version, opened=event)
            case InvitationClosed():
                return replace(self, version=event.version, closed=event)
        raise TypeError(f"{event.type} does not belong to invitations")


@dataclass(frozen=True, slots=True)
class Lapse(State):
    """Lapses in bulk as they stand: absent, open, or closed."""

    opened: LapseOpened | None = None
    closed: LapseClosed | None = None

    def evolve(self, event: Event) -> Lapse:
        """Give them after one more event."""
        match event:
            case LapseOpened():
                return replace(self, version=event.version, opened=event)
            case LapseClosed():
                return replace(self, version=event.version, closed=event)
        raise TypeError(f"{event.type} does not belong to lapses")


def invitation_stream(election: str, number: int) -> Invitation:
    """Name the stream of invitations in bulk."""
    return Invitation(f"invitation/{election}/{number}")


def lapse_stream(election: str, number: int) -> Lapse:
    """Name the stream of lapses in bulk."""
    return Lapse(f"lapse/{election}/{number}")

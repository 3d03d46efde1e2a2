"""What becomes of a member on `person/<key>`: details amended, membership lapsed and resumed, suspended, expelled.

The days are those on which it took effect in the world; the envelope's times are the ledger's.
"""

from __future__ import annotations

from typing import Literal

from ledger.event import Audience, Event, Private
from ledger.field import Hash, Id, Text
from ledger.streams.member import Declaration, Levy, MemberRegistered
from ledger.streams.nominated import Day

Change = Literal["renewed", "lapsed", "resigned", "rejoined", "transferred", "upgraded"]
Voting = Literal["keeps", "loses"]


class MemberAmended(Event):
    """A member's details were changed, as a later file of the register or a correction has them: all of them anew.

    What is personal is disclosed anew too, whether or not it is that which changed: the leaf does not tell.
    """

    audience = Audience.RESTRICTED
    type: Literal["member-amended.v1"] = "member-amended.v1"
    affiliate: Id | None = None
    category: Id
    declaration: Declaration | None = None
    identity: Private
    joined: Day | None = None
    lapsed: Day | None = None
    levy: Levy | None = None
    region: Id | None = None
    section: Id | None = None
    unit: Id | None = None


class MembershipChanged(Event):
    """A membership was renewed, lapsed or was taken up again, or moved to another unit or category, on a day."""

    audience = Audience.RESTRICTED
    type: Literal["membership-changed.v1"] = "membership-changed.v1"
    category: Id | None = None
    change: Change
    on: Day
    unit: Id | None = None


class MemberSuspended(Event):
    """A member was suspended from a day on, until another or until it is lifted, and keeps or loses the vote."""

    audience = Audience.RESTRICTED
    type: Literal["member-suspended.v1"] = "member-suspended.v1"
    body: Id | None = None
    clause: Hash
    decision: Id | None = None
    on: Day
    until: Day | None = None
    voting: Voting


class SuspensionLifted(Event):
    """The suspension of a member ended on a day."""

    audience = Audience.RESTRICTED
    type: Literal["suspension-lifted.v1"] = "suspension-lifted.v1"
    body: Id | None = None
    decision: Id | None = None
    on: Day


class MemberExpelled(Event):
    """A member was expelled on a day, under a clause."""

    audience = Audience.RESTRICTED
    type: Literal["member-expelled.v1"] = "member-expelled.v1"
    body: Id | None = None
    clause: Hash
    decision: Id | None = None
    on: Day


class MemberReadmitted(Event):
    """Somebody who had been expelled is a member again from a day on."""

    audience = Audience.RESTRICTED
    type: Literal["member-readmitted.v1"] = "member-readmitted.v1"
    body: Id | None = None
    decision: Id | None = None
    on: Day


class OfficeHeld(Event):
    """A person holds an office from a day on, such as `mp` with the area they sit for, or `whip`: the party's whip."""

    audience = Audience.RESTRICTED
    type: Literal["office-held.v1"] = "office-held.v1"
    area: Id | None = None
    office: Id
    on: Day
    source: Text


class OfficeCeased(Event):
    """A person does not hold an office any more from a day on; of a whip: it was withdrawn or resigned."""

    audience = Audience.RESTRICTED
    type: Literal["office-ceased.v1"] = "office-ceased.v1"
    area: Id | None = None
    office: Id
    on: Day
    source: Text


CHANGES = (  # of one member, by command
    MembershipChanged,
    MemberSuspended,
    SuspensionLifted,
    MemberExpelled,
    MemberReadmitted,
    OfficeHeld,
    OfficeCeased,
)
MEMBER_EVENTS = (MemberRegistered, MemberAmended, *CHANGES)

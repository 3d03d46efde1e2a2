"""`application/<key>`: somebody's application as it stands, and how it is received, referred and withdrawn.

Whether it is in time, what it costs and what it needs follow from when it was received, by the timetable and the fee
of that moment; what is decided later does not change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ledger.checks.versions import BY_HAND
from ledger.decision import State
from ledger.errors import refused
from ledger.event import Event
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReceivedLate,
    ApplicationReferred,
    ApplicationRefusalReversed,
    ApplicationRefused,
    ApplicationWithdrawn,
    Check,
    ChecksRun,
    CureInvited,
    CureLapsed,
    CureSupplied,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
    FeeRetained,
    ReferralCleared,
)

PREFIX = "application/"


@dataclass(frozen=True, slots=True)
class Cure:
    """One ground that an applicant was told of: how it was answered, if it was."""

    invited: CureInvited
    supplied: CureSupplied | None = None
    lapsed: bool = False

    @property
    def in_time(self) -> bool:
        """Whether it was answered before the deadline."""
        return self.supplied is not None and not self.supplied.late


@dataclass(frozen=True, slots=True)
class Application(State):
    """An application as it stands.

    Attributes:
        received: how it was received; None where none of this key was.
        payments: keyed reference -> what was received and has not failed since.
        failed: number of payments that failed.
        refunded, retained: amounts.
        checks: name -> the last outcome; `run` the event of the last run of any.
        hands: check that an officer let pass by hand, and none made since -> that office.
        anew: whether money moved, or something was put right, since the checks were run last.
        cures: ground -> the last invitation to put it right.
        referrals: grounds referred and not cleared, in order.
        admitted: how it was admitted.
        refusal: how it was refused, unless that was reversed.
        ended: what became of it; empty as long as nothing has.
    """

    received: ApplicationReceived | ApplicationReceivedLate | None = None
    payments: Mapping[str, FeeReceived] = field(default_factory=dict)
    failed: int = 0
    refunded: int = 0
    retained: int = 0
    checks: Mapping[str, Check] = field(default_factory=dict)
    run: ChecksRun | None = None
    hands: Mapping[str, str] = field(default_factory=dict)
    anew: bool = False
    cures: Mapping[str, Cure] = field(default_factory=dict)
    referrals: tuple[str, ...] = ()
    admitted: ApplicationAdmitted | None = None
    refusal: ApplicationRefused | None = None
    ended: Literal["", "admitted", "lapsed", "refused", "withdrawn"] = ""

    @property
    def key(self) -> str:
        """The applicant's key, 24 hexadecimal digits."""
        return self.stream.removeprefix(PREFIX)

    @property
    def election(self) -> str:
        """The election that it is for; empty where none was received."""
        return self.received.election if self.received else ""

    @property
    def late(self) -> bool:
        """Whether it was received late."""
        return isinstance(self.received, ApplicationReceivedLate)

    @property
    def due(self) -> int:
        """The fee that it was quoted; nothing where it was late."""
        return self.received.fee_due if isinstance(self.received, ApplicationReceived) else 0

    @property
    def money(self) -> int:
        """What was received and neither failed nor was refunded."""
        return sum(each.amount for each in self.payments.values()) - self.refunded

    @property
    def short(self) -> int:
        """By how much the fee is underpaid; 0 where it is paid."""
        return max(self.due - self.money, 0)

    def evolve(self, event: Event) -> Application:
        """Give the application after one more event."""
        version = event.version
        match event:
            case ApplicationReceived() | ApplicationReceivedLate():
                return replace(self, version=version, received=event)
            case FeeReceived():
                return replace(self, version=version, anew=True, payments={**self.payments, event.payment: event})
            case FeeFailed():
                kept = {payment: each for payment, each in self.payments.items() if payment != event.payment}
                return replace(self, version=version, anew=True, payments=kept, failed=self.failed + 1)
            case FeeRefunded():
                return replace(self, version=version, anew=True, refunded=self.refunded + event.amount)
            case FeeRetained():
                return replace(self, version=version, retained=self.retained + event.amount)
            case ChecksRun():
                checks = {**self.checks}
                checks.update((each.check, each) for each in event.checks)
                hands = {name: office for name, office in self.hands.items() if checks[name].version == BY_HAND}
                for each in event.checks:
                    if each.version == BY_HAND:
                        hands.pop(each.check, None)
                        hands.update({each.check: event.actor} if each.outcome == "pass" else {})
                return replace(self, version=version, anew=False, checks=checks, hands=hands, run=event)
            case ApplicationReferred():
                return replace(self, version=version, referrals=(*self.referrals, event.ground))
            case ReferralCleared():
                rest = tuple(ground for ground in self.referrals if ground != event.ground)
                return replace(self, version=version, referrals=rest)
            case ApplicationAdmitted():
                return replace(self, version=version, admitted=event, ended="admitted")
            case ApplicationRefused():
                return replace(self, version=version, refusal=event, ended="refused")
            case ApplicationRefusalReversed():
                return replace(self, version=version, refusal=None, ended="")
            case ApplicationLapsed():
                return replace(self, version=version, ended="lapsed")
            case ApplicationWithdrawn():
                return replace(self, version=version, ended="withdrawn")
            case CureInvited() | CureSupplied() | CureLapsed():
                anew = self.anew or isinstance(event, CureSupplied)
                return replace(self, version=version, anew=anew, cures={**self.cures, **self._cured(event)})
        raise TypeError(f"{event.type} does not belong to an application")

    def _cured(self, event: CureInvited | CureSupplied | CureLapsed) -> dict[str, Cure]:
        """Give the grounds that an event about them changes, as they stand after it."""
        unknown = [] if isinstance(event, CureInvited) else [one for one in event.grounds if one not in self.cures]
        if unknown:
            raise TypeError(f"{event.type} does not belong to an application not told of {', '.join(unknown)}")
        match event:
            case CureInvited():
                return {ground: Cure(event) for ground in event.grounds}
            case CureSupplied():
                return {ground: replace(self.cures[ground], supplied=event) for ground in event.grounds}
            case CureLapsed():
                return {ground: replace(self.cures[ground], lapsed=True) for ground in event.grounds}


def application_stream(key: str) -> Application:
    """Name the stream of an application by its key."""
    return Application(f"{PREFIX}{key}")


def require_open(application: Application) -> ApplicationReceived:
    """Refuse what is about an application that is not there, was late, or on which was decided.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, in that order.
    """
    received = require_received(application)
    if isinstance(received, ApplicationReceivedLate):
        found = f"one received at {received.received}, {received.closed} being the end"
        raise refused("received-late", application.stream, "an application in time", found, "It is kept as it is")
    if application.ended:
        remedy = "What was decided stays; see what may be done with: pollbook show " + application.stream
        raise refused("already-determined", application.stream, "an open application", application.ended, remedy)
    return received


def require_received(application: Application) -> ApplicationReceived | ApplicationReceivedLate:
    """Refuse where there is no application of that key (`unknown-application`)."""
    if application.received is None:
        remedy = "Give its key; pollbook application-key finds it by the receipt number"
        raise refused("unknown-application", application.stream, "an application on record", "none", remedy)
    return application.received

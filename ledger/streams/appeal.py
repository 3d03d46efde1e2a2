"""`appeal/<case>/<ruling>` as it stands. What is recorded is in `appeal_events`; decisions in `appeals`, `remedies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ledger.decision import State
from ledger.errors import refused
from ledger.event import Event
from ledger.streams.appeal_events import (
    AppealAttempted,
    AppealDetermined,
    AppealLodged,
    AppealReceivedLate,
    AppealWithdrawn,
    EvidencePackDisclosed,
    HearingHeld,
    LeaveGranted,
    LeaveRefused,
    RemedyDone,
    RemedyOrdered,
    ReviewersAssigned,
)

Received = AppealLodged | AppealReceivedLate | AppealAttempted


@dataclass(frozen=True, slots=True)
class Appeal(State):
    """An appeal as it stands.

    Attributes:
        received: how it came: in time, late, or where no appeal lies; the last attempt, if there were several.
        attempts: how often it was tried where no appeal lies.
        leave: True or False once it was granted or refused.
        remedies: number -> as ordered; `done`, number -> as done.
    """

    received: Received | None = None
    attempts: int = 0
    leave: bool | None = None
    reviewers: ReviewersAssigned | None = None
    pack: EvidencePackDisclosed | None = None
    hearing: HearingHeld | None = None
    determined: AppealDetermined | None = None
    remedies: Mapping[int, RemedyOrdered] = field(default_factory=dict)
    done: Mapping[int, RemedyDone] = field(default_factory=dict)
    withdrawn: AppealWithdrawn | None = None

    @property
    def pending(self) -> bool:
        """Whether it is to be determined."""
        if self.withdrawn or self.determined or not self.received or isinstance(self.received, AppealAttempted):
            return False
        return isinstance(self.received, AppealLodged) or self.leave is not False

    def evolve(self, event: Event) -> Appeal:
        """Give the appeal after one more event."""
        after = replace(self, version=event.version)
        match event:
            case AppealLodged() | AppealReceivedLate():  # the person's own begins anew where another was withdrawn
                return Appeal(self.stream, event.version, received=event, attempts=self.attempts)
            case AppealAttempted():
                return replace(after, received=event, attempts=self.attempts + 1)
            case LeaveGranted() | LeaveRefused():
                return replace(after, leave=isinstance(event, LeaveGranted))
            case ReviewersAssigned():  # others than those who heard it: they hear it anew
                return replace(after, reviewers=event, hearing=None)
            case EvidencePackDisclosed():
                return replace(after, pack=event)
            case HearingHeld():
                return replace(after, hearing=event)
            case AppealDetermined():
                return replace(after, determined=event)
            case RemedyOrdered():
                return replace(after, remedies={**self.remedies, event.number: event})
            case RemedyDone():
                return replace(after, done={**self.done, event.number: event})
            case AppealWithdrawn():
                return replace(after, withdrawn=event)
        raise TypeError(f"{event.type} does not belong to an appeal")


def appeal_stream(case: str, ruling: int) -> Appeal:
    """Name the stream of the appeal against a ruling."""
    return Appeal(f"appeal/{case}/{ruling}")


def require_appeal(appeal: Appeal) -> AppealLodged | AppealReceivedLate:
    """Give how an appeal was received, or refuse where none lies (`unknown-appeal`, `no-appeal-lies`)."""
    if appeal.received is None:
        remedy = "See: pollbook appeals; or record lodge-appeal"
        raise refused("unknown-appeal", appeal.stream, "an appeal on record", "none of this ruling", remedy)
    if isinstance(appeal.received, AppealAttempted):
        found = f"none, by clause {appeal.received.no_appeal}"
        raise refused("no-appeal-lies", appeal.stream, "an appeal that lies", found, "It is on record, and counted")
    return appeal.received


def require_pending(appeal: Appeal) -> AppealLodged | AppealReceivedLate:
    """Give how an appeal was received, or refuse where it is not to be determined any more.

    Raises:
        RefusedError: what `require_appeal` raises, `already-determined`, `appeal-withdrawn`, `leave-refused`.
    """
    received = require_appeal(appeal)
    if appeal.determined is not None:
        found = f"{appeal.determined.outcome} at {appeal.determined.effective}"
        raise refused("already-determined", appeal.stream, "an appeal that is pending", found, "It stands")
    if appeal.withdrawn is not None:
        found = f"one withdrawn at {appeal.withdrawn.effective}"
        raise refused("appeal-withdrawn", appeal.stream, "an appeal that is pending", found, "It stands")
    if appeal.leave is False:
        raise refused("leave-refused", appeal.stream, "an appeal that is pending", "leave refused", "It stands")
    return received

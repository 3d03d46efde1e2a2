"""Which states the streams of applications fold into, and which of those streams an event belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams.admission import AdmissionClosed, AdmissionOpened, AdmissionRun
from ledger.streams.application import Application
from ledger.streams.checks import CheckRunState, ChecksClosed, ChecksOpened
from ledger.streams.cure_events import (
    Invitation,
    InvitationClosed,
    InvitationOpened,
    Lapse,
    LapseClosed,
    LapseOpened,
)
from ledger.streams.payment import Payment
from ledger.streams.payments import PaymentsFile, PaymentsReceived, PaymentsReconciled

APPLICATION_KINDS: dict[str, type[State]] = {
    "admission": AdmissionRun,
    "application": Application,
    "checks": CheckRunState,
    "invitation": Invitation,
    "lapse": Lapse,
    "payment": Payment,
    "payments": PaymentsFile,
}


def application_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on; `*` for the last part; empty if any."""
    match event:
        case AdmissionOpened() | AdmissionClosed():
            return f"admission/{event.election}/{event.number}"
        case InvitationOpened() | InvitationClosed():
            return f"invitation/{event.election}/{event.number}"
        case LapseOpened() | LapseClosed():
            return f"lapse/{event.election}/{event.number}"
        case ChecksOpened() | ChecksClosed():
            return f"checks/{event.election}/*"
        case PaymentsReceived() | PaymentsReconciled():
            return f"payments/{event.election}/{event.file}"
    return ""

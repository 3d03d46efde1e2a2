"""Which states the streams of registers fold into, and which of those streams an event belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams.agreement import Agreement, ChangeAgreed
from ledger.streams.certificate import Certificate, ListCertified
from ledger.streams.member import BatchReceived, BatchReconciled, IntakeState
from ledger.streams.member_history import Member
from ledger.streams.merge import Merge

REGISTER_KINDS: dict[str, type[State]] = {
    "agreement": Agreement,
    "certificate": Certificate,
    "intake": IntakeState,
    "merge": Merge,
    "person": Member,
}


def register_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on; empty if any."""
    match event:
        case BatchReceived() | BatchReconciled():
            return f"intake/{event.register_id}/{event.file}"
        case ChangeAgreed():
            return f"agreement/{event.person}"
        case ListCertified():
            return f"certificate/{event.register_id}/{event.file}"
    return ""

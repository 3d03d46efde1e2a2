"""Which states the streams about personal data fold into, and which of those streams an event belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams.access import Accesses, AccessLogged
from ledger.streams.erasures import DisclosuresErased, Erasures, ErasuresConfirmed, ErasuresOrdered
from ledger.streams.retention import Retention

PRIVACY_KINDS: dict[str, type[State]] = {
    "access": Accesses,
    "erasures": Erasures,
    "vault": Retention,
}
DAY_LENGTH = len("2016-01-12")


def privacy_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on; empty if any."""
    match event:
        case ErasuresOrdered() | DisclosuresErased() | ErasuresConfirmed():
            return f"erasures/{event.register_id}"
        case AccessLogged():
            return f"access/{event.effective[:DAY_LENGTH]}"
    return ""

"""What a change by hand says that it rests on, and whether that ordered it by what stood before it; part of E13."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ledger.decision import AnyState
from ledger.event import Event
from ledger.streams.body import Fault
from ledger.streams.contest import contest_stream
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored, entry_stream
from ledger.streams.issued import PaperCancelled, PaperIssued
from ledger.streams.ordered import DECIDED, Act, Change, addition_faults, named_appeal, named_case, ordered_faults
from ledger.streams.refused_application import application_of


class Reader(Protocol):
    """Gives streams as they stood."""

    def read(self, empty: AnyState) -> AnyState:
        """Give a state as it stood."""
        ...


ACTS: dict[type[Event], Act] = {
    EntryAdded: "add",
    EntryAmended: "amend",
    EntryRemoved: "remove",
    EntryRestored: "restore",
    PaperCancelled: "cancel",
    PaperIssued: "issue",
}


def alone_faults(past: Reader, event: Event) -> Iterator[Fault]:
    """Find that a change which came with no ruling told and no remedy done is ordered by neither.

    Args:
        past: streams as they stood before the event.
    """
    person = event.stream.rpartition("/")[2]
    cause: str | None
    match event:
        case EntryAdded():
            cause = event.source
            change = Change("add", event.election, person)
        case EntryAmended() | EntryRemoved() | EntryRestored():
            cause = event.cause
            change = Change(ACTS[type(event)], event.election, person, event.number)
        case PaperCancelled() | PaperIssued():
            cause = event.cause if isinstance(event, PaperCancelled) else event.reason
            election = past.read(contest_stream(event.contest)).election if cause in DECIDED else ""
            change = Change(ACTS[type(event)], election, person, event.number, event.contest)
        case _:
            return
    if cause not in DECIDED:
        return
    case = past.read(named_case(cause, event.basis))
    appeal = past.read(named_appeal(cause, event.basis, case))
    yield from ordered_faults(cause, event.basis, change, case, appeal)
    if isinstance(event, EntryAdded) and event.basis.startswith(DECIDED[event.source]):
        application = past.read(application_of(event, {"case": case}))
        entries = past.read(entry_stream(event.election, person))
        yield from addition_faults(event.basis, event.category, entries, application)

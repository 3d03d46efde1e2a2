"""Which states the streams of rolls fold into, and which of those streams an event belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams.entry import Entries, EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.franchise import Adopted, FranchiseAdopted
from ledger.streams.freezes import STREAM as FREEZES
from ledger.streams.freezes import FreezeListed, Freezes
from ledger.streams.roll import RegisterInspected, Roll, RollCertified, RollCopySupplied, RollCounted, RollFrozen
from ledger.streams.roll_build import BuildState, RollBuildClosed, RollBuildOpened

ROLL_KINDS: dict[str, type[State]] = {
    "build": BuildState,
    "entry": Entries,
    "franchise": Adopted,
    "freezes": Freezes,
    "roll": Roll,
}


def roll_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on, `*` for the key of a person; empty if any."""
    match event:
        case EntryAdded() | EntryAmended() | EntryRemoved() | EntryRestored():
            return f"entry/{event.election}/*"
        case FranchiseAdopted():
            return f"franchise/{event.election}"
        case RollBuildOpened() | RollBuildClosed():
            return f"build/{event.election}/{event.build}"
        case FreezeListed():
            return FREEZES
        case RollFrozen() | RollCounted() | RollCertified() | RollCopySupplied() | RegisterInspected():
            return f"roll/{event.election}"
    return ""

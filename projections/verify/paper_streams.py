"""Which states the streams of papers issued and returned fold into, and which of them an event belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams.issue import Issue, PapersIssued
from ledger.streams.issued import (
    Issued,
    PaperCancelled,
    PaperIssued,
    PaperReissued,
    PaperSetAside,
    PaperUnlinked,
    SetAsideReversed,
)
from ledger.streams.linkage import Linkage, LinkageDestroyed, LinkageSealed
from ledger.streams.returned import (
    DuplicateReturnHeld,
    MarksReceived,
    MarksReconciled,
    MarksState,
    Returned,
    ReturnMarked,
)

PAPER_KINDS: dict[str, type[State]] = {
    "issue": Issue,
    "issued": Issued,
    "linkage": Linkage,
    "marks": MarksState,
    "returned": Returned,
}


def paper_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on, `*` for the key of a person; empty if any."""
    match event:
        case PapersIssued():
            return f"issue/{event.contest}/{event.section}"
        case (
            PaperIssued() | PaperReissued() | PaperCancelled() | PaperSetAside() | PaperUnlinked() | SetAsideReversed()
        ):
            return f"issued/{event.contest}/*"
        case ReturnMarked() | DuplicateReturnHeld():
            return f"returned/{event.contest}/*"
        case MarksReceived() | MarksReconciled():
            return f"marks/{event.contest}/{event.file}"
        case LinkageSealed() | LinkageDestroyed():
            return f"linkage/{event.contest}"
    return ""

"""`batch/<kind>/...`: an import that readers see whole or not at all, opened and closed around its members."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ledger.decision import State
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text


class BatchOpened(Event):
    """A batch was opened: how many members it will have, and the digest of what is to be taken in."""

    audience = Audience.CONTEST
    type: Literal["batch-opened.v1"] = "batch-opened.v1"
    contents: Hash
    contest: Id
    provenance: Text | None = None
    section: Id
    total: Count


class BatchClosed(Event):
    """A batch was closed: its members are complete, and now count.

    `digest` is the SHA-256 over the members' leaf hashes (RFC 6962) in the order of the ledger.
    """

    audience = Audience.CONTEST
    type: Literal["batch-closed.v1"] = "batch-closed.v1"
    contest: Id
    count: Count
    digest: Hash
    section: Id


@dataclass(frozen=True, slots=True)
class BatchState(State):
    """A batch as it stands: absent, open, or closed."""

    contents: str = ""
    total: int = 0
    provenance: str | None = None
    closed: bool = False

    def evolve(self, event: Event) -> BatchState:
        """Give the batch after one more event."""
        match event:
            case BatchOpened():
                return replace(
                    self,
                    version=event.version,
                    contents=event.contents,
                    total=event.total,
                    provenance=event.provenance,
                )
            case BatchClosed():
                return replace(self, version=event.version, closed=True)
        raise TypeError(f"{event.type} does not belong to a batch")

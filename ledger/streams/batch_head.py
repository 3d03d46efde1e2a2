"""The stream of any batch, read for one thing only: whether it was begun, and whether it is complete."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.decision import State
from ledger.event import Event

NO_BATCH = "intake/none/none"


@dataclass(frozen=True, slots=True)
class BatchHead(State):
    """The stream of a batch, of which nothing counts but whether it is complete: the second event says so."""

    def evolve(self, event: Event) -> BatchHead:
        """Give the stream after one more event."""
        return replace(self, version=event.version)

    @property
    def complete(self) -> bool:
        """Whether the batch is; one that is none is."""
        return self.stream == NO_BATCH or self.version > 1

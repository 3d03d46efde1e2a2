"""A batch that is carried out page by page: what it is carried out with, what opens it, and what closes it.

It is signed as it is opened; another command that goes on with it is signed as it is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ledger.event import Event
from ledger.leaf import Draw
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.storage.recorder import Guard
from ledger.streams.signature import Signed

Conceal = Callable[[Event], Event]  # an event -> the same without its private values


@dataclass(slots=True)
class AtDesk:
    """What a batch is carried out with; `progress` is told how many are done, and how many there are."""

    ledger: Record
    vault: Vault
    draw: Draw
    now: Callable[[], str]
    progress: Callable[[int, int], None]


@dataclass(slots=True)
class BatchEnds:
    """Opens a batch, or goes on with one that was left open, and closes it.

    Attributes:
        guard: what must not have changed since it was decided on.
        command: name and digest of the command that carries it out.
        resumed: whether it had been opened before; `recorded` how many events its ends have come to now.
    """

    ledger: Record
    conceal: Conceal
    guard: Guard
    signed: Signed | None
    command: tuple[str, bytes]
    resumed: bool = False
    recorded: int = 0
    _signature: list[Event] = field(default_factory=list)

    def open(self, stream: str, opened: Event) -> int:
        """Open it, and give the position of the event that opens it, recorded now or before."""
        found = self.ledger.stream(stream)
        self._signature = [self.conceal(self.signed)] if self.signed else []
        opening = [self.conceal(opened), *self._signature]
        if found:
            self.resumed = True
            return found[0][0]
        self.recorded = len(opening)
        return self.ledger.append(opening, self.guard).position

    def close(self, closed: Event, reads: Mapping[str, int] | None = None) -> int:
        """Close it, if these streams are at these versions still; give how many events its ends came to."""
        closing = [self.conceal(closed), *(self._signature if self.resumed else ())]
        closing = [stamped(event, closed.recorded) for event in closing]
        until = self.guard.until if self.resumed else ""
        self.ledger.append(closing, Guard(reads or {}, command=self.command, until=until))
        self.recorded += len(closing)
        return self.recorded


def stamped(event: Event, recorded: str) -> Event:
    """Give an event that carries this recording time."""
    return event if event.recorded == recorded else event.model_copy(update={"recorded": recorded})

"""A sweep: one more event on each of many streams, in one batch that readers see all at once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.event import Event

Envelope = Mapping[str, Any]  # what the events of a sweep have in common: actor, batch, effective


class Found(Protocol):
    """What is to be recorded of each stream, in the order of their names."""

    @property
    def total(self) -> int:
        """How many streams there are."""
        ...

    def pages(self, envelope: Envelope, done: frozenset[str]) -> Iterator[Sequence[Event]]:
        """Give the events by the page, but of streams that are `done`.

        Each is restricted, has no private value, and comes at the version after the one that its stream was seen at.
        """
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to: events in all, streams left out because they had changed, counts, digest of the leaves."""

    events: int
    changed: int
    counts: Mapping[Any, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep to be carried out.

    Attributes:
        stream: the batch's own.
        opened: the event that opens it.
        found: what is to be recorded.
        counted: event -> what it counts towards.
        closed: what it came to, moment -> the event that closes it.
    """

    stream: str
    opened: Event
    found: Found
    counted: Callable[[Event], Iterable[Any]]
    closed: Callable[[Swept, str], Event]

    @property
    def envelope(self) -> Envelope:
        """What its events have in common; one that is gone on with keeps to how it was opened."""
        return {"actor": self.opened.actor, "batch": self.stream, "effective": self.opened.effective}

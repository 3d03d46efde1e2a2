"""What the desk and the projections need of a record, whether it is a ledger or a rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from ledger.event import Event
from ledger.storage.recorder import Guard, Head, KnownCommand, NewRow


class Appended(NamedTuple):
    """Where events were appended, and the recording time they got."""

    position: int
    events: int
    recorded: str


class Record(Protocol):
    """What the desk and the projections need of a ledger; a rehearsal offers it too."""

    @property
    def ledger_id(self) -> str:
        """The ledger's random id."""
        ...

    @property
    def begins_with_founding(self) -> bool:
        """Whether its first event has to be the founding."""
        ...

    @property
    def origin(self) -> str:
        """The name of the log in checkpoints."""
        ...

    def head(self) -> Head:
        """Give the number of events and the time the last was recorded."""
        ...

    def append(self, events: Sequence[Event], guard: Guard = ...) -> Appended:
        """Append events in one transaction."""
        ...

    def append_leaves(self, leaves: Callable[[str], list[NewRow]], recorded: str, guard: Guard = ...) -> str:
        """Append rows whose leaves are written already; give the recording time that they got."""
        ...

    def streams_between(self, first: str, last: str) -> set[str]:
        """Give the streams whose names are between two, both included."""
        ...

    def streams_since(self, after: int, types: Sequence[str], prefixes: Sequence[str]) -> set[str]:
        """Give the streams whose names begin so and on which an event of these types came after a position."""
        ...

    def streams_after(self, prefix: str, after: str, limit: int) -> list[str]:
        """Give so many streams whose names begin so and come after one, in the order of their names."""
        ...

    def events_between(self, first: str, last: str) -> Iterator[tuple[int, Event]]:
        """Give positions and events of the streams whose names are between two, both included, stream by stream."""
        ...

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command that was carried out."""
        ...

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream."""
        ...

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Event]]:
        """Read events in the order they were recorded."""
        ...

    def reread(self, start: int = 0) -> Iterator[tuple[int, Event]]:
        """Read as if nothing vouched for what is stored."""
        ...

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type, in the order of positions."""
        ...

    def stream_heads(self, last: int) -> Iterator[tuple[str, int]]:
        """Give each stream with its version as of position `last`, sorted by the bytes of the names."""
        ...

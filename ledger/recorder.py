"""What the two stores share: the shape of a guarded append, and what can get in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ledger.decision import Unchanged

FORMAT = 1  # number of the stored format; a draft until the format is released
PAGE_ROWS = 5_000  # rows of one write transaction at most (facts: larger ones stall PostgreSQL)

NewRow = tuple[str, int, str, bytes]  # stream, version, type, leaf


class Head(NamedTuple):
    """The end of the ledger: how many events, and when the last was recorded (empty before the first)."""

    size: int
    recorded: str


class KnownCommand(NamedTuple):
    """A command that was carried out: keyed digest of its body, first position, number of events."""

    digest: bytes
    position: int
    events: int


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold inside the write transaction, else nothing is written.

    Attributes:
        reads: stream -> version at which the decision saw it.
        unchanged: types and streams of which nothing may have been recorded since a position.
        command: id and keyed digest, entered with the rows.
    """

    reads: Mapping[str, int] = field(default_factory=dict)
    unchanged: Unchanged | None = None
    command: tuple[str, bytes] | None = None


class ConflictError(Exception):
    """Something that the decision read has changed: load again and decide again."""


class ClockBehindError(Exception):
    """The ledger's last event was recorded later than these rows say: stamp them anew."""

    def __init__(self, recorded: str) -> None:
        self.recorded = recorded
        super().__init__(recorded)


class LedgerRecorder(Protocol):
    """What a store must do beside eventsourcing's own recorder interface."""

    def append_rows(self, rows: Sequence[NewRow], recorded: str, guard: Guard) -> int:
        """Append rows that carry this recording time in one transaction; give the position of the first.

        Raises:
            ConflictError, ClockBehindError: nothing was written.
        """
        ...

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, str, int, str, bytes]]:
        """Stream rows from position `start` up to but not including `stop`, in one read transaction."""
        ...

    def stream_rows(self, stream: str) -> list[tuple[int, str, int, str, bytes]]:
        """Give the rows of one stream in the order of their versions."""
        ...

    def head(self) -> Head:
        """Give the end of the ledger."""
        ...

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command that was carried out."""
        ...

    def meta(self) -> dict[str, str]:
        """Give the ledger's own data: its id and the number of its stored format."""
        ...

    def put_meta(self, name: str, value: str) -> None:
        """Set one item of the ledger's own data."""
        ...

    def get_tile(self, level: int, index: int) -> bytes | None:
        """Give a hash tile."""
        ...

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes], size: int) -> None:
        """Store hash tiles, and that they cover `size` leaves, in one transaction."""
        ...

    def insert_events(self, stored_events: Sequence[Any], **kwargs: Any) -> Sequence[int] | None:
        """Append as eventsourcing's own applications do; through `append_rows` all the same."""
        ...

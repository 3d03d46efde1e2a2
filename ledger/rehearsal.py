"""A rehearsal: commands carried out against a ledger without writing to it, for `--dry-run`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ledger.event import Event
from ledger.leaf import decode
from ledger.record import Appended
from ledger.storage.recorder import Guard, Head, KnownCommand, NewRow
from ledger.storage.store import Ledger


class Rehearsal:
    """Reads a ledger and, behind its last event, a scratch ledger that takes what would be appended.

    Guards are left aside: nobody else writes to a rehearsal, and what others write to the ledger
    meanwhile would be met again when the commands are carried out.
    """

    def __init__(self, ledger: Ledger, scratch: Ledger) -> None:
        self._ledger = ledger
        self._scratch = scratch
        self._size = ledger.head().size

    @property
    def ledger_id(self) -> str:
        """The ledger's random id."""
        return self._ledger.ledger_id

    @property
    def begins_with_founding(self) -> bool:
        """Whether its first event has to be the founding."""
        return self._ledger.begins_with_founding

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self._ledger.origin

    def head(self) -> Head:
        """Give the number of events, rehearsed ones included, and the time of the last."""
        scratch = self._scratch.head()
        return Head(self._size + scratch.size, max(self._ledger.head().recorded, scratch.recorded))

    def append(self, events: Sequence[Event], guard: Guard | None = None) -> Appended:
        """Take events in behind the ledger's last."""
        command = guard.command if guard else None
        appended = self._scratch.append(events, Guard(command=command))
        return appended._replace(position=self._size + appended.position)

    def append_leaves(self, leaves: Callable[[str], list[NewRow]], recorded: str, guard: Guard | None = None) -> str:
        """Registers are looked through by `intake_run.preview`, not rehearsed: they would be written to the disk."""
        raise NotImplementedError

    def streams_between(self, first: str, last: str) -> set[str]:
        """Give the streams whose names are between two: those of the ledger."""
        return self._ledger.streams_between(first, last)

    def streams_since(self, after: int, types: Sequence[str], prefixes: Sequence[str]) -> set[str]:
        """Give the streams on which an event of these types came after a position, rehearsed ones among them."""
        rehearsed = self._scratch.streams_since(after - self._size, types, prefixes)
        return self._ledger.streams_since(after, types, prefixes) | rehearsed

    def streams_after(self, prefix: str, after: str, limit: int) -> list[str]:
        """Give so many streams whose names begin so and come after one: those of the ledger."""
        return self._ledger.streams_after(prefix, after, limit)

    def events_between(self, first: str, last: str) -> Iterator[tuple[int, Event]]:
        """Files of payments are looked through by `payment_run.look_through`, not rehearsed."""
        raise NotImplementedError

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command carried out, in the ledger or in the rehearsal."""
        return self._ledger.known_command(command) or self._scratch.known_command(command)

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream, rehearsed events at its end."""
        rows = self._scratch.rows.stream_rows(stream)  # not `stream`: there the versions may begin above 1
        return self._ledger.stream(stream) + [(self._size + row[0], decode(row)) for row in rows]

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Event]]:
        """Read events in order, rehearsed ones last."""
        yield from self._ledger.scan(start, self._size if stop is None else min(stop, self._size))
        end = None if stop is None else max(stop - self._size, 0)
        for position, event in self._scratch.scan(max(start - self._size, 0), end):
            yield self._size + position, event

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type, rehearsed ones last."""
        return self._ledger.streams_of(name, prefix) + self._scratch.streams_of(name, prefix)

    def stream_heads(self, last: int) -> Iterator[tuple[str, int]]:
        """Heads of streams are recorded at sealing points, which are not rehearsed."""
        raise NotImplementedError

    def reread(self, start: int = 0) -> Iterator[tuple[int, Event]]:
        """Read strictly, rehearsed events last."""
        if start < self._size:
            yield from self._ledger.reread(start)
        for position, event in self._scratch.reread(max(start - self._size, 0)):
            yield self._size + position, event

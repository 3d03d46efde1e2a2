"""A record that remembers the few streams that every case reads again: panels, grounds and contests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.event import Event

if TYPE_CHECKING:
    from ledger.record import Record

KEPT = ("body/", "ground/", "contest/")  # few, however many cases there are


class Remembered:
    """Reads each of these streams once; all else, as often as it is asked for."""

    def __init__(self, ledger: Record) -> None:
        self._ledger = ledger
        self._streams: dict[str, list[tuple[int, Event]]] = {}
        self._named: dict[tuple[str, str], list[str]] = {}

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream."""
        if not stream.startswith(KEPT):
            return self._ledger.stream(stream)
        if stream not in self._streams:
            self._streams[stream] = self._ledger.stream(stream)
        return self._streams[stream]

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type."""
        if (name, prefix) not in self._named:
            self._named[name, prefix] = self._ledger.streams_of(name, prefix)
        return self._named[name, prefix]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

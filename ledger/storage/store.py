"""The ledger: an eventsourcing application over SQLite or PostgreSQL with one guarded door for writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from eventsourcing.utils import Environment

import ledger.streams  # noqa: F401  # fills the closed table of types
from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.leaf import decode, encode
from ledger.record import Appended
from ledger.seal.merkle import Frontier, leaf_hash
from ledger.seal.shelf import TileShelf
from ledger.seal.tiles import Tiles
from ledger.storage import ranges
from ledger.storage.mapper import LeafMapper
from ledger.storage.recorder import (
    FORMAT,
    PAGE_ROWS,
    ClockBehindError,
    ConflictError,
    Guard,
    Head,
    KnownCommand,
    LedgerRecorder,
    NewRow,
    default_origin,
)
from ledger.storage.rereading import read_stream, reread
from ledger.storage.sqlite_store import check_header, sqlite_settings, write_header
from ledger.storage.storage_error import clear_errors, patiently

LEDGER_FILE = "ledger.db"
NO_GUARD = Guard()
BEGINS, FOUNDING = "begins", "founding"  # what the ledger's own table says of its first event, if anything


class Ledger(Application[str]):
    """The record. Open one with `open_ledger`, make one with `make_ledger`; close it when done."""

    name = "ledger"
    log_section_size = PAGE_ROWS

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        super().__init__()

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Take settings from the caller alone: the shell's environment could redirect the database."""
        return Environment(name, {"ORIGINATOR_ID_TYPE": "text"} | self.settings)

    def construct_mapper(self) -> Mapper[str]:
        """Map through the leaf."""
        return LeafMapper()

    @property
    def rows(self) -> LedgerRecorder:
        """The store underneath."""
        return cast(LedgerRecorder, self.recorder)

    @property
    def ledger_id(self) -> str:
        """The ledger's random id, 32 hexadecimal digits."""
        found = self.rows.meta().get("ledger")
        if not found:
            raise EvidenceError("ledger-id-missing", "the ledger", expected="its random id", found="none")
        return found

    @property
    def begins_with_founding(self) -> bool:
        """Whether its first event has to be the founding, as was said when the ledger was made."""
        return self.rows.meta().get(BEGINS) == FOUNDING

    @property
    def origin(self) -> str:
        """The name of the log in checkpoints: chosen when the ledger was made, or made from its id."""
        return self.rows.meta().get("origin") or default_origin(self.ledger_id)

    def head(self) -> Head:
        """Give the number of events and the time the last was recorded."""
        return self.rows.head()

    def append(self, events: Sequence[Event], guard: Guard = NO_GUARD) -> Appended:
        """Append events that carry one recording time in one transaction, stamped no earlier than the last.

        Raises:
            recorder.ConflictError: what the guard names has changed; nothing was written.
            RefusedError: `busy`, `disk-full`, `read-only-store`, `leaf-too-long`; nothing was written.
            RefusedError: `postgres-unreachable`; if the server was lost while committing, it may have been written.
        """
        recorded = events[0].recorded
        while True:
            rows = [(e.stream, e.version, e.type, encode(e)) for e in events]
            try:
                first = patiently(partial(self.rows.append_rows, rows, recorded, guard))
                return Appended(first, len(rows), recorded)
            except ClockBehindError as behind:
                recorded = behind.recorded
                if guard.until and recorded >= guard.until:  # whoever decided may not be in office any more
                    raise ConflictError("a term ended meanwhile") from None
                events = [e.model_copy(update={"recorded": recorded}) for e in events]

    def append_leaves(self, leaves: Callable[[str], list[NewRow]], recorded: str, guard: Guard = NO_GUARD) -> str:
        """Append rows whose leaves are written already, as `append` does; give the recording time that they got.

        Args:
            leaves: recording time -> the rows that carry it.
        """
        while True:
            try:
                patiently(partial(self.rows.append_rows, leaves(recorded), recorded, guard))
                return recorded
            except ClockBehindError as behind:
                recorded = behind.recorded

    def streams_between(self, first: str, last: str) -> set[str]:
        """Give the streams whose names are between two, both included, by their bytes."""
        return ranges.streams_between(self.rows, first, last)

    def streams_since(self, after: int, types: Sequence[str], prefixes: Sequence[str]) -> set[str]:
        """Give the streams whose names begin so and on which an event of these types came after a position."""
        return ranges.streams_since(self.rows, after, types, prefixes)

    def streams_after(self, prefix: str, after: str, limit: int) -> list[str]:
        """Give so many streams whose names begin so and come after one, in the order of their names' bytes."""
        return ranges.streams_after(self.rows, prefix, after, limit)

    def events_between(self, first: str, last: str) -> Iterator[tuple[int, Event]]:
        """Give positions and events of the streams whose names are between two, both included, stream by stream."""
        return ranges.events_between(self.rows, first, last)

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command that was carried out."""
        return self.rows.known_command(command)

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream: positions and events, in order.

        Raises:
            EvidenceError: what `rereading.read_stream` raises.
        """
        return read_stream(self.rows, stream)

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Event]]:
        """Read events in the order they were recorded, each validated."""
        for row in self.rows.scan(start, stop):
            yield row[0], decode(row)

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type, in the order of positions."""
        return self.rows.streams_of(name, prefix)

    def stream_heads(self, last: int) -> Iterator[tuple[str, int]]:
        """Give each stream with its version as of position `last`, sorted by the bytes of the names."""
        return self.rows.stream_heads(last)

    def sealed_size(self) -> int:
        """Give the number of leaves that the tiles cover."""
        return TileShelf(self.rows).size

    def tiles(self) -> Tiles:
        """Give the hash tiles over the leaves sealed so far."""
        shelf = TileShelf(self.rows)
        return Tiles(shelf, shelf.size)

    def seal(self, progress: Callable[[int], None] = lambda _: None) -> tuple[int, bytes]:
        """Extend the tiles to the head, and give the size and root of the tree.

        Of two processes that seal at once, one begins anew from where the other has come to.
        """
        while True:
            try:
                return self._seal(progress)
            except ConflictError:
                continue

    def _seal(self, progress: Callable[[int], None]) -> tuple[int, bytes]:
        shelf = TileShelf(self.rows)
        tiles = Tiles(shelf, shelf.size)
        hashes: list[bytes] = []
        for row in self.rows.scan(tiles.size):
            hashes.append(leaf_hash(row[4]))
            if len(hashes) == PAGE_ROWS:
                tiles.extend(hashes)
                shelf.flush(tiles.size)
                progress(len(hashes))
                hashes = []
        if hashes:
            tiles.extend(hashes)
            shelf.flush(tiles.size)
            progress(len(hashes))
        return tiles.size, tiles.root()

    def root(self, stop: int | None = None) -> tuple[int, bytes]:
        """Compute size and root of the tree over the first `stop` leaves, or all, from the leaves themselves."""
        frontier = Frontier()
        for row in self.rows.scan(0, stop):
            frontier.push(leaf_hash(row[4]))
        return frontier.size, frontier.root()

    def reread(self, start: int = 0) -> Iterator[tuple[int, Event]]:
        """Read from a position as if nothing vouched for it: canonical, contiguous, and as it was sealed.

        Raises:
            EvidenceError: what `rereading.reread` raises.
        """
        return reread(self.rows, self.tiles(), start)


def make_ledger(folder: Path, ledger_id: str) -> Ledger:
    """Make a ledger in a folder and open it.

    Raises:
        RefusedError: `ledger-exists`, `read-only-store`, `disk-full`.
    """
    path = folder / LEDGER_FILE
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(exist_ok=False)  # of several who make one at once, the first
        except FileExistsError:
            raise RefusedError(
                "ledger-exists",
                str(folder),
                expected="a folder without a ledger",
                found=LEDGER_FILE,
                remedy="Choose another folder, or go on with the ledger that is there",
            ) from None
        made = Ledger(sqlite_settings(path, create=True))
        made.rows.put_meta("ledger", ledger_id)
        made.rows.put_meta("format", str(FORMAT))
        write_header(path)
    return made


def open_ledger(folder: Path) -> Ledger:
    """Open the ledger in a folder.

    Raises:
        RefusedError: `no-ledger`, `newer-ledger`, `read-only-store`.
        EvidenceError: `not-a-ledger`.
    """
    path = folder / LEDGER_FILE
    if not path.is_file():
        raise RefusedError(
            "no-ledger",
            str(folder),
            expected=f"a folder with {LEDGER_FILE}",
            found="none",
            remedy="Name the folder with --ledger, or make a ledger with: pollbook init",
        )
    with clear_errors(folder):
        check_header(path)
        return Ledger(sqlite_settings(path, create=False))


def make_postgres_ledger(url: str, schema: str, ledger_id: str) -> Ledger:
    """Make a ledger in a schema of a PostgreSQL database, and the schema with it, and open it.

    Raises:
        RefusedError: `postgres-not-installed`, `ledger-exists`, `postgres-unreachable`, `read-only-store`, ...
    """
    with _postgres().making(url, schema) as settings:
        made = Ledger(settings)
        made.rows.put_meta("format", str(FORMAT))
        made.rows.put_meta("ledger", ledger_id)  # last: from here on it is a ledger
    return made


def open_postgres_ledger(url: str, schema: str) -> Ledger:
    """Open the ledger in a schema of a PostgreSQL database.

    Raises:
        RefusedError: `postgres-not-installed`, `no-ledger`, `newer-ledger`, `postgres-unreachable`, ...
    """
    with _postgres().opening(url, schema) as settings:
        return Ledger(settings)


def _postgres() -> ModuleType:
    try:
        from ledger.storage import postgres_store
    except ImportError as error:
        raise RefusedError(
            "postgres-not-installed",
            "a PostgreSQL ledger",
            expected="the packages of the postgres extra",
            found=str(error),
            remedy="Install them with: pip install 'pollbook[postgres]'",
        ) from None
    return postgres_store

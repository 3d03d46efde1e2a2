"""The ledger: an eventsourcing application over SQLite or PostgreSQL with one guarded door for writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from eventsourcing.utils import Environment

import ledger.streams  # noqa: F401  # fills the closed table of types
from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.leaf import decode, decode_strictly, encode
from ledger.mapper import LeafMapper
from ledger.recorder import FORMAT, PAGE_ROWS, ClockBehindError, Guard, Head, KnownCommand, LedgerRecorder
from ledger.seal.merkle import leaf_hash, root
from ledger.seal.tiles import Tiles
from ledger.sqlite_store import check_header, sqlite_settings, write_header
from ledger.storage_error import clear_errors as clear_errors  # views and command line take it from here
from ledger.storage_error import patiently

LEDGER_FILE = "ledger.db"
NO_GUARD = Guard()


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

    def head(self) -> Head:
        """Give the number of events and the time the last was recorded."""
        ...

    def append(self, events: Sequence[Event], guard: Guard = ...) -> Appended:
        """Append events in one transaction."""
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


class Ledger(Application[str]):
    """The record. Open one with `open_ledger`, make one with `make_ledger`; close it when done."""

    name = "ledger"
    log_section_size = PAGE_ROWS

    def __init__(self, settings: dict[str, str]) -> None:
        self._settings = settings
        super().__init__()

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Take settings from the caller alone: the shell's environment could redirect the database."""
        return Environment(name, {"ORIGINATOR_ID_TYPE": "text"} | self._settings)

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
        return self.rows.meta()["ledger"]

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
                events = [e.model_copy(update={"recorded": recorded}) for e in events]

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command that was carried out."""
        return self.rows.known_command(command)

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream: positions and events, in order."""
        return [(row[0], decode_strictly(row)) for row in self.rows.stream_rows(stream)]

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Event]]:
        """Read events in the order they were recorded, each validated."""
        for row in self.rows.scan(start, stop):
            yield row[0], decode(row)

    def tiles(self) -> Tiles:
        """Give the hash tiles over the leaves sealed so far."""
        return Tiles(_TileShelf(self.rows), int(self.rows.meta().get("sealed", "0")))

    def seal(self, progress: Callable[[int], None] = lambda _: None) -> tuple[int, bytes]:
        """Extend the tiles to the head, and give the size and root of the tree."""
        shelf = _TileShelf(self.rows)
        tiles = Tiles(shelf, int(self.rows.meta().get("sealed", "0")))
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

    def root(self) -> tuple[int, bytes]:
        """Compute size and root of the tree from the leaves themselves."""
        hashes = [leaf_hash(row[4]) for row in self.rows.scan()]
        return len(hashes), root(hashes)

    def reread(self, start: int = 0) -> Iterator[tuple[int, Event]]:
        """Read from a position as if nothing vouched for it: canonical, contiguous, and as it was sealed.

        Raises:
            EvidenceError: what `decode_strictly` raises, `position-gap`, `tail-missing`, `leaf-changed`.
        """
        tiles = self.tiles()
        sealed = tiles.leaf_hashes(min(start, tiles.size), tiles.size)
        position = start - 1
        for position, row in enumerate(self.rows.scan(start), start):
            if row[0] != position:
                raise EvidenceError(
                    "position-gap", "the ledger", expected=f"event {position}", found=f"event {row[0]}",
                    position=position,
                )
            kept = next(sealed, None)
            if kept is not None and leaf_hash(row[4]) != kept:
                raise self._changed(position, row[1], tiles)
            yield position, decode_strictly(row)
        expected = max(self.head().size, tiles.size)
        if position + 1 < expected:
            raise EvidenceError(
                "tail-missing", "the ledger", expected=f"{expected} events", found=position + 1, position=position + 1
            )

    def _changed(self, position: int, stream: str, tiles: Tiles) -> EvidenceError:
        hashes = [leaf_hash(row[4]) for row in self.rows.scan(0, tiles.size)]
        return EvidenceError(
            "leaf-changed",
            f"event {position} of {stream}",
            expected=f"root {tiles.root().hex()} over {tiles.size} events, as sealed",
            found=f"root {root(hashes).hex()}",
            position=position,
        )


class _TileShelf:
    """Collects the tiles of one extension, to be stored in one transaction."""

    def __init__(self, rows: LedgerRecorder) -> None:
        self._rows = rows
        self._new: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        """Give a tile."""
        return self._new.get((level, index)) or self._rows.get_tile(level, index)

    def put(self, level: int, index: int, data: bytes) -> None:
        """Take a tile in."""
        self._new[level, index] = data

    def flush(self, size: int) -> None:
        """Store what was taken in."""
        patiently(lambda: self._rows.put_tiles(self._new, size))
        self._new.clear()


def make_ledger(folder: Path, ledger_id: str) -> Ledger:
    """Make a ledger in a folder and open it.

    Raises:
        RefusedError: `ledger-exists`, `read-only-store`, `disk-full`.
    """
    if (folder / LEDGER_FILE).exists():
        raise RefusedError(
            "ledger-exists", str(folder), expected="a folder without a ledger", found=LEDGER_FILE,
            remedy="Choose another folder, or go on with the ledger that is there",
        )
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        made = Ledger(sqlite_settings(folder / LEDGER_FILE, create=True))
        made.rows.put_meta("ledger", ledger_id)
        made.rows.put_meta("format", f"draft-{FORMAT}")
        write_header(folder / LEDGER_FILE)
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
            "no-ledger", str(folder), expected=f"a folder with {LEDGER_FILE}", found="none",
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
        made.rows.put_meta("format", f"draft-{FORMAT}")
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
        from ledger import postgres_store
    except ImportError as error:
        raise RefusedError(
            "postgres-not-installed", "a PostgreSQL ledger", expected="the packages of the postgres extra",
            found=str(error), remedy="Install them with: pip install 'pollbook[postgres]'",
        ) from None
    return postgres_store

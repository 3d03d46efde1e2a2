"""The ledger in one SQLite file: eventsourcing's recorder with guarded, contiguous, bulk appends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from ledger.recorder import ClockBehindError, ConflictError, Guard, Head, KnownCommand, NewRow

APPLICATION_ID = 0x504C424B  # "PLBK", SQLite's own place for telling one program's files from another's
TABLES = (
    "CREATE TABLE IF NOT EXISTS stored_events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, "
    "UNIQUE (originator_id, originator_version))",
    "CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, "
    "recorded TEXT NOT NULL)",
    "INSERT OR IGNORE INTO head VALUES (1, 0, '')",
    "CREATE TABLE IF NOT EXISTS command (id TEXT PRIMARY KEY, digest BLOB NOT NULL, position INTEGER NOT NULL, "
    "events INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS tile (level INTEGER, number INTEGER, hashes BLOB NOT NULL, "
    "PRIMARY KEY (level, number)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
COLUMNS = "position, originator_id, originator_version, topic, state"


class SQLiteLedgerRecorder(SQLiteApplicationRecorder):
    """Keeps the rows under contiguous positions from 0; a position is also the notification id."""

    def construct_create_table_statements(self) -> list[str]:
        """Give the statements that make the tables."""
        return list(TABLES)

    def append_rows(self, rows: Sequence[NewRow], recorded: str, guard: Guard) -> int:
        """Append rows that carry this recording time in one transaction; give the position of the first.

        The head is written first: a deferred transaction that reads before it writes can fail at once
        with "database is locked", one that writes first waits for its turn.
        """
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "UPDATE head SET size = size + ?, recorded = max(recorded, ?) RETURNING size, recorded",
                (len(rows), recorded),
            )
            size, latest = cursor.fetchone()
            first = int(size) - len(rows)
            if latest > recorded:
                raise ClockBehindError(latest)
            self._check(cursor, guard)
            if guard.command:
                self._insert_command(cursor, guard.command, first, len(rows))
            try:
                cursor.executemany(
                    "INSERT INTO stored_events VALUES (?,?,?,?,?)",
                    [(first + n, *row) for n, row in enumerate(rows)],
                )
            except sqlite3.IntegrityError:
                raise ConflictError("a stream has moved on") from None
        return first

    def _insert_command(self, cursor: SQLiteCursor, command: tuple[str, bytes], first: int, events: int) -> None:
        try:
            cursor.execute("INSERT INTO command VALUES (?,?,?,?)", (*command, first, events))
        except sqlite3.IntegrityError:
            raise ConflictError("the command was carried out meanwhile") from None

    def _check(self, cursor: SQLiteCursor, guard: Guard) -> None:
        for stream, version in guard.reads.items():
            cursor.execute("SELECT max(originator_version) FROM stored_events WHERE originator_id = ?", (stream,))
            if (cursor.fetchone()[0] or 0) != version:
                raise ConflictError(f"{stream} has moved on")
        if guard.unchanged:
            position, types, prefixes = guard.unchanged
            cursor.execute(
                f"SELECT originator_id FROM stored_events WHERE position > ? AND topic IN ({_marks(types)})",
                (position, *types),
            )
            if any(row[0].startswith(prefixes) for row in cursor.fetchall()):
                raise ConflictError("what the figures were taken from has changed")

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append as eventsourcing's own applications do; through the same door as everything."""
        rows = [(str(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        first = self.append_rows(rows, self.head().recorded, kwargs.get("guard") or Guard())
        return range(first, first + len(rows))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """Give a page of rows as eventsourcing's notification log reads them; ids are positions."""
        first = 0 if start is None else start + (not inclusive_of_start)
        last = "" if stop is None else " AND position <= ?"
        kinds = f" AND topic IN ({_marks(topics)})" if topics else ""
        bounds = (first, *(() if stop is None else (stop,)), *topics, limit)
        rows = self._rows(
            f"SELECT {COLUMNS} FROM stored_events WHERE position >= ?{last}{kinds} ORDER BY position LIMIT ?", bounds
        )
        return [
            Notification(originator_id=stream, originator_version=version, topic=topic, state=state, id=position)
            for position, stream, version, topic, state in rows
        ]

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, str, int, str, bytes]]:
        """Stream rows from position `start` up to but not including `stop`, in one read transaction."""
        end = "" if stop is None else " AND position < ?"
        bounds = (start,) if stop is None else (start, stop)
        with self.datastore.transaction(commit=False) as cursor:
            plain = cursor.sqlite_cursor if isinstance(cursor, SQLiteCursor) else cursor
            plain.row_factory = None
            yield from plain.execute(
                f"SELECT {COLUMNS} FROM stored_events WHERE position >= ?{end} ORDER BY position", bounds
            )

    def stream_rows(self, stream: str) -> list[tuple[int, str, int, str, bytes]]:
        """Give the rows of one stream in the order of their versions."""
        return self._rows(
            f"SELECT {COLUMNS} FROM stored_events WHERE originator_id = ? ORDER BY originator_version", (stream,)
        )

    def head(self) -> Head:
        """Give the end of the ledger."""
        return Head(*self._rows("SELECT size, recorded FROM head", ())[0])

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command that was carried out."""
        rows = self._rows("SELECT digest, position, events FROM command WHERE id = ?", (command,))
        return KnownCommand(*rows[0]) if rows else None

    def meta(self) -> dict[str, str]:
        """Give the ledger's own data: its id and the number of its stored format."""
        return dict(self._rows("SELECT name, value FROM meta", ()))

    def put_meta(self, name: str, value: str) -> None:
        """Set one item of the ledger's own data."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", (name, value))

    def get_tile(self, level: int, index: int) -> bytes | None:
        """Give a hash tile."""
        rows = self._rows("SELECT hashes FROM tile WHERE level = ? AND number = ?", (level, index))
        return rows[0][0] if rows else None

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes], size: int) -> None:
        """Store hash tiles, and that they cover `size` leaves, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("INSERT OR REPLACE INTO meta VALUES ('sealed', ?)", (str(size),))
            cursor.executemany(
                "INSERT OR REPLACE INTO tile VALUES (?,?,?)", [(*key, hashes) for key, hashes in tiles.items()]
            )

    def _rows(self, statement: str, bounds: tuple[Any, ...]) -> list[Any]:
        with self.datastore.transaction(commit=False) as cursor:
            plain = cursor.sqlite_cursor if isinstance(cursor, SQLiteCursor) else cursor
            plain.row_factory = None
            return list(plain.execute(statement, bounds))


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))

"""The ledger in one SQLite file: its tables, its transactions, its header."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from ledger.errors import EvidenceError
from ledger.storage.recorder import FORMAT, LedgerRecorder, StoredRow, check_format
from ledger.storage.storage_error import LOCK_SECONDS, clear_errors

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
SCAN_ROWS = 256  # rows fetched at a time: SQLite and the decoding in long turns keep the processor's caches warm
COLUMNS = "position, originator_id, originator_version, topic, state"
# SQLite keeps what it is given, whatever a column's type: a leaf planted as text or number is read as its bytes.
READ_COLUMNS = COLUMNS.replace("state", "CAST(state AS BLOB)")


class SQLiteTransaction:
    """A transaction under way, its rows plain tuples."""

    def __init__(self, cursor: SQLiteCursor | sqlite3.Cursor) -> None:
        self.cursor = cursor.sqlite_cursor if isinstance(cursor, SQLiteCursor) else cursor
        self.cursor.row_factory = None

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement and give its rows."""
        return self.cursor.execute(statement, values).fetchall()

    def insert_events(self, rows: Iterable[StoredRow]) -> None:
        """Write events at their positions."""
        self.cursor.executemany(f"INSERT INTO stored_events ({COLUMNS}) VALUES (?,?,?,?,?)", rows)


class SQLiteLedgerRecorder(LedgerRecorder, SQLiteApplicationRecorder):
    """Keeps the rows under contiguous positions from 0; a position is also the notification id."""

    events = "stored_events"
    position = "position"
    columns = READ_COLUMNS
    duplicate = sqlite3.IntegrityError

    def construct_create_table_statements(self) -> list[str]:
        """Give the statements that make the tables."""
        return list(TABLES)

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[SQLiteTransaction]:
        """Begin a transaction; the first statement of a writing one must write, which waits for the lock."""
        with clear_errors("the ledger"), self.datastore.transaction(commit=write) as cursor:
            yield SQLiteTransaction(cursor)

    def stream_heads(self, last: int) -> Iterator[tuple[str, int]]:
        """Stream each stream with its version as of position `last`, sorted by the bytes of the names."""
        statement = (
            "SELECT originator_id, max(originator_version) FROM stored_events WHERE position <= ? "
            "GROUP BY originator_id ORDER BY originator_id"
        )
        with self.begin(write=False) as transaction:
            yield from transaction.cursor.execute(statement, (last,))

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[StoredRow]:
        """Stream rows from position `start` up to but not including `stop`, in one read transaction."""
        end = "" if stop is None else " AND position < ?"
        bounds = (start,) if stop is None else (start, stop)
        with self.begin(write=False) as transaction:
            found = transaction.cursor.execute(f"{self.select} WHERE position >= ?{end} ORDER BY position", bounds)
            while rows := found.fetchmany(SCAN_ROWS):
                yield from rows


def sqlite_settings(path: Path, *, create: bool) -> dict[str, str]:
    """Give eventsourcing's settings for a SQLite file."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "APPLICATION_RECORDER_TOPIC": "ledger.storage.sqlite_store:SQLiteLedgerRecorder",
        "SQLITE_DBNAME": path.resolve().as_uri(),
        "SQLITE_LOCK_TIMEOUT": str(LOCK_SECONDS),
        "CREATE_TABLE": "y" if create else "n",
    }


def write_header(path: Path) -> None:
    """Mark a file as a ledger of this program's format."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=LOCK_SECONDS)) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {FORMAT}")


def check_header(path: Path) -> None:
    """Refuse a file that is not a ledger, or is one of a newer format.

    Raises:
        RefusedError: `newer-ledger`.
        EvidenceError: `not-a-ledger`.
    """
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)) as database:
            (application,) = database.execute("PRAGMA application_id").fetchone()
            (number,) = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:
        raise  # locked, or not to be opened: says nothing about what is in it
    except sqlite3.DatabaseError as error:
        raise EvidenceError(
            "not-a-ledger", str(path), expected="a SQLite database written by pollbook", found=str(error)
        ) from None
    if application != APPLICATION_ID:
        raise EvidenceError(
            "not-a-ledger", str(path), expected=f"application id {APPLICATION_ID:#x}", found=f"{application:#x}"
        )
    check_format(number, str(path))

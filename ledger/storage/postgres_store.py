"""The ledger in one schema of a PostgreSQL database: its tables, its transactions, its making and opening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresFactory
from eventsourcing.utils import Environment
from psycopg import Connection, Cursor
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL

from ledger.errors import EvidenceError, RefusedError
from ledger.storage.postgres import CONNECT_SECONDS, Place, clear_errors, connect, make_schema, read_url, translated
from ledger.storage.recorder import LedgerRecorder, StoredRow, check_format
from ledger.storage.storage_error import LOCK_SECONDS

SCAN_ROWS = 2_000  # rows fetched at a time: at LEAF_MAX bytes a leaf, 131 MB at the very most
TABLES = (  # beside eventsourcing's own, which comes first
    # Names are compared byte by byte, whatever the database's language: without it each look at a range reads all rows.
    'CREATE INDEX IF NOT EXISTS ledger_events_by_name ON ledger_events (originator_id COLLATE "C", originator_version)',
    "CREATE TABLE IF NOT EXISTS head (one integer PRIMARY KEY CHECK (one = 1), size bigint NOT NULL, "
    'recorded text COLLATE "C" NOT NULL)',
    "INSERT INTO head VALUES (1, 0, '') ON CONFLICT DO NOTHING",
    "CREATE TABLE IF NOT EXISTS command (id text PRIMARY KEY, digest bytea NOT NULL, position bigint NOT NULL, "
    "events bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tile (level integer, number bigint, hashes bytea NOT NULL, "
    "PRIMARY KEY (level, number))",
    "CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value text NOT NULL)",
)
COLUMNS = "notification_id, originator_id, originator_version, topic, state"


class PostgresTransaction:
    """A transaction under way, its rows plain tuples."""

    def __init__(self, cursor: Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement and give its rows."""
        self._cursor.execute(translated(statement), values)
        return self._cursor.fetchall() if self._cursor.description else []

    def insert_events(self, rows: Iterable[StoredRow]) -> None:
        """Write events at their positions, by COPY: as quick as INSERT for one row, and quicker for many."""
        with self._cursor.copy(f"COPY ledger_events ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("int8", "text", "int8", "text", "bytea"))
            for row in rows:
                copy.write_row(row)


class PostgresLedgerRecorder(LedgerRecorder, PostgresApplicationRecorder):
    """Keeps the rows in eventsourcing's table, under notification ids that are contiguous positions from 0.

    Writers take the library's lock on that table one after the other, so positions commit in their order
    and a reader that follows the log misses nothing.
    """

    events = "ledger_events"
    position = "notification_id"
    bytewise = ' COLLATE "C"'
    columns = COLUMNS
    duplicate = UniqueViolation

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "ledger_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        # Left out are the library's type and function for inserts: a way to write that asks no guard.
        stock = [s for s in self.sql_create_statements if s.as_string().startswith(("CREATE TABLE", "CREATE UNIQUE"))]
        self.sql_create_statements = [*stock, *(SQL(table).format() for table in TABLES)]
        self._where = f"the ledger in schema {datastore.schema}"

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[PostgresTransaction]:
        """Begin a transaction; a writing one waits for the lock first, and wakes the library's subscribers."""
        with (
            clear_errors(self._where),
            self.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            if write:
                with connection.cursor() as stock:
                    self._lock_table(stock)
                    self._notify_channel(stock)
            yield PostgresTransaction(cursor)

    def stream_heads(self, last: int) -> Iterator[tuple[str, int]]:
        """Stream each stream with its version as of position `last`, sorted by the bytes of the names."""
        statement = (
            "SELECT originator_id, max(originator_version) FROM ledger_events WHERE notification_id <= ? "
            'GROUP BY originator_id ORDER BY originator_id COLLATE "C"'
        )
        yield from self._streamed(statement, (last,))

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[StoredRow]:
        """Stream rows from position `start` up to but not including `stop`, in one read transaction."""
        end = "" if stop is None else " AND notification_id < ?"
        bounds = (start,) if stop is None else (start, stop)
        yield from self._streamed(f"{self.select} WHERE notification_id >= ?{end} ORDER BY notification_id", bounds)

    def _streamed(self, statement: str, values: Sequence[Any]) -> Iterator[Any]:
        """Stream rows that stay on the server and come SCAN_ROWS at a time, so that memory stays flat."""
        with (
            clear_errors(self._where),
            self.datastore.get_connection() as connection,
            connection.transaction(),
        ):
            connection.execute("SET TRANSACTION READ ONLY")
            # Whoever reads may take their time over a page; only a writer must not sit on its lock.
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            with connection.cursor("scan", row_factory=tuple_row, binary=True) as cursor:
                cursor.itersize = SCAN_ROWS
                yield from cursor.execute(translated(statement), values)


class PostgresLedgerFactory(PostgresFactory):
    """Connects with every option of the URL; eventsourcing's own factory knows five of them."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        place = read_url(env["POSTGRES_URL"], self.datastore.schema)
        self.datastore.pool.kwargs = {**place.options, "row_factory": dict_row}


def postgres_settings(url: str, schema: str, *, create: bool) -> dict[str, str]:
    """Give eventsourcing's settings for a schema of a PostgreSQL database."""
    return {
        "PERSISTENCE_MODULE": "ledger.storage.postgres_store:PostgresLedgerFactory",
        "APPLICATION_RECORDER_TOPIC": "ledger.storage.postgres_store:PostgresLedgerRecorder",
        "POSTGRES_URL": url,
        "POSTGRES_SCHEMA": schema,
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_PRE_PING": "y",  # a server that was restarted costs nobody a command
        "POSTGRES_CONNECT_TIMEOUT": str(CONNECT_SECONDS),
        "POSTGRES_LOCK_TIMEOUT": str(LOCK_SECONDS),
        "POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT": str(LOCK_SECONDS),  # a frozen writer gives its lock up
        "POSTGRES_ENABLE_DB_FUNCTIONS": "n",  # they write without the lock, and readers miss events
        "CREATE_TABLE": "y" if create else "n",
        # Asked for by eventsourcing; the URL says them.
        **dict.fromkeys(("POSTGRES_DBNAME", "POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_PASSWORD"), ""),
    }


@contextmanager
def making(url: str, schema: str) -> Iterator[dict[str, str]]:
    """Give the settings of a ledger to be made in a schema, and let nobody else make one there meanwhile.

    Raises:
        RefusedError: `ledger-exists`, and what `read_url` and `clear_errors` raise.
    """
    place = read_url(url, schema)
    with clear_errors(place), connect(place) as database:
        database.execute("SELECT pg_advisory_lock(hashtextextended(%s, 1))", (f"pollbook {schema}",))
        if "ledger" in _stored_meta(database, place):
            raise RefusedError(
                "ledger-exists",
                str(place),
                expected="a schema without a ledger",
                found="one",
                remedy="Choose another schema, or go on with the ledger that is there",
            )
        with database.transaction():
            make_schema(database, schema)
        yield postgres_settings(url, schema, create=True)


@contextmanager
def opening(url: str, schema: str) -> Iterator[dict[str, str]]:
    """Give the settings of the ledger in a schema, once it is known to be there and of a format we know.

    Raises:
        RefusedError: `no-ledger`, `newer-ledger`, and what `read_url` and `clear_errors` raise.
        EvidenceError: `not-a-ledger`.
    """
    place = read_url(url, schema)
    with clear_errors(place):
        with connect(place) as database:
            meta = _stored_meta(database, place)
        if "ledger" not in meta:
            raise RefusedError(
                "no-ledger",
                str(place),
                expected="a schema with a ledger",
                found="none",
                remedy="Correct the URL, or make a ledger with: pollbook init",
            )
        number = meta.get("format", "").removeprefix("draft-")
        if not number.isdecimal():
            raise EvidenceError("not-a-ledger", str(place), expected="a number of its format", found=repr(number))
        check_format(int(number), str(place))
        yield postgres_settings(url, schema, create=False)


def _stored_meta(database: Connection[Any], place: Place) -> dict[str, str]:
    if database.execute("SELECT to_regclass(%s)", (f"{place.schema}.meta",)).fetchone() == (None,):
        return {}
    return dict(database.execute("SELECT name, value FROM meta").fetchall())

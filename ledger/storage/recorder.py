"""What the two stores share: the tables' one guarded door for writes, and how they are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

from eventsourcing.persistence import Notification, StoredEvent

from ledger.decision import Unchanged
from ledger.errors import EvidenceError, RefusedError

FORMAT = 3  # number of the stored format; 1 and 2 were drafts, from 3 on every ledger stays readable
PAGE_ROWS = 5_000  # rows of one write transaction at most (facts: larger ones stall PostgreSQL)

HEAD = "SELECT size, recorded FROM head"
OF_STREAM = " WHERE originator_id = ? ORDER BY originator_version"
PUT_META = "INSERT INTO meta VALUES (?,?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
PUT_SEALED = (
    "INSERT INTO meta VALUES ('sealed', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value "
    "WHERE meta.value = ? RETURNING value"
)
PUT_TILE = "INSERT INTO tile VALUES (?,?,?) ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes"

NewRow = tuple[str, int, str, bytes]  # stream, version, type, leaf
StoredRow = tuple[int, str, int, str, bytes]  # position, and the same


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
        until: first moment at which the rows may not be recorded any more; empty if there is none.
    """

    reads: Mapping[str, int] = field(default_factory=dict)
    unchanged: tuple[Unchanged, ...] = ()
    command: tuple[str, bytes] | None = None
    until: str = ""


class ConflictError(Exception):
    """Something that the decision read has changed: load again and decide again."""


class ClockBehindError(Exception):
    """The ledger's last event was recorded later than these rows say: stamp them anew."""

    def __init__(self, recorded: str) -> None:
        self.recorded = recorded
        super().__init__(recorded)


class Transaction(Protocol):
    """A transaction under way."""

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement, `?` standing for values, and give its rows."""
        ...

    def insert_events(self, rows: Iterable[StoredRow]) -> None:
        """Write events at their positions, fast if they are many."""
        ...


class LedgerRecorder(ABC):
    """What both stores do beside eventsourcing's own recorder interface, the guarded append above all.

    A store brings its tables and its transactions; statements here mean the same to SQLite and PostgreSQL.
    """

    events: ClassVar[str]  # table of the events
    position: ClassVar[str]  # its column of positions: contiguous from 0, the library's notification ids too
    columns: ClassVar[str]  # that column and those of a row
    bytewise: ClassVar[str] = ""  # what makes a comparison of names one of their bytes
    duplicate: ClassVar[type[Exception]]  # what the database raises for a second row of one key

    @abstractmethod
    def begin(self, *, write: bool) -> AbstractContextManager[Transaction]:
        """Begin a transaction that ends with the context; writing ones come one after the other.

        Raises:
            RefusedError: `busy`, and what else hinders the store.
        """

    @abstractmethod
    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[StoredRow]:
        """Stream rows from position `start` up to but not including `stop`, in one read transaction."""

    @abstractmethod
    def stream_heads(self, last: int) -> Iterator[tuple[str, int]]:
        """Stream each stream with its version as of position `last`, sorted by the bytes of the names."""

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type, in the order of positions."""
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        rows = self._rows(
            f"SELECT originator_id FROM {self.events} WHERE originator_id{self.bytewise} >= ? "
            f"AND originator_id{self.bytewise} < ? AND topic = ? ORDER BY {self.position}",
            (prefix, after, name),
        )
        return [stream for (stream,) in rows]

    def append_rows(self, rows: Sequence[NewRow], recorded: str, guard: Guard) -> int:
        """Append rows that carry this recording time in one transaction; give the position of the first.

        Positions are counted in the head row, not drawn from a sequence: what is rolled back leaves no gap.

        Raises:
            ConflictError, ClockBehindError: nothing was written.
        """
        with self.begin(write=True) as transaction:
            # Written before anything is read: a SQLite transaction that reads first can fail at once with
            # "database is locked", one that writes first waits for its turn.
            size, latest = _head(
                transaction.execute(
                    "UPDATE head SET size = size + ?, recorded = CASE WHEN recorded < ? THEN ? ELSE recorded END "
                    "RETURNING size, recorded",
                    (len(rows), recorded, recorded),
                )
            )
            first = size - len(rows)
            if latest > recorded:
                raise ClockBehindError(latest)
            self._check(transaction, guard)
            try:
                if guard.command:
                    transaction.execute("INSERT INTO command VALUES (?,?,?,?)", (*guard.command, first, len(rows)))
                transaction.insert_events((first + n, *row) for n, row in enumerate(rows))
            except self.duplicate:
                raise ConflictError("a stream has moved on, or the command was carried out meanwhile") from None
        return first

    def _check(self, transaction: Transaction, guard: Guard) -> None:
        for stream, version in guard.reads.items():
            found = transaction.execute(
                f"SELECT max(originator_version) FROM {self.events} WHERE originator_id = ?", (stream,)
            )
            if (found[0][0] or 0) != version:
                raise ConflictError(f"{stream} has moved on")
        for position, types, prefixes in guard.unchanged:
            begins = " OR ".join(["substr(originator_id, 1, ?) = ?"] * len(prefixes))
            lengths_and_prefixes = [value for prefix in prefixes for value in (len(prefix), prefix)]
            if transaction.execute(
                f"SELECT 1 FROM {self.events} WHERE {self.position} > ? AND topic IN ({_marks(types)}) "
                f"AND ({begins}) LIMIT 1",
                (position, *types, *lengths_and_prefixes),
            ):
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
        last = "" if stop is None else f" AND {self.position} <= ?"
        kinds = f" AND topic IN ({_marks(topics)})" if topics else ""
        rows = self._rows(
            f"{self.select} WHERE {self.position} >= ?{last}{kinds} ORDER BY {self.position} LIMIT ?",
            (first, *(() if stop is None else (stop,)), *topics, limit),
        )
        return [
            Notification(originator_id=stream, originator_version=version, topic=topic, state=state, id=position)
            for position, stream, version, topic, state in rows
        ]

    def stream_rows(self, stream: str) -> list[StoredRow]:
        """Give the rows of one stream in the order of their versions."""
        return self._rows(self.select + OF_STREAM, (stream,))

    def stream_rows_and_head(self, stream: str) -> tuple[list[StoredRow], Head]:
        """Give the rows of a stream, and then the ledger's end if there are any, at once: a decision reads many."""
        with self.begin(write=False) as transaction:
            rows: list[Any] = transaction.execute(self.select + OF_STREAM, (stream,))
            return rows, _head(transaction.execute(HEAD)) if rows else Head(0, "")

    def head(self) -> Head:
        """Give the end of the ledger."""
        return _head(self._rows(HEAD))

    def last_position(self) -> int:
        """Give the highest position that any row has, whatever the head says; -1 where there is none."""
        ((last,),) = self._rows(f"SELECT max({self.position}) FROM {self.events}")
        return -1 if last is None else int(last)

    def known_command(self, command: str) -> KnownCommand | None:
        """Look up a command that was carried out."""
        rows = self._rows("SELECT digest, position, events FROM command WHERE id = ?", (command,))
        return KnownCommand(*rows[0]) if rows else None

    def meta(self) -> dict[str, str]:
        """Give the ledger's own data: its id and the number of its stored format."""
        return dict(self._rows("SELECT name, value FROM meta"))

    def put_meta(self, name: str, value: str) -> None:
        """Set one item of the ledger's own data."""
        with self.begin(write=True) as transaction:
            transaction.execute(PUT_META, (name, value))

    def get_tile(self, level: int, index: int) -> bytes | None:
        """Give a hash tile."""
        rows = self._rows("SELECT hashes FROM tile WHERE level = ? AND number = ?", (level, index))
        if rows and not isinstance(rows[0][0], bytes):  # SQLite keeps what it is given, whatever a column's type
            what = f"hash tile {index} of level {level}"
            raise EvidenceError("tile-malformed", what, expected="bytes", found=type(rows[0][0]).__name__)
        return rows[0][0] if rows else None

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes], size: int, before: int) -> None:
        """Store hash tiles, and that they cover `size` leaves where they covered `before`, in one transaction.

        Raises:
            ConflictError: they cover another number of leaves by now; nothing was written.
        """
        with self.begin(write=True) as transaction:
            if not transaction.execute(PUT_SEALED, (str(size), str(before))):
                raise ConflictError("others have sealed meanwhile")
            for key, hashes in tiles.items():
                transaction.execute(PUT_TILE, (*key, hashes))

    @property
    def select(self) -> str:
        """The beginning of a statement that gives stored rows."""
        return f"SELECT {self.columns} FROM {self.events}"

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self.begin(write=False) as transaction:
            return transaction.execute(statement, values)


def _head(rows: list[tuple[Any, ...]]) -> Head:
    if not rows:
        raise EvidenceError("head-missing", "the ledger", expected="a row that says where it ends", found="none")
    head = Head(*rows[0])
    if not (isinstance(head.size, int) and head.size >= 0 and isinstance(head.recorded, str)):
        raise EvidenceError("head-malformed", "the ledger", expected="how many events, and a moment", found=tuple(head))
    return head


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def default_origin(ledger_id: str) -> str:
    """Name the log of a ledger for which no other name was chosen."""
    return f"pollbook.local/{ledger_id}"


def check_format(number: int, where: str) -> None:
    """Refuse a ledger of a newer format than this (`newer-ledger`), or of an earlier draft (`draft-ledger`)."""
    if number < FORMAT:
        raise RefusedError(
            "draft-ledger",
            where,
            expected=f"stored format {FORMAT}",
            found=f"{number}, an earlier draft",
            remedy="Nothing was promised about a draft: record it anew",
        )
    if number > FORMAT:
        raise RefusedError(
            "newer-ledger",
            where,
            expected=f"stored format up to {FORMAT}",
            found=number,
            remedy="Install a newer pollbook",
        )

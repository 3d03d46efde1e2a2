"""The pull loop: views follow the ledger a page at a time, each page exactly once, one transaction a page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Protocol

from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.record import Record
from ledger.storage.storage_error import storage_error
from projections.moment import NOW, Moment

VIEWS_FILE = "views.db"
VIEWS_VERSION = "10"  # of the tables below and of what is folded into them; another version is rebuilt
PAGE_EVENTS = 1_000
WAIT_SECONDS = 30

Progress = Callable[[int], None]


class Projection(Protocol):
    """A fold over events into tables of its own."""

    tables: Sequence[str]

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        ...


class Views:
    """The tables that projections fold into, and how far they have read."""

    moment = NOW

    def __init__(self, path: Path | None, projections: Sequence[Projection]) -> None:
        self._projections = projections
        with views_errors():
            # Without a path: a file that SQLite makes and forgets, for a roll is not to be held in memory.
            self.database = sqlite3.connect(path or "", isolation_level=None, timeout=WAIT_SECONDS)
            if path:
                self.database.execute("PRAGMA journal_mode = WAL")
                self.database.execute("PRAGMA synchronous = NORMAL")
            self.database.execute(
                "CREATE TABLE IF NOT EXISTS tracking (one INTEGER PRIMARY KEY CHECK (one = 1), "
                "ledger TEXT NOT NULL, version TEXT NOT NULL, next INTEGER NOT NULL)"
            )

    @property
    def next_position(self) -> int:
        """Position of the first event not yet folded."""
        with views_errors():
            rows = self.database.execute("SELECT next FROM tracking").fetchall()
        return int(rows[0][0]) if rows else 0

    def catch_up(self, ledger: Record, moment: Moment = NOW, progress: Progress = lambda _: None) -> int:
        """Fold what was recorded since the last time, and give the position after the last event read.

        Views of another ledger or of another version of the tables are emptied first.

        Raises:
            EvidenceError: what `Ledger.reread` raises; pages before the fault are kept.
            RefusedError: `views-damaged`, `busy`, `disk-full`, `read-only-store`.
        """
        self._belong_to(ledger.ledger_id)
        while True:
            start = self.next_position
            events = ledger.reread(start)
            while page := list(islice(events, PAGE_EVENTS)):
                if not self._fold(start, start + len(page), page if moment.is_now else list(moment.past(page))):
                    break  # another process has folded this page: go on from where it stands
                start += len(page)
                progress(len(page))
                if moment.over(*page[-1]):
                    return start - sum(moment.over(*item) for item in page)
            else:
                return start

    def empty(self) -> None:
        """Forget everything: the next `catch_up` reads from the first event."""
        with self._transaction():
            tables = self.database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'tracking'"
            ).fetchall()
            for (name,) in tables:
                self.database.execute(f'DROP TABLE "{name}"')
            self.database.execute("DELETE FROM tracking")

    def close(self) -> None:
        """Close the tables."""
        self.database.close()

    def _belong_to(self, ledger_id: str) -> None:
        with views_errors():
            owner = self.database.execute("SELECT ledger, version FROM tracking").fetchall()
        if owner and owner[0] != (ledger_id, VIEWS_VERSION):
            self.empty()
            owner = []
        if owner:  # tables are made once: one that is gone is damage, and not to be made anew without its rows
            return
        with self._transaction():
            for projection in self._projections:
                for table in projection.tables:
                    self.database.execute(table)
            self.database.execute("INSERT OR IGNORE INTO tracking VALUES (1, ?, ?, 0)", (ledger_id, VIEWS_VERSION))

    def _fold(self, start: int, stop: int, page: Sequence[tuple[int, Event]]) -> bool:
        """Fold one page, unless another process has folded it meanwhile: the tracking row is written first."""
        with self._transaction():
            moved = self.database.execute("UPDATE tracking SET next = ? WHERE next = ?", (stop, start)).rowcount
            if moved:
                for projection in self._projections:
                    projection.fold(self.database, page)
        return bool(moved)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with views_errors():
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.database.execute("COMMIT")
            except BaseException:
                if self.database.in_transaction:  # a full disk has ended it already
                    self.database.execute("ROLLBACK")
                raise


class PastViews(Views):
    """Views in memory as of one moment: the record is read once, however much is taken from them."""

    def __init__(self, moment: Moment, projections: Sequence[Projection]) -> None:
        super().__init__(None, projections)
        self.moment = moment
        self._reached: int | None = None

    def catch_up(self, ledger: Record, moment: Moment = NOW, progress: Progress = lambda _: None) -> int:
        """Read up to the views' own moment, once; see `Views.catch_up`."""
        if self._reached is None:
            self._reached = super().catch_up(ledger, self.moment, progress)
        return self._reached


@contextmanager
def views_errors() -> Iterator[None]:
    """Turn the errors of the views' own database into one clear line.

    Raises:
        RefusedError: `views-damaged`, `busy`, `disk-full`, `read-only-store`.
    """
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter as in `storage_error.clear_errors`
        meaning = storage_error("the views", error)
        if isinstance(meaning, EvidenceError):  # no evidence: views hold nothing that the ledger does not
            raise RefusedError(
                "views-damaged",
                "the views",
                expected="tables as this program made them",
                found=str(error),
                remedy="Build them anew with: pollbook rebuild",
            ) from None
        raise meaning from None

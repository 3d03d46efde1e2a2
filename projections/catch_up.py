"""The pull loop: views follow the ledger a page at a time, each page exactly once, one transaction a page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from ledger.event import Event
from ledger.store import Record, clear_errors
from projections.moment import NOW, Moment

VIEWS_FILE = "views.db"
VIEWS_VERSION = "1"  # of the tables below and of what is folded into them; another version is rebuilt
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

    def __init__(self, path: Path | None, projections: Sequence[Projection]) -> None:
        self._projections = projections
        where = path or "memory"
        with clear_errors(where):
            self.database = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=WAIT_SECONDS)
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
        rows = self.database.execute("SELECT next FROM tracking").fetchall()
        return int(rows[0][0]) if rows else 0

    def catch_up(self, ledger: Record, moment: Moment = NOW, progress: Progress = lambda _: None) -> int:
        """Fold what was recorded since the last time, and give the position after the last event read.

        Views of another ledger or of another version of the tables are emptied first.

        Raises:
            EvidenceError: what `Ledger.reread` raises; pages before the fault are kept.
        """
        with clear_errors("the views"):
            self._belong_to(ledger.ledger_id)
            start = self.next_position
            events = ledger.reread(start)
            while page := list(islice(events, PAGE_EVENTS)):
                seen = list(moment.past(page))
                self._fold(start, start + len(page), seen)
                start += len(page)
                progress(len(page))
                if moment.over(*page[-1]):
                    break
        return start

    def empty(self) -> None:
        """Forget everything: the next `catch_up` reads from the first event."""
        with clear_errors("the views"):
            tables = self.database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'tracking'"
            ).fetchall()
            self.database.execute("BEGIN IMMEDIATE")
            for (name,) in tables:
                self.database.execute(f'DROP TABLE "{name}"')
            self.database.execute("DELETE FROM tracking")
            self.database.execute("COMMIT")

    def close(self) -> None:
        """Close the tables."""
        self.database.close()

    def _belong_to(self, ledger_id: str) -> None:
        owner = self.database.execute("SELECT ledger, version FROM tracking").fetchall()
        if owner and owner[0] != (ledger_id, VIEWS_VERSION):
            self.empty()
            owner = []
        self.database.execute("BEGIN IMMEDIATE")
        for projection in self._projections:
            for table in projection.tables:
                self.database.execute(table)
        self.database.execute("INSERT OR IGNORE INTO tracking VALUES (1, ?, ?, 0)", (ledger_id, VIEWS_VERSION))
        self.database.execute("COMMIT")

    def _fold(self, start: int, stop: int, page: Iterable[tuple[int, Event]]) -> None:
        """Fold one page, unless another process has folded it meanwhile: the tracking row is written first."""
        seen = list(page)
        self.database.execute("BEGIN IMMEDIATE")
        try:
            moved = self.database.execute("UPDATE tracking SET next = ? WHERE next = ?", (stop, start)).rowcount
            if moved:
                for projection in self._projections:
                    projection.fold(self.database, seen)
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

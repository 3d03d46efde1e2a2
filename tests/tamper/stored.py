"""A stored ledger as an attacker sees it: a database file that is written to past all of our own code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scenario import RECORD_PERSON, but
from stores import SQLitePlace, desk_at

from ledger.errors import EvidenceError
from ledger.storage.store import LEDGER_FILE, open_ledger
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

LAST = 13  # position of the last event
ROWS = "SELECT position, originator_id, originator_version, topic, state FROM stored_events ORDER BY position"
LATER = "2024-05-01T13:00:00Z"


def edited(leaf: bytes, **changes: Any) -> bytes:
    """Write a leaf again canonically, with fields changed, added, or (None) taken out."""
    fields = {name: value for name, value in (json.loads(leaf) | changes).items() if value is not None}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Stored:
    """A ledger as an attacker sees it: a database file."""

    folder: Path

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Carry out a statement on the file itself."""
        with closing(sqlite3.connect(self.folder / LEDGER_FILE, isolation_level=None)) as database:
            return database.execute(statement, values).fetchall()

    def first(self, kind: str) -> tuple[int, str, bytes]:
        """Give position, stream and leaf of the first event of a type."""
        rows = self.sql(
            "SELECT position, originator_id, state FROM stored_events WHERE topic = ? ORDER BY position LIMIT 1", kind
        )
        return rows[0]

    def write(self, position: int, **columns: Any) -> None:
        """Overwrite columns of a stored row."""
        for column, value in columns.items():
            self.sql(f"UPDATE stored_events SET {column} = ? WHERE position = ?", value, position)

    def move(self, position: int, to: int) -> None:
        """Give a row another position."""
        self.sql("UPDATE stored_events SET position = ? WHERE position = ?", to, position)

    def take_out(self, position: int) -> None:
        """Delete a row and let the later ones and the head close up."""
        self.sql("DELETE FROM stored_events WHERE position = ?", position)
        for later in range(position + 1, LAST + 1):
            self.move(later, later - 1)
        self.sql("UPDATE head SET size = size - 1")

    def put_in(self, position: int, row: tuple[Any, ...]) -> None:
        """Make room for a row, put it there, and count it in the head."""
        for later in range(LAST, position - 1, -1):
            self.move(later, later + 1)
        self.sql("INSERT INTO stored_events VALUES (?,?,?,?,?)", position, *row)
        self.sql("UPDATE head SET size = size + 1")

    def forged(self, **changes: Any) -> tuple[Any, ...]:
        """Give the row of an election that nobody called, in every other way well made."""
        leaf = edited(self.first("election-called.v1")[2], stream="election/forged", election="forged", **changes)
        return ("election/forged", 1, "election-called.v1", leaf)

    def record(self, person: str) -> None:
        """Record one more person, as another program does."""
        with desk_at(SQLitePlace(self.folder), clock=lambda: LATER) as desk:
            desk.submit(but(RECORD_PERSON, person=person), actor="clerk")

    def seal(self) -> None:
        """Seal what is there, as the end of a command does."""
        with open_ledger(self.folder) as ledger:
            ledger.seal()

    def reread(self, start: int = 0) -> list[int]:
        """Reread from a position and give the positions read."""
        with open_ledger(self.folder) as ledger:
            return [position for position, _ in ledger.reread(start)]

    def reread_finds(self) -> EvidenceError:
        """Reread from the beginning, and give what stopped it: evidence in one line, and nothing else."""
        with open_ledger(self.folder) as ledger, pytest.raises(EvidenceError) as caught:
            for _ in ledger.reread():
                pass
        assert "\n" not in str(caught.value)
        return caught.value

    def verify_finds(self, latest: bytes | None = None) -> list[str]:
        """Verify, perhaps with the ledger's checkpoint, and give the ids of the findings."""
        with open_ledger(self.folder) as ledger:
            report = verify(ledger, views=None, vault=None, notes=Notes(latest), trust=Trust())
        return [finding.id for finding in report.findings]

    def stream_finds(self, stream: str) -> EvidenceError:
        """Read a stream, and give what stopped it."""
        with open_ledger(self.folder) as ledger, pytest.raises(EvidenceError) as caught:
            ledger.stream(stream)
        assert "\n" not in str(caught.value)
        return caught.value

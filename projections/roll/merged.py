"""Who was merged into a person: looked up by the person who is kept, where the record has it by who is dropped."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ledger.decision import fold
from ledger.event import Event
from ledger.record import Record
from ledger.streams.merge import PersonsMerged, merge_stream
from projections.moment import Moment

MERGES = "merge/"
STEMS = ("person/", "application/")


class MergedRow(NamedTuple):
    """Somebody who was found to be the same human as another, who is kept.

    Attributes:
        person: their key, and `streams` what is on record under it.
        since: when the merge took effect; `basis`, what said that they are one.
    """

    person: str
    streams: tuple[str, ...]
    since: str
    basis: tuple[str, ...]


class MergeProjection:
    """Folds which persons were ever merged into which; whether they still are, their own short streams tell."""

    tables: Sequence[str] = (
        "CREATE TABLE IF NOT EXISTS merged_ever (kept TEXT NOT NULL, dropped TEXT NOT NULL, "
        "PRIMARY KEY (kept, dropped)) WITHOUT ROWID",
    )

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        rows = [
            (event.kept, event.stream.removeprefix(MERGES)) for _, event in page if isinstance(event, PersonsMerged)
        ]
        database.executemany("INSERT OR IGNORE INTO merged_ever VALUES (?,?)", rows)


def merged_into(database: sqlite3.Connection, ledger: Record, person: str, moment: Moment) -> tuple[MergedRow, ...]:
    """Give who is merged into a person at a moment, in the order of their keys."""
    ever = database.execute("SELECT dropped FROM merged_ever WHERE kept = ? ORDER BY dropped", (person,)).fetchall()
    found = []
    for (dropped,) in ever:
        state = merge_stream(dropped)
        merged = fold(state, (event for _, event in moment.past(ledger.stream(state.stream)))).merged
        if merged is not None and merged.kept == person:
            streams = tuple(f"{stem}{dropped}" for stem in STEMS if ledger.stream(f"{stem}{dropped}"))
            found.append(MergedRow(dropped, streams, merged.effective, merged.basis))
    return tuple(found)

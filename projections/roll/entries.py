"""Entries folded into rows on both clocks, and into changes of numbers by place, which any summary adds up.

A row of `roll_entry` says how an entry stood from `valid_from` until before `valid_to` (when it took effect), as was
known from event `known_from` until before event `known_to`. An event that changes an entry ends what was known of the
time after it took effect, and begins what is known from it on. So the rows that hold a point of both clocks are what
the events say that took effect by then and were recorded by then, each applied in the order of the record.

A row of `roll_change` says by how many the live entries of a place changed, at one point of both clocks. A row of
`roll_share` says it of those alike in category, section, region and how their persons' keys begin, so that a page far
down is found without going through those before it. What came in with a batch counts from the event that closed it,
and is added up when it is closed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.event import Event
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.roll import RollCertified, RollFrozen
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.named_rows import IdsOfPages, NamedRows

PLACES = ("category", "section", "affiliate", "region", "unit")
SHARED = ("category", "section", "region")  # what a share is of, beside how the keys begin
COLUMNS = ", ".join(PLACES)
PART = 2  # hexadecimal digits that keys begin with alike: some 3,000 of 784,151 entries
END = "~"  # sorts after every moment
FOREVER = 2**62  # after every position
AT_ONCE = 0  # the batch of what came in with none

CHANGED = (
    f"(batch = {AT_ONCE} OR known_to < {FOREVER})"  # what did not come in with a batch, or did not stay as it came
)
INDEX = "CREATE INDEX IF NOT EXISTS roll_entry_by_place ON roll_entry (place)"
INSERT = "INSERT INTO roll_entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"


class Row(NamedTuple):
    """A row of `roll_entry`; `position` is the event that made the entry stand so, for `cause`."""

    election: int
    person: str
    number: int
    known_from: int
    valid_from: str
    known_to: int
    valid_to: str
    batch: int
    place: int
    live: int
    cause: int
    position: int


class RollProjection:
    """Folds the entries of every election."""

    tables: Sequence[str] = (
        "CREATE TABLE IF NOT EXISTS roll_election (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE IF NOT EXISTS roll_place (id INTEGER PRIMARY KEY, category TEXT NOT NULL, section TEXT NOT NULL, "
        "affiliate TEXT NOT NULL, region TEXT NOT NULL, unit TEXT NOT NULL, "
        "UNIQUE (category, section, affiliate, region, unit))",
        "CREATE TABLE IF NOT EXISTS roll_cause (id INTEGER PRIMARY KEY, act TEXT NOT NULL, cause TEXT NOT NULL, "
        "UNIQUE (act, cause))",
        "CREATE TABLE IF NOT EXISTS roll_batch (id INTEGER PRIMARY KEY, stream TEXT NOT NULL UNIQUE, closed INTEGER)",
        f"INSERT OR IGNORE INTO roll_batch VALUES ({AT_ONCE}, '', 0)",
        "CREATE TABLE IF NOT EXISTS roll_entry (election INTEGER NOT NULL, person TEXT NOT NULL, "
        "number INTEGER NOT NULL, known_from INTEGER NOT NULL, valid_from TEXT NOT NULL, known_to INTEGER NOT NULL, "
        "valid_to TEXT NOT NULL, batch INTEGER NOT NULL, place INTEGER NOT NULL, live INTEGER NOT NULL, "
        "cause INTEGER NOT NULL, position INTEGER NOT NULL, "
        "PRIMARY KEY (election, person, number, known_from, valid_from)) WITHOUT ROWID",
        INDEX,
        f"CREATE INDEX IF NOT EXISTS roll_entry_changed ON roll_entry (election, person, number) WHERE {CHANGED}",
        "CREATE TABLE IF NOT EXISTS roll_change (election INTEGER NOT NULL, place INTEGER NOT NULL, "
        "valid TEXT NOT NULL, known INTEGER NOT NULL, batch INTEGER NOT NULL, delta INTEGER NOT NULL, "
        "PRIMARY KEY (election, place, valid, known, batch)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS roll_share (election INTEGER NOT NULL, category TEXT NOT NULL, "
        "section TEXT NOT NULL, region TEXT NOT NULL, part TEXT NOT NULL, valid TEXT NOT NULL, known INTEGER NOT NULL, "
        "batch INTEGER NOT NULL, delta INTEGER NOT NULL, "
        "PRIMARY KEY (election, category, section, region, part, valid, known, batch)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS roll_edition (election INTEGER NOT NULL, version INTEGER NOT NULL, "
        "position INTEGER NOT NULL, as_of INTEGER NOT NULL, effective TEXT NOT NULL, "
        "PRIMARY KEY (election, version)) WITHOUT ROWID",
    )

    def __init__(self) -> None:
        self._ids = IdsOfPages()

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        if not page:
            return
        folding = _Folding(database, self._ids.before(database, page))
        for position, event in page:
            match event:
                case EntryAdded():
                    folding.add(position, event)
                case EntryAmended():
                    folding.amend(position, event)
                case EntryRemoved():
                    folding.change(position, event, "removed", lambda row: row._replace(live=0))
                case EntryRestored():
                    folding.change(position, event, "restored", lambda row: row._replace(live=1))
                case RollBuildOpened():
                    folding.open(event.stream)
                case RollBuildClosed():
                    folding.close(position, event.stream)
                case RollFrozen() | RollCertified():
                    folding.edition(position, event)
        folding.write()


@dataclass(slots=True)
class _Folding(NamedRows):
    """A page being folded; what only adds is written at its end, or before somebody looks."""

    rows: list[Row] = field(default_factory=list)
    changes: Counter[tuple[int, int, str, int, int]] = field(default_factory=Counter)
    shares: Counter[tuple[int, str, str, str, str, str, int, int]] = field(default_factory=Counter)

    def write(self) -> None:
        """Write what is added."""
        self.database.executemany(INSERT, self.rows)
        self.rows.clear()
        for table, marks, deltas in (
            ("roll_change", "?,?,?,?,?,?", self.changes),
            ("roll_share", "?,?,?,?,?,?,?,?,?", self.shares),
        ):
            self.database.executemany(
                f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO UPDATE SET delta = delta + excluded.delta",
                [(*point, delta) for point, delta in deltas.items()],
            )
            deltas.clear()

    def batch(self, stream: str | None) -> int:
        """Give the id of a batch."""
        return self.id_of("roll_batch", "stream", stream) if stream else AT_ONCE

    def add(self, position: int, event: EntryAdded) -> None:
        """Take an entry in."""
        election, person = self.whose(event)
        names = (event.category, event.section, event.affiliate or "", event.region or "", event.unit or "")
        place = self.id_of("roll_place", COLUMNS, *names)
        batch = self.batch(event.batch)
        cause = self.id_of("roll_cause", "act, cause", "added", event.source)
        valid = event.effective
        self.rows.append(
            Row(election, person, event.number, position, valid, FOREVER, END, batch, place, 1, cause, position)
        )
        if batch == AT_ONCE:
            self._count(self.rows[-1], 1)

    def whose(self, event: Event) -> tuple[int, str]:
        """Give the election's id and the person of an entry's stream."""
        _, election, person = event.stream.split("/")
        return self.id_of("roll_election", "name", election), person

    def amend(self, position: int, event: EntryAmended) -> None:
        """Take in that a field of an entry is another."""

        def amended(row: Row) -> Row:
            names = {**dict(zip(PLACES, self.place(row.place), strict=True)), event.field: event.new or ""}
            return row._replace(place=self.id_of("roll_place", COLUMNS, *(names[name] for name in PLACES)))

        self.change(position, event, "amended", amended)

    def change(
        self,
        position: int,
        event: EntryAmended | EntryRemoved | EntryRestored,
        act: str,
        changed: Callable[[Row], Row],
    ) -> None:
        """Change how an entry stands from when an event took effect, as is known from it on."""
        self.write()
        election, person = self.whose(event)
        since = event.effective
        cause = self.id_of("roll_cause", "act, cause", act, event.cause)
        found = self.database.execute(
            "SELECT * FROM roll_entry WHERE election = ? AND person = ? AND number = ? AND known_to = ? "
            "AND valid_to > ?",
            (election, person, event.number, FOREVER, since),
        ).fetchall()
        for old in map(Row._make, found):
            batch = AT_ONCE if self.is_closed(old.batch) else old.batch
            self.database.execute(
                "UPDATE roll_entry SET known_to = ? WHERE election = ? AND person = ? AND number = ? "
                "AND known_from = ? AND valid_from = ?",
                (position, *old[:5]),
            )
            now = old._replace(known_from=position, batch=batch)
            if old.valid_from < since:
                self.rows.append(now._replace(valid_to=since))
                now = now._replace(valid_from=since)
            new = changed(now)._replace(cause=cause, position=position)
            self.rows.append(new)
            self._count(now, -1)
            self._count(new, 1)

    def place(self, place: int) -> tuple[str, ...]:
        """Give the names of a place."""
        return self.names_of("roll_place", COLUMNS, place)

    def _count(self, row: Row, by: int) -> None:
        """Count a row's entry in or out, from the row's beginning on both clocks to the end of its time."""
        if not row.live:
            return
        names = dict(zip(PLACES, self.place(row.place), strict=True))
        share = (row.election, names["category"], names["section"], names["region"], row.person[:PART])
        for valid, delta in ((row.valid_from, by), (row.valid_to, -by)):
            if valid != END:
                self.changes[row.election, row.place, valid, row.known_from, row.batch] += delta
                self.shares[*share, valid, row.known_from, row.batch] += delta

    def is_closed(self, batch: int) -> bool:
        """Whether a batch counts."""
        rows = self.database.execute("SELECT 1 FROM roll_batch WHERE id = ? AND closed IS NOT NULL", (batch,))
        return bool(rows.fetchall())

    def open(self, stream: str) -> None:
        """Take in that a batch is under way; what finds entries by place is made anew when it is closed."""
        self.batch(stream)
        self.database.execute("DROP INDEX IF EXISTS roll_entry_by_place")

    def close(self, position: int, stream: str) -> None:
        """Take in that a batch counts from here on: its additions are added up."""
        self.write()
        batch = self.batch(stream)
        self.database.execute("UPDATE roll_batch SET closed = ? WHERE id = ?", (position, batch))
        added = (
            "FROM roll_entry JOIN roll_place ON roll_place.id = place WHERE batch = ? AND known_from = position "
            "AND cause IN (SELECT id FROM roll_cause WHERE act = 'added') GROUP BY"
        )
        for table, columns in (
            ("roll_change", "place"),
            ("roll_share", f"{', '.join(SHARED)}, substr(person, 1, {PART})"),
        ):
            self.database.execute(
                f"INSERT INTO {table} SELECT election, {columns}, valid_from, 0, batch, count(*) "
                f"{added} election, {columns}, valid_from",
                (batch,),
            )
        self.database.execute(INDEX)

    def edition(self, position: int, event: RollFrozen | RollCertified) -> None:
        """Take in a version of the roll; what certifies one that is there already is no other."""
        self.database.execute(
            "INSERT OR IGNORE INTO roll_edition VALUES (?,?,?,?,?)",
            (
                self.id_of("roll_election", "name", event.election),
                event.roll_version,
                position,
                event.as_of_position,
                event.effective,
            ),
        )

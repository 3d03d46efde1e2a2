"""Papers issued and returned, folded from the record: one row for each entry and each paper, and their sums.

The sums are by where an entry stands (section, category, region, unit, affiliate), so that turnout of a contest is read
from as many rows as there are such places. A paper is that of an entry, and in this room nobody knows what is on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ledger.event import Event
from ledger.streams.contest import ContestDefined
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.issue import PapersIssued
from ledger.streams.issued import PaperCancelled, PaperIssued, PaperReissued
from ledger.streams.returned import DuplicateReturnHeld, MarksReceived, MarksReconciled, ReturnMarked
from ledger.streams.roll_build import RollBuildClosed

LIVE, REMOVED = 1, 0  # of an entry; below 0: waiting for its batch, of that number

_TABLES = (
    "paper_contest (contest TEXT PRIMARY KEY, election TEXT NOT NULL, id INTEGER NOT NULL) WITHOUT ROWID",
    "paper_place (id INTEGER PRIMARY KEY, section TEXT NOT NULL, category TEXT NOT NULL, "
    "region TEXT NOT NULL, unit TEXT NOT NULL, affiliate TEXT NOT NULL, "
    "UNIQUE (section, category, region, unit, affiliate))",
    "paper_batch (stream TEXT PRIMARY KEY, id INTEGER NOT NULL, contest TEXT NOT NULL, "
    "closed INTEGER NOT NULL) WITHOUT ROWID",
    "paper_entry (election TEXT NOT NULL, person TEXT NOT NULL, number INTEGER NOT NULL, "
    "place INTEGER NOT NULL, live INTEGER NOT NULL, PRIMARY KEY (election, person, number)) WITHOUT ROWID",
    "paper_roll (election TEXT NOT NULL, place INTEGER NOT NULL, live INTEGER NOT NULL, "
    "PRIMARY KEY (election, place)) WITHOUT ROWID",
    "paper (contest INTEGER NOT NULL, person TEXT NOT NULL, number INTEGER NOT NULL, "
    "place INTEGER NOT NULL, reissued INTEGER NOT NULL, cancelled INTEGER NOT NULL, returned INTEGER NOT NULL, "
    "PRIMARY KEY (contest, person, number)) WITHOUT ROWID",
    "paper_return (contest INTEGER NOT NULL, person TEXT NOT NULL, version INTEGER NOT NULL, "
    "number INTEGER NOT NULL, day TEXT NOT NULL, channel TEXT NOT NULL, duplicate INTEGER NOT NULL, "
    "batch INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (contest, person, version)) WITHOUT ROWID",
    "paper_issue (contest INTEGER NOT NULL, section TEXT NOT NULL, position INTEGER NOT NULL, "
    "count INTEGER NOT NULL, effective TEXT NOT NULL)",
    "paper_sum (contest INTEGER NOT NULL, place INTEGER NOT NULL, issued INTEGER NOT NULL DEFAULT 0, "
    "standing INTEGER NOT NULL DEFAULT 0, reissued INTEGER NOT NULL DEFAULT 0, "
    "cancelled INTEGER NOT NULL DEFAULT 0, returned INTEGER NOT NULL DEFAULT 0, "
    "duplicates INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (contest, place)) WITHOUT ROWID",
)
TABLES = tuple(f"CREATE TABLE IF NOT EXISTS {table}" for table in _TABLES)
READS = (
    *(ContestDefined, EntryAdded, EntryAmended, EntryRemoved, EntryRestored, RollBuildClosed),
    *(PapersIssued, PaperIssued, PaperReissued, PaperCancelled),
    *(MarksReceived, ReturnMarked, DuplicateReturnHeld, MarksReconciled),
)  # what is folded
NOT_DUE = "EXISTS (SELECT 1 FROM paper WHERE contest = ? AND paper.person = e.person AND paper.number = e.number)"
DUE = (
    "FROM paper_entry e WHERE e.election = ? AND e.live = 1 "
    f"AND e.place IN (SELECT id FROM paper_place WHERE section = ?) AND NOT {NOT_DUE}"
)


class Place(NamedTuple):
    """Where an entry stands; empty where it says nothing."""

    section: str
    category: str
    region: str
    unit: str
    affiliate: str


class PaperProjection:
    """The fold; `standing` of a sum are the papers whose entries are live."""

    tables: Sequence[str] = TABLES

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        folding = _Folding(database)
        for position, event in page:
            folding.take(position, event)
        folding.flush()


class _Folding:
    """One page being taken in; rows that are alike are written together."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._do = database.execute
        self._many = database.executemany
        self._entries: list[tuple[Any, ...]] = []
        self._returns: list[tuple[Any, ...]] = []
        self._places: dict[Place, int] = {}
        self._numbers: dict[str, int] = {}

    def take(self, position: int, event: Event) -> None:
        match event:
            case EntryAdded():
                self._add_entry(event)
            case ReturnMarked() | DuplicateReturnHeld():
                self._add_return(position, event)
            case ContestDefined():
                self._contest(event)
            case EntryAmended() | EntryRemoved() | EntryRestored():
                self.flush()
                self._change_entry(event)
            case PapersIssued():
                self.flush()
                self._issue(position, event)
            case PaperIssued() | PaperReissued() | PaperCancelled():
                self.flush()
                self._handle(event)
            case MarksReceived():
                self._batch(event.stream, event.contest)
            case MarksReconciled():
                self.flush()
                self._count_returns(event)
            case RollBuildClosed():
                self.flush()
                self._count_entries(event.stream)

    def flush(self) -> None:
        """Write what was collected."""
        if self._entries:
            self._many("INSERT OR IGNORE INTO paper_entry VALUES (?,?,?,?,?)", self._entries)
            self._entries = []
        if self._returns:
            self._many("INSERT OR IGNORE INTO paper_return VALUES (?,?,?,?,?,?,?,?,?)", self._returns)
            self._returns = []

    def _contest(self, event: ContestDefined) -> None:
        ((number,),) = self._do("SELECT coalesce(max(id), 0) + 1 FROM paper_contest")
        self._do("INSERT OR IGNORE INTO paper_contest VALUES (?,?,?)", (event.contest, event.election, number))

    def _id(self, contest: str) -> int:
        if contest not in self._numbers:
            rows = self._do("SELECT id FROM paper_contest WHERE contest = ?", (contest,)).fetchall()
            self._numbers[contest] = rows[0][0] if rows else 0
        return self._numbers[contest]

    def _place(self, place: Place) -> int:
        if place not in self._places:
            self._do("INSERT OR IGNORE INTO paper_place VALUES (NULL,?,?,?,?,?)", place)
            where = " AND ".join(f"{name} = ?" for name in Place._fields)
            ((self._places[place],),) = self._do(f"SELECT id FROM paper_place WHERE {where}", place)
        return self._places[place]

    def _batch(self, stream: str, contest: str) -> int:
        if stream not in self._numbers:
            ((number,),) = self._do("SELECT count(*) + 1 FROM paper_batch")
            self._do("INSERT OR IGNORE INTO paper_batch VALUES (?,?,?,0)", (stream, number, contest))
            ((self._numbers[stream],),) = self._do("SELECT id FROM paper_batch WHERE stream = ?", (stream,))
        return self._numbers[stream]

    def _add_entry(self, event: EntryAdded) -> None:
        words = (event.section, event.category, event.region, event.unit, event.affiliate)
        place = self._place(Place(*(word or "" for word in words)))
        live = LIVE if event.batch is None else -self._batch(event.batch, "")
        self._entries.append((event.election, event.stream.rpartition("/")[2], event.number, place, live))
        if event.batch is None:
            self._roll(event.election, place, 1)

    def _roll(self, election: str, place: int, by: int) -> None:
        put = "INSERT INTO paper_roll VALUES (?,?,?) ON CONFLICT DO UPDATE SET live = live + excluded.live"
        self._do(put, (election, place, by))

    def _count_entries(self, stream: str) -> None:
        """Take in the entries of a batch that is complete."""
        batch = self._batch(stream, "")
        self._do(
            "INSERT INTO paper_roll SELECT election, place, count(*) FROM paper_entry WHERE live = ? "
            "GROUP BY election, place ON CONFLICT DO UPDATE SET live = live + excluded.live",
            (-batch,),
        )
        self._do("UPDATE paper_entry SET live = 1 WHERE live = ?", (-batch,))
        self._do("UPDATE paper_batch SET closed = 1 WHERE id = ?", (batch,))

    def _change_entry(self, event: EntryAmended | EntryRemoved | EntryRestored) -> None:
        key = (event.election, event.stream.rpartition("/")[2], event.number)
        which = "WHERE election = ? AND person = ? AND number = ?"
        rows = self._do(f"SELECT place, live FROM paper_entry {which}", key).fetchall()
        if not rows or rows[0][1] < 0:
            return
        place, live = rows[0]
        papers = list(self._papers_of(*key))
        for paper in papers:
            self._sum(paper, -1, live)
        if live:
            self._roll(event.election, place, -1)
        if isinstance(event, EntryAmended):
            ((*words,),) = self._do(
                "SELECT section, category, region, unit, affiliate FROM paper_place WHERE id = ?", (place,)
            )
            place = self._place(Place(*words)._replace(**{event.field: event.new or ""}))
        else:
            live = LIVE if isinstance(event, EntryRestored) else REMOVED
        self._do(f"UPDATE paper_entry SET place = ?, live = ? {which}", (place, live, *key))
        if live:
            self._roll(event.election, place, 1)
        for contest, *_, counts in papers:
            self._do(
                "UPDATE paper SET place = ? WHERE contest = ? AND person = ? AND number = ?", (place, contest, *key[1:])
            )
            self._sum((contest, place, counts), 1, live)

    def _papers_of(self, election: str, person: str, number: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Give the papers of an entry in all contests: contest, place, and what of it is summed."""
        statement = (
            "SELECT p.contest, p.place, p.reissued, p.cancelled, p.returned, "
            "(SELECT count(*) FROM paper_return r JOIN paper_batch b ON b.id = r.batch WHERE b.closed = 1 "
            "AND r.duplicate = 1 AND r.contest = p.contest AND r.person = p.person AND r.number = p.number) "
            "FROM paper p JOIN paper_contest c ON c.id = p.contest AND c.election = ? "
            "WHERE p.person = ? AND p.number = ?"
        )
        for contest, place, *counts in self._do(statement, (election, person, number)).fetchall():
            yield contest, place, tuple(counts)

    def _sum(self, paper: tuple[int, int, tuple[int, ...]], by: int, live: int) -> None:
        contest, place, (reissued, cancelled, returned, duplicates) = paper
        self._add(contest, place, by, by * live, by * reissued, by * cancelled, by * returned, by * duplicates)

    def _add(self, contest: int, place: int, *counts: int) -> None:
        names = ("issued", "standing", "reissued", "cancelled", "returned", "duplicates")
        adding = ", ".join(f"{name} = {name} + excluded.{name}" for name in names)
        put = f"INSERT INTO paper_sum VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET {adding}"
        self._do(put, (contest, place, *counts))

    def _issue(self, position: int, event: PapersIssued) -> None:
        contest = self._id(event.contest)
        given = (event.contest, event.section, contest)
        due = DUE.replace("e.election = ?", "e.election = (SELECT election FROM paper_contest WHERE contest = ?)")
        self._do(
            "INSERT INTO paper_sum (contest, place, issued, standing) "
            f"SELECT {contest:d}, e.place, count(*), count(*) {due} "
            "GROUP BY e.place ON CONFLICT DO UPDATE SET issued = issued + excluded.issued, "
            "standing = standing + excluded.standing",
            given,
        )
        self._do(f"INSERT INTO paper SELECT {contest:d}, e.person, e.number, e.place, 0, 0, 0 {due}", given)
        row = (contest, event.section, position, event.count, event.effective)
        self._do("INSERT INTO paper_issue VALUES (?,?,?,?,?)", row)

    def _handle(self, event: PaperIssued | PaperReissued | PaperCancelled) -> None:
        """Take in what became of one elector's paper."""
        contest, person = self._id(event.contest), event.stream.rpartition("/")[2]
        key = (contest, person, event.number)
        which = "WHERE contest = ? AND person = ? AND number = ?"
        rows = self._do(f"SELECT place, cancelled FROM paper {which}", key).fetchall()
        if isinstance(event, PaperIssued) and not rows:
            entry = self._do(
                "SELECT e.place, e.live FROM paper_entry e JOIN paper_contest c ON c.election = e.election "
                "WHERE c.id = ? AND e.person = ? AND e.number = ?",
                key,
            ).fetchall()
            for place, live in entry:
                self._do("INSERT INTO paper VALUES (?,?,?,?,0,0,0)", (*key[:3], place))
                self._add(contest, place, 1, max(live, 0), 0, 0, 0, 0)
            return
        for place, cancelled in rows:
            if isinstance(event, PaperReissued):
                self._do(f"UPDATE paper SET reissued = reissued + 1 {which}", key)
                self._add(contest, place, 0, 0, 1, 0, 0, 0)
                continue
            now = int(isinstance(event, PaperCancelled))
            self._do(f"UPDATE paper SET cancelled = ? {which}", (now, *key))
            self._add(contest, place, 0, 0, 0, now - cancelled, 0, 0)

    def _add_return(self, position: int, event: ReturnMarked | DuplicateReturnHeld) -> None:
        duplicate = int(isinstance(event, DuplicateReturnHeld))
        batch = self._batch(event.batch or "", event.contest)
        row = (self._id(event.contest), event.stream.rpartition("/")[2], event.version, event.number, event.day)
        self._returns.append((*row, event.channel or "", duplicate, batch, position))

    def _count_returns(self, event: MarksReconciled) -> None:
        """Take in the returns of a marked register that is complete."""
        batch, contest = self._batch(event.stream, event.contest), self._id(event.contest)
        held = (
            "SELECT p.contest, p.place, {what} FROM paper_return r JOIN paper p ON p.contest = r.contest "
            "AND p.person = r.person AND p.number = r.number WHERE r.batch = ? AND r.contest = ? GROUP BY p.place "
        )
        what = "sum(1 - r.duplicate), sum(r.duplicate)"
        self._do(
            f"INSERT INTO paper_sum (contest, place, returned, duplicates) {held.format(what=what)} ON CONFLICT DO "
            "UPDATE SET returned = returned + excluded.returned, duplicates = duplicates + excluded.duplicates",
            (batch, contest),
        )
        self._do(
            "UPDATE paper SET returned = 1 WHERE contest = ? AND (person, number) IN "
            "(SELECT person, number FROM paper_return WHERE batch = ? AND duplicate = 0)",
            (contest, batch),
        )
        self._do("UPDATE paper_batch SET closed = 1 WHERE id = ?", (batch,))

"""Papers issued and returned, folded from the record: one row for each entry and each paper, and their sums.

The sums are by where an entry stands (section, category, region, unit, affiliate), so that turnout of a contest is read
from as many rows as there are such places. A paper is that of an entry, and in this room nobody knows what is on it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ledger.event import Event
from ledger.streams.contest import ContestDefined
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.issue import PapersIssued
from ledger.streams.issued import PaperCancelled, PaperIssued, PaperReissued, PaperSetAside, SetAsideReversed
from ledger.streams.returned import DuplicateReturnHeld, MarksReceived, MarksReconciled, ReturnMarked
from ledger.streams.roll_build import RollBuildClosed
from projections.papers.tables import DUE, SUMS, TABLES

LIVE, REMOVED = 1, 0  # of an entry; below 0: waiting for its batch, of that number

READS = (
    *(ContestDefined, EntryAdded, EntryAmended, EntryRemoved, EntryRestored, RollBuildClosed),
    *(PapersIssued, PaperIssued, PaperReissued, PaperCancelled, PaperSetAside, SetAsideReversed),
    *(MarksReceived, ReturnMarked, DuplicateReturnHeld, MarksReconciled),
)  # what is folded
Handled = PaperIssued | PaperReissued | PaperCancelled | PaperSetAside | SetAsideReversed


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
        self._known: dict[tuple[str | None, ...], int] = {}
        self._added: Counter[tuple[str, int]] = Counter()  # election and place -> entries that came alone
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
            case PaperIssued() | PaperReissued() | PaperCancelled() | PaperSetAside() | SetAsideReversed():
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
        for (election, place), entries in self._added.items():
            self._roll(election, place, entries)
        self._added.clear()
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
        place = self._known.get(words)
        if place is None:
            place = self._known[words] = self._place(Place(*(word or "" for word in words)))
        live = LIVE if event.batch is None else -self._batch(event.batch, "")
        self._entries.append((event.election, event.stream.rpartition("/")[2], event.number, place, live))
        if event.batch is None:
            self._added[event.election, place] += 1

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
            "SELECT p.contest, p.place, p.reissued, p.cancelled, p.returned, p.set_aside, "
            "(SELECT count(*) FROM paper_return r JOIN paper_batch b ON b.id = r.batch WHERE b.closed = 1 "
            "AND r.duplicate = 1 AND r.contest = p.contest AND r.person = p.person AND r.number = p.number) "
            "FROM paper p JOIN paper_contest c ON c.id = p.contest AND c.election = ? "
            "WHERE p.person = ? AND p.number = ?"
        )
        for contest, place, *counts in self._do(statement, (election, person, number)).fetchall():
            yield contest, place, tuple(counts)

    def _sum(self, paper: tuple[int, int, tuple[int, ...]], by: int, live: int) -> None:
        contest, place, (reissued, cancelled, returned, set_aside, duplicates) = paper
        counts = dict(zip(SUMS, (1, live, reissued, cancelled, returned, duplicates, set_aside), strict=True))
        self._add(contest, place, **{name: by * count for name, count in counts.items()})

    def _add(self, contest: int, place: int, **counts: int) -> None:
        adding = ", ".join(f"{name} = {name} + excluded.{name}" for name in counts)
        put = f"INSERT INTO paper_sum (contest, place, {', '.join(counts)}) VALUES (?,?{',?' * len(counts)}) "
        self._do(f"{put} ON CONFLICT DO UPDATE SET {adding}", (contest, place, *counts.values()))

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
        self._do(f"INSERT INTO paper SELECT {contest:d}, e.person, e.number, e.place, 0, 0, 0, 0 {due}", given)
        row = (contest, event.section, position, event.count, event.effective)
        self._do("INSERT INTO paper_issue VALUES (?,?,?,?,?)", row)

    def _handle(self, event: Handled) -> None:
        """Take in what became of one elector's paper."""
        contest, person = self._id(event.contest), event.stream.rpartition("/")[2]
        key = (contest, person, event.number)
        which = "WHERE contest = ? AND person = ? AND number = ?"
        rows = self._do(f"SELECT place, cancelled, set_aside FROM paper {which}", key).fetchall()
        if isinstance(event, PaperIssued) and not rows:
            entry = self._do(
                "SELECT e.place, e.live FROM paper_entry e JOIN paper_contest c ON c.election = e.election "
                "WHERE c.id = ? AND e.person = ? AND e.number = ?",
                key,
            ).fetchall()
            for place, live in entry:
                self._do("INSERT INTO paper VALUES (?,?,?,?,0,0,0,0)", (*key, place))
                self._add(contest, place, issued=1, standing=max(live, 0))
            return
        for place, cancelled, set_aside in rows:
            match event:
                case PaperReissued():
                    name, by = "reissued", 1
                case PaperSetAside() | SetAsideReversed():
                    name, by = "set_aside", int(isinstance(event, PaperSetAside)) - set_aside
                case _:
                    name, by = "cancelled", int(isinstance(event, PaperCancelled)) - cancelled
            self._do(f"UPDATE paper SET {name} = {name} + ? {which}", (by, *key))
            self._add(contest, place, **{name: by})

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

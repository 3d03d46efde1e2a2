"""Registers of members folded into changes of their numbers on both clocks, which any summary adds up.

What is told of a member is a line over days: not joined yet, then where they stand, then not a member any more. A row
of `register_change` says by how many those of a value changed on a day, as is known from an event on. It stands there
once by each of the LEVELS: by day, month, year, decade and century, so that what held at the end of a day is the sum
of whole centuries, decades, years and months before it and of few days. Level 0 has no days: it is how members stand
by the last that is known of them, whatever its day.

Members count from the event that closes the file they came in, and are added up then. Whoever has more on record than
that they were registered is kept apart, as the state their events add up to.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.event import Event
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.member_history import DAY_LENGTH, Member
from ledger.streams.membership import MemberAmended, MemberExpelled, MemberReadmitted, MembershipChanged
from projections.named_rows import IdsOfPages, NamedRows
from projections.registers.line import (
    EVER,
    JOINING,
    LAPSED,
    PLACES,
    Told,
    event_from,
    event_text,
    last_told,
    member_from,
    person_of,
    registered,
    state_text,
    told_by_day,
)

COLUMNS = ", ".join(PLACES)
LEVELS = (len("20"), len("201"), len("2015"), len("2015-08"), DAY_LENGTH)  # how much of a day is told, coarsest first
LAST_KNOWN = 0  # the level without days

Changes = Counter[tuple[int, int, str, int]]  # register, level, day as far as the level tells it, what is told


class RegisterProjection:
    """Folds the members of every register."""

    tables: Sequence[str] = (
        "CREATE TABLE IF NOT EXISTS register_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE IF NOT EXISTS register_batch (id INTEGER PRIMARY KEY, stream TEXT NOT NULL UNIQUE, "
        "register INTEGER NOT NULL, received INTEGER NOT NULL, closed INTEGER)",
        "CREATE TABLE IF NOT EXISTS register_place (id INTEGER PRIMARY KEY, category TEXT NOT NULL, "
        "affiliate TEXT NOT NULL, section TEXT NOT NULL, region TEXT NOT NULL, unit TEXT NOT NULL, "
        f"UNIQUE ({COLUMNS}))",
        "CREATE TABLE IF NOT EXISTS register_member (batch INTEGER NOT NULL, person TEXT NOT NULL, "
        "place INTEGER NOT NULL, joined TEXT NOT NULL, lapsed TEXT, PRIMARY KEY (batch, person)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS register_member_by_person ON register_member (person)",
        "CREATE TABLE IF NOT EXISTS register_changed (person TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS register_waiting (batch INTEGER NOT NULL, position INTEGER NOT NULL, "
        "person TEXT NOT NULL, type TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (batch, position, person)) "
        "WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS register_change (register INTEGER NOT NULL, level INTEGER NOT NULL, "
        "day TEXT NOT NULL, told INTEGER NOT NULL, known INTEGER NOT NULL, delta INTEGER NOT NULL, "
        "PRIMARY KEY (register, level, day, told, known)) WITHOUT ROWID",
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
                case MemberRegistered():
                    folding.register(event)
                case BatchReceived():
                    folding.open(position, event.stream)
                case BatchReconciled():
                    folding.close(position, event.stream)
                case MemberAmended() | MembershipChanged() | MemberExpelled() | MemberReadmitted():
                    folding.change(position, event)
        folding.write()


@dataclass(slots=True)
class _Folding(NamedRows):
    """A page being folded; members are written at its end, or before somebody looks."""

    rows: list[tuple[int, str, int, str, str | None]] = field(default_factory=list)

    def write(self) -> None:
        """Write the members that were registered."""
        self.database.executemany("INSERT INTO register_member VALUES (?,?,?,?,?)", self.rows)
        self.rows.clear()

    def register(self, event: MemberRegistered) -> None:
        """Take a member in; who came with no file is in no register."""
        batch = self.batch(event.batch)
        if batch is not None:
            place = self.told_id(tuple(getattr(event, name) or "" for name in PLACES))
            joined = event.joined or event.effective[:DAY_LENGTH]
            self.rows.append((batch, person_of(event), place, joined, event.lapsed))

    def open(self, position: int, stream: str) -> None:
        """Take in that a file is being taken in."""
        register = self.id_of("register_name", "name", stream.split("/")[1])
        self.database.execute(
            "INSERT OR IGNORE INTO register_batch (stream, register, received) VALUES (?,?,?)",
            (stream, register, position),
        )

    def close(self, position: int, stream: str) -> None:
        """Take in that a file counts from here on: whom it registered are added up, what it changed is done."""
        self.write()
        batch = self.batch(stream)
        if batch is None:
            return
        ((register,),) = self.database.execute("SELECT register FROM register_batch WHERE id = ?", (batch,))
        self._add_up(register, batch, position)
        changes: Changes = Counter()
        found = self.database.execute(
            "SELECT person, type, event FROM register_waiting WHERE batch = ? ORDER BY position", (batch,)
        )
        for person, kind, values in found:
            self._apply(person, event_from(kind, values), changes)
        self.database.execute("DELETE FROM register_waiting WHERE batch = ?", (batch,))
        self._write_changes(changes, position)
        self.database.execute("UPDATE register_batch SET closed = ? WHERE id = ?", (position, batch))

    def _add_up(self, register: int, batch: int, known: int) -> None:
        """Add up the members that a file registered: by day, and from that by each level that tells less."""
        insert = "INSERT INTO register_change SELECT :register, :level, "
        given: dict[str, Any] = {"register": register, "batch": batch, "known": known}
        own = "FROM register_member WHERE batch = :batch"
        ended = f"CASE WHEN lapsed IS NULL THEN place ELSE {LAPSED} END"
        none = "HAVING sum(delta) <> 0"
        self.database.execute(
            f"{insert} '', {ended}, :known, count(*) {own} GROUP BY {ended}", {**given, "level": LAST_KNOWN}
        )
        # A lapse before joining ends what did not begin: it tells from the joining on.
        steps = (
            f"SELECT '' AS day, {JOINING} AS told, count(*) AS delta {own}",
            f"SELECT joined, {JOINING}, -count(*) {own} GROUP BY joined",
            f"SELECT joined, place, count(*) {own} GROUP BY joined, place",
            f"SELECT max(joined, lapsed), place, -count(*) {own} AND lapsed IS NOT NULL GROUP BY 1, 2",
            f"SELECT max(joined, lapsed), {LAPSED}, count(*) {own} AND lapsed IS NOT NULL GROUP BY 1",
        )
        together = f"day, told, :known, sum(delta) FROM ({' UNION ALL '.join(steps)}) GROUP BY day, told {none}"
        self.database.execute(insert + together, {**given, "level": LEVELS[-1]})
        for finer, level in zip(LEVELS[:0:-1], LEVELS[-2::-1], strict=True):
            self.database.execute(
                f"{insert} substr(day, 1, :level), told, :known, sum(delta) FROM register_change "
                f"WHERE register = :register AND level = :finer AND known = :known "
                f"GROUP BY substr(day, 1, :level), told {none}",
                {**given, "level": level, "finer": finer},
            )

    def change(self, position: int, event: Event) -> None:
        """Take in what is more than that somebody was registered; what came with a file waits for it to count."""
        self.write()
        person = person_of(event)
        if not self._keep_apart(person):
            return  # in no register
        if event.batch is not None:
            self._wait(event, position)
            return
        changes: Changes = Counter()
        self._apply(person, event, changes)
        self._write_changes(changes, position)

    def _keep_apart(self, person: str) -> bool:
        """Keep somebody as a state from here on, and say whether they are in a register.

        What a file says that is still being taken in waits with it.
        """
        if self.database.execute("SELECT 1 FROM register_changed WHERE person = ?", (person,)).fetchall():
            return True
        found = self.database.execute(
            "SELECT batch, stream, closed, place, joined, lapsed FROM register_member "
            "JOIN register_batch ON register_batch.id = batch WHERE person = ?",
            (person,),
        ).fetchall()
        if not found:
            return False
        ((batch, stream, closed, place, joined, lapsed),) = found
        event = registered(person, stream, self.names_of("register_place", COLUMNS, place), joined, lapsed)
        member = Member(event.stream)
        if closed is None:
            self._wait(event, 0)
        else:
            member = member.evolve(event)
        self._keep(person, member)
        self.database.execute("DELETE FROM register_member WHERE batch = ? AND person = ?", (batch, person))
        return True

    def _wait(self, event: Event, position: int) -> None:
        """Keep an event until the file that it came with counts."""
        self.database.execute(
            "INSERT INTO register_waiting VALUES (?,?,?,?,?)",
            (self.batch(event.batch), position, person_of(event), event.type, event_text(event)),
        )

    def _apply(self, person: str, event: Event, changes: Changes) -> None:
        """Change somebody, and count them out as they stood and in as they stand."""
        ((state,),) = self.database.execute("SELECT state FROM register_changed WHERE person = ?", (person,))
        before = member_from(person, state)
        after = before.evolve(event)
        self._count(before, -1, changes)
        self._count(after, 1, changes)
        self.database.execute("UPDATE register_changed SET state = ? WHERE person = ?", (state_text(after), person))

    def _keep(self, person: str, member: Member) -> None:
        self.database.execute("INSERT INTO register_changed VALUES (?,?)", (person, state_text(member)))

    def _count(self, member: Member, by: int, changes: Changes) -> None:
        """Count a member in or out, on every level; nobody is in a register before they were registered."""
        if member.batch is None:
            return
        register = self.id_of("register_name", "name", member.batch.split("/")[1])
        changes[register, LAST_KNOWN, EVER, self.told_id(last_told(member))] += by
        before: int | None = None
        for day, told in told_by_day(member):
            now = self.told_id(told)
            for level in LEVELS:
                changes[register, level, day[:level], now] += by
                if before is not None:
                    changes[register, level, day[:level], before] -= by
            before = now

    def _write_changes(self, changes: Changes, known: int) -> None:
        self.database.executemany(
            "INSERT INTO register_change VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET delta = delta + excluded.delta",
            [(*point, known, delta) for point, delta in sorted(changes.items()) if delta],
        )

    def told_id(self, told: Told) -> int:
        """Give what stands for what is told of a member in the rows."""
        return self.id_of("register_place", COLUMNS, *told) if isinstance(told, tuple) else told

    def batch(self, stream: str | None) -> int | None:
        """Give the id of a file that was received; None of what came with none."""
        if stream is None:
            return None
        found = self.ids.get(("register_batch", stream))
        if found is None:
            rows = self.database.execute("SELECT id FROM register_batch WHERE stream = ?", (stream,)).fetchall()
            if not rows:
                return None
            found = self.ids["register_batch", stream] = rows[0][0]
        return found

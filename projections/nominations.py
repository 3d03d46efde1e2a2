"""Nominations folded into rows of their own: who nominated whom, and what became of it.

Nothing of a count is read from them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.event import Event
from ledger.streams.nominated import Nominations, closing, require_opened
from ledger.streams.nomination import (
    NominationReceived,
    NominationReceivedLate,
    NominationRuledInvalid,
    NominationRuledValid,
    NominationWithdrawn,
)
from ledger.streams.nominator import EntitlementEnded, NominatorRegistered
from ledger.streams.timetable import Timetable

STANDS, DROPPED, WITHDRAWN, INVALID, LATE = "stands", "dropped", "withdrawn", "invalid", "late"


class NominationProjection:
    """Folds nominations into one row for each nominator and contest, and late ones into rows beside."""

    tables: Sequence[str] = (
        "CREATE TABLE IF NOT EXISTS nomination (contest TEXT NOT NULL, nominator TEXT NOT NULL, nominee TEXT NOT NULL, "
        "class TEXT NOT NULL, size INTEGER, state TEXT NOT NULL, irregular TEXT, ruled INTEGER NOT NULL, "
        "received TEXT NOT NULL, position INTEGER NOT NULL, why TEXT, PRIMARY KEY (contest, nominator)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS late_nomination (position INTEGER PRIMARY KEY, contest TEXT NOT NULL, "
        "nominator TEXT NOT NULL, nominee TEXT NOT NULL, class TEXT NOT NULL, received TEXT NOT NULL, "
        "closed TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS nominator (election TEXT NOT NULL, nominator TEXT NOT NULL, class TEXT NOT NULL, "
        "name TEXT, ended TEXT, why TEXT, PRIMARY KEY (election, nominator)) WITHOUT ROWID",
    )

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        for position, event in page:
            match event:
                case NominatorRegistered():
                    row = (event.election, event.nominator, event.nominator_class, event.name)
                    database.execute("INSERT OR REPLACE INTO nominator VALUES (?,?,?,?,NULL,NULL)", row)
                case EntitlementEnded():
                    database.execute(
                        "UPDATE nominator SET ended = ?, why = ? WHERE election = ? AND nominator = ?",
                        (event.effective, event.reason, event.election, event.nominator),
                    )
                case NominationReceived():
                    self._receive(database, position, event)
                case NominationReceivedLate():
                    late = (position, event.contest, event.nominator, event.nominee, event.nominator_class)
                    database.execute(
                        "INSERT INTO late_nomination VALUES (?,?,?,?,?,?,?)", (*late, event.effective, event.closed)
                    )
                case NominationWithdrawn():
                    self._set(database, event, WITHDRAWN, event.reason)
                case NominationRuledInvalid():
                    self._set(database, event, INVALID, event.reasons)
                case NominationRuledValid():
                    self._set(database, event, STANDS, event.reasons)

    @staticmethod
    def _receive(database: sqlite3.Connection, position: int, event: NominationReceived) -> None:
        irregular = "; ".join(event.irregular) if event.irregular else None
        whose = (event.contest, event.nominator, event.nominee, event.nominator_class, event.size)
        row = (*whose, STANDS, irregular, 0, event.effective, position, None)
        database.execute("INSERT OR REPLACE INTO nomination VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)

    @staticmethod
    def _set(
        database: sqlite3.Connection,
        event: NominationWithdrawn | NominationRuledInvalid | NominationRuledValid,
        state: str,
        why: str | None,
    ) -> None:
        database.execute(
            "UPDATE nomination SET state = ?, why = ?, ruled = ? WHERE contest = ? AND nominator = ?",
            (state, why, int(state != WITHDRAWN), event.contest, event.nominator),
        )


class Line(NamedTuple):
    """One nomination and what became of it; `why` it does not stand, `name` of the nominator where it is public."""

    nominator: str
    name: str | None
    nominee: str
    nominator_class: str
    state: str
    received: str
    position: int
    irregular: str | None = None
    ruled: bool = False
    why: str | None = None
    size: int | None = None


def lines_of_contest(database: sqlite3.Connection, nominations: Nominations, timetable: Timetable) -> Iterator[Line]:
    """Give every nomination, in the order of positions; one whose nominator lost the right before the close fell."""
    rule = require_opened(nominations).rule
    close = {each.id: closing(timetable, rule, each.id) or "" for each in rule.classes}
    rows = database.execute(
        "SELECT n.nominator, r.name, n.nominee, n.class, n.state, n.received, n.position, n.irregular, n.ruled, n.why, "
        "n.size, r.ended, r.why FROM nomination n LEFT JOIN nominator r ON r.election = ? "
        "AND r.nominator = n.nominator WHERE n.contest = ? ORDER BY n.position",
        (nominations.election, nominations.contest),
    )
    for *first, ruled, why, size, ended, reason in rows:
        line = Line._make((*first, bool(ruled), why, size))
        if line.state == STANDS and ended is not None and ended <= close.get(line.nominator_class, ""):
            line = line._replace(state=DROPPED, why=f"lost the right to nominate at {ended}: {reason}")
        yield line
    late = database.execute(
        "SELECT n.nominator, r.name, n.nominee, n.class, ?, n.received, n.position, n.closed FROM late_nomination n "
        "LEFT JOIN nominator r ON r.election = ? AND r.nominator = n.nominator WHERE n.contest = ? ORDER BY n.position",
        (LATE, nominations.election, nominations.contest),
    )
    for *first, closed in late:
        yield Line._make((*first, None, False, f"closed {closed}", None))

"""Nominations folded into rows of their own: who nominated whom, and what became of it.

Nothing of a count is read from them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.event import Event
from ledger.streams.nominated import Nominations, require_opened
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
        """Take a page of events in; what a page changes of its own rows is changed before they are written."""
        rows: dict[tuple[str, str], list[Any]] = {}
        nominators: dict[tuple[str, str], list[Any]] = {}
        late: list[tuple[Any, ...]] = []
        for position, event in page:
            match event:
                case NominationReceived():
                    irregular = "; ".join(event.irregular) if event.irregular else None
                    whose = (event.contest, event.nominator)
                    what = (event.nominee, event.nominator_class, event.size)
                    rows[whose] = [*whose, *what, STANDS, irregular, 0, event.effective, position, None]
                case NominatorRegistered():
                    whose = (event.election, event.nominator)
                    nominators[whose] = [*whose, event.nominator_class, event.name, None, None]
                case EntitlementEnded():
                    row = nominators.get((event.election, event.nominator))
                    if row is not None:
                        row[-2:] = (event.effective, event.reason)
                        continue
                    database.execute(
                        "UPDATE nominator SET ended = ?, why = ? WHERE election = ? AND nominator = ?",
                        (event.effective, event.reason, event.election, event.nominator),
                    )
                case NominationReceivedLate():
                    whom = (event.contest, event.nominator, event.nominee, event.nominator_class)
                    late.append((position, *whom, event.effective, event.closed))
                case NominationWithdrawn():
                    _settle(database, rows, event, WITHDRAWN, event.reason)
                case NominationRuledInvalid():
                    _settle(database, rows, event, INVALID, event.reasons)
                case NominationRuledValid():
                    _settle(database, rows, event, STANDS, event.reasons)
        database.executemany("INSERT OR REPLACE INTO nominator VALUES (?,?,?,?,?,?)", nominators.values())
        database.executemany("INSERT OR REPLACE INTO nomination VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows.values())
        database.executemany("INSERT INTO late_nomination VALUES (?,?,?,?,?,?,?)", late)


def _settle(
    database: sqlite3.Connection,
    rows: Mapping[tuple[str, str], list[Any]],
    event: NominationWithdrawn | NominationRuledInvalid | NominationRuledValid,
    state: str,
    why: str | None,
) -> None:
    """Say what became of a nomination, in the page's rows or else in the table's."""
    ruled = int(state != WITHDRAWN)
    row = rows.get((event.contest, event.nominator))
    if row is not None:
        row[5], row[7], row[10] = state, ruled, why
        return
    database.execute(
        "UPDATE nomination SET state = ?, why = ?, ruled = ? WHERE contest = ? AND nominator = ?",
        (state, why, ruled, event.contest, event.nominator),
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
    ruled: int = 0
    why: str | None = None
    size: int | None = None


def lines_of_contest(database: sqlite3.Connection, nominations: Nominations, timetable: Timetable) -> Iterator[Line]:
    """Give every nomination in the order of positions, then the late ones.

    One fell whose nominator lost the right to nominate at or before the close of its class.
    """
    rule = require_opened(nominations).rule
    closes = [part for each in rule.classes for part in (each.id, nominations.close_of(timetable, each.id) or "")]
    close = f"CASE n.class {'WHEN ? THEN ? ' * len(rule.classes)}ELSE '' END"
    rows = database.execute(
        "SELECT nominator, name, nominee, class, iif(fell, ?, state), received, position, irregular, ruled, "
        "iif(fell, 'lost the right to nominate at ' || ended || ': ' || reason, why), size FROM "
        f"(SELECT n.*, r.name, r.ended, r.why AS reason, (n.state = ? AND coalesce(r.ended <= {close}, 0)) AS fell "
        "FROM nomination n LEFT JOIN nominator r ON r.election = ? AND r.nominator = n.nominator WHERE n.contest = ?) "
        "ORDER BY position",
        (DROPPED, STANDS, *closes, nominations.election, nominations.contest),
    )
    yield from map(Line._make, rows)
    late = database.execute(
        "SELECT n.nominator, r.name, n.nominee, n.class, ?, n.received, n.position, NULL, 0, 'closed ' || n.closed, "
        "NULL FROM late_nomination n LEFT JOIN nominator r ON r.election = ? AND r.nominator = n.nominator "
        "WHERE n.contest = ? ORDER BY n.position",
        (LATE, nominations.election, nominations.contest),
    )
    yield from map(Line._make, late)

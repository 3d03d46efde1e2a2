"""Applications folded into rows of their own: how each stands, what it waits for, and the money, day by day.

Rows that came in with a file count once that file is taken in whole, and checks that were run together once that run is
closed. What an application waits for is worked out as it changes, so that a queue is read and not computed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from ledger.event import Event
from ledger.rules.eligibility import CHECKS
from ledger.rules.franchise import RegisterMatch
from ledger.streams.application import PREFIX
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReceivedLate,
    ApplicationReferred,
    ApplicationWithdrawn,
    ChecksRun,
    CureInvited,
    CureLapsed,
    CureSupplied,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
    FeeRetained,
    ReferralCleared,
)
from ledger.streams.checks import ChecksClosed
from ledger.streams.franchise import FranchiseAdopted
from ledger.streams.member import BatchReconciled

NOT_RUN, ANEW, REFERRAL, CURE, READY = "not-run", "checks", "referral", "cure", "admission"
HOUR = len("2015-08-12T12")
DAY = len("2015-08-12")

Money = FeeReceived | FeeFailed | FeeRefunded | FeeRetained
KINDS: dict[type[Event], str] = {
    FeeReceived: "received",
    FeeFailed: "failed",
    FeeRefunded: "refunded",
    FeeRetained: "retained",
}
TABLES = (
    "CREATE TABLE IF NOT EXISTS application (person TEXT PRIMARY KEY, election TEXT NOT NULL, category TEXT NOT NULL, "
    "received TEXT NOT NULL, late INTEGER NOT NULL, version INTEGER NOT NULL, identity TEXT NOT NULL, "
    "currency TEXT NOT NULL, due INTEGER NOT NULL, money INTEGER NOT NULL, ended TEXT NOT NULL, "
    "referrals INTEGER NOT NULL, curing INTEGER NOT NULL, stale INTEGER NOT NULL, batch TEXT) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS application_order ON application (election, received, person)",
    "CREATE INDEX IF NOT EXISTS application_batch ON application (batch) WHERE batch IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS application_check (person TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL, "
    "score INTEGER, against TEXT, version TEXT NOT NULL, position INTEGER NOT NULL, "
    "PRIMARY KEY (person, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS application_payment (payment TEXT PRIMARY KEY, amount INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS check_waiting (batch TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, "
    "outcome TEXT NOT NULL, score INTEGER, against TEXT, version TEXT NOT NULL, position INTEGER NOT NULL, "
    "PRIMARY KEY (batch, person, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS check_needed (election TEXT NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL, "
    "near INTEGER NOT NULL, PRIMARY KEY (election, category, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outstanding (person TEXT NOT NULL, name TEXT NOT NULL, election TEXT NOT NULL, "
    "outcome TEXT NOT NULL, received TEXT NOT NULL, PRIMARY KEY (person, name)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS outstanding_election ON outstanding (election, name, outcome, received)",
    "CREATE INDEX IF NOT EXISTS outstanding_oldest ON outstanding (election, name, received, person)",
    "CREATE TABLE IF NOT EXISTS application_hour (election TEXT NOT NULL, hour TEXT NOT NULL, "
    "received INTEGER NOT NULL, decided INTEGER NOT NULL, PRIMARY KEY (election, hour)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS fee_day (election TEXT NOT NULL, category TEXT NOT NULL, day TEXT NOT NULL, "
    "currency TEXT NOT NULL, kind TEXT NOT NULL, ended TEXT NOT NULL, number INTEGER NOT NULL, "
    "amount INTEGER NOT NULL, PRIMARY KEY (election, category, day, currency, kind, ended)) WITHOUT ROWID",
)
PUT_CHECK = (
    "INSERT INTO application_check VALUES (?,?,?,?,?,?,?) ON CONFLICT (person, name) DO UPDATE SET "
    "outcome = excluded.outcome, score = excluded.score, against = excluded.against, version = excluded.version, "
    "position = excluded.position"
)
PUT_HOUR = (
    "INSERT INTO application_hour VALUES (?,?,?,?) ON CONFLICT (election, hour) DO UPDATE SET "
    "received = received + excluded.received, decided = decided + excluded.decided"
)
PUT_FEE = (
    "INSERT INTO fee_day VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (election, category, day, currency, kind, ended) "
    "DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount"
)
OUTSTANDING = (  # what an open application waits for: its first row says so if nothing else does
    "WITH open AS (SELECT * FROM application WHERE ended = '' AND late = 0 AND batch IS NULL AND {which}), "
    "waits AS (SELECT a.person, c.name, a.election, c.outcome, a.received FROM open a "
    "JOIN application_check c ON c.person = a.person LEFT JOIN check_needed n ON n.election = a.election "
    "AND n.category = a.category AND n.name = c.name "
    "WHERE c.outcome <> 'pass' AND NOT (c.outcome = 'near' AND coalesce(n.near, 0)) "
    f"UNION ALL SELECT a.person, n.name, a.election, '{NOT_RUN}', a.received FROM open a "
    "JOIN check_needed n ON n.election = a.election AND n.category = a.category "
    "WHERE NOT EXISTS (SELECT 1 FROM application_check c WHERE c.person = a.person AND c.name = n.name) "
    f"UNION ALL SELECT person, '{ANEW}', election, '', received FROM open WHERE stale = 1 "
    f"UNION ALL SELECT person, '{REFERRAL}', election, '', received FROM open WHERE referrals > 0 "
    f"UNION ALL SELECT person, '{CURE}', election, '', received FROM open WHERE curing > 0) "
    "INSERT INTO outstanding SELECT * FROM waits "
    f"UNION ALL SELECT person, '{READY}', election, '', received FROM open "
    "WHERE person NOT IN (SELECT person FROM waits)"
)


class ApplicationProjection:
    """Folds applications: one row each, one for each of their checks, and one for each thing they wait for."""

    tables: Sequence[str] = TABLES

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        changed: dict[str, None] = {}
        for position, event in page:
            if event.stream.startswith(PREFIX):
                person = event.stream.removeprefix(PREFIX)
                changed[person] = None
                _fold_one(database, person, position, event)
            elif isinstance(event, BatchReconciled):
                changed.update(dict.fromkeys(_taken_in(database, event.stream)))
            elif isinstance(event, ChecksClosed):
                changed.update(dict.fromkeys(_checked(database, event.stream)))
            elif isinstance(event, FranchiseAdopted):
                _settle(database, changed)
                changed.clear()
                _need(database, event)
        _settle(database, changed)


def _need(database: sqlite3.Connection, event: FranchiseAdopted) -> None:
    """Note which checks the tests of a franchise ask for, and work out anew what every application waits for."""
    election = event.election
    rows = [
        (election, category.category, CHECKS[test.test], isinstance(test, RegisterMatch) and test.near == "accepted")
        for category in event.rule.categories
        for test in category.tests
        if test.test in CHECKS
    ]
    database.execute("DELETE FROM check_needed WHERE election = ?", (election,))
    database.executemany("INSERT INTO check_needed VALUES (?,?,?,?)", rows)
    database.execute("DELETE FROM outstanding WHERE election = ?", (election,))
    database.execute(OUTSTANDING.format(which="election = ?"), (election,))


def _settle(database: sqlite3.Connection, changed: Iterable[str]) -> None:
    """Work out anew what these applications wait for."""
    people = [(person,) for person in changed]
    if not people:
        return
    database.execute("CREATE TEMP TABLE IF NOT EXISTS changed (person TEXT PRIMARY KEY) WITHOUT ROWID")
    database.execute("DELETE FROM changed")
    database.executemany("INSERT INTO changed VALUES (?)", people)
    database.execute("DELETE FROM outstanding WHERE person IN (SELECT person FROM changed)")
    database.execute(OUTSTANDING.format(which="person IN (SELECT person FROM changed)"))


def _fold_one(database: sqlite3.Connection, person: str, position: int, event: Event) -> None:
    database.execute("UPDATE application SET version = ? WHERE person = ?", (event.version, person))
    match event:
        case ApplicationReceived() | ApplicationReceivedLate():
            _receive(database, person, event)
        case ChecksRun():
            _check(database, person, position, event)
        case FeeReceived() | FeeFailed() | FeeRefunded() | FeeRetained():
            _pay(database, person, event)
        case ApplicationReferred():
            database.execute("UPDATE application SET referrals = referrals + 1 WHERE person = ?", (person,))
        case ReferralCleared():
            database.execute("UPDATE application SET referrals = referrals - 1 WHERE person = ?", (person,))
        case CureInvited():
            database.execute("UPDATE application SET curing = 1 WHERE person = ?", (person,))
        case CureSupplied() | CureLapsed():
            supplied = isinstance(event, CureSupplied)
            database.execute(
                "UPDATE application SET curing = 0, stale = max(stale, ?) WHERE person = ?", (supplied, person)
            )
        case ApplicationAdmitted():
            _end(database, person, "admitted", event.recorded)
        case ApplicationLapsed():
            _end(database, person, "lapsed", event.recorded)
        case ApplicationWithdrawn():
            _end(database, person, "withdrawn", event.recorded)


def _receive(database: sqlite3.Connection, person: str, event: ApplicationReceived | ApplicationReceivedLate) -> None:
    late = isinstance(event, ApplicationReceivedLate)
    due, currency = (event.fee_due, event.currency) if isinstance(event, ApplicationReceived) else (0, "")
    database.execute(
        "INSERT INTO application VALUES (?,?,?,?,?,?,?,?,?,0,'',0,0,?,?)",
        (
            *(person, event.election, event.category, event.received, late, event.version, str(event.identity)),
            *(currency, due, not late, event.batch),
        ),
    )
    if event.batch is None:
        _count_received(database, "person = ?", person)


def _count_received(database: sqlite3.Connection, which: str, value: str) -> None:
    """Count applications that are in now, by the hour, and what they were quoted, by the day."""
    columns = f"FROM application WHERE {which} AND late = 0 GROUP BY election, "
    found = database.execute(f"SELECT election, substr(received, 1, {HOUR}), count(*), 0 {columns} 2", (value,))
    database.executemany(PUT_HOUR, found.fetchall())
    found = database.execute(
        f"SELECT election, category, substr(received, 1, {DAY}), currency, 'quoted', '', count(*), sum(due) "
        f"{columns} 2, 3, 4",
        (value,),
    )
    database.executemany(PUT_FEE, found.fetchall())


def _taken_in(database: sqlite3.Connection, batch: str) -> list[str]:
    """Let the applications of a file count, once all of it is taken in."""
    people = [person for (person,) in database.execute("SELECT person FROM application WHERE batch = ?", (batch,))]
    if people:
        _count_received(database, "batch = ?", batch)
        database.execute("UPDATE application SET batch = NULL WHERE batch = ?", (batch,))
    return people


def _check(database: sqlite3.Connection, person: str, position: int, event: ChecksRun) -> None:
    rows = [(person, c.check, c.outcome, c.score, c.against, c.version, position) for c in event.checks]
    if event.batch is not None:
        database.executemany(
            "INSERT INTO check_waiting VALUES (?,?,?,?,?,?,?,?)", [(event.batch, *row) for row in rows]
        )
        return
    database.executemany(PUT_CHECK, rows)
    database.execute("UPDATE application SET stale = 0 WHERE person = ?", (person,))


def _checked(database: sqlite3.Connection, batch: str) -> list[str]:
    """Let the checks of a run count, once it is closed."""
    columns = "person, name, outcome, score, against, version, position"
    rows = database.execute(f"SELECT {columns} FROM check_waiting WHERE batch = ?", (batch,)).fetchall()
    database.executemany(PUT_CHECK, rows)
    people = list(dict.fromkeys(row[0] for row in rows))
    database.executemany("UPDATE application SET stale = 0 WHERE person = ?", [(person,) for person in people])
    database.execute("DELETE FROM check_waiting WHERE batch = ?", (batch,))
    return people


def _pay(database: sqlite3.Connection, person: str, event: Money) -> None:
    rows = database.execute("SELECT election, category, ended, late FROM application WHERE person = ?", (person,))
    election, category, ended, late = rows.fetchone()
    change = 0
    match event:
        case FeeReceived():
            change = event.amount
            database.execute("INSERT OR REPLACE INTO application_payment VALUES (?,?)", (event.payment, event.amount))
        case FeeFailed():
            taken = database.execute(
                "DELETE FROM application_payment WHERE payment = ? RETURNING amount", (event.payment,)
            ).fetchall()
            change = -sum(amount for (amount,) in taken)
        case FeeRefunded():
            change = -event.amount
    database.execute("UPDATE application SET money = money + ?, stale = NOT late WHERE person = ?", (change, person))
    kind = "taken-back" if isinstance(event, FeeFailed) and change else KINDS[type(event)]
    ended = "late" if late else ended
    fee = (election, category, event.day, event.currency, kind, ended, 1, event.amount)
    database.execute(PUT_FEE, fee)


def _end(database: sqlite3.Connection, person: str, ended: str, recorded: str) -> None:
    database.execute("UPDATE application SET ended = ? WHERE person = ?", (ended, person))
    database.execute(
        f"{PUT_HOUR.replace('VALUES (?,?,?,?)', 'SELECT election, ?, 0, 1 FROM application WHERE person = ?')}",
        (recorded[:HOUR], person),
    )

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
    ApplicationRefusalReversed,
    ApplicationRefused,
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
from ledger.streams.payments import PaymentsReconciled
from projections.applications.tables import CHANGED, PUT_CHECK, PUT_FEE, PUT_HOUR, TABLES, TO_SETTLE
from projections.applications.waiting import CASES, fold_case

HOUR = len("2015-08-12T12")
DAY = len("2015-08-12")

Money = FeeReceived | FeeFailed | FeeRefunded | FeeRetained
KINDS: dict[type[Event], str] = {
    FeeReceived: "received",
    FeeFailed: "failed",
    FeeRefunded: "refunded",
    FeeRetained: "retained",
}


class ApplicationProjection:
    """Folds applications: one row each, one for each of their checks, and one for each thing they wait for."""

    tables: Sequence[str] = (*TABLES, *CASES)

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        database.execute(CHANGED)
        changed: dict[str, None] = {}
        for position, event in page:
            if event.stream.startswith(PREFIX):
                person = event.stream.removeprefix(PREFIX)
                changed[person] = None
                _fold_one(database, person, position, event)
            elif isinstance(event, BatchReconciled):
                _take_in(database, event.stream)
            elif isinstance(event, ChecksClosed):
                _checked(database, event.stream)
            elif isinstance(event, PaymentsReconciled):
                _banked(database, event)
            elif isinstance(event, FranchiseAdopted):
                _settle(database, changed)
                changed.clear()
                _need(database, event)
            else:
                changed.update(dict.fromkeys(fold_case(database, event)))
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
    _note(database, "application WHERE election = ?", election)
    _settle(database, ())


def _note(database: sqlite3.Connection, which: str, value: str) -> None:
    """Note that many applications changed at once, where no memory is taken by them."""
    database.execute(f"INSERT OR IGNORE INTO temp.changed SELECT person FROM {which}", (value,))


def _settle(database: sqlite3.Connection, changed: Iterable[str]) -> None:
    """Work out anew what these applications wait for, and those that were noted."""
    database.executemany("INSERT OR IGNORE INTO temp.changed VALUES (?)", ((person,) for person in changed))
    if not database.execute("SELECT 1 FROM temp.changed LIMIT 1").fetchall():
        return
    for statement in TO_SETTLE:
        database.execute(statement)
    database.execute("DELETE FROM temp.changed")


def _fold_one(database: sqlite3.Connection, person: str, position: int, event: Event) -> None:
    database.execute("UPDATE application SET version = ? WHERE person = ?", (event.version, person))
    match event:
        case ApplicationReceived() | ApplicationReceivedLate():
            _receive(database, person, event)
        case ChecksRun():
            _check(database, person, position, event)
        case FeeReceived() | FeeFailed() | FeeRefunded() | FeeRetained():
            _pay(database, person, position, event)
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
        case ApplicationRefused():
            _end(database, person, "refused", event.recorded)
        case ApplicationRefusalReversed():  # it is decided no more: one less counts as decided
            _end(database, person, "", event.recorded, -1)


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


def _take_in(database: sqlite3.Connection, batch: str) -> None:
    """Let the applications of a file count, once all of it is taken in."""
    _count_received(database, "batch = ?", batch)
    _note(database, "application WHERE batch = ?", batch)
    database.execute("UPDATE application SET batch = NULL WHERE batch = ?", (batch,))


def _check(database: sqlite3.Connection, person: str, position: int, event: ChecksRun) -> None:
    rows = [(person, c.check, c.outcome, c.score, c.against, c.version, position) for c in event.checks]
    if event.batch is not None:
        database.executemany(
            "INSERT INTO check_waiting VALUES (?,?,?,?,?,?,?,?)", [(event.batch, *row) for row in rows]
        )
        return
    database.executemany(PUT_CHECK, rows)
    database.execute("UPDATE application SET stale = 0 WHERE person = ?", (person,))


def _checked(database: sqlite3.Connection, batch: str) -> None:
    """Let the checks of a run count, once it is closed."""
    columns = "person, name, outcome, score, against, version, position"
    database.executemany(PUT_CHECK, database.execute(f"SELECT {columns} FROM check_waiting WHERE batch = ?", (batch,)))
    checked = "check_waiting WHERE batch = ?"
    database.execute(f"UPDATE application SET stale = 0 WHERE person IN (SELECT person FROM {checked})", (batch,))
    _note(database, checked, batch)
    database.execute(f"DELETE FROM {checked}", (batch,))


def _pay(database: sqlite3.Connection, person: str, position: int, event: Money) -> None:
    payment = "" if isinstance(event, FeeRetained) else event.payment
    what = (person, KINDS[type(event)], event.amount, event.currency, event.day, payment)
    if event.batch is None:
        _enter(database, *what)
    else:
        database.execute("INSERT INTO fee_waiting VALUES (?,?,?,?,?,?,?,?)", (position, event.batch, *what))


def _banked(database: sqlite3.Connection, event: PaymentsReconciled) -> None:
    """Let the payments of a bank's file count, once all of it is taken in; and keep what the file comes to."""
    columns = "person, kind, amount, currency, day, payment"
    waiting = f"SELECT {columns} FROM fee_waiting WHERE batch = ? ORDER BY position"
    for row in database.execute(waiting, (event.stream,)):
        _enter(database, *row)
    _note(database, "fee_waiting WHERE batch = ?", event.stream)
    database.execute("DELETE FROM fee_waiting WHERE batch = ?", (event.stream,))
    sums = [
        (event.election, event.file, each.fate, each.kind or "", each.currency or "", each.rows, each.amount)
        for each in event.sums
    ]
    database.executemany("INSERT INTO bank_file VALUES (?,?,?,?,?,?,?)", sums)


def _enter(
    database: sqlite3.Connection, person: str, kind: str, amount: int, currency: str, day: str, payment: str
) -> None:
    """Enter money with the application that it is for, and with its day."""
    rows = database.execute("SELECT election, category, ended, late FROM application WHERE person = ?", (person,))
    election, category, ended, late = rows.fetchone()
    change = {"received": amount, "refunded": -amount}.get(kind, 0)
    if kind == "received":
        database.execute("INSERT OR REPLACE INTO application_payment VALUES (?,?)", (payment, amount))
    elif (
        kind == "failed"
        and database.execute(
            "DELETE FROM application_payment WHERE payment = ? RETURNING amount", (payment,)
        ).fetchall()
    ):
        kind, change = "taken-back", -amount
    database.execute("UPDATE application SET money = money + ?, stale = NOT late WHERE person = ?", (change, person))
    database.execute(PUT_FEE, (election, category, day, currency, kind, "late" if late else ended, 1, amount))


def _end(database: sqlite3.Connection, person: str, ended: str, recorded: str, decided: int = 1) -> None:
    text = "UPDATE application SET ended = ?1 WHERE person = ?2 AND ended <> ?1 RETURNING person"
    if not database.execute(text, (ended, person)).fetchall():  # refused once more: it is decided no oftener
        return
    database.execute(
        f"{PUT_HOUR.replace('VALUES (?,?,?,?)', 'SELECT election, ?, 0, ? FROM application WHERE person = ?')}",
        (recorded[:HOUR], decided, person),
    )

"""What applications wait for, who has waited longest, and when the queue clears at the rate of the last hours."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from ledger.checks.versions import BY_HAND
from ledger.field import time_text
from projections.applications.tables import ANEW, CASE, CURE, READY, REFERRAL

HOURS = 24  # over which rates are taken
PAGE = 50
CLEARS_MAX = 24 * 366  # hours: what takes longer does not clear in any election
MEANINGS = {
    ANEW: "checks to be run",
    READY: "nothing: to be admitted",
    REFERRAL: "somebody who decides",
    CASE: "a ruling on a case about it",
    CURE: "an answer to a notice",
}


class Waiting(NamedTuple):
    """What applications wait for: a check and what it found, or one of MEANINGS; how many, and since when."""

    name: str
    outcome: str
    applications: int
    oldest: str


class Passes(NamedTuple):
    """Checks that an officer let pass by hand: of applications still open, and of all."""

    open: int
    ever: int


class Waiter(NamedTuple):
    """One application that waits."""

    person: str
    outcome: str
    received: str
    score: int | None
    against: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of an election's applications.

    Attributes:
        applications: received in time; `open` those on which nothing is decided.
        oldest: when the first of those was received; empty where there is none.
        waiting: what they wait for; one may wait for several things.
        received, decided: in the last HOURS hours before `now`.
        by_hand: checks that pass because an officer said so.
    """

    applications: int
    open: int
    oldest: str
    waiting: tuple[Waiting, ...]
    received: int
    decided: int
    now: str
    by_hand: Passes

    @property
    def clears(self) -> str | None:
        """When nothing waits any more, if as many come and go each hour as did; None where that is never."""
        if not self.open:
            return self.now
        left = Fraction(self.decided - self.received, HOURS)
        if left <= 0 or self.open / left > CLEARS_MAX:
            return None
        seconds = self.open / left * 3600
        return time_text(
            datetime.fromisoformat(self.now) + timedelta(seconds=-(-seconds.numerator // seconds.denominator))
        )


def queue_of(database: sqlite3.Connection, election: str, now: str) -> Queue:
    """Give the queue of an election as the views have it.

    Args:
        now: moment up to which rates are taken, UTC; the caller owns the clock.
    """
    rows = database.execute(
        "SELECT name, outcome, count(*), min(received) FROM outstanding WHERE election = ? GROUP BY name, outcome "
        "ORDER BY name, outcome",
        (election,),
    )
    waiting = tuple(Waiting(*row) for row in rows)
    applications, decided_ever = database.execute(
        "SELECT coalesce(sum(received), 0), coalesce(sum(decided), 0) FROM application_hour WHERE election = ?",
        (election,),
    ).fetchone()
    first = time_text(datetime.fromisoformat(now) - timedelta(hours=HOURS))
    received, decided = database.execute(
        "SELECT coalesce(sum(received), 0), coalesce(sum(decided), 0) FROM application_hour "
        "WHERE election = ? AND hour > ? AND hour <= ?",
        (election, first[:13], now[:13]),
    ).fetchone()
    oldest = min((each.oldest for each in waiting), default="")
    open_now = applications - decided_ever
    return Queue(applications, open_now, oldest, waiting, received, decided, now, _passes(database, election))


def _passes(database: sqlite3.Connection, election: str) -> Passes:
    """Count the checks that pass by hand; they are found by an index of their own, however many others there are."""
    passed = f"application_check INDEXED BY application_check_by_hand WHERE version = '{BY_HAND}' AND outcome = 'pass'"
    row = database.execute(
        f"SELECT coalesce(sum(a.ended = ''), 0), count(*) FROM (SELECT person FROM {passed}) c "
        "CROSS JOIN application a ON a.person = c.person WHERE a.election = ?",
        (election,),
    ).fetchone()
    return Passes(*row)


def rows_waiting(database: sqlite3.Connection, rejected: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Count rejected rows by their codes: those of whom no application is on record, by another file or by itself.

    Args:
        rejected: the key and the code of each row.
    """
    waiting: Counter[str] = Counter()
    for person, code in rejected:
        there = database.execute("SELECT 1 FROM application WHERE person = ? AND batch IS NULL", (person,))
        waiting[code] += there.fetchone() is None
    return dict(sorted((+waiting).items()))


def waiters(database: sqlite3.Connection, election: str, name: str, page: int) -> list[Waiter]:
    """Give a page of those who wait for something, those who have waited longest first; pages count from 1."""
    rows = database.execute(
        "SELECT o.person, o.outcome, o.received, c.score, c.against FROM outstanding o "
        "LEFT JOIN application_check c ON c.person = o.person AND c.name = o.name "
        "WHERE o.election = ? AND o.name = ? ORDER BY o.received, o.person LIMIT ? OFFSET ?",
        (election, name, PAGE, (page - 1) * PAGE),
    )
    return [Waiter(*row) for row in rows]

"""One run of the automatic checks: who needs them, and what they find, from the views and what is held against them.

Applications are taken in the order they were received, a slice at a time: of a slice the details are in memory, of the
rest 8 bytes for each feature. What is found waits in a temporary table, and holds nothing personal. What an officer
found by hand stands, whatever a run would find.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger.checks.barred import BarredList
from ledger.checks.details import Details, details_of
from ledger.checks.duplicate import FeatureIndex, compare, features, worse
from ledger.checks.finding import Finding
from ledger.checks.register import RegisterMatch, outcome_of
from ledger.checks.score import MATCHER
from ledger.checks.single import check_age, check_payment
from ledger.checks.versions import BY_HAND
from ledger.event import Event
from ledger.streams.application import PREFIX
from ledger.streams.application_events import Check, CheckName, ChecksRun

PAGE_ROWS = 2_000  # events made at once
SLICE = 100_000  # applications held against an edition in one reading of it
KEPT_MAX = 20_000  # details kept while applications are compared with each other
ERROR, PASS = Finding("error"), Finding("pass")

STANDING = (
    "CREATE TEMP TABLE standing (place INTEGER PRIMARY KEY, person TEXT NOT NULL, identity TEXT NOT NULL, "
    "version INTEGER NOT NULL, due INTEGER NOT NULL, money INTEGER NOT NULL, stale INTEGER NOT NULL)"
)
FOUND = (
    "CREATE TEMP TABLE found (person TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL, score INTEGER, "
    "against TEXT, PRIMARY KEY (person, name)) WITHOUT ROWID"
)
FILL = (
    "INSERT INTO standing SELECT row_number() OVER (ORDER BY received, person) - 1, person, identity, version, due, "
    "money, ended = '' AND (stale OR EXISTS (SELECT 1 FROM check_needed n WHERE n.election = a.election "
    "AND n.category = a.category AND n.name IN ({names}) AND NOT EXISTS (SELECT 1 FROM application_check c "
    "WHERE c.person = a.person AND c.name = n.name))) FROM application a "
    "WHERE election = ? AND late = 0 AND batch IS NULL AND ended IN ('', 'admitted')"
)

Identities = Callable[[str, str], Mapping[str, Any] | None]  # key of an applicant, digest -> who it is; None if erased
Progress = Callable[[str, int, int], None]  # what is done, how many of them, of how many


class Entry(NamedTuple):
    """One entry of an edition of an electoral register, as it is written there."""

    number: str
    name: str
    address: str
    born: str


@dataclass(frozen=True)
class Against:
    """What applications are held against; what is left out is not checked.

    Attributes:
        edition: gives the entries of the electoral register, as often as it is asked; `entry_id` a number's keyed id.
        barred: the list of those who are barred.
        members: gives key and identity of every member, where applications are checked for duplicates.
        age: years, and the day on which they are asked for.
    """

    checks: Mapping[CheckName, str]
    edition: Callable[[], Iterable[Entry]] | None = None
    entry_id: Callable[[str], str] = str
    barred: BarredList | None = None
    members: Callable[[], Iterable[tuple[str, Mapping[str, Any]]]] | None = None
    age: tuple[int, str] | None = None


@dataclass
class CheckRun:
    """Runs the checks, and gives what they found as events.

    Args:
        database: of the views; what is found waits there in temporary tables.
        secret: a secret of the vault, under which features are made.
    """

    database: sqlite3.Connection
    election: str
    against: Against
    identity: Identities
    secret: bytes
    edition_id: str | None = None
    progress: Progress = lambda _what, _done, _of: None
    total: int = 0
    _kept: dict[int, Details | None] = field(default_factory=dict)
    _rows: list[tuple[str, str, str, int | None, str | None]] = field(default_factory=list)

    def prepare(self) -> int:
        """Find which applications need checking, and give how many."""
        for table in ("standing", "found"):
            self.database.execute(f"DROP TABLE IF EXISTS temp.{table}")
        self.database.execute(STANDING)
        self.database.execute(FOUND)
        names = list(self.against.checks)
        self.database.execute(FILL.format(names=",".join("?" * len(names))), (*names, self.election))
        self.total = self.database.execute("SELECT count(*) FROM standing WHERE stale = 1").fetchone()[0]
        return self.total

    def check(self) -> None:
        """Run the checks over them."""
        index = FeatureIndex()
        (last,) = self.database.execute("SELECT coalesce(max(place), -1) FROM standing").fetchone()
        for start in range(0, last + 1, SLICE):
            self._check_slice(start, index)
        if "duplicate" in self.against.checks:
            index.close()
            self._compare_with_each_other(index)
            self._compare_with_members(index)
        self._flush()

    def _check_slice(self, start: int, index: FeatureIndex) -> None:
        people: list[str] = []
        held: list[Details] = []
        rows = self.database.execute(
            "SELECT place, person, identity, due, money, stale FROM standing WHERE place >= ? AND place < ?",
            (start, start + SLICE),
        )
        for place, person, digest, due, money, stale in rows.fetchall():
            if stale and "payment" in self.against.checks:
                self._put(person, "payment", check_payment(due, money, 0))
            details = self._details(person, digest)
            if details is None:
                for check in self.against.checks if stale else ():
                    if check != "payment":
                        self._put(person, check, ERROR)
                continue
            index.add(place, features(details, self.secret))
            if stale:
                people.append(person)
                held.append(details)
                self._check_alone(person, details)
                self.progress("applications", len(people), self.total)
        if self.against.edition and held:
            self._match(people, held)
        self._flush()

    def _check_alone(self, person: str, details: Details) -> None:
        if self.against.age:
            self._put(person, "age", check_age(details.born, *self.against.age))
        if self.against.barred:
            self._put(person, "sanction-list", self.against.barred.check(details))
        if "duplicate" in self.against.checks:
            self._put(person, "duplicate", PASS)

    def _match(self, people: Sequence[str], held: Sequence[Details]) -> None:
        """Hold a slice against the edition of the electoral register, in one reading of it."""
        match = RegisterMatch(held)
        see = match.see
        for entry in self.against.edition() if self.against.edition else ():
            see(*entry)
        for place, person in enumerate(people):
            best = match.best(place)
            against = self.against.entry_id(best.number) if best.score else None
            self._put(person, "register-match", outcome_of(best, against))

    def _compare_with_each_other(self, index: FeatureIndex) -> None:
        """Compare those who share a feature; of two, it is the later whose application is a duplicate."""
        best: dict[int, Finding] = {}
        for later, earlier in index.pairs():
            one, other = self._details_at(later), self._details_at(earlier)
            if one and other:
                finding = compare(one, other)
                if worse(finding, best.get(later, PASS)):
                    best[later] = finding._replace(against=f"{PREFIX}{self._person_at(earlier)}")
        self._put_duplicates(best)

    def _compare_with_members(self, index: FeatureIndex) -> None:
        best: dict[int, Finding] = {}
        for number, (key, identity) in enumerate(self.against.members() if self.against.members else ()):
            member = details_of(identity)
            for place in {place for feature in features(member, self.secret) for place in index.places(feature)}:
                one = self._details_at(place)
                finding = compare(one, member) if one else PASS
                if worse(finding, best.get(place, PASS)):
                    best[place] = finding._replace(against=f"person/{key}")
            if number % PAGE_ROWS == 0:
                self.progress("members", number, 0)
        self._put_duplicates(best)

    def _put_duplicates(self, best: Mapping[int, Finding]) -> None:
        """Keep what weighs more than what was found before; of two that weigh the same, the first."""
        self._flush()
        for place, finding in sorted(best.items()):
            person, stale = self.database.execute(
                "SELECT person, stale FROM standing WHERE place = ?", (place,)
            ).fetchone()
            if not stale:
                continue
            outcome, score = self.database.execute(
                "SELECT outcome, score FROM found WHERE person = ? AND name = 'duplicate'", (person,)
            ).fetchone()
            if worse(finding, Finding(outcome, score)):
                self._put(person, "duplicate", finding)

    def _person_at(self, place: int) -> str:
        return str(self.database.execute("SELECT person FROM standing WHERE place = ?", (place,)).fetchone()[0])

    def _details_at(self, place: int) -> Details | None:
        if place not in self._kept:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            row = self.database.execute("SELECT person, identity FROM standing WHERE place = ?", (place,)).fetchone()
            self._kept[place] = self._details(*row)
        return self._kept[place]

    def _details(self, person: str, digest: str) -> Details | None:
        identity = self.identity(person, digest)
        return None if identity is None else details_of(identity)

    def _put(self, person: str, name: str, finding: Finding) -> None:
        self._rows.append((person, name, *finding))
        if len(self._rows) >= PAGE_ROWS:
            self._flush()

    def _flush(self) -> None:
        self.database.execute("BEGIN")
        self.database.executemany("INSERT OR REPLACE INTO found VALUES (?,?,?,?,?)", self._rows)
        self.database.execute("COMMIT")
        self._rows.clear()

    def pages(self, envelope: Mapping[str, Any], done: frozenset[str]) -> Iterator[Sequence[Event]]:
        """Give what was found as events by the page, in the order of the applications' keys, but of those `done`."""
        last = ""
        while True:
            rows = self.database.execute(
                "SELECT person, version FROM standing WHERE stale = 1 AND person > ? ORDER BY person LIMIT ?",
                (last, PAGE_ROWS),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            events = [self._event(who, at, envelope) for who, at in rows if f"{PREFIX}{who}" not in done]
            if events:
                yield events

    def _event(self, person: str, version: int, envelope: Mapping[str, Any]) -> Event:
        found = self.database.execute(
            "SELECT name, outcome, score, against FROM found f WHERE person = ? AND NOT EXISTS (SELECT 1 "
            "FROM application_check c WHERE c.person = f.person AND c.name = f.name AND c.version = ?) ORDER BY name",
            (person, BY_HAND),
        )
        checks: tuple[Check, ...] = tuple(
            Finding(outcome, score, against).recorded(name, self.against.checks[name])
            for name, outcome, score, against in found
        )
        return ChecksRun(
            **envelope,
            checks=checks,
            edition=self.edition_id,
            matcher=MATCHER,
            recorded=envelope["effective"],
            stream=f"{PREFIX}{person}",
            version=version + 1,
        )


def identity_in(disclosure: str) -> Mapping[str, Any]:
    """Give the identity in the JSON of a disclosure: salt, field, value."""
    identity: Mapping[str, Any] = json.loads(disclosure)[2]
    return identity

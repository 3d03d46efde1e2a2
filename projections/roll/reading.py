"""What the folded entries say at a point of both clocks: numbers by place, pages, whole rolls, one person's entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.errors import RefusedError, nearest
from ledger.record import Record
from projections.catch_up import views_errors
from projections.moment import Moment
from projections.roll.entries import COLUMNS, SHARED

NOW = "9999-12-31T23:59:59Z"  # whatever has a time has come by then
PAGE = 50
AT_A_TIME = 5_000  # rows fetched at a time
FEW = 20_000  # entries of places that are found by place; more are found by going through the roll

RawRow = tuple[str, int, int, str, int, int]  # person, number, id of the place, since, position, id of the cause
Place = tuple[str, ...]  # the names of `PLACES`, empty where there is none

_COLUMNS = "person, number, place, valid_from, position, cause"
_CLOSED = "batch IN (SELECT id FROM roll_batch WHERE closed <= :known)"
SEEN = f"known_from <= :known AND known_to > :known AND valid_from <= :valid AND valid_to > :valid AND {_CLOSED}"
_CHANGED = f"election = :election AND valid <= :valid AND known <= :known AND {_CLOSED}"


class Point(NamedTuple):
    """A point on both clocks: what took effect up to `valid`, as was known at the event `known`; -1: before any."""

    valid: str
    known: int


class Line(NamedTuple):
    """An entry as it stands at a point.

    Attributes:
        since: when the event took effect that made it stand so, `position` that event.
        act, cause: what that event did, and why.
    """

    person: str
    number: int
    place: Place
    since: str
    position: int
    act: str
    cause: str

    @property
    def elector(self) -> str:
        """The elector's number as it is shown to people."""
        return f"{self.person}/{self.number}"


class Edition(NamedTuple):
    """A version of the roll that was published: frozen or certified by the event at `position`, as of another."""

    version: int
    position: int
    as_of: int
    effective: str

    @property
    def point(self) -> Point:
        """The point at which its entries were counted: all that was recorded by then."""
        return Point(NOW, self.as_of)


def point_of(ledger: Record, moment: Moment) -> Point:
    """Find the point of a moment: a time that something was known at is the last event recorded by then."""
    last = ledger.head().size - 1
    if moment.known_at_position is not None:
        last = min(last, moment.known_at_position)
    if moment.known_at is not None:
        last = min(last, _last_recorded(ledger, moment.known_at, last))
    return Point(moment.as_of or NOW, last)


def _last_recorded(ledger: Record, by: str, last: int) -> int:
    """Find the last event recorded by a time, halving: the ledger's clock never runs backwards."""
    low, high = -1, last
    while low < high:
        middle = (low + high + 1) // 2
        ((_, event),) = ledger.scan(middle, middle + 1)
        low, high = (middle, high) if event.recorded <= by else (low, middle - 1)
    return low


class Roll:
    """The roll of one election, as the views hold it.

    Raises:
        RefusedError: `unknown-roll`.
    """

    def __init__(self, database: sqlite3.Connection, election: str) -> None:
        self.election = election
        self._database = database
        known = dict(database.execute("SELECT name, id FROM roll_election"))
        if election not in known:
            raise RefusedError(
                "unknown-roll",
                f"election {election}",
                expected="one of " + ", ".join(sorted(known)[:8]) if known else "an election with entries",
                found=f"no entries{nearest(election, known)}",
                remedy=f"Correct the id, or make the roll: pollbook build-roll {election}",
            )
        self.number = known[election]
        self._places: dict[int, Place] = {}
        self._causes: dict[int, tuple[str, str]] = {}

    def summary(self, point: Point, *names: str) -> dict[Place, int]:
        """Count the live entries by some of PLACES, in the order of the names; nothing that is 0."""
        columns = ", ".join(names)
        rows = self.rows(
            f"SELECT {columns or 'NULL'}, sum(delta) FROM roll_change JOIN roll_place ON roll_place.id = place "
            f"WHERE {_CHANGED}" + (f" GROUP BY {columns} ORDER BY {columns}" if names else ""),
            self.at(point),
        )
        return {tuple(key if names else ()): count for *key, count in rows if count}

    def total(self, point: Point, where: Mapping[str, str] | None = None) -> int:
        """Count the live entries, or those of some places."""
        counts = self.summary(point, *(where or {}))
        return sum(counts.values()) if not where else counts.get(tuple(where.values()), 0)

    def lines(self, point: Point, where: Mapping[str, str] | None = None) -> Iterator[Line]:
        """Give the live entries in the order of persons and numbers.

        Args:
            where: names of PLACES that an entry has to have.
        """
        yield from map(self.line, self.rows(f"{self._which(point, where)} ORDER BY person, number", self.at(point)))

    def raw(self, point: Point, where: Mapping[str, str] | None = None) -> Iterator[list[RawRow]]:
        """Give the same some at a time, as rows with the ids of place and cause, for who writes all of them."""
        yield from self.some_rows(f"{self._which(point, where)} ORDER BY person, number", self.at(point))

    def page(self, point: Point, start: int, where: Mapping[str, str] | None = None) -> list[Line]:
        """Give PAGE live entries from one on, the first being 0, in the order of persons and numbers."""
        values = {**self.at(point), "part": "", "start": start, "limit": PAGE}
        if set(where or {}) <= set(SHARED):
            values["part"], values["start"] = self._part(point, start, where or {})
        which = f"{self._which(point, where)} AND person >= :part ORDER BY person, number LIMIT :limit OFFSET :start"
        return [self.line(row) for row in self.rows(which, values)]

    def _part(self, point: Point, start: int, where: Mapping[str, str]) -> tuple[str, int]:
        """Find with what the keys begin among which an entry is, and how many of those come before it."""
        rows = self.rows(
            f"SELECT part, sum(delta) FROM roll_share WHERE {_CHANGED}"
            + "".join(f" AND {name} = :{name}" for name in where)
            + " GROUP BY part ORDER BY part",
            {**self.at(point), **where},
        )
        for part, count in rows:
            if start < count:
                return part, start
            start -= count
        return "g", start  # after every key

    def _which(self, point: Point, where: Mapping[str, str] | None) -> str:
        """Begin a statement that gives live entries; those of few places are found by place."""
        if not where:
            return f"SELECT {_COLUMNS} FROM roll_entry WHERE election = :election AND live AND {SEEN}"
        tests = " AND ".join(f"{name} = :{name}" for name in where)
        found = self.rows(f"SELECT id FROM roll_place WHERE {tests}", where)
        places = ",".join(str(number) for (number,) in found)
        how = "INDEXED BY roll_entry_by_place" if self._few(point, where) else "NOT INDEXED"
        seen = f"election = :election AND live AND place IN ({places}) AND {SEEN}"
        return f"SELECT {_COLUMNS} FROM roll_entry {how} WHERE {seen}"

    def _few(self, point: Point, where: Mapping[str, str]) -> bool:
        """Whether entries are so few that they are found by place; not while a batch is under way."""
        there = self.rows("SELECT 1 FROM sqlite_master WHERE name = 'roll_entry_by_place'", {})
        return bool(list(there)) and self.total(point, where) <= FEW

    def person(self, point: Point, person: str) -> list[tuple[Line, bool]]:
        """Give all entries that a person has or had, in the order of their numbers, and whether each is live."""
        rows = self.rows(
            f"SELECT live, {_COLUMNS} FROM roll_entry WHERE election = :election AND person = :person AND {SEEN} "
            "ORDER BY number",
            {**self.at(point), "person": person},
        )
        return [(self.line(row), bool(live)) for live, *row in rows]

    def editions(self, known: int) -> list[Edition]:
        """Give the versions of the roll that were published by an event, in order."""
        rows = self.rows(
            "SELECT version, position, as_of, effective FROM roll_edition WHERE election = :election "
            "AND position <= :known ORDER BY version",
            {"election": self.number, "known": known},
        )
        return [Edition(*row) for row in rows]

    def at(self, point: Point) -> dict[str, Any]:
        """Give the values that statements ask for."""
        return {"election": self.number, **point._asdict()}

    def rows(self, statement: str, values: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """Carry out a statement on the views."""
        for some in self.some_rows(statement, values):
            yield from some

    def some_rows(self, statement: str, values: Mapping[str, Any]) -> Iterator[list[Any]]:
        """Carry out a statement on the views, and give its rows some at a time."""
        with views_errors():
            found = self._database.execute(statement, values)
            while some := found.fetchmany(AT_A_TIME):
                yield some

    def place(self, number: int) -> Place:
        """Give a place by its id in the views."""
        if number not in self._places:
            rows = self._database.execute(f"SELECT id, {COLUMNS} FROM roll_place")
            self._places.update((each, tuple(names)) for each, *names in rows)
        return self._places[number]

    def cause(self, number: int) -> tuple[str, str]:
        """Give what was done, and why, by its id in the views."""
        if number not in self._causes:
            rows = self._database.execute("SELECT id, act, cause FROM roll_cause")
            self._causes.update((each, (act, why)) for each, act, why in rows)
        return self._causes[number]

    def line(self, row: Sequence[Any]) -> Line:
        """Give an entry from its row."""
        person, number, place, since, position, cause = row
        return Line(person, number, self.place(place), since, position, *self.cause(cause))

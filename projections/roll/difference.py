"""What changed between two points of a roll: which entries came, went or moved, by which event, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from projections.roll.entries import CHANGED
from projections.roll.reading import PAGE, SEEN, Place, Point, Roll

KINDS = ("added", "removed", "moved")


class Changed(NamedTuple):
    """An entry that stands otherwise at one point than at the other; no place: it is not on the roll there.

    Attributes:
        position: the event that made it stand as it does at the second point, or else at the first.
        act, cause: what that event did, and why.
    """

    person: str
    number: int
    before: Place | None
    after: Place | None
    position: int
    act: str
    cause: str

    @property
    def elector(self) -> str:
        """The elector's number as it is shown to people."""
        return f"{self.person}/{self.number}"

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        return "added" if self.before is None else "removed" if self.after is None else "moved"


class Tally(NamedTuple):
    """How many entries changed in one way, by the last event that did it, and for one cause."""

    kind: str
    act: str
    cause: str
    entries: int


class Difference:
    """The difference of a roll between two points.

    The mass of entries, which came with builds and stayed as they came, is passed over unless a build itself came
    between the two.
    """

    def __init__(self, roll: Roll, first: Point, second: Point) -> None:
        self.first = first
        self.second = second
        self._roll = roll
        self._values: dict[str, Any] = {
            "election": roll.number,
            **{
                f"{name}_{which}": value
                for which, at in enumerate((first, second))
                for name, value in at._asdict().items()
            },
        }

    def tallies(self) -> list[Tally]:
        """Count the entries that changed, by how and why."""
        rows = self._roll.rows(
            "SELECT CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL THEN 'removed' ELSE 'moved' END AS kind, "
            f"act, roll_cause.cause, count(*) FROM ({self._pairs()}) JOIN roll_cause ON roll_cause.id = cause_id "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            self._values,
        )
        return [Tally(*row) for row in rows]

    def page(self, start: int, limit: int = PAGE) -> list[Changed]:
        """Give entries that changed from one on, the first being 0, in the order of persons and numbers; -1: all."""
        return list(self._changed(f"{self._pairs()} LIMIT :limit OFFSET :start", {"limit": limit, "start": start}))

    def _changed(self, statement: str, more: Mapping[str, Any]) -> Iterator[Changed]:
        for person, number, before, after, position, cause in self._roll.rows(statement, {**self._values, **more}):
            was, now = (None if each is None else self._roll.place(each) for each in (before, after))
            yield Changed(person, number, was, now, position, *self._roll.cause(cause))

    def _pairs(self) -> str:
        """Write the statement that gives each entry that changed: its places, and the event that did it."""
        one, other = (SEEN.replace(":known", f":known_{which}").replace(":valid", f":valid_{which}") for which in "01")
        which = "NOT INDEXED" if self._came_between() else "INDEXED BY roll_entry_changed"
        only = "" if which == "NOT INDEXED" else f" AND {CHANGED}"
        return (
            "SELECT person, number, max(CASE WHEN one AND live THEN place END) AS before, "
            "max(CASE WHEN other AND live THEN place END) AS after, "
            "coalesce(max(CASE WHEN other THEN position END), max(position)) AS at, "
            "coalesce(max(CASE WHEN other THEN cause END), max(cause)) AS cause_id "
            f"FROM (SELECT *, ({one}) AS one, ({other}) AS other FROM roll_entry {which} "
            f"WHERE election = :election{only}) WHERE one <> other GROUP BY person, number "
            "HAVING before IS NOT after ORDER BY person, number"
        )

    def _came_between(self) -> bool:
        """Whether a build counts at one of the points only."""
        rows = self._roll.rows(
            "SELECT DISTINCT closed <= :known_0 AND valid <= :valid_0, closed <= :known_1 AND valid <= :valid_1 "
            "FROM roll_change JOIN roll_batch ON roll_batch.id = batch WHERE election = :election AND known = 0 "
            "AND batch <> 0 AND closed IS NOT NULL",
            self._values,
        )
        return any(bool(one) != bool(other) for one, other in rows)

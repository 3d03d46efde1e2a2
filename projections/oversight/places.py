"""Where people stood on the roll, or applied to stand, at given moments: as the views of both know.

It is looked up as it is asked for, and is no column of the rows: a roll may be corrected after a ruling was made.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from projections.catch_up import views_errors
from projections.oversight.rows import Place
from projections.roll.reading import Point

_ENTRIES = (
    "SELECT person, valid_from, valid_to, category, section, region, unit FROM roll_entry "
    "JOIN roll_place ON roll_place.id = place "
    "WHERE election = (SELECT id FROM roll_election WHERE name = :election) "
    "AND person IN (SELECT value FROM json_each(:people)) AND known_from <= :known AND known_to > :known "
    "AND valid_from <= :valid AND batch IN (SELECT id FROM roll_batch WHERE closed <= :known) "
    "ORDER BY person, number, valid_from"
)
_APPLIED = (
    "SELECT person, category FROM application WHERE election = :election "
    "AND person IN (SELECT value FROM json_each(:people)) AND batch IS NULL AND received <= :valid"
)


class Places:
    """Looks up where people stood, at a point of both clocks."""

    def __init__(self, database: sqlite3.Connection, point: Point) -> None:
        self._database = database
        self._point = point

    def of(self, election: str, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Place]:
        """Give where each stood: by the entry of the lowest number that had begun by then, live or removed.

        Who had no entry yet stands where the first one came to be, else in the category applied for; who has neither
        is left out.

        Args:
            asked: person and moment, each.
        """
        given = {
            "election": election,
            "people": json.dumps(sorted({person for person, _ in asked})),
            "known": self._point.known,
            "valid": self._point.valid,
        }
        with views_errors():
            applied = dict(self._database.execute(_APPLIED, given).fetchall())
            stood: dict[str, list[tuple[str, str, Place]]] = defaultdict(list)
            for person, since, until, *names in self._database.execute(_ENTRIES, given):
                stood[person].append((since, until, Place(*names)))
        found = {}
        for person, moment in asked:
            rows = stood.get(person, ())
            place = next((where for since, until, where in rows if since <= moment < until), None)
            if place is None and rows:
                place = rows[0][2]
            if place is None and person in applied:
                place = Place(category=applied[person])
            if place is not None:
                found[person, moment] = place
        return found

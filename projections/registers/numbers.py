"""How many stand in a register, and where, on any day: as it was by the days in it, and as we knew it.

Somebody is in the register on a day if they had joined by its end and had not lapsed, resigned or been expelled by
then; who has no day of joining is in it from when the file took effect. Nobody counts before the file they came in is
taken in whole, nor does a change that came with a file. Without a day, members stand by the last that is known of them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from ledger.streams.member_history import DAY_LENGTH
from projections.catch_up import views_errors
from projections.registers.line import JOINING, LAPSED
from projections.registers.line import PLACES as PLACES
from projections.registers.tables import COLUMNS, LAST_KNOWN, LEVELS

Place = tuple[str | None, ...]  # one for each of PLACES


@dataclass(slots=True)
class RegisterSummary:
    """A register as it stands at a moment.

    Attributes:
        places: place -> members who stand there.
        joining, lapsed: members on record who had not joined yet, or were not members any more.
        batches: files taken in whole, in the order in which they were; `open_batches` those that are not, whose members
            do not count.
    """

    register: str
    places: Counter[Place] = field(default_factory=Counter)
    joining: int = 0
    lapsed: int = 0
    batches: list[str] = field(default_factory=list)
    open_batches: list[str] = field(default_factory=list)

    @property
    def members(self) -> int:
        """How many are in the register."""
        return self.places.total()

    def by(self, *names: str) -> dict[tuple[str, ...], int]:
        """Count by some of PLACES, in the order of the ids; a dash stands where there is none."""
        which = [PLACES.index(name) for name in names]
        found: Counter[tuple[str, ...]] = Counter()
        for place, count in self.places.items():
            found[tuple(place[number] or "-" for number in which)] += count
        return dict(sorted(found.items()))


def summarise(database: sqlite3.Connection, register: str, day: str | None, known: int) -> RegisterSummary:
    """Sum a register up from the views.

    Args:
        day: at whose end, YYYY-MM-DD or a moment of it; None for the last that is known.
        known: position of the last event that was known; -1 for none.
    """
    found = RegisterSummary(register)
    with views_errors():
        for stream, closed in database.execute(
            "SELECT stream, closed FROM register_batch JOIN register_name ON register_name.id = register "
            "WHERE name = ? AND received <= ? ORDER BY closed, stream",
            (register, known),
        ):
            taken_in = closed is not None and closed <= known
            (found.batches if taken_in else found.open_batches).append(stream)
        found.open_batches.sort()
        counts: Counter[int] = Counter()
        for first, last, level in _spans(day):
            rows = database.execute(
                "SELECT told, sum(delta) FROM register_change WHERE register = "
                "(SELECT id FROM register_name WHERE name = ?) AND level = ? AND day >= ? AND day < ? AND known <= ? "
                "GROUP BY told",
                (register, level, first, last, known),
            )
            counts.update(dict(rows.fetchall()))
        found.joining, found.lapsed = counts.pop(JOINING, 0), counts.pop(LAPSED, 0)
        for number, *names in database.execute(f"SELECT id, {COLUMNS} FROM register_place"):
            if counts[number]:
                found.places[tuple(name or None for name in names)] = counts[number]
    return found


def _spans(day: str | None) -> list[tuple[str, str, int]]:
    """Part the time up to the end of a day: from which text on, up to but not including which, of which level."""
    if day is None:
        return [("", "~", LAST_KNOWN)]
    day = day[:DAY_LENGTH]
    parts = [day[:level] for level in LEVELS]
    return [
        (first, last + "~" if level == LEVELS[-1] else last, level)
        for first, last, level in zip(("", *parts), parts, LEVELS, strict=False)
    ]

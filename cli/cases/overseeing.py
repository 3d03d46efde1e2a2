"""The cases, rulings and appeals of an election as of a moment, opened for the verbs that oversee them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from cli.look import moment_from, require_known
from cli.office import system_clock, viewed
from cli.place import Place
from cli.screen import progress
from ledger.storage.store import Ledger
from projections.catch_up import PastViews, Projection
from projections.moment import Moment
from projections.oversight.folding import OversightProjection
from projections.oversight.places import Places
from projections.oversight.reading import Oversight, placed, read_oversight, read_rulings
from projections.oversight.rows import RulingRow
from projections.roll.reading import point_of


class Overseen(NamedTuple):
    """What is overseen, in an open ledger.

    Attributes:
        moment: as of which it is; `at` is the time that deadlines are held against, UTC.
        known: position of the last event that it knows, -1 in an empty ledger.
        database: the views that it was read from, while it is open.
        places: where people stood on the roll then.
    """

    ledger: Ledger
    oversight: Oversight
    moment: Moment
    at: str
    known: int
    database: sqlite3.Connection
    places: Places

    def placed(self, rows: Sequence[RulingRow]) -> tuple[RulingRow, ...]:
        """Give rulings with where the person stood when each was made."""
        return placed(rows, self.oversight.election, self.places)


@contextmanager
def overseen(
    place: Place,
    election: str,
    as_of: str | None = None,
    known_at: str | None = None,
    also: Sequence[Projection] = (),
    *,
    rulings_only: bool = False,
    unplaced: bool = False,
) -> Iterator[Overseen]:
    """Open a ledger, and read what oversight asks of an election; the past is read anew, in memory.

    Args:
        also: what else of the past is read; of now, the views have it all.
        rulings_only: read no cases, nor where anybody stood: see `Overseen.placed`.
        unplaced: read cases, and not where anybody stood.

    Raises:
        UsageError: `bad-moment`.
        RefusedError: `no-cases`.
    """
    moment = moment_from(as_of, known_at)
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with progress("reading", ledger.head().size - views.next_position) as bar:
            views.catch_up(ledger, progress=bar.by)
        past = None if moment.is_now else PastViews(moment, [OversightProjection(), *also])
        try:
            if past:
                with progress("reading the past", ledger.head().size) as bar:
                    past.catch_up(ledger, progress=bar.by)
            point = point_of(ledger, moment)
            places = Places(views.database, point)
            database = (past or views).database
            stood = None if unplaced else places
            found = read_rulings(database, election) if rulings_only else read_oversight(database, election, stood)
            head = ledger.head().recorded
            at = system_clock() if moment.is_now else min(filter(None, (moment.as_of, moment.known_at, head)))
            yield Overseen(ledger, found, moment, at, point.known, database, places)
        finally:
            if past:
                past.close()

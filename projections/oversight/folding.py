"""Cases, rulings and appeals folded into rows, one event at a time: each event changes the rows of its own case.

Only public fields of leaves are read, so that the rows are the same after everybody was erased. Rows know what was
known when they were written: a ruling's notice, panel and version of a ground are those on record as it was made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ledger.event import Event
from projections.oversight.appeal_folding import APPEALS
from projections.oversight.case_folding import CASES
from projections.oversight.ruling_folding import RULINGS
from projections.oversight.tables import TABLES

TAKES = {**CASES, **RULINGS, **APPEALS}  # what each type of event does to the rows


class OversightProjection:
    """Folds cases, rulings and appeals of every election."""

    tables: Sequence[str] = TABLES

    def fold(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> None:
        """Take a page of events in."""
        for position, event in page:
            take = TAKES.get(type(event))
            if take is not None:
                take(database, position, event)

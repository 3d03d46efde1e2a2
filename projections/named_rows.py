"""Names kept once in tables of their own, and the ids that stand for them in the other rows of a projection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.event import Event

Ids = dict[tuple[str, ...], int]  # table and names -> id


class IdsOfPages:
    """The ids found so far, kept from page to page as long as pages follow on one another in one database."""

    def __init__(self) -> None:
        self._next: tuple[sqlite3.Connection, int] | None = None  # where, and what follows the page folded last
        self._ids: Ids = {}

    def before(self, database: sqlite3.Connection, page: Sequence[tuple[int, Event]]) -> Ids:
        """Give the ids known before a page; none if somebody else folded meanwhile, or the last page was not kept."""
        if self._next != (database, page[0][0]):
            self._ids = {}
        self._next = (database, page[-1][0] + 1)
        return self._ids


@dataclass(slots=True)
class NamedRows:
    """Rows whose names have ids, while a page is folded."""

    database: sqlite3.Connection
    ids: Ids

    def id_of(self, table: str, columns: str, *values: str) -> int:
        """Give the id of a row of names, made if there is none."""
        key = (table, *values)
        found = self.ids.get(key)
        if found is None:
            marks = ",".join("?" * len(values))
            which = f"SELECT id FROM {table} WHERE ({columns}) = ({marks})"
            rows = self.database.execute(which, values).fetchall()
            if not rows:
                self.database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
                rows = self.database.execute(which, values).fetchall()
            found = self.ids[key] = rows[0][0]
        return found

    def names_of(self, table: str, columns: str, identity: int) -> tuple[str, ...]:
        """Give the names of the row with an id."""
        (names,) = self.database.execute(f"SELECT {columns} FROM {table} WHERE id = ?", (identity,)).fetchall()
        return tuple(names)

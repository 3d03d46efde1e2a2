"""Rows of the tables written, changed and read by their keys."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from ledger.rules.local_time import Dated
from projections.oversight.tables import KEYS


def put(database: sqlite3.Connection, table: str, **values: Any) -> None:
    """Write a row; what is not given is not known."""
    columns, _ = KEYS[table]
    marks = ",".join("?" * len(columns))
    database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", [text(values.get(name)) for name in columns])


def text(value: Any) -> Any:
    """Give a value as a column holds it."""
    return json.dumps(value) if isinstance(value, list | tuple) else value


def change(database: sqlite3.Connection, table: str, key: Sequence[Any], **values: Any) -> None:
    """Change fields of the row of a key; where there is none, as of an earlier moment, nothing happens."""
    columns, keys = KEYS[table]
    given = ", ".join(f'"{name}" = ?' for name in values)
    where = " AND ".join(f'"{name}" = ?' for name in columns[:keys])
    database.execute(f"UPDATE {table} SET {given} WHERE {where}", [*map(text, values.values()), *key])


def row_of(database: sqlite3.Connection, table: str, *key: Any) -> dict[str, Any]:
    """Give the row of a key; empty where there is none."""
    columns, keys = KEYS[table]
    where = " AND ".join(f'"{name}" = ?' for name in columns[:keys])
    row = database.execute(f"SELECT * FROM {table} WHERE {where}", key).fetchone()
    return dict(zip(columns, row, strict=True)) if row else {}


def utc(moment: Dated | None) -> str | None:
    """Give the moment of a deadline; None where there is none."""
    return moment.utc if moment else None


def local(moment: Dated | None) -> str | None:
    """Give a deadline in local time, with its zone; None where there is none."""
    return f"{moment.local} {moment.zone}" if moment else None

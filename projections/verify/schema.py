"""Checks of the databases themselves: nothing in them but what this program makes, and sound to the last page."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

from ledger.errors import EvidenceError
from ledger.seal.keys import is_name
from ledger.seal.shelf import SEALED
from ledger.storage.recorder import FORMAT
from ledger.storage.sqlite_store import TABLES, SQLiteLedgerRecorder
from ledger.storage.storage_error import clear_errors
from ledger.storage.store import BEGINS, FOUNDING, Ledger
from projections.verify.finding import Finding
from projections.verify.snapshot import Snapshot

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
LEDGER_ID = re.compile(r"[0-9a-f]{32}")

Execute = Callable[[str], Iterable[tuple[Any, ...]]]
Item = tuple[object, object, object]  # table, index, trigger or view; its name; the table that it belongs to


def check_schema(ledger: Ledger, snapshot: Snapshot) -> Iterator[Finding]:
    """I5: the ledger's database, and its own data; of PostgreSQL only the latter."""
    yield from _check_meta(snapshot)
    if not is_sqlite(ledger):
        return
    try:
        with ledger.rows.begin(write=False) as transaction:
            yield from check_database("I5", "ledger.db", transaction.execute, TABLES)
    except EvidenceError as error:
        yield Finding("I5", "database-damaged", None, "ledger.db", error.expected, error.found)


def is_sqlite(ledger: Ledger) -> bool:
    """Tell whether a ledger lies in a SQLite file."""
    return isinstance(ledger.rows, SQLiteLedgerRecorder)


def check_database(check: str, where: str, execute: Execute, tables: Iterable[str]) -> Iterator[Finding]:
    """Compare what a SQLite database defines with what the statements define, and have it look itself over."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statement in tables:
            fresh.execute(statement)
        made = _defined(fresh.execute(SCHEMA))
    try:
        with clear_errors(where):
            found = _defined(execute(SCHEMA))
            # Its indices too: a stream is read through one, and who edits it hides events from decisions.
            troubles = [str(text) for (text,) in execute("PRAGMA integrity_check")]
    except EvidenceError as error:
        yield Finding(check, "database-damaged", None, where, error.expected, error.found)
        return
    for item in sorted(made.keys() | found.keys(), key=str):
        if made.get(item, "nothing") != found.get(item, "nothing"):
            kind, name, _ = item
            yield Finding(
                check,
                "schema-differs",
                None,
                f"{kind} {name} of {where}",
                str(made.get(item, "nothing")),
                str(found.get(item, "nothing")),
            )
    for trouble in troubles:
        if trouble != "ok":
            yield Finding(check, "database-damaged", None, where, "a sound database", trouble)


def _defined(rows: Iterable[tuple[Any, ...]]) -> dict[Item, object]:
    return {(kind, name, table): sql for kind, name, table, sql in rows}


def _check_meta(snapshot: Snapshot) -> Iterator[Finding]:
    if "meta" not in snapshot.parts:
        return
    known: dict[str, tuple[str, Callable[[str], object]]] = {
        "format": (str(FORMAT), lambda text: text == str(FORMAT)),
        BEGINS: ("that it begins with the founding, or nothing", FOUNDING.__eq__),
        "ledger": ("32 hexadecimal digits", LEDGER_ID.fullmatch),
        "origin": ("the name of a log, or none", is_name),
        SEALED: ("a number of events, or none", lambda _: snapshot.sealed is not None),
    }
    for name, value in snapshot.meta.items():
        expected, fits = known.get(name, ("nothing of this name", lambda _: False))
        if not (isinstance(value, str) and fits(value)):
            yield Finding("I5", "meta-differs", None, f"the ledger's own {name!r}", expected, repr(value))
    for name in ("format", "ledger"):
        if name not in snapshot.meta:
            yield Finding("I5", "meta-differs", None, f"the ledger's own {name!r}", known[name][0], "none")

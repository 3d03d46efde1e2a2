"""The check of the kept views: folded anew, and compared row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ledger.errors import EvidenceError, RefusedError
from ledger.progress import Stages, unseen_stage
from ledger.storage.store import Ledger
from projections.catch_up import VIEWS_VERSION, Views, views_errors
from projections.counting import open_views
from projections.moment import Moment
from projections.verify.finding import Finding
from projections.verify.record import RecordRead
from projections.verify.schema import SCHEMA, check_database

Rows = Iterator[tuple[object, ...]]
NOTHING = ("nothing",)


def check_views(
    ledger: Ledger, record: RecordRead, views: Views, unchecked: dict[str, str], shown: Stages = unseen_stage
) -> list[Finding]:
    """S5: fold everything anew up to where the kept views stand, and compare every table row by row."""
    findings: list[Finding] = []
    try:
        with views_errors():
            owners = views.database.execute("SELECT ledger, version, next FROM tracking").fetchall()
        if owners and owners[0][1] != VIEWS_VERSION:
            unchecked["S5"] = "the kept views are of another version, and are made anew before they are read"
            return findings
        findings += _check_tracking(ledger, record, owners)
        with views_errors():
            findings += _compare(ledger, views, min(views.next_position, record.rows), shown)
    except RefusedError as error:
        if error.code != "views-damaged":
            raise
        findings.append(Finding("S5", error.code, None, error.what, error.expected, error.found))
    except (EvidenceError, TypeError, ValueError, OverflowError) as error:
        if record.findings:
            unchecked["S5"] = "the record itself has findings"
        else:
            findings.append(Finding("S5", "views-unreadable", None, "the views", "views of this record", str(error)))
    return findings


def _check_tracking(ledger: Ledger, record: RecordRead, owners: list[tuple[object, ...]]) -> Iterator[Finding]:
    for owner, _, next_position in owners:
        if owner != ledger.ledger_id:
            yield Finding("S5", "views-of-another", None, "the views", f"of ledger {ledger.ledger_id}", f"of {owner}")
        if not isinstance(next_position, int) or not 0 <= next_position <= record.rows:
            found = f"read up to {next_position!r}"
            yield Finding("S5", "views-ahead", None, "the views", f"read up to at most event {record.rows}", found)


def _compare(ledger: Ledger, views: Views, stop: int, shown: Stages) -> Iterator[Finding]:
    rebuilt = open_views(None)
    try:
        with shown("making the views anew", stop) as progress:
            rebuilt.catch_up(ledger, Moment(known_at_position=stop - 1), progress)
        tables = [name for (name,) in rebuilt.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        # Until something was folded there are no tables yet, and no rows that tables are made with.
        begun = bool(views.database.execute("SELECT 1 FROM tracking").fetchall())
        if begun:
            rows = rebuilt.database.execute(SCHEMA).fetchall()
            made = [sql for kind, *_, sql in sorted(rows, key=lambda row: row[0] != "table") if sql]  # tables first
            yield from check_database("S5", "views.db", views.database.execute, made)
        for table in sorted(tables):
            if table != "tracking":
                due = _rows(rebuilt.database, table) if begun else iter(())
                yield from _compare_table(due, _rows(views.database, table), table)
    finally:
        rebuilt.close()


def _compare_table(rebuilt: Rows, kept: Rows, table: str) -> Iterator[Finding]:
    for expected, found in _differences(rebuilt, kept):
        yield Finding("S5", "view-differs", None, f"table {table}", str(expected), str(found))
        return


def _rows(database: sqlite3.Connection, table: str) -> Rows:
    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
    if not columns:
        return iter(())
    return iter(database.execute(f'SELECT * FROM "{table}" ORDER BY {", ".join(columns)}'))


def _differences(first: Rows, second: Rows) -> Iterator[tuple[object, object]]:
    while True:
        one, other = next(first, NOTHING), next(second, NOTHING)
        if one != other:
            yield one, other
        if one == other == NOTHING:
            return

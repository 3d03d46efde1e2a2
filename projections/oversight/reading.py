"""All that oversight asks of an election, read from the views at once: its cases, rulings and appeals.

The rows are few beside a roll: ten thousand are read in a fraction of a second, and whoever counts or lists goes
through them, so that totals are of the very rows that are shown.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ledger.errors import RefusedError, nearest
from projections.catch_up import views_errors
from projections.oversight.appeal_rows import AppealRow, RemedyRow
from projections.oversight.places import Places
from projections.oversight.rows import CaseRow, Found, GroundRow, Place, RulingRow, SittingRow
from projections.oversight.tables import KEYS

LISTS = frozenset(
    ("grounds", "recused", "candidates", "incidents", "evidence", "classes", "reviewers", "answers", "present")
)  # columns that hold lists; `present` of a ruling is a number
LISTS_KEPT = 10_000  # lists that are remembered as they were read
NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Oversight:
    """Cases, rulings and appeals of one election at one moment.

    Attributes:
        cases: in the order in which they were opened.
        rulings: in the order in which they were made, then recorded; each with its findings and its appeal.
        appeals: in the order in which they were received; attempts where no appeal lies are among them.
        grounds: every version, in the order of the record.
        sittings: of every body of the ledger, in the order of the record.
        polls: contest of the election -> when its poll closed; None where it has not.
    """

    election: str
    cases: tuple[CaseRow, ...]
    rulings: tuple[RulingRow, ...]
    appeals: tuple[AppealRow, ...]
    grounds: tuple[GroundRow, ...]
    sittings: tuple[SittingRow, ...]
    polls: dict[str, str | None]


def read_oversight(database: sqlite3.Connection, election: str, places: Places | None = None) -> Oversight:
    """Read an election's cases, rulings and appeals.

    Args:
        database: views that hold what `OversightProjection` folds.
        places: where people stood on the roll; without it nobody's place is known.

    Raises:
        RefusedError: `no-cases`, where the election has none.
    """
    found = read_rulings(database, election)
    with views_errors():
        rulings = placed(found.rulings, election, places) if places else found.rulings
        last = {each.case: each for each in sorted(rulings, key=lambda each: each.ruling)}
        rows = _rows(database, "overseen_case", "opened, position", election)
        cases = tuple(CaseRow._make((*row, last.get(row[0]))) for row in rows)
    return replace(found, cases=cases, rulings=rulings)


def read_rulings(database: sqlite3.Connection, election: str) -> Oversight:
    """Read an election's rulings and appeals, and no cases; nor where anybody stood (`placed`).

    Raises:
        RefusedError: `no-cases`, where the election has none.
    """
    with views_errors():
        if not database.execute("SELECT 1 FROM overseen_case WHERE election = ?", (election,)).fetchone():
            raise _no_cases(database, election)
        appeals = tuple(_appeals(database, election))
        rulings = tuple(_rulings(database, election, appeals))
        grounds = tuple(GroundRow(*row) for row in _rows(database, "overseen_ground", "position", election))
        sittings = tuple(SittingRow(*row) for row in _rows(database, "overseen_sitting", "position"))
        polls = {contest: closed for contest, _, closed in _rows(database, "overseen_poll", "contest", election)}
    return Oversight(election, (), rulings, appeals, grounds, sittings, polls)


def placed(rows: Sequence[RulingRow], election: str, places: Places) -> tuple[RulingRow, ...]:
    """Give rulings with where the person stood when each was made."""
    stood = places.of(election, [(row.person, row.ruled) for row in rows])
    return tuple(
        row._replace(place=stood[row.person, row.ruled]) if (row.person, row.ruled) in stood else row for row in rows
    )


def _no_cases(database: sqlite3.Connection, election: str) -> RefusedError:
    known = [name for (name,) in database.execute("SELECT DISTINCT election FROM overseen_case ORDER BY election")]
    return RefusedError(
        "no-cases",
        f"election {election}",
        expected="one of " + ", ".join(known[:8]) if known else "an election with cases on record",
        found=f"no cases{nearest(election, known)}",
        remedy="Correct the id, or see all cases: pollbook cases",
    )


def _rows(database: sqlite3.Connection, table: str, order: str, election: str | None = None) -> Iterator[list[Any]]:
    """Give the rows of a table, of one election or of all, with lists read."""
    columns, _ = KEYS[table]
    which, given = ("WHERE election = ?", (election,)) if election is not None else ("", ())
    lists = [n for n, name in enumerate(columns) if name in LISTS]
    for row in database.execute(f"SELECT * FROM {table} {which} ORDER BY {order}", given):
        values = list(row)
        for n in lists:
            if isinstance(values[n], str):
                values[n] = _list_of(values[n])
        yield values


@lru_cache(maxsize=LISTS_KEPT)
def _list_of(text: str) -> tuple[Any, ...]:
    """Read a list from JSON; most say the same as one before."""
    return tuple(tuple(each) if isinstance(each, list) else each for each in json.loads(text))


def _of_ruling(
    database: sqlite3.Connection, table: str, order: str, cases: str, election: str
) -> dict[tuple[str, int], list[Sequence[Any]]]:
    """Give the rows of a table by the case and ruling that they belong to."""
    found: dict[tuple[str, int], list[Sequence[Any]]] = defaultdict(list)
    which = f"SELECT * FROM {table} WHERE case_id IN (SELECT case_id FROM {cases} WHERE election = ?) ORDER BY {order}"
    for row in database.execute(which, (election,)):
        found[row[0], row[1]].append(row)
    return found


def _appeals(database: sqlite3.Connection, election: str) -> Iterator[AppealRow]:
    remedies = _of_ruling(database, "overseen_remedy", "case_id, ruling, number", "overseen_appeal", election)
    for row in _rows(database, "overseen_appeal", "received, position", election):
        ordered = tuple(RemedyRow(*each) for each in remedies.get((row[0], row[1]), ()))
        yield AppealRow._make((*row, ordered))


def _rulings(database: sqlite3.Connection, election: str, appeals: Sequence[AppealRow]) -> Iterator[RulingRow]:
    found = _of_ruling(database, "overseen_finding", "case_id, ruling, place", "overseen_ruling", election)
    made = {(each.case, each.ruling): each for each in appeals}
    for row in _rows(database, "overseen_ruling", "ruled, position", election):
        key = (row[0], row[1])
        findings = tuple(Found._make(each[3:]) for each in found.get(key, ()))
        yield RulingRow._make((*row, findings, NOWHERE, made.get(key)))

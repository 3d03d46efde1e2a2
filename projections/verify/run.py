"""The whole verification of a ledger: the record, the evidence, the seal, the views, the vault."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.errors import EvidenceError
from ledger.store import Ledger
from ledger.vault import Vault
from projections.catch_up import Views
from projections.counting import open_views
from projections.moment import Moment
from projections.verify.evidence import check_evidence
from projections.verify.finding import CHECKS, Finding, found_by
from projections.verify.private import check_private
from projections.verify.record import read_record
from projections.verify.sealing import Trust, check_seal

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification came to.

    Attributes:
        size: events read, and `root` the root over them.
        findings: everything that is wrong, in the order of the checks and positions.
        unchecked: check -> why it could not be carried out.
    """

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    unchecked: dict[str, str]


def verify(
    ledger: Ledger,
    *,
    views: Views | None,
    vault: Vault | None,
    latest: bytes | None,
    trust: Trust,
    processes: int = 1,
    progress: Progress = lambda _: None,
) -> Report:
    """Check everything that can be checked, and report all findings.

    Args:
        views: kept views, compared with a rebuild; None where there are none.
        vault: the vault, if its key is here; without it private values are not checked.
        latest: the ledger's own checkpoint.
        trust: policy and kept checkpoint, brought by the verifier.
        processes: how many read side by side.
        progress: told how many events were read.
    """
    unchecked: dict[str, str] = {}
    record = read_record(ledger, processes, progress)
    findings = record.findings + check_evidence(ledger, record)
    findings += check_seal(ledger, record, latest, trust)
    if trust.policy is None:
        unchecked |= dict.fromkeys(("A1", "A2"), "no policy was given: nobody's signature was checked")
    if trust.kept is None:
        unchecked["S3"] = "no checkpoint kept from earlier was given"
    if latest is None:
        unchecked["S2"] = "the ledger has no checkpoint"
    if vault is None:
        unchecked |= dict.fromkeys(("C4", "I4"), "the vault's key is not here")
    else:
        findings += check_private(record, vault)
    if views is None:
        unchecked["S5"] = "there are no kept views"
    elif not findings:
        try:
            findings += check_views(ledger, views)
        except EvidenceError as error:
            findings.append(found_by("S5", error))
    else:
        unchecked["S5"] = "the record itself has findings"
    order = list(CHECKS)
    findings.sort(key=lambda finding: (order.index(finding.check), finding.position or 0, finding.what))
    return Report(record.tiles.size, record.tiles.root(), tuple(findings), unchecked)


def check_views(ledger: Ledger, views: Views) -> Iterator[Finding]:
    """S5: fold everything anew up to where the kept views stand, and compare every table row by row."""
    rebuilt = open_views(None)
    try:
        last = views.next_position - 1
        rebuilt.catch_up(ledger, Moment(known_at_position=last))
        for table in _tables(rebuilt.database):
            kept = _rows(views.database, table)
            for expected, found in _differences(_rows(rebuilt.database, table), kept):
                yield Finding("S5", "view-differs", None, f"table {table}", str(expected), str(found))
                break
    finally:
        rebuilt.close()


def _tables(database: sqlite3.Connection) -> list[str]:
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'tracking' ORDER BY name")
    return [name for (name,) in rows]


def _rows(database: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...]]:
    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
    if not columns:
        return iter(())
    return iter(database.execute(f'SELECT * FROM "{table}" ORDER BY {", ".join(columns)}'))


def _differences(
    first: Iterator[tuple[object, ...]], second: Iterator[tuple[object, ...]]
) -> Iterator[tuple[object, object]]:
    nothing = ("nothing",)
    while True:
        one, other = next(first, nothing), next(second, nothing)
        if one != other:
            yield one, other
        if one == other == nothing:
            return

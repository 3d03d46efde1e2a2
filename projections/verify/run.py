"""The whole verification of a ledger: the record, the evidence, the seal, the views, the vault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.errors import EvidenceError, PollbookError
from ledger.store import Ledger
from ledger.vault import Vault
from projections.catch_up import Views
from projections.verify.applications import check_applications
from projections.verify.batches import open_batches
from projections.verify.builds import check_builds
from projections.verify.commands import check_commands
from projections.verify.evidence import check_evidence
from projections.verify.finding import CHECKS, Finding
from projections.verify.intakes import check_intakes
from projections.verify.keys import check_keys
from projections.verify.money import check_money
from projections.verify.offices import check_offices
from projections.verify.private import check_erasures, check_private
from projections.verify.record import RecordRead, read_record
from projections.verify.rolls import check_rolls
from projections.verify.schema import check_schema, is_sqlite
from projections.verify.sealing import Notes, Trust, check_seal, size_of
from projections.verify.snapshot import take_snapshot
from projections.verify.sweeps import check_sweeps
from projections.verify.views import check_views

Progress = Callable[[int], None]
PARTS = {"views": ("S5",), "vault": ("C4", "I4")}  # what somebody else opens -> checks that need it


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification came to.

    Attributes:
        size: events read, and `root` the root over them.
        findings: everything that is wrong, in the order of the checks and positions.
        unchecked: check -> why it could not be carried out, or not in full.
        signed: how many events the ledger's checkpoint covers; those after it are not signed yet.
    """

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    unchecked: dict[str, str]
    signed: int = 0


def verify(
    ledger: Ledger,
    *,
    views: Views | None,
    vault: Vault | None,
    notes: Notes,
    trust: Trust,
    unopened: Mapping[str, PollbookError] | None = None,
    processes: int = 1,
    progress: Progress = lambda _: None,
) -> Report:
    """Check everything that can be checked, and report all findings.

    Args:
        views: kept views, compared with a rebuild; None where there are none.
        vault: the vault, if its key is here; without it private values are not checked.
        notes: the checkpoints that lie with the ledger and with its sealer.
        trust: policy and kept checkpoint, brought by the verifier.
        unopened: of `views` and `vault`, what is there and could not be opened, and why.
        processes: how many read side by side.
        progress: told how many events were read.

    Raises:
        RefusedError: what hinders the reading and says nothing of what is stored: `busy`, `storage-failed`, ...
    """
    snapshot = take_snapshot(ledger)
    record = read_record(ledger, snapshot, processes, progress)
    record.findings += snapshot.findings
    unchecked = _unchecked(ledger, record, notes, trust)
    findings = record.findings + check_evidence(ledger, record, unchecked)
    findings += _check_batches(ledger, record, unchecked)
    findings += check_commands(record, snapshot)
    findings += check_seal(ledger, record, snapshot, notes, trust)
    findings += check_schema(ledger, snapshot)
    findings += check_keys(ledger, record)
    findings += check_offices(ledger, record, unchecked)
    findings += check_erasures(record)
    if vault is None:
        unchecked |= dict.fromkeys(PARTS["vault"], "the vault's key is not here")
    else:
        findings += check_private(record, vault, is_file=is_sqlite(ledger))
    if views is None:
        unchecked["S5"] = "there are no kept views"
    else:
        findings += check_views(ledger, record, views, unchecked)
    for part, error in (unopened or {}).items():
        if isinstance(error, EvidenceError) or error.code == "views-damaged":
            findings.append(Finding(PARTS[part][-1], error.code, None, error.what, error.expected, error.found))
        unchecked |= dict.fromkeys(PARTS[part], f"the {part} could not be opened: {error.code}")
    return Report(record.tiles.size, record.tiles.root(), _in_order(findings), unchecked, size_of(notes.current))


def _check_batches(ledger: Ledger, record: RecordRead, unchecked: dict[str, str]) -> list[Finding]:
    """Check what comes by the thousand: registers, runs of checks, builds of rolls, what the rolls come to, fees."""
    return [
        *check_intakes(record, unchecked),
        *check_sweeps(record, unchecked),
        *check_builds(record, unchecked),
        *check_rolls(ledger, record, unchecked),
        *check_money(record, unchecked),
        *check_applications(ledger, record),
    ]


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort findings by check and position, each told once."""
    order = list(CHECKS)
    return tuple(
        sorted(
            dict.fromkeys(findings),
            key=lambda finding: (order.index(finding.check), finding.position or 0, finding.what),
        )
    )


def _unchecked(ledger: Ledger, record: RecordRead, notes: Notes, trust: Trust) -> dict[str, str]:
    """Say which checks of the record and the seal lack what they need."""
    unchecked: dict[str, str] = {}
    still_open = open_batches(record.batches)
    if still_open:
        unchecked["C3"] = f"open, so that their papers do not count and were not compared: {', '.join(still_open)}"
    if trust.policy is None:
        unchecked |= dict.fromkeys(("A1", "A2"), "no policy was given: nobody's signature was checked")
    if notes.current is None:
        unchecked["S2"] = "the ledger has no checkpoint"
    if trust.kept is None:
        unchecked["S3"] = "no checkpoint kept from earlier was given"
    if notes.signed is None:
        unchecked["S6"] = "what was signed last is not known here"
    if not is_sqlite(ledger):
        unchecked["I5"] = "what else is in a PostgreSQL schema is not looked into"
    return unchecked

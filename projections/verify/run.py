"""The whole verification of a ledger: the record, the evidence, the seal, the views, the vault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.decision import fold
from ledger.errors import EvidenceError, PollbookError
from ledger.privacy.vault import Vault
from ledger.progress import Stages, unseen_stage
from ledger.storage.store import Ledger
from ledger.streams.founding import Founding, LedgerFounded, founding_stream
from projections.catch_up import Views
from projections.verify.applications import check_applications
from projections.verify.batches import open_batches
from projections.verify.builds import check_builds
from projections.verify.commands import check_commands
from projections.verify.erasures import check_erasures
from projections.verify.evidence import check_evidence
from projections.verify.finding import CHECKS, Finding
from projections.verify.intakes import check_intakes
from projections.verify.keys import check_keys
from projections.verify.money import check_money
from projections.verify.offices import check_offices
from projections.verify.private import check_private
from projections.verify.reasons import check_reasons
from projections.verify.record import RecordRead, read_record
from projections.verify.retained import check_retention
from projections.verify.rolls import check_rolls
from projections.verify.schema import check_schema, is_sqlite
from projections.verify.sealing import Notes, Trust, check_seal, size_of
from projections.verify.snapshot import take_snapshot
from projections.verify.sweeps import check_sweeps
from projections.verify.views import check_views

PARTS = {"views": ("S5",), "vault": ("C4", "I4")}  # what somebody else opens -> checks that need it


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification came to.

    Attributes:
        size: events read, and `root` the root over them.
        findings: everything that is wrong, in the order of the checks and positions.
        unchecked: check -> why it could not be carried out, or not in full.
        signed: how many events the ledger's checkpoint covers; those after it are not signed yet.
        founding: the founding with its governing body, and how it is kept; empty where the ledger is unfounded.
    """

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    unchecked: dict[str, str]
    signed: int = 0
    founding: Founding = field(default_factory=founding_stream)


def verify(
    ledger: Ledger,
    *,
    views: Views | None,
    vault: Vault | None,
    notes: Notes,
    trust: Trust,
    unopened: Mapping[str, PollbookError] | None = None,
    processes: int = 1,
    shown: Stages = unseen_stage,
) -> Report:
    """Check everything that can be checked, and report all findings.

    Args:
        views: kept views, compared with a rebuild; None where there are none.
        vault: the vault, if its key is here; without it private values are not checked.
        notes: the checkpoints that lie with the ledger and with its sealer.
        trust: policy and kept checkpoint, brought by the verifier.
        unopened: of `views` and `vault`, what is there and could not be opened, and why.
        processes: how many read side by side.
        shown: shows each stage that reads the record, and how far it is.

    Raises:
        RefusedError: what hinders the reading and says nothing of what is stored: `busy`, `storage-failed`, ...
    """
    snapshot = take_snapshot(ledger)
    with shown("verifying", max(snapshot.size or 0, 0)) as progress:
        record = read_record(ledger, snapshot, processes, progress)
    record.findings += snapshot.findings
    unchecked = _unchecked(ledger, record, notes, trust)
    findings = record.findings + check_evidence(ledger, record, unchecked, shown)
    findings += _check_bulk(ledger, record, unchecked, shown)
    findings += [*check_erasures(record), *check_retention(ledger, record, unchecked)]
    findings += check_commands(record, snapshot)
    findings += check_seal(ledger, record, snapshot, notes, trust)
    findings += check_schema(ledger, snapshot)
    findings += check_keys(ledger, record)
    findings += check_offices(ledger, record, unchecked)
    findings += check_reasons(record.others, vault, unchecked)
    if vault is None:
        unchecked |= dict.fromkeys(PARTS["vault"], "the vault's key is not here")
    else:
        findings += check_private(record, vault, is_file=is_sqlite(ledger))
    if views is None:
        unchecked["S5"] = "there are no kept views"
    else:
        findings += check_views(ledger, record, views, unchecked, shown)
    findings += _of_unopened(unopened or {}, unchecked)
    root, signed, founding = record.tiles.root(), size_of(notes.current), _founding_of(record)
    return Report(record.tiles.size, root, _in_order(findings), unchecked, signed, founding)


def _founding_of(record: RecordRead) -> Founding:
    """Give the founding; where there are more, which is a finding, the first."""
    return fold(founding_stream(), [event for _, event in record.others if isinstance(event, LedgerFounded)][:1])


def _check_bulk(ledger: Ledger, record: RecordRead, unchecked: dict[str, str], shown: Stages) -> Iterator[Finding]:
    """Check what comes by the thousand: registers, money, checks, admissions, builds; and what the rolls come to."""
    yield from check_intakes(record, unchecked)
    yield from check_sweeps(record, unchecked)
    yield from check_money(record, unchecked)
    try:
        with shown("checking applications", 0) as progress:
            yield from check_applications(ledger, record, progress)
    except EvidenceError as error:  # of a database that is damaged, which other checks report
        unchecked["E10"] = f"applications could not be read to their end: {str(error)[:200]}"
    yield from check_builds(record, unchecked)
    yield from check_rolls(ledger, record, unchecked, shown)


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort findings by check and position, each told once."""
    order = list(CHECKS)
    return tuple(
        sorted(
            dict.fromkeys(findings),
            key=lambda finding: (order.index(finding.check), finding.position or 0, finding.what),
        )
    )


def _of_unopened(unopened: Mapping[str, PollbookError], unchecked: dict[str, str]) -> Iterator[Finding]:
    """Find parts that are damaged, and note which checks of parts that could not be opened were not made."""
    for part, error in unopened.items():
        if isinstance(error, EvidenceError) or error.code == "views-damaged":
            yield Finding(PARTS[part][-1], error.code, None, error.what, error.expected, error.found)
        unchecked |= dict.fromkeys(PARTS[part], f"the {part} could not be opened: {error.code}")


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

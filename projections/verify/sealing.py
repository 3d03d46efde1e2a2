"""Checks of the seal: tiles, checkpoint, signatures, witnesses, kept checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.errors import EvidenceError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.note import SignedNote, parse_note, verify_note
from ledger.seal.policy import Policy
from ledger.store import Ledger
from projections.verify.finding import Finding, found_by
from projections.verify.record import RecordRead


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along.

    Attributes:
        policy: whose signatures are asked for; without one no signature is checked.
        kept: a checkpoint that the verifier kept from earlier, as bytes.
        now: seconds since 1970, for the freshness of cosignatures; the caller owns the clock.
        within: how old cosignatures may be, in seconds; None for any age.
    """

    policy: Policy | None = None
    kept: bytes | None = None
    now: int = 0
    within: int | None = None


def check_seal(ledger: Ledger, record: RecordRead, latest: bytes | None, trust: Trust) -> list[Finding]:
    """Carry out the checks of the seal; `latest` is the ledger's own checkpoint, as bytes."""
    findings = list(check_tiles(ledger, record))
    note = None
    if latest is None:
        if trust.policy:
            findings.append(Finding("A1", "checkpoint-missing", None, "the ledger", "a signed checkpoint", "none"))
    else:
        try:
            note = parse_note(latest)
            findings += check_checkpoint("S2", record, parse_checkpoint(note.text))
        except EvidenceError as error:
            findings.append(found_by("A1", error))
    if note is not None and trust.policy:
        findings += check_signatures(note, trust.policy, trust)
    if trust.kept is not None:
        findings += check_kept(record, trust.kept, trust.policy)
    return findings


def check_tiles(ledger: Ledger, record: RecordRead) -> Iterator[Finding]:
    """S1: every tile that covers sealed leaves is that of the leaves."""
    sealed = ledger.sealed_size()
    if sealed > record.tiles.size:
        yield Finding(
            "S1", "tail-missing", record.tiles.size, "the ledger", f"{sealed} events, as sealed", str(record.rows)
        )
    for (level, index), made in record.shelf.tiles.items():
        width = min(256, max(0, (min(sealed, record.tiles.size) >> (8 * level)) - index * 256))
        if width == 0:
            continue
        kept = ledger.rows.get_tile(level, index)
        if kept is None or kept[: 32 * width] != made[: 32 * width]:
            at = _first_difference(kept or b"", made)
            position = (index * 256 + at) * 256**level
            yield Finding(
                "S1",
                "tile-differs",
                position if level == 0 else None,
                f"hash tile {level}/{index}, hash {at}",
                made[32 * at : 32 * at + 32].hex(),
                (kept or b"")[32 * at : 32 * at + 32].hex() or "none",
            )


def _first_difference(kept: bytes, made: bytes) -> int:
    for at in range(0, len(made), 32):
        if kept[at : at + 32] != made[at : at + 32]:
            return at // 32
    return 0


def check_checkpoint(check: str, record: RecordRead, checkpoint: Checkpoint) -> Iterator[Finding]:
    """S2, S3: the tree is, or begins with, the one that a checkpoint speaks of."""
    what = "the ledger's checkpoint" if check == "S2" else "the kept checkpoint"
    if checkpoint.size > record.tiles.size:
        yield Finding(
            check, "rolled-back", record.tiles.size, what, f"at least {checkpoint.size} events", str(record.tiles.size)
        )
        return
    found = record.tiles.root(checkpoint.size)
    if found != checkpoint.root:
        yield Finding(
            check,
            "root-differs",
            None,
            f"{what} over {checkpoint.size} events",
            f"root {checkpoint.root.hex()}",
            f"root {found.hex()}",
        )


def check_signatures(note: SignedNote, policy: Policy, trust: Trust) -> Iterator[Finding]:
    """A1, A2: signatures as the policy demands."""
    try:
        policy.judge(note, now=trust.now if trust.within else None, cosigned_within=trust.within)
    except EvidenceError as error:
        yield found_by("A2" if error.code in ("quorum-not-met", "cosignature-stale") else "A1", error)


def check_kept(record: RecordRead, kept: bytes, policy: Policy | None) -> list[Finding]:
    """S3: the tree begins with the one kept from earlier, which has to be of the same log."""
    try:
        note = parse_note(kept)
        if policy:
            verify_note(note, policy.logs)  # witnesses may have come later
        return list(check_checkpoint("S3", record, parse_checkpoint(note.text)))
    except EvidenceError as error:
        return [found_by("S3", error)]

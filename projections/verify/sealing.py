"""Checks of the seal: tiles, checkpoint, signatures, witnesses, kept checkpoint, and what was signed last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.errors import EvidenceError, PollbookError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.merkle import HASH_SIZE
from ledger.seal.note import SignedNote, parse_note, verify_note
from ledger.seal.policy import Policy
from ledger.seal.tiles import TILE
from ledger.storage.store import Ledger
from projections.verify.finding import Finding, found_by
from projections.verify.record import RecordRead
from projections.verify.snapshot import Snapshot

NAMES = {"S2": "the ledger's checkpoint", "S3": "the kept checkpoint", "S6": "the checkpoint signed last"}


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


@dataclass(frozen=True, slots=True)
class Notes:
    """The checkpoints that lie with the ledger, as bytes; None where there is none.

    Attributes:
        latest: the ledger's own, for everybody.
        signed: the one that the sealer signed last, from its folder outside the ledger.
        publishing: whether the sealer was stopped between the two, and will finish when it seals next.
    """

    latest: bytes | None = None
    signed: bytes | None = None
    publishing: bool = False

    @property
    def current(self) -> bytes | None:
        """The checkpoint that counts: the latest, or the one that is on its way to take its place."""
        return self.signed if self.publishing and size_of(self.signed) > size_of(self.latest) else self.latest


def size_of(note: bytes | None) -> int:
    """Give how many events a checkpoint covers; 0 where it is none that can be read."""
    try:
        return parse_checkpoint(parse_note(note or b"").text).size
    except EvidenceError:
        return 0


def check_seal(ledger: Ledger, record: RecordRead, snapshot: Snapshot, notes: Notes, trust: Trust) -> list[Finding]:
    """Carry out the checks of the seal."""
    findings = list(check_tiles(ledger, record, snapshot))
    note = None
    if notes.current is None:
        if trust.policy:
            findings.append(Finding("A1", "checkpoint-missing", None, "the ledger", "a signed checkpoint", "none"))
    else:
        try:
            note = parse_note(notes.current)
            checkpoint = parse_checkpoint(note.text)
        except EvidenceError as error:
            findings.append(found_by("A1", error))
        else:
            findings += check_checkpoint("S2", ledger, record, checkpoint)
    findings += check_covers(snapshot, notes)
    if note is not None and trust.policy:
        findings += check_signatures(note, trust.policy, trust)
    if trust.kept is not None:
        findings += check_other("S3", ledger, record, trust.kept, trust.policy)
    if notes.signed is not None:
        findings += check_other("S6", ledger, record, notes.signed, None)
    return findings


def check_tiles(ledger: Ledger, record: RecordRead, snapshot: Snapshot) -> Iterator[Finding]:
    """S1: the tiles are those of the sealed leaves, every one, to the byte, and there are no others."""
    sealed = snapshot.sealed
    if sealed is None:
        shown = repr(snapshot.meta.get("sealed"))[:80]
        yield Finding("S1", "seal-malformed", None, "the ledger", "a number of sealed events", shown)
        sealed = record.tiles.size
    if sealed > record.tiles.size:
        found = str(record.rows)
        yield Finding("S1", "tail-missing", record.tiles.size, "the ledger", f"{sealed} events, as sealed", found)
    if "tiles" not in snapshot.parts:
        return
    held = snapshot.tiles
    expected = set()
    for (level, index), made in record.shelf.tiles.items():
        width = min(TILE, max(0, (min(sealed, record.tiles.size) >> (8 * level)) - index * TILE))
        if width == 0:
            continue
        expected.add((level, index))
        made = made[: HASH_SIZE * width]
        kept = held.get((level, index), b"")
        if kept is None:  # a full one
            kept = _full_tile(ledger, level, index)
        kept = kept if isinstance(kept, bytes) else b""
        if kept != made:
            yield _tile_differs(level, index, kept, made)
    for key in sorted(held.keys() - expected, key=repr):
        what = f"hash tile {key[0]}/{key[1]}"
        yield Finding("S1", "tile-unexpected", None, what, f"no such tile of {sealed} events", "one")


def _full_tile(ledger: Ledger, level: int, index: int) -> bytes:
    try:
        return ledger.rows.get_tile(level, index) or b""
    except EvidenceError:
        return b""


def _tile_differs(level: int, index: int, kept: bytes, made: bytes) -> Finding:
    parts = range(0, max(len(kept), len(made)), HASH_SIZE)
    start = next((at for at in parts if kept[at : at + HASH_SIZE] != made[at : at + HASH_SIZE]), 0)
    at, stop = start // HASH_SIZE, start + HASH_SIZE
    return Finding(
        "S1",
        "tile-differs",
        index * TILE + at if level == 0 else None,
        f"hash tile {level}/{index}, hash {at}",
        made[start:stop].hex() or "none",
        kept[start:stop].hex() or "none",
    )


def check_checkpoint(check: str, ledger: Ledger, record: RecordRead, checkpoint: Checkpoint) -> Iterator[Finding]:
    """S2, S3, S6: the tree is, or begins with, the one that a checkpoint speaks of, which is of this log."""
    what = NAMES[check]
    try:
        origin = ledger.origin
    except EvidenceError:
        origin = ""  # a finding of another check
    if origin and checkpoint.origin != origin:
        yield Finding(check, "unknown-origin", None, what, f"origin {origin!r}", repr(checkpoint.origin))
    if checkpoint.size > record.tiles.size:
        size = record.tiles.size
        yield Finding(check, "rolled-back", size, what, f"at least {checkpoint.size} events", str(size))
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


def check_covers(snapshot: Snapshot, notes: Notes) -> Iterator[Finding]:
    """S2: the checkpoint covers all that was sealed, and is not older than the one signed last."""
    size, signed = size_of(notes.current), size_of(notes.signed)
    if notes.current is None:
        if snapshot.sealed:
            found = f"{snapshot.sealed} sealed events"
            yield Finding("S2", "checkpoint-missing", None, "the ledger", f"a checkpoint over {found}", "none")
        return
    # A sealer that was killed leaves the tiles ahead of what it signed; that is known by what it signed last.
    due = signed if notes.signed is not None else snapshot.sealed or 0
    if 0 < size < due:
        yield Finding("S2", "checkpoint-behind", size, NAMES["S2"], f"one over {due} events, as sealed", f"over {size}")


def check_signatures(note: SignedNote, policy: Policy, trust: Trust) -> Iterator[Finding]:
    """A1, A2: signatures as the policy demands."""
    try:
        policy.judge(note, now=None if trust.within is None else trust.now, cosigned_within=trust.within)
    except EvidenceError as error:
        yield found_by("A2" if error.code in ("quorum-not-met", "cosignature-stale") else "A1", error)


def check_other(
    check: str, ledger: Ledger, record: RecordRead, data: bytes, policy: Policy | None
) -> Iterator[Finding]:
    """S3, S6: the tree begins with that of another checkpoint, which has to be of the same log."""
    try:
        note = parse_note(data)
        checkpoint = parse_checkpoint(note.text)
        if policy:
            verify_note(note, policy.logs)  # witnesses may have come later
    except PollbookError as error:
        yield found_by(check, error)
    else:
        yield from check_checkpoint(check, ledger, record, checkpoint)

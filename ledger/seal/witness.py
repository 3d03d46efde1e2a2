"""What a witness decides: whether a checkpoint continues the one that it cosigned last.

A witness keeps one checkpoint for each log, the last that it cosigned. It cosigns a new one only with
a proof that the old tree is the beginning of the new; so while a witness is honest, two trees that
contradict each other are never both cosigned by it.

The decision is here, the memory is the caller's: under one lock, read what was seen, decide, store
what is seen now, and only then give the line away. A witness that answers before it stores can be
made to sign twice.

Source: https://c2sp.org/tlog-witness, the rules of add-checkpoint
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.errors import EvidenceError, RefusedError
from ledger.seal.checkpoint import Checkpoint, check_kind, cosign, parse_checkpoint
from ledger.seal.keys import Kind, SignerKey, VerifierKey, shown
from ledger.seal.merkle import EMPTY_ROOT, check_consistency
from ledger.seal.note import SignedNote, verify_note


class Cosigned(NamedTuple):
    """What to store as seen, and then the signature line to give away."""

    seen: Checkpoint
    line: str


def decide(
    seen: Checkpoint | None,
    note: SignedNote,
    old_size: int,
    consistency_path: Sequence[bytes],
    log_key: VerifierKey,
    signer: SignerKey,
    now: int,
    *,
    trust_first: bool = False,
) -> Cosigned:
    """Decide whether to cosign a checkpoint.

    Args:
        seen: the checkpoint of this log cosigned last, or None.
        note: the new checkpoint, as read.
        old_size: the size that the path starts from; 0 where nothing was seen.
        consistency_path: proves the old tree to be the beginning of the new; empty for one size.
        log_key: of the log, which is named after its origin.
        signer: the witness's own key.
        now: seconds since 1970; the caller owns the clock.
        trust_first: whether a log not seen before is taken at its word. Say so once, with the log's
            keeper present: from then on nothing before this checkpoint can be changed unnoticed.

    Raises:
        EvidenceError: `checkpoint-malformed`, `unknown-origin`, `signature-bad`, `signature-missing`,
            `rolled-back`, `split-view`, `not-consistent`.
        RefusedError: `policy-duplicate-key`, `unknown-origin` for a first sight not asked for,
            `old-size-differs`, `nothing-to-sign`, `key-wrong-kind`, `time-out-of-range`.
    """
    checkpoint = parse_checkpoint(note.text)
    _check_log(checkpoint, seen, log_key, signer)
    verify_note(note, [log_key])
    if seen is None:
        if not trust_first:
            raise RefusedError(
                "unknown-origin",
                _named(checkpoint),
                expected="a log seen before",
                found="none",
                remedy="With the log's keeper present, say once that this first sight is to be trusted: --trust-first",
            )
        seen = Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
    _check_continues(seen, checkpoint, old_size, consistency_path)
    return Cosigned(checkpoint, cosign(note.text, signer, now))


def _check_log(checkpoint: Checkpoint, seen: Checkpoint | None, log_key: VerifierKey, signer: SignerKey) -> None:
    check_kind(log_key, Kind.NOTE)
    if signer.verifier.public == log_key.public:
        raise RefusedError(
            "policy-duplicate-key",
            f"witness {shown(signer.name)}",
            expected="a key of its own",
            found="that of the log",
            remedy="Make a key for the witness, and keep it where the log's keeper cannot reach it",
        )
    if {checkpoint.origin, seen.origin if seen else checkpoint.origin} != {log_key.name}:
        raise EvidenceError(
            "unknown-origin",
            _named(checkpoint),
            expected=f"origin {shown(log_key.name)}",
            found=shown(checkpoint.origin) + (f", after {shown(seen.origin)}" if seen else ""),
            remedy="Give the checkpoint to a witness of that log",
        )


def _check_continues(seen: Checkpoint, new: Checkpoint, old_size: int, path: Sequence[bytes]) -> None:
    if new.size < seen.size:
        raise EvidenceError(
            "rolled-back",
            _named(new),
            expected=f"size {seen.size}, cosigned before, or more",
            found=new.size,
            remedy="Ask for the newest checkpoint; if this is it, keep both and show them",
        )
    if new.size == seen.size and new.root != seen.root:
        raise EvidenceError(
            "split-view",
            _named(new),
            expected=f"root {seen.root.hex()}, cosigned before",
            found=new.root.hex(),
            remedy="Keep both checkpoints and show them: the log has signed two trees of one size",
        )
    if old_size != seen.size:
        raise RefusedError(
            "old-size-differs",
            _named(new),
            expected=f"a proof from size {seen.size}",
            found=f"one from {old_size}",
            remedy=f"Make the proof from size {seen.size}",
        )
    if not check_consistency(seen.size, new.size, path, seen.root, new.root):
        raise EvidenceError(
            "not-consistent",
            _named(new),
            expected=f"a path from the tree of {seen.size} with root {seen.root.hex()}",
            found=f"one of {len(path)} hashes that does not lead to root {new.root.hex()}",
            remedy="Keep the proof and both checkpoints; ask the log for the proof again",
        )


def _named(checkpoint: Checkpoint) -> str:
    return f"checkpoint of {shown(checkpoint.origin)} at size {checkpoint.size}"

"""Checkpoints: what a log or a witness signs, namely that a log of this origin has this size and root.

    <origin>
    <number of leaves, decimal>
    <root hash, base64>

The specification lets further lines follow. Ours are always these three, and more are refused: what
is worth signing belongs in a leaf, where everybody who audits the log sees it.

Source: https://c2sp.org/tlog-checkpoint and https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ledger.errors import EvidenceError, RefusedError
from ledger.seal.keys import Kind, SignerKey, VerifierKey, decode_base64, encode_base64, shown
from ledger.seal.merkle import EMPTY_ROOT, HASH_SIZE
from ledger.seal.note import (
    TIME_MAX,
    TIME_SIZE,
    UNWRITABLE,
    Signature,
    check_signature,
    cosignature_time,
    cosigned_message,
)

TREE_SIZE_MAX = 2**63 - 1  # leaves
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")  # as many digits as TREE_SIZE_MAX has


class Checkpoint(NamedTuple):
    """A tree as somebody signed it, or is about to."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Write the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint's note.

    Raises:
        EvidenceError: `checkpoint-malformed`.
    """
    *lines, rest = text.split("\n")
    if len(lines) != 3 or rest:
        raise _malformed("three lines, each ended by LF", f"{len(lines)} and then {shown(rest)}")
    origin, size, root = lines
    if not origin or UNWRITABLE.search(origin):
        raise _malformed("an origin in the first line", shown(origin))
    try:
        leaves = parse_decimal(size)
    except ValueError:
        raise _malformed(f"a size up to {TREE_SIZE_MAX} without leading zeros", shown(size)) from None
    try:
        digest = decode_base64(root)
    except ValueError:
        raise _malformed("a root hash in canonical base64", shown(root)) from None
    if len(digest) != HASH_SIZE:
        raise _malformed(f"a root hash of {HASH_SIZE} bytes", f"{len(digest)} bytes")
    if leaves == 0 and digest != EMPTY_ROOT:
        raise _malformed(f"the root of a tree without leaves, {encode_base64(EMPTY_ROOT)}", root)
    return Checkpoint(origin, leaves, digest)


def parse_decimal(text: str) -> int:
    """Read a number of leaves, or the place of one, in its one decimal form. Raises ValueError."""
    if not DECIMAL.fullmatch(text) or int(text) > TREE_SIZE_MAX:
        raise ValueError("not a number of leaves")
    return int(text)


def sign_checkpoint(checkpoint: Checkpoint, signer: SignerKey) -> str:
    """Make the log's signature line for a checkpoint.

    Raises:
        RefusedError: `key-wrong-kind`, `nothing-to-sign` for an empty tree, `unknown-origin` where the
            checkpoint is not of the log that the key is named after.
        EvidenceError: `checkpoint-malformed`.
    """
    body = checkpoint.body()
    _check_signable(body, signer, Kind.NOTE)
    if checkpoint.origin != signer.name:
        raise RefusedError(
            "unknown-origin",
            "checkpoint to sign",
            expected=f"origin {shown(signer.name)}, after which the key is named",
            found=shown(checkpoint.origin),
            remedy="Sign with the key of this log",
        )
    return Signature(signer.name, signer.verifier.key_id, signer.sign(body.encode())).line()


def cosign(body: str, signer: SignerKey, time: int) -> str:
    """Make a witness's signature line for a checkpoint's text, seen at this time (seconds since 1970).

    Whoever calls this has checked that the tree continues the one cosigned before: see witness.py.

    Raises:
        RefusedError: `key-wrong-kind`, `nothing-to-sign` for an empty tree, `time-out-of-range`.
        EvidenceError: `checkpoint-malformed`.
    """
    _check_signable(body, signer, Kind.COSIGNATURE)
    if not 0 <= time <= TIME_MAX:
        raise RefusedError(
            "time-out-of-range",
            "cosignature",
            expected=f"seconds since 1970, up to {TIME_MAX}",
            found=time,
            remedy="Set the clock",
        )
    data = time.to_bytes(TIME_SIZE, "big") + signer.sign(cosigned_message(body, time))
    return Signature(signer.name, signer.verifier.key_id, data).line()


def verify_cosignature(body: str, data: bytes, key: VerifierKey) -> int:
    """Verify a witness's signature over a checkpoint's text; returns its time (seconds since 1970).

    Raises:
        RefusedError: `key-wrong-kind`.
        EvidenceError: `signature-bad`.
    """
    check_kind(key, Kind.COSIGNATURE)
    check_signature(body, data, key)
    return cosignature_time(data)


def check_kind(key: VerifierKey, kind: Kind) -> None:
    """Refuse a key that is for signing something else.

    Raises:
        RefusedError: `key-wrong-kind`.
    """
    if key.kind is not kind:
        raise RefusedError(
            "key-wrong-kind",
            f"key {shown(key.name)}",
            expected=f"kind {kind:#04x}, {kind.name.lower()}",
            found=f"{key.kind:#04x}",
            remedy="Logs sign with keys of kind 0x01, witnesses with keys of kind 0x04",
        )


def _check_signable(body: str, signer: SignerKey, kind: Kind) -> None:
    check_kind(signer.verifier, kind)
    if parse_checkpoint(body).size == 0:
        raise RefusedError(
            "nothing-to-sign",
            "checkpoint to sign",
            expected="a tree with leaves",
            found="none",
            remedy="Record the first event before sealing",
        )


def _malformed(expected: str, found: str) -> EvidenceError:
    remedy = "Keep the file and fetch it again"
    return EvidenceError("checkpoint-malformed", "checkpoint", expected=expected, found=found, remedy=remedy)

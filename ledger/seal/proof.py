"""Receipts: one leaf's place in a log, the path that proves it, and the checkpoint that it leads to.

    c2sp.org/tlog-proof@v1
    extra <base64>                (left out where there is nothing extra)
    index <decimal>
    <hash, base64>                (one line each, from the leaf's sibling upwards)
    <blank line>
    <checkpoint, a signed note>

A receipt needs no ledger and no network: whoever holds the leaf and a policy can check it. The extra
data is signed by nobody and means nothing to the check.

Source: https://c2sp.org/tlog-proof
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ledger.errors import EvidenceError
from ledger.seal.checkpoint import parse_decimal
from ledger.seal.keys import decode_base64, encode_base64, shown
from ledger.seal.merkle import HASH_SIZE, check_inclusion, leaf_hash
from ledger.seal.note import NOTE_BYTES_MAX, parse_note
from ledger.seal.policy import Policy, Verdict

HEADER = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 64  # one more than a tree of 2**63 - 1 leaves has levels
HEAD_BYTES_MAX = 2**17  # room for extra data

EXTRA = "extra "
INDEX = "index "


@dataclass(frozen=True)
class Proof:
    """A receipt as read, not yet checked. The note is kept as it came, byte by byte."""

    index: int
    path: tuple[bytes, ...]
    note: bytes
    extra: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a proof file; the note in it is left for `check`.

        Raises:
            EvidenceError: `proof-malformed`.
        """
        if len(data) > HEAD_BYTES_MAX + NOTE_BYTES_MAX:
            raise _malformed(f"at most {HEAD_BYTES_MAX + NOTE_BYTES_MAX} bytes", f"{len(data)}")
        head, blank, note = data.partition(b"\n\n")
        if not blank:
            raise _malformed("a blank line before the checkpoint", "none")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise _malformed("ASCII before the blank line", f"{head[error.start]:#04x} at byte {error.start}") from None
        if lines.pop(0) != HEADER:
            raise _malformed(f"{HEADER} in the first line", shown(head[: len(HEADER) + 1].decode("ascii")))
        extra = b""
        if lines and lines[0].startswith(EXTRA):
            extra = _decode(lines.pop(0).removeprefix(EXTRA), "extra data")
            if not extra:
                raise _malformed("no extra line, or data in it", "an empty one")
        if not lines or not lines[0].startswith(INDEX):
            raise _malformed("an index line", shown(lines[0]) if lines else "none")
        try:
            index = parse_decimal(lines.pop(0).removeprefix(INDEX))
        except ValueError:
            raise _malformed("an index without leading zeros", "another") from None
        return cls(index, _parse_path(lines), note, extra)

    def write(self) -> bytes:
        """Write the proof file."""
        lines = [HEADER, f"{INDEX}{self.index}", *map(encode_base64, self.path), "", ""]
        if self.extra:
            lines.insert(1, EXTRA + encode_base64(self.extra))
        return "\n".join(lines).encode() + self.note


def check(
    proof: Proof, leaf: bytes, policy: Policy, *, now: int | None = None, cosigned_within: int | None = None
) -> Verdict:
    """Check that a leaf is in the log that the policy believes; `now` and the rest as in Policy.judge.

    Raises:
        EvidenceError: what parse_note and Policy.judge raise, then `inclusion-wrong`.
    """
    verdict = policy.judge(parse_note(proof.note), now=now, cosigned_within=cosigned_within)
    origin, size, root = verdict.checkpoint
    if not check_inclusion(proof.index, size, leaf_hash(leaf), proof.path, root):
        raise EvidenceError(
            "inclusion-wrong",
            f"leaf {proof.index} of {shown(origin)} at size {size}",
            expected=f"a path from leaf hash {leaf_hash(leaf).hex()} to root {root.hex()}",
            found=f"one of {len(proof.path)} hashes that leads elsewhere",
            remedy="Keep leaf and receipt: one of them is not what was given out",
            position=proof.index,
        )
    return verdict


def _parse_path(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > HASHES_MAX:
        raise _malformed(f"at most {HASHES_MAX} hashes", f"{len(lines)}")
    path = tuple(_decode(line, "hashes") for line in lines)
    if wrong := [len(digest) for digest in path if len(digest) != HASH_SIZE]:
        raise _malformed(f"hashes of {HASH_SIZE} bytes", f"one of {wrong[0]}")
    return path


def _decode(text: str, what: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError:
        raise _malformed(f"{what} in canonical base64", shown(text)) from None


def _malformed(expected: str, found: str) -> EvidenceError:
    remedy = "Ask for the receipt again"
    return EvidenceError("proof-malformed", "proof file", expected=expected, found=found, remedy=remedy)

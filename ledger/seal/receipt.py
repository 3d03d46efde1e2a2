"""Receipts and cosigning requests: what the operator hands to an elector, and to a witness."""

from __future__ import annotations

from ledger.errors import EvidenceError, RefusedError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint, parse_decimal
from ledger.seal.keys import decode_base64, encode_base64
from ledger.seal.merkle import HASH_SIZE
from ledger.seal.note import NOTE_BYTES_MAX, SignedNote, parse_note
from ledger.seal.proof import HASHES_MAX, Proof
from ledger.seal.tiles import Tiles

OLD = "old "
REQUEST_BYTES_MAX = NOTE_BYTES_MAX + 2**13


class Prover:
    """Makes receipts against one checkpoint; neighbours share most of the work.

    Args:
        tiles: the ledger's tiles.
        note: the checkpoint with its signatures, as bytes.

    Raises:
        EvidenceError: `root-differs`: no receipt from these tiles would pass; and what reading them raises.
    """

    def __init__(self, tiles: Tiles, note: bytes) -> None:
        self._tiles = tiles
        self._note = note
        self.checkpoint: Checkpoint = parse_checkpoint(parse_note(note).text)
        _, size, root = self.checkpoint
        found = tiles.root(size) if size <= tiles.size else None
        if found != root:
            raise EvidenceError(
                "root-differs",
                f"the tree of the first {size} events",
                expected=f"root {root.hex()}, as signed",
                found=f"root {found.hex()}" if found else f"{tiles.size} events",
            )

    def prove(self, position: int) -> Proof:
        """Make the receipt of one event.

        Raises:
            RefusedError: `not-sealed-yet`: the event came after the checkpoint.
        """
        size = self.checkpoint.size
        if not 0 <= position < size:
            raise RefusedError(
                "not-sealed-yet",
                f"event {position}",
                expected=f"an event below {size}, the checkpoint's size",
                found=position,
                remedy="Make a new checkpoint first: pollbook checkpoint",
            )
        return Proof(position, tuple(self._tiles.inclusion_path(position, size)), self._note)


def write_request(tiles: Tiles, note: bytes, old_size: int) -> bytes:
    """Write what a witness needs to cosign: the size it cosigned last, the proof from there, the checkpoint.

    The form is the body of add-checkpoint in https://c2sp.org/tlog-witness.

    Raises:
        RefusedError: `old-size-differs`: the witness has seen more than this checkpoint has.
    """
    checkpoint = parse_checkpoint(parse_note(note).text)
    if not 0 <= old_size <= checkpoint.size:
        raise RefusedError(
            "old-size-differs",
            "the cosigning request",
            expected=f"a size from 0 to {checkpoint.size}",
            found=old_size,
            remedy="Ask the witness which size it cosigned last",
        )
    path = tiles.consistency_path(old_size, checkpoint.size) if 0 < old_size < checkpoint.size else []
    lines = [f"{OLD}{old_size}", *map(encode_base64, path), ""]
    return "".join(line + "\n" for line in lines).encode() + note


def read_request(data: bytes) -> tuple[int, list[bytes], SignedNote]:
    """Read a cosigning request: old size, consistency path, checkpoint.

    Raises:
        EvidenceError: `request-malformed`, `note-malformed`, `note-too-large`.
    """
    head, blank, note = data[:REQUEST_BYTES_MAX].partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        old_size = parse_decimal(first.removeprefix(OLD)) if first.startswith(OLD) else -1
        path = [decode_base64(line) for line in lines]
    except ValueError:
        old_size, path = -1, []
    if not blank or old_size < 0 or len(path) > HASHES_MAX or any(len(step) != HASH_SIZE for step in path):
        raise EvidenceError(
            "request-malformed",
            "the cosigning request",
            expected="`old <size>`, hashes, an empty line, a checkpoint",
            found="something else",
            remedy="Ask the ledger's keeper for a new one",
        )
    return old_size, path, parse_note(note)

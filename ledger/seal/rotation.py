"""The log changes its key: one checkpoint signed by both keys leads from the old to the new.

The new key waits beside the old one until everything that names it is stored, and takes its place last,
so that a kill at any moment leaves a log that the same command goes on with. A policy or a witness may
trust either key at that checkpoint; from the next one on only the new key signs.

Where the old key was lost, only the new one signs; what the old one signed last is still held against the tree.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ledger.errors import RefusedError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey, VerifierKey
from ledger.seal.note import SignedNote, parse_note, verify_note, write_note
from ledger.seal.sealer import (
    LAST_SIGNED,
    LATEST,
    LOCK,
    LOG_KEY,
    PUBLISHING,
    check_continues,
    locked,
    read_note,
    read_signer,
    text_of,
    write_durably,
    write_secret,
)
from ledger.storage.storage_error import clear_errors
from ledger.storage.store import Ledger

NEXT_KEY = "log.key.next"


def next_key(state: Path, origin: str, seed: Callable[[], bytes]) -> SignerKey:
    """Make the key to come, or read the one that a rotation that was cut short has made already."""
    path = state / NEXT_KEY
    if not path.exists():
        write_secret(path, SignerKey(origin, Kind.NOTE, seed()).text + "\n")
    return read_signer(path)


def change_key(
    state: Path, checkpoints: Path, ledger: Ledger, old: VerifierKey, old_signer: SignerKey | None, new: SignerKey
) -> Checkpoint:
    """Sign the tree with the new key, beside the old one's signature if there is one, and put the new in its place.

    Raises:
        EvidenceError: `rolled-back`, `contradicts-signed`, `signature-missing`; nothing is signed.
        RefusedError: `second-sealer`, `nothing-to-sign`.
    """
    with locked(state / LOCK):
        ledger.seal()
        tiles = ledger.tiles()
        if (state / LAST_SIGNED).exists():
            last = read_note(state / LAST_SIGNED)
            verify_note(last, [old, new.verifier])
            check_continues(parse_checkpoint(last.text), tiles)
        latest = read_note(checkpoints / LATEST) if text_of(checkpoints / LATEST) else None
        if latest is not None and not (state / LAST_SIGNED).exists():
            verify_note(latest, [old, new.verifier])
            check_continues(parse_checkpoint(latest.text), tiles)
        if tiles.size == 0:
            raise RefusedError(
                "nothing-to-sign", "the ledger", expected="events", found="none", remedy="Record something first"
            )
        checkpoint = Checkpoint(new.name, tiles.size, tiles.root())
        note = _signed_by_all(checkpoint, [key for key in (old_signer, new) if key is not None], latest)
        with clear_errors(state):
            (state / PUBLISHING).touch()
        write_durably(state / LAST_SIGNED, write_note(note))
        with clear_errors(checkpoints):
            checkpoints.mkdir(parents=True, exist_ok=True)
        write_durably(checkpoints / LATEST, write_note(note))
        with clear_errors(state):
            (state / PUBLISHING).unlink(missing_ok=True)
            (state / NEXT_KEY).replace(state / LOG_KEY)
    return checkpoint


def _signed_by_all(checkpoint: Checkpoint, signers: list[SignerKey], latest: SignedNote | None) -> SignedNote:
    """Sign with each key, under the lock that keeps every event away; keep cosignatures of the very same text."""
    lines = "".join(sign_checkpoint(checkpoint, signer) for signer in signers)
    made = parse_note(f"{checkpoint.body()}\n{lines}".encode())
    before = latest.signatures if latest is not None and latest.text == made.text else ()
    return SignedNote(made.text, tuple(dict.fromkeys((*made.signatures, *before))))

"""How the command line seals: who holds the log's key signs as each command ends; others say how far it is sealed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.office import desk_at, opened
from cli.parse import actor_value
from cli.place import Place
from cli.report import Sealed
from cli.screen import progress, say, say_json
from cli.seal.key import ledger_state_folder
from cli.source import os_errors
from ledger.errors import RefusedError
from ledger.record import Record
from ledger.seal.checkpoint import parse_checkpoint
from ledger.seal.note import NOTE_BYTES_MAX, SignedNote, check_signature, parse_note, write_note
from ledger.seal.policy import Policy
from ledger.seal.receipt import write_request
from ledger.seal.sealer import LATEST, LOCK, LOG_KEY, Sealer, locked, write_durably
from ledger.storage.store import Ledger
from ledger.streams.heads import RecordStreamHeads

CHECKPOINTS = "checkpoints"


def checkpoints_folder(place: Place, ledger: Ledger) -> Path:
    """Give the folder of signed checkpoints: in the ledger's folder, or with the keys of a PostgreSQL one."""
    return (ledger_state_folder(ledger.ledger_id) if place.url else place.folder) / CHECKPOINTS


def sealer_of(place: Place, ledger: Ledger) -> Sealer | None:
    """Give the sealer, if the log's key is here."""
    state = ledger_state_folder(ledger.ledger_id)
    if not (state / LOG_KEY).exists():
        return None
    return Sealer(state, checkpoints_folder(place, ledger), ledger.origin)


def seal_up(place: Place, record: Record) -> Sealed | None:
    """Sign the tree over what was recorded, if the log's key is here; a rehearsal is not sealed."""
    if not isinstance(record, Ledger):
        return None
    recorded = record.head().size
    sealer = sealer_of(place, record)
    if sealer is not None:
        with progress("sealing", recorded - record.sealed_size()) as bar:
            sealer.seal(record, bar.by)
    tiles = record.tiles()
    return Sealed(recorded, tiles.size, tiles.root(), sealer is not None)


def latest_note(place: Place, ledger: Ledger) -> bytes:
    """Read the ledger's latest signed checkpoint (`no-checkpoint`)."""
    path = checkpoints_folder(place, ledger) / LATEST
    if not path.is_file():
        raise RefusedError(
            "no-checkpoint",
            str(path),
            expected="a signed checkpoint",
            found="none",
            remedy="Make one where the log's key is: pollbook checkpoint",
        )
    return read_bytes(path)


def read_bytes(path: Path, most: int = NOTE_BYTES_MAX + 1) -> bytes:
    """Read a small file that somebody handed over."""
    with os_errors(path), path.open("rb") as file:
        return file.read(most)


def checkpoint(
    place: Place, add: Path | None, request: int | None, out: Path | None, policy: Policy | None, *, as_json: bool
) -> None:
    """Sign the tree as it stands, or add a cosignature, or write a request for a witness; print the checkpoint."""
    with opened(place) as ledger:
        if add is not None:
            add_cosignature(place, ledger, read_bytes(add), policy)
        else:
            seal_up(place, ledger)
        note = latest_note(place, ledger)
        if request is not None:
            note = write_request(ledger.tiles(), note, request)
    if out is not None:
        with os_errors(out):
            out.write_bytes(note)
        say(f"wrote {out}")
    elif as_json:
        parsed = parse_note(note)
        found = parse_checkpoint(parsed.text)
        signers = [signature.name for signature in parsed.signatures]
        say_json({"origin": found.origin, "size": found.size, "root": found.root.hex(), "signatures": signers})
    else:
        say(note.decode().rstrip("\n"))


def record_heads(place: Place, actor: str) -> None:
    """Record the heads of all streams, so that whoever holds a stream can see that it is whole.

    Where they are the newest event already, as after a kill, nothing needs doing.
    """
    with desk_at(place) as desk:
        try:
            desk.submit(RecordStreamHeads(), actor=actor_value(actor, "--as"))
        except RefusedError as refused:
            if refused.code != "nothing-new":
                raise


def add_cosignature(place: Place, ledger: Ledger, line: bytes, policy: Policy | None = None) -> None:
    """Add a witness's line to the latest checkpoint, once it is seen to be of that very checkpoint.

    Whether the witness is anybody's is for the policies of those who verify to say: with one at hand the signature is
    checked, before everybody else finds it wrong. A new line takes the place of an older one by the same key.

    Raises:
        EvidenceError: `note-malformed`; RefusedError: `note-too-large` beyond the limit of signatures.
    """
    with _unsealed(ledger):
        _add(place, ledger, line, policy)


@contextmanager
def _unsealed(ledger: Ledger) -> Iterator[None]:
    """Keep the sealer away, if it is here: what it publishes meanwhile must not be overwritten."""
    state = ledger_state_folder(ledger.ledger_id)
    if not state.is_dir():
        yield
        return
    with locked(state / LOCK):
        yield


def _add(place: Place, ledger: Ledger, line: bytes, policy: Policy | None) -> None:
    note = parse_note(latest_note(place, ledger))
    new = parse_note(note.text.encode() + b"\n" + line)
    if new.text != note.text:
        raise RefusedError(
            "not-a-cosignature",
            "the file given",
            expected="the one line that a witness answered with",
            found="something else",
            remedy="Give the file from: pollbook witness cosign",
        )
    again = {(signature.name, signature.key_id) for signature in new.signatures}
    kept = tuple(old for old in note.signatures if (old.name, old.key_id) not in again)
    if not any(old.name == parse_checkpoint(note.text).origin for old in kept):
        raise RefusedError(
            "not-a-cosignature",
            "the file given",
            expected="the line of a witness",
            found="a line of the log itself",
            remedy="Give the file from: pollbook witness cosign",
        )
    signatures = kept + new.signatures
    if policy is not None:
        for key in policy.witnesses.values():
            for data in SignedNote(note.text, signatures).by(key):
                check_signature(note.text, data, key)
    folder = checkpoints_folder(place, ledger)
    data = write_note(SignedNote(note.text, signatures))
    size = parse_checkpoint(note.text).size
    write_durably(folder / f"{size:012}", data)
    write_durably(folder / LATEST, data)


def seconds_now() -> int:
    """Give the present moment in seconds since 1970."""
    return int(time.time())

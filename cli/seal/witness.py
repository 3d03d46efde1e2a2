"""`pollbook witness`: for people who are not the operator. Own folder, own key, own memory; no network, no ledger."""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cli.screen import say
from cli.seal.sealing import read_bytes, seconds_now
from cli.source import os_errors
from ledger.errors import RefusedError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.keys import KEY_SIZE, Kind, SignerKey, VerifierKey
from ledger.seal.receipt import REQUEST_BYTES_MAX, read_request
from ledger.seal.sealer import read_signer, write_durably, write_secret
from ledger.seal.witness import decide

WITNESS_KEY = "witness.key"
SEEN = "seen"
LOCK = "lock"


def witness_init(folder: Path, name: str) -> None:
    """Make a witness: a key that never leaves its folder, and an empty memory."""
    signer = SignerKey(name, Kind.COSIGNATURE, secrets.token_bytes(KEY_SIZE))
    write_secret(folder / WITNESS_KEY, signer.text + "\n")
    say(f"made witness {name} in {folder}")
    say(f"Give this key to those who write policies: {signer.verifier.text}")


def witness_cosign(folder: Path, request: Path, log_key: str, out: Path | None, *, trust_first: bool) -> None:
    """Check that a log continues what this witness saw last, remember it, and answer with one line."""
    key = VerifierKey.parse(log_key)
    signer = read_signer(folder / WITNESS_KEY)
    old_size, path, note = read_request(read_bytes(request, REQUEST_BYTES_MAX + 1))
    with _locked(folder):
        memory = memory_of(folder, key.name)
        seen = _seen(memory, key.name)
        if seen is not None and seen.body() == note.text:
            old_size, path = seen.size, []  # remembered, and perhaps killed before it answered: the same answer again
        decided = decide(seen, note, old_size, path, key, signer, seconds_now(), trust_first=trust_first)
        write_durably(memory, decided.seen.body().encode())
    if out is None:
        say(decided.line.rstrip("\n"))
    else:
        write_durably(out, decided.line.encode())
        say(f"cosigned {decided.seen.origin} at {decided.seen.size}, wrote {out}")


def witness_seen(folder: Path, log_key: str) -> None:
    """Say which tree of a log this witness cosigned last."""
    key = VerifierKey.parse(log_key)
    seen = _seen(memory_of(folder, key.name), key.name)
    say(f"{key.name}: nothing yet" if seen is None else f"{seen.origin}: {seen.size} events, root {seen.root.hex()}")


def memory_of(folder: Path, origin: str) -> Path:
    """Give the file that remembers a log. It goes by origin: a log that changes its key stays under one memory."""
    return folder / f"{SEEN}-{sha256(origin.encode()).hexdigest()[:16]}"


def _seen(memory: Path, origin: str) -> Checkpoint | None:
    if not memory.exists():
        return None
    seen = parse_checkpoint(read_bytes(memory).decode("utf-8", "replace"))
    if seen.origin != origin:
        raise RefusedError(
            "memory-of-another-log", str(memory), expected=origin, found=seen.origin, remedy="Put the right memory back"
        )
    return seen


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with os_errors(folder), (folder / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

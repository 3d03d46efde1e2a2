"""`pollbook key`: the log's key, its rotation, and the keys that officers sign with."""

from __future__ import annotations

import secrets
import shlex
from pathlib import Path

from cli.office import desk_at, opened
from cli.parse import actor_value
from cli.place import Place
from cli.screen import say, say_json
from cli.seal.key import ledger_state_folder
from cli.seal.sealing import checkpoints_folder
from ledger.decision import fold
from ledger.errors import UsageError
from ledger.seal.keys import KEY_SIZE, Kind, SignerKey, VerifierKey, encode_base64
from ledger.seal.rotation import change_key, next_key
from ledger.seal.sealer import LOG_KEY, read_signer, write_secret
from ledger.streams.key import OfficerKey, enrolment_text
from ledger.streams.log_key import RotateLogKey, rotation_text


def show_log_key(place: Place, *, as_json: bool) -> None:
    """Print the log's public key, for policies and witnesses."""
    with opened(place) as ledger:
        key = read_signer(ledger_state_folder(ledger.ledger_id) / LOG_KEY).verifier
    if as_json:
        say_json({"origin": key.name, "key": key.text})
    else:
        say(key.text)


def make_officer_key(place: Place, officer: str, file: Path, after: Path | None) -> None:
    """Make an officer's key, and print the command that enrols it, or that puts it in the place of an older one."""
    actor_value(officer, "OFFICER")
    with opened(place) as ledger:
        held = fold(OfficerKey(f"key/{officer}"), (event for _, event in ledger.stream(f"key/{officer}")))
        origin = ledger.origin
    old = read_signer(after) if after else None
    new = SignerKey(officer, Kind.NOTE, secrets.token_bytes(KEY_SIZE))
    text = enrolment_text(origin, officer, len(held.used) + 1, new.verifier.text)
    write_secret(file, new.text + "\n")
    say(f"made the key of {officer} in {file}")
    say("It never leaves this machine, and nobody else sees it")
    words = ["pollbook", "record", "rotate-key" if old else "enrol-key", "--officer", officer]
    words += ["--key", new.verifier.text, "--proof", encode_base64(new.sign(text))]
    words += ["--consent", encode_base64(old.sign(text))] if old else []
    say(f"To put it on record:\n{shlex.join(words)}")


def rotate_log_key(place: Place, actor: str, lost: str | None, *, exposed: bool) -> None:
    """Give the log another signing key; resumes if it was cut short."""
    by = actor_value(actor, "--as")
    with desk_at(place) as desk, opened(place) as ledger:
        state = ledger_state_folder(ledger.ledger_id)
        old_signer = None if lost else read_signer(state / LOG_KEY)
        if lost and (state / LOG_KEY).exists():
            raise UsageError(
                "key-exists",
                str(state / LOG_KEY),
                expected="no key, as it was lost",
                found="one",
                remedy="Leave out --lost, or move the file away first",
            )
        old = old_signer.verifier if old_signer else VerifierKey.parse(lost or "")
        new = next_key(state, ledger.origin, lambda: secrets.token_bytes(KEY_SIZE))
        text = rotation_text(old.text, new.verifier.text)
        command = RotateLogKey(
            old=old.text,
            key=new.verifier.text,
            proof=encode_base64(new.sign(text)),
            consent=encode_base64(old_signer.sign(text)) if old_signer else None,
            reason="lost" if lost else "exposed" if exposed else "planned",
        )
        desk.submit(command, actor=by, command_id=f"log-key-{new.verifier.key_id.hex()}")
        checkpoint = change_key(state, checkpoints_folder(place, ledger), ledger, old, old_signer, new)
    say(
        f"sealed to {checkpoint.size}, root {checkpoint.root.hex()}, by "
        + ("both keys" if old_signer else "the new key")
    )
    say(f"From now on the log signs with {new.verifier.text}")
    say("Give this key to the witnesses and to those who write policies, beside the old one")

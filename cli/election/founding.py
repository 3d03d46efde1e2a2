"""`pollbook found FILE`: makes the first officers' keys, and records the founding of a ledger, signed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.office import Chance, desk_at, opened
from cli.parse import Where, actor_value, command_from, id_value, on_the_command_line
from cli.place import Place
from cli.report import print_receipt
from cli.screen import say
from cli.seal.sealing import seal_up
from cli.seal.signer import read_officer
from cli.source import json_value, small_text
from ledger.errors import UsageError, refused
from ledger.seal.keys import KEY_SIZE, Kind, SignerKey, encode_base64
from ledger.seal.sealer import write_secret
from ledger.streams.founding import FoundLedger
from ledger.streams.key import enrolment_text

COMMAND_ID = "founding"  # there is one: the same file again records nothing


def found_ledger(
    place: Place, file: Path, actor: str, effective: str, *, chance: Chance | None = None, as_json: bool
) -> None:
    """Make the keys that are missing, and record the founding, signed.

    Raises:
        UsageError: `keys-needed`, `no-such-file`; RefusedError: `not-json`, `bad-field`, and what found-ledger raises.
    """
    if place.keys is None:
        expected, remedy = "the folder of the officers' keys", "Name it: pollbook found FILE --keys DIR"
        raise UsageError("keys-needed", "pollbook found", expected=expected, found="none", remedy=remedy)
    if actor:
        with on_the_command_line():
            actor_value(actor, "--as")
    where = Where(file.name)
    values = json_value(small_text(file), where.text)
    if not isinstance(values, dict) or not isinstance(values.get("officers"), list):
        expected, remedy = 'an object with "officers", a list', "See: pollbook found --help"
        raise refused("not-json", where.text, expected, "JSON of another kind", remedy)
    with opened(place) as ledger:
        origin, size = ledger.origin, ledger.head().size
        if size and not ledger.known_command(COMMAND_ID):  # before keys are made for nothing
            remedy = "Found a new ledger: this one stays as it began"
            raise refused("already-begun", "ledger/founding", "a ledger without an event", f"{size} events", remedy)
    if effective:
        values["effective"] = effective
    made: dict[Path, SignerKey] = {}
    values["officers"] = [
        _with_key(officer, place.keys, origin, where.field(("officers", number)), made)
        for number, officer in enumerate(values["officers"], 1)
    ]
    command = command_from(FoundLedger, values, where)
    if not isinstance(command, FoundLedger):
        raise TypeError(command)
    for path, key in made.items():
        write_secret(path, key.text + "\n")
        if not as_json:
            say(f"made the key of {key.name} in {path}")
    with desk_at(place, chance) as desk:
        receipt = desk.submit(command, actor=actor or command.officers[0].office, command_id=COMMAND_ID)
        sealed = seal_up(place, desk.ledger)
    print_receipt(receipt, sealed, as_json=as_json)
    if made and not as_json:
        say("Hand each officer their key, and keep none that is not yours:")
        say("who holds a key signs for the office.")


def _with_key(officer: Any, keys: Path, origin: str, where: str, made: dict[Path, SignerKey]) -> Any:
    """Give an officer as the command needs them: with the key in the folder, or a new one, and its proof."""
    if not isinstance(officer, Mapping) or "key" in officer or "proof" in officer or "office" not in officer:
        return officer
    office = id_value(officer["office"], where)
    path = keys / f"{office}.key"
    if path.exists():
        key = read_officer(path, office)
    else:
        key = made.setdefault(path, SignerKey(office, Kind.NOTE, secrets.token_bytes(KEY_SIZE)))
    proof = encode_base64(key.sign(enrolment_text(origin, office, 1, key.verifier.text)))
    return {**officer, "key": key.verifier.text, "proof": proof}

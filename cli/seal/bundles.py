"""Bundles at the terminal: `pollbook prove --subject ID` writes one, `pollbook check-receipt` reads it."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.office import opened, vault_of
from cli.parse import id_value, on_the_command_line
from cli.place import Place
from cli.report import counted
from cli.screen import WIDTH, say, say_json
from cli.seal.key import key_path
from cli.seal.sealing import latest_note, read_bytes
from cli.source import os_errors
from ledger.event import Event
from ledger.leaf import CANONICAL
from ledger.seal.bundle import BUNDLE_BYTES_MAX, Bundle, make_bundle, streams_of
from ledger.seal.bundle_check import Examined, Value, check_bundle, examine
from ledger.seal.checkpoint import parse_checkpoint
from ledger.seal.note import parse_note
from ledger.seal.policy import Policy, Verdict

BUNDLE = ".bundle"
SHOWN_ELSEWHERE = {"actor", "blind", "command", "recorded", "stream", "type", "version"}


def is_bundle(file: Path) -> bool:
    """Tell a bundle from a receipt of one event, by its name or by how it begins."""
    return file.suffix == BUNDLE or (file.is_file() and read_bytes(file, 1) == b"{")


def prove_subject(place: Place, subject: str, out: Path | None) -> None:
    """Write the bundle of one subject, for its owner's eyes: it holds what the vault says of the subject."""
    with on_the_command_line():
        id_value(subject, "--subject")
    out = out or Path(subject + BUNDLE)
    with opened(place) as ledger:
        note = latest_note(place, ledger)
        vault = vault_of(place, ledger) if key_path(ledger.ledger_id).is_file() else None
        try:
            bundle = make_bundle(ledger, note, subject, vault)
            recorded = sum(len(ledger.rows.stream_rows(stream)) for stream in streams_of(subject))
        finally:
            if vault is not None:
                vault.close()
    found = examine(bundle, parse_checkpoint(parse_note(note).text))  # what would not pass is not given out
    with os_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bundle.write())
    unsealed = recorded - len(found.events)
    states = [value.state for value in found.values]
    say(
        f"wrote {out}: {counted(len(found.events), 'event')} of {subject}, {states.count('disclosed')} of "
        f"{counted(len(states), 'private value')}"
    )
    if vault is None:
        say("The vault's key is not here: no private value could be added.")
    if unsealed:
        say(f"Not in it, for the checkpoint is older: {counted(unsealed, 'event')}.")
    for line in _ahead(found):
        _say_folded("", line)
    say(f"Check it with: pollbook check-receipt {out} --policy POLICY")


def check_bundle_file(file: Path, policy: Policy, *, as_json: bool) -> None:
    """Check a bundle, and print what happened, and that it is all."""
    bundle = Bundle.parse(read_bytes(file, BUNDLE_BYTES_MAX + 1))
    verdict, found = check_bundle(bundle, policy)
    if as_json:
        say_json(_as_json(bundle.subject, verdict, found))
        return
    origin, size, _ = found.checkpoint
    witnesses = ", ".join(sorted(verdict.witnesses)) or "no witness"
    _say_folded("", f"{bundle.subject} in {origin}: {size} events, cosigned by {witnesses}")
    for position, event in found.events:
        say()
        _say_event(position, event, [value for value in found.values if value.position == position])
        if position > found.as_of:
            say("  after the last recorded heads: more may follow")
    say()
    for stream, version in found.versions.items():
        said = f"{counted(version, 'event')}, all here" if version else "none, as its neighbours among the heads prove"
        _say_folded("", f"{stream} as of position {found.as_of}: {said}")
    for line in [*_ahead(found), _verdict(found)]:
        _say_folded("", line)


def _say_event(position: int, event: Event, values: list[Value]) -> None:
    _say_folded("", f"event {position}, {event.recorded}: {event.type}")
    _say_folded("  ", f"{event.stream} version {event.version}, by {event.actor}")
    told = event.model_dump(mode="json", exclude_none=True)
    private = {value.field: _told(value) for value in values}
    for name, value in told.items():
        if name in SHOWN_ELSEWHERE or (name == "effective" and value == event.recorded):
            continue
        _say_folded("  ", f"{name}: {private.get(name) or _one_line(value)}")


def _told(value: Value) -> str:
    match value.state:
        case "disclosed":
            return _one_line(value.value)
        case "erased":
            return "erased, as the record says"
    return f"withheld, digest {value.digest}"


def _one_line(value: Any) -> str:
    """Write a value so that it can do nothing to a terminal: what does not print is escaped."""
    text = value if isinstance(value, str) else json.dumps(value, **CANONICAL | {"allow_nan": True})
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def _say_folded(indent: str, text: str) -> None:
    say(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False))


def _ahead(found: Examined) -> Iterator[str]:
    """Say how much of the checkpoint came after the recorded heads; they themselves do not count."""
    if after := found.checkpoint.size - found.as_of - 2:
        yield f"Not covered by the heads: {counted(after, 'later event')} under this checkpoint."


def _verdict(found: Examined) -> str:
    withheld = sum(value.state == "withheld" for value in found.values)
    start = f"whole as of position {found.as_of}"
    if not withheld:
        return f"{start}: nothing changed, removed or withheld"
    return f"{start}: nothing changed or removed; {counted(withheld, 'private value')} withheld"


def _as_json(subject: str, verdict: Verdict, found: Examined) -> dict[str, Any]:
    return {
        "subject": subject,
        "origin": found.checkpoint.origin,
        "size": found.checkpoint.size,
        "witnesses": sorted(verdict.witnesses),
        "whole_as_of": found.as_of,
        "heads": {"position": found.heads[0], "recorded": found.heads[1]},
        "streams": found.versions,
        "events": [
            {"position": position, "covered": position <= found.as_of}
            | event.model_dump(mode="json", exclude_none=True)
            for position, event in found.events
        ],
        "values": [value._asdict() for value in found.values],
    }

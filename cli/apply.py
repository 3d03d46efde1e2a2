"""`pollbook apply FILE.jsonl`: a file of commands, carried out once however often it is given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cli.office import Place, desk_at, require_actor
from cli.parse import command_from
from cli.screen import Advance, progress, say, say_json, seal_up
from ledger.decision import Command
from ledger.desk import Desk, body_of, name_of
from ledger.errors import EvidenceError, PollbookError, RefusedError
from ledger.store import clear_errors

LINE_MAX = 8_000_000  # bytes of one line of commands
BOM = b"\xef\xbb\xbf"


class Given(NamedTuple):
    """A command as a file gives it: where it stands, how far into the file, who asks, under which id."""

    where: str
    offset: int
    command: Command
    actor: str
    command_id: str | None


@dataclass
class Summary:
    """What a file of commands came to."""

    commands: int = 0
    recorded: int = 0
    held: int = 0


def apply_file(place: Place, file: Path, actor: str, *, dry_run: bool, as_json: bool) -> None:
    """Carry out the commands of a file and say what they came to."""
    with clear_errors(file):
        size = file.stat().st_size
    carry_out(place, given_in(file, actor), size, f"applying {file.name}", dry_run=dry_run, as_json=as_json)


def carry_out(place: Place, commands: Iterable[Given], size: int, what: str, *, dry_run: bool, as_json: bool) -> None:
    """Carry out commands in order; the first refusal stops, and names where it stands."""
    with desk_at(place, dry_run=dry_run) as desk:
        summary = Summary()
        try:
            with progress(what, size) as advance:
                submit_all(desk, commands, summary, advance)
        finally:
            sealed = seal_up(desk.ledger)
        report(summary, sealed, dry_run=dry_run, as_json=as_json)


def submit_all(
    desk: Desk,
    commands: Iterable[Given],
    summary: Summary,
    advance: Advance = lambda _: None,
    members: Advance = lambda _: None,
) -> None:
    """Submit commands in order, each under an id that follows from its body and how often it came before.

    Args:
        advance: told how far into the file the work is.
        members: told how many members of batches are recorded, over all commands.
    """
    before = 0
    repeats: Counter[bytes] = Counter()
    for given in commands:
        body = desk.vault.keyed("repeat", body_of(given.command, given.actor))
        name = given.command_id or name_of(desk.vault, given.command, given.actor, repeats[body])
        repeats[body] += 1
        try:
            receipt = desk.submit(
                given.command,
                actor=given.actor,
                command_id=name,
                progress=lambda done, _total, before=before: members(before + done),  # type: ignore[misc]
            )
        except PollbookError as error:
            raise _at(error, given.where) from None
        summary.commands += 1
        summary.held += receipt.held
        summary.recorded += 0 if receipt.held else receipt.events
        before += receipt.events
        advance(given.offset)


def _at(error: PollbookError, where: str) -> PollbookError:
    kind = EvidenceError if isinstance(error, EvidenceError) else RefusedError
    return kind(error.code, f"{where}: {error.what}", expected=error.expected, found=error.found, remedy=error.remedy)


def report(summary: Summary, sealed: tuple[int, bytes] | None, *, dry_run: bool, as_json: bool) -> None:
    """Say what a file of commands came to."""
    size, root = sealed or (0, b"")
    if as_json:
        say_json(
            {
                "commands": summary.commands,
                "events": summary.recorded,
                "held": summary.held,
                "dry_run": dry_run,
                "size": size,
                "root": root.hex(),
            }
        )
        return
    did = "would record" if dry_run else "recorded"
    say(f"{summary.commands} commands: {did} {summary.recorded} events; {summary.held} commands held already")
    if sealed:
        say(f"sealed to {size}, root {root.hex()}")


def given_in(file: Path, actor: str) -> Iterator[Given]:
    """Read the commands of a file of JSON lines.

    Raises:
        RefusedError: `line-too-long`, `not-utf-8`, `not-json`, and what `command_from` raises.
    """
    offset = 0
    for number, raw in enumerate(lines_of(file), 1):
        offset += len(raw)
        where = f"{file.name} line {number}"
        text = raw.strip()
        if not text:
            continue
        values = _object(text, where)
        verb = values.pop("verb", None)
        who = values.pop("as", None) or actor
        command_id = values.pop("command_id", None)
        if not isinstance(verb, str):
            raise RefusedError(
                "missing-field",
                f"{where}, field verb",
                expected="a verb, such as call-election",
                found=repr(verb),
                remedy='Add "verb"',
            )
        yield Given(where, offset, command_from(verb, values, where), require_actor(str(who)), command_id)


def lines_of(file: Path) -> Iterator[bytes]:
    """Give the lines of a file as bytes, without a byte order mark; any line end will do."""
    with clear_errors(file), file.open("rb") as stream:
        number = 0
        while raw := stream.readline(LINE_MAX + 1):
            number += 1
            if len(raw) > LINE_MAX:
                raise RefusedError(
                    "line-too-long",
                    f"{file.name} line {number}",
                    expected=f"at most {LINE_MAX} bytes",
                    found="more",
                    remedy="Split the line into several commands",
                )
            yield raw.removeprefix(BOM) if number == 1 else raw


def decoded(raw: bytes, where: str) -> str:
    """Read a line as UTF-8 (`not-utf-8`)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(
            "not-utf-8",
            f"{where}, byte {error.start + 1}",
            expected="UTF-8",
            found=f"byte 0x{raw[error.start]:02x}",
            remedy="Save the file as UTF-8",
        ) from None


def _object(text: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(decoded(text, where), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            "not-json", where, expected="one JSON object", found=str(error)[:120], remedy="Correct the line"
        ) from None
    if not isinstance(value, dict):
        raise RefusedError(
            "not-json", where, expected="one JSON object", found=type(value).__name__, remedy="Correct the line"
        )
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)!r} twice in one object")
    return dict(pairs)

"""`pollbook apply FILE.jsonl`: a file of commands, carried out once however often it is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cli.office import Chance, desk_at
from cli.parse import Where, actor_value, command_class, command_from, id_value, on_the_command_line
from cli.place import Place
from cli.report import Summary, counted, print_summary
from cli.screen import Bar, progress
from cli.seal.sealing import seal_up
from cli.source import Read, json_value, lines_of, size_of
from cli.verbs import interrupted
from ledger.decision import Command
from ledger.desk import Desk, body_of, name_of
from ledger.errors import RefusedError


class Given(NamedTuple):
    """A command as a file gives it: where it stands, who asks, and under which id if it names one."""

    where: Where
    command: Command
    actor: str
    command_id: str | None = None


Giving = Callable[[Read], Iterator[Given]]  # reads a file of commands, telling how far


def apply_file(place: Place, file: Path, actor: str, *, dry_run: bool, as_json: bool) -> None:
    """Carry out the commands of a file and say what they came to."""
    if actor:
        with on_the_command_line():
            actor_value(actor, "--as")
    carry_out(place, partial(given_in, file, actor), file, dry_run=dry_run, as_json=as_json)


def carry_out(
    place: Place,
    giving: Giving,
    file: Path,
    *,
    chance: Chance | None = None,
    dry_run: bool = False,
    as_json: bool = False,
) -> None:
    """Carry out the commands of a file in order; the first refusal stops, and names where it stands.

    Raises:
        RefusedError: `interrupted`, `empty-file`, what reading the file raises, and what the commands raise.
    """
    size = size_of(file)
    summary = Summary()
    with desk_at(place, chance, dry_run=dry_run) as desk:
        try:
            with progress(file.name, size) as bar:
                submit_all(desk, giving(bar.by), summary, bar)
            _require_some(summary, file)
        except RefusedError as refused:
            with suppress(RefusedError):  # what stays unsealed is sealed next time; the first refusal is to be heard
                seal_up(place, desk.ledger)
            raise _with_progress(refused, summary, dry_run) from None
        except KeyboardInterrupt:
            go_on = "Give the same command again to go on"
            raise _with_progress(interrupted(file.name, go_on), summary, dry_run) from None
        sealed = seal_up(place, desk.ledger)
    print_summary(summary, sealed, dry_run=dry_run, as_json=as_json)


def submit_all(desk: Desk, commands: Iterator[Given], summary: Summary, bar: Bar) -> None:
    """Submit commands in order, each under an id that follows from its body and how often it came before."""
    repeats: Counter[bytes] = Counter()
    for given in commands:
        body = desk.vault.keyed("repeat", body_of(given.command, given.actor))
        name = given.command_id or name_of(desk.vault, given.command, given.actor, repeats[body])
        repeats[body] += 1
        try:
            receipt = desk.submit(given.command, actor=given.actor, command_id=name, progress=bar.members)
        except RefusedError as refused:
            raise given.where.error(refused) from None
        summary.add(receipt)


def _require_some(summary: Summary, file: Path) -> None:
    if not summary.commands:
        raise RefusedError(
            "empty-file", file.name, expected="something to record", found="nothing", remedy="Check the file"
        )


def _with_progress(refused: RefusedError, summary: Summary, dry_run: bool) -> RefusedError:
    """Add to a refusal what became of the commands before it."""
    if dry_run:
        before = "nothing was written, for it was a dry run"
    elif summary.commands:
        stay = "stays" if summary.commands == 1 else "stay"
        before = f"the {counted(summary.commands, 'command')} before it {stay} recorded"
    else:
        before = "no command was recorded"
    return RefusedError(
        refused.code,
        refused.what,
        expected=refused.expected,
        found=refused.found,
        remedy=f"{refused.remedy}; {before}",
        row=refused.row,
    )


def given_in(file: Path, actor: str, read: Read) -> Iterator[Given]:
    """Read the commands of a file of JSON lines.

    Args:
        actor: who asks where a line does not say.

    Raises:
        UsageError: what `lines_of` raises.
        RefusedError: `not-json`, `missing-field`, `bad-field`, `unknown-verb`, `unknown-field`, `actor-missing`.
    """
    for number, text in lines_of(file, read):
        if not text.strip():
            continue
        where = Where(f"{file.name} line {number}")
        try:
            values = json_value(text, where.text)
        except RefusedError as error:
            remedy = "Correct the JSON; each command is one object on one line"
            raise RefusedError(
                error.code, error.what, expected=error.expected, found=error.found, remedy=remedy
            ) from None
        if not isinstance(values, dict):
            raise RefusedError(
                "not-json",
                where.text,
                expected="a JSON object",
                found=f"JSON of another kind: {text.strip()[:20]!r}",
                remedy="Write each command as an object on its own line",
            )
        verb = values.pop("verb", None)
        if not isinstance(verb, str):
            raise RefusedError(
                "missing-field",
                where.field(("verb",)),
                expected="a verb, such as call-election",
                found="none" if verb is None else repr(verb),
                remedy='Add "verb"',
            )
        who = actor_value(values.pop("as", actor), where.field(("as",)))
        command_id = values.pop("command_id", None)
        if command_id is not None:
            id_value(command_id, where.field(("command_id",)))
        yield Given(where, command_from(command_class(verb, where), values, where), who, command_id)

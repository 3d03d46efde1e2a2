"""`pollbook import mark-returns FILE`: the scrutineer's marked register as one batch, and the rows rejected."""

from __future__ import annotations

from typing import Any, cast

from cli.batch_file import BatchFile
from cli.office import desk_at
from cli.papers.mark_file import CODES, MarkFile, read_mark_mapping
from cli.parse import Where, command_from
from cli.report import Sealed, counted, rows_line, say_put_right, say_sealed, tree_of
from cli.screen import progress, say, say_json, table
from cli.seal.sealing import seal_up
from ledger.decision import fold
from ledger.desk import Desk, name_of
from ledger.streams.returned import MarkReturns, MarksReconciled, MarksState, marks_stream


def import_marks(asked: BatchFile) -> None:
    """Take in a marked register, or say what would become of its rows.

    Raises:
        UsageError: `no-such-file`, ...
        RefusedError: what `read_mark_mapping`, `MarkFile` and the desk raise; `interrupted`.
    """
    who, given, command = asked.given(MarkReturns)
    read = read_mark_mapping(asked.mapping)
    with asked.opened() as stream, desk_at(asked.place, dry_run=asked.dry_run) as desk:
        marks = MarkFile(stream, asked.file.name, read)
        state, before = _take_in(desk, marks, command.contest, given, who)
        sealed = None if asked.dry_run else seal_up(asked.place, desk.ledger)
    if state.reconciled is None:
        raise AssertionError("a marked register that was carried out is reconciled")
    when = "dry" if asked.dry_run else "before" if before else "now"
    _print(state.stream, state.reconciled, sealed, when, as_json=asked.as_json)


def _take_in(desk: Desk, marks: MarkFile, contest: str, given: dict[str, Any], who: str) -> tuple[MarksState, bool]:
    """Take the file in; tell whether it had been before."""
    with progress("reading", marks.size) as bar:
        file = marks.name_of(desk.vault, contest, bar.by)
    empty = marks_stream(contest, file)
    state = fold(empty, (event for _, event in desk.ledger.stream(empty.stream)))
    if state.reconciled:
        return state, True
    with progress("sorting", marks.size) as bar:
        marks.sort(bar.by)
    command = _command({**given, "file": file, "rows": marks.total}).of(marks)
    with progress("returns", marks.total) as bar:
        name = name_of(desk.vault, command, who, 0)
        desk.submit(command, actor=who, command_id=name, progress=bar.to)
    return fold(empty, (event for _, event in desk.ledger.stream(empty.stream))), False


def _command(values: dict[str, Any]) -> MarkReturns:
    return cast(MarkReturns, command_from(MarkReturns, values, Where("--set")))


def _print(stream: str, done: MarksReconciled, sealed: Sealed | None, when: str, *, as_json: bool) -> None:
    rejected = {each.code: each.rows for each in done.rejected}
    numbers = {"marked": done.accepted, "duplicates": done.duplicates, "held": done.held}
    if as_json:
        say_json({"batch": stream, "rows": done.rows, **numbers, "rejected": rejected, "when": when, **tree_of(sealed)})
        return
    say(stream)
    if when == "before":
        say(f"added nothing: this file was taken in before, {counted(done.rows, 'row')}")
    said = [
        ("returns marked", done.accepted),
        ("further returns of one elector, held", done.duplicates),
        ("marked just so before", done.held),
        ("rejected", sum(rejected.values())),
    ]
    say("\n".join([*(f"{number:>9,} {what}" for what, number in said), rows_line(done.rows)]))
    if rejected:
        found = [(f"{number:,}", code, CODES.get(code, "")) for code, number in sorted(rejected.items())]
        say("\n" + table(("rows", "code", "what it has"), found, right=(0,)))
    if when == "dry":
        say("This was a dry run: nothing was written")
    elif rejected:
        say_put_right(stream)
    say_sealed(sealed)

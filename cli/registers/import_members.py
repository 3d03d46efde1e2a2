"""`pollbook import register-members FILE --mapping MAP`: a register as one batch, and the rows that were rejected.

Files of applications are taken in the same way: `Sort` is what differs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from cli.batch_file import BatchFile
from cli.office import desk_at, opened, system_clock, vault_of
from cli.parse import Where, command_from
from cli.place import Place
from cli.privacy.access import opening
from cli.registers.member_file import MemberFile, Read
from cli.registers.member_mapping import Mapping_, Places, read_mapping
from cli.registers.member_rows import CODES, RowReader
from cli.report import Sealed, counted, rows_line, say_put_right, say_sealed, tree_of
from cli.screen import progress, say, say_json, table
from cli.seal.sealing import seal_up
from cli.source import os_errors
from ledger.batches.intake import Row, Tally
from ledger.batches.intake_sort import preview
from ledger.decision import fold
from ledger.desk import name_of
from ledger.errors import RefusedError
from ledger.privacy.member_vault import RejectedRow
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.streams.freezes import freezes_stream
from ledger.streams.member import Given, IntakeState, RegisterMembers, intake_stream, judge_of

Judge = Callable[[Row], str]


@dataclass(frozen=True)
class Sort:
    """What sort of register a file is.

    Attributes:
        command: that takes it in; `register` gives the register's id by it.
        mapping: class of its mapping file; `reader` reads a row by it.
        totals: file -> fields of the command that are read from it.
        done: what becomes of a row that is accepted.
        judge: ledger, command -> what says why a row is rejected where that takes more than the row.
    """

    command: type[Given]
    register: Callable[[Any], str]
    mapping: type[Mapping_] = Mapping_
    reader: Callable[[Any, Places], RowReader] = RowReader
    rows: str = "members"
    done: str = "registered"
    judge: Callable[[Record, Any], Judge] | None = None
    totals: Callable[[MemberFile, Read], dict[str, Any]] = lambda _, __: {}


MEMBERS = Sort(
    RegisterMembers,
    lambda command: command.register_id,
    totals=MemberFile.totals,
    judge=lambda _, command: judge_of(command, system_clock()),
)


def import_members(sort: Sort, asked: BatchFile) -> None:
    """Take in a register, or say what would become of its rows.

    Raises:
        UsageError: `no-mapping`, `no-such-file`, ...
        RefusedError: what `read_mapping`, `MemberFile` and the desk raise; `interrupted`.
    """
    who, given, command = asked.given(sort.command)
    read = read_mapping(asked.require_mapping(), sort.mapping)
    with asked.opened() as stream:
        register = Register(stream, asked.file.name, sort, sort.register(command), read)
        if asked.dry_run:
            _look_through(asked.place, register, command, as_json=asked.as_json)
        else:
            _take_in(asked.place, register, given, who, as_json=asked.as_json)


class Register:
    """A file of a register, and how it is read."""

    def __init__(self, stream: BufferedReader, name: str, sort: Sort, register: str, mapping: Mapping_) -> None:
        self._stream = stream
        self._mapping = mapping
        self.kind = sort
        self.name = name
        self.id = register

    def named(self, vault: Vault, record: Record) -> tuple[MemberFile, IntakeState]:
        """Give the file by its keyed digest, and the intake of it as it stands."""
        members = MemberFile(self._stream, self.name, self.id, self._mapping, vault, self.kind.reader)
        with progress(f"reading {self.name}", members.size) as bar:
            state = intake_stream(self.id, members.name_of(bar.by))
        return members, fold(state, (event for _, event in record.stream(state.stream)))

    def sort(self, members: MemberFile) -> None:
        """Sort the rows."""
        with progress(f"sorting {self.name}", members.size) as bar:
            members.sort(bar.by)

    def totals(self, members: MemberFile) -> dict[str, Any]:
        """Give what of the command is read from the file."""
        with progress(f"adding up {self.name}", members.size) as bar:
            return self.kind.totals(members, bar.by)


def _take_in(place: Place, register: Register, given: dict[str, Any], who: str, *, as_json: bool) -> None:
    with desk_at(place) as desk:
        members, state = register.named(desk.vault, desk.ledger)
        before = state.reconciled
        if not before:
            register.sort(members)
            file = state.stream.rpartition("/")[2]
            totals = register.totals(members)
            command = _command(register.kind, {**given, "file": file, "rows": members.total, **totals}).of(members)
            try:
                with progress(register.kind.rows, members.total) as bar:
                    name = name_of(desk.vault, command, who, 0)
                    desk.submit(command, actor=who, command_id=name, progress=bar.to)
            finally:
                sealed = seal_up(place, desk.ledger)
            state = fold(state, (event for _, event in desk.ledger.stream(state.stream)[state.version :]))
        else:
            sealed = seal_up(place, desk.ledger)
    done = state.reconciled
    if done is None:
        raise AssertionError("an intake that was carried out is reconciled")
    tally = Tally(done.accepted, done.held, {each.code: each.rows for each in done.rejected}, done.amended or 0)
    _print(state.stream, tally, sealed, "before" if before else "now", register.kind, as_json=as_json)


def _look_through(place: Place, register: Register, command: Given, *, as_json: bool) -> None:
    """Say what would become of the rows; nothing is written."""
    with opened(place) as ledger:
        vault = vault_of(place, ledger)
        try:
            members, state = register.named(vault, ledger)
            register.sort(members)
            judge = register.kind.judge(ledger, command) if register.kind.judge else None
            with progress(register.kind.rows, members.total) as bar:
                freezes = freezes_stream()
                dated = (
                    fold(freezes, (event for _, event in ledger.stream(freezes.stream))).moment,
                    command.effective or system_clock(),
                )
                tally = preview(ledger, vault, members, state.stream, bar.to, judge, dated)
        finally:
            vault.close()
    _print(state.stream, tally, None, "dry", register.kind, as_json=as_json)


def _command(sort: Sort, values: dict[str, Any]) -> Given:
    return cast(Given, command_from(sort.command, values, Where("--set")))


def _print(stream: str, tally: Tally, sealed: Sealed | None, when: str, sort: Sort, *, as_json: bool) -> None:
    rejected = sum(tally.rejected.values())
    rows = tally.accepted + tally.amended + tally.held + rejected
    if as_json:
        done = {"batch": stream, "rows": rows, "accepted": tally.accepted, "held": tally.held}
        done |= {"amended": tally.amended} if sort is MEMBERS else {}
        say_json({**done, "rejected": dict(sorted(tally.rejected.items())), "when": when, **tree_of(sealed)})
        return
    say(stream)
    if when == "before":
        say(f"added nothing: this file was taken in before, {counted(rows, 'row')}")
    says = "would be " if when == "dry" else ""
    said = [(sort.done, tally.accepted), ("held already", tally.held), ("rejected", rejected)]
    said[1:1] = [("amended", tally.amended)] if tally.amended else []
    say("\n".join([*(f"{number:>9,} {says}{what}" for what, number in said), rows_line(rows)]))
    if tally.rejected:
        found = [(f"{number:,}", code, CODES.get(code, "")) for code, number in sorted(tally.rejected.items())]
        say("\n" + table(("rows", "code", "what it has"), found, right=(0,)))
    if when == "dry":
        say("This was a dry run: nothing was written")
    elif rejected:
        say_put_right(stream)
    say_sealed(sealed)


def write_rejected(place: Place, batch: str, out: Path | None, purpose: str, actor: str) -> None:
    """Write the rows that were rejected in a batch as CSV, each with its line and why before it.

    Raises:
        UsageError: `purpose-required`.
        RefusedError: `unknown-batch`.
    """
    with opening(place, "rejected", purpose, actor) as opened:
        members = opened.desk.vault.members
        head = members.head(batch)
        rows = [_line(row) for row in members.rejected(batch)]
        if not head:
            remedy = "pollbook import names it; see pollbook events --type batch-received.v1"
            expected = "a batch that was taken in"
            raise RefusedError("unknown-batch", batch, expected=expected, found="none", remedy=remedy)
        opened.log(len(rows))
    lines = b"".join([b"line,code," + _ended(head), *rows])
    if out is None:
        sys.stdout.buffer.write(lines)
        return
    with os_errors(out):
        out.write_bytes(lines)
    say(f"wrote {out}: {counted(len(rows), 'row')}; who is in it can be told from it, so keep it safe")


def _line(row: RejectedRow) -> bytes:
    return f"{row.line},{row.code},".encode("ascii") + _ended(row.raw)


def _ended(raw: bytes) -> bytes:
    return raw if raw.endswith((b"\n", b"\r")) else raw + b"\n"

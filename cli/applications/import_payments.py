"""`pollbook import payments FILE --mapping MAP`: a bank's file of payments as one batch, matched to applications."""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedReader
from typing import Any, NamedTuple, cast

from cli.applications.payment_rows import PaymentMapping, reader_of
from cli.batch_file import BatchFile
from cli.office import desk_at, opened, system_clock, vault_of
from cli.parse import Where, command_from
from cli.place import Place
from cli.registers.member_file import MemberFile
from cli.registers.member_mapping import Mapping_, read_mapping
from cli.registers.member_rows import CODES
from cli.report import Sealed, counted, say_put_right, say_sealed, tree_of
from cli.screen import progress, say, say_json, table
from cli.seal.sealing import seal_up
from ledger.batches.paying import ACCEPTED, HELD, Kind, Sums
from ledger.batches.payment_run import look_through
from ledger.decision import fold
from ledger.desk import name_of
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.streams.applications import register_of
from ledger.streams.payments import PaymentsFile, ReceivePayments, payments_stream


class Line(NamedTuple):
    """A line of the sums: what became of rows of a kind, how many, and what they come to."""

    fate: str
    kind: Kind | None
    currency: str | None
    rows: int
    amount: int


def import_payments(asked: BatchFile) -> None:
    """Take in a file of payments, or say what would become of its rows.

    Raises:
        UsageError: `no-mapping`, `no-such-file`, ...
        RefusedError: what `read_mapping`, `MemberFile` and the desk raise; `interrupted`.
    """
    who, given, command = asked.given(ReceivePayments)
    read = read_mapping(asked.require_mapping(), PaymentMapping)
    with asked.opened() as stream:
        if asked.dry_run:
            _look_through(asked.place, stream, asked.file.name, command.election, read, as_json=asked.as_json)
        else:
            _take_in(asked.place, stream, asked.file.name, given, read, who, as_json=asked.as_json)


def named(
    stream: BufferedReader, name: str, election: str, mapping: Mapping_, vault: Vault, record: Record
) -> tuple[MemberFile, PaymentsFile]:
    """Give the file by its keyed digest, and the batch of it as it stands."""
    file = MemberFile(stream, name, register_of(election), mapping, vault, reader_of(vault))
    with progress(f"reading {name}", file.size) as bar:
        state = payments_stream(election, file.name_of(bar.by))
    return file, fold(state, (event for _, event in record.stream(state.stream)))


def _take_in(
    place: Place,
    stream: BufferedReader,
    name: str,
    given: dict[str, Any],
    mapping: Mapping_,
    who: str,
    *,
    as_json: bool,
) -> None:
    with desk_at(place) as desk:
        file, state = named(stream, name, given["election"], mapping, desk.vault, desk.ledger)
        before = state.reconciled is not None
        try:
            if not before:
                with progress(f"sorting {name}", file.size) as bar:
                    file.sort(bar.by)
                digest = state.stream.rpartition("/")[2]
                command = _command({**given, "file": digest, "rows": file.total}).of(file)
                with progress("payments", file.total) as bar:
                    command_id = name_of(desk.vault, command, who, 0)
                    desk.submit(command, actor=who, command_id=command_id, progress=bar.to)
        finally:
            sealed = seal_up(place, desk.ledger)
        state = fold(state, (event for _, event in desk.ledger.stream(state.stream)[state.version :]))
    done = state.reconciled
    if done is None:
        raise AssertionError("a file that was carried out is reconciled")
    lines = [Line(each.fate, each.kind, each.currency, each.rows, each.amount) for each in done.sums]
    _print(state.stream, lines, sealed, "before" if before else "now", as_json=as_json)


def _look_through(
    place: Place, stream: BufferedReader, name: str, election: str, mapping: Mapping_, *, as_json: bool
) -> None:
    """Say what would become of the rows; nothing is written."""
    with opened(place) as ledger:
        vault = vault_of(place, ledger)
        try:
            file, state = named(stream, name, election, mapping, vault, ledger)
            with progress(f"sorting {name}", file.size) as bar:
                file.sort(bar.by)
            with progress("payments", file.total) as bar:
                sums = look_through(ledger, file, state.stream, system_clock(), bar.to)
        finally:
            vault.close()
    _print(state.stream, _lines(sums), None, "dry", as_json=as_json)


def _lines(sums: Sums) -> list[Line]:
    ordered = sorted(sums.items(), key=lambda each: tuple(part or "" for part in each[0]))
    return [Line(*fate, found.rows, found.amount) for fate, found in ordered]


def _command(values: dict[str, Any]) -> ReceivePayments:
    return cast(ReceivePayments, command_from(ReceivePayments, values, Where("--set")))


def _print(stream: str, lines: Sequence[Line], sealed: Sealed | None, when: str, *, as_json: bool) -> None:
    rows = sum(line.rows for line in lines)
    if as_json:
        sums = [{name: part for name, part in line._asdict().items() if part is not None} for line in lines]
        say_json({"batch": stream, "rows": rows, "sums": sums, "when": when, **tree_of(sealed)})
        return
    say(stream)
    if when == "before":
        say(f"added nothing: this file was taken in before, {counted(rows, 'row')}")
    heads = ("rows", "what became of them", "kind", "currency", "smallest unit")
    found = [(f"{n:,}", fate, kind or "-", currency or "-", f"{sum_:,}") for fate, kind, currency, n, sum_ in lines]
    say(table(heads, [*found, (f"{rows:,}", "rows", "", "", "")], right=(0, 4)))
    rejected = sorted({line.fate for line in lines} - {ACCEPTED, HELD})
    if rejected:
        say("\n" + table(("code", "what it has"), [(code, CODES.get(code, "")) for code in rejected]))
    if when == "dry":
        say("This was a dry run: nothing was written")
    elif rejected:
        say_put_right(stream)
    say_sealed(sealed)

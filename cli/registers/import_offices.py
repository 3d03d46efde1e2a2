"""`pollbook import hold-office FILE --mapping MAP`: offices by the file and the mapping of a register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cli.apply import Given, carry_out
from cli.csv_rows import rows_of
from cli.import_csv import constants_of, filled
from cli.office import opened, vault_of
from cli.parse import Where, actor_value, command_from, id_value, on_the_command_line
from cli.place import Place
from cli.registers.member_mapping import Mapping_, places_in, places_of, read_mapping
from cli.registers.member_rows import CODES, RejectError, RowReader
from cli.source import Read
from ledger.errors import RefusedError, UsageError, refused
from ledger.streams.membership_change import HoldOffice

REGISTER = "register_id"


def import_offices(
    place: Place,
    file: Path,
    mapping: Path,
    settings: Sequence[str],
    actor: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Record for each row of a register the office that it names: whose it is follows from the mapping's key.

    Raises:
        UsageError: `missing-field`: no register named; and what the settings raise.
        RefusedError: `bad-mapping`, what reading a row raises, and what the desk raises.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
        named = [each.partition("=")[2] for each in settings if each.partition("=")[0] == REGISTER]
        if not named:
            remedy = f"Give it: --set {REGISTER}=ID"
            raise UsageError("missing-field", "--set", expected="the register of the file", found="none", remedy=remedy)
        register = id_value(named[0], f"--set {REGISTER}")
        constants = constants_of(HoldOffice, [each for each in settings if each.partition("=")[0] != REGISTER])
    read_so = read_mapping(mapping)
    if read_so.encoding != "utf-8":
        raise refused(
            "bad-mapping", mapping.name, "a file in utf-8, to read offices from", read_so.encoding, "Save it so"
        )
    given = partial(_commands, place, file, read_so, register, filled(constants), who)
    carry_out(place, given, file, dry_run=dry_run, as_json=as_json)


def _commands(
    place: Place, file: Path, mapping: Mapping_, register: str, constants: dict[str, Any], actor: str, read: Read
) -> Iterator[Given]:
    rows = rows_of(file, read)
    _, heads = next(rows, (1, []))
    places = places_in(mapping, heads, f"{file.name} line 1")
    columns: dict[str, int] = {name: places_of((column,), places)[0] for name, column in mapping.office.items()}
    reader = RowReader(mapping, places)
    with opened(place) as ledger:
        vault = vault_of(place, ledger)
        try:
            key_of = partial(vault.row_key, register)
            for line, cells in rows:
                where = Where(f"{file.name} line {line}")
                values = _said(reader, columns, cells, where)
                if values is not None:
                    told = reader.key_of(cells)
                    if not told:
                        raise _rejected("no-key", where)
                    body = {**constants, **values, "person": key_of(told)}
                    yield Given(where, command_from(HoldOffice, body, where), actor)
        finally:
            vault.close()


def _said(reader: RowReader, columns: dict[str, int], cells: list[str], where: Where) -> dict[str, Any] | None:
    """Give what a row says of an office; None where it has a column for the office or its day, and nothing in it."""
    values: dict[str, Any] = {}
    for name, column in columns.items():
        cell = cells[column].strip()
        if not cell and name in ("office", "on"):
            return None
        try:
            said = reader.day(cell) if name == "on" else cell if name == "source" else reader.said(name, cell)
        except RejectError as reject:
            raise _rejected(str(reject), Where(where.field((name,)))) from None
        if said:
            values[name] = said
    return values


def _rejected(code: str, where: Where) -> RefusedError:
    return refused(code, where.text, "what can be read", CODES[code], "Correct the row, or the mapping")

"""`pollbook import VERB FILE.csv`: rows as commands, or, for a verb that takes a list, as that list."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cli.apply import Given, carry_out, decoded, lines_of
from cli.office import Place, require_actor
from cli.parse import command_class, command_from, inner_type, word_value
from ledger.decision import Command
from ledger.errors import RefusedError, nearest
from ledger.store import clear_errors

CELL_MAX = 100_000  # characters of one cell


class Listed(NamedTuple):
    """A field of a command that takes a list of records, one for each row: its name and their fields."""

    name: str
    fields: dict[str, FieldInfo]


def import_file(
    place: Place, verb: str, file: Path, settings: list[str], actor: str, *, dry_run: bool, as_json: bool
) -> None:
    """Record the rows of a CSV file."""
    kind = command_class(verb, "import")
    constants = _constants(kind, settings)
    with clear_errors(file):
        size = file.stat().st_size
    commands = _commands(verb, kind, file, constants, require_actor(actor), size)
    carry_out(place, commands, size, f"importing {file.name}", dry_run=dry_run, as_json=as_json)


def _commands(
    verb: str, kind: type[Command], file: Path, constants: dict[str, Any], actor: str, size: int
) -> Iterator[Given]:
    listed = _listed(kind)
    rows = _rows(file)
    _, heads = next(rows, (1, []))
    if listed:
        values = constants | {listed.name: _list(file, listed, heads, rows)}
        yield Given(file.name, size, command_from(verb, values, file.name), actor, None)
        return
    _check_heads(file, heads, kind.model_fields)
    for number, cells in rows:
        where = f"{file.name} line {number}"
        row = dict(constants)
        for head, cell in zip(heads, cells, strict=True):
            if cell:
                _put(row, head, word_value(_field(kind, head), cell, f"{where}, field {head}"))
        yield Given(where, size, command_from(verb, row, where), actor, None)


def _listed(kind: type[Command]) -> Listed | None:
    """Find the one field that takes a list of records."""
    for name, field in kind.model_fields.items():
        annotation = inner_type(field)
        if get_origin(annotation) is tuple and name in ("papers", "figures"):
            record = get_args(annotation)[0]
            if isinstance(record, type) and issubclass(record, BaseModel):
                return Listed(name, dict(record.model_fields))
    return None


def _list(file: Path, listed: Listed, heads: list[str], rows: Iterator[tuple[int, list[str]]]) -> list[dict[str, Any]]:
    """Read rows into records; rows that are alike become one where the record has a count."""
    _check_heads(file, heads, listed.fields)
    counted = "count" in listed.fields and "count" not in heads
    alike: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], int] = {}
    records = []
    for number, cells in rows:
        key = tuple(cells)
        if counted:
            alike[key] += 1
            first.setdefault(key, number)
        else:
            records.append(_record(file, listed, heads, number, key))
    for key, count in alike.items():
        records.append(_record(file, listed, heads, first[key], key) | {"count": count})
    return records


def _record(file: Path, listed: Listed, heads: list[str], number: int, cells: tuple[str, ...]) -> dict[str, Any]:
    where = f"{file.name} line {number}"
    return {
        head: word_value(listed.fields[head], cell, f"{where}, field {head}")
        for head, cell in zip(heads, cells, strict=True)
        if cell or head == "marks"
    }


def _constants(kind: type[Command], settings: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise RefusedError(
                "bad-field", "--set", expected="FIELD=VALUE", found=repr(setting), remedy="Correct the option"
            )
        _put(values, name, word_value(_field(kind, name), text, f"--set {name}"))
    return values


def _field(kind: type[Command], head: str) -> FieldInfo:
    """Find the field that a column names; `identity.name` is the field `name` inside `identity`."""
    fields = kind.model_fields
    name, *inner = head.replace("-", "_").split(".")
    if name not in fields:
        raise RefusedError(
            "unknown-field",
            f"column {head}",
            expected="a field of the command",
            found=f"{head}{nearest(name, fields)}",
            remedy="Correct the column's name",
        )
    for part in inner:
        annotation = inner_type(fields[name])
        fields = annotation.model_fields if hasattr(annotation, "model_fields") else {}
        name = part
        if name not in fields:
            raise RefusedError(
                "unknown-field",
                f"column {head}",
                expected="a field of the command",
                found=f"{head}{nearest(name, fields)}",
                remedy="Correct the column's name",
            )
    return fields[name]


def _put(values: dict[str, Any], head: str, value: Any) -> None:
    *outer, name = head.replace("-", "_").split(".")
    for part in outer:
        values = values.setdefault(part, {})
    values[name] = value


def _check_heads(file: Path, heads: list[str], fields: dict[str, FieldInfo]) -> None:
    for head in heads:
        if head.split(".")[0].replace("-", "_") not in fields:
            raise RefusedError(
                "unknown-field",
                f"{file.name} line 1, column {head!r}",
                expected=", ".join(sorted(fields)),
                found=f"{head!r}{nearest(head, fields)}",
                remedy="Correct the column's name",
            )
    if len(set(heads)) != len(heads) or not heads:
        raise RefusedError(
            "bad-header",
            f"{file.name} line 1",
            expected="a first row that names each field once",
            found=", ".join(heads) or "nothing",
            remedy="Correct the first row",
        )


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Read a CSV file strictly: the first row, then rows of as many cells, each with its line number."""
    csv.field_size_limit(CELL_MAX)
    width = 0
    reader = csv.reader(_text(file), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RefusedError(
                "not-csv",
                f"{file.name} line {reader.line_num}",
                expected="well-formed CSV",
                found=str(error),
                remedy="Correct the quotes, or save the file as CSV again",
            ) from None
        if not cells:
            continue
        width = width or len(cells)
        if len(cells) != width:
            raise RefusedError(
                "wrong-columns",
                f"{file.name} line {reader.line_num}",
                expected=f"{width} cells, as in the first row",
                found=len(cells),
                remedy="Correct the row",
            )
        yield reader.line_num, cells


def _text(file: Path) -> Iterator[str]:
    for number, raw in enumerate(lines_of(file), 1):
        where = f"{file.name} line {number}"
        text = decoded(raw, where)
        if "\0" in text:
            raise RefusedError("not-csv", where, expected="text", found="a NUL", remedy="Save the file as CSV again")
        yield text

"""`pollbook import VERB FILE.csv`: rows as commands, or, for a verb that takes a list, as that list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from cli.apply import Given, carry_out
from cli.csv_rows import rows_of
from cli.parse import Where, actor_value, command_class, command_from, on_the_command_line, word_value
from cli.place import Place
from cli.source import Read
from cli.wording import expectation, is_list, is_record, kind_of, member_of
from ledger.decision import Command
from ledger.errors import RefusedError, nearest
from projections.formats.forms import guessed

LISTED = ("papers", "figures")  # fields that rows are the records of

Way = tuple[str, ...]  # names of fields, from the outermost in


class Column(NamedTuple):
    """A column or a setting: the way to the field that it fills."""

    path: Way
    field: FieldInfo


class Listed(NamedTuple):
    """The field of a command that takes a list of records, one for each row."""

    name: str
    fields: dict[str, FieldInfo]


def import_file(
    place: Place, verb: str, file: Path, settings: Sequence[str], actor: str, *, dry_run: bool, as_json: bool
) -> None:
    """Record the rows of a CSV file."""
    with on_the_command_line():
        kind = command_class(verb, Where("pollbook import"))
        constants = constants_of(kind, settings)
        actor_value(actor, "--as")
    giving = partial(commands_in, kind, file, constants, actor)
    carry_out(place, giving, file, dry_run=dry_run, as_json=as_json)


def commands_in(
    kind: type[Command], file: Path, constants: Mapping[Way, Any], actor: str, read: Read
) -> Iterator[Given]:
    """Read the commands of a CSV file: one for each row, or one for all rows of a list."""
    rows = rows_of(file, read)
    try:
        heads = next(rows, (1, []))[1]
    except RefusedError:
        _require_plain_csv(kind, file.name, ())
        raise
    _require_plain_csv(kind, file.name, heads)
    listed = _listed(kind)
    head = Where(f"{file.name} line 1")
    if listed:
        _require_new((listed.name,), constants, head)
        columns = _columns(heads, listed.fields, {}, head)
        records, lines = _records(file, columns, rows, counting="count" in listed.fields)
        where = Where(file.name, listed.name, lines)
        if records:
            values = filled(constants) | {listed.name: records}
            yield Given(where, command_from(kind, values, where), actor)
        return
    columns = _columns(heads, kind.model_fields, constants, head)
    for line, cells in rows:
        where = Where(f"{file.name} line {line}")
        values = filled({**constants, **_values(columns, cells, where)})
        yield Given(where, command_from(kind, values, where), actor)


def _require_plain_csv(kind: type[Command], file: str, first: Sequence[str]) -> None:
    """Refuse papers given without a format whose first line is no row of fields, but looks like a format's.

    Raises:
        RefusedError: `format-not-said`.
    """
    plain = "papers" not in kind.model_fields or "marks" in [cell.strip() for cell in first]
    forms = () if plain else guessed(file, first)
    if forms:
        raise RefusedError(
            "format-not-said",
            f"{file} line 1",
            expected="the columns count and marks, or marks alone",
            found=f"what looks like {' or '.join(forms)}",
            remedy="Say the format: " + " or ".join(f"--format {form}" for form in forms),
        )


def _listed(kind: type[Command]) -> Listed | None:
    """Find the one field that takes a list of records."""
    for name in LISTED:
        field = kind.model_fields.get(name)
        if field and is_list(kind_of(field)) and is_record(member_of(kind_of(field))):
            return Listed(name, dict(member_of(kind_of(field)).type.model_fields))
    return None


def _records(
    file: Path, columns: Sequence[Column], rows: Iterator[tuple[int, list[str]]], *, counting: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """Read rows into records, each with its line; where records have a count, rows that are alike are one."""
    counting = counting and ("count",) not in [column.path for column in columns]
    records: list[dict[str, Any]] = []
    lines: list[int] = []
    places: dict[tuple[str, ...], int] = {}
    for line, cells in rows:
        key = tuple(cells)
        if counting and key in places:
            records[places[key]]["count"] += 1
            continue
        record = filled(_values(columns, cells, Where(f"{file.name} line {line}")))
        if counting:
            places[key] = len(records)
            record["count"] = 1
        records.append(record)
        lines.append(line)
    return records, lines


def _values(columns: Sequence[Column], cells: Sequence[str], where: Where) -> dict[Way, Any]:
    """Read the cells of a row; an empty one leaves its field out, save the marks of a blank paper."""
    return {
        path: word_value(field, cell, where.field(path))
        for (path, field), cell in zip(columns, cells, strict=True)
        if cell or path == ("marks",)
    }


def filled(values: Mapping[Way, Any]) -> dict[str, Any]:
    """Make an object of values and the ways to them."""
    made: dict[str, Any] = {}
    for (*outer, name), value in values.items():
        inner = made
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[name] = value
    return made


def constants_of(kind: type[Command], settings: Sequence[str]) -> dict[Way, Any]:
    """Read the settings that hold for every row.

    Raises:
        RefusedError: `bad-field`, `unknown-field`, `named-twice`.
    """
    values: dict[Way, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise RefusedError(
                "bad-field", "--set", expected="FIELD=VALUE", found=repr(setting), remedy="Correct the option"
            )
        path, field = _column(name, kind.model_fields, Where(f"--set {name}"))
        _require_new(path, values, Where(f"--set {name}"))
        values[path] = word_value(field, text, f"--set {name}")
    return values


def _columns(
    heads: Sequence[str], fields: Mapping[str, FieldInfo], constants: Mapping[Way, Any], where: Where
) -> list[Column]:
    """Find the field of each column, and see that none that must be there is missing.

    Raises:
        RefusedError: `unknown-field`, `named-twice`, `missing-field`.
    """
    named = dict(constants)
    columns = []
    for head in heads:
        column = _column(head.strip(), fields, where)
        _require_new(column.path, named, where)
        named[column.path] = None
        columns.append(column)
    present = {path[0] for path in named}
    for name, field in fields.items():
        if heads and field.is_required() and name not in present and name != "count":
            raise RefusedError(
                "missing-field",
                where.field((name,)),
                expected=f"a column of this name: {expectation(kind_of(field))}",
                found=", ".join(heads),
                remedy="Add the column",
            )
    return columns


def _column(head: str, fields: Mapping[str, FieldInfo], where: Where) -> Column:
    """Find the field that a column names; `identity.name` is the field `name` inside `identity`."""
    path: Way = tuple(head.replace("-", "_").split("."))
    for depth, name in enumerate(path, 1):
        if name not in fields:
            separators = [sign for sign in (";", "\t") if sign in head]
            raise RefusedError(
                "unknown-field",
                f"{where.text}, column {head!r}",
                expected="one of " + ", ".join(sorted(fields)) if fields else f"a field without parts before {name!r}",
                found=f"columns set apart by {separators[0]!r}" if separators else f"{name!r}{nearest(name, fields)}",
                remedy="Save the file with commas" if separators else "Correct the column's name",
            )
        field = fields[name]
        kind = kind_of(field)
        fields = kind.type.model_fields if depth < len(path) and is_record(kind) else {}
    return Column(path, field)


def _require_new(path: Way, named: Mapping[Way, Any], where: Where) -> None:
    """Refuse to fill a field, or a part of it, from two places (`named-twice`)."""
    for other in named:
        shorter = min(len(path), len(other))
        if path[:shorter] == other[:shorter]:
            raise RefusedError(
                "named-twice",
                where.field(path),
                expected="one column, or one --set, for a field",
                found=f"{'.'.join(other)} and {'.'.join(path)}",
                remedy="Leave one out",
            )

"""From words to commands: flags, JSON lines and CSV rows all become the same pydantic models here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

import ledger.streams  # noqa: F401  # fills the table of decisions
from cli.source import json_value
from cli.wording import (
    FINDS,
    HASHES,
    Kind,
    expectation,
    is_key,
    is_list,
    is_record,
    is_words,
    kind_of,
    listed,
    member_of,
    tag_of,
    variants,
)
from ledger.decision import DECISIONS, Command
from ledger.errors import RefusedError, UsageError, nearest
from ledger.field import Id

HIDDEN = frozenset({"confirm-erasure", "record-stream-heads", "rotate-log-key"})  # the desk gives these itself
FOUND_MAX = 60  # characters shown of a wrong value
ID = TypeAdapter(Id)
TRUTH = {"true": True, "yes": True, "false": False, "no": False}

Loc = tuple[int | str, ...]  # the way to a value inside a command, as pydantic gives it


@dataclass(frozen=True, slots=True)
class Where:
    """Where a command was given: in a file, at a line of it, or on the command line.

    `lines` are the lines of the file on which the records of the field `listed` stand.
    """

    text: str
    listed: str = ""
    lines: Sequence[int] = ()

    def field(self, loc: Loc) -> str:
        """Name the place of a field."""
        if self.lines and len(loc) > 1 and loc[0] == self.listed and isinstance(loc[1], int):
            return Where(f"{self.text} line {self.lines[loc[1]]}").field(loc[2:])
        path = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
        return f"{self.text}, field {path}" if path else self.text

    def error(self, error: RefusedError) -> RefusedError:
        """Put before a refusal where the command stands; its row becomes a line where that is known."""
        place, row = self.text, error.row
        if row is not None and self.lines:
            place, row = f"{self.text} line {self.lines[row - 1]}", None
        return RefusedError(
            error.code,
            f"{place}: {error.what}",
            expected=error.expected,
            found=error.found,
            remedy=error.remedy,
            row=row,
        )


@contextmanager
def on_the_command_line() -> Iterator[None]:
    """Turn refusals of words into errors of usage: they stand on the command line, not in a file."""
    try:
        yield
    except RefusedError as error:
        raise UsageError(
            error.code, error.what, expected=error.expected, found=error.found, remedy=error.remedy
        ) from None


def verbs() -> dict[str, type[Command]]:
    """Give every verb that may be recorded, with its command."""
    return {verb: entry.command for verb, entry in DECISIONS.items() if verb not in HIDDEN}


def command_class(verb: str, where: Where) -> type[Command]:
    """Find the command of a verb.

    Raises:
        RefusedError: `unknown-verb`, with the nearest.
    """
    known = verbs()
    if verb not in known:
        raise RefusedError(
            "unknown-verb",
            where.text,
            expected="a verb of: pollbook record --help",
            found=f"{verb!r}{nearest(verb, known)}",
            remedy="Correct the verb",
        )
    return known[verb]


def command_from(kind: type[Command], values: Mapping[str, Any], where: Where) -> Command:
    """Make a command from plain values, none of which is coerced.

    Raises:
        RefusedError: `unknown-field`, `missing-field`, `bad-field`; the first one found.
    """
    try:
        return kind.model_validate_json(json.dumps(values, ensure_ascii=False), strict=True)
    except ValidationError as error:
        raise bad_field(kind, error, where) from None
    except (UnicodeEncodeError, RecursionError):
        raise RefusedError(
            "bad-field",
            where.text,
            expected="text in Unicode, and not too many brackets inside each other",
            found="half a character or too many brackets",
            remedy="Correct the values",
        ) from None


def bad_field(kind: type[BaseModel], error: ValidationError, where: Where) -> RefusedError:
    """Say which field is wrong, what was expected, what was found, and the nearest right word."""
    errors = error.errors(include_url=False)
    # A misspelt field is also missing under its right name; the misspelling says more.
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    loc: Loc = first["loc"]
    way, wanted, _ = _walk(kind, loc)
    place = where.field(way)
    if first["type"] in ("union_tag_not_found", "union_tag_invalid"):
        return _bad_version(kind, first, loc, where)
    if first["type"] == "extra_forbidden":
        fields = _fields_at(kind, loc[:-1])
        return RefusedError(
            "unknown-field",
            place,
            expected="one of " + ", ".join(fields),
            found=f"{loc[-1]}{nearest(str(loc[-1]), fields)}",
            remedy="Correct the field's name, or leave it out",
        )
    expected = expectation(wanted) if wanted else "another value"
    if first["type"] == "missing":
        return RefusedError("missing-field", place, expected=expected, found="none", remedy="Add the field")
    found = _shown(first["input"])
    if first["type"] == "literal_error":
        found += nearest(str(first["input"]), expected.split(" or "))
    if first["type"] == "value_error" and wanted and is_record(wanted):  # each field is fit, and they do not agree
        return RefusedError(
            "bad-field",
            place,
            expected="fields that fit together",
            found=str(first["ctx"]["error"]),
            remedy="Correct them",
        )
    if first["type"] == "value_error":
        found += f" ({first['ctx']['error']})"
    name = str(way[-1]) if way else ""
    remedy = f"See what there is with: {HASHES[name]}" if name in HASHES else "Correct the value"
    if wanted and is_key(wanted):
        remedy = f"Find it with: {FINDS.get(name, 'pollbook find, or pollbook application-key')}"
    return RefusedError("bad-field", place, expected=expected, found=found, remedy=remedy)


def _bad_version(kind: type[BaseModel], error: Any, loc: Loc, where: Where) -> RefusedError:
    """Say that a record of several versions or kinds does not name one that there is."""
    way, _, known = _walk(kind, loc)
    tag = tag_of(next(iter(known.values())))
    given = error["input"].get(tag) if isinstance(error["input"], dict) else None
    found = "none" if given is None else _shown(given) + nearest(str(given), known)
    code = "missing-field" if given is None else "bad-field"
    remedy = f"Give the {tag}{' of the rule' if tag == 'version' else ''}"
    return RefusedError(code, where.field((*way, tag)), expected=" or ".join(known), found=found, remedy=remedy)


def _walk(kind: type[BaseModel], loc: Loc) -> tuple[Loc, Kind | None, dict[str, Any]]:
    """Follow the way to a field: give it without the tags of variants, what the field holds, and its variants."""
    here: Kind | None = Kind(kind)
    way: Loc = ()
    tags: dict[str, Any] = {}
    for part in loc:
        if here is not None and here.others:  # which of several words it was tried as
            break
        if part in tags:
            here, tags = Kind(tags[str(part)]), {}
            continue
        way = (*way, part)
        if here is None:
            continue
        if isinstance(part, int):
            tags = variants(listed(here)) if is_list(here) else {}
            here = member_of(here) if is_list(here) else None
        else:
            field = here.type.model_fields.get(part) if is_record(here) else None
            here, tags = (kind_of(field), variants(field.annotation)) if field else (None, {})
    return way, here, tags


def _fields_at(kind: type[BaseModel], loc: Loc) -> dict[str, FieldInfo]:
    _, here, _ = _walk(kind, loc)
    return dict(here.type.model_fields) if here and is_record(here) else {}


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= FOUND_MAX else text[: FOUND_MAX - 3] + "..."


def word_value(field: FieldInfo, text: str, place: str) -> Any:
    """Turn a flag's or a CSV cell's text into the plain value of a field.

    Raises:
        RefusedError: `bad-field`, `not-json`.
    """
    kind = kind_of(field)
    if is_words(kind):
        return text
    if kind.type not in (bool, int):
        return json_value(text, place)
    word = text.strip()
    value = _whole(word) if kind.type is int else TRUTH.get(word.lower())
    if value is None:
        raise RefusedError(
            "bad-field", place, expected=expectation(kind), found=_shown(text), remedy="Correct the value"
        )
    return value


def _whole(text: str) -> int | None:
    """Read a whole number as JSON writes it: no leading zero, no plus, no other script's digits."""
    digits = text.removeprefix("-")
    plain = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
    return int(text) if plain and len(digits) <= FOUND_MAX else None


def id_value(text: Any, place: str) -> str:
    """Read an id.

    Raises:
        RefusedError: `bad-field`.
    """
    try:
        return ID.validate_python(text, strict=True)
    except ValidationError:
        raise RefusedError(
            "bad-field",
            place,
            expected="an id of up to 64 small letters, digits and hyphens",
            found=_shown(text),
            remedy="Correct the id",
        ) from None


def actor_value(actor: Any, place: str) -> str:
    """Refuse to record for nobody, or for what is no office.

    Raises:
        RefusedError: `actor-missing`, `bad-field`.
    """
    if actor == "":
        raise RefusedError(
            "actor-missing",
            place,
            expected="who records, as --as ACTOR or POLLBOOK_ACTOR",
            found="nobody",
            remedy="For example: --as returning-officer",
        )
    return id_value(actor, place)

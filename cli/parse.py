"""From words to commands: flags, JSON lines and CSV rows all become the same pydantic models here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

import ledger.streams  # noqa: F401  # fills the table of decisions
from ledger.decision import DECISIONS, Command
from ledger.errors import RefusedError, nearest

HIDDEN = frozenset({"confirm-erasure"})  # the desk gives these itself


def verbs() -> dict[str, type[Command]]:
    """Give every verb that may be recorded, with its command."""
    return {verb: entry.command for verb, entry in DECISIONS.items() if verb not in HIDDEN}


def command_class(verb: str, where: str) -> type[Command]:
    """Find the command of a verb.

    Raises:
        RefusedError: `unknown-verb`, with the nearest.
    """
    known = verbs()
    if verb not in known:
        raise RefusedError(
            "unknown-verb",
            where,
            expected="a verb of: pollbook record --help",
            found=f"{verb!r}{nearest(verb, known)}",
            remedy="Correct the verb",
        )
    return known[verb]


def command_from(verb: str, values: Mapping[str, Any], where: str) -> Command:
    """Make a command from plain values.

    Raises:
        RefusedError: `unknown-verb`, `unknown-field`, `missing-field`, `bad-field`; the first one found.
    """
    kind = command_class(verb, where)
    try:
        return kind.model_validate_json(json.dumps(values, ensure_ascii=False))
    except ValidationError as error:
        raise bad_field(kind, error, where) from None
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            "bad-field", where, expected="values that JSON can carry", found=str(error)[:120], remedy="Correct the line"
        ) from None


def bad_field(kind: type[BaseModel], error: ValidationError, where: str) -> RefusedError:
    """Say which field is wrong, what was expected, what was found, and the nearest right word."""
    first = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    name = str(first["loc"][0]) if first["loc"] else ""
    found = _short(first["input"])
    context = first.get("ctx", {})
    if first["type"] == "extra_forbidden":
        return RefusedError(
            "unknown-field",
            f"{where}, field {path}",
            expected="a field of the command",
            found=f"{path}{nearest(name, kind.model_fields)}",
            remedy="Correct the field's name, or leave it out",
        )
    if first["type"] == "missing":
        return RefusedError(
            "missing-field", f"{where}, field {path}", expected="a value", found="none", remedy="Add the field"
        )
    expected = _expected(first["type"], context, first["msg"])
    if first["type"] == "literal_error":
        found += nearest(str(first["input"]), context["expected"].replace("'", "").replace(" or ", ", ").split(", "))
    return RefusedError(
        "bad-field", f"{where}, field {path}", expected=expected, found=found, remedy="Correct the value"
    )


def _expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind == "string_pattern_mismatch":
        return f"text like {context['pattern']}"
    if kind == "literal_error":
        return str(context["expected"])
    if kind == "value_error":
        return f"a proper value ({str(context.get('error', message))})"
    return message[:1].lower() + message[1:]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def inner_type(field: FieldInfo) -> Any:
    """Give a field's type without `| None`."""
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0] if len(kinds) == 1 else annotation
    return annotation


def is_words(kind: Any) -> bool:
    """Whether values of the type are plain words, not JSON."""
    origin = get_origin(kind)
    if origin is not None and str(origin).endswith("Literal"):
        return True
    if hasattr(kind, "__metadata__"):
        return is_words(kind.__origin__)
    return kind is str


def word_value(field: FieldInfo, text: str, where: str) -> Any:
    """Turn a flag's or a CSV cell's text into the value of a field.

    Raises:
        RefusedError: `bad-field`: neither the plain value nor JSON.
    """
    kind = inner_type(field)
    if is_words(kind):
        return text
    if kind in (int, bool) and text.strip().lower() in ("true", "false", "yes", "no"):
        return text.strip().lower() in ("true", "yes")
    try:
        return json.loads(text)
    except ValueError:
        raise RefusedError(
            "bad-field",
            where,
            expected="a number, true or false, or JSON",
            found=_short(text),
            remedy="Correct the value",
        ) from None

"""What is wrong in a mapping file: a key that there is not, or a value that does not fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ledger.errors import RefusedError, nearest, refused

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

FOUND_MAX = 60  # characters shown of a wrong value


def misfit(name: str, kind: type[BaseModel], error: ValidationError, remedy: str) -> RefusedError:
    """Say what is wrong first, a key that there is not before a value (`bad-mapping`); `name` is the file's."""
    errors = error.errors(include_url=False, include_context=False)
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        expected, found = "one of " + ", ".join(kind.model_fields), f"no such key{nearest(where, kind.model_fields)}"
    elif first["type"] == "missing":
        expected, found = "this key", "none"
    else:
        expected = first["msg"][:1].lower() + first["msg"][1:].rstrip(".")
        found = json.dumps(first["input"], ensure_ascii=True, default=str)[:FOUND_MAX]
    return refused("bad-mapping", f"{name}, {where}", expected, found, remedy)

"""A mapping file: which columns of a CSV file hold what of a member. TOML.

key = "Membership number"           # what tells rows apart, in whichever file: one column or several
key_digits = 8                      # it has so many digits: a spreadsheet drops leading zeros
key_form = "M0000"                  # or how it is written, 0 for each digit: m 31 and M-0031 are M0031
dates = "%d/%m/%Y"                  # how days are written; YYYY-MM-DD if left out

[public]                            # category, region, section, unit, joined, lapsed, levy, declaration
unit = "CLP"
joined = "Date joined"

[private]                           # name, address, born, email, phone, number: to the vault alone
name = ["First name", "Surname"]    # several columns are joined by a space
email = "E-mail"

[set]                               # public fields that are the same in every row
category = "member"                 # and affiliate, of a list that an affiliate certifies

[office]                            # of parliamentarians: office, area, on, source; for pollbook import hold-office
area = "Constituency"
on = "Elected on"

[words.unit]                        # what a cell is called here; without it, "Bow East" is bow-east
"Bow & E." = "bow-east"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cli.csv_rows import COMMAS, separated_otherwise
from cli.mapping_errors import misfit
from cli.source import small_text
from ledger.errors import RefusedError, nearest
from ledger.field import Id

REMEDY = "Correct the mapping file; pollbook import --help shows one"

Columns = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else tuple(value)),
    Field(min_length=1, max_length=20),
]
Shared = Literal["category", "affiliate", "region", "section", "unit", "levy", "declaration"]
PublicName = Literal["category", "region", "section", "unit", "joined", "lapsed", "levy", "declaration"]
OfficeName = Literal["office", "area", "on", "source"]
PrivateName = Literal["name", "address", "born", "email", "phone", "number"]


class Mapping_(BaseModel):  # noqa: N801  # the module's subject; `Mapping` is taken
    """A mapping file as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dated: ClassVar[tuple[str, str]] = ("joined", "lapsed")  # public fields that are not many rows' in common

    needed: ClassVar[tuple[str, ...]] = ("category",)
    named: ClassVar[bool] = True  # each row is somebody, with a name

    key: Columns
    key_digits: int | None = Field(None, ge=1, le=40)
    key_form: str | None = Field(None, pattern=r"^[A-Z-]*0+[A-Z-]*$", max_length=40)
    dates: str = "%Y-%m-%d"
    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    public: dict[PublicName, str] = {}
    private: dict[PrivateName, Columns]
    set: dict[Shared, Id] = {}
    office: dict[OfficeName, str] = {}  # no part of how the register itself is read
    words: dict[Shared, dict[str, Id]] = {}


@dataclass(frozen=True)
class Places:
    """Where in a row the mapping's columns are.

    Attributes:
        key: columns that tell rows apart.
        shared: public field -> its column; `days` those of joined and lapsed, None where there is none.
        private: name of a private value -> its columns, in the order of the names.
        width: cells of a row.
    """

    key: tuple[int, ...]
    shared: Mapping[str, int]
    days: tuple[int | None, int | None]
    private: Sequence[tuple[str, tuple[int, ...]]]
    width: int
    heads: Sequence[str] = field(default_factory=tuple)
    where: str = ""


def read_mapping(file: Path, kind: type[Mapping_] = Mapping_) -> Mapping_:
    """Read a mapping file, of members or of another kind.

    Raises:
        UsageError: `no-such-file`, ...
        RefusedError: `bad-mapping`.
    """
    try:
        mapping = kind.model_validate(tomllib.loads(small_text(file)))
    except tomllib.TOMLDecodeError as error:
        raise _bad(file.name, "a mapping file in TOML", str(error)) from None
    except ValidationError as error:
        raise misfit(file.name, kind, error, REMEDY) from None
    if mapping.named and "name" not in mapping.private:
        raise _bad(f"{file.name}, private", "a column for the name", ", ".join(mapping.private) or "none")
    if mapping.key_form and (mapping.key_digits or len(mapping.key) > 1):
        found = "key_digits" if mapping.key_digits else "several columns"
        raise _bad(f"{file.name}, key_form", "a key in one column, and no key_digits", found)
    for needed in mapping.needed:
        if needed not in {*mapping.public, *mapping.set}:
            raise _bad(file.name, f"the {needed}, under [public] or [set]", "none")
    if len(mapping.private.get("born", ("",))) > 1:
        raise _bad(f"{file.name}, born", "one column", "several")
    both = sorted({*mapping.public} & {*mapping.set})
    if both:
        raise _bad(f"{file.name}, {both[0]}", "a column or one value for all rows", "both")
    return mapping


def places_in(mapping: Mapping_, heads: Sequence[str], where: str) -> Places:
    """Find a mapping's columns among those of a file.

    Raises:
        RefusedError: `unknown-column`, `duplicate-column`.
    """
    names = [head.strip() for head in heads]
    place = partial(_place, names, where)
    public: dict[str, int] = {field: place(column) for field, column in mapping.public.items()}
    private = [(name, tuple(map(place, columns))) for name, columns in sorted(mapping.private.items())]
    first, second = mapping.dated
    days = (public.pop(first, None), public.pop(second, None))
    return Places(tuple(map(place, mapping.key)), public, days, private, len(names), names, where)


def places_of(columns: Columns, places: Places) -> tuple[int, ...]:
    """Find further columns of a mapping; refused as `places_in` does."""
    return tuple(_place(places.heads, places.where, name) for name in columns)


def _place(names: Sequence[str], where: str, name: str) -> int:
    if name not in names:
        otherwise = separated_otherwise(names)
        found = otherwise or (f"none{nearest(name, names)}" if names else "an empty row")
        raise RefusedError(
            "unknown-column",
            where,
            expected=f"a column {name!r}, as the mapping says",
            found=found,
            remedy=COMMAS if otherwise else "Correct the mapping, or the names in the first row",
        )
    if names.count(name) > 1:
        raise RefusedError(
            "duplicate-column",
            where,
            expected=f"one column {name!r}",
            found=names.count(name),
            remedy="Give each column its own name",
        )
    return names.index(name)


def _bad(where: str, expected: str, found: str) -> RefusedError:
    return RefusedError("bad-mapping", where, expected=expected.rstrip("."), found=found.rstrip("."), remedy=REMEDY)

"""Files of people that applications are held against: an edition of an electoral register, a list of those barred.

A mapping file says in TOML which column holds what:

key = "Elector number"             # what tells entries apart: one column or several
name = ["First name", "Surname"]
address = ["Address", "Postcode"]  # with the postcode at its end
born = "Date of birth"             # if it has one; email likewise
dates = "%d/%m/%Y"                 # YYYY-MM-DD if left out
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from cli.csv_rows import COMMAS, rows_of, separated_otherwise
from cli.mapping_errors import misfit
from cli.registers.member_mapping import Columns
from cli.source import os_errors, size_of, small_text
from ledger.errors import nearest, refused
from ledger.privacy.vault import Vault

BLOCK = 1 << 20  # bytes read at a time
DAYS_MAX = 50_000  # days remembered
IDS = 24  # hexadecimal digits of an entry's keyed id

Read = Callable[[int], None]  # told how many more bytes were read


class PeopleMapping(BaseModel):
    """A mapping file as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Columns
    name: Columns
    address: Columns | None = None
    born: str | None = None
    email: str | None = None
    dates: str = "%Y-%m-%d"


class PersonRow(NamedTuple):
    """One entry as it is written, its birth date as `YYYY-MM-DD`; empty where nothing is."""

    key: str
    name: str
    address: str
    born: str
    email: str


class PeopleFile:
    """A file of people, read from its beginning as often as is asked.

    Args:
        kind: what it is a list of, and which; keyed ids of one list are of no use in another.
    """

    def __init__(self, file: Path, mapping: Path, kind: str, vault: Vault) -> None:
        self.file = file
        self._kind = kind
        self._vault = vault
        self._mapping = _read_mapping(mapping)
        self._stamp = self._stamp_now()
        self._days: dict[str, str] = {"": ""}
        self.rows = 0
        self.unread = 0
        self.bad_days = 0

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return size_of(self.file)

    def digest(self, read: Read) -> str:
        """Name the file, with the way it is read, by a keyed digest: 32 hexadecimal digits."""
        hashed = hashlib.sha256()
        with os_errors(self.file), self.file.open("rb") as stream:
            while block := stream.read(BLOCK):
                hashed.update(block)
                read(len(block))
        said = f"{self._kind}\n{self._mapping.model_dump_json()}\n{hashed.hexdigest()}"
        return self._vault.keyed("file of people", said.encode()).hex()[:32]

    def entry_id(self, key: str) -> str:
        """Name an entry by a keyed digest of what tells it from others."""
        return self._vault.keyed(f"entry of {self._kind}", key.encode()).hex()[:IDS]

    def entries(self, read: Read = lambda _: None) -> Iterator[PersonRow]:
        """Give the entries in the order of the file; one without a key or a name is passed over and counted.

        Raises:
            RefusedError: `unknown-column`, `duplicate-column`, `empty-file`, `file-changed`, and what `rows_of` raises.
        """
        self.rows = self.unread = self.bad_days = 0
        rows = rows_of(self.file, read)
        first = next(rows, None)
        if first is None:
            raise refused("empty-file", self.file.name, "names of columns, and entries below", "nothing", "Check it")
        key, name, address, born, email = self._places([cell.strip() for cell in first.cells])
        for row in rows:
            cells = row.cells
            found = PersonRow(
                "\x1f".join(cells[place].strip() for place in key),
                " ".join(filter(None, (cells[place].strip() for place in name))),
                ", ".join(filter(None, (cells[place].strip() for place in address))),
                self._day(cells[born[0]].strip()) if born else "",
                cells[email[0]].strip() if email else "",
            )
            self.rows += 1
            if found.name and found.key.strip("\x1f"):
                yield found
            else:
                self.unread += 1
        if self._stamp_now() != self._stamp:
            remedy = "Give the command again once the file is complete"
            raise refused("file-changed", self.file.name, "the file as it was when reading began", "another", remedy)

    def _places(self, heads: Sequence[str]) -> list[list[int]]:
        mapping = self._mapping
        several = (mapping.key, mapping.name, mapping.address or ())
        single = tuple((column,) if column else () for column in (mapping.born, mapping.email))
        return [[self._place(column, heads) for column in columns] for columns in (*several, *single)]

    def _place(self, column: str, heads: Sequence[str]) -> int:
        where = f"{self.file.name} line 1"
        if column not in heads:
            otherwise, expected = separated_otherwise(heads), f"a column {column!r}, as the mapping says"
            remedy = COMMAS if otherwise else "Correct the mapping, or the names of columns"
            raise refused("unknown-column", where, expected, otherwise or f"none{nearest(column, heads)}", remedy)
        if heads.count(column) > 1:
            found_here = heads.count(column)
            raise refused("duplicate-column", where, f"one column {column!r}", found_here, "Give each its own name")
        return heads.index(column)

    def _day(self, cell: str) -> str:
        """Give a day as `YYYY-MM-DD`; one that cannot be read counts as not known."""
        day = self._days.get(cell)
        if day is None:
            try:
                day = datetime.strptime(cell, self._mapping.dates).date().isoformat()
            except ValueError:
                day = ""
            if len(self._days) < DAYS_MAX:
                self._days[cell] = day
        self.bad_days += bool(cell and not day)
        return day

    def _stamp_now(self) -> tuple[int, int]:
        with os_errors(self.file):
            status = self.file.stat()
        return status.st_size, status.st_mtime_ns


def _read_mapping(file: Path) -> PeopleMapping:
    """Read a mapping file (`bad-mapping`)."""
    remedy = "Correct the mapping file; pollbook run-checks --help shows one"
    try:
        return PeopleMapping.model_validate(tomllib.loads(small_text(file)))
    except tomllib.TOMLDecodeError as error:
        raise refused("bad-mapping", file.name, "a mapping file in TOML", str(error).rstrip("."), remedy) from None
    except ValidationError as error:
        raise misfit(file.name, PeopleMapping, error, remedy) from None

"""What one row of a register says, and why it is rejected if it is: pure, cell by cell.

What rows have in common (where somebody stands, days) is worked out once and remembered, for half a million rows
stand in a thousand places.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from cli.member_mapping import Mapping_, Places
from ledger.field import check_text
from ledger.intake import NO_KEY, Row, Standing

TEXT_MAX = 500  # characters of one private value
ROW_BYTES_MAX = 65_536
ID_MAX = 64
REMEMBERED_MAX = 50_000
SERIAL = re.compile(r"[0-9]{1,6}(\.[0-9]+)?")  # a day as a spreadsheet counts them
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)  # a long number as a spreadsheet shows it
NOBODY = Standing("none")
CODES = {
    "not-csv": "a quote out of place",
    "wrong-columns": "other columns than the first row",
    "not-utf-8": "bytes that are no text in the mapping's encoding",
    "not-text": "a NUL or another invisible character",
    "row-too-long": f"more than {ROW_BYTES_MAX} bytes",
    "no-key": "nothing that tells the row from others",
    "key-mangled": "a key with digits lost, as a spreadsheet loses leading zeros",
    "no-name": "no name",
    "email-as-name": "an e-mail address for a name",
    "text-too-long": f"a value of more than {TEXT_MAX} characters",
    "bad-day": "a day that is none, or written otherwise than the mapping says",
    "day-mangled": "a day as a spreadsheet counts them",
    "lapsed-before-joined": "a lapse before the joining",
    "unknown-word": "a word that the mapping does not have",
    "bad-id": "a place or category without a letter or digit of ASCII",
    "row-repeated": "a key that an earlier row of the file has",
    "differs-from-register": "somebody registered before, with other details",
    "being-registered": "somebody whom another import is registering",
    "member-erased": "somebody whose personal data was erased",
}


class RejectError(Exception):
    """A row is rejected; the message is the code."""


class RowReader:
    """Reads the rows of one file, by its mapping and where that mapping's columns are."""

    def __init__(self, mapping: Mapping_, places: Places) -> None:
        self._mapping = mapping
        self._places = places
        self._names = [(f'"{name}":', name, columns) for name, columns in places.private]
        shared = sorted(places.shared.values())
        self._shared: Any = itemgetter(*shared) if shared else lambda _: ""
        self._joined, self._lapsed = places.days
        self._standings: dict[Any, Standing] = {}
        self._days: dict[str, str | None] = {"": None}

    def key_of(self, cells: list[str] | None) -> str:
        """Give what tells a row from others; empty if nothing does, or it cannot be trusted."""
        places = self._places
        if cells is None or len(cells) != places.width:
            return ""
        parts = [cells[column].strip() for column in places.key]
        return "" if not all(parts) or self._mangled(parts) else "\x1f".join(parts)

    def _mangled(self, parts: list[str]) -> bool:
        digits = self._mapping.key_digits
        if digits is not None:
            return not all(len(part) == digits and part.isascii() and part.isdigit() for part in parts)
        return any("+" in part and SCIENTIFIC.fullmatch(part) is not None for part in parts)

    def row(self, key: bytes, number: int, raw: bytes, text: str, cells: list[str] | None) -> Row:
        """Give a row with what it says, or with the code it is rejected for."""
        plain = text.rstrip("\r\n")
        try:
            clean = plain.isascii() and plain.isprintable()
            cells = self._whole(key, raw, plain, cells, clean=clean)
            shared = self._shared(cells)
            standing = self._standings.get(shared) or self._stand(shared, cells)
            joined = self._day(cells[self._joined]) if self._joined is not None else None
            lapsed = self._day(cells[self._lapsed]) if self._lapsed is not None else None
            if joined and lapsed and lapsed < joined:
                raise RejectError("lapsed-before-joined")
            identity = self._identity(cells, clean=clean and len(plain) <= TEXT_MAX)
        except RejectError as reject:
            return Row(key, number, str(reject), NOBODY, None, None, "", raw)
        return Row(key, number, "", standing, joined, lapsed, identity, raw)

    def _whole(self, key: bytes, raw: bytes, text: str, cells: list[str] | None, *, clean: bool) -> list[str]:
        """Give the cells of a row that is whole, is text, and has a key."""
        if len(raw) > ROW_BYTES_MAX:
            raise RejectError("row-too-long")
        if not clean:
            if any("\udc80" <= char <= "\udcff" for char in text):
                raise RejectError("not-utf-8")
            if "\0" in text:
                raise RejectError("not-text")
        if cells is None:
            raise RejectError("not-csv")
        if len(cells) != self._places.width:
            raise RejectError("wrong-columns")
        if key == NO_KEY:
            parts = [cells[column].strip() for column in self._places.key]
            raise RejectError("key-mangled" if all(parts) else "no-key")
        return cells

    def _stand(self, shared: Any, cells: list[str]) -> Standing:
        fields: dict[str, Any] = dict(self._mapping.set)
        for name, column in self._places.shared.items():
            fields[name] = self._id(self._mapping.words.get(name), cells[column].strip())
        if not fields.get("category"):
            raise RejectError("bad-id")
        if len(self._standings) >= REMEMBERED_MAX:
            self._standings.clear()
        standing = self._standings[shared] = Standing(**fields)
        return standing

    def _id(self, words: dict[str, str] | None, cell: str) -> str | None:
        """Give the id that a cell means: as the mapping says, or its letters and digits joined by hyphens."""
        if not cell:
            return None
        if words is not None:
            if cell not in words:
                raise RejectError("unknown-word")
            return words[cell]
        plain = unicodedata.normalize("NFKD", cell).encode("ascii", "ignore").decode().lower()
        found = "-".join(re.findall("[a-z0-9]+", plain))
        if not found or len(found) > ID_MAX:
            raise RejectError("bad-id")
        return found

    def _day(self, cell: str) -> str | None:
        """Give a day as `YYYY-MM-DD`."""
        if cell in self._days:
            return self._days[cell]
        text = cell.strip()
        if not text:
            return None
        if SERIAL.fullmatch(text):
            raise RejectError("day-mangled")
        try:
            day = datetime.strptime(text, self._mapping.dates).date().isoformat()
        except ValueError:
            raise RejectError("bad-day") from None
        if len(self._days) >= REMEMBERED_MAX:
            self._days = {"": None}
        self._days[cell] = day
        return day

    def _identity(self, cells: list[str], *, clean: bool) -> str:
        """Give what is personal, as canonical JSON; `clean` says that no cell is too long or has anything invisible."""
        parts = []
        for start, name, columns in self._names:
            if len(columns) == 1:
                value = cells[columns[0]].strip()
            else:
                value = " ".join(filter(None, [cells[column].strip() for column in columns]))
            if name == "born" and value:
                value = self._day(value) or ""
            if not value:
                if name == "name":
                    raise RejectError("no-name")
                continue
            if name == "name" and "@" in value:
                raise RejectError("email-as-name")
            if not clean:
                value = _checked(value)
            parts.append(start + encode_basestring(value))
        return "{" + ",".join(parts) + "}"


def _checked(value: str) -> str:
    value = unicodedata.normalize("NFC", value)
    if len(value) > TEXT_MAX:
        raise RejectError("text-too-long")
    try:
        return check_text(value)
    except ValueError:
        raise RejectError("not-text") from None

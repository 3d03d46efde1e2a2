"""What one row of a register says, and why it is rejected if it is: pure, cell by cell.

What rows have in common (where somebody stands, days) is worked out once and remembered, for half a million rows
stand in a thousand places.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from cli.registers.key_form import KeyForm
from cli.registers.member_mapping import Mapping_, Places
from ledger.batches.intake import NO_KEY, Row, Standing
from ledger.field import check_text
from ledger.privacy.personal import contact_in

TEXT_MAX = 500  # characters of one private value
ROW_BYTES_MAX = 65_536
ID_MAX = 64
REMEMBERED_MAX = 50_000
SERIAL = re.compile(r"[0-9]{1,6}(\.[0-9]+)?")  # a day as a spreadsheet counts them
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)  # a long number as a spreadsheet shows it
PERSONAL = "personal-data-in-public-field"
YES, NO = ("yes", "y", "true", "1", "x"), ("", "no", "n", "false", "0", "not")
OWN_WORDS = {  # fields that say yes or no, and how cells say so, capitals aside; a mapping's words take their place
    "declaration": dict.fromkeys((*YES, "made"), "made") | dict.fromkeys(NO, "not"),
    "levy": dict.fromkeys((*YES, "pays"), "pays") | dict.fromkeys(NO, "not"),
}
NOBODY = Standing("none")
NO_DAYS = (None, None)
CODES = {
    "not-csv": "a quote out of place",
    "wrong-columns": "other columns than the first row",
    "not-utf-8": "bytes that are no text in the mapping's encoding",
    "not-text": "a NUL or another invisible character",
    "row-too-long": f"more than {ROW_BYTES_MAX} bytes",
    "no-key": "nothing that tells the row from others",
    "key-mangled": "a key that is not as the mapping says, as where a spreadsheet lost leading zeros",
    "no-name": "no name",
    "email-as-name": "an e-mail address for a name",
    "text-too-long": f"a value of more than {TEXT_MAX} characters",
    "bad-day": "a day that is none, or written otherwise than the mapping says",
    "day-mangled": "a day as a spreadsheet counts them",
    "lapsed-before-joined": "a lapse before the joining",
    "unknown-word": "a word that the mapping does not have",
    "bad-id": "a place or category without a letter or digit of ASCII",
    PERSONAL: "an e-mail address, telephone number or postcode for a place or category",
    "row-repeated": "a key that an earlier row of the file has",
    "no-reference": "no reference of the bank's",
    "bad-amount": "an amount that is none, or nothing, or of another sign than its kind",
    "bad-currency": "a currency that is no three letters of ISO 4217",
    "unmatched-payment": "a receipt number that no application has",
    "duplicate-payment-ref": "a reference of the bank's that was used before",
    "payment-differs": "another amount than was received under this reference",
    "currency-differs": "another currency than that of the fee",
    "refund-exceeds": "more paid back than is left of what was received",
    "bad-time": "a moment that is none, or written otherwise than the mapping says",
    "time-mangled": "a moment as a spreadsheet counts them",
    "local-time-ambiguous": "a local time that came twice, as clocks were put back",
    "local-time-skipped": "a local time that never came, as clocks were put forward",
    "future-dated": "a day or moment that is still to come",
    "window-not-open": "a moment before applications opened",
    "window-not-set": "a category for which the timetable does not open or close applications",
    "declaration-missing": "no declaration made",
    "fee-not-set": "a category that has no fee at that moment",
    "unknown-concession": "a concession that the fee does not have",
    "differs-from-register": "an application received before, with other details",
    "other-affiliate": "a member of another affiliate than the list's",
    "being-registered": "somebody whom another import is registering",
    "recorded-singly": "somebody recorded before, and not with a file",
    "member-erased": "somebody whose personal data was erased",
}


class RejectError(Exception):
    """A row is rejected; the message is the code."""


class RowReader:
    """Reads the rows of one file, by its mapping and where that mapping's columns are."""

    def __init__(self, mapping: Mapping_, places: Places) -> None:
        self._mapping = mapping
        self._places = places
        self._words: dict[str, dict[str, str]] = {str(name): words for name, words in mapping.words.items()}
        columns = [column for _, several in places.private for column in several]
        self._values: Any = itemgetter(*columns) if len(columns) > 1 else lambda cells: tuple(cells[c] for c in columns)
        said = (f'"{name}":"' + " ".join(["%s"] * len(several)) + '"' for name, several in places.private)
        self._template = "{" + ",".join(said) + "}"
        private = dict(places.private)
        self._name = private.get("name", ())
        self._born = private["born"][0] if "born" in private else None
        shared = sorted(places.shared.values())
        self._shared: Any = itemgetter(*shared) if shared else lambda _: ""
        self._iso = mapping.dates == "%Y-%m-%d"
        dated = [column for column in places.days if column is not None]
        self._dates: Any = itemgetter(*dated) if dated else lambda _: ""
        self._pairs: dict[Any, tuple[str | None, str | None]] = {}
        self._width = places.width
        self._form = KeyForm(mapping.key_form) if mapping.key_form else None
        self._standings: dict[Any, Standing] = {}
        self._days: dict[str, str | None] = {"": None}

    def key_of(self, cells: list[str] | None) -> str:
        """Give what tells a row from others; empty if nothing does, or it cannot be trusted."""
        places = self._places
        if cells is None or len(cells) != places.width:
            return ""
        parts = [cells[column].strip() for column in places.key]
        if self._form is not None:
            return self._form.written(parts[0])
        return "" if not all(parts) or self._mangled(parts) else "\x1f".join(parts)

    def _mangled(self, parts: list[str]) -> bool:
        digits = self._mapping.key_digits
        if digits is not None:
            return not all(len(part) == digits and part.isascii() and part.isdigit() for part in parts)
        return any("+" in part and SCIENTIFIC.fullmatch(part) is not None for part in parts)

    def row(self, key: bytes, number: int, raw: bytes, text: str, cells: list[str] | None) -> Row:
        """Give a row with what it says, or with the code it is rejected for."""
        text = text.rstrip("\r\n")
        if self._form is not None and cells is not None and key != NO_KEY:
            (column,) = self._places.key
            cells[column] = self._form.written(cells[column].strip())
        found = self._plain_row(key, number, raw, text, cells) if cells is not None and key != NO_KEY else None
        return found or self._any_row(key, number, raw, text, cells)

    def _plain_row(self, key: bytes, number: int, raw: bytes, text: str, cells: list[str]) -> Row | None:
        """Give a row that has nothing to look at twice, as most have; None where one has to.

        It is ASCII without quotes, backslashes or blanks around cells, of which no private one is empty, and where
        it stands and its days were seen before.
        """
        if (
            len(cells) != self._width
            or len(text) > TEXT_MAX
            or not (text.isascii() and text.isprintable())
            or '"' in text
            or ", " in text
            or " ," in text
            or "\\" in text
            or text[:1] == " "
            or text[-1:] == " "
        ):
            return None
        standing = self._standings.get(self._shared(cells))
        days = self._pairs.get(self._dates(cells))
        if standing is None or days is None:
            return None
        for column in self._name:
            if "@" in cells[column]:
                return None
        if "" in self._values(cells):
            return None
        if self._born is not None:
            born = self._days.get(cells[self._born])
            if born is None:
                return None
            cells[self._born] = born
        return Row(key, number, "", standing, days, self._template % self._values(cells), raw)

    def _any_row(self, key: bytes, number: int, raw: bytes, text: str, cells: list[str] | None) -> Row:
        try:
            clean = text.isascii() and text.isprintable()
            cells = self._whole(key, raw, text, cells, clean=clean)
            shared = self._shared(cells)
            standing = self._standings.get(shared) or self._stand(shared, cells)
            days = self._days_of(cells)
            if self._born is not None:
                cells[self._born] = self.day(cells[self._born]) or ""
            identity = self._identity(cells, clean=clean and len(text) <= TEXT_MAX)
        except RejectError as reject:
            return Row(key, number, str(reject), NOBODY, NO_DAYS, "", raw)
        return Row(key, number, "", standing, days, identity, raw)

    def _days_of(self, cells: list[str]) -> tuple[str | None, str | None]:
        joined, lapsed = self._places.days
        since = None if joined is None else self.day(cells[joined])
        until = None if lapsed is None else self.day(cells[lapsed])
        if since and until and until < since:
            raise RejectError("lapsed-before-joined")
        if len(self._pairs) >= REMEMBERED_MAX:
            self._pairs.clear()
        days = self._pairs[self._dates(cells)] = (since, until)
        return days

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
        return [cell.strip() for cell in cells]

    def _stand(self, shared: Any, cells: list[str]) -> Standing:
        fields: dict[str, Any] = {str(name): value for name, value in self._mapping.set.items()}
        for name, column in self._places.shared.items():
            fields[name] = self.said(name, cells[column])
        if not fields.get("category"):
            raise RejectError("bad-id")
        if len(self._standings) >= REMEMBERED_MAX:
            self._standings.clear()
        standing = self._standings[shared] = Standing(**fields)
        return standing

    def said(self, name: str, cell: str) -> str | None:
        """Give what a cell of a public field says: one of the field's own words, or an id."""
        if name not in OWN_WORDS:
            return self._id(self._words.get(name), cell)
        words = self._words.get(name) or OWN_WORDS[name]
        found = words.get(cell) or words.get(cell.casefold())
        if found not in OWN_WORDS[name].values():
            raise RejectError("unknown-word")
        return found

    def _id(self, words: dict[str, str] | None, cell: str) -> str | None:
        """Give the id that a cell means: as the mapping says, or its letters and digits joined by hyphens."""
        if not cell:
            return None
        if words is not None:
            if cell not in words:
                raise RejectError("unknown-word")
            return words[cell]
        if contact_in(cell):  # of an address, too, letters and digits would make an id
            raise RejectError(PERSONAL)
        plain = unicodedata.normalize("NFKD", cell).encode("ascii", "ignore").decode().lower()
        found = "-".join(re.findall("[a-z0-9]+", plain))
        if not found or len(found) > ID_MAX:
            raise RejectError("bad-id")
        return found

    def day(self, cell: str) -> str | None:
        """Give a day as `YYYY-MM-DD`; None where the cell is empty."""
        if cell in self._days:
            return self._days[cell]
        if SERIAL.fullmatch(cell):
            raise RejectError("day-mangled")
        try:
            day = _iso_day(cell) if self._iso else datetime.strptime(cell, self._mapping.dates).date().isoformat()
        except ValueError:
            raise RejectError("bad-day") from None
        if len(self._days) >= REMEMBERED_MAX:
            self._days = {"": None}
        self._days[cell] = day
        return day

    def _identity(self, cells: list[str], *, clean: bool) -> str:
        """Give what is personal, as canonical JSON; `clean` says that no cell is too long or has anything invisible."""
        parts = []
        for name, columns in self._places.private:
            value = " ".join(filter(None, [cells[column] for column in columns]))
            if not value:
                if name == "name":
                    raise RejectError("no-name")
                continue
            if name == "name" and "@" in value:
                raise RejectError("email-as-name")
            parts.append(f'"{name}":' + encode_basestring(value if clean else _checked(value)))
        return "{" + ",".join(parts) + "}"


def _iso_day(cell: str) -> str:
    if not ISO_DAY.fullmatch(cell):
        raise ValueError(cell)
    return date.fromisoformat(cell).isoformat()


def _checked(value: str) -> str:
    value = unicodedata.normalize("NFC", value)
    if len(value) > TEXT_MAX:
        raise RejectError("text-too-long")
    try:
        return check_text(value)
    except ValueError:
        raise RejectError("not-text") from None

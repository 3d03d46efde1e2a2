"""A marked register in a CSV file: one line a return, sorted by elector; what each says, or why it is rejected.

A file of any size is read with some 70 bytes in memory a row; rows are read again as they are taken in.
"""

from __future__ import annotations

import csv
import os
import re
import struct
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.csv_rows import COMMAS, separated_otherwise
from cli.mapping_errors import misfit
from cli.source import BOM, UTF_16, small_text
from ledger.batches.marking import NOBODY, MarkRow
from ledger.errors import RefusedError, nearest, refused
from ledger.field import Id
from ledger.privacy.vault import Vault
from ledger.streams.returned import ENTRIES_MAX, ROWS_MAX

FILE_MAX = 500_000_000  # bytes
BLOCK = 1 << 20  # bytes read at a time
LINE_MAX = 65_536  # bytes of one row
ROW = struct.Struct(">12sHII HQIB")  # person, entry, day, line; channel, offset, bytes, code
ELECTOR = re.compile(r"([0-9a-f]{24})/([1-9][0-9]{0,2})")
SERIAL = re.compile(r"[0-9]{1,6}(\.[0-9]+)?")  # a day as a spreadsheet counts them
TIME = re.compile(r".*[0-9]:[0-9]{2}.*")  # a time of day
CODES = {
    "not-csv": "a quote out of place",
    "wrong-columns": "other columns than the first row",
    "not-utf-8": "bytes that are no text in the file's encoding",
    "not-text": "a NUL or another invisible character",
    "row-too-long": f"more than {LINE_MAX} bytes",
    "bad-elector": "no elector's number: the person's key, a slash, the number of the entry",
    "bad-day": "a day that is none, or written otherwise than said",
    "day-mangled": "a day as a spreadsheet counts them",
    "time-given": "a time of day: when each paper came could tell whose it is, so give days alone",
    "unknown-word": "a channel that the mapping does not have",
    "unknown-entry": "no entry of the roll",
    "not-issued": "an entry without a paper",
    "paper-cancelled": "an entry whose paper was cancelled",
    "day-outside-poll": "a day before papers went out, or after the poll closed, in every time zone",
}
NAMES = tuple(CODES)

Column = Annotated[str, Field(min_length=1, max_length=200)]
Read = Callable[[int], None]  # told how many more bytes were read


class MarkMapping(BaseModel):
    """Which columns hold what; in a mapping file, TOML, whatever is not as here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    elector: Column = "elector"
    day: Column = "day"
    channel: Column | None = None
    dates: str = "%Y-%m-%d"
    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    words: dict[str, Id] = {}


def read_mark_mapping(file: Path | None) -> MarkMapping:
    """Read a mapping file, if there is one.

    Raises:
        UsageError: `no-such-file`, ...
        RefusedError: `bad-mapping`.
    """
    if file is None:
        return MarkMapping()
    remedy = "Correct the mapping file; pollbook import mark-returns --help shows one"
    try:
        return MarkMapping.model_validate(tomllib.loads(small_text(file)))
    except tomllib.TOMLDecodeError as error:
        raise refused("bad-mapping", file.name, "a mapping file in TOML", str(error).rstrip("."), remedy) from None
    except ValidationError as error:
        raise misfit(file.name, MarkMapping, error, remedy) from None


class RejectError(Exception):
    """A row is rejected; the message is the code."""


class MarkFile:
    """The rows of a marked register, in ascending order of person, entry, day and line.

    Args:
        opened: the file, open for reading bytes; it stays open as long as this is used.
        name: of the file, for messages.
    """

    def __init__(self, opened: BufferedReader, name: str, mapping: MarkMapping) -> None:
        self._opened = opened
        self._name = name
        self._mapping = mapping
        self._rows: list[bytes] = []
        self._channels: dict[str, int] = {"": 0}
        self._days: dict[str, int] = {}
        self._stamp = self._stamp_now()
        if self.size > FILE_MAX:
            raise self._refused("file-too-large", f"at most {FILE_MAX:,} bytes", f"{self.size:,}", "Split the file")
        start = os.pread(opened.fileno(), LINE_MAX, 0)
        if start.startswith(UTF_16):
            raise self._refused("not-utf-8", mapping.encoding, "UTF-16", "Save the file as CSV UTF-8")
        skipped = len(BOM) if start.startswith(BOM) else 0
        self.head = next(iter(start[skipped:].splitlines(keepends=True)), b"")
        self._body = skipped + len(self.head)
        self._heads = [cell.strip() for cell in _cells(self._text(self.head))] if self.head else []
        self._elector, self._day = self._column(mapping.elector), self._column(mapping.day)
        named = mapping.channel or ("channel" if "channel" in self._heads else None)
        self._channel = None if named is None else self._column(named)

    @property
    def total(self) -> int:
        """How many rows there are, once they are sorted."""
        return len(self._rows)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._stamp[0]

    def name_of(self, vault: Vault, contest: str, read: Read) -> str:
        """Name the file, with the way it is read, by a keyed digest: 32 hexadecimal digits."""
        digest = sha256()
        for block in self._blocks(0, read):
            digest.update(block)
        said = f"{contest}\n{self._mapping.model_dump_json()}\n{digest.hexdigest()}"
        return vault.keyed("file of a marked register", said.encode()).hex()[:32]

    def sort(self, read: Read) -> None:
        """Find the rows and their order.

        Raises:
            RefusedError: `too-many-rows`, `line-too-long`, `empty-file`.
        """
        rows, pack, offset = self._rows, ROW.pack, self._body
        rows.clear()
        for line, raw in enumerate(self._lines(read), 2):
            if raw.strip():
                person, number, day, channel, code = self._said(raw)
                rows.append(pack(person, number, day, line, channel, offset, len(raw), code))
            offset += len(raw)
            if len(rows) > ROWS_MAX:
                raise self._refused("too-many-rows", f"at most {ROWS_MAX:,} rows", "more", "Split the file")
        if not rows:
            raise self._refused("empty-file", "rows below the names of columns", "none", "Check the file")
        rows.sort()

    def page(self, start: int, stop: int) -> list[MarkRow]:
        """Give the rows from place `start` up to `stop` in that order."""
        channels, file = list(self._channels), self._opened.fileno()
        found = []
        for packed in self._rows[start:stop]:
            person, number, day, line, channel, offset, size, code = ROW.unpack(packed)
            who = person.hex() if number else NOBODY
            when = date.fromordinal(day).isoformat() if day else ""
            raw = os.pread(file, size, offset)  # kept if it is rejected, for whatever reason
            found.append(MarkRow(who, number, when, channels[channel], line, NAMES[code - 1] if code else "", raw))
        return found

    def require_same(self) -> None:
        """Refuse to go on if the file was written to since it was opened (`file-changed`)."""
        if self._stamp_now() != self._stamp:
            remedy = "Give the command again once the file is complete; what was recorded is passed over"
            raise self._refused("file-changed", "the file as it was when reading began", "another", remedy)

    def _said(self, raw: bytes) -> tuple[bytes, int, int, int, int]:
        """Give what a row says: person, entry, day, channel, and the number of the code it is rejected for."""
        person, number = bytes(12), 0
        try:
            cells = self._whole(raw)
            elector = ELECTOR.fullmatch(cells[self._elector])
            if elector is None or int(elector[2]) > ENTRIES_MAX:
                raise RejectError("bad-elector")
            person, number = bytes.fromhex(elector[1]), int(elector[2])
            return person, number, self._day_of(cells[self._day]), self._channel_of(cells), 0
        except RejectError as reject:
            return person, number, 0, 0, NAMES.index(str(reject)) + 1

    def _whole(self, raw: bytes) -> list[str]:
        if len(raw) > LINE_MAX:
            raise RejectError("row-too-long")
        text = self._text(raw)
        if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
            raise RejectError("not-utf-8")
        if "\0" in text:
            raise RejectError("not-text")
        cells = [cell.strip() for cell in _cells(text)]
        if len(cells) != len(self._heads):
            raise RejectError("wrong-columns" if cells else "not-csv")
        return cells

    def _day_of(self, cell: str) -> int:
        if cell not in self._days:
            if SERIAL.fullmatch(cell):
                raise RejectError("day-mangled")
            if TIME.fullmatch(cell):
                raise RejectError("time-given")
            try:
                self._days[cell] = datetime.strptime(cell, self._mapping.dates).date().toordinal()
            except ValueError:
                raise RejectError("bad-day") from None
        return self._days[cell]

    def _channel_of(self, cells: list[str]) -> int:
        cell = "" if self._channel is None else cells[self._channel]
        words = self._mapping.words
        if cell and words and cell not in words:
            raise RejectError("unknown-word")
        found = words.get(cell) or "-".join(re.findall("[a-z0-9]+", cell.lower()))[:64]
        if cell and not found:
            raise RejectError("unknown-word")
        return self._channels.setdefault(found, len(self._channels))

    def _column(self, name: str) -> int:
        if self._heads.count(name) > 1:
            remedy = "Give each column its own name"
            raise self._refused("duplicate-column", f"one column {name!r}", str(self._heads.count(name)), remedy)
        if name not in self._heads:
            otherwise = separated_otherwise(self._heads)
            found = otherwise or f"none{nearest(name, self._heads)}"
            remedy = COMMAS if otherwise else "Correct the mapping, or the names in the first row"
            raise self._refused("unknown-column", f"a column {name!r}", found, remedy)
        return self._heads.index(name)

    def _lines(self, read: Read) -> Iterator[bytes]:
        rest = b""
        for block in self._blocks(self._body, read):
            lines = (rest + block).splitlines(keepends=True)
            rest = lines.pop()  # perhaps not all of it; a CR at the very end may be half of CR LF
            yield from lines
            if len(rest) > BLOCK:
                remedy = "Check that the file is a CSV file"
                raise self._refused("line-too-long", f"lines of at most {BLOCK:,} bytes", "a longer one", remedy)
        if rest:
            yield rest

    def _blocks(self, offset: int, read: Read) -> Iterator[bytes]:
        while block := os.pread(self._opened.fileno(), BLOCK, offset):
            offset += len(block)
            read(len(block))
            yield block

    def _text(self, raw: bytes) -> str:
        return raw.rstrip(b"\r\n").decode(self._mapping.encoding, "surrogateescape")

    def _stamp_now(self) -> tuple[int, int]:
        status = os.fstat(self._opened.fileno())
        return status.st_size, status.st_mtime_ns

    def _refused(self, code: str, expected: str, found: str, remedy: str) -> RefusedError:
        return RefusedError(code, self._name, expected=expected, found=found, remedy=remedy)


def _cells(text: str) -> list[str]:
    """Give the cells of a row; none where it is not well-formed CSV."""
    if '"' not in text:
        return text.split(",")
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []

"""A register in a CSV file, read three times: for its digest, for the order of its keys, and row by row in that order.

So a file of any size is taken in with 28 bytes in memory a row, and nothing personal is written anywhere on the way.
"""

from __future__ import annotations

import csv
import os
import struct
from collections.abc import Callable, Iterator
from hashlib import blake2b, sha256
from io import BufferedReader
from types import EllipsisType
from typing import Any

from cli.registers.member_mapping import Mapping_, Places, places_in
from cli.registers.member_rows import RejectError, RowReader
from cli.source import BOM, UTF_16
from ledger.batches.intake import KEY_BYTES, NO_KEY, Row
from ledger.errors import RefusedError
from ledger.privacy.vault import Vault
from ledger.streams.member import ROWS_MAX

FILE_MAX = 1_500_000_000  # bytes
BLOCK = 1 << 20  # bytes read at a time
LINE_MAX = 8_000_000  # bytes up to a line feed
SPAN_MAX = 100  # lines that one row may go over
QUOTE = b'"'
TOTALS = {"declaration": ("declared", "made"), "levy": ("levy", "pays")}  # column -> what is counted, and its word
ENTRY = struct.Struct(f">{KEY_BYTES}sIQI")  # key, line, offset, bytes

Read = Callable[[int], None]  # told how many more bytes were read


class MemberFile:
    """The rows of a register, in the order of their keys.

    Args:
        opened: the file, open for reading bytes; it stays open as long as this is used.
        name: of the file, for messages.
        register: id of the register whose members they are.
        reader: mapping, where its columns are -> what reads a row.
    """

    def __init__(
        self,
        opened: BufferedReader,
        name: str,
        register: str,
        mapping: Mapping_,
        vault: Vault,
        reader: Callable[[Any, Places], RowReader] = RowReader,
    ) -> None:
        self._opened = opened
        self._name = name
        self._register = register
        self._mapping = mapping
        self._vault = vault
        self._entries: list[bytes] = []
        self._stamp = self._stamp_now()
        self.head = b""
        if self._stamp[0] > FILE_MAX:
            remedy = "Split the file; each part is a batch of its own"
            raise self._refused("file-too-large", f"at most {FILE_MAX:,} bytes", f"{self._stamp[0]:,}", remedy)
        self._places, self._body = self._begin()
        self._reader = reader(mapping, self._places)

    @property
    def total(self) -> int:
        """How many rows there are, once they are sorted."""
        return len(self._entries)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._stamp[0]

    def name_of(self, read: Read) -> str:
        """Name the file, with the way it is read, by a keyed digest: 32 hexadecimal digits."""
        digest = sha256()
        for block in self._blocks(0, read):
            digest.update(block)
        said = f"{self._register}\n{self._mapping.model_dump_json(exclude={'office'})}\n{digest.hexdigest()}"
        return self._vault.keyed("file of a register", said.encode()).hex()[:32]

    def sort(self, read: Read) -> None:
        """Find the rows and the order of their keys.

        Raises:
            RefusedError: `too-many-rows`, `line-too-long`, `empty-file`.
        """
        secret = self._vault.keyed(f"keys of register {self._register}", b"")
        keyed, pack = blake2b(key=secret, digest_size=KEY_BYTES).copy, ENTRY.pack
        entries = self._entries = []
        offset, number = self._body
        for raws in self._raws(read):
            for raw, told in zip(raws, self._told(raws), strict=True):
                if told is not None:
                    hashed = keyed()
                    hashed.update(told)
                    entries.append(pack(hashed.digest() if told else NO_KEY, number, offset, len(raw)))
                offset += len(raw)
                number += len(raw.splitlines()) if QUOTE in raw else 1
            if len(entries) > ROWS_MAX:
                remedy = "Split the file; each part is a batch of its own"
                raise self._refused("too-many-rows", f"at most {ROWS_MAX:,} rows", "more", remedy)
        if not entries:
            raise self._refused("empty-file", "rows below the names of columns", "none", "Check the file")
        entries.sort()

    def _told(self, raws: list[bytes]) -> list[bytes | None]:
        """Give what tells each row from others; empty if nothing does, None for a line with nothing on it."""
        width, key = self._places.width, self._places.key
        if len(key) == 1 and self._mapping.key_digits is not None:
            # Digits between commas, and nothing quoted: most rows, and csv would say the same of them.
            (column,), digits = key, self._mapping.key_digits
            told: list[bytes | None] = []
            for raw in raws:
                cells = raw.split(b",")
                part = cells[column].strip(b" ") if len(cells) == width and QUOTE not in raw else b""
                told.append(part if len(part) == digits and part.isdigit() else self._told_of(raw))
            return told
        return [self._told_of(raw, cells) for raw, cells in zip(raws, parse([*map(self._decoded, raws)]), strict=True)]

    def _told_of(self, raw: bytes, cells: list[str] | EllipsisType | None = ...) -> bytes | None:
        found = parse([self._decoded(raw)])[0] if isinstance(cells, EllipsisType) else cells
        if found is not None and not any(found):
            return None
        return self._reader.key_of(found).encode("utf-8", "surrogateescape")

    def keys(self) -> Iterator[bytes]:
        """Give the keys of the rows, ascending, once they are sorted; also of those that would be rejected."""
        return (entry[:KEY_BYTES] for entry in self._entries)

    def totals(self, read: Read) -> dict[str, Any]:
        """Give whose list it is, and how many of its rows pay the levy and declared support, if it says so."""
        affiliate = self._mapping.set.get("affiliate")
        if affiliate is None:
            return {}
        columns = {name: column for name, column in self._places.shared.items() if name in TOTALS}
        found: dict[str, Any] = {TOTALS[name][0]: 0 for name in columns}
        for raws in self._raws(read) if columns else ():
            for cells in parse([*map(self._decoded, raws)]):
                for name, column in columns.items():
                    if cells is not None and len(cells) == self._places.width and any(cells):
                        found[TOTALS[name][0]] += self._says(name, cells[column].strip())
        return {"affiliate": affiliate, **found}

    def _says(self, name: str, cell: str) -> bool:
        try:
            return self._reader.said(name, cell) == TOTALS[name][1]
        except RejectError:
            return False

    def page(self, start: int, stop: int) -> list[Row]:
        """Give the rows from place `start` up to `stop` in the order of their keys."""
        file = self._opened.fileno()
        found = [ENTRY.unpack(entry) for entry in self._entries[start:stop]]
        raws = [os.pread(file, size, offset) for _, _, offset, size in found]
        texts = [self._decoded(raw) for raw in raws]
        row = self._reader.row
        return [
            row(key, number, raw, text, cells)
            for (key, number, _, _), raw, text, cells in zip(found, raws, texts, parse(texts), strict=True)
        ]

    def require_same(self) -> None:
        """Refuse to go on if the file was written to since it was opened (`file-changed`)."""
        if self._stamp_now() != self._stamp:
            remedy = "Give the command again once the file is complete; what was recorded is passed over"
            raise self._refused("file-changed", "the file as it was when reading began", "another", remedy)

    def _stamp_now(self) -> tuple[int, int]:
        status = os.fstat(self._opened.fileno())
        return status.st_size, status.st_mtime_ns

    def _begin(self) -> tuple[Places, tuple[int, int]]:
        """Read the names of the columns; give where the rows begin, and on which line."""
        start = os.pread(self._opened.fileno(), 1 << 16, 0)
        if start.startswith(UTF_16):
            raise self._refused("not-utf-8", self._mapping.encoding, "UTF-16", "Save the file as CSV UTF-8")
        skipped = len(BOM) if start.startswith(BOM) else 0
        lines = start[skipped:].splitlines(keepends=True)
        self.head = lines[0] if lines else b""
        (heads,) = parse([self._decoded(self.head)])
        if heads is None or not any(heads):
            raise self._refused("not-csv", "names of columns in the first row", "none", "Check the file")
        where = f"{self._name} line 1"
        return places_in(self._mapping, heads, where), (skipped + len(self.head), 2)

    def _blocks(self, offset: int, read: Read) -> Iterator[bytes]:
        file = self._opened.fileno()
        while block := os.pread(file, BLOCK, offset):
            offset += len(block)
            read(len(block))
            yield block

    def _raws(self, read: Read) -> Iterator[list[bytes]]:
        """Give the rows block by block: lines with their ends, joined where a cell goes over several."""
        rest: list[bytes] = []  # lines of a row that has not ended yet
        for lines in self._lines(self._body[0], read):
            whole = [*rest, *lines]
            rest = []
            if any(line.count(QUOTE) & 1 for line in whole):
                whole, rest = _joined(whole)
            yield whole
        yield rest  # a quote that is never closed: each line stands for itself, and its row is rejected

    def _lines(self, offset: int, read: Read) -> Iterator[list[bytes]]:
        """Give whole lines, each with its end, a block's at a time."""
        rest = b""
        for block in self._blocks(offset, read):
            lines = (rest + block).splitlines(keepends=True)
            rest = lines.pop()  # perhaps not all of it; a CR at the very end may be half of CR LF
            if len(rest) > LINE_MAX:
                raise self._refused("line-too-long", f"lines of at most {LINE_MAX:,} bytes", "a longer one", "Split it")
            yield lines
        if rest:
            yield [rest]

    def _decoded(self, raw: bytes) -> str:
        return raw.decode(self._mapping.encoding, "surrogateescape")

    def _refused(self, code: str, expected: str, found: str, remedy: str) -> RefusedError:
        return RefusedError(code, self._name, expected=expected, found=found, remedy=remedy)


def parse(texts: list[str]) -> list[list[str] | None]:
    """Give the cells of each row; None where it is not well-formed CSV."""
    try:
        rows: list[list[str] | None] = list(csv.reader(texts, strict=True))
    except csv.Error:
        rows = []
    return rows if len(rows) == len(texts) else [_cells(text) for text in texts]


def _cells(text: str) -> list[str] | None:
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _joined(lines: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Join lines into rows, which end where quotes are even; give also those of a row that has not ended.

    A row of more than SPAN_MAX lines is none: a quote is out of place, and each line stands for itself.
    """
    rows: list[bytes] = []
    open_: list[bytes] = []
    for line in lines:
        odd = line.count(QUOTE) & 1
        if open_:
            open_.append(line)
            if odd:
                rows.append(b"".join(open_))
                open_ = []
            elif len(open_) > SPAN_MAX:
                rows += open_
                open_ = []
        elif odd:
            open_ = [line]
        else:
            rows.append(line)
    return rows, open_

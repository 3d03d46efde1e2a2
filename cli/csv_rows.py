"""Reading CSV strictly: a first row of names, then rows of as many cells, each with its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cli.source import Line, Read, lines_of
from ledger.errors import RefusedError

CELL_MAX = 100_000  # characters of one cell
COMMAS = "Save the file with commas"
NEWLINES = "\r\n"


class Row(NamedTuple):
    """A row: the line it begins on, and its cells."""

    line: int
    cells: list[str]


def rows_of(file: Path, read: Read) -> Iterator[Row]:
    """Give the rows of a file, the first with its names first.

    Empty lines are passed over where rows have several cells. Where they have one, an empty line could be
    an empty cell, such as a blank paper, or nothing at all: it is refused.

    Raises:
        RefusedError: `not-csv`, `wrong-columns`, and what `lines_of` raises.
    """
    csv.field_size_limit(CELL_MAX)
    width = 0
    reader = csv.reader((_one_end(line) for line in lines_of(file, read)), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _not_csv(f"{file.name} line {line}", str(error)) from None
        if not cells and width != 1:
            continue
        width = width or len(cells)
        if len(cells) != width:
            raise _wrong_columns(f"{file.name} line {line}", width, len(cells))
        yield Row(line, cells)


def separated_otherwise(heads: Sequence[str]) -> str | None:
    """Say by what the names of a first row are set apart, where that is no comma."""
    return next(
        (f"columns set apart by {sign!r}" for sign in (";", "\t") if len(heads) == 1 and sign in heads[0]), None
    )


def _one_end(line: Line) -> str:
    """End a line in LF, whichever end it had, so that a cell of several lines is the same in every file."""
    return line.text.rstrip(NEWLINES) + "\n" if line.text.endswith(tuple(NEWLINES)) else line.text


def _not_csv(where: str, reason: str) -> RefusedError:
    found = "a cell too long" if "limit" in reason else "a quote out of place"
    return RefusedError(
        "not-csv",
        where,
        expected=f"well-formed CSV with cells of at most {CELL_MAX} characters",
        found=found,
        remedy="Close each quoted cell, and write a quote inside it twice",
    )


def _wrong_columns(where: str, width: int, found: int) -> RefusedError:
    return RefusedError(
        "wrong-columns",
        where,
        expected=f"{width} cells, as in the first row" if width > 1 else "1 cell",
        found=found or "an empty line",
        remedy="Correct the row" if found else 'Write an empty cell as "", or take the line out',
    )

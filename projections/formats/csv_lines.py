"""Rows of CSV as papers have them: a first row of names, then rows of as many cells, one on each line.

RFC 4180, strictly, but for line breaks inside cells, which no paper needs: a quote left open ends at its line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ledger.errors import RefusedError
from ledger.field import INT_MAX
from ledger.streams.contest import CANDIDATES_MAX
from projections.formats.lines import Line, Lines
from projections.formats.paper_file import Place, whole

COLUMNS_MAX = CANDIDATES_MAX + 100
COUNT = "count"
RANK_HEAD = re.compile(
    r"(?:rank|ranking|preference|pref|choice)?[ _-]*([0-9]{1,5})(?:st|nd|rd|th)?(?: (?:choice|preference))?",
    re.IGNORECASE,
)


class Head(NamedTuple):
    """The first row: where it stands, its cells, and in which column the count is, if any."""

    place: Place
    cells: list[str]
    counted: int | None

    def column(self, at: int) -> str:
        """Say which column that is."""
        return f"column {at + 1} ({self.cells[at]})"


class Row(NamedTuple):
    """A row: where it stands first, its cells, and how many papers it is."""

    place: Place
    cells: list[str]
    papers: int


def head_of(lines: Lines) -> Head:
    """Take the first row.

    Raises:
        RefusedError: `empty-file`, `not-csv`, `wrong-columns`.
    """
    line = lines.take()
    if line is None or not line.text.strip():
        raise RefusedError("empty-file", str(lines.end), expected="CSV", found="nothing", remedy="Check the file")
    cells = [cell.strip() for cell in _cells(line)]
    if len(cells) > COLUMNS_MAX:
        raise wrong_columns(line.place, f"at most {COLUMNS_MAX} columns", len(cells))
    counts = [at for at, cell in enumerate(cells) if cell.casefold() == COUNT]
    if len(counts) > 1:
        raise wrong_columns(line.place, "one column count", len(counts))
    return Head(line.place, cells, counts[0] if counts else None)


def rows_of(lines: Lines, head: Head, passing: Collection[int] = ()) -> Iterator[Row]:
    """Give each kind of row, in order of appearance.

    Args:
        passing: columns that are not looked at. With some, each row is parsed, since no two may be alike before.

    Raises:
        RefusedError: `not-csv`, `wrong-columns`, and `file-malformed` for a count.
    """
    if not passing:
        for kind in lines.count():
            cells = _row(Line(kind.place, kind.text), head)
            if cells:
                yield Row(kind.place, cells, _papers(cells, head, kind.place) * kind.times)
        return
    kept = [at for at in range(len(head.cells)) if at not in passing]
    found: dict[tuple[str, ...], tuple[Place, int]] = {}
    while (line := lines.take()) is not None:
        cells = _row(line, head)
        if cells:
            key = tuple([cells[at] for at in kept])
            first, papers = found.get(key, (line.place, 0))
            found[key] = first, papers + _papers(cells, head, line.place)
    for key, (first, papers) in found.items():
        cells = [""] * len(head.cells)
        for at, cell in zip(kept, key, strict=True):
            cells[at] = cell
        yield Row(first, cells, papers)


def rank_columns(head: Head, passing: Collection[int] = ()) -> list[int]:
    """Find the columns of the ranks, from first to last: `1` or `rank 1`, and so on without a break.

    Raises:
        RefusedError: `wrong-columns`.
    """
    found: dict[int, int] = {}
    for at, cell in enumerate(head.cells):
        if at in passing or at == head.counted:
            continue
        match = RANK_HEAD.fullmatch(cell)
        if match is None or int(match[1]) in found:
            raise wrong_head(head, at, "columns rank 1, rank 2, ... each once, and count")
        found[int(match[1])] = at
    if not found or sorted(found) != list(range(1, len(found) + 1)):
        raise wrong_columns(head.place, "ranks from 1 on, none left out", ", ".join(map(str, sorted(found))) or "none")
    return [found[rank] for rank in sorted(found)]


def wrong_columns(place: Place, expected: str, found: object) -> RefusedError:
    """Make the refusal of columns."""
    return RefusedError(
        "wrong-columns", str(place), expected=expected, found=found, remedy="Correct the row, or choose another format"
    )


def wrong_head(head: Head, at: int, expected: str) -> RefusedError:
    """Make the refusal of a column's name; other separators than commas are what it mostly is."""
    separators = [sign for sign in (";", "\t") if sign in head.cells[at]]
    found = f"columns set apart by {separators[0]!r}" if separators else repr(head.cells[at])
    return wrong_columns(head.place.at(f"column {at + 1}"), expected, found)


def _row(line: Line, head: Head) -> list[str]:
    """Cut a line into cells; an empty line is no row, and where it could be a blank paper it is refused."""
    if not line.text and len(head.cells) > 1:
        return []
    cells = _cells(line) if line.text else []
    if len(cells) != len(head.cells):
        raise RefusedError(
            "wrong-columns",
            str(line.place),
            expected=f"{len(head.cells)} cells, as in the first row",
            found=len(cells) or "an empty line",
            remedy="Correct the row" if cells else 'Write an empty cell as "", or take the line out',
        )
    return cells


def _cells(line: Line) -> list[str]:
    if '"' not in line.text:
        return line.text.split(",")
    try:
        return next(csv.reader([line.text], strict=True))
    except csv.Error as error:
        long = "limit" in str(error)
        raise RefusedError(
            "not-csv",
            str(line.place),
            expected="well-formed CSV, each row on one line",
            found="a cell too long" if long else "a quote out of place",
            remedy="Close each quoted cell, and write a quote inside it twice",
        ) from None


def _papers(cells: list[str], head: Head, place: Place) -> int:
    if head.counted is None:
        return 1
    text = cells[head.counted].strip()
    return whole(text, place, least=1, most=INT_MAX, what="how many papers", field="column count")

"""Cells in columns on a screen, where some characters take two columns and some none."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Line = list[str]  # the cells of one printed line, a label first

CELL_MAX = 32  # columns of a printed cell; what is longer is cut


def tables(lines: Sequence[Line], width: int) -> Iterator[list[str]]:
    """Align cells in columns, labels to the left, the rest to the right, in as many tables as it takes.

    A column with nothing below its heading is left out.
    """
    most = min(CELL_MAX, width // 2 - 1)
    label, *columns = ([cut(cell, most) for cell in column] for column in zip(*lines, strict=True))
    widest = max(map(columns_of, label))
    label = [cell + " " * (widest - columns_of(cell)) for cell in label]
    table = label
    for column in filter(lambda column: any(column[1:]), columns):
        widest = max(map(columns_of, column))
        column = ["  " + " " * (widest - columns_of(cell)) + cell for cell in column]
        if columns_of(table[0] + column[0]) > width:
            yield [line.rstrip() for line in table]
            table = label
        table = [line + cell for line, cell in zip(table, column, strict=True)]
    yield [line.rstrip() for line in table]


def cut(text: str, most: int) -> str:
    """Cut text to so many columns, with an ellipsis."""
    if columns_of(text) <= most:
        return text
    while columns_of(text) >= most:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, width: int) -> list[str]:
    """Break text at spaces; `textwrap` counts characters."""
    lines: list[str] = []
    now, used = "", 0
    for word in (cut(word, width) for word in text.split()):
        taken = columns_of(word)
        if now and used + 1 + taken > width:
            lines.append(now)
            now, used = word, taken
        else:
            now, used = (f"{now} {word}", used + 1 + taken) if now else (word, taken)
    return [*lines, now]


def columns_of(text: str) -> int:
    """Count the columns that text takes on a screen (Unicode TR11)."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    none = sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in text)
    return len(text) + wide - none

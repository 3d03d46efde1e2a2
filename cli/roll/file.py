"""A whole roll written to a file, as CSV or as one JSON object a line, at the speed of the disk.

Lines are put together of what many have in common, written once for each place and each cause, and of what is of a
closed alphabet (keys, numbers, times, ids), so that nothing has to be quoted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from cli.screen import progress, say
from cli.source import os_errors
from projections.roll.entries import PLACES
from projections.roll.reading import Point, RawRow, Roll

SCREEN = "-"
HEADS = ("elector", *PLACES, "since", "position", "act", "cause")


def write_out(roll: Roll, point: Point, only: Mapping[str, str], out: Path, form: str) -> None:
    """Write every entry to a file, or to the screen."""
    if str(out) == SCREEN:
        _write(roll, point, only, sys.stdout, form)
        return
    with os_errors(out), out.open("w", encoding="utf-8", newline="") as file:
        written = _write(roll, point, only, file, form)
    say(f"wrote {written:,} entries to {out}")


def _write(roll: Roll, point: Point, only: Mapping[str, str], file: TextIO, form: str) -> int:
    """Write the entries in the order of persons and numbers, and say how many."""
    total = roll.total(point, only)
    lines = FORMS[form](roll)
    with progress("writing", total) as bar:
        file.write(HEADERS[form])
        for rows in roll.raw(point, only):
            file.write("".join(lines(rows)))
            bar.by(len(rows))
    return total


class _Once(dict[int, str]):
    """Text made once for each id."""

    def __init__(self, make: Callable[[int], str]) -> None:
        self._make = make

    def __missing__(self, number: int) -> str:
        made = self[number] = self._make(number)
        return made


def _csv_lines(roll: Roll) -> Callable[[list[RawRow]], list[str]]:
    places = _Once(lambda number: ",".join(roll.place(number)))
    causes = _Once(lambda number: ",".join(roll.cause(number)))

    def lines(rows: list[RawRow]) -> list[str]:
        return [
            f"{person}/{number},{places[place]},{since},{position},{causes[cause]}\n"
            for person, number, place, since, position, cause in rows
        ]

    return lines


def _json_lines(roll: Roll) -> Callable[[list[RawRow]], list[str]]:
    def said(values: Mapping[str, str]) -> str:
        return "".join(f", {json.dumps(name)}: {json.dumps(value)}" for name, value in values.items() if value)

    places = _Once(lambda number: said(dict(zip(PLACES, roll.place(number), strict=True))))
    causes = _Once(lambda number: said(dict(zip(("act", "cause"), roll.cause(number), strict=True))))

    def lines(rows: list[RawRow]) -> list[str]:
        return [
            f'{{"elector": "{person}/{number}"{places[place]}, '
            f'"since": "{since}", "position": {position}{causes[cause]}}}\n'
            for person, number, place, since, position, cause in rows
        ]

    return lines


FORMS = {"csv": _csv_lines, "jsonl": _json_lines}
HEADERS = {"csv": ",".join(HEADS) + "\n", "jsonl": ""}

"""The formats by name, as the command line offers them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from projections.formats.blt import read_blt, write_blt
from projections.formats.csv_lines import COUNT, RANK_HEAD
from projections.formats.csv_papers import (
    RECORD_HEADS,
    read_csv_counted,
    read_csv_marks,
    read_csv_ranks,
    read_rctab,
    write_csv_counted,
    write_csv_ranks,
)
from projections.formats.cvr import read_cvr
from projections.formats.json_papers import read_json, write_json
from projections.formats.paper_file import PaperFile
from projections.formats.preflib import KINDS, Kind, read_preflib, write_preflib

BLT_HEAD = re.compile(r"[0-9]{1,5}\s+[0-9]{1,5}\s*(#.*)?")
PREFLIB_KEY = re.compile(r"#\s*[A-Z][A-Z ]*:")
JSON_FORMS = "json", "cvr"


class Readable(NamedTuple):
    """A format that is read: `reader(source, file, roll, **options)`, its options, and whether it has names or ids."""

    reader: Callable[..., PaperFile]
    options: frozenset[str] = frozenset()
    named: bool = True


class Written(NamedTuple):
    """What there is to write: candidates by id and name, papers by marks."""

    candidates: Sequence[tuple[str, str]]
    papers: dict[str, int]
    seats: int
    title: str


READABLE = {
    "blt": Readable(read_blt),
    "csv": Readable(read_csv_counted, named=False),
    "csv-ranks": Readable(read_csv_ranks),
    "csv-marks": Readable(read_csv_marks),
    "preflib": Readable(read_preflib, frozenset({"kind"})),
    "cvr": Readable(read_cvr, frozenset({"contest"})),
    "rctab": Readable(read_rctab, frozenset({"overvotes", "first_column"})),
    "json": Readable(read_json, named=False),
}


def _blt(it: Written) -> str:
    return write_blt(it.candidates, it.papers, seats=it.seats, title=it.title)


def _json(it: Written) -> str:
    return write_json(it.candidates, it.papers, seats=it.seats, title=it.title)


def _preflib(kind: Kind, it: Written) -> str:
    return write_preflib(it.candidates, it.papers, title=it.title, kind=kind)


WRITABLE: dict[str, Callable[[Written], str]] = {
    "blt": _blt,
    "csv": lambda it: write_csv_counted(it.papers),
    "csv-ranks": lambda it: write_csv_ranks(it.papers),
    "json": _json,
    **{kind: partial(_preflib, kind) for kind in KINDS},
}


def guessed(file: str, first: Sequence[str]) -> tuple[str, ...]:
    """Guess in which formats a file may be that was given without one, to say so in the refusal; never to read it.

    Args:
        file: its name.
        first: its first line, cut at commas.
    """
    ending = file.rpartition(".")[2].lower()
    cells = [cell.strip() for cell in first]
    line = ",".join(cells)
    if ending == "blt" or BLT_HEAD.fullmatch(line):
        return ("blt",)
    if ending in KINDS or PREFLIB_KEY.match(line):
        return ("preflib",)
    if ending == "json" or line.startswith("{"):
        return JSON_FORMS
    if any(cell.casefold() in RECORD_HEADS for cell in cells):
        return ("rctab",)
    if all(RANK_HEAD.fullmatch(cell) or cell.casefold() == COUNT for cell in cells):
        return ("csv-ranks",) if any(RANK_HEAD.fullmatch(cell) for cell in cells) else ()
    return ()

"""The formats by name, as the command line offers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from projections.formats.blt import read_blt, write_blt
from projections.formats.csv_papers import (
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


class Readable(NamedTuple):
    """A format that is read: `reader(source, file, roll, **options)`, and which options it has."""

    reader: Callable[..., PaperFile]
    options: frozenset[str] = frozenset()


class Written(NamedTuple):
    """What there is to write: candidates by id and name, papers by marks."""

    candidates: Sequence[tuple[str, str]]
    papers: dict[str, int]
    seats: int
    title: str
    withdrawn: Sequence[str] = ()


READABLE = {
    "blt": Readable(read_blt),
    "csv": Readable(read_csv_counted),
    "csv-ranks": Readable(read_csv_ranks),
    "csv-marks": Readable(read_csv_marks),
    "preflib": Readable(read_preflib, frozenset({"kind"})),
    "cvr": Readable(read_cvr, frozenset({"contest"})),
    "rctab": Readable(read_rctab, frozenset({"overvotes", "first_column"})),
    "json": Readable(read_json),
}


def _blt(it: Written) -> str:
    return write_blt(it.candidates, it.papers, seats=it.seats, title=it.title, withdrawn=it.withdrawn)


def _json(it: Written) -> str:
    return write_json(it.candidates, it.papers, seats=it.seats, title=it.title, withdrawn=it.withdrawn)


def _preflib(kind: Kind, it: Written) -> str:
    return write_preflib(it.candidates, it.papers, title=it.title, kind=kind)


WRITABLE: dict[str, Callable[[Written], str]] = {
    "blt": _blt,
    "csv": lambda it: write_csv_counted(it.papers),
    "csv-ranks": lambda it: write_csv_ranks(it.papers),
    "json": _json,
    **{kind: partial(_preflib, kind) for kind in KINDS},
}

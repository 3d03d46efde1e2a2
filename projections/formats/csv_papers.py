"""CSV files of papers: a count and marks, a column for each rank, a column for each candidate, or RCTab's two.

* counted: `count,marks`, marks as the ledger writes them; without `count` each row is one paper.
* ranks: a column for each rank, `rank 1,rank 2` or `1,2`, with a candidate in each cell, several joined by `=`.
* marks: a column for each candidate, with the rank written beside the name, or a cross.
* RCTab's: rows of ranks with the labels `overvote` and `undervote`, as it writes, or rows of marks, as it reads,
  after columns about the record. Source: BrightSpots/rcv, ResultsWriter.java and CsvCvrReader.java.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from ledger.errors import RefusedError
from ledger.rules.marks import ranks, unknown
from projections.formats.csv_lines import RANK_HEAD, Head, Row, head_of, rank_columns, rows_of, wrong_head
from projections.formats.lines import Lines, Source
from projections.formats.paper_file import (
    RANK_MAX,
    PaperFile,
    Papers,
    Place,
    Roll,
    by_rank,
    malformed,
    unknown_mark,
    whole,
)
from projections.formats.written import tidy

CROSSES = frozenset(("x", "✓", "✔", "✗", "✘"))
CROSS = -1
NO_MARK = frozenset(("", "0"))
SKIPPED = frozenset(("undervote", "skipped"))
OVERVOTE = "overvote"
ABOUT_RECORD = "ballot id", "batch id", "cast vote record", "contest id", "cvr provider", "id", "precinct"
RECORD_HEADS = frozenset((*ABOUT_RECORD, "precinct portion", "record id", "source filepath", "tabulator id"))

Overvotes = Literal["refuse", "gap", "everybody"]


def read_csv_counted(source: Source, file: str, roll: Roll) -> PaperFile:
    """Read rows of marks, each with how many papers bear them where there is a column `count`.

    Raises:
        RefusedError: `empty-file`, `wrong-columns`, `not-csv`, `file-malformed`, `unknown-candidate`,
            `too-many-papers`, `line-too-long`, `not-utf-8`, `not-text`.
    """
    lines = Lines(source, file)
    head = head_of(lines)
    others = [at for at, cell in enumerate(head.cells) if at != head.counted]
    if [head.cells[at].casefold() for at in others] != ["marks"]:
        wrong = next((at for at in others if head.cells[at].casefold() != "marks"), 0)
        raise wrong_head(head, wrong, "the columns count and marks, or marks alone")
    known = frozenset(roll.ids)
    quick = known | {""}
    papers = Papers()
    for row in rows_of(lines, head):
        marks = row.cells[others[0]]
        stranger = None if quick.issuperset(marks.split(">")) else unknown(marks, known)
        if stranger is not None:
            raise unknown_mark(stranger, known, row.place.at("column marks"))
        papers.add(marks, row.papers, row.place)
    return _read(papers)


def read_csv_ranks(source: Source, file: str, roll: Roll) -> PaperFile:
    """Read rows with a candidate, by name or id, in the column of each rank; an empty cell is a rank left out.

    Raises:
        RefusedError: as `read_csv_counted`, and `ambiguous-candidate`.
    """
    lines = Lines(source, file)
    head = head_of(lines)
    return _from_ranks(rows_of(lines, head), head, rank_columns(head), _Cells(roll))


def read_csv_marks(source: Source, file: str, roll: Roll) -> PaperFile:
    """Read rows with the rank of each candidate in the candidate's column.

    A cross is as good as a 1: on a paper with crosses all of them stand at one rank. An empty cell and a 0 are no
    mark. The candidates of one rank come in the order of the columns; columns are numbered from 1 for a mapping.

    Raises:
        RefusedError: as `read_csv_counted`, and `ambiguous-candidate`, `duplicate-candidate`.
    """
    lines = Lines(source, file)
    head = head_of(lines)
    columns = [at for at in range(len(head.cells)) if at != head.counted]
    return _from_marks(rows_of(lines, head), head, columns, roll)


def read_rctab(
    source: Source, file: str, roll: Roll, *, overvotes: Overvotes = "refuse", first_column: int | None = None
) -> PaperFile:
    """Read one of RCTab's generic CSV files: with columns `Rank 1`, `Rank 2`, ..., or one for each candidate.

    Args:
        overvotes: what becomes of the label `overvote`, which says that several are marked and not who. Under a rule
            that passes over an overvote choose `gap`; under one by which the paper ends there, `everybody`.
        first_column: from 1, the first column of votes; without it the columns before are known by their names.

    Raises:
        RefusedError: as `read_csv_marks`, and `overvote`.
    """
    lines = Lines(source, file)
    head = head_of(lines)
    if first_column is None:
        record = {at for at, cell in enumerate(head.cells) if cell.casefold() in RECORD_HEADS and not roll.holds(cell)}
    else:
        record = set(range(min(first_column - 1, len(head.cells))))
    head = head._replace(counted=None if head.counted in record else head.counted)
    rows = rows_of(lines, head, passing=record)
    columns = [at for at in range(len(head.cells)) if at not in record and at != head.counted]
    if columns and RANK_HEAD.fullmatch(head.cells[columns[0]]) and not roll.holds(head.cells[columns[0]]):
        return _from_ranks(rows, head, rank_columns(head, passing=record), _Cells(roll, overvotes))
    return _from_marks(rows, head, columns, roll)


class _Cells:
    """What stands in the cells of ranks: candidates by name or id, several joined by `=`, and RCTab's labels."""

    def __init__(self, roll: Roll, overvotes: Overvotes | None = None) -> None:
        self._roll = roll
        self._overvotes = overvotes
        self._known: dict[str, str] = {"": ""}

    def rank(self, cell: str, row: Row, head: Head, column: int) -> str:
        """Give the marks of one rank; the same cell again costs nothing."""
        found = self._known.get(cell)
        if found is None:
            found = self._known[cell] = self._read(cell.strip(), row.place.at(head.column(column)))
        return found

    def _read(self, text: str, place: Place) -> str:
        label = text.casefold()
        if self._roll.holds(text) or not text:
            return self._roll.find(text, place) if text else ""
        if self._overvotes and label in SKIPPED:
            return ""
        if self._overvotes and label == OVERVOTE:
            return self._overvote(place)
        return "=".join(self._roll.find(name, place) for name in text.split("="))

    def _overvote(self, place: Place) -> str:
        if self._overvotes == "refuse":
            raise RefusedError(
                "overvote",
                str(place),
                expected="the candidates that are marked, joined by =",
                found="the label overvote, which does not say who they are",
                remedy="Say what it shall be, as the count rule has it: --option overvotes=gap, or overvotes=everybody",
            )
        return "" if self._overvotes == "gap" else "=".join(self._roll.ids)


def _from_ranks(rows: Iterable[Row], head: Head, columns: Sequence[int], cells: _Cells) -> PaperFile:
    papers = Papers()
    for row in rows:
        marks = ">".join([cells.rank(row.cells[column], row, head, column) for column in columns])
        papers.add(marks, row.papers, row.place)
    return _read(papers)


def _from_marks(rows: Iterable[Row], head: Head, columns: Sequence[int], roll: Roll) -> PaperFile:
    ids = roll.find_all((head.cells[at], head.place.at(f"column {at + 1}")) for at in columns)
    known = dict.fromkeys(NO_MARK, 0)  # what stands in cells: ranks, no mark, crosses
    papers = Papers()
    for row in rows:
        marked = []
        for column, candidate in zip(columns, ids, strict=True):
            rank = known.get(row.cells[column])
            if rank is None:
                rank = known[row.cells[column]] = _rank(row.cells[column].strip(), row.place.at(head.column(column)))
            if rank:
                marked.append((rank, candidate))
        papers.add(by_rank(_without_crosses(marked, row.place)), row.papers, row.place)
    return _read(papers, tuple(zip(ids, [head.cells[column] for column in columns], strict=True)))


def _rank(text: str, place: Place) -> int:
    if text in NO_MARK:
        return 0
    return CROSS if text.casefold() in CROSSES else whole(text, place, least=1, most=RANK_MAX, what="a rank or a cross")


def _without_crosses(marked: list[tuple[int, str]], place: Place) -> list[tuple[int, str]]:
    """Put crosses at the first rank."""
    if all(rank != CROSS for rank, _ in marked):
        return marked
    if any(rank > 1 for rank, _ in marked):
        raise malformed(place, "either ranks or crosses on one paper", "both", "Decide what the paper says")
    return [(1, candidate) for _, candidate in marked]


def _read(papers: Papers, candidates: tuple[tuple[str | None, str], ...] = ()) -> PaperFile:
    return PaperFile("", None, candidates, papers.counts, papers.lines)


def write_csv_counted(papers: Mapping[str, int]) -> str:
    """Write papers as `count,marks`."""
    return _written(["count", "marks"], ([count, marks] for marks, count in tidy(papers).items()))


def write_csv_ranks(papers: Mapping[str, int]) -> str:
    """Write papers as `count,rank 1,rank 2,...`, with ids; as many ranks as some paper has, and at least one."""
    spelled = [(count, ranks(marks)) for marks, count in tidy(papers).items()]
    most = max((len(written) for _, written in spelled), default=1) or 1
    rows = ([count, *("=".join(rank) for rank in written), *[""] * (most - len(written))] for count, written in spelled)
    return _written(["count", *(f"rank {rank}" for rank in range(1, most + 1))], rows)


def _written(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()

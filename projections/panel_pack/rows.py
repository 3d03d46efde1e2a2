"""Files of rows for filters and search: every ruling, and every case without one, as a script that a page may load.

A page opened from a folder may read no other file but a script; so the rows are arguments of one call each. Nothing of
the vault is in them: the headline sentence is made from the leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from projections.oversight.rows import RulingRow
from projections.panel_pack.register import case_file, cells_of, label_of

FILE_ROWS = 1_000
ROWS_FOLDER = "data"
Row = list[object]


def row_of_ruling(ruling: RulingRow, headline: str) -> Row:
    """Give the row of a ruling, in the order that the script knows."""
    decided = [ruling.ruled[:10], ruling.outcome, list(ruling.grounds), ruling.decider, ruling.detection]
    text = f"{label_of(ruling)} {headline}"
    return [
        case_file(ruling.case), f"Case {label_of(ruling)}", *decided, ruling.appeal_state, text, list(cells_of(ruling))
    ]  # fmt: skip


def row_of_case(case: str, headline: str) -> Row:
    """Give the row of a case on which there is no ruling: no filter finds it, but the search does."""
    return [case_file(case), f"Case {case}", "", "", [], "", "", "", headline, []]


def row_files(rows: Iterable[Row]) -> Iterator[tuple[str, bytes]]:
    """Write rows into files of at most FILE_ROWS: path and content."""
    part: list[Row] = []
    number = 0
    for each in rows:
        part.append(each)
        if len(part) == FILE_ROWS:
            yield _file(number, part)
            number, part = number + 1, []
    if part:
        yield _file(number, part)


def files_of(rows: int) -> int:
    """Say into how many files so many rows go."""
    return -(-rows // FILE_ROWS)


def _file(number: int, rows: list[Row]) -> tuple[str, bytes]:
    text = ",\n".join(json.dumps(row, ensure_ascii=True, separators=(",", ":")) for row in rows)
    return f"{ROWS_FOLDER}/rulings-{number + 1}.js", f"pollbookRows({number}, [\n{text}\n]);\n".encode()

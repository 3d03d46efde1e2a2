"""A count as plain text for a screen.

Counts in whole papers: one table of all stages where there is one section and it fits; else a block for each stage,
with the sections side by side, and in several tables one below the other where they do not fit.

The single transferable vote: the votes of all stages, in several tables one below the other where they do not fit;
the same of each section where there are several; and then stage by stage what moved from whom to whom, and what was
decided.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from projections.count.columns import tables, wrapped
from projections.count.grid import grid_of, points_of
from projections.count.sheet import CERTIFIED_MARK, papers_in_words, stage_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.count.columns import Line
    from projections.count.sheet import Row, Sheet

MARKS = {"elected": "*", "excluded": "x"}
LEGEND = "* elected at this stage or before; x excluded at the end of it, and votes moved at the next."


def text_of(sheet: Sheet, width: int) -> str:
    """Lay a sheet out as plain text, no line wider than `width` columns, 40 or more; ends with a newline."""
    lines = [line for section in sheet.valid for line in wrapped(papers_in_words(sheet, section), width)]
    lines += _transferable(sheet, width) if sheet.transferable else _in_papers(sheet, width)
    return "\n".join(lines) + "\n"


def _in_papers(sheet: Sheet, width: int) -> Iterator[str]:
    whole = list(islice(tables(_all_stages(sheet), width), 2)) if len(sheet.columns) == 1 else []
    if len(whole) == 1:
        yield from ("", *whole[0], "")
        for stage in sheet.stages:
            yield from wrapped(f"{stage.heading}. {stage.acts[0].words}", width)
    else:
        for stage in sheet.stages:
            yield from ("", stage.heading)
            grids = [grid_of(sheet, stage, "%", points=False)]
            grids += [points_of(sheet, stage)] if sheet.weighted else []
            for grid in grids:
                for block in tables(grid, width):
                    yield from ("", *block)
            yield from ("", *wrapped(stage.acts[0].words, width))
    for note in sheet.notes:
        yield from ("", *wrapped(note, width))


def _transferable(sheet: Sheet, width: int) -> Iterator[str]:
    for note in sheet.notes:
        yield from wrapped(note, width)
    for block in tables(_votes(sheet), width):
        yield from ("", *block)
    yield from ("", *wrapped(LEGEND, width))
    for column, section in enumerate(sheet.columns if len(sheet.columns) > 1 else ()):
        yield from ("", *wrapped(f"Of these, votes of section {section.heading}:", width))
        for block in tables(_votes(sheet, column), width):
            yield from ("", *block)
    for stage in sheet.stages:
        yield from ("", stage.heading)
        for words in stage_in_words(sheet, stage, changes=True):
            yield from wrapped(words, width)


def _all_stages(sheet: Sheet) -> list[Line]:
    """Tabulate totals and percentages of all stages; who is excluded has no cells from then on."""
    lines = {candidate: [label] for candidate, label in sheet.labels.items()}
    nobody = {row.line: [row.label] for stage in sheet.stages for row in sheet.rows(stage) if not row.candidate}
    head = [""]
    for stage in sheet.stages:
        held: dict[str | None, Row] = {row.candidate: row for row in stage.rows if not row.gone}
        for candidate, line in lines.items():
            row = held.get(candidate)
            line += _total_and_share(row) if row else ["", ""]
        for row in sheet.rows(stage):
            if not row.candidate:
                nobody[row.line] += _total_and_share(row)
        head += [f"Stage {stage.number}{CERTIFIED_MARK if sheet.columns[0].certified else ''}", "%"]
    return [head, *lines.values(), *nobody.values()]


def _total_and_share(row: Row) -> list[str]:
    return [row.total.printed if row.total else "-", row.share.printed if row.share else ""]


def _votes(sheet: Sheet, column: int | None = None) -> list[Line]:
    """Tabulate the votes of all stages with the status of their holders, the lines of nobody, and the quota.

    Args:
        column: of one section, without a quota.
    """
    lines: dict[str, Line] = {candidate: [label] for candidate, label in sheet.labels.items()}
    head, quota = [""], ["Quota"]
    for number, stage in enumerate(sheet.stages, start=1):
        for row in sheet.rows(stage):
            mark = " " if row.gone else MARKS.get(row.status or "", " ")
            line = lines.setdefault(row.candidate or row.line, [row.label])
            votes = row.total if column is None else row.votes[column]
            line.append(f"{votes.printed}{mark}" if votes else "")
        for line in lines.values():
            line += [""] * (number + 1 - len(line))
        head.append(f"Stage {stage.number} ")
        quota.append(f"{stage.quota.printed} " if stage.quota else "")
    held = [line for line in lines.values() if any(line[1:])]  # not those who withdrew
    return [head, *held, *([quota] if column is None else [])]

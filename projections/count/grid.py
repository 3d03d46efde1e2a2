"""A stage of a sheet as a grid of cells, for all renderers that draw tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.sheet import printed

if TYPE_CHECKING:
    from projections.count.sheet import Row, Sheet, SheetStage

    Cells = list[str]


def grid_of(sheet: Sheet, stage: SheetStage, share: str, *, points: bool = True) -> list[Cells]:
    """Give the heads of the columns, then the cells of each row, its label first.

    Columns: votes by section, total, change, share, the points that each section gives to it; under the single
    transferable vote there are no points but the status, and of one section only the total, as `Votes`.

    Args:
        share: head of the column of shares.
        points: whether to give those.
    """
    heads = ["Votes"] if _is_plain(sheet) else [*(column.heading for column in sheet.columns), "Total"]
    heads += ["Change", share, "Status"] if sheet.transferable else ["Change", share]
    if points:
        heads += _points_heads(sheet)
    grid = [["", *heads], *(_cells(sheet, row, points=points) for row in sheet.rows(stage))]
    if stage.quota is not None:
        before = [""] * (0 if _is_plain(sheet) else len(sheet.columns))
        grid.append(["Quota", *before, stage.quota.printed, *[""] * (len(heads) - len(before) - 1)])
    return grid


def _is_plain(sheet: Sheet) -> bool:
    """Whether the votes of the one section and the total would stand side by side, the same."""
    return sheet.transferable and len(sheet.columns) == 1


def points_of(sheet: Sheet, stage: SheetStage) -> list[Cells]:
    """Give the points that each section gives to continuing candidates, with heads."""
    heads = ["", *_points_heads(sheet)]
    return [heads, *([row.label, *map(printed, row.points)] for row in stage.rows if row.candidate and not row.gone)]


def _points_heads(sheet: Sheet) -> Cells:
    return [f"{column.section} points" for column in sheet.columns] if sheet.weighted else []


def _cells(sheet: Sheet, row: Row, *, points: bool) -> Cells:
    cells = [row.label, *([] if _is_plain(sheet) else map(printed, row.votes)), printed(row.total)]
    cells += [amount.printed if amount else "" for amount in (row.change, row.share)]
    if points:
        cells += [amount.printed if amount else "" for amount in row.points]
    return [*cells, row.status or ""] if sheet.transferable else cells

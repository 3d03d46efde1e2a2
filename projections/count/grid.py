"""A stage of a sheet as a grid of cells, for all renderers that draw tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.sheet import printed

if TYPE_CHECKING:
    from projections.count.sheet import Row, Sheet, SheetStage

    Cells = list[str]


def grid_of(sheet: Sheet, stage: SheetStage, share: str) -> list[Cells]:
    """Give the heads of the columns, then the cells of each row, its label first.

    Columns: votes by section, the points that each section gives, total, change, share; under the single transferable
    vote votes, change, share, status.

    Args:
        share: head of the column of shares.
    """
    heads = [column.heading for column in sheet.columns]
    if sheet.weighted:
        heads += [f"{column.heading} points" for column in sheet.columns]
    if not sheet.transferable:
        heads.append("Total")
    heads += ["Change", share]
    if sheet.transferable:
        heads.append("Status")
    grid = [["", *heads], *(_cells(sheet, row) for row in sheet.rows(stage))]
    if stage.quota is not None:
        grid.append(["Quota", stage.quota.printed, *[""] * (len(heads) - 1)])
    return grid


def _cells(sheet: Sheet, row: Row) -> Cells:
    cells = [row.label, *map(printed, row.votes)]
    if sheet.weighted:
        cells += [amount.printed if amount else "" for amount in row.points] or [""] * len(sheet.columns)
    if not sheet.transferable:
        cells.append(printed(row.total))
    cells += [row.change.printed if row.change else "", row.share.printed if row.share else ""]
    if sheet.transferable:
        cells.append(row.status or "")
    return cells

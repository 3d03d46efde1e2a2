"""A stage of a sheet as a grid of cells, for all renderers that draw tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.sheet import printed

if TYPE_CHECKING:
    from projections.count.sheet import Row, Sheet, SheetStage

    Cells = list[str]


def grid_of(sheet: Sheet, stage: SheetStage, share: str) -> list[Cells]:
    """Give the heads of the columns, then the cells of each row, its label first.

    Columns: votes by section, total, change, share, the points that each section gives to it; under the single
    transferable vote votes, change, share, status.

    Args:
        share: head of the column of shares.
    """
    heads = [column.heading for column in sheet.columns]
    heads += ["Change", share, "Status"] if sheet.transferable else ["Total", "Change", share]
    if sheet.weighted:
        heads += [f"{column.section} points" for column in sheet.columns]
    grid = [["", *heads], *(_cells(sheet, row) for row in sheet.rows(stage))]
    if stage.quota is not None:
        grid.append(["Quota", stage.quota.printed, *[""] * (len(heads) - 1)])
    return grid


def _cells(sheet: Sheet, row: Row) -> Cells:
    cells = [row.label, *map(printed, row.votes)]
    if not sheet.transferable:
        cells.append(printed(row.total))
    cells += [amount.printed if amount else "" for amount in (row.change, row.share)]
    if sheet.weighted:
        cells += [amount.printed if amount else "" for amount in row.points]
    return [*cells, row.status or ""] if sheet.transferable else cells

"""Any count as text, JSON, CSV, Markdown or HTML: one door for all methods and all ways to show them.

All make the same `Sheet` first. Their arguments are alike:

    table     a whole count, or the last stages of one in whole papers
    names     candidate id -> name; a candidate without one goes by the id
    decimals  places after the point of printed percentages, 0 or more
    crosses   papers bear crosses, not preferences: votes not given are left out of print where they are 0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projections.count.render_csv import csv_of
from projections.count.render_html import html_of
from projections.count.render_json import json_of
from projections.count.render_markdown import markdown_of
from projections.count.render_text import text_of
from projections.count.sheet import exact, labels
from projections.count.sheet_of_stages import sheet_of_stages
from projections.count.sheet_of_stv import sheet_of_stv
from projections.count.stv_table import STVTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projections.count.sheet import CountTable, Sheet

__all__ = ["as_csv", "as_html", "as_json", "as_markdown", "as_text", "exact", "labels", "sheet_of"]


def sheet_of(table: CountTable, names: Mapping[str, str], decimals: int, *, crosses: bool = False) -> Sheet:
    """Make the sheet of any count."""
    if isinstance(table, STVTable):
        return sheet_of_stv(table, names, decimals)
    return sheet_of_stages(table, names, decimals, crosses=crosses)


def as_text(
    table: CountTable, names: Mapping[str, str], decimals: int, width: int = 80, *, crosses: bool = False
) -> str:
    """Lay a count out as plain text, no line wider than `width` columns, 40 or more; see `render_text`."""
    return text_of(sheet_of(table, names, decimals, crosses=crosses), width)


def as_json(table: CountTable, names: Mapping[str, str], decimals: int) -> dict[str, Any]:
    """Turn a count into a JSON object; its keys are in `render_json`."""
    return json_of(table, sheet_of(table, names, decimals))


def as_csv(table: CountTable, names: Mapping[str, str], decimals: int) -> str:
    """Write a count as CSV, a number in each line; its columns are in `render_csv`."""
    return csv_of(sheet_of(table, names, decimals))


def as_markdown(table: CountTable, names: Mapping[str, str], decimals: int, *, crosses: bool = False) -> str:
    """Write a count as Markdown with GitHub's tables, one for each stage."""
    return markdown_of(sheet_of(table, names, decimals, crosses=crosses))


def as_html(table: CountTable, names: Mapping[str, str], decimals: int, *, crosses: bool = False) -> str:
    """Write a count as a fragment of HTML, a table for each stage; everything is escaped."""
    return html_of(sheet_of(table, names, decimals, crosses=crosses))

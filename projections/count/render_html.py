"""A count as a fragment of HTML, for a page that brings its own style. Whatever is not markup of ours is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from projections.count.grid import grid_of
from projections.count.sheet import papers_in_words, stage_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projections.count.sheet import Sheet, SheetStage


def html_of(sheet: Sheet) -> str:
    """Write a sheet as HTML: the papers by section, then a table for each stage."""
    papers = "".join(f"<p>{escape(papers_in_words(sheet, section))}</p>\n" for section in sheet.valid)
    return papers + stages_html(sheet)


def stages_html(sheet: Sheet) -> str:
    """Write the stages of a sheet, with what belongs to all of them."""
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in sheet.notes)
    return notes + "".join(_stage(sheet, stage) for stage in sheet.stages)


def html_table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """Write a table whose first column names its rows; the other columns hold numbers, or text."""
    kind = ' class="n"' if numbers else ""
    head = "".join(f'<th scope="col"{kind if place else ""}>{escape(cell)}</th>' for place, cell in enumerate(heads))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in cells)
        + "</tr>\n"
        for name, *cells in rows
    )
    thead = f"<thead><tr>{head}</tr></thead>\n" if heads else ""
    return f"<table>\n<caption>{escape(caption)}</caption>\n{thead}<tbody>\n{body}</tbody>\n</table>\n"


def _stage(sheet: Sheet, stage: SheetStage) -> str:
    share = "% of the whole" if sheet.weighted else "% of continuing"
    (_, *heads), *rows = grid_of(sheet, stage, share)
    words = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in stage_in_words(sheet, stage))
    return html_table(f"Stage {stage.number}", ("Candidate", *heads), rows) + words

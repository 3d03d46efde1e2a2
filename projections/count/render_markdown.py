"""A count as Markdown with GitHub's tables. No name can end a cell, begin a tag, or be read as markup.

Source: GitHub Flavored Markdown, section 4.10 (tables) and 2.4 (backslash escapes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.grid import grid_of
from projections.count.sheet import papers_in_words, stage_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from projections.count.sheet import Sheet, SheetStage

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\`*_[]~|$#!"} | ENTITIES)


def markdown_of(sheet: Sheet) -> str:
    """Write a sheet as Markdown, a table for each stage; ends with a newline."""
    blocks = [_escaped(papers_in_words(sheet, section)) for section in sheet.valid]
    blocks += map(_escaped, sheet.notes)
    for stage in sheet.stages:
        blocks += _stage(sheet, stage)
    return "\n\n".join(blocks) + "\n"


def _stage(sheet: Sheet, stage: SheetStage) -> Iterator[str]:
    yield f"### {_escaped(stage.heading)}"
    head, *rows = grid_of(sheet, stage, "%")
    ruler = "|:--" + "|--:" * (len(head) - 1) + "|"
    yield "\n".join([_line(head), ruler, *map(_line, rows)])
    yield "\n".join(f"- {_escaped(words)}" for words in stage_in_words(sheet, stage))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    return text.translate(ESCAPES)  # no line ends in it: labels have none

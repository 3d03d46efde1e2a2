"""What pages are made of: links, tables, facts beside their names, figures. Every text that is given is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from projections.story.words import day, when


class Markup(str):
    """Text that is HTML already, made here from texts that were escaped."""

    __slots__ = ()


def written(text: str) -> str:
    """Give a text as HTML: escaped, unless it is markup of ours."""
    return text if isinstance(text, Markup) else escape(text)


def link(to: str, text: str, *, here: bool = False) -> Markup:
    """Lead to another page of the pack; `here`: it is this one."""
    current = ' aria-current="page"' if here else ""
    return Markup(f'<a href="{escape(to)}"{current}>{written(text)}</a>')


def time_of(moment: str, *, exactly: bool = False) -> Markup:
    """Write the day of a moment (UTC), or the moment itself."""
    said = when(moment) if exactly else day(moment)
    return Markup(f'<time datetime="{escape(moment)}">{escape(said)}</time>')


def short_day(moment: str | None) -> Markup:
    """Write a day in a table, `2010-09-25`, which sorts as it reads; a dash where there is none."""
    if moment is None:
        return Markup("-")
    return Markup(f'<time class="day" datetime="{escape(moment)}">{escape(moment[:10])}</time>')


def joined(parts: Iterable[str], between: str = ", ") -> Markup:
    """Put texts in a row."""
    return Markup(between.join(map(written, parts)))


def para(text: str, kind: str = "") -> str:
    """Write a paragraph."""
    return f"<p{_class(kind)}>{written(text)}</p>\n"


def heading(level: int, text: str, name: str = "") -> str:
    """Write a heading; `name` lets links lead to it."""
    own = f' id="{escape(name)}"' if name else ""
    return f"<h{level}{own}>{written(text)}</h{level}>\n"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, and the class of its cells, `n` for numbers."""

    head: str
    kind: str = ""


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str]], name: str = "", foot: str = ""
) -> str:
    """Write a table whose first column names its rows; on a narrow screen each row becomes a block.

    Args:
        foot: rows of sums, as `row` writes them.
    """
    heads = "".join(f'<th scope="col"{_class(each.kind)}>{escape(each.head)}</th>' for each in columns)
    body = "".join(row(columns, cells) for cells in rows)
    own = f' id="{escape(name)}"' if name else ""
    sums = f"<tfoot>\n{foot}</tfoot>\n" if foot else ""
    return (
        f'<div class="wide">\n<table class="stacks"{own}>\n<caption>{written(caption)}</caption>\n'
        f"<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{body}</tbody>\n{sums}</table>\n</div>\n"
    )


def row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    """Write a row of a table."""
    first, *rest = zip(columns, cells, strict=True)
    others = "".join(f"<td{_class(each.kind)}{_head(each)}>{written(cell)}</td>" for each, cell in rest)
    return f'<tr><th scope="row"{_class(first[0].kind)}{_head(first[0])}>{written(first[1])}</th>{others}</tr>\n'


def _head(column: Column) -> str:
    return f' data-head="{escape(column.head)}"' if column.head else ""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Write names with what each is; what is empty is left out."""
    items = "".join(f"<dt>{escape(name)}</dt>\n<dd>{written(said)}</dd>\n" for name, said in pairs if said)
    return f'<dl class="facts">\n{items}</dl>\n' if items else ""


def figures(items: Iterable[tuple[str, str, str]]) -> str:
    """Write a few numbers large: what is counted, how many, and a note, which may be empty."""
    inner = "".join(
        f"<div><dt><b>{escape(name)}</b>{_note(note)}</dt><dd>{escape(number)}</dd></div>\n"
        for name, number, note in items
    )
    return f'<dl class="figures">\n{inner}</dl>\n'


def _note(text: str) -> str:
    return f' <span class="note">{escape(text)}</span>' if text else ""


def _class(kind: str) -> str:
    return f' class="{escape(kind)}"' if kind else ""

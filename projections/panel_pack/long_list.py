"""A list that may be too long for one page: its first rows stand where it belongs, the others on pages of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projections.panel_pack.parts import Column, heading, joined, link, para, table
from projections.panel_pack.register import PAGE_ROWS


@dataclass(frozen=True, slots=True)
class LongList:
    """A list of rows that link to each other's pages.

    Attributes:
        home: path and title of the page that has the first rows.
        stem: what the names of the other pages begin with.
        caption: how many rows there are and of what; on one of several pages, how many of these stand there first.
    """

    home: tuple[str, str]
    stem: str
    title: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[tuple[str, ...]]

    def first(self) -> str:
        """Write the first rows, and the way to the others."""
        return self._table(1) + self._ways(1)

    def others(self) -> Iterator[tuple[str, str, str]]:
        """Write the other pages: path, title and main part of each."""
        back = para(joined((link(*self.home),)), "above")
        for number in range(2, self._pages + 1):
            title = f"{self.title}, page {number}"
            yield self._path(number), title, heading(1, title) + back + self._table(number) + self._ways(number)

    @property
    def _pages(self) -> int:
        return -(-len(self.rows) // PAGE_ROWS)

    def _path(self, number: int) -> str:
        return self.home[0] if number == 1 else f"{self.stem}-page-{number}.html"

    def _table(self, number: int) -> str:
        chosen = self.rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
        here = f"{len(chosen)} of " if len(chosen) < len(self.rows) else ""
        return table(f"{here}{self.caption}", self.columns, chosen)

    def _ways(self, here: int) -> str:
        """Lead to the other pages of the list, if it has any."""
        if self._pages < 2:
            return ""
        ways = "".join(
            f"<li>{link(self._path(number), f'Page {number}', here=number == here)}</li>\n"
            for number in range(1, self._pages + 1)
        )
        return f'<nav aria-label="Pages of {self.title.lower()}">\n<ol class="pages">\n{ways}</ol>\n</nav>\n'

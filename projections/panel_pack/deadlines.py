"""The pages of what is late, of whom nobody told anything, and of what waits without a date: a table for each list.

The first page has the first rows of every list; a list that is longer goes on in pages of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from projections.oversight.deadlines import LISTS, Waiting
from projections.oversight.lateness import Calendar
from projections.panel_pack.parts import Column, figures, heading, joined, link, para, short_day, table
from projections.panel_pack.register import PAGE_ROWS, case_file
from projections.story.words import counted, when

DEADLINES = "deadlines.html"
MINUTES = len("2010-09-25T12:00")
TITLES = {
    "overdue": "Overdue",
    "never-notified": "Never notified",
    "not-told": "Ruled, and not told",
    "remedy-overdue": "Remedies overdue",
    "papers-outstanding": "Cancelled papers outstanding",
    "no-next-step": "No next step",
}
COLUMNS = (
    Column("Case"),
    Column("Waits for"),
    Column("Whose"),
    Column("Since", "day"),
    Column("Due", "day"),
    Column("Days", "n"),
    Column("Working days", "n"),
)


def deadlines_pages(waiting: Sequence[Waiting], calendar: Calendar) -> Iterator[tuple[str, str, str]]:
    """Write the pages: path, title and main part of each."""
    yield DEADLINES, "Deadlines", _first(waiting, calendar)
    for name, says in LISTS.items():
        rows = [each for each in waiting if each.list == name]
        for number in range(2, _pages(rows) + 1):
            title = f"{TITLES[name]}, page {number}"
            back = para(joined((link(DEADLINES, "Deadlines"),)), "above")
            part = f"{heading(1, title)}{back}{_list(rows, says, calendar, number)}{_ways(rows, name, number)}"
            yield _path(name, number), title, part


def _pages(rows: Sequence[Waiting]) -> int:
    return -(-len(rows) // PAGE_ROWS)


def _path(name: str, number: int) -> str:
    return DEADLINES if number == 1 else f"deadlines-{name}-page-{number}.html"


def _ways(rows: Sequence[Waiting], name: str, here: int) -> str:
    """Lead to the other pages of a list, if it has any."""
    if len(rows) <= PAGE_ROWS:
        return ""
    ways = "".join(
        f"<li>{link(_path(name, number), f'Page {number}', here=number == here)}</li>\n"
        for number in range(1, _pages(rows) + 1)
    )
    return f'<nav aria-label="Pages of {TITLES[name].lower()}">\n<ol class="pages">\n{ways}</ol>\n</nav>\n'


def _first(waiting: Sequence[Waiting], calendar: Calendar) -> str:
    numbers = Counter(each.list for each in waiting)
    intro = (
        f"Held against {when(calendar.at)}. Days are counted since something was due, else since it waits, by the "
        f"calendar of {calendar.zone}. A matter may stand in several lists."
    )
    parts = [
        heading(1, "Deadlines"),
        para("What is late, who was never told, and what waits for somebody.", "lead"),
        para(intro),
        figures((TITLES[name].lower(), f"{numbers[name]:,}", "") for name in LISTS),
    ]
    for name, says in LISTS.items():
        rows = [each for each in waiting if each.list == name]
        parts.append(heading(2, TITLES[name], name))
        parts.append(_list(rows, says, calendar, 1) + _ways(rows, name, 1) if rows else para("None."))
    return "".join(parts)


def _list(rows: Sequence[Waiting], says: str, calendar: Calendar, number: int) -> str:
    chosen = rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    here = f"{len(chosen)} of " if len(chosen) < len(rows) else ""
    return table(f"{here}{counted(len(rows), 'line')}: {says}", COLUMNS, _rows(chosen, calendar))


def _rows(rows: Iterable[Waiting], calendar: Calendar) -> Iterable[tuple[str, ...]]:
    for each in rows:
        name = f"{each.case}, ruling {each.ruling}" if (each.ruling or 1) > 1 else each.case
        step = each.step.replace("-", " ")
        due = calendar.local(each.due)[:MINUTES].replace("T", " ") if each.due else "-"
        yield (
            link(case_file(each.case), name),
            f"{step} ({each.contest}, entry {each.number})" if each.contest else step,
            each.whose or "-",
            short_day(each.since),
            due,
            f"{each.days:,}",
            f"{each.working:,}",
        )

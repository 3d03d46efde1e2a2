"""The pages of what is late, of whom nobody told anything, and of what waits without a date: a table for each list.

The first page has the first rows of every list; a list that is longer goes on in pages of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from projections.oversight.deadlines import LISTS, Waiting
from projections.oversight.lateness import Calendar
from projections.panel_pack.long_list import LongList
from projections.panel_pack.parts import Column, figures, heading, link, para, short_day
from projections.panel_pack.register import case_file
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
    lists = {name: _list(name, waiting, calendar) for name in LISTS}
    yield DEADLINES, "Deadlines", _first(lists, waiting, calendar)
    for each in lists.values():
        yield from each.others()


def _list(name: str, waiting: Sequence[Waiting], calendar: Calendar) -> LongList:
    rows = [each for each in waiting if each.list == name]
    caption = f"{counted(len(rows), 'line')}: {LISTS[name]}"
    cells = tuple(_cells(each, calendar) for each in rows)
    return LongList((DEADLINES, "Deadlines"), f"deadlines-{name}", TITLES[name], caption, COLUMNS, cells)


def _first(lists: Mapping[str, LongList], waiting: Sequence[Waiting], calendar: Calendar) -> str:
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
    for name, each in lists.items():
        parts.append(heading(2, each.title, name))
        parts.append(each.first() if each.rows else para("None."))
    return "".join(parts)


def _cells(each: Waiting, calendar: Calendar) -> tuple[str, ...]:
    name = f"{each.case}, ruling {each.ruling}" if (each.ruling or 1) > 1 else each.case
    step = each.step.replace("-", " ")
    due = calendar.local(each.due)[:MINUTES].replace("T", " ") if each.due else "-"
    return (
        link(case_file(each.case), name),
        f"{step} ({each.contest}, entry {each.number})" if each.contest else step,
        each.whose or "-",
        short_day(each.since),
        due,
        f"{each.days:,}",
        f"{each.working:,}",
    )

"""The page of what is late, of whom nobody told anything, and of what waits without a date: a table for each list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from projections.oversight.deadlines import LISTS, Waiting
from projections.oversight.lateness import Calendar
from projections.panel_pack.parts import Column, figures, heading, link, para, short_day, table
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


def deadlines_part(waiting: Sequence[Waiting], calendar: Calendar) -> str:
    """Write the page."""
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
        parts.append(_list(rows, says, calendar) if rows else para("None."))
    return "".join(parts)


def _list(rows: Sequence[Waiting], says: str, calendar: Calendar) -> str:
    caption = f"{counted(len(rows), 'line')}: {says}"
    return table(caption, COLUMNS, _rows(rows, calendar))


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

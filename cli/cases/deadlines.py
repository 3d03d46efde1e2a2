"""`pollbook deadlines`: what is late, who was never told, what waits without a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from cli.cases.overseeing import Overseen, overseen
from cli.office import system_clock
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from ledger.streams.timetable import timetable_stream
from projections.oversight.deadlines import LISTS, Deadlines, Waiting, papers_held
from projections.oversight.lateness import Calendar, calendar_of
from projections.oversight.panels import as_known
from projections.oversight.register import PAGE, page_of
from projections.papers.projection import PaperProjection
from projections.story.words import counted

POLL_CLOSE = "poll-close"
MINUTES = len("2010-09-25T12:00")
DAY_LENGTH = len("2010-09-25")


class Wanted(NamedTuple):
    """Which list is asked for, of which panel, and which page, from 1; empty: all."""

    listed: str = ""
    panel: str = ""
    page: int = 1


def show_deadlines(
    place: Place, election: str, wanted: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Show what waits, list by list.

    Raises:
        UsageError: `unknown-list`, `unknown-panel`, `bad-moment`, `no-such-page`.
        RefusedError: `no-cases`.
    """
    if wanted.listed and wanted.listed not in LISTS:
        found = f"{wanted.listed!r}{nearest(wanted.listed, LISTS)}"
        raise UsageError("unknown-list", "--list", expected=", ".join(LISTS), found=found, remedy="Correct it")
    with overseen(place, election, as_of, known_at, [PaperProjection()], unplaced=True) as seen:
        calendar = calendar_of(seen.ledger, election, seen.moment, held_against(seen))
        every = deadlines_in(seen, calendar).waiting()
    require_decider(seen, wanted.panel)
    rows = [each for each in every if wanted.panel in ("", each.whose) and wanted.listed in ("", each.list)]
    page = page_of(rows, wanted.page)
    totals = Counter(each.list for each in rows)
    if as_json:
        say_json(_plain(seen, calendar, wanted, page, totals))
        return
    shown = [name for name in LISTS if wanted.listed in ("", name)]
    say(table(("list", "number", "what is in it"), [(each, f"{totals[each]:,}", LISTS[each]) for each in shown], (1,)))
    for name in shown:
        if listed := [each for each in page if each.list == name]:
            say()
            say(name)
            heads = ("case", "waits for", "whose", "since", "due", "days", "working")
            say(table(heads, [_row(each, calendar) for each in listed], right=(5, 6)))
    say()
    whose = f" of {wanted.panel}" if wanted.panel else ""
    when = f"at {calendar.at} (now)" if seen.moment.is_now else seen.moment.says()
    pages = max(1, -(-len(rows) // PAGE))
    say_wrapped(
        f"{counted(len(rows), 'line')}{whose} of election {election} {when}; "
        f"page {wanted.page} of {pages}. Days since it was due, else since it waits, are those of {calendar.zone}."
    )


def held_against(seen: Overseen) -> str:
    """Give the moment that deadlines are held against (UTC): the one asked for, though nothing was recorded by then."""
    moment = seen.moment
    return moment.as_of or moment.known_at or (system_clock() if moment.is_now else seen.at)


def deadlines_in(seen: Overseen, calendar: Calendar) -> Deadlines:
    """Give the deadlines of what is overseen."""
    election = seen.oversight.election
    planned = as_known(seen.ledger, timetable_stream(election), seen.moment).last(POLL_CLOSE)
    return Deadlines(seen.oversight, calendar, papers_held(seen.database, election), planned)


def require_decider(seen: Overseen, panel: str) -> None:
    """Refuse a panel, or other decider, that no case and no ruling of the election names (`unknown-panel`)."""
    known = {each.panel for each in seen.oversight.cases} | {each.decider for each in seen.oversight.rulings}
    names = sorted(each for each in known if each)
    if panel and panel not in names:
        found = f"{panel}{nearest(panel, names)}"
        expected = "one of " + ", ".join(names) if names else "a panel that has a case of it"
        raise UsageError("unknown-panel", "--panel", expected=expected, found=found, remedy="Correct it")


def _row(row: Waiting, calendar: Calendar) -> tuple[str, ...]:
    due = calendar.local(row.due)[:MINUTES].replace("T", " ") if row.due else "-"
    case = f"{row.case}/{row.ruling}" if row.ruling else row.case
    step = f"{row.step} ({row.contest}, entry {row.number})" if row.contest else row.step
    return case, step, row.whose or "-", row.since[:DAY_LENGTH], due, f"{row.days:,}", f"{row.working:,}"


def _plain(
    seen: Overseen, calendar: Calendar, wanted: Wanted, page: Sequence[Waiting], totals: Counter[str]
) -> dict[str, Any]:
    rows = sum(totals.values())
    return {
        "election": seen.oversight.election,
        "events": seen.known + 1,
        "at": calendar.at,
        "zone": calendar.zone,
        "totals": {name: totals[name] for name in LISTS if wanted.listed in ("", name)},
        "rows": rows,
        "page": wanted.page,
        "pages": max(1, -(-rows // PAGE)),
        "waiting": [{name: value for name, value in each._asdict().items() if value is not None} for each in page],
    }

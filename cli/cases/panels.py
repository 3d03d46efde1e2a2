"""`pollbook panels`: whether the panels of an election were properly made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cli.cases.overseeing import Overseen, overseen
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from projections.oversight.panels import Conflict, PanelRecord, SittingLine, panel_records, who_sat
from projections.oversight.register import PAGE, page_of
from projections.story.words import counted

LISTS = ("sittings", "conflicts")
DAY_LENGTH = len("2010-09-25")
PANEL_HEADS = ("panel", "sat", "inquorate", "cases", "rulings", "recused", "conflicts", "voting", "split")
SITTING_HEADS = ("sitting", "day", "present", "quorum", "rulings", "recused", "conflicts", "split")
CONFLICT_HEADS = ("ruling", "sitting", "member", "interest", "since", "withdrew")


class Wanted(NamedTuple):
    """Which panels are asked for, what is listed of them, and which page of that, from 1."""

    panel: str = ""
    listed: str = "sittings"
    page: int = 1


def show_panels(
    place: Place, election: str, wanted: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Show the record of the panels of an election, and their sittings or the conflicts found.

    Raises:
        UsageError: `unknown-list`, `unknown-panel`, `bad-moment`, `no-such-page`.
        RefusedError: `no-cases`.
    """
    if wanted.listed not in LISTS:
        found = f"{wanted.listed!r}{nearest(wanted.listed, LISTS)}"
        raise UsageError("unknown-list", "--list", expected=" or ".join(LISTS), found=found, remedy="Correct it")
    with overseen(place, election, as_of, known_at, unplaced=True) as seen:
        records = panel_records(seen.oversight, who_sat(seen.ledger, seen.oversight, seen.moment))
    shown = [each for each in records if wanted.panel in ("", each.line.panel)]
    if wanted.panel and not shown:
        known = [each.line.panel for each in records]
        found = f"{wanted.panel}{nearest(wanted.panel, known)}"
        expected = "one of " + ", ".join(known) if known else "a panel that has a case of it"
        raise UsageError("unknown-panel", "--panel", expected=expected, found=found, remedy="Correct it")
    rows: Sequence[Any] = [
        row for each in shown for row in (each.sittings if wanted.listed == "sittings" else each.conflicts)
    ]
    page = page_of(rows, wanted.page)
    if as_json:
        say_json(_plain(seen, wanted, shown, page, len(rows)))
        return
    if shown:
        say(table(PANEL_HEADS, [_panel(each) for each in shown], right=range(1, 9)))
        say()
    for panel in dict.fromkeys(each.panel for each in page):
        say(panel)
        heads = SITTING_HEADS if wanted.listed == "sittings" else CONFLICT_HEADS
        right = range(2, 8) if wanted.listed == "sittings" else ()
        say(table(heads, [_row(each) for each in page if each.panel == panel], right=right))
        say()
    _say_strangers(shown)
    whose = f"panel {wanted.panel}" if wanted.panel else counted(len(shown), "panel")
    pages = max(1, -(-len(rows) // PAGE))
    what = counted(len(rows), wanted.listed.removesuffix("s"))
    say_wrapped(f"{whose} of election {election} ({seen.moment.says()}): {what}; page {wanted.page} of {pages}")


def _panel(record: PanelRecord) -> tuple[str, ...]:
    line = record.line
    numbers = (line.sittings, line.inquorate, line.cases, line.rulings, line.recusals, line.conflicts, line.barred)
    return (line.panel, *(f"{each:,}" for each in numbers), f"{line.split:,}")


def _row(row: SittingLine | Conflict) -> tuple[str, ...]:
    if isinstance(row, Conflict):
        interest = f"{row.kind} of {row.candidate}" if row.candidate else row.kind
        withdrew = "yes" if row.recused else "no"
        return f"{row.case}/{row.ruling}", row.sitting, row.member, interest, row.since[:DAY_LENGTH], withdrew
    present = f"{row.present}" if row.quorate else f"{row.present} too few"
    numbers = (row.quorum, row.rulings, row.recusals, row.conflicts, row.split)
    return row.sitting, row.start[:DAY_LENGTH], present, *(f"{each:,}" for each in numbers)


def _say_strangers(records: Sequence[PanelRecord]) -> None:
    """Say who was there and, as is known by now, was no member."""
    for record in records:
        for sitting in record.sittings:
            if sitting.strangers:
                who = ", ".join(sitting.strangers)
                say_wrapped(f"Present at {sitting.sitting} of {sitting.panel}, and no members then: {who}.")


def _plain(
    seen: Overseen, wanted: Wanted, records: Sequence[PanelRecord], page: Sequence[Any], rows: int
) -> dict[str, Any]:
    return {
        "election": seen.oversight.election,
        "events": seen.known + 1,
        "panels": [each.line._asdict() for each in records],
        "list": wanted.listed,
        "rows": rows,
        "page": wanted.page,
        "pages": max(1, -(-rows // PAGE)),
        wanted.listed: [each._asdict() for each in page],
    }

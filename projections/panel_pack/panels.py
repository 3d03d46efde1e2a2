"""The page of panels: whether each was properly made up, who withdrew, who should have, and how it voted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from projections.oversight.panels import Conflict, PanelRecord, SittingLine
from projections.panel_pack.long_list import LongList
from projections.panel_pack.parts import Column, Markup, heading, joined, link, para, short_day, table
from projections.panel_pack.register import case_file, list_file
from projections.story.words import counted

PANELS = "panels.html"
SUMMARY = (
    Column("Panel"),
    Column("Cases", "n"),
    Column("Open", "n"),
    Column("Rulings", "n"),
    Column("Split votes", "n"),
    Column("Sittings", "n"),
    Column("Inquorate", "n"),
    Column("Recusals", "n"),
    Column("Conflicts", "n"),
    Column("Not withdrawn", "n"),
)
SITTINGS = (
    Column("Sitting"),
    Column("Day", "day"),
    Column("Present", "n"),
    Column("Quorum", "n"),
    Column("Rulings", "n"),
    Column("Split votes", "n"),
    Column("Votes against", "n"),
    Column("Recusals", "n"),
    Column("Not members then"),
)
CONFLICTS = (
    Column("Case"),
    Column("Sitting"),
    Column("Member"),
    Column("Interest"),
    Column("Since"),
    Column("Withdrew"),
)


def panels_pages(records: Sequence[PanelRecord]) -> Iterator[tuple[str, str, str]]:
    """Write the pages: path, title and main part of each."""
    yield PANELS, "Panels", _first(records)
    for record in records:
        yield from _conflicts(record).others()


def _first(records: Sequence[PanelRecord]) -> str:
    parts = [
        heading(1, "Panels"),
        para("Was each panel properly made up, and did those withdraw who had an interest?", "lead"),
    ]
    if not records:
        return "".join((*parts, para("No case was given to a panel.")))
    parts.append(table(counted(len(records), "panel"), SUMMARY, map(_summary, records)))
    for record in records:
        parts += _record(record)
    return "".join(parts)


def _summary(record: PanelRecord) -> tuple[str, ...]:
    line = record.line
    name = link(f"#panel-{line.panel}", line.panel)
    marked = (line.inquorate, line.barred)
    inquorate, barred = (Markup(f'<span class="alert">{each:,}</span>') if each else "0" for each in marked)
    numbers = (line.cases, line.open, line.rulings, line.split, line.sittings)
    return (name, *(f"{each:,}" for each in numbers), inquorate, f"{line.recusals:,}", f"{line.conflicts:,}", barred)


def _record(record: PanelRecord) -> list[str]:
    line = record.line
    parts = [heading(2, f"{line.name or line.panel} ({line.panel})", f"panel-{line.panel}")]
    if line.rulings:
        where = list_file("by", line.panel)
        parts.append(para(joined(("Its ", link(where, counted(line.rulings, "ruling")), " are in the register."), "")))
    if record.sittings:
        caption = f"Sittings of {line.panel}, with a quorum of {line.quorum}"
        parts.append(table(caption, SITTINGS, map(_sitting, record.sittings)))
    else:
        parts.append(para("No sitting of it is on record."))
    if record.conflicts:
        parts.append(_conflicts(record).first())
    return parts


def _conflicts(record: PanelRecord) -> LongList:
    """A member with an interest in the election has one in every case of it, so that there may be thousands."""
    panel, rows = record.line.panel, tuple(map(_conflict, record.conflicts))
    caption = f"{counted(len(rows), 'conflict')}: members who had declared an interest in a case"
    return LongList((PANELS, "Panels"), f"conflicts-{panel}", f"Conflicts of {panel}", caption, CONFLICTS, rows)


def _sitting(sitting: SittingLine) -> tuple[str, ...]:
    there = f"{sitting.present:,}"
    present = there if sitting.quorate else Markup(f'<span class="alert">{there}, inquorate</span>')
    numbers = (sitting.quorum, sitting.rulings, sitting.split, sitting.dissenting, sitting.recusals)
    strangers = ", ".join(sitting.strangers) or "-"
    return (sitting.sitting, short_day(sitting.start), present, *(f"{each:,}" for each in numbers), strangers)


def _conflict(conflict: Conflict) -> tuple[str, ...]:
    about = f"{conflict.kind}, {conflict.candidate}" if conflict.candidate else conflict.kind
    withdrew = "yes" if conflict.recused else Markup('<span class="alert">no</span>')
    return (
        link(case_file(conflict.case), conflict.case),
        conflict.sitting,
        conflict.member,
        about.replace("-", " "),
        short_day(conflict.since),
        withdrew,
    )

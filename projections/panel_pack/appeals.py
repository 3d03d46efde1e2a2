"""The docket of appeals: where each stands, with whom it is, what it came to, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from projections.oversight.appeal_rows import RemedyRow
from projections.oversight.deadlines import UPHELD
from projections.oversight.docket import DocketLine
from projections.panel_pack.parts import Column, Markup, figures, heading, joined, link, para, short_day, table
from projections.panel_pack.register import case_file, label_of
from projections.panel_pack.wording import APPEAL_GROUNDS, APPEAL_STATES, REMEDIES
from projections.story.words import counted, short

APPEALS = "appeals.html"
COLUMNS = (
    Column("Case"),
    Column("Received", "day"),
    Column("On"),
    Column("Against"),
    Column("Reviewers"),
    Column("Stands"),
    Column("Determined", "day"),
    Column("Votes"),
    Column("Remedy"),
)
ATTEMPTS = (Column("Case"), Column("Last tried", "day"), Column("Times", "n"), Column("On"), Column("None lies by"))


def appeals_part(lines: Sequence[DocketLine]) -> str:
    """Write the page."""
    made = [each for each in lines if each.row.manner != "attempt"]
    tried = [each for each in lines if each.row.manner == "attempt"]
    parts = [heading(1, "Appeals"), para("Where each appeal stands, and what came of it.", "lead")]
    if not lines:
        return "".join((*parts, para("No appeal was received.")))
    parts += [figures(_figures(made)), heading(2, "Docket", "docket")]
    if made:
        caption = f"{counted(len(made), 'appeal')}, in the order in which they were received"
        parts.append(table(caption, COLUMNS, map(_row, made)))
    else:
        parts.append(para("No appeal was received against a ruling that one may appeal against."))
    parts += [heading(2, "Reviewers who are not independent", "independence"), _dependent(made)]
    parts += [heading(2, "Tried where no appeal lies", "tried"), _tried(tried)]
    return "".join(parts)


def _figures(made: Sequence[DocketLine]) -> Iterator[tuple[str, str, str]]:
    determined = [each for each in made if each.row.outcome is not None]
    dismissed = sum(each.row.outcome == "dismissed" for each in determined)
    late = sum(each.row.manner == "late" for each in made)
    yield "appeals", f"{len(made):,}", f"{late:,} received late"
    yield "determined", f"{len(determined):,}", f"{dismissed:,} dismissed"
    yield "rulings changed", f"{sum(each.row.outcome in UPHELD for each in made):,}", "allowed, varied or remitted"
    too_late = sum(each.too_late for each in made)
    yield "changed too late", f"{too_late:,}", "after the poll, or with no remedy left"


def _row(line: DocketLine) -> tuple[str, ...]:
    row = line.row
    came = joined((short_day(row.received), " late" if row.manner == "late" else ""), "")
    state = joined((APPEAL_STATES[row.state], _mark(", too late") if line.too_late else ""), "")
    return (
        link(case_file(row.case), label_of(line.ruling)),
        came,
        ", ".join(APPEAL_GROUNDS[each] for each in row.grounds),
        line.whose,
        ", ".join(row.reviewers) or "-",
        state,
        short_day(row.determined),
        f"{row.votes_for} to {row.votes_against}" if row.votes_for is not None else "-",
        _remedies(line),
    )


def _remedies(line: DocketLine) -> Markup:
    """Say what was ordered, and how far it is done; the worst is marked."""
    said = joined(map(_remedy, line.row.remedies), "; ")
    if line.remedy in ("overdue", "to be ordered"):
        return joined((said, "; " if said else "", _mark(line.remedy)), "")
    return said or Markup("-")


def _remedy(remedy: RemedyRow) -> str:
    said = REMEDIES[remedy.remedy]
    if remedy.remedy == "none-possible":
        return said
    if remedy.done:
        return f"{said}, done {remedy.done[:10]}"
    return f"{said}, due {remedy.due_local[:10]}" if remedy.due_local else f"{said}, not done yet"


def _mark(text: str) -> Markup:
    return joined((Markup('<span class="alert">'), text, Markup("</span>")), "")


def _dependent(made: Sequence[DocketLine]) -> str:
    """Say of whom it is known by now that they had a part in what they reviewed."""
    found = [
        (link(case_file(each.row.case), each.row.case), ": ", why) for each in made for why in each.dependent or ()
    ]
    if not found:
        return para("By what is known now, every reviewer was independent of what they reviewed.")
    items = "".join(f"<li>{joined(each, '')}</li>\n" for each in found)
    return f"<ul>\n{items}</ul>\n"


def _tried(tried: Sequence[DocketLine]) -> str:
    if not tried:
        return para("None was.")
    rows = (
        (
            link(case_file(each.row.case), label_of(each.ruling)),
            short_day(each.row.received),
            f"{each.row.attempts:,}",
            ", ".join(APPEAL_GROUNDS[ground] for ground in each.row.grounds),
            f"clause {short(each.ruling.no_appeal)}" if each.ruling.no_appeal else "-",
        )
        for each in tried
    )
    return table(f"{counted(len(tried), 'ruling')} against which an appeal was tried", ATTEMPTS, rows)

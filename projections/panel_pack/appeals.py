"""The docket of appeals: where each stands, with whom it is, what it came to, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator

from projections.oversight.appeal_rows import AppealRow, RemedyRow
from projections.oversight.consistency import REVERSED
from projections.oversight.reading import Oversight
from projections.panel_pack.parts import Column, figures, heading, joined, link, para, short_day, table
from projections.panel_pack.register import case_file
from projections.panel_pack.wording import APPEAL_GROUNDS, APPEAL_STATES, REMEDIES
from projections.story.words import counted

APPEALS = "appeals.html"
COLUMNS = (
    Column("Case"),
    Column("Received", "day"),
    Column("On"),
    Column("Reviewers"),
    Column("Stands"),
    Column("Determined", "day"),
    Column("Votes"),
    Column("Remedy"),
)
ATTEMPTS = (Column("Case"), Column("Last tried", "day"), Column("Times", "n"), Column("On"), Column("By clause"))


def appeals_part(seen: Oversight) -> str:
    """Write the page."""
    made = [each for each in seen.appeals if each.manner != "attempt"]
    tried = [each for each in seen.appeals if each.manner == "attempt"]
    parts = [heading(1, "Appeals"), para("Where each appeal stands, and what came of it.", "lead")]
    if not seen.appeals:
        return "".join((*parts, para("No appeal was received.")))
    late = {each.case for each in made if too_late(each, seen)}
    parts.append(figures(_figures(made, len(late))))
    parts.append(heading(2, "Docket", "docket"))
    if made:
        caption = f"{counted(len(made), 'appeal')}, in the order in which they were received"
        parts.append(table(caption, COLUMNS, (_row(each, seen) for each in made)))
    else:
        parts.append(para("No appeal was received against a ruling that one may appeal against."))
    parts.append(heading(2, "Tried where no appeal lies", "tried"))
    parts.append(_tried(tried, seen))
    return "".join(parts)


def too_late(appeal: AppealRow, seen: Oversight) -> bool:
    """Whether a ruling was changed only after the poll had closed that the case has to do with."""
    closed = _closed(appeal, seen)
    return appeal.outcome in REVERSED and closed is not None and (appeal.determined or "") > closed


def _closed(appeal: AppealRow, seen: Oversight) -> str | None:
    about = next((each.about for each in seen.cases if each.case == appeal.case), None)
    return seen.polls.get(about) if about else None


def _figures(made: list[AppealRow], late: int) -> Iterator[tuple[str, str, str]]:
    determined = [each for each in made if each.outcome is not None]
    yield "appeals", f"{len(made):,}", f"{sum(each.manner == 'late' for each in made):,} received late"
    yield "determined", f"{len(determined):,}", f"{sum(each.outcome == 'dismissed' for each in determined):,} dismissed"
    changed = sum(each.outcome in REVERSED for each in determined)
    yield "rulings changed", f"{changed:,}", "allowed, varied or remitted"
    yield "changed too late", f"{late:,}", "after the poll had closed"


def _row(appeal: AppealRow, seen: Oversight) -> tuple[str, ...]:
    name = appeal.case if appeal.ruling == 1 else f"{appeal.case}, ruling {appeal.ruling}"
    votes = f"{appeal.votes_for} to {appeal.votes_against}" if appeal.votes_for is not None else "-"
    state = APPEAL_STATES[appeal.state] + (", after the poll" if too_late(appeal, seen) else "")
    return (
        link(case_file(appeal.case), name),
        joined((short_day(appeal.received), "late") if appeal.manner == "late" else (short_day(appeal.received),)),
        ", ".join(APPEAL_GROUNDS[each] for each in appeal.grounds),
        ", ".join(appeal.reviewers) or "-",
        state,
        short_day(appeal.determined),
        votes,
        "; ".join(map(_remedy, appeal.remedies)) or "-",
    )


def _remedy(remedy: RemedyRow) -> str:
    """Say what was ordered, and whether it was done."""
    said = REMEDIES[remedy.remedy]
    if remedy.remedy == "none-possible":
        return said
    if remedy.done:
        return f"{said}, done {remedy.done[:10]}"
    return f"{said}, due {remedy.due_local[:10]}" if remedy.due_local else f"{said}, not done yet"


def _tried(tried: list[AppealRow], seen: Oversight) -> str:
    if not tried:
        return para("None was.")
    clauses = {(each.case, each.ruling): each.no_appeal for each in seen.rulings}
    rows = (
        (
            link(case_file(each.case), each.case),
            short_day(each.received),
            f"{each.attempts:,}",
            ", ".join(APPEAL_GROUNDS[ground] for ground in each.grounds),
            (clauses.get((each.case, each.ruling)) or "-").removeprefix("sha256:")[:12],
        )
        for each in tried
    )
    return table(f"{counted(len(tried), 'ruling')} against which an appeal was tried", ATTEMPTS, rows)

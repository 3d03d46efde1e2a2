"""A count as CSV, in long form: a number in each line, exact and as printed.

    stage      1, 2, ...; empty for what belongs to the whole contest
    section    of `votes`, `points` and `papers`; empty where sections are taken together
    row        candidate | non-transferable | loss | quota | valid | rejected | action | transfer
    candidate  id; of a transfer the giver, of an action whom it is about; several ids with spaces between them
    name       the same as printed, for readers
    heir       id, of a transfer to a candidate
    measure    votes, total, change, share, points, status; of a transfer the line it goes to: candidate,
               non-transferable, loss; of an action its kind; of valid papers `papers`, of rejected ones the reason
    exact      `p/q` in lowest terms; empty where there is no number, or none is known
    printed    the number as a table shows it, `-` where it is not known; of an action the reason, of a status it

Shares and points are exact parts of the whole, printed as percentages. Text that a spreadsheet would take for a
formula has an apostrophe before it: programs go by ids. A reader wants all columns as text (pandas: `dtype=str,
keep_default_na=False`). Lines end with a newline.

Source of the form: RFC 4180, but for the ends of lines.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from projections.count.sheet import exact, printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.count.sheet import Amount, Row, Sheet, SheetStage

HEAD = ("stage", "section", "row", "candidate", "name", "heir", "measure", "exact", "printed")
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet reads as the beginning of one

Cells = tuple[str, ...]


def csv_of(sheet: Sheet) -> str:
    """Write a sheet as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for section, valid in sheet.valid.items():
        writer.writerow(("", section, "valid", "", "", "", "papers", *_both(valid)))
        for reason, number in sorted(sheet.rejected.get(section, {}).items()):
            writer.writerow(("", section, "rejected", "", "", "", reason, f"{number}/1", number))
    for stage in sheet.stages:
        writer.writerows(_stage(sheet, stage))
    return out.getvalue()


def _stage(sheet: Sheet, stage: SheetStage) -> Iterator[Cells]:
    number = str(stage.number)
    for row in stage.rows:
        name = _text(row.label) if row.candidate else ""
        for section, measure, amount in _numbers(sheet, row):
            yield (number, section, row.line, row.candidate or "", name, "", measure, *_both(amount))
        if row.status:
            yield (number, "", row.line, row.candidate or "", name, "", "status", "", row.status)
    if stage.quota is not None:
        yield (number, "", "quota", "", "", "", "votes", *_both(stage.quota))
    for moved in stage.transfers:
        who = (" ".join(moved.givers), _names(sheet, moved.givers), moved.heir or "")
        yield (number, "", "transfer", *who, moved.line, *_both(moved.amount))
    for act in stage.acts:
        whom = (" ".join(act.candidates), _names(sheet, act.candidates), "")
        yield (number, "", "action", *whom, act.kind, "", _text(act.reason))


def _numbers(sheet: Sheet, row: Row) -> Iterator[tuple[str, str, Amount | None]]:
    for column, votes in zip(sheet.columns, row.votes, strict=True):
        yield column.section, "votes", votes
    yield "", "total", row.total
    if row.change is not None:
        yield "", "change", row.change
    if row.share is not None:
        yield "", "share", row.share
    for column, points in zip(sheet.columns, row.points, strict=False):
        if points is not None:
            yield column.section, "points", points


def _names(sheet: Sheet, candidates: tuple[str, ...]) -> str:
    return _text(", ".join(sheet.labels[candidate] for candidate in candidates))


def _both(amount: Amount | None) -> tuple[str, str]:
    return "" if amount is None else exact(amount.exact), printed(amount)


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text

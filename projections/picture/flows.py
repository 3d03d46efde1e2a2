"""Where votes come from and go to between the stages of a count: what a picture of it draws.

Floating point is allowed here and in `projections.picture`, and nowhere else: nothing is decided by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from ledger.field import rounded

if TYPE_CHECKING:
    from projections.count.sheet import Row, Sheet, SheetStage

NOBODY = "non-transferable"


@dataclass(frozen=True, slots=True)
class Bar:
    """What one candidate, or nobody, holds at a stage.

    Attributes:
        holder: candidate's id after `:`, or `non-transferable`, `loss`.
        label: name.
        printed: the amount as printed.
        size: part of all votes, 0 to 1.
        status: of a candidate.
    """

    holder: str
    label: str
    printed: str
    size: float
    status: str


@dataclass(frozen=True, slots=True)
class Band:
    """Votes on their way from a bar to a bar of the next stage; `known`: whether the count says that it was these."""

    giver: str
    heir: str
    size: float
    known: bool = True


def bars_of(sheet: Sheet, stage: SheetStage) -> list[Bar]:
    """Give the bars of a stage from top to bottom; nobody's are left out where they are 0."""
    sizes, whole = _sizes(sheet, stage), _whole(sheet, stage)
    bars = []
    for row in stage.rows:
        size = sizes.get(_holder(row))
        if size is None or (not size and not row.candidate):
            continue
        share = row.share if sheet.weighted and row.share else None
        number = f"{share.printed}%" if share else (row.total.printed if row.total else "")
        if sheet.weighted and not row.candidate:
            number = f"{rounded(100 * size, 2)}%"
        bars.append(Bar(_holder(row), row.label, number, float(size / whole) if whole else 0.0, row.status or ""))
    return bars


def bands_of(sheet: Sheet) -> list[list[Band]]:
    """Give the bands between each stage and the next."""
    return [_bands(sheet, before, after) for before, after in pairwise(sheet.stages)]


def _bands(sheet: Sheet, before: SheetStage, after: SheetStage) -> list[Band]:
    then, now, zero = _sizes(sheet, before), _sizes(sheet, after), Fraction(0)
    whole = _whole(sheet, after) or Fraction(1)
    moved: dict[tuple[str, str], Fraction] = {}
    known = True
    if sheet.transferable and after.transfers:
        for each in after.transfers:
            moved[_id(each.givers[0]), each.line if each.heir is None else _id(each.heir)] = each.amount.exact
    else:
        lost = {holder: size - now.get(holder, zero) for holder, size in then.items() if size > now.get(holder, zero)}
        gained = {
            holder: size - then.get(holder, zero) for holder, size in now.items() if size > then.get(holder, zero)
        }
        known = len(lost) == 1 or len(gained) == 1
        total = sum(gained.values(), zero)
        moved = {(giver, heir): one * other / total for giver, one in lost.items() for heir, other in gained.items()}
    given: dict[str, Fraction] = {}
    for (giver, _), amount in moved.items():
        given[giver] = given.get(giver, zero) + amount
    kept = {holder: size - given.get(holder, zero) for holder, size in then.items()}
    bands = [Band(holder, holder, float(size / whole)) for holder, size in kept.items() if size > 0]
    return bands + [Band(*ends, float(amount / whole), known) for ends, amount in moved.items() if amount]


def _sizes(sheet: Sheet, stage: SheetStage) -> dict[str, Fraction]:
    """Give what everybody holds: votes, or in an electoral college parts of the whole."""
    sizes: dict[str, Fraction] = {}
    for row in stage.rows:
        amount = row.share if sheet.weighted else row.total
        if amount is not None and (not row.gone or amount.exact):
            sizes[_holder(row)] = amount.exact
    if sheet.weighted:
        sizes[NOBODY] = 1 - sum(sizes.values(), Fraction(0))
    return sizes


def _whole(sheet: Sheet, stage: SheetStage) -> Fraction:
    return sum(_sizes(sheet, stage).values(), Fraction(0))


def _holder(row: Row) -> str:
    return row.line if row.candidate is None else _id(row.candidate)


def _id(candidate: str) -> str:
    return f":{candidate}"

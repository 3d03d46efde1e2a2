"""A count ready to be shown, whatever its method: rows of exact numbers, each beside the way it is printed.

Every renderer shows a `Sheet` and computes nothing. Rounding happens when a sheet is made (`sheet_of_stages`,
`sheet_of_stv`) and nowhere else. At every stage the rows add up to the votes there are: candidates + non-transferable
+ loss of fractions = valid papers times the votes that each of them has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger.field import rounded
from projections.count.stage_table import StageTable
from projections.count.stv_table import STVTable

if TYPE_CHECKING:
    from collections.abc import Iterator

CountTable = StageTable | STVTable

Line = Literal["candidate", "non-transferable", "loss"]
Status = Literal["elected", "excluded", "hopeful", "withdrawn"]

CERTIFIED_MARK = "*"
UNKNOWN = "-"  # printed where a number is not known


class Amount(NamedTuple):
    """A number and how it is printed; shares and points are parts of the whole, and printed as percentages."""

    exact: Fraction
    printed: str


class Column(NamedTuple):
    """Votes of one section; `certified`: counted from totals, not from papers."""

    section: str
    certified: bool = False

    @property
    def heading(self) -> str:
        """What to print above it."""
        return self.section + (CERTIFIED_MARK if self.certified else "")


@dataclass(frozen=True, slots=True)
class Row:
    """What one candidate holds at a stage, or what nobody holds.

    Attributes:
        line: whose it is.
        label: what to print for it.
        votes: by column of the sheet; None where it is not known.
        total: their sum; None where one of them is not known.
        change: total less that of the stage before, printed with its sign; None at the first stage shown.
        candidate: id; None unless the line is a candidate's.
        status: of a candidate, at the end of the stage.
        gone: whether the candidate was excluded before this stage.
        share: part of the votes of continuing candidates, or in an electoral college of the whole; None unless
            continuing, and where there are no such votes.
        points: in an electoral college, what each section gives to the share; empty elsewhere.
    """

    line: Line
    label: str
    votes: tuple[Amount | None, ...]
    total: Amount | None
    change: Amount | None
    candidate: str | None = None
    status: Status | None = None
    gone: bool = False
    share: Amount | None = None
    points: tuple[Amount | None, ...] = ()


class Act(NamedTuple):
    """What a stage moved or decided: its kind and candidates as in the table, the reason, and all of it in words."""

    kind: str
    candidates: tuple[str, ...]
    reason: str
    words: str


class Transfer(NamedTuple):
    """Votes that one stage moved: from candidates (several where they went together), to a candidate or a line."""

    givers: tuple[str, ...]
    heir: str | None
    line: Line
    amount: Amount


@dataclass(frozen=True, slots=True)
class SheetStage:
    """One stage.

    Attributes:
        number: 1, 2, ...
        heading: the number in words.
        rows: candidates in ballot order, those gone before this stage after them; then the other lines.
        acts: what was moved and decided, at least one.
        transfers: what moved to this stage, as far as the table tells.
        quota: votes that elect; None where the method has none.
    """

    number: int
    heading: str
    rows: tuple[Row, ...]
    acts: tuple[Act, ...]
    transfers: tuple[Transfer, ...]
    quota: Amount | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole count.

    Attributes:
        candidates: id -> name, in ballot order.
        labels: id -> what to print, which tells candidates of one name apart.
        columns: of votes.
        stages: in order; those of them that may be read.
        valid: section -> valid papers; None where they are not known.
        rejected: section -> reason -> papers.
        elected: ids, as in the table.
        notes: sentences that belong below or above the tables.
        idle: lines that are 0 at every stage and need not be printed.
        transferable: whether the count is by the single transferable vote.
    """

    candidates: Mapping[str, str]
    labels: Mapping[str, str]
    columns: tuple[Column, ...]
    stages: tuple[SheetStage, ...]
    valid: Mapping[str, Amount | None]
    rejected: Mapping[str, Mapping[str, int]]
    elected: tuple[str, ...]
    notes: tuple[str, ...]
    idle: frozenset[Line] = frozenset()
    transferable: bool = False

    @property
    def weighted(self) -> bool:
        """Whether it is known what each section gives to the shares."""
        return any(row.points for stage in self.stages for row in stage.rows[:1])

    def rows(self, stage: SheetStage) -> Iterator[Row]:
        """Give the rows of a stage that are to be printed."""
        return (row for row in stage.rows if row.line not in self.idle)


def exact(value: Fraction) -> str:
    """Write a fraction as `p/q` in lowest terms, whole numbers too."""
    return f"{value.numerator}/{value.denominator}"


def labels(table: CountTable, names: Mapping[str, str]) -> dict[str, str]:
    """Give each candidate what to print for it: the name, with the id where a name repeats; else the id."""
    called = {candidate: " ".join(names.get(candidate, candidate).split()) for candidate in table.candidates}
    times = Counter(called.values())
    return {candidate: f"{name} ({candidate})" if times[name] > 1 else name for candidate, name in called.items()}


@lru_cache(maxsize=2**14)  # the same few numbers again and again
def papers(number: int) -> Amount:
    """Make an amount of whole papers."""
    return Amount(Fraction(number), str(number))


def percent(part: Fraction | int, decimals: int) -> Amount:
    """Make an amount of a part of the whole, printed as a percentage and rounded half up."""
    return Amount(Fraction(part), rounded(Fraction(100 * part.numerator, part.denominator), decimals))


def printed(amount: Amount | None) -> str:
    """Print an amount that may not be known."""
    return UNKNOWN if amount is None else amount.printed


def papers_in_words(sheet: Sheet, section: str) -> str:
    """Say how many papers of a section were valid and rejected."""
    rejected = sheet.rejected.get(section)
    reasons = ", ".join(f"{number} {reason}" for reason, number in sorted((rejected or {}).items()))
    none = UNKNOWN if rejected is None else "none"
    return f"{section}: {printed(sheet.valid.get(section))} valid; rejected: {reasons or none}."


def stage_in_words(sheet: Sheet, stage: SheetStage, *, changes: bool = False) -> list[str]:
    """Say what made a stage, who gave what to whom, and what was decided, a sentence or two each.

    Args:
        changes: where transfers are not listed, say what everybody gained or lost.
    """
    if not sheet.transferable:
        return [act.words for act in stage.acts]
    moved = _transfers(sheet, stage)
    if changes and not moved:
        rows = ((row.label, row.change) for row in stage.rows)
        gained = [f"{label} {change.printed}" for label, change in rows if change is not None and change.exact]
        moved = [f"Changes: {', '.join(gained)}."] if gained else []
    made = [act.words for act in stage.acts if act.kind.startswith("transfer")]
    return made + moved + [act.words for act in stage.acts if not act.kind.startswith("transfer")]


def _transfers(sheet: Sheet, stage: SheetStage) -> list[str]:
    given: dict[tuple[str, ...], list[str]] = {}
    for transfer in stage.transfers:
        whom = {"candidate": f"to {sheet.labels.get(transfer.heir or '', '')}", "loss": "lost to fractions"}
        words = f"{transfer.amount.printed} {whom.get(transfer.line, transfer.line)}"
        given.setdefault(transfer.givers, []).append(words)
    return [f"From {', '.join(map(sheet.labels.__getitem__, who))}: {', '.join(to)}." for who, to in given.items()]

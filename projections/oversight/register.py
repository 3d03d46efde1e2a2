"""The register of rulings: those that a filter lets through, on pages, with totals of the very same rulings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low
from typing import TypeVar, get_args

from ledger.errors import UsageError, nearest
from ledger.field import rounded
from ledger.rules.local_time import seconds_between
from ledger.streams.case_events import Detection
from ledger.streams.ruling_events import RulingOutcome
from projections.oversight.reading import Oversight
from projections.oversight.rows import RulingRow

Row = TypeVar("Row")
PAGE = 50
HOUR_SECONDS = 3_600
HASHED = "sha256:"
CLAUSE_DIGITS_MIN = 6  # of a content hash, to name a clause by how it begins
DETECTIONS: tuple[str, ...] = get_args(Detection)
OUTCOMES: tuple[str, ...] = get_args(RulingOutcome)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rulings are asked for; what is empty asks for all.

    Attributes:
        ground: that it rests on.
        panel: id of the panel; officer or auto of those that no panel made.
        rule: content hash of a clause that a finding rests on, or how it begins.
        source: how the case was found.
        since, until: moments between which it was made, both included.
    """

    ground: str = ""
    panel: str = ""
    rule: str = ""
    source: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""

    def lets_through(self, row: RulingRow) -> bool:
        """Whether it asks for a ruling."""
        return (
            (not self.ground or self.ground in row.grounds)
            and (not self.panel or self.panel == row.decider)
            and (not self.rule or any(_names(self.rule, each.clause) for each in row.found))
            and (not self.source or self.source == row.detection)
            and (not self.outcome or self.outcome == row.outcome)
            and (not self.since or row.ruled >= self.since)
            and (not self.until or row.ruled <= self.until)
        )

    def says(self) -> str:
        """Say in words what is asked for."""
        parts = [
            f"{lead} {value}"
            for lead, value in (
                ("on ground", self.ground),
                ("by", self.panel),
                ("under clause", self.rule),
                ("found by", self.source),
                ("with outcome", self.outcome),
                ("made from", self.since),
                ("made up to", self.until),
            )
            if value
        ]
        return ", ".join(parts) or "all rulings"


def _names(rule: str, clause: str | None) -> bool:
    return clause is not None and clause.removeprefix(HASHED).startswith(rule.removeprefix(HASHED))


@dataclass(frozen=True, slots=True)
class Totals:
    """What rulings come to.

    Attributes:
        by: for each of outcome, ground, by, source and appeal: each value with how many; one ruling counts under each
            ground that it rests on, and so those of grounds may come to more than the rulings.
        hours: whole hours from the notice to the ruling: least, median (the lower of two), most; None without any.
    """

    rulings: int
    by: dict[str, dict[str, int]]
    hours: tuple[int, int, int] | None


def checked(wanted: Filter, oversight: Oversight) -> Filter:
    """Give the filter, if all that it names is known.

    Raises:
        UsageError: `unknown-ground`, `unknown-panel`, `unknown-source`, `unknown-outcome`, `unknown-clause`.
    """
    rows = oversight.rulings
    grounds = {each.ground for each in oversight.grounds} | {name for row in rows for name in row.grounds}
    panels = {row.decider for row in rows} | {each.body for each in oversight.sittings}
    for option, code, value, known in (
        ("--ground", "unknown-ground", wanted.ground, grounds),
        ("--panel", "unknown-panel", wanted.panel, panels),
        ("--source", "unknown-source", wanted.source, DETECTIONS),
        ("--outcome", "unknown-outcome", wanted.outcome, OUTCOMES),
    ):
        if value and value not in known:
            raise _unknown(code, option, value, known)
    clauses = {each.clause for row in rows for each in row.found if each.clause}
    named = [each for each in clauses if wanted.rule and _names(wanted.rule, each)]
    if wanted.rule and (len(named) != 1 or len(wanted.rule.removeprefix(HASHED)) < CLAUSE_DIGITS_MIN):
        raise UsageError(
            "unknown-clause",
            "--rule",
            expected=f"the content hash of one clause, or its first {CLAUSE_DIGITS_MIN} digits or more: "
            + (", ".join(sorted(each[: len(HASHED) + 12] for each in clauses)[:4]) or "no ruling names any"),
            found=f"{wanted.rule!r}, which names {len(named)} of them",
            remedy="See the clauses with: pollbook rules",
        )
    return wanted


def _unknown(code: str, option: str, value: str, known: Collection[str]) -> UsageError:
    expected = ", ".join(sorted(known)[:10]) or "nothing, for there are no rulings"
    found = f"{value!r}{nearest(value, known)}"
    return UsageError(code, option, expected=expected, found=found, remedy="Correct the option")


def filtered(rows: Iterable[RulingRow], wanted: Filter) -> list[RulingRow]:
    """Give the rulings that are asked for, in their order."""
    return [row for row in rows if wanted.lets_through(row)]


def page_of(rows: Sequence[Row], page: int) -> Sequence[Row]:
    """Give one page of PAGE rows, counted from 1 (`no-such-page`)."""
    pages = max(1, -(-len(rows) // PAGE))
    if not 1 <= page <= pages:
        raise UsageError("no-such-page", f"--page {page}", expected=f"1 to {pages}", found=page, remedy="Correct it")
    return rows[(page - 1) * PAGE : page * PAGE]


_COUNTED: dict[str, Callable[[RulingRow], Iterable[str]]] = {
    "outcome": lambda row: (row.outcome,),
    "ground": lambda row: row.grounds,
    "by": lambda row: (row.decider,),
    "source": lambda row: (row.detection,),
    "appeal": lambda row: (row.appeal_state,),
}


def totals_of(rows: Sequence[RulingRow]) -> Totals:
    """Add rulings up."""
    by = {}
    for name, values in _COUNTED.items():
        counts = Counter(value for row in rows for value in values(row))
        by[name] = dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    hours = [each for row in rows if (each := hours_of(row)) is not None]
    return Totals(len(rows), by, (min(hours), median_low(hours), max(hours)) if hours else None)


def hours_of(row: RulingRow) -> int | None:
    """Give the whole hours from the notice to the ruling; None without a notice."""
    return seconds_between(row.noticed, row.ruled) // HOUR_SECONDS if row.noticed else None


def percent(part: int, whole: int) -> str:
    """Write a part of a whole in per cent, to one decimal; a dash where there is no whole."""
    return f"{rounded(Fraction(100 * part, whole), 1)}%" if whole else "-"

"""The ballot account beside the count: what became of every paper that was handed out, and turnout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.field import ALL

if TYPE_CHECKING:
    from ledger.streams.account import AccountStated
    from projections.count.cells import Cell
    from projections.count.count import Table

Numbers = Mapping[str, int]  # reason -> papers


@dataclass(frozen=True, slots=True)
class Line:
    """The account of a section, or of `all`. None is a figure that was never published.

    Attributes:
        electorate: electors entitled to a paper.
        distributed: papers handed or sent out.
        returned: papers that came back.
        set_aside: reason -> papers never opened.
        spoilt: reason -> papers rejected for what no marks on record show.
        rejected: reason -> papers rejected by the count rule.
        valid: papers that the count goes on with.
        stated: whether anybody stated an account.
    """

    section: str
    electorate: int | None
    distributed: int | None
    returned: int | None
    set_aside: Numbers
    spoilt: Numbers
    rejected: Numbers
    valid: int | None
    stated: bool = True

    @property
    def accounted(self) -> int | None:
        """Papers set aside, spoilt, rejected and valid."""
        return None if self.valid is None else self.valid + self.invalid + sum(self.set_aside.values())

    @property
    def invalid(self) -> int:
        """Papers spoilt and rejected."""
        return sum(self.spoilt.values()) + sum(self.rejected.values())

    @property
    def difference(self) -> int | None:
        """Papers returned less those accounted for; 0 where the account balances."""
        return None if self.returned is None or self.accounted is None else self.returned - self.accounted

    @property
    def fault(self) -> tuple[str, str] | None:
        """What it lacks, or where it does not balance: expected, found; None where it balances."""
        if not self.stated:
            return "a ballot account", "none"
        if self.returned is None or self.distributed is None:
            return "papers distributed and returned", "not published"
        if self.returned > self.distributed:
            return f"at most the {self.distributed} papers distributed", f"{self.returned} returned"
        if self.difference is None:
            return f"{self.returned} papers returned", "valid papers not published"
        if self.electorate is not None and self.valid is not None and self.valid > self.electorate:
            return f"at most {self.electorate} valid papers, one for each elector", f"{self.valid}"
        return (f"{self.returned} papers returned", _said(self)) if self.difference else None

    @property
    def turnouts(self) -> tuple[Turnout, ...]:
        """Turnout by both definitions, each with what it is taken of."""
        known = self.electorate is not None or self.distributed is None
        of, base = ("electorate", self.electorate) if known else ("papers distributed", self.distributed)
        return (
            Turnout("papers returned", self.returned, "papers distributed", self.distributed),
            Turnout("valid papers", self.valid, of, base),
        )


@dataclass(frozen=True, slots=True)
class Turnout:
    """A part of a whole, both named; None where a figure was never published."""

    what: str
    papers: int | None
    of: str
    base: int | None

    @property
    def exact(self) -> Fraction | None:
        """The part as a fraction."""
        return Fraction(self.papers, self.base) if self.papers is not None and self.base else None


@dataclass(frozen=True, slots=True)
class BallotAccount:
    """The accounts of all sections, and of all together: as stated, or their sum."""

    lines: tuple[Line, ...]
    whole: Line

    @property
    def shown(self) -> tuple[Line, ...]:
        """The sections' lines, then their sum where there are several."""
        return (*self.lines, self.whole) if len(self.lines) > 1 else self.lines

    def unbalanced(self) -> Iterator[tuple[str, str, str]]:
        """Give what a section's account lacks or where it does not balance: section, expected, found."""
        summed = _sum(self.lines)
        stated = () if self.whole == summed else (self.whole,)
        for line in (*self.lines, *stated):
            if line.fault is not None:
                yield line.section, *line.fault
        for what in ("distributed", "returned", "invalid"):  # else it could balance on other numbers than theirs
            together, said = getattr(summed, what), getattr(self.whole, what)
            if summed.stated and together is not None and together != said:
                yield self.whole.section, f"{together} papers {what}, as of the sections together", str(said)

    def cells(self) -> dict[Cell, Fraction]:
        """Give every cell of it that somebody may have published."""
        found: dict[Cell, Fraction] = {}
        for line in (*self.lines, self.whole):
            for measure in ("distributed", "returned"):
                number: int | None = getattr(line, measure)
                if number is not None:
                    found[1, line.section, "", measure] = Fraction(number)
            found[1, line.section, "", "rejected"] = Fraction(line.invalid)
            turnout = line.turnouts[0].exact
            if turnout is not None:
                found[1, line.section, "", "turnout"] = 100 * turnout
        return found


def ballot_account(accounts: Mapping[str, AccountStated], table: Table) -> BallotAccount:
    """Put the accounts that were stated beside the papers of a count, section by section."""
    lines = tuple(_line(section, accounts.get(section), table) for section in table.sections)
    return BallotAccount(lines, _whole(lines, None if ALL in table.sections else accounts.get(ALL)))


def _line(section: str, stated: AccountStated | None, table: Table) -> Line:
    return Line(
        section=section,
        electorate=stated.electorate if stated else None,
        distributed=stated.distributed if stated else None,
        returned=stated.returned if stated else None,
        set_aside={part.reason: part.papers for part in stated.set_aside} if stated else {},
        spoilt={part.reason: part.papers for part in stated.spoilt} if stated else {},
        rejected=dict(table.rejected.get(section, {})),
        valid=table.valid.get(section),
        stated=stated is not None,
    )


def _sum(lines: Sequence[Line]) -> Line:
    return Line(
        section=ALL,
        electorate=_total([line.electorate for line in lines]),
        distributed=_total([line.distributed for line in lines]),
        returned=_total([line.returned for line in lines]),
        set_aside=_merged([line.set_aside for line in lines]),
        spoilt=_merged([line.spoilt for line in lines]),
        rejected=_merged([line.rejected for line in lines]),
        valid=_total([line.valid for line in lines]),
        stated=all(line.stated for line in lines),
    )


def _whole(lines: Sequence[Line], stated: AccountStated | None) -> Line:
    """Give the account of all sections: their sum, or what was stated of all together where anybody did."""
    whole = _sum(lines)
    if stated is None:
        return whole
    return replace(
        whole,
        electorate=stated.electorate,
        distributed=stated.distributed,
        returned=stated.returned,
        set_aside={part.reason: part.papers for part in stated.set_aside},
        spoilt={part.reason: part.papers for part in stated.spoilt},
        stated=True,
    )


def _total(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _merged(parts: Sequence[Numbers]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for reason, papers in part.items():
            found[reason] = found.get(reason, 0) + papers
    return found


def _said(line: Line) -> str:
    parts = [f"{sum(line.set_aside.values())} set aside", f"{line.invalid} rejected", f"{line.valid} valid"]
    return f"{line.accounted} accounted for ({', '.join(parts)})"

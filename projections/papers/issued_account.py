"""The papers of a contest added up: by section beside the stated account and the papers read; turnout by place.

Turnout comes from the marked register, never from papers: nothing in this room knows what is on any paper.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.streams.account import AccountStated
from projections.catch_up import views_errors
from projections.papers.projection import Place
from projections.papers.tables import SUMS

BY: tuple[str, ...] = Place._fields
ON_A_RULING = "not-entitled"  # for what an account says papers were set aside that a ruling took out


@dataclass(frozen=True, slots=True)
class PaperLine:
    """The papers of one section, or of a place.

    Attributes:
        key: the place, one word for each of the names that it is summed by; a dash where it has none.
        entries: live entries on the roll.
        issued: papers, one an entry; those issued again in place of another are `reissued` beside.
        standing: of the issued, those whose entry is live.
        cancelled: papers taken back, `returned` those marked, `duplicates` further returns of one entry, held.
        set_aside: of the returned, those that a ruling took out before they were read.
    """

    key: tuple[str, ...]
    entries: int
    issued: int
    standing: int
    reissued: int
    cancelled: int
    returned: int
    duplicates: int
    set_aside: int

    @property
    def due(self) -> int:
        """Live entries that never had a paper."""
        return self.entries - self.standing

    @property
    def outstanding(self) -> int:
        """Papers issued that neither came back nor were cancelled."""
        return self.issued - self.cancelled - self.returned

    @property
    def turnout(self) -> Fraction | None:
        """Papers returned of those issued and not cancelled; None where there are none."""
        base = self.issued - self.cancelled
        return Fraction(self.returned, base) if base else None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two figures of a section that ought to agree do not: `what` each says, and the figures."""

    section: str
    what: str
    found: int
    other: str
    expected: int


def paper_lines(database: sqlite3.Connection, contest: str, by: Sequence[str] = ("section",)) -> list[PaperLine]:
    """Add the papers of a contest up by some of BY, in the order of the ids; every place on the roll is there."""
    if not by or set(by) - set(BY):
        raise ValueError(f"places are {BY}, not {by}")
    names = ", ".join(by)
    sums = ", ".join(f"coalesce(sum(s.{name}), 0)" for name in SUMS)
    statement = (
        f"SELECT {names}, coalesce(sum(r.live), 0), {sums} FROM paper_contest c JOIN paper_place p "
        "LEFT JOIN paper_roll r ON r.election = c.election AND r.place = p.id "
        "LEFT JOIN paper_sum s ON s.contest = c.id AND s.place = p.id "
        f"WHERE c.contest = ? AND (r.live > 0 OR s.issued > 0) GROUP BY {names} ORDER BY {names}"
    )
    with views_errors():
        rows = database.execute(statement, (contest,)).fetchall()
    width = len(by)
    return [PaperLine(tuple(word or "-" for word in row[:width]), *row[width:]) for row in rows]


def differences(
    lines: Sequence[PaperLine],
    stated: Mapping[str, AccountStated],
    read: Mapping[str, int],
) -> Iterator[Difference]:
    """Compare sections' papers issued and returned with their stated accounts, and with the papers read.

    Args:
        lines: one a section.
        stated: section -> its account.
        read: section -> papers on record; a section that has none yet is left out.

    What comes back is marked, and is in the box or set aside; what is in the box is read, or rejected for what no marks
    show. So returns, further ones included, are as many as papers read, spoilt and set aside; and of those set aside as
    of somebody not entitled, as many at least as rulings took out.
    """
    for line in lines:
        (section,) = line.key
        account = stated.get(section)
        came_back = line.returned + line.duplicates
        if account is not None and account.distributed is not None and account.distributed != line.issued:
            yield Difference(section, "distributed, as stated", account.distributed, "issued", line.issued)
        if account is not None and account.returned is not None and came_back and account.returned != came_back:
            yield Difference(section, "returned, as stated", account.returned, "marked and held", came_back)
        aside = _aside(account) if account is not None else line.set_aside
        if aside < line.set_aside:
            yield Difference(
                section, "set aside as not entitled, as stated", aside, "set aside by rulings", line.set_aside
            )
        out = line.issued + line.reissued - line.cancelled
        if line.issued and read.get(section, 0) > out:
            yield Difference(section, "read", read[section], "issued and not cancelled", out)
        if section in read and came_back:
            boxed = read[section] + (_not_read(account) if account else 0)
            if boxed != came_back:
                yield Difference(section, "read, spoilt and set aside", boxed, "marked and held", came_back)


def _aside(account: AccountStated) -> int:
    """Add up the papers that an account sets aside as those of somebody who is not entitled."""
    return sum(part.papers for part in account.set_aside if part.reason == ON_A_RULING)


def _not_read(account: AccountStated) -> int:
    """Add up the papers of an account that came back and are not among those read."""
    return sum(part.papers for part in account.set_aside) + sum(part.papers for part in account.spoilt)

"""Published against ledger: every declared or published cell beside what the papers give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ledger.event import Event
from ledger.field import rounded
from ledger.streams.result import Figure, FiguresPublished, ResultDeclared, printed
from projections.counting import Counted, cells

Verdict = Literal["equal", "differs", "not recomputable"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One cell: who said it, what was printed, what follows from the papers."""

    source: str
    figure: Figure
    position: int
    exact: Fraction | None

    @property
    def printed(self) -> str:
        """The published value with all its decimals."""
        return printed(self.figure.value, self.figure.decimals)

    @property
    def recomputed(self) -> str:
        """The exact value rounded to as many decimals as were published; empty without votes behind it."""
        return "" if self.exact is None else rounded(self.exact, self.figure.decimals)

    @property
    def difference(self) -> str:
        """Published less recomputed, as printed; empty where there is nothing to compare."""
        if self.exact is None:
            return ""
        return rounded(Fraction(self.printed) - Fraction(self.recomputed), self.figure.decimals)

    @property
    def verdict(self) -> Verdict:
        """What the comparison says."""
        if self.exact is None:
            return "not recomputable"
        return "equal" if self.printed == self.recomputed else "differs"


def compare(counted: Counted, events: list[tuple[int, Event]]) -> list[Compared]:
    """Compare the figures of a result's events with a count, cell by cell, in the order they were recorded."""
    exact = cells(counted.table)
    rows = []
    for position, event in events:
        match event:
            case ResultDeclared():
                source = "declared"
            case FiguresPublished():
                source = event.source
            case _:
                continue
        rows += [Compared(source, figure, position, exact.get(figure.cell)) for figure in event.figures]
    return rows

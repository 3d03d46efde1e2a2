"""What a projection says of a roll as of a position: what a freeze and a certificate must agree with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Cell(NamedTuple):
    """What entries that are counted together have in common."""

    section: str
    category: str
    region: str | None


@dataclass(frozen=True, slots=True)
class RollFigures:
    """A roll as of a position.

    Attributes:
        root: RFC 6962 root over the live entries sorted by person and number, `sha256:` and hexadecimal.
        cells: live entries, 1 or more in each cell.
        open_batches: streams of registers and builds that were begun and not finished.
        open_cases: cases without a ruling, and referrals not cleared that none of these decides.
        double: electors, as `<person>/<number>`, whom another entry of theirs leaves no room for by the franchise.
        changed: when its last entry or build was recorded (UTC); empty where there is none.
    """

    position: int
    root: str
    cells: Mapping[Cell, int]
    open_batches: tuple[str, ...] = ()
    open_cases: int = 0
    double: tuple[str, ...] = ()
    changed: str = ""

    @property
    def entries(self) -> int:
        """The live entries."""
        return sum(self.cells.values())

    @property
    def sections(self) -> dict[str, int]:
        """The live entries of each section that has any."""
        found: dict[str, int] = {}
        for cell, entries in self.cells.items():
            found[cell.section] = found.get(cell.section, 0) + entries
        return dict(sorted(found.items()))

"""What the benchmarks share: the machine, lines with a ratio to a floor, and a verdict on each."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pydantic


@dataclass(frozen=True)
class Line:
    """A figure, what it is measured against, and the bound it has to keep; no bound: reported beside.

    Attributes:
        subject, floor: what the two cost, in `unit`.
        ratio: the figure that is judged.
        least, most: the bounds of the ratio.
    """

    name: str
    subject: float
    floor: float
    ratio: float
    least: float | None = None
    most: float | None = None
    unit: str = "events/s"

    @property
    def kept(self) -> bool:
        """Whether the ratio keeps its bounds."""
        return (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)

    def show(self) -> None:
        """Print the line."""
        bound = f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}" if self.most is not None else ""
        verdict = "" if not bound else "OK" if self.kept else "MISSED"
        print(f"{self.name:44} {self.subject:>11,.6g} {self.floor:>11,.6g} {self.unit:9} "
              f"{self.ratio:>7.3f} {bound:>8}  {verdict}", flush=True)


def rates(name: str, events: int, subject: Sequence[float], floor: Sequence[float], **bound: float) -> Line:
    """Compare seconds of slices of so many events each, taken in turns: the median of the slices' ratios."""
    ratio = median(f / s for s, f in zip(subject, floor, strict=True))
    return Line(name, events / median(subject), events / median(floor), ratio, **bound)


def head() -> None:
    """Print the machine and the columns."""
    print(f"{os.cpu_count()} CPUs, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
          f"pydantic {pydantic.VERSION}, load {os.getloadavg()[0]:.1f}")
    print(f"{'':44} {'subject':>11} {'floor':>11} {'':9} {'ratio':>7} {'bound':>8}")


def verdict(lines: Sequence[Line]) -> int:
    """Give the exit code: 1 when a bound is missed."""
    missed = [line.name for line in lines if not line.kept]
    print("every bound is kept" if not missed else "MISSED: " + "; ".join(missed))
    return 1 if missed else 0

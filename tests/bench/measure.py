"""What the benchmarks share: turns, the machine, lines with a ratio to a floor, and a verdict on each."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pydantic


@dataclass(frozen=True)
class Line:
    """A figure beside its floor, and the bound it has to keep; without a bound it is reported beside.

    Attributes:
        subject, floor: what the two came to, in `unit`.
        figure: what is judged, their ratio as a rule.
        least, most: its bounds.
    """

    name: str
    subject: float
    floor: float | None
    figure: float
    least: float | None = None
    most: float | None = None
    unit: str = "events/s"

    @property
    def kept(self) -> bool:
        """Whether the figure keeps its bounds."""
        return (self.least is None or self.figure >= self.least) and (self.most is None or self.figure <= self.most)

    def show(self) -> None:
        """Print the line."""
        bound = f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}" if self.most is not None else ""
        floor = "" if self.floor is None else _short(self.floor)
        print(
            f"{self.name:48} {_short(self.subject):>9} {floor:>9} {self.unit:8} {self.figure:>7.3f} {bound:>7}  "
            + (("OK" if self.kept else "MISSED") if bound else "beside"),
            flush=True,
        )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def rates(name: str, events: int, subject: Sequence[float], floor: Sequence[float], **bound: float) -> Line:
    """Compare seconds of slices of so many events each, measured in turns: median of the slices' ratios."""
    ratio = median(f / s for s, f in zip(subject, floor, strict=True))
    return Line(name, events / median(subject), events / median(floor), ratio, **bound)


def timed(work: Callable[[], Any]) -> float:
    """Time a piece of work, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(number: int, *works: Callable[[], Any]) -> list[float]:
    """Time pieces of work one after another, each time beginning with another one."""
    places = [(number + step) % len(works) for step in range(len(works))]
    seconds = {place: timed(works[place]) for place in places}
    return [seconds[place] for place in range(len(works))]


def peak_megabytes() -> float:
    """Give the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def head() -> None:
    """Print the machine and the columns."""
    print(
        f"{os.cpu_count()} CPUs (load {os.getloadavg()[0]:.1f}), Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, pydantic {pydantic.VERSION}"
    )
    print(f"{'':48} {'subject':>9} {'floor':>9} {'':8} {'figure':>7} {'bound':>7}")


def verdict(lines: Sequence[Line]) -> int:
    """Give the exit code: 1 when a bound is missed."""
    missed = [line.name for line in lines if not line.kept]
    print(f"load {os.getloadavg()[0]:.1f}; " + ("MISSED: " + "; ".join(missed) if missed else "every bound is kept"))
    return 1 if missed else 0

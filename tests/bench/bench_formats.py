"""How fast files of papers are read: python tests/bench/bench_formats.py [--papers N].

The floor is `Counter` over the lines of the same file, as bytes, in the same run and in turns: nothing that
groups papers does less. What the readers do beside that, they do once for each different line. Peak memory is
that of a process which reads one file and nothing else, less that of one which reads a file without papers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import permutations
from pathlib import Path
from statistics import median
from typing import NamedTuple

from measure import Line, head, in_turns, verdict

from projections.formats.blt import read_blt
from projections.formats.csv_papers import read_csv_counted, read_csv_marks, read_csv_ranks
from projections.formats.lines import PAGE
from projections.formats.paper_file import PaperFile, Roll

PAPERS = 1_000_000
RUNS = 7
TIMES_MOST, MEGABYTES_MOST = 1.5, 30
FEW = [("a", "Diane Abbott"), ("b", "Ed Balls"), ("c", "Andy Burnham"), ("d", "David Miliband"), ("e", "Ed Miliband")]
MANY = [(f"c{number}", f"Candidate {number}") for number in range(1, 21)]

Candidates = list[tuple[str, str]]
Paper = tuple[int, ...]  # candidates by number from 1, first to last
Reader = Callable[[Iterable[bytes], str, Roll], PaperFile]


class Case(NamedTuple):
    """A format: its reader, and how a file of it is written, one paper a line."""

    name: str
    reader: Reader
    head: Callable[[Candidates], str]
    line: Callable[[Candidates, Paper], str]
    tail: Callable[[Candidates], str] = lambda _: ""


def blt_tail(candidates: Candidates) -> str:
    """Write what follows the ballots."""
    return "0\n" + "".join(f'"{name}"\n' for _, name in candidates) + '"Title"\n'


def ranks_line(candidates: Candidates, paper: Paper) -> str:
    """Write a row with a name for each rank."""
    return ",".join([*(candidates[number - 1][1] for number in paper), *[""] * (len(candidates) - len(paper))])


def marks_line(candidates: Candidates, paper: Paper) -> str:
    """Write a row with a rank for each candidate."""
    at = {number: str(rank) for rank, number in enumerate(paper, 1)}
    return ",".join(at.get(number, "") for number in range(1, len(candidates) + 1))


CASES = (
    Case("BLT", read_blt, lambda c: f"{len(c)} 1", lambda _, paper: f"1 {' '.join(map(str, paper))} 0", blt_tail),
    Case("CSV, marks", read_csv_counted, lambda _: "marks", lambda c, paper: ">".join(c[n - 1][0] for n in paper)),
    Case("CSV, ranks", read_csv_ranks, lambda c: ",".join(map(str, range(1, len(c) + 1))), ranks_line),
    Case("CSV, candidates", read_csv_marks, lambda c: ",".join(name for _, name in c), marks_line),
)


def drawn(candidates: Candidates, papers: int, *, full: bool) -> Iterator[Paper]:
    """Draw papers: of five candidates from the 325 rankings there are, or full rankings that are rarely alike."""
    chance = random.Random(2010)
    numbers = range(1, len(candidates) + 1)
    if full:
        return (tuple(chance.sample(numbers, len(numbers))) for _ in range(papers))
    rankings = [paper for length in numbers for paper in permutations(numbers, length)]
    return (chance.choice(rankings) for _ in range(papers))


def write_case(case: Case, path: Path, candidates: Candidates, papers: Iterable[Paper]) -> None:
    """Write a file of papers."""
    with path.open("w") as file:
        file.write(case.head(candidates) + "\n")
        file.writelines(case.line(candidates, paper) + "\n" for paper in papers)
        file.write(case.tail(candidates))


def read_case(case: Case, path: Path, candidates: Candidates) -> PaperFile:
    """Read it as the product does."""
    with path.open("rb") as file:
        return case.reader(iter(partial(file.read, PAGE), b""), path.name, Roll.of(candidates))


def count_lines(path: Path) -> Counter[bytes]:
    """Do the least."""
    with path.open("rb") as file:
        return Counter(file)


def peak_of(number: int, path: Path, candidates: Candidates) -> float:
    """Read a file in a process of its own and give the most memory it had, in MB.

    From /proc, for `getrusage` counts what the process was before it became another program.
    """
    read_case(CASES[number], path, candidates)
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def in_a_process(number: int, path: Path, candidates: Candidates) -> float:
    """Start a process for one file."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(peak_of, number, path, candidates).result()


def bench_case(number: int, folder: Path, papers: int) -> Iterator[Line]:
    """Compare a format with the floor."""
    case = CASES[number]
    path, empty, varied = (folder / f"{number}-{name}" for name in ("papers", "empty", "varied"))
    write_case(case, path, FEW, drawn(FEW, papers, full=False))
    write_case(case, empty, FEW, [])
    write_case(case, varied, MANY, drawn(MANY, papers // 10, full=True))
    assert read_case(case, path, FEW).total == papers
    for name, file, candidates, most in (
        (f"{case.name}: {papers:,} papers, 5 candidates", path, FEW, TIMES_MOST),
        (f"{case.name}: {papers // 10:,} papers, 20 candidates", varied, MANY, None),
    ):
        turns = [
            in_turns(run, partial(read_case, case, file, candidates), partial(count_lines, file)) for run in range(RUNS)
        ]
        ratio = median(read / floor for read, floor in turns)
        subject, floor = (median(column) for column in zip(*turns, strict=True))
        yield Line(name, subject, floor, ratio, most=most, unit="s")
    least, peak = in_a_process(number, empty, FEW), in_a_process(number, path, FEW)
    yield Line(f"{case.name}: memory for the papers", peak, least, peak - least, most=MEGABYTES_MOST, unit="MB")


def bench_formats(papers: int = PAPERS) -> list[Line]:
    """Measure every format."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(len(CASES)):
            for line in bench_case(number, Path(folder), papers):
                line.show()
                found.append(line)
    return found


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    papers = parser.parse_args().papers
    head()
    return verdict(bench_formats(papers))


if __name__ == "__main__":
    sys.exit(main())

"""How fast the alternative vote is counted: python tests/bench/bench_av.py [--papers N] [--others PYTHON].

From the ledger, which reads every leaf strictly and hashes it; from a file; from papers that are grouped already.
Seconds are processor time, the best of several, each in a process of its own and in turns with the floor, so that a
busy machine tells less. `--others` names a Python in which other libraries are installed: see `other_libraries.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from bench_formats import CASES, count_lines, drawn, read_case, write_case
from measure import Line, head, verdict
from papers import BATCH, CANDIDATES, CLOSED, RECORDED, dealt, opened

from ledger.rules.alternative import AlternativeVote
from ledger.storage.recorder import PAGE_ROWS, Guard
from ledger.storage.store import LEDGER_FILE, make_ledger, open_ledger
from ledger.streams.batch import BatchClosed
from projections.count.av import count_av
from projections.counting import open_views
from projections.profile import ballot_profile

PAPERS = 1_000_000
RUNS, COUNTS = 5, 50
LEDGER_RUNS = 3
LEDGER_TIMES_MOST, FILE_TIMES_MOST, PROFILE_MILLISECONDS_MOST, MEGABYTES_MOST = 2.5, 1.5, 5, 100
BLT, CSV_MARKS = 0, 1  # of CASES
ROLL = [(name, f"Candidate {name}") for name in CANDIDATES]
RULE = AlternativeVote(
    version="av.v1",
    blank="reject",
    decimals=2,
    duplicate="exhaust",
    exclusion="single-lowest",
    gap="exhaust",
    majority_base="continuing",
    overvote="exhaust",
    preferences="any-number",
    publication="by-section",
    stop="first-majority",
    ties=("earlier-stages-backwards", "lot"),
)
Tallies = list[dict[str, int]]
Measured = tuple[float, float, Tallies]  # seconds, MB, what the count came to


def tallies_of(profile: dict[str, dict[str, int]]) -> Tallies:
    """Count, and give who holds what at each stage."""
    table = count_av(RULE, CANDIDATES, tuple(profile), profile)
    return [{candidate: stage.total(candidate) for candidate in stage.candidates} for stage in table.stages]


def fill(folder: Path, papers: int) -> None:
    """Record a batch of papers."""
    page = dealt(papers, b"seed" * 8)
    envelope = {"actor": "scrutineer", "effective": CLOSED, "recorded": RECORDED, "stream": BATCH, "version": 2}
    closed = {"contest": "leader", "section": "members", "count": papers, "digest": "sha256:" + "0" * 64}
    with make_ledger(folder, "0" * 32) as ledger:
        ledger.append([opened(papers)])
        for at in range(0, papers, PAGE_ROWS):
            ledger.append(page(at, min(at + PAGE_ROWS, papers), RECORDED), Guard({BATCH: 1}))
        ledger.append([BatchClosed(**envelope, **closed)])
        ledger.seal()


def from_ledger(folder: Path) -> Tallies:
    """Count as the product does where nothing kept is trusted."""
    with open_ledger(folder) as ledger, closing(open_views(None)) as views:
        views.catch_up(ledger)
        return tallies_of(ballot_profile(views.database, "leader").papers)


def from_leaves(folder: Path) -> Tallies:
    """Do the least: the JSON and the hash of every leaf, and a Counter."""
    profile: Counter[str] = Counter()
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as database:
        for (leaf,) in database.execute("SELECT state FROM stored_events ORDER BY position"):
            hashlib.sha256(leaf).digest()
            event = json.loads(leaf)
            if "marks" in event:
                profile[event["marks"]] += 1
    return tallies_of({"members": dict(profile)})


def from_file(case: int, path: Path) -> Tallies:
    """Read a file as the product does, and count."""
    return tallies_of({"members": dict(read_case(CASES[case], path, ROLL).papers)})


def from_lines(case: int, path: Path) -> Tallies:
    """Do the least: a Counter over the lines, and the same count."""
    profile: Counter[str] = Counter()
    for line, papers in count_lines(path).items():
        words = line.split()
        if case == CSV_MARKS and words != [b"marks"]:
            profile[line.decode().strip()] += papers
        elif len(words) > 2 and words[-1] == b"0" and words[0] == b"1":
            profile[">".join(CANDIDATES[int(word) - 1] for word in words[1:-1])] += papers
    return tallies_of({"members": dict(profile)})


def measured(work: Callable[[], Tallies]) -> Measured:
    """Do a piece of work in this process: seconds of its processor, the most memory it had, and the result."""
    start = time.process_time()
    found = work()
    seconds = time.process_time() - start
    status = Path("/proc/self/status").read_text("utf-8")
    return seconds, int(status.partition("VmHWM:")[2].split()[0]) / 1024, found


def in_a_process(work: Callable[[], Tallies]) -> Measured:
    """Do it in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, work).result()


def compare(
    name: str, most: float, subject: Callable[[], Tallies], floor: Callable[[], Tallies], times: int = RUNS
) -> list[Line]:
    """Measure both in turns: the best of each, and the memory of the subject."""
    runs = [(in_a_process(floor), in_a_process(subject)) for _ in range(times)]
    assert all(one[2] == other[2] for one, other in runs)
    least, spent = (min(run[side][0] for run in runs) for side in (0, 1))
    peak = min(other[1] for _, other in runs)
    return [
        Line(name, spent, least, spent / least, most=most, unit="s"),
        Line("  peak memory of the process", peak, None, peak, most=MEGABYTES_MOST, unit="MB"),
    ]


def from_profile(case: int, path: Path) -> Line:
    """Count papers that are grouped already."""
    profile = {"members": dict(read_case(CASES[case], path, ROLL).papers)}
    seconds = min(measured(partial(tallies_of, profile))[0] for _ in range(COUNTS))
    name = f"from {len(profile['members'])} rankings, milliseconds"
    return Line(name, seconds * 1e3, None, seconds * 1e3, most=PROFILE_MILLISECONDS_MOST, unit="ms")


def others(python: str, path: Path, ours: Callable[[], Tallies]) -> Iterator[Line]:
    """Count the file with other libraries, each in a process of its own, in turns with ours."""
    script = Path(__file__).with_name("other_libraries.py")
    for library in ("votelib", "pref_voting", "votekit", "pyrankvote"):
        runs = []
        for _ in range(RUNS):
            mine = in_a_process(ours)
            answer = subprocess.run([python, script, library, path, *CANDIDATES], check=True, capture_output=True)
            seconds, version, winner = json.loads(answer.stdout)
            assert winner == max(mine[2][-1], key=mine[2][-1].__getitem__), (library, winner)
            runs.append((mine[0], seconds))
        spent, theirs = (min(column) for column in zip(*runs, strict=True))
        yield Line(f"  against {library} {version}", spent, theirs, spent / theirs, most=1, unit="s")


def bench_av(papers: int, python: str | None) -> Iterator[Line]:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "ledger", papers)
        works = [partial(each, folder / "ledger") for each in (from_ledger, from_leaves)]
        yield from compare(f"from the ledger, {papers:,} papers", LEDGER_TIMES_MOST, *works, LEDGER_RUNS)
        for case in (BLT, CSV_MARKS):
            path = folder / str(case)
            write_case(CASES[case], path, ROLL, drawn(ROLL, papers, full=False))
            subject = partial(from_file, case, path)
            what = f"from a file, {CASES[case].name}, {papers:,} papers"
            yield from compare(what, FILE_TIMES_MOST, subject, partial(from_lines, case, path))
        yield from others(python, path, subject) if python else ()
        yield from_profile(case, path)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument("--others", metavar="PYTHON")
    arguments = parser.parse_args()
    head()
    lines = []
    for line in bench_av(arguments.papers, arguments.others):
        line.show()
        lines.append(line)
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

"""How fast applications are checked: python tests/bench/bench_checks.py [--applications N] [--electors N].

An election from its first command to its queue, by the program's own commands, each in a process of its own, from its
start to its end: applications and payments are imported, and the checks are run against an edition of an electoral
register and a list of those barred. Beside the run of checks stands a loop as one would write it by hand, that reads
the same edition, looks each entry up by name and postcode among the same applicants, and inserts a row for each.
The queue and the fees are measured within one process, after its start.
"""

from __future__ import annotations

import argparse
import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from applications import ELECTION, write_all
from measure import Line, head, verdict

from cli.applications.application import show_application
from cli.applications.fees import show_fees
from cli.applications.queue import show_queue
from cli.place import Place
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.sqlite_store import TABLES

APPLICATIONS, ELECTORS = 183_541, 1_000_000
LOOK_MOST, MEGABYTES_MOST = 0.1, 250
ROOT = Path(__file__).parents[2]
AS = ("--as", "registrar")
ASKED = ("enquiry", "registrar")  # for which purpose, and who asks
RUN = ("run-checks", ELECTION, *AS, "--edition", "2015-06", "--register", "e.csv", "--mapping", "e.toml")


class Took(NamedTuple):
    """What a command took: seconds by the clock and of processor, peak memory in MB; and what it printed."""

    clock: float
    processor: float
    peak: float
    out: str


def pollbook(folder: Path, *words: str, program: Sequence[str] = ("-m", "cli.main")) -> Took:
    """Run the program in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "POLLBOOK_STATE": str(folder / "state")}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        call = [sys.executable, *program, "--ledger", "ledger", *words]
        process = subprocess.Popen(call, cwd=folder, env=environment, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode:
        raise SystemExit(f"pollbook {' '.join(words)} ended with {process.returncode}")
    clock = time.perf_counter() - start
    return Took(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text)


def by_hand(folder: Path) -> float:
    """Match the applicants with the least that finds exact ones; seconds."""
    start = time.perf_counter()
    with (folder / "a.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        wanted = {(f"{row[3]} {row[4]}".lower(), row[6]): row[0] for row in reader}
    found: dict[str, str] = {}
    with (folder / "e.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        for number, first, last, _address, code in reader:
            receipt = wanted.get((f"{first} {last}".lower(), code))
            if receipt:
                found[receipt] = number
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        for table in TABLES:
            database.execute(table)
        rows = []
        for place, receipt in enumerate(sorted(wanted.values())):
            leaf = f'{{"check":"register-match","against":"{found.get(receipt)}","stream":"application/{receipt}"}}'
            rows.append((place, f"application/{receipt}", 1, "checks-run.v1", leaf.encode()))
            if len(rows) == PAGE_ROWS:
                _insert(database, rows)
        _insert(database, rows)
    return time.perf_counter() - start


def _insert(database: sqlite3.Connection, rows: list[tuple[int, str, int, str, bytes]]) -> None:
    database.execute("BEGIN")
    database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", rows)
    database.execute("COMMIT")
    rows.clear()


def look(work: Callable[[], object]) -> float:
    """Time the second of two looks, of processor time; what is printed is thrown away."""
    for _ in range(2):
        start = time.process_time()
        with redirect_stdout(StringIO()):
            work()
        took = time.process_time() - start
    return took


def main() -> int:
    """Take an election from its first command to its queue, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=APPLICATIONS)
    parser.add_argument("--electors", type=int, default=ELECTORS)
    given = parser.parse_args()
    head()
    number = given.applications
    lines = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = Path(name)
        print(write_all(folder, number, given.electors), flush=True)
        pollbook(folder, "init", "--unfounded")
        pollbook(folder, "apply", "commands.jsonl", *AS)
        chosen = ("--set", f"election={ELECTION}", *AS)
        for what, file in (("applications", "a"), ("payments", "p")):
            took = pollbook(folder, "import", what, f"{file}.csv", "--mapping", f"{file}.toml", *chosen)
            lines.append(Line(f"import {what}", number / took.clock, None, took.peak, unit="rows/s, MB"))
        floor = by_hand(folder)
        took = pollbook(folder, *RUN, "--barred", "b.csv", "--barred-mapping", "b.toml")
        print(took.out)
        lines.append(
            Line(
                f"check {number:,} against {given.electors:,}",
                number / took.clock,
                number / floor,
                floor / took.clock,
                unit="a second",
            )
        )
        lines.append(Line("  peak memory", took.peak, None, took.peak, most=MEGABYTES_MOST, unit="MB"))
        print(pollbook(folder, "queue", ELECTION).out)
        os.environ["POLLBOOK_STATE"] = str(folder / "state")
        place = Place(folder / "ledger")
        who = ("--purpose", ASKED[0], "--as", ASKED[1])
        waiting = pollbook(folder, "queue", ELECTION, "--list", "register-match", *who).out.splitlines()
        person = waiting[2].split()[0]
        looks: dict[str, Callable[[], object]] = {
            "queue": lambda: show_queue(place, ELECTION, "", 1, None, None, ASKED, as_json=False),
            "queue, a page": lambda: show_queue(
                place, ELECTION, "register-match", 100, None, None, ASKED, as_json=False
            ),
            "fees by day": lambda: show_fees(place, ELECTION, ["day"], None, None, None, None, as_json=False),
            "one application": lambda: show_application(place, person, None, None, ASKED, as_json=False),
        }
        for what, work in looks.items():
            seconds = look(work)
            lines.append(Line(what, seconds, None, seconds, most=LOOK_MOST, unit="s"))
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

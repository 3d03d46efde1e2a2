"""How fast a roll is built and frozen: python tests/bench/bench_build.py [--members N] [--rounds N].

The floor of a build is a loop as one would write it by hand, over the same ledger: every row read, its JSON parsed, one
comparison of dates, the people sorted, and raw inserts of entries into the same table, 5,000 to a transaction. It looks
nothing up and checks nothing. That of a freeze reads the entries' rows, parses their JSON, and hashes a line of each.
Subject and floor take turns, each in a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from bench_roll import NOW, Run, by_product, desk_in, in_own_process, measured
from measure import Line, head, peak_megabytes, verdict
from members import write_members

from cli.roll.build_roll import people_of, planned_build
from ledger.rules.franchise import Category, Continuous, Franchise, MemberOn
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.store import make_ledger, open_ledger
from ledger.streams.election import CallElection
from ledger.streams.franchise import AdoptFranchise
from ledger.streams.freeze import FreezeRoll
from projections.roll.figures import roll_figures

MEMBERS, ROUNDS = 784_151, 1
BUILD_LEAST, FREEZE_LEAST, MEGABYTES_MOST = 0.2, 0.2, 300
DAY, MONTHS, SINCE = "2015-08-12", 6, "2015-02-12"
RULE = Franchise(
    version="franchise.v1",
    several="per-section",
    categories=(
        Category(
            category="member",
            by="register",
            registers=("members",),
            section="members",
            tests=(MemberOn(test="member-on", day=DAY), Continuous(test="continuous", months=MONTHS, to=DAY)),
        ),
    ),
)


def prepare(file: Path, folder: Path) -> Run:
    """Make a ledger with the register and the franchise."""
    make_ledger(folder, "0" * 32).close()
    by_product(file, folder)
    desk = desk_in(folder)
    desk.submit(CallElection(election="labour", title="x", organisation="x", reason="vacancy"), actor="registrar")
    desk.submit(AdoptFranchise(election="labour", rule=RULE), actor="registrar")
    return measured(lambda: None)


def build_part(_file: Path, folder: Path) -> Run:
    """Measure a build, as `pollbook build-roll` does, without sealing."""

    def work() -> None:
        desk = desk_in(folder)
        planned = planned_build(desk.ledger, "labour")
        desk.submit(planned.command.of(people_of(desk.ledger, planned)), actor="registrar")

    return measured(work)


def build_by_hand(_file: Path, folder: Path) -> Run:
    """Measure the floor of a build."""

    def work() -> None:
        database = sqlite3.connect(folder / "ledger.db", isolation_level=None)
        with closing(database):
            found = []
            for (state,) in database.execute("SELECT state FROM stored_events ORDER BY position"):
                leaf = json.loads(state)
                if leaf["type"] == "member-registered.v1" and leaf["joined"] <= SINCE:
                    found.append((leaf["stream"][7:], leaf["unit"], leaf["region"]))
            found.sort()
            rows: list[tuple[int, str, int, str, bytes]] = []
            for place, (key, unit, region) in enumerate(found, 10_000_000):
                blind = urlsafe_b64encode(os.urandom(16))[:22].decode()
                leaf_text = (
                    f'{{"actor":"registrar","basis":"person/{key}","blind":"{blind}","category":"member",'
                    f'"effective":"{NOW}","election":"other","number":1,"recorded":"{NOW}","region":"{region}",'
                    f'"section":"members","source":"register","stream":"entry/other/{key}","type":"entry-added.v1",'
                    f'"unit":"{unit}","version":1}}'
                )
                rows.append((place, f"entry/other/{key}", 1, "entry-added.v1", leaf_text.encode()))
                if len(rows) == PAGE_ROWS:
                    _insert(database, rows)
            _insert(database, rows)

    return measured(work)


def _insert(database: sqlite3.Connection, rows: list[tuple[int, str, int, str, bytes]]) -> None:
    database.execute("BEGIN")
    database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", rows)
    database.execute("COMMIT")
    rows.clear()


def freeze_part(_file: Path, folder: Path) -> Run:
    """Measure a freeze: the roll counted, and the root over it."""
    return measured(lambda: desk_in(folder).submit(FreezeRoll(election="labour"), actor="registrar"))


def freeze_by_hand(_file: Path, folder: Path) -> Run:
    """Measure the floor of a freeze."""

    def work() -> None:
        counts: Counter[tuple[str, str]] = Counter()
        database = sqlite3.connect(folder / "ledger.db", isolation_level=None)
        with closing(database):
            for (state,) in database.execute("SELECT state FROM stored_events ORDER BY position"):
                leaf = json.loads(state)
                if leaf["type"] == "entry-added.v1":
                    counts[leaf["section"], leaf["region"]] += 1
                    hashlib.sha256(f"{leaf['stream']}/{leaf['number']} {leaf['category']}".encode()).digest()

    return measured(work)


def figures_part(_file: Path, folder: Path) -> Run:
    """Measure the figures of a roll alone."""

    def work() -> None:
        with open_ledger(folder) as ledger:
            roll_figures(ledger, "labour")
        peak_megabytes()

    return measured(work)


def main() -> int:
    """Build and freeze, in turns, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    head()
    runs: dict[str, list[Run]] = {"build": [], "build-floor": [], "freeze": [], "freeze-floor": [], "figures": []}
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        file = Path(name) / "members.csv"
        write_members(file, given.members)
        first = Path(name) / "first"
        in_own_process(prepare, file, first)
        for number in range(given.rounds):
            folders = [Path(name) / f"{kind}-{number}" for kind in ("floor", "subject")]
            for folder in folders:
                shutil.copytree(first, folder)
            parts: tuple[tuple[str, Callable[[Path, Path], Run], Path], ...] = (
                ("build-floor", build_by_hand, folders[0]),
                ("build", build_part, folders[1]),
                ("figures", figures_part, folders[1]),
                ("freeze-floor", freeze_by_hand, folders[1]),
                ("freeze", freeze_part, folders[1]),
            )
            for kind, part, folder in parts:
                runs[kind].append(in_own_process(part, file, folder))
            for folder in folders:
                shutil.rmtree(folder)
    lines = []
    for what, least in (("build", BUILD_LEAST), ("freeze", FREEZE_LEAST)):
        for index, kind in enumerate(("by the clock", "by processor time")):
            pairs = zip(runs[f"{what}-floor"], runs[what], strict=True)
            ratio = median(floor[index] / subject[index] for floor, subject in pairs)
            took = [median(run[index] for run in runs[name]) for name in (what, f"{what}-floor")]
            subject, floor_rate = (given.members / seconds for seconds in took)
            bound = least if index else None
            name_ = f"{what} a roll of {given.members:,}, {kind}"
            lines.append(Line(name_, subject, floor_rate, ratio, bound, unit="rows/s"))
        peak, floor = (max(run.peak for run in runs[name]) for name in (what, f"{what}-floor"))
        lines.append(Line("  peak memory", peak, floor, peak, most=MEGABYTES_MOST, unit="MB"))
    seconds = median(run.clock for run in runs["figures"])
    lines.append(Line("  of that, counting and the root", given.members / seconds, None, seconds, unit="rows/s"))
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

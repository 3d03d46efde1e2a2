"""How fast a roll is read: python tests/bench/bench_roll_look.py [--entries N] [--changes N].

A roll of so many entries in three sections, from a seed, built in one batch, frozen, and then changed one entry at a
time. Each look is the whole verb but for the program's start: the ledger and the views are opened, the views caught
up, and what is printed is thrown away; recording who looks, and why, is left out. The roll in full is written as CSV;
beside it stands a loop as one would write it by hand over rows that hold the same and nothing else, as of no date.
Medians are judged, of processor time: on a machine that others use it is the steadier, and all that is read is in
memory. The clock's stands beside.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from measure import Line, head, peak_megabytes, verdict

from cli.office import viewed
from cli.place import Place
from cli.roll.diff import show_difference
from cli.roll.show import Wanted, show_roll
from ledger.batches.build import Right
from ledger.batches.entry_leaf import EntryLeaves
from ledger.leaf import random_texts
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.store import Ledger, make_ledger
from ledger.streams.entry import EntryAmended, EntryRemoved
from ledger.streams.roll import RollFrozen, SectionCount
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.roll.reading import PAGE

ENTRIES, CHANGES, ROUNDS = 784_151, 2_000, 5
LOOK_MOST, FULL_LEAST = 0.1, 200_000
SECTIONS = (("members", "member", 552_835), ("affiliates", "affiliated", 217_690), ("registered", "registered", 13_626))
REGIONS, UNITS, AFFILIATES = 11, 633, 14
NOW, LATER = "2020-02-20T12:00:00Z", "2020-03-01T12:00:00Z"
ELECTION, BUILD = "labour", "build/labour/1"
DIGEST = "sha256:" + "0" * 64
HEADS = "elector,category,section,affiliate,region,unit,since"


def keys(entries: int, chance: random.Random) -> list[str]:
    """Draw keys of people, in order."""
    return sorted(f"{chance.getrandbits(96):024x}" for _ in range(entries))


def right(chance: random.Random) -> Right:
    """Draw where somebody stands, by the sizes of the sections."""
    ((section, category, _),) = chance.choices(SECTIONS, [size for _, _, size in SECTIONS])
    unit = chance.randrange(UNITS)
    affiliate = f"union-{chance.randrange(AFFILIATES)}" if section == "affiliates" else None
    return Right(category, section, affiliate, f"region-{unit % REGIONS}", f"unit-{unit}", "register")


def envelope(stream: str, version: int, effective: str = NOW) -> dict[str, Any]:
    """Give the envelope of an event that nobody's desk recorded."""
    blind = "A" * 22 if not stream.startswith("roll/") else None
    common = {"actor": "registrar", "blind": blind, "effective": effective, "recorded": effective}
    return {**common, "stream": stream, "version": version}


def make_roll(folder: Path, entries: int, changes: int, seed: int = 2020) -> list[str]:
    """Make a ledger with a roll, and give the people's keys."""
    chance = random.Random(seed)
    people = keys(entries, chance)
    with make_ledger(folder, "0" * 32) as ledger:
        built = {"build": 1, "election": ELECTION}
        ledger.append([RollBuildOpened(**envelope(BUILD, 1), **built, as_of_position=0, franchise=DIGEST)])
        add_entries(ledger, people, chance)
        tally: dict[str, Any] = {"accepted": entries, "digest": DIGEST, "failed": (), "held": 0, "rows": entries}
        ledger.append([RollBuildClosed(**envelope(BUILD, 2), **built, **tally, sections=())])
        sizes = (SectionCount(section="affiliates", entries=1), SectionCount(section="members", entries=1))
        frozen: dict[str, Any] = {"as_of_position": ledger.head().size - 1, "election": ELECTION, "entries": entries}
        frozen |= {"open_batches": (), "published": NOW, "roll_version": 1, "root": DIGEST, "sections": sizes}
        ledger.append([RollFrozen(**envelope(f"roll/{ELECTION}", 1), **frozen)])
        changing = chance.sample(people, changes)
        for start in range(0, changes, PAGE_ROWS):
            ledger.append([change(person, chance) for person in changing[start : start + PAGE_ROWS]])
    return people


def add_entries(ledger: Ledger, people: list[str], chance: random.Random) -> None:
    """Record an entry of each, a page at a time."""
    leaves = EntryLeaves(ELECTION, {"actor": "registrar", "batch": BUILD, "effective": NOW})
    for start in range(0, len(people), PAGE_ROWS):
        page = people[start : start + PAGE_ROWS]
        blinds = random_texts(os.urandom, len(page))
        rows = [
            (
                f"entry/{ELECTION}/{key}",
                1,
                "entry-added.v1",
                leaves.leaf(right(chance), f"person/{key}", key, 1, 1, blind, NOW),
            )
            for key, blind in zip(page, blinds, strict=True)
        ]
        ledger.append_leaves(lambda _, rows=rows: rows, NOW)  # type: ignore[misc]


def change(person: str, chance: random.Random) -> EntryAmended | EntryRemoved:
    """Change an entry one way or the other."""
    common = {**envelope(f"entry/{ELECTION}/{person}", 2, LATER), "election": ELECTION, "number": 1}
    if chance.random() < 0.5:
        return EntryRemoved(**common, cause="death")
    return EntryAmended(**common, cause="clerical", field="unit", new=f"unit-{chance.randrange(UNITS)}")


def both(work: Callable[[], object]) -> tuple[float, float]:
    """Time a piece of work in seconds, by the clock and by the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def medians(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Give the medians of several times."""
    clocks, processors = zip(*(both(work) for _ in range(rounds)), strict=True)
    return median(clocks), median(processors)


@contextlib.contextmanager
def thrown_away() -> Iterator[None]:
    """Throw away what is printed."""
    with Path(os.devnull).open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file):
        yield


@contextlib.contextmanager
def unlogged() -> Iterator[None]:
    """Leave out recording who looks: this ledger has no keys."""
    with patch("cli.roll.show.log_opening"), patch("cli.roll.diff.log_opening"):
        yield


def looks(place: Place, people: list[str], frozen: int, changes: int) -> list[tuple[str, Callable[[], None]]]:
    """Give the looks that are measured, each with a name."""
    last = max(len(people) // PAGE - 100, 1)  # some were removed since
    of_unit = 2 if len(people) // UNITS > PAGE + 10 else 1
    of_changes = 2 if changes > 4 * PAGE else 1

    def roll(as_of: str | None = None, **asked: Any) -> Callable[[], None]:
        return lambda: show_roll(
            place, ELECTION, Wanted(**{"by": ("section",), "purpose": "audit", **asked}), as_of, None, as_json=False
        )

    moments = (ELECTION, str(frozen), "2020-12-31")

    def diff(**asked: Any) -> Callable[[], None]:
        wanted = Wanted(**{"by": ("section",), "purpose": "audit", **asked})
        return lambda: show_difference(place, moments, wanted, None, as_json=False)

    return [
        ("numbers by section", roll()),
        ("numbers by region and unit", roll(by=("region", "unit"))),
        ("numbers by region as of a date", roll("2020-02-25", by=("region",))),
        ("the first page", roll(page=1)),
        ("a page in the middle", roll(page=max(last // 2, 1))),
        ("the last page but some", roll(page=last)),
        ("a page of a section", roll(page=max(last // 2, 1), only={"section": "members"})),
        ("a page of a region", roll(page=max(last // 2 // REGIONS, 1), only={"region": "region-5"})),
        ("a page of a unit", roll(page=of_unit, only={"unit": "unit-5"})),
        ("what changed since the freeze", diff()),
        ("  a page of it", diff(page=of_changes)),
        ("numbers by unit for the public", roll(by=("region", "unit"), audience="public")),
    ]


def by_hand(entries: Path, out: Path) -> None:
    """Write rows that hold what an entry's line says, and nothing else."""
    database = sqlite3.connect(entries)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADS.split(","))
        writer.writerows(database.execute("SELECT * FROM entry"))
    database.close()


def plain_rows(place: Place, file: Path) -> None:
    """Put the same lines into a table of their own, for the floor."""
    out = file.with_suffix(".csv")
    with thrown_away(), unlogged():
        show_roll(place, ELECTION, Wanted(out=out, purpose="audit"), None, None, as_json=False)
    database = sqlite3.connect(file)
    database.execute(f"CREATE TABLE entry ({HEADS})")
    with out.open(encoding="utf-8") as lines:
        reader = csv.reader(lines)
        next(reader)
        database.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?)", (row[:7] for row in reader))
    database.commit()
    database.close()


def main() -> int:
    """Make, read, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--changes", type=int, default=CHANGES)
    given = parser.parse_args()
    head()
    print("subject by the processor; floor: by the clock, or by hand")
    lines = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        place = Place(Path(name))
        people = make_roll(place.folder, given.entries, given.changes)
        size = given.entries + 3 + given.changes

        def catch_up() -> None:
            with viewed(place) as (ledger, views):
                views.catch_up(ledger)

        took, spent = both(catch_up)
        lines.append(Line(f"views of {given.entries:,} entries made", size / spent, size / took, spent))
        for what, look in looks(place, people, given.entries + 2, given.changes):
            with thrown_away(), unlogged():
                took, spent = medians(look, ROUNDS)
            lines.append(Line(what, spent * 1000, took * 1000, spent, most=LOOK_MOST, unit="ms"))
        out, plain = Path(name) / "out.csv", Path(name) / "plain.db"
        plain_rows(place, plain)
        for what, as_of in (("the roll in full", None), ("the roll in full as of a date", "2020-02-25")):
            took, ours = medians(lambda as_of=as_of: write(place, out, as_of), 3)  # type: ignore[misc]
            _, floor = medians(lambda: by_hand(plain, out), 3)
            rate = given.entries / ours
            lines.append(Line(what, rate, given.entries / took, rate, least=FULL_LEAST, unit="rows/s"))
            lines.append(Line("  of that by hand", rate, given.entries / floor, floor / ours, unit="rows/s"))
    peak = peak_megabytes()
    lines.append(Line("peak memory", peak, None, peak, unit="MB"))
    for line in lines:
        line.show()
    return verdict(lines)


def write(place: Place, out: Path, as_of: str | None) -> None:
    """Write the whole roll."""
    with thrown_away(), unlogged():
        show_roll(place, ELECTION, Wanted(out=out, purpose="audit"), as_of, None, as_json=False)


if __name__ == "__main__":
    sys.exit(main())

"""How fast papers are recorded and replayed: python tests/bench/bench_record.py [--events N].

Every figure stands against a floor, raw `sqlite3` doing the least that gives the same rows, measured
in the same run and in turns with the subject, slice by slice; ratios are medians over the slices.
Filling and replaying run in a process of their own each, so that peak memory is the replay's alone.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from measure import Line, head, in_turns, peak_megabytes, rates, timed, verdict
from papers import BATCH, RECORDED, Profile, dealt, opened, profile_of

from ledger.event import Event
from ledger.leaf import encode
from ledger.seal.merkle import leaf_hash
from ledger.storage.recorder import PAGE_ROWS, Guard
from ledger.storage.sqlite_store import COLUMNS, TABLES
from ledger.storage.store import LEDGER_FILE, Ledger, make_ledger, open_ledger
from ledger.streams.paper import PaperRead

EVENTS = 2_000_000
SMALL = 10_000  # events of a slice of appending, and of the small ledger that the full one is held against
SCAN_SLICE = 100_000
TAIL_SLICES = 20  # slices at the end of the full ledger that take turns with small ledgers
HALVES_RUNS = 5
WAIT_SECONDS = 600
APPEND_LEAST, REPLAY_LEAST, HALVES_LEAST, FLAT_MOST, MEGABYTES_MOST = 0.5, 0.2, 0.35, 1.3, 150
SPAWN = multiprocessing.get_context("spawn")
SELECT = f"SELECT {COLUMNS} FROM stored_events WHERE position >= ? AND position < ? ORDER BY position"

Rows = list[tuple[int, str, int, str, bytes]]


def append_all(ledger: Ledger, pages: Iterable[list[Event]]) -> None:
    """Append pages to an open batch, as the desk does."""
    for page in pages:
        ledger.append(page, Guard({BATCH: 1}))


def insert_all(database: sqlite3.Connection, pages: Iterable[Rows]) -> None:
    """Insert pages of ready rows, a transaction each."""
    for page in pages:
        database.execute("BEGIN")
        database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", page)
        database.execute("COMMIT")


def hash_all(pages: Iterable[list[Event]]) -> None:
    """Take up the digest of a batch, as the desk does after each page."""
    digest = hashlib.sha256()
    for page in pages:
        for event in page:
            digest.update(leaf_hash(encode(event)))


def raw_database(folder: Path) -> sqlite3.Connection:
    """Make a database with the ledger's tables and its care for the disk."""
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    for table in TABLES:
        database.execute(table)
    return database


def build(page: Callable[[int, int, str], list[Event]], at: int) -> list[list[Event]]:
    """Build the events of one slice, in pages."""
    return [page(first, first + PAGE_ROWS, RECORDED) for first in range(at, at + SMALL, PAGE_ROWS)]


def rows_of(pages: list[list[Event]], position: int) -> list[Rows]:
    """Make the very rows that the ledger will hold."""
    places = iter(range(position, position + SMALL))
    return [[(next(places), e.stream, e.version, e.type, encode(e)) for e in page] for page in pages]


def append_part(folder: Path, events: int) -> list[Line]:
    """Fill ledger and floor slice by slice; towards the end, new small ledgers take turns too."""
    start = time.perf_counter()
    page = dealt(events, b"seed" * 8)
    building = time.perf_counter() - start
    small_pages = build(dealt(SMALL, b"tail" * 8), 0)
    appended: list[float] = []
    inserted: list[float] = []
    hashed: list[float] = []
    fresh: list[float] = []
    with make_ledger(folder / "full", "0" * 32) as ledger, closing(raw_database(folder)) as database:
        ledger.append([opened(events)])
        for number, at in enumerate(range(0, events, SMALL)):
            start = time.perf_counter()
            pages = build(page, at)
            building += time.perf_counter() - start
            rows = rows_of(pages, at + 1)
            works = [lambda pages=pages: append_all(ledger, pages), lambda rows=rows: insert_all(database, rows)]
            one, other = in_turns(number, *works)
            appended.append(one)
            inserted.append(other)
            hashed.append(one + timed(lambda pages=pages: hash_all(pages)))
            if at >= events - TAIL_SLICES * SMALL:
                fresh.append(append_small(folder / f"small-{len(fresh)}", small_pages))
        ledger.seal()
    return [
        rates(f"append {events:,} events", SMALL, appended, inserted, least=APPEND_LEAST),
        rates("  and take up the digest of the batch", SMALL, hashed, inserted),
        rates("  dealing papers, building their events", events, [building], [sum(inserted)]),
        flat(f"append, at {events:,} against at {SMALL:,}", SMALL, appended[-len(fresh) :], fresh),
    ]


def append_small(folder: Path, pages: list[list[Event]]) -> float:
    """Time filling a new small ledger."""
    with make_ledger(folder, "1" * 32) as ledger:
        ledger.append([opened(SMALL)])
        return timed(lambda: append_all(ledger, pages))


def flat(name: str, events: int, full: list[float], small: list[float]) -> Line:
    """Compare the cost of an event in the full ledger with that in a small one."""
    line = rates(name, events, small, full)
    return Line(name, 1e6 / line.floor, 1e6 / line.subject, line.figure, most=FLAT_MOST, unit="us/event")


def fold(events: Iterable[tuple[int, Event]]) -> Profile:
    """Fold papers into a ballot profile."""
    profile: Profile = {}
    for _, event in events:
        if isinstance(event, PaperRead):
            key = event.batch, event.marks
            profile[key] = profile.get(key, 0) + 1
    return profile


def scan_raw(database: sqlite3.Connection, start: int, stop: int) -> None:
    """Do nothing with each row."""
    for _ in database.execute(SELECT, (start, stop)):
        pass


def raw_ledger(folder: Path) -> sqlite3.Connection:
    """Open the full ledger's own file."""
    return sqlite3.connect(folder / "full" / LEDGER_FILE, isolation_level=None)


def replay_part(folder: Path, events: int) -> list[Line]:
    """Replay the ledger slice by slice in one process."""
    seconds = []
    profile: Counter[tuple[str | None, str]] = Counter()
    reread: Counter[tuple[str | None, str]] = Counter()
    with (
        open_ledger(folder / "full") as ledger,
        open_ledger(folder / "small-0") as small,
        closing(raw_ledger(folder)) as raw,
    ):
        for number, at in enumerate(range(1, events + 1, SCAN_SLICE)):
            end = at + SCAN_SLICE
            seconds.append(
                in_turns(
                    number,
                    lambda at=at, end=end: scan_raw(raw, at, end),
                    lambda at=at, end=end: profile.update(fold(ledger.scan(at, end))),
                    lambda: [fold(small.scan(1)) for _ in range(SCAN_SLICE // SMALL)],
                    lambda at=at: reread.update(fold(islice(ledger.reread(at), SCAN_SLICE))),
                )
            )
    assert profile == reread == profile_of(events)
    floor, scanned, fresh, strict = map(list, zip(*seconds, strict=True))
    peak = peak_megabytes()
    return [
        rates(f"replay {events:,} events, 1 process", SCAN_SLICE, scanned, floor, least=REPLAY_LEAST),
        rates("  and check tree and canonical bytes", SCAN_SLICE, strict, floor),
        flat(f"replay, at {events:,} against at {SMALL:,}", SCAN_SLICE, scanned, fresh),
        Line("replay, peak memory, 1 process", peak, None, peak, most=MEGABYTES_MOST, unit="MB"),
    ]


def replay_half(folder: Path, start: int, stop: int, gate: Any, pipe: Connection) -> None:
    """Replay some positions each time the gate opens; at the end, tell the peak memory."""
    with open_ledger(folder / "full") as ledger:
        for _ in range(HALVES_RUNS):
            gate.wait(WAIT_SECONDS)
            pipe.send(fold(ledger.scan(start, stop)))
    pipe.send(peak_megabytes())


def halves_part(folder: Path, events: int) -> list[Line]:
    """Replay the ledger in two started workers, half the positions each, timed until the halves are added up."""
    gate = SPAWN.Barrier(3)
    middle = events // 2 + 1
    pipes = []
    for start, stop in ((1, middle), (middle, events + 1)):
        ours, theirs = SPAWN.Pipe(duplex=False)
        SPAWN.Process(target=replay_half, args=(folder, start, stop, gate, theirs), daemon=True).start()
        theirs.close()
        pipes.append(ours)
    floor, halves = [], []
    with closing(raw_ledger(folder)) as raw:
        for _ in range(HALVES_RUNS):
            floor.append(timed(lambda: scan_raw(raw, 1, events + 1)))
            gate.wait(WAIT_SECONDS)
            start_time = time.perf_counter()
            profile = sum((Counter(pipe.recv()) for pipe in pipes), Counter())
            halves.append(time.perf_counter() - start_time)
            assert profile == profile_of(events)
    peak = max(pipe.recv() for pipe in pipes)
    return [
        rates(f"replay {events:,} events, 2 processes", events, halves, floor, least=HALVES_LEAST),
        Line("replay, peak memory, larger of 2 processes", peak, None, peak, most=MEGABYTES_MOST, unit="MB"),
    ]


def in_own_process(part: Callable[[Path, int], list[Line]], folder: Path, events: int) -> list[Line]:
    """Run a part in a new process."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        return pool.submit(part, folder, events).result()


def main() -> int:
    """Fill a ledger in a temporary folder, replay it, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"a multiple of {SCAN_SLICE} (default {EVENTS})")
    events = parser.parse_args().events
    if events < SCAN_SLICE or events % SCAN_SLICE:
        parser.error(f"--events: expected a multiple of {SCAN_SLICE}, found {events}")
    head()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = Path(name)
        for run in (append_part, replay_part):
            found = in_own_process(run, folder, events)
            lines += found
            for line in found:
                line.show()
        found = halves_part(folder, events)
        lines += found
        for line in found:
            line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

"""How fast papers are recorded and replayed: python tests/bench/bench_record.py [--events N].

Every figure stands against a floor, raw `sqlite3` doing the least that gives the same rows, measured
in the same run and in turns with the subject, slice by slice; ratios are medians over the slices.
Each part runs in a process of its own, so that peak memory is that part's alone.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice, permutations
from pathlib import Path
from typing import Any

from ledger.event import Event
from ledger.leaf import encode
from ledger.recorder import PAGE_ROWS, Guard
from ledger.seal.merkle import leaf_hash
from ledger.sqlite_store import COLUMNS, TABLES
from ledger.store import LEDGER_FILE, make_ledger, open_ledger
from ledger.streams.batch import BatchOpened
from ledger.streams.paper import EXPANDED, PaperRead, deal
from measure import Line, head, rates, verdict

EVENTS = 2_000_000
SMALL = 10_000  # events of the ledger that the cost at full size is held against
SCAN_SLICE = 100_000
TAIL_SLICES = 20  # slices at the end of the ledger that a small ledger takes turns with
HALVES_RUNS = 5
APPEND_LEAST, REPLAY_LEAST, HALVES_LEAST, FLAT_MOST, MEMORY_MOST = 0.5, 0.2, 0.35, 1.3, 150.0
SPAWN = multiprocessing.get_context("spawn")

CANDIDATES = ("d-miliband", "e-miliband", "balls", "burnham", "abbott")
MARKS = [">".join(ranks) for length in range(1, 6) for ranks in permutations(CANDIDATES, length)]
BATCH = "batch/paper/leader/members/serial-1"
CLOSED, RECORDED = "2010-09-22T16:00:00Z", "2010-09-25T16:00:00Z"
SELECT = f"SELECT {COLUMNS} FROM stored_events WHERE position >= ? AND position < ? ORDER BY position"

Profile = Counter[tuple[str | None, str]]


def alike(total: int) -> dict[str, int]:
    """Spread papers over all the rankings of the candidates."""
    each, rest = divmod(total, len(MARKS))
    return {marks: each + (number < rest) for number, marks in enumerate(MARKS)}


def dealt(total: int, seed: bytes) -> Callable[[int, int, str], list[Event]]:
    """Deal papers as the product does: ascending random ids, an order that follows from a seed."""
    envelope = {"actor": "scrutineer", "batch": BATCH, "effective": CLOSED, "provenance": EXPANDED}
    return deal({marks: count for marks, count in alike(total).items() if count}, "paper/leader/members", envelope,
                restricted=False, seed=seed)


def opened(total: int) -> BatchOpened:
    """Make the event that opens the batch."""
    return BatchOpened(actor="scrutineer", effective=RECORDED, recorded=RECORDED, stream=BATCH, version=1,
                       contents="sha256:" + "0" * 64, contest="leader", provenance=EXPANDED, section="members",
                       total=total)


def timed(work: Callable[[], Any]) -> float:
    """Time a piece of work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(number: int, *works: Callable[[], Any]) -> list[float]:
    """Time pieces of work one after another, beginning with another one each time."""
    first = number % len(works)
    seconds = {place: timed(works[place]) for place in (*range(first, len(works)), *range(first))}
    return [seconds[place] for place in range(len(works))]


def append_all(ledger: Any, pages: Iterable[list[Event]]) -> None:
    """Append pages of an open batch, as the desk does."""
    for page in pages:
        ledger.append(page, Guard({BATCH: 1}))


def insert_all(database: sqlite3.Connection, pages: Iterable[list[tuple[Any, ...]]]) -> None:
    """Insert pages of ready rows, a transaction each."""
    for page in pages:
        database.execute("BEGIN")
        database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", page)
        database.execute("COMMIT")


def hash_all(pages: Iterable[list[Event]]) -> None:
    """Take the digest of a batch, as the desk does after each page."""
    digest = hashlib.sha256()
    for page in pages:
        for event in page:
            digest.update(leaf_hash(encode(event)))


def raw_ledger(folder: Path) -> sqlite3.Connection:
    """Make a database with the ledger's tables and the same care for the disk."""
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    for table in TABLES:
        database.execute(table)
    return database


def append_part(folder: Path, events: int) -> list[Line]:
    """Fill the ledger and the floor slice by slice; at the end, small ledgers take turns too."""
    start = time.perf_counter()
    page = dealt(events, b"seed" * 8)
    dealing = time.perf_counter() - start
    small_page = dealt(SMALL, b"tail" * 8)
    small = [small_page(at, at + PAGE_ROWS, RECORDED) for at in range(0, SMALL, PAGE_ROWS)]
    built, appended, inserted, hashed, head_cost = [], [], [], [], []
    with make_ledger(folder / "full", "0" * 32) as ledger, closing(raw_ledger(folder)) as database:
        ledger.append([opened(events)])
        for number, at in enumerate(range(0, events, SMALL)):
            start = time.perf_counter()
            pages = [page(first, first + PAGE_ROWS, RECORDED) for first in range(at, at + SMALL, PAGE_ROWS)]
            built.append(time.perf_counter() - start)
            rows = [
                [(at + PAGE_ROWS * n + i, e.stream, e.version, e.type, encode(e)) for i, e in enumerate(each)]
                for n, each in enumerate(pages)
            ]
            one, other = in_turns(number, lambda: append_all(ledger, pages), lambda: insert_all(database, rows))  # noqa: B023
            appended.append(one)
            inserted.append(other)
            hashed.append(one + timed(lambda: hash_all(pages)))  # noqa: B023
            if at >= events - TAIL_SLICES * SMALL:
                head_cost.append(append_small(folder / f"small-{number}", small))
    tail_cost = appended[-TAIL_SLICES:]
    whole = (dealing + sum(built)) / events
    return [
        rates("append", SMALL, appended, inserted, least=APPEND_LEAST),
        rates("append, and the digest of the batch", SMALL, hashed, inserted),
        Line("dealing papers and building their events", 1 / whole, SMALL / sum(inserted) * len(inserted),
             sum(inserted) / events / whole),
        Line(f"append: us/event at {events:,} against {SMALL:,}", sum(tail_cost) / len(tail_cost) / SMALL * 1e6,
             sum(head_cost) / len(head_cost) / SMALL * 1e6, sum(tail_cost) / sum(head_cost), most=FLAT_MOST, unit="us"),
    ]


def append_small(folder: Path, pages: list[list[Event]]) -> float:
    """Time filling a new small ledger."""
    with make_ledger(folder, "1" * 32) as ledger:
        ledger.append([opened(SMALL)])
        return timed(lambda: append_all(ledger, pages))

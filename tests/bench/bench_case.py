"""How long a case file takes after the program has started: python tests/bench/bench_case.py.

The large ledger has 10,000 cases of three panels, each case ruled on, told and appealed, inside 2,000,000 events; the
small one has a hundred cases and nothing else. Both are filled by raw inserts: a case file reads streams, and how they
came there is nothing to it. Each time the ledger is opened, a case of it read, and the page written in full, as the
verb does; the private texts are not in it, for nobody made the vault.
"""

from __future__ import annotations

import argparse
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from filed import filed  # noqa: E402
from measure import Line, head, verdict  # noqa: E402
from papers import dealt  # noqa: E402
from ruled import BEFORE, REMOVES, RULE, TELL, P  # noqa: E402
from scenario import DEFINED, but  # noqa: E402
from stores import NOON, SQLitePlace  # noqa: E402
from test_appeal import ASSIGN, DETERMINE, DO, HEAR, LODGE, PACK, RESTORE  # noqa: E402
from test_case_file import ENTRY  # noqa: E402

from ledger.event import Event  # noqa: E402
from ledger.leaf import conceal, encode  # noqa: E402
from ledger.storage.recorder import PAGE_ROWS  # noqa: E402
from ledger.storage.store import LEDGER_FILE  # noqa: E402
from ledger.streams.body import SittingHeld  # noqa: E402
from projections.cases.file import read_case_file  # noqa: E402
from projections.cases.html import html_of_page  # noqa: E402
from projections.cases.listing import case_lines, case_names  # noqa: E402
from projections.cases.page import case_page  # noqa: E402

EVENTS, CASES, SMALL_CASES, PANELS, SITTINGS = 2_000_000, 10_000, 100, 3, 200
TIMES = 200  # cases read
MILLISECONDS_MOST = 100

Row = tuple[int, str, int, str, bytes]


def events_of(cases: int) -> Iterator[Event]:
    """Give a record of so many cases, made by copying one that was decided; every panel sat 200 times."""
    steps = filed(
        *DEFINED, *BEFORE[1:],
        but(RULE, outcome="remove", effects=(REMOVES,)), TELL, LODGE, ASSIGN, PACK, HEAR, DETERMINE,
        RESTORE, DO, before={0: ENTRY},
    )  # fmt: skip
    shared = [event for _, event in steps.events if P not in event.stream and "c1" not in event.stream]
    of_panel = [event for event in shared if event.stream == "body/panel-1"]
    yield from (event for event in shared if event not in of_panel)
    for panel in range(1, PANELS + 1):
        yield from _panel(of_panel, f"panel-{panel}")
    of_case = [event for _, event in steps.events if event not in shared]
    for number in range(cases):
        yield from _case(of_case, number)


def _panel(events: Sequence[Event], panel: str) -> Iterator[Event]:
    moved = {"stream": f"body/{panel}", "body": panel}
    for event in events:
        if not isinstance(event, SittingHeld):
            yield event.model_copy(update=moved)
            continue
        for sitting in range(SITTINGS):
            named = {"sitting": f"s{sitting}", "version": event.version + sitting}
            yield event.model_copy(update=moved | named)


def _case(events: Sequence[Event], number: int) -> Iterator[Event]:
    person, case, panel = f"{number:024}", f"c{number}", f"panel-{number % PANELS + 1}"
    names = {"person": person, "case": case, "subject": f"person/{person}", "panel": panel}
    for event in events:
        stream = event.stream.replace(P, person).replace("c1", case)
        changes = {name: value for name, value in names.items() if getattr(event, name, None)}
        changes |= {"basis": event.basis.replace("c1", case)} if getattr(event, "basis", None) else {}  # type: ignore[attr-defined]
        changes |= {"sitting": f"s{number % SITTINGS}"} if getattr(event, "sitting", None) else {}
        changes |= {"proof": f"entry/labour/{person}"} if hasattr(event, "proof") else {}
        yield event.model_copy(update=changes | {"stream": stream, "command": f"{event.command}-{number}"})


def fill(folder: Path, cases: int, events: int) -> None:
    """Fill an empty ledger with cases, and up to so many events with papers, past all of our own code."""
    with closing(sqlite3.connect(folder / LEDGER_FILE, isolation_level=None)) as database:
        size, rows = 0, []
        for event in events_of(cases):
            hidden, _ = conceal(event.model_copy(update={"recorded": NOON}), secrets.token_bytes)
            rows.append((size, hidden.stream, hidden.version, hidden.type, encode(hidden)))
            size += 1
        _insert(database, rows)
        page = dealt(max(events - size, 0), b"seed" * 8)
        for start in range(0, events - size, PAGE_ROWS):
            papers = page(start, start + PAGE_ROWS, NOON)
            _insert(
                database, [(size + start + n, e.stream, e.version, e.type, encode(e)) for n, e in enumerate(papers)]
            )
        database.execute("UPDATE head SET size = ?", (max(events, size),))


def _insert(database: sqlite3.Connection, rows: Sequence[Row]) -> None:
    database.execute("BEGIN")
    database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", rows)
    database.execute("COMMIT")


def seconds_of(place: SQLitePlace, case: int) -> float:
    """Open the ledger, read a case and write its page, and give how long that took."""
    start = time.perf_counter()
    with place.open() as ledger:
        page = case_page(read_case_file(ledger, f"c{case}"), "scrutineer", NOON)
        assert "was restored on 9 September 2010 by the appeal" in html_of_page(page)
    return time.perf_counter() - start


def main() -> int:
    """Fill both ledgers, read cases in turns, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of the large ledger (default {EVENTS})")
    parser.add_argument("--cases", type=int, default=CASES, help=f"of the large ledger (default {CASES})")
    asked = parser.parse_args()
    head()
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        small, large = SQLitePlace(Path(name) / "small"), SQLitePlace(Path(name) / "large")
        for place, cases, events in ((small, SMALL_CASES, 0), (large, asked.cases, asked.events)):
            place.make().close()
            fill(place.folder, cases, events)
        found: dict[str, list[float]] = {"small": [], "large": []}
        for turn in range(TIMES):
            found["small"].append(seconds_of(small, turn * 37 % SMALL_CASES))
            found["large"].append(seconds_of(large, turn * 7_919 % asked.cases))
        with large.open() as ledger:
            start = time.perf_counter()
            listed = sum(1 for _ in case_lines(ledger, case_names(ledger)))
            listing = time.perf_counter() - start
        print(f"  {asked.cases:,} cases in {asked.events:,} events; listing all {listed:,}: {listing:.2f} s")
        typical, worst, floor = (
            1000 * t for t in (median(found["large"]), max(found["large"]), median(found["small"]))
        )
        lines = [
            Line("a case file, median", typical, floor, typical, most=MILLISECONDS_MOST, unit="ms"),
            Line("a case file, slowest", worst, floor, worst, most=MILLISECONDS_MOST, unit="ms"),
        ]
        for line in lines:
            line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

"""How long it takes to decide one command, in a small ledger and in a large one: python tests/bench/bench_decide.py.

Both ledgers are founded, so that each command needs a delegation, and a delegation is signed. The large one is filled
with papers by raw inserts: how they came there is nothing to a decision, which reads only the streams that it names.
Commands are given in turns to both, and are recorded in full, to the disk; the ratio of the two is judged.
"""

from __future__ import annotations

import argparse
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from measure import Line, head, rates, verdict  # noqa: E402
from officers import DELEGATE, FOUND, NEC, OFFICES, delegate, signer  # noqa: E402
from papers import dealt  # noqa: E402
from scenario import CALL_ELECTION, RECORD_PERSON, but  # noqa: E402
from stores import MASTER, NOON, NoFigures, SQLitePlace  # noqa: E402

from ledger.decision import Command  # noqa: E402
from ledger.desk import Desk  # noqa: E402
from ledger.leaf import encode  # noqa: E402
from ledger.privacy.vault import Vault  # noqa: E402
from ledger.storage.recorder import PAGE_ROWS  # noqa: E402
from ledger.storage.store import LEDGER_FILE  # noqa: E402

EVENTS, SMALL = 2_000_000, 1_000
TIMES = 200  # commands of each kind
SLICE = 20
FLAT_LEAST = 0.8  # the large ledger's rate to the small one's
NUMBERS = count()


def fill(folder: Path, events: int) -> None:
    """Fill a ledger up to so many events, past all of our own code."""
    with closing(sqlite3.connect(folder / LEDGER_FILE, isolation_level=None)) as database:
        ((size,),) = database.execute("SELECT size FROM head").fetchall()
        page = dealt(events - size, b"seed" * 8)
        for start in range(0, events - size, PAGE_ROWS):
            papers = page(start, start + PAGE_ROWS, NOON)
            rows = [(size + start + n, e.stream, e.version, e.type, encode(e)) for n, e in enumerate(papers)]
            database.execute("BEGIN")
            database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", rows)
            database.execute("COMMIT")
        database.execute("UPDATE head SET size = ?", (events,))


def make(folder: Path, events: int, stack: ExitStack) -> Desk:
    """Make a founded ledger of so many events, and open a desk."""
    place = SQLitePlace(folder)
    place.make().close()
    ledger = stack.enter_context(place.open())
    vault = stack.enter_context(closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)))
    desk = Desk(ledger, vault, NoFigures(), lambda: NOON, secrets.token_bytes, signer(*OFFICES))
    for command in (FOUND, *NEC, DELEGATE, CALL_ELECTION):
        desk.submit(command, actor="returning-officer")
    fill(folder, events)
    return desk


Kind = tuple[str, Callable[[int], Command]]  # who gives it; number -> command

KINDS: dict[str, Kind] = {
    "call an election, by delegation": ("clerk", lambda n: but(CALL_ELECTION, election=f"e-{n}")),
    "record a person, with the vault": ("returning-officer", lambda n: but(RECORD_PERSON, person=f"p-{n}")),
    "delegate a power, by decision, signed": ("returning-officer", lambda n: delegate(f"office-{n}", "lot")),
}


def measure(name: str, kind: Kind, small: Desk, large: Desk, times: int = TIMES) -> Line:
    """Give the same commands of a kind, so many, in turns to both, a slice at a time."""
    actor, make_command = kind
    sizes = [desk.ledger.head().size for desk in (small, large)]
    seconds: dict[int, list[float]] = {0: [], 1: []}
    processor = [0.0, 0.0]
    for turn in range(times // SLICE):
        commands = [make_command(next(NUMBERS)) for _ in range(SLICE)]
        for which, desk in ((0, small), (1, large)) if turn % 2 else ((1, large), (0, small)):
            start, used = time.perf_counter(), time.process_time()
            for command in commands:
                desk.submit(command, actor=actor)
            seconds[which].append(time.perf_counter() - start)
            processor[which] += time.process_time() - used
    for which, size in enumerate(sizes):
        clock, used = (1000 * each / times for each in (sum(seconds[which]), processor[which]))
        print(f"  {name}, at {size:,} events: {clock:.2f} ms, of processor {used:.2f} ms")
    return rates(name, SLICE, seconds[1], seconds[0], least=FLAT_LEAST)


def main() -> int:
    """Fill both ledgers, give the commands, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of the large ledger (default {EVENTS})")
    events = parser.parse_args().events
    head()
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as temporary, ExitStack() as stack:
        small = make(Path(temporary) / "small", SMALL, stack)
        large = make(Path(temporary) / "large", events, stack)
        lines = [measure(name, kind, small, large) for name, kind in KINDS.items()]
        for line in lines:
            line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

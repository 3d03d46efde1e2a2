"""How long those who oversee rulings wait, and whether a ruling is decided as fast in a large ledger as in a small one.

python tests/bench/bench_rulings.py [--scenario FOLDER] [--share N] [--events N]

The ledger looked at is that of `bench_cases.py`: 10,000 cases and 400 appeals, carried out by the program's own
commands; FOLDER is what `bench_cases.py --keep FOLDER` left, and without it the scenario is carried out first. A copy
of it is filled up to 2,000,000 events with papers by raw inserts: how they came there is nothing to a look. The first
look makes the views; the others are measured in one process, after the program's start, by processor time, medians of
several, with the clock's beside.

Rulings are decided in two ledgers of their own, founded, of some 1,000 events and of as many as the other: the same
100 cases, ready to be ruled on, the same commands in turns, each signed by the panel's clerk and recorded to the disk.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from applications import ELECTION  # noqa: E402
from bench_cases import DATED, HEAD, Steps, carry_out  # noqa: E402
from bench_checks import pollbook  # noqa: E402
from bench_decide import fill, measure  # noqa: E402
from cases import Size  # noqa: E402
from measure import Line, head, verdict  # noqa: E402
from officers import OFFICES, found, officer, signer  # noqa: E402
from papers import opened  # noqa: E402
from ruled import ALLOCATE, EVIDENCE, GROUND, KNOWN, NOTICE, OPEN, PANEL, PROCEDURE, RULE, SEATED, SIT, TELL  # noqa: E402
from scenario import CALL_ELECTION, but  # noqa: E402
from stores import MASTER, NOON, NoFigures, SQLitePlace  # noqa: E402
from typer.main import get_command  # noqa: E402

from ledger.desk import Desk  # noqa: E402
from ledger.leaf import encode  # noqa: E402
from ledger.privacy.vault import Vault  # noqa: E402
from ledger.storage.store import LEDGER_FILE  # noqa: E402
from ledger.streams.cases import OpenCase  # noqa: E402

EVENTS = 2_000_000
LOOKS = 7
READY = 100  # cases to be ruled on: with them the small ledger has some 1,000 events
CASE_MOST, PAGE_MOST = 0.1, 1.0  # seconds
FOUNDED = "2010-01-01T00:00:00Z"
WANTED: dict[str, tuple[float | None, Callable[[int], Sequence[str]]]] = {
    "case file": (CASE_MOST, lambda number: ("case", f"c-{1 + number:05}")),
    "case file, as HTML": (CASE_MOST, lambda number: ("case", f"c-{1 + number:05}", "--format", "html")),
    "register of rulings": (PAGE_MOST, lambda _: ("rulings", ELECTION)),
    "register of rulings, the third page": (
        PAGE_MOST,
        lambda n: ("rulings", ELECTION, "--page", str(min(3, 1 + n // 60))),  # of a small share there is no third
    ),
    "register of rulings, of one panel": (PAGE_MOST, lambda _: ("rulings", ELECTION, "--panel", "panel-west")),
    "consistency": (PAGE_MOST, lambda _: ("rulings", "consistency", ELECTION)),
    "cases": (None, lambda _: ("cases", "--limit", "50")),
    "panels": (None, lambda _: ("panels", ELECTION)),
    "deadlines": (None, lambda _: ("deadlines", ELECTION)),
    "appeals": (None, lambda _: ("appeals", ELECTION)),
    "statistics": (None, lambda _: ("statistics", ELECTION)),
}


def scenario(folder: Path, kept: Path | None, size: Size, events: int) -> None:
    """Put the ledger of the scenario into a folder, with its keys, and fill it up to so many events."""
    source = kept or folder / "made"
    if kept is None:
        source.mkdir()
        os.environ |= {"POLLBOOK_STATE": str(source / "state"), "POLLBOOK_KEYS": "keys"}
        carry_out(source, size, Steps(source))
    (folder / "ledger").mkdir()
    for name in ("ledger.db", "vault.db"):
        shutil.copy(source / "ledger" / name, folder / "ledger" / name)
    for name in ("state", "keys"):
        shutil.copytree(source / name, folder / name)
    os.environ |= {"POLLBOOK_STATE": str(folder / "state"), "POLLBOOK_KEYS": "keys"}
    words = ("record", "publish-ruling-figures", "--election", ELECTION, *HEAD)  # which statistics tell
    pollbook(folder, *words, program=(DATED, NOON))
    _open_batch(folder / "ledger", events)
    fill(folder / "ledger", events)


def _open_batch(folder: Path, events: int) -> None:
    """Open the batch that the papers are of, in the same way: views take in no paper of another."""
    with closing(sqlite3.connect(folder / LEDGER_FILE, isolation_level=None)) as database:
        ((size,),) = database.execute("SELECT size FROM head").fetchall()
        event = opened(events - size - 1).model_copy(update={"recorded": NOON})
        row = (size, event.stream, event.version, event.type, encode(event))
        database.execute("INSERT INTO stored_events VALUES (?,?,?,?,?)", row)
        database.execute("UPDATE head SET size = ?, recorded = ?", (size + 1, NOON))


def looks(folder: Path, cases: int) -> list[Line]:
    """Time each verb that there is, again and again, but for the first time."""
    from cli.main import app

    program = get_command(app)
    lines = []
    for what, (most, words) in WANTED.items():
        if words(0)[0] not in program.commands:  # type: ignore[attr-defined]
            print(f"look: {what}: there is none yet", flush=True)
            continue
        clocks, processors = [], []
        for number in range(LOOKS + 1):
            clock, processor = time.perf_counter(), time.process_time()
            with redirect_stdout(StringIO()) as out:
                asked = words(number * 7_919 % cases)
                program.main(["--ledger", str(folder / "ledger"), *asked], standalone_mode=False)
            clocks.append(time.perf_counter() - clock)
            processors.append(time.process_time() - processor)
            if not out.getvalue():
                raise AssertionError(f"{' '.join(asked)} said nothing")
        clock, used, most_used = median(clocks[1:]), median(processors[1:]), max(processors[1:])
        print(f"{1000 * clock:,.0f} ms by the clock, of processor {1000 * most_used:,.0f} ms at most: ", end="")
        lines.append(Line(f"look: {what}", 1000 * used, None, used, most=most, unit="ms"))
        lines[-1].show()
    return lines


def deciding(folder: Path, events: int, stack: ExitStack) -> Desk:
    """Make a founded ledger in which as many cases as are ruled on are ready for that, and open a desk."""
    place = SQLitePlace(folder)
    place.make().close()
    ledger = stack.enter_context(place.open())
    vault = stack.enter_context(closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)))
    desk = Desk(ledger, vault, NoFigures(), lambda: NOON, secrets.token_bytes, signer(*OFFICES))
    clerk = officer("clerk", "rulings", "notification")
    founded = but(found(officer("returning-officer"), clerk), effective=FOUNDED)
    for command in (founded, but(CALL_ELECTION, effective=FOUNDED), GROUND, PROCEDURE, PANEL, *SEATED):
        desk.submit(command, actor="returning-officer")
    for number in range(READY):
        desk.submit(but(KNOWN, person=f"{number:024}"), actor="returning-officer")
        for command in (_opened(number), EVIDENCE, ALLOCATE, NOTICE):
            desk.submit(but(command, case=f"c{number}"), actor="returning-officer")
    desk.submit(SIT, actor="returning-officer")
    if events > desk.ledger.head().size:
        fill(folder, events)
    return desk


def _opened(number: int) -> OpenCase:
    person = f"{number:024}"
    return OPEN.model_copy(update={"person": person, "subject": f"person/{person}"})


def decided(folder: Path, events: int) -> list[Line]:
    """Rule on cases, and tell the people, in turns in a small ledger and in a large one."""
    with ExitStack() as stack:
        small, large = (deciding(folder / name, size, stack) for name, size in (("small", 0), ("large", events)))
        rule, tell = (
            (what, ("clerk", lambda number, command=command: but(command, case=f"c{number % READY}")))
            for what, command in (("make a ruling, signed", RULE), ("tell the person", TELL))
        )
        return [measure(what, kind, small, large, READY) for what, kind in (rule, tell)]


def main() -> int:
    """Fill the ledgers, look, decide, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", type=Path, help="a folder that bench_cases.py --keep left")
    parser.add_argument("--share", type=int, default=1, help="divide the numbers of the scenario by this")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of the large ledgers (default {EVENTS})")
    given = parser.parse_args()
    head()
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = Path(name)
        size = Size().share(given.share)
        scenario(folder, given.scenario, size, given.events)
        took = pollbook(folder, "rulings", ELECTION, "--json")
        rulings = json.loads(took.out)["rulings"]
        what = f"{rulings:,} rulings in {given.events:,} events; the first look, which makes the views of all"
        print(f"{what}: {took.clock:.1f} s, of processor {took.processor:.1f} s, {took.peak:,.0f} MB", flush=True)
        lines = looks(folder, size.cases)
        shutil.rmtree(folder / "ledger")
        lines += decided(folder, given.events)
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

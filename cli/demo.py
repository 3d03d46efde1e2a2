"""`pollbook demo`: a real election recorded, counted, compared with what was published, and tampered with in a copy.

Clock and randomness are fixed, so that the output is the same everywhere and can be tested. A demo's
keys are therefore known to everybody; no other ledger is ever made so.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from cli.apply import Summary, given_in, report, submit_all
from cli.look import say_comparison, say_count
from cli.office import Chance, Place, desk_at, make, opened, viewed
from cli.screen import progress, say, seal_up
from ledger.errors import EvidenceError, RefusedError, UsageError, nearest
from ledger.store import LEDGER_FILE
from ledger.streams.paper import PaperRead
from projections.comparison import compare
from projections.counting import count_contest
from projections.moment import NOW

DEMOS = Path(__file__).parent / "demos"
DEMO_TIME = "2026-01-01T00:00:00Z"
FOLDERS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo shows: a contest, and whom to swap in one paper of a copy (nobody: no tampering)."""

    contest: str
    note: str
    swap: tuple[str, str] | None = None


SHOWN = {
    "labour-2010": Demo(
        "leader-mps-meps",
        "This section was one third of the college; its count alone elects nobody. The college elected Ed Miliband.",
        ("d-miliband", "e-miliband"),
    ),
    "labour-2016": Demo("leader", "Papers were never published; these stand for the published totals."),
}


@dataclass(slots=True)
class FixedDraw:
    """Bytes that look random and are always the same: SHAKE-256 of the demo's name and a counter."""

    name: str
    drawn: int = field(default=0)

    def __call__(self, size: int) -> bytes:
        """Give that many bytes."""
        self.drawn += 1
        return hashlib.shake_256(f"pollbook demo {self.name} {self.drawn}".encode()).digest(size)


def run_demo(name: str) -> None:
    """Run a demo from beginning to end."""
    demo = SHOWN.get(name)
    if demo is None:
        raise UsageError(
            "unknown-demo",
            "pollbook demo",
            expected=" or ".join(SHOWN),
            found=f"{name!r}{nearest(name, SHOWN)}",
            remedy="Choose one of them",
        )
    folder = _new_folder(f"pollbook-{name}")
    place: Place = (folder, None)
    _record(place, name)
    _count(place, demo)
    if demo.swap:
        _tamper(folder, demo.swap)
    say()
    say(f"The ledger is in {folder}. Look at it with, for example:")
    say(f"  pollbook --ledger {folder} show contest/{demo.contest}")


def _new_folder(stem: str) -> Path:
    for number in range(1, FOLDERS_MAX):
        folder = Path(stem if number == 1 else f"{stem}-{number}")
        if not folder.exists():
            return folder
    raise RefusedError(
        "too-many-demos",
        stem,
        expected=f"fewer than {FOLDERS_MAX} folders of demos here",
        found="more",
        remedy="Remove some of them",
    )


def _record(place: Place, name: str) -> None:
    chance = Chance(lambda: DEMO_TIME, FixedDraw(name))
    file = DEMOS / name / "commands.jsonl"
    make(place, chance, known_key=True).close()
    say(f"Recording {name} in {place[0]} ...")
    with desk_at(place, chance) as desk:
        summary = Summary()
        with progress("recording", _papers_in(file)) as advance:
            submit_all(desk, given_in(file, ""), summary, members=advance)
        report(summary, seal_up(desk.ledger), dry_run=False, as_json=False)


def _papers_in(file: Path) -> int:
    total = 0
    for given in given_in(file, ""):
        total += sum(alike.count for alike in getattr(given.command, "papers", ()))
    return total


def _count(place: Place, demo: Demo) -> None:
    with viewed(place) as (ledger, views):
        done = 0
        with progress("reading", ledger.head().size) as advance:

            def step(count: int) -> None:
                nonlocal done
                done += count
                advance(done)

            counted = count_contest(ledger, views, demo.contest, NOW, step)
        say()
        say_count(counted, NOW)
        say(demo.note)
        say()
        say("Published figures beside the count:")
        say_comparison(compare(counted, ledger.stream(f"result/{demo.contest}")))


def _tamper(folder: Path, swap: tuple[str, str]) -> None:
    copy = folder.with_name(folder.name + "-tampered")
    shutil.copytree(folder, copy)
    place: Place = (copy, None)
    with opened(place) as ledger:
        position, paper = next(
            (position, event)
            for position, event in ledger.scan()
            if isinstance(event, PaperRead) and event.marks.startswith(">".join(swap))
        )
    first, second = swap
    database = sqlite3.connect(copy / LEDGER_FILE)
    database.execute(
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), ?, ?) AS BLOB) WHERE position = ?",
        (f'"{first}>{second}', f'"{second}>{first}', position),
    )
    database.commit()
    database.close()
    say()
    say(f"Now somebody swaps {first} and {second} in one paper of a copy, {copy}:")
    say(f"  event {position}, {paper.stream}")
    say(f"$ pollbook --ledger {copy} rebuild")
    try:
        with viewed(place) as (ledger, views):
            views.empty()
            views.catch_up(ledger)
    except EvidenceError as error:
        say(str(error))
        say(f"(exit code {error.exit_code})")
    else:
        raise EvidenceError(
            "tampering-unseen", str(copy), expected="rereading to stop", found="nothing", position=position
        )

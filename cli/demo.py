"""`pollbook demo`: a real election recorded, counted, compared with what was published, and tampered with in a copy.

Clock and randomness are fixed, so that the output is the same everywhere and can be tested. A demo's
keys are therefore known to everybody; no other ledger is ever made so.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cli.apply import carry_out, given_in
from cli.counting.count import say_count
from cli.counting.figures import compared_at, say_comparison
from cli.demo_beginning import Beginning, begin, origin_of, show_beginning, tell_nominations
from cli.demo_story import tell_story
from cli.look import counted_at
from cli.office import Chance, make, opened, viewed
from cli.place import Place
from cli.screen import say, say_wrapped
from ledger.errors import EvidenceError, RefusedError, UsageError, nearest
from ledger.field import rounded
from ledger.storage.store import LEDGER_FILE
from ledger.streams.paper import PaperRead
from projections.count.stage_table import StageTable
from projections.moment import NOW

DEMOS = Path(__file__).parent / "demos"
DEMO_TIME = "2026-01-01T00:00:00Z"
FOLDERS_MAX = 1_000
COMMANDS = "commands.jsonl"


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo shows.

    Attributes:
        begins: what comes before the poll, where the ledger is founded.
        contests: contest -> a note on it; each is counted and compared with what was published.
        endings: contest -> a note before it; only its last stage is shown.
        swap: whom to swap in one paper of a copy; nobody: no tampering.
        look: the verb to go on with.
    """

    contests: Mapping[str, str]
    endings: Mapping[str, str] = field(default_factory=dict)
    swap: tuple[str, str] | None = None
    look: str = "figures"
    begins: Beginning | None = None


NO_PAPERS = "No papers were published, only totals: they are counted, and say which they are."
SHOWN = {
    "labour-2010": Demo(
        {
            "leader": "Three sections of a third each. The papers of MPs and MEPs were published; of the other two "
            "only totals."
        },
        {
            "leader-literal": 'The rules asked for "50%+1 of all votes cast in the first round". Read literally, '
            "shares stay shares of the papers valid at stage 1; the same papers and totals, counted again:"
        },
        swap=("d-miliband", "e-miliband"),
        begins=Beginning(
            organisation="labour-party",
            election="labour-2010",
            contest="leader",
            opened="2010-05-24",
            named="unions",
            withdraws="mp-033",
            at="2010-06-09T11:30:00Z",
        ),
    ),
    "labour-2015": Demo({"leader": NO_PAPERS}),
    "labour-2016": Demo({"leader": "Papers were never published; these stand for the published totals."}),
    "labour-2020": Demo({"leader": NO_PAPERS}),
    "nec-2014": Demo(
        {
            "clp": "Six places, up to six votes on a paper. How many papers there were was never published.",
            "councillors": "Two places, up to two votes on a paper.",
        },
        look="count",
    ),
    "nz-labour-2014": Demo(
        {"leader": "Votes were published of the caucus alone, of the other sections only percentages: no count."}
    ),
}
STORIES = ("oversight",)  # demos that are told: invented, and not counted


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
    if demo is None and name not in STORIES:
        known = (*SHOWN, *STORIES)
        raise UsageError(
            "unknown-demo",
            "pollbook demo",
            expected=" or ".join(known),
            found=f"{name!r}{nearest(name, known)}",
            remedy="Choose one of them",
        )
    folder = _new_folder(f"pollbook-{name}")
    if demo is None:
        tell_story(Place(folder, keys=_keys_of(folder)), name, DEMOS / name, FixedDraw(name))
        return
    place = Place(folder, keys=_keys_of(folder) if demo.begins else None)
    _record(place, name, demo.begins)
    for contest, note in demo.contests.items():
        _count(place, contest, note)
    for contest, note in demo.endings.items():
        _end(place, contest, note)
    if demo.swap:
        _tamper(folder, demo.swap)
    say()
    say(f"The ledger is in {folder}. Look at it with, for example:")
    say(f"  pollbook --ledger {folder} {demo.look} {next(iter(demo.contests))}")


def _new_folder(stem: str) -> Path:
    for number in range(1, FOLDERS_MAX):
        folder = Path(stem if number == 1 else f"{stem}-{number}")
        if not any(each.exists() for each in (folder, _copy_of(folder), _keys_of(folder))):
            return folder
    raise RefusedError(
        "too-many-demos",
        stem,
        expected=f"fewer than {FOLDERS_MAX} folders of demos here",
        found="more",
        remedy="Remove some of them",
    )


def _copy_of(folder: Path) -> Path:
    return folder.with_name(folder.name + "-tampered")


def _keys_of(folder: Path) -> Path:
    return folder.with_name(folder.name + "-keys")


def _record(place: Place, name: str, begins: Beginning | None) -> None:
    chance = Chance(lambda: DEMO_TIME, FixedDraw(name))
    data = DEMOS / name
    make(place, chance, origin_of(name) if begins else "", founded=begins is not None).close()
    say(f"Recording {name} in {place.folder} ...")
    if begins:
        begin(place, name, data, chance)
        show_beginning(place, begins, data, chance)
        say()
        say(f"{COMMANDS}: the statement of persons nominated, the poll, the result")
    carry_out(place, partial(given_in, data / COMMANDS, ""), data / COMMANDS, chance=chance)
    if begins:
        tell_nominations(place, begins.contest)


def _count(place: Place, contest: str, note: str) -> None:
    found = compared_at(place, contest, NOW)
    say()
    if found.counted:
        say_count(found.counted, NOW)
    else:
        say(f"$ pollbook --ledger {place.folder} count {contest}")
        say(str(found.refused))
        say("(exit code 1)")
    say()
    say_wrapped(note)
    if found.rows:
        say()
        say("Published figures beside the count:")
        say()
        say_comparison(found)


def _end(place: Place, contest: str, note: str) -> None:
    counted, _ = counted_at(place, contest, NOW)
    table = counted.table
    if not isinstance(table, StageTable):
        raise TypeError(f"the last stage of {contest} has no shares")
    last = table.stages[-1]
    say()
    say_wrapped(note)
    say()
    for candidate in last.candidates:
        share = last.share(candidate)
        printed = "-" if share is None else rounded(100 * share, counted.rule.decimals)
        say(f"  {counted.names[candidate]}  {printed}%")
    say_wrapped(f"Stage {last.number}. {last.action.reason}")


def _tamper(folder: Path, swap: tuple[str, str]) -> None:
    copy = _copy_of(folder)
    shutil.copytree(folder, copy)
    place = Place(copy)
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
    say(f"Now somebody swaps {first} and {second} in one paper of a copy:")
    say(f"  event {position}, {paper.stream}")
    say(f"$ pollbook --ledger {copy} rebuild")
    try:
        with viewed(place, anew=True) as (ledger, views):
            views.catch_up(ledger)
    except EvidenceError as error:
        say(str(error))
        say(f"(exit code {error.exit_code})")
    else:
        raise EvidenceError(
            "tampering-unseen", str(copy), expected="rereading to stop", found="nothing", position=position
        )

"""How fast the nomination scoreboard is: python tests/bench/bench_nominations.py [--nominations N].

From kept views, and by a rebuild from the first event, as a statement of persons nominated takes it; and how long one
nomination takes to be decided and recorded before many and before few. Seconds are medians of several runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from measure import Line, head, timed, verdict

sys.path.insert(0, str(Path(__file__).parent.parent))

from nominating import CLOSES, NAME_A, NAME_B, ONE_MP, OPEN, RECEIVED, SCHEDULED, SIZE
from scenario import NOW, but, given
from stores import SQLitePlace, desk_at

from ledger.event import Event
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.store import Ledger
from ledger.streams.nomination import NominationReceived, ReceiveNomination
from ledger.streams.nominator import EntitlementEnded, NominatorRegistered
from projections.counting import LedgerFigures, open_views
from projections.election.scoreboard import scoreboard

NOMINATIONS = 10_000
FEW = 100
RUNS = 5
DECISIONS = 20
VIEWS_MOST, REBUILD_MOST, FLAT_MOST = 0.2, 1.0, 1.5
ENDED_EACH = 100  # of so many nominators one loses the right


def _event(kind: type[Any], stream: str, version: int, **fields: Any) -> Event:
    envelope = {"actor": "returning-officer", "effective": RECEIVED, "recorded": NOW, "stream": stream}
    event = kind(**envelope, version=version, **fields)
    assert isinstance(event, Event)
    return event


def events(number: int) -> Iterator[Event]:
    """Nominators, a nomination each, and some who lose the right before the close."""
    for each in range(number):
        name = f"mp-{each:06}"
        stream = f"nominator/labour/{name}"
        source = {"as_of": "2010-05-18", "source": "PLP office"}
        registered = {"election": "labour", "nominator": name, "nominator_class": "mps", "size": 1}
        yield _event(NominatorRegistered, stream, 1, **registered, **source)
        given_to = {"nominator": name, "nominator_class": "mps", "nominee": "ab"[each % 2], "size": 1}
        yield _event(NominationReceived, f"nomination/leader/{name}", 1, contest="leader", **given_to)
        if each % ENDED_EACH == 0:
            ended = {"election": "labour", "nominator": name, "reason": "left"}
            yield _event(EntitlementEnded, stream, 2, **ended)


def filled(folder: Path, number: int) -> SQLitePlace:
    """Make a ledger with so many nominations, and one nominator more for each decision to be measured."""
    place = SQLitePlace(folder)
    begun = given(*SCHEDULED, but(OPEN, rule=ONE_MP), NAME_A, NAME_B, SIZE).events
    more = [
        _event(
            NominatorRegistered,
            f"nominator/labour/more-{each}",
            1,
            election="labour",
            nominator=f"more-{each}",
            nominator_class="mps",
            as_of="2010-05-18",
            source="PLP office",
        )
        for each in range(DECISIONS)
    ]
    everything = [*begun, *events(number), *more]
    with place.make() as ledger:
        for start in range(0, len(everything), PAGE_ROWS):
            ledger.append(everything[start : start + PAGE_ROWS])
        ledger.seal()
    return place


def decided(place: SQLitePlace) -> float:
    """Time one nomination through the desk, in seconds."""
    seconds = []
    with desk_at(place, clock=lambda: CLOSES.replace("2010", "2011")) as desk:
        for each in range(DECISIONS):
            command = ReceiveNomination(contest="leader", nominator=f"more-{each}", nominee="a", effective=RECEIVED)
            start = time.perf_counter()
            desk.submit(command, actor="returning-officer")
            seconds.append(time.perf_counter() - start)
    return median(seconds)


def check(ledger: Ledger, number: int) -> None:
    """See that what is measured is the whole of it."""
    with closing(open_views(None)) as views:
        board = scoreboard(ledger, views, "leader")
    ended = -(-number // ENDED_EACH)
    assert sum(each.counts["mps"] for each in board.standings) == number - ended
    assert board.figures.void == ended


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nominations", type=int, default=NOMINATIONS)
    number = parser.parse_args().nominations
    head()
    with tempfile.TemporaryDirectory() as scratch:
        many, few = filled(Path(scratch) / "many", number), filled(Path(scratch) / "few", FEW)
        with many.open() as ledger:
            check(ledger, number)
            with closing(open_views(many.folder)) as views:
                views.catch_up(ledger)
                kept = median(timed(lambda: scoreboard(ledger, views, "leader").figures) for _ in range(RUNS))
            figures = LedgerFigures(ledger)
            anew = median(timed(lambda: figures.nominations("leader")) for _ in range(RUNS))
        ratio = decided(many) / (small := decided(few))
    lines = [
        Line(f"scoreboard of {number:,} from views", kept, None, kept, most=VIEWS_MOST, unit="s"),
        Line(f"scoreboard of {number:,} by rebuild", anew, None, anew, most=REBUILD_MOST, unit="s"),
        Line(f"one nomination before {number:,}, and {FEW}", ratio * small, small, ratio, most=FLAT_MOST, unit="s"),
    ]
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

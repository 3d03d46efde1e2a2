"""What finding the papers due costs: python tests/bench/bench_issue.py [--entries N] [--changes N].

A roll in three sections, from a seed, frozen and counted, then changed one entry at a time. How many papers are due in
each section is found twice, each time from a ledger opened anew: from the freeze and what changed since, as the verb
issue-papers does it, and from the whole record, which has to give the same. Then once more with a quarter of the
entries and as many changes: the cost is to be that of the changes, and not that of the roll. Seconds are of processor
time.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench_roll_look import BUILD, DIGEST, ELECTION, NOW, SECTIONS, add_entries, change, envelope, keys
from measure import Line, head, verdict

from ledger.event import Event
from ledger.storage.store import Ledger, make_ledger, open_ledger
from ledger.streams.contest import ContestDefined
from ledger.streams.roll import RollCell, RollCounted, RollFrozen
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.counting import LedgerFigures
from projections.roll.figures import roll_figures

ENTRIES, CHANGES, ROUNDS, CELLS = 80_000, 200, 5, 300
CONTEST = "leader"
GROWTH_MOST = 1.5  # of the cost where there are four times the entries


def make(folder: Path, entries: int, changes: int, seed: int = 2020) -> None:
    """Make a ledger whose roll is frozen and counted, and changed since."""
    chance = random.Random(seed)
    people = keys(entries, chance)
    with make_ledger(folder, "0" * 32) as ledger:
        defined: dict[str, Any] = {"contest": CONTEST, "election": ELECTION, "office": "Leader", "seats": 1}
        defined |= {"candidates": [{"id": "a", "name": "A"}], "count_rule": DIGEST, "paper_publication": "none"}
        defined |= {"sections": [{"id": name, "name": name} for name, *_ in SECTIONS], "secrecy": "secret"}
        defined |= {"account": "not-published", "smallest_cell": 1}
        body = json.dumps({**public(f"contest/{CONTEST}"), **defined})
        ledger.append([ContestDefined.model_validate_json(body)])
        built: dict[str, Any] = {"build": 1, "election": ELECTION}
        ledger.append([RollBuildOpened(**envelope(BUILD, 1), **built, as_of_position=0, franchise=DIGEST)])
        add_entries(ledger, people, chance)
        tally: dict[str, Any] = {"accepted": entries, "digest": DIGEST, "failed": (), "held": 0, "rows": entries}
        ledger.append([RollBuildClosed(**envelope(BUILD, 2), **built, **tally, sections=())])
        freeze(ledger)
        for person in chance.sample(people, changes):
            ledger.append([change(person, chance)])


def public(stream: str) -> dict[str, Any]:
    """Give the envelope of an event that everybody may read."""
    return {"actor": "registrar", "effective": NOW, "recorded": NOW, "stream": stream, "version": 1}


def freeze(ledger: Ledger) -> None:
    """Freeze the roll as it stands, and count it."""
    figures = roll_figures(ledger, ELECTION)
    frozen: dict[str, Any] = {"as_of_position": figures.position, "election": ELECTION, "entries": figures.entries}
    frozen |= {"open_batches": (), "published": NOW, "roll_version": 1, "root": figures.root, "sections": ()}
    stream = f"roll/{ELECTION}"
    events: list[Event] = [RollFrozen(**public(stream), **frozen)]
    cells = [RollCell(**cell._asdict(), entries=entries) for cell, entries in figures.cells.items()]
    for number, start in enumerate(range(0, len(cells), CELLS), 2):
        some = {"cells": tuple(cells[start : start + CELLS]), "election": ELECTION, "roll_version": 1}
        events.append(RollCounted(**{**envelope(stream, number), "blind": "A" * 22}, **some))
    ledger.append(events)


def seconds(folder: Path, work: Callable[[LedgerFigures, str], Any], rounds: int) -> tuple[float, list[Any]]:
    """Time a way of finding the papers due in all sections: the median of processor seconds, and what was found."""
    took, found = [], []
    for _ in range(rounds):
        with open_ledger(folder) as ledger:
            start = time.process_time()
            found = [work(LedgerFigures(ledger), name) for name, *_ in SECTIONS]
            took.append(time.process_time() - start)
    return median(took), found


def main() -> int:
    """Measure, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--changes", type=int, default=CHANGES)
    given = parser.parse_args()
    head()
    costs = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        for entries in (given.entries // 4, given.entries):
            folder = Path(name) / str(entries)
            make(folder, entries, given.changes)
            cost, found = seconds(folder, lambda figures, section: figures.due(CONTEST, section), ROUNDS)
            whole, expected = seconds(folder, lambda figures, section: figures._due_of_all(CONTEST, section), 1)
            if found != expected:
                raise AssertionError(f"{found} are due from the freeze, {expected} from the whole record")
            print(f"{entries:,} entries: {cost:.3f} s from the freeze, {whole:.2f} s from the whole record", flush=True)
            costs.append(cost)
    line = Line(
        "papers due, with four times the entries", costs[1], costs[0], costs[1] / costs[0], most=GROWTH_MOST, unit="s"
    )
    line.show()
    return verdict([line])


if __name__ == "__main__":
    sys.exit(main())

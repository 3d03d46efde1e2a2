"""How fast a register is summed up: python tests/bench/bench_register_look.py [--members N] [--changes N].

A register of so many members, invented from a seed, in 633 units, each joined on a day of 56 years and some lapsed,
taken in as one file and then changed one at a time. A look is the whole verb but for the program's start: the ledger
and the views are opened, the views caught up, and what is printed is thrown away; recording who looks, and why, is
left out. Medians are judged, of processor time; the clock's stands beside.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench_roll_look import both, envelope, keys, medians, thrown_away
from measure import Line, head, peak_megabytes, verdict

from cli.office import viewed
from cli.place import Place
from cli.registers.register import show_register
from ledger.batches.intake import Row, Standing
from ledger.batches.member_leaf import MemberLeaves
from ledger.leaf import random_texts
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.store import Ledger, make_ledger
from ledger.streams.member import BatchReceived, BatchReconciled
from ledger.streams.membership import MembershipChanged

MEMBERS, CHANGES, ROUNDS = 784_151, 2_000, 5
LOOK_MOST = 0.1
REGIONS, UNITS = 11, 633
FILE = "0" * 32
INTAKE = f"intake/members/{FILE}"
DIGEST = "sha256:" + "0" * 64
NOW = "2020-02-20T12:00:00Z"


def day(chance: random.Random, first: int, last: int) -> str:
    """Draw a day of some years."""
    return f"{chance.randint(first, last)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def member(key: str, chance: random.Random) -> Row:
    """Draw a member: one in fifty has lapsed."""
    unit = chance.randrange(UNITS)
    joined = day(chance, 1960, 2015)
    lapsed = day(chance, 2016, 2019) if chance.random() < 0.02 else None
    standing = Standing("member", region=f"region-{unit % REGIONS}", unit=f"unit-{unit}")
    return Row(bytes.fromhex(key), 1, "", standing, (joined, lapsed), "{}", b"")


def make_register(folder: Path, members: int, changes: int, seed: int = 2020) -> None:
    """Make a ledger with a register."""
    chance = random.Random(seed)
    people = keys(members, chance)
    file: dict[str, Any] = {"file": FILE, "register_id": "members", "rows": members}
    with make_ledger(folder, "0" * 32) as ledger:
        ledger.append([BatchReceived(**envelope(INTAKE, 1), **file)])
        add_members(ledger, people, chance)
        tally: dict[str, Any] = {"accepted": members, "digest": DIGEST, "held": 0, "rejected": ()}
        ledger.append([BatchReconciled(**envelope(INTAKE, 2), **file, **tally)])
        for person in chance.sample(people, changes):
            left: dict[str, Any] = {"change": "resigned", "on": day(chance, 2020, 2020)}
            ledger.append([MembershipChanged(**envelope(f"person/{person}", 2), **left)])


def add_members(ledger: Ledger, people: list[str], chance: random.Random) -> None:
    """Record each as a member, a page at a time."""
    leaves = MemberLeaves({"actor": "registrar", "batch": INTAKE, "effective": NOW})
    for start in range(0, len(people), PAGE_ROWS):
        page = [(member(key, chance), key) for key in people[start : start + PAGE_ROWS]]
        blinds, digests = random_texts(os.urandom, len(page)), ["A" * 43] * len(page)
        rows = leaves.rows(page, digests, blinds, NOW)
        ledger.append_leaves(lambda _, rows=rows: rows, NOW)  # type: ignore[misc]


def looks(place: Place, last: int) -> list[tuple[str, Callable[[], None]]]:
    """Give the looks that are measured, each with a name."""

    def look(*by: str, as_of: str | None = None, known_at: str | None = None) -> Callable[[], None]:
        return lambda: show_register(place, "members", by, as_of, known_at, ("audit", "clerk"), as_json=False)

    return [
        ("numbers", look()),
        ("numbers by region and unit", look("region", "unit")),
        ("numbers by unit as of a date", look("unit", as_of="2009-12-31")),
        ("numbers as of a date, before the changes", look(as_of="2015-11-30", known_at=str(last))),
    ]


def main() -> int:
    """Make, read, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--changes", type=int, default=CHANGES)
    given = parser.parse_args()
    head()
    print("subject by the processor; floor: by the clock")
    lines = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        place = Place(Path(name))
        make_register(place.folder, given.members, given.changes)

        def catch_up() -> None:
            with viewed(place) as (ledger, views):
                views.catch_up(ledger)

        took, spent = both(catch_up)
        size = given.members + 2 + given.changes
        lines.append(Line(f"views of {given.members:,} members made", size / spent, size / took, spent))
        for what, look in looks(place, given.members + 1):
            with thrown_away(), patch("cli.registers.register.log_opening"):
                took, spent = medians(look, ROUNDS)
            lines.append(Line(what, spent * 1000, took * 1000, spent, most=LOOK_MOST, unit="ms"))
    peak = peak_megabytes()
    lines.append(Line("peak memory", peak, None, peak, unit="MB"))
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

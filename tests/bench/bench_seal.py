"""How fast the seal is: python tests/bench/bench_seal.py [--events N].

Makes and seals a ledger of N papers, then measures: opening it; proving leaves at random places; and the tree in
bulk against the two hashes that it cannot do without, one of each leaf and one of each node, in plain `hashlib`.
Beside pymerkle, if that is installed (pip install pymerkle): nothing else here needs it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from statistics import median

from measure import Line, head, in_turns, rates, timed, verdict
from papers import RECORDED, dealt, opened

from ledger.seal.checkpoint import Checkpoint, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.merkle import check_inclusion, leaf_hash, root
from ledger.seal.receipt import Prover
from ledger.seal.tiles import TILE
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.store import LEDGER_FILE, Ledger, make_ledger, open_ledger

EVENTS = 2_000_000
SLICE = 100_000  # leaves of one turn of the tree in bulk
PYMERKLE_SLICE = 20_000
OPENINGS = 50
PROOFS = 1_000
PROOF_MOST, OPEN_MOST, TREE_LEAST, PYMERKLE_LEAST = 1.0, 0.2, 0.7, 5
SIGNER = SignerKey("bench.example/log", Kind.NOTE, b"b" * 32)
NODE = b"\x01" + bytes(64)


def two_hashes(leaves: list[bytes]) -> None:
    """Hash every leaf, and as many nodes as their tree has."""
    for leaf in leaves:
        sha256(b"\x00" + leaf).digest()
    for _ in range(len(leaves) - 1):
        sha256(NODE).digest()


def tree(leaves: list[bytes]) -> bytes:
    """Hash the tree over leaves."""
    return root(list(map(leaf_hash, leaves)))


def fill(folder: Path, events: int) -> list[Line]:
    """Make the ledger and seal it."""
    page = dealt(events, b"seed" * 8)
    with make_ledger(folder, "0" * 32) as ledger:
        ledger.append([opened(events)])
        for first in range(0, events, PAGE_ROWS):
            ledger.append(page(first, first + PAGE_ROWS, RECORDED))
        sealing = timed(ledger.seal)
        sample = [row[4] for row in ledger.rows.scan(0, SLICE)]
        floor = timed(lambda: two_hashes(sample)) * (events / SLICE)
    return [rates("seal: read leaves, hash, store tiles", events, [sealing], [floor])]


def open_and_find(folder: Path, note: bytes) -> int:
    """Open a sealed ledger, ready to prove."""
    with open_ledger(folder) as ledger:
        return Prover(ledger.tiles(), note).checkpoint.size


def connect_and_find(folder: Path) -> int:
    """Open the database and ask where the ledger ends."""
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as database:
        (size,) = database.execute("SELECT size FROM head").fetchone()
        return int(size)


def opening(folder: Path, _: int) -> list[Line]:
    """Open the ledger, in turns with its bare database."""
    with open_ledger(folder) as ledger:
        note = signed(ledger)
    seconds = [
        in_turns(number, lambda: open_and_find(folder, note), lambda: connect_and_find(folder))
        for number in range(OPENINGS)
    ]
    ours, floor = (median(column) for column in zip(*seconds, strict=True))
    return [Line("open a sealed ledger, seconds", ours, floor, ours, most=OPEN_MOST, unit="s")]


def signed(ledger: Ledger) -> bytes:
    """Make a checkpoint."""
    tiles = ledger.tiles()
    checkpoint = Checkpoint(SIGNER.name, tiles.size, tiles.root())
    return f"{checkpoint.body()}\n{sign_checkpoint(checkpoint, SIGNER)}".encode()


def lowest_tile(database: sqlite3.Connection, position: int) -> None:
    """Read the tile that a leaf's hash is in, and hash it: what no proof can do without."""
    (hashes,) = database.execute(
        "SELECT hashes FROM tile WHERE level = 0 AND number = ?", (position // TILE,)
    ).fetchone()
    for _ in range(len(hashes) // 32 - 1):
        sha256(NODE).digest()


def proving(folder: Path, _: int) -> list[Line]:
    """Prove leaves at random places with one prover, in turns with reading and hashing one tile of each."""
    chance = random.Random(1)
    with open_ledger(folder) as ledger, closing(sqlite3.connect(folder / LEDGER_FILE)) as database:
        note = signed(ledger)
        fresh = [Prover(ledger.tiles(), note) for _ in range(OPENINGS)]
        first = [1000 * timed(lambda each=each: each.prove(chance.randrange(SLICE)).write()) for each in fresh]
        prover = Prover(ledger.tiles(), note)
        size, found = prover.checkpoint.size, prover.checkpoint.root
        positions = [chance.randrange(size) for _ in range(PROOFS)]
        seconds = [
            in_turns(number, lambda at=at: prover.prove(at).write(), lambda at=at: lowest_tile(database, at))
            for number, at in enumerate(positions)
        ]
        for at in positions[:100]:
            ((_, _, _, _, leaf),) = ledger.rows.scan(at, at + 1)
            assert check_inclusion(at, size, leaf_hash(leaf), prover.prove(at).path, found)
    ours, floor = ([1000 * each for each in column] for column in zip(*seconds, strict=True))
    name = f"proof at {size:,}, milliseconds"
    slowest = sorted(ours)[len(ours) * 99 // 100]
    return [
        Line(f"{name}, median", median(ours), median(floor), median(ours), most=PROOF_MOST, unit="ms"),
        Line("  the first one after opening", median(first), median(floor), median(first), most=PROOF_MOST, unit="ms"),
        Line("  the slowest of a hundred", slowest, None, slowest, unit="ms"),
    ]


def hashing(folder: Path, events: int) -> list[Line]:
    """Hash trees over slices of the ledger, in turns with the two hashes, and small ones with pymerkle."""
    seconds, beside = [], []
    with open_ledger(folder) as ledger:
        for number, at in enumerate(range(0, events, SLICE)):
            leaves = [row[4] for row in ledger.rows.scan(at, at + SLICE)]
            seconds.append(
                in_turns(number, lambda leaves=leaves: tree(leaves), lambda leaves=leaves: two_hashes(leaves))
            )
            if len(beside) < 5:
                beside += beside_pymerkle(number, leaves[:PYMERKLE_SLICE])
    ours, floor = map(list, zip(*seconds, strict=True))
    lines = [rates(f"tree in bulk over {SLICE:,} leaves", SLICE, ours, floor, least=TREE_LEAST)]
    if beside:
        ours, theirs = map(list, zip(*beside, strict=True))
        lines.append(rates("  against pymerkle", PYMERKLE_SLICE, ours, theirs, least=PYMERKLE_LEAST))
    else:
        print("pymerkle is not installed: not compared")
    return lines


def beside_pymerkle(number: int, leaves: list[bytes]) -> list[list[float]]:
    """Hash a tree, in turns with pymerkle doing the same."""
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        return []

    def theirs() -> bytes:
        other = InmemoryTree(algorithm="sha256")
        for leaf in leaves:
            other.append_entry(leaf)
        return bytes(other.get_root())

    assert theirs() == tree(leaves)
    return [in_turns(number, lambda: tree(leaves), theirs)]


def main() -> int:
    """Make a sealed ledger in a temporary folder, measure, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"a multiple of {SLICE} (default {EVENTS})")
    events = parser.parse_args().events
    if events < SLICE or events % SLICE:
        parser.error(f"--events: expected a multiple of {SLICE}, found {events}")
    head()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = Path(name) / "ledger"
        start = time.perf_counter()
        for measure in (fill, opening, proving, hashing):
            part = measure(folder, events)
            for line in part:
                line.show()
            lines += part
        print(f"{time.perf_counter() - start:.0f} s in all")
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

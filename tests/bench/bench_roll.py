"""How fast a register of members is imported: python tests/bench/bench_roll.py [--members N] [--rounds N].

The floor is a loop as one would write it by hand, over the same file: the same csv reading, one packed disclosure a
row, its hash and its encryption under one key, and raw inserts of leaf and disclosure into the same tables, 5,000 to
a transaction. It checks nothing, looks nothing up and makes no key for each. Subject and floor take turns, each in a
process of its own, and are measured by the clock and by their processor time: on a machine that others use, the
second is the steadier. Peak memory is the whole process's.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import multiprocessing
import os
import secrets
import sqlite3
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from measure import Line, head, peak_megabytes, verdict
from members import MAPPING, write_members

from cli.registers.import_members import MEMBERS as REGISTER
from cli.registers.import_members import Register
from cli.registers.member_mapping import read_mapping
from ledger.desk import Desk, name_of
from ledger.privacy.member_vault import MEMBER_TABLES
from ledger.privacy.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.privacy.vault import Vault
from ledger.storage.recorder import PAGE_ROWS
from ledger.storage.sqlite_store import TABLES
from ledger.storage.store import make_ledger, open_ledger
from ledger.streams.member import RegisterMembers
from projections.counting import LedgerFigures

MEMBERS, ROUNDS = 500_000, 3
RATE_LEAST, MEGABYTES_MOST, AGAIN_MOST = 0.5, 250, 2.0
SPAWN = multiprocessing.get_context("spawn")
MASTER = bytes(range(32))
NOW = "2015-08-12T12:00:00Z"
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Run(NamedTuple):
    """What a run took: seconds by the clock, seconds of processor, peak memory in MB."""

    clock: float
    processor: float
    peak: float


def measured(work: Callable[[], object]) -> Run:
    """Measure a piece of work in this process."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Run(time.perf_counter() - clock, time.process_time() - processor, peak_megabytes())


def raw_database(path: Path, tables: tuple[str, ...]) -> sqlite3.Connection:
    """Make a database with the product's tables and its care for the disk."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    for table in tables:
        database.execute(table)
    return database


def base64url(data: bytes) -> str:
    """Write bytes as leaves have them."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(file: Path, folder: Path) -> None:
    """Import a register with the least that gives such rows."""
    key = AESGCM(MASTER)
    with (
        closing(raw_database(folder / "ledger.db", TABLES)) as ledger,
        closing(raw_database(folder / "vault.db", MEMBER_TABLES)) as vault,
        file.open(encoding="utf-8", newline="") as stream,
    ):
        leaves: list[tuple[int, str, int, str, bytes]] = []
        sealed: list[tuple[str, int, int, str, bytes, bytes, bytes]] = []

        def flush() -> None:
            for database, statement, rows in (
                (vault, "INSERT INTO member VALUES (?,?,?,?,?,?,?)", sealed),
                (ledger, "INSERT INTO stored_events VALUES (?,?,?,?,?)", leaves),
            ):
                database.execute("BEGIN")
                database.executemany(statement, rows)
                database.execute("COMMIT")
            leaves.clear()
            sealed.clear()

        reader = csv.reader(stream)
        next(reader)
        for place, (number, first, last, address, postcode, email, born, unit, region, joined) in enumerate(reader):
            identity = {
                "address": f"{address} {postcode}",
                "born": born,
                "email": email,
                "name": f"{first} {last}",
                "number": number,
            }
            chance = os.urandom(28)
            array = ENCODER.encode([base64url(chance[:16]), "identity", identity])
            text = urlsafe_b64encode(array.encode()).rstrip(b"=")
            digest = base64url(hashlib.sha256(text).digest())
            person = f"{place:024x}"
            leaf = (
                f'{{"actor":"registrar","category":"member","effective":"{NOW}","identity":"{digest}",'
                f'"joined":"{joined}","recorded":"{NOW}","region":"{region}","stream":"person/{person}",'
                f'"type":"member-registered.v1","unit":"{unit}","version":1}}'
            )
            leaves.append((place, f"person/{person}", 1, "member-registered.v1", leaf.encode()))
            box = chance[16:] + key.encrypt(chance[16:], array.encode(), person.encode())
            sealed.append((person, 1, 1, digest, b"", b"", box))
            if len(leaves) == PAGE_ROWS:
                flush()
        flush()


def desk_in(folder: Path) -> Desk:
    """Open a desk at the ledger in a folder."""
    ledger = open_ledger(folder)
    vault = Vault(SQLiteVaultStore(folder / VAULT_FILE), MASTER, secrets.token_bytes)
    return Desk(ledger, vault, LedgerFigures(ledger), lambda: NOW, secrets.token_bytes)


def by_product(file: Path, folder: Path) -> None:
    """Import a register, as `pollbook import register-members` does, without sealing."""
    desk = desk_in(folder)
    (mapping := file.with_suffix(".toml")).write_text(MAPPING, "utf-8")
    with file.open("rb") as stream:
        register = Register(stream, file.name, REGISTER, "members", read_mapping(mapping))
        members, state = register.named(desk.vault, desk.ledger)
        if state.reconciled:
            return
        register.sort(members)
        command = RegisterMembers(register_id="members", file=state.stream.rpartition("/")[2], rows=members.total)
        command = command.of(members)
        desk.submit(command, actor="registrar", command_id=name_of(desk.vault, command, "registrar", 0))


def floor_part(file: Path, folder: Path) -> Run:
    """Measure the floor."""
    return measured(lambda: by_hand(file, folder))


def subject_part(file: Path, folder: Path) -> Run:
    """Measure an import into a new ledger."""
    make_ledger(folder, "0" * 32).close()
    return measured(lambda: by_product(file, folder))


def again_part(file: Path, folder: Path) -> Run:
    """Measure the import of a file that was imported."""
    return measured(lambda: by_product(file, folder))


def seal_part(_file: Path, folder: Path) -> Run:
    """Measure sealing what was imported."""
    with open_ledger(folder) as ledger:
        return measured(ledger.seal)


def in_own_process(part: Callable[[Path, Path], Run], file: Path, folder: Path) -> Run:
    """Run a part in a new process."""
    folder.mkdir(exist_ok=True)
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        return pool.submit(part, file, folder).result()


def main() -> int:
    """Import, in turns, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    head()
    floors, subjects = [], []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        file = Path(name) / "members.csv"
        write_members(file, given.members)
        for number in range(given.rounds):
            folders = [Path(name) / f"{kind}-{number}" for kind in ("floor", "subject")]
            floors.append(in_own_process(floor_part, file, folders[0]))
            subjects.append(in_own_process(subject_part, file, folders[1]))
        again = in_own_process(again_part, file, folders[1])
        seal = in_own_process(seal_part, file, folders[1])
    lines = []
    for index, (kind, bound) in enumerate((("by the clock", RATE_LEAST), ("by processor time", None))):
        ratio = median(f[index] / s[index] for f, s in zip(floors, subjects, strict=True))
        took = [median(run[index] for run in runs) for runs in (subjects, floors)]
        rates = [given.members / seconds for seconds in took]
        lines.append(Line(f"import {given.members:,} members, {kind}", *rates, ratio, least=bound, unit="rows/s"))
    peak = max(run.peak for run in subjects)
    lines.append(Line("  peak memory", peak, max(run.peak for run in floors), peak, most=MEGABYTES_MOST, unit="MB"))
    lines.append(Line("import the same file again", again.clock, None, again.clock, most=AGAIN_MOST, unit="s"))
    lines.append(Line("  seal what was imported", given.members / seal.clock, None, seal.clock, unit="rows/s"))
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Flip every byte of every file of a tiny ledger, one at a time, and verify: `python tests/tamper/flip_bytes.py`.

Each flip is found (findings, or a check that says it could not be carried out), or refused (one clear line in place
of a report), or harmless: whatever the program ever reads of the file is what it was, as `dump` shows. One kind
of byte cannot be checked by anybody, and is counted for itself: the keyed digest of a command's body, which is kept
nowhere. Whoever changes it has that command refused when it is given again, and nothing else.

Exit code 1 if a flip was missed, or ended in a traceback.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time as seconds_now
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]

from keeper import CHECKPOINTS, POLICY, Operator, make_world  # noqa: E402
from scenario import CLOSE_POLL, DEFINED, READ_PAPERS, RECORD_PERSON, but  # noqa: E402
from stores import MASTER, SQLitePlace  # noqa: E402

from ledger.errors import PollbookError  # noqa: E402
from ledger.privacy.sqlite_vault import VAULT_FILE  # noqa: E402
from ledger.privacy.vault import Vault  # noqa: E402
from ledger.seal.policy import Policy  # noqa: E402
from ledger.seal.sealer import LAST_SIGNED, LATEST  # noqa: E402
from ledger.storage.sqlite_store import READ_COLUMNS  # noqa: E402
from ledger.storage.store import LEDGER_FILE, open_ledger  # noqa: E402
from ledger.streams.declaration import DeclareResult  # noqa: E402
from projections.catch_up import VIEWS_FILE  # noqa: E402
from projections.counting import open_views  # noqa: E402
from projections.verify.run import Report, verify  # noqa: E402
from projections.verify.sealing import Notes, Trust  # noqa: E402

SEED = 20160924
PAGE_BYTES = 512  # of the databases flipped in full: the smallest there is, so that there is little unused room
COMPANIONS = ("-wal", "-shm", "-journal")
FILES = (LEDGER_FILE, VAULT_FILE, VIEWS_FILE, f"{CHECKPOINTS}/{LATEST}")
TINY = (
    *DEFINED,
    but(CLOSE_POLL, effective=None),
    READ_PAPERS,
    RECORD_PERSON,
    but(RECORD_PERSON, person="p2"),
    DeclareResult(contest="leader", elected=("a",)),
)  # twelve events
GOOD = ("found", "refused", "harmless", "digest of a command")

Dump = list[list[tuple[Any, ...]]]
READ = {  # everything that the program reads of a file, the indices' order included
    LEDGER_FILE: (
        "PRAGMA application_id",
        "PRAGMA user_version",
        "SELECT type, name, tbl_name, sql FROM sqlite_master",
        f"SELECT {READ_COLUMNS} FROM stored_events ORDER BY position",
        "SELECT originator_id, originator_version, position FROM stored_events "
        "ORDER BY originator_id, originator_version",
        "SELECT size, recorded FROM head",
        "SELECT name, value FROM meta",
        "SELECT level, number, hashes FROM tile",
        "SELECT id, position, events FROM command",
        "SELECT digest FROM command",  # last: alone, it is the one thing that cannot be checked
    ),
    VAULT_FILE: (
        "SELECT type, name, tbl_name, sql FROM sqlite_master",
        "SELECT id, wrapped FROM subject ORDER BY id",
        # Since when is read of what is pending alone.
        "SELECT digest, subject, stream, version, state, CASE state WHEN 'held' THEN '' ELSE since END, sealed "
        "FROM disclosure ORDER BY digest",
        "SELECT subject, digest FROM disclosure ORDER BY subject, digest",
        "SELECT id, wrapped FROM batch",
        "SELECT subject, digests FROM erasure",
    ),
    VIEWS_FILE: (
        "SELECT type, name, tbl_name, sql FROM sqlite_master",
        "SELECT ledger, version, next FROM tracking",
        "SELECT * FROM batch ORDER BY stream",
        "SELECT * FROM profile ORDER BY batch, marks",
    ),
}


class Flip(NamedTuple):
    """One byte changed: in which file, where, by which exclusive or."""

    file: str
    at: int
    mask: int


@dataclass(frozen=True)
class Target:
    """A ledger folder whose files are flipped and put right again."""

    folder: Path
    sound: dict[str, bytes]

    @property
    def state(self) -> Path:
        return Operator(self.folder).state

    def put(self, flip: Flip | None) -> None:
        """Write every file as it was, but for one byte."""
        for file, data in self.sound.items():
            for companion in COMPANIONS:
                (self.folder / (file + companion)).unlink(missing_ok=True)
            if flip and flip.file == file:
                data = data[: flip.at] + bytes([data[flip.at] ^ flip.mask]) + data[flip.at + 1 :]
            (self.folder / file).write_bytes(data)

    def verify(self) -> Report:
        """Verify with everything that there is to bring; raises where something cannot be opened."""
        trust = Trust(Policy.parse(POLICY.encode()), now=int(seconds_now()))
        latest, signed = self.folder / CHECKPOINTS / LATEST, self.state / LAST_SIGNED
        with (
            open_ledger(self.folder) as ledger,
            closing(Vault(SQLitePlace(self.folder).vault_store(), MASTER, random.randbytes)) as vault,
            closing(open_views(self.folder)) as views,
        ):
            return verify(
                ledger, views=views, vault=vault, notes=Notes(latest.read_bytes(), signed.read_bytes()), trust=trust
            )

    def dump(self, file: str) -> Dump:
        """Read all that the program reads of a file."""
        if file not in READ:
            return [[(self.folder.joinpath(file).read_bytes(),)]]
        with closing(sqlite3.connect(self.folder / file)) as database:
            return [database.execute(statement).fetchall() for statement in READ[file]]

    def flips(self) -> Iterator[Flip]:
        """Every byte of every file, each changed once."""
        chance = random.Random(SEED)
        for file, data in self.sound.items():
            for at in range(len(data)):
                yield Flip(file, at, chance.randint(1, 255))

    def outcome(self, flip: Flip, clean: Report, dumps: dict[str, Dump]) -> str:
        """Say what became of a flip."""
        self.put(flip)
        try:
            report = self.verify()
        except PollbookError as error:
            return f"refused: {error.code}" if "\n" not in str(error) else "several lines"
        except Exception:  # noqa: BLE001  # just what must not happen
            return "traceback: " + traceback.format_exc()
        if report.findings or report != clean:
            return "found"
        self.put(flip)
        with suppress(sqlite3.Error):
            read = self.dump(flip.file)
            if read == dumps[flip.file]:
                return "harmless"
            if flip.file == LEDGER_FILE and read[:-1] == dumps[flip.file][:-1]:
                return "digest of a command"
        return "missed"


def kind(outcome: str) -> str:
    """Give an outcome without its details."""
    return outcome.partition(":")[0]


def make_target(folder: Path, page_bytes: int | None = None) -> Target:
    """Make a ledger of twelve events, sealed, cosigned, with vault and views, each in one file."""
    world = make_world(folder, int(seconds_now()), TINY, ())
    target = world.operator.folder
    for file in FILES[:3]:
        with closing(sqlite3.connect(target / file, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            if page_bytes:
                database.execute(f"PRAGMA page_size = {page_bytes}")
                database.execute("VACUUM")
            database.execute("PRAGMA journal_mode = WAL")
    return Target(target, {file: (target / file).read_bytes() for file in FILES})


def tally(target: Target, flips: list[Flip]) -> Counter[tuple[str, str]]:
    """Try flips; give how many of which file ended how."""
    target.put(None)
    clean = target.verify()
    assert clean.findings == (), clean.findings
    dumps = {file: target.dump(file) for file in FILES}
    counts: Counter[tuple[str, str]] = Counter()
    for flip in flips:
        outcome = target.outcome(flip, clean, dumps)
        if kind(outcome) not in GOOD:
            outcome = f"{outcome} at byte {flip.at}, mask {flip.mask}"
        counts[flip.file, outcome] += 1
    target.put(None)
    assert target.verify() == clean
    return counts


def _part(work: tuple[Path, dict[str, bytes], int, int, int]) -> Counter[tuple[str, str]]:
    folder, sound, part, parts, every = work
    own = folder.parent / f"part-{part}"
    shutil.copytree(folder.parent / "world", own)
    target = Target(own / "ledger", sound)
    return tally(target, list(target.flips())[part * every :: parts * every])


def main() -> int:
    """Flip all bytes, or with a number N as argument every Nth, and print what became of them."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    parts = 8
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as scratch:
        target = make_target(Path(scratch) / "world", PAGE_BYTES)
        work = [(target.folder.parent, target.sound, part, parts, every) for part in range(parts)]
        counts: Counter[tuple[str, str]] = Counter()
        with Pool(2) as pool:
            for number, counted in enumerate(pool.imap_unordered(_part, work), 1):
                counts += counted
                print(f"{number} of {parts} parts done, {counts.total()} flips", flush=True)
    for (file, outcome), count in sorted(counts.items()):
        print(f"{count:7}  {file:20}  {outcome}")
    bad = sum(count for (_, outcome), count in counts.items() if kind(outcome) not in GOOD)
    by = Counter(dict.fromkeys(GOOD, 0))
    for (_, outcome), count in counts.items():
        by[kind(outcome) if kind(outcome) in GOOD else "missed"] += count
    print(f"{counts.total()} flips: " + ", ".join(f"{count} {outcome}" for outcome, count in by.items()))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

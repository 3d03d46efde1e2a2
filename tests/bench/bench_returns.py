"""Issuing papers and taking in a marked register, at the size of an election; not collected by pytest.

    python -m tests.bench.bench_returns [ELECTORS]

Prints seconds, rows a second, the ratio to a floor measured in the same run (the same csv read, and a row an event
hashed and inserted by hand), and the most memory this process had.
"""

from __future__ import annotations

import csv
import hashlib
import resource
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from electorate import BEFORE, entry, frozen
from scenario import CLOSE_POLL, DEFINED, NOW

from cli.papers.mark_file import MarkFile, MarkMapping
from ledger.desk import Desk
from ledger.leaf import conceal
from ledger.privacy.sqlite_vault import SQLiteVaultStore
from ledger.privacy.vault import Vault
from ledger.storage.store import make_ledger
from ledger.streams.issue import IssuePapers
from ledger.streams.returned import MarkReturns
from projections.counting import LedgerFigures, open_views
from projections.papers.issued_account import paper_lines

PAGE = 5_000


def timed(what: str, rows: int, work: Callable[[], object]) -> float:
    """Do some work, and say how much processor time it took."""
    start = time.process_time()
    work()
    took = time.process_time() - start
    print(f"{what:<44} {took:8.2f} s  {rows / took:>10,.0f}/s")
    return took


def floor(file: Path, scratch: Path) -> None:
    """Read the file, and insert a hashed row a line, as by hand."""
    with closing(sqlite3.connect(scratch, isolation_level=None)) as database, file.open() as lines:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE e (position INTEGER PRIMARY KEY, stream TEXT UNIQUE, leaf BLOB)")
        found = sorted(csv.reader(lines))
        for start in range(0, len(found), PAGE):
            database.execute("BEGIN")
            rows = [(f"returned/leader/{who}", f"{who},{day}".encode() * 6) for who, day in found[start : start + PAGE]]
            for _, leaf in rows:
                hashlib.sha256(leaf).digest()
            database.executemany("INSERT INTO e (stream, leaf) VALUES (?,?)", rows)
            database.execute("COMMIT")


def main(electors: int) -> None:
    """Run the benchmark."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        record = make_ledger(folder, secrets.token_hex(16))
        vault = Vault(SQLiteVaultStore(folder / "vault.db"), secrets.token_bytes(32), secrets.token_bytes)
        views = open_views(folder)
        desk = Desk(record, vault, LedgerFigures(record), lambda: NOW, secrets.token_bytes)
        for command in DEFINED:
            desk.submit(command, actor="clerk")
        sample = entry(1, unit="bow")
        people = sorted(secrets.token_hex(12) for _ in range(electors))
        for start in range(0, electors, PAGE):
            page = people[start : start + PAGE]
            events = [
                sample.model_copy(update={"stream": f"entry/labour/{who}", "unit": f"u-{who[:2]}"}) for who in page
            ]
            record.append([conceal(each, secrets.token_bytes)[0] for each in events])
        record.append([frozen()])
        issue = IssuePapers(
            contest="leader", section="members", count=electors, roll_version=1, channel="post", effective=BEFORE
        )
        timed("issue-papers, the record folded anew", electors, lambda: desk.submit(issue, actor="scrutineer"))
        desk.submit(CLOSE_POLL, actor="clerk")
        file = folder / "marked.csv"
        file.write_text(
            "elector,day\n" + "".join(f"{who}/1,2010-09-{1 + int(who[-1], 16):02}\n" for who in people[::-1])
        )
        by_hand = timed("floor: csv, hash, insert by hand", electors, lambda: floor(file, folder / "floor.db"))
        with file.open("rb") as opened:
            marks = MarkFile(opened, file.name, MarkMapping())
            digest = marks.name_of(vault, "leader", lambda _: None)
            timed("sorting the marked register", electors, lambda: marks.sort(lambda _: None))
            command = MarkReturns(contest="leader", file=digest, rows=marks.total).of(marks)
            took = timed("mark-returns", electors, lambda: desk.submit(command, actor="scrutineer"))
        print(f"ratio to the floor: {by_hand / took:.2f}")
        timed("views caught up", record.head().size, lambda: views.catch_up(record))
        timed("papers by unit, from the views", 256, lambda: paper_lines(views.database, "leader", ("unit",)))
        views.close()
        vault.close()
        record.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{electors:,} electors; at most {memory:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

"""How fast a whole ledger is verified: python tests/bench/bench_verify.py [--papers N].

The floor does the least that any verifier of the tree must: scan the rows, one SHA-256 a leaf, one a node. The
record checks (bytes, types, versions, tree, signatures, recount) use all processors; the floor uses one.
Views are timed apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from bench_record import SPAWN
from measure import Line, head, peak_megabytes, timed, verdict
from papers import CANDIDATES, alike

from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash
from ledger.seal.policy import Policy
from ledger.storage.store import LEDGER_FILE, open_ledger
from projections.counting import open_views
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

PAPERS = 2_000_000
RUNS = 3
TIMES_MOST = 4.0
POLLBOOK = Path(sys.executable).with_name("pollbook")
RULE = {
    "version": "av.v1",
    "blank": "refuse",
    "decimals": 3,
    "duplicate": "refuse",
    "exclusion": "single-lowest",
    "gap": "refuse",
    "majority_base": "continuing",
    "overvote": "refuse",
    "preferences": "any-number",
    "publication": "by-section",
    "stop": "continue-to-two",
    "ties": ["earlier-stages-backwards", "lot"],
}


def commands(papers: int) -> list[dict[str, object]]:
    """Give an election with one contest and its papers."""
    named = [{"id": candidate, "name": candidate} for candidate in CANDIDATES]
    read = [{"count": count, "marks": marks} for marks, count in alike(papers).items()]
    contest = {"contest": "leader", "election": "labour"}
    return [
        {"verb": "call-election", "election": "labour", "title": "L", "organisation": "L", "reason": "vacancy"},
        {"verb": "adopt-count-rule", "election": "labour", "rule": RULE},
        {
            "verb": "define-contest",
            **contest,
            "office": "Leader",
            "seats": 1,
            "candidates": named,
            "sections": [{"id": "members", "name": "Members"}],
            "count_rule": rule_hash(AlternativeVote.model_validate_json(json.dumps(RULE))),
            "paper_publication": "papers",
            "smallest_cell": 1,
            "secrecy": "secret",
            "account": "not-published",
            "report": "not-required",
        },
        {"verb": "close-poll", "contest": "leader"},
        {"verb": "read-papers", "contest": "leader", "section": "members", "serial": "1", "papers": read},
    ]


def made(folder: Path, papers: int) -> dict[str, str]:
    """Record the election with the product's own command; give the environment it was made in."""
    environment = os.environ | {"POLLBOOK_STATE": str(folder / "state"), "POLLBOOK_LEDGER": str(folder / "full")}
    environment["POLLBOOK_ACTOR"] = "scrutineer"
    file = folder / "commands.jsonl"
    file.write_text("".join(json.dumps(command) + "\n" for command in commands(papers)), "utf-8")
    for words in (["init", "--unfounded", "--origin", "example.org/bench"], ["apply", str(file)], ["count", "leader"]):
        subprocess.run([POLLBOOK, *words], env=environment, check=True, stdout=subprocess.DEVNULL)
    key = subprocess.run([POLLBOOK, "key"], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    (folder / "policy").write_text(f"log {key.strip()}\nquorum none\n", "utf-8")
    return environment


def scan_and_hash(path: Path) -> bytes:
    """Scan all rows and compute the root: one SHA-256 a leaf, one a node."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT state FROM stored_events ORDER BY position")
        sha256 = hashlib.sha256
        level = [sha256(b"\x00" + leaf).digest() for (leaf,) in rows]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def floor_part(folder: Path) -> tuple[float, bytes]:
    """Time the floor."""
    found: list[bytes] = []
    seconds = min(timed(lambda: found.append(scan_and_hash(folder / "full" / LEDGER_FILE))) for _ in range(RUNS))
    return seconds, found[0]


def verify_part(folder: Path) -> tuple[float, float, bytes, float]:
    """Time the record checks, alone and with the views compared; tell the root and the leading process's memory."""
    trust = Trust(policy=Policy.parse((folder / "policy").read_bytes()), now=int(time.time()))
    notes = Notes((folder / "full" / "checkpoints" / "latest").read_bytes())
    seconds: dict[bool, float] = {}
    root = b""
    with closing(open_views(folder / "full")) as views, open_ledger(folder / "full") as ledger:
        for with_views in [False] * RUNS + [True]:
            start = time.perf_counter()
            report = verify(
                ledger,
                views=views if with_views else None,
                vault=None,
                notes=notes,
                trust=trust,
                processes=os.cpu_count() or 1,
            )
            took = time.perf_counter() - start
            seconds[with_views] = min(took, seconds.get(with_views, took))
            assert not report.findings, report.findings
            root = report.root
    return seconds[False], seconds[True] - seconds[False], root, peak_megabytes()


def in_own_process(part: Callable[[Path], Any], folder: Path) -> Any:
    """Run a part in a new process."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        return pool.submit(part, folder).result()


def main() -> int:
    """Make a ledger in a temporary folder, verify it, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    papers = parser.parse_args().papers
    head()
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = Path(name)
        made(folder, papers)
        floor, expected = in_own_process(floor_part, folder)
        checked, rebuilt, root, peak = in_own_process(verify_part, folder)
        assert root == expected
    lines = [
        Line(f"verify, record checks, {papers:,} papers", checked, floor, checked / floor, most=TIMES_MOST, unit="s"),
        Line("verify, peak memory of the leading process", peak, None, peak, unit="MB"),
        Line("  views compared with a rebuild", rebuilt, floor, rebuilt / floor, unit="s"),
    ]
    for line in lines:
        line.show()
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

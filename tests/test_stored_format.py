"""The promise about stored formats: what an earlier version wrote is read, counted and verified by this one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Terminal

from ledger.event import TYPES
from ledger.store import open_ledger
from ledger.streams.contest import ContestDefined
from ledger.streams.election import CountRuleAdopted
from projections.counting import count_contest, open_views
from projections.publish.pack import publish

KEPT = Path(__file__).parent / "golden" / "format-2"
COUNTS = {
    "chair": ("sha256:be54e158288232d4dd44f2cb7493a126bcbbc20324e7291f6f928e06e7a2539f", ("ada",)),
    "college": ("sha256:af9485cddcc8db18822b10e2555dfe0435aba137e09125492bf302145847e3a5", ("bob",)),
    "board": ("sha256:5b7e156b5038ae77d1dc4b68a3ece62e0c4acfe4a9154c7cac5c26eaeb5439cc", ("cy", "dot")),
    "merger": ("sha256:03cf1925738b8b9d3e18c26f272a27533e1ae427e4d759aad4f334b2aab15296", ("yes",)),
    "council": ("sha256:3a2aefc14e9892420daf56534d72430d1dfa25cf60b09defc40c229be4e9b35d", ("bob", "ada")),
    "bench": ("sha256:4dd1b4e1a04b30416adb5ee8c5e372b70c8e82ae99abb0b779906ae8f31bf446", ("bob", "cy")),
    "jury": ("sha256:e295ceea3a9aecf2e4d4e137dcc5a6894b1b8de3cdaea4b76300caa97831613a", ("bob", "cy")),
    "quiet": ("sha256:c9a9231371b5d3ffe2708700cbf3f2964365443b24f5279f2e241343783b1930", ("ada",)),
}
ROOT = ("178", "f8e6a4f327fa9c784ed0fb269b91dfa27ec720e0214c889b7c57b607b05b8786")
KEY = "kept.example/2026+3219a7f3+Aa6f5HL11F6wEQAIE7YeUgqhA00OKJJk4BIeuSXwDhmk"
SINCE: frozenset[str] = frozenset()  # types of events that came after it


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    at = Terminal(tmp_path, monkeypatch, capsys)
    shutil.copytree(KEPT, at.ledger)
    return at


def test_has_every_type_of_event_and_every_rule_of_its_version(kept: Terminal) -> None:
    with open_ledger(kept.ledger) as ledger:
        events = [event for _, event in ledger.reread()]
    assert {event.type for event in events} == TYPES.keys() - SINCE
    assert len({event.rule.version for event in events if isinstance(event, CountRuleAdopted)}) == 7


def test_every_count_comes_to_what_it_came_to(kept: Terminal) -> None:
    with open_ledger(kept.ledger) as ledger:
        contests = [event.contest for _, event in ledger.scan() if isinstance(event, ContestDefined)]
        views = open_views(None)
        counted = {name: count_contest(ledger, views, name) for name in contests}
        views.close()
    assert {name: (each.digest, each.table.elected) for name, each in counted.items()} == COUNTS


def test_its_root_is_what_it_was_and_nothing_wrong_is_found(kept: Terminal) -> None:
    found = json.loads(kept("root", "--json").done())
    assert (str(found["size"]), found["root"]) == ROOT
    assert "nothing wrong was found" in kept("verify").done()


def test_what_is_published_of_it_is_recounted_by_the_stand_alone_verifier(kept: Terminal) -> None:
    out, policy = kept.folder / "out", kept.folder / "policy"
    policy.write_text(f"log {KEY}\nquorum none\n")
    with open_ledger(kept.ledger) as ledger:
        publish(ledger, (KEPT / "checkpoints" / "latest").read_bytes(), None, out, "public")
    words = [sys.executable, "-I", "-S", out / "verify.py", out, "--policy", policy]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    recounted = {
        line.split(":")[0].removeprefix("Contest ") for line in done.stdout.splitlines() if ": recounted" in line
    }
    assert recounted == COUNTS.keys() - {"quiet"}

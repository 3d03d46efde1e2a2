"""`pollbook queue`: beside what applications wait for, checks let pass by hand, and rows that were rejected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import test_cli_applications as files
import test_cli_checks as checks
from terminal import Terminal
from test_cli_applications import ADA, BELA, HEAD, LATE, imported
from test_cli_checks import CATO, LETTER, NED, more, ran
from test_hand_check import by_hand

from projections.applications.queue import Passes, Queue

of_files, of_checks = files.at, checks.at


def queue(at: Terminal, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at("queue", "labour", *words, "--json").done())
    return found


def test_checks_that_were_let_pass_by_hand(of_checks: Terminal) -> None:
    at = of_checks
    ran(at)
    assert queue(at)["by_hand"] == {"open": 0, "ever": 0}
    by_hand(at, NED, "age")
    by_hand(at, NED, "register-match")
    by_hand(at, CATO, "sanction-list", "fail")
    assert queue(at)["by_hand"] == {"open": 2, "ever": 2}
    more(at, ("withdraw-application", {"application": NED, "fee_action": "none", "request_digest": LETTER}))
    assert queue(at)["by_hand"] == {"open": 0, "ever": 2}
    assert "2 checks let pass by hand, 0 of applications that are open" in at("queue", "labour").done()
    assert queue(at, "--known-at", "9")["by_hand"] == {"open": 0, "ever": 0}


@pytest.mark.parametrize(
    ("waiting", "received", "decided", "clears"),
    [
        (12, 24, 48, "2010-08-02T12:00:00Z"),  # one an hour less
        (1, 0, 7, "2010-08-02T03:25:43Z"),  # 24/7 hours, in whole seconds
        (0, 24, 0, "2010-08-02T00:00:00Z"),
        (12, 24, 24, None),  # it stays as long as it is
        (12, 25, 24, None),
        (10_000, 0, 1, None),  # in no election
    ],
)
def test_when_the_queue_clears(waiting: int, received: int, decided: int, clears: str | None) -> None:
    now = "2010-08-02T00:00:00Z"
    assert Queue(99, waiting, "", (), received, decided, now, Passes(0, 0)).clears == clears


def test_rejected_rows_wait_until_they_are_put_right(of_files: Terminal) -> None:
    at = of_files
    undeclared, unread = (BELA.replace("yes", "no"), LATE.replace("yes", "perhaps"))
    assert imported(at, HEAD + ADA + undeclared + unread)[2] == {"declaration-missing": 1, "unknown-word": 1}
    assert queue(at)["rejected_rows"] == {"declaration-missing": 1, "unknown-word": 1}
    told = at("queue", "labour").done()
    assert "rejected rows, not put right" in told
    assert max(map(len, told.splitlines())) <= 80
    imported(at, HEAD + ADA + BELA)
    assert queue(at)["rejected_rows"] == {"unknown-word": 1}
    imported(at, HEAD + LATE)
    assert queue(at)["rejected_rows"] == {}
    assert queue(at, "--known-at", str(at.size() - 1))["rejected_rows"] is None  # the vault has no past


def test_without_the_vaults_key_nothing_is_said_of_rejected_rows(
    of_files: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = of_files
    imported(at, HEAD + ADA)
    monkeypatch.setenv("POLLBOOK_STATE", str(tmp_path / "elsewhere"))
    assert queue(at)["rejected_rows"] is None

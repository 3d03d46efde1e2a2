"""A user at a terminal, in a folder of their own: runs `pollbook` in this process, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
import typer.main

from cli.main import main
from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash

typer.main.get_command = cache(typer.main.get_command)  # as much work as all the rest of a small command
ROOT = Path(__file__).parent.parent
REFUSAL = re.compile(r"[a-z]+(-[a-z0-9]+)*: \S.*: expected \S.*, found [^.\s].*\. \S.*[^.]\.\n")
VARIABLES = (
    "POLLBOOK_LEDGER",
    "POLLBOOK_ACTOR",
    "POLLBOOK_KEYS",
    "POLLBOOK_POSTGRES",
    "POLLBOOK_POSTGRES_FILE",
    "POLLBOOK_PURPOSE",
)

OPENED = ("--purpose", "audit", "--as", "auditor")  # why people's data are opened, and by whom

RULE = {
    "version": "av.v1",
    "blank": "refuse",
    "decimals": 2,
    "duplicate": "refuse",
    "exclusion": "single-lowest",
    "gap": "refuse",
    "majority_base": "continuing",
    "overvote": "refuse",
    "preferences": "any-number",
    "publication": "by-section",
    "stop": "first-majority",
    "ties": ["earlier-stages-backwards", "lot"],
}
RULE_HASH = rule_hash(AlternativeVote.model_validate_json(json.dumps(RULE)))
CALL_ELECTION = {"election": "labour", "title": "Leader", "organisation": "Labour", "reason": "vacancy"}
ADOPT_RULE = {"election": "labour", "rule": RULE}
DEFINE_CONTEST = {
    "contest": "leader",
    "election": "labour",
    "office": "Leader",
    "seats": 1,
    "candidates": [{"id": "abbott", "name": "Abbott"}, {"id": "balls", "name": "Balls"}],
    "sections": [{"id": "members", "name": "Members"}],
    "count_rule": RULE_HASH,
    "paper_publication": "papers",
    "smallest_cell": 1,
    "secrecy": "secret",
    "account": "not-published",
    "report": "not-required",
}
CLOSE_POLL = {"contest": "leader", "effective": "2010-09-22T23:59:59Z"}
DEFINED = [("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", DEFINE_CONTEST)]
POLLED = [*DEFINED, ("close-poll", CLOSE_POLL)]

PAPERS = ("import", "read-papers", "papers.csv", "--set", "contest=leader", "--set", "section=members")
PAPERS = (*PAPERS, "--set", "serial=1", "--as", "scrutineer")


class Answer(NamedTuple):
    """What a run answered."""

    code: int
    out: str
    err: str

    def refused(self, code: str, exit_code: int = 1) -> str:
        """The line, which is the only one and has every part; nothing else was printed."""
        assert self.err.startswith(code + ": "), self
        assert REFUSAL.fullmatch(self.err), self.err
        assert (self.code, self.out) == (exit_code, ""), self
        return self.err

    def done(self) -> str:
        """What was printed by a run that went well and said nothing on stderr."""
        assert (self.code, self.err) == (0, ""), self
        return self.out


class Terminal:
    """Runs `pollbook` on the ledger in the folder `ledger`, as returning officer where nobody else is named."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.ledger = folder / "ledger"
        self._patch = patch
        self._capture = capture
        for name in VARIABLES:
            patch.delenv(name, raising=False)
        patch.setenv("POLLBOOK_STATE", str(folder / "state"))
        patch.setenv("COLUMNS", "80")
        patch.setenv("TERM", "dumb")
        patch.chdir(folder)

    def run(self, *words: str) -> Answer:
        """Run in this process, on whatever ledger the words name."""
        self._patch.setattr(sys, "argv", ["pollbook", *words])
        self._capture.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        return Answer(code, *self._capture.readouterr())

    def __call__(self, *words: str) -> Answer:
        """Run on the ledger."""
        return self.run("--ledger", "ledger", *words)

    def process(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """Start a process of its own on the ledger."""
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": self.environment(), **more}
        command = [sys.executable, "-m", "cli.main", "--ledger", "ledger", *words]
        return subprocess.Popen(command, cwd=self.folder, text=True, **more)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of such a process."""
        return {**os.environ, "PYTHONPATH": str(ROOT), **more}

    def made(self, commands: Iterable[tuple[str, dict[str, Any]]] = POLLED) -> Terminal:
        """Make the ledger, and record commands in it."""
        self("init", "--unfounded").done()
        commands = list(commands)
        if commands:
            self("apply", self.lines("made.jsonl", commands), "--as", "returning-officer").done()
        return self

    def lines(self, name: str, commands: Iterable[tuple[str, dict[str, Any]]]) -> str:
        """Write a file of commands."""
        return self.write(name, "".join(json.dumps({"verb": verb, **body}) + "\n" for verb, body in commands))

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file, bytes as they are."""
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def record(self, verb: str, body: dict[str, Any], *more: str) -> Answer:
        """Record one thing."""
        words = []
        for name, value in body.items():
            for each in value if isinstance(value, list) and value and isinstance(value[0], str) else [value]:
                words += [f"--{name.replace('_', '-')}", each if isinstance(each, str) else json.dumps(each)]
        return self("record", verb, *words, "--as", "returning-officer", *more)

    def size(self) -> int:
        """How many events the ledger has."""
        size = json.loads(self("root", "--json").done())["size"]
        assert isinstance(size, int)
        return size

    def files(self) -> dict[str, bytes]:
        """Every file of the ledger's folder, byte for byte."""
        found = sorted(path for path in self.ledger.rglob("*") if path.is_file())
        return {path.relative_to(self.ledger).as_posix(): path.read_bytes() for path in found}


class Capture:
    """Stands in for `capsys`, which lives for one test only, where a fixture is for many."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._out, self._err = io.StringIO(), io.StringIO()
        self._new()

    def _new(self) -> None:
        self._out, self._err = io.StringIO(), io.StringIO()
        self._patch.setattr(sys, "stdout", self._out)
        self._patch.setattr(sys, "stderr", self._err)

    def readouterr(self) -> tuple[str, str]:
        said = self._out.getvalue(), self._err.getvalue()
        self._new()
        return said


def terminal_at(folder: Path, patch: pytest.MonkeyPatch) -> Terminal:
    """A terminal for a fixture that many tests share."""
    return Terminal(folder, patch, cast("pytest.CaptureFixture[str]", Capture(patch)))

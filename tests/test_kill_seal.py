"""SIGKILL between any two writes of append, seal, sign, cosign and publish: nothing torn, and the same command ends it.

A child is forked, counts its own writes through Python's audit hook, and kills itself at the n-th; n goes up until
the command ends by itself. The program knows nothing of this.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from terminal import PAPERS, Terminal, terminal_at

import projections.publish.pack
from cli.main import main
from ledger.seal.checkpoint import parse_checkpoint
from ledger.seal.note import parse_note
from ledger.storage.store import open_ledger

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|COMMIT|VACUUM|CREATE (?!.*IF NOT EXISTS))", re.IGNORECASE)
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink", "shutil.rmtree")
POINTS_MAX = 400


def kill_at(fatal: int) -> None:
    """Make this process kill itself at its `fatal`th write, from 1: before it, and for files also half-way."""
    done = 0

    def write() -> None:
        nonlocal done
        done += 1
        if done == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, words: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(words[0], str) and isinstance(words[2], int):
            if words[2] & (os.O_WRONLY | os.O_RDWR) and not words[0].startswith("/dev/"):
                write()
        elif event in CHANGES:
            write()

    sync, connect, whole = os.fsync, sqlite3.connect, io.open

    def opened(*words: Any, **more: Any) -> Any:
        file = whole(*words, **more)
        if file.writable():
            write()  # it is empty now
        return file

    def traced(*words: Any, **more: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*words, **more)
        database.set_trace_callback(lambda statement: write() if WRITES.match(statement) else None)
        return database

    def write_halves(path: Path, data: bytes) -> int:
        with path.open("wb", buffering=0) as file:
            file.write(data[: len(data) // 2])
            write()
            return len(data) // 2 + (file.write(data[len(data) // 2 :]) or 0)

    def fsync(handle: int) -> None:
        write()
        sync(handle)

    Path.write_bytes = write_halves  # type: ignore[method-assign,assignment]
    io.open = opened
    os.fsync = fsync  # type: ignore[assignment]
    sqlite3.connect = traced  # type: ignore[assignment]
    sys.addaudithook(audit)


def killed(folder: Path, words: tuple[str, ...], fatal: int) -> bool:
    """Run a command in a fork that is killed at its `fatal`th write; whether it came to that."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.chdir(folder)
            sys.stdout = io.StringIO()
            sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
            sys.argv = ["pollbook", *words]
            kill_at(fatal)
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, (words, fatal, os.WEXITSTATUS(status))
    return os.WIFSIGNALED(status)


PERSON = ("record-person", "--person", "p2", "--identity", '{"name":"Grace Hopper"}', "--as", "registrar")
RECORD = ("--ledger", "ledger", "record", *PERSON, "--command-id", "c2")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def record(folder: Path) -> Any:
    """What is recorded and signed, but for what is drawn and the time; and what the vault holds."""
    with open_ledger(folder / "ledger") as ledger:
        events = [event.model_dump(mode="json", exclude_none=True) for _, event in ledger.reread()]
        size, root = ledger.root()
    for event in events:
        for varies in ("recorded", "effective", "blind", "identity", "command", "root"):
            event.pop(varies, None)
    latest = parse_note((folder / "ledger/checkpoints/latest").read_bytes())
    signed = parse_checkpoint(latest.text)
    assert (signed.size, signed.root) == (size, root)
    assert parse_note(next(folder.glob("state/*/last-signed")).read_bytes()).text == latest.text
    with closing(sqlite3.connect(folder / "ledger/vault.db")) as vault:
        held = vault.execute("SELECT count(*) FROM disclosure WHERE state = 'held'").fetchone()
    return events, [signature.name for signature in latest.signatures], held


def cosigned(folder: Path) -> Any:
    """The record, and the checkpoint kept with its cosignature."""
    kept = [path.read_bytes() for path in sorted((folder / "ledger/checkpoints").glob("0*"))]
    return record(folder), kept == [(folder / "ledger/checkpoints/latest").read_bytes()]


def answered(folder: Path) -> Any:
    """What the witness remembers, and whom its answer is from."""
    line = (folder / "line").read_text("utf-8")
    assert re.fullmatch(r"\u2014 witness.example/w1 [A-Za-z0-9+/]{100,}={0,2}\n", line), line
    return files(folder / "witness")


def pack(folder: Path) -> Any:
    """What was published."""
    return files(folder / "pack")


class Base(NamedTuple):
    """A folder with a ledger of 9 events, a witness who has cosigned the first 5, and what passes between them."""

    folder: Path
    log_key: str

    @property
    def cosign(self) -> tuple[str, ...]:
        return ("witness", "cosign", "request", "--log-key", self.log_key, "--folder", "witness", "--out", "line")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("base")
    with pytest.MonkeyPatch.context() as patch:
        at = terminal_at(folder, patch).made()
        at("record", "record-person", "--person", "p1", "--identity", '{"name":"Ada"}', "--as", "registrar").done()
        found = Base(folder, json.loads(at("key", "--json").done())["key"])
        at("checkpoint", "--for-witness", "0", "--out", "request").done()
        at.run("witness", "init", "witness.example/w1", "--folder", "witness").done()
        at.run(*found.cosign, "--trust-first").done()
        (folder / "line").unlink()
        at.write("papers.csv", "marks\nabbott\nballs>abbott\n")
        shutil.copytree(folder, folder / "fork")  # the same log, gone another way
        fork = terminal_at(folder / "fork", patch)
        for one in (fork, terminal_at(folder, patch)):
            patch.setenv("POLLBOOK_STATE", str(one.folder / "state"))
            patch.chdir(one.folder)
            one(*PAPERS).done()
            one("checkpoint", "--for-witness", "5", "--out", "request").done()
        (folder / "fork/request").rename(folder / "fork-request")
        shutil.rmtree(folder / "fork")
        shutil.copytree(folder / "witness", folder / "copy")
        at.run(*found.cosign[:6], "copy", "--out", "cosignature").done()
        shutil.rmtree(folder / "copy")
    return found


def nothing(at: Terminal) -> None:
    """Nothing else must hold."""


def verify(at: Terminal) -> None:
    """See that nothing is wrong with what a kill left."""
    at("verify").done()


def trial(
    base: Base, tmp_path: Path, words: tuple[str, ...], end: Callable[[Path], Any], between: Callable[[Terminal], None]
) -> int:
    """Kill a command at each of its writes in turn, then see that all is well and give it again; how many there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))  # half the time of a run
        whole = terminal_at(shutil.copytree(base.folder, tmp_path / "whole"), patch)
        whole.run(*words).done()
        expected = end(whole.folder)
        whole("verify").done()
        verified: list[dict[str, bytes]] = []
        for fatal in range(1, POINTS_MAX):
            at = terminal_at(shutil.copytree(base.folder, tmp_path / str(fatal)), patch)
            if not killed(at.folder, words, fatal):
                assert end(at.folder) == expected
                return fatal - 1
            if (left := {**files(at.ledger), **files(at.folder / "state")}) not in verified:
                verify(at)
                verified.append(left)
            between(at)
            at.run(*words).done()
            assert end(at.folder) == expected, fatal
            shutil.rmtree(at.folder)
    raise AssertionError(f"more than {POINTS_MAX} writes")


def test_killed_while_recording(base: Base, tmp_path: Path) -> None:
    assert trial(base, tmp_path, RECORD, record, nothing) >= 10


def test_killed_while_sealing_heads(base: Base, tmp_path: Path) -> None:
    words = ("--ledger", "ledger", "checkpoint", "--heads", "--as", "registrar")
    assert trial(base, tmp_path, words, record, nothing) >= 10


def test_killed_while_adding_a_cosignature(base: Base, tmp_path: Path) -> None:
    words = ("--ledger", "ledger", "checkpoint", "--add-cosignature", "cosignature")
    assert trial(base, tmp_path, words, cosigned, nothing) >= 6


def test_killed_while_a_witness_cosigns(base: Base, tmp_path: Path) -> None:
    fork = tuple("fork-request" if word == "request" else word for word in base.cosign)

    def between(at: Terminal) -> None:
        if (at.folder / "line").exists():  # given away
            before = answered(at.folder)
            at.run(*fork).refused("split-view", 3)
            assert answered(at.folder) == before

    assert trial(base, tmp_path, base.cosign, answered, between) >= 4


def test_killed_while_publishing(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = shutil.copyfile(projections.publish.pack.VERIFIER, tmp_path / "verify.py")
    monkeypatch.setattr(projections.publish.pack, "VERIFIER", verifier)
    monkeypatch.setattr(projections.publish.pack, "check_pack", lambda *_: None)

    def between(at: Terminal) -> None:
        if (at.folder / "pack").exists():
            assert pack(at.folder).keys() >= {"checkpoint", "index.html", "pack.json", "verify.py"}
            shutil.rmtree(at.folder / "pack")

    assert trial(base, tmp_path, ("--ledger", "ledger", "publish", "pack"), pack, between) >= 20

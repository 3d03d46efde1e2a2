"""A full disk, a folder that cannot be written, a pipe that closes, a keyboard interrupt: nothing is half-written."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from lacking import lacking
from terminal import PAPERS, POLLED, REFUSAL, Terminal

from cli.screen import progress
from ledger.storage.recorder import LedgerRecorder

MANY = "count,marks\n16000,abbott\n4000,balls>abbott\n"
TOTAL = 20_000
Mounted = Callable[..., Path]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def mounted(at: Terminal) -> Iterator[Mounted]:
    """Mounts something over the ledger's folder, until the test ends."""
    mounts = []

    def mount(*words: str) -> Path:
        at.ledger.mkdir(exist_ok=True)
        done = subprocess.run(["mount", *words, str(at.ledger)], capture_output=True, text=True, check=False)
        if done.returncode:
            lacking(f"only who may mount can try this: {done.stderr.strip()}")
        mounts.append(at.ledger)
        return at.ledger

    yield mount
    for folder in reversed(mounts):
        subprocess.run(["umount", "-l", str(folder)], check=False)


def recorded(at: Terminal) -> int:
    """Events that are in the database, read past the program while another may write."""
    with closing(sqlite3.connect(f"file:{at.ledger}/ledger.db?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT size FROM head").fetchone()[0])


def test_a_full_disk_is_one_line_and_the_import_goes_on_when_there_is_room(at: Terminal, mounted: Mounted) -> None:
    mounted("-t", "tmpfs", "-o", "size=3m", "tmpfs")
    at.made().write("papers.csv", MANY)
    for _ in range(2):
        at(*PAPERS).refused("disk-full")
    before = recorded(at)
    assert before < TOTAL
    subprocess.run(["mount", "-o", "remount,size=200m", str(at.ledger)], check=True)
    assert "batches-open" in at("count", "leader").refused("batches-open")
    at(*PAPERS).done()
    assert recorded(at) == 4 + TOTAL + 2
    assert "16000" in at("count", "leader").done()
    at("rebuild").done()


@pytest.mark.parametrize("free", [0, 40, 80, 120])
def test_a_full_disk_leaves_a_ledger_that_reads(at: Terminal, mounted: Mounted, free: int) -> None:
    mounted("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    at.made()
    room = os.statvfs(at.ledger)
    fill = max(room.f_bavail * room.f_frsize - free * 1024, 0)
    (at.ledger / "fill").write_bytes(b"x" * fill)
    people = "".join(f"p{number},{'A' * 400}\n" for number in range(600))
    at.write("people.csv", "person,identity.name\n" + people)
    words = ("import", "record-person", "people.csv", "--as", "registrar")
    at(*words).refused("disk-full")
    (at.ledger / "fill").unlink()
    size = at.size()
    at("rebuild").done()
    subprocess.run(["mount", "-o", "remount,size=100m", str(at.ledger)], check=True)
    assert f"; {size - 4} of them recorded before" in at(*words).done() or size == 4
    assert at.size() == 4 + 600


def test_a_ledger_is_not_half_made_on_a_full_disk(at: Terminal, mounted: Mounted) -> None:
    folder = mounted("-t", "tmpfs", "-o", "size=16k", "tmpfs")
    at("init").refused("disk-full")
    assert list(folder.iterdir()) == []
    assert list((at.folder / "state").iterdir()) == []


def test_output_on_a_full_disk_is_one_line(at: Terminal) -> None:
    if not Path("/dev/full").exists():
        lacking("no /dev/full here")
    at.made()
    with Path("/dev/full").open("w") as full:
        for words in (("events",), ("record", "--help"), ("--help",)):
            run = at.process(*words, stdout=full)
            _, err = run.communicate()
            assert run.returncode == 1
            assert REFUSAL.fullmatch(err), err
            assert err.startswith("disk-full: the output: ")


def test_a_folder_that_cannot_be_written_refuses_writes(at: Terminal, mounted: Mounted) -> None:
    at.made()
    mounted("-o", "bind", str(at.ledger))
    subprocess.run(["mount", "-o", "remount,ro,bind", str(at.ledger)], check=True)
    before = at.files()
    at.write("papers.csv", "marks\nabbott\n")
    for words in (PAPERS, ("record", "close-poll", "--contest", "leader", "--as", "ro"), ("rebuild",), ("events",)):
        answer = at(*words)
        if answer.code:
            answer.refused("read-only-store")
    at(*PAPERS).refused("read-only-store")
    at("init").refused("ledger-exists")
    at.run("--ledger", "ledger/deeper", "init").refused("read-only-store")
    assert at.files() == before
    assert len(list((at.folder / "state").iterdir())) == 1


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_write_that_fails_is_one_line_and_the_same_command_goes_on(
    at: Terminal, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    at.made().write("papers.csv", MANY)
    with monkeypatch.context() as patch:
        patch.setattr(
            LedgerRecorder, "append_rows", failing(after, sqlite3.OperationalError("database or disk is full"))
        )
        line = at(*PAPERS).refused("disk-full")
    assert "no command was recorded" in line
    at(*PAPERS).done()
    assert at.size() == 4 + TOTAL + 2


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_interrupt_is_one_line_and_the_same_command_goes_on(
    at: Terminal, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    at.made().write("papers.csv", MANY)
    with monkeypatch.context() as patch:
        patch.setattr(LedgerRecorder, "append_rows", failing(after, KeyboardInterrupt()))
        line = at(*PAPERS).refused("interrupted")
    assert "papers.csv: expected to finish, found a keyboard interrupt. Give the same command again to go on" in line
    at(*PAPERS).done()
    assert at.size() == 4 + TOTAL + 2
    assert "16000" in at("count", "leader").done()


def failing(after: int, error: BaseException) -> Callable[..., int]:
    """A store whose writes fail after the first few."""
    whole = LedgerRecorder.append_rows
    done = 0

    def append_rows(self: LedgerRecorder, *words: Any) -> int:
        nonlocal done
        done += 1
        if done > after:
            raise error
        return whole(self, *words)

    return append_rows


def test_control_c_in_an_import_is_one_line_and_the_import_goes_on(at: Terminal) -> None:
    at.made().write("papers.csv", "count,marks\n40000,abbott\n")
    run = at.process(*PAPERS)
    until = time.monotonic() + 60
    while recorded(at) < 5_000 and run.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (1, "")
    assert REFUSAL.fullmatch(err), err
    assert err.startswith("interrupted: papers.csv: ")
    assert 5_000 <= recorded(at) < 40_000
    at("count", "leader").refused("batches-open")
    at(*PAPERS).done()
    assert recorded(at) == 4 + 40_000 + 2


def test_control_c_elsewhere_is_one_line(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at.made()
    for name, words in (
        ("cli.look.opened", ("events",)),
        ("cli.look.count_contest", ("count", "leader")),
        ("cli.record.desk_at", ("record", "close-poll", "--contest", "leader", "--as", "ro")),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(name, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
            at(*words).refused("interrupted")


@pytest.mark.parametrize("words", [("events", "--limit", "5000"), ("events", "--json", "--limit", "5000"), ("--help",)])
def test_a_closed_pipe_is_no_failure(at: Terminal, words: tuple[str, ...]) -> None:
    at.made().write("papers.csv", "count,marks\n4000,abbott\n")
    at(*PAPERS).done()
    read, write = os.pipe()
    run = at.process(*words, stdout=write)
    os.close(write)
    with suppress(OSError):
        os.read(read, 10)
    os.close(read)
    _, err = run.communicate(timeout=60)
    assert run.returncode in (0, 1) if words == ("--help",) else run.returncode == 0, err
    assert err == ""


def test_a_terminal_that_cannot_show_a_name_is_no_failure(at: Terminal) -> None:
    body = POLLED[0][1] | {"title": "Élection Ōtautahi", "organisation": "労働党"}
    at.made([("call-election", body)])
    run = at.process("show", "election/labour", env=at.environment(PYTHONIOENCODING="ascii"))
    out, err = run.communicate()
    assert (run.returncode, err) == (0, "")
    assert r"\xc9lection" in out


def test_refuses_where_there_is_no_home_for_keys(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at.made()
    monkeypatch.delenv("POLLBOOK_STATE")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    at.run("--ledger", "other", "init").refused("no-state-folder")
    at("record", "close-poll", "--contest", "leader", "--as", "ro").refused("no-state-folder")
    at("events").done()


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_waits_for_the_next_step_of_long_work() -> None:
    swallowed = True
    with pytest.raises(KeyboardInterrupt), progress("work", 2) as bar:  # noqa: PT012  # where it is raised is the point
        interrupt()
        swallowed = False
        bar.by(1)
        raise AssertionError("went on")
    assert not swallowed
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_in_the_last_step_is_heard_at_its_end() -> None:
    with pytest.raises(KeyboardInterrupt), progress("work", 1) as bar:  # noqa: PT012
        bar.by(1)
        interrupt()


def test_a_second_interrupt_does_not_wait() -> None:
    with pytest.raises(KeyboardInterrupt), progress("work", 1):  # noqa: PT012
        interrupt()
        interrupt()
        raise AssertionError("went on")

"""`pollbook apply` killed at any moment: all or nothing to every reader, finished by giving the same file again."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from functools import cache
from itertools import groupby
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
import typer
from killing import Killed
from scenario import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, READ_PAPERS, RECORD_PERSON, but

import ledger.desk
from cli.main import main
from ledger.decision import Command, fold
from ledger.desk import Desk
from ledger.privacy.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.privacy.vault import Vault
from ledger.storage.store import LEDGER_FILE, open_ledger
from ledger.streams.batch import BatchState
from ledger.streams.paper import Alike
from projections.counting import LedgerFigures

ROOT = Path(__file__).parent.parent
KILLS = 20
PROCESSES = 2  # so many of them start as a user starts the program, the others are forks of this process
SEED = int(os.environ.get("POLLBOOK_TEST_KILL_SEED", "0")) or random.SystemRandom().getrandbits(32)
BATCHES = ("batch/paper/leader/members/s1", "batch/paper/leader/mps/s1")
MARKS = ("a", "b", "c", "a>b", "b>a", "c>a>b", "b>c>a")
READ_AT = "2010-09-23T09:00:00Z"
WAIT_SECONDS = 60.0


def papers(section: str, each: int) -> Any:
    alike = tuple(Alike(count=each + more, marks=marks) for more, marks in enumerate(MARKS))
    return but(READ_PAPERS, section=section, papers=alike, effective=READ_AT)


def jsonl(*commands: Command) -> str:
    lines = ({"verb": command.verb, **command.model_dump(mode="json", exclude_none=True)} for command in commands)
    return "".join(json.dumps(line) + "\n" for line in lines)


def pollbook(folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the program in this process; give its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["pollbook", "--ledger", str(folder), *words]
    with (
        patch.object(sys, "argv", argv),
        patch.dict(os.environ, keys(folder)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def keys(folder: Path) -> dict[str, str]:
    """Keep the keys, and what was signed last, with the copy: copies of one ledger go different ways here."""
    return {"POLLBOOK_STATE": str(folder / "state")}


def started(folder: Path, file: Path) -> subprocess.Popen[str]:
    """Start the program as a process of its own, its SIGINT as a terminal gives it."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", "--ledger", str(folder), "apply", str(file), "--as", "scrutineer"],
        cwd=ROOT,
        env=os.environ | keys(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def forked(folder: Path, file: Path) -> BaseProcess:
    """Start the program in a fork of this process: at once, for all is imported here."""
    words = (folder, "apply", str(file), "--as", "scrutineer")
    process = multiprocessing.get_context("fork").Process(target=pollbook, args=words)
    process.start()
    return process


def wait_until(happened: Callable[[], bool], is_running: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not happened() and is_running():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.001)


def kill_after(seconds: float | None, folder: Path, file: Path, *, own: bool) -> None:
    """Start the program, as a process of its own or a fork, and kill it.

    Args:
        seconds: after it had the ledger open; None as soon as something of its first batch is stored, however fast
            the machine is at that moment.
        own: as a process of its own.
    """
    before = stored_events(folder)
    process = started(folder, file) if own else forked(folder, file)
    alive = process.is_alive if isinstance(process, BaseProcess) else lambda: process.poll() is None
    if seconds is None:
        wait_until(lambda: is_open(folder) and stored_events(folder) > before, alive)
    else:
        wait_until(lambda: is_open(folder), alive)
        time.sleep(seconds)
    process.kill()
    if isinstance(process, BaseProcess):
        process.join()
    else:
        process.communicate()


def is_open(folder: Path) -> bool:
    """Whether a process has the ledger open: its log is there."""
    return (folder / f"{LEDGER_FILE}-wal").exists()


def stored_events(folder: Path) -> int:
    return asked(folder / LEDGER_FILE, "SELECT count(*) FROM stored_events")


def seeds(folder: Path) -> int:
    """Count the secret seeds in the vault: none may outlive its batch."""
    return asked(folder / VAULT_FILE, "SELECT count(*) FROM batch")


def asked(file: Path, question: str) -> int:
    """Ask a database file for one number."""
    with closing(sqlite3.connect(file, timeout=WAIT_SECONDS)) as database:
        return int(database.execute(question).fetchone()[0])


@pytest.fixture(autouse=True)
def _made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the table of verbs once and not for each run here: it is half the time of a small one."""
    monkeypatch.setattr(typer.main, "get_command", COMMANDS)


COMMANDS = cache(typer.main.get_command)


# What is expected: an import that nobody interrupted


class Whole(NamedTuple):
    """An import from beginning to end: where it began, its file, what came of it, and the seconds it took."""

    before: Path
    file: Path
    events: list[str]
    digest: str
    seconds: float


def events_of(folder: Path) -> list[str]:
    """Give the events, strictly read, but for salts, command ids, recording times and the order of papers."""
    events = []
    with open_ledger(folder) as ledger:
        for place, (position, event) in enumerate(ledger.reread()):
            assert position == place
            fields = event.model_dump(mode="json", exclude_none=True)
            for varies in ("recorded", "command", "blind", *event.private):
                fields.pop(varies, None)
            if event.type == "paper-read.v1":
                fields["stream"] = event.stream.rpartition("/")[0]
            if event.type == "batch-closed.v1":
                del fields["digest"]  # over leaves, and so over ids and blinds
            events.append(json.dumps(fields, sort_keys=True))
    runs = groupby(events, lambda event: '"paper-read.v1"' in event)
    return [event for are_papers, run in runs for event in (sorted(run) if are_papers else run)]


def digest_of(folder: Path) -> str:
    return str(json.loads(pollbook(folder, "count", "leader", "--json")[1])["digest"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Import a few thousand papers of two sections, of a contest that withholds them, in one go."""
    base = tmp_path_factory.mktemp("kill")
    (base / "poll.jsonl").write_text(
        jsonl(CALL_ELECTION, ADOPT_RULE, but(DEFINE_CONTEST, paper_publication="profile"), CLOSE_POLL)
    )
    file = base / "papers.jsonl"
    file.write_text(jsonl(papers("members", 750), but(RECORD_PERSON, effective=READ_AT), papers("mps", 100)))
    assert pollbook(base / "before", "init", "--unfounded")[0] == 0
    assert pollbook(base / "before", "apply", str(base / "poll.jsonl"), "--as", "clerk")[0] == 0
    done = Path(shutil.copytree(base / "before", base / "done"))
    process = started(done, file)
    _, err = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, err) == (0, "")
    timed = Path(shutil.copytree(base / "before", base / "timed"))
    fork = forked(timed, file)
    wait_until(lambda: is_open(timed), fork.is_alive)
    begun = time.monotonic()
    fork.join(WAIT_SECONDS)
    seconds = time.monotonic() - begun
    assert fork.exitcode == 0
    return Whole(base / "before", file, events_of(done), digest_of(done), seconds)


def check_unfinished(folder: Path) -> str:
    """See what every reader sees of an import that was cut off, and say how far it had come."""
    with open_ledger(folder) as ledger:
        batches = [fold(BatchState(name), (event for _, event in ledger.stream(name))) for name in BATCHES]
    code, out, err = pollbook(folder, "count", "leader", "--json")
    opened = [batch.stream for batch in batches if batch.exists and not batch.closed]
    if opened:
        assert (code, out) == (1, "")
        assert err.startswith("batches-open: ")
        assert opened[0] in err
        return "in the middle of a batch"
    seen = {name: valid for name, valid in json.loads(out)["valid"].items() if valid} if code == 0 else {}
    closed = {batch.stream.split("/")[3]: batch.total for batch in batches if batch.closed}
    assert (code, seen) == (0, closed)
    return f"with {len(closed)} batches closed"


def check_finished(folder: Path, whole: Whole) -> None:
    """Give the file again, and once more: whole, then nothing added."""
    assert pollbook(folder, "apply", str(whole.file), "--as", "scrutineer")[::2] == (0, "")
    assert events_of(folder) == whole.events
    assert digest_of(folder) == whole.digest
    code, out, _ = pollbook(folder, "apply", str(whole.file), "--as", "scrutineer")
    assert (code, stored_events(folder)) == (0, len(whole.events))
    assert "added nothing" in out
    assert seeds(folder) == 0
    # What a kill left pending beside it is dropped after an hour.
    assert asked(folder / VAULT_FILE, "SELECT count(*) FROM disclosure WHERE state = 'held'") == 1


def test_killed_at_any_moment_it_is_finished_by_giving_the_same_file_again(whole: Whole, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    ways = []
    for number in range(KILLS):
        moment = chance.uniform(0, whole.seconds) if number else None
        folder = Path(shutil.copytree(whole.before, tmp_path / str(number)))
        kill_after(moment, folder, whole.file, own=number < PROCESSES)
        try:
            ways.append(check_unfinished(folder))
            check_finished(folder, whole)
        except BaseException:
            print(f"POLLBOOK_TEST_KILL_SEED={SEED}, kill {number}: after {moment} of {whole.seconds:.4f} s")
            raise
        shutil.rmtree(folder)
    assert ways[0] == "in the middle of a batch", (SEED, ways)


def test_interrupted_from_the_keyboard_it_says_so_in_one_line_and_is_finished(whole: Whole, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole.before, tmp_path / "interrupted"))
    before = stored_events(folder)
    process = started(folder, whole.file)
    wait_until(lambda: is_open(folder) and stored_events(folder) > before, lambda: process.poll() is None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, out) == (1, ""), err
    assert err.count("\n") == 1
    assert err.startswith("interrupted: ")
    assert check_unfinished(folder) == "in the middle of a batch"
    check_finished(folder, whole)


@pytest.mark.parametrize(("prepared", "said"), [("prepare_output()", False), ("", True)])
def test_a_read_that_an_interrupt_left_half_way_is_given_up_in_silence(
    prepared: str, said: bool, tmp_path: Path
) -> None:
    program = f"""
from pathlib import Path
from cli.verbs import prepare_output
from ledger.storage.store import make_ledger
{prepared}
ledger = make_ledger(Path({str(tmp_path)!r}), "0" * 32)
reading = ledger.rows.begin(write=False)
reading.__enter__()
ledger.close()
del reading
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ("ConnectionPoolClosedError" in done.stderr) == said, done.stderr


# Every write there is, one after the other


class Writes:
    """Counts the writes to ledger and vault, and kills before or after one of them."""

    def __init__(self, fatal: int, *, after: bool) -> None:
        self.number = 0
        self._fatal, self._after = fatal, after

    def around(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            moment = (self.number == self._fatal, self._after)
            self.number += 1
            if moment == (True, False):
                raise Killed
            answer = write(*args, **kwargs)
            if moment == (True, True):
                raise Killed
            return answer

        return counted


def submit_small(folder: Path, writes: Writes) -> int:
    """Import seven papers, three at a time, through a desk whose writes are counted; give how many writes."""
    store = SQLiteVaultStore(folder / VAULT_FILE)
    with open_ledger(folder) as record, closing(store):
        vault = Vault(store, bytes(32), os.urandom)
        with (
            patch.object(record, "append", writes.around(record.append)),
            patch.object(store, "execute_many", writes.around(store.execute_many)),
            patch.object(store, "destroy", writes.around(store.destroy)),
            patch.object(vault, "batch_seed", writes.around(vault.batch_seed)),
            patch.object(ledger.desk, "PAGE_ROWS", 3),
        ):
            desk = Desk(record, vault, LedgerFigures(record), lambda: READ_AT, os.urandom)
            alike = (Alike(count=4, marks="a"), Alike(count=3, marks="b"))
            batch = but(READ_PAPERS, papers=alike, effective=READ_AT)
            desk.submit(batch, actor="scrutineer", command_id="c1")
            desk.submit(but(RECORD_PERSON, effective=READ_AT), actor="scrutineer", command_id="c2")
    return writes.number


def test_killed_before_or_after_any_write_it_is_finished(whole: Whole, tmp_path: Path) -> None:
    done = Path(shutil.copytree(whole.before, tmp_path / "done"))
    (done / VAULT_FILE).unlink()  # another master key
    writes = submit_small(done, Writes(-1, after=False))
    expected = events_of(done)
    assert writes >= 9
    for fatal in range(writes):
        for after in (False, True):
            folder = Path(shutil.copytree(whole.before, tmp_path / f"{fatal}-{after}"))
            (folder / VAULT_FILE).unlink()
            with pytest.raises(Killed):
                submit_small(folder, Writes(fatal, after=after))
            for _ in range(2):
                submit_small(folder, Writes(-1, after=False))
                assert (events_of(folder), seeds(folder)) == (expected, 0), (fatal, after)

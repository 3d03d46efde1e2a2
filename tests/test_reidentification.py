"""The re-identification attack on a ledger with roll, marks and papers: no better than chance; and it can succeed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from attack import Folder, Success, attacks, bounds, read_folder
from terminal import ADOPT_RULE, CALL_ELECTION, DEFINE_CONTEST, Terminal

import ledger.batches.marking_run
import ledger.storage.recorder
import ledger.streams.paper
from ledger.storage.store import open_ledger
from ledger.streams.entry import EntryAdded

SEED = 2010
ELECTORS = 260  # of each section
RETURNED = 240
SECTIONS = ("members", "mps", "unions")
CANDIDATES = ("a", "b", "c", "d", "e")
RANKINGS = [">".join(chosen) for length in (3, 4, 5) for chosen in permutations(CANDIDATES, length)]  # 300
DAYS = [f"2010-09-{day:02}" for day in range(1, 21)]
CONTEST = {
    **DEFINE_CONTEST,
    "candidates": [{"id": name, "name": name.upper()} for name in CANDIDATES],
    "sections": [{"id": name, "name": name.upper()} for name in SECTIONS],
    "paper_publication": "none",
    "secrecy": "secret",
}

FRANCHISE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": name,
            "by": "register",
            "registers": [name],
            "section": name,
            "tests": [{"test": "joined-by", "day": "2010-06-24"}],
        }
        for name in SECTIONS
    ],
}
MAPPING = """\
key = "No"
[public]
unit = "Unit"
joined = "Joined"
[private]
name = ["Name"]
[set]
category = "%s"
"""

Polled = tuple[Terminal, dict[str, dict[str, str]]]


def roll_built(at: Terminal) -> dict[str, list[str]]:
    """An election with papers out; give the electors of each section, by the register's numbers."""
    at.made([("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", CONTEST)])
    for name in SECTIONS:
        rows = (f"{n},{name} {n},unit-{n % 7},2009-01-{1 + n % 28:02}\n" for n in range(1, ELECTORS + 1))
        at.write("register.csv", "No,Name,Unit,Joined\n" + "".join(rows))
        at.write("register.toml", MAPPING % name)
        words = ("--mapping", "register.toml", "--set", f"register_id={name}", "--as", "registrar")
        at("import", "register-members", "register.csv", *words).done()
    franchise = at.lines("franchise.jsonl", [("adopt-franchise", {"election": "labour", "rule": FRANCHISE})])
    at("apply", franchise, "--as", "returning-officer").done()
    at("build-roll", "labour", "--as", "registrar").done()
    at.record("freeze-roll", {"election": "labour"}).done()
    people: dict[str, list[str]] = {name: [] for name in SECTIONS}
    with open_ledger(at.ledger) as record:
        for _, event in record.scan():
            if isinstance(event, EntryAdded):
                people[event.section].append(event.stream.rpartition("/")[2])
    for name in SECTIONS:
        issue = {"contest": "leader", "section": name, "count": ELECTORS, "roll_version": 1, "channel": "post"}
        at.record("issue-papers", issue, "--effective", "2010-08-01T12:00:00Z").done()
    at.record("close-poll", {"contest": "leader", "effective": "2010-09-22T23:59:59Z"}).done()
    return people


def polled(at: Terminal, arrived: Callable[[str, str, str], object] = lambda *_: None) -> Polled:
    """An election in which everything comes in the order in which it came to the scrutineer; give who voted how."""
    people = roll_built(at)
    chance = random.Random(SEED)
    truth: dict[str, dict[str, str]] = {}
    register: list[tuple[str, str]] = []
    for name in SECTIONS:
        voters = chance.sample(people[name], RETURNED)
        truth[name] = dict(zip(voters, chance.sample(RANKINGS, RETURNED), strict=True))
        register += zip(voters, sorted(chance.choice(DAYS) for _ in voters), strict=True)
        for who in voters:
            arrived(name, who, truth[name][who])
    at.write("marked.csv", "elector,day\n" + "".join(f"{who}/1,{day}\n" for who, day in register))
    at("import", "mark-returns", "marked.csv", "--set", "contest=leader", "--as", "scrutineer").done()
    for name in SECTIONS:
        at.write("papers.csv", "marks\n" + "".join(f"{marks}\n" for marks in truth[name].values()))
        words = ("--set", "contest=leader", "--set", f"section={name}", "--set", "serial=1", "--as", "scrutineer")
        at("import", "read-papers", "papers.csv", *words).done()
    at("papers", "leader").done()
    at("count", "leader").done()
    return at, truth


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """A ledger whose pages are small, so that there are several, and whose logs are left beside the databases."""
    monkeypatch.setattr(ledger.batches.marking_run, "PAGE_ROWS", 100)
    monkeypatch.setattr("ledger.desk.PAGE_ROWS", 100)
    made = Terminal(tmp_path, monkeypatch, capsys)
    with ExitStack() as stack:
        init = made.made

        def held_open(commands: Any) -> Terminal:
            init(commands)
            for name in ("ledger.db", "vault.db"):
                database = stack.enter_context(closing(sqlite3.connect(made.ledger / name)))
                database.execute("SELECT count(*) FROM sqlite_master").fetchall()
            return made

        monkeypatch.setattr(made, "made", held_open)
        yield made


def attacked(polled: Polled) -> tuple[Folder, list[Success]]:
    """Attack the folder as it lies there."""
    at, truth = polled
    folder = read_folder(at.ledger)
    assert {"ledger.db", "ledger.db-wal", "vault.db", "views.db"} <= {path.name for path in at.ledger.rglob("*")}
    assert {name: (len(people), len(papers)) for name, (people, papers) in folder.sections.items()} == dict.fromkeys(
        SECTIONS, (RETURNED, RETURNED)
    )
    assert set(folder.marks.values()) == {marks for each in truth.values() for marks in each.values()}
    return folder, list(attacks(folder, truth))


def succeeded(folder: Folder, found: list[Success]) -> set[str]:
    right, correlation = bounds(folder)
    return {each.attack for each in found if each.right > right or abs(each.correlation) > correlation}


def test_no_attack_tells_whose_a_paper_is_better_than_chance(at: Terminal) -> None:
    folder, found = attacked(polled(at))
    assert len(folder.electors) >= 15
    assert len(folder.papers) >= 9
    assert not succeeded(folder, found), max(found, key=lambda each: each.right)
    right, correlation = bounds(folder)
    assert right < 0.1 * RETURNED * len(SECTIONS)  # far from what a leak gives
    assert correlation < 0.3


# The attack is worth something: each of these ledgers leaks, and it is found


Places = dict[tuple[str, str], float]  # section and marks -> place among the papers


def dealt_by(patch: pytest.MonkeyPatch, places: Places) -> None:
    """Let papers be dealt out in the order of these places, where the secret seed ought to decide."""
    deal, numbers = ledger.streams.paper.deal, ledger.streams.paper._numbers

    def leaky(alike: dict[str, int], stem: str, *more: Any) -> Any:
        order = [places[stem.rpartition("/")[2], marks] for marks in alike]

        def leaky_numbers(seed: bytes, purpose: bytes, total: int) -> Any:
            return order if purpose == b"order" else numbers(seed, purpose, total)

        patch.setattr(ledger.streams.paper, "_numbers", leaky_numbers)
        return deal(alike, stem, *more)

    patch.setattr(ledger.streams.paper, "deal", leaky)


@pytest.mark.parametrize("noise", [0.0, 0.25])
def test_papers_in_the_order_of_electors_are_found_out(
    at: Terminal, monkeypatch: pytest.MonkeyPatch, noise: float
) -> None:
    chance = random.Random(SEED)
    places: Places = {}

    def arrived(section: str, who: str, marks: str) -> None:
        places[section, marks] = int(who, 16) / 16**24 + chance.gauss(0, noise)

    with monkeypatch.context() as patch:
        dealt_by(patch, places)
        folder, found = attacked(polled(at, arrived))
    assert "position of the return / position of the paper" in succeeded(folder, found)
    assert (max(each.right for each in found) == RETURNED * len(SECTIONS)) == (not noise)


def test_papers_in_the_order_in_which_they_came_are_found_out(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    places: Places = {}
    with monkeypatch.context() as patch:
        dealt_by(patch, places)
        polls = polled(at, lambda section, _, marks: places.setdefault((section, marks), len(places)))
        folder, found = attacked(polls)
    assert "day, then position / position of the paper" in succeeded(folder, found)

"""The papers due in a section, from the freeze and what changed since: as the whole record has them, and without it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from electorate import entry, frozen, person, put, removed
from scenario import DEFINED, given, happened
from stores import LedgerPlace

from ledger.batches.marking import DueFigures
from ledger.event import Event
from ledger.record import Record
from ledger.rehearsal import Rehearsal
from ledger.storage.recorder import Head
from ledger.storage.store import Ledger, make_ledger
from ledger.streams.entry import EntryRestored
from ledger.streams.issue import PapersIssued
from ledger.streams.issued import PaperCancelled, PaperIssued
from ledger.streams.roll import RollCell, RollCounted
from ledger.streams.roll_build import RollBuildClosed
from projections.counting import LedgerFigures
from projections.papers.due import papers_due
from projections.roll.figures import roll_figures

SECTIONS = ("members", "mps")


class Counted:
    """A ledger that counts what is read of it, and is never read from one end to the other."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.asked: Counter[str] = Counter()

    def head(self) -> Head:
        return self._ledger.head()

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        self.asked[stream.partition("/")[0]] += 1
        return self._ledger.stream(stream)

    def streams_of(self, name: str, prefix: str) -> list[str]:
        return self._ledger.streams_of(name, prefix)

    def streams_since(self, *given: Any) -> set[str]:
        return self._ledger.streams_since(*given)


@pytest.fixture
def ledger(ledger_place: LedgerPlace) -> Iterator[Ledger]:
    """A contest, and ten members on the roll."""
    made = ledger_place.open()
    put(made, *given(*DEFINED).events, *(entry(who) for who in range(10)))
    yield made
    made.close()


def freeze(ledger: Ledger) -> None:
    """Freeze the roll as it stands, and count it."""
    figures = roll_figures(ledger, "labour")
    cells = tuple(
        RollCell(category=cell.category, entries=entries, region=cell.region, section=cell.section)
        for cell, entries in figures.cells.items()
    )
    fixed = frozen(figures.entries).model_copy(update={"as_of_position": figures.position})
    put(ledger, fixed, happened(RollCounted, "roll/labour", 2, cells=cells, election="labour", roll_version=1))


def due(ledger: Ledger, section: str = "members") -> DueFigures | None:
    record: Any = Counted(ledger)
    return papers_due(record, ledger.head().size - 1, "labour", "leader", section)


def of_all(ledger: Record, section: str = "members") -> DueFigures:
    return LedgerFigures(ledger)._due_of_all("leader", section)


class Chance:
    """Does one thing after the other to a roll and its papers, as the seed has it."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger = ledger
        self.chance = random.Random(seed)
        self.versions: Counter[str] = Counter({f"entry/labour/{person(who)}": 1 for who in range(10)})
        self.live = {(who, 1): True for who in range(10)}
        self.section = {(who, 1): "members" for who in range(10)}
        self.people = 10

    def put(self, event: Event) -> None:
        self.versions[event.stream] += 1
        put(self.ledger, event.model_copy(update={"version": self.versions[event.stream]}))

    def step(self) -> None:
        who, number = one = self.chance.choice(list(self.live))
        match self.chance.randrange(6):
            case 0:
                section, number = self.chance.choice(SECTIONS), number + 1
                while (who, number) in self.live:
                    number += 1
                self.put(entry(who, section, number))
                self.live[who, number], self.section[who, number] = True, section
            case 1:
                self.put(entry(self.people))
                self.live[self.people, 1], self.section[self.people, 1] = True, "members"
                self.people += 1
            case 2 | 3 if self.live[one]:
                self.put(removed(who, 1, number))
                self.live[one] = False
            case 2 | 3:
                fields: dict[str, Any] = {"election": "labour", "number": number, "cause": "clerical"}
                self.put(happened(EntryRestored, f"entry/labour/{person(who)}", **fields))
                self.live[one] = True
            case 4 if self.live[one]:
                fields = {"contest": "leader", "number": number, "reason": "late-admission"}
                self.put(happened(PaperIssued, f"issued/leader/{person(who)}", **fields))
            case 5:
                fields = {"contest": "leader", "number": number, "cause": "clerical"}
                self.put(happened(PaperCancelled, f"issued/leader/{person(who)}", **fields))

    def issue(self, section: str) -> None:
        found = due(self.ledger, section)
        assert found is not None
        fields: dict[str, Any] = {"contest": "leader", "section": section, "roll_version": 1, "channel": "post"}
        numbers: dict[str, Any] = {"as_of_position": found.position, "count": found.due}
        self.put(happened(PapersIssued, f"issue/leader/{section}", **fields, **numbers))


@pytest.mark.parametrize("seed", range(3))
def test_they_are_those_that_the_whole_record_has(ledger: Ledger, seed: int) -> None:
    chance = Chance(ledger, seed)
    for _ in range(8):
        chance.step()
    freeze(ledger)
    for section in (None, "members", "mps", "members"):
        if section is not None:
            chance.issue(section)
        for _ in range(4):
            chance.step()
            chance.step()
            for each in SECTIONS:
                assert due(ledger, each) == of_all(ledger, each), f"seed {seed}"


def test_no_more_is_read_where_there_are_more_entries(ledger: Ledger) -> None:
    asked = []
    put(ledger, *(entry(who) for who in range(10, 40)))
    freeze(ledger)
    put(ledger, entry(40), removed(3, 2))
    record: Any = Counted(ledger)
    assert papers_due(record, ledger.head().size - 1, "labour", "leader", "members") == (ledger.head().size - 1, 40, 40)
    asked.append(record.asked)
    assert asked == [{"roll": 1, "issue": 1, "entry": 2, "issued": 2}]


def test_nothing_is_due_by_a_roll_that_is_not_frozen(ledger: Ledger) -> None:
    assert due(ledger) == (ledger.head().size - 1, 0, 0)


def test_a_freeze_that_counted_nothing_leaves_it_to_the_whole_record(ledger: Ledger) -> None:
    put(ledger, frozen(10))
    assert due(ledger) is None
    assert LedgerFigures(ledger).due("leader", "members") == (ledger.head().size - 1, 10, 10)


def test_a_build_closed_since_leaves_it_to_the_whole_record(ledger: Ledger) -> None:
    put(ledger, entry(10).model_copy(update={"batch": "build/labour/1"}))
    freeze(ledger)
    assert due(ledger) == (ledger.head().size - 1, 10, 10)
    counts: dict[str, Any] = {"accepted": 1, "failed": (), "held": 0, "rows": 1, "sections": ()}
    fields: dict[str, Any] = {"build": 1, "election": "labour", "digest": "sha256:" + "0" * 64}
    put(ledger, happened(RollBuildClosed, "build/labour/1", **fields, **counts))
    assert due(ledger) is None
    assert LedgerFigures(ledger).due("leader", "members") == (ledger.head().size - 1, 11, 11)


def test_a_rehearsal_knows_what_was_rehearsed(ledger: Ledger, tmp_path: Any) -> None:
    freeze(ledger)
    scratch = make_ledger(tmp_path / "scratch", "1" * 32)
    rehearsal = Rehearsal(ledger, scratch)
    put(rehearsal, entry(10), removed(1, 2))
    last = rehearsal.head().size - 1
    assert papers_due(rehearsal, last, "labour", "leader", "members") == of_all(rehearsal) == (last, 10, 10)
    scratch.close()


def test_another_contests_papers_are_not_these(ledger: Ledger) -> None:
    put(ledger, happened_in_another())
    freeze(ledger)
    assert due(ledger) == (ledger.head().size - 1, 10, 10)


def happened_in_another() -> Event:
    fields: dict[str, Any] = {"contest": "leadership", "number": 1, "reason": "late-admission"}
    return happened(PaperIssued, f"issued/leadership/{person(1)}", **fields)

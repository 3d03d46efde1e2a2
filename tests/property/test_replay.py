"""What a replay may depend on: public fields and their order alone; never on erasures, pages, or when it is read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scenario import (
    ANYTHING_GOES,
    CALL_ELECTION,
    CLOSE_POLL,
    DEFINE_CONTEST,
    RECORD_PERSON,
    but,
)
from stores import SQLitePlace, desk_at

import ledger.desk
import projections.catch_up
from ledger.desk import Desk
from ledger.event import Event
from ledger.figures import Figures
from ledger.rules.count_rule import rule_hash
from ledger.seal.merkle import leaf_hash, root
from ledger.storage.store import Ledger
from ledger.streams.batch import BatchClosed, BatchOpened
from ledger.streams.election import AdoptCountRule
from ledger.streams.paper import Alike, PaperRead, ReadPapers
from ledger.streams.person import Identity, OrderErasure
from projections.catch_up import Views
from projections.counting import Counted, LedgerFigures, count_contest, open_views
from projections.moment import NOW, Moment
from projections.profile import ballot_profile

POLL = (
    CALL_ELECTION,
    AdoptCountRule(election="labour", rule=ANYTHING_GOES),
    but(DEFINE_CONTEST, count_rule=rule_hash(ANYTHING_GOES), paper_publication="profile"),
    but(CLOSE_POLL, effective=None),
)
MARKS = st.sampled_from(["", ">", "a", "b", "a>b", "b>a>c", "c>b>a", "a=b", "a>>c", "c>a>c", "b>"])
PAPERS = st.lists(st.builds(Alike, count=st.integers(1, 3), marks=MARKS), min_size=1, max_size=6)
BATCHES = st.lists(st.tuples(st.sampled_from(["members", "mps"]), PAPERS), max_size=3)
NAMES = st.lists(st.text("ÅåßéΩ漢字ab' -", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=4)


@contextmanager
def office() -> Iterator[Desk]:
    """Open a desk before a new ledger whose clock goes on by a second whenever it is read."""
    seconds = count()
    with TemporaryDirectory() as folder:
        place = SQLitePlace(Path(folder))
        place.make().close()
        with desk_at(place, clock=lambda: f"2024-05-01T12:{(n := next(seconds)) // 60:02d}:{n % 60:02d}Z") as desk:
            yield desk


def read(section: str, papers: Any, serial: str) -> ReadPapers:
    return ReadPapers(contest="leader", section=section, serial=serial, papers=tuple(papers), same_again=True)


def submit(desk: Desk, *commands: Any) -> None:
    for command in commands:
        desk.submit(command, actor="clerk")


def counted(record: Any) -> Counted:
    with closing(open_views(None)) as views:
        return count_contest(record, views, "leader")


def replayed(record: Any) -> tuple[Any, ...]:
    """Give all that a replay of the papers comes to."""
    result = counted(record)
    return (result.profile, result.table, result.digest)


# Erasure


@given(NAMES, BATCHES)
@settings(max_examples=12, deadline=None)
def test_erasing_everybody_changes_nothing_that_is_replayed(
    names: list[str], batches: list[tuple[str, list[Alike]]]
) -> None:
    people = [but(RECORD_PERSON, person=f"p{n}", identity=Identity(name=name)) for n, name in enumerate(names)]
    with office() as desk:
        submit(desk, people[0], *POLL)
        submit(desk, *(read(section, papers, f"s{n}") for n, (section, papers) in enumerate(batches)), *people[1:])
        record = desk.ledger
        assert isinstance(record, Ledger)
        size, sealed = record.seal()
        leaves = [row[4] for row in record.rows.scan()]
        digests = [event.identity for _, event in record.scan() if event.type == "person-recorded.v1"]  # type: ignore[attr-defined]
        before = replayed(record)
        assert [desk.vault.read(digest, "identity")["name"] for digest in digests] == [names[0], *names[1:]]

        submit(desk, *(OrderErasure(person=person.person, basis="retention-over") for person in people))

        assert [desk.vault.read(digest, "identity") for digest in digests] == [None] * len(names)
        assert record.seal()[0] == size + 2 * len(names)
        assert record.tiles().root(size) == root([leaf_hash(leaf) for leaf in leaves]) == sealed
        assert [row[4] for row in record.rows.scan(0, size)] == leaves
        assert replayed(record) == before
        assert [position for position, _ in record.reread()] == list(range(size + 2 * len(names)))


# Pages and moments


@dataclass(frozen=True)
class Prefix:
    """A ledger as it was when it had so many events."""

    ledger_id: str
    events: tuple[tuple[int, Event], ...]

    def reread(self, start: int = 0) -> Iterator[tuple[int, Event]]:
        return iter(self.events[start:])

    def cut(self, size: int) -> Prefix:
        return Prefix(self.ledger_id, self.events[:size])


@pytest.fixture(scope="module")
def rich() -> Prefix:
    """Sixty events: batches of both sections, one after the other, the last of them still open."""
    chance = random.Random(2010)
    kinds = ["", "a", "b", "a>b", "b>a>c", "c>b>a", "a=b", "a>>c"]
    with office() as desk, patch.object(ledger.desk, "PAGE_ROWS", 4):
        submit(desk, *POLL)
        for number in range(4):
            papers = [Alike(count=chance.randint(1, 3), marks=kind) for kind in chance.sample(kinds, 5)]
            submit(desk, read(chance.choice(["members", "mps"]), papers, f"s{number}"))
            submit(desk, but(RECORD_PERSON, person=f"p{number}"))
        cut_off = read("mps", [Alike(count=9, marks="a")], "cut-off")
        with pytest.raises(KeyboardInterrupt):
            desk.submit(cut_off, actor="clerk", progress=stop)
        return Prefix(desk.ledger.ledger_id, tuple(desk.ledger.reread()))


def stop(done: int, _total: int) -> None:
    if done > 4:
        raise KeyboardInterrupt


def tables(views: Views) -> dict[str, list[Any]]:
    """Give every row of every view."""
    names = views.database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'tracking'")
    return {name: sorted(views.database.execute(f"SELECT * FROM {name}")) for (name,) in names.fetchall()}


def rebuilt(record: Any, moment: Moment = NOW) -> dict[str, list[Any]]:
    with closing(open_views(None)) as views:
        views.catch_up(record, moment)
        return tables(views)


@given(cuts=st.lists(st.integers(0, 80)), page=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
@example(cuts=[5, 6, 7, 8], page=1)
def test_kept_views_equal_a_rebuild_wherever_the_reading_was_cut(rich: Prefix, cuts: list[int], page: int) -> None:
    expected = rebuilt(rich)
    assert len(expected["batch"]) == 5
    with closing(open_views(None)) as views, patch.object(projections.catch_up, "PAGE_EVENTS", page):
        for cut in sorted(min(cut, len(rich.events)) for cut in cuts):
            assert views.catch_up(rich.cut(cut)) == cut  # type: ignore[arg-type]
            assert tables(views) == rebuilt(rich.cut(cut))
        views.catch_up(rich)  # type: ignore[arg-type]
        assert tables(views) == expected


@given(position=st.integers(-1, 80), page=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_a_moment_by_position_is_a_fold_of_the_events_up_to_it(rich: Prefix, position: int, page: int) -> None:
    with patch.object(projections.catch_up, "PAGE_EVENTS", page):
        assert rebuilt(rich, Moment(known_at_position=position)) == rebuilt(rich.cut(position + 1))


@given(data=st.data(), page=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_a_moment_by_time_is_a_fold_of_what_was_recorded_and_took_effect_by_then(
    rich: Prefix, data: st.DataObject, page: int
) -> None:
    times = sorted({time for _, event in rich.events for time in (event.recorded, event.effective)})
    known_at = data.draw(st.sampled_from([None, "1999-01-01T00:00:00Z", *times]))
    as_of = data.draw(st.sampled_from([None, "2999-01-01T00:00:00Z", *times]))
    seen = [
        (position, event)
        for position, event in rich.events
        if (known_at is None or event.recorded <= known_at) and (as_of is None or event.effective <= as_of)
    ]
    assert list(Moment(as_of, known_at).past(rich.events)) == seen
    with closing(open_views(None)) as views:
        views.catch_up(rich.cut(0))  # type: ignore[arg-type]
        for projection in views._projections:
            projection.fold(views.database, seen)
        with patch.object(projections.catch_up, "PAGE_EVENTS", page):
            assert rebuilt(rich, Moment(as_of, known_at)) == tables(views)


def test_a_profile_has_the_papers_of_the_batches_that_are_closed_and_no_others(rich: Prefix) -> None:
    with closing(open_views(None)) as views:
        for size in range(len(rich.events) + 1):
            views.catch_up(rich.cut(size))  # type: ignore[arg-type]
            seen = [event for _, event in rich.events[:size]]
            closed = {event.stream: event.section for event in seen if isinstance(event, BatchClosed)}
            expected: dict[str, Counter[str]] = {}
            for event in seen:
                if isinstance(event, PaperRead) and event.batch in closed:
                    expected.setdefault(closed[event.batch], Counter())[event.marks] += 1
            profile = ballot_profile(views.database, "leader")
            assert profile.papers == expected
            opened = {event.stream for event in seen if isinstance(event, BatchOpened)}
            assert set(profile.open_batches) == opened - closed.keys()
    assert profile.open_batches == ("batch/paper/leader/mps/cut-off",)


# Papers


@given(BATCHES, st.integers(1, 7))
@settings(max_examples=15, deadline=None)
def test_the_papers_that_go_in_are_the_papers_that_come_out(batches: list[tuple[str, list[Alike]]], page: int) -> None:
    expected: dict[str, Counter[str]] = {}
    for section, papers in batches:
        for paper in papers:
            expected.setdefault(section, Counter())[paper.marks] += paper.count
    with office() as desk, patch.object(ledger.desk, "PAGE_ROWS", page):
        submit(desk, *POLL, *(read(section, papers, f"s{n}") for n, (section, papers) in enumerate(batches)))
        assert counted(desk.ledger).profile.papers == expected
        with closing(open_views(None)) as views:
            figures: Figures = LedgerFigures(desk.ledger)
            assert figures.count("leader").digest == counted(desk.ledger).digest
            views.catch_up(desk.ledger)
            assert ballot_profile(views.database, "leader").papers == expected

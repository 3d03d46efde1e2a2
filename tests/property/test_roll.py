"""The folded roll against the events themselves: at any point of both clocks, however pages are cut."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.event import Event
from ledger.streams.entry import Entries, EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.roll.difference import Difference
from projections.roll.entries import PLACES, RollProjection
from projections.roll.reading import NOW, Point, Roll

PEOPLE = tuple(f"{number:024x}" for number in (1, 2**95, 2**95 + 1))
DAYS = tuple(f"2015-08-{day:02}T12:00:00Z" for day in range(1, 6))
UNITS = ("bow", "hackney", None)
BUILD = "build/labour/1"

Live = dict[tuple[str, int], tuple[str, ...]]


def envelope(stream: str, effective: str, version: int = 1, batch: str | None = None) -> dict[str, Any]:
    return {
        "actor": "registrar",
        "batch": batch,
        "blind": "A" * 22,
        "effective": effective,
        "recorded": "2015-09-01T12:00:00Z",
        "stream": stream,
        "version": version,
    }


@st.composite
def rolls(draw: st.DrawFn) -> list[Event]:
    """Entries added at once or in a build, then amended, removed and restored, in any order of their days."""
    events: list[Event] = []
    built = draw(st.lists(st.sampled_from(PEOPLE), unique=True))
    if built:
        common = {"build": 1, "election": "labour"}
        opened = RollBuildOpened(**envelope(BUILD, DAYS[2]), **common, as_of_position=0, franchise="sha256:" + "0" * 64)
        events.append(opened)
        events += [added(person, 1, DAYS[2], draw(st.sampled_from(UNITS)), BUILD) for person in sorted(built)]
        if draw(st.booleans()):
            tallied = {"accepted": len(built), "digest": "sha256:" + "0" * 64, "failed": (), "held": 0}
            more = {"rows": len(built), "sections": ()}
            events.append(RollBuildClosed(**envelope(BUILD, DAYS[2], 2), **common, **tallied, **more))
        else:
            built = []
    held = {(person, 1) for person in built}
    for _ in range(draw(st.integers(0, 12))):
        person, number = draw(st.sampled_from(PEOPLE)), draw(st.integers(1, 2))
        day = draw(st.sampled_from(DAYS))
        if (person, number) not in held:
            if number == 1 and any(isinstance(each, EntryAdded) and each.stream.endswith(person) for each in events):
                continue
            events.append(added(person, number, day, draw(st.sampled_from(UNITS))))
            held.add((person, number))
        else:
            events.append(draw(changes(person, number, day)))
    return events


def added(person: str, number: int, day: str, unit: str | None, batch: str | None = None) -> EntryAdded:
    section = "members" if number == 1 else "affiliates"
    place = {"category": "member", "section": section, "region": "london", "unit": unit}
    stream = f"entry/labour/{person}"
    return EntryAdded(
        **envelope(stream, day, batch=batch),
        **place,
        basis="person/x",
        election="labour",
        number=number,
        source="register",
    )


@st.composite
def changes(draw: st.DrawFn, person: str, number: int, day: str) -> Event:
    common = {**envelope(f"entry/labour/{person}", day, 2), "election": "labour", "number": number, "cause": "clerical"}
    kind = draw(st.sampled_from((EntryAmended, EntryRemoved, EntryRestored)))
    if kind is EntryAmended:
        return EntryAmended(**common, field="unit", new=draw(st.sampled_from(UNITS)))
    return kind(**common)


def folded(events: Sequence[Event], cut: int) -> Roll:
    database = sqlite3.connect(":memory:", isolation_level=None)
    projection = RollProjection()
    for table in projection.tables:
        database.execute(table)
    database.execute("INSERT OR IGNORE INTO roll_election (name) VALUES ('labour')")
    numbered = list(enumerate(events))
    for start in range(0, len(numbered), cut):
        projection.fold(database, numbered[start : start + cut])
    return Roll(database, "labour")


def expected(events: Sequence[Event], point: Point) -> Live:
    """The live entries by the streams' own states: what took effect and was recorded by then, in order."""
    closed = any(isinstance(each, RollBuildClosed) for each in events[: point.known + 1])
    states: dict[str, Entries] = {}
    for event in events[: point.known + 1]:
        if not event.stream.startswith("entry/") or event.effective > point.valid or (event.batch and not closed):
            continue
        state = states.get(event.stream, Entries(event.stream))
        if isinstance(event, EntryAdded) or event.number in state.entries:  # type: ignore[attr-defined]
            states[event.stream] = state.evolve(event)
    return {
        (state.person, entry.number): tuple(getattr(entry, name) or "" for name in PLACES)
        for state in states.values()
        for entry in state.live
    }


@given(events=rolls(), cut=st.integers(1, 8), data=st.data())
def test_says_what_the_events_say(events: list[Event], cut: int, data: st.DataObject) -> None:
    roll = folded(events, cut)
    points = [Point(day, known) for day in (*DAYS, NOW) for known in range(-1, len(events))]
    for point in points:
        live = expected(events, point)
        assert {(each.person, each.number): each.place for each in roll.lines(point)} == live
        assert roll.summary(point, *PLACES) == Counter(live.values())
        assert [(each.person, each.number) for each in roll.page(point, 1)] == sorted(live)[1:]
        assert roll.total(point, {"unit": "bow"}) == len(list(roll.lines(point, {"unit": "bow"})))
        assert sum(map(len, roll.raw(point))) == len(live)
    first, second = data.draw(st.sampled_from(points)), data.draw(st.sampled_from(points))
    found = Difference(roll, first, second)
    before, after = expected(events, first), expected(events, second)
    pairs = {key: (before.get(key), after.get(key)) for key in {*before, *after} if before.get(key) != after.get(key)}
    assert {(each.person, each.number): (each.before, each.after) for each in found.page(0, -1)} == pairs
    assert sum(each.entries for each in found.tallies()) == len(pairs)

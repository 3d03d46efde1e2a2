"""The folded registers against the events themselves: at any point of both clocks, however pages are cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, get_args

from folded_register import changed_members, folded_register
from hypothesis import given
from hypothesis import strategies as st

from ledger.event import Event
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.membership import (
    Change,
    MemberAmended,
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
)
from projections.moment import Moment
from projections.registers.numbers import summarise
from projections.registers.tables import RegisterProjection

REGISTERS = ("members", "union")
DAYS = ("1999-12-31", "2009-12-31", "2010-01-01", "2015-01-31", "2015-08-01", "2015-08-02", "2020-02-20")
BETWEEN = ("1900-01-01", "2009-12-30", "2015-02-28", "2100-01-01")
DIGEST = "sha256:" + "0" * 64
PLACES: dict[str, st.SearchStrategy[Any]] = {
    "category": st.sampled_from(("member", "affiliated")),
    "unit": st.sampled_from(("bow", None)),
    "region": st.sampled_from(("london", None)),
}
LISTED = {
    **PLACES,
    "joined": st.sampled_from((*DAYS, None)),
    "lapsed": st.sampled_from((*DAYS, None, None)),
}


def envelope(stream: str, effective: str, version: int = 1, batch: str | None = None) -> dict[str, Any]:
    return {
        "actor": "registrar",
        "batch": batch,
        "blind": "A" * 22,
        "effective": f"{effective}T12:00:00Z",
        "recorded": "2021-09-01T12:00:00Z",
        "stream": stream,
        "version": version,
    }


@st.composite
def records(draw: st.DrawFn) -> list[Event]:
    """Files of two registers taken in side by side, some to their ends; members changed meanwhile and after."""
    events: list[Event] = []
    files: dict[str, str] = {}  # intake -> the day it took effect
    people: list[str] = []
    for _ in range(draw(st.integers(1, 25))):
        act = draw(st.sampled_from(("open", "register", "register", "close", "amend", "change", "change")))
        if act == "open" or not files:
            stream = f"intake/{draw(st.sampled_from(REGISTERS))}/{len(events):032x}"
            files[stream] = draw(st.sampled_from(DAYS))
            events.append(BatchReceived(**envelope(stream, files[stream]), **file_of(stream)))
            continue
        stream = draw(st.sampled_from(sorted(files)))
        if act == "close":
            tallied: dict[str, Any] = {"accepted": 0, "digest": DIGEST, "held": 0, "rejected": ()}
            events.append(BatchReconciled(**envelope(stream, files.pop(stream), 2), **file_of(stream), **tallied))
        elif act == "register" or not people:
            people.append(f"person/{len(people):024x}")
            events.append(listed(draw, MemberRegistered, envelope(people[-1], files[stream], batch=stream)))
        elif act == "amend":
            person = draw(st.sampled_from(people))
            events.append(listed(draw, MemberAmended, envelope(person, files[stream], 2, batch=stream)))
        else:
            events.append(draw(changes(draw(st.sampled_from(people)))))
    return events


def file_of(stream: str) -> dict[str, Any]:
    _, register, file = stream.split("/")
    return {"file": file, "register_id": register, "rows": 1}


def listed(draw: st.DrawFn, kind: type[MemberRegistered | MemberAmended], common: dict[str, Any]) -> Event:
    return kind(**common, **{name: draw(values) for name, values in LISTED.items()}, identity="A" * 43)


@st.composite
def changes(draw: st.DrawFn, person: str) -> Event:
    common = {**envelope(person, draw(st.sampled_from(DAYS)), 2), "on": draw(st.sampled_from(DAYS))}
    kind = draw(
        st.sampled_from((MembershipChanged, MembershipChanged, MemberExpelled, MemberReadmitted, MemberSuspended))
    )
    if kind is MembershipChanged:
        return MembershipChanged(
            **common, change=draw(st.sampled_from(get_args(Change))), unit=draw(st.sampled_from(("poplar", None)))
        )
    if kind is MemberExpelled:
        return MemberExpelled(**common, clause=DIGEST)
    if kind is MemberSuspended:
        return MemberSuspended(**common, clause=DIGEST, voting="keeps")
    return MemberReadmitted(**common)


def viewed(events: Sequence[Event], cut: int) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    projection = RegisterProjection()
    for table in projection.tables:
        database.execute(table)
    numbered = list(enumerate(events))
    for start in range(0, len(numbered), cut):
        projection.fold(database, numbered[start : start + cut])
    return database


@given(events=records(), cut=st.integers(1, 8), data=st.data())
def test_says_what_the_events_say_however_pages_are_cut(events: list[Event], cut: int, data: st.DataObject) -> None:
    database, at_once = viewed(events, cut), viewed(events, len(events))
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        assert rows_of(database, table) == rows_of(at_once, table)
    numbered = list(enumerate(events))
    for known in {len(events) - 1, *data.draw(st.sets(st.integers(-1, len(events) - 1), max_size=3))}:
        for day in (None, *data.draw(st.sets(st.sampled_from((*DAYS, *BETWEEN)), max_size=4))):
            moment = Moment(f"{day}T23:59:59Z" if day else None, known_at_position=known)
            changed = changed_members(numbered, moment)
            for register in REGISTERS:
                due = folded_register(numbered, register, moment, changed)
                assert summarise(database, register, moment.as_of, known) == due


def rows_of(database: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return sorted(database.execute(f"SELECT * FROM {table}"), key=str)

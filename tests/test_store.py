"""The ledger on both stores: the guarded append, its positions and times, its reading, its lock, many writers."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from scenario import ADOPT_RULE, CALL_ELECTION, RECORD_PERSON, RULE, but
from stores import LEDGER_ID, NOON, LedgerPlace, called, desk_at

from ledger.decision import Unchanged
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.leaf import encode
from ledger.storage.recorder import ConflictError, Guard, Head
from ledger.storage.storage_error import LOCK_TRIES
from ledger.storage.store import Ledger
from ledger.streams.person import ErasureOrdered, Identity

WRITERS = 4
COMMANDS_EACH = 50


def ordered(person: str) -> ErasureOrdered:
    return ErasureOrdered(
        actor="clerk", basis="court-order", effective=NOON, recorded=NOON, stream=f"erasure/{person}", version=1
    )


def streams(ledger: Ledger) -> list[tuple[int, str, int]]:
    return [(position, event.stream, event.version) for position, event in ledger.scan()]


# Making and opening


def test_opens_what_was_made(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called("a"), called("b")])
    with ledger_place.open() as ledger:
        assert (ledger.ledger_id, ledger.head()) == (LEDGER_ID, Head(2, NOON))
        assert streams(ledger) == [(0, "election/a", 1), (1, "election/b", 1)]


def test_refuses_to_make_a_ledger_where_one_is(ledger_place: LedgerPlace) -> None:
    with pytest.raises(RefusedError, match=r"^ledger-exists: "):
        ledger_place.make()


def test_of_several_who_make_a_ledger_at_once_one_does(empty_place: LedgerPlace) -> None:
    start = Barrier(WRITERS)

    def make(_: int) -> str:
        start.wait(timeout=60)
        try:
            empty_place.make().close()
        except RefusedError as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(WRITERS) as makers:
        assert sorted(makers.map(make, range(WRITERS))) == ["ledger-exists"] * (WRITERS - 1) + ["made"]


def test_refuses_to_open_a_ledger_where_none_is(empty_place: LedgerPlace) -> None:
    with pytest.raises(RefusedError, match=r"^no-ledger: "):
        empty_place.open()


def test_refuses_to_open_a_ledger_of_a_newer_format(ledger_place: LedgerPlace) -> None:
    ledger_place.set_format(99)
    with pytest.raises(RefusedError, match=r"^newer-ledger: .* found 99\."):
        ledger_place.open()


def test_refuses_to_open_a_ledger_of_the_draft(ledger_place: LedgerPlace) -> None:
    ledger_place.set_format(1)
    with pytest.raises(RefusedError, match=r"^draft-ledger: .* found 1, an earlier draft\."):
        ledger_place.open()


# The guarded append


def test_refuses_when_a_stream_that_was_read_has_moved_on(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called("a"), called("a", 2)])
        for stale in (0, 1, 3):
            with pytest.raises(ConflictError):
                ledger.append([called("b")], Guard({"election/a": stale}))
        with pytest.raises(ConflictError):
            ledger.append([called("b")], Guard({"election/a": 2, "election/none": 1}))
        assert ledger.append([called("b")], Guard({"election/a": 2, "election/none": 0})).position == 2


@pytest.mark.parametrize(
    ("unchanged", "conflicts"),
    [
        (Unchanged(0, ("election-called.v1",), ("election/b",)), True),
        (Unchanged(0, ("batch-closed.v1", "election-called.v1"), ("paper/", "election/")), True),
        (Unchanged(1, ("election-called.v1",), ("election/b",)), False),
        (Unchanged(0, ("erasure-ordered.v1",), ("election/b",)), False),
        (Unchanged(0, ("election-called.v1",), ("election/c", "paper/")), False),
        (Unchanged(0, ("election-called.v1",), ("election/b_", "election/%", "lection/b")), False),
    ],
)
def test_refuses_when_what_figures_were_taken_from_has_changed(
    ledger_place: LedgerPlace, unchanged: Unchanged, conflicts: bool
) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called("a")])
        ledger.append([called("bee")])
        if conflicts:
            with pytest.raises(ConflictError):
                ledger.append([ordered("p")], Guard(unchanged=(unchanged,)))
        else:
            ledger.append([ordered("p")], Guard(unchanged=(unchanged,)))
        assert ledger.head().size == 2 + (not conflicts)


def test_refuses_a_version_twice_and_writes_nothing_of_that_append(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called("a")])
        with pytest.raises(ConflictError):
            ledger.append([called("b"), called("a"), called("c")], Guard(command=("c1", b"digest")))
        assert streams(ledger) == [(0, "election/a", 1)]
        assert (ledger.head(), ledger.known_command("c1")) == (Head(1, NOON), None)


def test_enters_a_command_once(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called("a")])
        ledger.append([called("b"), called("c")], Guard(command=("c1", b"\x00\xff")))
        with pytest.raises(ConflictError):
            ledger.append([called("d")], Guard(command=("c1", b"\x00\xff")))
        assert ledger.known_command("c1") == (b"\x00\xff", 1, 2)
        assert ledger.head().size == 3


def test_positions_have_no_gap_where_appends_were_rolled_back(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        for round_ in range(5):
            ledger.append([called(f"a{round_}"), called(f"b{round_}")])
            with pytest.raises(ConflictError):
                ledger.append([called(f"c{round_}"), called("a0")])
        assert [row[0] for row in ledger.rows.scan()] == list(range(10))


def test_recording_time_never_runs_backwards(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        later, earlier = "2024-05-01T12:00:01Z", "2024-05-01T11:59:59Z"
        assert ledger.append([called("a", recorded=later)]).recorded == later
        assert ledger.append([called("b", recorded=earlier), called("c", recorded=earlier)]).recorded == later
        assert [event.recorded for _, event in ledger.reread()] == [later] * 3
        assert ledger.head().recorded == later


# Reading


def test_scan_gives_what_the_librarys_notification_log_gives(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        for page in range(5):
            ledger.append([called(f"e{page}-{n}") for n in range(4)])
            ledger.append([ordered(f"p{page}")])
        notified: list[Any] = []
        while page := ledger.notification_log.select(start=len(notified), limit=7):
            notified += page
        rows = [(n.id, n.originator_id, n.originator_version, n.topic, n.state) for n in notified]
        assert rows == list(ledger.rows.scan())
        assert len(rows) == 25
        for start, stop in ((0, 0), (3, 9), (20, None), (20, 99), (25, None)):
            assert list(ledger.rows.scan(start, stop)) == rows[start:stop]
        select = ledger.rows.select_notifications
        assert [n.id for n in select(None, 3)] == [0, 1, 2]
        assert [n.id for n in select(3, 9, stop=5, inclusive_of_start=False)] == [4, 5]
        assert [n.id for n in select(0, 3, topics=["erasure-ordered.v1"])] == [4, 9, 14]
        assert ledger.recorder.max_notification_id() == 24


def test_the_librarys_event_store_reads_the_same_events(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        events = [called("a", version) for version in range(1, 13)]
        ledger.append([called("b"), *events])
        assert list(ledger.events.get("election/a")) == events
        assert ledger.stream("election/a") == list(enumerate(events, 1))
        assert list(ledger.events.get("election/none")) == ledger.stream("election/none") == []


def test_what_the_library_inserts_goes_through_the_same_door(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        stored = [StoredEvent(e.stream, e.version, e.type, encode(e)) for e in (called("a"), called("b"))]
        assert list(ledger.recorder.insert_events(stored) or ()) == [0, 1]
        with pytest.raises(ConflictError):
            ledger.recorder.insert_events(stored[:1])
        assert ledger.append([called("c")]).position == 2


def test_scan_reads_one_state_of_the_ledger_while_others_write(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called(f"e{n}") for n in range(10)])
        rows = ledger.rows.scan()
        seen = [next(rows)]
        ledger.append([called("later")])
        seen += rows
        assert len(seen) == 10
        next(abandoned := ledger.rows.scan())
        abandoned.close()  # type: ignore[attr-defined]
        assert len(list(ledger.rows.scan())) == 11


def test_tiles_are_kept_with_the_size_they_cover(ledger_place: LedgerPlace) -> None:
    with ledger_place.open() as ledger:
        ledger.append([called(f"e{n}") for n in range(300)])
        assert ledger.seal() == ledger.root()
        ledger.append([called("one-more")])
    with ledger_place.open() as ledger:
        assert ledger.tiles().size == 300
        assert ledger.seal() == ledger.root()
        assert len(list(ledger.reread())) == 301


# The lock, and many writers


def test_waits_for_the_lock_a_bounded_number_of_times(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger_place.open_impatiently() as ledger:
        tries: list[Sequence[Any]] = []
        append_rows = ledger.rows.append_rows

        def counted(rows: Sequence[Any], recorded: str, guard: Guard) -> int:
            tries.append(rows)
            return append_rows(rows, recorded, guard)

        monkeypatch.setattr(ledger.rows, "append_rows", counted)
        with ledger_place.locked(), pytest.raises(RefusedError, match=r"^busy: "):
            ledger.append([called("a")])
        assert len(tries) == LOCK_TRIES
        assert ledger.append([called("a")]).position == 0


def test_loses_nothing_when_four_processes_append_at_once(ledger_place: LedgerPlace) -> None:
    """Half of the commands are for streams of their own, half for one stream that all contend for."""
    with desk_at(ledger_place) as desk:
        desk.submit(CALL_ELECTION, actor="clerk")
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(WRITERS)
    writers = [spawn.Process(target=write_much, args=(ledger_place, number, start)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=300)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS

    with desk_at(ledger_place) as desk:
        events = [event for _, event in desk.ledger.reread()]
        assert len(events) == desk.ledger.head().size == 1 + WRITERS * COMMANDS_EACH
        assert all(earlier.recorded <= later.recorded for earlier, later in pairwise(events))
        rules = [event.version for event in events if event.stream == "election/labour"]
        assert rules == list(range(1, 2 + WRITERS * COMMANDS_EACH // 2))
        people = [event for event in events if event.type == "person-recorded.v1"]
        assert desk.vault.pending() == []
        names = {desk.vault.read(getattr(event, "identity"), "identity")["name"] for event in people}  # noqa: B009
        assert len(names) == WRITERS * COMMANDS_EACH // 2


def write_much(place: LedgerPlace, writer: int, start: Any) -> None:
    with desk_at(place) as desk:
        start.wait(timeout=120)
        for turn in range(COMMANDS_EACH // 2):
            identity = Identity(name=f"Person {writer} {turn}")
            desk.submit(but(RECORD_PERSON, person=f"p-{writer}-{turn}", identity=identity), actor="clerk")
            adopt_at_last(desk, writer * COMMANDS_EACH // 2 + turn)


def adopt_at_last(desk: Desk, number: int) -> None:
    """Adopt the count rule of a number, however often others come first."""
    choice = ("refuse", "exhaust", "skip")
    changes = {"decimals": number % 10, "gap": choice[number // 10 % 3], "overvote": choice[number // 30 % 3]}
    rule = RULE.model_copy(update=changes | {"blank": ("refuse", "reject")[number // 90]})
    for _ in range(20):
        try:
            desk.submit(but(ADOPT_RULE, rule=rule), actor="clerk", command_id=f"rule-{number}")
            return
        except RefusedError as refused:
            if refused.code != "contention":
                raise
    raise AssertionError(f"rule {number} found no quiet moment")

"""Rows edited, taken out, put in, moved and reordered; the head, the tiles and the file itself; and no false alarms."""

from __future__ import annotations

from itertools import islice

import pytest
from stored import LAST, ROWS, Stored, edited

import ledger.storage.store
from ledger.errors import EvidenceError
from ledger.storage.store import LEDGER_FILE, open_ledger

# Found whether or not the tiles cover the rows


@pytest.mark.parametrize("position", [0, 1, 6, LAST - 1])
def test_a_deleted_row_is_evidence(stored: Stored, position: int) -> None:
    stored.sql("DELETE FROM stored_events WHERE position = ?", position)
    found = stored.reread_finds()
    assert (found.code, found.position) == ("position-gap", position)


@pytest.mark.parametrize("left", [0, 1, 5, LAST])
def test_a_truncated_tail_is_evidence(stored: Stored, left: int) -> None:
    stored.sql("DELETE FROM stored_events WHERE position >= ?", left)
    found = stored.reread_finds()
    assert (found.code, found.position) == ("tail-missing", left)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (3, 10), (9, LAST)])
def test_reordered_rows_are_evidence(stored: Stored, one: int, other: int) -> None:
    stored.move(one, 99)
    stored.move(other, one)
    stored.move(99, other)
    assert stored.reread_finds().position in (one, one + 1)


@pytest.mark.parametrize("position", [-1, -(2**63), LAST + 1, LAST + 2, 2**63 - 1])
def test_a_row_inserted_outside_the_positions_of_the_ledger_is_evidence(stored: Stored, position: int) -> None:
    row = stored.forged(recorded="2999-01-01T00:00:00Z")
    stored.sql("INSERT INTO stored_events VALUES (?,?,?,?,?)", position, *row)
    stored.reread_finds()
    found = stored.stream_finds("election/forged")
    assert (found.code, found.position) == ("tail-unlisted", position)


def test_a_row_inserted_between_others_with_an_earlier_time_is_evidence(stored: Stored) -> None:
    stored.put_in(5, stored.forged(recorded="2024-05-01T11:00:00Z"))
    assert stored.reread_finds().position == 5


def test_a_row_moved_to_another_stream_is_evidence(stored: Stored) -> None:
    stored.write(3, originator_id="contest/other", originator_version=1)
    assert stored.reread_finds().position == 3
    assert stored.stream_finds("contest/other").code == "row-mismatch"


def test_a_row_copied_to_another_stream_is_evidence(stored: Stored) -> None:
    position, _, leaf = stored.first("poll-closed.v1")
    stored.put_in(position + 1, ("contest/other", 2, "poll-closed.v1", leaf))
    assert stored.reread_finds().position == position + 1


def test_a_stream_without_one_of_its_versions_is_evidence(stored: Stored) -> None:
    stored.take_out(2)
    found = stored.stream_finds("contest/leader")
    assert (found.code, found.position) == ("version-gap", 2)


@pytest.mark.parametrize(("position", "time", "found_at"), [(9, "2024-05-01T11:59:59Z", 9), (3, "2024-05-02", 4)])
def test_time_that_runs_backwards_is_evidence(stored: Stored, position: int, time: str, found_at: int) -> None:
    (leaf,) = stored.sql("SELECT state FROM stored_events WHERE position = ?", position)[0]
    stored.write(position, state=edited(leaf, recorded=time if "T" in time else time + "T00:00:00Z"))
    found = stored.reread_finds()
    assert (found.code, found.position) in (("time-backwards", found_at), ("leaf-changed", position))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE head SET size = size + 1", "tail-missing"),
        ("UPDATE head SET size = size - 1", "tail-unlisted"),
        ("UPDATE head SET size = 0", "tail-unlisted"),
        ("UPDATE head SET recorded = '1999-01-01T00:00:00Z'", "head-changed"),
        ("UPDATE head SET recorded = '9999-01-01T00:00:00Z'", "head-changed"),
        ("UPDATE head SET recorded = ''", "head-changed"),
        ("UPDATE head SET size = 'many'", "head-malformed"),
        ("DELETE FROM head", "head-missing"),
    ],
)
def test_a_head_that_says_otherwise_is_evidence(stored: Stored, statement: str, code: str) -> None:
    stored.sql(statement)
    assert stored.reread_finds().code == code


def test_views_that_have_read_more_than_there_is_are_evidence(stored: Stored) -> None:
    stored.sql("DELETE FROM stored_events WHERE position >= 10")
    stored.sql("UPDATE head SET size = 10")
    stored.sql("DELETE FROM meta WHERE name = 'sealed'")
    with pytest.raises(EvidenceError, match=r"^tail-missing: .* expected 14 events, found 10\."):
        stored.reread(14)


def test_a_ledger_without_its_id_is_evidence(stored: Stored) -> None:
    stored.sql("DELETE FROM meta WHERE name = 'ledger'")
    with open_ledger(stored.folder) as ledger, pytest.raises(EvidenceError, match=r"^ledger-id-missing: "):
        ledger.ledger_id  # noqa: B018


@pytest.mark.parametrize("table", ["stored_events", "head", "meta"])
def test_a_database_without_one_of_its_tables_is_evidence(stored: Stored, table: str) -> None:
    stored.sql(f"DROP TABLE {table}")
    assert stored.reread_finds().code == "storage-damaged"


def test_a_damaged_page_of_the_file_is_evidence_or_changes_nothing_that_is_read(stored: Stored) -> None:
    path = stored.folder / LEDGER_FILE
    sound = path.read_bytes()
    size = int.from_bytes(sound[16:18], "big")
    rows = stored.sql(ROWS)
    found = 0
    for start in range(size, len(sound), size):
        path.write_bytes(
            sound[:start] + bytes(255 - byte for byte in sound[start : start + size]) + sound[start + size :]
        )
        try:
            with open_ledger(stored.folder) as ledger:
                assert [position for position, _ in ledger.reread()] == [row[0] for row in rows]
                for stream in {row[1] for row in rows}:
                    ledger.stream(stream)
        except EvidenceError:
            found += 1
    assert found >= 3


# No false alarms


def test_rereading_while_others_record_is_clean(stored: Stored) -> None:
    with open_ledger(stored.folder) as ledger:
        events = ledger.reread()
        read = [next(events)]
        stored.record("late")
        read += events
        assert len(read) == LAST + 1
        assert len(list(ledger.reread())) == LAST + 2


def test_rereading_while_others_seal_is_clean(stored: Stored) -> None:
    with open_ledger(stored.folder) as ledger:
        events = ledger.reread()
        stored.record("late")
        stored.seal()
        read = [next(events)]
        stored.record("later")
        stored.seal()
        read += events
        assert len(read) in (LAST + 1, LAST + 2)


def test_two_that_seal_at_once_leave_tiles_that_are_right(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.storage.store, "PAGE_ROWS", 2)
    for number in range(20):
        stored.record(f"late-{number}")
    with open_ledger(stored.folder) as one, open_ledger(stored.folder) as other:
        pages = iter(range(3))

        def meddle(_: int) -> None:
            for page in islice(pages, 1):
                stored.record(f"later-{page}")
                other.seal()

        sealed = one.seal(meddle)
        assert sealed == other.root()
        assert len(list(one.reread())) == sealed[0] == one.head().size

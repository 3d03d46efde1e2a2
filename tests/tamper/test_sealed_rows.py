"""What is found because tiles cover the rows: rows well made but not as they were sealed; and the tiles themselves."""

from __future__ import annotations

import json
import random

import pytest
from scenario import CALL_ELECTION, RECORD_PERSON, but
from stored import LAST, LATER, ROWS, Stored, edited
from stores import SQLitePlace, desk_at

from ledger.seal.checkpoint import Checkpoint, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.storage.store import open_ledger


def test_an_edited_row_is_evidence(sealed: Stored) -> None:
    position, stream, leaf = sealed.first("election-called.v1")
    sealed.write(position, state=edited(leaf, title="Leader 2011"))
    found = sealed.reread_finds()
    assert (found.code, found.position) == ("leaf-changed", position)
    assert stream in found.what


def test_any_edited_byte_of_any_leaf_is_evidence(sealed: Stored) -> None:
    seed = 20100925
    chance = random.Random(seed)
    rows = sealed.sql(ROWS)
    for _ in range(40):
        position, _, _, _, leaf = chance.choice(rows)
        at = chance.randrange(len(leaf))
        spoilt = bytes([*leaf[:at], leaf[at] ^ chance.randint(1, 255), *leaf[at + 1 :]])
        sealed.write(position, state=spoilt)
        assert sealed.reread_finds().position == position, (seed, position, at)
        sealed.write(position, state=leaf)


def test_papers_whose_marks_were_swapped_are_evidence_though_the_tally_is_the_same(sealed: Stored) -> None:
    papers = sealed.sql("SELECT position, state FROM stored_events WHERE topic = 'paper-read.v1'")
    (one, first), (other, second) = next((p, q) for p in papers for q in papers if b'"a>b"' in p[1] and b'"b"' in q[1])
    sealed.write(one, state=edited(first, marks="b"))
    sealed.write(other, state=edited(second, marks="a>b"))
    assert sealed.reread_finds().position == min(one, other)


@pytest.mark.parametrize("position", [0, 6, LAST - 1])
def test_a_deleted_row_over_which_the_others_closed_up_is_evidence(sealed: Stored, position: int) -> None:
    sealed.take_out(position)
    assert sealed.reread_finds().position == position


def test_a_row_inserted_between_others_is_evidence(sealed: Stored) -> None:
    row = sealed.forged(recorded=json.loads(sealed.first("poll-closed.v1")[2])["recorded"])
    sealed.put_in(4, row)
    assert sealed.reread_finds().position == 4


def test_a_row_moved_to_another_stream_with_its_leaf_is_evidence(sealed: Stored) -> None:
    position, _, leaf = sealed.first("poll-closed.v1")
    sealed.write(position, originator_id="contest/other", state=edited(leaf, stream="contest/other"))
    assert sealed.reread_finds().position == position


def test_a_tail_truncated_together_with_the_head_is_evidence(sealed: Stored) -> None:
    sealed.sql("DELETE FROM stored_events WHERE position >= 10")
    sealed.sql("UPDATE head SET size = 10")
    assert sealed.reread_finds().code == "tail-missing"


def test_a_tail_truncated_and_written_anew_is_evidence(sealed: Stored) -> None:
    sealed.sql("DELETE FROM stored_events WHERE position >= 10")
    sealed.sql("UPDATE head SET size = 10")
    with desk_at(SQLitePlace(sealed.folder), clock=lambda: LATER) as desk:
        for person in range(8):
            desk.submit(but(RECORD_PERSON, person=f"other-{person}"), actor="clerk")
        desk.ledger.seal()  # type: ignore[attr-defined]
    found = sealed.reread_finds()
    assert (found.code, found.position) == ("leaf-changed", 10)


def test_a_tail_truncated_together_with_head_and_tiles_is_found_by_the_checkpoint(sealed: Stored) -> None:
    with open_ledger(sealed.folder) as ledger:
        origin, tiles = ledger.origin, ledger.tiles()
        checkpoint = Checkpoint(origin, tiles.size, tiles.root())
    note = checkpoint.body() + "\n" + sign_checkpoint(checkpoint, SignerKey(origin, Kind.NOTE, b"l" * 32))
    assert sealed.verify_finds(note.encode()) == []
    sealed.sql("DELETE FROM stored_events WHERE position >= 10")
    sealed.sql("UPDATE head SET size = 10, recorded = ?", json.loads(sealed.sql(ROWS)[-1][4])["recorded"])
    sealed.sql("DELETE FROM tile")
    sealed.sql("DELETE FROM command WHERE position >= 10")
    sealed.sql("DELETE FROM meta WHERE name = 'sealed'")
    sealed.seal()
    assert sealed.verify_finds(note.encode()) == ["S2:rolled-back:10"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tile SET hashes = zeroblob(length(hashes))",
        "UPDATE tile SET hashes = substr(hashes, 1, 32)",
        "UPDATE tile SET hashes = hashes || zeroblob(32)",
        "UPDATE tile SET hashes = CAST(hex(substr(hashes, 1, 224)) AS TEXT)",
        "UPDATE tile SET hashes = 7",
        "UPDATE tile SET number = 1",
        "DELETE FROM tile",
        "DROP TABLE tile",
        "UPDATE meta SET value = '13' WHERE name = 'sealed'",
        "UPDATE meta SET value = '15' WHERE name = 'sealed'",
        "UPDATE meta SET value = '1000000000000' WHERE name = 'sealed'",
        "UPDATE meta SET value = '-1' WHERE name = 'sealed'",
        "UPDATE meta SET value = '14.0' WHERE name = 'sealed'",
        "UPDATE meta SET value = '014' WHERE name = 'sealed'",
        "UPDATE meta SET value = '1\u0664' WHERE name = 'sealed'",
        "UPDATE meta SET value = '' WHERE name = 'sealed'",
    ],
)
def test_tiles_that_say_otherwise_are_evidence(sealed: Stored, statement: str) -> None:
    sealed.sql(statement)
    sealed.reread_finds()


def test_an_upper_tile_that_says_otherwise_is_evidence_and_is_named(sealed: Stored) -> None:
    with desk_at(SQLitePlace(sealed.folder), clock=lambda: LATER) as desk:
        for number in range(260):
            desk.submit(but(CALL_ELECTION, election=f"e-{number}"), actor="clerk")
    sealed.seal()
    assert len(sealed.reread()) == 274
    sealed.sql("UPDATE tile SET hashes = zeroblob(32) WHERE level = 1")
    found = sealed.reread_finds()
    assert found.code == "tile-changed"
    assert "tile 0 of level 1" in found.what

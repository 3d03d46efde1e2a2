"""The short cut for papers never lets through what strict reading would not, and reads the same from what it lets."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored import Stored

from ledger.errors import EvidenceError
from ledger.field import MARKS_MAX
from ledger.leaf import CANONICAL, Row, decode_strictly, encode
from ledger.storage.paper_form import form_of
from ledger.storage.store import open_ledger
from ledger.streams.paper import PaperRead
from projections.verify import page as pages
from projections.verify.page import read_page

STEM = "paper/leader/members/"
LATER = "2010-09-26T16:00:00Z"
WORDS = st.sampled_from(
    ["a", "a>b", "b=a>>c", "", 'a"', "a>B", "a ", "a\u00e9", "a" * MARKS_MAX, "a" * (MARKS_MAX + 1)]
)
IDS = st.sampled_from(["0" * 16, "00ff00ff00ff00ff", "0" * 15, "0" * 17, "00FF00FF00FF00FF", "g" * 16, '0"' * 8])
BLINDS = st.none() | st.sampled_from(["A" * 22, "_-" * 11, "A" * 21, "A" * 23, "A" * 21 + "="])
OTHERS: dict[str, Any] = {
    "actor": "scrutineer",
    "batch": "batch/paper/leader/members/1",
    "effective": "2010-09-22T16:00:00Z",
    "recorded": "2010-09-25T16:00:00Z",
}


Values = dict[str, Any]


def paper(marks: str, number: str, blind: str | None, **changes: Any) -> Values:
    """The values of a paper, which nobody has judged yet."""
    values = {**OTHERS, "stream": STEM + number, "version": 1, "type": "paper-read.v1", "marks": marks, "blind": blind}
    return {name: value for name, value in (values | changes).items() if value is not None}


def row_of(values: Values, leaf: bytes | None = None) -> Row:
    """The row of a paper, written canonically by somebody else's hand."""
    written = json.dumps(values, **CANONICAL).encode() if leaf is None else leaf
    return Row(7, values["stream"], values["version"], values["type"], written)


def strictly(row: Row) -> PaperRead | None:
    try:
        event = decode_strictly(row)
    except EvidenceError:
        return None
    assert isinstance(event, PaperRead)
    return event


def check(first: PaperRead, row: Row) -> bool:
    """Whether the row fits; if so, it is read strictly too, and says the same."""
    form = form_of(first, encode(first))
    assert form is not None
    found = form.fit(row)
    if found is None:
        return False
    event = strictly(row)
    assert event is not None
    assert (event.marks, event.stream, event.blind) == found
    read = form.read(row)
    assert read == event
    assert read is not None
    assert encode(read) == row.state
    assert event.model_copy(update={"marks": first.marks, "stream": first.stream, "blind": first.blind}) == first
    return True


FIRST = PaperRead.model_validate(paper("a>b", "1" * 16, None))
BLINDED = PaperRead.model_validate(paper("a>b", "1" * 16, "B" * 22))


@given(WORDS, IDS, BLINDS, st.sampled_from([FIRST, BLINDED]))
def test_lets_through_only_what_is_read_strictly_as_the_same(
    marks: str, number: str, blind: str | None, first: PaperRead
) -> None:
    row = row_of(paper(marks, number, blind))
    alike = (blind is None) == (first.blind is None) and re.fullmatch("[0-9a-f]{16}", number) is not None
    assert check(first, row) == (alike and strictly(row) is not None)


@pytest.mark.parametrize("name", ["actor", "batch", "effective", "recorded", "authority", "command", "provenance"])
def test_lets_nothing_through_that_differs_elsewhere(name: str) -> None:
    value = (
        "2010-09-26T16:00:00Z" if name in ("effective", "recorded") else "batch/paper/x/y/2" if name == "batch" else "x"
    )
    assert not check(FIRST, row_of(paper("a", "2" * 16, None, **{name: value})))


@given(st.data())
def test_no_leaf_with_a_byte_changed_is_let_through_unless_it_is_read_strictly(data: st.DataObject) -> None:
    leaf = bytearray(row_of(paper("a>b>c", "2" * 16, "C" * 22)).state)
    at = data.draw(st.integers(0, len(leaf) - 1))
    leaf[at] = data.draw(st.integers(0, 255))
    named = re.search(rb'"stream":"([^"]*)"', leaf)
    stream = named[1].decode("latin-1") if named else STEM
    check(BLINDED, row_of(paper("", "", None, stream=stream), bytes(leaf)))


@pytest.mark.parametrize("change", [{"version": 2}, {"version": "1"}, {"type": "paper-read.v2"}, {"stream": STEM}])
def test_columns_of_a_row_are_judged_too(change: dict[str, Any]) -> None:
    row = row_of(paper("a", "2" * 16, None))
    assert check(FIRST, row)
    columns = {"stream": row.stream, "version": row.version, "type": row.type, **change}
    assert not check(FIRST, Row(7, columns["stream"], columns["version"], columns["type"], row.state))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "UPDATE stored_events SET state = CAST(replace(state, 'a>b', 'b>a') AS BLOB) WHERE position = 6",
        "UPDATE stored_events SET state = CAST(replace(state, ',', ', ') AS BLOB) WHERE position = 6",
        "UPDATE stored_events SET originator_version = 2 WHERE position = 6",
        "UPDATE stored_events SET state = (SELECT state FROM stored_events WHERE position = 5) WHERE position = 6",
        "UPDATE stored_events SET state = x'ff' WHERE position = 6",
        "DELETE FROM stored_events WHERE position = 6",
    ],
)
def test_a_page_is_the_same_by_either_way(stored: Stored, statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored.sql(statement)
    with open_ledger(stored.folder) as ledger:
        short = read_page(ledger, 0, 100)
        assert sum(papers.marks.total() for papers in short.papers.values()) >= 2
        monkeypatch.setattr(pages, "form_of", lambda *_: None)
        long = read_page(ledger, 0, 100)
    short.form = long.form = None
    assert short == long

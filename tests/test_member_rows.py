"""Rows read in one go are read as they are cell by cell."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.registers.member_file import parse
from cli.registers.member_mapping import Mapping_, places_in
from cli.registers.member_rows import CODES, RowReader
from ledger.batches.intake import Row

HEADS = ["No", "First", "Last", "Born", "Unit", "Joined", "Lapsed"]
KEY = b"k" * 12
MAPPING = Mapping_.model_validate(
    {
        "key": "No",
        "dates": "%d/%m/%Y",
        "public": {"unit": "Unit", "joined": "Joined", "lapsed": "Lapsed"},
        "private": {"name": ["First", "Last"], "born": "Born", "number": "No"},
        "set": {"category": "member"},
    }
)
NAMES = st.sampled_from(["Ada", "", " Ada", "Ada ", "a@example.org", 'A "B"', "A\\B", "Zoë", "A, B", "x" * 300, "A %s"])
DAYS = st.sampled_from(["", "02/01/2010", "03/01/2010", "2010-01-02", "40180", " 02/01/2010"])
UNITS = st.sampled_from(["", "Bow East", "!!", " Bow East"])


def reader() -> RowReader:
    return RowReader(MAPPING, places_in(MAPPING, HEADS, "line 1"))


def read(by: RowReader, cells: list[str]) -> Row:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    text = line.getvalue()
    return by.row(KEY, 2, text.encode(), text, parse([text])[0])


def warm() -> RowReader:
    """A reader that has seen every place and day of these tests."""
    made = reader()
    for unit in ("Bow East", ""):
        for joined in ("", "02/01/2010", "03/01/2010"):
            for lapsed in ("", "02/01/2010", "03/01/2010"):
                read(made, ["1", "Ada", "A", joined, unit, joined, lapsed])
    return made


WARM = warm()


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES, DAYS, UNITS, DAYS, DAYS)
def test_a_row_says_the_same_whatever_was_read_before(
    first: str, last: str, born: str, unit: str, joined: str, lapsed: str
) -> None:
    cells = ["1", first, last, born, unit, joined, lapsed]
    found = read(WARM, cells)
    assert found == read(reader(), cells)
    assert found.code == "" or found.code in CODES


@pytest.mark.parametrize("name", ["a@example.org", ""])
def test_a_row_whose_place_was_seen_before_is_looked_at_too(name: str) -> None:
    assert read(WARM, ["1", name, "", "02/01/2010", "Bow East", "02/01/2010", ""]).code in ("email-as-name", "no-name")


def test_says_who_it_is_in_canonical_json() -> None:
    row = read(WARM, ["1", "Ada", "Ambleth", "03/01/2010", "Bow East", "02/01/2010", ""])
    assert row.identity == '{"born":"2010-01-03","name":"Ada Ambleth","number":"1"}'
    assert (row.standing.unit, row.days) == ("bow-east", ("2010-01-02", None))


@pytest.mark.parametrize("cell", ["ned@example.org", "020 7946 0018", "SW1A 1AA"])
def test_no_contact_becomes_a_place(cell: str) -> None:
    for by in (reader(), WARM):
        assert read(by, ["1", "Ada", "A", "02/01/2010", cell, "", ""]).code == "personal-data-in-public-field"

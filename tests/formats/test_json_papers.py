"""The ledger's own JSON of papers."""

from __future__ import annotations

import json

import pytest
from form import NAMES, read, refused

from projections.formats.json_papers import read_json, write_json
from projections.formats.paper_file import Roll

WRITTEN = """{
  "title": "Leader",
  "seats": 2,
  "candidates": [
    {
      "id": "adam",
      "name": "Adam Smith"
    }
  ],
  "papers": [
    {"count": 1, "marks": ""},
    {"count": 2, "marks": "basil>>adam"}
  ]
}
"""


def test_writes_and_reads_everything() -> None:
    papers = {"basil>>adam": 2, "": 1}
    assert write_json(NAMES[:1], papers, seats=2, title="Leader") == WRITTEN
    found = read(read_json, WRITTEN)
    assert found.papers == papers
    assert found.lines == {"": 11, "basil>>adam": 12}
    assert (found.title, found.seats, found.candidates) == ("Leader", 2, NAMES[:1])
    empty = write_json([], {}, seats=None, title="")
    assert json.loads(empty)["papers"] == []
    assert read(read_json, empty).papers == {}
    assert read(read_json, '{"withdrawn": [], "papers": []}').total == 0


def test_a_file_for_other_seats_is_not_of_the_contest() -> None:
    refused(read_json, WRITTEN, "seats-differ", "seats: expected 1,", roll=Roll.of(NAMES, seats=1))
    assert read(read_json, WRITTEN, roll=Roll.of(NAMES, seats=2)).seats == 2


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{}", "file-malformed", "expected a member 'papers', found none"),
        ('{"paper": []}', "file-malformed", "found 'paper' (nearest: papers)"),
        ('{"papers": {}}', "file-malformed", "papers: expected a list"),
        ('{"papers": [{"count": 1}]}', "file-malformed", "papers 1: expected a member 'marks'"),
        ('{"papers": [{"count": 0, "marks": ""}]}', "file-malformed", "line 1, count: expected how many papers"),
        ('{"papers": [{"count": 1.0, "marks": ""}]}', "file-malformed", "expected a whole number as 'count'"),
        ('{"papers": [{"count": true, "marks": ""}]}', "file-malformed", "expected a whole number as 'count'"),
        ('{"papers": [{"count": 1%s, "marks": ""}]}' % ("0" * 30), "file-malformed", "count"),
        ('{"papers": [{"count": 1, "marks": "adm"}]}', "unknown-candidate", "papers 1: expected ids of"),
        ('{"seats": -1, "papers": []}', "file-malformed", "seats: expected a whole number from 0 to 1000"),
        ('{"seats": "2", "papers": []}', "file-malformed", "expected a whole number as 'seats'"),
        ('{"withdrawn": [7], "papers": []}', "file-malformed", "withdrawn: expected ids"),
        ('{"withdrawn": ["adam", "x"], "papers": []}', "withdrawn-in-file", "withdrawn: expected nobody"),
        ('{"candidates": [7], "papers": []}', "file-malformed", "expected an object, found 7"),
        ('{"candidates": [{"id": "x", "name": "X"}], "papers": []}', "unknown-candidate", "found x"),
        ('{"papers": [{"count": 1, "marks": ""},]}', "not-json", "line 1"),
    ],
)
def test_refuses_in_one_line_that_says_where(text: str, code: str, says: str) -> None:
    refused(read_json, text, code, says)

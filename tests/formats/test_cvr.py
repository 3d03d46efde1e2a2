"""Cast vote records of the NIST format: current snapshots, ranks, crosses, indications; and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from form import NAMES, read, refused
from records import CONTEST, paper, position, record, report, selection

from projections.formats.cvr import read_cvr
from projections.formats.paper_file import Roll

A, B = "adam", "basil"


def one(*selections: dict[str, Any]) -> str:
    return report([record(*selections)], NAMES)


@pytest.mark.parametrize("late", [False, True])
def test_groups_the_papers_of_current_snapshots(late: bool) -> None:
    records = [paper("adam>basil"), paper(""), paper("adam>basil"), paper("charlotte>>adam=basil"), paper("adam>adam")]
    found = read(read_cvr, report(records, NAMES, late=late))
    assert found.papers == {"adam>basil": 2, "": 1, "charlotte>>adam=basil": 1, "adam>adam": 1}
    assert (found.title, found.candidates, found.notes) == ("Leader", NAMES, ())
    assert found.lines["adam>basil"] > 1


def test_a_rank_may_be_on_the_selection() -> None:
    text = one(selection(A, position(), Rank=2), selection(B, position(), Rank=1))
    assert read(read_cvr, text).papers == {"basil>adam": 1}


def test_marks_without_ranks_are_crosses() -> None:
    assert read(read_cvr, one(selection(A, position()), selection(B, position()))).papers == {"adam=basil": 1}
    mixed = one(selection(A, position()), selection(B, position(2)))
    refused(read_cvr, mixed, "file-malformed", "CVR 1: expected ranks on all marks of a paper or on none")


def test_a_mark_is_what_is_indicated() -> None:
    text = one(
        selection(A, position(1, HasIndication="no")),
        selection(B, position(2, IsAllocable="no")),
        selection("charlotte", position(3, HasIndication="unknown")),
        selection("donald", position(4, HasIndication="unknown", IsAllocable="no")),
    )
    assert read(read_cvr, text).papers == {">basil>charlotte": 1}
    unclear = one(selection(A, position(1, HasIndication="unknown", IsAllocable="unknown")))
    refused(read_cvr, unclear, "file-malformed", "CVR 1", "Adjudicate the paper first")


def test_records_without_the_contest_are_none_of_its_papers() -> None:
    text = report([paper("adam"), record(contest="other")], NAMES)
    found = read(read_cvr, text)
    assert found.papers == {"adam": 1}
    assert found.notes == ("1 of 2 records are without this contest",)


def test_the_contest_is_chosen_by_id_or_name() -> None:
    text = report([paper("adam")], NAMES)
    assert read(read_cvr, text, contest="Leader") == read(read_cvr, text, contest=CONTEST) == read(read_cvr, text)
    refused(read_cvr, text, "unknown-contest", "'Leadr' (nearest: Leader)", contest="Leadr")
    made = json.loads(text)
    made["Election"][0]["Contest"].append(made["Election"][0]["Contest"][0] | {"@id": "contest-2", "Name": "Deputy"})
    refused(read_cvr, json.dumps(made), "unknown-contest", "expected one contest", "found 2, and none named")
    assert read(read_cvr, json.dumps(made), contest="Deputy").papers == {}


def test_somebody_written_in_is_mapped_or_refused() -> None:
    text = one(selection(A, position(1)), selection(B, position(2, CVRWriteIn={"Text": "Eve"})))
    refused(read_cvr, text, "unknown-candidate", "CVR 1", "'write-in'")
    assert read(read_cvr, text, roll=Roll.of(NAMES, {"write-in": "donald"})).papers == {"adam>donald": 1}


def test_a_selection_may_be_yes_or_no() -> None:
    made = json.loads(report([record(selection("yes", position()))], []))
    made["Election"][0]["Contest"][0]["ContestSelection"] = [
        {"@id": f"cs-{word}", "@type": "CVR.BallotMeasureSelection", "Selection": word} for word in ("yes", "no")
    ]
    assert read(read_cvr, json.dumps(made), roll=Roll.of([("yes", "Yes"), ("no", "No")])).papers == {"yes": 1}


def test_a_candidate_the_contest_does_not_have_is_refused_once_marked() -> None:
    names = [*NAMES[:3], ("eve", "Eve")]
    assert read(read_cvr, report([paper("adam")], names)).candidates[3] == (None, "Eve")
    refused(read_cvr, report([paper("adam>eve")], names), "unknown-candidate", "CVR 1", "'Eve'")


def changed(path: list[str | int], value: Any) -> str:
    """Make a report of one paper with something else at a place in it."""
    made = json.loads(report([paper("adam>basil")], NAMES))
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(made)


SELECTION: list[str | int] = ["CVR", 0, "CVRSnapshot", 1, "CVRContest", 0, "CVRContestSelection", 0]
POSITION = [*SELECTION, "SelectionPosition", 0]
DEFINED: list[str | int] = ["Election", 0, "Contest", 0, "ContestSelection"]


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (["@type"], "CVR.Other", "expected '@type' CVR.CastVoteRecordReport, found 'CVR.Other'"),
        (["@type"], None, "expected a member '@type', found none"),
        (["Version"], "2.0.0", "expected version 1.x of the format, found '2.0.0'"),
        (["Election"], None, "expected a member 'Election'"),
        (["Election"], {}, "expected a list as 'Election', found an object"),
        (["Election", 0], 7, "Election 1: expected an object, found 7"),
        (["CVR"], {}, "CVR: expected a list"),
        (["CVR", 0], [], "CVR 1: expected an object, found a list"),
        (["CVR", 0, "CurrentSnapshotId"], None, "CVR 1: expected a member 'CurrentSnapshotId'"),
        (["CVR", 0, "CurrentSnapshotId"], "s-9", "CVR 1: expected a CVRSnapshot of the current id 's-9'"),
        (["CVR", 0, "CVRSnapshot"], 7, "CVR 1: expected a list as 'CVRSnapshot', found 7"),
        (
            [*SELECTION, "ContestSelectionId"],
            "cs-adm",
            "CVR 1: expected ids of",
        ),
        ([*SELECTION, "SelectionPosition"], None, "CVR 1: expected a member 'SelectionPosition'"),
        ([*POSITION, "HasIndication"], "maybe", "CVR 1: expected HasIndication as one of yes, no, unknown"),
        ([*POSITION, "HasIndication"], None, "CVR 1: expected a member 'HasIndication'"),
        ([*POSITION, "Rank"], 0, "CVR 1: expected a rank from 1 to 10000, found 0"),
        ([*POSITION, "Rank"], -1, "CVR 1: expected a rank from 1 to 10000, found -1"),
        ([*POSITION, "Rank"], 10**9, "CVR 1: expected a rank from 1 to 10000"),
        ([*POSITION, "Rank"], 1.5, "CVR 1: expected a whole number as 'Rank'"),
        ([*POSITION, "Rank"], True, "CVR 1: expected a whole number as 'Rank'"),
        ([*POSITION, "NumberVotes"], 2, "CVR 1: expected one vote for a mark"),
        ([*DEFINED, 0, "CandidateIds"], ["c-adam", "c-basil"], "ContestSelection 1: expected the id of one candidate"),
        ([*DEFINED, 0, "CandidateIds"], [["c-adam"]], "ContestSelection 1: expected the id of one candidate"),
        ([*DEFINED, 0, "CandidateIds"], ["c-eve"], "ContestSelection 1: expected the id of one candidate"),
        ([*DEFINED, 0, "@id"], "cs-basil", "ContestSelection 2: expected an id of its own"),
    ],
)
def test_refuses_what_the_schema_does_not_have(path: list[str | int], value: Any, says: str) -> None:
    refused(read_cvr, changed(path, value), "file-malformed", says)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "empty-file", "expected JSON, found nothing"),
        ("[]", "file-malformed", "line 1: expected a JSON object"),
        ("<?xml version='1.0'?>", "file-malformed", "found XML. Give the file in its JSON form"),
        ("{", "not-json", "an end too soon"),
        ('{"CVR": [', "not-json", "an end too soon"),
        ('{"CVR": [,]}', "not-json", "line 1, CVR 1: expected JSON, found ',]}' at column 10"),
        ('{"a": [1,]}', "not-json", "line 1"),
        ('{"a": 1} x', "not-json", "expected nothing after the object"),
        ('{"a": 1,}', "not-json", "expected a name in quotes"),
        ('{"a": 1, "a": 2}', "not-json", "the name 'a' twice in one object"),
        ('{"CVR": [{"b": 1, "b": 2}]}', "not-json", "line 1, CVR 1: expected JSON, found the name 'b' twice"),
        ('{"a": NaN}', "not-json", "found NaN"),
        ('{"a": ' + "9" * 5000 + "}", "not-json", "a number of too many digits"),
        ('{"CVR": [' + "[" * 200_000, "not-json", "too many brackets inside each other"),
        ('{"a":' * 200_000, "not-json", "too many brackets inside each other"),
        ('{"a": "' + "x" * 65_000_000, "file-malformed", "expected values of at most 64000000 characters"),
        (b'{"a": "\xff"}', "not-utf-8", "line 1: expected UTF-8, found byte 0xff"),
        (b'{"a":\n "\xc3', "not-utf-8", "line 2"),
        ('{"a": "\0"}', "not-json", "line 1"),
        ('{"a": 1}'.encode("utf-16"), "not-utf-8", "found UTF-16"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) else None,
)
def test_refuses_what_is_not_json(text: str | bytes, code: str, says: str) -> None:
    refused(read_cvr, text, code, says)


@pytest.mark.parametrize("size", [1, 3, 100, 100_000])
def test_pieces_cut_anywhere_change_nothing(size: int) -> None:
    data = b"\xef\xbb\xbf" + report([paper("donald>adam"), paper("adam")] * 3, NAMES).encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    roll = Roll.of(NAMES)
    assert read_cvr(iter(pieces), "x", roll) == read_cvr(data, "x", roll)


def test_a_report_for_other_seats_is_not_of_the_contest() -> None:
    made = json.loads(report([paper("adam")], NAMES))
    made["Election"][0]["Contest"][0]["NumberElected"] = 2
    said = "contest contest-1, NumberElected: expected 1, the contest's number of seats, found 2"
    refused(read_cvr, json.dumps(made), "seats-differ", said, roll=Roll.of(NAMES, seats=1))
    assert read(read_cvr, json.dumps(made), roll=Roll.of(NAMES, seats=2)).seats == 2

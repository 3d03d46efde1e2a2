"""PrefLib: the new header and the old, the four kinds, and everything that is refused or cannot be written."""

from __future__ import annotations

import pytest
from form import NAMES, read, refused

from ledger.errors import RefusedError
from projections.formats.preflib import Kind, read_preflib, write_preflib

HEAD = """# FILE NAME: 00002-00000001.{kind}
# TITLE: Leader
# DESCRIPTION: An election
# DATA TYPE: {kind}
# MODIFICATION TYPE: original
# RELATES TO:
# PUBLICATION DATE: 2021-06-22
# NUMBER ALTERNATIVES: 4
# NUMBER VOTERS: {voters}
# NUMBER UNIQUE ORDERS: 2
# ALTERNATIVE NAME 1: Adam Smith
# ALTERNATIVE NAME 2: Basil
# ALTERNATIVE NAME 3: Charlotte
# ALTERNATIVE NAME 4: Donald Ó Dúill
"""
OLD = "4\n1,Adam Smith\n2,Basil\n3,Charlotte\n4,Donald Ó Dúill\n{voters},{voters},2\n"


def new(orders: str, kind: str = "toi", voters: int = 3) -> str:
    return HEAD.format(kind=kind, voters=voters) + orders


def old(orders: str, voters: int = 3) -> str:
    return OLD.format(voters=voters) + orders


def test_reads_the_new_form() -> None:
    found = read(read_preflib, new("2: 3,1,2\n1: 2,{1,4},3\n"))
    assert found.papers == {"charlotte>adam>basil": 2, "basil>adam=donald>charlotte": 1}
    assert found.lines["charlotte>adam>basil"] == 15
    assert (found.title, found.seats, found.candidates) == ("Leader", None, NAMES)
    assert found.notes[0] == "DESCRIPTION: An election"


def test_reads_the_old_form() -> None:
    found = read(read_preflib, old("2,3,1,2\n1,{1,4}\n"), file="ED-1.toi")
    assert found.papers == {"charlotte>adam>basil": 2, "adam=donald": 1}
    assert found.lines["adam=donald"] == 8


def test_the_kind_is_from_the_caller_the_header_or_the_name() -> None:
    tied = new("3: {1,2}\n", kind="soi")
    refused(read_preflib, tied, "file-malformed", "line 15, rank 1: expected one candidate at a rank (soi)")
    assert read(read_preflib, tied, kind="toi").papers == {"adam=basil": 3}
    with pytest.raises(RefusedError, match=r"x\.soc line 7: expected all 4 candidates \(soc\), found 1"):
        read(read_preflib, old("3,1\n"), file="x.soc")
    assert read(read_preflib, old("3,1\n"), file="x.txt").papers == {"adam": 3}


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "empty-file", "papers.txt"),
        (new("2: 1,2\n"), "file-malformed", "papers.txt: expected 3 papers, as the header says, found 2"),
        (new("3: \n"), "file-malformed", "line 15: expected candidates by number"),
        (new("3: 1,,2\n"), "file-malformed", "line 15: expected candidates by number"),
        (new("3: 1,{2\n"), "file-malformed", "line 15: expected candidates by number"),
        (new("3: 1,{2,{3}}\n"), "file-malformed", "line 15"),
        (new("3: {}\n"), "file-malformed", "line 15, rank 1"),
        (new("3: 1,5\n"), "file-malformed", "line 15, rank 2: expected a candidate's number"),
        (new("3: 1,2,1\n"), "file-malformed", "line 15, rank 3: expected each candidate once in an order"),
        (new("3: {1,1}\n"), "file-malformed", "rank 1: expected each candidate once"),
        (new("3: 1,2\n", kind="soc"), "file-malformed", "line 15: expected all 4 candidates (soc), found 2"),
        (new("3: 1,2\n", kind="cat"), "file-malformed", "line 4: expected one of soc, soi, toc, toi, found 'cat'"),
        (new("3,1,2\n"), "file-malformed", "line 15: expected a count, ':' and an order"),
        (new("-3: 1,2\n"), "file-malformed", "line 15, count"),
        (new(f"{10**30}: 1\n"), "file-malformed", "line 15, count"),
        (new(f"{2**53 - 1}: 1\n1: 2\n"), "too-many-papers", "line 16"),
        (new("3: 1\n").replace("# ALTERNATIVE NAME 2: Basil\n", ""), "file-malformed", "found none for 2"),
        (new("3: 1\n").replace("NAME 2", "NAME 3"), "file-malformed", "line 13: expected each alternative named once"),
        (new("3: 1\n").replace("ALTERNATIVES: 4", "ALTERNATIVES: 3"), "file-malformed", "found one for 4"),
        (new("3: 1\n").replace("ALTERNATIVES: 4", "ALTERNATIVES: 99999"), "file-malformed", "line 8, NUMBER"),
        (new("3: 1\n").replace("Basil", "Bazil"), "unknown-candidate", "line 12, candidate 2"),
        (new("3: 1\n").replace("Basil", "Charlotte"), "duplicate-candidate", "line 13, candidate 3"),
        (old("3,1\n").replace("2,Basil", "3,Basil"), "file-malformed", "line 3: expected candidate 2, as 2,NAME"),
        (old("3,1\n").replace("3,3,2", "3,3"), "file-malformed", "line 6: expected three numbers"),
        ("4\n1,Adam Smith\n", "file-malformed", "line 2: expected candidate 2, as 2,NAME, found the end of the file"),
        ("99999\n", "file-malformed", "line 1"),
        (old("2,1\n"), "file-malformed", "expected 3 papers"),
        (new("3: 1\n").encode("latin-1", "replace"), "not-utf-8", "line 14, byte"),
    ],
)
def test_refuses_in_one_line_that_says_where(text: str | bytes, code: str, says: str) -> None:
    refused(read_preflib, text, code, says)


@pytest.mark.parametrize(
    ("marks", "kinds"),
    [
        ("", ()),
        ("adam>>basil", ()),
        ("adam>adam", ()),
        ("adam=basil", ("toi",)),
        ("adam>basil", ("soi", "toi")),
        ("adam>basil=charlotte=donald", ("toc", "toi")),
        ("donald>adam>basil>charlotte", ("soc", "soi", "toc", "toi")),
    ],
)
def test_writes_only_what_a_kind_can_express(marks: str, kinds: tuple[Kind, ...]) -> None:
    for kind in ("soc", "soi", "toc", "toi"):
        if kind in kinds:
            written = write_preflib(NAMES, {marks: 2}, title="T", kind=kind)
            assert read(read_preflib, written).papers == {marks: 2}
        else:
            with pytest.raises(RefusedError, match=f"format-cannot-express: PrefLib {kind}"):
                write_preflib(NAMES, {marks: 2}, title="T", kind=kind)

"""BLT: ballots counted by line, equal ranks, ranks left out, names; and everything that is refused."""

from __future__ import annotations

import pytest
from form import NAMES, ROLL, read, refused

from projections.formats.blt import read_blt, write_blt
from projections.formats.paper_file import Roll

HEAD, TAIL = "4 2\n", '0\n"Adam Smith"\n"Basil"\n"Charlotte"\n"Donald Ó Dúill"\n"Title"\n'


def blt(ballots: str, head: str = HEAD, tail: str = TAIL) -> str:
    return head + ballots + tail


def test_reads_the_example_of_the_algorithms_authors() -> None:
    found = read(read_blt, blt("3 1 3 4 0\n4 1 3 2 0\n2 4 1 3 0\n1 2 0\n2 2 4 3 1 0\n1 3 4 2 0\n"))
    assert (found.title, found.seats, found.total) == ("Title", 2, 13)
    assert found.candidates == NAMES
    assert found.papers["adam>charlotte>donald"] == 3
    assert found.lines["adam>charlotte>donald"] == 2
    assert found.records()[3] == {"count": 1, "marks": "basil"}


@pytest.mark.parametrize(
    ("ballot", "marks"),
    [
        ("1 4 1=3 0", "donald>adam=charlotte"),
        ("1 4 1 = 3 0", "donald>adam=charlotte"),
        ("1 4 - 3 0", "donald>>charlotte"),
        ("1 - - 3 0", ">>charlotte"),
        ("1 4 - 0", "donald"),
        ("1 0", ""),
        ("1 1 1 0", "adam>adam"),
        ("  1\t2  3 0   # a comment 0", "basil>charlotte"),
        ("1 03 0", "charlotte"),
    ],
)
def test_reads_what_is_on_a_ballot(ballot: str, marks: str) -> None:
    assert read(read_blt, blt(ballot + "\n")).papers == {marks: 1}


def test_adds_up_ballots_however_they_are_written() -> None:
    found = read(read_blt, blt("3 1 2 0\n1 1 2 0\n1 1 2 0\n# comment\n\n2 1 2 - 0\n1  1 2 0\n"))
    assert found.papers == {"adam>basil": 8}
    assert found.lines == {"adam>basil": 2}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_line_ends_marks_and_pieces_change_nothing(end: str, mark: bytes, size: int) -> None:
    data = mark + blt("2 1 2 0\n1 3 0\n").replace("\n", end).encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    found = read_blt(iter(pieces), "x", ROLL)
    assert found.papers == {"adam>basil": 2, "charlotte": 1}
    assert found.lines == {"adam>basil": 2, "charlotte": 3}
    assert found.title == "Title"


def test_reads_names_with_parties_quotes_and_comments() -> None:
    tail = '0 # end\n\n"Adam Smith" "Labour"\nBasil # bare\n"Char "Lotte" Bell"\n"D # D"\n"Title" "Source"\n"Note"\n'
    names = [("adam", "Adam Smith"), ("basil", "Basil"), ("charlotte", 'Char "Lotte" Bell'), ("donald", "D # D")]
    found = read(read_blt, blt("1 4 0\n", tail=tail), roll=Roll.of(names))
    assert found.candidates == tuple(names)
    assert found.title == "Title"
    assert found.notes == ("Adam Smith: Labour", "Source", "Note")


def test_candidates_of_one_name_are_told_apart_by_number() -> None:
    names = [("smith-1", "Ann Smith"), ("smith-2", "Ann Smith")]
    text = '2 1\n1 1 0\n2 2 0\n0\n"Ann Smith"\n"Ann  Smith"\n"T"\n'
    refused(read_blt, text, "ambiguous-candidate", "line 5, candidate 1", "smith-1 or smith-2", roll=Roll.of(names))
    found = read(read_blt, text, roll=Roll.of(names, {"1": "smith-2", "2": "smith-1"}))
    assert found.papers == {"smith-2": 1, "smith-1": 2}
    same = Roll.of(names, {"1": "smith-2", "2": "smith-2"})
    refused(read_blt, text, "duplicate-candidate", "line 6, candidate 2", "as is number 1", roll=same)


def test_an_id_that_is_a_number_is_not_a_number_of_the_file() -> None:
    roll = Roll.of([("2", "Ann"), ("1", "Bob")])
    assert read(read_blt, '2 1\n1 1 0\n0\n"Ann"\n"Bob"\n', roll=roll).papers == {"2": 1}


def test_somebody_withdrawn_is_named_and_not_passed_over() -> None:
    said = "papers.txt line 3: expected nobody withdrawn, for papers are recorded as they are marked, found "
    refused(read_blt, blt("#\n-4\n-2 -4\n1 1 0\n"), "withdrawn-in-file", said + "2 'Basil', 4 'Donald Ó Dúill'")
    tail = TAIL.replace("Basil", "Somebody Else")
    refused(read_blt, blt("-2\n1 1 0\n", tail=tail), "withdrawn-in-file", "2 'Somebody Else'. Take the line out if")


@pytest.mark.parametrize("seats", [1, 3])
def test_a_file_for_other_seats_is_not_of_the_contest(seats: int) -> None:
    roll = Roll.of(NAMES, seats=seats)
    said = f"papers.txt line 1, word 2: expected {seats}, the contest's number of seats, found 2"
    refused(read_blt, blt("1 1 0\n"), "seats-differ", said, roll=roll)
    assert read(read_blt, blt("1 1 0\n"), roll=Roll.of(NAMES, seats=2)).seats == 2


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "empty-file", "papers.txt"),
        ("# nothing\n\n", "empty-file", "papers.txt line 2"),
        ("4\n", "file-malformed", "line 1: expected two numbers"),
        ("four 2\n", "file-malformed", "line 1, word 1: expected how many candidates, a whole number from 1 to 10000"),
        ("10001 2\n", "file-malformed", "found '10001'"),
        ("٤ 2\n", "file-malformed", "line 1, word 1"),
        (blt("-5\n"), "file-malformed", "line 2, word 1: expected the number of somebody withdrawn"),
        (blt("-3 1 2 0\n"), "file-malformed", "line 2, word 2"),
        (blt("1 1 0\n-3 1 2 0\n"), "file-malformed", "line 3, word 1: expected how many papers"),
        (blt("0 1 2 0\n"), "file-malformed", "line 2, word 1: expected how many papers"),
        (blt("1.5 1 2 0\n"), "file-malformed", "found '1.5'"),
        (blt("1 1 2\n1 2 0\n"), "file-malformed", "line 2: expected a ballot that ends in 0, found '1 1 2'"),
        (blt("1 1 0\n1 1\n"), "file-malformed", "line 3: expected a ballot that ends in 0"),
        (blt("1 1 0 1 2 0\n"), "file-malformed", "line 2, word 3: expected one ballot on a line"),
        (blt("(id7) 1 2 0\n"), "file-malformed", "found '(id7)'"),
        (blt("1 5 0\n"), "file-malformed", "line 2, word 2: expected a candidate's number, or - for a rank left out"),
        (blt("1 1==2 0\n"), "file-malformed", "line 2, word 2"),
        (blt("1 1 x 0\n"), "file-malformed", "line 2, word 3"),
        (blt(f"{10**30} 1 0\n"), "file-malformed", "line 2, word 1"),
        (blt(f"{'9' * 5000} 1 0\n"), "file-malformed", "line 2, word 1"),
        (blt(f"{2**53 - 1} 1 0\n1 2 0\n"), "too-many-papers", "line 3"),
        (blt("1 1 0\n", tail=TAIL[2:]), "file-malformed", "line 3: expected 0 alone on a line"),
        (blt("1 1 0\n", tail=""), "file-malformed", "line 2: expected 0 alone on a line"),
        (blt("1 1 0\n", tail='0\n"Adam Smith"\n'), "file-malformed", "expected 4 names, one on each line, found 1"),
        (blt("1 1 0\n", tail='0\n"Adam Smith\n'), "file-malformed", "line 4: expected a name or title between quotes"),
        (
            blt("1 1 0\n", tail=TAIL.replace("Basil", "Bazil")),
            "unknown-candidate",
            "line 5, candidate 2: expected names or ids of the contest's candidates, found 'Bazil' (nearest: Basil)",
        ),
        (
            blt("1 1 0\n").encode().replace(b"Basil", b"Bas\xefl"),
            "not-utf-8",
            "line 5, byte 5: expected UTF-8, found byte 0xef",
        ),
        (blt("1 1 \0 0\n"), "not-text", "line 2, character 5"),
        (blt("1 1 0\n").encode("utf-16"), "not-utf-8", "found UTF-16"),
        (blt("1 " + "1 " * 5_000_000 + "0\n"), "line-too-long", "line 2"),
        (blt("1 " + "- " * 30_000 + "1 0\n"), "file-malformed", "line 2: expected a paper of at most 20000"),
    ],
)
def test_refuses_in_one_line_that_says_where(text: str | bytes, code: str, says: str) -> None:
    refused(read_blt, text, code, says)


def test_takes_counts_of_a_million_millions() -> None:
    assert read(read_blt, blt(f"{10**12} 1 0\n{10**12} 1 0\n")).papers == {"adam": 2 * 10**12}


def test_names_the_line_of_a_wrong_ballot_among_many_pages() -> None:
    ballots = ["1 1 2 0\n"] * 200_000
    ballots[150_000] = "1 1 9 0\n"
    refused(read_blt, blt("".join(ballots)), "file-malformed", "line 150002, word 3")


def test_a_kind_met_first_after_the_end_is_no_ballot() -> None:
    tail = TAIL + "1 1 0\n"
    found = read(read_blt, blt("1 2 0\n1 2 0\n", tail=tail))
    assert found.papers == {"basil": 2}
    assert found.notes == ("1 1 0",)


def test_writes_what_the_format_has() -> None:
    papers = {"basil>>donald": 2, "": 1, "charlotte=adam": 3}
    written = write_blt(NAMES, papers, seats=2, title='The "best"')
    assert written == blt("1 0\n2 2 - 4 0\n3 3=1 0\n").replace("Title", "The 'best'")

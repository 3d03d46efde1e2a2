"""CSV of papers: counted, ranks, marks, and RCTab's two; and everything that is refused."""

from __future__ import annotations

import pytest
from form import NAMES, ROLL, Reader, read, refused

from ledger.errors import RefusedError
from projections.formats.csv_papers import (
    read_csv_counted,
    read_csv_marks,
    read_csv_ranks,
    read_rctab,
    write_csv_counted,
    write_csv_ranks,
)
from projections.formats.paper_file import Roll

MARKS_HEAD = "Adam Smith,basil,Charlotte,Donald Ó Dúill\n"
RCTAB_HEAD = "Contest Id,Tabulator Id,Batch Id,Record Id,Precinct,Precinct Portion,Rank 1,Rank 2,Rank 3\n"
READERS = (read_csv_counted, read_csv_ranks, read_csv_marks, read_rctab)


def test_reads_counted_marks() -> None:
    found = read(read_csv_counted, 'count,marks\n3,adam>basil\n1,""\n2,\n4,adam>basil>\n1,"adam"\n')
    assert found.papers == {"adam>basil": 7, "": 3, "adam": 1}
    assert found.lines == {"adam>basil": 2, "": 3, "adam": 6}
    assert read(read_csv_counted, 'Marks\nadam\n""\nadam\nbasil\n').papers == {"adam": 2, "": 1, "basil": 1}
    assert read(read_csv_counted, "marks,count\nadam,2\n").papers == {"adam": 2}


@pytest.mark.parametrize("head", ["1,2,3", "rank 1,Rank 2,rank_3", "3rd,1st,2nd", "Choice-1,Choice-2,Choice-3"])
def test_reads_ranks_by_name_and_id(head: str) -> None:
    rows = "adam,Basil,Charlotte\n" if "3rd" not in head else "Charlotte,adam,Basil\n"
    assert read(read_csv_ranks, f"{head}\n{rows}{rows}").papers == {"adam>basil>charlotte": 2}


def test_reads_ranks_left_out_equal_counted_and_none() -> None:
    text = 'count,1,2,3\n2,adam,,Basil\n1,"Adam Smith=basil",,\n3,,,\n\n1, adam ,adam,\n'
    assert read(read_csv_ranks, text).papers == {"adam>>basil": 2, "adam=basil": 1, "": 3, "adam>adam": 1}


def test_a_name_may_hold_commas_quotes_and_equal_signs() -> None:
    roll = Roll.of([("a", 'Smith, "Al"'), ("b", "B=C")])
    assert read(read_csv_ranks, '1,2\n"Smith, ""Al""",B=C\n', roll=roll).papers == {"a>b": 1}


def test_names_are_compared_in_one_unicode_form() -> None:
    assert read(read_csv_ranks, "1\nDonald O\u0301  Du\u0301ill\n").papers == {"donald": 1}


def test_reads_marks_as_ranks_and_as_crosses() -> None:
    text = MARKS_HEAD + "2,1,,\nx,,X,\n1,0,1,0\n,,,\n3,3,,1\n,,,\n"
    expected = {"basil>adam": 1, "adam=charlotte": 2, "": 2, "donald>>adam=basil": 1}
    found = read(read_csv_marks, text)
    assert found.papers == expected
    assert found.candidates == tuple(
        zip(["adam", "basil", "charlotte", "donald"], MARKS_HEAD.strip().split(","), strict=True)
    )


def test_columns_of_one_name_are_told_apart_by_number() -> None:
    names = [("s1", "Smith"), ("s2", "Smith")]
    refused(read_csv_marks, "Smith,Smith\n1,2\n", "ambiguous-candidate", "line 1, column 1", roll=Roll.of(names))
    roll = Roll.of(names, {"1": "s2", "2": "s1"})
    assert read(read_csv_marks, "Smith,Smith\n1,2\n", roll=roll).papers == {"s2>s1": 1}


def test_reads_what_rctab_writes() -> None:
    text = (
        RCTAB_HEAD
        + "c,1,1,1,North,,Basil,undervote,adam\nc,1,1,2,North,,Basil,undervote,adam\nc,1,1,3,,,undervote,Skipped,\n"
    )
    found = read(read_rctab, text)
    assert found.papers == {"basil>>adam": 2, "": 1}
    assert found.lines == {"basil>>adam": 2, "": 4}


def test_what_an_overvote_of_nobody_named_becomes_is_said_by_the_caller() -> None:
    text = RCTAB_HEAD + "c,1,1,1,North,,overvote,adam,undervote\n"
    refused(read_rctab, text, "overvote", "line 2, column 7 (Rank 1)")
    assert read(read_rctab, text, overvotes="gap").papers == {">adam": 1}
    everybody = {"adam=basil=charlotte=donald>adam": 1}
    assert read(read_rctab, text, overvotes="everybody").papers == everybody
    refused(read_csv_ranks, "1\novervote\n", "unknown-candidate", "'overvote'")


def test_reads_what_rctab_reads() -> None:
    text = "Cast Vote Record," + MARKS_HEAD + "7,2,1,,\n8,2,1,,\n9,,,,\n"
    assert read(read_rctab, text).papers == {"basil>adam": 2, "": 1}
    own = text.replace("Cast Vote Record", "Ward")
    refused(read_rctab, own, "unknown-candidate", "line 1, column 1", "'Ward'")
    assert read(read_rctab, own, first_column=2).papers == {"basil>adam": 2, "": 1}


def test_a_misspelt_column_is_never_passed_over() -> None:
    text = "Cast Vote Record," + MARKS_HEAD.replace("Adam Smith", "Adam Smit") + "7,2,1,,\n"
    refused(read_rctab, text, "unknown-candidate", "column 2", "'Adam Smit' (nearest: Adam Smith)")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_change_nothing(end: str) -> None:
    text = "count,1,2\n2,adam,Basil\n1,Basil,\n"
    assert read(read_csv_ranks, b"\xef\xbb\xbf" + text.replace("\n", end).encode()) == read(read_csv_ranks, text)


@pytest.mark.parametrize(
    ("reader", "text", "code", "says"),
    [
        (read_csv_counted, "", "empty-file", "papers.txt"),
        (read_csv_counted, "\n", "empty-file", "papers.txt line 1"),
        (read_csv_counted, "count,mark\n", "wrong-columns", "line 1, column 2: expected the columns count and marks"),
        (read_csv_counted, "count\n", "wrong-columns", "line 1"),
        (read_csv_counted, "count;marks\n", "wrong-columns", "columns set apart by ';'"),
        (
            read_csv_counted,
            "count,marks\n1,adam>bazil\n",
            "unknown-candidate",
            ("line 2, column marks", "(nearest: basil)"),
        ),
        (read_csv_counted, "count,marks\n1,adam=\n", "unknown-candidate", "no name beside ="),
        (read_csv_counted, "marks\nadam\n\n", "wrong-columns", ("line 3", 'an empty line. Write an empty cell as ""')),
        (read_csv_counted, "count,marks\n0,adam\n", "file-malformed", "line 2, column count"),
        (read_csv_counted, "count,marks\n-1,adam\n", "file-malformed", "found '-1'"),
        (read_csv_counted, f"count,marks\n{10**30},adam\n", "file-malformed", "from 1 to 9007199254740991"),
        (read_csv_counted, f"count,marks\n{2**53 - 1},adam\n1,basil\n", "too-many-papers", "line 3"),
        (
            read_csv_counted,
            "count,marks\n1,adam,\n",
            "wrong-columns",
            "line 2: expected 2 cells, as in the first row, found 3",
        ),
        (read_csv_counted, 'count,marks\n1,"adam\n', "not-csv", ("line 2", "a quote out of place")),
        (read_csv_counted, 'count,marks\n1,"ad"am\n', "not-csv", "line 2"),
        (read_csv_counted, b"count,marks\n1,\xff\n", "not-utf-8", "line 2, byte 3"),
        (read_csv_counted, b"count,marks\n1,\0\n", "not-text", "line 2, character 3"),
        (read_csv_counted, "count,marks\n1," + "x" * 10_000_000 + "\n", "line-too-long", "line 2"),
        (read_csv_ranks, "count\n1\n", "wrong-columns", "line 1: expected ranks from 1 on"),
        (read_csv_ranks, "1,3\n", "wrong-columns", "line 1: expected ranks from 1 on, none left out, found 1, 3"),
        (read_csv_ranks, "1,rank 1\n", "wrong-columns", "line 1, column 2"),
        (read_csv_ranks, "voter,1\n", "wrong-columns", ("line 1, column 1", "found 'voter'")),
        (read_csv_ranks, "count,Count,1\n", "wrong-columns", "one column count"),
        (
            read_csv_ranks,
            "1,2\nadam,Bazil\n",
            "unknown-candidate",
            ("line 2, column 2 (2)", "'Bazil' (nearest: Basil)"),
        ),
        (read_csv_ranks, "1,2\nadam=,\n", "unknown-candidate", "line 2, column 1"),
        (read_csv_ranks, ",".join(map(str, range(1, 20_000))), "wrong-columns", "at most 10100 columns"),
        (read_csv_marks, "adam,Adam Smith\n1,2\n", "duplicate-candidate", "line 1, column 2"),
        (read_csv_marks, "adam,eve\n1,2\n", "unknown-candidate", ("line 1, column 2", "'eve'")),
        (
            read_csv_marks,
            "adam,basil\n1,second\n",
            "file-malformed",
            "line 2, column 2 (basil): expected a rank or a cross",
        ),
        (read_csv_marks, "adam,basil\n1,10001\n", "file-malformed", "from 1 to 10000"),
        (read_csv_marks, "adam,basil\nx,2\n", "file-malformed", "line 2: expected either ranks or crosses"),
        (read_rctab, "Rank 1,Rank 3\n", "wrong-columns", "1, 3"),
    ],
)
def test_refuses_in_one_line_that_says_where(
    reader: Reader, text: str | bytes, code: str, says: str | tuple[str, ...]
) -> None:
    refused(reader, text, code, *([says] if isinstance(says, str) else says))


@pytest.mark.parametrize("reader", READERS)
def test_a_file_of_other_bytes_is_refused(reader: Reader) -> None:
    for data in (b"\x89PNG\r\n\x1a\n" + bytes(200), b"PK\x03\x04", "count,marks\n".encode("utf-16"), b"<html>"):
        with pytest.raises(RefusedError):
            read(reader, data)


def test_writes_counted_marks_and_ranks() -> None:
    papers = {"basil>>adam": 2, "": 1, "charlotte=adam>": 3}
    assert write_csv_counted(papers) == "count,marks\n1,\n2,basil>>adam\n3,charlotte=adam\n"
    assert write_csv_ranks(papers) == "count,rank 1,rank 2,rank 3\n1,,,\n2,basil,,adam\n3,charlotte=adam,,\n"
    assert write_csv_ranks({}) == "count,rank 1\n"
    assert read(read_csv_ranks, write_csv_ranks({"": 2})).papers == {"": 2}


def test_the_roll_refuses_a_mapping_to_nobody() -> None:
    with pytest.raises(RefusedError, match=r"unknown-candidate: what 'Al' stands for: .* found adm .nearest: adam."):
        Roll.of(NAMES, {"Al": "adm"})
    assert read(read_csv_ranks, "1\nAl\n", roll=Roll.of(NAMES, {"Al": "adam"})).papers == {"adam": 1}
    assert read(read_csv_ranks, "1\nBasil\n", roll=Roll.of(NAMES, {"0": "adam"})).papers == {"basil": 1}
    assert ROLL.ids == ("adam", "basil", "charlotte", "donald")

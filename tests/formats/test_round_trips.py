"""Papers out equal papers in, in every format that can express them; and no bytes at all make a reader crash."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from form import NAMES, ROLL, Reader, read, same_marks
from hypothesis import example, given
from hypothesis import strategies as st
from records import paper, report

from ledger.errors import RefusedError
from ledger.rules.marks import faults, ranks
from projections.formats.blt import read_blt, write_blt
from projections.formats.csv_papers import (
    read_csv_counted,
    read_csv_marks,
    read_csv_ranks,
    read_rctab,
    write_csv_counted,
    write_csv_ranks,
)
from projections.formats.cvr import read_cvr
from projections.formats.json_papers import read_json, write_json
from projections.formats.preflib import KINDS, Kind, read_preflib, write_preflib

IDS = [candidate for candidate, _ in NAMES]
RANK = st.lists(st.sampled_from(IDS), max_size=3).map("=".join)
MARKS = st.lists(RANK, max_size=6).map(">".join)
PROFILES = st.dictionaries(MARKS, st.integers(1, 10**12), max_size=8)
FEW = st.dictionaries(MARKS, st.integers(1, 3), max_size=6)
TITLES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20)
READERS: tuple[Reader, ...] = (
    read_blt,
    read_csv_counted,
    read_csv_marks,
    read_csv_ranks,
    read_rctab,
    read_preflib,
    read_cvr,
    read_json,
)


@given(papers=PROFILES, title=TITLES)
@example(papers={"": 1, ">>": 2, ">adam": 1, "adam=adam>": 3}, title='"')
def test_blt(papers: dict[str, int], title: str) -> None:
    found = read(read_blt, write_blt(NAMES, papers, seats=2, title=title))
    assert found.papers == same_marks(papers)
    assert (found.candidates, found.seats) == (NAMES, 2)
    assert found.title == " ".join(title.replace('"', "'").split())


@given(papers=PROFILES, title=TITLES)
def test_json(papers: dict[str, int], title: str) -> None:
    found = read(read_json, write_json(NAMES, papers, seats=2, title=title))
    assert found.papers == same_marks(papers)
    assert (found.title, found.candidates, found.seats) == (title, NAMES, 2)


@given(papers=PROFILES)
@example(papers={"": 5})
def test_counted_csv(papers: dict[str, int]) -> None:
    assert read(read_csv_counted, write_csv_counted(papers)).papers == same_marks(papers)


@given(papers=PROFILES)
@example(papers={"": 5})
def test_csv_of_ranks(papers: dict[str, int]) -> None:
    written = write_csv_ranks(papers)
    assert read(read_csv_ranks, written).papers == same_marks(papers)
    assert read(read_rctab, written).papers == same_marks(papers)


@given(papers=PROFILES, kind=st.sampled_from(KINDS))
def test_preflib_writes_all_or_refuses(papers: dict[str, int], kind: Kind) -> None:
    def fits(marks: str) -> bool:
        written = ranks(marks)
        names = [name for rank in written for name in rank]
        found = faults(marks, IDS) - ({"overvote"} if kind in ("toc", "toi") else set())
        return not found and (kind in ("soi", "toi") or len(names) == len(IDS))

    if all(fits(marks) for marks in papers):
        written = write_preflib(NAMES, papers, title="T", kind=kind)
        assert read(read_preflib, written).papers == same_marks(papers)
    else:
        with pytest.raises(RefusedError, match=r"^format-cannot-express: PrefLib"):
            write_preflib(NAMES, papers, title="T", kind=kind)


def rows(head: list[str], body: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([head, *body])
    return out.getvalue()


@given(papers=FEW, cast=st.booleans())
def test_csv_of_marks_and_rctabs(papers: dict[str, int], cast: bool) -> None:
    once = {marks: count for marks, count in papers.items() if "duplicate" not in faults(marks, IDS)}
    body = []
    for marks, count in once.items():
        at = {name: str(rank) for rank, names in enumerate(ranks(marks), 1) for name in names}
        body += [["7"] * cast + [at.get(candidate, "") for candidate in IDS]] * count
    found = read(read_rctab if cast else read_csv_marks, rows(["Cast Vote Record"] * cast + IDS, body))
    assert same_marks(found.papers, ordered=False) == same_marks(once, ordered=False)


@given(papers=FEW)
def test_rctabs_rows_of_ranks(papers: dict[str, int]) -> None:
    plain = {marks: count for marks, count in papers.items() if "overvote" not in faults(marks, IDS)}
    most = max((len(ranks(marks)) for marks in plain), default=1) or 1
    body, number = [], 0
    for marks, count in plain.items():
        written = [dict(NAMES)[names[0]] if names else "undervote" for names in ranks(marks)]
        for _ in range(count):
            number += 1
            body.append(["c", str(number), *written, *["undervote"] * (most - len(written))])
    head = ["Contest Id", "Record Id", *(f"Rank {rank}" for rank in range(1, most + 1))]
    assert read(read_rctab, rows(head, body)).papers == same_marks(plain)


@given(papers=FEW, late=st.booleans())
def test_cast_vote_records(papers: dict[str, int], late: bool) -> None:
    records = [paper(marks) for marks, count in papers.items() for _ in range(count)]
    found = read(read_cvr, report(records, NAMES, late=late))
    assert same_marks(found.papers, ordered=False) == same_marks(papers, ordered=False)


SEEDS: dict[str, Callable[[], str]] = {
    "blt": lambda: write_blt(NAMES, {"adam>>basil": 2, "basil=donald": 1, "": 3}, seats=1, title="T"),
    "csv": lambda: write_csv_ranks({"adam>>basil": 2, "basil=donald": 1, "": 3}),
    "marks": lambda: "count," + ",".join(IDS) + "\n2,1,,2,x\n1,x,,,\n",
    "rctab": lambda: 'Record Id,Rank 1,Rank 2\n1,"Adam Smith",undervote\n2,overvote,Basil\n',
    "soi": lambda: write_preflib(NAMES, {"adam>basil": 2, "basil=donald": 1}, title="T", kind="toi"),
    "old": lambda: "2\n1,Adam Smith\n2,Basil\n3,3,2\n2,1,2\n1,{1,2}\n",
    "cvr": lambda: report([paper("adam>basil"), paper("")], NAMES),
    "json": lambda: write_json(NAMES, {"adam>>basil": 2}, seats=1, title="T"),
}
SIGNS = [bytes([sign]) for sign in b"0-=,\n\r\0\xff{}[]:#>\\ "]
WORDS = [b"", b'"', b"9" * 40, b"null", b"NaN", b"1e9", b"-1", b"1.5", b"\xef\xbb\xbf", b"\\u", b"true", b'"@type"']
SCRAPS = st.sampled_from([*SIGNS, *WORDS, "٣".encode()])
CUTS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 30), SCRAPS), min_size=1, max_size=5)


@pytest.mark.parametrize("seed", SEEDS)
@given(cuts=CUTS)
def test_a_file_spoilt_anywhere_is_read_or_refused(seed: str, cuts: list[tuple[int, int, bytes]]) -> None:
    data = SEEDS[seed]().encode()
    for at, length, scrap in cuts:
        data = data[: at % (len(data) + 1)] + scrap + data[at % (len(data) + 1) + length :]
    for reader in READERS:
        read_or_refused(reader, data)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in READERS:
        read_or_refused(reader, data)


def read_or_refused(reader: Reader, data: bytes) -> None:
    line = ""
    try:
        found = reader(data, "x", ROLL)
    except RefusedError as error:
        line = str(error)
    assert "\n" not in line
    if not line:
        assert all(count > 0 for count in found.papers.values())
        assert all(name in IDS for marks in found.papers for rank in ranks(marks) for name in rank)

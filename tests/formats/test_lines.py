"""Lines counted by kind: as `splitlines` has them, each kind with the line it came on first, however pages fall."""

from __future__ import annotations

import pytest
from form import ROLL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.formats import lines as module
from projections.formats.json_papers import read_json
from projections.formats.lines import BOM, Lines

ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
TEXTS = st.lists(st.tuples(st.sampled_from([b"", b"a", b"bb", b"a long line", "é".encode()]), ENDS), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, page=st.integers(3, 12), ended=st.booleans(), marked=st.booleans(), piece=st.integers(1, 9))
def test_kinds_and_their_lines(
    monkeypatch: pytest.MonkeyPatch, texts: list[tuple[bytes, bytes]], page: int, ended: bool, marked: bool, piece: int
) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    data = b"".join(text + end for text, end in texts) + (b"" if ended else b"bb")
    plain = [line.decode() for line in data.splitlines()]
    data = BOM * marked + data
    lines = Lines([data[at : at + piece] for at in range(0, len(data), piece)], "x")
    found = {kind.text: (kind.place.line, kind.times) for kind in lines.count()}
    assert found == {text: (plain.index(text) + 1, plain.count(text)) for text in plain}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, page=st.integers(3, 12), before=st.integers(0, 3))
def test_counting_stops_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, texts: list[tuple[bytes, bytes]], page: int, before: int
) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    plain = [text.decode() for text, _ in texts]
    lines = Lines(b"".join(text + b"\n" for text, _ in texts), "x")
    taken = [line.text for line in (lines.take() for _ in range(before)) if line]
    assert taken == plain[:before]
    rest = plain[before:]
    stop = rest.index("bb") if "bb" in rest else len(rest)
    found = {kind.text: kind.times for kind in lines.count(lambda raw: raw == b"bb")}
    assert found == {text: rest[:stop].count(text) for text in rest[:stop]}
    left = []
    while (line := lines.take()) is not None:
        left.append((line.text, line.place.line))
    assert left == [(text, before + stop + at) for at, text in enumerate(rest[stop:], 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_number_cut_in_two_is_one_number(size: int) -> None:
    data = b'{"seats": 12, "papers": [ {"count": 34, "marks": "adam"} ] }'
    found = read_json([data[at : at + size] for at in range(0, len(data), size)], "x", ROLL)
    assert (found.seats, found.papers) == (12, {"adam": 34})

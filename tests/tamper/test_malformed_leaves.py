"""Every malformed form of a leaf, written into a stored row: evidence with its position, whatever was sealed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from stored import LAST, Stored, edited

from ledger.leaf import LEAF_MAX

Spoil = Callable[[bytes], bytes]


def swap(old: str | bytes, new: str | bytes) -> Spoil:
    """Put other bytes in the place of these."""
    before, after = (text.encode() if isinstance(text, str) else text for text in (old, new))

    def spoil(leaf: bytes) -> bytes:
        assert before in leaf
        return leaf.replace(before, after, 1)

    return spoil


def title(new: str | bytes) -> Spoil:
    """Put something after the first word of the title."""
    return swap(b'"title":"Leader', b'"title":"Leader' + (new.encode() if isinstance(new, str) else new))


def number(new: str) -> Spoil:
    return swap('"total":3', f'"total":{new}')


def rewritten(**changes: Any) -> Spoil:
    return lambda leaf: edited(leaf, **changes)


def whole(leaf: bytes) -> Spoil:
    return lambda _: leaf


def too_long(leaf: bytes) -> bytes:
    """Make a leaf that nothing is wrong with but its length."""
    name = "é" * 4_000
    longer = rewritten(candidates=[{"id": f"c{n}", "name": name} for n in range(9)])(leaf)
    assert len(longer) > LEAF_MAX
    return longer


SYNTAX: dict[str, Spoil] = {
    "empty": whole(b""),
    "null": whole(b"null"),
    "a list": whole(b"[]"),
    "a text": whole(b'"leaf"'),
    "cut off": lambda leaf: leaf[:-1],
    "two leaves": lambda leaf: leaf + leaf,
    "byte order mark": lambda leaf: b"\xef\xbb\xbf" + leaf,
    "space before": lambda leaf: b" " + leaf,
    "line feed after": lambda leaf: leaf + b"\n",
    "space after a colon": swap('"actor":', '"actor": '),
    "space after a comma": swap('","', '", "'),
    "comma at the end": swap('"version":1}', '"version":1,}'),
    "comment": swap('"version":1}', '"version":1/**/}'),
    "single quotes": swap('"vacancy"', "'vacancy'"),
    "key twice, first wrong": swap('{"actor"', '{"actor":"impostor","actor"'),
    "key twice, last wrong": swap('"version":1}', '"version":1,"version":2}'),
    "key twice, both the same": swap('"version":1}', '"version":1,"version":1}'),
    "key order": lambda leaf: b"{" + b",".join(reversed(leaf[1:-1].split(b","))) + b"}",
    "key escaped": swap('"actor"', '"\\u0061ctor"'),
    "letter escaped": title("\\u0041"),
    "slash escaped": title("\\/"),
    "non-ASCII letter escaped": title("\\u00e9"),
    "line feed escaped as a number": title("\\u000a"),
    "raw line feed": title("\n"),
    "wrong escape": title("\\x41"),
    "list bomb": whole(b"[" * 60_000),
    "record bomb": whole(b'{"a":' * 12_000),
    "bomb in a field": swap('"title":"Leader', '"title":' + "[" * 30_000 + '"'),
    "balanced bomb in a field": swap('"reason":"vacancy"', '"reason":' + "[" * 30_000 + "]" * 30_000),
}
NUMBERS = {
    name: number(name)
    for name in (
        "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "3.0", "3e0", "30e-1", "-0", "-0.0", "-3", "+3", "03", "0x3",
        str(2**53), str(2**63), str(-(2**53)), '"3"', "true", "null", "[3]", "{}",
    )
} | {"5,000 digits": number("3" * 5_000), "4,000 digits": number("3" * 4_000)}  # fmt: skip
CHARACTERS = {
    f"U+{ord(char):04X}": title(char)
    for char in (
        "\u200b\u200c\u200d\u2060\u2061\u2064\ufeff\u00ad\u180e"  # no width
        "\u034f\u115f\u1160\u17b4\u17b5\u180b\u3164\uffa0"  # letters and marks that show nothing
        "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # bidirectional controls
        "\x7f\x80\x85\u2028\u2029\ufff9\ue000\U000e0001\U0010fffd"  # other controls, private use
    )
} | {
    "control as it stands": title(b"\x01"),
    "control escaped": title("\\u0001"),
    "tab escaped": title("\\t"),
    "NUL escaped": title("\\u0000"),
    "not NFC": title("e\u0301"),
    "not NFC, one character": title("\u212b"),
    "not NFC, order of marks": title("a\u0301\u0323"),
    "lone high surrogate, escaped": title("\\ud800"),
    "lone low surrogate, escaped": title("\\udc00"),
    "surrogates in the wrong order, escaped": title("\\udc00\\ud800"),
    "pair of surrogates, escaped": title("\\ud83d\\ude00"),
    "lone surrogate, raw": title(b"\xed\xa0\x80"),
    "pair of surrogates, raw": title(b"\xed\xa0\xbd\xed\xb8\x80"),
    "invalid UTF-8": title(b"\xff"),
    "UTF-8 cut off": title(b"\xe2\x82"),
    "overlong UTF-8": title(b"\xc0\xaf"),
    "beyond Unicode": title(b"\xf4\x90\x80\x80"),
    "text too long": title("x" * 4_001),
    "text empty": rewritten(title=""),
}
TIMES = (
    "2024-05-01T12:00:00",
    "2024-05-01T12:00:00+00:00",
    "2024-05-01T14:00:00+02:00",
    "2024-05-01T12:00:00-00:00",
    "2024-05-01T12:00:00z",
    "2024-05-01t12:00:00Z",
    "2024-05-01 12:00:00Z",
    "2024-05-01T12:00:00.0Z",
    "2024-05-01T12:00Z",
    "20240501T120000Z",
    "2024-05-01",
    "2016-12-31T23:59:60Z",
    "2024-05-01T24:00:00Z",
    "2024-05-01T12:60:00Z",
    "10000-01-01T00:00:00Z",
    "+10000-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "2024-02-30T12:00:00Z",
    "2023-02-29T12:00:00Z",
    "2024-13-01T12:00:00Z",
    "2024-05-01T12:00:00Z\n",
    " 2024-05-01T12:00:00Z",
    "２０２４-05-01T12:00:00Z",
    "",
)
FIELDS: dict[str, tuple[str, Spoil]] = {
    "unknown field": ("election-called.v1", rewritten(colour="red")),
    "unknown field that looks internal": ("election-called.v1", rewritten(__class__="x")),
    "unknown field within a field": ("contest-defined.v1", rewritten(sections=[{"id": "m", "name": "M", "x": 1}])),
    "missing field": ("election-called.v1", rewritten(title=None)),
    "missing field within a field": ("contest-defined.v1", rewritten(sections=[{"id": "members"}])),
    "missing stream": ("election-called.v1", rewritten(stream=None)),
    "missing version": ("election-called.v1", rewritten(version=None)),
    "missing type": ("election-called.v1", rewritten(type=None)),
    "missing choice of a rule": ("count-rule-adopted.v1", swap('"blank":"refuse",', "")),
    "unknown choice of a rule": ("count-rule-adopted.v1", swap('"blank":"refuse"', '"blank":"accept"')),
    "null where a field is absent": ("election-called.v1", swap('"command"', '"batch":null,"command"')),
    "null in a field": ("election-called.v1", swap('"reason":"vacancy"', '"reason":null')),
    "null within a field": ("figures-published.v1", swap('"section":"all"', '"section":null')),
    "default left out within a field": ("figures-published.v1", swap('"certainty":"sourced",', "")),
    "key twice within a field": ("contest-defined.v1", swap('{"id":"a"', '{"id":"b","id":"a"')),
    "key order within a field": (
        "contest-defined.v1",
        swap('{"id":"a","name":"Abbott"}', '{"name":"Abbott","id":"a"}'),
    ),
    "seats beyond 2^53-1": ("contest-defined.v1", rewritten(seats=2**53)),
    "negative smallest cell": ("contest-defined.v1", rewritten(smallest_cell=-1)),
    "position beyond 2^53-1": ("batch-closed.v1", rewritten(count=2**53)),
    "minus zero": ("figures-published.v1", swap('"decimals":0', '"decimals":-0')),
    "hash in capitals": ("batch-opened.v1", lambda leaf: leaf.replace(b'"sha256:', b'"SHA256:')),
    "marks in capitals": ("paper-read.v1", rewritten(marks="A>B")),
    "id of another alphabet": ("paper-read.v1", rewritten(actor="cler\u043a")),
    "batch of a malformed name": ("paper-read.v1", rewritten(batch="../../etc")),
    "too long": ("contest-defined.v1", too_long),
    "blind on a public leaf": ("election-called.v1", rewritten(blind="A" * 22)),
    "no blind on a restricted leaf": ("person-recorded.v1", rewritten(blind=None)),
    "blind too short": ("person-recorded.v1", rewritten(blind="A" * 21)),
    "private value in the clear": ("person-recorded.v1", rewritten(identity="Ada Lovelace")),
    "private values in the clear": ("person-recorded.v1", rewritten(identity={"value": {"name": "Ada"}})),
}
FORMS: dict[str, tuple[str, Spoil]] = {
    **{f"syntax: {name}": ("election-called.v1", spoil) for name, spoil in SYNTAX.items()},
    **{f"number: {name}": ("batch-opened.v1", spoil) for name, spoil in NUMBERS.items()},
    **{f"text: {name}": ("election-called.v1", spoil) for name, spoil in CHARACTERS.items()},
    **{f"effective: {time!r}": ("poll-closed.v1", rewritten(effective=time)) for time in TIMES},
    **{f"recorded: {time!r}": ("poll-closed.v1", rewritten(recorded=time)) for time in TIMES},
    **{f"field: {name}": form for name, form in FIELDS.items()},
}


@pytest.mark.parametrize("name", FORMS)
def test_a_malformed_leaf_is_evidence(stored: Stored, name: str) -> None:
    kind, spoil = FORMS[name]
    position, stream, leaf = stored.first(kind)
    spoilt = spoil(leaf)
    assert spoilt != leaf
    stored.write(position, state=spoilt)
    found = stored.reread_finds()
    assert (found.position, found.exit_code) == (position, 3)
    assert re.match(rf"[a-z-]+: event {position}\b", str(found))
    assert stored.stream_finds(stream).position == position


ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "another stream": ("poll-closed.v1", {"originator_id": "contest/other"}),
    "another kind of stream": ("poll-closed.v1", {"originator_id": "election/labour/x"}),
    "another version": ("poll-closed.v1", {"originator_version": 9}),
    "version 0": ("election-called.v1", {"originator_version": 0}),
    "another type": ("poll-closed.v1", {"topic": "election-called.v1"}),
    "a type of the same fields": ("batch-closed.v1", {"topic": "batch-opened.v1"}),
    "unknown type": ("poll-closed.v1", {"topic": "poll-opened.v1"}),
    "unknown schema version": ("poll-closed.v1", {"topic": "poll-closed.v2"}),
    "a type that names code": ("poll-closed.v1", {"topic": "os:system"}),
    "type in capitals": ("poll-closed.v1", {"topic": "POLL-CLOSED.V1"}),
    "no type": ("poll-closed.v1", {"topic": ""}),
    "type as bytes": ("poll-closed.v1", {"topic": b"poll-closed.v1"}),
    "version as text": ("poll-closed.v1", {"originator_version": "two"}),
    "version as a fraction": ("poll-closed.v1", {"originator_version": 2.5}),
    "leaf as a number": ("poll-closed.v1", {"state": 17}),
    "leaf as spoilt text": ("poll-closed.v1", {"state": "{}"}),
}


@pytest.mark.parametrize("name", ROWS)
def test_columns_that_disagree_with_their_leaf_are_evidence(stored: Stored, name: str) -> None:
    kind, columns = ROWS[name]
    position, stream, _ = stored.first(kind)
    stored.write(position, **columns)
    assert stored.reread_finds().position == position
    assert stored.stream_finds(columns.get("originator_id", stream)).position == position


@pytest.mark.parametrize("name", ["poll-closed.v2", "poll-opened.v1"])
def test_a_type_unknown_to_row_and_leaf_alike_is_evidence(stored: Stored, name: str) -> None:
    position, stream, leaf = stored.first("poll-closed.v1")
    stored.write(position, topic=name, state=rewritten(type=name)(leaf))
    assert stored.reread_finds().position == position
    found = stored.stream_finds(stream)
    assert (found.code, found.position) == ("unknown-type", position)


def test_a_stream_name_that_is_no_text_is_evidence(stored: Stored) -> None:
    position, _, _ = stored.first("poll-closed.v1")
    stored.sql("UPDATE stored_events SET originator_id = CAST(x'ff' AS TEXT) WHERE position = ?", position)
    stored.reread_finds()


@pytest.mark.parametrize("kind", ["batch-opened.v1", "paper-read.v1", "batch-closed.v1"])
def test_a_blind_on_a_paper_that_is_published_is_evidence(stored: Stored, kind: str) -> None:
    position, _, leaf = stored.first(kind)
    stored.sql("DELETE FROM tile")
    stored.sql("DELETE FROM meta WHERE name = 'sealed'")
    stored.write(position, state=rewritten(blind="A" * 22)(leaf))
    # Only the contest tells, which no leaf alone does: rereading takes it, verification does not.
    assert f"E2:wrong-audience:{position}" in stored.verify_finds()


def test_an_untouched_ledger_and_one_with_an_erasure_are_clean(stored: Stored) -> None:
    assert stored.first("disclosure-erased.v1")[0] == LAST
    for start in range(LAST + 2):
        assert stored.reread(start) == list(range(start, LAST + 1))

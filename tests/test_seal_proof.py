"""Receipts, and the files of a published log: what is proved, and every way in which it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ledger.errors import EvidenceError
from ledger.seal import merkle
from ledger.seal.checkpoint import Checkpoint, cosign, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.policy import Policy
from ledger.seal.proof import HASHES_MAX, HEAD_BYTES_MAX, Proof, check
from ledger.seal.tile_paths import bundle_path, decode_bundle, encode_bundle, tile_path

# The head of the example of https://c2sp.org/tlog-proof, whose signatures are abridged.
EXAMPLE = b"""\
c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

"""

LOG = SignerKey("example.org/log", Kind.NOTE, b"l" * 32)
WITNESS = SignerKey("witness.example/w", Kind.COSIGNATURE, b"w" * 32)
POLICY = Policy.parse(f"log {LOG.verifier.text}\nwitness w {WITNESS.verifier.text}\nquorum w\n".encode())
LEAVES = [f"leaf {number}".encode() for number in range(70)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]
NOW = 1_900_000_000


def receipt(index: int, size: int, extra: bytes = b"") -> Proof:
    checkpoint = Checkpoint(LOG.name, size, merkle.root(HASHES[:size]))
    lines = sign_checkpoint(checkpoint, LOG) + cosign(checkpoint.body(), WITNESS, NOW)
    path = merkle.inclusion_path(index, size, lambda start, end: merkle.root(HASHES[start:end]))
    return Proof(index, tuple(path), (checkpoint.body() + "\n" + lines).encode(), extra)


WRITTEN = receipt(5, 7).write()


def evidence(call: Callable[..., object], *arguments: object, **named: object) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        call(*arguments, **named)
    return caught.value


def test_reads_and_writes_the_example_of_the_specification() -> None:
    proof = Proof.parse(EXAMPLE)
    assert (proof.index, len(proof.path), proof.extra[:17]) == (73894, 5, b"age-v1.2.1-darwin")
    assert proof.note.startswith(b"example.com/fancylog\n109482\n")
    assert proof.write() == EXAMPLE


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 63, 64, 65, 70])
def test_proves_every_leaf_of_a_tree(size: int) -> None:
    for index in range(size):
        proof = Proof.parse(receipt(index, size).write())
        assert proof == receipt(index, size)
        verdict = check(proof, LEAVES[index], POLICY, now=NOW, cosigned_within=60)
        assert verdict.checkpoint == Checkpoint(LOG.name, size, merkle.root(HASHES[:size]))
        assert verdict.witnesses == {"w": NOW}


def test_writes_a_receipt_as_the_specification_shows() -> None:
    head, _, note = WRITTEN.partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    assert len(lines) == 2 + 3
    assert note == receipt(5, 7).note
    assert receipt(5, 7, b"extra data").write() == WRITTEN.replace(b"\nindex", b"\nextra ZXh0cmEgZGF0YQ==\nindex")
    assert receipt(0, 1).write().startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nexample.org/log\n1\n")


def test_finds_another_leaf_place_or_path_wrong() -> None:
    proof = receipt(5, 7)
    assert check(proof, LEAVES[5], POLICY).quorum == "w"
    wrong = [
        (proof, LEAVES[4]),
        (proof, LEAVES[5] + b" "),
        (proof, HASHES[5]),
        (replace(proof, index=4), LEAVES[5]),
        (replace(proof, index=7), LEAVES[5]),
        (replace(proof, index=2**63 - 1), LEAVES[5]),
        (replace(proof, path=proof.path[:-1]), LEAVES[5]),
        (replace(proof, path=(*proof.path, HASHES[0])), LEAVES[5]),
        (replace(proof, path=proof.path[::-1]), LEAVES[5]),
        (replace(proof, path=()), LEAVES[5]),
        (replace(proof, note=receipt(5, 8).note), LEAVES[5]),
    ]
    for changed, leaf in wrong:
        error = evidence(check, changed, leaf, POLICY)
        assert (error.code, error.position) == ("inclusion-wrong", changed.index)


def test_asks_the_policy_before_the_path() -> None:
    proof = receipt(5, 7)
    stranger = Policy.parse(f"log {SignerKey('other', Kind.NOTE, b'o' * 32).verifier.text}\nquorum none\n".encode())
    assert evidence(check, proof, LEAVES[4], stranger).code == "unknown-origin"
    alone = replace(proof, note=b"".join(proof.note.splitlines(keepends=True)[:-1]))
    assert evidence(check, alone, LEAVES[4], POLICY).code == "quorum-not-met"
    assert evidence(check, replace(proof, note=proof.note[:-1]), LEAVES[5], POLICY).code == "note-malformed"
    late = evidence(check, proof, LEAVES[5], POLICY, now=NOW + 61, cosigned_within=60)
    assert late.code == "cosignature-stale"


def test_does_not_mind_what_the_extra_data_say() -> None:
    assert check(receipt(5, 7, b"\0\xff"), LEAVES[5], POLICY).quorum == "w"


HASH = b"gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
MALFORMED = {
    "nothing": b"",
    "no blank line": b"c2sp.org/tlog-proof@v1\nindex 0\n",
    "no blank line and no LF": b"c2sp.org/tlog-proof@v1\nindex 0",
    "a checkpoint only": receipt(0, 1).note,
    "no first line": WRITTEN[WRITTEN.index(b"\n") + 1 :],
    "another version": WRITTEN.replace(b"@v1", b"@v2"),
    "a longer first line": WRITTEN.replace(b"@v1", b"@v1 "),
    "CRLF": WRITTEN.replace(b"\n", b"\r\n"),
    "one CR": WRITTEN.replace(b"index 5", b"index 5\r"),
    "no index": WRITTEN.replace(b"index 5\n", b""),
    "nothing but the first line": b"c2sp.org/tlog-proof@v1\n\n",
    "extra and nothing else": b"c2sp.org/tlog-proof@v1\nextra AAAA\n\n",
    "an empty index": WRITTEN.replace(b"index 5", b"index "),
    "an upper-case index": WRITTEN.replace(b"index 5", b"Index 5"),
    "an index with a leading zero": WRITTEN.replace(b"index 5", b"index 05"),
    "a negative index": WRITTEN.replace(b"index 5", b"index -5"),
    "an index with a space": WRITTEN.replace(b"index 5", b"index  5"),
    "an index of 2**63": WRITTEN.replace(b"index 5", b"index %d" % 2**63),
    "an index of 5,000 digits": WRITTEN.replace(b"index 5", b"index " + b"5" * 5_000),
    "two index lines": WRITTEN.replace(b"index 5\n", b"index 5\nindex 5\n"),
    "empty extra data": WRITTEN.replace(b"index", b"extra \nindex"),
    "extra data after the index": WRITTEN.replace(b"index 5\n", b"index 5\nextra AAAA\n"),
    "extra data twice": WRITTEN.replace(b"index", b"extra AAAA\nextra AAAA\nindex"),
    "extra data without padding": WRITTEN.replace(b"index", b"extra AAA\nindex"),
    "extra data in another script": WRITTEN.replace(b"index", b"extra \xc3\xa9\nindex"),
    "a hash of 31 bytes": WRITTEN.replace(b"index 5\n", b"index 5\n" + b"A" * 40 + b"AA==\n"),
    "an empty hash": WRITTEN.replace(b"index 5\n", b"index 5\n \n"),
    "a hash with a space": WRITTEN.replace(b"index 5\n", b"index 5\n " + HASH),
    "a hash with spare bits set": WRITTEN.replace(b"index 5\n", b"index 5\n" + HASH.replace(b"lQ=", b"lR=")),
    "too many hashes": WRITTEN.replace(b"index 5\n", b"index 5\n" + HASH * HASHES_MAX),
    "too many bytes": WRITTEN.replace(b"index", b"extra " + b"A" * 4 * HEAD_BYTES_MAX + b"\nindex"),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_refuses_malformed_receipts(data: bytes) -> None:
    error = evidence(Proof.parse, data)
    assert error.code == "proof-malformed"
    assert "\n" not in str(error)


def test_takes_as_many_hashes_as_the_limit_says() -> None:
    data = WRITTEN.replace(b"index 5\n", b"index 5\n" + HASH * (HASHES_MAX - 3))
    assert evidence(check, Proof.parse(data), LEAVES[5], POLICY).code == "inclusion-wrong"


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    """Valid bytes with a piece cut out, put in, or changed."""
    at = st.integers(0, len(data))
    piece = st.binary(max_size=4) | st.sampled_from([b"\n", b"\n\n", b"\r\n", b" ", b"=", b"0", b"extra AAAA\n", HASH])
    return st.one_of(
        st.builds(lambda i, j, put: data[:i] + put + data[j:], at, at, piece),
        st.builds(lambda i, put: data[:i] + put + data[i:], at, piece),
        st.builds(lambda i: data[:i] + bytes([data[i % len(data)] ^ 1]) + data[i + 1 :], at),
    )


@given(st.binary(max_size=300) | mutations(WRITTEN))
def test_reads_any_bytes_as_one_receipt_or_says_why_not(data: bytes) -> None:
    try:
        proof = Proof.parse(data)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here
    else:
        assert proof.write() == data


@given(mutations(WRITTEN))
@settings(max_examples=300)
def test_believes_no_receipt_but_those_that_prove_this_leaf_at_this_place(data: bytes) -> None:
    try:
        proof = Proof.parse(data)
        check(proof, LEAVES[5], POLICY)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here
    else:
        assert (proof.index, proof.path) == (5, receipt(5, 7).path)


@pytest.mark.parametrize("piece", [b"\n", b"A\n", HASH, b"A", b"\xff", b"extra AAAA\n", b"index 5\n"])
def test_the_largest_rubbish_is_evidence(piece: bytes) -> None:
    data = WRITTEN.replace(b"index 5\n", b"index 5\n" + piece * (HEAD_BYTES_MAX // len(piece)))
    if piece == b"\n":
        assert evidence(check, Proof.parse(data), LEAVES[5], POLICY).code == "checkpoint-malformed"
    else:
        assert evidence(Proof.parse, data).code == "proof-malformed"


# The files of a published log: ledger/seal/tile_paths.py


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "000"),
        (67, "067"),
        (999, "999"),
        (1_000, "x001/000"),
        (999_999, "x999/999"),
        (1_234_067, "x001/x234/067"),
        (2**55 - 1, "x036/x028/x797/x018/x963/967"),
    ],
)
def test_names_tiles_and_bundles_as_the_specification_does(index: int, path: str) -> None:
    assert tile_path(0, index) == f"tile/0/{path}"
    assert tile_path(63, index, 255) == f"tile/63/{path}.p/255"
    assert bundle_path(index) == f"tile/entries/{path}"
    assert bundle_path(index, 1) == f"tile/entries/{path}.p/1"


@pytest.mark.parametrize(("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_names_no_tile_that_cannot_be(level: int, index: int, width: int) -> None:
    with pytest.raises(ValueError, match="no tile has"):
        tile_path(level, index, width)


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=256))
def test_reads_back_every_bundle(leaves: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(leaves), len(leaves)) == leaves


def test_writes_a_leaf_after_its_length() -> None:
    assert encode_bundle([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"
    largest = b"x" * 65_535
    assert decode_bundle(encode_bundle([largest] * 256)) == [largest] * 256


@pytest.mark.parametrize("leaves", [[], [b""] * 257, [b"x" * 65_536]])
def test_writes_no_bundle_that_could_not_be_read(leaves: list[bytes]) -> None:
    assert evidence(encode_bundle, leaves).code == "bundle-malformed"


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9), st.data())
def test_refuses_bundles_cut_or_prolonged_anywhere(leaves: list[bytes], data: st.DataObject) -> None:
    written = encode_bundle(leaves)
    cut = data.draw(st.integers(0, len(written) - 1))
    error = evidence(decode_bundle, written[:cut], len(leaves))
    assert error.code == "bundle-malformed"
    assert f"cut at byte {cut}" in error.found
    more = data.draw(st.binary(min_size=1, max_size=9))
    assert evidence(decode_bundle, written + more, len(leaves)).code == "bundle-malformed"
    assert evidence(decode_bundle, written, len(leaves) + 1).code == "bundle-malformed"


@given(st.binary(max_size=600), st.integers(1, 256))
def test_reads_any_bytes_as_one_bundle_or_says_why_not(data: bytes, width: int) -> None:
    try:
        leaves = decode_bundle(data, width)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here
    else:
        assert encode_bundle(leaves) == data

"""Signed notes: the specification's own, every malformed form, and what a wrong signature does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ledger.errors import EvidenceError
from ledger.seal.checkpoint import Checkpoint, cosign, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey, VerifierKey, is_name
from ledger.seal.note import (
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    Signature,
    SignedNote,
    parse_note,
    verify_note,
    write_note,
)

# The example of https://c2sp.org/signed-note, "Verifier keys".
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = """\
This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
# Its first example: a blank line in the text. The specification does not say the key.
POEM = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3Zek\
RwNtIc=
"""
# The note of golang.org/x/mod/sumdb/note, note_test.go, with both of its signatures.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
GO = TEXT + "\n" + PETER + ENOCH

LOG = SignerKey("example.org/log", Kind.NOTE, b"l" * 32)
WITNESS = SignerKey("witness.example/w", Kind.COSIGNATURE, b"w" * 32)
BODY = Checkpoint("example.org/log", 7, b"r" * 32).body()
COSIGNED = BODY + "\n" + sign_checkpoint(Checkpoint("example.org/log", 7, b"r" * 32), LOG) + cosign(BODY, WITNESS, 99)

NAMES = st.text(min_size=1, max_size=12).filter(is_name)
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
NOTES = st.builds(
    SignedNote,
    st.lists(LINES, min_size=1, max_size=5).map(lambda lines: "".join(line + "\n" for line in lines)),
    st.lists(
        st.builds(Signature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)),
        min_size=1,
        max_size=SIGNATURES_MAX,
    ).map(tuple),
)


def evidence(call: Callable[..., object], *arguments: object) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        call(*arguments)
    return caught.value


def keys(*texts: str) -> list[VerifierKey]:
    return [VerifierKey.parse(text) for text in texts]


def test_verifies_the_example_of_the_specification() -> None:
    note = parse_note(EXAMPLE.encode())
    assert note.text == "This is an example message.\n"
    assert verify_note(note, keys(EXAMPLE_KEY)) == keys(EXAMPLE_KEY)


def test_parts_text_from_signatures_at_the_last_blank_line() -> None:
    note = parse_note(POEM.encode())
    assert note.text == POEM[: POEM.index("\n— ")]
    assert [(line.name, line.key_id.hex(), len(line.data)) for line in note.signatures] == [
        ("quasimodo.example/salvatore", "367ba04b", 64)
    ]
    assert write_note(note) == POEM.encode()


def test_verifies_the_note_of_go_by_whichever_key_is_known() -> None:
    note = parse_note(GO.encode())
    peter, enoch = keys(PETER_KEY, ENOCH_KEY)
    assert verify_note(note, [peter]) == [peter]
    assert verify_note(note, [enoch]) == [enoch]
    assert verify_note(note, [peter, enoch]) == [peter, enoch]
    assert verify_note(note, [LOG.verifier, peter]) == [peter]


def test_verifies_both_kinds_of_signature() -> None:
    known = [LOG.verifier, WITNESS.verifier]
    assert verify_note(parse_note(COSIGNED.encode()), known) == known


def test_misses_a_signature_where_no_key_is_known() -> None:
    error = evidence(verify_note, parse_note(GO.encode()), [LOG.verifier])
    assert error.code == "signature-missing"
    assert error.expected == f"a signature by 'example.org/log' {LOG.verifier.key_id.hex()}"
    assert error.found == "'PeterNeumann', 'EnochRoot'"
    assert evidence(verify_note, parse_note(GO.encode()), []).code == "signature-missing"


def test_passes_over_lines_that_share_a_name_or_an_id_with_a_known_key_but_not_both() -> None:
    peter = VerifierKey.parse(PETER_KEY)
    same_name = Signature("PeterNeumann", b"abcd", b"bad").line()
    same_id = Signature("PeterPan", peter.key_id, b"bad").line()
    assert verify_note(parse_note((GO + same_name + same_id).encode()), [peter]) == [peter]


@pytest.mark.parametrize("at", [0, 8, 63, 64, 71])
@pytest.mark.parametrize("which", [0, 1])
def test_rejects_the_whole_note_for_one_bad_signature_of_a_known_key(which: int, at: int) -> None:
    note = parse_note(COSIGNED.encode())
    line = note.signatures[which]
    data = bytearray(line.data)
    data[at % len(data)] ^= 1
    lines = list(note.signatures)
    lines[which] = line._replace(data=bytes(data))
    signer = (LOG, WITNESS)[which]
    for changed in (lines, [*lines, line], [line, *lines]):  # a good one beside it excuses nothing
        error = evidence(verify_note, SignedNote(note.text, tuple(changed)), [LOG.verifier, WITNESS.verifier])
        assert error.code == "signature-bad"
        assert f"the signature of '{signer.name}'" in error.expected


@given(st.binary(min_size=1, max_size=120))
def test_rejects_signatures_of_any_length(data: bytes) -> None:
    for signer in (LOG, WITNESS):
        note = SignedNote(BODY, (Signature(signer.name, signer.verifier.key_id, data),))
        assert evidence(verify_note, note, [signer.verifier]).code == ("signature-bad")


def test_rejects_a_signature_of_one_kind_in_the_place_of_the_other() -> None:
    as_witness = SignerKey(LOG.name, Kind.COSIGNATURE, LOG.seed)
    for one, other in ((LOG, as_witness), (as_witness, LOG)):
        line = Signature(one.name, one.verifier.key_id, other.sign(BODY.encode()).rjust(72, b"\0"))
        note = SignedNote(BODY, (line,))
        assert evidence(verify_note, note, [one.verifier]).code == "signature-bad"


def test_rejects_a_changed_text() -> None:
    note = parse_note(GO.replace("answer", "Answer").encode())
    assert evidence(verify_note, note, keys(PETER_KEY)).code == "signature-bad"


MALFORMED = {
    "nothing": b"",
    "a blank line only": b"\n",
    "two blank lines only": b"\n\n",
    "no signatures": TEXT.encode(),
    "no signatures after the blank line": (TEXT + "\n").encode(),
    "no blank line": (TEXT + PETER).encode(),
    "signatures only": PETER.encode(),
    "no last LF": GO[:-1].encode(),
    "CRLF": GO.replace("\n", "\r\n").encode(),
    "one CR": GO.replace("problem,", "problem,\r").encode(),
    "NUL": b"\0" + GO.encode(),
    "a control character": b"\x01" + GO.encode(),
    "a tab": GO.replace("If you", "If\tyou").encode(),
    "a control character in a line": GO.replace("— Peter", "— \x1fPeter").encode(),
    "a blank line at the end": (GO + "\n").encode(),
    "two blank lines at the end": (GO + "\n\n").encode(),
    "a line that is no signature": (GO + "Unexpected line.\n").encode(),
    "a hyphen for the dash": GO.replace("— Peter", "- Peter").encode(),
    "a dash without a space": GO.replace("— Peter", "—Peter").encode(),
    "two spaces": GO.replace("— Peter", "—  Peter").encode(),
    "a space after the signature": GO.replace("nAM=", "nAM= ").encode(),
    "a name with a space": GO.replace("PeterNeumann", "Peter Neumann").encode(),
    "a name with another script's space": GO.replace("PeterNeumann", "Peter\u3000Neumann").encode(),
    "a name with a plus": GO.replace("PeterNeumann", "Peter+Neumann").encode(),
    "no name": GO.replace("PeterNeumann", "").encode(),
    "no signature": (TEXT + "\n— PeterNeumann\n").encode(),
    "an empty signature": (TEXT + "\n— PeterNeumann \n").encode(),
    "a key id only": (TEXT + "\n— PeterNeumann x08gow==\n").encode(),
    "base64 with another letter": GO.replace("x08go/", "x08go_").encode(),
    "base64 without its padding": GO.replace("nAM=", "nAM").encode(),
    "base64 with more padding": GO.replace("nAM=", "nAM==").encode(),
    "base64 with spare bits set": GO.replace("nAM=", "nAN=").encode(),
    "base64 with padding inside": GO.replace("x08g", "x0==").encode(),
    "a byte that is no UTF-8": b"\xff" + GO.encode(),
    "a surrogate": b"\xed\xa0\x80" + GO.encode(),
    "an overlong LF": GO.encode().replace(b"\n\n", b"\n\xc0\x8a"),
    "UTF-16": GO.encode("utf-16"),
    "a byte order of UTF-8 in a line": (TEXT + "\n\ufeff" + PETER).encode(),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_rejects_malformed_notes(data: bytes) -> None:
    error = evidence(parse_note, data)
    assert error.code == "note-malformed"
    assert "\n" not in str(error)


def test_says_what_is_malformed() -> None:
    error = evidence(parse_note, MALFORMED["CRLF"])
    assert str(error) == (
        r"note-malformed: signed note: expected no control character but LF, found '\r' at character 56. "
        "Keep the file and fetch it again."
    )


def test_leaves_it_to_the_reader_of_the_text_that_it_may_hold_blank_lines_and_signature_lines() -> None:
    note = parse_note((TEXT + "\n" + PETER + "\n" + ENOCH).encode())
    assert note.text == TEXT + "\n" + PETER
    assert parse_note(b"\n" + EXAMPLE.encode()).text == "\nThis is an example message.\n"
    assert parse_note(EXAMPLE.replace("\n\n", "\n\n\n").encode()).text == "This is an example message.\n\n"


@pytest.mark.parametrize("count", [1, 16, 17, SIGNATURES_MAX])
def test_takes_many_signatures(count: int) -> None:
    strangers = "".join(Signature(f"w{n}", b"abcd", b"s" * 72).line() for n in range(count - 1))
    note = parse_note((TEXT + "\n" + strangers + PETER).encode())
    assert len(note.signatures) == count
    assert verify_note(note, keys(PETER_KEY)) == keys(PETER_KEY)


def test_refuses_more_signatures_and_larger_notes() -> None:
    error = evidence(parse_note, (TEXT + "\n" + PETER * (SIGNATURES_MAX + 1)).encode())
    assert (error.code, error.found) == ("note-too-large", f"{SIGNATURES_MAX + 1}")
    filler = b"x" * (NOTE_BYTES_MAX - len(GO.encode()))
    assert parse_note(filler + GO.encode()).text.endswith(TEXT)
    assert evidence(parse_note, b"x" + filler + GO.encode()).code == "note-too-large"


def test_has_room_for_the_signatures_of_tomorrow() -> None:
    lines = "".join(Signature(f"w{n}.example", b"abcd", b"s" * 4_900).line() for n in range(SIGNATURES_MAX))
    assert len(parse_note((BODY + "\n" + lines).encode()).signatures) == SIGNATURES_MAX


@given(NOTES)
def test_reads_back_every_note_that_it_writes(note: SignedNote) -> None:
    assert parse_note(write_note(note)) == note


@pytest.mark.parametrize(
    "note",
    [
        SignedNote("no LF", (Signature("a", b"abcd", b"s"),)),
        SignedNote("", (Signature("a", b"abcd", b"s"),)),
        SignedNote("a\r\n", (Signature("a", b"abcd", b"s"),)),
        SignedNote("a\ud800\n", (Signature("a", b"abcd", b"s"),)),
        SignedNote("a\n", ()),
        SignedNote("a\n", (Signature("a b", b"abcd", b"s"),)),
        SignedNote("a\n", (Signature("a", b"abc", b""),)),
        SignedNote("a\n", (Signature("a", b"abcde", b"s"),)),
        SignedNote("a\n", (Signature("a", b"abcd", b"s\n"), Signature("x\n\n— b", b"abcd", b"s"))),
    ],
)
def test_writes_no_note_that_it_would_not_read_as_the_same(note: SignedNote) -> None:
    assert evidence(write_note, note).code == "note-malformed"


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    """Valid bytes with a piece cut out, put in, or put twice."""
    at = st.integers(0, len(data))
    piece = st.binary(max_size=4) | st.sampled_from([b"\n", b"\n\n", b"\r\n", b" ", "— ".encode(), b"=", b"\0"])
    return st.one_of(
        st.builds(lambda i, j, put: data[:i] + put + data[j:], at, at, piece),
        st.builds(lambda i, put: data[:i] + put + data[i:], at, piece),
        st.builds(lambda i: data[:i] + bytes([data[i % len(data)] ^ 1]) + data[i + 1 :], at),
    )


@given(st.binary(max_size=300) | mutations(GO.encode()) | mutations(COSIGNED.encode()))
def test_reads_any_bytes_as_one_note_or_says_why_not(data: bytes) -> None:
    try:
        note = parse_note(data)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here
    else:
        assert write_note(note) == data


@given(mutations(COSIGNED.encode()))
def test_believes_no_text_but_the_one_that_was_signed(data: bytes) -> None:
    try:
        note = parse_note(data)
        verify_note(note, [LOG.verifier, WITNESS.verifier])
    except EvidenceError:
        return
    assert note.text == BODY


@pytest.mark.parametrize("piece", [b"\n", b"\n\n", "— ".encode(), "— a AAAAAAA=\n".encode(), b"A", b"\xff", b"\r"])
def test_the_largest_rubbish_is_evidence(piece: bytes) -> None:
    data = (GO.encode() + piece * NOTE_BYTES_MAX)[:NOTE_BYTES_MAX]
    for rubbish in (data, data[:-1] + b"\n", data[::-1]):
        assert evidence(parse_note, rubbish).code in {"note-malformed", "note-too-large"}

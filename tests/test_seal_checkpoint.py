"""Checkpoints: the three lines, the signatures over them, and everything that is not three such lines."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from ledger.errors import EvidenceError, RefusedError
from ledger.seal.checkpoint import (
    TREE_SIZE_MAX,
    Checkpoint,
    cosign,
    parse_checkpoint,
    sign_checkpoint,
    verify_cosignature,
)
from ledger.seal.keys import Kind, SignerKey, VerifierKey
from ledger.seal.merkle import EMPTY_ROOT
from ledger.seal.note import TIME_MAX, cosignature_time, cosigned_message, parse_note, verify_note

# The example of https://c2sp.org/tlog-checkpoint and of https://c2sp.org/tlog-cosignature.
EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyW\
E+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ\
qhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
SIGNED_BY_THE_WITNESS = f"""\
cosignature/v1
time 1679315147
example.com/behind-the-sofa
20852163
{ROOT}
"""

LOG = SignerKey("example.org/log", Kind.NOTE, b"l" * 32)
WITNESS = SignerKey("witness.example/w", Kind.COSIGNATURE, b"w" * 32)
CHECKPOINT = Checkpoint("example.org/log", 7, b"r" * 32)


def evidence(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(EvidenceError) as caught:
        call(*arguments)
    return caught.value.code


def refusal(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(RefusedError) as caught:
        call(*arguments)
    return caught.value.code


def test_reads_the_example_of_the_specification() -> None:
    note = parse_note(EXAMPLE.encode())
    checkpoint = parse_checkpoint(note.text)
    assert checkpoint == Checkpoint("example.com/behind-the-sofa", 20852163, base64.b64decode(ROOT))
    assert checkpoint.body() == note.text
    time = cosignature_time(note.signatures[1].data)
    assert cosigned_message(note.text, time).decode() == SIGNED_BY_THE_WITNESS


@given(st.from_regex(r"[^\x00-\x1f\ud800-\udfff]+", fullmatch=True), st.integers(1, TREE_SIZE_MAX), st.binary())
@example("o", TREE_SIZE_MAX, b"")
def test_reads_back_every_checkpoint(origin: str, size: int, material: bytes) -> None:
    checkpoint = Checkpoint(origin, size, material.ljust(32, b".")[:32])
    assert parse_checkpoint(checkpoint.body()) == checkpoint


def test_reads_the_empty_tree_with_its_only_root() -> None:
    assert parse_checkpoint(Checkpoint("o", 0, EMPTY_ROOT).body()).size == 0
    assert evidence(parse_checkpoint, Checkpoint("o", 0, b"r" * 32).body()) == "checkpoint-malformed"


MALFORMED = {
    "nothing": "",
    "one line": "o\n",
    "two lines": "o\n7\n",
    "no last LF": f"o\n7\n{ROOT}",
    "an extension line": f"o\n7\n{ROOT}\nextension\n",
    "an extension line without LF": f"o\n7\n{ROOT}\nextension",
    "a blank line at the end": f"o\n7\n{ROOT}\n\n",
    "a blank line between": f"o\n\n7\n{ROOT}\n",
    "a blank line first": f"\no\n7\n{ROOT}\n",
    "no origin": f"\n7\n{ROOT}\n",
    "a control character": f"o\x00\n7\n{ROOT}\n",
    "a surrogate": f"o\ud800\n7\n{ROOT}\n",
    "CRLF": f"o\r\n7\r\n{ROOT}\r\n",
    "no size": f"o\n\n{ROOT}\n",
    "a leading zero": f"o\n07\n{ROOT}\n",
    "two zeros": f"o\n00\n{ROOT}\n",
    "a sign": f"o\n+7\n{ROOT}\n",
    "a negative size": f"o\n-7\n{ROOT}\n",
    "a space": f"o\n7 \n{ROOT}\n",
    "an underscore": f"o\n1_000\n{ROOT}\n",
    "a fraction": f"o\n7.0\n{ROOT}\n",
    "an exponent": f"o\n7e2\n{ROOT}\n",
    "hexadecimal": f"o\n0x7\n{ROOT}\n",
    "another script's digit": f"o\n\u0667\n{ROOT}\n",
    "2**63": f"o\n{2**63}\n{ROOT}\n",
    "2**64 + 7": f"o\n{2**64 + 7}\n{ROOT}\n",
    "5,000 digits": f"o\n{'7' * 5_000}\n{ROOT}\n",
    "no root": "o\n7\n\n",
    "a root without padding": f"o\n7\n{ROOT[:-1]}\n",
    "a root with spare bits set": f"o\n7\n{ROOT[:-2]}J=\n",
    "a root in the URL alphabet": f"o\n7\n{ROOT.replace('/', '_')}\n",
    "a root of 31 bytes": f"o\n7\n{base64.b64encode(b'r' * 31).decode()}\n",
    "a root of 33 bytes": f"o\n7\n{base64.b64encode(b'r' * 33).decode()}\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_refuses_malformed_checkpoints(text: str) -> None:
    assert evidence(parse_checkpoint, text) == "checkpoint-malformed"
    assert evidence(cosign, text, WITNESS, 1) == "checkpoint-malformed"


LINES = st.lists(st.sampled_from(["o", "7", "07", "0", ROOT, ROOT[:-1], "", str(2**63)]), max_size=6)


@given(st.text() | LINES.map("\n".join) | LINES.map(lambda lines: "".join(line + "\n" for line in lines)))
@example("a\n1\n" + ROOT + "\n")
def test_reads_any_text_as_one_checkpoint_or_says_why_not(text: str) -> None:
    try:
        checkpoint = parse_checkpoint(text)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here
    else:
        assert checkpoint.body() == text


def test_signs_as_the_log_and_as_a_witness() -> None:
    body = CHECKPOINT.body()
    note = parse_note((body + "\n" + sign_checkpoint(CHECKPOINT, LOG) + cosign(body, WITNESS, 1679315147)).encode())
    assert verify_note(note, [LOG.verifier, WITNESS.verifier]) == [LOG.verifier, WITNESS.verifier]
    assert verify_cosignature(body, note.by(WITNESS.verifier)[0], WITNESS.verifier) == 1679315147


@pytest.mark.parametrize("time", [0, 1, TIME_MAX])
def test_cosigns_at_any_time_there_is(time: int) -> None:
    data = parse_note((CHECKPOINT.body() + "\n" + cosign(CHECKPOINT.body(), WITNESS, time)).encode()).signatures[0].data
    assert verify_cosignature(CHECKPOINT.body(), data, WITNESS.verifier) == time


@pytest.mark.parametrize("time", [-1, TIME_MAX + 1, 2**64])
def test_cosigns_at_no_other_time(time: int) -> None:
    assert refusal(cosign, CHECKPOINT.body(), WITNESS, time) == "time-out-of-range"


def test_refuses_a_cosignature_dated_after_all_times_though_it_is_signed() -> None:
    body, time = CHECKPOINT.body(), TIME_MAX + 1
    data = time.to_bytes(8, "big") + WITNESS.sign(cosigned_message(body, time))
    assert evidence(verify_cosignature, body, data, WITNESS.verifier) == "signature-bad"


def test_refuses_a_cosignature_with_another_time_or_over_another_text() -> None:
    body = CHECKPOINT.body()
    data = parse_note((body + "\n" + cosign(body, WITNESS, 5)).encode()).signatures[0].data
    later = (6).to_bytes(8, "big") + data[8:]
    assert evidence(verify_cosignature, body, later, WITNESS.verifier) == "signature-bad"
    assert evidence(verify_cosignature, body.replace("7", "8"), data, WITNESS.verifier) == "signature-bad"
    assert evidence(verify_cosignature, "\ud800", data, WITNESS.verifier) == "signature-bad"
    assert evidence(verify_cosignature, body, data[:7], WITNESS.verifier) == "signature-bad"


def test_never_signs_an_empty_tree() -> None:
    empty = Checkpoint("example.org/log", 0, EMPTY_ROOT)
    assert refusal(sign_checkpoint, empty, LOG) == "nothing-to-sign"
    assert refusal(cosign, empty.body(), WITNESS, 1) == "nothing-to-sign"


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("example.org/log", -1, b"r" * 32),
        Checkpoint("example.org/log", 2**63, b"r" * 32),
        Checkpoint("example.org/log", 7, b"r" * 31),
        Checkpoint("example.org/log\n7", 7, b"r" * 32),
        Checkpoint("", 7, b"r" * 32),
    ],
)
def test_signs_nothing_that_would_not_be_read(checkpoint: Checkpoint) -> None:
    assert evidence(sign_checkpoint, checkpoint, LOG) == "checkpoint-malformed"


def test_signs_for_no_other_log_and_with_no_key_for_something_else() -> None:
    other = CHECKPOINT._replace(origin="example.org/other")
    assert refusal(sign_checkpoint, other, LOG) == "unknown-origin"
    named_alike = SignerKey(LOG.name, Kind.COSIGNATURE, b"x" * 32)
    assert refusal(sign_checkpoint, CHECKPOINT, named_alike) == "key-wrong-kind"
    assert refusal(cosign, CHECKPOINT.body(), LOG, 1) == "key-wrong-kind"
    assert refusal(verify_cosignature, CHECKPOINT.body(), b"s" * 72, LOG.verifier) == ("key-wrong-kind")


@given(st.text(), st.binary(max_size=100))
def test_verifies_no_cosignature_of_chance(body: str, data: bytes) -> None:
    key: VerifierKey = WITNESS.verifier
    assert evidence(verify_cosignature, body, data, key) == "signature-bad"

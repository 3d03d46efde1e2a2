"""Keys: the texts of other people's keys, every mangling of them, and the points that are no keys."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import sys
from collections.abc import Callable

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from ledger.errors import RefusedError
from ledger.seal.keys import LOW_ORDER, D, Kind, P, SignerKey, VerifierKey, decode_base64, is_name, shown

# The examples of https://c2sp.org/signed-note and of golang.org/x/mod/sumdb/note.
SPECIFICATION = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
# A public witness, and a key whose base64 has a + in it (transparency-dev/formats, note_cosigv1_test.go).
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
PLUS = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"

SEEDS = st.binary(min_size=32, max_size=32)
NAMES = st.text(min_size=1, max_size=20).filter(is_name)
KINDS = st.sampled_from(Kind)


def vkey(name: str, material: bytes) -> str:
    """Write a verifier key without asking whether it is a good one."""
    key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex()
    return f"{name}+{key_id}+{base64.b64encode(material).decode()}"


def refusal(make: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(RefusedError) as caught:
        make(*arguments)
    return caught.value.code


@pytest.mark.parametrize("text", [SPECIFICATION, PETER, ENOCH, REMORA, PLUS])
def test_reads_and_writes_the_keys_of_others(text: str) -> None:
    key = VerifierKey.parse(text)
    assert key.text == text
    assert f"+{key.key_id.hex()}+" in text
    assert key.kind is (Kind.COSIGNATURE if text == REMORA else Kind.NOTE)


def test_reads_a_signer_that_go_made_and_signs_as_go_does() -> None:
    signer = SignerKey.parse(PETER_SECRET)
    assert signer.text == PETER_SECRET
    assert signer.verifier == VerifierKey.parse(PETER)
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert signer.verifier.key_id + signer.sign(text.encode()) == signature


def test_signs_the_first_vector_of_rfc_8032() -> None:
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    signer = SignerKey("rfc8032", Kind.NOTE, bytes.fromhex(seed))
    assert signer.verifier.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


@given(NAMES, KINDS, SEEDS, st.binary(max_size=100))
def test_every_key_reads_back_from_its_text_and_verifies_what_it_signed(
    name: str, kind: Kind, seed: bytes, message: bytes
) -> None:
    signer = SignerKey(name, kind, seed)
    assert SignerKey.parse(signer.text) == signer
    assert VerifierKey.parse(signer.verifier.text) == signer.verifier
    signature = signer.sign(message)
    assert signer.verifier.verify(message, signature)
    assert not signer.verifier.verify(message + b"x", signature)


@given(st.binary(max_size=200))
@example(b"")
def test_verifies_no_signature_of_chance_and_of_any_length(signature: bytes) -> None:
    assert not VerifierKey.parse(PETER).verify(b"message", signature)


def test_gives_one_key_another_id_for_each_kind_and_each_name() -> None:
    seed = b"s" * 32
    ids = {SignerKey(name, kind, seed).verifier.key_id for name in ("a", "b") for kind in Kind}
    assert len(ids) == 4


@pytest.mark.parametrize("text", [PETER, PETER_SECRET])
def test_refuses_every_part_of_a_key_and_every_change_of_one_byte(text: str) -> None:
    parse: Callable[[str], object] = SignerKey.parse if text == PETER_SECRET else VerifierKey.parse
    parts = {text[start:end] for start in range(len(text)) for end in range(start, len(text) + 1)} - {text}
    changes = {text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :] for at in range(len(text)) for bit in (1, 2, 32)}
    for mangled in parts | changes | {text + "\n", " " + text, text + "=", text.upper(), text.replace("+", "++")}:
        assert refusal(parse, mangled) in {"key-malformed", "key-name-malformed"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "canonical base64"),
        (vkey("a", b"\x01" + b"k" * 33), "expected 32 bytes, found 33 bytes"),
        (vkey("a", b"\x01" + b"k" * 31), "expected 32 bytes, found 31 bytes"),
        (vkey("a", b"\x01"), "expected 32 bytes, found 0 bytes"),
        (vkey("a", b""), "expected kind 0x01 or 0x04, found none"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "found 0x65"),
        (PETER.replace("c74f20a3", "c74f20a4"), "expected key id c74f20a3, found 'c74f20a4'"),
        (PETER.replace("c74f20a3", "C74F20A3"), "expected key id c74f20a3"),
        (PETER.replace("PeterNeumann", "PeterNeuman"), "key 'PeterNeuman': expected key id"),
        (PETER + "====", "canonical base64"),
        (PETER.replace("ARpc", "ARp\u0441"), "canonical base64"),
        ("nothing", "found 1 parts"),
        ("", "found 1 parts"),
    ],
)
def test_says_why_a_key_is_malformed(text: str, reason: str) -> None:
    with pytest.raises(RefusedError, match="key-malformed") as caught:
        VerifierKey.parse(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "a b", "a\tb", "a\u00a0b", "a\u2028b", "a\u3000", "a+b", "a\x00", "a\ud800"])
def test_refuses_names_that_a_signature_line_cannot_hold(name: str) -> None:
    assert refusal(SignerKey, name, Kind.NOTE, b"s" * 32) == "key-name-malformed"
    assert refusal(VerifierKey, name, Kind.NOTE, VerifierKey.parse(PETER).public) == "key-name-malformed"


def test_knows_every_space_of_unicode() -> None:
    white_space = [9, 10, 11, 12, 13, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F]
    white_space += [0x205F, 0x3000]
    refused = {code for code in range(sys.maxunicode + 1) if not is_name(chr(code))}
    assert refused == {*white_space, *range(0x20), ord("+"), *range(0xD800, 0xE000)}


# The curve by its definition, to find the points of low order without the list under test.


def add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    (a, b), (c, d) = one, two
    cross = D * a * b * c * d
    return (a * d + b * c) * pow(1 + cross, -1, P) % P, (b * d + a * c) * pow(1 - cross, -1, P) % P


def decompress(data: bytes) -> tuple[int, int] | None:
    y = int.from_bytes(data, "little") % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x, y % P) if x * x % P == square else None


def is_of_low_order(data: bytes) -> bool:
    point = decompress(data)
    if point is None:
        return False
    for _ in range(3):
        point = add(point, point)
    return point == (0, 1)


def encodings(y: int) -> list[bytes]:
    """Every way in which some library may take a y: with either sign, and with P added where it fits."""
    values = [value for value in (y, y + P) if value < 2**255]
    return [(value + (sign << 255)).to_bytes(32, "little") for value in values for sign in (0, 1)]


def torsion() -> set[tuple[int, int]]:
    """The points of low order: a point of order 8 is what any point leaves when its large part is taken away."""
    order = 2**252 + 27742317777372353535851937790883648493
    found: set[tuple[int, int]] = set()
    seed = 0
    while len(found) < 8:
        seed += 1
        point = decompress(hashlib.sha256(bytes([seed])).digest())
        if point is not None:
            total, power, scalar = (0, 1), point, order
            while scalar:
                total = add(total, power) if scalar & 1 else total
                power, scalar = add(power, power), scalar >> 1
            found.add(total)
    return found


def test_lists_every_encoding_of_the_eight_points_of_low_order() -> None:
    points = torsion()
    assert len(points) == 8
    every = {data for _, y in points for data in encodings(y)}
    assert len(every) == 14
    assert all(is_of_low_order(data) for data in every)
    assert {bytes([*data[:31], data[31] & 0x7F]) for data in every} == LOW_ORDER


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize("y", sorted(LOW_ORDER), ids=bytes.hex)
@pytest.mark.parametrize("kind", Kind)
def test_refuses_public_keys_of_low_order(kind: Kind, y: bytes, sign: int) -> None:
    public = bytes([*y[:31], y[31] | sign])
    assert refusal(VerifierKey, "weak", kind, public) == "key-low-order"
    assert refusal(VerifierKey.parse, vkey("weak", bytes([kind]) + public)) == "key-low-order"


@pytest.mark.parametrize("excess", range(2, 19))
@pytest.mark.parametrize("sign", [0, 1])
def test_refuses_public_keys_with_a_second_encoding(excess: int, sign: int) -> None:
    public = (P + excess + (sign << 255)).to_bytes(32, "little")
    assert refusal(VerifierKey, "twice", Kind.COSIGNATURE, public) == "key-not-canonical"


@given(SEEDS)
def test_takes_a_public_key_exactly_if_it_is_a_point(public: bytes) -> None:
    if is_of_low_order(public):
        assert refusal(VerifierKey, "point", Kind.NOTE, public) == "key-low-order"
    elif decompress(public) is None:
        assert refusal(VerifierKey, "point", Kind.NOTE, public) == "key-malformed"
    else:
        assert VerifierKey("point", Kind.NOTE, public).public == public


def test_never_shows_a_seed() -> None:
    signer = SignerKey.parse(PETER_SECRET)
    secret = PETER_SECRET.split("+")[-1][4:12]
    assert secret not in repr(signer)
    assert repr(signer.seed)[2:-1] not in repr(signer)
    for text in (PETER_SECRET[:-1], PETER_SECRET.replace("+c74", "+c75"), PETER_SECRET[12:], PETER_SECRET + "="):
        for parse in (SignerKey.parse, VerifierKey.parse):
            with pytest.raises(RefusedError) as caught:
                parse(text)
            assert secret not in str(caught.value)
    with pytest.raises(RefusedError) as caught:
        VerifierKey.parse(PETER_SECRET)
    assert secret not in str(caught.value)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")), st.booleans())
def test_refuses_texts_of_chance_with_a_reason(text: str, secret: bool) -> None:
    parse: Callable[[str], object] = SignerKey.parse if secret else VerifierKey.parse
    assert refusal(parse, text) in {"key-malformed", "key-name-malformed"}


@given(NAMES, st.integers(0, 255), st.binary(max_size=40))
def test_takes_or_refuses_any_material_and_writes_it_back_the_same(name: str, kind: int, material: bytes) -> None:
    text = vkey(name, bytes([kind]) + material)
    try:
        key = VerifierKey.parse(text)
    except RefusedError as error:
        event(error.code)  # no other exception comes here
    else:
        assert key.text == text


@given(st.binary(max_size=40), st.data())
def test_reads_base64_in_one_form_only(data: bytes, choice: st.DataObject) -> None:
    text = base64.b64encode(data).decode()
    assert decode_base64(text) == data
    at = choice.draw(st.integers(0, len(text)))
    cut = choice.draw(st.integers(at, len(text)))
    form = text[:at] + choice.draw(st.text("AZ09+/=-_ \n\u00e9", max_size=3)) + text[cut:]
    if form != text:
        with contextlib.suppress(ValueError):
            assert decode_base64(form) != data


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QQ===", "QR==", "QUI", "QUJ=", "QUJD=", "QUJD\n", " QUJD", "QU JD", "=", "Q"]
)
def test_refuses_other_forms_of_base64(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_base64(text)


def test_shows_foreign_text_in_ascii_on_one_line_and_cut() -> None:
    assert shown("a\n\u202eb") == r"'a\n\u202eb'"
    assert shown("a" * 61) == "'" + "a" * 60 + "'..."

"""Ed25519 keys as logs and witnesses use them, and the two texts that they are kept in.

    verifier key    <name>+<key id>+<base64(kind || public key)>
    signer key      PRIVATE+KEY+<name>+<key id>+<base64(kind || seed)>

The key id, SHA-256(name || LF || kind || public key) cut to four bytes, finds a key and proves nothing.

A key is judged when it is made, because libraries disagree about the bad ones when they verify: for a
public key of low order anybody can make signatures, and a second encoding of one point would let one
witness count as two.

Source: https://c2sp.org/signed-note; the signer's text is that of Go's golang.org/x/mod/sumdb/note.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import RefusedError

KEY_ID_SIZE = 4  # bytes
KEY_SIZE = 32  # bytes, of a public key and of a seed (RFC 8032 section 5.1.5)
SHOWN_MAX = 60  # characters of foreign text in an error
SIGNER_PREFIX = "PRIVATE+KEY+"

P = 2**255 - 19  # the field that the curve is over
D = -121665 * pow(121666, -1, P) % P  # the curve is -x**2 + y**2 = 1 + D * x**2 * y**2

# The y of the eight points of low order, as it is written, the sign of x left out.
LOW_ORDER = frozenset(
    bytes.fromhex(y)
    for y in (
        "0100000000000000000000000000000000000000000000000000000000000000",  # order 1
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # the same, as P + 1
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # order 2
        "0000000000000000000000000000000000000000000000000000000000000000",  # order 4, both
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # the same, as P
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  # order 8, two of the four
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  # order 8, the other two
    )
)


class Kind(IntEnum):
    """What a key signs; the number is part of its text and of its id."""

    NOTE = 0x01  # the text of a note: the log's signature
    COSIGNATURE = 0x04  # a time and a checkpoint: a witness's signature


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name it goes by, known to be sound.

    Raises:
        RefusedError: `key-name-malformed`, `key-malformed`, `key-low-order`, `key-not-canonical`.
    """

    name: str
    kind: Kind
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_size(self.name, self.public)
        _check_point(self.name, self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key, exactly as it is written. Raises as making one does."""
        parts = _split(text)
        key = cls(parts.name, parts.kind, parts.material)
        _check_id(key, parts.key_id)
        return key

    @property
    def text(self) -> str:
        """The key as a policy or a command names it."""
        return _join(self, self.public)

    @cached_property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, find the key among others."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(named).digest()[:KEY_ID_SIZE]

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether these 64 bytes are the key's Ed25519 signature over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SignerKey:
    """A private key, kept as the 32 bytes it grows from. Neither its repr nor an error shows them.

    Raises:
        RefusedError: `key-name-malformed`, `key-malformed`.
    """

    name: str
    kind: Kind
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_size(self.name, self.seed)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a signer key, exactly as it is written. Raises as making one does."""
        if not text.startswith(SIGNER_PREFIX):
            raise _malformed("signer key", f"a text that begins with {SIGNER_PREFIX}", "another text")
        parts = _split(text.removeprefix(SIGNER_PREFIX))
        key = cls(parts.name, parts.kind, parts.material)
        _check_id(key.verifier, parts.key_id)
        return key

    @property
    def text(self) -> str:
        """The key as its file holds it: a secret."""
        return SIGNER_PREFIX + _join(self.verifier, self.seed)

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Make the key's Ed25519 signature over the message, 64 bytes."""
        return self._private.sign(message)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def is_name(name: str) -> bool:
    """Tell whether a key may go by this name: not empty, no space of any script, no plus, no control."""
    return name != "" and not any(
        letter.isspace() or letter == "+" or letter < " " or "\ud800" <= letter <= "\udfff" for letter in name
    )


def decode_base64(text: str) -> bytes:
    """Read standard base64 in its one canonical form. Raises ValueError. Source: RFC 4648 section 4."""
    data = base64.b64decode(text, validate=True)
    if encode_base64(data) != text:  # spare bits set, or padding left over
        raise ValueError("not the base64 that its bytes are written as")
    return data


def encode_base64(data: bytes) -> str:
    """Write standard base64. Source: RFC 4648 section 4."""
    return base64.b64encode(data).decode("ascii")


def shown(text: str) -> str:
    """Quote foreign text for an error: in ASCII, on one line, and cut."""
    return ascii(text[:SHOWN_MAX]) + ("..." if len(text) > SHOWN_MAX else "")


class _Parts(NamedTuple):
    name: str
    key_id: str
    kind: Kind
    material: bytes


def _split(text: str) -> _Parts:
    # What comes after the id is never shown: it may be a seed.
    name, _, rest = text.partition("+")
    key_id, plus, encoded = rest.partition("+")
    if not plus:
        raise _malformed("key", "<name>+<key id>+<base64>", f"{text.count('+') + 1} parts")
    try:
        material = decode_base64(encoded)
    except ValueError:
        raise _malformed(f"key {shown(name)}", "canonical base64 after the key id", "something else") from None
    if not material or material[0] not in list(Kind):
        known = " or ".join(f"{kind:#04x}" for kind in Kind)
        raise _malformed(f"key {shown(name)}", f"kind {known}", f"{material[0]:#04x}" if material else "none")
    return _Parts(name, key_id, Kind(material[0]), material[1:])


def _join(key: VerifierKey, material: bytes) -> str:
    return f"{key.name}+{key.key_id.hex()}+{encode_base64(bytes([key.kind]) + material)}"


def _check_id(key: VerifierKey, written: str) -> None:
    if key.key_id.hex() != written:
        raise _malformed(f"key {shown(key.name)}", f"key id {key.key_id.hex()}", shown(written))


def _check_name(name: str) -> None:
    if not is_name(name):
        raise RefusedError(
            "key-name-malformed",
            "key name",
            expected="a name without spaces, + and control characters",
            found=shown(name),
            remedy="Name the key after an address, for example example.org/council-2031",
        )


def _check_size(name: str, material: bytes) -> None:
    if len(material) != KEY_SIZE:
        raise _malformed(f"key {shown(name)}", f"{KEY_SIZE} bytes", f"{len(material)} bytes")


def _check_point(name: str, public: bytes) -> None:
    """Refuse public keys that are no point, a weak one, or one written otherwise than RFC 8032 does."""
    y = int.from_bytes(public, "little") % 2**255  # the bit above is the sign of x
    remedy = "Trust no such key: ask its owner how it came about"
    if y.to_bytes(KEY_SIZE, "little") in LOW_ORDER:
        expected, found = "a point of large order", public.hex()
        raise RefusedError("key-low-order", f"key {shown(name)}", expected=expected, found=found, remedy=remedy)
    if y >= P:
        expected, found = "y below 2**255 - 19", f"{y - P} more than that"
        raise RefusedError("key-not-canonical", f"key {shown(name)}", expected=expected, found=found, remedy=remedy)
    if pow((y * y - 1) * (D * y * y + 1), (P - 1) // 2, P) != 1:  # x**2, times a square, is no square
        raise _malformed(f"key {shown(name)}", "a point of the curve", public.hex())


def _malformed(what: str, expected: str, found: str) -> RefusedError:
    remedy = "Copy the key again, whole"
    return RefusedError("key-malformed", what, expected=expected, found=found, remedy=remedy)

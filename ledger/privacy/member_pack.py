"""Packing disclosures of members: salted, hashed and encrypted, each under a key of its own, a page at a time."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import EvidenceError
from ledger.leaf import Draw, random_texts

KEY_BYTES = 32
NONCE_BYTES = 12
DRAWN_BYTES = KEY_BYTES + 2 * NONCE_BYTES  # for each disclosure, beside its salt
TO_URL = bytes.maketrans(b"+/", b"-_")
FIELD = "identity"

# Person, version of their stream, intake, digest, digest of the row, wrapped key, sealed.
Packed = tuple[str, int, int, str, bytes, bytes, bytes]
Who = tuple[bytes, int, str, bytes]  # key, version of their stream, identity, digest of the row


def pack(master: AESGCM, intake: int, draw: Draw, people: Sequence[Who]) -> tuple[list[str], list[Packed]]:
    """Pack the disclosures of a page of members.

    A disclosure is `leaf.disclose("identity", ..., salt)`; sealed is its JSON, which gives the same text again. Salts,
    keys and nonces are drawn for the whole page at once.

    Returns:
        The digests that the leaves hold, and the rows of the vault.
    """
    digests, rows = [], []
    drawn = draw(len(people) * DRAWN_BYTES)
    at = 0
    for (person, version, identity, row), salt in zip(people, random_texts(draw, len(people)), strict=True):
        key = drawn[at : at + KEY_BYTES]
        first = drawn[at + KEY_BYTES : at + KEY_BYTES + NONCE_BYTES]
        second = drawn[at + KEY_BYTES + NONCE_BYTES : at + DRAWN_BYTES]
        at += DRAWN_BYTES
        array = f'["{salt}","{FIELD}",{identity}]'.encode()
        named = sha256(b2a_base64(array, newline=False).translate(TO_URL, b"=")).digest()
        digest = b2a_base64(named, newline=False).translate(TO_URL, b"=").decode("ascii")
        wrapped = first + master.encrypt(first, key, person)
        digests.append(digest)
        sealed = second + AESGCM(key).encrypt(second, array, named)
        rows.append((person.hex(), version, intake, digest, row, wrapped, sealed))
    return digests, rows


def unsealed(cipher: AESGCM, sealed: bytes, place: bytes, what: str) -> bytes:
    """Open what was sealed at a place.

    Raises:
        EvidenceError: `disclosure-changed`.
    """
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except InvalidTag:
        raise EvidenceError(
            "disclosure-changed", what, expected="what was sealed there", found="something that does not decrypt"
        ) from None


def opened_at(key: bytes, sealed: bytes, place: str) -> bytes:
    """Open what was sealed under a key at a place.

    Raises:
        EvidenceError: `disclosure-changed`.
    """
    return unsealed(AESGCM(key), sealed, place.encode(), f"what the vault holds of {place}")

"""Events to leaf bytes and back: the only door to stored bytes.

A leaf is the canonical JSON of an event (RFC 8785 profile: keys sorted, no floats, NFC text, absent
fields left out, null nowhere) and is hashed, stored and replayed as those very bytes. Reading is
strict: whatever is not exactly what would be written is an `EvidenceError` that names the position.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import ValidationError

from ledger.errors import EvidenceError, RefusedError, nearest
from ledger.event import READERS, TYPES, Audience, Event, Plain

LEAF_MAX = 65_535  # bytes: the length prefix of a C2SP entry bundle has two bytes
SALT_BYTES = 16  # RFC 9901 section 4.2.1 recommends 128 bits
BLIND_BYTES = 16

Draw = Callable[[int], bytes]  # gives that many random bytes; the caller owns the randomness


class Row(NamedTuple):
    """One stored event: the leaf in `state`, and the columns the store finds it by."""

    position: int
    stream: str
    version: int
    type: str
    state: bytes


class Disclosure(NamedTuple):
    """A private value with its salt, as RFC 9901 writes it, and the digest that the leaf keeps."""

    field: str
    digest: str
    text: str


def encode(event: Event) -> bytes:
    """Write the leaf of an event.

    Raises:
        RefusedError: `leaf-too-long`.
        TypeError: a private value is not concealed yet.
    """
    for field in event.private:
        if isinstance(getattr(event, field), Plain):
            raise TypeError(f"{event.type} of {event.stream} would be written with its private {field}: conceal it")
    leaf = event.__pydantic_serializer__.to_json(event, exclude_none=True)
    if len(leaf) > LEAF_MAX:
        raise RefusedError(
            "leaf-too-long",
            f"{event.type} of {event.stream}",
            expected=f"at most {LEAF_MAX} bytes",
            found=len(leaf),
            remedy="Record it in smaller parts",
        )
    return leaf


def decode(row: Row | tuple[int, str, int, str, bytes]) -> Event:
    """Read a stored row whose leaf hash is known to be right: closed types, fields, columns.

    Raises:
        EvidenceError: `unknown-type`, `leaf-malformed`, `row-mismatch`.
    """
    position, stream, version, name, state = row
    try:
        read = READERS[name]
    except KeyError:
        raise _unknown(position, stream, name) from None
    try:
        event = read(state)
    except ValidationError as error:
        raise _malformed(position, stream, error) from None
    if event.stream != stream or event.version != version:
        raise EvidenceError(
            "row-mismatch",
            f"event {position}",
            expected=f"the row of {event.stream} version {event.version} {event.type}",
            found=f"{stream} version {version} {name}",
            position=position,
        )
    return event


def decode_strictly(row: Row | tuple[int, str, int, str, bytes]) -> Event:
    """Read a stored row that nothing vouches for: as `decode`, and the bytes must be canonical.

    Raises:
        EvidenceError: what `decode` raises, `leaf-too-long`, `not-canonical`, `wrong-audience`.
    """
    event = decode(row)
    position, state = row[0], row[4]
    if len(state) > LEAF_MAX:
        raise EvidenceError(
            "leaf-too-long",
            f"event {position} of {event.stream}",
            expected=f"at most {LEAF_MAX} bytes",
            found=len(state),
            position=position,
        )
    written = event.__pydantic_serializer__.to_json(event, exclude_none=True)
    if written != state:
        at = next((i for i, (a, b) in enumerate(zip(written, state, strict=False)) if a != b), len(written))
        raise EvidenceError(
            "not-canonical",
            f"event {position} of {event.stream}, byte {at}",
            expected=ascii(written[at : at + 24].decode("utf-8", "replace")),
            found=ascii(state[at : at + 24].decode("utf-8", "replace")),
            position=position,
        )
    if event.audience is not Audience.CONTEST and event.restricted != (event.audience is Audience.RESTRICTED):
        raise EvidenceError(
            "wrong-audience",
            f"event {position} of {event.stream}",
            expected=f"a {event.audience} leaf",
            found="a blind" if event.restricted else "no blind",
            position=position,
        )
    return event


def _unknown(position: int, stream: str, name: str) -> EvidenceError:
    return EvidenceError(
        "unknown-type",
        f"event {position} of {stream}",
        expected="a type of this program's table",
        found=f"{name!r}{nearest(name, TYPES)}",
        remedy="Read the ledger with the program that wrote it",
        position=position,
    )


def _malformed(position: int, stream: str, error: ValidationError) -> EvidenceError:
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return EvidenceError(
        "leaf-malformed",
        f"event {position} of {stream}" + (f", field {where}" if where else ""),
        expected="a leaf of its type",
        found=str(first["msg"])[:200],
        position=position,
    )


def disclose(field: str, value: Any, salt: bytes) -> Disclosure:
    """Make the disclosure of one private value (RFC 9901 section 4.2.1), canonical JSON inside."""
    array = json.dumps([base64url(salt), field, value], **CANONICAL)
    text = base64url(array.encode())
    return Disclosure(field, disclosure_digest(text), text)


def disclosure_digest(text: str) -> str:
    """Name a disclosure by its digest (RFC 9901 section 4.2.3)."""
    return base64url(hashlib.sha256(text.encode("ascii")).digest())


def undisclose(text: str) -> tuple[str, Any]:
    """Read a disclosure's field name and value."""
    _salt, field, value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return field, value


def conceal(event: Event, draw: Draw) -> tuple[Event, list[Disclosure]]:
    """Replace the private values of an event by digests, and blind it if its type is restricted."""
    changes: dict[str, Any] = {}
    disclosures = []
    for field in event.private:
        value = getattr(event, field)
        if isinstance(value, Plain):
            disclosure = disclose(field, value.value, draw(SALT_BYTES))
            changes[field] = disclosure.digest
            disclosures.append(disclosure)
    if event.audience is Audience.RESTRICTED:
        changes["blind"] = base64url(draw(BLIND_BYTES))
    return (event.model_copy(update=changes) if changes else event), disclosures


def base64url(data: bytes) -> str:
    """Write bytes in the URL alphabet without padding (RFC 4648 section 5, RFC 9901)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def random_texts(draw: Draw, how_many: int) -> list[str]:
    """Draw so many salts or blinds at once: 22 characters of base64url each, 132 random bits."""
    text = base64.urlsafe_b64encode(draw(18 * how_many)).decode("ascii")
    return [text[at : at + 22] for at in range(0, 24 * how_many, 24)]


CANONICAL: dict[str, Any] = {
    "sort_keys": True,
    "separators": (",", ":"),
    "ensure_ascii": False,
    "allow_nan": False,
}

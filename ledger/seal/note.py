"""Signed notes: a text, a blank line, and a line for each signature.

    text, one line or more
    <blank line>
    — <name> <base64(key id || signature)>

Reading is strict: a note has one way to be written, so two that differ in a byte differ in what they
say. Signatures by unknown keys are passed over, for any witness may add its own; one by a known key
that is wrong spoils the note.

Two kinds of signature are known. A note signature is over the text. A cosignature begins with a time,
eight bytes, and is over that time and the text.

Source: https://c2sp.org/signed-note and https://c2sp.org/tlog-cosignature, there Ed25519 only
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ledger.errors import EvidenceError
from ledger.seal.keys import KEY_ID_SIZE, Kind, VerifierKey, decode_base64, encode_base64, is_name, shown

NOTE_BYTES_MAX = 2**18  # room for SIGNATURES_MAX of the largest in sight, 5 kB each
SIGNATURES_MAX = 32  # the specification asks for 16 at least
TIME_SIZE = 8  # bytes
TIME_MAX = 2**63 - 1  # seconds since 1970

DASH = "— "
UNWRITABLE = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # controls but LF; what UTF-8 cannot hold


class Signature(NamedTuple):
    """A signature line: who is said to have signed, and the signature in the form of its kind."""

    name: str
    key_id: bytes
    data: bytes

    def line(self) -> str:
        """Write the line, its LF included."""
        return f"{DASH}{self.name} {encode_base64(self.key_id + self.data)}\n"


class SignedNote(NamedTuple):
    """A note as read. Until `verify_note` has passed it, nothing in it is to be believed."""

    text: str
    signatures: tuple[Signature, ...]

    def by(self, key: VerifierKey) -> list[bytes]:
        """Signatures that are said to be this key's."""
        return [data for name, key_id, data in self.signatures if (name, key_id) == (key.name, key.key_id)]


def parse_note(data: bytes) -> SignedNote:
    """Read a note without judging its signatures.

    Raises:
        EvidenceError: `note-too-large`, `note-malformed`.
    """
    if len(data) > NOTE_BYTES_MAX:
        raise _too_large(f"{NOTE_BYTES_MAX} bytes", len(data))
    try:
        content = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("UTF-8", f"{data[error.start]:#04x} at byte {error.start}") from None
    if control := UNWRITABLE.search(content):
        raise _malformed("no control character but LF", f"{shown(control[0])} at character {control.start()}")
    if not content.endswith("\n"):
        raise _malformed("LF at the end", shown(content[-1:]))
    text, blank, block = content.rpartition("\n\n")
    if not blank:
        raise _malformed("a blank line before the signatures", "none")
    lines = block.removesuffix("\n").split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise _too_large(f"{SIGNATURES_MAX} signatures", len(lines))
    return SignedNote(text + "\n", tuple(map(_parse_line, lines)))


def write_note(note: SignedNote) -> bytes:
    """Write a note, provided that it would be read as the same.

    Raises:
        EvidenceError: `note-too-large`, `note-malformed`.
    """
    content = note.text + "\n" + "".join(signature.line() for signature in note.signatures)
    data = _encode(content)
    if parse_note(data) != note:
        raise _malformed("a text and signatures that stay what they are when written", "others")
    return data


def verify_note(note: SignedNote, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Find which of the keys signed a note; unknown signers are passed over.

    Raises:
        EvidenceError: `signature-bad` for the first known key whose signature is wrong,
            `signature-missing` where no known key signed.
    """
    known = list(keys)
    for key in known:
        for data in note.by(key):
            check_signature(note.text, data, key)
    signed = [key for key in known if note.by(key)]
    if not signed:
        raise EvidenceError(
            "signature-missing",
            "signed note",
            expected="a signature by " + (" or ".join(_named(key) for key in known) or "a known key"),
            found=", ".join(shown(signature.name) for signature in note.signatures) or "none",
        )
    return signed


def check_signature(text: str, data: bytes, key: VerifierKey) -> None:
    """Verify one signature, in the form of the key's kind, over the text of a note.

    Raises:
        EvidenceError: `signature-bad`.
    """
    if not _is_signed(text, data, key):
        raise EvidenceError(
            "signature-bad",
            "signed note",
            expected=f"the signature of {_named(key)} over this text",
            found=shown(encode_base64(data)),
        )


def cosigned_message(text: str, time: int) -> bytes:
    """Make what a witness signs: the checkpoint's text under the time it was seen.

    Source: https://c2sp.org/tlog-cosignature, "Ed25519 signed message"
    """
    return _encode(f"cosignature/v1\ntime {time}\n{text}")


def cosignature_time(data: bytes) -> int:
    """Read when a cosignature says that it was made, in seconds since 1970."""
    return int.from_bytes(data[:TIME_SIZE], "big")


def _is_signed(text: str, data: bytes, key: VerifierKey) -> bool:
    if key.kind is Kind.NOTE:
        return key.verify(_encode(text), data)
    time = cosignature_time(data)
    return time <= TIME_MAX and key.verify(cosigned_message(text, time), data[TIME_SIZE:])


def _encode(text: str) -> bytes:
    # A lone surrogate is in no text that was read. In one that was made it fails as malformed or unsigned.
    return text.encode("utf-8", "surrogatepass")


def _parse_line(line: str) -> Signature:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not is_name(name):
        raise _malformed("signature lines: em dash, name and base64", shown(line))
    try:
        data = decode_base64(encoded)
    except ValueError:
        raise _malformed(f"the signature of {shown(name)} in canonical base64", shown(encoded)) from None
    if len(data) <= KEY_ID_SIZE:
        raise _malformed(f"a key id and a signature of {shown(name)}", f"{len(data)} bytes")
    return Signature(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def _named(key: VerifierKey) -> str:
    return f"{shown(key.name)} {key.key_id.hex()}"


def _malformed(expected: str, found: str) -> EvidenceError:
    remedy = "Keep the file and fetch it again"
    return EvidenceError("note-malformed", "signed note", expected=expected, found=found, remedy=remedy)


def _too_large(expected: str, found: int) -> EvidenceError:
    remedy = "Keep the file and fetch it again"
    return EvidenceError("note-too-large", "signed note", expected=f"at most {expected}", found=found, remedy=remedy)

"""The check of the keys on record, of officers and of the log: each signed for itself, and the one before consented.

It is the record that is checked, from its first event on. Which key the log signed with before its first change no
event says: a policy does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.seal.keys import Kind, VerifierKey
from ledger.storage.store import Ledger
from ledger.streams.key import KeyEnrolled, KeyRevoked, KeyRotated, OfficerKey, enrolment_text, require_signature
from ledger.streams.log_key import LogKey, LogKeyRotated, rotation_text
from projections.verify.finding import Finding
from projections.verify.record import RecordRead


def check_keys(ledger: Ledger, record: RecordRead) -> Iterator[Finding]:
    """A3: replay every stream of keys, with the signatures."""
    try:
        origin = ledger.origin
    except EvidenceError as error:
        if any(isinstance(event, KeyEnrolled | KeyRotated | LogKeyRotated) for _, event in record.others):
            yield Finding("A3", error.code, None, "the name that keys are signed for", error.expected, error.found)
        return
    officers: dict[str, OfficerKey] = {}
    logs: dict[str, LogKey] = {}
    used: set[str] = set()
    for position, event in record.others:
        stream = event.stream
        if isinstance(event, KeyEnrolled | KeyRotated | KeyRevoked):
            officer = officers.get(stream, OfficerKey(stream))
            yield from _check_officer(origin, officer, position, event)
            officers[stream] = officer.evolve(event)
        elif isinstance(event, LogKeyRotated):
            log = logs.get(stream, LogKey(stream))
            yield from _check_log(origin, log, used, position, event)
            logs[stream] = log.evolve(event)
            used |= {event.old, event.key}


def _check_officer(
    origin: str, before: OfficerKey, position: int, event: KeyEnrolled | KeyRotated | KeyRevoked
) -> Iterator[Finding]:
    if not before.key and not isinstance(event, KeyEnrolled):
        yield Finding("A3", "no-key", position, event.stream, "a key in force", "none")
    if isinstance(event, KeyRevoked):
        return
    if before.key and isinstance(event, KeyEnrolled):
        yield Finding("A3", "key-exists", position, event.stream, "no key in force", before.key)
    if event.key in before.used:
        yield Finding("A3", "key-used-before", position, event.stream, "a key that was never enrolled", event.key)
    text = enrolment_text(origin, event.officer, len(before.used) + 1, event.key)
    key = yield from _read_key(position, event, event.key, event.officer, needs=Kind.NOTE)
    yield from _check_signature(position, event, key, text, event.proof, "proof-wrong")
    if isinstance(event, KeyRotated) and before.key:
        yield from _check_signature(position, event, _key_of(before.key), text, event.consent, "consent-wrong")


def _check_log(origin: str, before: LogKey, used: set[str], position: int, event: LogKeyRotated) -> Iterator[Finding]:
    if event.old == event.key or (before.key and event.old != before.key):
        expected = f"the key in force, {before.key or 'of the first checkpoints'}, and another after it"
        yield Finding("A3", "key-wrong-old", position, event.stream, expected, event.old)
    elif event.key in used:
        yield Finding("A3", "key-used-before", position, event.stream, "a key that never signed", event.key)
    text = rotation_text(event.old, event.key)
    old = yield from _read_key(position, event, event.old, origin)
    new = yield from _read_key(position, event, event.key, origin, needs=Kind.NOTE)
    yield from _check_signature(position, event, new, text, event.proof, "proof-wrong")
    if event.consent is not None or event.reason == "planned":
        yield from _check_signature(position, event, old, text, event.consent or "", "consent-wrong")


def _read_key(
    position: int, event: Event, text: str, name: str, needs: Kind | None = None
) -> Generator[Finding, None, VerifierKey | None]:
    """Read a key that an event names; whatever is wrong with it is told."""
    try:
        key = VerifierKey.parse(text)
    except RefusedError as error:
        yield Finding("A3", error.code, position, event.stream, error.expected, error.found)
        return None
    if key.name != name or needs not in (None, key.kind):
        expected = f"a signing key (kind 0x01) named {name}"
        yield Finding(
            "A3", "key-wrong-name", position, event.stream, expected, f"kind {key.kind:#04x}, named {key.name}"
        )
    return key


def _key_of(text: str) -> VerifierKey | None:
    """Read a key of an earlier event, where whatever is wrong with it was told."""
    try:
        return VerifierKey.parse(text)
    except RefusedError:
        return None


def _check_signature(
    position: int, event: Event, key: VerifierKey | None, text: bytes, signature: str, code: str
) -> Iterator[Finding]:
    """Check a signature over a text; no finding where its key cannot be read, which is one."""
    if key is None:
        return
    try:
        require_signature(key, text, signature, code, event.stream)
    except RefusedError as error:
        yield Finding("A3", error.code, position, event.stream, error.expected, error.found)

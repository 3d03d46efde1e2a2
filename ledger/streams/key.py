"""`key/<officer>`: the Ed25519 key that an officer signs with, one at a time, from enrolment to loss.

Whoever enrols a key signs a fixed text with it, so that nobody enrols what another holds. A key is rotated with
the consent of the one before. A key that was lost or exposed is revoked, as of when; what it signed before stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError
from ledger.event import Audience, Event
from ledger.field import Id, check_text
from ledger.seal.keys import Kind, VerifierKey, decode_base64

SIGNATURE_SIZE = 64  # bytes, of an Ed25519 signature (RFC 8032 section 5.1.6)
Reason = Literal["lost", "exposed", "left-office"]
KeyText = Annotated[str, StringConstraints(pattern=r"^\S{1,500}$"), AfterValidator(check_text)]
SignatureText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$")]


class KeyEnrolled(Event):
    """An officer's key was enrolled; `proof` is the key's signature over the enrolment text."""

    audience = Audience.PUBLIC
    type: Literal["key-enrolled.v1"] = "key-enrolled.v1"
    key: KeyText
    officer: Id
    proof: SignatureText


class KeyRotated(Event):
    """An officer's key was replaced; the new one signs the enrolment text (`proof`), and the old one (`consent`)."""

    audience = Audience.PUBLIC
    type: Literal["key-rotated.v1"] = "key-rotated.v1"
    consent: SignatureText
    key: KeyText
    officer: Id
    proof: SignatureText


class KeyRevoked(Event):
    """An officer's key is not to be believed from the moment that this takes effect."""

    audience = Audience.PUBLIC
    type: Literal["key-revoked.v1"] = "key-revoked.v1"
    officer: Id
    reason: Reason


@dataclass(frozen=True, slots=True)
class OfficerKey(State):
    """The key that an officer signs with as it stands: empty if there is none; and all there ever were.

    Where the last one was revoked, `revoked_by` is the office that recorded it, and `revoked_at` as of when.
    """

    key: str = ""
    used: tuple[str, ...] = ()
    revoked_by: str = ""
    revoked_at: str = ""

    def evolve(self, event: Event) -> OfficerKey:
        """Give the key after one more event."""
        match event:
            case KeyEnrolled() | KeyRotated():
                return replace(
                    self,
                    version=event.version,
                    key=event.key,
                    used=(*self.used, event.key),
                    revoked_by="",
                    revoked_at="",
                )
            case KeyRevoked():
                by, at = event.actor, event.effective
                return replace(self, version=event.version, key="", revoked_by=by, revoked_at=at)
        raise TypeError(f"{event.type} does not belong to a key")


def enrolment_text(origin: str, officer: str, number: int, key: str) -> bytes:
    """Give what is signed to enrol a key: the log's origin, whose it is, the how-manieth of theirs, the key."""
    return f"pollbook officer key v1\n{origin}\n{officer}\n{number}\n{key}\n".encode()


class EnrolKey(Command):
    """Enrol an officer's key. Make key and proof with: pollbook key make OFFICER FILE."""

    signed = True

    officer: Id = Field(description="the office or officer whose key it is")
    key: KeyText = Field(description="the public key, as pollbook key make prints it")
    proof: SignatureText = Field(description="signature by the key itself, as pollbook key make prints it")


@decision(EnrolKey, officer_key=lambda c, _: OfficerKey(f"key/{c.officer}"))
def enrol_key(command: EnrolKey, act: Act, officer_key: OfficerKey) -> Outcome:
    """Decide that a key may be enrolled.

    Raises:
        RefusedError: `key-malformed` and other faults of keys, `key-wrong-name`, `key-exists`, `key-used-before`,
            `proof-wrong`, in that order.
    """
    key = require_name(command.key, command.officer, officer_key)
    if officer_key.key:
        raise RefusedError(
            "key-exists",
            officer_key.stream,
            expected="no key in force",
            found=officer_key.key,
            remedy="Rotate it with rotate-key, or revoke it first with revoke-key",
        )
    _require_unused(command.key, officer_key)
    text = enrolment_text(act.origin, command.officer, len(officer_key.used) + 1, command.key)
    require_signature(key, text, command.proof, "proof-wrong", officer_key.stream)
    return Outcome([KeyEnrolled(**act.on(officer_key), officer=command.officer, key=command.key, proof=command.proof)])


class RotateKey(Command):
    """Replace an officer's key with the consent of the old one: pollbook key make OFFICER FILE --after OLD-FILE."""

    officer: Id = Field(description="the office or officer whose key it is")
    key: KeyText = Field(description="the new public key")
    proof: SignatureText = Field(description="signature by the new key")
    consent: SignatureText = Field(description="signature by the old key over the same text")


@decision(RotateKey, officer_key=lambda c, _: OfficerKey(f"key/{c.officer}"))
def rotate_key(command: RotateKey, act: Act, officer_key: OfficerKey) -> Outcome:
    """Decide that a key may be replaced.

    Raises:
        RefusedError: `key-malformed` and other faults of keys, `key-wrong-name`, `no-key`, `key-used-before`,
            `proof-wrong`, `consent-wrong`, in that order.
    """
    key = require_name(command.key, command.officer, officer_key)
    old = _require_key(officer_key)
    _require_unused(command.key, officer_key)
    text = enrolment_text(act.origin, command.officer, len(officer_key.used) + 1, command.key)
    require_signature(key, text, command.proof, "proof-wrong", officer_key.stream)
    require_signature(old, text, command.consent, "consent-wrong", officer_key.stream)
    fields = command.model_dump(include={"officer", "key", "proof", "consent"})
    return Outcome([KeyRotated(**act.on(officer_key), **fields)])


class RevokeKey(Command):
    """Revoke an officer's key that was lost or exposed, or whose holder left. Say since when with effective."""

    signed = True

    officer: Id = Field(description="the office or officer whose key it is")
    reason: Reason = Field(description="why it is revoked")


@decision(RevokeKey, officer_key=lambda c, _: OfficerKey(f"key/{c.officer}"))
def revoke_key(command: RevokeKey, act: Act, officer_key: OfficerKey) -> Outcome:
    """Decide that a key may be revoked.

    Raises:
        RefusedError: `no-key`.
    """
    _require_key(officer_key)
    return Outcome([KeyRevoked(**act.on(officer_key), officer=command.officer, reason=command.reason)])


def require_signature(key: VerifierKey, text: bytes, signature: str, code: str, what: str) -> None:
    """Refuse, under the code given, a signature that is not the key's over the text."""
    if not is_signed(key.text, text, signature):
        raise RefusedError(
            code,
            what,
            expected=f"the signature of {key.name} {key.key_id.hex()} over the enrolment text",
            found="another",
            remedy="Make it anew, on this ledger, with: pollbook key make",
        )


def is_signed(key: str, text: bytes, signature: str) -> bool:
    """Tell whether a signature, in canonical base64, is that of a public key over a text."""
    try:
        data = decode_base64(signature)
    except ValueError:
        return False
    return len(data) == SIGNATURE_SIZE and VerifierKey.parse(key).verify(text, data)


def require_name(text: str, officer: str, officer_key: OfficerKey) -> VerifierKey:
    """Read a key, and refuse one that is not a signing key of this officer (`key-malformed`, `key-wrong-name`)."""
    key = VerifierKey.parse(text)
    if key.name != officer or key.kind is not Kind.NOTE:
        raise RefusedError(
            "key-wrong-name",
            officer_key.stream,
            expected=f"a signing key (kind 0x01) named {officer}",
            found=f"kind {key.kind:#04x}, named {key.name}",
            remedy="Make a key for this officer",
        )
    return key


def _require_unused(text: str, officer_key: OfficerKey) -> None:
    if text in officer_key.used:
        raise RefusedError(
            "key-used-before",
            officer_key.stream,
            expected="a key that was never enrolled",
            found=text,
            remedy="Make a new key: what was lost once stays lost",
        )


def _require_key(officer_key: OfficerKey) -> VerifierKey:
    if not officer_key.key:
        raise RefusedError(
            "no-key",
            officer_key.stream,
            expected="a key in force",
            found="none",
            remedy="Enrol one with enrol-key",
        )
    return VerifierKey.parse(officer_key.key)

"""`ledger/log-key`: the log changed the key that it signs checkpoints with.

A planned change carries the consent of the old key. Where the old key was lost there is none: the new key then
rests on whoever recorded it, and a witness or a policy that takes it up has to ask them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError
from ledger.event import Audience, Event
from ledger.seal.keys import Kind, VerifierKey
from ledger.streams.key import KeyText, SignatureText, require_signature

STREAM = "ledger/log-key"
Reason = Literal["planned", "lost", "exposed"]


class LogKeyRotated(Event):
    """The log signs with another key from here on; both sign the text over old and new, if the old one is there."""

    audience = Audience.PUBLIC
    type: Literal["log-key-rotated.v1"] = "log-key-rotated.v1"
    consent: SignatureText | None = None
    key: KeyText
    old: KeyText
    proof: SignatureText
    reason: Reason


@dataclass(frozen=True, slots=True)
class LogKey(State):
    """The log's key as it stands, empty while the first one signs; and all there ever were."""

    key: str = ""
    used: tuple[str, ...] = ()

    def evolve(self, event: Event) -> LogKey:
        """Give the log's key after one more event."""
        match event:
            case LogKeyRotated():
                return replace(self, version=event.version, key=event.key, used=(*self.used, event.old, event.key))
        raise TypeError(f"{event.type} does not belong to {self.stream}")


def rotation_text(old: str, new: str) -> bytes:
    """Give what is signed to replace the log's key; the keys name the log."""
    return f"pollbook log key v1\n{old}\n{new}\n".encode()


class RotateLogKey(Command):
    """Record that the log signs with another key. `pollbook key rotate-log` gives this itself."""

    old: KeyText = Field(description="the public key until now")
    key: KeyText = Field(description="the public key from now on")
    proof: SignatureText = Field(description="signature by the new key")
    consent: SignatureText | None = Field(None, description="signature by the old key, unless it was lost")
    reason: Reason = Field(description="why it is replaced")


@decision(RotateLogKey, log_key=lambda _c, _s: LogKey(STREAM))
def rotate_log_key(command: RotateLogKey, act: Act, log_key: LogKey) -> Outcome:
    """Decide that the log's key may be replaced.

    Raises:
        RefusedError: `key-malformed` and other faults of keys, `key-wrong-name`, `key-wrong-old`, `proof-wrong`,
            `consent-wrong`, in that order.
    """
    old, new = VerifierKey.parse(command.old), VerifierKey.parse(command.key)
    if {old.name, new.name} != {act.origin} or new.kind is not Kind.NOTE:
        raise RefusedError(
            "key-wrong-name",
            STREAM,
            expected=f"signing keys (kind 0x01) named {act.origin}",
            found=f"{old.name} and {new.name}",
            remedy="Give the keys of this log",
        )
    if command.key in (command.old, *log_key.used) or (log_key.key and command.old != log_key.key):
        raise RefusedError(
            "key-wrong-old",
            STREAM,
            expected=f"the key in force, {log_key.key or 'of the first checkpoints'}, and another after it",
            found=command.old,
            remedy="See the key in force with: pollbook key",
        )
    text = rotation_text(command.old, command.key)
    require_signature(new, text, command.proof, "proof-wrong", STREAM)
    if command.consent is not None or command.reason == "planned":
        require_signature(old, text, command.consent or "", "consent-wrong", STREAM)
    fields = command.model_dump(include={"old", "key", "proof", "consent", "reason"})
    return Outcome([LogKeyRotated(**act.on(log_key), **fields)])

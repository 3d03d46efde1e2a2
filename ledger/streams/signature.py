"""`signature/<command id>`: a command as its office signed it, in the same transaction as what it led to.

What is signed is the command with the moment it takes effect and the authority it is given under, its id, and the name
of the log, so that no signature fits another command, another repetition of it, or another ledger. Private values are
left out, and papers are named by the digest of their batch. Where what a command led to is withheld from the public, so
is its signature.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, StringConstraints

from ledger.decision import Act, Agree, Command, Outcome, State
from ledger.event import Audience, Event
from ledger.field import Id, check_text
from ledger.leaf import CANONICAL, LEAF_MAX
from ledger.streams.batch import BatchClosed, BatchOpened
from ledger.streams.key import KeyText, SignatureText

BodyText = Annotated[str, StringConstraints(min_length=2, max_length=LEAF_MAX), AfterValidator(check_text)]
FILLED = frozenset({"authority", "effective"})  # by the desk, where the command leaves them out
Difference = tuple[str, object, object]  # field, what was signed, what the event has


class Signature(NamedTuple):
    """A signature as the desk is given it: the public key, and the signature in base64."""

    key: str
    data: str


class CommandSigned(Event):
    """A command was signed by its office: `body` is the command, in canonical JSON."""

    audience = Audience.PUBLIC
    type: Literal["command-signed.v1"] = "command-signed.v1"
    body: BodyText
    key: KeyText
    signature: SignatureText
    verb: Id


class CommandSignedWithheld(Event):
    """A command that led to what the public may not read was signed by its office."""

    audience = Audience.RESTRICTED
    type: Literal["command-signed-withheld.v1"] = "command-signed-withheld.v1"
    body: BodyText
    key: KeyText
    signature: SignatureText
    verb: Id


Signed = CommandSigned | CommandSignedWithheld


@dataclass(frozen=True, slots=True)
class SignatureHeld(State):
    """The signature of one command, once there is one."""

    body: str = ""

    def evolve(self, event: Event) -> SignatureHeld:
        """Give the signature after one more event."""
        match event:
            case CommandSigned() | CommandSignedWithheld():
                return replace(self, version=event.version, body=event.body)
        raise TypeError(f"{event.type} does not belong to a signature")


def signature_stream(command_id: str) -> SignatureHeld:
    """Name the stream of a command's signature."""
    return SignatureHeld(f"signature/{command_id}")


def signed_body(command: Command, act: Act) -> str:
    """Write a command as its office signs it, in canonical JSON: who, when, under what, and all that is not private."""
    filled = {"actor": act.actor, "authority": act.authority, "effective": act.effective, "verb": command.verb}
    return json.dumps({**{name: each for name, each in filled.items() if each}, **command.said()}, **CANONICAL)


def is_of(body: str, command: Command, actor: str) -> bool:
    """Whether a body that was signed is this command's, whenever it took effect."""
    values: dict[str, Any] = json.loads(body)
    said = {"actor": actor, "verb": command.verb, **command.said()}
    return said == {name: value for name, value in values.items() if name in said or name not in FILLED}


def signed_text(origin: str, command_id: str, actor: str, body: str) -> bytes:
    """Give the bytes that are signed: what this is, the log's origin, the command's id, the office, the body."""
    return f"pollbook command v1\n{origin}\n{command_id}\n{actor}\n{body}\n".encode()


def signed_event(act: Act, command: Command, signature: Signature, outcome: Outcome) -> Signed:
    """Make the event that keeps a signature; withheld if anything is that the command led to."""
    events = [*outcome.events, *([outcome.batch.opened] if outcome.batch else ())]
    withheld = outcome.restricted or any(event.audience is Audience.RESTRICTED for event in events)
    return (CommandSignedWithheld if withheld else CommandSigned)(
        **act.on(signature_stream(act.command or "")),
        body=signed_body(command, act),
        key=signature.key,
        signature=signature.data,
        verb=command.verb,
    )


def differences(kind: type[Command], body: Mapping[str, Any], event: Event) -> Iterator[Difference]:
    """Compare an event with the body that was signed: whatever both can name, they have alike.

    A batch takes effect as its poll closed, whatever the command says. Keys and powers of a founding's officers follow
    from its own event, and are compared with that (A5).
    """
    if body.get("verb") == "found-ledger" and event.type != "ledger-founded.v1":
        return
    values = event.model_dump(mode="json", exclude_none=True)
    passed = kind.private | kind.filled | {name for name, types in kind.elsewhere.items() if event.type in types}
    if isinstance(event, BatchOpened | BatchClosed):
        passed |= {"effective"}
    for name in sorted({*kind.model_fields, *kind.written, *body} & {*type(event).model_fields} - passed):
        said, found = body.get(name), values.get(name)
        if name in kind.written:
            if not _agrees(kind.written[name], body, found):
                yield name, said, found
            continue
        if name in kind.unordered and isinstance(said, list) and isinstance(found, list):
            said, found = sorted(said, key=str), sorted(found, key=str)
        if said != found:
            yield name, said, found


def _agrees(agree: Agree, body: Mapping[str, Any], found: object) -> bool:
    """Compare what was signed with what the decision wrote otherwise; what is not of the command's form is not it."""
    try:
        return agree(body, found)
    except (AttributeError, KeyError, TypeError):
        return False

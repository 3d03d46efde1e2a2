"""`ledger/founding`: the first event of a ledger in which authority is checked: its governing body and first officers.

Each officer proves with the key that they hold it, and one of them signs the founding. Their keys then stand on
`key/<office>` and their powers on `office/<office>`, with the same command, so that there is one place for each. A
ledger that begins with anything else is unfounded for ever: whoever records is believed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, Unchanged, decision
from ledger.errors import refused
from ledger.event import TYPES, Audience, Canonical, Event
from ledger.field import ALL, Hash, Id, Text, Time
from ledger.streams.key import (
    KeyEnrolled,
    KeyText,
    OfficerKey,
    SignatureText,
    enrolment_text,
    require_name,
    require_signature,
)
from ledger.streams.office import POWERS_MAX, PowerDelegated, office_stream, require_powers

STREAM = "ledger/founding"
OFFICERS_MAX = 50  # of one founding
DELEGATING = frozenset({ALL, "delegation", "delegate-power"})  # powers without which nobody could delegate any other


class FirstOfficer(Canonical):
    """An officer named by the founding: the office, its key with the proof that somebody holds it, its powers."""

    key: KeyText = Field(description="its public key, named after the office")
    office: Id = Field(description="the office, such as returning-officer")
    powers: tuple[Id, ...] = Field(
        min_length=1, max_length=POWERS_MAX, description="verbs such as declare-result, rooms such as lot, or all"
    )
    proof: SignatureText = Field(description="signature by that key, as: pollbook key make")
    until: Time | None = Field(None, description="up to but not including when (UTC); until revoked if left out")


class LedgerFounded(Event):
    """A ledger was founded: from here on every act needs a delegation, and some a signature."""

    audience = Audience.PUBLIC
    type: Literal["ledger-founded.v1"] = "ledger-founded.v1"
    clause: Hash | None = None
    governing_body: Id
    officers: tuple[FirstOfficer, ...]
    title: Text


@dataclass(frozen=True, slots=True)
class Founding(State):
    """The founding as it stands: which body governs; empty where the ledger is unfounded."""

    governing_body: str = ""
    officers: tuple[FirstOfficer, ...] = ()

    def evolve(self, event: Event) -> Founding:
        """Give the founding after one more event."""
        match event:
            case LedgerFounded():
                body, officers = event.governing_body, event.officers
                return replace(self, version=event.version, governing_body=body, officers=officers)
        raise TypeError(f"{event.type} does not belong to a founding")


def founding_stream() -> Founding:
    """Name the stream of the founding."""
    return Founding(STREAM)


class FoundLedger(Command):
    """Found a ledger, as its first command: name its governing body, and its first officers with keys and powers.

    From then on every command needs a delegation, and some a signature. pollbook found makes keys and proofs.
    """

    names = frozenset({"title"})
    signed = True

    governing_body: Id = Field(description="the body that holds every power, and delegates it")
    title: Text = Field(description="what the ledger is of, and on whose authority it is founded")
    officers: tuple[FirstOfficer, ...] = Field(
        min_length=1,
        max_length=OFFICERS_MAX,
        description='the first officers, as JSON: [{"office":"returning-officer","key":"...","proof":"...",'
        '"powers":["all"]}, ...]',
    )
    clause: Hash | None = Field(None, description="hash of the clause that it rests on")


@decision(FoundLedger, founding=lambda _c, _s: founding_stream())
def found_ledger(command: FoundLedger, act: Act, founding: Founding) -> Outcome:
    """Decide that a ledger may be founded, by one of the officers that it names; the desk asks for the signature.

    Raises:
        RefusedError: `already-begun`, `duplicate-office`, `not-an-officer`, `unknown-power`, `nobody-delegates`,
            `term-empty`, faults of keys, `key-wrong-name`, `proof-wrong`, in that order.
    """
    if founding.exists or act.size:
        remedy = "Found a new ledger: this one stays as it began"
        raise refused("already-begun", founding.stream, "a ledger without an event", f"{act.size} events", remedy)
    offices = [officer.office for officer in command.officers]
    twice = [office for office, times in Counter(offices).items() if times > 1]
    if twice:
        remedy = "Name each office once, with all its powers"
        raise refused("duplicate-office", founding.stream, "each office once", twice[0], remedy)
    if act.actor not in offices:
        remedy = "Let one of the officers found it: --as"
        raise refused("not-an-officer", founding.stream, " or ".join(offices[:8]), act.actor, remedy)
    for officer in command.officers:
        _require_sound(officer, act)
    if DELEGATING.isdisjoint(power for officer in command.officers for power in officer.powers):
        remedy = "Give one of them the power delegation, or all"
        expected = "an officer with the power to record delegations"
        raise refused("nobody-delegates", founding.stream, expected, "none", remedy)
    fields = command.model_dump(include={"clause", "governing_body", "title"})
    founded = LedgerFounded(**act.on(founding), **fields, officers=command.officers)
    made = [event for officer in command.officers for event in follows(command.governing_body, officer, act)]
    return Outcome([founded, *made], unchanged=Unchanged(-1, tuple(sorted(TYPES)), ("",)))


def follows(governing_body: str, officer: FirstOfficer, act: Act) -> tuple[KeyEnrolled, PowerDelegated]:
    """Give what the founding leads to for one of its officers: the key enrolled, and the powers delegated."""
    key = OfficerKey(f"key/{officer.office}")
    enrolled = KeyEnrolled(**act.on(key), officer=officer.office, key=officer.key, proof=officer.proof)
    delegated = PowerDelegated(
        **act.on(office_stream(officer.office)),
        body=governing_body,
        number=1,
        office=officer.office,
        pass_on=False,
        powers=officer.powers,
        since=act.effective,
        until=officer.until,
    )
    return enrolled, delegated


def _require_sound(officer: FirstOfficer, act: Act) -> None:
    """Refuse an officer whose powers, term or key are at fault."""
    held = OfficerKey(f"key/{officer.office}")
    require_powers(officer.powers, f"founding, {officer.office}")
    if officer.until is not None and officer.until <= act.effective:
        expected = f"an end after {act.effective}"
        raise refused("term-empty", f"founding, {officer.office}", expected, officer.until, "Correct the term")
    key = require_name(officer.key, officer.office, held)
    text = enrolment_text(act.origin, officer.office, 1, officer.key)
    require_signature(key, text, officer.proof, "proof-wrong", held.stream)


def require_founded(founding: Founding, where: str) -> None:
    """Refuse delegations in a ledger that was not founded (`not-founded`)."""
    if not founding.exists:
        remedy = "Found a new ledger with found-ledger, as its first command"
        raise refused("not-founded", where, "a ledger that was founded", "one in which everything is asserted", remedy)

"""The record as its commands led to it: events side by side that bear one command, and what stood before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from ledger.event import Event
from ledger.streams.admission import AdmissionClosed, AdmissionOpened
from ledger.streams.batch import BatchClosed, BatchOpened
from ledger.streams.body import Body, body_stream
from ledger.streams.checks import ChecksClosed, ChecksOpened
from ledger.streams.cure_events import InvitationClosed, InvitationOpened, LapseClosed, LapseOpened
from ledger.streams.founding import Founding, LedgerFounded, founding_stream
from ledger.streams.key import KeyEnrolled, KeyRevoked, KeyRotated, OfficerKey
from ledger.streams.member import BatchReceived, BatchReconciled
from ledger.streams.office import DelegationRevoked, Office, PowerDelegated, office_stream
from ledger.streams.payments import PaymentsReceived, PaymentsReconciled
from ledger.streams.returned import MarksReceived, MarksReconciled
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from ledger.streams.rulebook import RuleBook, rulebook_stream
from ledger.streams.signature import CommandSigned, CommandSignedWithheld, Signed

CONTESTS = ("contest/", "nominations/")  # streams whose events name the election of a contest
SIGNED = (CommandSigned, CommandSignedWithheld)
OPENS = (  # what opens a batch, and what closes one, in a later run, or in the same where nothing came between
    AdmissionOpened,
    BatchOpened,
    BatchReceived,
    ChecksOpened,
    InvitationOpened,
    LapseOpened,
    MarksReceived,
    PaymentsReceived,
    RollBuildOpened,
)
CLOSES = (
    AdmissionClosed,
    BatchClosed,
    BatchReconciled,
    ChecksClosed,
    InvitationClosed,
    LapseClosed,
    MarksReconciled,
    PaymentsReconciled,
    RollBuildClosed,
)
Placed = tuple[int, Event]


@dataclass(frozen=True, slots=True)
class Run:
    """Events at adjoining positions that one command led to, with its signatures apart; there ought to be one."""

    events: tuple[Placed, ...]
    signatures: tuple[tuple[int, Signed], ...]

    @property
    def begins_at(self) -> int:
        """Position of whatever comes first."""
        return min(position for position, _ in (*self.events, *self.signatures))


def runs_of(events: Sequence[Placed]) -> Iterator[Run]:
    """Give the record's events in runs, in their order; an event of no command is a run of its own."""
    numbered = enumerate(events)

    def key(item: tuple[int, Placed]) -> tuple[str, int]:
        number, (position, event) = item
        return (event.command or "", position - number if event.command else position)

    for _, group in groupby(numbered, key):
        run = [placed for _, placed in group]
        signatures = tuple((position, event) for position, event in run if isinstance(event, SIGNED))
        yield Run(tuple(placed for placed in run if not isinstance(placed[1], SIGNED)), signatures)


@dataclass(slots=True)
class Before:
    """What stood before an event: the founding, powers, keys, what bodies decided, rules, the elections of contests."""

    founding: Founding = field(default_factory=founding_stream)
    offices: dict[str, Office] = field(default_factory=dict)
    keys: dict[str, OfficerKey] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    books: dict[str, RuleBook] = field(default_factory=dict)
    elections: dict[str, str] = field(default_factory=dict)

    def office(self, name: str) -> Office:
        """Give the powers of an office."""
        return self.offices.get(name, office_stream(name))

    def key(self, officer: str) -> OfficerKey:
        """Give the key of an officer."""
        return self.keys.get(officer, OfficerKey(f"key/{officer}"))

    def body(self, name: str) -> Body:
        """Give a body with what it decided."""
        return self.bodies.get(name, body_stream(name))

    def take(self, event: Event) -> None:
        """Go on past an event; one that does not fit its stream is a finding of another check."""
        kind, _, name = event.stream.partition("/")
        if event.stream.startswith(CONTESTS):
            election = getattr(event, "election", None)
            if isinstance(election, str):
                self.elections.setdefault(name, election)
        with suppress(TypeError):
            match event:
                case LedgerFounded():
                    self.founding = self.founding.evolve(event)
                case PowerDelegated() | DelegationRevoked():
                    self.offices[name] = self.office(name).evolve(event)
                case KeyEnrolled() | KeyRotated() | KeyRevoked():
                    self.keys[name] = self.key(name).evolve(event)
                case _ if kind == "body":
                    self.bodies[name] = self.body(name).evolve(event)
                case _ if kind == "rulebook":
                    self.books[name] = (self.books.get(name) or rulebook_stream(name)).evolve(event)

"""What an entry may rest on: somebody's row in a register, or their application, with the facts that tests read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.decision import State
from ledger.event import Event
from ledger.rules.eligibility import Facts
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application import Application
from ledger.streams.application_events import ApplicationReceived
from ledger.streams.member import MemberRegistered
from ledger.streams.person import PersonRecorded

PERSON = "person/"


@dataclass(frozen=True, slots=True)
class Basis(State):
    """What an entry rests on, as it stands.

    Attributes:
        member: the row of a register; `application` else, as far as either is on record.
    """

    member: MemberRegistered | None = None
    application: Application | None = None

    @property
    def key(self) -> str:
        """The key of its person."""
        return self.stream.partition("/")[2]

    @property
    def register(self) -> str | None:
        """The register that the row came from; None of an application."""
        return register_of(self.member) if self.member else None

    @property
    def category(self) -> str:
        """The category that it names; empty where there is nothing on record."""
        if self.member:
            return self.member.category
        received = self.application.received if self.application else None
        return received.category if isinstance(received, ApplicationReceived) else ""

    @property
    def affiliate(self) -> str | None:
        """The affiliate of the row."""
        return self.member.affiliate if self.member else None

    def evolve(self, event: Event) -> Basis:
        """Give the basis after one more event."""
        if self.stream.startswith(APPLICATION):
            application = (self.application or Application(self.stream)).evolve(event)
            return replace(self, version=event.version, application=application)
        match event:
            case MemberRegistered():
                return replace(self, version=event.version, member=event)
            case PersonRecorded():
                return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to what an entry rests on")

    def facts(self) -> Facts:
        """Give the facts that tests read."""
        if self.application:
            checks = tuple((name, check.outcome) for name, check in sorted(self.application.checks.items()))
            received = self.application.received
            return Facts(self.stream, declared=received.declaration is not None if received else None, checks=checks)
        if self.member:
            return Facts(self.stream, joined=self.member.joined, lapsed=self.member.lapsed)
        return Facts(self.stream)


def register_of(member: MemberRegistered) -> str:
    """Give the register that a row came from, by the batch it came in with."""
    return (member.batch or "//").split("/")[1]

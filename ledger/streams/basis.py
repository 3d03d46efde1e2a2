"""What an entry may rest on: somebody's row in a register, or their application, with the facts that tests read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.decision import State
from ledger.event import Event
from ledger.rules.eligibility import Facts, Office, Spell, Suspension
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application import Application
from ledger.streams.application_events import ApplicationReceived
from ledger.streams.member import MemberRegistered
from ledger.streams.member_history import DAY_LENGTH, PLACES, Member

PERSON = "person/"


@dataclass(frozen=True, slots=True)
class Basis(State):
    """What an entry rests on, as it stands.

    Attributes:
        member: as a register and what was recorded since have them; `application` else.
        undated: the day that stands for that of joining where the register does not say; empty where it does.
    """

    member: Member | None = None
    application: Application | None = None
    undated: str = ""

    @property
    def key(self) -> str:
        """The key of its person."""
        return self.stream.partition("/")[2]

    @property
    def file(self) -> str:
        """The register and the file that a row came in with, as the stream of its intake ends; empty of others."""
        return (self.member.batch or "").partition("/")[2] if self.member else ""

    @property
    def register(self) -> str | None:
        """The register that the row came from; None of an application."""
        return self.file.partition("/")[0] or None

    @property
    def category(self) -> str:
        """The category that it names; empty where there is nothing on record."""
        if self.member:
            return self.placed("category") or ""
        received = self.application.received if self.application else None
        return received.category if isinstance(received, ApplicationReceived) else ""

    def placed(self, name: str) -> str | None:
        """Give where they stand as of the last event: affiliate, category, region, unit, levy, declaration.

        An application names no affiliate: it says region and unit, if it says anything.
        """
        received = self.application.received if self.application else None
        if received is not None:
            return {"region": received.region, "unit": received.unit}.get(name)
        return self.member.place[PLACES.index(name)] if self.member and self.member.place else None

    def evolve(self, event: Event) -> Basis:
        """Give the basis after one more event."""
        if self.stream.startswith(APPLICATION):
            application = (self.application or Application(self.stream)).evolve(event)
            return replace(self, version=event.version, application=application)
        member = (self.member or Member(self.stream)).evolve(event)
        undated = self.undated
        if isinstance(event, MemberRegistered):
            undated = "" if event.joined else event.effective[:DAY_LENGTH]
        return replace(self, version=event.version, member=member, undated=undated)

    def facts(self, *, certified: bool | None = None) -> Facts:
        """Give the facts that tests read.

        Args:
            certified: whether the list that a row came in with was certified.
        """
        if self.application:
            checks = tuple((name, check.outcome) for name, check in sorted(self.application.checks.items()))
            received = self.application.received
            return Facts(self.stream, declared=received.declaration is not None if received else None, checks=checks)
        if self.member is None:
            return Facts(self.stream)
        levy, declared = self.placed("levy"), self.placed("declaration")
        return Facts(
            self.stream,
            spells=tuple(
                Spell(None if each.since == self.undated else each.since, each.until) for each in self.member.periods
            ),
            suspensions=tuple(Suspension(*each) for each in self.member.suspensions),
            offices=tuple(Office(each.office, each.since, each.until) for each in self.member.offices),
            declared=None if declared is None else declared == "made",
            levy=None if levy is None else levy == "pays",
            certified=certified,
        )

"""`nominator/<election>/<id>`: a body or person entitled to nominate, and the end of the entitlement.

A nominator is known by an id, the same in every contest of the election. Only bodies and holders of an office are
named: a member who nominates stays a number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.nominated import Day, require_past


class NominatorRegistered(Event):
    """A nominator of a class was registered, with the members it has where that is known."""

    audience = Audience.PUBLIC
    type: Literal["nominator-registered.v1"] = "nominator-registered.v1"
    as_of: Day
    election: Id
    name: Text | None = None
    nominator: Id
    nominator_class: Id
    size: Count | None = None
    source: Text


class EntitlementEnded(Event):
    """A nominator lost the right to nominate, from the moment this took effect on."""

    audience = Audience.PUBLIC
    type: Literal["entitlement-ended.v1"] = "entitlement-ended.v1"
    clause: Hash | None = None
    election: Id
    nominator: Id
    reason: Text


@dataclass(frozen=True, slots=True)
class Nominator(State):
    """A nominator as registered, and when the right to nominate ended."""

    registered: NominatorRegistered | None = None
    ended: EntitlementEnded | None = None

    def evolve(self, event: Event) -> Nominator:
        """Give the nominator after one more event."""
        match event:
            case NominatorRegistered():
                return replace(self, version=event.version, registered=event)
            case EntitlementEnded():
                return replace(self, version=event.version, ended=event)
        raise TypeError(f"{event.type} does not belong to a nominator")


def nominator_stream(election: str, nominator: str) -> Nominator:
    """Name the stream of a nominator."""
    return Nominator(f"nominator/{election}/{nominator}")


class RegisterNominator(Command):
    """Register a body or person entitled to nominate in the contests of an election."""

    names = frozenset({"name"})

    election: Id = Field(description="id of the election")
    nominator: Id = Field(description="id of the nominator: never a private person's name or membership number")
    nominator_class: Id = Field(description="class, as in the rules of nomination")
    name: Text | None = Field(
        None, description="name of a body or holder of an office, as published; left out for everybody else"
    )
    size: Count | None = Field(None, description="members that a body has, such as affiliated members")
    as_of: Day = Field(description="the day that this is of: YYYY-MM-DD")
    source: Text = Field(description="where this is from")


@decision(
    RegisterNominator,
    nominator=lambda c, _: nominator_stream(c.election, c.nominator),
    election=lambda c, _: election_stream(c.election),
)
def register_nominator(command: RegisterNominator, act: Act, nominator: Nominator, election: Election) -> Outcome:
    """Decide that a nominator may be registered.

    Raises:
        RefusedError: `unknown-election`, `nominator-exists`.
    """
    require_election(election, command.election)
    if nominator.exists:
        where = f"nominator {command.nominator} of election {command.election}"
        raise refused("nominator-exists", where, "a new id", "a nominator of this id", "Nothing to do, or another id")
    fields = command.model_dump(exclude={"effective", "authority"})
    return Outcome([NominatorRegistered(**act.on(nominator), **fields)])


class EndEntitlement(Command):
    """End a nominator's right to nominate. What it nominated falls if it ends before the close for its class."""

    election: Id = Field(description="id of the election")
    nominator: Id = Field(description="id of the nominator")
    reason: Text = Field(description="why, such as whip withdrawn; it is public, and kept for ever")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")


@decision(EndEntitlement, nominator=lambda c, _: nominator_stream(c.election, c.nominator))
def end_entitlement(command: EndEntitlement, act: Act, nominator: Nominator) -> Outcome:
    """Decide that a right to nominate ended.

    Raises:
        RefusedError: `unknown-nominator`, `entitlement-ended`, `future-dated`.
    """
    where = f"nominator {command.nominator} of election {command.election}"
    if not nominator.exists:
        raise refused("unknown-nominator", where, "a nominator who was registered", "none of this id", "Check the id")
    if nominator.ended is not None:
        found = f"ended at {nominator.ended.effective}"
        raise refused("entitlement-ended", where, "a right that holds", found, "Nothing needs doing")
    require_past(act.effective, act.now, where)
    fields = command.model_dump(exclude={"effective", "authority"})
    return Outcome([EntitlementEnded(**act.on(nominator), **fields)])

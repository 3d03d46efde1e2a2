"""`franchise/<election>`: who is an elector, in which section, by which tests; the last one adopted is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import Hash, Id
from ledger.rules.franchise import Category, Franchise, franchise_hash, unavailable
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.roll import Roll, require_not_frozen, roll_stream


class FranchiseAdopted(Event):
    """A franchise was adopted for an election; one adopted later takes its place."""

    audience = Audience.PUBLIC
    type: Literal["franchise-adopted.v1"] = "franchise-adopted.v1"
    clause: Hash | None = None
    decision: Id | None = None
    election: Id
    rule: Franchise


@dataclass(frozen=True, slots=True)
class Adopted(State):
    """The franchise of an election, every version in the order of recording."""

    versions: tuple[FranchiseAdopted, ...] = ()

    @property
    def rule(self) -> Franchise | None:
        """The version in force: the last; None before the first."""
        return self.versions[-1].rule if self.versions else None

    def evolve(self, event: Event) -> Adopted:
        """Give the franchise after one more event."""
        match event:
            case FranchiseAdopted():
                return replace(self, version=event.version, versions=(*self.versions, event))
        raise TypeError(f"{event.type} does not belong to a franchise")


def franchise_stream(election: str) -> Adopted:
    """Name the stream of an election's franchise."""
    return Adopted(f"franchise/{election}")


def require_franchise(adopted: Adopted, election: str) -> Franchise:
    """Give the franchise in force; refuse where there is none (`no-franchise`)."""
    if adopted.rule is None:
        remedy = "Record adopt-franchise first"
        raise refused("no-franchise", f"election {election}", "a franchise that was adopted", "none", remedy)
    return adopted.rule


def require_category(rule: Franchise, name: str, where: str) -> Category:
    """Give a category of the franchise; refuse what is none (`unknown-category`)."""
    found = rule.category(name)
    if found is None:
        known = [each.category for each in rule.categories]
        text = f"{name}{nearest(name, known)}"
        raise refused("unknown-category", where, f"a category of the franchise: {', '.join(known)}", text, "Correct it")
    return found


class AdoptFranchise(Command):
    """Adopt the franchise of an election: who is an elector, by which tests. One adopted later takes its place.

    Entries that stand are not touched by that, nor taken off by it: each is judged by the franchise that was in force
    when it was added. Look through them before the freeze, and remove those that are not to be on the roll.
    """

    election: Id = Field(description="id of the election")
    rule: Franchise = Field(
        description='the franchise, as JSON: {"version":"franchise.v1","several":"per-section","categories":'
        '[{"category":"members","by":"register","registers":["party"],"section":"members","tests":'
        '[{"test":"member-on","day":"2010-06-24"}]}]}'
    )
    decision: Id | None = Field(None, description="id of the decision of a body that it rests on")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")


@decision(
    AdoptFranchise,
    election=lambda c, _: election_stream(c.election),
    franchise=lambda c, _: franchise_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
)
def adopt_franchise(command: AdoptFranchise, act: Act, election: Election, franchise: Adopted, roll: Roll) -> Outcome:
    """Decide that a franchise may be adopted.

    Raises:
        RefusedError: `unknown-election`, `after-freeze`, `franchise-held`, `test-unavailable`, in that order.
    """
    require_election(election, command.election)
    where = f"franchise of election {command.election}"
    require_not_frozen(roll, where)
    if franchise.rule == command.rule:
        found = franchise_hash(command.rule)
        raise refused("franchise-held", where, "another franchise than the one in force", found, "Nothing to do")
    for category, test in unavailable(command.rule):
        expected = f"a test that {'a register' if category.by == 'register' else 'an application'} can answer"
        remedy = "Leave it out, or have the category's electors apply or be registered, as the test asks"
        raise refused("test-unavailable", f"{where}, category {category.category}", expected, test, remedy)
    event = FranchiseAdopted(
        **act.on(franchise),
        clause=command.clause,
        decision=command.decision,
        election=command.election,
        rule=command.rule,
    )
    return Outcome([event])

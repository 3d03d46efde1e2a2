"""`interest/<person>`: what a person who may decide has declared that could sway them, for recusal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import Id, Text, Time
from ledger.streams.contest import Contest, contest_stream

Kind = Literal["endorsement", "nomination", "candidacy", "employment", "kinship", "complainant", "other"]


class InterestDeclared(Event):
    """A person declared an interest, held since a moment. Without a candidate it is in the whole contest."""

    audience = Audience.PUBLIC
    type: Literal["interest-declared.v1"] = "interest-declared.v1"
    candidate: Id | None = None
    contest: Id
    interest: Id
    kind: Kind
    person: Id
    since: Time
    source: Text | None = None


class InterestWithdrawn(Event):
    """An interest ended when this took effect. It was held until then, and stays on record."""

    audience = Audience.PUBLIC
    type: Literal["interest-withdrawn.v1"] = "interest-withdrawn.v1"
    interest: Id
    person: Id


@dataclass(frozen=True, slots=True)
class Interest:
    """An interest as it stands: held from `since` up to, not including, `until`."""

    interest: str
    person: str
    kind: Kind
    contest: str
    candidate: str | None
    since: str
    until: str | None = None

    def held(self, moment: str) -> bool:
        """Whether it is held at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Interests(State):
    """What one person declared, by the ids of the interests."""

    declared: Mapping[str, Interest] = field(default_factory=dict)

    def evolve(self, event: Event) -> Interests:
        """Give the interests after one more event."""
        match event:
            case InterestDeclared():
                shared = (event.interest, event.person, event.kind, event.contest, event.candidate, event.since)
                declared = {**self.declared, event.interest: Interest(*shared)}
            case InterestWithdrawn() if event.interest in self.declared:
                ended = replace(self.declared[event.interest], until=event.effective)
                declared = {**self.declared, event.interest: ended}
            case _:
                raise TypeError(f"{event.type} does not belong to interests, or not here")
        return replace(self, version=event.version, declared=declared)


def conflict(
    interests: Iterable[Interest], contest: str, candidates: Collection[str], moment: str
) -> tuple[Interest, ...]:
    """Give the interests that bar somebody from deciding a matter, the one held longest first.

    An interest is in the matter where it is held at that moment, in the same contest, and in one of the candidates
    concerned or in the contest as a whole; a matter that concerns no candidate (`candidates` empty) concerns all.

    Args:
        interests: declared by one person, or by many: each says whose it is.
        contest: whom the matter is about: the contest, and the candidates concerned.
        moment: when it is decided, UTC.
    """
    barring = (
        each
        for each in interests
        if each.contest == contest
        and (each.candidate is None or not candidates or each.candidate in candidates)
        and each.held(moment)
    )
    return tuple(sorted(barring, key=lambda each: (each.since, each.person, each.interest)))


def interests_stream(person: str) -> Interests:
    """Name the stream of a person's interests."""
    return Interests(f"interest/{person}")


class DeclareInterest(Command):
    """Declare an interest of a person who may decide: whom they endorse, nominated, work for, or that they stand."""

    written = {"since": lambda body, found: found == body.get("since", body["effective"])}

    person: Id = Field(description="id of the person, or office, whose interest it is")
    interest: Id = Field(description="id of the interest, new for this person")
    kind: Kind = Field(description="what it is")
    contest: Id = Field(description="id of the contest; it may be defined later")
    candidate: Id | None = Field(None, description="id of the candidate; left out where it is in the whole contest")
    since: Time | None = Field(None, description="since when it is held (UTC); since it took effect if left out")
    source: Text | None = Field(None, description="where it can be looked up; it is public, so name nobody")


@decision(
    DeclareInterest, contest=lambda c, _: contest_stream(c.contest), interests=lambda c, _: interests_stream(c.person)
)
def declare_interest(command: DeclareInterest, act: Act, contest: Contest, interests: Interests) -> Outcome:
    """Decide that an interest may be declared, before or after its contest is defined.

    Raises:
        RefusedError: `interest-exists`, `unknown-subject`, in that order.
    """
    where = f"interest {command.interest} of {command.person}"
    if command.interest in interests.declared:
        found = f"the {interests.declared[command.interest].kind} declared under it"
        raise refused("interest-exists", where, "a new id", found, "Choose another id")
    if contest.exists and command.candidate is not None and command.candidate not in contest.candidates:
        found = f"{command.candidate}{nearest(command.candidate, contest.candidates)}"
        raise refused("unknown-subject", where, f"a candidate of contest {command.contest}", found, "Correct the id")
    own = ("candidate", "contest", "interest", "kind", "person", "source")
    fields = {name: getattr(command, name) for name in own}
    return Outcome([InterestDeclared(**act.on(interests), **fields, since=command.since or act.effective)])


class WithdrawInterest(Command):
    """Record that an interest ended, such as an employment. Say when with effective; what was declared stays."""

    person: Id = Field(description="id of the person")
    interest: Id = Field(description="id of the interest")


@decision(WithdrawInterest, interests=lambda c, _: interests_stream(c.person))
def withdraw_interest(command: WithdrawInterest, act: Act, interests: Interests) -> Outcome:
    """Decide that an interest may be withdrawn.

    Raises:
        RefusedError: `unknown-interest`, `already-withdrawn`, `term-empty`, in that order.
    """
    where = f"interest {command.interest} of {command.person}"
    found = interests.declared.get(command.interest)
    if found is None:
        said = f"{command.interest}{nearest(command.interest, interests.declared)}"
        remedy = "See the ids with: pollbook interests; or record declare-interest"
        raise refused("unknown-interest", where, f"an interest that {command.person} declared", said, remedy)
    if found.until is not None:
        remedy = "Declare it anew if it is held again"
        raise refused("already-withdrawn", where, "an interest still held", f"withdrawn as of {found.until}", remedy)
    if act.effective <= found.since:
        remedy = "Correct effective"
        raise refused("term-empty", where, f"an end after {found.since}", act.effective, remedy)
    return Outcome([InterestWithdrawn(**act.on(interests), interest=command.interest, person=command.person)])

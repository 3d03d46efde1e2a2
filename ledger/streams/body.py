"""`body/<id>`: a body that decides: its seats and who fills them, its sittings, and what it decided there.

Members are persons by their pseudonymous ids. What happens at sittings is decided in `sitting.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ledger.decision import State
from ledger.errors import nearest, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Text, Time, Version

Kind = Literal["conference", "governing-body", "committee", "panel", "other"]
FilledBy = Literal["election", "appointment", "ex-officio"]
Departure = Literal["resigned", "removed", "ineligible", "died", "other"]
Majority = Literal["of-votes", "of-present", "two-thirds-of-votes"]
Side = Literal["for", "against", "abstained"]


class Seats(Canonical):
    """How many seats a section of a body has; they are numbered from 1."""

    section: Id
    count: Version


class Exclusion(Canonical):
    """Who may not be seated: nobody in this capacity, in one section or in any. `ref` is the rule's own number."""

    capacity: Id
    ref: Text
    section: Id | None = None
    clause: Hash | None = None


class MemberVote(Canonical):
    """How one member voted."""

    member: Id
    vote: Side


Fault = tuple[str, str, str]  # code, what is expected, what is found


class BodyConstituted(Event):
    """A body was constituted. Without seats, nobody is seated by name and its sittings say only how many attended."""

    audience = Audience.PUBLIC
    type: Literal["body-constituted.v1"] = "body-constituted.v1"
    body: Id
    clause: Hash | None = None
    excluded: tuple[Exclusion, ...]
    kind: Kind
    name: Text
    quorum: Version
    seats: tuple[Seats, ...]


class MemberSeated(Event):
    """A person took a seat when this took effect, for a term or without end."""

    audience = Audience.PUBLIC
    type: Literal["member-seated.v1"] = "member-seated.v1"
    body: Id
    capacities: tuple[Id, ...]
    contest: Id | None = None
    filled_by: FilledBy
    person: Id
    seat: Version
    section: Id
    until: Time | None = None


class MemberUnseated(Event):
    """A person left their seat when this took effect, before any end of the term."""

    audience = Audience.PUBLIC
    type: Literal["member-unseated.v1"] = "member-unseated.v1"
    body: Id
    person: Id
    reason: Departure


class SittingHeld(Event):
    """A body sat. With fewer present than the quorum it sat all the same, and could decide nothing."""

    audience = Audience.PUBLIC
    type: Literal["sitting-held.v1"] = "sitting-held.v1"
    apologies: tuple[Id, ...]
    attended: Count | None = None
    body: Id
    end: Time
    minutes_digest: Hash | None = None
    place: Text | None = None
    present: tuple[Id, ...]
    quorum_needed: Version
    sitting: Id
    start: Time


class DecisionTaken(Event):
    """A body voted on a motion. Whether it carried follows from the votes and the majority that was needed."""

    audience = Audience.PUBLIC
    type: Literal["decision-taken.v1"] = "decision-taken.v1"
    about: Id | None = None
    abstained: Count
    amends: Hash | None = None
    body: Id
    clause: Hash | None = None
    decision: Id
    majority: Majority
    motion: Text
    recused: tuple[Id, ...]
    sitting: Id
    text_digest: Hash | None = None
    votes: tuple[MemberVote, ...]
    votes_against: Count
    votes_for: Count


@dataclass(frozen=True, slots=True)
class Term:
    """A person's time in one seat: from `since` up to, not including, `until`; `recorded`, since when that is known."""

    person: str
    section: str
    seat: int
    since: str
    until: str | None
    recorded: str

    def covers(self, moment: str) -> bool:
        """Whether the person holds the seat at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)

    def overlaps(self, since: str, until: str | None) -> bool:
        """Whether any moment from `since` up to `until` is in the term."""
        return (until is None or self.since < until) and (self.until is None or since < self.until)


@dataclass(frozen=True, slots=True)
class Body(State):
    """A body as it stands: terms of members in the order they were seated, sittings and decisions by id."""

    constituted: BodyConstituted | None = None
    terms: tuple[Term, ...] = ()
    sittings: Mapping[str, SittingHeld] = field(default_factory=dict)
    decisions: Mapping[str, DecisionTaken] = field(default_factory=dict)

    def evolve(self, event: Event) -> Body:
        """Give the body after one more event."""
        match event:
            case BodyConstituted():
                return replace(self, version=event.version, constituted=event)
            case MemberSeated():
                term = Term(event.person, event.section, event.seat, event.effective, event.until, event.recorded)
                return replace(self, version=event.version, terms=(*self.terms, term))
            case MemberUnseated():
                terms = tuple(_ended(term, event) for term in self.terms)
                return replace(self, version=event.version, terms=terms)
            case SittingHeld():
                return replace(self, version=event.version, sittings={**self.sittings, event.sitting: event})
            case DecisionTaken() if event.sitting in self.sittings:
                return replace(self, version=event.version, decisions={**self.decisions, event.decision: event})
        raise TypeError(f"{event.type} does not belong to a body, or not here")

    def members(self, moment: str) -> tuple[Term, ...]:
        """Give the terms of those who are members at a moment."""
        return tuple(term for term in self.terms if term.covers(moment))

    def strangers(self, sitting: SittingHeld) -> tuple[str, ...]:
        """Name those recorded as present who, as is known by now, were no members when the sitting began."""
        members = {term.person for term in self.members(sitting.start)}
        return tuple(person for person in sitting.present if person not in members)

    def present(self, sitting: SittingHeld) -> int:
        """Count those present who, as is known by now, were members when the sitting began."""
        if sitting.attended is not None:
            return sitting.attended
        return len(sitting.present) - len(self.strangers(sitting))


def _ended(term: Term, event: MemberUnseated) -> Term:
    ends = term.person == event.person and term.covers(event.effective)
    return replace(term, until=event.effective) if ends else term


@dataclass(frozen=True, slots=True)
class BodyDecision:
    """A decision with the body's own view of it.

    Attributes:
        present: members who were there and could vote on it, as is known by now.
        quorate: whether they were enough.
        carried: whether they were enough, and enough of them voted for it.
    """

    taken: DecisionTaken
    present: int
    quorate: bool
    carried: bool


def body_decision(body: Body, decision: str) -> BodyDecision | None:
    """Give a body's decision, or None where it has none of this id."""
    taken = body.decisions.get(decision)
    if taken is None:
        return None
    sitting = body.sittings[taken.sitting]
    able = body.present(sitting) - len(taken.recused)
    quorate = able >= sitting.quorum_needed
    return BodyDecision(taken, able, quorate, quorate and MAJORITIES[taken.majority](taken, able))


MAJORITIES: Mapping[Majority, Callable[[DecisionTaken, int], bool]] = {
    "of-votes": lambda taken, _: taken.votes_for > taken.votes_against,
    "of-present": lambda taken, present: 2 * taken.votes_for > present,
    "two-thirds-of-votes": lambda taken, _: 0 < 2 * (taken.votes_for + taken.votes_against) <= 3 * taken.votes_for,
}


def decision_faults(body: Body, named: str | None, effective: str) -> Iterator[Fault]:
    """Find what is wrong with the decision that something rests on: it is there, was carried, and came before."""
    if named is None:
        yield "decision-missing", f"the decision of {body.stream.partition('/')[2]} that it rests on", "none"
        return
    found = body_decision(body, named)
    if found is None:
        yield (
            "unknown-decision",
            f"a decision of {body.stream.partition('/')[2]}",
            f"{named}{nearest(named, body.decisions)}",
        )
    elif not found.quorate:
        needed = body.sittings[found.taken.sitting].quorum_needed
        yield "inquorate", f"quorum {needed} for {named}", f"present {found.present}"
    elif not found.carried:
        votes = f"{found.taken.votes_for} for, {found.taken.votes_against} against, {found.taken.abstained} abstained"
        yield "decision-not-carried", f"{named} carried by a majority {found.taken.majority.replace('-', ' ')}", votes
    elif effective < body.sittings[found.taken.sitting].start:
        start = body.sittings[found.taken.sitting].start
        yield "before-decision", f"effect from {start} on, when {body.stream.partition('/')[2]} sat", effective


def require_decision(body: Body, named: str | None, effective: str, where: str, *, founded: bool = False) -> None:
    """Refuse what a body constituted here is said to have decided, and did not; of others nothing is known.

    In a ledger that was founded, nothing is taken on the word of whoever records it: there every body is held to it.

    Raises:
        RefusedError: `decision-missing`, `unknown-decision`, `inquorate`, `decision-not-carried`,
            `before-decision`, in that order.
    """
    for code, expected, found in decision_faults(body, named, effective) if body.exists or founded else ():
        remedy = "Record the sitting and what it decided first: hold-sitting, take-decision"
        raise refused(code, where, expected, found, remedy)


def body_stream(body: str) -> Body:
    """Name the stream of a body."""
    return Body(f"body/{body}")


def require_body(body: Body) -> BodyConstituted:
    """Give a body's constitution, or refuse where it has none (`unknown-body`)."""
    if body.constituted is None:
        remedy = "See the ids with: pollbook body; or record constitute-body"
        raise refused("unknown-body", body.stream, "a body that was constituted", "none of this id", remedy)
    return body.constituted

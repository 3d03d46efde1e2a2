"""`vault/<person>`: why what the vault holds on somebody has to be kept, and what they were given of it.

A legal hold keeps it until it is released, whatever else. Without one it is kept for a year after the result of each
election that they had a part in was declared, unless a court orders otherwise.

Source: Trade Union and Labour Relations (Consolidation) Act 1992 s.49(3)(e): papers and the copy of the register are
kept for one year from the announcement of the result, and longer where a complaint was made. UK GDPR art. 15 (access),
17(3)(b) and (e): no right to erasure of what is needed for a legal obligation or for legal claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, Reads, State, Unchanged, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import Count, Id
from ledger.retention_figures import RetentionFigures

Ground = Literal["appeal", "challenge", "complaint", "court-order", "regulator"]
Checked = Literal["document", "known-address", "in-person", "representative"]


class RetentionHeld(Event):
    """A legal hold was placed: what the vault holds on a person is not erased until it is released."""

    audience = Audience.RESTRICTED
    type: Literal["retention-held.v1"] = "retention-held.v1"
    ground: Ground
    hold: Id


class RetentionReleased(Event):
    """A legal hold was released."""

    audience = Audience.RESTRICTED
    type: Literal["retention-released.v1"] = "retention-released.v1"
    hold: Id


class SubjectAccessFulfilled(Event):
    """A person was given what is on record about them, after it was checked that they are who they say.

    `events` and `disclosures` are how many were given; `withheld`, how often another person's key was left out of them.
    """

    audience = Audience.RESTRICTED
    type: Literal["subject-access-fulfilled.v1"] = "subject-access-fulfilled.v1"
    checked: Checked
    disclosures: Count
    events: Count
    withheld: Count


@dataclass(frozen=True, slots=True)
class Retention(State):
    """What is to be kept on a person: the legal holds in force, and why each."""

    holds: Mapping[str, Ground] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()

    def evolve(self, event: Event) -> Retention:
        """Give the retention after one more event."""
        after = replace(self, version=event.version)
        match event:
            case RetentionHeld():
                return replace(after, holds={**self.holds, event.hold: event.ground})
            case RetentionReleased():
                left = {hold: ground for hold, ground in self.holds.items() if hold != event.hold}
                return replace(after, holds=left, ended=self.ended | {event.hold})
            case SubjectAccessFulfilled():
                return after
        raise TypeError(f"{event.type} does not belong to a retention")


def retention_stream(person: str) -> Retention:
    """Name the stream of what is kept on a person."""
    return Retention(f"vault/{person}")


@dataclass(frozen=True, slots=True)
class Subject(State):
    """Whether anything is on record under a person's key; what it is, their other states say."""

    def evolve(self, event: Event) -> Subject:
        """Give the subject after one more event, of whatever kind."""
        return replace(self, version=event.version)


def require_subject(person: str, *found: Subject) -> None:
    """Refuse a person of whom nothing is on record (`unknown-person`)."""
    if not any(each.exists for each in found):
        remedy = "Check the id; see: pollbook find"
        raise refused("unknown-person", f"person/{person}", "a person on record", "none of this id", remedy)


OF_PERSON: Reads = {
    "person": lambda c, _: Subject(f"person/{c.person}"),
    "application": lambda c, _: Subject(f"application/{c.person}"),
    "retention": lambda c, _: retention_stream(c.person),
}


def require_erasable(where: str, basis: str, now: str, retention: Retention, figures: RetentionFigures) -> None:
    """Refuse an erasure of what has to be kept.

    Raises:
        RefusedError: `legal-hold`, `retention-until`, in that order.
    """
    if retention.holds:
        found = ", ".join(f"{hold} ({ground})" for hold, ground in sorted(retention.holds.items()))
        raise refused("legal-hold", where, "no legal hold", found, "Record release-retention first, if it may be")
    require_over(where, basis, now, figures)


def require_over(where: str, basis: str, now: str, figures: RetentionFigures) -> None:
    """Refuse an erasure within a year of the last declaration, unless a court ordered it (`retention-until`)."""
    if basis == "court-order" or not figures.elections:
        return
    if figures.until is None:
        expected = f"a year after the result of every contest of {', '.join(figures.elections)} was declared"
        raise refused("retention-until", where, expected, "one that was not declared", "Wait, or name a court's order")
    if now < figures.until:
        remedy = "Wait until then, or name a court's order"
        raise refused("retention-until", where, f"a moment from {figures.until} on", now, remedy)


def as_kept(figures: RetentionFigures) -> Unchanged:
    """Guard that since these figures nobody placed a hold, and nothing came up that lengthens what has to be kept."""
    types = ("contest-defined.v1", "election-called.v1", "result-corrected.v1", "retention-held.v1")
    return Unchanged(figures.position, types, ("contest/", "election/", "result/", "vault/"))


class HoldRetention(Command):
    """Place a legal hold on what the vault holds of a person: nothing of it is erased until it is released."""

    coined = frozenset({"hold"})

    person: Id = Field(description="key of the person")
    hold: Id = Field(description="id of the hold, such as the case's: never used before for this person")
    ground: Ground = Field(description="why")


@decision(HoldRetention, **OF_PERSON)
def hold_retention(
    command: HoldRetention, act: Act, person: Subject, application: Subject, retention: Retention
) -> Outcome:
    """Decide that a legal hold may be placed.

    Raises:
        RefusedError: `unknown-person`, `hold-exists`.
    """
    require_subject(command.person, person, application)
    if command.hold in retention.holds or command.hold in retention.ended:
        found = "a hold of this id" + ("" if command.hold in retention.holds else ", released")
        raise refused("hold-exists", retention.stream, "a new id", found, "Choose another id")
    return Outcome([RetentionHeld(**act.on(retention), ground=command.ground, hold=command.hold)])


class ReleaseRetention(Command):
    """Release a legal hold."""

    person: Id = Field(description="key of the person")
    hold: Id = Field(description="id of the hold")


@decision(ReleaseRetention, retention=lambda c, _: retention_stream(c.person))
def release_retention(command: ReleaseRetention, act: Act, retention: Retention) -> Outcome:
    """Decide that a legal hold may be released.

    Raises:
        RefusedError: `unknown-hold`.
    """
    if command.hold not in retention.holds:
        found = command.hold + nearest(command.hold, retention.holds)
        expected = ", ".join(sorted(retention.holds)) or "a hold in force"
        raise refused("unknown-hold", retention.stream, expected, found, "Correct the id")
    return Outcome([RetentionReleased(**act.on(retention), hold=command.hold)])


class FulfilSubjectAccess(Command):
    """Record that a person is given what is on record about them: pollbook subject-access does it as it writes that."""

    person: Id = Field(description="key of the person")
    checked: Checked = Field(description="how it was checked that they are who they say")
    events: Count = Field(description="how many events they are given")
    disclosures: Count = Field(description="how many private values of theirs are disclosed")
    withheld: Count = Field(description="how often another person's key was left out")


@decision(FulfilSubjectAccess, **OF_PERSON)
def fulfil_subject_access(
    command: FulfilSubjectAccess, act: Act, person: Subject, application: Subject, retention: Retention
) -> Outcome:
    """Decide that a subject access may be recorded.

    Raises:
        RefusedError: `unknown-person`.
    """
    require_subject(command.person, person, application)
    fields = {name: getattr(command, name) for name in ("checked", "disclosures", "events", "withheld")}
    return Outcome([SubjectAccessFulfilled(**act.on(retention), **fields)])

"""`person/<id>` and `erasure/<id>`: somebody the record speaks of, and the erasure of what the vault holds on them.

Who the person is lives in the vault only; the leaf keeps the digest of the disclosure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError
from ledger.event import Audience, Event, Plain, Private
from ledger.field import Digest, Id, check_text
from ledger.retention_figures import RetentionFigures
from ledger.streams.membership import MEMBER_EVENTS
from ledger.streams.retention import Retention, Subject, as_kept, require_erasable, require_subject, retention_stream

Basis = Literal["retention-over", "right-to-erasure", "court-order"]
DISCLOSURES_MAX = 1_000  # digests that one event of an erasure names

PersonalText = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(check_text)]


class Identity(BaseModel):
    """Who somebody is. Packed into one disclosure, held in the vault, erasable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: PersonalText
    address: PersonalText | None = None
    born: PersonalText | None = None
    email: PersonalText | None = None


class PersonRecorded(Event):
    """A person was recorded under a random id."""

    audience = Audience.RESTRICTED
    type: Literal["person-recorded.v1"] = "person-recorded.v1"
    identity: Private


class ErasureOrdered(Event):
    """It was ordered that what the vault holds on a person be erased."""

    audience = Audience.RESTRICTED
    type: Literal["erasure-ordered.v1"] = "erasure-ordered.v1"
    basis: Basis


class DisclosureErased(Event):
    """The disclosures with these digests were erased, key and ciphertext."""

    audience = Audience.RESTRICTED
    type: Literal["disclosure-erased.v1"] = "disclosure-erased.v1"
    digests: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Person(State):
    """A person as the ledger knows them: that they exist."""

    def evolve(self, event: Event) -> Person:
        """Give the person after one more event."""
        if isinstance(event, (PersonRecorded, *MEMBER_EVENTS)):
            return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to a person")


@dataclass(frozen=True, slots=True)
class Erasure(State):
    """The erasures of one person's data: whether one is ordered and not yet done."""

    ordered: bool = False

    def evolve(self, event: Event) -> Erasure:
        """Give the erasure after one more event."""
        match event:
            case ErasureOrdered():
                return replace(self, version=event.version, ordered=True)
            case DisclosureErased():
                return replace(self, version=event.version, ordered=False)
        raise TypeError(f"{event.type} does not belong to an erasure")


class RecordPerson(Command):
    """Record a person. Who they are goes to the vault; the ledger keeps a digest."""

    private = frozenset({"identity"})
    coined = frozenset({"person"})

    person: Id = Field(description="id of the person: random or sequential, never a name or a membership number")
    identity: Identity = Field(description='who it is, as JSON: {"name":"...","email":"...","born":"1970-01-01"}')


@decision(RecordPerson, person=lambda c, _: Person(f"person/{c.person}"))
def record_person(command: RecordPerson, act: Act, person: Person) -> Outcome:
    """Decide that a person may be recorded.

    Raises:
        RefusedError: `person-exists`.
    """
    if person.exists:
        raise RefusedError(
            "person-exists", person.stream, expected="a new id", found="a person of this id", remedy="Draw another id"
        )
    identity = command.identity.model_dump(exclude_none=True)
    return Outcome([PersonRecorded(**act.on(person), identity=Plain(identity))])


class OrderErasure(Command):
    """Erase what the vault holds on a person: key, ciphertext, and every copy in the ledger folder."""

    person: Id = Field(description="id of the person")
    basis: Basis = Field(description="why it is lawful")


@decision(
    OrderErasure,
    figures=lambda c, port: port.retention(person=c.person),
    person=lambda c, _: Subject(f"person/{c.person}"),
    application=lambda c, _: Subject(f"application/{c.person}"),
    retention=lambda c, _: retention_stream(c.person),
    erasure=lambda c, _: Erasure(f"erasure/{c.person}"),
)
def order_erasure(
    command: OrderErasure,
    act: Act,
    person: Subject,
    application: Subject,
    retention: Retention,
    erasure: Erasure,
    figures: RetentionFigures,
) -> Outcome:
    """Decide that an erasure may be ordered; the desk carries it out and confirms it.

    Raises:
        RefusedError: `unknown-person`, `legal-hold`, `retention-until`, in that order.
    """
    require_subject(command.person, person, application)
    if erasure.ordered:
        return Outcome()
    require_erasable(f"erasure of {command.person}", command.basis, act.now, retention, figures)
    return Outcome([ErasureOrdered(**act.on(erasure), basis=command.basis)], unchanged=as_kept(figures))


class ConfirmErasure(Command):
    """Confirm that disclosures were erased. The desk gives this itself, once the vault has done it."""

    filled = frozenset({"digests"})

    person: Id = Field(description="id of the person")
    digests: tuple[Digest, ...] = Field(description="digests of what was erased")


@decision(ConfirmErasure, erasure=lambda c, _: Erasure(f"erasure/{c.person}"))
def confirm_erasure(command: ConfirmErasure, act: Act, erasure: Erasure) -> Outcome:
    """Decide that an erasure may be confirmed: one was ordered.

    Raises:
        RefusedError: `no-erasure-ordered`.
    """
    if not erasure.ordered:
        raise RefusedError(
            "no-erasure-ordered",
            erasure.stream,
            expected="an erasure ordered and not done",
            found="none",
            remedy="Record order-erasure",
        )
    pages = range(0, max(len(command.digests), 1), DISCLOSURES_MAX)
    return Outcome(
        [
            DisclosureErased(**act.on(erasure, after=n), digests=command.digests[start : start + DISCLOSURES_MAX])
            for n, start in enumerate(pages)
        ]
    )

"""`agreement/<person>`: a second officer agrees to one change of a membership that reaches back over a freeze.

The one agrees, under the powers and with the key of its own office; then the other records the change, word for word
what was agreed to and next on that person's stream. So nobody names an officer who knows nothing of it, and no
agreement serves twice.

Source: the two-person rule; docs/explanation/after-the-freeze.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field, field_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event, Plain, Private
from ledger.field import Count, Id, Text
from ledger.streams.body import Fault
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.freezes import Freezes, freezes_stream
from ledger.streams.member_history import Member, member_stream
from ledger.streams.office import Asked, Office, asked_by, asked_of, office_stream

Reaching = Literal[
    "cease-office",
    "change-membership",
    "expel-member",
    "hold-office",
    "lift-suspension",
    "readmit-member",
    "suspend-member",
]
BESIDE = frozenset(("authority", "effective", "person"))  # of a command, what is no term of the change
TERMS_MAX = 10
NOBODY = "none"


class Term(Canonical):
    """One field of a change, and what it is to say."""

    field: Id
    value: Text


class ChangeAgreed(Event):
    """An officer agreed that another records a change, which reaches back over a freeze, as the next of that person.

    `follows` is how many events the person's stream had; `terms` are all that the change says, by field.
    """

    audience = Audience.RESTRICTED
    type: Literal["change-agreed.v1"] = "change-agreed.v1"
    agreed: Reaching
    follows: Count
    person: Id
    reason: Private
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Agreement(State):
    """The last agreement about a person; None before the first."""

    given: ChangeAgreed | None = None

    @property
    def by(self) -> str:
        """The office that agreed; of nobody's name before the first."""
        return self.given.actor if self.given else NOBODY

    def evolve(self, event: Event) -> Agreement:
        """Give the agreement after one more event."""
        match event:
            case ChangeAgreed():
                return replace(self, version=event.version, given=event)
        raise TypeError(f"{event.type} does not belong to agreements")


def agreement_stream(person: str) -> Agreement:
    """Name the stream of the agreements about a person."""
    return Agreement(f"agreement/{person}")


def terms_of(said: Mapping[str, Any]) -> tuple[Term, ...]:
    """Give the terms of a change by what it says, in the order of the fields."""
    return tuple(Term(field=name, value=str(said[name])) for name in sorted(said) if name not in BESIDE)


class AgreeToChange(Command):
    """Agree, as the second officer, to a change of a membership on a day up to that of a frozen roll.

    Then another office records the change, in the same terms, before anything else of that person.
    """

    signed = True
    private = frozenset({"reason"})

    person: Id = Field(description="key of the person")
    agreed: Reaching = Field(description="the command that is agreed to")
    terms: tuple[Term, ...] = Field(
        min_length=1,
        max_length=TERMS_MAX,
        description='all that it says, as JSON: [{"field":"change","value":"lapsed"},'
        '{"field":"on","value":"2012-01-01"}]; the refusal of the change shows them',
    )
    reason: Text = Field(description="why it is recorded after the freeze; it goes to the vault")

    @field_validator("terms")
    @classmethod
    def _in_order(cls, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(sorted(terms, key=lambda term: term.field))


@decision(
    AgreeToChange,
    member=lambda c, _: member_stream(c.person),
    agreement=lambda c, _: agreement_stream(c.person),
)
def agree_to_change(command: AgreeToChange, act: Act, member: Member, agreement: Agreement) -> Outcome:
    """Decide that an agreement may be recorded; it takes the place of one before.

    Raises:
        RefusedError: `unknown-person`.
    """
    if not member.exists:
        remedy = "Check the key; members come with: pollbook import register-members"
        raise refused("unknown-person", member.stream, "a person on record", "none of this key", remedy)
    agreed = ChangeAgreed(
        **act.on(agreement),
        agreed=command.agreed,
        follows=member.version,
        person=command.person,
        reason=Plain(command.reason),
        terms=command.terms,
    )
    return Outcome([agreed])


@dataclass(frozen=True, slots=True)
class Reach:
    """What a change of a membership is held against where it may reach back over a freeze.

    Attributes:
        second: the powers of the office that agreed last.
    """

    freezes: Freezes
    agreement: Agreement
    second: Office
    founding: Founding

    def faults(
        self, asked: Asked, terms: tuple[Term, ...], follows: int, day: str, actor: str, moments: tuple[str, ...]
    ) -> Iterator[Fault]:
        """Find that a change reaches back over a freeze without an agreement, or by one that does not hold.

        Args:
            follows: how many events the person's stream has before the change.
            moments: at which the second officer has to have the power for it: of taking effect, of recording.
        """
        if day > self.freezes.day:
            return
        given = self.agreement.given
        if given is None or (given.agreed, given.follows, given.terms) != (asked.verb, follows, terms):
            text = ", ".join(f"{term.field} {term.value}" for term in terms)
            expected = (
                f"a day after {self.freezes.day}, when the roll of election {self.freezes.election} was frozen; or "
                f"another officer's agree-to-change next before it, {asked.verb}: {text}"
            )
            yield "backdated-over-freeze", expected, f"{day}, {'no agreement' if given is None else 'another'}"
        elif given.actor == actor:
            yield "second-officer", f"the agreement of another office than {actor}, which records it", given.actor
        elif self.founding.exists and not any(self.second.all_of(asked, moments)):
            expected = f"a second officer with the power {asked.verb}, in force at {' and '.join(moments)}"
            yield "second-officer", expected, f"{given.actor}, which has none"


REACH: dict[str, Callable[[Any, Any], State]] = {
    "freezes": lambda _c, _s: freezes_stream(),
    "agreement": lambda c, _: agreement_stream(c.person),
    "second": lambda _, seen: office_stream(seen["agreement"].by),
    "founding": lambda _c, _s: founding_stream(),
}  # what a decision reads to call `require_agreed`


def require_agreed(command: Any, act: Act, member: Member, reach: Reach) -> None:
    """Refuse what takes effect on a day up to that of a freeze, but with a second officer's agreement.

    Args:
        command: a change of a membership, with its day `on`.

    Raises:
        RefusedError: `backdated-over-freeze`, `second-officer`, in that order.
    """
    moments = (act.effective, act.now)
    terms = terms_of(command.said())
    for code, expected, found in reach.faults(asked_by(command), terms, member.version, command.on, act.actor, moments):
        remedy = "Correct the day; or let an officer with that power agree first: agree-to-change"
        raise refused(code, f"person {command.person}", expected, found, remedy)


def said_by(event: Event, verb: str, fields: Mapping[str, Any]) -> tuple[Asked, tuple[Term, ...]]:
    """Give what a recorded change asks of powers, and its terms; `fields` are those of its command."""
    said = {name: value for name in fields if isinstance(value := getattr(event, name, None), str)}
    return asked_of(verb, event), terms_of({name: said[name] for name in said if name not in event.private})

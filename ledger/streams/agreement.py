"""`agreement/<person>`: a second officer agrees to one change that no officer makes alone after a freeze.

That is a change of a membership that reaches back over a freeze, and one to an entry of a frozen roll, as a clerical
error. The one agrees, under the powers and with the key of its own office; then the other records the change, word for
word what was agreed to and next on that person's stream. So nobody names an officer who knows nothing of it, and no
agreement serves twice.

Source: the two-person rule; docs/explanation/after-the-freeze.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

from pydantic import Field, field_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event, Plain, Private
from ledger.field import Count, Id, Text
from ledger.streams.body import Fault
from ledger.streams.entry import Entries, entry_stream
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
OfEntry = Literal["amend-entry", "remove-entry", "restore-entry"]
BESIDE = frozenset(("authority", "effective", "election", "person"))  # of a command, what is no term of the change
TERMS_MAX = 10
NOBODY = "none"


class Term(Canonical):
    """One field of a change, and what it is to say."""

    field: Id
    value: Text


class ChangeAgreed(Event):
    """An officer agreed that another records a change, that none makes alone after a freeze, as the next of its stream.

    That is the person's, or where an `election` is named, that of the person's entries there. `follows` is how many
    events it had; `terms` are all that the change says, by field.
    """

    audience = Audience.RESTRICTED
    type: Literal["change-agreed.v1"] = "change-agreed.v1"
    agreed: Reaching | OfEntry
    election: Id | None = None
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

    Or to one of an entry after the freeze, cause clerical; that needs the election. Then another office records the
    change, in the same terms, before anything else of that person.
    """

    signed = True
    private = frozenset({"reason"})

    person: Id = Field(description="key of the person")
    agreed: Reaching | OfEntry = Field(description="the command that is agreed to")
    election: Id | None = Field(None, description="id of the election; of a change to an entry, and of no other")
    terms: tuple[Term, ...] = Field(
        min_length=1,
        max_length=TERMS_MAX,
        description='all that it says, as JSON: [{"field":"change","value":"lapsed"},'
        '{"field":"on","value":"2012-01-01"}]; the refusal of the change shows them',
    )
    reason: Text = Field(description="why it is right, and recorded after the freeze; it goes to the vault")

    @field_validator("terms")
    @classmethod
    def _in_order(cls, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(sorted(terms, key=lambda term: term.field))


@decision(
    AgreeToChange,
    about=lambda c, _: _about(c),
    agreement=lambda c, _: agreement_stream(c.person),
)
def agree_to_change(command: AgreeToChange, act: Act, about: Member | Entries, agreement: Agreement) -> Outcome:
    """Decide that an agreement may be recorded; it takes the place of one before.

    Raises:
        RefusedError: `unknown-entry`, `unknown-person`.
    """
    if not about.exists and isinstance(about, Entries):
        found = f"none in election {command.election}" if command.election else "no election"
        remedy = "Name the election with --election, and check the key"
        raise refused("unknown-entry", about.stream, "a person with entries in the election", found, remedy)
    if not about.exists:
        remedy = "Check the key; members come with: pollbook import register-members"
        raise refused("unknown-person", about.stream, "a person on record", "none of this key", remedy)
    agreed = ChangeAgreed(
        **act.on(agreement),
        agreed=command.agreed,
        election=command.election,
        follows=about.version,
        person=command.person,
        reason=Plain(command.reason),
        terms=command.terms,
    )
    return Outcome([agreed])


def _about(command: AgreeToChange) -> Member | Entries:
    """Name the stream that the change is to be the next on."""
    if command.agreed in get_args(OfEntry):
        return entry_stream(command.election or NOBODY, command.person)
    return member_stream(command.person)


class Waiting(NamedTuple):
    """A change that waits for a second officer: what it asks of powers, all that it says, by whom.

    `follows` is how many events its stream has before it; at the `moments` the second officer has to have the power for
    it: of taking effect, of recording.
    """

    asked: Asked
    terms: tuple[Term, ...]
    follows: int
    actor: str
    moments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Second:
    """The agreement that was given last about a person, and the powers of the office that gave it."""

    agreement: Agreement
    second: Office
    founding: Founding

    def unagreed(self, change: Waiting, code: str, otherwise: str, found: str) -> Iterator[Fault]:
        """Find that nobody agreed to a change, or by an agreement that does not hold.

        Args:
            code: of the fault that nobody did; `otherwise` is what would do without, `found` what is the case.
        """
        asked, given = change.asked, self.agreement.given
        wanted = (asked.verb, asked.election, change.follows, change.terms)
        if given is None or (given.agreed, given.election, given.follows, given.terms) != wanted:
            text = ", ".join(f"{term.field} {term.value}" for term in change.terms)
            expected = f"{otherwise}; or another officer's agree-to-change next before it, {asked.verb}: {text}"
            yield code, expected, f"{found}, {'no agreement' if given is None else 'another'}"
        elif given.actor == change.actor:
            yield (
                "second-officer",
                f"the agreement of another office than {change.actor}, which records it",
                given.actor,
            )
        elif self.founding.exists and not any(self.second.all_of(asked, change.moments)):
            expected = f"a second officer with the power {asked.verb}, in force at {' and '.join(change.moments)}"
            yield "second-officer", expected, f"{given.actor}, which has none"

    def slip_faults(self, change: Waiting) -> Iterator[Fault]:
        """Find that an entry of a frozen roll changes as a clerical error by one officer alone."""
        yield from self.unagreed(change, "clerical-alone", "a ruling or an appeal", "clerical")


@dataclass(frozen=True, slots=True)
class Reach(Second):
    """What a change of a membership is held against where it may reach back over a freeze."""

    freezes: Freezes

    def faults(self, change: Waiting, day: str) -> Iterator[Fault]:
        """Find that a change on a day reaches back over a freeze without an agreement, or by one that does not hold."""
        if day > self.freezes.day:
            return
        otherwise = f"a day after {self.freezes.day}, when the roll of election {self.freezes.election} was frozen"
        yield from self.unagreed(change, "backdated-over-freeze", otherwise, day)


SECOND: dict[str, Callable[[Any, Any], State]] = {
    "agreement": lambda c, _: agreement_stream(c.person),
    "second": lambda _, seen: office_stream(seen["agreement"].by),
    "founding": lambda _c, _s: founding_stream(),
}  # what a decision reads to call `require_second`
REACH: dict[str, Callable[[Any, Any], State]] = {**SECOND, "freezes": lambda _c, _s: freezes_stream()}


def require_agreed(command: Any, act: Act, member: Member, reach: Reach) -> None:
    """Refuse what takes effect on a day up to that of a freeze, but with a second officer's agreement.

    Args:
        command: a change of a membership, with its day `on`.

    Raises:
        RefusedError: `backdated-over-freeze`, `second-officer`, in that order.
    """
    for code, expected, found in reach.faults(_waiting(command, act, member), command.on):
        remedy = "Correct the day; or let an officer with that power agree first: agree-to-change"
        raise refused(code, f"person {command.person}", expected, found, remedy)


def require_second(command: Any, act: Act, entries: Entries, second: Second, where: str) -> None:
    """Refuse a change to an entry of a frozen roll as a clerical error, but with a second officer's agreement.

    Raises:
        RefusedError: `clerical-alone`, `second-officer`, in that order.
    """
    for code, expected, found in second.slip_faults(_waiting(command, act, entries)):
        remedy = f"Let an officer with that power agree first: agree-to-change --election {command.election}"
        raise refused(code, where, expected, found, remedy)


def _waiting(command: Command, act: Act, before: State) -> Waiting:
    terms = terms_of(command.said())
    return Waiting(asked_by(command), terms, before.version, act.actor, (act.effective, act.now))


def waiting_of(event: Event, verb: str, fields: Mapping[str, Any]) -> Waiting:
    """Give a recorded change as it waited; `fields` are those of its command."""
    said = {name: value for name in fields if isinstance(value := getattr(event, name, None), str | int)}
    terms = terms_of({name: said[name] for name in said if name not in event.private})
    return Waiting(asked_of(verb, event), terms, event.version - 1, event.actor, (event.effective, event.recorded))

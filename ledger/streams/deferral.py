"""`deferral/<election>`: what is not decided yet, said in public by whoever has to decide it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Id, Text
from ledger.rules.steps import StepName, check_category, step_text
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.fee import Fees, fee_stream
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.timetable import Timetable, timetable_stream

Matter = Literal[
    StepName,
    "timetable",
    "rule-book",
    "code-of-conduct",
    "contests",
    "count-rule",
    "fee",
    "grounds",
    "scrutineer",
    "lot-commitments",
]


BY_CONTEST = frozenset(("count-rule", "lot-commitments"))


class About(NamedTuple):
    """What a decision is about: a matter, of one category or of one contest where it is theirs alone."""

    matter: str
    category: str | None = None
    contest: str | None = None

    def covers(self, matter: str, category: str | None) -> bool:
        """Whether it is about this, or about all categories of it."""
        return self.matter == matter and self.category in (None, category)

    @property
    def text(self) -> str:
        """Write it: `nominations-close of unions`, `lot-commitments of contest leader`."""
        what = step_text((self.matter, self.category))
        return what if self.contest is None else f"{what} of contest {self.contest}"


class DecisionDeferred(Event):
    """It was said in public that something is not decided yet, and why, or what it waits for."""

    audience = Audience.PUBLIC
    type: Literal["decision-deferred.v1"] = "decision-deferred.v1"
    category: Id | None = None
    contest: Id | None = None
    election: Id
    matter: Matter
    statement: Text

    @property
    def about(self) -> About:
        """What is not decided."""
        return About(self.matter, self.category, self.contest)


@dataclass(frozen=True, slots=True)
class Deferrals(State):
    """What was said not to be decided, in the order of recording; whether it is by now, its own stream says."""

    deferred: tuple[DecisionDeferred, ...] = ()

    def evolve(self, event: Event) -> Deferrals:
        """Give the deferrals after one more event."""
        match event:
            case DecisionDeferred():
                return replace(self, version=event.version, deferred=(*self.deferred, event))
        raise TypeError(f"{event.type} does not belong to deferrals")


def deferral_stream(election: str) -> Deferrals:
    """Name the stream of an election's deferrals."""
    return Deferrals(f"deferral/{election}")


class DeferDecision(Command):
    """Say in public that something is not decided yet. It may be said again, and lapses with the decision."""

    election: Id = Field(description="id of the election")
    matter: Matter = Field(description="what is not decided (see: pollbook checklist ELECTION)")
    category: Id | None = Field(None, description="class of nominator, elector or applicant, where it is theirs alone")
    contest: Id | None = Field(None, description="id of the contest, where it is that contest's alone")
    statement: Text = Field(description="why, or what it waits for")

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if self.matter != "fee":
            check_category(self.matter, self.category)
        if self.contest is not None and self.matter not in BY_CONTEST:
            raise ValueError(f"{self.matter} is for all contests, and contest is {self.contest}")
        return self


@decision(
    DeferDecision,
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
    fees=lambda c, _: fee_stream(c.election),
    grounds=lambda c, _: ground_stream(c.election),
    deferrals=lambda c, _: deferral_stream(c.election),
)
def defer_decision(
    command: DeferDecision,
    act: Act,
    election: Election,
    timetable: Timetable,
    fees: Fees,
    grounds: Grounds,
    deferrals: Deferrals,
) -> Outcome:
    """Decide that a decision may be called not taken: of dates, fees and grounds it must not be.

    Raises:
        RefusedError: `unknown-election`, `already-decided`, in that order.
    """
    require_election(election, command.election)
    about = About(command.matter, command.category, command.contest)
    decided = {
        "timetable": timetable.exists,
        "fee": any(about.covers("fee", each.category) for each in fees.versions),
        "grounds": grounds.exists,
    }
    found = next((date for (step, category), date in timetable.steps.items() if about.covers(step, category)), None)
    if found is not None or decided.get(command.matter, False):
        where = f"{about.text} in election {command.election}"
        said = f"{found.local} {found.zone}" if found else "it is on record"
        raise refused("already-decided", where, "what is not decided", said, "A date is changed with vary-step")
    event = DecisionDeferred(
        **act.on(deferrals),
        category=command.category,
        contest=command.contest,
        election=command.election,
        matter=command.matter,
        statement=command.statement,
    )
    return Outcome([event])

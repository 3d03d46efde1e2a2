"""`election/<id>`: the election called, and the count rules adopted for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import EvidenceError, RefusedError
from ledger.event import Audience, Event
from ledger.field import Id, Text
from ledger.rules.count_rule import CountRule, rule_hash

if TYPE_CHECKING:
    from ledger.streams.contest import ContestDefined


class ElectionCalled(Event):
    """An election was called."""

    audience = Audience.PUBLIC
    type: Literal["election-called.v1"] = "election-called.v1"
    election: Id
    organisation: Text
    reason: Literal["vacancy", "challenge", "term", "by-election", "other"]
    title: Text


class CountRuleAdopted(Event):
    """A complete count rule was adopted; contests refer to it by the hash of its content."""

    audience = Audience.PUBLIC
    type: Literal["count-rule-adopted.v1"] = "count-rule-adopted.v1"
    election: Id
    rule: CountRule


@dataclass(frozen=True, slots=True)
class Election(State):
    """An election as it stands."""

    title: str = ""
    rules: Mapping[str, CountRule] = field(default_factory=dict)

    def evolve(self, event: Event) -> Election:
        """Give the election after one more event."""
        match event:
            case ElectionCalled():
                return replace(self, version=event.version, title=event.title)
            case CountRuleAdopted():
                rules = {**self.rules, rule_hash(event.rule): event.rule}
                return replace(self, version=event.version, rules=rules)
        raise TypeError(f"{event.type} does not belong to an election")


def election_stream(election: str) -> Election:
    """Name the stream of an election."""
    return Election(f"election/{election}")


class CallElection(Command):
    """Call an election: it gets an id, and contests can be defined in it."""

    names = frozenset({"organisation", "title"})
    coined = frozenset({"election"})

    election: Id = Field(description="id of the election: small letters, digits, hyphens")
    title: Text = Field(description="what the election is called in public")
    organisation: Text = Field(description="whose election it is")
    reason: Literal["vacancy", "challenge", "term", "by-election", "other"] = Field(description="why it is held")


@decision(CallElection, election=lambda c, _: election_stream(c.election))
def call_election(command: CallElection, act: Act, election: Election) -> Outcome:
    """Decide that an election may be called.

    Raises:
        RefusedError: `election-exists`.
    """
    if election.exists:
        raise RefusedError(
            "election-exists",
            f"election {command.election}",
            expected="a new id",
            found=f"the election called {election.title!r}",
            remedy="Choose another id, or go on with the election that is there",
        )
    return Outcome(
        [
            ElectionCalled(
                **act.on(election),
                election=command.election,
                organisation=command.organisation,
                reason=command.reason,
                title=command.title,
            )
        ]
    )


class AdoptCountRule(Command):
    """Adopt a count rule for an election. Every choice must be made: nothing has a default."""

    election: Id = Field(description="id of the election")
    rule: CountRule = Field(description="the complete rule, as JSON; its fields: docs/reference/rules.md")


@decision(AdoptCountRule, election=lambda c, _: election_stream(c.election))
def adopt_count_rule(command: AdoptCountRule, act: Act, election: Election) -> Outcome:
    """Decide that a count rule may be adopted.

    Raises:
        RefusedError: `unknown-election`, `count-rule-held`.
    """
    require_election(election, command.election)
    if rule_hash(command.rule) in election.rules:
        raise RefusedError(
            "count-rule-held",
            f"election {command.election}",
            expected="a rule that differs from those adopted",
            found=rule_hash(command.rule),
            remedy="Use the rule that is there",
        )
    return Outcome([CountRuleAdopted(**act.on(election), election=command.election, rule=command.rule)])


def rule_of(election: Election, definition: ContestDefined) -> CountRule:
    """Give the count rule that a contest pins.

    Raises:
        EvidenceError: `rule-missing`: the contest was defined past the desk.
    """
    rule = election.rules.get(definition.count_rule)
    if rule is None:
        raise EvidenceError(
            "rule-missing",
            f"contest {definition.contest}",
            expected=f"the count rule {definition.count_rule}, adopted for {definition.election}",
            found="none",
        )
    return rule


def require_election(election: Election, name: str) -> None:
    """Refuse where no election of that id was called (`unknown-election`)."""
    if not election.exists:
        raise RefusedError(
            "unknown-election",
            f"election {name}",
            expected="an election that was called",
            found="none of this id",
            remedy="See the ids with: pollbook events --type election-called.v1; or record call-election",
        )

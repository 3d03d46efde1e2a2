"""The checks of elections, rules and contests, and the contests as the other checks of the evidence read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.rules.count_rule import CountRule, rule_hash
from ledger.rules.fit import unfitness
from ledger.streams.contest import Contest, ContestDefined, PollClosed
from ledger.streams.election import CountRuleAdopted, ElectionCalled
from projections.verify.finding import Finding
from projections.verify.record import RecordRead


@dataclass(slots=True)
class ContestSeen:
    """A contest as its own events show it.

    Attributes:
        definitions: every definition with its position; there ought to be one.
        closings: every close of its poll; there ought to be one at most.
        rule: the rule that the first definition pins, if that was adopted before, for the same election.
        refused: marks that the rule or the list of candidates refuses -> why; all others that were seen are fine.
    """

    state: Contest
    definitions: list[tuple[int, ContestDefined]] = field(default_factory=list)
    closings: list[tuple[int, PollClosed]] = field(default_factory=list)
    rule: CountRule | None = None
    judged: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> ContestDefined | None:
        """The definition, as the program reads it; None where there is none."""
        return self.state.definition


def read_contests(record: RecordRead) -> dict[str, ContestSeen]:
    """Fold the contests, passing over what does not belong to one: that is a finding of another check."""
    seen: dict[str, ContestSeen] = {}
    adopted: dict[tuple[str, str], CountRule] = {}
    for position, event in record.others:
        if isinstance(event, CountRuleAdopted):
            adopted.setdefault((event.election, rule_hash(event.rule)), event.rule)
        if isinstance(event, ContestDefined | PollClosed) and event.stream.startswith("contest/"):
            contest = seen.setdefault(event.stream.partition("/")[2], ContestSeen(Contest(event.stream)))
            contest.state = contest.state.evolve(event)
            if isinstance(event, PollClosed):
                contest.closings.append((position, event))
                continue
            contest.definitions.append((position, event))
            contest.rule = contest.rule or adopted.get((event.election, event.count_rule))
    return seen


def check_contests(record: RecordRead, contests: dict[str, ContestSeen]) -> Iterator[Finding]:
    """E1: elections are called once; contests are defined once, under a rule adopted before, and closed once."""
    called: dict[str, int] = {}
    for position, event in record.others:
        if isinstance(event, ElectionCalled) and called.setdefault(event.election, position) != position:
            yield Finding("E1", "election-recalled", position, event.stream, "one call", "another")
        elif isinstance(event, CountRuleAdopted | ContestDefined) and event.election not in called:
            what = f"an election called before, {event.election}"
            yield Finding("E1", "unknown-election", position, event.stream, what, "none")
    for name, contest in contests.items():
        stream = f"contest/{name}"
        for position, _ in contest.definitions[1:]:
            yield Finding("E1", "contest-redefined", position, stream, "one definition", "another")
        for position, _ in contest.closings[1:]:
            yield Finding("E1", "poll-reclosed", position, stream, "one close of its poll", "another")
        if not contest.definitions:
            yield Finding("E1", "unknown-contest", contest.closings[0][0], stream, "a definition", "none")
            continue
        position, definition = contest.definitions[0]
        if contest.closings and contest.closings[0][0] < position:
            yield Finding(
                "E1", "poll-out-of-order", contest.closings[0][0], stream, f"a close after event {position}", "before"
            )
        if contest.rule is None:
            yield Finding("E1", "unknown-rule", position, stream, "a count rule adopted before", definition.count_rule)
        yield from _check_definition(position, definition, contest.rule)


def _check_definition(position: int, definition: ContestDefined, rule: CountRule | None) -> Iterator[Finding]:
    """E1: what the desk would have refused to define."""
    for unfit in unfitness(definition, rule):
        yield Finding("E1", unfit.code, position, f"{definition.stream}, {unfit.where}", unfit.expected, unfit.found)

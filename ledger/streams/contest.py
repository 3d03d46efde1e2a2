"""`contest/<id>`: the contest defined with its candidates, sections and pinned count rule; the poll closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Text
from ledger.streams.av_rule import WeightedAlternativeVote
from ledger.streams.count_rule import CountRule
from ledger.streams.election import Election, election_stream, require_election

CANDIDATES_MAX = 10_000
SECTIONS_MAX = 1_000
SEATS_MAX = 1_000
CELL_MAX = 1_000_000
ALL = "all"  # the section that stands for all sections together

PaperPublication = Literal["papers", "profile", "none"]


class Candidate(Canonical):
    """One candidate: an id, because names repeat, and the name on the paper."""

    id: Id
    name: Text


class Section(Canonical):
    """One part of the electorate whose papers are counted separately."""

    id: Id
    name: Text


class ContestDefined(Event):
    """A contest was defined; its count rule is pinned by content hash, for ever."""

    audience = Audience.PUBLIC
    type: Literal["contest-defined.v1"] = "contest-defined.v1"
    account: Literal["required", "not-published"]
    candidates: tuple[Candidate, ...]
    contest: Id
    count_rule: Hash
    election: Id
    office: Text
    paper_publication: PaperPublication
    seats: Count
    secrecy: Literal["secret", "open"]
    sections: tuple[Section, ...]
    smallest_cell: Count


class PollClosed(Event):
    """The poll of a contest closed, at the moment it took effect."""

    audience = Audience.PUBLIC
    type: Literal["poll-closed.v1"] = "poll-closed.v1"
    contest: Id


@dataclass(frozen=True, slots=True)
class Contest(State):
    """A contest as it stands."""

    definition: ContestDefined | None = None
    closed_at: str | None = None

    @property
    def id(self) -> str:
        """The contest's id, from its stream's name."""
        return self.stream.partition("/")[2]

    @property
    def election(self) -> str:
        """Id of the election it belongs to; a contest not yet defined belongs to none."""
        return self.definition.election if self.definition else "none"

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of the candidates, in ballot order."""
        return tuple(candidate.id for candidate in self.definition.candidates) if self.definition else ()

    @property
    def sections(self) -> tuple[str, ...]:
        """Ids of the sections, in the order of the definition."""
        return tuple(section.id for section in self.definition.sections) if self.definition else ()

    def evolve(self, event: Event) -> Contest:
        """Give the contest after one more event."""
        match event:
            case ContestDefined():
                return replace(self, version=event.version, definition=event)
            case PollClosed():
                return replace(self, version=event.version, closed_at=event.effective)
        raise TypeError(f"{event.type} does not belong to a contest")


def contest_stream(contest: str) -> Contest:
    """Name the stream of a contest."""
    return Contest(f"contest/{contest}")


class DefineContest(Command):
    """Define a contest: who stands, for how many seats, in which sections, under which count rule."""

    contest: Id = Field(description="id of the contest, unique in the ledger")
    election: Id = Field(description="id of the election it belongs to")
    office: Text = Field(description="the office to be filled")
    seats: int = Field(ge=1, le=SEATS_MAX, description="places to be filled")
    candidates: tuple[Candidate, ...] = Field(
        max_length=CANDIDATES_MAX,
        description='ids and names in ballot order, as JSON: [{"id":"abbott","name":"Diane Abbott"}, ...]',
    )
    sections: tuple[Section, ...] = Field(
        min_length=1,
        max_length=SECTIONS_MAX,
        description='sections of the electorate, as JSON: [{"id":"members","name":"Members"}]',
    )
    count_rule: Hash = Field(description="content hash of the adopted count rule (see: pollbook show election/<id>)")
    paper_publication: PaperPublication = Field(
        description="papers: each is public; profile: only how many alike; none: the count is not publicly recountable"
    )
    smallest_cell: int = Field(ge=1, le=CELL_MAX, description="smallest number of papers that may be shown alone")
    secrecy: Literal["secret", "open"] = Field(description="secret ballot, or open: how each elector voted is public")
    account: Literal["required", "not-published"] = Field(
        description="required: no count before the ballot account balances; not-published: the figures never existed"
    )


@decision(
    DefineContest,
    contest=lambda c, _: contest_stream(c.contest),
    election=lambda c, _: election_stream(c.election),
)
def define_contest(command: DefineContest, act: Act, contest: Contest, election: Election) -> Outcome:
    """Decide that a contest may be defined.

    Raises:
        RefusedError: `contest-exists`, `unknown-election`, `unknown-rule`, `duplicate-candidate`,
            `duplicate-section`, `section-reserved`, `sections-unfit`, `seats-unfit`, `account-unfit`, in that order.
    """
    if contest.exists:
        raise RefusedError(
            "contest-exists",
            f"contest {command.contest}",
            expected="a new id",
            found="a contest of this id",
            remedy="Choose another id",
        )
    require_election(election, command.election)
    if command.count_rule not in election.rules:
        raise RefusedError(
            "unknown-rule",
            f"contest {command.contest}, field count_rule",
            expected="a count rule adopted for the election: " + (", ".join(election.rules) or "none yet"),
            found=command.count_rule,
            remedy="Correct the hash, or record adopt-count-rule first",
        )
    _once("candidate", [candidate.id for candidate in command.candidates], command.contest)
    _once("section", [section.id for section in command.sections], command.contest)
    if len(command.sections) > 1 and ALL in [section.id for section in command.sections]:
        raise RefusedError(
            "section-reserved",
            f"contest {command.contest}, field sections",
            expected=f"ids beside which `{ALL}` can mean all sections together",
            found=f"a section called {ALL} beside others",
            remedy="Give that section another id",
        )
    _require_weights(election.rules[command.count_rule], [section.id for section in command.sections], command.contest)
    _require_fit(command)
    fields = command.model_dump(exclude={"effective", "authority", "candidates", "sections"})
    return Outcome(
        [ContestDefined(**act.on(contest), **fields, candidates=command.candidates, sections=command.sections)]
    )


def _require_fit(command: DefineContest) -> None:
    """Refuse what no count could fill or begin."""
    if command.seats != 1:
        raise RefusedError(
            "seats-unfit",
            f"contest {command.contest}, field seats",
            expected="1 under the alternative vote",
            found=command.seats,
            remedy="Adopt a count rule that fills several seats",
        )
    if command.account == "required":
        raise RefusedError(
            "account-unfit",
            f"contest {command.contest}, field account",
            expected="not-published",
            found="required, and no ballot account can be recorded yet",
            remedy="No count could ever begin: say not-published, or wait for a version that keeps accounts",
        )


def _require_weights(rule: CountRule, sections: list[str], contest: str) -> None:
    """Refuse an electoral college whose sections are not those that the rule weighs."""
    if isinstance(rule, WeightedAlternativeVote):
        weighed = [each.section for each in rule.weights]
        if sorted(weighed) != sorted(sections):
            raise RefusedError(
                "sections-unfit",
                f"contest {contest}, field sections",
                expected="the sections that the rule weighs: " + ", ".join(weighed),
                found=", ".join(sections),
                remedy="Define these sections, or adopt a rule that weighs the others",
            )


def _once(what: str, ids: list[str], contest: str) -> None:
    seen: set[str] = set()
    for place, name in enumerate(ids, 1):
        if name in seen:
            raise RefusedError(
                f"duplicate-{what}",
                f"contest {contest}, {what} {place}",
                expected="each id once",
                found=f"{name} again",
                remedy="Give each its own id; names may repeat",
            )
        seen.add(name)


class ClosePoll(Command):
    """Close the poll of a contest; papers are read, and counted, only afterwards."""

    contest: Id = Field(description="id of the contest")


@decision(ClosePoll, contest=lambda c, _: contest_stream(c.contest))
def close_poll(command: ClosePoll, act: Act, contest: Contest) -> Outcome:
    """Decide that a poll may be closed.

    Raises:
        RefusedError: `unknown-contest`, `poll-closed`, `future-dated`.
    """
    require_contest(contest)
    if contest.closed_at:
        raise RefusedError(
            "poll-closed",
            f"contest {contest.id}",
            expected="a poll that is open",
            found=f"closed at {contest.closed_at}",
            remedy="Nothing needs doing",
        )
    if act.effective > act.now:
        raise RefusedError(
            "future-dated",
            f"closing of contest {contest.id}",
            expected=f"a moment up to now, {act.now}",
            found=act.effective,
            remedy="Record it once it has happened",
        )
    return Outcome([PollClosed(**act.on(contest), contest=contest.id)])


def require_contest(contest: Contest) -> ContestDefined:
    """Give the contest's definition, or refuse where there is none (`unknown-contest`)."""
    if contest.definition is None:
        raise RefusedError(
            "unknown-contest",
            f"contest {contest.id}",
            expected="a contest that was defined",
            found="none of this id",
            remedy="See the ids with: pollbook events --type contest-defined.v1",
        )
    return contest.definition

"""`contest/<id>`: the contest defined with its candidates, sections and pinned count rule; the poll closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Text
from ledger.figures import Figures, NominationFigures
from ledger.rules.agreement import disagreements
from ledger.rules.count_rule import CountRule
from ledger.rules.crosses import YesNo
from ledger.rules.fit import Unfit, unfitness
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.live import require_not_dated_back
from ledger.streams.nominated import Nominations, nominations_stream
from ledger.streams.stated import require_current, unchanged_since
from ledger.streams.timetable import Timetable, timetable_stream

CANDIDATES_MAX = 10_000
SECTIONS_MAX = 1_000
SEATS_MAX = 1_000
CELL_MAX = 1_000_000
CATEGORIES_MAX = 16  # of one candidate

PaperPublication = Literal["papers", "profile", "none"]


class Candidate(Canonical):
    """One candidate: an id, because names repeat, the name on the paper, and categories that places may be kept for."""

    id: Id
    name: Text
    categories: tuple[Id, ...] | None = Field(None, min_length=1, max_length=CATEGORIES_MAX)


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
    report: Literal["required"] | None = None
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

    names = frozenset({"candidates", "office", "sections"})
    written = {"report": lambda body, found: (found or "not-required") == body["report"]}
    coined = frozenset({"contest"})

    contest: Id = Field(description="id of the contest, unique in the ledger")
    election: Id = Field(description="id of the election it belongs to")
    office: Text = Field(description="the office to be filled")
    seats: int = Field(ge=1, le=SEATS_MAX, description="places to be filled")
    candidates: tuple[Candidate, ...] = Field(
        max_length=CANDIDATES_MAX,
        description='ids and names in ballot order, as JSON: [{"id":"abbott","name":"Diane Abbott"}, ...]; with '
        '"categories":["women"] where places are reserved',
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
    report: Literal["required", "not-required"] = Field(
        description="whether no result may be declared before the scrutineer's report is on record"
    )


@decision(
    DefineContest,
    figures=lambda c, port: _nominations_of(c.contest, port),
    contest=lambda c, _: contest_stream(c.contest),
    election=lambda c, _: election_stream(c.election),
    nominations=lambda c, _: nominations_stream(c.contest),
    founding=lambda _c, _s: founding_stream(),
)
def define_contest(
    command: DefineContest,
    act: Act,
    contest: Contest,
    election: Election,
    nominations: Nominations,
    founding: Founding,
    figures: NominationFigures | None,
) -> Outcome:
    """Decide that a contest may be defined: where there were nominations, with those validly nominated.

    In a live ledger nobody is a candidate who was not nominated for just this contest; a question put to a vote, yes or
    no, has no candidates. Of an election held earlier the nominations may not be known: a transcript does without.

    Raises:
        RefusedError: `contest-exists`, `unknown-election`, `unknown-rule`, `duplicate-candidate`,
            `duplicate-section`, `section-reserved`, `sections-unfit`, `seats-unfit`, `candidates-unfit`,
            `too-many-candidates`, `unknown-category`, `rule-infeasible`, `publication-unfit`, `report-unfit`,
            `nominations-missing`, `unopposed`, `nominations-differ`, `statement-missing`, `not-nominated`,
            `nominee-missing`, `name-differs`, `order-differs`, `statement-stale`, in that order.
    """
    if contest.exists:
        where = f"contest {command.contest}"
        raise refused("contest-exists", where, "a new id", "a contest of this id", "Choose another id")
    require_election(election, command.election)
    if command.count_rule not in election.rules:
        raise RefusedError(
            "unknown-rule",
            f"contest {command.contest}, field count_rule",
            expected="a count rule adopted for the election: " + (", ".join(election.rules) or "none yet"),
            found=command.count_rule,
            remedy="Correct the hash, or record adopt-count-rule first",
        )
    fields = command.model_dump(exclude={"effective", "authority", "candidates", "sections", "report"})
    defined = ContestDefined(
        **act.on(contest),
        **fields,
        candidates=command.candidates,
        sections=command.sections,
        report="required" if command.report == "required" else None,
    )
    rule = election.rules[command.count_rule]
    fit = unfitness(defined, rule)
    for unfit in chain(fit, unnominated(defined, rule, nominations, founding), disagreements(nominations, defined)):
        where = f"contest {command.contest}, {unfit.where}"
        raise RefusedError(unfit.code, where, expected=unfit.expected, found=unfit.found, remedy=unfit.remedy)
    if figures is None or nominations.opened is None:
        return Outcome([defined])
    require_current(nominations, figures, f"contest {command.contest}, field candidates")
    return Outcome([defined], unchanged=unchanged_since(figures.position, command.contest, command.election))


def unnominated(
    defined: ContestDefined, rule: CountRule | None, nominations: Nominations, founding: Founding
) -> Iterator[Unfit]:
    """Find a contest with candidates for which no nominations were opened, in a live ledger."""
    if founding.is_live and nominations.opened is None and not isinstance(rule, YesNo):
        expected = f"nominations opened for contest {defined.contest}"
        yield Unfit("nominations-missing", "field candidates", expected, "none", "Record open-nominations first")


def _nominations_of(contest: str, port: Figures) -> NominationFigures | None:
    """Give the nominations of a contest; None where they were never opened: a ballot paper can be made without them."""
    try:
        return port.nominations(contest)
    except RefusedError as missing:
        if missing.code != "nominations-missing":
            raise
        return None


class ClosePoll(Command):
    """Close the poll of a contest; papers are read, and counted, only afterwards."""

    contest: Id = Field(description="id of the contest")


@decision(
    ClosePoll,
    contest=lambda c, _: contest_stream(c.contest),
    timetable=lambda _, seen: timetable_stream(seen["contest"].election),
    founding=lambda _c, _s: founding_stream(),
)
def close_poll(command: ClosePoll, act: Act, contest: Contest, timetable: Timetable, founding: Founding) -> Outcome:
    """Decide that a poll may be closed: not before the timetable has it, where it has a date.

    Raises:
        RefusedError: `unknown-contest`, `poll-closed`, `future-dated`, `poll-open`, `dated-back`.
    """
    defined = require_contest(contest)
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
    due = timetable.moment("poll-close")
    if due is not None and act.effective < due:
        raise RefusedError(
            "poll-open",
            f"closing of contest {contest.id}",
            expected=f"a moment from {due} on, by the timetable of election {contest.election}",
            found=act.effective,
            remedy="Close it when it is time, or record vary-step first",
        )
    require_not_dated_back(founding, act.effective, "the contest", defined.recorded, f"closing of contest {contest.id}")
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

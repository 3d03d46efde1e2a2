"""`issue/<contest>/<section>`: papers issued, one to every entry of a section that has none yet.

Which entries those are follows from the roll: whoever stood on it when this was recorded, and never had a paper in
this contest. So half a million papers are one event, and none of them is named beside an elector.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.batches.marking import DueFigures
from ledger.decision import Act, Command, Outcome, State, Unchanged, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import INT_MAX, Count, Id, Version
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.roll import CELL_MIN, Roll, roll_stream

Channel = Literal["post", "online", "by-hand", "several"]


class PapersIssued(Event):
    """Papers were issued to every live entry of a section that had none, as of `as_of_position`.

    `count` papers, one an entry; where they bear serial numbers, these run from `first_serial` on without gaps. It is
    withheld where the contest does not publish its papers, and where fewer than ten were issued.
    """

    audience = Audience.CONTEST
    type: Literal["papers-issued.v1"] = "papers-issued.v1"
    as_of_position: Count
    channel: Channel
    contest: Id
    count: Count
    first_serial: Count | None = None
    roll_version: Version
    section: Id


@dataclass(frozen=True, slots=True)
class Issue(State):
    """The papers of a section as they were issued, in the order of recording."""

    issued: tuple[PapersIssued, ...] = ()

    def evolve(self, event: Event) -> Issue:
        """Give the issue after one more event."""
        match event:
            case PapersIssued():
                return replace(self, version=event.version, issued=(*self.issued, event))
        raise TypeError(f"{event.type} does not belong to an issue of papers")


def issue_stream(contest: str, section: str) -> Issue:
    """Name the stream of the papers issued in a section."""
    return Issue(f"issue/{contest}/{section}")


class IssuePapers(Command):
    """Issue papers to everybody in a section who is on the roll and has none yet.

    The number must be just that of the entries due: pollbook papers CONTEST shows it. Who is added to the roll later
    is issued a paper alone, or with the next of these.
    """

    signed = True

    contest: Id = Field(description="id of the contest")
    section: Id = Field(description="id of the section")
    count: int = Field(ge=1, le=INT_MAX, description="how many papers were issued")
    roll_version: int = Field(
        ge=1, le=INT_MAX, description="version of the roll that they were issued by: see pollbook show roll/ELECTION"
    )
    channel: Channel = Field(description="how they went out: post, online, by-hand, or several of these")
    first_serial: int | None = Field(
        None, ge=0, le=INT_MAX, description="serial number of the first, where papers have one; the others follow it"
    )


@decision(
    IssuePapers,
    contest=lambda c, _: contest_stream(c.contest),
    roll=lambda _, seen: roll_stream(seen["contest"].election),
    issue=lambda c, _: issue_stream(c.contest, c.section),
    figures=lambda c, port: port.due(c.contest, c.section),
)
def issue_papers(
    command: IssuePapers, act: Act, contest: Contest, roll: Roll, issue: Issue, figures: DueFigures
) -> Outcome:
    """Decide that papers may be issued; `figures` are the entries of the section that have none.

    Raises:
        RefusedError: `unknown-contest`, `unknown-section`, `poll-closed`, `future-dated`, `roll-not-frozen`,
            `roll-version-differs`, `number-reused`, `count-differs`, in that order.
    """
    definition = require_contest(contest)
    where = f"papers of contest {contest.id}, section {command.section}"
    if command.section not in contest.sections:
        found = f"{command.section}{nearest(command.section, contest.sections)}"
        raise refused("unknown-section", where, "one of " + ", ".join(contest.sections), found, "Correct the section")
    require_open(contest, act, where)
    if not roll.frozen:
        remedy = "Record freeze-roll first: papers go to a roll that is fixed"
        raise refused("roll-not-frozen", where, f"a frozen roll of election {contest.election}", "none", remedy)
    if command.roll_version != roll.roll_version:
        expected, remedy = (
            f"version {roll.roll_version}, the last",
            "Issue by the roll as it was frozen or certified last",
        )
        raise refused("roll-version-differs", where, expected, command.roll_version, remedy)
    _require_new_numbers(command, issue, where)
    if command.count != figures.due:
        expected = f"{figures.due}, one for every live entry that has none (of {figures.entries} live entries)"
        remedy = "Count the papers, or look at the roll: pollbook papers shows what is due"
        raise refused("count-differs", where, expected, command.count, remedy)
    fields = command.model_dump(exclude={"authority", "effective"})
    issued = PapersIssued(**act.on(issue), **fields, as_of_position=figures.position)
    withheld = definition.paper_publication != "papers" or command.count < CELL_MIN
    return Outcome([issued], unchanged=roll_guard(figures.position, contest), restricted=withheld)


def _require_new_numbers(command: IssuePapers, issue: Issue, where: str) -> None:
    """Refuse serial numbers of which one was issued before in the section (`number-reused`)."""
    if command.first_serial is None:
        return
    first, last = command.first_serial, command.first_serial + command.count - 1
    for before in issue.issued:
        if before.first_serial is None:
            continue
        start, end = before.first_serial, before.first_serial + before.count - 1
        if first <= end and start <= last:
            remedy = "Number these papers otherwise"
            raise refused("number-reused", where, f"numbers other than {start} to {end}", f"{first} to {last}", remedy)


def require_open(contest: Contest, act: Act, where: str) -> None:
    """Refuse to issue papers in a poll that closed (`poll-closed`), or at a time to come (`future-dated`)."""
    if contest.closed_at:
        found = f"closed at {contest.closed_at}"
        raise refused("poll-closed", where, "a poll that is open", found, "No paper can be issued any more")
    if act.effective > act.now:
        expected = f"a moment up to now, {act.now}"
        raise refused("future-dated", where, expected, act.effective, "Record it once it has happened")


def roll_guard(position: int, contest: Contest) -> Unchanged:
    """Guard that since a position nothing changed of the roll, and no paper was issued."""
    types = (
        *("entry-added.v1", "entry-removed.v1", "entry-restored.v1", "roll-build-closed.v1"),
        *("paper-issued.v1", "papers-issued.v1"),
    )
    prefixes = (f"entry/{contest.election}/", f"build/{contest.election}/", f"issued/{contest.id}/")
    return Unchanged(position, types, (*prefixes, f"issue/{contest.id}/"))

"""Nominations of a contest: opened under a rule, nominees named, classes sized, nominations closed.

The stream is `nominations/<contest>`; what is recorded there is in `nominated`. All of it comes before
the ballot paper is made.
"""

from __future__ import annotations

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.field import Count, Hash, Id, Text
from ledger.rules.nomination import Measure, NominationRule, unmeetable
from ledger.streams.contest import SEATS_MAX, Contest, contest_stream
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.nominated import (
    ClassClose,
    ClassSized,
    Day,
    Nominations,
    NominationsClosed,
    NominationsOpened,
    NomineeNamed,
    nominations_stream,
    require_closing,
    require_opened,
    require_past,
    require_undefined,
)
from ledger.streams.timetable import Timetable, timetable_stream

NOMINEES_MAX = 500  # of one contest; its statement is one leaf


class OpenNominations(Command):
    """Open nominations for a contest, under a rule: who may nominate, and what it takes to be validly nominated."""

    names = frozenset({"office", "rule"})

    contest: Id = Field(description="id of the contest, unique in the ledger; it is defined afterwards")
    election: Id = Field(description="id of the election it belongs to")
    office: Text = Field(description="the office to be filled")
    seats: int = Field(ge=1, le=SEATS_MAX, description="places to be filled")
    rule: NominationRule = Field(
        description='the rule, as JSON: {"version":"nomination.v1","acceptance":"required",'
        '"classes":[{"id":"mps","name":"MPs"}],"incumbent":"not-exempt","requires":"plp","thresholds":[{"kind":"share",'
        '"id":"plp","nominator_class":"mps","share":"1/8","bound":"at-least","of":"nominators"}]}'
    )
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")


@decision(
    OpenNominations,
    nominations=lambda c, _: nominations_stream(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
)
def open_nominations(
    command: OpenNominations,
    act: Act,
    nominations: Nominations,
    contest: Contest,
    election: Election,
    timetable: Timetable,
) -> Outcome:
    """Decide that nominations may be opened. Every class needs a moment at which it closes, by the timetable.

    Raises:
        RefusedError: `unknown-election`, `nominations-exist`, `contest-exists`, `future-dated`,
            `threshold-infeasible`, `step-missing`, `not-yet`, in that order.
    """
    require_election(election, command.election)
    where = f"contest {command.contest}"
    if nominations.opened is not None:
        found = f"those opened at {nominations.opened.effective}"
        raise refused("nominations-exist", where, "no nominations yet", found, "Choose another id")
    require_undefined(contest.exists, command.contest)
    require_past(act.effective, act.now, f"opening of nominations, {where}")
    failing = unmeetable(command.rule, {})
    if failing:
        expected = "thresholds that somebody can meet"
        raise refused("threshold-infeasible", where, expected, ", ".join(failing), "Correct the threshold")
    fields = command.model_dump(include={"contest", "election", "office", "seats", "clause"})
    opened = NominationsOpened(**act.on(nominations), **fields, rule=command.rule)
    for each in command.rule.classes:
        require_closing(nominations.evolve(opened), timetable, each.id)
    starts = timetable.moment("nominations-open")
    if starts is not None and act.effective < starts:
        raise refused("not-yet", where, f"an opening from {starts}, by the timetable", act.effective, "Open them then")
    return Outcome([opened])


class NameNominee(Command):
    """Give somebody who may be nominated an id, and the name as it would stand on the ballot paper."""

    names = frozenset({"name"})

    contest: Id = Field(description="id of the contest")
    nominee: Id = Field(description="id of the nominee; the candidate's id later")
    name: Text = Field(description="name, in any script; pollbook nominations warns of names that look alike")


@decision(
    NameNominee,
    nominations=lambda c, _: nominations_stream(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
)
def name_nominee(command: NameNominee, act: Act, nominations: Nominations, contest: Contest) -> Outcome:
    """Decide that a nominee may be named. Another name for the same id is a correction, until the contest is defined.

    Raises:
        RefusedError: `nominations-missing`, `contest-exists`, `duplicate-nominee`, `too-many-nominees`.
    """
    require_opened(nominations)
    require_undefined(contest.exists, command.contest)
    where = f"contest {command.contest}"
    if nominations.names.get(command.nominee) == command.name:
        raise refused(
            "duplicate-nominee", where, "a new id, or another name", f"{command.nominee} again", "Nothing to do"
        )
    if command.nominee not in nominations.names and len(nominations.names) >= NOMINEES_MAX:
        found = f"one more than {len(nominations.names)}"
        raise refused("too-many-nominees", where, f"at most {NOMINEES_MAX} nominees", found, "Name those nominated")
    fields = command.model_dump(include={"contest", "nominee", "name"})
    return Outcome([NomineeNamed(**act.on(nominations), **fields)])


class SizeClass(Command):
    """Record the size of a class of nominators on a day, which shares are taken of. The last one holds."""

    contest: Id = Field(description="id of the contest")
    nominator_class: Id = Field(description="id of the class in the rule of nomination")
    measure: Measure = Field(description="nominators: how many there are; members: how many members they have")
    size: Count = Field(description="the size")
    as_of: Day = Field(description="the day that it is of: YYYY-MM-DD")
    source: Text = Field(description="where the number is from")


@decision(
    SizeClass,
    nominations=lambda c, _: nominations_stream(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
)
def size_class(command: SizeClass, act: Act, nominations: Nominations, contest: Contest) -> Outcome:
    """Decide that a size may be recorded. A size by which nobody can meet the threshold is recorded, and shown so.

    Raises:
        RefusedError: `nominations-missing`, `contest-exists`, `unknown-class`.
    """
    opened = require_opened(nominations)
    require_undefined(contest.exists, command.contest)
    known = [each.id for each in opened.rule.classes]
    if command.nominator_class not in known:
        found = f"{command.nominator_class}{nearest(command.nominator_class, known)}"
        raise refused(
            "unknown-class", f"contest {command.contest}", "classes: " + ", ".join(known), found, "Correct the id"
        )
    fields = command.model_dump(exclude={"effective", "authority"})
    return Outcome([ClassSized(**act.on(nominations), **fields)])


class CloseNominations(Command):
    """Close nominations, once every class has closed by the timetable. What comes in later is recorded as late."""

    contest: Id = Field(description="id of the contest")


@decision(
    CloseNominations,
    nominations=lambda c, _: nominations_stream(c.contest),
    timetable=lambda c, seen: timetable_stream(seen["nominations"].election),
)
def close_nominations(command: CloseNominations, act: Act, nominations: Nominations, timetable: Timetable) -> Outcome:
    """Decide that nominations are closed.

    Raises:
        RefusedError: `nominations-missing`, `nominations-closed`, `step-missing`, `not-yet`, `future-dated`.
    """
    opened = require_opened(nominations)
    where = f"contest {command.contest}"
    if nominations.closed is not None:
        found = f"closed at {nominations.closed.effective}"
        raise refused("nominations-closed", where, "nominations that are open", found, "Nothing needs doing")
    moments = {each.id: require_closing(nominations, timetable, each.id) for each in opened.rule.classes}
    last = max(moments.values())
    if act.effective < last:
        found = f"a close at {act.effective}"
        raise refused("not-yet", where, f"a close at {last} or later, by the timetable", found, "Close them then")
    require_past(act.effective, act.now, f"close of nominations, {where}")
    closes = tuple(ClassClose(moment=moment, nominator_class=name) for name, moment in moments.items())
    return Outcome([NominationsClosed(**act.on(nominations), closes=closes, contest=command.contest)])

"""`nomination/<contest>/<nominator>`: what one nominator nominated, one nominee at a time, and what became of it.

In time is what was received at or before the moment at which the nominator's class closes, by the timetable then in
force; a second later is late. What is late is recorded as late, and has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text, Time
from ledger.rules.meeting import Meeting, irregularities
from ledger.streams.candidate_file import CandidateFile, candidate_stream
from ledger.streams.nominated import (
    OPENING,
    Nominations,
    closing,
    nominations_stream,
    require_closing,
    require_nominee,
    require_opened,
    require_past,
)
from ledger.streams.nominator import Nominator, NominatorRegistered, nominator_stream
from ledger.streams.timetable import Timetable, timetable_stream


class NominationReceived(Event):
    """A nomination was received in time, at the moment this took effect; `irregular` says what its meeting lacks.

    An irregular nomination stands until it is ruled invalid.
    """

    audience = Audience.PUBLIC
    type: Literal["nomination-received.v1"] = "nomination-received.v1"
    contest: Id
    irregular: tuple[Text, ...] | None = None
    meeting: Meeting | None = None
    nominator: Id
    nominator_class: Id
    nominee: Id
    size: Count | None = None


class NominationReceivedLate(Event):
    """A nomination was received after its class had closed, at `closed`; it is on record and has no effect."""

    audience = Audience.PUBLIC
    type: Literal["nomination-received-late.v1"] = "nomination-received-late.v1"
    closed: Time
    contest: Id
    nominator: Id
    nominator_class: Id
    nominee: Id


class NominationWithdrawn(Event):
    """A nominator withdrew its nomination before the close."""

    audience = Audience.PUBLIC
    type: Literal["nomination-withdrawn.v1"] = "nomination-withdrawn.v1"
    contest: Id
    nominator: Id
    nominee: Id
    reason: Text | None = None


class NominationRuledInvalid(Event):
    """A nomination was ruled invalid; it does not stand from the first."""

    audience = Audience.PUBLIC
    type: Literal["nomination-ruled-invalid.v1"] = "nomination-ruled-invalid.v1"
    clause: Hash | None = None
    contest: Id
    nominator: Id
    nominee: Id
    reasons: Text
    ruling: Id | None = None


class NominationRuledValid(Event):
    """An irregular nomination was ruled valid all the same."""

    audience = Audience.PUBLIC
    type: Literal["nomination-ruled-valid.v1"] = "nomination-ruled-valid.v1"
    clause: Hash | None = None
    contest: Id
    nominator: Id
    nominee: Id
    reasons: Text
    ruling: Id | None = None


@dataclass(frozen=True, slots=True)
class Nomination(State):
    """What a nominator nominated: the nomination that stands, if one does, and whether it was ruled on."""

    standing: NominationReceived | None = None
    ruled: bool = False
    last: str = ""  # what became of the last one that does not stand

    def evolve(self, event: Event) -> Nomination:
        """Give the nomination after one more event."""
        after = replace(self, version=event.version)
        match event:
            case NominationReceived():
                return replace(after, standing=event, ruled=False)
            case NominationReceivedLate():
                return after
            case NominationWithdrawn():
                return replace(after, standing=None, last="withdrawn")
            case NominationRuledInvalid():
                return replace(after, standing=None, last="ruled invalid")
            case NominationRuledValid():
                return replace(after, ruled=True)
        raise TypeError(f"{event.type} does not belong to a nomination")


def nomination_stream(contest: str, nominator: str) -> Nomination:
    """Name the stream of a nominator's nominations for a contest."""
    return Nomination(f"nomination/{contest}/{nominator}")


class ReceiveNomination(Command):
    """Record a nomination as received, in time or late; `effective` is when it was received."""

    names = frozenset({"meeting"})

    contest: Id = Field(description="id of the contest")
    nominator: Id = Field(description="id of the nominator, as registered for the election")
    nominee: Id = Field(description="id of the nominee, as named for the contest")
    meeting: Meeting | None = Field(None, description="the meeting that nominated, as JSON, where a body nominates")


@decision(
    ReceiveNomination,
    nominations=lambda c, _: nominations_stream(c.contest),
    nominator=lambda c, seen: nominator_stream(seen["nominations"].election, c.nominator),
    timetable=lambda c, seen: timetable_stream(seen["nominations"].election),
    candidate=lambda c, _: candidate_stream(c.contest, c.nominee),
    nomination=lambda c, _: nomination_stream(c.contest, c.nominator),
    held=lambda c, seen: candidate_stream(
        c.contest, seen["nomination"].standing.nominee if seen["nomination"].standing else c.nominee
    ),
)
def receive_nomination(
    command: ReceiveNomination,
    act: Act,
    nominations: Nominations,
    nominator: Nominator,
    timetable: Timetable,
    candidate: CandidateFile,
    nomination: Nomination,
    held: CandidateFile,
) -> Outcome:
    """Decide how a nomination is recorded. `held` is the file of whom the nominator has nominated so far.

    Raises:
        RefusedError: `nominations-missing`, `future-dated`, `unknown-nominee`, `not-entitled`, `step-missing`,
            `not-yet`, `already-nominated`, `candidate-withdrew`, `votes-exceed-present`, in that order.
    """
    opened = require_opened(nominations)
    where = f"nomination of {command.nominee} by {command.nominator} for contest {command.contest}"
    require_past(act.effective, act.now, where)
    require_nominee(nominations, command.nominee)
    registered = _entitled(nominations, nominator, act, where)
    close = require_closing(nominations, timetable, registered.nominator_class)
    begins = max(opened.effective, closing(timetable, opened.rule, registered.nominator_class, OPENING) or "")
    if act.effective < begins:
        remedy = "It came before nominations were opened, and has to be made again"
        raise refused("not-yet", where, f"one received from {begins} on", act.effective, remedy)
    fields = command.model_dump(include={"contest", "nominator", "nominee"})
    fields["nominator_class"] = registered.nominator_class
    if act.effective > close:
        return Outcome([NominationReceivedLate(**act.on(nomination), **fields, closed=close)])
    if nomination.standing is not None and held.withdrew is None:
        remedy = "One nominator has one nomination; until the close it can be withdrawn: withdraw-nomination"
        found = f"{nomination.standing.nominee} nominated at {nomination.standing.effective}"
        raise refused("already-nominated", where, "no nomination of this nominator that stands", found, remedy)
    if candidate.withdrew is not None:
        found = f"{command.nominee}, who withdrew at {candidate.withdrew.effective}"
        raise refused("candidate-withdrew", where, "a nominee who stands", found, "Nominate somebody else")
    if command.meeting is not None and command.meeting.in_favour > command.meeting.present:
        expected = f"at most the {command.meeting.present} present"
        raise refused("votes-exceed-present", where, expected, f"{command.meeting.in_favour} in favour", "Correct them")
    known = opened.rule.class_of(registered.nominator_class)
    irregular = tuple(irregularities(known.meeting if known else None, command.meeting))
    received = NominationReceived(
        **act.on(nomination),
        **fields,
        irregular=irregular or None,
        meeting=command.meeting,
        size=registered.size,
    )
    return Outcome([received])


def _entitled(nominations: Nominations, nominator: Nominator, act: Act, where: str) -> NominatorRegistered:
    """Give the nominator as registered, or refuse one without the right to nominate when it was received."""
    registered, rule = nominator.registered, require_opened(nominations).rule
    found = ""
    if registered is None:
        found = "nobody of this id"
    elif rule.class_of(registered.nominator_class) is None:
        found = f"one of class {registered.nominator_class}, which has none in this contest"
    elif nominator.ended is not None and nominator.ended.effective <= act.effective:
        found = f"one whose right ended at {nominator.ended.effective}: {nominator.ended.reason}"
    if found or registered is None:
        remedy = "Register who is entitled with register-nominator; nobody else nominates"
        raise refused("not-entitled", where, "a nominator with the right to nominate", found, remedy)
    return registered


class WithdrawNomination(Command):
    """Withdraw a nomination, before the close for the nominator's class. The nominator may then nominate again."""

    contest: Id = Field(description="id of the contest")
    nominator: Id = Field(description="id of the nominator")
    reason: Text | None = Field(None, description="why, if it is said; it is public, and kept for ever")


@decision(
    WithdrawNomination,
    nominations=lambda c, _: nominations_stream(c.contest),
    timetable=lambda c, seen: timetable_stream(seen["nominations"].election),
    nomination=lambda c, _: nomination_stream(c.contest, c.nominator),
)
def withdraw_nomination(
    command: WithdrawNomination, act: Act, nominations: Nominations, timetable: Timetable, nomination: Nomination
) -> Outcome:
    """Decide that a nomination may be withdrawn.

    Raises:
        RefusedError: `nominations-missing`, `nomination-missing`, `future-dated`, `nominations-closed`, `not-yet`.
    """
    require_opened(nominations)
    where = f"nomination by {command.nominator} for contest {command.contest}"
    standing = require_standing(nomination, where)
    require_past(act.effective, act.now, where)
    close = require_closing(nominations, timetable, standing.nominator_class)
    if act.effective > close:
        remedy = "After the close nominations stand; the candidate may withdraw"
        raise refused("nominations-closed", where, f"a withdrawal up to {close}", act.effective, remedy)
    if act.effective < standing.effective:
        expected = f"a withdrawal after it was received at {standing.effective}"
        raise refused("not-yet", where, expected, act.effective, "Correct the moment")
    event = NominationWithdrawn(
        **act.on(nomination),
        contest=command.contest,
        nominator=command.nominator,
        nominee=standing.nominee,
        reason=command.reason,
    )
    return Outcome([event])


def require_standing(nomination: Nomination, where: str) -> NominationReceived:
    """Give the nomination that stands, or refuse where none does (`nomination-missing`)."""
    if nomination.standing is None:
        found = f"one that was {nomination.last}" if nomination.last else "none"
        raise refused("nomination-missing", where, "a nomination that stands", found, "Check the nominator's id")
    return nomination.standing

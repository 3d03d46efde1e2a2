"""Commands on `body/<id>`: record a sitting with its attendance, and what was decided there by which votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.field import Count, Hash, Id, Text, Time
from ledger.streams.body import (
    Body,
    BodyConstituted,
    DecisionTaken,
    Majority,
    MemberVote,
    Side,
    SittingHeld,
    body_stream,
    require_body,
)
from ledger.streams.seat import require_member

MEMBERS_MAX = 300  # named in one list, so that an event of them fits into a leaf


class HoldSitting(Command):
    """Record a sitting of a body, once it is over. Too few present: it is recorded, and can have decided nothing."""

    venues = frozenset({"place"})
    coined = frozenset({"sitting"})

    body: Id = Field(description="id of the body")
    sitting: Id = Field(description="id of the sitting, new within the body")
    start: Time = Field(description="when it began (UTC)")
    end: Time = Field(description="when it ended (UTC)")
    present: tuple[Id, ...] = Field((), max_length=MEMBERS_MAX, description="members who were present")
    apologies: tuple[Id, ...] = Field((), max_length=MEMBERS_MAX, description="members who sent apologies")
    attended: Count | None = Field(None, description="how many attended, where nobody is seated by name")
    place: Text | None = Field(None, description="where it was held, or that it was held remotely")
    minutes_digest: Hash | None = Field(None, description="hash of the minutes as they were approved")


@decision(HoldSitting, body=lambda c, _: body_stream(c.body))
def hold_sitting(command: HoldSitting, act: Act, body: Body) -> Outcome:
    """Decide that a sitting may be recorded, quorate or not.

    Raises:
        RefusedError: `unknown-body`, `sitting-exists`, `sitting-order`, `sitting-not-over`, `future-dated`,
            `sitting-overlaps`, `attendance-unfit`, `counted-twice`, `not-a-member`, in that order.
    """
    constituted = require_body(body)
    where = f"sitting {command.sitting} of {command.body}"
    if command.sitting in body.sittings:
        found = f"the sitting of {body.sittings[command.sitting].start}"
        raise refused("sitting-exists", where, "a new id", found, "Choose another id")
    if command.end <= command.start:
        raise refused("sitting-order", where, f"an end after {command.start}", command.end, "Correct start or end")
    if act.effective < command.end:
        remedy = "Record it when it is over; leave effective out, or name a moment at or after the end"
        raise refused("sitting-not-over", where, f"an end at or before {act.effective}", command.end, remedy)
    if act.effective > act.now:
        remedy = "Record it when it is over: who will be present is not known yet"
        raise refused("future-dated", where, f"a moment up to now, {act.now}", act.effective, remedy)
    _require_once(command, body, where)
    _require_fit(command, constituted, where)
    named = (*command.present, *command.apologies)
    twice = _first_double(named)
    if twice is not None:
        remedy = "Count them once, as present or with apologies"
        raise refused("counted-twice", where, "each member once", f"{twice} twice", remedy)
    for person in named:
        require_member(body, person, command.start, where)
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields = {name: getattr(command, name) for name in own}
    return Outcome([SittingHeld(**act.on(body), **fields, quorum_needed=constituted.quorum)])


def _require_once(command: HoldSitting, body: Body, where: str) -> None:
    """Refuse a second record of one sitting, with others present: a body sits once at a time (`sitting-overlaps`)."""
    for other in body.sittings.values():
        if other.start < command.end and command.start < other.end:
            expected = f"a time at which {command.body} was not sitting"
            found = f"{other.sitting}, from {other.start} to {other.end}"
            remedy = "Correct start or end; what is on record of a sitting stays"
            raise refused("sitting-overlaps", where, expected, found, remedy)


def _require_fit(command: HoldSitting, constituted: BodyConstituted, where: str) -> None:
    """Refuse a number for a body of named members, and names for one that has none (`attendance-unfit`)."""
    if constituted.seats and command.attended is not None:
        expected, found = "the members present by name, for the body has seats", f"attended {command.attended}"
    elif not constituted.seats and command.attended is None:
        expected, found = "how many attended, for nobody is seated by name", "no number"
    else:
        return
    raise refused("attendance-unfit", where, expected, found, "Give present where there are seats, else attended")


class TakeDecision(Command):
    """Record a motion that a quorate sitting voted on, with the votes. Whether it carried follows from them."""

    body: Id = Field(description="id of the body")
    decision: Id = Field(description="id of the decision, new within the body")
    sitting: Id = Field(description="id of the sitting that took it")
    motion: Text = Field(description="what was put to the vote")
    votes_for: Count = Field(description="votes for")
    votes_against: Count = Field(description="votes against")
    abstained: Count = Field(0, description="members who abstained")
    majority: Majority = Field(
        "of-votes", description="what carries it: more for than against, more than half of those present, or two thirds"
    )
    recused: tuple[Id, ...] = Field(
        (), max_length=MEMBERS_MAX, description="members present who withdrew; they do not vote, nor make the quorum"
    )
    votes: tuple[MemberVote, ...] = Field(
        (),
        max_length=MEMBERS_MAX,
        description='who voted how, where that was recorded, as JSON: [{"member":"p1","vote":"for"}, ...]',
    )
    about: Id | None = Field(
        None, description="id of the contest that it is about: who declared an interest in it has to be recused"
    )
    text_digest: Hash | None = Field(None, description="hash of the text adopted, where it is a document")
    clause: Hash | None = Field(None, description="hash of the clause that it is taken under")
    amends: Hash | None = Field(None, description="hash of the clause that it amends")


@decision(TakeDecision, body=lambda c, _: body_stream(c.body))
def take_decision(command: TakeDecision, act: Act, body: Body) -> Outcome:
    """Decide that a body's decision may be recorded, carried or not.

    Raises:
        RefusedError: `unknown-body`, `decision-exists`, `unknown-sitting`, `before-sitting`, `not-a-member`,
            `not-present`, `double-vote`, `inquorate`, `votes-exceed-present`, `votes-differ`, in that order.
    """
    require_body(body)
    where = f"decision {command.decision} of {command.body}"
    if command.decision in body.decisions:
        found = f"the decision of sitting {body.decisions[command.decision].sitting}"
        raise refused("decision-exists", where, "a new id", found, "Choose another id")
    sitting = body.sittings.get(command.sitting)
    if sitting is None:
        found = f"{command.sitting}{nearest(command.sitting, body.sittings)}"
        remedy = "Correct the id, or record hold-sitting first"
        raise refused("unknown-sitting", where, f"a sitting of {command.body}", found, remedy)
    if act.effective < sitting.start:
        expected = f"a decision from the sitting's start, {sitting.start}, on"
        raise refused("before-sitting", where, expected, act.effective, "Correct effective")
    _require_voters(command, body, sitting, where)
    _require_numbers(command, body, sitting, where)
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    return Outcome([DecisionTaken(**act.on(body), **{name: getattr(command, name) for name in own})])


def _require_voters(command: TakeDecision, body: Body, sitting: SittingHeld, where: str) -> None:
    """Refuse a voter who was no member, was not there, or is counted twice."""
    named = (*command.recused, *(each.member for each in command.votes))
    for person in named if sitting.attended is None else ():
        require_member(body, person, sitting.start, where)
        if person not in sitting.present:
            expected = f"members present at sitting {sitting.sitting}"
            raise refused("not-present", where, expected, person, "Leave them out: who is absent does not vote")
    twice = _first_double(named)
    if twice is not None:
        remedy = "Count one vote for each member, and none of those who withdrew"
        raise refused("double-vote", where, "one vote for each member", f"{twice} twice", remedy)


def _require_numbers(command: TakeDecision, body: Body, sitting: SittingHeld, where: str) -> None:
    """Refuse where too few could decide, or more votes were cast than there were members to cast them."""
    able = body.present(sitting) - len(command.recused)
    if able < sitting.quorum_needed:
        withdrew = f", {len(command.recused)} withdrawn" if command.recused else ""
        what = f"{where}, sitting {sitting.sitting}"
        remedy = "Put the motion to a quorate sitting"
        raise refused("inquorate", what, f"quorum {sitting.quorum_needed}", f"present {max(able, 0)}{withdrew}", remedy)
    counted: dict[Side, int] = {
        "for": command.votes_for,
        "against": command.votes_against,
        "abstained": command.abstained,
    }
    cast = sum(counted.values())
    if cast > able:
        remedy = "Correct the votes"
        raise refused("votes-exceed-present", where, f"at most {able} votes, of those present", cast, remedy)
    by_name = Counter(each.vote for each in command.votes)
    for side, number in counted.items() if command.votes else ():
        if by_name[side] != number:
            expected = f"{number} {side}, as counted"
            raise refused("votes-differ", where, expected, f"{by_name[side]} by name", "Correct numbers or names")


def _first_double(names: Sequence[str]) -> str | None:
    """Give the first name that stands twice in a list."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None

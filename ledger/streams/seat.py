"""Commands on `body/<id>`: constitute a body, fill its seats and vacate them."""

from __future__ import annotations

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.field import Hash, Id, Text, Time, Version
from ledger.streams.body import (
    Body,
    BodyConstituted,
    Departure,
    Exclusion,
    FilledBy,
    Kind,
    MemberSeated,
    MemberUnseated,
    Seats,
    body_stream,
    require_body,
)

SECTIONS_MAX = 100
EXCLUSIONS_MAX = 100
CAPACITIES_MAX = 20


class ConstituteBody(Command):
    """Constitute a body that decides: its seats by section, its quorum, and who may not sit on it."""

    names = frozenset({"name"})

    body: Id = Field(description="id of the body: small letters, digits, hyphens")
    name: Text = Field(description="what the body is called in public")
    kind: Kind = Field(description="what sort of body it is")
    quorum: Version = Field(description="members who have to be present for it to decide")
    seats: tuple[Seats, ...] = Field(
        (),
        max_length=SECTIONS_MAX,
        description='seats by section, as JSON: [{"section":"unions","count":12}, ...]; left out where nobody is '
        "seated by name, as at a conference",
    )
    excluded: tuple[Exclusion, ...] = Field(
        (),
        max_length=EXCLUSIONS_MAX,
        description='who may not be seated, as JSON: [{"capacity":"retiring-mp","ref":"4.II.2"}, ...]',
    )
    clause: Hash | None = Field(None, description="hash of the clause that it is constituted under")


@decision(ConstituteBody, body=lambda c, _: body_stream(c.body))
def constitute_body(command: ConstituteBody, act: Act, body: Body) -> Outcome:
    """Decide that a body may be constituted.

    Raises:
        RefusedError: `body-exists`, `duplicate-section`, `unknown-seat`, `quorum-unreachable`, in that order.
    """
    if body.constituted is not None:
        remedy = "Choose another id, or go on with the body that is there"
        raise refused("body-exists", body.stream, "a new id", f"the body called {body.constituted.name!r}", remedy)
    sections = [each.section for each in command.seats]
    for section in sections:
        if sections.count(section) > 1:
            remedy = "Give all its seats at once"
            raise refused("duplicate-section", body.stream, "each section once", f"{section} twice", remedy)
    for rule in command.excluded:
        if rule.section is not None and rule.section not in sections:
            _refuse_seat(f"{body.stream}, exclusion {rule.ref}", rule.section, command.seats)
    total = sum(each.count for each in command.seats)
    if command.seats and command.quorum > total:
        remedy = "Correct the quorum or the seats"
        raise refused("quorum-unreachable", body.stream, f"a quorum of at most {total}", command.quorum, remedy)
    fields = {name: getattr(command, name) for name in ("body", "clause", "excluded", "kind", "name", "quorum")}
    return Outcome([BodyConstituted(**act.on(body), **fields, seats=command.seats)])


class SeatMember(Command):
    """Seat a person on a body. Say since when with effective; without an end, they stay until unseated."""

    body: Id = Field(description="id of the body")
    person: Id = Field(description="id of the person: random or sequential, never a name or a membership number")
    section: Id = Field(description="section of the body")
    seat: Version = Field(description="number of the seat in its section, from 1")
    filled_by: FilledBy = Field(description="how the seat was filled")
    capacities: tuple[Id, ...] = Field(
        (), max_length=CAPACITIES_MAX, description="in what capacities they sit, or that may exclude them: mp, retiring"
    )
    until: Time | None = Field(None, description="when the term ends (UTC); that moment is no more in it")
    contest: Id | None = Field(None, description="id of the contest that filled the seat")


@decision(SeatMember, body=lambda c, _: body_stream(c.body))
def seat_member(command: SeatMember, act: Act, body: Body) -> Outcome:
    """Decide that a person may take a seat.

    Raises:
        RefusedError: `unknown-body`, `unknown-seat`, `term-empty`, `excluded-by-rule`, `seat-taken`,
            `already-a-member`, in that order.
    """
    constituted = require_body(body)
    where = f"member {command.person} of {command.body}"
    count = next((each.count for each in constituted.seats if each.section == command.section), 0)
    if command.seat > count:
        _refuse_seat(where, command.section if not count else f"{command.section} {command.seat}", constituted.seats)
    if command.until is not None and command.until <= act.effective:
        remedy = "Correct until, or effective"
        raise refused("term-empty", where, f"a term that ends after {act.effective}", command.until, remedy)
    for rule in constituted.excluded:
        if rule.capacity in command.capacities and rule.section in (None, command.section):
            expected = f"nobody in the capacity {rule.capacity}, by {rule.ref}"
            raise refused("excluded-by-rule", where, expected, command.person, "Seat somebody else")
    for term in body.terms:
        if not term.overlaps(act.effective, command.until):
            continue
        until = f" until {term.until}" if term.until else ""
        if (term.section, term.seat) == (command.section, command.seat):
            found = f"{term.person} since {term.since}{until}"
            expected = f"seat {command.section} {command.seat} vacant"
            raise refused("seat-taken", where, expected, found, "Record unseat-member first, or take another seat")
        if term.person == command.person:
            found = f"seat {term.section} {term.seat} since {term.since}{until}"
            raise refused("already-a-member", where, "no other seat of the body", found, "Record unseat-member first")
    own = ("body", "capacities", "contest", "filled_by", "person", "seat", "section", "until")
    return Outcome([MemberSeated(**act.on(body), **{name: getattr(command, name) for name in own})])


class UnseatMember(Command):
    """Record that a member left their seat. Say since when with effective."""

    body: Id = Field(description="id of the body")
    person: Id = Field(description="id of the person")
    reason: Departure = Field(description="why")


@decision(UnseatMember, body=lambda c, _: body_stream(c.body))
def unseat_member(command: UnseatMember, act: Act, body: Body) -> Outcome:
    """Decide that a member may be unseated, as of a moment at which they have a seat.

    Raises:
        RefusedError: `unknown-body`, `not-a-member`, in that order.
    """
    require_body(body)
    require_member(body, command.person, act.effective, f"seat on {command.body}")
    left = MemberUnseated(**act.on(body), body=command.body, person=command.person, reason=command.reason)
    return Outcome([left])


def require_member(body: Body, person: str, moment: str, where: str) -> None:
    """Refuse a person who has no seat on the body at a moment (`not-a-member`)."""
    members = [term.person for term in body.members(moment)]
    if person not in members:
        found = f"{person}{nearest(person, members)}"
        remedy = "Correct the id, or record seat-member first"
        raise refused("not-a-member", where, f"a member at {moment}", found, remedy)


def _refuse_seat(where: str, found: str, seats: tuple[Seats, ...]) -> None:
    """Refuse a section or seat that the body does not have (`unknown-seat`)."""
    sections = [each.section for each in seats]
    known = ", ".join(f"{each.section} 1 to {each.count}" for each in seats) or "none, for nobody is seated by name"
    name = found.partition(" ")[0]
    hint = "" if name in sections else nearest(name, sections)
    raise refused("unknown-seat", where, f"a seat of the body: {known}", f"{found}{hint}", "Correct section or seat")

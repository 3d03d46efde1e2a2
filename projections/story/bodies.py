"""What is told of bodies, their members, sittings and decisions, and of interests; see `words.tells`."""

from __future__ import annotations

from ledger.streams.body import (
    BodyConstituted,
    DecisionTaken,
    Exclusion,
    MemberSeated,
    MemberUnseated,
    Seats,
    SittingHeld,
)
from ledger.streams.interest import InterestDeclared, InterestWithdrawn
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

KINDS = {
    "conference": "a conference",
    "governing-body": "a governing body",
    "committee": "a committee",
    "panel": "a panel",
    "other": "a body",
}
FILLED_BY = {"election": "by election", "appointment": "by appointment", "ex-officio": "by virtue of office"}
LEFT = {
    "resigned": "who gave up the seat",
    "removed": "who was removed",
    "ineligible": "who is no more eligible",
    "died": "who died",
    "other": "for another reason",
}
MAJORITIES = {
    "of-votes": "more votes for than against carry it",
    "of-present": "votes for of more than half of those present carry it",
    "two-thirds-of-votes": "votes for of at least two thirds of those for and against carry it",
}
INTERESTS = {
    "endorsement": "an endorsement",
    "nomination": "a nomination",
    "candidacy": "a candidacy",
    "employment": "an employment",
    "kinship": "a kinship",
    "complainant": "a complaint of theirs",
    "other": "another interest",
}


@tells(BodyConstituted)
def _(event: BodyConstituted, _names: Names) -> Sentences:
    what = f"constituted body {event.body}, {quoted(event.name)}, {KINDS[event.kind]}{_under(event.clause)}"
    seats = f"It has {listed([_seats(each) for each in event.seats])}"
    if not event.seats:
        seats = "Nobody is seated by name"
    numbers = f"{seats}; it decides with a quorum of {event.quorum:,}."
    return (what, numbers, *(f"{_excluded(rule)}." for rule in event.excluded))


def _seats(seats: Seats) -> str:
    return f"{counted(seats.count, 'seat')} for {seats.section}"


def _excluded(rule: Exclusion) -> str:
    where = "" if rule.section is None else f" for {rule.section}"
    return f"Nobody in the capacity {rule.capacity} may be seated{where}, by {quoted(rule.ref)}{_under(rule.clause)}"


def _under(clause: str | None) -> str:
    return "" if clause is None else f", under clause {short(clause)}"


@tells(MemberSeated)
def _(event: MemberSeated, _names: Names) -> Sentences:
    contest = "" if event.contest is None else f" in contest {event.contest}"
    until = "" if event.until is None else f", until {when(event.until)}"
    what = f"seated person {event.person} on body {event.body}, {event.section} {event.seat}"
    first = f"{what}, {FILLED_BY[event.filled_by]}{contest}{until}"
    return (first, *([f"They sit as {listed(event.capacities)}."] if event.capacities else []))


@tells(MemberUnseated)
def _(event: MemberUnseated, _names: Names) -> Sentences:
    return (f"unseated person {event.person} from body {event.body}, {LEFT[event.reason]}",)


@tells(SittingHeld)
def _(event: SittingHeld, _names: Names) -> Sentences:
    place = "" if event.place is None else f", at {quoted(event.place)}"
    what = (
        f"recorded sitting {event.sitting} of body {event.body}{place}, from {when(event.start)} to {when(event.end)}"
    )
    number = len(event.present) if event.attended is None else event.attended
    who = f": {listed(event.present)}" if event.present else ""
    away = f", and {counted(len(event.apologies), 'apology', 'apologies')} came in" if event.apologies else ""
    quorum = f"Present were {number:,}{who}{away}."
    if number < event.quorum_needed:
        enough = (
            f"The sitting was inquorate (present {number:,}, quorum {event.quorum_needed:,}): it could decide nothing."
        )
    else:
        enough = f"That is a quorum, which is {event.quorum_needed:,}."
    minutes = () if event.minutes_digest is None else (f"Its minutes have the hash {short(event.minutes_digest)}.",)
    return (what, quorum, enough, *minutes)


@tells(DecisionTaken)
def _(event: DecisionTaken, _names: Names) -> Sentences:
    where = f"decision {event.decision} of body {event.body}, taken at sitting {event.sitting}"
    first = f"recorded {where}{_under(event.clause)}, on the motion {quoted(event.motion)}"
    votes = f"Votes: {event.votes_for:,} for, {event.votes_against:,} against, {event.abstained:,} abstained"
    said = [f"{votes}; {MAJORITIES[event.majority]}."]
    if event.votes:
        said.append(f"By name: {listed([f'{each.member} {each.vote}' for each in event.votes])}.")
    if event.recused:
        said.append(f"Withdrew, and had no vote: {listed(event.recused)}.")
    if event.about is not None:
        said.append(f"It is about contest {event.about}: who declared an interest in that has to withdraw.")
    if event.amends is not None:
        said.append(f"It amends clause {short(event.amends)}.")
    if event.text_digest is not None:
        said.append(f"Its text has the hash {short(event.text_digest)}.")
    return (first, *said)


@tells(InterestDeclared)
def _(event: InterestDeclared, names: Names) -> Sentences:
    in_whom = "the whole" if event.candidate is None else names.who(event.contest, event.candidate)
    what = (
        f"declared interest {event.interest} of {event.person}, {INTERESTS[event.kind]}, held since {when(event.since)}"
    )
    source = () if event.source is None else (f"Its source is {quoted(event.source)}.",)
    return (f"{what}, in {in_whom} of contest {event.contest}", *source)


@tells(InterestWithdrawn)
def _(event: InterestWithdrawn, _names: Names) -> Sentences:
    what = f"recorded that interest {event.interest} of {event.person} ended"
    return (what, "It was held until then, and what was declared stays on record.")

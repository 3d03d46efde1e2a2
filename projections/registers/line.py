"""What is told of a member over days: not joined yet, where they stand, not a member any more; and how that is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ledger.event import TYPES, Event
from ledger.streams.member import MemberRegistered
from ledger.streams.member_history import PLACES as MEMBER_PLACES
from ledger.streams.member_history import Member, Period

PLACES = ("category", "affiliate", "section", "region", "unit")
EVER = ""  # sorts before every day
JOINING, LAPSED = -1, -2  # told of who is not a member yet, or not any more
SUFFICES = (*PLACES, "joined", "lapsed", "change", "on", "version")  # fields that tell where a member stands, and when

Told = tuple[str, ...] | int  # a name for each of PLACES, empty where there is none; or JOINING, LAPSED


def last_told(member: Member) -> Told:
    """Say where a member stands by the last that is known of them, whatever its day."""
    going_on = member.status == "active" and member.periods[-1].until is None
    return _names(member.place) if going_on else LAPSED


def told_by_day(member: Member) -> list[tuple[str, Told]]:
    """Say what is told of a member from which day on, in the order of the days.

    Before the first day that says where they stood, they stood as on it: a later file may put the joining earlier.
    """
    first = min(member.moves, key=lambda move: move[0])[1]
    days = {day for each in member.periods for day in (each.since, each.until) if day is not None}
    days |= {day for day, _ in member.moves}
    found: list[tuple[str, Told]] = [(EVER, JOINING)]
    for day in sorted(days):
        if member.member_on(day):
            told: Told = _names(member.place_on(day) or first)
        else:
            told = JOINING if all(each.since > day for each in member.periods) else LAPSED
        if told != found[-1][1]:
            found.append((day, told))
    return found


def _names(place: Sequence[str | None]) -> tuple[str, ...]:
    names = dict(zip(MEMBER_PLACES, place, strict=True))
    return tuple(names[name] or "" for name in PLACES)


def person_of(event: Event) -> str:
    """Give the key of the person whose stream an event is on."""
    return event.stream.removeprefix("person/")


def registered(person: str, batch: str, place: Sequence[str], joined: str, lapsed: str | None) -> MemberRegistered:
    """Give the event by which somebody was registered, with what tells where they stand, and nothing else."""
    fields: dict[str, Any] = {name: value or None for name, value in zip(PLACES, place, strict=True)}
    fields |= {"batch": batch, "joined": joined, "lapsed": lapsed, "effective": joined, "version": 1}
    fields |= {"declaration": None, "identity": "", "levy": None, "stream": f"person/{person}"}
    return MemberRegistered.model_construct(**fields)


def event_text(event: Event) -> str:
    """Write what of an event tells where a member stands, as JSON."""
    kept = {name: value for name in SUFFICES if (value := getattr(event, name, None)) is not None}
    return json.dumps(kept | {"batch": event.batch, "effective": event.effective, "stream": event.stream})


def event_from(kind: str, text: str) -> Event:
    """Read an event of a type again, with what tells where a member stands, and nothing else."""
    fields: dict[str, Any] = dict.fromkeys((*SUFFICES, "declaration", "levy")) | {"identity": ""} | json.loads(text)
    known = TYPES[kind].model_fields
    return TYPES[kind].model_construct(**{name: value for name, value in fields.items() if name in known})


def state_text(member: Member) -> str:
    """Write what of a member tells where they stand, as JSON."""
    return json.dumps([member.batch, member.status, member.place, member.moves, member.periods])


def member_from(person: str, text: str) -> Member:
    """Read a member again."""
    batch, status, place, moves, periods = json.loads(text)
    return Member(
        f"person/{person}",
        batch=batch,
        status=status,
        place=tuple(place),
        moves=tuple((day, tuple(where)) for day, where in moves),
        periods=tuple(Period(*each) for each in periods),
    )

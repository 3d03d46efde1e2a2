"""A member as the events of `person/<key>` add up to: where they stood, when they were a member, what they held.

What may follow what is one table, `TRANSITIONS`; it is asked where something is decided, never where the record is
read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from ledger.decision import State
from ledger.event import Event
from ledger.streams.member import MemberRegistered
from ledger.streams.membership import (
    Change,
    MemberAmended,
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
    OfficeCeased,
    OfficeHeld,
    SuspensionLifted,
    Voting,
)

Status = Literal["unknown", "active", "lapsed", "resigned", "expelled"]
DAY_LENGTH = len("2015-08-12")

# Status -> change -> status after it. Who was expelled comes back by being readmitted alone.
TRANSITIONS: dict[Status, dict[Change, Status]] = {
    "active": {
        "renewed": "active",
        "lapsed": "lapsed",
        "resigned": "resigned",
        "transferred": "active",
        "upgraded": "active",
    },
    "lapsed": {"rejoined": "active", "resigned": "resigned"},
    "resigned": {"rejoined": "active"},
}


class Period(NamedTuple):
    """A time of membership: from a day on, up to but not including another, and how it ended."""

    since: str
    until: str | None = None
    ended: Status = "active"


class Suspension(NamedTuple):
    """A suspension: from a day on, up to but not including another, and what it does to the vote."""

    since: str
    until: str | None
    voting: Voting


class Held(NamedTuple):
    """An office held: from a day on, up to but not including another."""

    office: str
    area: str | None
    since: str
    until: str | None = None


PLACES = ("affiliate", "category", "declaration", "levy", "region", "section", "unit")
Place = tuple[str | None, ...]  # one for each of PLACES


@dataclass(frozen=True, slots=True)
class Member(State):
    """Somebody as a register and what was recorded since have them.

    Attributes:
        batch: the intake they came in with; whoever reads ignores them until that is reconciled.
        status: as of the last event, whatever its day.
        place: where they stand, one for each of PLACES; empty where they came in no register.
        moves: days on which they came to stand elsewhere, and where; the first is the day they joined.
        periods: times of membership in order; the last one is going on where it has no end.
        suspensions: in the order of recording.
        offices: that are or were held.
        identities: digests of who it is, in the order of recording.
    """

    batch: str | None = None
    status: Status = "unknown"
    place: Place = ()
    moves: tuple[tuple[str, Place], ...] = ()
    periods: tuple[Period, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    offices: tuple[Held, ...] = ()
    identities: tuple[str, ...] = ()

    def evolve(self, event: Event) -> Member:
        """Give the member after one more event."""
        now = replace(self, version=event.version)
        match event:
            case MemberRegistered():
                return replace(now._as_listed(event, event.joined or event.effective[:DAY_LENGTH]), batch=event.batch)
            case MemberAmended():
                return now._amended(event)
            case MembershipChanged():
                return now._changed(event)
            case MemberSuspended():
                found = Suspension(event.on, event.until, event.voting)
                return replace(now, suspensions=(*self.suspensions, found))
            case SuspensionLifted():
                kept, last = self.suspensions[:-1], self.suspensions[-1:]
                return replace(now, suspensions=(*kept, *(each._replace(until=event.on) for each in last)))
            case MemberExpelled():
                return replace(now, status="expelled", periods=now._ended(event.on, "expelled"))
            case MemberReadmitted():
                return replace(now, status="active", periods=(*self.periods, Period(event.on)))
            case OfficeHeld():
                return replace(now, offices=(*self.offices, Held(event.office, event.area, event.on)))
            case OfficeCeased():
                offices = tuple(
                    each._replace(until=event.on) if each.office == event.office and each.until is None else each
                    for each in self.offices
                )
                return replace(now, offices=offices)
        if event.type == "person-recorded.v1":  # somebody recorded by themselves, who is in no register
            return now
        raise TypeError(f"{event.type} does not belong to a person")

    @property
    def category(self) -> str | None:
        """The category they stand in as of the last event."""
        return self.place[PLACES.index("category")] if self.place else None

    def place_on(self, day: str) -> Place:
        """Give where they stood at the end of a day, by what is on record; empty before the first."""
        found: Place = ()
        for since, place in sorted(self.moves, key=lambda move: move[0]):
            if since <= day:
                found = place
        return found

    def member_on(self, day: str) -> bool:
        """Whether they were a member at the end of a day, suspended or not."""
        return any(each.since <= day and (each.until is None or day < each.until) for each in self.periods)

    def continuous_since(self, day: str) -> str | None:
        """Give the day since which they had been a member without a gap at the end of a day; None if they were not."""
        since: str | None = None
        until: str | None = None
        for each in sorted(self.periods):
            if each.since > day:
                break
            if since is None or (until is not None and until < each.since):
                since = each.since
            until = each.until
        return since if since is not None and (until is None or day < until) else None

    def gaps(self, since: str, day: str) -> list[tuple[str, str | None]]:
        """Give the times without membership from a day to another: from, and up to but not including."""
        found: list[tuple[str, str | None]] = []
        reached: str | None = since
        for each in sorted(self.periods):
            if reached is None or each.since > day:
                break
            if each.since > reached:
                found.append((reached, each.since))
            reached = None if each.until is None else max(reached, each.until)
        if reached is not None and reached <= day:
            found.append((reached, None))
        return found

    def agrees_until(self, other: Member, day: str) -> bool:
        """Whether another state of this member has the same times of membership and place up to the end of a day."""

        def until(member: Member) -> list[tuple[str, str | None]]:
            spells = (each for each in sorted(member.periods) if each.since <= day)
            return [(each.since, each.until if each.until and each.until <= day else None) for each in spells]

        return until(self) == until(other) and self.place_on(day) == other.place_on(day)

    def suspended_on(self, day: str) -> Suspension | None:
        """Give the suspension in force at the end of a day."""
        live = (each for each in self.suspensions if each.since <= day and (each.until is None or day < each.until))
        return next(live, None)

    def holds(self, office: str, day: str) -> Held | None:
        """Give an office as it is held at the end of a day."""
        for each in self.offices:
            if each.office == office and each.since <= day and (each.until is None or day < each.until):
                return each
        return None

    def _as_listed(self, event: MemberRegistered | MemberAmended, day: str) -> Member:
        """Give the member with what a register's row says; `day` is when somebody without one joined."""
        place: Place = tuple(getattr(event, name) for name in PLACES)
        period = Period(event.joined or day, event.lapsed, "lapsed" if event.lapsed else "active")
        return replace(
            self,
            status=period.ended,
            place=place,
            moves=(*self.moves, (day, place)),
            periods=(*self.periods, period),
            identities=(*self.identities, str(event.identity)),
        )

    def _amended(self, event: MemberAmended) -> Member:
        """Give the member with a row that came later: another joining after a lapse is one more time of membership."""
        last = self.periods[-1] if self.periods else None
        day = event.effective[:DAY_LENGTH]
        if last and event.joined in (None, last.since):
            event = event.model_copy(update={"joined": last.since})
        before = self.periods
        if last and last.until is not None and event.joined is not None and event.joined >= last.until:
            listed = self._as_listed(event, day)
        else:
            listed = replace(self, periods=before[:-1])._as_listed(event, day)
        if self.status == "expelled" or (self.status == "resigned" and event.joined == (last.since if last else None)):
            return replace(listed, status=self.status, periods=before)  # a list does not undo what was decided
        return listed

    def _changed(self, event: MembershipChanged) -> Member:
        changes: dict[str, Any] = {}
        if event.change in ("lapsed", "resigned"):
            changes = {"status": event.change, "periods": self._ended(event.on, event.change)}
        elif event.change == "rejoined":
            changes = {"status": "active", "periods": (*self.periods, Period(event.on))}
        place = dict(zip(PLACES, self.place or (None,) * len(PLACES), strict=True))
        place |= {name: value for name in ("category", "unit") if (value := getattr(event, name)) is not None}
        moved: Place = tuple(place.values())
        if moved != self.place:
            changes |= {"place": moved, "moves": (*self.moves, (event.on, moved))}
        return replace(self, **changes)

    def _ended(self, day: str, how: Status) -> tuple[Period, ...]:
        """Give the times of membership with the one that is going on ended; one that has ended keeps its day."""
        if not self.periods or self.periods[-1].until is not None:
            return self.periods
        return (*self.periods[:-1], self.periods[-1]._replace(until=day, ended=how))


def member_stream(person: str) -> Member:
    """Name the stream of a person."""
    return Member(f"person/{person}")

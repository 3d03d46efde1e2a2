"""How many stand in a register, and where, on any day: as it was by the days in it, and as we knew it.

Somebody is in the register on a day if they had joined by its end and had not lapsed, resigned or been expelled by
then; who has no day of joining is in it from when the file took effect. Nobody counts before the file they came in is
taken in whole, nor does a change that came with a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.event import Event
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.member_history import DAY_LENGTH, Member
from ledger.streams.member_history import PLACES as MEMBER_PLACES
from ledger.streams.membership import MEMBER_EVENTS
from projections.moment import Moment

PLACES = ("category", "affiliate", "section", "region", "unit")

Place = tuple[str | None, ...]  # one for each of PLACES


@dataclass(slots=True)
class RegisterSummary:
    """A register as it stands at a moment.

    Attributes:
        places: place -> members who stand there.
        joining, lapsed: members on record who had not joined yet, or were not members any more.
        batches: files taken in whole; `open_batches` those that are not, whose members do not count.
    """

    register: str
    places: Counter[Place] = field(default_factory=Counter)
    joining: int = 0
    lapsed: int = 0
    batches: list[str] = field(default_factory=list)
    open_batches: list[str] = field(default_factory=list)

    @property
    def members(self) -> int:
        """How many are in the register."""
        return self.places.total()

    def add(self, other: RegisterSummary, batch: str) -> None:
        """Add those who came in a batch that was taken in whole."""
        self.places += other.places
        self.joining += other.joining
        self.lapsed += other.lapsed
        self.batches.append(batch)

    def by(self, *names: str) -> dict[tuple[str, ...], int]:
        """Count by some of PLACES, in the order of the ids; a dash stands where there is none."""
        which = [PLACES.index(name) for name in names]
        found: Counter[tuple[str, ...]] = Counter()
        for place, count in self.places.items():
            found[tuple(place[number] or "-" for number in which)] += count
        return dict(sorted(found.items()))


def changed_members(events: Iterable[tuple[int, Event]], moment: Moment) -> frozenset[str]:
    """Give the streams of those of whom more is known at a moment than that they were registered."""
    found = set()
    for position, event in events:
        if moment.over(position, event):
            break
        if isinstance(event, MEMBER_EVENTS) and not isinstance(event, MemberRegistered):
            found.add(event.stream)
    return frozenset(found)


def summarise(
    events: Iterable[tuple[int, Event]], register: str, moment: Moment, changed: frozenset[str] = frozenset()
) -> RegisterSummary:
    """Fold a register, as it was on the day of `moment.as_of` and as known at the rest of it.

    Args:
        changed: streams of those whose whole history has to be folded; of the others one event tells all.
    """
    done = RegisterSummary(register)
    stem = f"intake/{register}/"
    day = moment.as_of[:DAY_LENGTH] if moment.as_of else None
    waiting: dict[str, RegisterSummary] = {}
    later: dict[str, list[Event]] = {}  # batch -> events of members in `changed` that count once it does
    members: dict[str, Member] = {}
    for position, event in events:
        if moment.over(position, event):
            break
        match event:
            case MemberRegistered() if event.stream not in changed:
                seen = waiting.get(event.batch or "")
                if seen is not None:
                    _count(seen, event, day)
            case BatchReceived():
                later[event.stream] = []
                if event.stream.startswith(stem):
                    waiting[event.stream] = RegisterSummary(register)
            case BatchReconciled():
                _take(members, later.pop(event.stream, []))
                if event.stream in waiting:
                    done.add(waiting.pop(event.stream), event.stream)
            case _ if event.stream in changed:
                if event.batch in later:
                    later[event.batch].append(event)
                elif event.batch is None:
                    _take(members, [event])
    for member in members.values():
        if (member.batch or "").startswith(stem):
            _count_member(done, member, day)
    done.open_batches = sorted(waiting)
    return done


def _take(members: dict[str, Member], events: Iterable[Event]) -> None:
    for event in events:
        member = members.get(event.stream) or Member(event.stream)
        members[event.stream] = member.evolve(event)


def _count(seen: RegisterSummary, event: MemberRegistered, day: str | None) -> None:
    joined = event.joined or event.effective[:DAY_LENGTH]
    if day is not None and joined > day:
        seen.joining += 1
    elif event.lapsed is not None and (day is None or event.lapsed <= day):
        seen.lapsed += 1
    else:
        seen.places[event.category, event.affiliate, event.section, event.region, event.unit] += 1


def _count_member(done: RegisterSummary, member: Member, day: str | None) -> None:
    if day is None:
        here, place = member.status == "active" and member.periods[-1].until is None, member.place
    else:
        here, place = member.member_on(day), member.place_on(day)
    if here:
        stands = dict(zip(MEMBER_PLACES, place, strict=True))
        done.places[tuple(stands[name] for name in PLACES)] += 1
    elif day is not None and all(each.since > day for each in member.periods):
        done.joining += 1
    else:
        done.lapsed += 1

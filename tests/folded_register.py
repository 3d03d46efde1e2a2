"""A register summed up by folding the whole record: what the views have to say too, slowly and plainly."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.event import Event
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.member_history import DAY_LENGTH, Member
from ledger.streams.member_history import PLACES as MEMBER_PLACES
from ledger.streams.membership import MEMBER_EVENTS
from projections.moment import Moment
from projections.registers.numbers import PLACES, RegisterSummary


def changed_members(events: Iterable[tuple[int, Event]], moment: Moment) -> frozenset[str]:
    """Give the streams of those of whom more is known at a moment than that they were registered."""
    found = set()
    for position, event in events:
        if moment.over(position, event):
            break
        if isinstance(event, MEMBER_EVENTS) and not isinstance(event, MemberRegistered):
            found.add(event.stream)
    return frozenset(found)


def folded_register(
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
                    _add(done, waiting.pop(event.stream), event.stream)
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


def _add(done: RegisterSummary, other: RegisterSummary, batch: str) -> None:
    done.places += other.places
    done.joining += other.joining
    done.lapsed += other.lapsed
    done.batches.append(batch)


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
        here, place = member.member_on(day), member.place_on(day) or min(member.moves, key=lambda move: move[0])[1]
    if here:
        stands = dict(zip(MEMBER_PLACES, place, strict=True))
        done.places[tuple(stands[name] for name in PLACES)] += 1
    elif day is not None and all(each.since > day for each in member.periods):
        done.joining += 1
    else:
        done.lapsed += 1

"""How many stand in a register, and where, on any day: as it was by the days in it, and as we knew it.

Somebody is in the register on a day if they had joined by its end and had not lapsed by then; who has no day of joining
is in it from when the file took effect. Nobody counts before the file they came in is taken in whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.event import Event
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from projections.moment import Moment

PLACES = ("category", "affiliate", "section", "region", "unit")
DAY_LENGTH = len("2015-08-12")

Place = tuple[str | None, ...]  # one for each of PLACES


@dataclass(slots=True)
class RegisterSummary:
    """A register as it stands at a moment.

    Attributes:
        places: place -> members who stand there.
        joining, lapsed: members on record who had not joined yet, or had lapsed.
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

    def by(self, *names: str) -> dict[tuple[str, ...], int]:
        """Count by some of PLACES, in the order of the ids; a dash stands where there is none."""
        which = [PLACES.index(name) for name in names]
        found: Counter[tuple[str, ...]] = Counter()
        for place, count in self.places.items():
            found[tuple(place[number] or "-" for number in which)] += count
        return dict(sorted(found.items()))


def summarise(events: Iterable[tuple[int, Event]], register: str, moment: Moment) -> RegisterSummary:
    """Fold a register, as it was on the day of `moment.as_of` and as known at the rest of it."""
    done = RegisterSummary(register)
    stem = f"intake/{register}/"
    day = moment.as_of[:DAY_LENGTH] if moment.as_of else None
    waiting: dict[str, RegisterSummary] = {}
    for position, event in events:
        if moment.over(position, event):
            break
        match event:
            case MemberRegistered():
                seen = waiting.get(event.batch or "")
                if seen is not None:
                    _count(seen, event, day)
            case BatchReceived() if event.stream.startswith(stem):
                waiting[event.stream] = RegisterSummary(register)
            case BatchReconciled() if event.stream in waiting:
                seen = waiting.pop(event.stream)
                done.places += seen.places
                done.joining += seen.joining
                done.lapsed += seen.lapsed
                done.batches.append(event.stream)
    done.open_batches = sorted(waiting)
    return done


def _count(seen: RegisterSummary, event: MemberRegistered, day: str | None) -> None:
    joined = event.joined or event.effective[:DAY_LENGTH]
    if day is not None and joined > day:
        seen.joining += 1
    elif event.lapsed is not None and (day is None or event.lapsed <= day):
        seen.lapsed += 1
    else:
        seen.places[event.category, event.affiliate, event.section, event.region, event.unit] += 1

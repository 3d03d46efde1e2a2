"""`freezes/rolls`: every roll that was frozen, on one short stream, for those who record what took effect before.

A register does not know the elections that are held on it. So who records that a membership changed on a day reads
here up to when rolls were frozen by then: what reaches back over that asks for a reason and a second officer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ledger.decision import State
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Id

STREAM = "freezes/rolls"
DAY_LENGTH = len("2015-08-12")


class FreezeListed(Event):
    """The roll of an election was frozen; it took effect when that did."""

    audience = Audience.PUBLIC
    type: Literal["freeze-listed.v1"] = "freeze-listed.v1"
    election: Id


@dataclass(frozen=True, slots=True)
class Freezes(State):
    """The freezes of rolls: the day (UTC) of the last, and whose it is; empty before the first."""

    day: str = ""
    election: str = ""

    def evolve(self, event: Event) -> Freezes:
        """Give the freezes after one more event."""
        match event:
            case FreezeListed():
                later = max((self.day, self.election), (event.effective[:DAY_LENGTH], event.election))
                return replace(self, version=event.version, day=later[0], election=later[1])
        raise TypeError(f"{event.type} does not belong to the freezes of rolls")


def freezes_stream() -> Freezes:
    """Name the stream."""
    return Freezes(STREAM)


def require_not_backdated(
    freezes: Freezes, day: str, reason: str | None, second: str | None, actor: str, where: str
) -> None:
    """Refuse what takes effect on a day up to that of a freeze, but with a reason and a second officer.

    Raises:
        RefusedError: `backdated-over-freeze`, `second-officer`, in that order.
    """
    if day <= freezes.day and (reason is None or second is None):
        missing = [name for name, value in (("reason", reason), ("second officer", second)) if value is None]
        expected = f"a day after {freezes.day}, when the roll of election {freezes.election} was frozen"
        remedy = "Correct the day; or give --reason, and --second for the officer who agrees"
        raise refused("backdated-over-freeze", where, expected, f"{day}, and no {' and no '.join(missing)}", remedy)
    if second == actor:
        remedy = "Let another officer agree"
        raise refused("second-officer", where, f"an office other than {actor}, which records it", second, remedy)

"""`freezes/rolls`: every roll that was frozen, on one short stream, for those who record what took effect before.

A register does not know the elections that are held on it. So who records that a membership changed on a day reads
here up to when rolls were frozen by then: what reaches back over that asks for a reason and a second officer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ledger.decision import State
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
    """The freezes of rolls: the moment (UTC) of the last, and whose it is; empty before the first."""

    moment: str = ""
    election: str = ""

    @property
    def day(self) -> str:
        """The day of the last; empty before the first."""
        return self.moment[:DAY_LENGTH]

    def evolve(self, event: Event) -> Freezes:
        """Give the freezes after one more event."""
        match event:
            case FreezeListed():
                later = max((self.moment, self.election), (event.effective, event.election))
                return replace(self, version=event.version, moment=later[0], election=later[1])
        raise TypeError(f"{event.type} does not belong to the freezes of rolls")


def freezes_stream() -> Freezes:
    """Name the stream."""
    return Freezes(STREAM)

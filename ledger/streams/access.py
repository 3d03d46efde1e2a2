"""`access/<day>`: who opened what of people's data, for which purpose; a stream a day.

It is recorded before anything is shown. Whoever reads the files past this program is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Id
from ledger.streams.nominated import Day

Purpose = Literal[
    "appeal", "audit", "case", "certification", "correction", "enquiry", "erasure", "scrutiny", "subject-request"
]
PURPOSES: tuple[str, ...] = get_args(Purpose)
DAY_LENGTH = len("2016-01-12")


class AccessLogged(Event):
    """Somebody's data, or numbers small enough to tell of somebody, were opened: what, of whom, how many rows, why.

    `subject` is the key of the person; left out where it was of several.
    """

    audience = Audience.RESTRICTED
    type: Literal["access-logged.v1"] = "access-logged.v1"
    purpose: Purpose
    rows: Count
    subject: Id | None = None
    what: Id


@dataclass(frozen=True, slots=True)
class Accesses(State):
    """The accesses of a day: how many there were."""

    def evolve(self, event: Event) -> Accesses:
        """Give the accesses after one more event."""
        match event:
            case AccessLogged():
                return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to accesses")

    @property
    def day(self) -> str:
        """The day, `YYYY-MM-DD`."""
        return self.stream.partition("/")[2]


def access_stream(day: str) -> Accesses:
    """Name the stream of a day's accesses."""
    return Accesses(f"access/{day}")


class LogAccess(Command):
    """Record that somebody's data is opened. What shows such data does it by itself: see --purpose there."""

    day: Day = Field(description="the day (UTC) on which it is opened: the day of this command")
    what: Id = Field(description="what is opened: the verb that shows it, such as find")
    subject: Id | None = Field(None, description="key of the person; left out where it is of several")
    rows: Count = Field(description="how many rows are shown")
    purpose: Purpose = Field(description="why it is opened")


@decision(LogAccess, accesses=lambda c, _: access_stream(c.day))
def log_access(command: LogAccess, act: Act, accesses: Accesses) -> Outcome:
    """Decide that an access may be logged: on the day it happens.

    Raises:
        RefusedError: `day-differs`.
    """
    today = act.effective[:DAY_LENGTH]
    if command.day != today:
        raise refused("day-differs", accesses.stream, f"the day of the access, {today}", command.day, "Correct the day")
    fields = {name: getattr(command, name) for name in ("purpose", "rows", "subject", "what")}
    return Outcome([AccessLogged(**act.on(accesses), **fields)])

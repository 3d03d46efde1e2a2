"""The two clocks of every reading: as it was (effective), and as we knew it (recorded)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.event import Event
from ledger.field import check_time

DAY_END = "T23:59:59Z"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point on both clocks; what is left out means now.

    Attributes:
        as_of: events that took effect up to this time (UTC, inclusive).
        known_at: events recorded up to this time.
        known_at_position: events up to and including this position.
    """

    as_of: str | None = None
    known_at: str | None = None
    known_at_position: int | None = None

    @property
    def is_now(self) -> bool:
        """Whether the whole ledger is seen."""
        return self == Moment()

    def over(self, position: int, event: Event) -> bool:
        """Whether this event, and so every later one, was not known yet."""
        if self.known_at_position is not None and position > self.known_at_position:
            return True
        return self.known_at is not None and event.recorded > self.known_at

    def past(self, events: Iterable[tuple[int, Event]]) -> Iterator[tuple[int, Event]]:
        """Give the events that are seen from here; stops reading where nothing further can be."""
        for position, event in events:
            if self.over(position, event):
                return
            if self.as_of is None or event.effective <= self.as_of:
                yield position, event

    def says(self) -> str:
        """Describe the moment in words."""
        parts = []
        if self.as_of is not None:
            parts.append(f"as it was at {self.as_of}")
        if self.known_at is not None:
            parts.append(f"as known at {self.known_at}")
        if self.known_at_position is not None:
            parts.append(f"as known at event {self.known_at_position}")
        return ", ".join(parts) or "now"


NOW = Moment()


def day_or_time(text: str) -> str:
    """Read a day (its end, UTC) or a moment; anything else is a ValueError, other spellings of a time too."""
    return check_time(text + DAY_END) if len(text) == len("2010-09-25") else check_time(text)

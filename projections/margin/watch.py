"""When a search has to stop, asked within its longest loops too, so that it ends soon after its time is up.

A search asks in an order that its papers alone decide, and never a clock by itself: whoever stops it after as many
looks stops it at the same place, on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Expired = Callable[[], bool]
Each = TypeVar("Each")

LOOK_EVERY = 10_000  # rankings


class TimeUpError(Exception):
    """The time was up within a step of a search, which is as if it had not been begun."""


class Watch:
    """Tells loops to stop: nothing does until a search begins."""

    def __init__(self) -> None:
        self._expired: Expired | None = None

    def begin(self, expired: Expired) -> None:
        """Begin a search; `expired` says that its time is up."""
        self._expired = expired

    def end(self) -> None:
        """End a search: nothing stops any more."""
        self._expired = None

    def look(self) -> None:
        """Stop where the time is up; raises TimeUpError."""
        if self._expired is not None and self._expired():
            raise TimeUpError

    def over(self, each: Iterable[Each]) -> Iterator[Each]:
        """Go through rankings, and look now and then."""
        for number, one in enumerate(each, start=1):
            if not number % LOOK_EVERY:
                self.look()
            yield one

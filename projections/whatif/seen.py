"""The record as of a moment, as a what-if question reads it: some streams, and sums folded when they are asked for."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Protocol

from projections.catch_up import PastViews
from projections.oversight.folding import OversightProjection
from projections.papers.of_person import Streams
from projections.papers.projection import PaperProjection

if TYPE_CHECKING:
    from ledger.event import Event
    from ledger.record import Record
    from projections.moment import Moment


class Seen(Streams, Protocol):
    """What a question reads."""

    tells_people: bool

    def folded(self) -> sqlite3.Connection:
        """Give tables of papers and of rulings."""
        ...


class RecordSeen:
    """A ledger as of a moment.

    Args:
        kept: tables that are folded already, as of that moment; without them they are made anew, in a temporary file,
            for whoever can write the kept ones must not decide what is published.
        tells_people: whether it may tell of some people; the public is told of categories alone, each of enough people.
    """

    def __init__(
        self, ledger: Record, moment: Moment, kept: sqlite3.Connection | None = None, *, tells_people: bool = True
    ) -> None:
        self.tells_people = tells_people
        self._ledger = ledger
        self._moment = moment
        self._tables = kept
        self._made: PastViews | None = None

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream."""
        return list(self._moment.past(self._ledger.stream(stream)))

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type."""
        streams = dict.fromkeys(self._ledger.streams_of(name, prefix))
        return [stream for stream in streams if any(event.type == name for _, event in self.stream(stream))]

    def folded(self) -> sqlite3.Connection:
        """Give tables of papers and of rulings."""
        if self._tables is None:
            self._made = PastViews(self._moment, [PaperProjection(), OversightProjection()])
            self._made.catch_up(self._ledger)
            self._tables = self._made.database
        return self._tables

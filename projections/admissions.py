"""Whom an admission in bulk admits: every open application of an election, looked at by the record itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ledger.decision import fold
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.intake import APPLICATION
from ledger.record import Record
from ledger.recorder import PAGE_ROWS
from ledger.streams.admission import NO_BATCH, BatchHead, admitted_event, batches_of, require_admissible
from ledger.streams.application import Application
from ledger.streams.franchise import Adopted

PASSED_OVER = frozenset(("already-determined", "received-late"))  # nothing is to be decided on these


@dataclass
class Admissions:
    """The applications of an election that are to be admitted, in the order of their keys.

    Args:
        progress: told how many more applications were looked at.
    """

    ledger: Record
    election: str
    franchise: Adopted
    progress: Callable[[int], None] = lambda _: None
    not_admitted: Counter[str] = field(default_factory=Counter)
    total: int = 0
    _heads: dict[str, BatchHead] = field(default_factory=dict)

    def pages(self, envelope: Mapping[str, Any], done: frozenset[str]) -> Iterator[Sequence[Event]]:
        """Give the admissions by the page, but of streams that are `done`."""
        self.not_admitted.clear()
        for applications in applications_of(self.ledger):
            self.progress(len(applications))
            events = [
                event
                for application in applications
                if application.election == self.election
                and application.stream not in done
                and (event := self._admitted(application, envelope)) is not None
            ]
            if events:
                yield events

    def _admitted(self, application: Application, envelope: Mapping[str, Any]) -> Event | None:
        try:
            heads = [self._head(name) for name in batches_of(application)]
            admission = require_admissible(application, self.franchise, *heads)
        except RefusedError as refused:
            if refused.code == "tests-outstanding":
                self.not_admitted[refused.found.partition(" ")[0]] += 1
            elif refused.code not in PASSED_OVER:
                self.not_admitted[refused.code] += 1
            return None
        on = {**envelope, "recorded": envelope["effective"], "stream": application.stream}
        on["version"] = application.version + 1
        return admitted_event(on, application, admission, self.franchise.version, "automatic")

    def _head(self, name: str) -> BatchHead:
        if name not in self._heads:
            events = () if name == NO_BATCH else (event for _, event in self.ledger.stream(name))
            self._heads[name] = fold(BatchHead(name), events)
        return self._heads[name]


def applications_of(ledger: Record) -> Iterator[list[Application]]:
    """Give every application as it stands, in the order of their keys, some thousands at a time."""
    for page in streams_in_order(ledger, APPLICATION):
        events = ledger.events_between(page[0], page[-1])
        yield [fold(Application(stream), group) for stream, group in groupby(events, key=lambda event: event.stream)]


def streams_in_order(ledger: Record, prefix: str) -> Iterator[list[str]]:
    """Give the streams whose names begin so, in the order of their names, some thousands at a time."""
    last = prefix
    while page := ledger.streams_after(prefix, last, PAGE_ROWS):
        yield page
        last = page[-1]

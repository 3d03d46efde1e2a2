"""Whom an admission in bulk admits: every open application of an election, looked at by the record itself.

Invitations to put something right, and lapses, in bulk go over the applications in the same way (`cures`, beside this).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ledger.batches.intake import APPLICATION
from ledger.decision import fold
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.record import Record
from ledger.storage.recorder import PAGE_ROWS
from ledger.streams.admission import admitted_event, require_admissible
from ledger.streams.application import Application
from ledger.streams.batch_head import NO_BATCH, BatchHead
from ledger.streams.case import Docket, case_stream
from ledger.streams.franchise import Adopted
from ledger.streams.refused_application import holding
from ledger.streams.tested import batches_of

PASSED_OVER = frozenset(("already-determined", "received-late"))  # nothing is to be decided on these


@dataclass
class OpenApplications:
    """The applications of an election on which something is to be recorded, in the order of their keys.

    Args:
        progress: told how many more applications were looked at.

    Attributes:
        left_out: how many open applications are left out, by code; known once all pages are read.
        waiting: those of them that an open case holds, each with the ids of the cases; these are read once, as it
            begins.
    """

    ledger: Record
    election: str
    franchise: Adopted
    progress: Callable[[int], None] = lambda _: None
    left_out: Counter[str] = field(default_factory=Counter)
    total: int = 0
    waiting: dict[str, Sequence[str]] = field(default_factory=dict)
    _cases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _heads: dict[str, BatchHead] = field(default_factory=dict)

    def made(self, application: Application, on: Mapping[str, Any], *heads: BatchHead) -> Event:
        """Make the event of an application.

        Raises:
            RefusedError: there is to be none.
        """
        raise NotImplementedError

    def pages(self, envelope: Mapping[str, Any], done: frozenset[str]) -> Iterator[Sequence[Event]]:
        """Give the events by the page, but of streams that are `done`."""
        self.left_out.clear()
        self.waiting.clear()
        self._cases = open_cases(self.ledger, self.election)
        for applications in applications_of(self.ledger):
            self.progress(len(applications))
            events = [
                event
                for application in applications
                if application.election == self.election
                and application.stream not in done
                and (event := self._event(application, envelope)) is not None
            ]
            if events:
                yield events

    def _event(self, application: Application, envelope: Mapping[str, Any]) -> Event | None:
        on = {**envelope, "recorded": envelope["effective"], "stream": application.stream}
        on["version"] = application.version + 1
        try:
            return self.made(application, on, *(self._head(name) for name in batches_of(application)))
        except RefusedError as refused:
            code = self.code_of(refused)
            if code not in PASSED_OVER:
                self.left_out[code] += 1
            if refused.code == "open-case":
                self.waiting[application.stream] = self.cases_of(application)
            return None

    def cases_of(self, application: Application) -> Sequence[str]:
        """Give the ids of the open cases that hold an application."""
        return self._cases.get(application.stream, ())

    def code_of(self, refused: RefusedError) -> str:
        """Give the code under which an application that is left out is counted."""
        return refused.code

    def _head(self, name: str) -> BatchHead:
        if name not in self._heads:
            events = () if name == NO_BATCH else (event for _, event in self.ledger.stream(name))
            self._heads[name] = fold(BatchHead(name), events)
        return self._heads[name]


@dataclass
class Admissions(OpenApplications):
    """The applications of an election that are to be admitted."""

    def made(self, application: Application, on: Mapping[str, Any], *heads: BatchHead) -> Event:
        """Make the admission of an application."""
        cases = self.cases_of(application)
        admission = require_admissible(application, self.franchise, *heads, by=on["actor"], cases=cases)
        return admitted_event(on, application, admission, self.franchise.version, "automatic")

    def code_of(self, refused: RefusedError) -> str:
        """Give the first test that is not passed, where it is for that."""
        return refused.found.partition(" ")[0] if refused.code == "tests-outstanding" else refused.code


def open_cases(ledger: Record, election: str) -> dict[str, list[str]]:
    """Give the ids of the open cases that hold applications to an election: stream of an application -> cases."""
    found: dict[str, list[str]] = {}
    for page in streams_in_order(ledger, f"docket/{election}/"):
        events = (event for _, event in ledger.events_between(page[0], page[-1]))
        for stream, group in groupby(events, key=lambda event: event.stream):
            application = APPLICATION + stream.rpartition("/")[2]
            names = fold(Docket(stream), group).cases
            cases = [fold(case_stream(each), (event for _, event in ledger.stream(f"case/{each}"))) for each in names]
            if held := holding(application, cases):
                found[application] = held
    return found


def applications_of(ledger: Record) -> Iterator[list[Application]]:
    """Give every application as it stands, in the order of their keys, some thousands at a time."""
    for page in streams_in_order(ledger, APPLICATION):
        events = (event for _, event in ledger.events_between(page[0], page[-1]))
        yield [fold(Application(stream), group) for stream, group in groupby(events, key=lambda event: event.stream)]


def streams_in_order(ledger: Record, prefix: str) -> Iterator[list[str]]:
    """Give the streams whose names begin so, in the order of their names, some thousands at a time."""
    last = prefix
    while page := ledger.streams_after(prefix, last, PAGE_ROWS):
        yield page
        last = page[-1]

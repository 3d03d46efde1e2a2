"""From where to where in the record a case about an application was open, so that nothing else decided on it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ledger.event import Event
from ledger.streams.admission import AdmissionOpened
from ledger.streams.application import PREFIX
from ledger.streams.case import PREFIX as CASE
from ledger.streams.case import Case, case_stream
from ledger.streams.case_events import CaseOpened
from ledger.streams.cure_events import InvitationOpened, LapseOpened
from ledger.streams.refused_application import holding


@dataclass(frozen=True, slots=True)
class Span:
    """A case that held an application from one position to another; None where it does to the end."""

    case: str
    start: int
    end: int | None = None


@dataclass(slots=True)
class HeldApplications:
    """The cases that held applications, each from where to where; and where batches of decisions began."""

    spans: dict[str, list[Span]] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    _cases: dict[str, Case] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[tuple[int, Event]]) -> HeldApplications:
        """Take them from the events of a record that did not come in batches, in their order."""
        found = cls()
        for position, event in events:
            if isinstance(event, AdmissionOpened | InvitationOpened | LapseOpened):
                found.begun.setdefault(event.stream, position)
            elif event.stream.startswith(CASE):
                found._take(position, event)
        return found

    def _take(self, position: int, event: Event) -> None:
        if isinstance(event, CaseOpened) and event.subject.startswith(PREFIX):
            self._cases.setdefault(event.stream, case_stream(event.case))
        case = self._cases.get(event.stream)
        if case is None:
            return
        with suppress(TypeError, KeyError, IndexError):  # a stream that does not replay is a finding of its own
            case = self._cases[event.stream] = case.evolve(event)
        if case.opened is None:
            return
        spans = self.spans.setdefault(case.opened.subject, [])
        last = next((n for n, span in enumerate(spans) if span.case == case.id and span.end is None), None)
        held = case.closed is None and bool(holding(case.opened.subject, (case,)))
        if held and last is None:
            spans.append(Span(case.id, position))
        elif not held and last is not None:
            spans[last] = replace(spans[last], end=position)

    def cases(self, application: str, position: int, batch: str | None) -> list[str]:
        """Give the cases that held an application at a position.

        Of what came in bulk they are those that did from where it began: it reads the cases as it begins.
        """
        begun = self.begun.get(batch or "", position)
        return [
            span.case
            for span in self.spans.get(application, ())
            if span.start < begun and (span.end is None or span.end > position)
        ]

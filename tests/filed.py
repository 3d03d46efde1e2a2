"""Cases as readers find them: a record in memory that knows which streams were asked for, and a vault beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

from scenario import Given

from ledger.decision import Command
from ledger.event import Event, Plain
from ledger.record import Record
from projections.cases.audience import Reader
from projections.cases.file import CaseFile, read_case_file
from projections.cases.page import Page, case_page
from projections.moment import NOW, Moment

NOW_IS = "2010-08-20T00:00:00Z"  # within the time to appeal against a ruling of `ruled`


class Filed:
    """A record: events in order, each under a command of its own, recorded as it took effect or later."""

    def __init__(self, steps: Iterable[Iterable[Event]]) -> None:
        self.events: list[tuple[int, Event]] = []
        self.values: dict[str, Any] = {}
        self.asked: list[str] = []
        recorded = ""
        for number, step in enumerate(steps):
            for event in step:
                recorded = max(recorded, event.effective)
                stamp = {"command": f"command-{number}", "recorded": recorded}
                self.events.append((len(self.events), event.model_copy(update=stamp | dict(self._concealed(event)))))

    def _concealed(self, event: Event) -> Iterator[tuple[str, str]]:
        for field in event.private:
            value = getattr(event, field)
            if isinstance(value, Plain):
                name = hashlib.sha256(f"{event.stream} {event.version} {field}".encode()).digest()
                digest = base64.urlsafe_b64encode(name).decode().rstrip("=")
                self.values[digest] = value.value
                yield field, digest

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        self.asked.append(stream)
        return [(position, event) for position, event in self.events if event.stream == stream]

    def streams_of(self, name: str, prefix: str) -> list[str]:
        return [event.stream for _, event in self.events if event.type == name and event.stream.startswith(prefix)]

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Event]]:
        raise AssertionError("a case file reads streams, and never the whole record")

    def head(self) -> SimpleNamespace:
        return SimpleNamespace(size=len(self.events))

    def held(self, digest: str, field: str, stream: str) -> Any:
        """What the vault holds."""
        return self.values.get(digest)

    @property
    def record(self) -> Record:
        """Itself, for those who read."""
        return cast(Record, self)

    def file(self, case: str = "c1", moment: Moment = NOW, ruling: int | None = None) -> CaseFile:
        return read_case_file(self.record, case, moment, ruling)

    def page(self, reader: Reader = "reviewer", *, at: str = NOW_IS, ruling: int | None = None, **more: Any) -> Page:
        return case_page(self.file(ruling=ruling), reader, at, more.get("read", self.held))


def filed(*commands: Command, before: Mapping[int, Event] | None = None) -> Filed:
    """Decide commands one after the other, and file what they lead to; `before` are events that were there first."""
    first = tuple((before or {}).values())
    scene, steps = Given(first), [first]
    for command in commands:
        events = scene.when(command).events
        scene = Given((*scene.events, *events))
        steps.append(events)
    return Filed(steps)

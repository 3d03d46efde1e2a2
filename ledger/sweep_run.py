"""Carrying a sweep out: page by page; who is killed goes on where it stopped.

An event is recorded at the version after the one that its stream was seen at. Where something else was recorded there
meanwhile, what was found may not hold any more: that stream is left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.event import Event
from ledger.intake_run import stamped
from ledger.leaf import Draw, conceal, encode
from ledger.record import Record
from ledger.recorder import ConflictError, Guard
from ledger.seal.merkle import leaf_hash
from ledger.streams.signature import Signed
from ledger.sweep import Sweep, Swept
from ledger.vault import Vault


@dataclass(slots=True)
class Sweeping:
    """One sweep being carried out at the desk."""

    ledger: Record
    vault: Vault
    sweep: Sweep
    draw: Draw
    now: Callable[[], str]
    progress: Callable[[int, int], None]
    events: int = 0
    changed: int = 0
    counts: Counter[Any] = field(default_factory=Counter)
    hashed: Any = field(default_factory=sha256)

    def run(self, guard: Guard, signed: Signed | None, command: tuple[str, bytes]) -> tuple[int | None, int]:
        """Open the sweep, or go on with one that was left open, then close it; it is signed as it is opened.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        sweep = self.sweep
        found = self.ledger.stream(sweep.stream)
        ends = [conceal(signed, self.draw)[0]] if signed else []
        opening = [conceal(sweep.opened, self.draw)[0], *ends]
        first = found[0][0] if found else self.ledger.append(opening, guard).position
        done = self._recorded(first) if found else frozenset()
        before, total = self.events, max(sweep.found.total, self.events)
        for page in sweep.found.pages(sweep.envelope, done):
            self.progress(self.events + self.changed, total)
            self._record([conceal(event, self.draw)[0] for event in page])
        self.progress(total, total)
        swept = Swept(self.events, self.changed, self.counts, "sha256:" + self.hashed.hexdigest())
        closed = sweep.closed(swept, self.now())
        closing = [
            stamped(event, closed.recorded) for event in (conceal(closed, self.draw)[0], *(ends if found else ()))
        ]
        self.ledger.append(closing, Guard(command=command, until=guard.until if found else ""))
        return first, self.events - before + len(closing) + (0 if found else len(opening))

    def _record(self, events: Sequence[Event]) -> None:
        """Record one page, but what stands on a stream that has moved on."""
        while events:
            now = self.now()
            stamp = [stamped(event, now) for event in events]
            try:
                recorded = self.ledger.append(stamp, Guard({self.sweep.stream: 1})).recorded
            except ConflictError:
                fresh = [event for event in events if len(self.ledger.stream(event.stream)) == event.version - 1]
                if len(fresh) == len(events):
                    raise
                self.changed += len(events) - len(fresh)
                events = fresh
                continue
            for event in stamp:
                self._count(stamped(event, recorded))
            return

    def _recorded(self, after: int) -> frozenset[str]:
        """Give the streams on which this sweep has recorded already; their events are counted and hashed in order."""
        streams = []
        for _, event in self.ledger.scan(after + 1):
            if event.batch == self.sweep.stream:
                self._count(event)
                streams.append(event.stream)
        return frozenset(streams)

    def _count(self, event: Event) -> None:
        self.hashed.update(leaf_hash(encode(event)))
        self.counts.update(self.sweep.counted(event))
        self.events += 1

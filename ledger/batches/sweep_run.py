"""Carrying a sweep out: page by page; who is killed goes on where it stopped.

An event is recorded at the version after the one that its stream was seen at. Where something else was recorded there
meanwhile, what was found may not hold any more: that stream is left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.batches.ends import AtDesk, BatchEnds
from ledger.batches.sweep import Sweep, Swept
from ledger.event import Event
from ledger.leaf import encode, random_texts
from ledger.seal.merkle import leaf_hash
from ledger.storage.recorder import ConflictError, Guard, NewRow


@dataclass(slots=True)
class Sweeping(AtDesk):
    """One sweep being carried out at the desk."""

    sweep: Sweep
    events: int = 0
    changed: int = 0
    counts: Counter[Any] = field(default_factory=Counter)
    hashed: Any = field(default_factory=sha256)

    def run(self, ends: BatchEnds) -> tuple[int, int]:
        """Open the sweep, or go on with one that was left open, then close it.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        sweep = self.sweep
        first = ends.open(sweep.stream, sweep.opened)
        done = self._recorded(first) if ends.resumed else frozenset()
        before, total = self.events, max(sweep.found.total, self.events)
        for page in sweep.found.pages(sweep.envelope, done):
            self.progress(self.events + self.changed, total)
            self._record(page)
        self.progress(total, total)
        swept = Swept(self.events, self.changed, self.counts, "sha256:" + self.hashed.hexdigest())
        return first, self.events - before + ends.close(sweep.closed(swept, self.now()))

    def _record(self, events: Sequence[Event]) -> None:
        """Record one page, but what stands on a stream that has moved on."""
        while events:
            blinds = random_texts(self.draw, len(events))
            written: list[NewRow] = []
            try:
                self._append(events, blinds, written)
            except ConflictError:
                fresh = [event for event in events if len(self.ledger.stream(event.stream)) == event.version - 1]
                if len(fresh) == len(events):
                    raise
                self.changed += len(events) - len(fresh)
                events = fresh
                continue
            for event, (_, _, _, leaf) in zip(events, written, strict=True):
                self._count(event, leaf)
            return

    def _append(self, events: Sequence[Event], blinds: Sequence[str], written: list[NewRow]) -> None:
        def rows_at(recorded: str) -> list[NewRow]:
            written[:] = [
                (e.stream, e.version, e.type, encode(e.model_copy(update={"blind": blind, "recorded": recorded})))
                for e, blind in zip(events, blinds, strict=True)
            ]
            return written

        self.ledger.append_leaves(rows_at, self.now(), Guard({self.sweep.stream: 1}))

    def _recorded(self, after: int) -> frozenset[str]:
        """Give the streams on which this sweep has recorded already; their events are counted and hashed in order."""
        streams = []
        for _, event in self.ledger.scan(after + 1):
            if event.batch == self.sweep.stream:
                self._count(event, encode(event))
                streams.append(event.stream)
        return frozenset(streams)

    def _count(self, event: Event, leaf: bytes) -> None:
        self.hashed.update(leaf_hash(leaf))
        self.counts.update(self.sweep.counted(event))
        self.events += 1

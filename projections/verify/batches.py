"""The checks of batches: each opened once, closed once, and between the two just the members that it names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.streams.batch import BatchClosed, BatchOpened, BatchWithdrawn
from ledger.streams.paper import contents_hash
from projections.verify.finding import Finding
from projections.verify.page import Shape


@dataclass(slots=True)
class BatchSeen:
    """A batch as its members and its own events show it.

    Attributes:
        papers: marks -> members that bear them.
        hashed: over the members' leaf hashes, in order.
        shapes: what the members have in common -> position of the first that is so.
        first_at: position of the first member, -1 where there is none; `last_at` of the last.
    """

    papers: Counter[str] = field(default_factory=Counter)
    hashed: hashlib._Hash = field(default_factory=hashlib.sha256)
    shapes: dict[Shape, int] = field(default_factory=dict)
    members: int = 0
    last_stream: str = ""
    first_at: int = -1
    last_at: int = -1
    openings: list[tuple[int, BatchOpened]] = field(default_factory=list)
    closings: list[tuple[int, BatchClosed]] = field(default_factory=list)
    withdrawals: list[tuple[int, BatchWithdrawn]] = field(default_factory=list)

    @property
    def opened_at(self) -> int:
        """Position where it was opened first; -1 where it never was."""
        return self.openings[0][0] if self.openings else -1

    @property
    def closed_at(self) -> int:
        """Position where it was closed first; -1 while it is open."""
        return self.closings[0][0] if self.closings else -1

    @property
    def withdrawn_at(self) -> int:
        """Position where it was withdrawn first; -1 where it never was."""
        return self.withdrawals[0][0] if self.withdrawals else -1

    def counts_at(self, position: int) -> bool:
        """Whether its papers count as of a position: closed by then, and not withdrawn."""
        return 0 <= self.closed_at <= position and not 0 <= self.withdrawn_at <= position

    @property
    def begins_at(self) -> int:
        """Position of whatever of it comes first; below 0 where somebody put all of it there."""
        places = [position for position, _ in (*self.openings[:1], *self.closings[:1], *self.withdrawals[:1])]
        return min(places + ([self.first_at] if self.members else []))


def open_batches(batches: Mapping[str, BatchSeen]) -> list[str]:
    """List the batches opened, not closed and not withdrawn; their members do not count, and are not compared."""
    return sorted(n for n, seen in batches.items() if seen.openings and not seen.closings and not seen.withdrawals)


def check_batches(batches: Mapping[str, BatchSeen]) -> Iterator[Finding]:
    """C3: every batch."""
    for name, seen in batches.items():
        for position, _ in seen.openings[1:]:
            yield Finding("C3", "batch-reopened", position, name, f"one opening, at event {seen.opened_at}", "another")
        for position, _ in seen.closings[1:]:
            yield Finding("C3", "batch-reclosed", position, name, f"one closing, at event {seen.closed_at}", "another")
        for position, _ in seen.withdrawals[1:]:
            yield Finding("C3", "batch-withdrawn", position, name, f"one withdrawal, at {seen.withdrawn_at}", "another")
        if not seen.openings:
            what, found = name or "papers without a batch", f"{seen.members} members of none"
            yield Finding("C3", "batch-unopened", None, what, "a batch that was opened", found)
        yield from _check_order(name, seen)
        if seen.closings:
            yield from _check_contents(name, seen)


def _check_order(name: str, seen: BatchSeen) -> Iterator[Finding]:
    start = seen.opened_at
    if seen.openings and seen.members and seen.first_at < start:
        yield Finding("C3", "member-too-early", seen.first_at, name, f"members after event {start}", "one before")
    if seen.closings:
        end = seen.closed_at
        if end < start:
            yield Finding("C3", "batch-out-of-order", end, name, f"a closing after event {start}", f"event {end}")
        if 0 <= seen.withdrawn_at < end:
            expected = f"no closing after the withdrawal, event {seen.withdrawn_at}"
            yield Finding("C3", "batch-withdrawn", end, name, expected, "one")
        if seen.last_at > end:
            yield Finding("C3", "member-too-late", seen.last_at, name, f"members before event {end}", "one after")


def _check_contents(name: str, seen: BatchSeen) -> Iterator[Finding]:
    position, closed = seen.closings[0]
    digest = "sha256:" + seen.hashed.hexdigest()
    if (seen.members, digest) != (closed.count, closed.digest):
        yield Finding(
            "C3",
            "batch-incomplete",
            position,
            name,
            f"{closed.count} members, {closed.digest}",
            f"{seen.members} members, {digest}",
        )
    if not seen.openings:
        return
    start, opened = seen.openings[0]
    contents = contents_hash(seen.papers)
    if (seen.members, contents) != (opened.total, opened.contents):
        yield Finding(
            "C3",
            "batch-differs",
            start,
            name,
            f"{opened.total} members, {opened.contents}",
            f"{seen.members} members, {contents}",
        )

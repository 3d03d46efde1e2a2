"""The checks of the record itself: positions, leaves, times, versions, batches, and the tree over the leaves."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ledger.decision import fold
from ledger.errors import PollbookError
from ledger.event import Event
from ledger.seal.tiles import Tiles
from ledger.store import Ledger
from ledger.streams.batch import BatchClosed, BatchOpened
from projections.verify.finding import Finding
from projections.verify.page import (
    PAGE_EVENTS,
    Page,
    open_worker,
    read_in_worker,
    read_page,
    time_backwards,
)
from projections.verify.streams import empty_state

Progress = Callable[[int], None]


@dataclass(slots=True)
class BatchSeen:
    """A batch as its members and its own events show it."""

    papers: Counter[str] = field(default_factory=Counter)
    hashed: hashlib._Hash = field(default_factory=hashlib.sha256)
    members: int = 0
    last_stream: str = ""
    opened: BatchOpened | None = None
    closed: BatchClosed | None = None
    closed_at: int = -1


class MemoryTiles:
    """Tiles in memory, made anew from the leaves."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        """Give a tile."""
        return self.tiles.get((level, index))

    def put(self, level: int, index: int, data: bytes) -> None:
        """Take a tile in."""
        self.tiles[level, index] = data


@dataclass(slots=True)
class RecordRead:
    """The whole record as one strict reading found it."""

    findings: list[Finding] = field(default_factory=list)
    shelf: MemoryTiles = field(default_factory=MemoryTiles)
    tiles: Tiles = field(init=False)
    others: list[tuple[int, Event]] = field(default_factory=list)
    batches: dict[str, BatchSeen] = field(default_factory=dict)
    rows: int = 0
    last_recorded: str = ""

    def __post_init__(self) -> None:
        self.tiles = Tiles(self.shelf)

    def streams(self) -> dict[str, list[tuple[int, Event]]]:
        """Group the events that are no papers by stream, in order."""
        found: dict[str, list[tuple[int, Event]]] = {}
        for position, event in self.others:
            found.setdefault(event.stream, []).append((position, event))
        return found


def read_record(ledger: Ledger, processes: int, progress: Progress) -> RecordRead:
    """Read every event once, strictly, and check what can be seen in passing; never stops at a finding."""
    record = RecordRead()
    size = ledger.head().size
    last = ledger.rows.last_position()
    for page in _pages(ledger, max(size, last + 1), processes):
        _add(record, page)
        progress(page.rows)
    if record.rows != size:
        record.findings.append(
            Finding(
                "C1",
                "tail-missing" if record.rows < size else "head-differs",
                min(record.rows, size),
                "the ledger",
                f"{size} events, as its head says",
                str(record.rows),
            )
        )
    _check_batches(record)
    _check_streams(record)
    return record


def _pages(ledger: Ledger, size: int, processes: int) -> Iterator[Page]:
    bounds = [(start, min(start + PAGE_EVENTS, size)) for start in range(0, size, PAGE_EVENTS)]
    if processes < 2 or len(bounds) < 2:
        yield from (read_page(ledger, *bound) for bound in bounds)
        return
    with multiprocessing.get_context("spawn").Pool(processes, open_worker, (ledger.settings,)) as pool:
        yield from pool.imap(read_in_worker, bounds)


def _add(record: RecordRead, page: Page) -> None:
    record.findings += page.findings
    if page.first_recorded:
        if page.first_recorded < record.last_recorded:
            record.findings.append(
                time_backwards(page.first_position, "the ledger", record.last_recorded, page.first_recorded)
            )
        record.last_recorded = max(record.last_recorded, page.last_recorded)
    record.tiles.extend(page.hashes)
    record.others += page.others
    record.rows += page.rows
    for name, papers in page.papers.items():
        seen = record.batches.setdefault(name, BatchSeen())
        if papers.first_stream <= seen.last_stream:
            record.findings.append(
                Finding(
                    "E2",
                    "paper-out-of-place",
                    papers.first_position,
                    papers.first_stream,
                    f"an id above {seen.last_stream}",
                    papers.first_stream,
                )
            )
        seen.papers.update(papers.marks)
        seen.hashed.update(b"".join(papers.hashes))
        seen.members += len(papers.hashes)
        seen.last_stream = papers.last_stream


def _check_batches(record: RecordRead) -> None:
    for position, event in record.others:
        if isinstance(event, BatchOpened):
            record.batches.setdefault(event.stream, BatchSeen()).opened = event
        elif isinstance(event, BatchClosed):
            seen = record.batches.setdefault(event.stream, BatchSeen())
            seen.closed, seen.closed_at = event, position
    for name, seen in record.batches.items():
        if seen.opened is None:
            record.findings.append(
                Finding(
                    "C3",
                    "batch-unopened",
                    None,
                    name or "papers without a batch",
                    "a batch that was opened",
                    f"{seen.members} members of none",
                )
            )
        if seen.closed is not None:
            found = (seen.members, "sha256:" + seen.hashed.hexdigest())
            if found != (seen.closed.count, seen.closed.digest):
                record.findings.append(
                    Finding(
                        "C3",
                        "batch-incomplete",
                        seen.closed_at,
                        name,
                        f"{seen.closed.count} members, {seen.closed.digest}",
                        f"{found[0]} members, {found[1]}",
                    )
                )


def _check_streams(record: RecordRead) -> None:
    """Check that versions have no gaps, and that every stream replays as its kind."""
    for name, events in record.streams().items():
        for expected, (position, event) in enumerate(events, 1):
            if event.version != expected:
                record.findings.append(
                    Finding("C2", "version-gap", position, name, f"version {expected}", str(event.version))
                )
                break
        try:
            fold(empty_state(name), (event for _, event in events))
        except (TypeError, PollbookError) as error:
            record.findings.append(
                Finding("I3", "stream-does-not-replay", events[0][0], name, "events of its kind", str(error))
            )

"""The checks of the record itself: positions, leaves, times, versions, batches, and the tree over the leaves."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice

from ledger.decision import fold
from ledger.errors import EvidenceError, PollbookError
from ledger.event import Event
from ledger.leaf import decode
from ledger.seal.tiles import Tiles
from ledger.storage.rereading import BEFORE_ALL
from ledger.storage.store import Ledger
from ledger.streams.batch import BatchClosed, BatchOpened, BatchWithdrawn
from projections.verify.batches import BatchSeen, check_batches
from projections.verify.bulk import BULK, Bulk, Run
from projections.verify.finding import Finding
from projections.verify.page import (
    PAGE_EVENTS,
    SHAPES_MAX,
    Page,
    open_worker,
    read_in_worker,
    read_page,
    read_scattered,
    time_backwards,
)
from projections.verify.snapshot import Snapshot
from projections.verify.streams import check_place, empty_state

Progress = Callable[[int], None]


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
    """The whole record as one strict reading found it.

    Attributes:
        others: every event that is no paper and not in `bulk`, with its position.
        hashed: batch -> SHA-256 over the leaf hashes of what of `bulk` came in it.
        ended: when the last event was recorded; empty where there is none, None where it cannot be read.
    """

    findings: list[Finding] = field(default_factory=list)
    shelf: MemoryTiles = field(default_factory=MemoryTiles)
    tiles: Tiles = field(init=False)
    others: list[tuple[int, Event]] = field(default_factory=list)
    bulk: Bulk = field(default_factory=Bulk)
    hashed: dict[str, hashlib._Hash] = field(default_factory=dict)
    batches: dict[str, BatchSeen] = field(default_factory=dict)
    rows: int = 0
    last_recorded: str = ""
    ended: str | None = ""

    def __post_init__(self) -> None:
        self.tiles = Tiles(self.shelf)

    def take(self, bulk: Bulk) -> None:
        """Take in what came in batches on the page that follows."""
        for name, run in bulk.runs.items():
            self.bulk.runs.setdefault(name, Run(run.stem, run.several)).extend(run)
        for batch, hashes in bulk.hashes.items():
            self.hashed.setdefault(batch, hashlib.sha256()).update(hashes)
        for batch, said in bulk.said.items():
            self.bulk.said.setdefault(batch, Counter()).update(said)
        self.findings += bulk.findings

    def streams(self) -> dict[str, list[tuple[int, Event]]]:
        """Group the events that are no papers by stream, in order."""
        found: dict[str, list[tuple[int, Event]]] = {}
        for position, event in self.others:
            found.setdefault(event.stream, []).append((position, event))
        return found


def read_record(ledger: Ledger, snapshot: Snapshot, processes: int, progress: Progress) -> RecordRead:
    """Read every event once, strictly, and check what can be seen in passing; never stops at a finding."""
    record = RecordRead()
    for page in _pages(ledger, snapshot, processes):
        _add(record, page)
        progress(page.rows)
    record.findings += _check_head(record, snapshot)
    _note_batches(record)
    record.findings += check_batches(record.batches)
    record.findings += _check_members(record)
    _check_streams(record, ledger)
    return record


def _pages(ledger: Ledger, snapshot: Snapshot, processes: int) -> Iterator[Page]:
    size = snapshot.size
    if size is None:  # rows wherever somebody put them: one after the other, from the lowest that there can be
        rows = ledger.rows.scan(BEFORE_ALL)
        page = read_scattered(islice(rows, PAGE_EVENTS), 0)
        yield page
        while page.rows == PAGE_EVENTS:
            page = read_scattered(islice(rows, PAGE_EVENTS), page.next_position)
            yield page
        return
    bounds = [(start, min(start + PAGE_EVENTS, size)) for start in range(0, size, PAGE_EVENTS)]
    own = len(bounds) if processes < 2 else -(-len(bounds) // processes)
    with ExitStack() as stack:
        others: Iterable[Page] = ()
        if own < len(bounds):  # this process reads its part too: the others need a while to begin
            pool = multiprocessing.get_context("spawn").Pool(processes - 1, open_worker, (ledger.settings,))
            others = stack.enter_context(pool).imap(read_in_worker, bounds[own:])
        for bound in bounds[:own]:
            yield read_page(ledger, *bound)
        yield from others


def _check_head(record: RecordRead, snapshot: Snapshot) -> Iterator[Finding]:
    """C1: the head is that of the last row."""
    heads = snapshot.parts.get("head")
    if heads is None:
        return
    if len(heads) != 1:
        yield Finding("C1", "head-missing", None, "the ledger", "one row that says where it ends", str(len(heads)))
        return
    size, recorded = heads[0]
    if not isinstance(size, int) or not isinstance(recorded, str):
        yield Finding("C1", "head-malformed", None, "the ledger", "how many events, and a moment", repr(heads[0]))
        return
    if record.rows != size:
        code = "tail-missing" if record.rows < size else "head-differs"
        at = min(record.rows, max(size, 0))
        yield Finding("C1", code, at, "the ledger", f"{size} events, as its head says", str(record.rows))
    if recorded != record.ended and record.ended is not None:
        yield Finding(
            "C1",
            "head-changed",
            None,
            "the ledger",
            f"the last event recorded at {record.ended or 'no time'}",
            recorded,
        )


def _add(record: RecordRead, page: Page) -> None:
    record.findings += page.findings
    if page.first_recorded:
        if page.first_recorded < record.last_recorded:
            record.findings.append(
                time_backwards(page.first_position, "the ledger", record.last_recorded, page.first_recorded)
            )
        record.last_recorded = max(record.last_recorded, page.last_recorded)
    if page.rows:
        record.ended = page.last_recorded if page.last_readable else None
    record.tiles.extend(page.hashes)
    record.others += page.others
    record.take(page.bulk)
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
        seen.first_at = papers.first_position if seen.first_at < 0 else seen.first_at
        seen.last_at = papers.last_position
        for shape, position in papers.shapes.items():
            if len(seen.shapes) < SHAPES_MAX:
                seen.shapes.setdefault(shape, position)


def _note_batches(record: RecordRead) -> None:
    for position, event in record.others:
        if isinstance(event, BatchOpened | BatchClosed | BatchWithdrawn):
            seen = record.batches.setdefault(event.stream, BatchSeen())
            match event:
                case BatchOpened():
                    seen.openings.append((position, event))
                case BatchClosed():
                    seen.closings.append((position, event))
                case BatchWithdrawn():
                    seen.withdrawals.append((position, event))


def _check_members(record: RecordRead) -> Iterator[Finding]:
    """C3: nothing but papers and what is taken in by the thousand comes in batches."""
    for position, event in record.others:
        if event.batch is not None and not isinstance(event, BULK):
            yield Finding("C3", "member-unexpected", position, event.stream, "no batch named", event.batch)


def _check_streams(record: RecordRead, ledger: Ledger) -> None:
    """Check that versions have no gaps, and that every stream replays as its kind."""
    streams = record.streams()
    record.findings += _check_bulk(record, streams, ledger)
    for name, events in streams.items():
        record.findings += (finding for position, event in events for finding in check_place(position, event))
        if (finding := _version_gap(name, [(event.version, position) for position, event in events])) is not None:
            record.findings.append(finding)
        try:
            fold(empty_state(name), (event for _, event in events))
        except (TypeError, PollbookError) as error:
            record.findings.append(
                Finding("I3", "stream-does-not-replay", events[0][0], name, "events of its kind", str(error))
            )


def _check_bulk(record: RecordRead, streams: dict[str, list[tuple[int, Event]]], ledger: Ledger) -> Iterator[Finding]:
    """Check the streams of what came in batches, and hand back as a whole those that have other events too.

    Most have one event, and that each of its type replays was seen as the first of them was read.
    """
    for group in record.bulk.by_stream():
        name = group[0].stem + group[0].key.hex()
        if len(group) == 1 and group[0].version == 1 and name not in streams:
            continue
        singly = streams.get(name)
        if singly is None:
            finding = _version_gap(name, sorted((one.version, one.position) for one in group))
            if finding is not None:
                yield finding
            continue
        try:  # what cannot be read is a finding of the page that it is on
            again = [(row[0], decode(row)) for row in ledger.rows.stream_rows(name)]
        except EvidenceError:
            again = singly
        streams[name] = sorted(again, key=lambda one: one[0])


def _version_gap(name: str, events: list[tuple[int, int]]) -> Finding | None:
    """C2: versions, each with its position, run from 1 without gaps."""
    for expected, (version, position) in enumerate(events, 1):
        if version != expected:
            return Finding("C2", "version-gap", position, name, f"version {expected}", str(version))
    return None

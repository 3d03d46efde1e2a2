"""One page of the record, read as if nothing vouched for it. Pages are read side by side on all cores."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import dataclass, field

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.leaf import decode_strictly
from ledger.seal.merkle import leaf_hash
from ledger.store import Ledger
from ledger.streams.paper import PaperRead
from projections.verify.finding import Finding, found_by

PAGE_EVENTS = 50_000  # events that one process reads at a time


@dataclass(slots=True)
class Papers:
    """The papers of one batch within a page."""

    marks: Counter[str] = field(default_factory=Counter)
    hashes: list[bytes] = field(default_factory=list)
    first_position: int = -1
    first_stream: str = ""
    last_stream: str = ""


@dataclass(slots=True)
class Page:
    """What one page of the record comes to.

    Attributes:
        start: position of the first event asked for.
        rows: events found.
        hashes: leaf hashes in order, 32 bytes each.
        papers: batch -> its papers.
        others: every event that is no paper, with its position.
        first_recorded: recording time of the page's first readable event; `last_recorded` of the last.
    """

    start: int
    rows: int = 0
    hashes: list[bytes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    papers: dict[str, Papers] = field(default_factory=dict)
    others: list[tuple[int, Event]] = field(default_factory=list)
    first_recorded: str = ""
    first_position: int = -1
    last_recorded: str = ""


def read_page(ledger: Ledger, start: int, stop: int) -> Page:
    """Read and check the events from `start` up to `stop`."""
    page = Page(start)
    position = start
    for row in ledger.rows.scan(start, stop):
        if row[0] != position:
            page.findings.append(
                Finding("C1", "position-gap", position, "the ledger", f"event {position}", f"event {row[0]}")
            )
            position = row[0]
        page.rows += 1
        page.hashes.append(leaf_hash(row[4]))
        try:
            event = decode_strictly(row)
        except EvidenceError as error:
            page.findings.append(found_by("I1", error))
        else:
            _take(page, position, event)
        position += 1
    return page


def _take(page: Page, position: int, event: Event) -> None:
    if event.recorded < page.last_recorded:
        page.findings.append(time_backwards(position, event.stream, page.last_recorded, event.recorded))
    elif not page.first_recorded:
        page.first_recorded, page.first_position = event.recorded, position
    page.last_recorded = event.recorded
    if not isinstance(event, PaperRead):
        page.others.append((position, event))
        return
    batch = event.batch or ""
    papers = page.papers.get(batch)
    if papers is None:
        papers = page.papers[batch] = Papers(first_position=position, first_stream=event.stream)
    if event.version != 1 or event.stream <= papers.last_stream or batch[6:].rpartition("/")[0] != stem(event.stream):
        page.findings.append(
            Finding(
                "E2",
                "paper-out-of-place",
                position,
                event.stream,
                "a first version under an id above the one before, in a batch of its contest and section",
                f"version {event.version}, batch {batch or 'none'}",
            )
        )
    papers.last_stream = event.stream
    papers.marks[event.marks] += 1
    papers.hashes.append(page.hashes[-1])


def stem(stream: str) -> str:
    """Give a paper's stream without its id: `paper/<contest>/<section>`."""
    return stream.rpartition("/")[0]


def time_backwards(position: int, stream: str, before: str, recorded: str) -> Finding:
    """Say that recording time ran backwards."""
    return Finding("I2", "time-backwards", position, stream, f"recorded at {before} or later", recorded)


_reading: list[Ledger] = []  # of a worker process: the ledger it reads


def open_worker(settings: dict[str, str]) -> None:
    """Prepare a worker process: its own connection; no cyclic garbage arises in reading."""
    gc.disable()
    _reading.append(Ledger(settings))


def read_in_worker(bounds: tuple[int, int]) -> Page:
    """Read a page in a worker process."""
    return read_page(_reading[0], *bounds)

"""One page of the record, read as if nothing vouched for it. Pages are read side by side on all cores."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.leaf import decode_strictly
from ledger.seal.merkle import leaf_hash
from ledger.storage.paper_form import ID_DIGITS, Fitting, Form, form_of
from ledger.storage.recorder import StoredRow
from ledger.storage.store import Ledger
from ledger.streams.paper import PaperRead
from projections.verify.bulk import Bulk
from projections.verify.finding import Finding, found_by

PAGE_EVENTS = 50_000  # events that one process reads at a time
SINGLY = 256  # events read one by one where the database cannot give them together
DAMAGED_MAX = 256  # events of a page that the database cannot give, after which the page is given up
SHAPES_MAX = 1_000  # different shapes that are remembered of one batch within a page; there ought to be one

Shape = tuple[str, bool, str | None, str | None, str | None]  # effective, has a blind, provenance, command, authority


@dataclass(slots=True)
class Papers:
    """The papers of one batch within a page.

    Attributes:
        shapes: what all papers of a batch have in common -> position of the first that is so.
        stem: what the names of their streams begin with, up to the id.
    """

    marks: Counter[str] = field(default_factory=Counter)
    hashes: list[bytes] = field(default_factory=list)
    shapes: dict[Shape, int] = field(default_factory=dict)
    shape: Shape | None = None
    stem: str = ""
    first_position: int = -1
    last_position: int = -1
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
        bulk: events that came in batches by the hundred thousand.
        others: every other event that is no paper, with its position.
        first_recorded: recording time of the page's first readable event; `last_recorded` of the last.
        next_position: the position after the page's last row.
        last_readable: whether that row could be read.
        form: that of the last paper that was read strictly, and the batch it is of.
    """

    start: int
    rows: int = 0
    hashes: list[bytes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    papers: dict[str, Papers] = field(default_factory=dict)
    bulk: Bulk = field(default_factory=Bulk)
    others: list[tuple[int, Event]] = field(default_factory=list)
    first_recorded: str = ""
    first_position: int = -1
    last_recorded: str = ""
    next_position: int = 0
    last_readable: bool = False
    form: Form | None = None


def read_page(ledger: Ledger, start: int, stop: int) -> Page:
    """Read and check the events from `start` up to `stop`; one that the database cannot give hides no other."""
    page = Page(start, next_position=start)
    damaged = 0
    while page.next_position < stop and damaged < DAMAGED_MAX:
        at = page.next_position
        try:
            for row in ledger.rows.scan(at, stop):
                _read_row(page, row)
            return page
        except EvidenceError:
            at = page.next_position
        for position in range(at, min(at + SINGLY, stop)):
            damaged += _read_singly(ledger, page, position)
    return page


def _read_singly(ledger: Ledger, page: Page, position: int) -> bool:
    """Read one event; tell whether the database cannot give it, of which something is then in its place."""
    try:
        rows = list(ledger.rows.scan(position, position + 1))
    except EvidenceError as error:
        page.findings.append(Finding("C1", error.code, position, f"event {position}", error.expected, error.found))
        page.hashes.append(leaf_hash(b""))
        page.rows += 1
        page.next_position, page.last_readable = position + 1, False
        return True
    for row in rows:
        _read_row(page, row)
    page.next_position = position + 1
    return False


def read_scattered(rows: Iterable[StoredRow], start: int) -> Page:
    """Read and check rows that are not where they ought to be; the first of them ought to be at `start`."""
    page = Page(start, next_position=start)
    try:
        for row in rows:
            _read_row(page, row)
    except EvidenceError as error:  # what comes after it cannot be reached
        at, where = page.next_position, "the ledger's database"
        page.findings.append(Finding("C1", error.code, at, where, error.expected, error.found))
    return page


def _read_row(page: Page, row: StoredRow) -> None:
    position = page.next_position
    if row[0] != position:
        page.findings.append(
            Finding("C1", "position-gap", position, "the ledger", f"event {position}", f"event {row[0]}")
        )
        position = row[0] if isinstance(row[0], int) else position
    page.next_position = position + 1
    page.rows += 1
    page.last_readable = False
    try:
        page.hashes.append(leaf_hash(row[4]))
        if page.form is not None and (fitting := page.form.fit(row)) is not None:
            _take_alike(page, position, page.form, fitting)
            return
        event = decode_strictly(row)
    except EvidenceError as error:
        page.findings.append(found_by("I1", error))
    except (TypeError, ValueError, RecursionError) as error:  # columns of types that no ledger has
        if len(page.hashes) < page.rows:
            page.hashes.append(leaf_hash(b""))
        page.findings.append(
            Finding("I1", "leaf-malformed", position, f"event {position}", "columns of a row", type(error).__name__)
        )
    else:
        page.last_readable = True
        _take(page, position, event)
        page.form = form_of(event, row[4]) if isinstance(event, PaperRead) else None


def _take_alike(page: Page, position: int, form: Form, fitting: Fitting) -> None:
    """Take a paper in that directly follows others of its form: its batch, time and shape are theirs."""
    page.last_readable = True
    papers = page.papers[form.event.batch or ""]
    _check_paper(page, papers, position, 1, fitting.stream, form.event.batch)
    papers.marks[fitting.marks] += 1
    papers.hashes.append(page.hashes[-1])


def _take(page: Page, position: int, event: Event) -> None:
    if event.recorded < page.last_recorded:
        page.findings.append(time_backwards(position, event.stream, page.last_recorded, event.recorded))
    elif not page.first_recorded:
        page.first_recorded, page.first_position = event.recorded, position
    page.last_recorded = event.recorded
    if not isinstance(event, PaperRead):
        if not page.bulk.take(position, event, page.hashes[-1]):
            page.others.append((position, event))
        return
    batch = event.batch or ""
    papers = page.papers.get(batch)
    if papers is None:
        stem = batch.removeprefix("batch/").rpartition("/")[0] + "/"
        papers = page.papers[batch] = Papers(first_position=position, first_stream=event.stream, stem=stem)
    _check_paper(page, papers, position, event.version, event.stream, event.batch)
    shape = (event.effective, event.blind is not None, event.provenance, event.command, event.authority)
    if shape != papers.shape:
        papers.shape = shape
        if len(papers.shapes) < SHAPES_MAX:
            papers.shapes.setdefault(shape, position)
    papers.marks[event.marks] += 1
    papers.hashes.append(page.hashes[-1])


def _check_paper(page: Page, papers: Papers, position: int, version: int, stream: str, batch: str | None) -> None:
    if version != 1 or stream <= papers.last_stream or stream[:-ID_DIGITS] != papers.stem:
        page.findings.append(
            Finding(
                "E2",
                "paper-out-of-place",
                position,
                stream,
                "a first version under an id above the one before, in a batch of its contest and section",
                f"version {version}, batch {batch or 'none'}",
            )
        )
    papers.last_stream = stream
    papers.last_position = position


def time_backwards(position: int, stream: str, before: str, recorded: str) -> Finding:
    """Say that recording time ran backwards."""
    return Finding("I2", "time-backwards", position, stream, f"recorded at {before} or later", recorded)


_settings: dict[str, str] = {}  # of a worker process: how to open its ledger
_reading: list[Ledger] = []  # and that ledger, once it is open


def open_worker(settings: dict[str, str]) -> None:
    """Prepare a worker process; no cyclic garbage arises in reading."""
    gc.disable()
    _settings.update(settings)


def read_in_worker(bounds: tuple[int, int]) -> Page:
    """Read a page in a worker process, over its own connection."""
    if not _reading:  # not as the process begins: one that fails then is begun anew, for ever
        _reading.append(Ledger(_settings))
    return read_page(_reading[0], *bounds)

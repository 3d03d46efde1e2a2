"""The checks of papers issued and returned: to whom the roll has, as many as it has, and marked after the close alone.

The record is folded once more into the tables that the desk itself decides by, and looked at before each step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.batches.intake import KEY_BYTES
from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.leaf import decode
from ledger.progress import Progress, Stages, unseen_stage
from ledger.storage.store import Ledger
from ledger.streams.entry import EntryAdded, EntryRemoved, EntryRestored
from ledger.streams.issue import PapersIssued
from ledger.streams.issued import PaperCancelled, PaperIssued, PaperReissued, PaperSetAside, SetAsideReversed
from ledger.streams.returned import DuplicateReturnHeld, MarksReceived, MarksReconciled, ReturnMarked, poll_days
from ledger.streams.roll import CELL_MIN, RollCertified, RollFrozen
from ledger.streams.roll_build import RollBuildClosed
from projections.catch_up import Views
from projections.papers.projection import READS, PaperProjection
from projections.papers.tables import DUE
from projections.verify.again import read_again
from projections.verify.bulk import Run
from projections.verify.contests import ContestSeen
from projections.verify.finding import Finding
from projections.verify.papers_read import check_papers_read
from projections.verify.record import RecordRead
from projections.verify.retained import check_linkages

CHECK = "E11"
PAGE_EVENTS = 5_000
TOLD_MAX = 100  # papers of one marked register that are told one by one
MARKED, HELD = (kind.model_fields["type"].default for kind in (ReturnMarked, DuplicateReturnHeld))
STEPS = (
    *(PapersIssued, PaperIssued, PaperReissued, PaperCancelled, PaperSetAside, SetAsideReversed),
    MarksReconciled,
)
EMPTY = hashlib.sha256().hexdigest()
Contests = Mapping[str, ContestSeen]


@dataclass(slots=True)
class MarksSeen:
    """A marked register as its returns and its own events show it: the returns by type."""

    received: tuple[int, MarksReceived] | None = None
    reconciled: tuple[int, MarksReconciled] | None = None
    runs: dict[str, Run] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """How many returns of a type came in it."""
        return len(self.runs[kind]) if kind in self.runs else 0


def check_returns(
    ledger: Ledger, record: RecordRead, contests: Contests, unchecked: dict[str, str], shown: Stages = unseen_stage
) -> Iterator[Finding]:
    """E11: papers issued, handled one by one, and returned; and what ties them to electors."""
    yield from _check_batches(record, contests, unchecked)
    yield from check_linkages(record, contests)
    if any(isinstance(event, STEPS) for _, event in record.others):
        replay = _Replay(ledger, contests)
        with shown("checking papers", record.rows) as progress:
            yield from replay.run(record.rows, progress)
        yield from check_papers_read(replay.views.database, record, unchecked)
        replay.views.close()


def _check_batches(record: RecordRead, contests: Contests, unchecked: dict[str, str]) -> Iterator[Finding]:
    """Check that each marked register has just its returns, in the order of the keys, after the close of the poll."""
    batches: dict[str, MarksSeen] = {}
    for position, event in record.others:
        match event:
            case MarksReceived():
                batches.setdefault(event.stream, MarksSeen()).received = (position, event)
                closings = contests[event.contest].closings if event.contest in contests else []
                if not closings or position < closings[0][0]:
                    yield _finding("poll-open", position, event, "a marked register after the poll closed", "before")
            case MarksReconciled():
                batches.setdefault(event.stream, MarksSeen()).reconciled = (position, event)
            case ReturnMarked() | DuplicateReturnHeld():  # not of the form that returns of a batch have
                yield _finding("return-unexpected", position, event, "a return of a marked register", "another")
    for (batch, kind, stem), run in record.bulk.runs.items():
        if kind in (MARKED, HELD):
            seen = batches.setdefault(batch, MarksSeen())
            seen.runs[kind] = run
            yield from _check_run(seen, batch, stem, run)
    for name, seen in batches.items():
        digest = record.hashed.get(name)
        yield from _check_batch(name, seen, digest.hexdigest() if digest else EMPTY)
    left = sorted(name for name, seen in batches.items() if seen.received and not seen.reconciled)
    if left:
        unchecked[CHECK] = f"open, so that their returns do not count and were not compared: {', '.join(left)}"


def _check_run(seen: MarksSeen, batch: str, stem: str, run: Run) -> Iterator[Finding]:
    given = seen.received[1] if seen.received else None
    if given is None or stem != f"returned/{given.contest}/":
        expected = "a return of the contest whose marked register was received"
        yield Finding(CHECK, "return-unexpected", run.positions[0], stem, expected, f"one of {batch}")
        return
    for shape, position in run.shapes.items():
        if shape != (given.actor, given.effective):
            expected = f"returns by {given.actor}, all as of {given.effective}"
            yield Finding(CHECK, "return-unexpected", position, batch, expected, " as of ".join(shape))
    before = b""
    for number, position in enumerate(run.positions):
        key = bytes(run.keys[number * KEY_BYTES : (number + 1) * KEY_BYTES])
        if key < before:
            expected = "returns in the order of the persons' keys, which says nothing of when they came"
            yield Finding(CHECK, "return-out-of-order", position, batch, expected, f"{key.hex()} after {before.hex()}")
            return
        before = key


def _check_batch(name: str, seen: MarksSeen, digest: str) -> Iterator[Finding]:
    if seen.reconciled is None:
        return
    position, event = seen.reconciled
    said = (event.accepted, event.duplicates, event.digest)
    found = (seen.count(MARKED), seen.count(HELD), f"sha256:{digest}")
    if said != found:
        expected, other = (f"{marked} marked, {held} held, {hashed}" for marked, held, hashed in (said, found))
        yield Finding(CHECK, "batch-differs", position, name, expected, other)
    parts = event.accepted + event.duplicates + event.held + sum(each.rows for each in event.rejected)
    rows = seen.received[1].rows if seen.received else event.rows
    if not parts == event.rows == rows:
        expected, other = f"{rows} rows, as received", f"{event.rows}, of which {parts} are accounted for"
        yield Finding(CHECK, "rows-differ", position, name, expected, other)


class _Replay:
    """The papers folded anew, each step held against what stood before it."""

    def __init__(self, ledger: Ledger, contests: Contests) -> None:
        self._ledger = ledger
        self._contests = contests
        self.views = Views(None, [PaperProjection()])
        self._do = self.views.database.execute
        self._frozen: dict[str, int] = {}  # election -> last version of its roll that was frozen or certified
        self._changed: dict[str, int] = {}  # roll of an election, papers of a contest -> where it changed last
        for table in PaperProjection.tables:
            self._do(table)

    def run(self, rows: int, progress: Progress) -> Iterator[Finding]:
        """Fold the first so many rows."""
        projection, waiting = PaperProjection(), list[tuple[int, Event]]()
        for position, event in self._events(rows, progress):
            if isinstance(event, RollFrozen | RollCertified):
                self._frozen[event.election] = event.roll_version
            if isinstance(event, STEPS) or len(waiting) >= PAGE_EVENTS:
                projection.fold(self.views.database, waiting)
                waiting = []
            match event:
                case PapersIssued():
                    yield from self._issue(position, event)
                case PaperIssued() | PaperReissued() | PaperCancelled():
                    yield from self._handle(position, event)
                case PaperSetAside() | SetAsideReversed():
                    yield from self._set_aside(position, event)
                case MarksReconciled():
                    yield from self._returns(event)
            match event:
                case EntryAdded() | EntryRemoved() | EntryRestored() | RollBuildClosed():
                    self._changed[f"entry/{event.election}"] = position
                case PapersIssued() | PaperIssued():
                    self._changed[f"paper/{event.contest}"] = position
            waiting.append((position, event))
        projection.fold(self.views.database, waiting)

    def _events(self, rows: int, progress: Progress) -> Iterator[tuple[int, Event]]:
        """Read what the fold takes; what cannot be read is a finding of the page that it is on."""
        for row in read_again(self._ledger, (*READS, RollFrozen, RollCertified), rows, progress):
            try:
                yield row[0], decode(row)
            except EvidenceError:
                continue

    def _issue(self, position: int, event: PapersIssued) -> Iterator[Finding]:
        contest = self._contests.get(event.contest)
        if contest is None or contest.definition is None or event.section not in contest.state.sections:
            yield _finding("unknown-section", position, event, "a section of a contest", "none")
            return
        yield from self._open(contest, position, event)
        election = contest.definition.election
        if election not in self._frozen:
            yield _finding("roll-not-frozen", position, event, "papers by a roll that was frozen", "one that was not")
        elif event.roll_version != self._frozen[election]:
            yield _finding("roll-differs", position, event, f"version {self._frozen[election]}", event.roll_version)
        changed = max(self._changed.get(name, -1) for name in (f"entry/{election}", f"paper/{event.contest}"))
        if election in self._frozen and not changed <= event.as_of_position < position:
            expected = f"as of event {changed}, the last change, or later, before this one"
            yield _finding("roll-differs", position, event, expected, f"as of event {event.as_of_position}")
        number = self._do("SELECT id FROM paper_contest WHERE contest = ?", (event.contest,)).fetchall()
        given = (election, event.section, number[0][0] if number else 0)
        ((due,),) = self._do(f"SELECT count(*) {DUE}", given).fetchall()
        if due != event.count:
            yield _finding("count-differs", position, event, f"{due}, one for each entry that had none", event.count)
        withheld = contest.definition.paper_publication != "papers" or event.count < CELL_MIN
        if withheld != event.restricted:
            expected, found = ("a blind", "none") if withheld else ("no blind", "one")
            yield _finding("wrong-audience", position, event, expected, found)

    def _open(self, contest: ContestSeen, position: int, event: Event) -> Iterator[Finding]:
        if contest.closings and contest.closings[0][0] < position:
            yield _finding("poll-closed", position, event, "papers before the poll closed", "after")

    def _handle(self, position: int, event: PaperIssued | PaperReissued | PaperCancelled) -> Iterator[Finding]:
        contest = self._contests.get(event.contest)
        key = (event.contest, event.stream.rpartition("/")[2], event.number)
        which = "c.contest = ? AND person = ? AND number = ?"
        paper = self._do(
            f"SELECT cancelled, returned FROM paper p JOIN paper_contest c ON c.id = p.contest WHERE {which}", key
        ).fetchall()
        entry = self._do(
            f"SELECT live FROM paper_entry e JOIN paper_contest c ON c.election = e.election WHERE {which}", key
        ).fetchall()
        cancelled, returned = paper[0] if paper else (0, 0)
        if contest is not None and not isinstance(event, PaperCancelled):
            yield from self._open(contest, position, event)
        if not isinstance(event, PaperCancelled) and (not entry or entry[0][0] != 1):
            yield _finding("entry-not-live", position, event, "an entry that is on the roll", "none")
        if isinstance(event, PaperIssued):
            if paper and not cancelled:
                yield _finding("already-issued", position, event, "an entry without a paper", "one that has a paper")
        elif not paper or cancelled:
            yield _finding("not-issued", position, event, "an entry with a paper", "one without")
        elif returned:
            yield _finding("already-returned", position, event, "a paper that did not come back", "one marked")

    def _set_aside(self, position: int, event: PaperSetAside | SetAsideReversed) -> Iterator[Finding]:
        """Check that a paper that is set aside came back, and one that is put back was set aside; once each."""
        rows = self._do(
            "SELECT returned, cancelled, set_aside FROM paper p JOIN paper_contest c ON c.id = p.contest "
            "WHERE c.contest = ? AND person = ? AND number = ?",
            (event.contest, event.stream.rpartition("/")[2], event.number),
        ).fetchall()
        returned, cancelled, set_aside = rows[0] if rows else (0, 0, 0)
        if isinstance(event, SetAsideReversed):
            if not set_aside:
                yield _finding("not-set-aside", position, event, "a paper that was set aside", "one that was not")
        elif set_aside or cancelled or not returned:
            found = "set aside before" if set_aside else "cancelled" if cancelled else "not marked"
            yield _finding("not-returned", position, event, "a paper that came back, and is among the others", found)

    def _returns(self, event: MarksReconciled) -> Iterator[Finding]:
        """Check the returns of a marked register: of papers that are held, the first of each, on days of the poll."""
        given = (event.stream,)
        held = (
            "SELECT r.position, r.person, r.number, r.day, p.cancelled, p.returned FROM paper_return r "
            "JOIN paper_batch b ON b.id = r.batch AND b.stream = ? LEFT JOIN paper p ON p.contest = r.contest "
            "AND p.person = r.person AND p.number = r.number "
        )
        again = (
            "(SELECT 1 FROM paper_return f WHERE f.contest = r.contest AND f.person = r.person "
            "AND f.number = r.number AND f.batch = r.batch AND f.duplicate = 0 AND f.version < r.version)"
        )
        faults = {
            "not-issued": ("p.person IS NULL", "an entry with a paper"),
            "paper-cancelled": ("p.cancelled = 1", "a paper that is held"),
            "already-marked": (f"r.duplicate = 0 AND (p.returned = 1 OR EXISTS {again})", "the first return alone"),
            "not-marked": (f"r.duplicate = 1 AND p.returned = 0 AND NOT EXISTS {again}", "a first return before it"),
        }
        first = self._do(
            "SELECT min(effective) FROM paper_issue i JOIN paper_contest c ON c.id = i.contest WHERE c.contest = ?",
            (event.contest,),
        ).fetchone()[0]
        contest = self._contests.get(event.contest)
        if first and contest is not None and contest.state.closed_at:
            days = poll_days(first, contest.state.closed_at)
            faults["day-outside-poll"] = (f"r.day NOT BETWEEN '{days[0]}' AND '{days[1]}'", " to ".join(days))
        for code, (fault, expected) in faults.items():
            for position, person, number, day, *_ in self._do(f"{held} WHERE {fault} LIMIT {TOLD_MAX}", given):
                what = f"returned/{event.contest}/{person}"
                yield Finding(CHECK, code, position, what, expected, f"entry {number}, {day}")


def _finding(code: str, position: int, event: Event, expected: object, found: object) -> Finding:
    return Finding(CHECK, code, position, event.stream, str(expected), str(found))

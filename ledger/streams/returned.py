"""`returned/<contest>/<person>`, `marks/<contest>/<digest>`: which electors' papers came back, never how they voted.

The marked register is the scrutineer's, and comes after the close of the poll, as one batch: in the order of the
persons' keys, each return with its day and no time, so that nothing in it is in the order in which papers came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, StringConstraints

from ledger.batches.marking import MarkFigures, Marking, MarkRows, MarkTally
from ledger.decision import Act, Command, Outcome, State, Unchanged, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.nominated import Day

ROWS_MAX = 1_000_000  # rows of one file: the largest party election held had 784,151 electors
ENTRIES_MAX = 999  # entries of one person
EAST, WEST = timedelta(hours=14), timedelta(hours=12)  # how far local time is from UTC, at most

FileId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
EntryNumber = Annotated[int, Field(ge=1, le=ENTRIES_MAX)]


class ReturnMarked(Event):
    """The paper of an entry came back: on which day and how, not what is on it. It counts once the batch does."""

    audience = Audience.RESTRICTED
    type: Literal["return-marked.v1"] = "return-marked.v1"
    channel: Id | None = None
    contest: Id
    day: Day
    number: EntryNumber


class DuplicateReturnHeld(Event):
    """Another paper of an entry came back whose first was marked: it is held, and not put with the papers to count."""

    audience = Audience.RESTRICTED
    type: Literal["duplicate-return-held.v1"] = "duplicate-return-held.v1"
    channel: Id | None = None
    contest: Id
    day: Day
    number: EntryNumber


class MarksReceived(Event):
    """A marked register was received, `file` the keyed digest of it and of how it is read, and is being taken in."""

    audience = Audience.RESTRICTED
    type: Literal["marks-received.v1"] = "marks-received.v1"
    contest: Id
    file: FileId
    rows: Count


class RowsRejected(Canonical):
    """How many rows were rejected for one reason."""

    code: Id
    rows: Count


class MarksReconciled(Event):
    """A marked register was taken in whole: its rows were marked, held as further returns, held before, or rejected.

    `digest` is the SHA-256 over the leaf hashes (RFC 6962) of marks and further returns, in the order of the ledger.
    """

    audience = Audience.RESTRICTED
    type: Literal["marks-reconciled.v1"] = "marks-reconciled.v1"
    accepted: Count
    contest: Id
    digest: Hash
    duplicates: Count
    file: FileId
    held: Count
    rejected: tuple[RowsRejected, ...]
    rows: Count


@dataclass(frozen=True, slots=True)
class Returned(State):
    """The returns of one person in a contest: entry -> day of the first, whether or not its batch counts yet."""

    marked: Mapping[int, str] | None = None

    def evolve(self, event: Event) -> Returned:
        """Give the returns after one more event."""
        match event:
            case ReturnMarked():
                return replace(self, version=event.version, marked={**(self.marked or {}), event.number: event.day})
            case DuplicateReturnHeld():
                return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to returned papers")

    def day_of(self, number: int) -> str | None:
        """Give the day on which an entry's paper came back; None where none did."""
        return (self.marked or {}).get(number)


@dataclass(frozen=True, slots=True)
class MarksState(State):
    """A marked register as it stands: absent, open, or reconciled."""

    received: MarksReceived | None = None
    reconciled: MarksReconciled | None = None

    def evolve(self, event: Event) -> MarksState:
        """Give the batch after one more event."""
        match event:
            case MarksReceived():
                return replace(self, version=event.version, received=event)
            case MarksReconciled():
                return replace(self, version=event.version, reconciled=event)
        raise TypeError(f"{event.type} does not belong to a marked register")


def returned_stream(contest: str, person: str) -> Returned:
    """Name the stream of a person's returns in a contest."""
    return Returned(f"returned/{contest}/{person}")


def marks_stream(contest: str, file: str) -> MarksState:
    """Name the stream of a marked register."""
    return MarksState(f"marks/{contest}/{file}")


class MarkReturns(Command):
    """Take in the marked register, after the poll closed, as one batch: pollbook import mark-returns FILE.

    Which entries had a paper returned, and on which day: never how, and never at what time. Rows that cannot be
    accepted are kept in the vault, to be put right and imported again; a return that was marked before is not marked
    twice, and a second return of an entry is held.
    """

    signed = True

    contest: Id = Field(description="id of the contest")
    file: FileId = Field(description="keyed digest of the file and how it is read; the import fills it in")
    rows: int = Field(ge=1, le=ROWS_MAX, description="number of rows; the import fills it in")

    _source: MarkRows | None = PrivateAttr(None)

    def of(self, source: MarkRows) -> Self:
        """Give the command its rows."""
        self._source = source
        return self

    @property
    def source(self) -> MarkRows | None:
        """The rows; None where the command did not come from an import."""
        return self._source


@decision(
    MarkReturns,
    contest=lambda c, _: contest_stream(c.contest),
    batch=lambda c, _: marks_stream(c.contest, c.file),
    figures=lambda c, port: port.marks(c.contest),
)
def mark_returns(command: MarkReturns, act: Act, contest: Contest, batch: MarksState, figures: MarkFigures) -> Outcome:
    """Decide that a marked register may be taken in; `figures` are the papers of the contest.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `no-rows-given`, `batch-differs`, `batches-open`, `not-issued`, in
            that order.
    """
    require_contest(contest)
    where = f"marked register of contest {command.contest}, file {command.file}"
    closed_at = contest.closed_at
    if closed_at is None or act.now < closed_at:
        expected, remedy = "a poll that closed", "Record close-poll once it has closed"
        raise refused("poll-open", where, expected, "a poll that is still open", remedy)
    if batch.reconciled:
        return Outcome()
    if command.source is None:
        remedy = "Give the file: pollbook import mark-returns FILE --set contest=ID"
        raise refused("no-rows-given", where, "the rows of a file", "none", remedy)
    before = batch.received
    if before and before.rows != command.rows:
        remedy = "Give the file that the import was begun with"
        raise refused("batch-differs", where, f"{before.rows} rows", command.rows, remedy)
    others = [each for each in figures.open_batches if each != batch.stream]
    if others:
        remedy = "Give that file again: the import goes on where it stopped"
        raise refused("batches-open", where, "no other marked register under way", ", ".join(others), remedy)
    if figures.first_issued is None:
        raise refused("not-issued", where, "papers that were issued", "none", "Record issue-papers first")
    shared: dict[str, Any] = {"contest": command.contest, "file": command.file, "rows": command.rows}
    opened = before or MarksReceived(**act.on(batch), **shared)
    member = {"actor": opened.actor, "batch": batch.stream, "contest": command.contest, "effective": opened.effective}

    def closed(tally: MarkTally, digest: str, now: str) -> Event:
        envelope = act.on(batch) | {"version": 2, "recorded": now}
        rejected = tuple(RowsRejected(code=code, rows=rows) for code, rows in sorted(tally.rejected.items()))
        numbers: Mapping[str, Any] = {"accepted": tally.accepted, "duplicates": tally.duplicates, "held": tally.held}
        return MarksReconciled(**envelope, **shared, **numbers, rejected=rejected, digest=digest)

    days = poll_days(figures.first_issued, closed_at)
    marking = Marking(batch.stream, opened, command.source, figures, days, member, command.contest, closed)
    return Outcome((), marking, _nothing_since(figures.position, command.contest))


def poll_days(first: str, closed_at: str) -> tuple[str, str]:
    """Give the first and last day, wherever on earth, between papers going out and the close: both moments in UTC."""
    began, ended = (datetime.fromisoformat(moment) for moment in (first, closed_at))
    start = began - WEST if began.date() > date.min else began
    return start.date().isoformat(), (ended + EAST).date().isoformat()


def _nothing_since(position: int, contest: str) -> Unchanged:
    """Guard that since a position no paper was issued or cancelled, and no other marked register begun."""
    types = ("marks-received.v1", "paper-issued.v1", "paper-cancelled.v1")
    return Unchanged(position, types, (f"marks/{contest}/", f"issued/{contest}/"))

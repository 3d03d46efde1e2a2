"""What a marked register is made of: rows by elector, the papers of each, and what becomes of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from ledger.event import Event

NOBODY = ""  # the person of a row that names none; it is always rejected

Paper = Literal["held", "cancelled"]  # an elector's paper in a contest: theirs, or taken back


class MarkRow(NamedTuple):
    """One row of a marked register as it was read.

    Attributes:
        person: key of the person, 24 hexadecimal digits, or `NOBODY`.
        number: of the person's entry on the roll, from 1.
        day: on which the paper came back, `YYYY-MM-DD`.
        channel: by which it came back, an id; empty where the register does not say.
        line: of the file, from 1.
        code: why it is rejected; empty if it is not.
        raw: the row as it stands in the file.
    """

    person: str
    number: int
    day: str
    channel: str
    line: int
    code: str = ""
    raw: bytes = b""


class MarkRows(Protocol):
    """The rows of a file, in ascending order of person, entry, day and line."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        ...

    @property
    def head(self) -> bytes:
        """The file's first line, the names of its columns."""
        ...

    def page(self, start: int, stop: int) -> list[MarkRow]:
        """Give the rows from place `start` up to `stop` in that order."""
        ...

    def require_same(self) -> None:
        """Refuse to go on if the file is not what was read first (`file-changed`)."""
        ...


class Return(NamedTuple):
    """A paper that came back, as it is on record: of which entry, when, how, and whether it is one too many."""

    number: int
    day: str
    channel: str
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class PapersOf:
    """One person's papers in a contest, by entry; an entry that is not named never had one.

    Attributes:
        entries: numbers of the entries that the person has or had.
        papers: entry -> whether its paper is held or was cancelled.
        returns: those of files taken in whole.
        versions: events on the person's stream of returns.
    """

    entries: frozenset[int] = frozenset()
    papers: Mapping[int, Paper] = field(default_factory=dict)
    returns: tuple[Return, ...] = ()
    versions: int = 0


class MarkFigures(Protocol):
    """The papers of a contest as of a position, as a projection gives them."""

    @property
    def position(self) -> int:
        """The last event they know."""
        ...

    @property
    def first_issued(self) -> str | None:
        """Moment from which papers were out; None while there are none."""
        ...

    @property
    def open_batches(self) -> tuple[str, ...]:
        """Marked registers that are not taken in whole."""
        ...

    def papers(self, first: str, last: str) -> Mapping[str, PapersOf]:
        """Give the papers of the persons whose keys are between two, both included."""
        ...


class DueFigures(NamedTuple):
    """The papers due in a section as of a position: live `entries`, and those of them that never had a paper."""

    position: int
    entries: int
    due: int


class PaperFigures(NamedTuple):
    """What the streams of an elector and of a section's papers say together, as of a position.

    Attributes:
        counts: whether the entry counts: it did not come in a batch that is still open.
        in_bulk: whether a paper was issued to the entry with all others of its section.
    """

    position: int
    counts: bool
    in_bulk: bool


class PapersPort(Protocol):
    """The port through which decisions see what projections say of papers."""

    def due(self, contest: str, section: str) -> DueFigures:
        """Give the papers due in a section as of the ledger's last event."""
        ...

    def paper(self, contest: str, person: str, number: int) -> PaperFigures:
        """Say whether an entry was issued a paper with its section, as of the ledger's last event."""
        ...

    def marks(self, contest: str) -> MarkFigures:
        """Give every paper of a contest, and what came back, as of the ledger's last event."""
        ...


class MarkTally(NamedTuple):
    """What became of the rows. Their sum is the number of rows.

    Attributes:
        accepted: first returns, marked.
        duplicates: further returns, held.
        held: returns that an earlier file marked, or held, just so.
        rejected: code -> rows.
    """

    accepted: int
    duplicates: int
    held: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Marking:
    """A marked register being taken in: readers see all of it or nothing, once it is reconciled.

    Attributes:
        stream: the batch's own; its last part is the keyed digest of the file and how it is read.
        opened: the event that opens it.
        days: the first and the last day on which a paper can have come back.
        member: what the envelopes of the marks have in common.
        contest: id of the contest.
        closed: tally, digest of the marks' leaf hashes, moment -> the event that closes it.
    """

    stream: str
    opened: Event
    rows: MarkRows
    figures: MarkFigures
    days: tuple[str, str]
    member: Mapping[str, Any]
    contest: str
    closed: Callable[[MarkTally, str, str], Event]


@dataclass(slots=True)
class Sorted:
    """What becomes of the rows of one person.

    Attributes:
        added: returns to record.
        before: returns that this batch has recorded already.
        held: rows that an earlier file has just so.
        rejected: rows with the code of each.
    """

    added: list[Return] = field(default_factory=list)
    before: list[Return] = field(default_factory=list)
    held: int = 0
    rejected: list[tuple[MarkRow, str]] = field(default_factory=list)


def sort_rows(rows: Iterable[MarkRow], known: PapersOf, mine: Iterable[Return], days: tuple[str, str]) -> Sorted:
    """Say what becomes of the rows of one person: the first return of an entry counts, every other is held.

    A row that says what an earlier file has said is that same return: each return on record stands for one row.

    Args:
        known: the person's papers and the returns on record, without those of this batch.
        mine: what this batch has recorded of the person already.
        days: the first and the last day on which a paper can have come back.
    """
    done = Sorted()
    others, own = list(known.returns), list(mine)
    marked = {each.number for each in (*others, *own) if not each.duplicate}
    for row in rows:
        code = row.code
        said = [Return(row.number, row.day, row.channel, duplicate) for duplicate in (False, True)]
        again = next((each for each in said if each in own), None)
        if not code and again is not None:
            own.remove(again)
            done.before.append(again)
            continue
        again = next((each for each in said if each in others), None)
        if not code and again is not None:
            others.remove(again)
            done.held += 1
            continue
        code = code or _fault(row, known, days)
        if code:
            done.rejected.append((row, code))
            continue
        done.added.append(said[row.number in marked])
        marked.add(row.number)
    return done


def _fault(row: MarkRow, known: PapersOf, days: tuple[str, str]) -> str:
    if row.number not in known.entries:
        return "unknown-entry"
    if row.number not in known.papers:
        return "not-issued"
    if known.papers[row.number] == "cancelled":
        return "paper-cancelled"
    return "" if days[0] <= row.day <= days[1] else "day-outside-poll"

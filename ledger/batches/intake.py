"""What an intake is made of: rows of a register, in the order of their keys, and what becomes of each.

A register is one of members, or of the applications to an election: its rows are streams `person/<key>`, or
`application/<key>`. Which it is, its id says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

from pydantic import StringConstraints

from ledger.event import Event

if TYPE_CHECKING:
    from ledger.storage.recorder import NewRow

KEY_BYTES = 12  # of a row's key: of a million, two agree by chance once in 10^17 registers
NO_KEY = bytes(KEY_BYTES)  # of a row that cannot be told from others; it is always rejected
PERSON, APPLICATION = "person/", "application/"  # streams of rows begin so
APPLICATIONS = "applications-"  # ids of registers of applications begin so, and no others
ROWS_MAX = 1_000_000  # rows of one file: the largest party election held had 784,151 electors

IntakeId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]  # keyed digest of a file and how it is read


def prefix_of(intake: str) -> str:
    """Give how the streams of an intake's rows begin."""
    return APPLICATION if intake.startswith(f"intake/{APPLICATIONS}") else PERSON


def subject_of(stream: str, person: str | None = None) -> str:
    """Name whose personal data an event holds: an applicant is the person of the same key.

    Args:
        person: key of the person whom the event names, as those of cases and appeals do.
    """
    if person is not None:
        return PERSON + person
    return PERSON + stream.removeprefix(APPLICATION) if stream.startswith(APPLICATION) else stream


class Standing(NamedTuple):
    """Where somebody stands in the register: the public fields that many have in common."""

    category: str
    affiliate: str | None = None
    region: str | None = None
    section: str | None = None
    unit: str | None = None
    levy: str | None = None
    declaration: str | None = None


class Row(NamedTuple):
    """One row of a register as it was read.

    Attributes:
        key: keyed digest of what tells the row from others; `NO_KEY` where nothing does.
        number: line of the file on which it begins, from 1.
        code: why it is rejected; empty if it is not.
        standing: public fields, a member's `Standing` or the claim of an application; of no meaning in a rejected
            row, as are those below.
        days: when somebody joined and when that lapsed, `YYYY-MM-DD`; of an application the moment it was received.
        identity: who it is, a canonical JSON object.
        raw: the row as it stands in the file.
    """

    key: bytes
    number: int
    code: str
    standing: Any
    days: tuple[str | None, str | None]
    identity: str
    raw: bytes


class Leaves(Protocol):
    """Writes the leaves of one intake's rows, by template."""

    def rows(
        self, accepted: Sequence[tuple[Row, str]], digests: Sequence[str], blinds: Sequence[str], recorded: str
    ) -> list[NewRow]:
        """Write rows for the store: each row with its key as text, the digest of its disclosure, its blind."""
        ...


class Rows(Protocol):
    """The rows of a file, in ascending order of their keys, and of their lines where keys are equal."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        ...

    @property
    def head(self) -> bytes:
        """The file's first line, the names of its columns."""
        ...

    def page(self, start: int, stop: int) -> list[Row]:
        """Give the rows from place `start` up to `stop` in that order."""
        ...

    def require_same(self) -> None:
        """Refuse to go on if the file is not what was read first (`file-changed`)."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the rows: registered, held as they are, amended, rejected by code; together the number of rows."""

    accepted: int
    held: int
    rejected: Mapping[str, int]
    amended: int = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """Rows by the thousand that readers see all at once or not at all, once the intake is reconciled.

    Attributes:
        stream: the intake's own stream; its last part is the keyed digest of the file and how it is read.
        opened: the event that opens it.
        rows: of the file.
        member: what the envelopes of the members have in common.
        closed: tally, digest of the members' leaf hashes, moment -> the event that closes it.
        leaves: writes the leaves, where they are not those of members; those can be amended.
        judge: row -> the code it is rejected for, or nothing, where that takes more than the row.
        frozen: moment (UTC) of the last freeze of a roll; a row that would change somebody's history up to that day
            is rejected. Empty where there is none.
        guarded: streams that were read, and have to be at these versions as each page is recorded.
    """

    stream: str
    opened: Event
    rows: Rows
    member: Mapping[str, Any]
    closed: Callable[[Tally, str, str], Event]
    leaves: Leaves | None = None
    judge: Callable[[Row], str] | None = None
    frozen: str = ""
    guarded: Mapping[str, int] = field(default_factory=dict)

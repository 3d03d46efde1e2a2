"""What an intake is made of: rows of a register, in the order of their keys, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ledger.event import Event

KEY_BYTES = 12  # of a row's key: of a million, two agree by chance once in 10^17 registers
NO_KEY = bytes(KEY_BYTES)  # of a row that cannot be told from others; it is always rejected


class Standing(NamedTuple):
    """Where somebody stands in the register: the public fields that many have in common."""

    category: str
    affiliate: str | None = None
    region: str | None = None
    section: str | None = None
    unit: str | None = None


class Row(NamedTuple):
    """One row of a register as it was read.

    Attributes:
        key: keyed digest of what tells the row from others; `NO_KEY` where nothing does.
        number: line of the file on which it begins, from 1.
        code: why it is rejected; empty if it is not.
        standing: public fields; of no meaning in a rejected row, as are those below.
        days: when somebody joined and when that lapsed, `YYYY-MM-DD`.
        identity: who it is, a canonical JSON object.
        raw: the row as it stands in the file.
    """

    key: bytes
    number: int
    code: str
    standing: Standing
    days: tuple[str | None, str | None]
    identity: str
    raw: bytes


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
    """What became of the rows: registered, held already, and rejected by code. Their sum is the number of rows."""

    accepted: int
    held: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Intake:
    """Rows by the thousand that readers see all at once or not at all, once the intake is reconciled.

    Attributes:
        stream: the intake's own stream; its last part is the keyed digest of the file and how it is read.
        opened: the event that opens it.
        rows: of the file.
        member: what the envelopes of the members have in common.
        closed: tally, digest of the members' leaf hashes, moment -> the event that closes it.
    """

    stream: str
    opened: Event
    rows: Rows
    member: Mapping[str, Any]
    closed: Callable[[Tally, str, str], Event]

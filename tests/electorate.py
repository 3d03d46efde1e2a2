"""A small electorate for tests: entries and a frozen roll as events, and rows of a marked register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scenario import happened

from ledger.batches.marking import MarkRow
from ledger.event import Event
from ledger.leaf import conceal
from ledger.record import Record
from ledger.streams.entry import EntryAdded, EntryRemoved
from ledger.streams.returned import MarkReturns
from ledger.streams.roll import RollFrozen

FILE = "f" * 32
BEFORE = "2010-08-01T12:00:00Z"  # papers go out
DAY = "2010-09-01"


def person(number: int) -> str:
    """A key of a person."""
    return hashlib.sha256(b"person %d" % number).hexdigest()[:24]


def entry(who: int, section: str = "members", number: int = 1, /, **more: Any) -> EntryAdded:
    """An entry on the roll of the election `labour`."""
    fields = {"basis": f"person/{person(who)}", "category": "member", "source": "register"} | more
    stream = f"entry/labour/{person(who)}"
    event = happened(
        EntryAdded, stream, number, election="labour", number=number, section=section, **fields
    ).model_copy(update={"effective": BEFORE})
    assert isinstance(event, EntryAdded)
    return event


def removed(who: int, version: int, number: int = 1) -> Event:
    """The entry is removed."""
    stream = f"entry/labour/{person(who)}"
    return happened(EntryRemoved, stream, version, election="labour", number=number, cause="clerical")


def frozen(entries: int = 9) -> Event:
    """The roll is frozen."""
    return happened(
        RollFrozen,
        "roll/labour",
        as_of_position=0,
        election="labour",
        entries=entries,
        open_batches=(),
        published=BEFORE,
        roll_version=1,
        root="sha256:" + "0" * 64,
        sections=(),
    )


def put(ledger: Record, *events: Event) -> None:
    """Append events past every decision, as of whenever the ledger ended."""
    latest = ledger.head().recorded
    for event in events:
        at = event.model_copy(update={"command": None, "recorded": latest or event.recorded})
        ledger.append([conceal(at, lambda size: bytes(size))[0]])


def row(who: int, line: int = 2, day: str = DAY, channel: str = "", number: int = 1, code: str = "") -> MarkRow:
    """One row of a marked register."""
    return MarkRow(person(who) if who else "", number, day, channel, line, code, b"line %d\n" % line)


@dataclass(frozen=True)
class Listed:
    """Rows that are a list."""

    rows: Sequence[MarkRow]
    head: bytes = b"elector,day\n"

    @property
    def total(self) -> int:
        return len(self.rows)

    def page(self, start: int, stop: int) -> list[MarkRow]:
        return list(self.rows[start:stop])

    def require_same(self) -> None:
        """The same it is."""


def marked(rows: Iterable[MarkRow], file: str = FILE, contest: str = "leader") -> MarkReturns:
    """The marked register with these rows, in the order that the decision is given them."""
    listed = Listed(sorted(rows, key=lambda each: (*each[:3], each.line)))
    return MarkReturns(contest=contest, file=file, rows=len(listed.rows)).of(listed)

"""What a build of the roll is made of: people in the order of their keys, with what the franchise gives each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ledger.event import Event
from ledger.rules.franchise import Several

NO_CATEGORY = "no-category"  # what is said to have failed where no category of the franchise takes a row


class Right(NamedTuple):
    """What an entry has in common with many others."""

    category: str
    section: str
    affiliate: str | None
    region: str | None
    unit: str | None
    source: str


class Entitled(NamedTuple):
    """One person with what the franchise gives them, the first to be kept first; and what each rests on."""

    key: str
    rights: tuple[tuple[Right, str], ...]


class Candidates(Protocol):
    """Everybody on record as of a position, and what a franchise gives them."""

    @property
    def rows(self) -> int:
        """How many rows and applications there are that it may take."""
        ...

    @property
    def failed(self) -> Mapping[str, int]:
        """Rows that get nothing, by the first test that they did not pass; known once all pages are read."""
        ...

    def pages(self, progress: Callable[[int], None]) -> Iterator[list[Entitled]]:
        """Give those who get something, in ascending order of their keys, some thousands of rights at a time.

        Args:
            progress: told how many rows were looked at.
        """
        ...


@dataclass(frozen=True, slots=True)
class BuildTally:
    """What became of the rows: entries added, rights held already or without room, rows that failed by test."""

    accepted: int
    held: int
    failed: Mapping[str, int]
    sections: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Build:
    """Entries by the thousand that readers see all at once or not at all, once the build is closed.

    Attributes:
        stream: the build's own stream; `opened` the event that opens it.
        election: whose roll it is; `several` how many entries one person may have there.
        entry: what the envelopes of the entries have in common.
        guarded: stream -> version: what may not change while it goes on.
        closed: tally, digest of the entries' leaf hashes, moment -> the event that closes it.
    """

    stream: str
    opened: Event
    election: str
    several: Several
    candidates: Candidates
    entry: Mapping[str, Any]
    guarded: Mapping[str, int]
    closed: Callable[[BuildTally, str, str], Event]

"""Events by the hundred thousand as a verification keeps them: some sixty bytes each, and not the events themselves.

They come in batches, one after the other in the order of their keys, as the members of a register do. What is kept of
each is what the checks of versions, batches and the vault need; what else is to be held against one is looked at as it
is read.
"""

from __future__ import annotations

import base64
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from ledger.batches.intake import KEY_BYTES
from ledger.decision import fold
from ledger.errors import PollbookError
from ledger.event import Event
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReceivedLate,
    ChecksRun,
    CureInvited,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
)
from ledger.streams.entry import EntryAdded
from ledger.streams.member import MemberRegistered
from ledger.streams.membership import MemberAmended
from ledger.streams.payment import PaymentMatched
from ledger.streams.returned import DuplicateReturnHeld, ReturnMarked
from projections.verify.finding import Finding
from projections.verify.said import SAYING, said
from projections.verify.streams import empty_state

# With one private field each, at most. What says which stream they belong on is looked at with the batches.
BULK: tuple[type[Event], ...] = (
    MemberRegistered,
    MemberAmended,
    ApplicationReceived,
    ApplicationReceivedLate,
    ApplicationAdmitted,
    ApplicationLapsed,
    ChecksRun,
    CureInvited,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
    PaymentMatched,
    EntryAdded,
    ReturnMarked,
    DuplicateReturnHeld,
)
KEY = re.compile(f"[0-9a-f]{{{2 * KEY_BYTES}}}")
DIGEST_BYTES = 32
NO_DIGEST = bytes(DIGEST_BYTES)
ODD_MAX = 1_000  # events out of order that are told one by one
SHAPES_MAX = 1_000  # different actors and moments that are remembered of one batch; there ought to be one
VERSION_MAX = 2**32 - 1

Shape = tuple[str, str]  # actor, effective
RunName = tuple[str, str, str]  # batch, type, what the streams begin with


class One(NamedTuple):
    """One event of a run."""

    key: bytes
    stem: str
    version: int
    position: int
    digest: bytes


@dataclass(slots=True)
class Run:
    """Events of one type that came in one batch, in the order of the ledger.

    Attributes:
        keys: KEY_BYTES of each; `digests`, DIGEST_BYTES of each, zeros where it has no private value.
        odd: positions of those whose key is not above the one before.
        shapes: actor and moment -> position of the first that is so.
        several: whether one key may stand several times, under versions that follow each other.
    """

    stem: str
    several: bool = False
    keys: bytearray = field(default_factory=bytearray)
    digests: bytearray = field(default_factory=bytearray)
    positions: array[int] = field(default_factory=lambda: array("Q"))
    versions: array[int] = field(default_factory=lambda: array("I"))
    odd: list[int] = field(default_factory=list)
    shapes: dict[Shape, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.positions)

    def extend(self, other: Run) -> None:
        """Take in the events that follow."""
        if self.keys and not self.goes_on(bytes(other.keys[:KEY_BYTES]), other.versions[0]):
            self.odd.append(other.positions[0])
        self.keys += other.keys
        self.digests += other.digests
        self.positions += other.positions
        self.versions += other.versions
        self.odd = [*self.odd, *other.odd][:ODD_MAX]
        for shape, position in other.shapes.items():
            if len(self.shapes) < SHAPES_MAX:
                self.shapes.setdefault(shape, position)

    def goes_on(self, key: bytes, version: int) -> bool:
        """Whether an event follows in the order of the keys; of one person, several entries may come together."""
        last = bytes(self.keys[-KEY_BYTES:])
        return key > last or (key == last and self.several and version == self.versions[-1] + 1)

    def ordered(self) -> Iterator[One]:
        """Give the events in the order of their keys."""
        numbers = range(len(self))
        for n in sorted(numbers, key=self._key) if self.odd else numbers:
            digest = bytes(self.digests[n * DIGEST_BYTES : (n + 1) * DIGEST_BYTES])
            yield One(self._key(n), self.stem, self.versions[n], self.positions[n], digest)

    def _key(self, number: int) -> bytes:
        return bytes(self.keys[number * KEY_BYTES : (number + 1) * KEY_BYTES])


@dataclass(slots=True)
class Bulk:
    """What came in batches: the runs, the leaf hashes of each batch in the order of the ledger, what checks said."""

    runs: dict[RunName, Run] = field(default_factory=dict)
    hashes: dict[str, bytearray] = field(default_factory=dict)
    said: dict[str, Counter[object]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def take(self, position: int, event: Event, hashed: bytes) -> bool:
        """Take an event in; tell whether it is one that is kept so."""
        stem, slash, tail = event.stream.rpartition("/")
        batch = event.batch
        if not (
            isinstance(event, BULK)
            and batch is not None
            and event.command is None
            and event.authority is None
            and event.version <= VERSION_MAX
            and KEY.fullmatch(tail)
            and (not isinstance(event, EntryAdded) or stem == f"entry/{event.election}")
        ):
            return False
        name = (batch, event.type, stem + slash)
        run = self.runs.get(name)
        if run is None:
            run = self.runs[name] = Run(stem + slash, isinstance(event, EntryAdded))
            self._replay(position, event)
        key = bytes.fromhex(tail)
        if run.keys and len(run.odd) < ODD_MAX and not run.goes_on(key, event.version):
            run.odd.append(position)
        run.keys += key
        run.digests += digest_of(event)
        run.positions.append(position)
        run.versions.append(event.version)
        shape = (event.actor, event.effective)
        if shape not in run.shapes and len(run.shapes) < SHAPES_MAX:
            run.shapes[shape] = position
        self.hashes.setdefault(batch, bytearray()).extend(hashed)
        if isinstance(event, SAYING):
            self.said.setdefault(batch, Counter()).update(said(event))
        return True

    def _replay(self, position: int, event: Event) -> None:
        """I3: such a stream takes events of this type, which one of them shows for all."""
        try:
            fold(empty_state(event.stream), [event])
        except (TypeError, PollbookError) as error:
            expected = "events of its kind"
            self.findings.append(Finding("I3", "stream-does-not-replay", position, event.stream, expected, str(error)))

    def by_stream(self) -> Iterator[list[One]]:
        """Give the events of one stream after the other, in the order of their keys; of a stream, by version."""
        ones = merge(*(run.ordered() for run in self.runs.values()))
        for _, group in groupby(ones, key=lambda one: one[:2]):
            yield list(group)


def digest_of(event: Event) -> bytes:
    """Give the digest of an event's one private value as 32 bytes, zeros where there is none."""
    return base64.urlsafe_b64decode(getattr(event, event.private[0]) + "=") if event.private else NO_DIGEST


def digest_text(digest: bytes) -> str:
    """Write a digest as leaves have it."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

"""What is gathered in one reading of the ledger for a roll: rows of registers, admitted applications, merges.

A row is 32 bytes in memory: the keys of its person and of its own, and where it and its days stand in two small tables.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.event import Event
from ledger.rules.franchise import Franchise
from ledger.streams.admission import AdmissionClosed
from ledger.streams.application_events import ApplicationAdmitted, ApplicationReceived
from ledger.streams.certificate import ListCertified
from ledger.streams.member import BatchReconciled, MemberRegistered
from ledger.streams.membership import MEMBER_EVENTS
from ledger.streams.merge import MergeUndone, PersonsMerged

KEY_BYTES, INDEX_BYTES = 12, 4
ROW_BYTES = 2 * (KEY_BYTES + INDEX_BYTES)
KEY_LENGTH = 2 * KEY_BYTES
INTAKE = "intake/"
Days = tuple[str | None, str | None]  # joined, lapsed


class Standing(NamedTuple):
    """Where a row stands, as many others do; `batch` is the stream that it came in with, empty if none."""

    batch: str
    category: str
    section: str
    affiliate: str | None = None
    region: str | None = None
    unit: str | None = None
    levy: str | None = None
    declaration: str | None = None

    @property
    def file(self) -> str:
        """The register and the file that it came in with; empty of an application."""
        return self.batch.removeprefix(INTAKE) if self.batch.startswith(INTAKE) else ""

    @property
    def register(self) -> str | None:
        """The register that it came from; None of an application."""
        return self.file.partition("/")[0] or None


class Gathered:
    """What one reading of the ledger up to a position gathers of members, merges and applications."""

    def __init__(self, election: str, rule: Franchise) -> None:
        self._election = election
        self._registers = {name for each in rule.categories for name in each.registers or ()}
        self._standings: dict[Standing, int] = {}
        self._days: dict[Days, int] = {}
        self._applied: set[str] = set()
        self._rows: list[bytes] = []
        self.complete = {""}
        self.certified: set[str] = set()
        self.changed: set[str] = set()
        self.merged: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case MemberRegistered():
                self._register(event)
            case BatchReconciled():
                self.complete.add(event.stream)
            case AdmissionClosed():
                self.complete.add(event.stream)
            case ListCertified():
                self.certified.add(f"{event.register_id}/{event.file}")
            case PersonsMerged():
                self.merged[_key(event)] = event.kept
            case MergeUndone():
                self.merged.pop(_key(event), None)
            case ApplicationReceived():
                if event.election == self._election:
                    self._applied.add(_key(event))
            case ApplicationAdmitted():
                self._admit(event)
            case _ if isinstance(event, MEMBER_EVENTS):
                self.changed.add(_key(event))

    def _register(self, event: MemberRegistered) -> None:
        batch = event.batch or ""
        if batch.startswith(INTAKE) and batch.split("/", 2)[1] in self._registers:
            where = (event.affiliate, event.region, event.unit, event.levy, event.declaration)
            self._add(_key(event), Standing(batch, event.category, "", *where), (event.joined, event.lapsed))

    def _admit(self, event: ApplicationAdmitted) -> None:
        key = _key(event)
        if key in self._applied:
            standing = Standing(event.batch or "", event.category, event.section, None, event.region, event.unit)
            self._add(key, standing, (None, None))

    def _add(self, key: str, standing: Standing, days: Days) -> None:
        where = self._standings.setdefault(standing, len(self._standings))
        when = self._days.setdefault(days, len(self._days))
        own = bytes.fromhex(key)
        self._rows.append(own + own + where.to_bytes(INDEX_BYTES) + when.to_bytes(INDEX_BYTES))

    def sorted(self) -> tuple[bytes, list[Standing], list[Days]]:
        """Give the rows that count, one after the other in the order of their people and of themselves.

        Those of a batch that is not complete do not count; those of a person who was merged are the kept one's.
        """
        standings, days = list(self._standings), list(self._days)
        open_ones = {
            number.to_bytes(INDEX_BYTES) for number, each in enumerate(standings) if each.batch not in self.complete
        }
        rows, self._rows = self._rows, []
        if open_ones:
            rows = [row for row in rows if row[24:28] not in open_ones]
        if self.merged:
            rows = [self._of_the_kept(row) for row in rows]
        rows.sort()
        return b"".join(rows), standings, days

    def _of_the_kept(self, row: bytes) -> bytes:
        kept = self.merged.get(row[:KEY_BYTES].hex())
        return row if kept is None or len(kept) != KEY_LENGTH else bytes.fromhex(kept) + row[KEY_BYTES:]


def _key(event: Event) -> str:
    return event.stream.partition("/")[2]

"""Everybody on record as of a position, and what a franchise gives them: whom a build of the roll adds.

The ledger is read once. A row is 32 bytes in memory: the keys of its person and of its own, and where it and its days
stand in two small tables. Whose row was changed since it came is looked up when their turn comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.build import NO_CATEGORY, Entitled, Right
from ledger.decision import fold
from ledger.event import Event
from ledger.record import Record
from ledger.recorder import PAGE_ROWS
from ledger.rules.eligibility import Facts, Spell, evaluate_all
from ledger.rules.franchise import Category, Franchise
from ledger.streams.application_events import ApplicationAdmitted, ApplicationReceived
from ledger.streams.basis import Basis
from ledger.streams.certificate import ListCertified
from ledger.streams.member import BatchReconciled, MemberRegistered
from ledger.streams.membership import MEMBER_EVENTS
from ledger.streams.merge import MergeUndone, PersonsMerged

KEY_BYTES, INDEX_BYTES = 12, 4
ROW_BYTES = 2 * (KEY_BYTES + INDEX_BYTES)
KEY_LENGTH = 2 * KEY_BYTES
Days = tuple[str | None, str | None]  # joined, lapsed


class Standing(NamedTuple):
    """Where a row stands, as many others do; `file` is empty of an application."""

    file: str
    category: str
    section: str
    affiliate: str | None = None
    region: str | None = None
    unit: str | None = None
    levy: str | None = None
    declaration: str | None = None

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
        self._reconciled: set[str] = set()
        self.certified: set[str] = set()
        self.changed: set[str] = set()
        self.merged: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case MemberRegistered():
                self._register(event)
            case BatchReconciled():
                self._reconciled.add(f"{event.register_id}/{event.file}")
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
        file = (event.batch or "").partition("/")[2]
        if file.partition("/")[0] in self._registers:
            where = (event.affiliate, event.region, event.unit, event.levy, event.declaration)
            standing = Standing(file, event.category, "", *where)
            self._add(_key(event), standing, (event.joined, event.lapsed))

    def _admit(self, event: ApplicationAdmitted) -> None:
        key = _key(event)
        if key in self._applied:
            standing = Standing("", event.category, event.section, None, event.region, event.unit)
            self._add(key, standing, (None, None))

    def _add(self, key: str, standing: Standing, days: Days) -> None:
        where = self._standings.setdefault(standing, len(self._standings))
        when = self._days.setdefault(days, len(self._days))
        own = bytes.fromhex(key)
        self._rows.append(own + own + where.to_bytes(INDEX_BYTES) + when.to_bytes(INDEX_BYTES))

    def sorted(self) -> tuple[bytes, list[Standing], list[Days]]:
        """Give the rows that count, one after the other in the order of their people and of themselves.

        Those of a file that was not taken in whole do not count; those of a person who was merged are the kept one's.
        """
        standings, days = list(self._standings), list(self._days)
        open_ones = {
            number.to_bytes(INDEX_BYTES)
            for number, each in enumerate(standings)
            if each.file and each.file not in self._reconciled
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


class EntitledPeople:
    """Those whom a franchise gives an entry, as of a position.

    Args:
        ledger: read up to and with event `as_of`.
        progress: told how many events were read.
    """

    def __init__(
        self,
        ledger: Record,
        election: str,
        rule: Franchise,
        as_of: int,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._rule = rule
        self._as_of = as_of
        self._gathered = Gathered(election, rule)
        for position, event in ledger.scan(0, as_of + 1):
            self._gathered.take(event)
            if position % PAGE_ROWS == 0:
                progress(PAGE_ROWS)
        self._rows, self._standings, self._days = self._gathered.sorted()
        self._verdicts: dict[tuple[object, ...], str] = {}
        self.failed: Counter[str] = Counter()

    @property
    def rows(self) -> int:
        """How many rows and applications there are that the franchise may take."""
        return len(self._rows) // ROW_BYTES

    def pages(self, progress: Callable[[int], None]) -> Iterator[list[Entitled]]:
        """Give those who get an entry, in ascending order of their keys."""
        self.failed = Counter()
        page: list[Entitled] = []
        size = 0
        for number, (key, rows) in enumerate(self._people()):
            rights = self._rights(rows)
            if not rights:
                continue
            if size + len(rights) > PAGE_ROWS:
                yield page
                progress(number)
                page, size = [], 0
            page.append(Entitled(key, rights))
            size += len(rights)
        if page:
            yield page

    def _people(self) -> Iterator[tuple[str, list[bytes]]]:
        """Group the rows by the people they are of."""
        rows, before = self._rows, b""
        held: list[bytes] = []
        for start in range(0, len(rows), ROW_BYTES):
            row = rows[start : start + ROW_BYTES]
            if row[:KEY_BYTES] != before:
                if held:
                    yield before.hex(), held
                before, held = row[:KEY_BYTES], []
            held.append(row[KEY_BYTES:])
        if held:
            yield before.hex(), held

    def _rights(self, rows: list[bytes]) -> tuple[tuple[Right, str], ...]:
        found = []
        for row in rows:
            key = row[:KEY_BYTES].hex()
            standing = self._standings[int.from_bytes(row[12:16])]
            if not standing.file:
                found.append((_admitted(standing), f"application/{key}"))
                continue
            given = self._changed(key, standing) if key in self._gathered.changed else self._plain(row, standing)
            if given is not None:
                found.append((given, f"person/{key}"))
        if len(found) > 1:
            found.sort(key=lambda each: (self._rule.rank(each[0].category), each[1]))
        return tuple(found)

    def _plain(self, row: bytes, standing: Standing) -> Right | None:
        """Judge a row of which nothing was recorded since: those alike in what the tests read are judged once."""
        when = row[16:20]
        alike = (standing.file, standing.category, standing.levy, standing.declaration, when)
        failed = self._verdicts.get(alike)
        if failed is None:
            category = self._rule.takes(standing.category, standing.register)
            facts = _facts(
                standing, self._days[int.from_bytes(when)], certified=standing.file in self._gathered.certified
            )
            failed = self._verdicts[alike] = _first_failed(category, facts)
        if failed:
            self.failed[failed] += 1
            return None
        return self._right(standing)

    def _changed(self, key: str, standing: Standing) -> Right | None:
        """Judge a row whose member was amended, suspended or the like since it came."""
        basis = Basis(f"person/{key}")
        events = self._ledger.stream(basis.stream)
        basis = fold(basis, (event for position, event in events if position <= self._as_of))
        now = standing._replace(
            category=basis.category,
            affiliate=basis.placed("affiliate"),
            region=basis.placed("region"),
            unit=basis.placed("unit"),
        )
        facts = basis.facts(certified=standing.file in self._gathered.certified)
        failed = _first_failed(self._rule.takes(now.category, now.register), facts)
        if failed:
            self.failed[failed] += 1
            return None
        return self._right(now)

    def _right(self, standing: Standing) -> Right:
        category = self._rule.category(standing.category)
        if category is None:
            raise AssertionError("a row that passed is of a category")
        where = (standing.affiliate, standing.region, standing.unit)
        return Right(category.category, category.section, *where, source_of(category))


def source_of(category: Category) -> str:
    """Say what entries of a category rest on: an application, an office that is held, or a register."""
    if category.by == "application":
        return "application"
    return "office" if any(test.test == "office-held" for test in category.tests) else "register"


def _admitted(standing: Standing) -> Right:
    where = (standing.affiliate, standing.region, standing.unit)
    return Right(standing.category, standing.section, *where, "application")


def _first_failed(category: Category | None, facts: Facts) -> str:
    """Give the code of the first test that is not passed; empty where all are."""
    if category is None:
        return NO_CATEGORY
    return next((each.code for each in evaluate_all(category, facts) if each.outcome != "passed"), "")


def _facts(standing: Standing, days: Days, *, certified: bool) -> Facts:
    """Give the facts of a row of which nothing was recorded since, as `Basis.facts` would."""
    joined, lapsed = days
    declaration, levy = standing.declaration, standing.levy
    return Facts(
        "",
        spells=(Spell(joined, lapsed),),
        declared=None if declaration is None else declaration == "made",
        levy=None if levy is None else levy == "pays",
        certified=certified,
    )

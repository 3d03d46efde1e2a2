"""Everybody on record as of a position, and what a franchise gives them: whom a build of the roll adds.

The ledger is read once, and people are judged in the order of their keys. Whose row was changed since it came is
looked up when their turn comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.batches.build import NO_CATEGORY, Entitled, Right
from ledger.batches.intake import APPLICATION, PERSON
from ledger.record import Record
from ledger.rules.eligibility import Facts, Spell, evaluate_all
from ledger.rules.franchise import Category, Franchise
from ledger.storage.recorder import PAGE_ROWS
from ledger.streams.basis import Basis
from projections.roll.gathered import INTAKE, KEY_BYTES, ROW_BYTES, Days, Gathered, Standing


class Place(NamedTuple):
    """What a standing gives: its category, None where there is none, the right that goes with it, what it is alike."""

    standing: Standing
    category: Category | None
    right: Right | None
    alike: int


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
        self._verdicts: dict[tuple[int, bytes], str] = {}
        self._alike: dict[tuple[object, ...], int] = {}
        self._places = [self._place(standing) for standing in self._standings]
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

    def _place(self, standing: Standing) -> Place:
        alike = (standing.batch, standing.category, standing.levy, standing.declaration)
        number = self._alike.setdefault(alike, len(self._alike))
        if not standing.file:
            where = (standing.affiliate, standing.region, standing.unit)
            return Place(standing, None, Right(standing.category, standing.section, *where, "application"), number)
        category = self._rule.takes(standing.category, standing.register)
        return Place(standing, category, _right(category, standing) if category else None, number)

    def _rights(self, rows: list[bytes]) -> tuple[tuple[Right, str], ...]:
        found = []
        changed = self._gathered.changed
        for row in rows:
            key = row[:KEY_BYTES].hex()
            place = self._places[int.from_bytes(row[12:16])]
            if not place.standing.batch.startswith(INTAKE):
                given, stem = place.right, APPLICATION
            elif key in changed:
                given, stem = self._changed(key, place.standing), PERSON
            else:
                given, stem = self._plain(row[16:20], place), PERSON
            if given is not None:
                found.append((given, stem + key))
        if len(found) > 1:
            found.sort(key=lambda each: (self._rule.rank(each[0].category), each[1]))
        return tuple(found)

    def _plain(self, when: bytes, place: Place) -> Right | None:
        """Judge a row of which nothing was recorded since: those alike in what the tests read are judged once."""
        failed = self._verdicts.get((place.alike, when))
        if failed is None:
            standing, days = place.standing, self._days[int.from_bytes(when)]
            facts = facts_of_a_row(standing, days, certified=standing.file in self._gathered.certified)
            failed = self._verdicts[place.alike, when] = _first_failed(place.category, facts)
        if failed:
            self.failed[failed] += 1
            return None
        return place.right

    def _changed(self, key: str, standing: Standing) -> Right | None:
        """Judge a row whose member was amended, suspended or the like since it came."""
        basis = Basis(PERSON + key)
        complete = self._gathered.complete
        for position, event in self._ledger.stream(basis.stream):
            if position <= self._as_of and (event.batch or "") in complete:
                basis = basis.evolve(event)
        affiliate, region, unit = (basis.placed(name) for name in ("affiliate", "region", "unit"))
        now = standing._replace(category=basis.category, affiliate=affiliate, region=region, unit=unit)
        category = self._rule.takes(now.category, now.register)
        facts = basis.facts(certified=standing.file in self._gathered.certified)
        failed = _first_failed(category, facts)
        if failed:
            self.failed[failed] += 1
        return _right(category, now) if category and not failed else None


def source_of(category: Category) -> str:
    """Say what entries of a category rest on: an application, an office that is held, or a register."""
    if category.by == "application":
        return "application"
    return "office" if any(test.test == "office-held" for test in category.tests) else "register"


def _right(category: Category, standing: Standing) -> Right:
    where = (standing.affiliate, standing.region, standing.unit)
    return Right(category.category, category.section, *where, source_of(category))


def _first_failed(category: Category | None, facts: Facts) -> str:
    """Give the code of the first test that is not passed; empty where all are."""
    if category is None:
        return NO_CATEGORY
    return next((each.code for each in evaluate_all(category, facts) if each.outcome != "passed"), "")


def facts_of_a_row(standing: Standing, days: Days, *, certified: bool) -> Facts:
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

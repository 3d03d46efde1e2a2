"""Taking in a marked register: person by person, in the order of their keys, a page of returns to a transaction.

A kill leaves whole pages in the ledger. Given the same file again, the rows come in the same order, and the returns
that this batch has recorded are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any

from ledger.batches.ends import AtDesk, BatchEnds, stamped
from ledger.batches.marking import Marking, MarkRow, MarkTally, PapersOf, Return, Sorted, sort_rows
from ledger.event import Event
from ledger.leaf import encode, random_texts
from ledger.privacy.member_vault import RejectedRow
from ledger.seal.merkle import leaf_hash
from ledger.storage.recorder import PAGE_ROWS, Guard
from ledger.streams.returned import DuplicateReturnHeld, ReturnMarked

NOTHING_UNDER_WAY = ("", "", "")  # no disclosure of marks is in the vault
Placed = tuple[str, int, Return]  # person, version on their stream, what came back
Mine = dict[str, list[Return]]  # person -> what this batch has recorded

by_person = attrgetter("person")


def sorted_pages(
    marking: Marking, mine: Mine, progress: Callable[[int, int], None]
) -> Iterator[list[tuple[str, Sorted, int]]]:
    """Sort the rows page by page: person, what becomes of their rows, and how many events their stream has."""
    rows, rest = marking.rows, list[MarkRow]()
    for start in range(0, rows.total, PAGE_ROWS):
        progress(start, rows.total)
        page = rest + rows.page(start, start + PAGE_ROWS)
        last = page[-1].person if start + PAGE_ROWS < rows.total else None  # more of whose rows may follow
        known = marking.figures.papers(page[0].person, page[-1].person)
        done = []
        rest = []
        for person, found in groupby(page, by_person):
            if person == last:
                rest = list(found)
                break
            papers, own = known.get(person, PapersOf()), mine.get(person, [])
            sorted_ = sort_rows(found, papers, own, marking.days)
            done.append((person, sorted_, papers.versions + len(own)))
        yield done
    progress(rows.total, rows.total)


class Counted:
    """Counts what became of rows."""

    def __init__(self) -> None:
        self._numbers: Counter[bool] = Counter()  # whether a further return -> returns
        self._held = 0
        self._rejected: Counter[str] = Counter()

    def take(self, page: list[tuple[str, Sorted, int]]) -> None:
        """Take a page in."""
        for _, done, _ in page:
            self._numbers.update(each.duplicate for each in (*done.before, *done.added))
            self._held += done.held
            self._rejected.update(code for _, code in done.rejected)

    @property
    def tally(self) -> MarkTally:
        """What became of them."""
        return MarkTally(self._numbers[False], self._numbers[True], self._held, self._rejected)


@dataclass(slots=True)
class MarkTaking(AtDesk):
    """One marked register being taken in at the desk."""

    marking: Marking

    def run(self, ends: BatchEnds) -> tuple[int, int]:
        """Open the batch, or go on with one that was left open, then reconcile it.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        marking, rows = self.marking, self.marking.rows
        first = ends.open(marking.stream, marking.opened)
        kept = self.vault.members
        kept.begin(marking.stream, rows.head)
        kept.forget_rejected(marking.stream)
        mine, hashed = self._recorded(first) if ends.resumed else ({}, sha256())
        counted = Counted()
        added = 0
        for page in sorted_pages(marking, mine, self.progress):
            rejected = [
                RejectedRow(row.line, row.person, code, row.raw) for _, done, _ in page for row, code in done.rejected
            ]
            if rejected:
                kept.put(marking.stream, [], rejected, NOTHING_UNDER_WAY)
            returns = [
                (person, number, each)
                for person, done, version in page
                for number, each in enumerate(done.added, version + 1)
            ]
            added += self._append(returns, hashed)
            counted.take(page)
        rows.require_same()
        closed = marking.closed(counted.tally, "sha256:" + hashed.hexdigest(), self.now())
        return first, added + ends.close(closed)

    def _append(self, returns: list[Placed], hashed: Any) -> int:
        for start in range(0, len(returns), PAGE_ROWS):  # rows of a page, and those left over of the one before
            now, some = self.now(), returns[start : start + PAGE_ROWS]
            blinds = random_texts(self.draw, len(some))
            page = [self._event(*placed, now, blind) for placed, blind in zip(some, blinds, strict=True)]
            recorded = self.ledger.append(page, Guard({self.marking.stream: 1})).recorded
            for event in page:
                hashed.update(leaf_hash(encode(stamped(event, recorded))))
        return len(returns)

    def _event(self, person: str, version: int, found: Return, recorded: str, blind: str) -> Event:
        kind = DuplicateReturnHeld if found.duplicate else ReturnMarked
        return kind(
            stream=f"returned/{self.marking.contest}/{person}",
            version=version,
            recorded=recorded,
            blind=blind,
            number=found.number,
            day=found.day,
            channel=found.channel or None,
            **self.marking.member,
        )

    def _recorded(self, after: int) -> tuple[Mine, Any]:
        """Give what this batch has recorded, person by person, and hash its leaf hashes in order."""
        hashed = sha256()
        mine: Mine = {}
        for _, event in self.ledger.scan(after + 1):
            if isinstance(event, ReturnMarked | DuplicateReturnHeld) and event.batch == self.marking.stream:
                hashed.update(leaf_hash(encode(event)))
                duplicate = isinstance(event, DuplicateReturnHeld)
                found = Return(event.number, event.day, event.channel or "", duplicate)
                mine.setdefault(event.stream.rpartition("/")[2], []).append(found)
        return mine, hashed

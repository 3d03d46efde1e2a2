"""Building the roll: page by page, everybody who gets an entry and has none yet, in the order of their keys.

Pages are whole people, and each is one transaction. So what a build that was killed has recorded ends between two of
its people, and given again it goes on behind the last of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from ledger.batches.build import Build, BuildTally, Entitled, Right
from ledger.batches.ends import AtDesk, BatchEnds
from ledger.batches.entry_leaf import EntryLeaves
from ledger.decision import fold
from ledger.leaf import encode, random_texts
from ledger.record import Record
from ledger.rules.franchise import Several
from ledger.seal.merkle import leaf_hash
from ledger.storage.recorder import ConflictError, Guard, NewRow
from ledger.streams.entry import Entries, EntryAdded, EntryNow, kept_instead

ADDED = "entry-added.v1"
ATTEMPTS = 8  # times that a page is looked at anew because somebody else changed one of its people's entries


class NewEntry(NamedTuple):
    """An entry to be added: whose, which number on which version of their stream, and what it rests on."""

    key: str
    number: int
    version: int
    right: Right
    basis: str


def preview(ledger: Record, build: Build, progress: Callable[[int, int], None]) -> BuildTally:
    """Say what a build would come to; nothing is written."""
    rights, sections = 0, Counter[str]()
    candidates = build.candidates
    for page in candidates.pages(lambda rows: progress(rows, candidates.rows)):
        rights += sum(len(each.rights) for each in page)
        sections.update(each.right.section for each in new_entries(ledger, build, page))
    progress(candidates.rows, candidates.rows)
    return BuildTally(sections.total(), rights - sections.total(), candidates.failed, sections)


def new_entries(ledger: Record, build: Build, page: list[Entitled]) -> Iterator[NewEntry]:
    """Give the entries that people of a page never had and that there is room for; what was removed stays so."""
    stem = f"entry/{build.election}/"
    taken = ledger.streams_between(f"{stem}{page[0].key}", f"{stem}{page[-1].key}")
    for key, rights in page:
        entries = Entries(stem + key)
        if entries.stream in taken:
            entries = fold(entries, (event for _, event in ledger.stream(entries.stream)))
        elif len(rights) == 1:
            yield NewEntry(key, 1, 1, *rights[0])
            continue
        yield from _with_room(build.several, entries, rights)


def _with_room(several: Several, entries: Entries, rights: tuple[tuple[Right, str], ...]) -> Iterator[NewEntry]:
    held, number, version = list(entries.entries.values()), max(entries.entries, default=0), entries.version
    for right, basis in rights:
        if kept_instead(several, held, right.section, right.affiliate) is not None:
            continue
        number, version = number + 1, version + 1
        held.append(EntryNow(number, *right[:-1], True, ""))
        yield NewEntry(entries.person, number, version, right, basis)


@dataclass(slots=True)
class Written:
    """What a build has recorded: how many by section, up to whom, and their leaf hashes."""

    sections: Counter[str] = field(default_factory=Counter)
    last: str = ""
    hashed: Any = field(default_factory=sha256)


@dataclass(slots=True)
class Building(AtDesk):
    """One build being carried out at the desk."""

    build: Build

    def run(self, ends: BatchEnds) -> tuple[int, int]:
        """Open the build, or go on with one that was left open, then close it.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        build = self.build
        first = ends.open(build.stream, build.opened)
        written = self._recorded(first) if ends.resumed else Written()
        before = written.sections.total()
        rights = 0
        leaves = EntryLeaves(build.election, build.entry)
        for page in build.candidates.pages(lambda rows: self.progress(rows, build.candidates.rows)):
            rights += sum(len(each.rights) for each in page)
            if page[-1].key > written.last:  # else all of it was recorded before a kill, and reading it would be slow
                self._page(page, leaves, written)
        self.progress(build.candidates.rows, build.candidates.rows)
        accepted = written.sections.total()
        tally = BuildTally(accepted, rights - accepted, build.candidates.failed, written.sections)
        closed = build.closed(tally, "sha256:" + written.hashed.hexdigest(), self.now())
        return first, accepted - before + ends.close(closed, {build.stream: 1, **build.guarded})

    def _page(self, page: list[Entitled], leaves: EntryLeaves, written: Written) -> None:
        """Record one page; if somebody else changes an entry of one of its people meanwhile, look at it anew."""
        for attempt in range(ATTEMPTS):
            try:
                return self._record(list(new_entries(self.ledger, self.build, page)), leaves, written)
            except ConflictError:
                if attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _record(self, new: list[NewEntry], leaves: EntryLeaves, written: Written) -> None:
        if not new:
            return
        blinds = random_texts(self.draw, len(new))
        stem = f"entry/{self.build.election}/"
        rows: list[NewRow] = []

        def rows_at(recorded: str) -> list[NewRow]:
            leaf = leaves.leaf
            rows[:] = [
                (f"{stem}{key}", version, ADDED, leaf(right, basis, key, number, version, blind, recorded))
                for (key, number, version, right, basis), blind in zip(new, blinds, strict=True)
            ]
            return rows

        self.ledger.append_leaves(rows_at, self.now(), Guard({self.build.stream: 1, **self.build.guarded}))
        for row in rows:
            written.hashed.update(leaf_hash(row[3]))
        written.sections.update(each.right.section for each in new)
        written.last = new[-1].key

    def _recorded(self, after: int) -> Written:
        """Give what this build has recorded already."""
        written = Written()
        for _, event in self.ledger.scan(after + 1):
            if isinstance(event, EntryAdded) and event.batch == self.build.stream:
                written.hashed.update(leaf_hash(encode(event)))
                written.sections[event.section] += 1
                written.last = event.stream.rpartition("/")[2]
        return written

"""Taking in a register: page by page, members to the vault and then to the ledger, rejected rows to the vault alone.

A kill leaves at most one page in the vault whose members are not in the ledger. Given the same file again, the rows
come in the same order, what is in the ledger is passed over, and what only the vault has is gone on with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.batches.ends import AtDesk, BatchEnds
from ledger.batches.intake import NO_KEY, Intake, Leaves, Row, Rows, Tally
from ledger.batches.intake_sort import Sorted, Sorter
from ledger.batches.member_leaf import MemberLeaves
from ledger.leaf import encode, random_texts
from ledger.seal.merkle import leaf_hash
from ledger.storage.recorder import PAGE_ROWS, ConflictError, Guard, NewRow
from ledger.streams.membership import MemberAmended

ATTEMPTS = 8  # times that a page is sorted anew because somebody else registered one of its members meanwhile


@dataclass(slots=True)
class Taking(AtDesk):
    """One intake being carried out at the desk."""

    intake: Intake

    def run(self, ends: BatchEnds) -> tuple[int, int]:
        """Open the intake, or go on with one that was left open, then reconcile it.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        intake, rows = self.intake, self.intake.rows
        first = ends.open(intake.stream, intake.opened)
        self.vault.members.begin(intake.stream, rows.head)
        self.vault.members.forget_rejected(intake.stream)
        mine, hashed = self._recorded(first) if ends.resumed else ({}, sha256())
        tally, added = self._pages(rows, mine, hashed)
        rows.require_same()
        self.vault.members.end(intake.stream)
        return first, added + ends.close(intake.closed(tally, "sha256:" + hashed.hexdigest(), self.now()))

    def _pages(self, rows: Rows, mine: Mapping[bytes, bool], hashed: Any) -> tuple[Tally, int]:
        dated = (self.intake.frozen, self.intake.opened.effective)
        sorter = Sorter(self.ledger, self.vault, self.intake.stream, mine, self.intake.judge, *dated)
        leaves = self.intake.leaves or MemberLeaves(self.intake.member)
        registered = amended = held = 0
        last = NO_KEY
        rejected: Counter[str] = Counter()
        for start in range(0, rows.total, PAGE_ROWS):
            self.progress(start, rows.total)
            page = rows.page(start, start + PAGE_ROWS)
            done = self._page(page, last, sorter, leaves, hashed)
            last = done.last
            registered += done.before + len(done.accepted)
            amended += done.before_amended + len(done.amended)
            held += done.held
            rejected.update(row.code for row in done.rejected)
        self.progress(rows.total, rows.total)
        return Tally(registered, held, rejected, amended), registered + amended - len(mine)

    def _page(self, page: list[Row], last: bytes, sorter: Sorter, leaves: Leaves, hashed: Any) -> Sorted:
        """Record one page; if somebody else registers one of its members meanwhile, sort it anew."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._record(sorter.sort(page, last), leaves, hashed)
            except ConflictError:
                continue
        return self._record(sorter.sort(page, last), leaves, hashed)

    def _record(self, done: Sorted, leaves: Leaves, hashed: Any) -> Sorted:
        if not done.accepted and not done.amended and not done.rejected:
            return done
        now = self.now()
        stream = self.intake.stream
        people = [(row.key, 1, row.identity, said) for row, _, digest, said in done.accepted if not digest]
        people += [(row.key, n, row.identity, said) for row, _, digest, said, n in done.amended if not digest]
        packed, members = self.vault.members.pack(stream, people)
        fresh = iter(packed)
        digests = [digest or next(fresh) for _, _, digest, _ in done.accepted]
        digests += [digest or next(fresh) for _, _, digest, _, _ in done.amended]
        ends = [part[end][1] for part in (done.accepted, done.amended) if part for end in (0, -1)]
        self.vault.members.put(stream, members, done.rejected, (min(ends, default=""), max(ends, default=""), now))
        if not digests:
            return done
        written = self._append(done, leaves, digests, now)
        for _, _, _, leaf in written:
            hashed.update(leaf_hash(leaf))
        return done

    def _append(self, done: Sorted, leaves: Leaves, digests: list[str], now: str) -> list[NewRow]:
        """Append a page's members: those registered, then those amended."""
        blinds = random_texts(self.draw, len(digests))
        accepted = [(row, key) for row, key, _, _ in done.accepted]
        amended = [(row, key, version) for row, key, _, _, version in done.amended]
        later = len(accepted)
        written: list[NewRow] = []

        def rows_at(recorded: str) -> list[NewRow]:
            written[:] = leaves.rows(accepted, digests[:later], blinds[:later], recorded)
            if amended:
                again = MemberLeaves(self.intake.member, MemberAmended)
                written.extend(again.amended(amended, digests[later:], blinds[later:], recorded))
            return written

        self.ledger.append_leaves(rows_at, now, Guard({self.intake.stream: 1, **self.intake.guarded}))
        return written

    def _recorded(self, after: int) -> tuple[dict[bytes, bool], Any]:
        """Give the keys of what this intake has in the ledger, and hash their leaf hashes in order."""
        hashed = sha256()
        keys = {}
        for _, event in self.ledger.scan(after + 1):
            if event.batch == self.intake.stream:
                hashed.update(leaf_hash(encode(event)))
                keys[bytes.fromhex(event.stream.rpartition("/")[2])] = isinstance(event, MemberAmended)
        return keys, hashed

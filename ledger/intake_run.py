"""Taking in a register: page by page, members to the vault and then to the ledger, rejected rows to the vault alone.

A kill leaves at most one page in the vault whose members are not in the ledger. Given the same file again, the rows
come in the same order, what is in the ledger is passed over, and what only the vault has is gone on with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from typing import Any

from ledger.event import Event
from ledger.intake import NO_KEY, PERSON, Intake, Leaves, Row, Rows, Tally, prefix_of
from ledger.leaf import Draw, conceal, encode, random_texts
from ledger.member_leaf import STANDINGS_MAX, MemberLeaves
from ledger.member_vault import Known, RejectedRow
from ledger.record import Record
from ledger.recorder import PAGE_ROWS, ConflictError, Guard, NewRow
from ledger.seal.merkle import leaf_hash
from ledger.streams.signature import Signed
from ledger.vault import Vault

ATTEMPTS = 8  # times that a page is sorted anew because somebody else registered one of its members meanwhile
ERASED = "member-erased"
SINGLY = "recorded-singly"


# A row to register, its key, the digest of its disclosure if the vault has that already, the digest of the row.
Accepted = tuple[Row, str, str, bytes]


@dataclass(slots=True)
class Sorted:
    """A page sorted: rows to register, how many were before by this intake or are held, and rows rejected."""

    accepted: list[Accepted] = field(default_factory=list)
    before: int = 0
    held: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    last: bytes = NO_KEY  # key of the last row accepted or held, here or before


class Sorter:
    """Says what becomes of rows, by what ledger and vault hold.

    Args:
        mine: keys that this intake has registered already.
        judge: row -> the code it is rejected for, or nothing.
    """

    def __init__(
        self,
        ledger: Record,
        vault: Vault,
        intake: str,
        mine: frozenset[bytes] = frozenset(),
        judge: Callable[[Row], str] | None = None,
    ) -> None:
        self._ledger = ledger
        self._vault = vault
        self._mine = mine
        self._judge = judge
        self._prefix = prefix_of(intake)
        self._hashed = blake2b(key=vault.keyed("rows of registers", b""), digest_size=16)
        self._texts: dict[Any, str] = {}

    def sort(self, page: list[Row], last: bytes) -> Sorted:
        """Sort a page of rows.

        Args:
            last: key of the last row accepted or held before this page.
        """
        done = Sorted(last=last)
        first_name, last_name = page[0].key.hex(), page[-1].key.hex()
        taken = self._ledger.streams_between(self._prefix + first_name, self._prefix + last_name)
        known = self._vault.members.known(first_name, last_name)
        fresh = not (taken or known or self._mine)
        accepted, digest, judge = done.accepted, self._digest, self._judge
        for row in page:
            key = row.key.hex()
            code = row.code
            if not code and row.key == done.last:
                code = "row-repeated"
            if judge and not code:
                code = judge(row)
            if not code and fresh:
                done.last = row.key
                accepted.append((row, key, "", digest(row)))
            elif not code:
                code = self._place(row, key, taken, known, done)
            if code:
                raw = b"" if code == ERASED else row.raw  # what was erased is not taken in again this way
                done.rejected.append(RejectedRow(row.number, key, code, raw))
        return done

    def _place(self, row: Row, key: str, taken: set[str], known: Mapping[str, Known], done: Sorted) -> str:
        """Give the code of a row that is fit by itself and yet rejected; else enter it."""
        done.last = row.key
        if row.key in self._mine:
            done.before += 1
            return ""
        held = known.get(key)
        if held is None and self._prefix + key in taken:
            return SINGLY if self._vault.holds(f"{PERSON}{key}") else ERASED
        digest = self._digest(row)
        if held is None or self._prefix + key not in taken:
            if held is not None and held.row != digest:
                return "being-registered"
            done.accepted.append((row, key, held.digest if held else "", digest))
            return ""
        if held.row != digest:
            return "differs-from-register"
        done.held += 1
        return ""

    def _digest(self, row: Row) -> bytes:
        """Give the keyed digest of what a row says, in whatever columns it says it."""
        text = self._texts.get(row.standing)
        if text is None:
            if len(self._texts) >= STANDINGS_MAX:
                self._texts.clear()
            text = self._texts[row.standing] = "\n".join(str(part or "") for part in row.standing)
        hashed = self._hashed.copy()
        hashed.update(f"{text}\n{row.days[0]}\n{row.days[1]}\n{row.identity}".encode())
        return hashed.digest()


def preview(
    ledger: Record,
    vault: Vault,
    rows: Rows,
    intake: str,
    progress: Callable[[int, int], None],
    judge: Callable[[Row], str] | None = None,
) -> Tally:
    """Say what would become of the rows of a file; nothing is written."""
    sorter = Sorter(ledger, vault, intake, judge=judge)
    accepted = held = 0
    last = NO_KEY
    rejected: Counter[str] = Counter()
    for start in range(0, rows.total, PAGE_ROWS):
        progress(start, rows.total)
        done = sorter.sort(rows.page(start, start + PAGE_ROWS), last)
        last = done.last
        accepted += len(done.accepted)
        held += done.held
        rejected.update(row.code for row in done.rejected)
    progress(rows.total, rows.total)
    return Tally(accepted, held, rejected)


@dataclass(slots=True)
class Taking:
    """One intake being carried out at the desk."""

    ledger: Record
    vault: Vault
    intake: Intake
    draw: Draw
    now: Callable[[], str]
    progress: Callable[[int, int], None]

    def run(self, guard: Guard, signed: Signed | None, command: tuple[str, bytes]) -> tuple[int | None, int]:
        """Open the intake, or go on with one that was left open, then reconcile it; it is signed as it is opened.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        intake, rows = self.intake, self.intake.rows
        found = self.ledger.stream(intake.stream)
        ends = [conceal(signed, self.draw)[0]] if signed else []
        opening = [conceal(intake.opened, self.draw)[0], *ends]
        first = found[0][0] if found else self.ledger.append(opening, guard).position
        self.vault.members.begin(intake.stream, rows.head)
        self.vault.members.forget_rejected(intake.stream)
        mine, hashed = self._recorded(first) if found else (frozenset(), sha256())
        tally, added = self._pages(rows, mine, hashed)
        rows.require_same()
        self.vault.members.end(intake.stream)
        closed = intake.closed(tally, "sha256:" + hashed.hexdigest(), self.now())
        closing = [
            stamped(event, closed.recorded) for event in (conceal(closed, self.draw)[0], *(ends if found else ()))
        ]
        self.ledger.append(closing, Guard(command=command, until=guard.until if found else ""))
        return first, added + len(closing) + (0 if found else len(opening))

    def _pages(self, rows: Rows, mine: frozenset[bytes], hashed: Any) -> tuple[Tally, int]:
        sorter = Sorter(self.ledger, self.vault, self.intake.stream, mine, self.intake.judge)
        leaves = self.intake.leaves or MemberLeaves(self.intake.member)
        before = added = held = 0
        last = NO_KEY
        rejected: Counter[str] = Counter()
        for start in range(0, rows.total, PAGE_ROWS):
            self.progress(start, rows.total)
            page = rows.page(start, start + PAGE_ROWS)
            done = self._page(page, last, sorter, leaves, hashed)
            last = done.last
            before += done.before
            added += len(done.accepted)
            held += done.held
            rejected.update(row.code for row in done.rejected)
        self.progress(rows.total, rows.total)
        return Tally(before + added, held, rejected), added

    def _page(self, page: list[Row], last: bytes, sorter: Sorter, leaves: Leaves, hashed: Any) -> Sorted:
        """Record one page; if somebody else registers one of its members meanwhile, sort it anew."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._record(sorter.sort(page, last), leaves, hashed)
            except ConflictError:
                continue
        return self._record(sorter.sort(page, last), leaves, hashed)

    def _record(self, done: Sorted, leaves: Leaves, hashed: Any) -> Sorted:
        if not done.accepted and not done.rejected:
            return done
        now = self.now()
        stream = self.intake.stream
        people = [(row.key, row.identity, said) for row, _, digest, said in done.accepted if not digest]
        packed, members = self.vault.members.pack(stream, people)
        fresh = iter(packed)
        digests = [digest or next(fresh) for _, _, digest, _ in done.accepted]
        first, last = (done.accepted[0][1], done.accepted[-1][1]) if done.accepted else ("", "")
        self.vault.members.put(stream, members, done.rejected, (first, last, now))
        if not done.accepted:
            return done
        blinds = random_texts(self.draw, len(digests))
        accepted = [(row, key) for row, key, _, _ in done.accepted]
        written: list[NewRow] = []

        def rows_at(recorded: str) -> list[NewRow]:
            written[:] = leaves.rows(accepted, digests, blinds, recorded)
            return written

        self.ledger.append_leaves(rows_at, now, Guard({stream: 1}))
        for _, _, _, leaf in written:
            hashed.update(leaf_hash(leaf))
        return done

    def _recorded(self, after: int) -> tuple[frozenset[bytes], Any]:
        """Give the keys of the members of this intake that are in the ledger, and hash their leaf hashes in order."""
        hashed = sha256()
        keys = []
        for _, event in self.ledger.scan(after + 1):
            if event.batch == self.intake.stream:
                hashed.update(leaf_hash(encode(event)))
                keys.append(bytes.fromhex(event.stream.rpartition("/")[2]))
        return frozenset(keys), hashed


def stamped(event: Event, recorded: str) -> Event:
    """Give an event that carries this recording time."""
    return event if event.recorded == recorded else event.model_copy(update={"recorded": recorded})

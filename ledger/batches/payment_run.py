"""Taking in a bank's file of payments: page by page, to the ledger what is matched, to the vault what is not.

Given the same file again, the rows come in the same order: what is in the ledger is passed over. If something else is
recorded of an application or of a reference meanwhile, the page is decided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from struct import Struct
from typing import Any, NamedTuple

from ledger.batches.ends import AtDesk, BatchEnds, stamped
from ledger.batches.intake import APPLICATION, Row, Rows
from ledger.batches.paying import ACCEPTED, HELD, Fate, Kind, Paying, PaymentClaim, Sum, Sums, Unread
from ledger.decision import State, fold
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.leaf import conceal, encode
from ledger.privacy.bank_rows import BankRow
from ledger.privacy.member_vault import RejectedRow
from ledger.record import Record
from ledger.seal.merkle import leaf_hash
from ledger.storage.recorder import ConflictError, Guard
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import FeeFailed, FeeReceived, FeeRefunded
from ledger.streams.payment import KINDS, Payment, payment_events, payment_stream, require_payable

ENTRY = Struct(">12sBI")  # key of the reference, kind, line
PAGE = 2_500  # rows of one transaction, each of two events
ATTEMPTS = 8  # times that a page is decided anew
UNMATCHED = "unmatched-payment"
REPEATED = "duplicate-payment-ref"

First = Mapping[tuple[str, Kind], int]  # reference, kind -> the first line of the file that has both


class Decided(NamedTuple):
    """A page decided: events to record, what became of each row, and the rows that were rejected, as they stood too."""

    events: list[Event]
    fates: list[tuple[Fate, int]]
    rejected: list[RejectedRow]
    bank: list[BankRow]


@dataclass(slots=True)
class Page:
    """One page being decided: applications and payments as they stand after the rows before.

    Attributes:
        batch: the stream of the file; `envelope` what its events have in common.
        known: (application, reference, kind) -> the event on record.
    """

    batch: str
    envelope: Mapping[str, Any]
    ledger: Record
    now: str
    applications: dict[str, Application] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    known: dict[tuple[str, str, str], FeeReceived | FeeFailed | FeeRefunded] = field(default_factory=dict)

    def read(self, first: str, last: str) -> None:
        """Read the applications whose keys are between two."""
        names = {kind: name for name, kind in KINDS.items()}
        for _, event in self.ledger.events_between(APPLICATION + first, APPLICATION + last):
            key = event.stream.removeprefix(APPLICATION)
            self.applications[key] = self.applications.get(key, application_stream(key)).evolve(event)
            if isinstance(event, FeeReceived | FeeFailed | FeeRefunded):
                self.known[key, event.payment, names[type(event)]] = event

    def decide(self, rows: list[Row], first: First) -> Decided:
        """Decide on the rows of the page, in their order; of rows that have one reference and kind, on the first."""
        done = Decided([], [], [], [])
        for row in rows:
            key, claim = row.key.hex(), row.standing if isinstance(row.standing, PaymentClaim) else None
            code, again = row.code, False
            if not code and claim:
                again = first.get((claim.payment, claim.kind), row.number) != row.number
                code = REPEATED if again else self._place(key, claim, row.days[0] or "", done)
            kind, currency, amount = (claim.kind, claim.currency, claim.amount) if claim else (None, None, 0)
            done.fates.append((Fate(code, kind, currency), amount))
            if code not in (ACCEPTED, HELD):
                done.rejected.append(RejectedRow(row.number, key, code, row.raw))
                known = row.standing if isinstance(row.standing, Unread) else claim
                if known:
                    said = (known.payment, known.kind or "", code, currency or "", amount)
                    done.bank.append(BankRow(row.number, *said, again=again))
        return done

    def _place(self, key: str, claim: PaymentClaim, day: str, done: Decided) -> str:
        """Give what becomes of a row that is fit by itself: accepted, held, or the code it is rejected for."""
        before = self.known.get((key, claim.payment, claim.kind))
        if before and (before.amount, before.currency, before.day) == (claim.amount, claim.currency, day):
            return ACCEPTED if before.batch == self.batch else HELD
        application = self.applications.get(key) or application_stream(key)
        payment = self._payment(claim.payment)
        said: tuple[Kind, int, str, str] = (claim.kind, claim.amount, claim.currency, day)
        try:
            require_payable(application, payment, *said, self.now[:10])
        except RefusedError as refused:
            return UNMATCHED if refused.code == "unknown-application" else refused.code
        paid, matched = payment_events(self._on, application, payment, *said)
        self.applications[key] = application.evolve(paid)
        self.payments[claim.payment] = payment.evolve(matched)
        done.events.extend((paid, matched))
        return ACCEPTED

    def _payment(self, key: str) -> Payment:
        if key not in self.payments:
            state = payment_stream(key)
            self.payments[key] = fold(state, (event for _, event in self.ledger.stream(state.stream)))
        return self.payments[key]

    def _on(self, state: State) -> Mapping[str, Any]:
        return {**self.envelope, "recorded": self.now, "stream": state.stream, "version": state.version + 1}


@dataclass(slots=True)
class PaymentTaking(AtDesk):
    """One file of payments being carried out at the desk."""

    paying: Paying
    hashed: Any = field(default_factory=sha256)

    def run(self, ends: BatchEnds) -> tuple[int, int]:
        """Open the file, or go on with one that was left open, then reconcile it.

        Returns:
            Position of the event that opened it, and the number of events recorded now.
        """
        paying, rows = self.paying, self.paying.rows
        first = ends.open(paying.stream, paying.opened)
        self.vault.members.begin(paying.stream, rows.head)
        self.vault.members.forget_rejected(paying.stream)
        self.vault.members.bank.begin(paying.stream)
        self._hash_recorded(first)
        added, sums = 0, dict[Fate, Sum]()
        first_lines = first_of(rows)
        for start in range(0, rows.total, PAGE):
            self.progress(start, rows.total)
            added += self._page(rows.page(start, start + PAGE), first_lines, sums)
        self.progress(rows.total, rows.total)
        rows.require_same()
        closed = paying.closed(sums, "sha256:" + self.hashed.hexdigest(), self.now())
        return first, added + ends.close(closed)

    def _page(self, rows: list[Row], first: First, sums: dict[Fate, Sum]) -> int:
        """Record one page, and give how many events that took."""
        opened = self.paying.opened
        envelope = {"actor": opened.actor, "batch": self.paying.stream, "effective": opened.effective}
        for attempt in range(ATTEMPTS):
            page = Page(self.paying.stream, envelope, self.ledger, self.now())
            page.read(rows[0].key.hex(), rows[-1].key.hex())
            decided = page.decide(rows, first)
            try:
                self._append([conceal(event, self.draw)[0] for event in decided.events], page.now)
                break
            except ConflictError:
                if attempt + 1 == ATTEMPTS:
                    raise
        self.vault.members.put(self.paying.stream, [], decided.rejected, ("", "", ""))
        self.vault.members.bank.put(self.paying.stream, decided.bank)
        add_up(sums, decided)
        return len(decided.events)

    def _append(self, events: list[Event], now: str) -> None:
        if not events:
            return
        recorded = self.ledger.append(events, Guard({self.paying.stream: 1})).recorded
        for event in events:
            self.hashed.update(leaf_hash(encode(stamped(event, recorded))))

    def _hash_recorded(self, after: int) -> None:
        """Hash the leaf hashes of what this file has led to already, in order."""
        for _, event in self.ledger.scan(after + 1):
            if event.batch == self.paying.stream:
                self.hashed.update(leaf_hash(encode(event)))


def first_of(rows: Rows) -> First:
    """Find which references a file has more than once for one kind, and the first line of each: that one counts."""
    names = sorted(KINDS)
    found = sorted(
        ENTRY.pack(bytes.fromhex(row.standing.payment), names.index(row.standing.kind), row.number)
        for start in range(0, rows.total, PAGE)
        for row in rows.page(start, start + PAGE)
        if isinstance(row.standing, PaymentClaim)
    )
    first: dict[tuple[str, Kind], int] = {}
    for before, after in pairwise(found):
        if before[:-4] == after[:-4]:
            payment, kind, line = ENTRY.unpack(before)
            first.setdefault((payment.hex(), names[kind]), line)
    return first


def look_through(ledger: Record, rows: Rows, batch: str, now: str, progress: Callable[[int, int], None]) -> Sums:
    """Say what would become of the rows of a file; nothing is written, and pages do not see those before them."""
    sums: dict[Fate, Sum] = {}
    first = first_of(rows)
    envelope = {"actor": "nobody", "batch": batch, "effective": now}
    for start in range(0, rows.total, PAGE):
        progress(start, rows.total)
        found = rows.page(start, start + PAGE)
        page = Page(batch, envelope, ledger, now)
        page.read(found[0].key.hex(), found[-1].key.hex())
        add_up(sums, page.decide(found, first))
    progress(rows.total, rows.total)
    return sums


def add_up(sums: dict[Fate, Sum], decided: Decided) -> None:
    """Add what became of a page's rows to the sums."""
    for fate, amount in decided.fates:
        found = sums.setdefault(fate, Sum())
        found.rows += 1
        found.amount += amount

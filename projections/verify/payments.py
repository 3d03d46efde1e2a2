"""The check of payments: each is decided again, by the application and the bank's reference as they stood before it.

A payment is two events, one after the other: what it is to the application, and that its reference is used up. The
latter are read first, and kept as some thirty bytes each; the former come by as the applications are gone over.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct

from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.storage.store import Ledger
from ledger.streams.application import Application
from ledger.streams.application_events import FeeFailed, FeeReceived, FeeRefunded
from ledger.streams.payment import KINDS, PREFIX, Payment, PaymentKind, PaymentMatched, payment_stream, require_payable
from projections.applications.admissions import streams_in_order
from projections.verify.application_steps import step_again
from projections.verify.bulk import KEY
from projections.verify.finding import Finding

Fee = FeeReceived | FeeFailed | FeeRefunded
ENTRY = Struct(">12sQ12sB")  # key of the reference, position, key of the application, kind
NAMES = tuple(KINDS)
CHECK = "E10"


@dataclass(slots=True)
class Payments:
    """Which references were matched to which applications, in the order of their keys, those of one as recorded.

    Attributes:
        entries: one ENTRY of each match; `found`, a byte of each, 1 once its payment was seen.
        odd: position and stream of matches of what can be no reference.
        unread: keys of references that cannot be read, which is a finding of the page of the record that they are on.
        whole: whether every application could be read, so that what was not found is not there.
    """

    entries: bytearray = field(default_factory=bytearray)
    found: bytearray = field(default_factory=bytearray)
    odd: list[tuple[int, str]] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    whole: bool = True

    @classmethod
    def of(cls, ledger: Ledger) -> Payments:
        """Read them, a page of streams at a time."""
        payments = cls()
        for page in streams_in_order(ledger, PREFIX):
            try:
                payments._take(list(ledger.events_between(page[0], page[-1])))
            except EvidenceError:
                for stream in page:
                    try:
                        payments._take(ledger.stream(stream))
                    except EvidenceError:
                        payments.unread.add(stream.removeprefix(PREFIX))
        payments.found = bytearray(len(payments.entries) // ENTRY.size)
        return payments

    def _take(self, events: list[tuple[int, Event]]) -> None:
        for position, event in events:
            key = event.stream.removeprefix(PREFIX)
            if not isinstance(event, PaymentMatched):  # a stream that does not replay is a finding of its own
                continue
            if KEY.fullmatch(key):
                of, kind = bytes.fromhex(event.application), NAMES.index(event.kind)
                self.entries += ENTRY.pack(bytes.fromhex(key), position, of, kind)
            else:
                self.odd.append((position, event.stream))

    def again(self, position: int, event: Fee, application: Application) -> Iterator[Finding]:
        """E10: find why the desk would have refused a payment, and whether its reference is used up by it.

        Args:
            application: as it stood before.
        """
        if event.payment in self.unread:
            return
        payment, matched = self._before(position, event.payment)
        kind = next(name for name in NAMES if isinstance(event, KINDS[name]))
        if event.batch is None:
            yield from step_again(position, event, application, payment)
        else:
            said = (event.amount, event.currency, event.day)
            try:
                require_payable(application, payment, kind, *said, event.recorded[:10])
            except RefusedError as refused:
                yield Finding(CHECK, refused.code, position, event.stream, str(refused.expected), str(refused.found))
        if (number := matched.get((position + 1, application.key, kind))) is not None:
            self.found[number] = 1
        else:
            expected = f"right after it, that {payment.stream} is matched to it as {kind}"
            yield Finding(CHECK, "payment-unmatched", position, event.stream, expected, "none")

    def alone(self) -> Iterator[Finding]:
        """E10: find what was matched without a payment; asked once every application was gone over."""
        unseen = list(self.odd)
        if self.whole:
            unseen += [(at, PREFIX + key) for key, at, *_ in map(self._entry, self._unfound())]
        for position, stream in unseen:
            expected = "right before it, the payment that it is of"
            yield Finding(CHECK, "matched-alone", position, stream, expected, "none")

    def _unfound(self) -> Iterator[int]:
        number = self.found.find(0)
        while number >= 0:
            yield number
            number = self.found.find(0, number + 1)

    def _entry(self, number: int) -> tuple[str, int, str, PaymentKind]:
        key, position, application, kind = ENTRY.unpack_from(self.entries, number * ENTRY.size)
        return key.hex(), position, application.hex(), NAMES[kind]

    def _before(self, position: int, key: str) -> tuple[Payment, dict[tuple[int, str, str], int]]:
        """Give a payment as it stood before a position, and what is on record of it since: what -> which entry."""
        payment = payment_stream(key)
        since: dict[tuple[int, str, str], int] = {}
        sought = bytes.fromhex(key)
        number = bisect_left(range(len(self.found)), sought, key=self._key)
        while number < len(self.found) and self._key(number) == sought:
            _, at, application, kind = self._entry(number)
            if at < position:
                payment = Payment(payment.stream, payment.version + 1, application, (*payment.kinds, kind))
            else:
                since[at, application, kind] = number
            number += 1
        return payment, since

    def _key(self, number: int) -> bytes:
        start = number * ENTRY.size
        return bytes(self.entries[start : start + 12])

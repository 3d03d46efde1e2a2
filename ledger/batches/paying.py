"""Payments by the thousand: rows of a bank's file, in the order of the applications that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ledger.batches.intake import Rows
from ledger.event import Event

ACCEPTED, HELD = "accepted", "held"

Kind = Literal["received", "failed", "refunded"]


class PaymentClaim(NamedTuple):
    """What a row says: the key of the bank's reference, what it was, and how much, in the smallest unit."""

    payment: str
    kind: Kind
    amount: int
    currency: str


class Unread(NamedTuple):
    """What is known of a row that cannot be read whole: the key of the bank's reference, and what it was, if known."""

    payment: str
    kind: Kind | None


class Fate(NamedTuple):
    """What became of rows: `accepted`, `held` or the code they were rejected for; and what they were, if known."""

    fate: str
    kind: Kind | None
    currency: str | None


@dataclass(slots=True)
class Sum:
    """How many rows, and how much they come to in the smallest unit."""

    rows: int = 0
    amount: int = 0


Sums = Mapping[Fate, Sum]


@dataclass(frozen=True, slots=True)
class Paying:
    """A file of payments to be carried out, readers seeing all of it or nothing.

    Attributes:
        stream: the batch's own stream; its last part is the keyed digest of the file and how it is read.
        opened: the event that opens it.
        rows: of the file; a row's `standing` is its `PaymentClaim`, and its first day that of the payment.
        closed: sums, digest of the events' leaf hashes, moment -> the event that closes it.
    """

    stream: str
    opened: Event
    rows: Rows
    closed: Callable[[Sums, str, str], Event]

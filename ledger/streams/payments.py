"""`payments/<election>/<file>`: a bank's file of payments, matched to applications by receipt number and reference.

What cannot be matched is kept in the vault, with its code, to be put right and imported again. The sums say what the
file comes to, row by row: what was recorded, what was held before, and what was rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field

from ledger.batches.paying import Paying, Sums
from ledger.decision import Act, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.fee import Currency
from ledger.streams.member import Given, IntakeId


class PaymentsReceived(Event):
    """A bank's file of payments was received, `file` the keyed digest of it and of how it is read."""

    audience = Audience.RESTRICTED
    type: Literal["payments-received.v1"] = "payments-received.v1"
    election: Id
    file: IntakeId
    rows: Count


class PaymentSum(Canonical):
    """How many rows of a file had one fate, and what they come to in the currency's smallest unit.

    `fate` is accepted, held or the code of the rejection; kind and currency are left out where a row could not be read.
    """

    amount: Count
    currency: Currency | None = None
    fate: Id
    kind: Literal["received", "failed", "refunded"] | None = None
    rows: Count


class PaymentsReconciled(Event):
    """A file of payments was taken in whole: every row is in one of the sums.

    `digest` is the SHA-256 over the leaf hashes (RFC 6962) of the events recorded, in the order of the ledger.
    """

    audience = Audience.RESTRICTED
    type: Literal["payments-reconciled.v1"] = "payments-reconciled.v1"
    digest: Hash
    election: Id
    file: IntakeId
    rows: Count
    sums: tuple[PaymentSum, ...]


@dataclass(frozen=True, slots=True)
class PaymentsFile(State):
    """A file of payments as it stands: absent, open, or reconciled."""

    received: PaymentsReceived | None = None
    reconciled: PaymentsReconciled | None = None

    def evolve(self, event: Event) -> PaymentsFile:
        """Give the file after one more event."""
        match event:
            case PaymentsReceived():
                return replace(self, version=event.version, received=event)
            case PaymentsReconciled():
                return replace(self, version=event.version, reconciled=event)
        raise TypeError(f"{event.type} does not belong to a file of payments")


def payments_stream(election: str, file: str) -> PaymentsFile:
    """Name the stream of a file of payments."""
    return PaymentsFile(f"payments/{election}/{file}")


class ReceivePayments(Given):
    """Take in a bank's file of payments, as one batch: pollbook import payments FILE --mapping MAP.

    Each row is matched to an application by its receipt number; a bank's reference is used once. What cannot be
    matched is kept in the vault, to be put right and imported again.
    """

    signed = True

    election: Id = Field(description="id of the election")


@decision(
    ReceivePayments,
    election=lambda c, _: election_stream(c.election),
    payments=lambda c, _: payments_stream(c.election, c.file),
)
def receive_payments(command: ReceivePayments, act: Act, election: Election, payments: PaymentsFile) -> Outcome:
    """Decide that a file of payments may be taken in, or gone on with; nothing is to do where it was.

    Raises:
        RefusedError: `unknown-election`, `no-rows-given`, `batch-differs`, in that order.
    """
    require_election(election, command.election)
    if payments.reconciled:
        return Outcome()
    where = f"payments of election {command.election}, file {command.file}"
    if command.source is None:
        remedy = "Give the file: pollbook import payments FILE --mapping MAP"
        raise refused("no-rows-given", where, "the rows of a file", "none", remedy)
    before = payments.received
    if before and before.rows != command.rows:
        remedy = "Give the file that the import was begun with"
        raise refused("batch-differs", where, f"{before.rows} rows", command.rows, remedy)
    shared: dict[str, Any] = {"election": command.election, "file": command.file, "rows": command.rows}
    opened = before or PaymentsReceived(**act.on(payments), **shared)

    def closed(sums: Sums, digest: str, now: str) -> Event:
        envelope = act.on(payments) | {"version": 2, "recorded": now}
        return PaymentsReconciled(**envelope, **shared, digest=digest, sums=_told(sums))

    return Outcome((), Paying(payments.stream, opened, command.source, closed))


def _told(sums: Sums) -> tuple[PaymentSum, ...]:
    ordered = sorted(sums.items(), key=lambda each: tuple(part or "" for part in each[0]))
    return tuple(
        PaymentSum.model_validate({**fate._asdict(), "amount": found.amount, "rows": found.rows})
        for fate, found in ordered
    )

"""`payment/<key>` and what is paid for applications: received, failed, refunded, retained.

The key of a payment is the keyed digest of the bank's reference, under a secret of the vault. A reference is matched to
one application once; what failed later may name it again. Money that came in is recorded whatever the application has
come to. Amounts are in the currency's smallest unit, as pence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, Reads, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import INT_MAX, PersonKey
from ledger.streams.application import Application, application_stream, require_received
from ledger.streams.application_events import ApplicationReceived, FeeFailed, FeeReceived, FeeRefunded, FeeRetained
from ledger.streams.fee import Currency
from ledger.streams.nominated import Day

PREFIX = "payment/"

PaymentKind = Literal["received", "failed", "refunded"]
KINDS: Mapping[PaymentKind, type[FeeReceived | FeeFailed | FeeRefunded]] = {
    "received": FeeReceived,
    "failed": FeeFailed,
    "refunded": FeeRefunded,
}


class PaymentMatched(Event):
    """A payment was matched to an application, as received, failed or refunded: its reference is used up."""

    audience = Audience.RESTRICTED
    type: Literal["payment-matched.v1"] = "payment-matched.v1"
    application: PersonKey
    kind: PaymentKind


@dataclass(frozen=True, slots=True)
class Payment(State):
    """A bank's reference as it stands: which application it was matched to, and as what."""

    application: str = ""
    kinds: tuple[PaymentKind, ...] = ()

    def evolve(self, event: Event) -> Payment:
        """Give the payment after one more event."""
        match event:
            case PaymentMatched():
                kinds = (*self.kinds, event.kind)
                return replace(self, version=event.version, application=event.application, kinds=kinds)
        raise TypeError(f"{event.type} does not belong to a payment")


def payment_stream(key: str) -> Payment:
    """Name the stream of a payment by its key."""
    return Payment(f"{PREFIX}{key}")


def require_payable(
    application: Application, payment: Payment, kind: PaymentKind, amount: int, currency: str, day: str, today: str
) -> None:
    """Refuse a payment that cannot be so.

    Args:
        day: of the payment; `today` the day of recording, in UTC, that it may not come after.

    Raises:
        RefusedError: `unknown-application`, `future-dated`, `currency-differs`, `duplicate-payment-ref`,
            `payment-differs`, `refund-exceeds`, in that order.
    """
    received = require_received(application)
    if day > today:
        raise refused("future-dated", payment.stream, f"a day up to {today}", day, "Record it once it is so")
    if isinstance(received, ApplicationReceived) and currency != received.currency:
        raise refused("currency-differs", application.stream, received.currency, currency, "Correct the currency")
    taken_back = kind == "failed" and payment.kinds == ("received",)
    if payment.exists and not (taken_back and payment.application == application.key):
        found = f"one matched to {application_stream(payment.application).stream} as {' and '.join(payment.kinds)}"
        remedy = "Check the reference: the bank gives each payment its own"
        raise refused("duplicate-payment-ref", payment.stream, "a reference not matched yet", found, remedy)
    before = application.payments.get(payment.stream.removeprefix(PREFIX))
    if taken_back and before is not None and before.amount != amount:
        raise refused("payment-differs", payment.stream, f"{before.amount}, as received", amount, "Correct the amount")
    left = application.money - application.retained
    if kind == "refunded" and amount > left:
        raise refused(
            "refund-exceeds", application.stream, f"at most {left}, which is left of it", amount, "Refund less"
        )


def payment_events(
    on: Callable[[State], Mapping[str, Any]],
    application: Application,
    payment: Payment,
    kind: PaymentKind,
    amount: int,
    currency: str,
    day: str,
) -> tuple[Event, Event]:
    """Make the two events of a payment: what it is to the application, and that its reference is used up.

    Args:
        on: stream -> the envelope of its next event.
    """
    key = payment.stream.removeprefix(PREFIX)
    return (
        KINDS[kind](**on(application), amount=amount, currency=currency, day=day, payment=key),
        PaymentMatched(**on(payment), application=application.key, kind=kind),
    )


class _Paid(Command):
    application: PersonKey = Field(description="key of the application")
    payment: PersonKey = Field(description="keyed digest of the bank's reference: pollbook payment-key gives it")
    amount: int = Field(ge=1, le=INT_MAX, description="in the smallest unit: 300 is 3.00 in GBP")
    currency: Currency = Field(description="three letters of ISO 4217, such as GBP")
    day: Day = Field(description="day of the payment, YYYY-MM-DD")


OF_BOTH: Reads = {
    "application": lambda c, _: application_stream(c.application),
    "payment": lambda c, _: payment_stream(c.payment),
}


def _decide(command: _Paid, act: Act, application: Application, payment: Payment, kind: PaymentKind) -> Outcome:
    said = (command.amount, command.currency, command.day)
    require_payable(application, payment, kind, *said, act.now[:10])
    return Outcome(payment_events(act.on, application, payment, kind, *said))


class ReceiveFee(_Paid):
    """Record that money was received for an application; in full or in part, or more than once."""


@decision(ReceiveFee, **OF_BOTH)
def receive_fee(command: ReceiveFee, act: Act, application: Application, payment: Payment) -> Outcome:
    """Decide that money may be recorded as received; whether it suffices is for the payment check to say.

    Raises:
        RefusedError: what `require_payable` raises.
    """
    return _decide(command, act, application, payment, "received")


class FailFee(_Paid):
    """Record that a payment for an application failed, or was taken back by the bank after it was received."""


@decision(FailFee, **OF_BOTH)
def fail_fee(command: FailFee, act: Act, application: Application, payment: Payment) -> Outcome:
    """Decide that a payment may be recorded as failed.

    Raises:
        RefusedError: what `require_payable` raises.
    """
    return _decide(command, act, application, payment, "failed")


class RefundFee(_Paid):
    """Record that money was paid back to an applicant, `payment` being the reference of the refund itself."""


@decision(RefundFee, **OF_BOTH)
def refund_fee(command: RefundFee, act: Act, application: Application, payment: Payment) -> Outcome:
    """Decide that money may be recorded as paid back: no more than was received and not retained.

    Raises:
        RefusedError: what `require_payable` raises.
    """
    return _decide(command, act, application, payment, "refunded")


class RetainFee(Command):
    """Record that money is kept although the application came to nothing."""

    application: PersonKey = Field(description="key of the application")
    amount: int = Field(ge=1, le=INT_MAX, description="in the smallest unit: 300 is 3.00 in GBP")
    day: Day = Field(description="day from which it counts as kept, YYYY-MM-DD")


@decision(RetainFee, application=lambda c, _: application_stream(c.application))
def retain_fee(command: RetainFee, act: Act, application: Application) -> Outcome:
    """Decide that money may be kept: the application came to nothing, and no more than is left of it.

    Raises:
        RefusedError: `unknown-application`, `future-dated`, `not-determined`, `retained-exceeds`, in that order.
    """
    require_received(application)
    where, today = application.stream, act.now[:10]
    if command.day > today:
        raise refused("future-dated", where, f"a day up to {today}", command.day, "Record it once it is so")
    if not application.late and application.ended in ("", "admitted"):
        expected = "an application that lapsed, was refused or withdrawn, or came late"
        raise refused("not-determined", where, expected, application.ended or "an open one", "Decide on it first")
    left = application.money - application.retained
    if command.amount > left:
        raise refused("retained-exceeds", where, f"at most {left}, which is left of it", command.amount, "Retain less")
    currency = next(each.currency for each in application.payments.values())
    event = FeeRetained(**act.on(application), amount=command.amount, currency=currency, day=command.day)
    return Outcome([event])

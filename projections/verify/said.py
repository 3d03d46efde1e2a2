"""What a verifier counts of events that came in batches, without keeping them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ledger.event import Event
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ChecksRun,
    CureInvited,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
)
from ledger.streams.checks import said_of
from ledger.streams.cures import counted_of
from ledger.streams.payment import PaymentMatched

PAID = {FeeReceived: "received", FeeFailed: "failed", FeeRefunded: "refunded"}
SAYING = (ApplicationAdmitted, ApplicationLapsed, ChecksRun, CureInvited, PaymentMatched, *PAID)


def said(event: Event) -> Mapping[object, int]:
    """Give what is added up of an event: outcomes, sections, grounds, causes, or money by kind and currency."""
    match event:
        case ChecksRun():
            return Counter(said_of(event))
        case ApplicationAdmitted():
            return {("section", event.section): 1, ("franchise", event.franchise): 1}
        case CureInvited():
            return Counter(["applications", *(("ground", name) for name in counted_of(event))])
        case ApplicationLapsed():
            return {("cause", event.cause): 1}
        case PaymentMatched():
            return {("matched", event.kind): 1}
        case FeeReceived() | FeeFailed() | FeeRefunded():
            which = (PAID[type(event)], event.currency)
            return {("rows", *which): 1, ("amount", *which): event.amount}
    return {}

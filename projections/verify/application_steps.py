"""What is recorded of an application between its receipt and its end: each step is decided again, on what stood then.

So nobody's time to put something right is over before its end, no referral is cleared that was not open, no fee is kept
of somebody who may still be admitted, no reference of a bank is used twice, no more is paid back than was received.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from ledger.decision import DECISIONS, Act, Command, State, read_states
from ledger.errors import RefusedError
from ledger.event import ENVELOPE, Event
from ledger.streams.application import Application
from ledger.streams.application_events import (
    ApplicationReferred,
    ApplicationWithdrawn,
    CureLapsed,
    CureSupplied,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
    FeeRetained,
    ReferralCleared,
)
from ledger.streams.applying import WithdrawApplication
from ledger.streams.body import Fault
from ledger.streams.cure import LapseCure, SupplyCure
from ledger.streams.payment import FailFee, ReceiveFee, RefundFee, RetainFee
from ledger.streams.referral import ClearReferral, ReferApplication
from ledger.streams.refused_application import require_no_case
from projections.verify.finding import Finding
from projections.verify.held import HeldApplications

STEPS: dict[type[Event], type[Command]] = {
    ApplicationReferred: ReferApplication,
    ApplicationWithdrawn: WithdrawApplication,
    CureLapsed: LapseCure,
    CureSupplied: SupplyCure,
    FeeFailed: FailFee,
    FeeReceived: ReceiveFee,
    FeeRefunded: RefundFee,
    FeeRetained: RetainFee,
    ReferralCleared: ClearReferral,
}
UNREAD = "x"  # stands for what the vault alone has


def step_again(
    position: int, event: Event, application: Application, beside: State, held: HeldApplications | None = None
) -> Iterator[Finding]:
    """E10: find why the desk would have refused a step, or what it would have recorded.

    Args:
        event: of a type in STEPS.
        application: as it stood before.
        beside: what else it is decided by, as it stood before: the election's grounds, or the payment.
        held: from where to where cases held applications; of payments not asked.
    """
    for code, expected, found in _faults(position, event, application, beside, held):
        yield Finding("E10", code, position, event.stream, expected, found)


def _faults(
    position: int, event: Event, application: Application, beside: State, held: HeldApplications | None
) -> Iterator[Fault]:
    kind = STEPS[type(event)]
    entry = DECISIONS[kind.verb]
    states = {application.stream: application, beside.stream: beside}
    try:
        command = kind.model_validate({**_fields(event, kind), "application": application.key})
        known = read_states(entry, command, lambda state: states.get(state.stream, state))
        decided, *_ = entry.decide(command, Act(event.actor, event.recorded, event.effective), **known).events
        if held is not None and isinstance(event, ApplicationWithdrawn):  # the cases are not among the states read
            require_no_case(application, held.cases(application.stream, position, event.batch))
    except RefusedError as refused:
        yield refused.code, str(refused.expected), str(refused.found)
        return
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        yield "field-differs", f"what {kind.verb} takes as {'.'.join(map(str, first['loc']))}", str(first["msg"])
        return
    for name in sorted(type(event).model_fields.keys() - ENVELOPE - set(event.private)):
        expected, found = getattr(decided, name), getattr(event, name)
        if expected != found:
            yield "field-differs", f"{name} {expected}", str(found)


def _fields(event: Event, kind: type[Command]) -> dict[str, Any]:
    """Give the fields of the command as the event has them."""
    names = (kind.model_fields.keys() - Command.model_fields.keys()) & type(event).model_fields.keys()
    return {name: UNREAD if name in event.private else getattr(event, name) for name in names}

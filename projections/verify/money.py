"""The checks of files of payments, and of admissions, invitations and lapses in bulk.

Each is opened, closed, and between the two is just what its close adds up to.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.batches.paying import ACCEPTED
from ledger.event import Event
from ledger.streams.admission import AdmissionClosed, AdmissionOpened
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    CureInvited,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
)
from ledger.streams.cure_events import InvitationClosed, InvitationOpened, LapseClosed, LapseOpened
from ledger.streams.payment import PaymentMatched
from ledger.streams.payments import PaymentsReceived, PaymentsReconciled
from projections.verify.bulk import Run
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

PAYMENT_KINDS = ("fee-failed.v1", "fee-received.v1", "fee-refunded.v1")
KINDS = {  # how a batch's stream begins -> types of its events, each with how their streams begin
    "admission": frozenset({("application-admitted.v1", "application/")}),
    "invitation": frozenset({("cure-invited.v1", "application/")}),
    "lapse": frozenset({("application-lapsed.v1", "application/")}),
    "payments": frozenset({*((kind, "application/") for kind in PAYMENT_KINDS), ("payment-matched.v1", "payment/")}),
}
TYPES = frozenset(kind for kinds in KINDS.values() for kind, _ in kinds)
EMPTY = "sha256:" + hashlib.sha256().hexdigest()

Opening = PaymentsReceived | AdmissionOpened | InvitationOpened | LapseOpened
Closing = PaymentsReconciled | AdmissionClosed | InvitationClosed | LapseClosed
Member = ApplicationAdmitted | ApplicationLapsed | CureInvited | FeeFailed | FeeReceived | FeeRefunded | PaymentMatched


@dataclass(slots=True)
class BulkSeen:
    """A file of payments or something in bulk, as its own events and those of applications show it."""

    opened: tuple[int, Opening] | None = None
    closed: tuple[int, Closing] | None = None
    runs: list[Run] = field(default_factory=list)


def check_money(record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """C3: every file of payments, and all that was done in bulk, is what the events between add up to."""
    seen: dict[str, BulkSeen] = {}
    for position, event in record.others:
        if isinstance(event, Opening):
            seen.setdefault(event.stream, BulkSeen()).opened = (position, event)
        elif isinstance(event, Closing):
            seen.setdefault(event.stream, BulkSeen()).closed = (position, event)
        elif isinstance(event, Member) and event.batch is not None:  # not of the form that those of a batch have
            yield _unexpected(position, event.stream, event.batch)
    for (batch, kind, stem), run in record.bulk.runs.items():
        if (kind, stem) in _kinds(batch):
            seen.setdefault(batch, BulkSeen()).runs.append(run)
        elif kind in TYPES or _kinds(batch):
            yield _unexpected(run.positions[0], stem, batch)
    open_ones = []
    for name, bulk in seen.items():
        yield from _check(name, bulk, record)
        if bulk.opened and not bulk.closed:
            open_ones.append(name)
    if open_ones:
        says = f"open, so that what came in them was not compared: {', '.join(sorted(open_ones))}"
        unchecked["C3"] = "; ".join(filter(None, [unchecked.get("C3"), says]))


def _kinds(batch: str) -> frozenset[tuple[str, str]]:
    """Give the types of events, each with how its streams begin, that come in a batch."""
    return KINDS.get(batch.partition("/")[0], frozenset())


def _unexpected(position: int, what: str, batch: str) -> Finding:
    expected = "what came of a file of payments, or was done in bulk, as it was opened, and nothing else"
    return Finding("C3", "member-unexpected", position, what, expected, batch)


def _check(name: str, bulk: BulkSeen, record: RecordRead) -> Iterator[Finding]:
    first = min((min(run.positions) for run in bulk.runs), default=0)
    last = max((max(run.positions) for run in bulk.runs), default=-1)
    if bulk.opened is None:
        yield Finding("C3", "batch-unopened", first, name, "a batch that was opened", "none")
        return
    position, opened = bulk.opened
    odd = {at for run in bulk.runs for shape, at in run.shapes.items() if shape != (opened.actor, opened.effective)}
    if bulk.runs and first < position:
        odd.add(first)
    for at in sorted(odd):
        yield _unexpected(at, name, name)
    if bulk.closed is None:
        return
    at, closed = bulk.closed
    digest = record.hashed.get(name)
    hashed = "sha256:" + digest.hexdigest() if digest else EMPTY
    said = record.bulk.said.get(name, Counter())
    expected = {key: number for key, number in _expected(opened, closed).items() if number}
    if (dict(said), hashed) != (expected, closed.digest):
        yield Finding(
            "C3", "batch-differs", at, name, f"{_shown(expected)}, {closed.digest}", f"{_shown(said)}, {hashed}"
        )
    if isinstance(closed, PaymentsReconciled) and isinstance(opened, PaymentsReceived):
        rows = sum(each.rows for each in closed.sums)
        if not rows == closed.rows == opened.rows:
            found = f"{closed.rows} rows, of which {rows} are accounted for"
            yield Finding("C3", "rows-differ", at, name, f"{opened.rows} rows, as received", found)
    if last > at:
        yield Finding("C3", "member-unexpected", last, name, f"nothing after event {at}", "something")


def _expected(opened: Event, closed: Closing) -> Mapping[object, int]:
    """Give what the events between have to add up to, as `said.said` counts them."""
    found: Counter[object] = Counter()
    if isinstance(closed, AdmissionClosed):
        for each in closed.admitted:
            found["section", each.section] += each.applications
        if isinstance(opened, AdmissionOpened):
            found["franchise", opened.franchise] = sum(each.applications for each in closed.admitted)
        return found
    if isinstance(closed, InvitationClosed):
        found["applications"] = closed.applications
        found.update({("ground", each.code): each.applications for each in closed.invited})
        return found
    if isinstance(closed, LapseClosed):
        found.update({("cause", each.code): each.applications for each in closed.lapsed})
        return found
    for sum_ in closed.sums:
        if sum_.fate == ACCEPTED:
            found["rows", sum_.kind, sum_.currency] += sum_.rows
            found["amount", sum_.kind, sum_.currency] += sum_.amount
            found["matched", sum_.kind] += sum_.rows
    return found


def _shown(said: Mapping[object, int]) -> str:
    parts = ((" ".join(map(str, key)) if isinstance(key, tuple) else str(key), n) for key, n in said.items())
    return ", ".join(f"{name} {number}" for name, number in sorted(parts)) or "nothing"

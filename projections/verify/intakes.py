"""The checks of registers taken in: each file received once, reconciled once, and between the two just its members."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.event import Event
from ledger.intake import prefix_of
from ledger.leaf import encode
from ledger.seal.merkle import leaf_hash
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from projections.verify.finding import Finding
from projections.verify.record import RecordRead


@dataclass(slots=True)
class IntakeSeen:
    """An intake as its members and its own events show it."""

    received: tuple[int, BatchReceived] | None = None
    reconciled: tuple[int, BatchReconciled] | None = None
    members: int = 0
    first_at: int = -1
    last_at: int = -1
    last_stream: str = ""
    hashed: hashlib._Hash = field(default_factory=hashlib.sha256)


def check_intakes(record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """C3: every register taken in, and its members in the order of their keys, as the batch they came in says."""
    intakes: dict[str, IntakeSeen] = {}
    for position, event in record.others:
        match event:
            case BatchReceived():
                intakes.setdefault(event.stream, IntakeSeen()).received = (position, event)
            case BatchReconciled():
                intakes.setdefault(event.stream, IntakeSeen()).reconciled = (position, event)
            case MemberRegistered() | ApplicationReceived() | ApplicationReceivedLate():
                if event.batch is None and not isinstance(event, MemberRegistered):
                    continue  # received by itself
                seen = intakes.setdefault(event.batch or "", IntakeSeen())
                yield from _take(seen, position, event)
    open_ones = []
    for name, seen in intakes.items():
        yield from _check(name, seen)
        if seen.received and not seen.reconciled:
            open_ones.append(name)
    if open_ones:
        says = f"open, so that their members do not count and were not compared: {', '.join(sorted(open_ones))}"
        unchecked["C3"] = "; ".join(filter(None, [unchecked.get("C3"), says]))


def _take(seen: IntakeSeen, position: int, event: Event) -> Iterator[Finding]:
    """Take a member in: one event of an own stream, as the batch says, under a key above the one before."""
    given = seen.received[1] if seen.received else None
    as_received = given is not None and (event.actor, event.effective) == (given.actor, given.effective)
    bare = event.authority is None and event.command is None and event.version == 1
    if not (
        as_received
        and bare
        and event.stream > seen.last_stream
        and event.stream.startswith(prefix_of(event.batch or ""))
    ):
        expected = "a member under a higher key than the one before, as the batch was received, and with nothing else"
        yield Finding("C3", "member-unexpected", position, event.stream, expected, event.batch or "of no batch")
    seen.members += 1
    seen.first_at = position if seen.first_at < 0 else seen.first_at
    seen.last_at = position
    seen.last_stream = event.stream
    seen.hashed.update(leaf_hash(encode(event)))


def _check(name: str, seen: IntakeSeen) -> Iterator[Finding]:
    what = name or "members without a batch"
    if seen.received is None:
        at = seen.first_at if seen.members else None
        yield Finding("C3", "batch-unopened", at, what, "a batch that was received", f"{seen.members} members of none")
    if seen.reconciled is None:
        return
    position, event = seen.reconciled
    said = (event.accepted, event.digest)
    found = (seen.members, "sha256:" + seen.hashed.hexdigest())
    if said != found:
        expected, other = (f"{count} members, {digest}" for count, digest in (said, found))
        yield Finding("C3", "batch-differs", position, what, expected, other)
    parts = event.accepted + event.held + sum(each.rows for each in event.rejected)
    rows = seen.received[1].rows if seen.received else event.rows
    if not parts == event.rows == rows:
        expected, found_rows = f"{rows} rows, as received", f"{event.rows}, of which {parts} are accounted for"
        yield Finding("C3", "rows-differ", position, what, expected, found_rows)
    if seen.last_at > position:
        yield Finding("C3", "member-unexpected", seen.last_at, what, f"no member after event {position}", "one")

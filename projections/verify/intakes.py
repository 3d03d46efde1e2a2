"""The checks of registers taken in: each file received once, reconciled once, and between the two just its members."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.batches.intake import prefix_of
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.membership import MemberAmended
from projections.verify.bulk import Run
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

AMENDED = MemberAmended.model_fields["type"].default
INTAKES = "intake/"
EMPTY = "sha256:" + hashlib.sha256().hexdigest()


@dataclass(slots=True)
class IntakeSeen:
    """An intake as its members and its own events show it: the members by type."""

    received: tuple[int, BatchReceived] | None = None
    reconciled: tuple[int, BatchReconciled] | None = None
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def members(self) -> tuple[int, int]:
        """How many came in it who are new, and how many who were amended."""
        amended = len(self.runs.get(AMENDED, ()))
        return sum(map(len, self.runs.values())) - amended, amended

    @property
    def span(self) -> tuple[int, int] | None:
        """The positions of its first and last members."""
        ends = [(min(run.positions), max(run.positions)) for run in self.runs.values()]
        return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else None


def check_intakes(record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """C3: every register taken in, and its members in the order of their keys, as the batch they came in says."""
    intakes: dict[str, IntakeSeen] = {}
    for position, event in record.others:
        match event:
            case BatchReceived():
                intakes.setdefault(event.stream, IntakeSeen()).received = (position, event)
            case BatchReconciled():
                intakes.setdefault(event.stream, IntakeSeen()).reconciled = (position, event)
            case MemberRegistered() | MemberAmended():  # not of the form that members of a batch have
                yield _unexpected(position, event.stream, event.batch)
                intakes.setdefault(event.batch or "", IntakeSeen())
    for (batch, kind, stem), run in record.bulk.runs.items():
        if not batch.startswith(INTAKES):
            continue
        seen = intakes.setdefault(batch, IntakeSeen())
        seen.runs[kind] = run
        yield from _check_run(seen, batch, kind, run)
        if stem != prefix_of(batch):
            yield _unexpected(run.positions[0], stem, batch)
    open_ones = []
    for name, seen in intakes.items():
        digest = record.hashed.get(name)
        yield from _check(name, seen, "sha256:" + digest.hexdigest() if digest else EMPTY)
        if seen.received and not seen.reconciled:
            open_ones.append(name)
    if open_ones:
        says = f"open, so that their members do not count and were not compared: {', '.join(sorted(open_ones))}"
        unchecked["C3"] = "; ".join(filter(None, [unchecked.get("C3"), says]))


def _unexpected(position: int, what: str, batch: str | None) -> Finding:
    expected = "a member under a higher key than the one before, as the batch was received, and with nothing else"
    return Finding("C3", "member-unexpected", position, what, expected, batch or "of no batch")


def _check_run(seen: IntakeSeen, batch: str, kind: str, run: Run) -> Iterator[Finding]:
    """Check members of a type: in order, as the batch was received, new ones first versions and amended ones not."""
    given = seen.received[1] if seen.received else None
    odd = {*run.odd}
    odd |= {at for shape, at in run.shapes.items() if given is None or shape != (given.actor, given.effective)}
    firsts = (n for n, version in enumerate(run.versions) if (version == 1) == (kind == AMENDED))
    odd |= {run.positions[n] for n in (next(firsts, None),) if n is not None}
    if seen.received and min(run.positions) < seen.received[0]:
        odd.add(min(run.positions))
    for position in sorted(odd):
        yield _unexpected(position, batch, batch)


def _check(name: str, seen: IntakeSeen, digest: str) -> Iterator[Finding]:
    what = name or "members without a batch"
    accepted, amended = seen.members
    if seen.received is None:
        found_none = f"{accepted + amended} members of none"
        yield Finding("C3", "batch-unopened", seen.span[0] if seen.span else None, what, "a batch received", found_none)
    if seen.reconciled is None:
        return
    position, event = seen.reconciled
    said = (event.accepted, event.amended or 0, event.digest)
    found = (accepted, amended, digest)
    if said != found:
        expected, other = (f"{one} members, {two} amended, {hashed}" for one, two, hashed in (said, found))
        yield Finding("C3", "batch-differs", position, what, expected, other)
    parts = event.accepted + (event.amended or 0) + event.held + sum(each.rows for each in event.rejected)
    rows = seen.received[1].rows if seen.received else event.rows
    if not parts == event.rows == rows:
        expected, found_rows = f"{rows} rows, as received", f"{event.rows}, of which {parts} are accounted for"
        yield Finding("C3", "rows-differ", position, what, expected, found_rows)
    if seen.span and seen.span[1] > position:
        yield Finding("C3", "member-unexpected", seen.span[1], what, f"no member after event {position}", "one")

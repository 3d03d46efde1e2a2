"""The checks of builds of the roll as batches: opened once, closed once, and between the two just its entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.streams.entry import EntryAdded
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.verify.bulk import Run
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

KIND = EntryAdded.model_fields["type"].default
BUILD = "build/"
EMPTY = "sha256:" + hashlib.sha256().hexdigest()


@dataclass(slots=True)
class BuildSeen:
    """A build as its own events and its entries show it."""

    opened: tuple[int, RollBuildOpened] | None = None
    closed: tuple[int, RollBuildClosed] | None = None
    runs: list[Run] = field(default_factory=list)


def check_builds(record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """C3: every build, and its entries in the order of their keys, as it was opened and closed."""
    seen: dict[str, BuildSeen] = {}
    for position, event in record.others:
        match event:
            case RollBuildOpened():
                seen.setdefault(event.stream, BuildSeen()).opened = (position, event)
            case RollBuildClosed():
                seen.setdefault(event.stream, BuildSeen()).closed = (position, event)
            case EntryAdded() if event.batch is not None:  # not of the form that those of a build have
                yield _unexpected(position, event.stream, event.batch)
    for (batch, kind, stem), run in record.bulk.runs.items():
        if kind == KIND or batch.startswith(BUILD):
            seen.setdefault(batch, BuildSeen()).runs.append(run)
            if kind != KIND or stem != f"entry/{batch.split('/')[1]}/":
                yield _unexpected(run.positions[0], stem, batch)
    open_ones = []
    for name, build in seen.items():
        yield from _check(name, build, record)
        if build.opened and not build.closed:
            open_ones.append(name)
    if open_ones:
        says = f"open, so that their entries do not count and were not compared: {', '.join(sorted(open_ones))}"
        unchecked["C3"] = "; ".join(filter(None, [unchecked.get("C3"), says]))


def _unexpected(position: int, what: str, batch: str) -> Finding:
    expected = "an entry of the build's election, in the order of the keys, as the build was opened"
    return Finding("C3", "member-unexpected", position, what, expected, batch)


def _check(name: str, build: BuildSeen, record: RecordRead) -> Iterator[Finding]:
    first = min((min(run.positions) for run in build.runs), default=0)
    last = max((max(run.positions) for run in build.runs), default=-1)
    if build.opened is None:
        yield Finding("C3", "batch-unopened", first, name, "a build that was opened", "none")
        return
    position, opened = build.opened
    odd = {at for run in build.runs for at in run.odd}
    odd |= {at for run in build.runs for shape, at in run.shapes.items() if shape != (opened.actor, opened.effective)}
    if build.runs and first < position:
        odd.add(first)
    for at in sorted(odd):
        yield _unexpected(at, name, name)
    if build.closed is None:
        return
    at, closed = build.closed
    digest = record.hashed.get(name)
    said = (closed.accepted, closed.digest)
    found = (sum(map(len, build.runs)), "sha256:" + digest.hexdigest() if digest else EMPTY)
    if said != found:
        expected, other = (f"{number} entries, {hashed}" for number, hashed in (said, found))
        yield Finding("C3", "batch-differs", at, name, expected, other)
    parts = closed.accepted + closed.held + sum(each.rows for each in closed.failed)
    if parts != closed.rows or sum(each.entries for each in closed.sections) != closed.accepted:
        expected, accounted = f"{closed.rows} rows, {closed.accepted} entries", f"{parts} accounted for"
        yield Finding("C3", "rows-differ", at, name, expected, accounted)
    if last > at:
        yield Finding("C3", "member-unexpected", last, name, f"no entry after event {at}", "one")

"""The checks of runs over applications: opened once, closed once, and between the two just what was found."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.streams.application_events import ChecksRun
from ledger.streams.checks import ChecksClosed, ChecksOpened
from projections.verify.bulk import Run
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

KIND = ChecksRun.model_fields["type"].default
CHECKS = "checks/"
STEM = "application/"
EMPTY = "sha256:" + hashlib.sha256().hexdigest()


@dataclass(slots=True)
class SweepSeen:
    """A run as its own events and those on applications show it."""

    opened: tuple[int, ChecksOpened] | None = None
    closed: tuple[int, ChecksClosed] | None = None
    runs: list[Run] = field(default_factory=list)


def check_sweeps(record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """C3: every run of checks, and what it found, as it was opened and closed."""
    seen: dict[str, SweepSeen] = {}
    for position, event in record.others:
        match event:
            case ChecksOpened():
                seen.setdefault(event.stream, SweepSeen()).opened = (position, event)
            case ChecksClosed():
                seen.setdefault(event.stream, SweepSeen()).closed = (position, event)
            case ChecksRun() if event.batch is not None:  # not of the form that those of a run have
                yield _unexpected(position, event.stream, event.batch)
    for (batch, kind, stem), run in record.bulk.runs.items():
        if kind == KIND or batch.startswith(CHECKS):
            seen.setdefault(batch, SweepSeen()).runs.append(run)
            if (kind, stem) != (KIND, STEM):
                yield _unexpected(run.positions[0], stem, batch)
    open_ones = []
    for name, sweep in seen.items():
        yield from _check(name, sweep, record)
        if sweep.opened and not sweep.closed:
            open_ones.append(name)
    if open_ones:
        says = f"open, so that what they found does not count and was not compared: {', '.join(sorted(open_ones))}"
        unchecked["C3"] = "; ".join(filter(None, [unchecked.get("C3"), says]))


def _unexpected(position: int, what: str, batch: str) -> Finding:
    expected = "what a run of checks found of an application, as the run was opened, and nothing else"
    return Finding("C3", "member-unexpected", position, what, expected, batch)


def _check(name: str, sweep: SweepSeen, record: RecordRead) -> Iterator[Finding]:
    first = min((min(run.positions) for run in sweep.runs), default=0)
    last = max((max(run.positions) for run in sweep.runs), default=-1)
    if sweep.opened is None:
        yield Finding("C3", "batch-unopened", first, name, "a run that was opened", "none")
        return
    position, opened = sweep.opened
    said = record.bulk.said.get(name, Counter())
    held = {key for key in said if isinstance(key, tuple) and len(key) == len((None, "matcher", "versions"))}
    differing = [
        (edition, matcher, versions)
        for edition, matcher, versions in held
        if (edition, matcher) != (opened.edition, opened.matcher) or not {*versions} <= {*opened.checks}
    ]
    odd = {at for run in sweep.runs for shape, at in run.shapes.items() if shape != (opened.actor, opened.effective)}
    if first < position and sweep.runs:
        odd.add(first)
    if differing:
        odd.add(first)
    for at in sorted(odd):
        yield _unexpected(at, name, name)
    if sweep.closed is None:
        return
    at, closed = sweep.closed
    digest = record.hashed.get(name)
    hashed = "sha256:" + digest.hexdigest() if digest else EMPTY
    found = (sum(map(len, sweep.runs)), {key: number for key, number in said.items() if key not in held}, hashed)
    outcomes = {(each.check, each.outcome): each.applications for each in closed.outcomes}
    if (closed.applications, outcomes, closed.digest) != found:
        expected, other = (
            f"{number} applications, {counts}, {text}"
            for number, counts, text in ((closed.applications, outcomes, closed.digest), found)
        )
        yield Finding("C3", "batch-differs", at, name, expected, other)
    if last > at:
        yield Finding("C3", "member-unexpected", last, name, f"nothing found after event {at}", "something")

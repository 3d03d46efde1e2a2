"""The checks of what had to be kept: papers' linkages until their year was over, personal data as long as that was due.

What is recomputed is what the desk decided by: how long something had to be kept follows from the elections, contests
and results that were on record before the event.

What is not found, as nothing in the record tells it: that rejected rows, or entries of the blind index, were destroyed
without an order, since no leaf has their digests; and without the vault, that an erasure was never confirmed, since it
may be under way there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from ledger.batches.intake import PERSON
from ledger.errors import PollbookError, RefusedError
from ledger.event import Event
from ledger.privacy.mass_erasure import STEM
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.storage.recorder import Head
from ledger.storage.store import Ledger
from ledger.streams.erasures import ErasuresConfirmed, ErasuresOrdered
from ledger.streams.linkage import LinkageDestroyed, LinkageSealed, a_year_after
from ledger.streams.person import DisclosureErased, ErasureOrdered
from ledger.streams.result import ResultCorrected, ResultDeclared
from ledger.streams.retention import require_over
from projections.privacy.retention import retention_of, retention_of_all
from projections.verify.contests import ContestSeen
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

UNREADABLE = (PollbookError, TypeError, ValueError, KeyError)


class Before:
    """A ledger as it was before one event, as far as retention is computed from it."""

    def __init__(self, ledger: Ledger, size: int) -> None:
        self._ledger = ledger
        self._size = size

    def head(self) -> Head:
        """Give how many events there were."""
        return self._ledger.head()._replace(size=self._size)

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read what there was of one stream."""
        return [(position, event) for position, event in self._ledger.stream(stream) if position < self._size]

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams that held an event of a type."""
        found = self._ledger.streams_of(name, prefix)
        return [stream for stream in found if any(event.type == name for _, event in self.stream(stream))]


def check_retention(ledger: Ledger, record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """C4: nothing was ordered to be erased before the time to keep it was over, unless by a court."""
    for position, event in record.others:
        if not isinstance(event, ErasureOrdered | ErasuresOrdered):
            continue
        try:
            before = cast("Record", Before(ledger, position))
            if isinstance(event, ErasureOrdered):
                figures = retention_of(before, event.stream.partition("/")[2])
            else:
                figures = retention_of_all(before, event.register_id)
        except UNREADABLE as error:  # what cannot be read, or does not replay, is a finding of its own check
            unchecked["C4"] = f"how long personal data was due to be kept could not be found: {str(error)[:200]}"
            continue
        try:
            require_over(event.stream, event.basis, event.recorded, figures)
        except RefusedError as error:
            yield Finding("C4", error.code, position, event.stream, error.expected, error.found)


def check_confirmed(record: RecordRead, vault: Vault) -> Iterator[Finding]:
    """C4: every erasure that was ordered is confirmed, unless the vault knows that it is under way."""
    ordered: dict[str, tuple[int, str]] = {}
    for position, event in record.others:
        match event:
            case ErasureOrdered():
                ordered[event.stream] = (position, PERSON + event.stream.partition("/")[2])
            case ErasuresOrdered():
                ordered[event.stream] = (position, STEM + event.register_id)
            case DisclosureErased() | ErasuresConfirmed():
                ordered.pop(event.stream, None)
    going = vault.erasures() if ordered else {}
    for stream, (position, subject) in ordered.items():
        if subject not in going:
            expected = "its confirmation, or that the vault knows it is under way"
            yield Finding("C4", "erasure-unconfirmed", position, stream, expected, "neither")


def check_linkages(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E11: what ties papers to electors is sealed for a year from the close on, and kept a year from the result."""
    until: dict[str, str] = {}
    declared: dict[str, str] = {}
    gone: set[str] = set()
    for position, event in record.others:
        match event:
            case ResultDeclared() | ResultCorrected():
                declared[event.contest] = event.effective
            case LinkageSealed() | LinkageDestroyed() if event.contest in gone:
                yield _finding("linkage-destroyed", position, event, "a list that is kept", "one that was destroyed")
            case LinkageSealed():
                seen = contests.get(event.contest)
                closings = seen.closings if seen else []
                if not closings or position < closings[0][0]:
                    yield _finding("poll-open", position, event, "a list sealed after the poll closed", "before")
                else:
                    least = max(a_year_after(closings[0][1].effective), until.get(event.contest, ""))
                    if event.until < least:
                        yield _finding("retention-too-short", position, event, f"{least} or later", event.until)
                until[event.contest] = max(event.until, until.get(event.contest, ""))
            case LinkageDestroyed():
                gone.add(event.contest)
                if event.contest not in until:
                    yield _finding("linkage-not-sealed", position, event, "a list that was sealed", "none")
                    continue
                result = declared.get(event.contest)
                least = max(until[event.contest], a_year_after(result) if result else "")
                if event.effective < least:
                    yield _finding("retention-not-over", position, event, f"kept until {least}", event.effective)


def _finding(code: str, position: int, event: Event, expected: str, found: str) -> Finding:
    return Finding("E11", code, position, event.stream, expected, found)

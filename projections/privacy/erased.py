"""What was erased of a person, and the word for it where a sentence says that something is private."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.event import Event
from ledger.record import Record
from ledger.streams.person import DisclosureErased
from projections.cases.audience import ERASED, PRIVATE
from projections.story.story import Told
from projections.story.words import QUOTED


def erased_of(ledger: Record, person: str) -> frozenset[str]:
    """Give the digests of what was erased of a person, by now: it is gone, whatever moment is looked at."""
    events = (event for _, event in ledger.stream(f"erasure/{person}"))
    return frozenset(digest for event in events if isinstance(event, DisclosureErased) for digest in event.digests)


def with_erased(told: Iterable[Told], events: Sequence[tuple[int, Event]], erased: frozenset[str]) -> list[Told]:
    """Say `(erased)` for `(private)` of events of which every private value was erased; never in what a user wrote."""
    gone = {
        position
        for position, event in events
        if (held := {value for name in event.private if (value := getattr(event, name, None))}) and held <= erased
    }
    return [
        each._replace(sentences=tuple(map(_said, each.sentences))) if each.position in gone else each for each in told
    ]


def _said(sentence: str) -> str:
    parts = QUOTED.split(sentence)
    return "".join(part if at % 2 else part.replace(PRIVATE, ERASED) for at, part in enumerate(parts))

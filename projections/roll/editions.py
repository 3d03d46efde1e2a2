"""The editions of a roll that the public sees: each as it was frozen or certified, its numbers released."""

from __future__ import annotations

from typing import NamedTuple

from ledger.errors import RefusedError
from ledger.record import Record
from ledger.streams.roll import RollFrozen
from projections.roll.reading import Edition, Point, Roll
from projections.roll.suppression import LEAST, TREE, Release, releases


class Published(NamedTuple):
    """An edition with what the public is told of it."""

    edition: Edition
    release: Release


def published(ledger: Record, roll: Roll, point: Point, least: int = LEAST) -> Published:
    """Give the edition that is in force at a point; what is told of it follows from it and those before it alone.

    Raises:
        RefusedError: `not-frozen`: there is none yet.
    """
    editions = roll.editions(point.known)
    current = next((each for each in reversed(editions) if each.effective <= point.valid), None)
    if current is None:
        raise RefusedError(
            "not-frozen",
            f"roll of election {roll.election}",
            expected="a roll that was frozen by then: the public sees it as it was frozen or certified",
            found="none" if not editions else f"one frozen at {editions[0].effective}",
            remedy=f"Freeze it with freeze-roll, or look as an officer: pollbook roll {roll.election}",
        )
    counts = [roll.summary(each.point, *TREE) for each in editions if each.version <= current.version]
    return Published(current, releases(counts, sections_told(ledger, editions[0]), least)[-1])


def sections_told(ledger: Record, edition: Edition) -> frozenset[str]:
    """Give the sections whose number the event of an edition says itself."""
    ((_, event),) = ledger.scan(edition.position, edition.position + 1)
    return frozenset(each.section for each in event.sections) if isinstance(event, RollFrozen) else frozenset()

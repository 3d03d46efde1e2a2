"""Analyses of a contest that were published, beside a margin or a verdict asked for now."""

from __future__ import annotations

from typing import Any

from cli.office import opened
from cli.place import Place
from cli.screen import say, say_wrapped
from ledger.streams.analysis import AnalysisPublished
from projections.moment import Moment
from projections.whatif.overtaken import published_of

Published = list[tuple[AnalysisPublished, str]]


def published_in(place: Place, contest: str, moment: Moment) -> Published:
    """Give the analyses that were published to everybody, each with what overtook it, or nothing."""
    with opened(place) as ledger:
        return published_of(ledger, contest, moment)


def say_published(contest: str, published: Published) -> None:
    """Print what was published, and what of it was overtaken; nothing where nothing was."""
    if not published:
        return
    say()
    for event, later in published:
        effect = f", {event.effect.replace('-', ' ')}" if event.effect else ""
        of = f"of the count up to event {event.as_of_position}"
        say_wrapped(f"Published {event.kind} {event.number}, {of}: {event.verdict}{effect}. {later}".rstrip())
    say_wrapped(f"What each of them is about: pollbook show analysis/{contest}")


def published_json(published: Published) -> dict[str, Any]:
    """Give the same for programs."""
    return {
        "published": [
            {
                "number": event.number,
                "kind": event.kind,
                "verdict": event.verdict,
                "effect": event.effect,
                "as_of_position": event.as_of_position,
                "certificate": event.certificate,
                "overtaken": later or None,
            }
            for event, later in published
        ]
    }

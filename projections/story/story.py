"""Any stream as plain sentences, made from the events alone: who, what, when, under which authority, what followed.

Nobody types these sentences, and nothing is in them but what the leaves have. The first sentence of an event names day
and actor; those after it say what it means. What users wrote stands in quotes, as `words.quoted` has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import projections.story.appeals
import projections.story.applications
import projections.story.bodies
import projections.story.cases
import projections.story.founding
import projections.story.members
import projections.story.membership
import projections.story.nominations
import projections.story.offices
import projections.story.papers
import projections.story.privacy
import projections.story.rolls
import projections.story.rules
import projections.story.timetables
import projections.story.votes  # noqa: F401  # all fill the table of templates
from ledger.event import Event
from ledger.streams.batch import BatchClosed, BatchOpened
from ledger.streams.paper import PaperRead
from projections.story.words import TEMPLATES, Names, later, listed, quoted_authority, when

AT_THE_CLOSE = (BatchOpened, BatchClosed, PaperRead)  # these take effect as of the close of the poll, whenever read


class Told(NamedTuple):
    """One event as sentences, each with its full stop; the first names day and actor."""

    position: int
    sentences: tuple[str, ...]


def story(
    events: Sequence[tuple[int, Event]], beside: Iterable[tuple[int, Event]] = (), *, clocks: bool = False
) -> list[Told]:
    """Tell events, in their order.

    Args:
        events: positions and events of one stream.
        beside: what else was read: definitions of contests, for the names, and what the same commands led to there.
        clocks: say both when something took effect and when it was recorded.
    """
    known = dict((*beside, *events))
    names = Names.of(known.values())
    siblings: dict[str, list[int]] = {}
    for position, event in sorted(known.items(), key=lambda pair: pair[0]):
        if event.command is not None:
            siblings.setdefault(event.command, []).append(position)
    told = []
    for position, event in events:
        others = [each for each in siblings.get(event.command or "", ()) if each != position]
        followed = _followed(event, [(each, known[each]) for each in others])
        what, *meaning = TEMPLATES[event.type](event, names)
        told.append(Told(position, (_first(event, what, followed, clocks=clocks), *meaning)))
    return told


def contests_of(events: Iterable[tuple[int, Event]]) -> tuple[str, ...]:
    """Name the contests that the events speak of, so that their definitions can be read for the names."""
    found: dict[str, None] = {}
    for _, event in events:
        parts = event.stream.split("/")
        contest = getattr(event, "contest", parts[1] if isinstance(event, PaperRead) else None)
        if contest is not None:
            found[contest] = None
    return tuple(found)


def _first(event: Event, what: str, followed: str, *, clocks: bool) -> str:
    """Put together the sentence that says who did what, and when."""
    lead = "With effect from" if isinstance(event, AT_THE_CLOSE) else "On"
    acting = "" if event.authority is None else f", acting under {quoted_authority(event.authority)},"
    recorded = f"; {later(event.effective, event.recorded)}" if clocks else ""
    return f"{lead} {when(event.effective)} the {event.actor}{acting} {what}{recorded}{followed}."


def _followed(event: Event, others: Sequence[tuple[int, Event]]) -> str:
    """Say what else the same command led to, as far as it was read."""
    streams: dict[str, list[int]] = {}
    for position, other in others:
        streams.setdefault(other.stream, []).append(position)
    parts = []
    for stream, positions in streams.items():
        where = "this stream" if stream == event.stream else stream
        parts.append(f"event{'s' * (len(positions) > 1)} {listed(list(map(str, positions)))} of {where}")
    return f"; the same command also led to {listed(parts)}" if parts else ""

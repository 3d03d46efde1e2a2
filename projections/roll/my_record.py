"""All that is on record of one person, stream by stream; never how they voted, for no record of that exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.event import Event
from ledger.record import Record
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate
from ledger.streams.basis import PERSON
from ledger.streams.contest import ContestDefined
from projections.moment import Moment


class Chapter(NamedTuple):
    """One stream of somebody's record: what it is about, its events, and what is read beside them for names."""

    heading: str
    stream: str
    events: list[tuple[int, Event]]
    beside: list[tuple[int, Event]]


def chapters(ledger: Record, person: str, moment: Moment) -> Iterator[Chapter]:
    """Give somebody's record as of a moment: membership, applications, elections, cases, contests.

    Streams are looked up by their names, so it costs the same however many others there are.
    """

    def past(stream: str) -> list[tuple[int, Event]]:
        return list(moment.past(ledger.stream(stream)))

    named = [
        ("Membership", f"{PERSON}{person}"),
        ("Merges", f"merge/{person}"),
        ("Application", f"{APPLICATION}{person}"),
    ]
    named += [
        (f"Entries, election {each}", f"entry/{each}/{person}")
        for each in _names(ledger, "election-called.v1", "election/")
    ]
    named += [
        (f"Cases, election {each}", f"docket/{each}/{person}")
        for each in _names(ledger, "election-called.v1", "election/")
    ]
    for contest in _names(ledger, "contest-defined.v1", "contest/"):
        named.append((f"Papers issued, contest {contest}", f"issued/{contest}/{person}"))
        named.append((f"Papers returned, contest {contest}", f"returned/{contest}/{person}"))
    named += [("Personal data", f"vault/{person}"), ("Erasures", f"erasure/{person}")]
    for heading, stream in named:
        events = past(stream)
        if events:
            contest = stream.split("/")[1] if stream.startswith(("issued/", "returned/")) else ""
            definitions = [each for each in past(f"contest/{contest}") if isinstance(each[1], ContestDefined)]
            yield Chapter(heading, stream, events, definitions if contest else [])


def elections_of(ledger: Record, found: list[Chapter], moment: Moment) -> list[str]:
    """Name the elections with a franchise at a moment that a record is about: a member's all, else those applied in."""
    named = _names(ledger, "franchise-adopted.v1", "franchise/")
    adopted = [each for each in named if any(moment.past(ledger.stream(f"franchise/{each}")))]
    events = [event for chapter in found for _, event in chapter.events]
    applied = [each.election for each in events if isinstance(each, ApplicationReceived | ApplicationReceivedLate)]
    return [each for each in adopted if each in applied or any(chapter.stream.startswith(PERSON) for chapter in found)]


def _names(ledger: Record, kind: str, prefix: str) -> list[str]:
    return list(dict.fromkeys(stream.removeprefix(prefix) for stream in ledger.streams_of(kind, prefix)))

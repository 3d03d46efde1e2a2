"""All that is on record of one person, stream by stream; never how they voted, for no record of that exists.

Of a case and its appeals it has what the person may read, and a ruling once they were told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.event import Event
from ledger.leaf import decode
from ledger.record import Record
from ledger.storage.store import Ledger
from ledger.streams.access import AccessLogged
from ledger.streams.appeal import appeal_stream
from ledger.streams.appeal_events import AppealAttempted, AppealLodged, AppealReceivedLate
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate, CureInvited
from ledger.streams.basis import PERSON
from ledger.streams.case import PREFIX as CASE
from ledger.streams.case_events import CaseDocketed, CaseNoticeServed
from ledger.streams.contest import ContestDefined
from ledger.streams.issue import PapersIssued, issue_stream
from ledger.streams.issued import PaperIssued, PaperReissued
from ledger.streams.returned import DuplicateReturnHeld, ReturnMarked
from ledger.streams.ruling_events import RulingCorrected, RulingMade, RulingNotified
from projections.cases.audience import as_read_by
from projections.moment import Moment
from projections.papers.of_person import spans_of

ITEMS: Mapping[str, tuple[type[Event], ...]] = {
    "notices": (CureInvited, CaseNoticeServed),
    "rulings": (RulingMade,),
    "appeals": (AppealLodged, AppealReceivedLate, AppealAttempted),
    "ballots_issued": (PapersIssued, PaperIssued, PaperReissued),
    "ballots_returned": (ReturnMarked, DuplicateReturnHeld),
}  # what a record is summed up by
LAST = 2**63 - 1  # a position after every other


class Chapter(NamedTuple):
    """One stream of somebody's record: what it is about, its events, and what is read beside them for names."""

    heading: str
    stream: str
    events: list[tuple[int, Event]]
    beside: list[tuple[int, Event]]


class Past:
    """What is read of a ledger as of a moment."""

    def __init__(self, ledger: Record, moment: Moment) -> None:
        self._ledger = ledger
        self._moment = moment

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream."""
        return list(self._moment.past(self._ledger.stream(stream)))

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type by now."""
        return self._ledger.streams_of(name, prefix)


def chapters(ledger: Record, person: str, moment: Moment) -> Iterator[Chapter]:
    """Give somebody's record as of a moment: membership, applications, elections, cases, appeals, contests.

    Streams are looked up by their names, so it costs the same however many others there are.
    """
    past = Past(ledger, moment)
    elections = _names(ledger, "election-called.v1", "election/")
    named = [
        ("Membership", f"{PERSON}{person}"),
        ("Merges", f"merge/{person}"),
        ("Application", f"{APPLICATION}{person}"),
        *((f"Entries, election {each}", f"entry/{each}/{person}") for each in elections),
        *((f"Cases, election {each}", f"docket/{each}/{person}") for each in elections),
    ]
    yield from _told(past, named)
    for election in elections:
        yield from _cases(past, election, person)
    for contest in _names(ledger, "contest-defined.v1", "contest/"):
        definitions = [each for each in past.stream(f"contest/{contest}") if isinstance(each[1], ContestDefined)]
        yield from _issued_with_section(past, contest, definitions, person)
        papers = (("Papers issued", "issued"), ("Papers returned", "returned"))
        named = [(f"{heading}, contest {contest}", f"{kind}/{contest}/{person}") for heading, kind in papers]
        yield from _told(past, named, definitions)
    yield from _told(past, [("Personal data", f"vault/{person}"), ("Erasures", f"erasure/{person}")])


def _told(past: Past, named: list[tuple[str, str]], beside: list[tuple[int, Event]] | None = None) -> Iterator[Chapter]:
    for heading, stream in named:
        if events := past.stream(stream):
            yield Chapter(heading, stream, events, beside or [])


def _cases(past: Past, election: str, person: str) -> Iterator[Chapter]:
    """Give what somebody may read of the cases about them, and of the appeals against rulings they were told of."""
    docket = past.stream(f"docket/{election}/{person}")
    for case in dict.fromkeys(event.case for _, event in docket if isinstance(event, CaseDocketed)):
        events = past.stream(f"{CASE}{case}")
        notified = {event.ruling for _, event in events if isinstance(event, RulingNotified)}
        own = [(at, as_read_by("subject", event)) for at, event in events if not _untold(event, notified)]
        if own:
            yield Chapter(f"Case {case}", f"{CASE}{case}", own, [])
        for ruling in sorted(notified):
            yield from _told(past, [(f"Appeal, case {case}", appeal_stream(case, ruling).stream)])


def _untold(event: Event, notified: set[int]) -> bool:
    """Tell whether an event is about a ruling that the person was not told of yet."""
    return isinstance(event, RulingMade | RulingCorrected) and event.ruling not in notified


def _issued_with_section(
    past: Past, contest: str, definitions: list[tuple[int, Event]], person: str
) -> Iterator[Chapter]:
    """Give the issues of papers to whole sections in which somebody's entries got one."""
    election = next((event.election for _, event in definitions if isinstance(event, ContestDefined)), "none")
    alone = past.stream(f"issued/{contest}/{person}")
    had = {event.number: at for at, event in reversed(alone) if isinstance(event, PaperIssued)}  # the first of each
    entries = spans_of(past, LAST, election, person)
    for section in dict.fromkeys(entry.section for entry in entries.values()):
        theirs = []
        for at, event in past.stream(issue_stream(contest, section).stream):
            due = [number for number, entry in entries.items() if entry.section == section and entry.live_at(at)]
            if new := [number for number in due if had.get(number, LAST) > at]:
                theirs.append((at, event))
                had |= dict.fromkeys(new, at)
        if theirs:
            yield Chapter(
                f"Papers issued with the section, contest {contest}",
                issue_stream(contest, section).stream,
                theirs,
                definitions,
            )


def items_of(found: Iterable[Chapter]) -> dict[str, int]:
    """Count what a record is summed up by: ITEMS."""
    events = [event for chapter in found for _, event in chapter.events]
    return {name: sum(isinstance(event, kinds) for event in events) for name, kinds in ITEMS.items()}


def openings_of(ledger: Ledger, person: str, moment: Moment) -> list[tuple[int, AccessLogged]]:
    """Give who opened what is on record of one person, in order; where several were opened at once, none is named."""
    needle, found = person.encode(), []
    for stream in sorted({*ledger.streams_of("access-logged.v1", "access/")}):
        rows = [row for row in ledger.rows.stream_rows(stream) if needle in row[4]]
        for position, event in moment.past((row[0], decode(row)) for row in rows):
            if isinstance(event, AccessLogged) and event.subject == person:
                found.append((position, event))
    return found


def elections_of(ledger: Record, found: list[Chapter], moment: Moment) -> list[str]:
    """Name the elections with a franchise at a moment that a record is about: a member's all, else those applied in."""
    named = _names(ledger, "franchise-adopted.v1", "franchise/")
    adopted = [each for each in named if any(moment.past(ledger.stream(f"franchise/{each}")))]
    events = [event for chapter in found for _, event in chapter.events]
    applied = [each.election for each in events if isinstance(each, ApplicationReceived | ApplicationReceivedLate)]
    return [each for each in adopted if each in applied or any(chapter.stream.startswith(PERSON) for chapter in found)]


def _names(ledger: Record, kind: str, prefix: str) -> list[str]:
    return list(dict.fromkeys(stream.removeprefix(prefix) for stream in ledger.streams_of(kind, prefix)))

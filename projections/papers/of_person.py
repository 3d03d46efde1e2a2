"""The papers of one person, from the few streams that say what became of them: never from kept views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from ledger.batches.marking import PaperFigures
from ledger.case_papers import CasePaper, CasePapers, Unlinked
from ledger.decision import AnyState, fold
from ledger.event import Event
from ledger.streams.case import case_stream
from ledger.streams.contest import Contest
from ledger.streams.entry import EntryAdded, EntryNow, EntryRemoved, EntryRestored, entry_stream
from ledger.streams.issue import issue_stream
from ledger.streams.issued import issued_stream
from ledger.streams.linkage import linkage_stream
from ledger.streams.returned import returned_stream
from ledger.streams.roll_build import RollBuildClosed

CONTESTS = "contest/"
CONTEST_DEFINED, READ, MARKED = "contest-defined.v1", "batch-opened.v1", "marks-reconciled.v1"


class Spans(NamedTuple):
    """The section of an entry, and the positions from which and before which it was live."""

    section: str
    spans: tuple[tuple[int, int], ...]

    def live_at(self, position: int) -> bool:
        """Say whether it counted once the event at a position was recorded."""
        return any(start <= position < end for start, end in self.spans)


class Streams(Protocol):
    """What is read of a record, or of a record as it stood before a position."""

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Read one stream."""
        ...

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that hold an event of a type."""
        ...


def paper_figures(
    record: Streams, position: int, election: str, contest: str, person: str, number: int
) -> PaperFigures:
    """Say whether an entry counts, and was issued a paper with its section, as of a position."""
    entry = spans_of(record, position, election, person).get(number, Spans("", ()))
    issues = [at for at, _ in record.stream(issue_stream(contest, entry.section).stream)] if entry.section else []
    in_bulk = any(entry.live_at(at) for at in issues)
    return PaperFigures(position, counts=entry.live_at(position), in_bulk=in_bulk)


def spans_of(record: Streams, position: int, election: str, person: str) -> dict[int, Spans]:
    """Give between which events each entry of a person was live, as of a position."""
    sections: dict[int, str] = {}
    live: dict[int, int] = {}
    spans: dict[int, list[tuple[int, int]]] = {}
    for at, event in record.stream(entry_stream(election, person).stream):
        match event:
            case EntryAdded():
                sections[event.number], spans[event.number] = event.section, []
                live[event.number] = _counts_from(record, at, event)
            case EntryRestored():
                live[event.number] = at
            case EntryRemoved() if live.get(event.number, -1) >= 0:
                spans[event.number].append((live.pop(event.number), at))
    for number, start in live.items():
        if start >= 0:
            spans[number].append((start, position + 1))
    return {number: Spans(section, tuple(spans[number])) for number, section in sections.items()}


def _counts_from(record: Streams, at: int, event: EntryAdded) -> int:
    """Give the position from which an entry counts; -1 while its batch is open."""
    if event.batch is None:
        return at
    return next((end for end, last in record.stream(event.batch) if isinstance(last, RollBuildClosed)), -1)


def papers_of_case(record: Streams, position: int, case: str) -> CasePapers:
    """Give the papers of the person whom a case is about, in every contest of its election, as of a position.

    What is read does not grow with the ledger: contests, the person's own streams, and those of a section's papers.
    """
    state = _state(record, case_stream(case))
    contests, papers = papers_of_person(record, position, state.election, state.person)
    return CasePapers(position, state.person, state.election, contests, papers)


def papers_of_person(
    record: Streams, position: int, election: str, person: str
) -> tuple[tuple[str, ...], tuple[CasePaper, ...]]:
    """Give the contests of an election, and a person's papers in them; neither where they never had an entry."""
    entries = _state(record, entry_stream(election, person)).entries
    defined = dict.fromkeys(record.streams_of(CONTEST_DEFINED, CONTESTS)) if entries else ()
    contests = [each for each in (_state(record, Contest(name)) for name in defined) if each.election == election]
    papers = (each for contest in contests for each in _papers_in(record, position, contest, person, entries.values()))
    return tuple(each.id for each in contests), tuple(papers)


def _papers_in(
    record: Streams, position: int, contest: Contest, person: str, entries: Iterable[EntryNow]
) -> Iterator[CasePaper]:
    """Give the paper of each entry of a person that has a section of the contest."""
    issued = _state(record, issued_stream(contest.id, person))
    for entry in entries:
        if entry.section not in contest.sections:
            continue
        number, paper = entry.number, issued.of(entry.number)
        bulk = paper_figures(record, position, contest.election, contest.id, person, number).in_bulk
        held = (bulk or paper.issued) and not paper.cancelled
        found = CasePaper(contest.id, number, issued.version, held, paper.by, closed=contest.closed_at is not None)
        yield _handed_in(record, found, entry.section, person, set_aside=paper.set_aside) if held else found


def _handed_in(record: Streams, paper: CasePaper, section: str, person: str, *, set_aside: bool) -> CasePaper:
    """Say of a paper that is held whether it came back, and whether it can still be told from others."""
    returned = _state(record, returned_stream(paper.contest, person)).day_of(paper.number) is not None
    linkage = _state(record, linkage_stream(paper.contest))
    was_read = bool(record.streams_of(READ, f"batch/paper/{paper.contest}/{section}/"))  # withdrawn or not
    unknown = was_read and not returned and not record.streams_of(MARKED, f"marks/{paper.contest}/")
    tied: tuple[tuple[Unlinked, bool], ...] = (
        ("list-destroyed", linkage.destroyed),
        ("list-sealed", linkage.sealed is not None),
        ("papers-read", was_read),
    )
    why = next((why for why, holds in tied if holds), None)
    return paper._replace(returned=None if unknown else returned, set_aside=set_aside, unlinked=why)


def _state(record: Streams, empty: AnyState) -> AnyState:
    return fold(empty, (event for _, event in record.stream(empty.stream)))

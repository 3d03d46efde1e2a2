"""The check of ledgers that are kept live: nothing dated back past what was on record, no candidate never nominated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.event import Event
from ledger.streams.body import Fault
from ledger.streams.candidate_file import NominationAccepted
from ledger.streams.contest import ContestDefined, PollClosed, unnominated
from ledger.streams.founding import Founding, LedgerFounded, founding_stream
from ledger.streams.live import dated_back_faults, stated_faults
from ledger.streams.nominated import NominationsClosed, NominationsOpened
from ledger.streams.nomination import NominationReceived, NominationWithdrawn
from ledger.streams.timely import timely_faults
from projections.verify.finding import Finding
from projections.verify.nomination_replay import Replay
from projections.verify.verbs import verbs_of

if TYPE_CHECKING:
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead


def check_live(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E6 and E7: in a ledger that is kept live, openings and closes follow what they rest on by both clocks.

    An act on a case is dated back no further than HOURS says. And once the statement of persons nominated is out, no
    nomination is added to it or taken away by its date.
    """
    founding, replay = founding_stream(), Replay()
    for position, event in record.others:
        if isinstance(event, LedgerFounded) and not founding.exists:
            founding = founding.evolve(event)
        if founding.is_live:
            for check, (code, expected, found) in _faults(founding, replay, contests, event):
                yield Finding(check, code, position, event.stream, expected, found)
            for code, expected, found in _timely(founding, event):
                yield Finding("E6", code, position, event.stream, expected, found)
        replay.add(event)


def _timely(founding: Founding, event: Event) -> Iterator[Fault]:
    """Find an act on a case that was dated back too far: of what comes of one verb alone."""
    verbs = verbs_of(event.type)
    if len(verbs) == 1:
        yield from timely_faults(founding, verbs[0], event.effective, event.recorded)


def _faults(
    founding: Founding, replay: Replay, contests: Mapping[str, ContestSeen], event: Event
) -> Iterator[tuple[str, Fault]]:
    match event:
        case NominationReceived() | NominationWithdrawn() | NominationAccepted():
            for fault in stated_faults(founding, replay.room(event.contest)):
                yield "E7", fault
        case NominationsOpened():
            recorded = replay.timetables[event.election].recorded if event.election in replay.timetables else ""
            for fault in dated_back_faults(founding, event.effective, "the timetable", recorded):
                yield "E6", fault
        case NominationsClosed():
            opened = replay.room(event.contest).opened
            recorded = opened.recorded if opened else ""
            for fault in dated_back_faults(founding, event.effective, "their opening", recorded):
                yield "E6", fault
        case PollClosed() if event.contest in contests:
            defined = contests[event.contest].definition
            recorded = defined.recorded if defined else ""
            for fault in dated_back_faults(founding, event.effective, "the contest", recorded):
                yield "E6", fault
        case ContestDefined():
            rule = contests[event.contest].rule if event.contest in contests else None
            for unfit in unnominated(event, rule, replay.room(event.contest), founding):
                yield "E7", (unfit.code, unfit.expected, unfit.found)

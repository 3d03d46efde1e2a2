"""The check of cases, rulings and appeals: each is decided again, on the record before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

from pydantic import ValidationError

from ledger.case_papers import CasePapers
from ledger.decision import DECISIONS, Act, AnyState, Command, Outcome, read_states
from ledger.errors import RefusedError
from ledger.event import ENVELOPE, Event
from ledger.figures import Figures
from ledger.powers.recusal import officer_faults
from ledger.rules.local_time import Dated, offset_of
from ledger.storage.store import Ledger
from ledger.streams.allocation import RotaTurnTaken
from ledger.streams.appeal_events import AppealDetermined, LeaveGranted, LeaveRefused
from ledger.streams.application_events import ApplicationRefusalReversed, ApplicationRefused
from ledger.streams.case import case_stream, docket_stream
from ledger.streams.case_events import CaseDocketed, CaseUndocketed
from ledger.streams.contest import contest_stream
from ledger.streams.issued import PaperIssued, PaperReissued, PaperSetAside, PaperUnlinked, SetAsideReversed
from ledger.streams.procedure import ProcedureAdopted
from ledger.streams.ruling_events import RulingCorrected, RulingMade
from projections.papers.of_person import papers_of_case
from projections.verify.case_streams import OF_APPEALS, OF_CASES
from projections.verify.finding import Finding
from projections.verify.ordered import alone_faults
from projections.verify.verbs import verbs_of

OF_EFFECT = (ApplicationRefusalReversed, ApplicationRefused, PaperSetAside, PaperUnlinked, SetAsideReversed)
ALONE_NEVER: dict[type[Event], str] = {
    **dict.fromkeys(OF_EFFECT, "a ruling told, or a remedy done, in one command with it"),
    **dict.fromkeys((CaseDocketed, CaseUndocketed), "a case opened, or closed, in one command with it"),
    RotaTurnTaken: "a case given to a panel by rota, in one command with it",
}
DECIDED = (*OF_CASES, *OF_APPEALS, ProcedureAdopted)
WORD = "zzz"  # stands, with a number, for a word of what only the vault has
GIVEN = ("appeal/", "case/", "docket/", "merge/")  # streams that are many, and of which every event was read before
NOT_COMPARED = ENVELOPE | {"reasons_key"}


class Past:
    """Streams as they stood before one position after another, each read once.

    Positions only go forwards. What is held is what the cases touch: some streams of each person who has one. Events
    that were read already are not read again: of ten thousand cases they are most of the work and of the memory.
    """

    def __init__(self, ledger: Ledger, events: Iterable[tuple[int, Event]]) -> None:
        self._ledger = ledger
        self._given: dict[str, list[tuple[int, Event]]] = {}
        for position, event in events:
            if event.stream.startswith(GIVEN):
                self._given.setdefault(event.stream, []).append((position, event))
        self._position = 0
        self._known: dict[tuple[type[Any], str], tuple[Any, list[tuple[int, Event]]]] = {}

    def move(self, position: int) -> None:
        """Go on to a position."""
        self._position = position

    def read(self, empty: AnyState) -> AnyState:
        """Give a state as it stood before the position."""
        state: AnyState
        key = (type(empty), empty.stream)
        state, left = self._known.get(key) or (empty, self._whole(empty.stream))
        taken = 0
        for at, event in left:
            if at >= self._position:
                break
            with suppress(TypeError, KeyError, IndexError):  # an event of another stream is what I3 reports
                state = state.evolve(event)
            taken += 1
        self._known[key] = state, left[taken:]
        return state

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """Give the events of a stream before the position; of papers, which are read for each ruling that is told."""
        return [(at, event) for at, event in self._ledger.stream(stream) if at < self._position]

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """Give the streams whose names begin so and that held an event of a type before the position."""
        streams = dict.fromkeys(self._ledger.streams_of(name, prefix))
        return [stream for stream in streams if any(event.type == name for _, event in self.stream(stream))]

    def case_papers(self, case: str) -> CasePapers:
        """Give the papers of the person whom a case is about, as they stood before the position."""
        return papers_of_case(self, self._position - 1, case)

    def _whole(self, stream: str) -> list[tuple[int, Event]]:
        return self._given.pop(stream, []) if stream.startswith(GIVEN) else self._ledger.stream(stream)


def check_rulings(ledger: Ledger, events: Sequence[tuple[int, Event]]) -> Iterator[Finding]:
    """E13: every step of a case, ruling and appeal is one that the desk would have recorded, by what stood before it.

    So a ruling is by a quorate panel without a conflict, on grounds in force, after notice, on good enough evidence,
    with an effect and a way to appeal; and what it led to on the roll stands beside it. What the vault alone has, such
    as reasons, counts by its number of words.

    Args:
        events: all that did not come in batches, in the order of the record.
    """
    past = Past(ledger, events)
    run: list[tuple[int, Event]] = []
    for position, event in events:
        if run and (event.command is None or event.command != run[0][1].command):
            yield from _check_run(past, run)
            run = []
        run.append((position, event))
    if run:
        yield from _check_run(past, run)


def _check_run(past: Past, run: list[tuple[int, Event]]) -> Iterator[Finding]:
    """Check what one command led to: the first of its events is decided again, the others follow from that."""
    position, event = next(((at, each) for at, each in run if isinstance(each, DECIDED)), (0, None))
    if event is None:
        for at, each in run:
            if (with_it := ALONE_NEVER.get(type(each))) is not None:
                yield Finding("E13", "effect-alone", at, each.stream, with_it, each.type)
            if isinstance(each, PaperIssued | PaperReissued):
                yield from _check_not_held(past, at, each)
            past.move(at)
            for fault in alone_faults(past, each):
                yield Finding("E13", fault[0], at, each.stream, *fault[1:])
        return
    past.move(run[0][0])
    try:
        decided = _decide(past, event)
    except RefusedError as refused:
        yield Finding("E13", refused.code, position, event.stream, str(refused.expected), str(refused.found))
        return
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        yield Finding(
            "E13", "field-differs", position, event.stream, f"what its command takes as {where}", first["msg"]
        )
        return
    if isinstance(event, LeaveGranted | LeaveRefused) or (
        isinstance(event, RulingMade) and event.decided_by == "officer"
    ):
        for fault in officer_faults(past.read(case_stream(event.case)), event.actor, event.effective, past.read):
            yield Finding("E13", fault[0], position, event.stream, *fault[1:])
    led = [each for _, each in run if not each.type.startswith("command-signed")]
    expected = [(each.type, each.stream) for each in decided.events]
    found = [(each.type, each.stream) for each in led]
    if expected != found:
        yield Finding("E13", "effect-differs", position, event.stream, _said(expected), _said(found))
        return
    for due, each in zip(decided.events, led, strict=True):
        for name in sorted(type(each).model_fields.keys() - NOT_COMPARED - set(each.private)):
            one, other = getattr(due, name), getattr(each, name)
            if one != other:
                yield Finding("E13", "field-differs", position, each.stream, f"{name} {one}", f"{other}")


def _check_not_held(past: Past, position: int, event: PaperIssued | PaperReissued) -> Iterator[Finding]:
    """Check that no paper went to somebody while an interim measure held it back."""
    past.move(position)
    election = past.read(contest_stream(event.contest)).election
    person = event.stream.rpartition("/")[2]
    for case in past.read(docket_stream(election, person)).cases:
        interim = past.read(case_stream(case)).interim_at(event.effective)
        if interim is not None:
            expected = f"no paper to them until {interim.until}, by {interim.measure} in case {case}"
            yield Finding("E13", "paper-held", position, event.stream, expected, event.effective)


def _said(events: list[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} on {stream}" for kind, stream in events) or "nothing"


def _decide(past: Past, event: Event) -> Outcome:
    """Decide again what led to an event, with the moments, the actor and the public fields that it has."""
    entry = DECISIONS[_verb(event)]
    command = entry.command.model_validate(_fields(event, entry.command, _words(event)))
    act = Act(event.actor, event.recorded, event.effective, event.authority, event.command, keyed=_no_key)
    figures = {"figures": entry.figures(command, cast(Figures, past))} if entry.figures else {}
    return entry.decide(command, act, **read_states(entry, command, past.read), **figures)


def _verb(event: Event) -> str:
    (verb,) = verbs_of(event.type)
    return verb


def _no_key(_purpose: str, _text: bytes) -> bytes:
    """Stand for a digest under the vault's secret, which is not compared."""
    return bytes(32)


def _words(event: Event) -> int:
    """Give how many words what is private in an event has."""
    return event.reasons_words if isinstance(event, RulingMade | RulingCorrected | AppealDetermined) else 1


def _fields(event: Event, kind: type[Command], words: int) -> dict[str, Any]:
    """Give the fields of the command as the event has them; what is private is as many words of nothing."""
    fields: dict[str, Any] = {"effective": event.effective}
    for name in kind.model_fields.keys() & type(event).model_fields.keys() - ENVELOPE:
        value = getattr(event, name)
        if isinstance(value, Dated):
            fields |= {name: value.local, "offset": offset_of(value)}
        elif name in event.private:
            said = " ".join(f"{WORD}{number}" for number in range(max(words, 1)))
            fields[name] = None if value is None else said
        else:
            fields[name] = value
    return fields

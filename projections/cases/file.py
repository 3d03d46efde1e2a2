"""One case with all that rests on it, read from its own streams alone: what a case file is made of.

Read are the case, its appeals, the panels that had it, the grounds of its election, the person's entries, and what was
erased: the same few streams in a small ledger and in a large one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.decision import fold
from ledger.errors import RefusedError, nearest, refused
from ledger.event import Event
from ledger.streams.appeal import Appeal, appeal_stream
from ledger.streams.body import Body, DecisionTaken, body_stream
from ledger.streams.case import Case, case_stream
from ledger.streams.case_events import CaseAllocated, CaseOpened
from ledger.streams.contest import Contest, contest_stream
from ledger.streams.entry import entry_stream
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.ruling_events import RulingCorrected, RulingMade, RulingNotified
from projections.moment import NOW, Moment
from projections.privacy.erased import erased_of

if TYPE_CHECKING:
    from ledger.record import Record

CASES = "case/"
OPENED = "case-opened.v1"
CONTESTS = "contest/"
DEFINED = "contest-defined.v1"
Told = tuple[int, Event]  # position and event


@dataclass(frozen=True, slots=True)
class RulingRead:
    """One ruling with what it rested on, as that was known when it was made, and what became of it.

    Attributes:
        position: of the ruling; what has a higher one was recorded later.
        before: the case as it stood before it.
        grounds: as they were known then.
        body: the panel's, as it is known by now; None where no panel decided.
        appeal: as it stands; nothing was received where there is none.
    """

    position: int
    made: RulingMade
    before: Case
    grounds: Grounds
    body: Body | None
    appeal: Appeal

    @property
    def number(self) -> int:
        """Its number on the case, from 1."""
        return self.made.ruling


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it was, or as we knew it, with all that rests on it.

    Attributes:
        events: of the case and of its appeals, and what they led to elsewhere, in the order of positions.
        case: as it stands.
        rulings: in order; `chosen`, the one that the file is read from: the last, unless another was asked for.
        effects: what rests on the case or on an appeal on other streams: on the roll, on papers, on an application.
        contests: those that the case or a remedy names, as they stand.
        erased: digests of private values that were erased lawfully.
        consented: rulings whose fact sheet may be public, as the person has it by now, whatever moment is looked at.
        reached: how many events the ledger has.
    """

    case: Case
    opened: CaseOpened
    events: tuple[Told, ...]
    rulings: tuple[RulingRead, ...]
    chosen: RulingRead | None
    effects: tuple[Told, ...]
    contests: Mapping[str, Contest]
    erased: frozenset[str]
    consented: frozenset[int]
    moment: Moment
    reached: int

    def later(self, position: int) -> bool:
        """Whether something was recorded after the ruling that the file is read from."""
        return self.chosen is not None and position > self.chosen.position


def read_case_file(ledger: Record, case: str, moment: Moment = NOW, ruling: int | None = None) -> CaseFile:
    """Read a case.

    Args:
        case: its id.
        moment: as it was, or as we knew it.
        ruling: number of the ruling to read it from, from 1; the last if left out.

    Raises:
        RefusedError: `unknown-case`, with the nearest id; `unknown-ruling`.
    """
    everything_of = ledger.stream(case_stream(case).stream)
    own = _consistent(moment.past(everything_of))
    state = fold(case_stream(case), (event for _, event in own))
    if state.opened is None:
        raise _unknown(ledger, case, moment)
    made = [each.made.ruling for each in state.rulings]
    if ruling is not None and ruling not in made:
        expected = f"one of {len(made)} rulings" if made else "a case that was ruled on"
        raise refused("unknown-ruling", state.stream, expected, ruling, f"See: pollbook case {case}")
    appeals = {number: _past(ledger, appeal_stream(case, number).stream, moment) for number in made}
    grounds = _past(ledger, ground_stream(state.election).stream, moment)
    bodies = _bodies(ledger, own, moment)
    rulings = tuple(
        _read(position, event, own, grounds, bodies, appeals[event.ruling])
        for position, event in own
        if isinstance(event, RulingMade)
    )
    contests = _contests(ledger, state.opened, rulings, moment)
    effects = _effects(ledger, state, {*contests, *_defined(ledger)}, moment)
    everything = sorted((*own, *(each for told in appeals.values() for each in told), *effects), key=lambda e: e[0])
    chosen = next((each for each in reversed(rulings) if ruling in (None, each.number)), None)
    erased = erased_of(ledger, state.person)
    reached = ledger.head().size
    consented = frozenset(fold(case_stream(case), (event for _, event in everything_of)).consents)
    told = tuple(everything)
    return CaseFile(state, state.opened, told, rulings, chosen, effects, contests, erased, consented, moment, reached)


def _past(ledger: Record, stream: str, moment: Moment) -> list[Told]:
    return list(moment.past(ledger.stream(stream)))


def _consistent(events: Iterable[Told]) -> list[Told]:
    """Leave out what is said of a ruling that was not made yet as it was on a day, though it was put right before."""
    kept: list[Told] = []
    made: set[int] = set()
    for position, event in events:
        if isinstance(event, RulingMade):
            made.add(event.ruling)
        if not isinstance(event, RulingNotified | RulingCorrected) or (
            event.ruling in made and event.ruling <= len(made)
        ):
            kept.append((position, event))
    return kept


def _read(
    position: int,
    made: RulingMade,
    own: Iterable[Told],
    grounds: Iterable[Told],
    bodies: Mapping[str, Body],
    appeal: Iterable[Told],
) -> RulingRead:
    """Put a ruling together with the case and the grounds as they were known before it."""
    before = fold(case_stream(made.case), (event for at, event in own if at < position))
    known = fold(ground_stream(before.election), (event for at, event in grounds if at < position))
    against = fold(appeal_stream(made.case, made.ruling), (event for _, event in appeal))
    return RulingRead(position, made, before, known, bodies.get(made.panel or ""), against)


def _bodies(ledger: Record, own: Iterable[Told], moment: Moment) -> dict[str, Body]:
    """Read the panels that had the case, or ruled on it: members and sittings; what else they decided is left out."""
    named = [event.panel for _, event in own if isinstance(event, CaseAllocated | RulingMade) and event.panel]
    streams = {panel: body_stream(panel) for panel in dict.fromkeys(named)}
    return {
        panel: fold(body, (e for _, e in moment.past(ledger.stream(body.stream)) if not isinstance(e, DecisionTaken)))
        for panel, body in streams.items()
    }


def _contests(ledger: Record, opened: CaseOpened, rulings: Iterable[RulingRead], moment: Moment) -> dict[str, Contest]:
    """Read the contests that the case has to do with, and those of remedies."""
    named = [opened.about, *(each.contest for ruling in rulings for each in ruling.appeal.remedies.values())]
    found = {name: contest_stream(name) for name in dict.fromkeys(named) if name}
    return {
        name: fold(contest, (event for _, event in moment.past(ledger.stream(contest.stream))))
        for name, contest in found.items()
    }


def _defined(ledger: Record) -> list[str]:
    """Name the contests that were defined, for a paper in any of them may have been cancelled."""
    return [stream.removeprefix(CONTESTS) for stream in ledger.streams_of(DEFINED, CONTESTS)]


def _effects(ledger: Record, case: Case, contests: Iterable[str], moment: Moment) -> tuple[Told, ...]:
    """Read what rests on the case, or on an appeal in it, on the person's other streams."""
    opened = case.opened
    streams = {entry_stream(case.election, case.person).stream, opened.subject if opened else ""}
    streams |= {f"issued/{contest}/{case.person}" for contest in contests}
    found = []
    for stream in sorted(streams - {"", case.stream}):
        for position, event in moment.past(ledger.stream(stream)):
            basis = getattr(event, "basis", None) or ""
            if basis == case.stream or basis.startswith(f"appeal/{case.id}/"):
                found.append((position, event))
    return tuple(sorted(found, key=lambda each: each[0]))


def _unknown(ledger: Record, case: str, moment: Moment) -> RefusedError:
    """Say of a case that is not there which is most like it, or that it is not there yet."""
    known = [stream.removeprefix(CASES) for stream in ledger.streams_of(OPENED, CASES)]
    found = f"one that was not opened yet ({moment.says()})" if case in known else f"{case}{nearest(case, known)}"
    return refused("unknown-case", f"case {case}", "a case on record", found, "See the cases with: pollbook cases")

"""`case/<id>` as it stands, and `docket/<election>/<person>`: the cases about one person that are open.

A case is open until it is ruled on and the person was told, or until it is closed without. What is recorded is in
`case_events` and `ruling_events`; the decisions are in `cases`, `evidence`, `rulings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ledger.decision import Act, State
from ledger.errors import nearest, refused
from ledger.event import Event
from ledger.streams.case_events import (
    CaseAllocated,
    CaseClosed,
    CaseDocketed,
    CaseLinked,
    CaseNoticeServed,
    CaseOpened,
    CaseReopened,
    CaseUndocketed,
    ConsentGiven,
    ConsentWithdrawn,
    EvidenceAdded,
    EvidenceWithdrawn,
    InterimMeasureLifted,
    InterimMeasureTaken,
    MemberRecused,
    ReplyReceived,
)
from ledger.streams.ruling_events import RulingCorrected, RulingMade, RulingNotified

PREFIX = "case/"
NOBODY = "0" * 24  # the person whose streams are read where a case is not on record


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling as it stands: made, told or not, corrected or not."""

    made: RulingMade
    notified: RulingNotified | None = None
    corrected: tuple[RulingCorrected, ...] = ()


@dataclass(frozen=True, slots=True)
class Case(State):
    """A case as it stands.

    Attributes:
        evidence: id -> as it was added; `withdrawn`, id -> moment.
        notice: the last notice served; `replies`, moments at which replies were received; `heard`, whether one of
            them answers that notice.
        interim: the measure that was taken last, unless it was lifted, or the case was decided and the person told.
        measures: all that were ever taken, in order.
        allocated: to whom it was given last; `recused`, who withdrew from it.
        rulings: in order, numbered from 1.
        again: how it was opened again last; what was ruled before that does not end it any more.
        closed: how it was closed, unless it was opened again.
        consents: number of a ruling -> when the person consented to its fact sheet being public, and did not withdraw.
    """

    opened: CaseOpened | None = None
    evidence: Mapping[str, EvidenceAdded] = field(default_factory=dict)
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    notice: CaseNoticeServed | None = None
    replies: tuple[str, ...] = ()
    heard: bool = False
    interim: InterimMeasureTaken | None = None
    measures: tuple[InterimMeasureTaken, ...] = ()
    allocated: CaseAllocated | None = None
    recused: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    again: CaseReopened | None = None
    closed: CaseClosed | None = None
    incidents: tuple[str, ...] = ()
    consents: Mapping[int, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The case's id, from its stream's name."""
        return self.stream.removeprefix(PREFIX)

    @property
    def person(self) -> str:
        """Whom it is about: a key; of nobody where the case is not on record."""
        return self.opened.person if self.opened else NOBODY

    @property
    def election(self) -> str:
        """The election it belongs to."""
        return self.opened.election if self.opened else "none"

    @property
    def panel(self) -> str | None:
        """The panel that has it."""
        return self.allocated.panel if self.allocated else None

    @property
    def since(self) -> str:
        """Since when (UTC) it is open as it is now, or was last."""
        start = self.again or self.opened
        return start.effective if start else ""

    @property
    def reopened(self) -> str | None:
        """The moment (UTC) at which it was opened again last."""
        return self.again.effective if self.again else None

    @property
    def ruling(self) -> Ruling | None:
        """The ruling that answers the case as it is open now; None before there is one.

        What comes first is what was recorded first, whatever moments are given.
        """
        last = self.rulings[-1] if self.rulings else None
        return last if last and (self.again is None or last.made.version > self.again.version) else None

    @property
    def is_open(self) -> bool:
        """Whether a ruling may still be made."""
        return self.opened is not None and self.closed is None and self.ruling is None

    def interim_at(self, moment: str) -> InterimMeasureTaken | None:
        """Give the interim measure that is in force at a moment (UTC): it ends by itself, at the moment it names."""
        return self.interim if self.interim and self.interim.effective <= moment < self.interim.until else None

    def late_replies(self) -> int:
        """Count the replies received after the window had closed."""
        end = self.notice.reply_by.utc if self.notice else ""
        return sum(moment > end for moment in self.replies)

    def evolve(self, event: Event) -> Case:
        """Give the case after one more event."""
        after = replace(self, version=event.version)
        match event:
            case CaseOpened():
                return replace(after, opened=event)
            case EvidenceAdded():
                return replace(after, evidence={**self.evidence, event.evidence: event})
            case EvidenceWithdrawn():
                return replace(after, withdrawn={**self.withdrawn, event.evidence: event.effective})
            case CaseNoticeServed():
                return replace(after, notice=event, heard=False)
            case ReplyReceived():
                answers = self.notice is not None and event.effective >= self.notice.effective
                return replace(after, replies=(*self.replies, event.effective), heard=self.heard or answers)
            case InterimMeasureTaken():
                return replace(after, interim=event, measures=(*self.measures, event))
            case InterimMeasureLifted():
                return replace(after, interim=None)
            case CaseAllocated():
                return replace(after, allocated=event)
            case MemberRecused():
                return replace(after, recused=(*self.recused, event.member))
            case RulingMade():
                return replace(after, rulings=(*self.rulings, Ruling(event)))
            case RulingNotified():
                return replace(after, rulings=self._noted(event), interim=None)
            case RulingCorrected():
                return replace(after, rulings=self._noted(event))
            case ConsentGiven():
                return replace(after, consents={**self.consents, event.ruling: event.effective})
            case ConsentWithdrawn():
                left = {number: when for number, when in self.consents.items() if number != event.ruling}
                return replace(after, consents=left)
            case CaseLinked():
                return replace(after, incidents=(*self.incidents, event.incident))
            case CaseClosed():
                return replace(after, closed=event, interim=None)
            case CaseReopened():
                return replace(after, closed=None, again=event)
        raise TypeError(f"{event.type} does not belong to a case")

    def _noted(self, event: RulingNotified | RulingCorrected) -> tuple[Ruling, ...]:
        """Give the rulings, the one that was told or corrected with that."""
        rulings = list(self.rulings)
        if event.ruling > len(rulings):
            raise TypeError(f"{event.type} does not belong to a case without ruling {event.ruling}")
        ruling = rulings[event.ruling - 1]
        if isinstance(event, RulingNotified):
            rulings[event.ruling - 1] = replace(ruling, notified=event)
        else:
            rulings[event.ruling - 1] = replace(ruling, corrected=(*ruling.corrected, event))
        return tuple(rulings)


def case_stream(case: str) -> Case:
    """Name the stream of a case."""
    return Case(f"{PREFIX}{case}")


def require_case(case: Case) -> CaseOpened:
    """Give how a case was opened, or refuse where it was not (`unknown-case`)."""
    if case.opened is None:
        remedy = "See the cases with: pollbook cases; or record open-case"
        raise refused("unknown-case", case.stream, "a case on record", "none of this id", remedy)
    return case.opened


def require_open_case(case: Case) -> CaseOpened:
    """Give how a case was opened, or refuse where none is open (`unknown-case`, `case-closed`, `already-ruled`)."""
    opened = require_case(case)
    if case.closed is not None:
        remedy = "Record reopen-case first, if there is new evidence"
        found = f"one closed at {case.closed.effective}, {case.closed.reason}"
        raise refused("case-closed", case.stream, "an open case", found, remedy)
    if case.ruling is not None:
        found = f"ruling {case.ruling.made.ruling} of {case.ruling.made.effective}"
        remedy = "A ruling stands until it is appealed, or the case opened again: reopen-case"
        raise refused("already-ruled", case.stream, "a case that is not ruled on", found, remedy)
    return opened


def require_step(case: Case, act: Act, where: str) -> None:
    """Refuse a step that is said to come before the case was opened, or opened again, or that is still to come.

    Raises:
        RefusedError: `before-opening`, `future-dated`, in that order.
    """
    if act.effective < case.since:
        expected = f"a step from {case.since} on, when the case was opened{' again' if case.again else ''}"
        raise refused("before-opening", where, expected, act.effective, "Correct effective")
    if act.effective > act.now:
        raise refused("future-dated", where, f"a step up to now, {act.now}", act.effective, "Record it once it is done")


def require_ruling(case: Case, number: int) -> Ruling:
    """Give a ruling on a case, or refuse where it has none of this number (`unknown-case`, `unknown-ruling`)."""
    require_case(case)
    if not 1 <= number <= len(case.rulings):
        expected = f"one of {len(case.rulings)} rulings" if case.rulings else "a case that was ruled on"
        raise refused("unknown-ruling", case.stream, expected, number, f"See: pollbook case {case.id}")
    return case.rulings[number - 1]


def require_evidence(case: Case, evidence: str, where: str) -> EvidenceAdded:
    """Give evidence of a case, or refuse what it has none of (`unknown-evidence`)."""
    found = case.evidence.get(evidence)
    if found is None:
        near = f"{evidence}{nearest(evidence, case.evidence)}"
        known = ", ".join(case.evidence) or "none"
        raise refused("unknown-evidence", where, f"evidence of the case: {known}", near, "Record add-evidence first")
    return found


@dataclass(frozen=True, slots=True)
class Docket(State):
    """The cases about one person: id -> grounds, of those that are open, and of those that were closed."""

    cases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def evolve(self, event: Event) -> Docket:
        """Give the docket after one more event."""
        match event:
            case CaseDocketed():
                return replace(self, version=event.version, cases={**self.cases, event.case: event.grounds})
            case CaseUndocketed():
                cases = {case: grounds for case, grounds in self.cases.items() if case != event.case}
                grounds = self.cases.get(event.case, ())
                closed = {**self.closed, event.case: grounds}
                return replace(self, version=event.version, cases=cases, closed=closed)
        raise TypeError(f"{event.type} does not belong to a docket")

    def alike(self, case: str) -> tuple[str, ...]:
        """Give the cases that were closed on a ground that a case, which is open, is on too."""
        own = set(self.cases.get(case, ()))
        return tuple(each for each, grounds in self.closed.items() if each != case and own & set(grounds))


def docket_stream(election: str, person: str) -> Docket:
    """Name the stream of the cases about a person."""
    return Docket(f"docket/{election}/{person}")

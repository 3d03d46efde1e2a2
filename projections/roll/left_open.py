"""What is open beside a roll as of a position: batches under way, cases without a ruling, referrals not cleared.

Those cases are the ones that `pollbook cases --open` lists as of the same position.
"""

from __future__ import annotations

from ledger.event import Event
from ledger.streams.admission import AdmissionClosed, AdmissionOpened
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReferred,
    ApplicationRefusalReversed,
    ApplicationRefused,
    ApplicationWithdrawn,
    ReferralCleared,
)
from ledger.streams.case_events import CaseClosed, CaseOpened, CaseReopened
from ledger.streams.checks import ChecksClosed, ChecksOpened
from ledger.streams.cure_events import InvitationClosed, InvitationOpened, LapseClosed, LapseOpened
from ledger.streams.member import BatchReceived, BatchReconciled
from ledger.streams.payments import PaymentsReceived, PaymentsReconciled
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from ledger.streams.ruling_events import RulingMade

OPENED = (RollBuildOpened, ChecksOpened, AdmissionOpened, InvitationOpened, LapseOpened, PaymentsReceived)
CLOSED = (RollBuildClosed, ChecksClosed, AdmissionClosed, InvitationClosed, LapseClosed, PaymentsReconciled)
ENDED = (ApplicationAdmitted, ApplicationLapsed, ApplicationWithdrawn)
APPLIED = (ApplicationReceived, ApplicationReferred, ReferralCleared, ApplicationRefused, ApplicationRefusalReversed)
CASES = (CaseOpened, CaseReopened, RulingMade, CaseClosed)
READS: tuple[type[Event], ...] = (BatchReceived, BatchReconciled, *OPENED, *CLOSED, *APPLIED, *ENDED, *CASES)

Referrals = dict[str, str | None]  # ground -> the case that decides it, where one was named


class LeftOpen:
    """Folds what is open beside the roll of one election.

    Attributes:
        batches: streams of what was begun and not finished: registers, and what is done by batches for this election.
    """

    def __init__(self, election: str) -> None:
        self.batches: set[str] = set()
        self._election = election
        self._applied: dict[str, Referrals] = {}
        self._refused: dict[str, Referrals] = {}
        self._cases: dict[str, bool] = {}  # case of this election -> whether a ruling is still to be made

    @property
    def cases(self) -> int:
        """Count the open cases, and the referrals not cleared that none of these decides."""
        referrals = [case for grounds in self._applied.values() for case in grounds.values()]
        return sum(self._cases.values()) + sum(not self._cases.get(case or "") for case in referrals)

    def take(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case BatchReceived():
                self.batches.add(event.stream)
            case BatchReconciled():
                self.batches.discard(event.stream)
            case CaseOpened():
                if event.election == self._election:
                    self._cases[event.case] = True
            case CaseReopened():
                if event.case in self._cases:
                    self._cases[event.case] = True
            case RulingMade() | CaseClosed():
                if event.case in self._cases:
                    self._cases[event.case] = False
            case _ if isinstance(event, OPENED):
                if event.election == self._election:
                    self.batches.add(event.stream)
            case _ if isinstance(event, CLOSED):
                self.batches.discard(event.stream)
            case _:
                self._follow_applications(event)

    def _follow_applications(self, event: Event) -> None:
        match event:
            case ApplicationReceived():
                if event.election == self._election:
                    self._applied[event.stream] = {}
            case ApplicationReferred():
                self._applied.get(event.stream, {})[event.ground] = event.case
            case ReferralCleared():
                self._applied.get(event.stream, {}).pop(event.ground, None)
            case ApplicationRefused():
                if event.stream in self._applied:
                    self._refused[event.stream] = self._applied.pop(event.stream)
            case ApplicationRefusalReversed():
                if event.stream in self._refused:
                    self._applied[event.stream] = self._refused.pop(event.stream)
            case _ if isinstance(event, ENDED):
                self._applied.pop(event.stream, None)

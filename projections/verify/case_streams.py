"""Which states the streams of cases and appeals fold into, and which of those streams an event belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams.allocation import Rota, RotaTurnTaken
from ledger.streams.appeal import Appeal
from ledger.streams.appeal_events import (
    AppealAttempted,
    AppealDetermined,
    AppealLodged,
    AppealReceivedLate,
    AppealWithdrawn,
    EvidencePackDisclosed,
    HearingHeld,
    LeaveGranted,
    LeaveRefused,
    RemedyDone,
    RemedyOrdered,
    ReviewersAssigned,
)
from ledger.streams.case import Case, Docket
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
    IncidentClosed,
    IncidentOpened,
    InterimMeasureLifted,
    InterimMeasureTaken,
    MemberRecused,
    ReplyReceived,
)
from ledger.streams.incident import Incident
from ledger.streams.procedure import Procedure, ProcedureAdopted
from ledger.streams.ruling_events import RulingCorrected, RulingMade, RulingNotified
from ledger.streams.ruling_figures import RulingFigures, RulingFiguresPublished

CASE_KINDS: dict[str, type[State]] = {
    "appeal": Appeal,
    "case": Case,
    "docket": Docket,
    "incident": Incident,
    "procedure": Procedure,
    "rota": Rota,
    "ruling-figures": RulingFigures,
}
OF_CASES = (
    *(CaseAllocated, CaseClosed, CaseLinked, CaseNoticeServed, CaseOpened, CaseReopened, EvidenceAdded),
    *(EvidenceWithdrawn, InterimMeasureLifted, InterimMeasureTaken, MemberRecused, ReplyReceived),
    *(ConsentGiven, ConsentWithdrawn, RulingCorrected, RulingMade, RulingNotified),
)
OF_APPEALS = (
    *(AppealAttempted, AppealDetermined, AppealLodged, AppealReceivedLate, AppealWithdrawn, EvidencePackDisclosed),
    *(HearingHeld, LeaveGranted, LeaveRefused, RemedyDone, RemedyOrdered, ReviewersAssigned),
)


def case_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on, `*` for a last part that they do not; empty if any."""
    if isinstance(event, OF_CASES):
        return f"case/{event.case}"
    if isinstance(event, OF_APPEALS):
        return f"appeal/{event.case}/{event.ruling}"
    match event:
        case CaseDocketed() | CaseUndocketed():
            return f"docket/{event.election}/*"
        case RotaTurnTaken():
            return f"rota/{event.election}"
        case IncidentOpened() | IncidentClosed():
            return f"incident/{event.incident}"
        case ProcedureAdopted():
            return f"procedure/{event.election}"
        case RulingFiguresPublished():
            return f"ruling-figures/{event.election}"
    return ""

"""Which state a stream folds into, by its name or the first word of it; and which stream an event belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.decision import State
from ledger.event import Event
from ledger.streams.account import Account, AccountStated
from ledger.streams.batch import BatchClosed, BatchOpened, BatchState, BatchWithdrawn
from ledger.streams.body import Body, BodyConstituted, DecisionTaken, MemberSeated, MemberUnseated, SittingHeld
from ledger.streams.contest import Contest, ContestDefined, PollClosed
from ledger.streams.deferral import DecisionDeferred, Deferrals
from ledger.streams.document import Document, DocumentPublished, DocumentWithdrawn
from ledger.streams.election import CountRuleAdopted, Election, ElectionCalled
from ledger.streams.fee import Fees, FeeSet
from ledger.streams.founding import STREAM as FOUNDING
from ledger.streams.founding import Founding, LedgerFounded
from ledger.streams.ground import GroundAdopted, Grounds
from ledger.streams.heads import STREAM as HEADS
from ledger.streams.heads import Heads, StreamHeadsRecorded
from ledger.streams.interest import InterestDeclared, Interests, InterestWithdrawn
from ledger.streams.key import KeyEnrolled, KeyRevoked, KeyRotated, OfficerKey
from ledger.streams.log_key import STREAM as LOG_KEY
from ledger.streams.log_key import LogKey, LogKeyRotated
from ledger.streams.lot import Lot, LotCommitted, LotDrawn
from ledger.streams.office import DelegationRevoked, Office, PowerDelegated
from ledger.streams.paper import Paper
from ledger.streams.person import Erasure
from ledger.streams.report import Report, ReportMade
from ledger.streams.result import (
    FiguresPublished,
    RecountOrdered,
    Result,
    ResultAnnulled,
    ResultCorrected,
    ResultDeclared,
)
from ledger.streams.rulebook import (
    GuidelinesIssued,
    InterpretationIssued,
    RuleAmended,
    RuleBook,
    RuleBookAdopted,
    RuleRepealed,
)
from ledger.streams.signature import CommandSigned, CommandSignedWithheld, SignatureHeld
from ledger.streams.timetable import StepVaried, Timetable, TimetableSet
from ledger.streams.totals import Totals, TotalsCertified
from projections.verify.analysis_streams import ANALYSIS_KINDS, analysis_place
from projections.verify.application_streams import APPLICATION_KINDS, application_place
from projections.verify.case_streams import CASE_KINDS, case_place
from projections.verify.finding import Finding
from projections.verify.nomination_streams import NOMINATION_KINDS, nomination_place
from projections.verify.paper_streams import PAPER_KINDS, paper_place
from projections.verify.privacy_streams import PRIVACY_KINDS, privacy_place
from projections.verify.register_streams import REGISTER_KINDS, register_place
from projections.verify.roll_streams import ROLL_KINDS, roll_place

KINDS: dict[str, type[State]] = {
    "account": Account,
    "batch": BatchState,
    "body": Body,
    "contest": Contest,
    "document": Document,
    "deferral": Deferrals,
    "election": Election,
    "erasure": Erasure,
    "fee": Fees,
    "ground": Grounds,
    "key": OfficerKey,
    HEADS: Heads,
    "interest": Interests,
    FOUNDING: Founding,
    LOG_KEY: LogKey,
    "lot": Lot,
    "office": Office,
    "paper": Paper,
    "report": Report,
    "result": Result,
    "rulebook": RuleBook,
    "timetable": Timetable,
    "signature": SignatureHeld,
    "totals": Totals,
    **ANALYSIS_KINDS,
    **APPLICATION_KINDS,
    **PRIVACY_KINDS,
    **CASE_KINDS,
    **NOMINATION_KINDS,
    **PAPER_KINDS,
    **REGISTER_KINDS,
    **ROLL_KINDS,
}


PLACES = (
    *(analysis_place, application_place, case_place, nomination_place),
    *(paper_place, privacy_place, register_place, roll_place),
)


def empty_state(stream: str) -> State:
    """Give the empty state of a stream.

    Raises:
        TypeError: no stream of this program is called so.
    """
    kind = KINDS.get(stream) or KINDS.get(stream.partition("/")[0])
    if kind is None:
        raise TypeError(f"no kind of stream is called {stream.partition('/')[0]!r}")
    return kind(stream)


def place_of(event: Event) -> str:
    """Give the stream that an event's own fields put it on, `*` for the last part of a batch's; empty if any."""
    match event:
        case ElectionCalled() | CountRuleAdopted():
            return f"election/{event.election}"
        case ContestDefined() | PollClosed():
            return f"contest/{event.contest}"
        case AccountStated():
            return f"account/{event.contest}/{event.section}"
        case BodyConstituted() | MemberSeated() | MemberUnseated() | SittingHeld() | DecisionTaken():
            return f"body/{event.body}"
        case InterestDeclared() | InterestWithdrawn():
            return f"interest/{event.person}"
        case LotCommitted() | LotDrawn():
            return f"lot/{event.contest}"
        case ReportMade():
            return f"report/{event.contest}"
        case ResultDeclared() | FiguresPublished() | RecountOrdered() | ResultCorrected() | ResultAnnulled():
            return f"result/{event.contest}"
        case BatchOpened() | BatchClosed() | BatchWithdrawn():
            return f"batch/paper/{event.contest}/{event.section}/*"
        case RuleBookAdopted() | RuleAmended() | RuleRepealed() | GuidelinesIssued() | InterpretationIssued():
            return f"rulebook/{event.organisation}"
        case DocumentPublished() | DocumentWithdrawn():
            return f"document/{event.document}"
        case TotalsCertified():
            return f"totals/{event.contest}/{event.section}"
        case TimetableSet() | StepVaried():
            return f"timetable/{event.election}"
        case FeeSet():
            return f"fee/{event.election}"
        case GroundAdopted():
            return f"ground/{event.election}"
        case DecisionDeferred():
            return f"deferral/{event.election}"
        case StreamHeadsRecorded():
            return HEADS
        case KeyEnrolled() | KeyRotated() | KeyRevoked():
            return f"key/{event.officer}"
        case PowerDelegated() | DelegationRevoked():
            return f"office/{event.office}"
        case CommandSigned() | CommandSignedWithheld():
            return f"signature/{event.command}"
        case LedgerFounded():
            return FOUNDING
        case LogKeyRotated():
            return LOG_KEY
    return next((found for place in PLACES if (found := place(event))), "")


def check_place(position: int, event: Event) -> Iterator[Finding]:
    """I1: an event speaks of what its stream is named after."""
    place = place_of(event)
    found = event.stream.rpartition("/")[0] + "/*" if place.endswith("/*") else event.stream
    if place and found != place:
        yield Finding("I1", "stream-differs", position, event.type, place, event.stream)

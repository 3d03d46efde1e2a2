"""A case that a panel may rule on, for tests: each precondition holds, so that each test breaks one."""

from __future__ import annotations

from scenario import CALL_ELECTION, but

from ledger.decision import Command
from ledger.streams.allocation import AllocateCase
from ledger.streams.case_events import CaseOpened  # noqa: F401  # so that readers find what OPEN leads to
from ledger.streams.cases import OpenCase
from ledger.streams.entry import EntryAdded
from ledger.streams.evidence import AddEvidence, ServeCaseNotice, TakeInterimMeasure
from ledger.streams.ground import AdoptGround
from ledger.streams.notification import NotifyRuling
from ledger.streams.person import Identity, RecordPerson
from ledger.streams.procedure import AdoptProcedure
from ledger.streams.reopening import ReopenCase
from ledger.streams.ruling_events import CONTENTS, EntryEffect, Finding
from ledger.streams.rulings import MakeRuling
from ledger.streams.seat import ConstituteBody, SeatMember
from ledger.streams.sitting import HoldSitting

P = "0123456789abcdef01234567"  # the person
ADOPTED = "2010-05-01T12:00:00Z"
CONDUCT = "2010-06-01T12:00:00Z"
OPENED = "2010-08-01T12:00:00Z"
SERVED = "2010-08-02T09:00:00Z"
SAT, ROSE = "2010-08-10T10:00:00Z", "2010-08-10T11:00:00Z"
RULED = "2010-08-10T12:00:00Z"
TOLD = "2010-08-11T09:00:00Z"
HASH = "sha256:" + "5" * 64
MEMBERS = ("p1", "p2", "p3", "p4")

ENTRY = EntryAdded(
    actor="registrar",
    basis="intake/members/f",
    category="members",
    effective=ADOPTED,
    election="labour",
    number=1,
    recorded=ADOPTED,
    section="members",
    source="register",
    stream=f"entry/labour/{P}",
    version=1,
)  # the person's, of an election whose roll was built
GROUND = AdoptGround(
    election="labour",
    ground="other-party",
    title="Supports another party",
    tests=("nominated a candidate of another party within a year",),
    evidence="A",
    decided_by="panel",
    appeal="the appeals board",
    effective=ADOPTED,
)
PROCEDURE = AdoptProcedure(
    election="labour",
    zone="Europe/London",
    reply_hours=72,
    appeal_days=14,
    days="calendar",
    holidays=("2010-08-30",),
    hearing_hours=48,
    interim_days=30,
    reasons_words=8,
    reviewers=3,
    effective=ADOPTED,
)
PANEL = ConstituteBody(
    body="panel-1", kind="panel", name="Panel 1", quorum=3, seats=({"section": "panel", "count": 5},), effective=ADOPTED
)
SEATED = tuple(
    SeatMember(body="panel-1", person=person, section="panel", seat=seat, filled_by="appointment", effective=ADOPTED)
    for seat, person in enumerate(MEMBERS, 1)
)
OPEN = OpenCase(
    case="c1",
    election="labour",
    person=P,
    subject=f"person/{P}",
    grounds=("other-party",),
    detection="complaint",
    referred_by="registrar",
    about="leader",
    conduct=CONDUCT,
    effective=OPENED,
)
EVIDENCE = AddEvidence(
    case="c1",
    evidence="e1",
    evidence_class="A",
    digest=HASH,
    captured=CONDUCT,
    given_by="clerk",
    description="Nomination paper of another party, signed",
    disclosure="disclosed",
    effective=OPENED,
)
ALLOCATE = AllocateCase(case="c1", panel="panel-1", method="rota", among=("panel-1",), effective=OPENED)
NOTICE = ServeCaseNotice(
    case="c1", evidence=("e1",), reply_by="2010-08-05T10:00:00", channel="post", text_digest=HASH, effective=SERVED
)
SIT = HoldSitting(body="panel-1", sitting="s1", start=SAT, end=ROSE, present=MEMBERS, effective=ROSE)
RULE = MakeRuling(
    case="c1",
    outcome="refuse",
    decided_by="panel",
    panel="panel-1",
    sitting="s1",
    votes_for=3,
    votes_against=1,
    findings=(Finding(ground="other-party", met="met", conduct=CONDUCT),),
    evidence=("e1",),
    reasons="On 1 June 2010 they signed the nomination of a candidate who stood against ours, which fails test one",
    appeal="the appeals board",
    effective=RULED,
)
TELL = NotifyRuling(case="c1", ruling=1, channel="post", text_digest=HASH, contains=CONTENTS, effective=TOLD)

KNOWN = RecordPerson(person=P, identity=Identity(name="Zebedee Quillfeather"), effective=ADOPTED)
RULES: tuple[Command, ...] = (CALL_ELECTION, KNOWN, GROUND, PROCEDURE, PANEL, *SEATED)
BEFORE: tuple[Command, ...] = (*RULES, OPEN, EVIDENCE, ALLOCATE, NOTICE, SIT)
RULED_ON: tuple[Command, ...] = (*BEFORE, RULE)
REMOVES = EntryEffect(number=1, action="remove")

# A case that is opened again, for new evidence, up to the sitting after that

REOPEN = ReopenCase(case="c1", reason="new-evidence", effective="2010-08-12T09:00:00Z")
NEW_EVIDENCE: AddEvidence = but(EVIDENCE, evidence="e2", effective="2010-08-12T10:00:00Z")
NEW_NOTICE: ServeCaseNotice = but(
    NOTICE, evidence=("e1", "e2"), reply_by="2010-08-15T13:00:00", effective="2010-08-12T12:00:00Z"
)
NEW_SIT: HoldSitting = but(
    SIT, sitting="s2", start="2010-08-20T10:00:00Z", end="2010-08-20T11:00:00Z", effective="2010-08-20T11:00:00Z"
)
ANEW: tuple[Command, ...] = (RULE, TELL, REOPEN, NEW_EVIDENCE, NEW_NOTICE, NEW_SIT)
RULE_ANEW: MakeRuling = but(RULE, sitting="s2", evidence=("e1", "e2"), effective="2010-08-20T12:00:00Z")
HOLD = TakeInterimMeasure(
    case="c1", measure="hold-paper", until="2010-09-01T00:00:00Z", reason="The papers go out", effective=SERVED
)

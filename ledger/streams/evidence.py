"""What is put before a panel: evidence, the notice to the person, their replies; and what holds until it decides."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Plain
from ledger.field import Hash, Id, Text, Time
from ledger.rules.fairness import words_of
from ledger.rules.local_time import Local, Offset, dated
from ledger.streams.body import Body, body_stream, require_decision
from ledger.streams.case import Case, case_stream, require_case, require_evidence, require_open_case, require_step
from ledger.streams.case_events import (
    CaseNoticeServed,
    Disclosure,
    EvidenceAdded,
    EvidenceClass,
    EvidenceWithdrawn,
    Interim,
    InterimMeasureLifted,
    InterimMeasureTaken,
    ReplyReceived,
)
from ledger.streams.person import PersonalText
from ledger.streams.procedure import Procedure, procedure_stream

EVIDENCE_MAX = 200  # of one case


class AddEvidence(Command):
    """Add evidence to a case: what class it is of, who gave it, and whether the person is shown it.

    A: a document or official record. B: a public statement that can be attributed. C: a tip or an inference, on which
    alone nobody is refused.
    """

    private = frozenset({"description"})
    coined = frozenset({"evidence"})

    case: Id = Field(description="id of the case")
    evidence: Id = Field(description="id of the evidence, new within the case")
    evidence_class: EvidenceClass = Field(description="A document, B attributable public statement, C tip")
    digest: Hash = Field(description="SHA-256 of what is kept")
    captured: Time = Field(description="when it was captured, or is dated (UTC)")
    given_by: Id = Field(description="id of the person or office that gave it")
    description: PersonalText = Field(description="what it is and says; it is kept in the vault")
    disclosure: Disclosure = Field(description="whether the person is shown it, in part, or not")
    withheld_because: Text | None = Field(None, description="why it is not shown, or not in whole; names nobody")


@decision(AddEvidence, case=lambda c, _: case_stream(c.case))
def add_evidence(command: AddEvidence, act: Act, case: Case) -> Outcome:
    """Decide that evidence may be added.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `before-opening`, `future-dated`,
            `evidence-exists`, `evidence-full`, `withholding-reason-required`, in that order.
    """
    opened = require_open_case(case)
    where = f"evidence {command.evidence} of case {case.id}"
    require_step(case, act, where)
    if command.evidence in case.evidence:
        raise refused("evidence-exists", where, "a new id", "evidence of this id", "Choose another id")
    if len(case.evidence) >= EVIDENCE_MAX:
        raise refused("evidence-full", where, f"at most {EVIDENCE_MAX} of a case", "one more", "Join several in one")
    if command.captured > act.effective:
        remedy = "Correct captured"
        raise refused("future-dated", where, f"captured up to {act.effective}", command.captured, remedy)
    if command.disclosure != "disclosed" and command.withheld_because is None:
        remedy = "Say why in withheld_because"
        raise refused("withholding-reason-required", where, "a reason", f"none, {command.disclosure}", remedy)
    own = type(command).model_fields.keys() - Command.model_fields.keys() - {"description"}
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    event = EvidenceAdded(**act.on(case), **fields, description=Plain(command.description), person=opened.person)
    return Outcome([event])


class WithdrawEvidence(Command):
    """Withdraw evidence. A ruling that relied on it stands, and shows that it did, until it is appealed or reopened."""

    case: Id = Field(description="id of the case")
    evidence: Id = Field(description="id of the evidence")
    reason: Text = Field(description="why; it is kept for ever, so name nobody")


@decision(WithdrawEvidence, case=lambda c, _: case_stream(c.case))
def withdraw_evidence(command: WithdrawEvidence, act: Act, case: Case) -> Outcome:
    """Decide that evidence may be withdrawn, before a ruling or after.

    Raises:
        RefusedError: `unknown-case`, `unknown-evidence`, `evidence-withdrawn`.
    """
    require_case(case)
    where = f"case {case.id}"
    require_evidence(case, command.evidence, where)
    if command.evidence in case.withdrawn:
        found = f"{command.evidence} withdrawn at {case.withdrawn[command.evidence]}"
        raise refused("evidence-withdrawn", where, "evidence that is not withdrawn", found, "Nothing to do")
    fields: dict[str, Any] = {"case": case.id, "evidence": command.evidence, "reason": command.reason}
    return Outcome([EvidenceWithdrawn(**act.on(case), **fields)])


class ServeCaseNotice(Command):
    """Record that the person was told of the case, with the grounds, the evidence shown, and until when to reply."""

    written = {"reply_by": lambda body, found: found["local"] == body["reply_by"]}

    case: Id = Field(description="id of the case")
    evidence: tuple[Id, ...] = Field((), max_length=EVIDENCE_MAX, description="ids of the evidence that was shown")
    reply_by: Local = Field(description="until when to reply, local time of the rules of procedure")
    offset: Offset | None = Field(None, description="offset from UTC, such as +01:00; needed where clocks change")
    channel: Literal["post", "email", "hand", "account"] = Field(description="how it was served")
    text_digest: Hash = Field(description="SHA-256 of the notice as it was sent, or @FILE: taken from a file")


@decision(
    ServeCaseNotice,
    case=lambda c, _: case_stream(c.case),
    procedure=lambda _c, seen: procedure_stream(seen["case"].election),
)
def serve_case_notice(command: ServeCaseNotice, act: Act, case: Case, procedure: Procedure) -> Outcome:
    """Decide that a notice may be recorded: say with effective when it was served.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `before-opening`, `future-dated`,
            `procedure-missing`, `unknown-evidence`, `evidence-not-disclosable`, what `dated` raises,
            `reply-window-short`, in that order.
    """
    opened = require_open_case(case)
    where = f"notice of case {case.id}"
    require_step(case, act, where)
    rules = procedure.require(act.effective, where)
    for each in command.evidence:
        if require_evidence(case, each, where).disclosure == "withheld":
            remedy = "Leave it out, or add it as disclosed"
            raise refused("evidence-not-disclosable", where, "evidence to be shown", f"{each}, withheld", remedy)
    reply_by = dated(command.reply_by, rules.zone, command.offset, where)
    least = rules.reply_by(act.effective)
    if reply_by.utc < least.utc:
        expected = f"{rules.reply_hours} hours at least: {least.local} in {least.zone}"
        raise refused("reply-window-short", where, expected, reply_by.local, "Give the time that the rules give")
    event = CaseNoticeServed(
        **act.on(case),
        case=case.id,
        channel=command.channel,
        evidence=command.evidence,
        grounds=opened.grounds,
        reply_by=reply_by,
        text_digest=command.text_digest,
    )
    return Outcome([event])


class ReceiveReply(Command):
    """Record a reply of the person, whenever it came: one that is late is put to the panel as late."""

    private = frozenset({"reply"})

    case: Id = Field(description="id of the case")
    reply: PersonalText = Field(description="what it says, or a summary; it is kept in the vault")


@decision(ReceiveReply, case=lambda c, _: case_stream(c.case))
def receive_reply(command: ReceiveReply, act: Act, case: Case) -> Outcome:
    """Decide that a reply may be recorded: say with effective when it came.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `before-opening`, `future-dated`, in that order.
    """
    opened = require_open_case(case)
    require_step(case, act, f"reply in case {case.id}")
    return Outcome([ReplyReceived(**act.on(case), case=case.id, person=opened.person, reply=Plain(command.reply))])


class TakeInterimMeasure(Command):
    """Hold a paper back, or suspend an entry, until the case is decided; it has an end.

    The rules of procedure say how long it may last; where the person has no notice of the case, it lasts no longer than
    they would have to reply. To go on with it, or to take another, needs a new decision of the panel that has the case,
    and reasons of its own. Nobody loses an entry by it: the roll stays as it is. While it is in force the person is
    issued no paper alone, or again, and pollbook why shows it. It ends by itself when it says, when it is lifted, or
    when they are told of a ruling.
    """

    case: Id = Field(description="id of the case")
    measure: Interim = Field(description="hold-paper, or suspend-entry")
    until: Time | None = Field(None, description="until when (UTC)")
    decision: Id | None = Field(None, description="id of the panel's decision to go on, where one was taken before")
    reason: Text = Field(description="why it cannot wait; it is kept for ever, so name nobody")


@decision(
    TakeInterimMeasure,
    case=lambda c, _: case_stream(c.case),
    procedure=lambda _c, seen: procedure_stream(seen["case"].election),
    body=lambda _c, seen: body_stream(seen["case"].panel or "none"),
)
def take_interim_measure(
    command: TakeInterimMeasure, act: Act, case: Case, procedure: Procedure, body: Body
) -> Outcome:
    """Decide that an interim measure may be taken, or gone on with.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `before-opening`, `future-dated`,
            `interim-needs-end-date`, `procedure-missing`, `interim-not-provided`, `interim-without-notice`,
            `interim-too-long`; of one that follows on another `not-allocated`, what `require_decision` raises,
            `decision-not-new`, `interim-reason-repeated`; in that order.
    """
    require_open_case(case)
    where = f"interim measure in case {case.id}"
    require_step(case, act, where)
    if command.until is None or command.until <= act.effective:
        found = command.until or "none"
        raise refused("interim-needs-end-date", where, f"an end after {act.effective}", found, "Give until")
    _require_length(command.until, act, case, procedure, where)
    fields: dict[str, Any] = {"case": case.id, "measure": command.measure, "reason": command.reason}
    if case.measures:
        _require_new_decision(command, act, case, body, where)
        fields |= {"decision": command.decision, "panel": case.panel}
    return Outcome([InterimMeasureTaken(**act.on(case), **fields, until=command.until)])


def _require_length(until: str, act: Act, case: Case, procedure: Procedure, where: str) -> None:
    """Refuse a measure that lasts longer than the rules of procedure give (`interim-too-long`, and its kin)."""
    rules = procedure.require(act.effective, where)
    longest = rules.interim_by(act.effective, noticed=True)
    if longest is None:
        remedy = "Adopt rules of procedure that say for how long: adopt-procedure with interim_days"
        raise refused("interim-not-provided", where, "rules that provide for interim measures", "none", remedy)
    unnoticed = rules.interim_by(act.effective, noticed=False) or longest
    if case.notice is None and until > unnoticed:
        expected = f"an end by {unnoticed}, {rules.reply_hours} hours on, of one without notice to the person"
        raise refused("interim-without-notice", where, expected, until, "Record serve-case-notice first")
    if until > longest:
        expected = f"an end by {longest}, at most {rules.interim_days} days on"
        raise refused("interim-too-long", where, expected, until, "Go on with it then, by a decision of the panel")


def _require_new_decision(command: TakeInterimMeasure, act: Act, case: Case, body: Body, where: str) -> None:
    """Refuse to go on with a measure but by a decision of the panel taken since, for reasons that were not given."""
    last = case.measures[-1]
    if case.panel is None:
        found = f"none, and a measure taken at {last.effective}"
        raise refused("not-allocated", where, "a panel that decides to go on", found, "Record allocate-case first")
    require_decision(body, command.decision, act.effective, where, founded=True)
    taken = body.decisions[command.decision or ""]
    if taken.effective <= last.effective or command.decision in [each.decision for each in case.measures]:
        expected = f"a decision taken after {last.effective}, on which no measure rests yet"
        found = f"{command.decision} of {taken.effective}"
        raise refused("decision-not-new", where, expected, found, "Let the panel decide anew: take-decision")
    if words_of(command.reason) in [words_of(each.reason) for each in case.measures]:
        remedy = "Say in reason why it cannot wait any longer"
        raise refused("interim-reason-repeated", where, "reasons of its own", "those given before", remedy)


class LiftInterimMeasure(Command):
    """End an interim measure before its time."""

    case: Id = Field(description="id of the case")
    reason: Text = Field(description="why; it is kept for ever, so name nobody")


@decision(LiftInterimMeasure, case=lambda c, _: case_stream(c.case))
def lift_interim_measure(command: LiftInterimMeasure, act: Act, case: Case) -> Outcome:
    """Decide that an interim measure may be lifted.

    Raises:
        RefusedError: `unknown-case`, `no-interim-measure`.
    """
    require_case(case)
    if case.interim_at(act.effective) is None:
        raise refused("no-interim-measure", case.stream, "a measure in force", "none", "Nothing to do")
    return Outcome([InterimMeasureLifted(**act.on(case), case=case.id, reason=command.reason)])

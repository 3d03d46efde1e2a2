"""A nominee's own file: accepting and declining, the agent, statements, attributes, withdrawing.

The stream is `candidate/<contest>/<id>`; what is recorded there is in `candidate_file`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ledger.decision import Act, Command, Outcome, Reads, decision
from ledger.errors import refused
from ledger.field import Id, Text, check_text
from ledger.rules.nomination import STATEMENT_MAX
from ledger.streams.candidate_file import (
    AgentAppointed,
    AttributeKind,
    AttributeRecorded,
    CandidateFile,
    CandidateWithdrew,
    Language,
    NominationAccepted,
    NominationDeclined,
    StatementLodged,
    candidate_stream,
)
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.live import require_unstated
from ledger.streams.nominated import (
    Day,
    Nominations,
    consents_close,
    nominations_stream,
    require_nominee,
    require_opened,
    require_past,
)
from ledger.streams.person import Person
from ledger.streams.timetable import Timetable, timetable_stream

SPECIAL = frozenset(("gender-category",))  # recorded with the candidate's consent alone

StatementText = Annotated[
    str, StringConstraints(min_length=1, max_length=7 * STATEMENT_MAX), AfterValidator(check_text)
]


class _OfNominee(Command):
    contest: Id = Field(description="id of the contest")
    nominee: Id = Field(description="id of the nominee")


OF_NOMINEE: Reads = {
    "nominations": lambda c, _: nominations_stream(c.contest),
    "candidate": lambda c, _: candidate_stream(c.contest, c.nominee),
}


def _timetable(_command: _OfNominee, seen: Mapping[str, Nominations]) -> Timetable:
    return timetable_stream(seen["nominations"].election)


class AcceptNomination(_OfNominee):
    """Accept a nomination: the nominee's consent to stand."""


@decision(AcceptNomination, **OF_NOMINEE, timetable=_timetable, founding=lambda _c, _s: founding_stream())
def accept_nomination(
    command: AcceptNomination,
    act: Act,
    nominations: Nominations,
    timetable: Timetable,
    candidate: CandidateFile,
    founding: Founding,
) -> Outcome:
    """Decide that a nomination is accepted. Who declined may accept until consents close.

    Raises:
        RefusedError: `nominations-missing`, `not-nominated`, `candidate-withdrew`, `future-dated`, `late`,
            `statement-published`, `already-answered`.
    """
    where = _may_act(command, act, nominations, candidate)
    _require_in_time(timetable, act, where)
    require_unstated(founding, nominations, where)
    if candidate.accepted:
        raise refused("already-answered", where, "no acceptance yet", "one on record", "Nothing needs doing")
    return Outcome([NominationAccepted(**act.on(candidate), contest=command.contest, nominee=command.nominee)])


class DeclineNomination(_OfNominee):
    """Decline a nomination: the nominee does not stand."""


@decision(DeclineNomination, **OF_NOMINEE)
def decline_nomination(
    command: DeclineNomination, act: Act, nominations: Nominations, candidate: CandidateFile
) -> Outcome:
    """Decide that a nomination is declined. Who accepted withdraws instead.

    Raises:
        RefusedError: `nominations-missing`, `not-nominated`, `candidate-withdrew`, `future-dated`, `already-answered`.
    """
    where = _may_act(command, act, nominations, candidate)
    if candidate.accepted is not None:
        found = "an acceptance" if candidate.accepted else "a refusal"
        remedy = "Who has accepted can withdraw: withdraw-candidate"
        raise refused("already-answered", where, "no answer yet", found, remedy)
    return Outcome([NominationDeclined(**act.on(candidate), contest=command.contest, nominee=command.nominee)])


class AppointAgent(_OfNominee):
    """Appoint a candidate's agent, in place of any before."""

    agent: Id = Field(description="id of the agent, a person recorded with record-person")


@decision(AppointAgent, **OF_NOMINEE, person=lambda c, _: Person(f"person/{c.agent}"))
def appoint_agent(
    command: AppointAgent, act: Act, nominations: Nominations, candidate: CandidateFile, person: Person
) -> Outcome:
    """Decide that an agent may be appointed.

    Raises:
        RefusedError: `nominations-missing`, `not-nominated`, `candidate-withdrew`, `future-dated`, `unknown-person`.
    """
    where = _may_act(command, act, nominations, candidate)
    if not person.exists:
        raise refused("unknown-person", where, "a person on record", command.agent, "Record record-person first")
    fields = command.model_dump(exclude={"effective", "authority"})
    return Outcome([AgentAppointed(**act.on(candidate), **fields)])


class LodgeStatement(_OfNominee):
    """Lodge a candidate's statement in a language, in place of any before in it. The ledger keeps its digest."""

    names = frozenset({"text"})

    language: Language = Field(description="language tag, such as en or cy")
    text: StatementText = Field(description="the text as it is to be published")

    def said(self) -> dict[str, Any]:
        """Give what is signed, and kept with the signature: the text by its digest, as the ledger has it."""
        said = self.model_dump(mode="json", exclude_none=True, exclude={"text"})
        return {**said, "digest": _digest(self.text)}


@decision(LodgeStatement, **OF_NOMINEE, timetable=_timetable)
def lodge_statement(
    command: LodgeStatement, act: Act, nominations: Nominations, timetable: Timetable, candidate: CandidateFile
) -> Outcome:
    """Decide that a statement may be lodged: within the limit of the rule of nomination, and in time.

    Raises:
        RefusedError: `nominations-missing`, `not-nominated`, `candidate-withdrew`, `future-dated`, `late`,
            `statement-too-long`.
    """
    where = _may_act(command, act, nominations, candidate)
    _require_in_time(timetable, act, where)
    lengths = {"words": len(command.text.split()), "characters": len(command.text)}
    limit = require_opened(nominations).rule.statement
    if limit is not None and lengths[limit.unit] > limit.most:
        found = f"{lengths[limit.unit]} > {limit.most}"
        raise refused("statement-too-long", where, f"at most {limit.most} {limit.unit}", found, "Shorten it")
    event = StatementLodged(
        **act.on(candidate),
        characters=lengths["characters"],
        contest=command.contest,
        digest=_digest(command.text),
        language=command.language,
        nominee=command.nominee,
        words=lengths["words"],
    )
    return Outcome([event])


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class RecordAttribute(_OfNominee):
    """Record something of a candidate with its source: incumbent, slate, residence, region, category."""

    attribute: AttributeKind = Field(description="what it is; of incumbent the value is yes or no")
    value: Text = Field(description="the value, as the source has it")
    source: Text = Field(description="who says so, and where")
    as_of: Day = Field(description="the day that it is of: YYYY-MM-DD")
    consent: Literal["given"] | None = Field(None, description="the candidate's consent; needed for gender-category")


@decision(RecordAttribute, **OF_NOMINEE)
def record_attribute(command: RecordAttribute, act: Act, nominations: Nominations, candidate: CandidateFile) -> Outcome:
    """Decide that an attribute may be recorded.

    Raises:
        RefusedError: `nominations-missing`, `not-nominated`, `future-dated`, `consent-required`, `yes-or-no`.
    """
    require_opened(nominations)
    require_nominee(nominations, command.nominee, "not-nominated")
    where = f"{command.nominee}, contest {command.contest}, attribute {command.attribute}"
    require_past(act.effective, act.now, where)
    if command.attribute in SPECIAL and command.consent is None:
        raise refused("consent-required", where, "the candidate's consent", "none", "Ask for it, and say so")
    if command.attribute == "incumbent" and command.value not in ("yes", "no"):
        raise refused("yes-or-no", where, "yes or no", repr(command.value), "Correct the value")
    fields = command.model_dump(exclude={"effective", "authority"})
    return Outcome([AttributeRecorded(**act.on(candidate), **fields)])


class WithdrawCandidate(_OfNominee):
    """Record that a candidate withdrew. Once the contest is defined, the name stays on the ballot paper."""


@decision(WithdrawCandidate, **OF_NOMINEE)
def withdraw_candidate(
    command: WithdrawCandidate, act: Act, nominations: Nominations, candidate: CandidateFile
) -> Outcome:
    """Decide that a candidate withdrew.

    Raises:
        RefusedError: `nominations-missing`, `not-nominated`, `candidate-withdrew`, `future-dated`.
    """
    _may_act(command, act, nominations, candidate)
    return Outcome([CandidateWithdrew(**act.on(candidate), contest=command.contest, nominee=command.nominee)])


def _may_act(command: _OfNominee, act: Act, nominations: Nominations, candidate: CandidateFile) -> str:
    """Refuse for somebody who was not named or has withdrawn, or later than now; give who and where."""
    require_opened(nominations)
    require_nominee(nominations, command.nominee, "not-nominated")
    where = f"{command.nominee}, contest {command.contest}"
    if candidate.withdrew is not None:
        found = f"one who withdrew at {candidate.withdrew.effective}"
        raise refused("candidate-withdrew", where, "a nominee who stands", found, "Nothing more is recorded")
    require_past(act.effective, act.now, where)
    return where


def _require_in_time(timetable: Timetable, act: Act, where: str) -> None:
    """Refuse after consents close, or where the timetable has no such step, after the last close of nominations."""
    last = consents_close(timetable)
    if last is not None and act.effective > last:
        raise refused("late", where, f"up to {last}", act.effective, "It has no effect any more")

"""`candidate/<contest>/<id>`: a nominee's file: acceptance, agent, statements, attributes with sources, withdrawal.

What is recorded there, and the state; the decisions are in `candidate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import StringConstraints

from ledger.decision import State
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text
from ledger.streams.nominated import Day

LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"  # BCP 47, as far as it is used for statements
AttributeKind = Literal["incumbent", "slate", "residence", "region", "gender-category"]

Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]


class NominationAccepted(Event):
    """A nominee accepted to stand."""

    audience = Audience.PUBLIC
    type: Literal["nomination-accepted.v1"] = "nomination-accepted.v1"
    contest: Id
    nominee: Id


class NominationDeclined(Event):
    """A nominee declined to stand."""

    audience = Audience.PUBLIC
    type: Literal["nomination-declined.v1"] = "nomination-declined.v1"
    contest: Id
    nominee: Id


class AgentAppointed(Event):
    """A candidate appointed an agent, in place of any before; `agent` is a person on record."""

    audience = Audience.PUBLIC
    type: Literal["agent-appointed.v1"] = "agent-appointed.v1"
    agent: Id
    contest: Id
    nominee: Id


class StatementLodged(Event):
    """A candidate's statement was lodged in one language; `digest` is SHA-256 of its text in UTF-8."""

    audience = Audience.PUBLIC
    type: Literal["statement-lodged.v1"] = "statement-lodged.v1"
    characters: Count
    contest: Id
    digest: Hash
    language: Language
    nominee: Id
    words: Count


class AttributeRecorded(Event):
    """Something was recorded of a candidate, as its source has it; the ledger does not assert it."""

    audience = Audience.PUBLIC
    type: Literal["attribute-recorded.v1"] = "attribute-recorded.v1"
    as_of: Day
    consent: Literal["given"] | None = None
    contest: Id
    attribute: AttributeKind
    nominee: Id
    source: Text
    value: Text


class CandidateWithdrew(Event):
    """A candidate withdrew; nominators are free to nominate again until their class closes."""

    audience = Audience.PUBLIC
    type: Literal["candidate-withdrew.v1"] = "candidate-withdrew.v1"
    contest: Id
    nominee: Id


@dataclass(frozen=True, slots=True)
class CandidateFile(State):
    """A nominee's file as it stands; `accepted` is None before an answer, `attributes` the last of each kind."""

    accepted: bool | None = None
    agent: str | None = None
    statements: Mapping[str, StatementLodged] = field(default_factory=dict)
    attributes: Mapping[str, AttributeRecorded] = field(default_factory=dict)
    withdrew: CandidateWithdrew | None = None

    @property
    def incumbent(self) -> bool:
        """Whether the nominee holds the seat, as recorded last."""
        held = self.attributes.get("incumbent")
        return held is not None and held.value == "yes"

    def evolve(self, event: Event) -> CandidateFile:
        """Give the file after one more event."""
        after = replace(self, version=event.version)
        match event:
            case NominationAccepted():
                return replace(after, accepted=True)
            case NominationDeclined():
                return replace(after, accepted=False)
            case AgentAppointed():
                return replace(after, agent=event.agent)
            case StatementLodged():
                return replace(after, statements={**self.statements, event.language: event})
            case AttributeRecorded():
                return replace(after, attributes={**self.attributes, event.attribute: event})
            case CandidateWithdrew():
                return replace(after, withdrew=event)
        raise TypeError(f"{event.type} does not belong to a candidate")


def candidate_stream(contest: str, nominee: str) -> CandidateFile:
    """Name the stream of a nominee's file."""
    return CandidateFile(f"candidate/{contest}/{nominee}")

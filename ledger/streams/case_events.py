"""What is recorded of a case on `case/<id>`, but for its rulings: one question about one person, on adopted grounds.

Who the case is about is known by a key. What anybody said, and how something was found, goes to the vault, under
that key, and is erased with the person.
"""

from __future__ import annotations

from typing import Literal

from ledger.event import Audience, Event, Private
from ledger.field import Hash, Id, PersonKey, StreamId, Text, Time, Version
from ledger.rules.local_time import Dated

Detection = Literal["complaint", "match", "search", "press", "random-audit"]
EvidenceClass = Literal["A", "B", "C"]
Disclosure = Literal["disclosed", "redacted", "withheld"]
Interim = Literal["hold-paper", "suspend-entry"]
Allocation = Literal["rota", "lot", "manual"]
Closing = Literal["decided", "withdrawn", "no-case"]
Reopening = Literal["new-evidence", "remitted"]


class CaseOpened(Event):
    """A case was opened: about whom, on which grounds, and how it was found. `referred_by` does not decide it.

    `about` and `candidates` are the contest and those in it that it has to do with. Whatever they say, who has an
    interest in any contest of the election does not decide it.
    """

    audience = Audience.RESTRICTED
    type: Literal["case-opened.v1"] = "case-opened.v1"
    about: Id | None = None
    candidates: tuple[Id, ...] = ()
    case: Id
    conduct: Time | None = None
    detection: Detection
    election: Id
    grounds: tuple[Id, ...]
    person: PersonKey
    referred_by: Id
    search: Private | None = None
    subject: StreamId


class CaseDocketed(Event):
    """A case about a person was entered among those that are open, on `docket/<election>/<person>`."""

    audience = Audience.RESTRICTED
    type: Literal["case-docketed.v1"] = "case-docketed.v1"
    case: Id
    election: Id
    grounds: tuple[Id, ...]


class CaseUndocketed(Event):
    """A case about a person is not open any more."""

    audience = Audience.RESTRICTED
    type: Literal["case-undocketed.v1"] = "case-undocketed.v1"
    case: Id
    election: Id


class EvidenceAdded(Event):
    """Evidence was added: a document (A), an attributable public statement (B), or a tip (C).

    `digest` is SHA-256 of what was kept; `given_by` who gave it, or captured it.
    """

    audience = Audience.RESTRICTED
    type: Literal["evidence-added.v1"] = "evidence-added.v1"
    captured: Time
    case: Id
    description: Private
    digest: Hash
    disclosure: Disclosure
    evidence: Id
    evidence_class: EvidenceClass
    given_by: Id
    person: PersonKey
    withheld_because: Text | None = None


class EvidenceWithdrawn(Event):
    """Evidence was withdrawn; rulings that relied on it say so from then on, and stand until they are changed."""

    audience = Audience.RESTRICTED
    type: Literal["evidence-withdrawn.v1"] = "evidence-withdrawn.v1"
    case: Id
    evidence: Id
    reason: Text


class CaseNoticeServed(Event):
    """The person was told of the case: the grounds, the evidence that they were shown, and until when to reply."""

    audience = Audience.RESTRICTED
    type: Literal["case-notice-served.v1"] = "case-notice-served.v1"
    case: Id
    channel: Literal["post", "email", "hand", "account"]
    evidence: tuple[Id, ...]
    grounds: tuple[Id, ...]
    reply_by: Dated
    text_digest: Hash


class ReplyReceived(Event):
    """A reply was received when this took effect; one after the window has closed is put to the panel as late."""

    audience = Audience.RESTRICTED
    type: Literal["reply-received.v1"] = "reply-received.v1"
    case: Id
    person: PersonKey
    reply: Private


class InterimMeasureTaken(Event):
    """A measure was taken until the case is decided, or until it ends.

    One that follows on another rests on a decision of the panel that has the case.
    """

    audience = Audience.RESTRICTED
    type: Literal["interim-measure-taken.v1"] = "interim-measure-taken.v1"
    case: Id
    decision: Id | None = None
    measure: Interim
    panel: Id | None = None
    reason: Text
    until: Time


class InterimMeasureLifted(Event):
    """The measure ended before its time."""

    audience = Audience.RESTRICTED
    type: Literal["interim-measure-lifted.v1"] = "interim-measure-lifted.v1"
    case: Id
    reason: Text


class CaseAllocated(Event):
    """The case was given to a panel, or to another one.

    `among` are the panels of a rota in the order of their turns, of which this is number `turn`, or those that a lot
    was drawn among; `witnesses` say how it was drawn.
    """

    audience = Audience.RESTRICTED
    type: Literal["case-allocated.v1"] = "case-allocated.v1"
    among: tuple[Id, ...] = ()
    case: Id
    method: Allocation
    panel: Id
    reason: Text | None = None
    turn: Version | None = None
    witnesses: Text | None = None


class MemberRecused(Event):
    """A member of a panel withdrew from the case, or had to."""

    audience = Audience.RESTRICTED
    type: Literal["member-recused.v1"] = "member-recused.v1"
    case: Id
    member: Id
    reason: Text
    required: Literal["own-wish", "required"]


class CaseClosed(Event):
    """The case was closed: decided, or without a ruling."""

    audience = Audience.RESTRICTED
    type: Literal["case-closed.v1"] = "case-closed.v1"
    case: Id
    reason: Closing


class CaseReopened(Event):
    """A case that was ruled on or closed was opened again: for new evidence, or as an appeal remitted it."""

    audience = Audience.RESTRICTED
    type: Literal["case-reopened.v1"] = "case-reopened.v1"
    basis: StreamId | None = None
    case: Id
    reason: Reopening


class ConsentGiven(Event):
    """The person consented to the fact sheet of a ruling on them being public; the digest is of what they signed."""

    audience = Audience.RESTRICTED
    type: Literal["consent-given.v1"] = "consent-given.v1"
    by: Literal["subject", "representative"]
    case: Id
    ruling: Version
    text_digest: Hash


class ConsentWithdrawn(Event):
    """The person withdrew their consent: the fact sheet is not public any more."""

    audience = Audience.RESTRICTED
    type: Literal["consent-withdrawn.v1"] = "consent-withdrawn.v1"
    case: Id
    ruling: Version


class IncidentOpened(Event):
    """Something that many cases may have to do with: a guide that went round, a pattern, a leak."""

    audience = Audience.RESTRICTED
    type: Literal["incident-opened.v1"] = "incident-opened.v1"
    election: Id
    incident: Id
    kind: Literal["guide", "bulk-pattern", "leak", "other"]
    title: Text


class CaseLinked(Event):
    """A case was linked to an incident. Nothing is decided by that."""

    audience = Audience.RESTRICTED
    type: Literal["case-linked.v1"] = "case-linked.v1"
    case: Id
    incident: Id
    signal: Text


class IncidentClosed(Event):
    """An incident was closed."""

    audience = Audience.RESTRICTED
    type: Literal["incident-closed.v1"] = "incident-closed.v1"
    finding: Text
    incident: Id

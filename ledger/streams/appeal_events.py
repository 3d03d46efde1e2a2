"""What is recorded of an appeal, on `appeal/<case>/<ruling>`: one ruling is appealed once.

What comes late, and what is tried where no appeal lies, is on record too, as events of their own.
"""

from __future__ import annotations

from typing import Literal

from ledger.event import Audience, Canonical, Event, Private
from ledger.field import Count, Hash, Id, PersonKey, StreamId, Text, Time, Version
from ledger.rules.local_time import Dated

AppealGround = Literal["procedure", "new-evidence", "wrong-rule", "disproportionate", "bias", "fact"]
Standing = Literal["subject", "representative"]
AppealOutcome = Literal["dismissed", "allowed", "varied", "remitted"]
Remedy = Literal[
    "restore-entry",
    "issue-paper",
    "count-set-aside",
    "admit",
    "refund",
    "apology",
    "rerun",
    "rehearing",
    "none-possible",
]


class AppealLodged(Event):
    """An appeal against a ruling was lodged in time: by whom it is about, or for them, and on which grounds."""

    audience = Audience.RESTRICTED
    type: Literal["appeal-lodged.v1"] = "appeal-lodged.v1"
    by: Standing
    case: Id
    election: Id
    grounds: tuple[AppealGround, ...]
    person: PersonKey
    ruling: Version
    statement: Private


class AppealReceivedLate(Event):
    """An appeal was received after the time to appeal had ended: it needs leave."""

    audience = Audience.RESTRICTED
    type: Literal["appeal-received-late.v1"] = "appeal-received-late.v1"
    appeal_by: Dated
    by: Standing
    case: Id
    election: Id
    grounds: tuple[AppealGround, ...]
    person: PersonKey
    ruling: Version
    statement: Private


class AppealAttempted(Event):
    """Somebody tried to appeal where no appeal lies, by the clause that the ruling named."""

    audience = Audience.RESTRICTED
    type: Literal["appeal-attempted.v1"] = "appeal-attempted.v1"
    by: Standing
    case: Id
    election: Id
    grounds: tuple[AppealGround, ...]
    no_appeal: Hash
    person: PersonKey
    ruling: Version
    statement: Private


class LeaveGranted(Event):
    """A late appeal was let in."""

    audience = Audience.RESTRICTED
    type: Literal["leave-granted.v1"] = "leave-granted.v1"
    case: Id
    reason: Text
    ruling: Version


class LeaveRefused(Event):
    """A late appeal was not let in, and ends there."""

    audience = Audience.RESTRICTED
    type: Literal["leave-refused.v1"] = "leave-refused.v1"
    case: Id
    reason: Text
    ruling: Version


class ReviewersAssigned(Event):
    """Reviewers were assigned, or others in their place: each was found to be independent as this took effect."""

    audience = Audience.RESTRICTED
    type: Literal["reviewers-assigned.v1"] = "reviewers-assigned.v1"
    case: Id
    reviewers: tuple[Id, ...]
    ruling: Version


class Withheld(Canonical):
    """Evidence that is not in a pack, or not in whole, and why."""

    evidence: Id
    why: Text


class EvidencePackDisclosed(Event):
    """The evidence was disclosed to the appellant: all that the ruling relied on, shown or said why not."""

    audience = Audience.RESTRICTED
    type: Literal["evidence-pack-disclosed.v1"] = "evidence-pack-disclosed.v1"
    case: Id
    items: tuple[Id, ...]
    ruling: Version
    text_digest: Hash
    withheld: tuple[Withheld, ...]


class HearingHeld(Event):
    """The appeal was heard, or decided on the papers where nobody asked to be heard."""

    audience = Audience.RESTRICTED
    type: Literal["hearing-held.v1"] = "hearing-held.v1"
    case: Id
    manner: Literal["hearing", "papers"]
    notice: Time
    present: tuple[Id, ...]
    record_digest: Hash
    represented: Literal["yes", "no"]
    ruling: Version


class Answer(Canonical):
    """What reviewers found on one ground of an appeal."""

    ground: AppealGround
    upheld: Literal["upheld", "not-upheld"]


class AppealDetermined(Event):
    """The appeal was determined: each ground answered, with votes and reasons."""

    audience = Audience.RESTRICTED
    type: Literal["appeal-determined.v1"] = "appeal-determined.v1"
    abstained: Count | None = None
    answers: tuple[Answer, ...]
    case: Id
    outcome: AppealOutcome
    person: PersonKey
    reasons: Private
    reasons_words: Count
    ruling: Version
    votes_against: Count
    votes_for: Count


class RemedyOrdered(Event):
    """A remedy was ordered, one that was possible at that stage; or it was said that none is, and why."""

    audience = Audience.RESTRICTED
    type: Literal["remedy-ordered.v1"] = "remedy-ordered.v1"
    case: Id
    contest: Id | None = None
    due: Dated | None = None
    entry: Version | None = None
    number: Version
    reason: Text | None = None
    remedy: Remedy
    ruling: Version


class RemedyDone(Event):
    """A remedy was done; `proof` is the stream that shows it, or the digest of a paper that does."""

    audience = Audience.RESTRICTED
    type: Literal["remedy-done.v1"] = "remedy-done.v1"
    case: Id
    number: Version
    proof: StreamId | Hash
    ruling: Version


class AppealWithdrawn(Event):
    """The appeal was withdrawn, as a letter of who lodged it asks."""

    audience = Audience.RESTRICTED
    type: Literal["appeal-withdrawn.v1"] = "appeal-withdrawn.v1"
    case: Id
    request_digest: Hash | None = None
    ruling: Version

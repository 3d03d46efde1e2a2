"""Rulings on a case, on `case/<id>`: what was decided by whom on what, when the person was told, and corrections."""

from __future__ import annotations

from typing import Literal, get_args

from ledger.event import Audience, Canonical, Event, Private
from ledger.field import Count, Hash, Id, PersonKey, Text, Time, Version
from ledger.rules.local_time import Dated

RulingOutcome = Literal["admit", "refuse", "remove", "suspend", "restore", "no-action", "refer-up"]
DecidedBy = Literal["auto", "officer", "panel"]
EntryAction = Literal["remove", "restore", "none"]
PaperAction = Literal["none", "cancel-unreturned", "set-aside"]
Content = Literal["ground", "rule", "evidence", "reasons", "appeal"]
CONTENTS: tuple[Content, ...] = get_args(Content)  # what a letter has to say, in this order


class Finding(Canonical):
    """What was found on one ground: that it is met, that it is not, or that it was considered and not relied on."""

    clause: Hash | None = None
    conduct: Time
    ground: Id
    met: Literal["met", "not-met", "not-relied-on"]


class EntryEffect(Canonical):
    """What a ruling does to one entry of the person."""

    action: EntryAction
    number: Version


class RulingMade(Event):
    """A ruling was made: on findings, evidence and reasons. It reaches the roll when the person is told.

    `votes_*` are those of a panel's members who were present and not recused; `reasons_key` is a keyed digest by
    which equal reasons are known. `appeal` says to whom one may appeal, `no_appeal` by which clause to nobody.
    """

    audience = Audience.RESTRICTED
    type: Literal["ruling-made.v1"] = "ruling-made.v1"
    abstained: Count
    appeal: Text | None = None
    case: Id
    check_version: Text | None = None
    decided_by: DecidedBy
    effects: tuple[EntryEffect, ...]
    evidence: tuple[Id, ...]
    findings: tuple[Finding, ...]
    interim_reason: Text | None = None
    late_replies: Count
    no_appeal: Hash | None = None
    outcome: RulingOutcome
    panel: Id | None = None
    papers: PaperAction
    person: PersonKey
    reasons: Private
    reasons_key: Id
    reasons_words: Count
    recused: tuple[Id, ...]
    replies: Count
    reviewed_by: Id | None = None
    ruling: Version
    sitting: Id | None = None
    votes_against: Count
    votes_for: Count


class RulingNotified(Event):
    """The person was told of a ruling, which has effect from then on; `appeal_by` is until when they may appeal."""

    audience = Audience.RESTRICTED
    type: Literal["ruling-notified.v1"] = "ruling-notified.v1"
    appeal_by: Dated | None = None
    case: Id
    channel: Literal["post", "email", "hand", "account"]
    contains: tuple[Content, ...]
    ruling: Version
    text_digest: Hash


class RulingCorrected(Event):
    """A slip of the pen in a ruling's reasons was put right; what it decides, and on what, stays the same.

    `reasons_words` and `reasons_key` are of the reasons as they read from then on, as those of the ruling were.
    """

    audience = Audience.RESTRICTED
    type: Literal["ruling-corrected.v1"] = "ruling-corrected.v1"
    case: Id
    person: PersonKey
    reason: Text
    reasons: Private
    reasons_key: Id
    reasons_words: Count
    ruling: Version

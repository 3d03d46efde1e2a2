"""The events of `application/<key>`: what became of somebody's application to take part in one election.

The key is that of its receipt number, under a secret of the vault. The applicant is the person of the same key; who
they are lives in the vault alone. Amounts are in the currency's smallest unit, as pence.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ledger.event import Audience, Canonical, Event, Private
from ledger.field import Count, Hash, Id, PersonKey, StreamId, Text, Time, Version
from ledger.rules.local_time import Dated
from ledger.streams.fee import Currency
from ledger.streams.nominated import Day

SCORE_MAX = 10_000

CheckName = Literal["register-match", "duplicate", "age", "sanction-list", "payment", "identity"]
CheckOutcome = Literal["pass", "near", "none", "fail", "error"]
Against = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9/-]{0,199}$")]
TestOutcome = Literal["passed", "failed", "outstanding"]


class ApplicationReceived(Event):
    """An application was received in time, `received` being when; with the fee that it was quoted.

    `fee_version` is the place of that fee in the stream of the election's fees, `fee_due` the amount of it or of its
    `concession`, counted from 1. `declaration` is the digest of the declaration that was made. `identity` packs all
    that is personal into one disclosure.
    """

    audience = Audience.RESTRICTED
    type: Literal["application-received.v1"] = "application-received.v1"
    category: Id
    channel: Id
    concession: Version | None = None
    currency: Currency
    declaration: Hash
    election: Id
    fee_due: Count
    fee_version: Version
    identity: Private
    received: Time
    region: Id | None = None
    unit: Id | None = None


class ApplicationReceivedLate(Event):
    """An application was received after applications had `closed`: it is kept, and never admitted."""

    audience = Audience.RESTRICTED
    type: Literal["application-received-late.v1"] = "application-received-late.v1"
    category: Id
    channel: Id
    closed: Time
    declaration: Hash | None = None
    election: Id
    identity: Private
    received: Time
    region: Id | None = None
    unit: Id | None = None


class FeeReceived(Event):
    """Money was received for an application; `payment` is the keyed digest of the bank's reference."""

    audience = Audience.RESTRICTED
    type: Literal["fee-received.v1"] = "fee-received.v1"
    amount: Count
    currency: Currency
    day: Day
    payment: PersonKey


class FeeFailed(Event):
    """A payment failed; where it was received before, it was taken back."""

    audience = Audience.RESTRICTED
    type: Literal["fee-failed.v1"] = "fee-failed.v1"
    amount: Count
    currency: Currency
    day: Day
    payment: PersonKey


class FeeRefunded(Event):
    """Money was paid back to an applicant; `payment` is that of the refund itself."""

    audience = Audience.RESTRICTED
    type: Literal["fee-refunded.v1"] = "fee-refunded.v1"
    amount: Count
    currency: Currency
    day: Day
    payment: PersonKey


class FeeRetained(Event):
    """Money was kept although the application came to nothing."""

    audience = Audience.RESTRICTED
    type: Literal["fee-retained.v1"] = "fee-retained.v1"
    amount: Count
    currency: Currency
    day: Day


class Check(Canonical):
    """One check and what it found.

    `score` is how near the nearest was, in hundredths of a per cent; `against` what it was found against: a stream,
    or the keyed digest of a row of a list. `version` is the id of the check's version.
    """

    against: Against | None = None
    check: CheckName
    outcome: CheckOutcome
    score: Count | None = Field(None, le=SCORE_MAX)
    version: Id


class ChecksRun(Event):
    """Checks were run on an application, `edition` being that of the electoral register, `matcher` what compared."""

    audience = Audience.RESTRICTED
    type: Literal["checks-run.v1"] = "checks-run.v1"
    checks: tuple[Check, ...]
    edition: Id | None = None
    matcher: Text | None = None


class CureInvited(Event):
    """An applicant was told what is wrong, and until when it can be put right: `notice` is the notice's version.

    `tests` are the tests that they were told they did not pass, where many were told at once.
    """

    audience = Audience.RESTRICTED
    type: Literal["cure-invited.v1"] = "cure-invited.v1"
    deadline: Dated
    grounds: tuple[Id, ...]
    notice: Id
    served: Time
    tests: tuple[Id, ...] | None = None


class CureSupplied(Event):
    """An applicant put something right, or tried to, at `received`; `late` if the deadline was over."""

    audience = Audience.RESTRICTED
    type: Literal["cure-supplied.v1"] = "cure-supplied.v1"
    grounds: tuple[Id, ...]
    late: bool
    received: Time
    supplied: Private


class CureLapsed(Event):
    """The deadline passed and these grounds were not put right."""

    audience = Audience.RESTRICTED
    type: Literal["cure-lapsed.v1"] = "cure-lapsed.v1"
    grounds: tuple[Id, ...]


class ApplicationReferred(Event):
    """An application was put to somebody to decide, in a case where there is one: it is not admitted meanwhile."""

    audience = Audience.RESTRICTED
    type: Literal["application-referred.v1"] = "application-referred.v1"
    case: Id | None = None
    ground: Id
    reason: Private


class ReferralCleared(Event):
    """A referral came to nothing."""

    audience = Audience.RESTRICTED
    type: Literal["referral-cleared.v1"] = "referral-cleared.v1"
    ground: Id
    reason: Private


class TestHeld(Canonical):
    """One eligibility test as it stood when an application was admitted."""

    __test__ = False  # not one of pytest's

    code: Id
    outcome: TestOutcome


class ApplicationAdmitted(Event):
    """An application was admitted to a section, with every test that it passed.

    `franchise` is the place, in the stream of the election's franchise, of the rule that the tests are from.
    """

    audience = Audience.RESTRICTED
    type: Literal["application-admitted.v1"] = "application-admitted.v1"
    category: Id
    decided_by: Literal["automatic", "officer"]
    franchise: Version
    region: Id | None = None
    section: Id
    tests: tuple[TestHeld, ...]
    unit: Id | None = None


class ApplicationLapsed(Event):
    """An application came to nothing for want of an answer: a notice was served, and its time passed."""

    audience = Audience.RESTRICTED
    type: Literal["application-lapsed.v1"] = "application-lapsed.v1"
    cause: Literal["unpaid", "uncured"]
    grounds: tuple[Id, ...]


class ApplicationRefused(Event):
    """An application was refused: its applicant was told of a ruling on the case `basis`, which found `grounds` met."""

    audience = Audience.RESTRICTED
    type: Literal["application-refused.v1"] = "application-refused.v1"
    basis: StreamId
    election: Id
    grounds: tuple[Id, ...]
    ruling: Version


class ApplicationRefusalReversed(Event):
    """A refused application is open again: by an appeal against the `ruling`, or by a later one, as `basis` says."""

    audience = Audience.RESTRICTED
    type: Literal["application-refusal-reversed.v1"] = "application-refusal-reversed.v1"
    basis: StreamId
    election: Id
    ruling: Version


class ApplicationWithdrawn(Event):
    """An applicant withdrew, as they asked in writing; `fee_action` says what is to become of the money."""

    audience = Audience.RESTRICTED
    type: Literal["application-withdrawn.v1"] = "application-withdrawn.v1"
    fee_action: Literal["refund", "retain", "none"]
    request_digest: Hash | None = None

"""Applying: an application is received in time or late, with the fee of that moment, and may be withdrawn.

In time is what was received at or before the close of applications of its category, by the timetable and the fee then
in force, whichever is earlier; a second later is late. What is late is recorded as late, and is never admitted.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.event import Plain
from ledger.field import Hash, Id, PersonKey, Time
from ledger.streams.application import Application, application_stream, require_open
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate, ApplicationWithdrawn
from ledger.streams.case import Case, Docket
from ledger.streams.decided import publication
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.fee import Fees, FeeSet, fee_stream
from ledger.streams.person import Identity
from ledger.streams.refused_application import cases_of, docket_of, holding, require_no_case
from ledger.streams.request import require_request
from ledger.streams.timetable import Timetable, timetable_stream


class Claim(NamedTuple):
    """What an application says of itself, beside who makes it and when: the fields that many have in common."""

    category: str
    channel: str
    concession: int | None = None
    declaration: str | None = None
    region: str | None = None
    unit: str | None = None


class Quote(NamedTuple):
    """What an application in time costs: a version of the fee, and the amount of it or of a concession."""

    fee: FeeSet
    due: int


class Late(NamedTuple):
    """That an application is late: when applications had closed."""

    closed: str


class Terms:
    """The terms on which applications to an election are received, by its timetable and its fees."""

    def __init__(self, election: str, timetable: Timetable, fees: Fees) -> None:
        self._election = election
        self._timetable = timetable
        self._fees = fees

    def of(self, claim: Claim, received: str) -> Quote | Late:
        """Give what an application costs, or that it is late.

        Args:
            received: moment (UTC) at which it was received.

        Raises:
            RefusedError: `window-not-set`, `window-not-open`, `declaration-missing`, `fee-not-set`,
                `unknown-concession`, in that order.
        """
        where = f"application to election {self._election} in category {claim.category}"
        fee = self._fees.in_force(claim.category, received)
        opens, closes = self._window(claim.category, fee, where)
        if received < opens:
            raise refused("window-not-open", where, f"one received from {opens} on", received, "Apply once it is open")
        if received > closes:
            return Late(closes)
        if claim.declaration is None:
            remedy = "The applicant has to make the declaration"
            raise refused("declaration-missing", where, "the digest of the declaration made", "none", remedy)
        if fee is None:
            near = nearest(claim.category, {each.category for each in self._fees.versions})
            remedy = "Record set-fee, with an amount of 0 if it is free"
            raise refused("fee-not-set", where, f"a fee in force at {received}", f"none{near}", remedy)
        return Quote(fee, fee.amount if claim.concession is None else self._lower(fee, claim.concession, where))

    def _window(self, category: str, fee: FeeSet | None, where: str) -> tuple[str, str]:
        """Give the first and the last moment at which applications are in time."""
        opens = self._timetable.moment("applications-open", category)
        closes = self._timetable.moment("applications-close", category)
        if fee and fee.opens:
            opens = max(opens or "", fee.opens.utc)
        if fee and fee.closes:
            closes = min(closes or fee.closes.utc, fee.closes.utc)
        if opens is None or closes is None:
            found = " and ".join(
                name for name, at in (("no applications-open", opens), ("no applications-close", closes)) if at is None
            )
            remedy = f"Record vary-step (see: pollbook timetable {self._election})"
            raise refused("window-not-set", where, "when applications open and close", found, remedy)
        return opens, closes

    @staticmethod
    def _lower(fee: FeeSet, concession: int, where: str) -> int:
        if not 1 <= concession <= len(fee.concessions):
            expected = f"one of the {len(fee.concessions)} of its fee, counted from 1"
            raise refused("unknown-concession", where, expected, concession, "Correct the number of the concession")
        return fee.concessions[concession - 1].amount


class ReceiveApplication(Command):
    """Receive an application to take part in an election. A late one is recorded as late, and never admitted."""

    private = frozenset({"identity"})

    application: PersonKey = Field(description="its key: pollbook application-key --new gives it by the receipt number")
    election: Id = Field(description="id of the election")
    category: Id = Field(description="category of applicant, such as registered-supporters")
    channel: Id = Field(description="how it came, such as online, post or telephone")
    identity: Identity = Field(description='who applies, as JSON: {"name":"...","email":"...","born":"1970-01-01"}')
    received: Time | None = Field(None, description="when it was received (UTC); when it took effect if left out")
    declaration: Hash | None = Field(None, description="content hash of the declaration that was made")
    concession: int | None = Field(None, ge=1, description="number of the concession of the fee, counted from 1")
    region: Id | None = Field(None, description="id of the region")
    unit: Id | None = Field(None, description="id of the local unit")


@decision(
    ReceiveApplication,
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
    fees=lambda c, _: fee_stream(c.election),
    application=lambda c, _: application_stream(c.application),
)
def receive_application(
    command: ReceiveApplication,
    act: Act,
    election: Election,
    timetable: Timetable,
    fees: Fees,
    application: Application,
) -> Outcome:
    """Decide that an application may be received, in time or late.

    Raises:
        RefusedError: `unknown-election`, `future-dated`, `application-exists`, what `Terms.of` raises, in that order.
    """
    require_election(election, command.election)
    received = publication(command.received, act, f"{application.stream}, received")
    if application.exists:
        found = f"one to election {application.election}"
        raise refused("application-exists", application.stream, "no application yet", found, "Give another receipt")
    claim = Claim(**{name: getattr(command, name) for name in Claim._fields})
    terms = Terms(command.election, timetable, fees).of(claim, received)
    identity = Plain(command.identity.model_dump(exclude_none=True))
    event = application_event(act.on(application), command.election, claim, received, terms, identity)
    return Outcome([event])


def application_event(
    envelope: dict[str, object], election: str, claim: Claim, received: str, terms: Quote | Late, identity: object
) -> ApplicationReceived | ApplicationReceivedLate:
    """Make the event of an application on the terms that apply to it."""
    said = claim._asdict() | {"election": election, "identity": identity, "received": received}
    if isinstance(terms, Late):
        del said["concession"]
        return ApplicationReceivedLate.model_validate({**envelope, **said, "closed": terms.closed})
    quoted = {"currency": terms.fee.currency, "fee_due": terms.due, "fee_version": terms.fee.version}
    return ApplicationReceived.model_validate({**envelope, **said, **quoted})


class WithdrawApplication(Command):
    """Withdraw an application that is not decided yet, as its applicant asks: no case about it is open."""

    application: PersonKey = Field(description="its key")
    fee_action: Literal["refund", "retain", "none"] = Field(description="what is to become of the fee; none: none paid")
    request_digest: Hash | None = Field(None, description="SHA-256 of what the applicant wrote that asks for it")


@decision(
    WithdrawApplication,
    application=lambda c, _: application_stream(c.application),
    docket=docket_of,
    cases=cases_of,
)
def withdraw_application(
    command: WithdrawApplication, act: Act, application: Application, docket: Docket, cases: tuple[Case, ...]
) -> Outcome:
    """Decide that an application may be withdrawn: what a case is about ends by a ruling, which can be appealed.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `open-case`, `request-missing`,
            `fee-action-differs`, in that order.
    """
    require_open(application)
    require_no_case(application, holding(application.stream, cases) if docket.cases else ())
    request = require_request(command.request_digest, application.stream)
    if (command.fee_action == "none") != (application.money == 0):
        expected = "refund or retain" if application.money else "none, for there is nothing to refund or retain"
        raise refused("fee-action-differs", application.stream, expected, command.fee_action, "Correct fee_action")
    return Outcome([ApplicationWithdrawn(**act.on(application), fee_action=command.fee_action, request_digest=request)])

"""`fee/<election>`: what an application costs, in dated versions; the version in force is that of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import INT_MAX, Count, Hash, Id, Text, Time
from ledger.rules.local_time import Dated, Local, Offset, Zone, dated
from ledger.streams.body import Body
from ledger.streams.decided import check_decided, deciding_body, is_publication, publication, require_decided_by
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.timetable import Timetable, timetable_stream

CONCESSIONS_MAX = 50

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 4217


class Concession(Canonical):
    """A lower fee for some, in the same currency."""

    amount: int = Field(ge=-INT_MAX, le=INT_MAX)
    who: Text


class FeeSet(Event):
    """The fee of a category of applicant was set; amounts in the currency's smallest unit, as pence.

    `opens` and `closes` are when it may be paid, where that is not as long as applications are open.
    """

    audience = Audience.PUBLIC
    type: Literal["fee-set.v1"] = "fee-set.v1"
    amount: Count
    body: Id | None = None
    category: Id
    clause: Hash | None = None
    closes: Dated | None = None
    concessions: tuple[Concession, ...]
    currency: Currency
    decision: Id | None = None
    election: Id
    opens: Dated | None = None
    published: Time


@dataclass(frozen=True, slots=True)
class Fees(State):
    """The fees of an election, every version in the order of recording."""

    versions: tuple[FeeSet, ...] = ()

    def evolve(self, event: Event) -> Fees:
        """Give the fees after one more event."""
        match event:
            case FeeSet():
                return replace(self, version=event.version, versions=(*self.versions, event))
        raise TypeError(f"{event.type} does not belong to fees")

    def in_force(self, category: str, at: str) -> FeeSet | None:
        """Give the fee of a category at a moment (UTC): the last that took effect by then; None where none did."""
        known = [each for each in self.versions if each.category == category and each.effective <= at]
        return max(known, key=lambda each: (each.effective, each.version), default=None)


def fee_stream(election: str) -> Fees:
    """Name the stream of an election's fees."""
    return Fees(f"fee/{election}")


def _is_date(body: Mapping[str, Any], name: str, date: Mapping[str, Any] | None) -> bool:
    """Whether a date of an event is the local time in the zone that a signed command says."""
    if date is None or name not in body:
        return date is None and name not in body
    return bool((date["local"], date["zone"]) == (body[name], body["zone"]))


class SetFee(Command):
    """Set the fee of a category of applicant, from when it takes effect. The fee before stays on record."""

    written = {
        "closes": lambda body, found: _is_date(body, "closes", found),
        "opens": lambda body, found: _is_date(body, "opens", found),
        "published": is_publication,
    }

    election: Id = Field(description="id of the election")
    category: Id = Field(description="category of applicant, such as registered-supporters")
    amount: int = Field(ge=-INT_MAX, le=INT_MAX, description="in the smallest unit: 2500 is 25.00 in GBP; free: 0")
    currency: Currency = Field(description="three letters of ISO 4217, such as GBP")
    concessions: tuple[Concession, ...] = Field(
        (),
        max_length=CONCESSIONS_MAX,
        description='lower fees, as JSON: [{"who":"under 27","amount":100}]; nobody: []',
    )
    opens: Local | None = Field(None, description="local time from which it may be paid, if not with applications")
    closes: Local | None = Field(None, description="local time until which it may be paid, if not with applications")
    zone: Zone | None = Field(None, description="time zone of opens and closes, such as Europe/London")
    offset: Offset | None = Field(None, description="their offset from UTC, such as +01:00; needed where clocks change")
    published: Time | None = Field(None, description="when it was published (UTC); when it took effect if left out")
    body: Id | None = Field(None, description="the body that decided it")
    decision: Id | None = Field(None, description="id of that body's decision, on which it rests")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")

    @model_validator(mode="after")
    def _names_its_zone(self) -> Self:
        if (self.zone is None) != (self.opens is None and self.closes is None):
            raise ValueError("zone goes with opens and closes, and they with it")
        check_decided(self)
        return self


@decision(
    SetFee,
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
    fees=lambda c, _: fee_stream(c.election),
    founding=lambda _c, _s: founding_stream(),
    body=lambda c, _: deciding_body(c),
)
def set_fee(
    command: SetFee, act: Act, election: Election, timetable: Timetable, fees: Fees, founding: Founding, body: Body
) -> Outcome:
    """Decide that a fee may be set.

    Raises:
        RefusedError: `unknown-election`, what `require_decided_by` raises, `future-dated`, `retrospective-fee`,
            `negative-fee`, `concession-above-fee`, `zone-unknown`, `local-time-skipped`, `local-time-ambiguous`,
            `offset-differs`, `impossible-order`, `window-outside-timetable`, in that order.
    """
    require_election(election, command.election)
    where = f"fee of {command.category} in election {command.election}"
    require_decided_by(command, body, founding, act, where)
    published = publication(command.published, act, where)
    if published > act.effective:
        remedy = "Let it take effect when it was published, or later"
        raise refused("retrospective-fee", where, f"a fee in force from {published} on", act.effective, remedy)
    for amount in (command.amount, *(each.amount for each in command.concessions)):
        if amount < 0:
            raise refused("negative-fee", where, "0 or more", amount, "Correct the amount")
    for each in command.concessions:
        if each.amount >= command.amount:
            expected = f"less than the fee, {command.amount}"
            raise refused("concession-above-fee", f"{where}, {each.who}", expected, each.amount, "Correct the amount")
    opens = _date(command, command.opens, f"{where}, opens")
    closes = _date(command, command.closes, f"{where}, closes")
    _require_window(command, opens, closes, timetable, where)
    event = FeeSet(
        **act.on(fees),
        amount=command.amount,
        body=command.body,
        category=command.category,
        clause=command.clause,
        closes=closes,
        concessions=command.concessions,
        currency=command.currency,
        decision=command.decision,
        election=command.election,
        opens=opens,
        published=published,
    )
    return Outcome([event])


def _date(command: SetFee, local: str | None, where: str) -> Dated | None:
    return dated(local, command.zone, command.offset, where) if local is not None and command.zone else None


def _require_window(
    command: SetFee, opens: Dated | None, closes: Dated | None, timetable: Timetable, where: str
) -> None:
    """Refuse a time to pay that ends before it begins, or begins or ends outside that of applications."""
    if opens and closes and opens.utc >= closes.utc:
        raise refused("impossible-order", where, "opens before closes", f"{opens.local}, {closes.local}", "Correct it")
    first = timetable.moment("applications-open", command.category)
    last = timetable.moment("applications-close", command.category) or timetable.moment("poll-close")
    for date in (opens, closes):
        if date is not None and ((first and date.utc < first) or (last and date.utc > last)):
            expected = f"a moment from {first or 'any'} to {last or 'any'}, while applications are open"
            raise refused("window-outside-timetable", where, expected, date.utc, "Correct it, or vary the timetable")

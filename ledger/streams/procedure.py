"""`procedure/<election>`: the rules of procedure of its cases and appeals: how long there is, who reviews, how much."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Time, Version
from ledger.rules.clause import History
from ledger.rules.day import Day
from ledger.rules.deadline import after_days, after_hours
from ledger.rules.local_time import Dated, Zone, dated
from ledger.streams.body import Body, body_stream, require_decision
from ledger.streams.decided import is_publication, publication
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.founding import Founding, founding_stream

HOLIDAYS_MAX = 100
HOURS_PER_DAY = 24
HOURS_MAX = HOURS_PER_DAY * 366
DAYS_MAX = 366
WORDS_MAX = 500
REVIEWERS_MAX = 20

Days = Literal["calendar", "working"]


class ProcedureAdopted(Event):
    """Rules of procedure were adopted, or changed: they hold for what is done from when they take effect.

    `reply_hours` and `hearing_hours` are the least notice; `appeal_days` run from the day on which somebody was told.
    `interim_days` is how long an interim measure lasts at most; without it none may be taken.
    `reasons_words` is how many words the reasons of a ruling have at least; `reviewers` how many decide an appeal.
    """

    audience = Audience.PUBLIC
    type: Literal["procedure-adopted.v1"] = "procedure-adopted.v1"
    appeal_days: Version
    body: Id | None = None
    clause: Hash | None = None
    days: Days
    decision: Id | None = None
    election: Id
    hearing_hours: Count
    holidays: tuple[Day, ...]
    interim_days: Version | None = None
    published: Time
    reasons_words: Count
    reply_hours: Count
    reviewers: Version
    zone: Zone

    def reply_by(self, served: str) -> Dated:
        """Give the end of the shortest window for a reply to a notice served at a moment (UTC)."""
        return after_hours(served, self.reply_hours, self.zone)

    def interim_by(self, taken: str, *, noticed: bool) -> str | None:
        """Give until when (UTC) a measure taken at a moment (UTC) may last at most; None where none may be taken.

        One of which the person has no notice lasts no longer than the shortest window for a reply.
        """
        if self.interim_days is None:
            return None
        longest = after_hours(taken, self.interim_days * HOURS_PER_DAY, self.zone).utc
        return longest if noticed else min(longest, self.reply_by(taken).utc)

    def appeal_by(self, told: str) -> Dated:
        """Give until when somebody told at a moment (UTC) may appeal."""
        return after_days(told, self.appeal_days, self.zone, self.holidays, working=self.days == "working")


@dataclass(frozen=True, slots=True)
class Procedure(State):
    """The rules of procedure of an election: which held, or are to hold, when."""

    history: History[ProcedureAdopted] = field(default_factory=History)

    def evolve(self, event: Event) -> Procedure:
        """Give the rules after one more event."""
        match event:
            case ProcedureAdopted():
                return replace(self, version=event.version, history=self.history.put(event.effective, event))
        raise TypeError(f"{event.type} does not belong to rules of procedure")

    def require(self, moment: str, where: str) -> ProcedureAdopted:
        """Give the rules in force at a moment (UTC), or refuse (`procedure-missing`)."""
        found = self.history.at(moment)
        if found is None:
            expected = f"rules of procedure in force at {moment}"
            raise refused("procedure-missing", where, expected, "none", "Record adopt-procedure first")
        return found


def procedure_stream(election: str) -> Procedure:
    """Name the stream of an election's rules of procedure."""
    return Procedure(f"procedure/{election}")


class AdoptProcedure(Command):
    """Adopt the rules of procedure of cases and appeals: notice, time to reply and to appeal, reasons, reviewers."""

    written = {"published": is_publication}

    election: Id = Field(description="id of the election")
    zone: Zone = Field(description="time zone in which days are counted, such as Europe/London")
    reply_hours: int = Field(ge=1, le=HOURS_MAX, description="hours to reply to a notice, at least; 72 is usual")
    appeal_days: int = Field(ge=1, le=DAYS_MAX, description="days to appeal, from the day after somebody was told")
    days: Days = Field(description="calendar: all days count, a last day that is no working day moves; or working")
    holidays: tuple[Day, ...] = Field((), max_length=HOLIDAYS_MAX, description="days on which nobody works")
    hearing_hours: int = Field(ge=1, le=HOURS_MAX, description="notice of a hearing, at least, in hours")
    interim_days: int | None = Field(
        None, ge=1, le=DAYS_MAX, description="days that an interim measure lasts at most; left out: none may be taken"
    )
    reasons_words: int = Field(ge=1, le=WORDS_MAX, description="words that the reasons of a ruling have at least")
    reviewers: int = Field(ge=1, le=REVIEWERS_MAX, description="reviewers who decide an appeal, at least")
    published: Time | None = Field(None, description="when they were published (UTC); as they took effect if left out")
    body: Id | None = Field(None, description="id of the body that decided")
    decision: Id | None = Field(None, description="id of the body's decision")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")


@decision(
    AdoptProcedure,
    founding=lambda _c, _s: founding_stream(),
    election=lambda c, _: election_stream(c.election),
    procedure=lambda c, _: procedure_stream(c.election),
    body=lambda c, _: body_stream(c.body or "none"),
)
def adopt_procedure(
    command: AdoptProcedure, act: Act, founding: Founding, election: Election, procedure: Procedure, body: Body
) -> Outcome:
    """Decide that rules of procedure may be adopted. They never reach back: nobody is late by a rule of tomorrow.

    Raises:
        RefusedError: `unknown-election`, `zone-unknown`, `future-dated`, `retrospective-rule`, and what
            `require_decision` raises, in that order.
    """
    require_election(election, command.election)
    where = f"rules of procedure of election {command.election}"
    dated(f"{act.effective[:10]}T12:00:00", command.zone, None, where)
    published = publication(command.published, act, where)
    if published > act.effective:
        remedy = "Let them take effect when they were published, or later"
        raise refused("retrospective-rule", where, f"rules in force from {published} on", act.effective, remedy)
    if command.body is not None or command.decision is not None:
        require_decision(body, command.decision, act.effective, where, founded=founding.exists)
    own = type(command).model_fields.keys() - Command.model_fields.keys() - {"published", "holidays"}
    fields = {name: getattr(command, name) for name in own}
    holidays = tuple(sorted(set(command.holidays)))
    return Outcome([ProcedureAdopted(**act.on(procedure), **fields, holidays=holidays, published=published)])

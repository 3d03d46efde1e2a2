"""`office/<office>`: the powers that an office, or a body, was given: by whom, for what, from when, until when.

A power is a verb (`declare-result`), a room, which is all verbs of one kind of stream (`lot`), or `all`. The governing
body of the founding has every power. Whoever else gives one must hold it, with leave to pass it on, and gives no more
than that. A power that was passed on outlives the revocation of the one it came from: it is revoked by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from ledger.decision import DECISIONS, Command, State
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import ALL, Count, Hash, Id, Time
from ledger.streams.body import Body, Fault, decision_faults

POWERS_MAX = 100  # of one delegation
BEYOND_CONTESTS = frozenset(("seat-member",))  # verbs that name a contest, and act on more than it: a body
CLAUSE = ", clause "  # in an authority, before the content hash of the clause that it rests on
DELEGATION = re.compile(  # as an authority names one
    rf"delegation [0-9]+ of [a-z0-9-]+(, decision [a-z0-9-]+)?({CLAUSE}sha256:[0-9a-f]{{64}})?"
)


class PowerDelegated(Event):
    """An office was given powers by a body: for all elections, or for one election or contest, over a term.

    `pass_on` says that it may give them to others. Without `decision` it was given by the founding itself, or an
    office passed on its own.
    """

    audience = Audience.PUBLIC
    type: Literal["power-delegated.v1"] = "power-delegated.v1"
    body: Id
    clause: Hash | None = None
    contest: Id | None = None
    decision: Id | None = None
    election: Id | None = None
    number: Count
    office: Id
    pass_on: bool
    powers: tuple[Id, ...]
    since: Time
    until: Time | None = None


class DelegationRevoked(Event):
    """A delegation ended before its term, from the moment that this takes effect."""

    audience = Audience.PUBLIC
    type: Literal["delegation-revoked.v1"] = "delegation-revoked.v1"
    body: Id
    clause: Hash | None = None
    decision: Id | None = None
    number: Count
    office: Id
    reason: Literal["withdrawn", "superseded", "left-office"]


class Asked(NamedTuple):
    """What an act asks of the powers of its office: a verb, its room, and the election and contest it is about."""

    verb: str
    room: str
    election: str | None = None
    contest: str | None = None


def room_of(verb: str) -> str:
    """Name the room of a verb: the kind of stream that it belongs to; a room is its own."""
    entry = DECISIONS.get(verb)
    return entry.command.group.replace("_", "-") if entry else verb


def asked_by(command: Command) -> Asked:
    """Say what a command asks."""
    return asked_of(command.verb, command)


def asked_of(verb: str, said: Command | Event) -> Asked:
    """Say what a verb asks, with the election and contest that a command or its event names."""
    names = ("election", "contest") if verb not in BEYOND_CONTESTS else ()
    about = {name: getattr(said, name, None) for name in names}
    return Asked(verb, room_of(verb), **{name: each for name, each in about.items() if isinstance(each, str)})


@dataclass(frozen=True, slots=True)
class Office(State):
    """The powers of an office as they stand; `ended` are those revoked: number -> since when."""

    given: tuple[PowerDelegated, ...] = ()
    ended: Mapping[int, str] = field(default_factory=dict)

    def evolve(self, event: Event) -> Office:
        """Give the powers after one more event."""
        match event:
            case PowerDelegated():
                return replace(self, version=event.version, given=(*self.given, event))
            case DelegationRevoked():
                first = min(event.effective, self.ended.get(event.number, event.effective))
                return replace(self, version=event.version, ended={**self.ended, event.number: first})
        raise TypeError(f"{event.type} does not belong to an office")

    @property
    def id(self) -> str:
        """The office's id."""
        return self.stream.partition("/")[2]

    def end_of(self, given: PowerDelegated) -> str | None:
        """Give the first moment at which a delegation is not in force any more; None where none is known."""
        ends = [end for end in (given.until, self.ended.get(given.number)) if end is not None]
        return min(ends, default=None)

    def in_force(self, given: PowerDelegated, moment: str) -> bool:
        """Whether a delegation is in force at a moment."""
        end = self.end_of(given)
        return given.since <= moment and (end is None or moment < end)

    def all_of(
        self, asked: Asked, moments: tuple[str, ...], election_of: Callable[[], str | None] = lambda: None
    ) -> Iterator[PowerDelegated]:
        """Give the delegations that cover what is asked, and are in force at all of the moments.

        Args:
            election_of: gives the election of the contest that is asked about, where the act does not say it.
        """
        for given in self.given:
            fits = covers_power(given, asked) and all(self.in_force(given, moment) for moment in moments)
            if fits and covers_scope(given, asked, election_of):
                yield given


def office_stream(office: str) -> Office:
    """Name the stream of an office's powers."""
    return Office(f"office/{office}")


def covers_power(given: PowerDelegated, asked: Asked) -> bool:
    """Whether a delegation is of this verb, of its room, or of all."""
    return not {asked.verb, asked.room, ALL}.isdisjoint(given.powers)


def covers_scope(given: PowerDelegated, asked: Asked, election_of: Callable[[], str | None] = lambda: None) -> bool:
    """Whether a delegation is for all elections, or for the contest and election that is asked about."""
    if given.contest is not None and given.contest != asked.contest:
        return False
    if given.election is None:
        return True
    election = asked.election or (election_of() if asked.contest is not None else None)
    return given.election == election


def delegation_says(given: PowerDelegated) -> str:
    """Write a delegation as the authority of an act under it: `delegation 2 of nec, decision d-1, clause sha256:...`.

    The clause is the one that the delegation was given under, whatever was amended since.
    """
    decided = f", decision {given.decision}" if given.decision else ""
    return f"delegation {given.number} of {given.body}{decided}" + (f"{CLAUSE}{given.clause}" if given.clause else "")


def delegation_faults(
    given: PowerDelegated, governing: str, office: Office, giver: Office, body: Body, moments: tuple[str, ...]
) -> Iterator[Fault]:
    """Find what is wrong with a delegation after the founding: its term, its decision, a giver without the power.

    Args:
        governing: the governing body, which has every power.
        body: the body that gives it, with what it decided.
        office: the powers of the office that is given it, before this delegation.
        giver: the powers of the body that gives it, before this delegation.
        moments: at which the giver needs to have them.
    """
    if given.since < given.effective:
        yield "delegation-retrospective", f"a term from {given.effective} on", given.since
    if given.until is not None and given.until <= given.since:
        yield "term-empty", f"an end after {given.since}", given.until
    if given.decision is not None or given.body != given.actor or given.body == governing:
        yield from decision_faults(body, given.decision, given.effective)
    spent = [old for old in office.given if _is_spent(office, old, given)]
    if spent:
        yield "decision-spent", "a decision after the delegation by it was revoked", delegation_says(spent[0])
    if given.body == governing:
        return
    for power in given.powers:
        asked = Asked(power, room_of(power), given.election, given.contest)
        held = [old for old in giver.given if _may_pass(giver, old, given, asked, moments)]
        if not held:
            of = f"{power} held by {given.body} with leave to pass it on, for that scope and term"
            yield "cannot-delegate", of, "none"


def _is_spent(office: Office, old: PowerDelegated, new: PowerDelegated) -> bool:
    """Whether a delegation to the office rested on the same decision, and was revoked: it is not given again by it."""
    same = new.decision is not None and (old.body, old.decision) == (new.body, new.decision)
    return same and old.number in office.ended


def _may_pass(giver: Office, old: PowerDelegated, new: PowerDelegated, asked: Asked, moments: tuple[str, ...]) -> bool:
    end = giver.end_of(old)
    within = end is None or (new.until is not None and new.until <= end)
    live = all(giver.in_force(old, moment) for moment in moments)
    return old.pass_on and within and live and covers_power(old, asked) and covers_scope(old, asked)


def revocation_faults(revoked: DelegationRevoked, governing: str, office: Office, body: Body) -> Iterator[Fault]:
    """Find what is wrong with a revocation: no such delegation, one that ended, a body that did not give it."""
    given = next((each for each in office.given if each.number == revoked.number), None)
    if given is None:
        yield "unknown-delegation", f"one of {len(office.given)} delegations", str(revoked.number)
        return
    end = office.end_of(given)
    if end is not None and end <= revoked.effective:
        yield "delegation-ended", "a delegation in force", f"one that ended {end}"
    own = revoked.body == office.id == revoked.actor
    if revoked.decision is not None or not own:
        yield from decision_faults(body, revoked.decision, revoked.effective)
    if not own and revoked.body not in (given.body, governing):
        yield "cannot-revoke", f"{given.body}, who gave it, or {governing}", revoked.body


def require_powers(powers: tuple[str, ...], where: str) -> None:
    """Refuse what is neither a verb, nor a room, nor `all` (`unknown-power`)."""
    known = {ALL, *DECISIONS, *map(room_of, DECISIONS)}
    for power in powers:
        if power not in known:
            found = f"{power}{nearest(power, known)}"
            remedy = "See the verbs and their rooms with: pollbook record --help"
            raise refused("unknown-power", where, f"a verb, a room, or {ALL}", found, remedy)

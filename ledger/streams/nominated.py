"""`nominations/<contest>`: nominations of a contest opened and closed, nominees, sizes, statement, ballot order.

What is recorded there, and the state; the decisions are in `nominations`, `statement` and `ballot_order`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ledger.decision import State
from ledger.errors import RefusedError, nearest, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Text, Time
from ledger.rules.day import Day as Day
from ledger.rules.drawing import Seed
from ledger.rules.nomination import Measure, NominationRule

if TYPE_CHECKING:
    from ledger.streams.timetable import Timetable

NominationStep = Literal["nominations-open", "nominations-close"]
OPENING: NominationStep = "nominations-open"
CLOSE: NominationStep = "nominations-close"
Reason = Literal["declined", "not-accepted", "threshold-not-met", "withdrew"]


class NominationsOpened(Event):
    """Nominations for a contest were opened; its rule of nomination holds for all of them."""

    audience = Audience.PUBLIC
    type: Literal["nominations-opened.v1"] = "nominations-opened.v1"
    clause: Hash | None = None
    contest: Id
    election: Id
    office: Text
    rule: NominationRule
    seats: Count


class NomineeNamed(Event):
    """Somebody who may be nominated was given an id and the name that would stand on the ballot paper."""

    audience = Audience.PUBLIC
    type: Literal["nominee-named.v1"] = "nominee-named.v1"
    contest: Id
    name: Text
    nominee: Id


class ClassSized(Event):
    """The size of a class of nominators on a day; it takes the place of the one recorded before."""

    audience = Audience.PUBLIC
    type: Literal["class-sized.v1"] = "class-sized.v1"
    as_of: Day
    contest: Id
    measure: Measure
    nominator_class: Id
    size: Count
    source: Text


class ClassClose(Canonical):
    """When nominations of one class closed."""

    moment: Time
    nominator_class: Id


class NominationsClosed(Event):
    """Nominations closed, each class at its moment by the timetable."""

    audience = Audience.PUBLIC
    type: Literal["nominations-closed.v1"] = "nominations-closed.v1"
    closes: tuple[ClassClose, ...]
    contest: Id


class ClassCount(Canonical):
    """Nominations of one class that stand."""

    nominations: Count
    nominator_class: Id


class ThresholdLine(Canonical):
    """What a person nominated has of one threshold; `needed` is left out where no size is on record."""

    has: Count
    id: Id
    needed: Count | None = None


class PersonNominated(Canonical):
    """One line of a statement of persons nominated; `reasons` say why somebody is not validly nominated."""

    counts: tuple[ClassCount, ...]
    name: Text
    nominee: Id
    reasons: tuple[Reason, ...]
    thresholds: tuple[ThresholdLine, ...]
    valid: bool


class StatementPublished(Event):
    """The statement of persons nominated was published; it is that of the record as of a position.

    `nominations` is the digest of every nomination with what became of it; `late` and `void` are how many came in late,
    and how many do not stand. A later statement takes the place of the one before, with the `reason`.
    """

    audience = Audience.PUBLIC
    type: Literal["statement-published.v1"] = "statement-published.v1"
    as_of_position: Count
    contest: Id
    late: Count
    nominations: Hash
    persons: tuple[PersonNominated, ...]
    reason: Text | None = None
    void: Count


class UnopposedDeclared(Event):
    """The candidates were declared elected unopposed: there are no more of them than places. No poll is held."""

    audience = Audience.PUBLIC
    type: Literal["unopposed-declared.v1"] = "unopposed-declared.v1"
    candidates: tuple[Id, ...]
    contest: Id


class BallotOrderCommitted(Event):
    """An office committed to a seed of the ballot order, before anybody could know who would be on the paper."""

    audience = Audience.PUBLIC
    type: Literal["ballot-order-committed.v1"] = "ballot-order-committed.v1"
    commitment: Hash
    contest: Id


class BallotOrderDrawn(Event):
    """The order of candidates on the ballot paper was drawn by lot; `seed` in the order of the commitments.

    Without seeds it was drawn by hand: `witnesses` say how, and `unrevealed` who had committed and did not reveal.
    """

    audience = Audience.PUBLIC
    type: Literal["ballot-order-drawn.v1"] = "ballot-order-drawn.v1"
    contest: Id
    order: tuple[Id, ...]
    seed: tuple[Seed, ...]
    unrevealed: tuple[Id, ...]
    witnesses: Text | None = None


@dataclass(frozen=True, slots=True)
class Nominations(State):
    """The nominations of a contest as they stand; `names` by nominee, `sizes` by class and measure."""

    opened: NominationsOpened | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[tuple[str, str], ClassSized] = field(default_factory=dict)
    closed: NominationsClosed | None = None
    statement: StatementPublished | None = None
    unopposed: UnopposedDeclared | None = None
    commitments: Mapping[str, str] = field(default_factory=dict)
    drawn: BallotOrderDrawn | None = None

    @property
    def contest(self) -> str:
        """The contest's id, from the stream's name."""
        return self.stream.partition("/")[2]

    @property
    def election(self) -> str:
        """Id of the election; nominations that were not opened belong to none."""
        return self.opened.election if self.opened else "none"

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of those validly nominated, by the statement; in the order drawn, if one was drawn since."""
        if self.drawn:
            return self.drawn.order
        return tuple(each.nominee for each in self.statement.persons if each.valid) if self.statement else ()

    def close_of(self, timetable: Timetable, name: str) -> str | None:
        """Give the moment at which a class closes or closed: once they are closed, no variation opens them again."""
        if self.closed is not None:
            return next((each.moment for each in self.closed.closes if each.nominator_class == name), None)
        return closing(timetable, self.opened.rule, name) if self.opened else None

    def evolve(self, event: Event) -> Nominations:
        """Give the nominations after one more event."""
        after = replace(self, version=event.version)
        match event:
            case NominationsOpened():
                return replace(after, opened=event)
            case NomineeNamed():
                return replace(after, names={**self.names, event.nominee: event.name})
            case ClassSized():
                return replace(after, sizes={**self.sizes, (event.nominator_class, event.measure): event})
            case NominationsClosed():
                return replace(after, closed=event)
            case StatementPublished():
                return replace(after, statement=event, drawn=None)
            case UnopposedDeclared():
                return replace(after, unopposed=event)
            case BallotOrderCommitted():
                first = self.commitments.get(event.actor, event.commitment)
                return replace(after, commitments={**self.commitments, event.actor: first})
            case BallotOrderDrawn():
                return replace(after, drawn=event)
        raise TypeError(f"{event.type} does not belong to nominations")


def nominations_stream(contest: str) -> Nominations:
    """Name the stream of a contest's nominations."""
    return Nominations(f"nominations/{contest}")


def require_opened(nominations: Nominations) -> NominationsOpened:
    """Give the opening, or refuse where nominations of the contest were never opened (`nominations-missing`)."""
    if nominations.opened is None:
        where = f"contest {nominations.contest}"
        raise refused("nominations-missing", where, "nominations that were opened", "none", "Record open-nominations")
    return nominations.opened


def require_nominee(nominations: Nominations, nominee: str, code: str = "unknown-nominee") -> None:
    """Refuse somebody who was not named as a nominee of the contest, with the nearest id."""
    if nominee not in nominations.names:
        where, found = f"contest {nominations.contest}", f"{nominee}{nearest(nominee, nominations.names)}"
        raise refused(code, where, "a nominee who was named", found, "Correct the id, or record name-nominee first")


def closing(timetable: Timetable, rule: NominationRule, name: str, step: NominationStep = CLOSE) -> str | None:
    """Give the moment at which a class closes: its own date, else that of the class it is part of, else that of all.

    The same for its opening, with that `step`.
    """
    known = rule.class_of(name)
    for each in (name, known.part_of if known else None, None):
        date = timetable.steps.get((step, each))
        if date is not None:
            return date.utc
    return None


def consents_close(timetable: Timetable) -> str | None:
    """Give the last moment for acceptances and statements: its own step, else the last close of nominations."""
    return timetable.last("consents-close") or timetable.last(CLOSE)


def require_closing(nominations: Nominations, timetable: Timetable, name: str) -> str:
    """Give the moment at which a class of nominators closes, or refuse where it has none (`step-missing`)."""
    require_opened(nominations)
    moment = nominations.close_of(timetable, name)
    if moment is None:
        where, found = f"timetable of election {nominations.election}", f"no {CLOSE} for {name}"
        raise refused("step-missing", where, f"{CLOSE}, for all or for each class", found, "Record set-timetable")
    return moment


def require_past(effective: str, now: str, where: str) -> None:
    """Refuse what is said to have happened later than now (`future-dated`)."""
    if effective > now:
        raise refused("future-dated", where, f"a moment up to now, {now}", effective, "Record it once it has happened")


def require_undefined(defined: bool, contest: str) -> None:
    """Refuse to change what a contest that was defined rests on (`contest-exists`)."""
    if defined:
        raise RefusedError(
            "contest-exists",
            f"contest {contest}",
            expected="a contest that was not defined yet: nominations come before the ballot paper",
            found="one that was defined",
            remedy="What the ballot paper was made from stays as it was",
        )

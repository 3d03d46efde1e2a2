"""`timetable/<election>`: the steps of an election with their dates, and every variation of them.

All contests of an election share its timetable. The close of nominations may have a date for each class of nominator,
the freeze and the close of applications for each category of elector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from pydantic import Field, model_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Hash, Id, Text, Time
from ledger.rules.local_time import Dated, Local, Offset, Zone, dated
from ledger.rules.steps import Key, StepName, check_category, misplaced, step_text, steps_asked, steps_dated
from ledger.streams.body import Body
from ledger.streams.decided import check_decided, deciding_body, is_publication, publication, require_decided_by
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.founding import Founding, founding_stream

STEPS_MAX = 200


class Step(Canonical):
    """One step with its date; for one category alone where one is named."""

    category: Id | None = None
    date: Dated
    step: StepName

    @property
    def key(self) -> Key:
        """Step and category."""
        return (self.step, self.category)


class TimetableSet(Event):
    """The timetable of an election was set, and published."""

    audience = Audience.PUBLIC
    type: Literal["timetable-set.v1"] = "timetable-set.v1"
    body: Id | None = None
    clause: Hash | None = None
    decision: Id | None = None
    election: Id
    published: Time
    steps: tuple[Step, ...]


class StepVaried(Event):
    """A step was given another date, or its first one: there is no old date then."""

    audience = Audience.PUBLIC
    type: Literal["step-varied.v1"] = "step-varied.v1"
    body: Id | None = None
    category: Id | None = None
    clause: Hash | None = None
    decision: Id | None = None
    election: Id
    new: Dated
    old: Dated | None = None
    published: Time
    reason: Text
    step: StepName


@dataclass(frozen=True, slots=True)
class Timetable(State):
    """A timetable as it stands.

    Attributes:
        steps: (step, category) -> date in force; None as category: for all that have no date of their own.
        published: (step, category) -> when the date in force was published.
        variations: every change of a date, in order.
        recorded: when it was first put on record; empty before.
    """

    steps: Mapping[Key, Dated] = field(default_factory=dict)
    published: Mapping[Key, str] = field(default_factory=dict)
    variations: tuple[StepVaried, ...] = ()
    recorded: str = ""

    @property
    def election(self) -> str:
        """The election's id, from the stream's name."""
        return self.stream.partition("/")[2]

    def moment(self, step: str, class_: str | None = None) -> str | None:
        """Give the moment of a step in force (UTC), for a class its own or else that of all; None if it has none."""
        date = self.steps.get((step, class_)) or self.steps.get((step, None))
        return date.utc if date else None

    def last(self, step: str) -> str | None:
        """Give the latest moment of a step over all classes; None if it has no date."""
        return max((date.utc for (name, _), date in self.steps.items() if name == step), default=None)

    @property
    def retrospective(self) -> tuple[Key, ...]:
        """The freezes published later than they take effect."""
        return tuple(k for k, date in self.steps.items() if k[0] == "freeze" and date.utc < self.published[k])

    def evolve(self, event: Event) -> Timetable:
        """Give the timetable after one more event."""
        match event:
            case TimetableSet():
                steps = {each.key: each.date for each in event.steps}
                published = dict.fromkeys(steps, event.published)
                first = self.recorded or event.recorded
                return replace(self, version=event.version, steps=steps, published=published, recorded=first)
            case StepVaried():
                key = (event.step, event.category)
                return replace(
                    self,
                    version=event.version,
                    steps={**self.steps, key: event.new},
                    published={**self.published, key: event.published},
                    variations=(*self.variations, event),
                )
        raise TypeError(f"{event.type} does not belong to a timetable")


def timetable_stream(election: str) -> Timetable:
    """Name the stream of an election's timetable."""
    return Timetable(f"timetable/{election}")


class StepDate(Canonical):
    """A step as it is asked for: its local time, and whatever else is not that of the whole timetable."""

    category: Id | None = None
    local: Local
    offset: Offset | None = None
    step: StepName
    zone: Zone | None = None

    @model_validator(mode="after")
    def _has_categories(self) -> Self:
        check_category(self.step, self.category)
        return self


class SetTimetable(Command):
    """Set the timetable of an election. Later changes are variations: vary-step."""

    written = {"published": is_publication, "steps": lambda body, found: steps_asked(body) == steps_dated(found)}

    election: Id = Field(description="id of the election; all its contests share the timetable")
    zone: Zone = Field(description="time zone of the local times, such as Europe/London")
    steps: tuple[StepDate, ...] = Field(
        min_length=1,
        max_length=STEPS_MAX,
        description='steps and local times, as JSON: [{"step":"poll-close","local":"2010-09-22T17:00:00"}, ...]; with '
        '"category":"unions" for a class of nominator or elector, "zone" where it is another, "offset":"+01:00" where '
        "clocks change",
    )
    published: Time | None = Field(None, description="when it was published (UTC); when it took effect if left out")
    body: Id | None = Field(None, description="the body that decided it")
    decision: Id | None = Field(None, description="id of that body's decision, on which it rests")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")

    @model_validator(mode="after")
    def _names_who_decided(self) -> Self:
        check_decided(self)
        return self


@decision(
    SetTimetable,
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
    founding=lambda _c, _s: founding_stream(),
    body=lambda c, _: deciding_body(c),
)
def set_timetable(
    command: SetTimetable, act: Act, election: Election, timetable: Timetable, founding: Founding, body: Body
) -> Outcome:
    """Decide that a timetable may be set. Only a freeze may have a date that is past, by `Founding.judged_at`.

    Raises:
        RefusedError: `unknown-election`, `timetable-exists`, what `require_decided_by` raises, `future-dated`,
            `duplicate-step`, `zone-unknown`, `local-time-skipped`, `local-time-ambiguous`, `offset-differs`,
            `step-past`, `impossible-order`, in that order.
    """
    require_election(election, command.election)
    where = f"timetable of election {command.election}"
    if timetable.steps:
        remedy = f"Change a date with vary-step (see: pollbook timetable {command.election})"
        raise refused("timetable-exists", where, "no timetable yet", f"one of {len(timetable.steps)} steps", remedy)
    require_decided_by(command, body, founding, act, where)
    published = publication(command.published, act, where)
    steps: dict[Key, Step] = {}
    for each in command.steps:
        name = step_text((each.step, each.category))
        if (each.step, each.category) in steps:
            raise refused("duplicate-step", where, "each step once", f"{name} twice", "Leave one out")
        date = dated(each.local, each.zone or command.zone, each.offset, f"{where}, {name}")
        steps[each.step, each.category] = Step(step=each.step, category=each.category, date=date)
    for step in steps.values():
        _require_ahead(step.key, step.date, founding.judged_at(act.effective, act.now), where)
    _require_order({key: step.date for key, step in steps.items()}, where)
    event = TimetableSet(
        **act.on(timetable),
        body=command.body,
        clause=command.clause,
        decision=command.decision,
        election=command.election,
        published=published,
        steps=tuple(steps.values()),
    )
    return Outcome([event])


class VaryStep(Command):
    """Give a step of the timetable another date, or its first one. The old date stays on record, with the reason."""

    written = {
        "new": lambda body, found: (found["local"], found["zone"]) == (body["local"], body["zone"]),
        "published": is_publication,
    }

    election: Id = Field(description="id of the election")
    step: StepName = Field(description="which step")
    category: Id | None = Field(None, description="class of nominator or elector that the date is for; all if left out")
    local: Local = Field(description="the new local time, such as 2010-06-09T12:30:00")
    zone: Zone = Field(description="time zone of the local time, such as Europe/London")
    offset: Offset | None = Field(None, description="offset from UTC, such as +01:00; needed where clocks change")
    reason: Text = Field(description="why")
    published: Time | None = Field(None, description="when it was published (UTC); when it took effect if left out")
    body: Id | None = Field(None, description="the body that decided it")
    decision: Id | None = Field(None, description="id of that body's decision, on which it rests")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")

    @model_validator(mode="after")
    def _has_categories(self) -> Self:
        check_category(self.step, self.category)
        check_decided(self)
        return self


@decision(
    VaryStep,
    timetable=lambda c, _: timetable_stream(c.election),
    founding=lambda _c, _s: founding_stream(),
    body=lambda c, _: deciding_body(c),
)
def vary_step(command: VaryStep, act: Act, timetable: Timetable, founding: Founding, body: Body) -> Outcome:
    """Decide that a step may get another date: neither the old nor the new one is past, by `Founding.judged_at`.

    Raises:
        RefusedError: `timetable-missing`, what `require_decided_by` raises, `future-dated`, `zone-unknown`,
            `local-time-skipped`, `local-time-ambiguous`, `offset-differs`, `step-past`, `step-unchanged`,
            `impossible-order`, in that order.
    """
    where = f"timetable of election {command.election}"
    if not timetable.exists:
        raise refused("timetable-missing", where, "a timetable", "none", "Record set-timetable first")
    require_decided_by(command, body, founding, act, where)
    published = publication(command.published, act, where)
    key = (command.step, command.category)
    date = dated(command.local, command.zone, command.offset, f"{where}, {step_text(key)}")
    old, judged = timetable.steps.get(key), founding.judged_at(act.effective, act.now)
    if old is not None and old.utc <= judged:
        expected = f"a step still to come at {judged}"
        raise refused("step-past", where, expected, f"{step_text(key)} at {old.utc}", "What is past stays as it was")
    _require_ahead(key, date, judged, where)
    if old == date:
        raise refused("step-unchanged", where, "another date", f"{step_text(key)} at {old.local}", "Nothing to do")
    _require_order({**timetable.steps, key: date}, where)
    event = StepVaried(
        **act.on(timetable),
        body=command.body,
        category=command.category,
        clause=command.clause,
        decision=command.decision,
        election=command.election,
        new=date,
        old=old,
        published=published,
        reason=command.reason,
        step=command.step,
    )
    return Outcome([event])


def _require_order(steps: Mapping[Key, Dated], where: str) -> None:
    for one, other in misplaced(steps):
        expected = f"{step_text(one)} before {step_text(other)}"
        found = f"{step_text(one)} {steps[one].local}, {step_text(other)} {steps[other].local}"
        raise refused("impossible-order", where, expected, found, "Correct one of the two dates")


def _require_ahead(key: Key, date: Dated, judged: str, where: str) -> None:
    if key[0] != "freeze" and date.utc <= judged:
        expected = f"a date after {judged}"
        raise refused("step-past", where, expected, f"{step_text(key)} at {date.utc}", "Give a date still to come")

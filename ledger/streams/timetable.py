"""`timetable/<election>`: the steps of an election with their dates, and every variation of them.

All contests of an election share its timetable. The close of nominations may have a date for each class of nominator,
the freeze and the close of applications for each category of elector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Hash, Id, Text, Time
from ledger.rules.local_time import Dated, Local, Offset, Zone, dated
from ledger.rules.steps import Key, StepName, check_category, misplaced, step_text
from ledger.streams.election import Election, election_stream, require_election

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
    clause: Hash | None = None
    decision: Id | None = None
    election: Id
    published: Time
    steps: tuple[Step, ...]


class StepVaried(Event):
    """A step was given another date, or its first one: there is no old date then."""

    audience = Audience.PUBLIC
    type: Literal["step-varied.v1"] = "step-varied.v1"
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
    """

    steps: Mapping[Key, Dated] = field(default_factory=dict)
    published: Mapping[Key, str] = field(default_factory=dict)
    variations: tuple[StepVaried, ...] = ()

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
                return replace(self, version=event.version, steps=steps, published=published)
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


def is_publication(body: Mapping[str, Any], found: object) -> bool:
    """Whether that is when a signed command says it was published: when it took effect, if it does not say."""
    return bool(found == body.get("published", body["effective"]))


def _as_asked(body: Mapping[str, Any]) -> list[tuple[str, str | None, str, str]]:
    """Give the steps that a signed command asks for: step, category, local time, zone."""
    return [
        (each["step"], each.get("category"), each["local"], each.get("zone", body["zone"])) for each in body["steps"]
    ]


def _as_dated(steps: Sequence[Mapping[str, Any]]) -> list[tuple[str, str | None, str, str]]:
    """Give the steps of an event in the same way."""
    return [(each["step"], each.get("category"), each["date"]["local"], each["date"]["zone"]) for each in steps]


class SetTimetable(Command):
    """Set the timetable of an election. Later changes are variations: vary-step."""

    written = {"published": is_publication, "steps": lambda body, found: _as_asked(body) == _as_dated(found)}

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
    decision: Id | None = Field(None, description="id of the decision of a body that it rests on")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")


@decision(
    SetTimetable,
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
)
def set_timetable(command: SetTimetable, act: Act, election: Election, timetable: Timetable) -> Outcome:
    """Decide that a timetable may be set. Only a freeze may have a date that is past when it takes effect.

    Raises:
        RefusedError: `unknown-election`, `timetable-exists`, `future-dated`, `duplicate-step`, `zone-unknown`,
            `local-time-skipped`, `local-time-ambiguous`, `offset-differs`, `step-past`, `impossible-order`, in
            that order.
    """
    require_election(election, command.election)
    where = f"timetable of election {command.election}"
    if timetable.steps:
        remedy = f"Change a date with vary-step (see: pollbook timetable {command.election})"
        raise refused("timetable-exists", where, "no timetable yet", f"one of {len(timetable.steps)} steps", remedy)
    published = publication(command.published, act, where)
    steps: dict[Key, Step] = {}
    for each in command.steps:
        name = step_text((each.step, each.category))
        if (each.step, each.category) in steps:
            raise refused("duplicate-step", where, "each step once", f"{name} twice", "Leave one out")
        date = dated(each.local, each.zone or command.zone, each.offset, f"{where}, {name}")
        steps[each.step, each.category] = Step(step=each.step, category=each.category, date=date)
    for step in steps.values():
        _require_ahead(step.key, step.date, act, where)
    _require_order({key: step.date for key, step in steps.items()}, where)
    event = TimetableSet(
        **act.on(timetable),
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
    decision: Id | None = Field(None, description="id of the decision of a body that it rests on")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")

    @model_validator(mode="after")
    def _has_categories(self) -> Self:
        check_category(self.step, self.category)
        return self


@decision(VaryStep, timetable=lambda c, _: timetable_stream(c.election))
def vary_step(command: VaryStep, act: Act, timetable: Timetable) -> Outcome:
    """Decide that a step may be given another date: neither the old nor the new one is past when it takes effect.

    Raises:
        RefusedError: `timetable-missing`, `future-dated`, `zone-unknown`, `local-time-skipped`,
            `local-time-ambiguous`, `offset-differs`, `step-past`, `step-unchanged`, `impossible-order`, in that order.
    """
    where = f"timetable of election {command.election}"
    if not timetable.exists:
        raise refused("timetable-missing", where, "a timetable", "none", "Record set-timetable first")
    published = publication(command.published, act, where)
    key = (command.step, command.category)
    date = dated(command.local, command.zone, command.offset, f"{where}, {step_text(key)}")
    old = timetable.steps.get(key)
    if old is not None and old.utc <= act.effective:
        expected = f"a step still to come at {act.effective}"
        raise refused("step-past", where, expected, f"{step_text(key)} at {old.utc}", "What is past stays as it was")
    _require_ahead(key, date, act, where)
    if old == date:
        raise refused("step-unchanged", where, "another date", f"{step_text(key)} at {old.local}", "Nothing to do")
    _require_order({**timetable.steps, key: date}, where)
    event = StepVaried(
        **act.on(timetable),
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


def _require_ahead(key: Key, date: Dated, act: Act, where: str) -> None:
    if key[0] != "freeze" and date.utc <= act.effective:
        expected = f"a date after {act.effective}, when this takes effect"
        raise refused("step-past", where, expected, f"{step_text(key)} at {date.utc}", "Give a date still to come")


def publication(published: str | None, act: Act, where: str) -> str:
    """Give when something was published, by default when it took effect; refuse what is to come (`future-dated`)."""
    moment = published or act.effective
    if moment > act.now:
        raise refused("future-dated", where, f"publication up to now, {act.now}", moment, "Record it once it is out")
    return moment

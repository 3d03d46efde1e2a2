"""`ground/<election>`: the grounds on which an entry may be refused or removed, adopted before they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from pydantic import Field, model_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text, Time
from ledger.streams.body import Body
from ledger.streams.decided import check_decided, deciding_body, is_publication, publication, require_decided_by
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.founding import Founding, founding_stream

TESTS_MAX = 50
HOURS_MAX = 24 * 366
DAYS_MAX = 366 * 100


class GroundAdopted(Event):
    """A ground was adopted, or a new version of it; each applies to what happens from when it takes effect.

    `evidence` is the class that suffices: A a document or official record, B an attributable public statement, C a
    tip or an inference. `cure_hours` is how long there is to put a fault right; without it it cannot be. Where there
    is no appeal, `no_appeal` is the clause that says so. `bar_days` is for how long whoever is removed stays out.
    """

    audience = Audience.PUBLIC
    type: Literal["ground-adopted.v1"] = "ground-adopted.v1"
    appeal: Text | None = None
    bar_days: Count | None = None
    body: Id | None = None
    clause: Hash | None = None
    cure_hours: Count | None = None
    decided_by: Literal["auto", "officer", "panel"]
    decision: Id | None = None
    election: Id
    evidence: Literal["A", "B", "C"]
    ground: Id
    no_appeal: Hash | None = None
    published: Time
    tests: tuple[Text, ...]
    title: Text


@dataclass(frozen=True, slots=True)
class Grounds(State):
    """The grounds of an election: id -> every version, in the order of recording."""

    grounds: Mapping[str, tuple[GroundAdopted, ...]] = field(default_factory=dict)

    def evolve(self, event: Event) -> Grounds:
        """Give the grounds after one more event."""
        match event:
            case GroundAdopted():
                versions = (*self.grounds.get(event.ground, ()), event)
                return replace(self, version=event.version, grounds={**self.grounds, event.ground: versions})
        raise TypeError(f"{event.type} does not belong to grounds")

    def in_force(self, ground: str, at: str) -> GroundAdopted | None:
        """Give a ground as it is at a moment (UTC): the last version that took effect by then; None if none did."""
        known = [each for each in self.grounds.get(ground, ()) if each.effective <= at]
        return max(known, key=lambda each: (each.effective, each.version), default=None)

    def instead(self, ground: str) -> str:
        """Say of a ground that is not in force since when it is, or which ground is most like it."""
        since = min((each.effective for each in self.grounds.get(ground, ())), default=None)
        return f" (it is in force from {since})" if since else nearest(ground, self.grounds)


def ground_stream(election: str) -> Grounds:
    """Name the stream of an election's grounds."""
    return Grounds(f"ground/{election}")


def require_ground(grounds: Grounds, ground: str, at: str, election: str) -> GroundAdopted:
    """Give a ground as it is at a moment (UTC); refuse one that is not in force (`ground-not-adopted`)."""
    found = grounds.in_force(ground, at)
    if found is None:
        what, instead = f"ground {ground} of election {election}", f"none{grounds.instead(ground)}"
        raise refused("ground-not-adopted", what, f"a ground in force at {at}", instead, "Record adopt-ground")
    return found


class AdoptGround(Command):
    """Adopt a ground on which an entry may be refused or removed, or a new version of it. It is never retrospective."""

    written = {"published": is_publication}

    election: Id = Field(description="id of the election")
    ground: Id = Field(description="id of the ground, such as not-on-the-roll")
    title: Text = Field(description="what the ground is called in public")
    tests: tuple[Text, ...] = Field(
        min_length=1, max_length=TESTS_MAX, description='what has to be so, each on its own, as JSON: ["...", ...]'
    )
    evidence: Literal["A", "B", "C"] = Field(
        description="what suffices: A document or official record, B attributable public statement, C tip or inference"
    )
    decided_by: Literal["auto", "officer", "panel"] = Field(description="who applies it")
    cure_hours: int | None = Field(
        None, ge=1, le=HOURS_MAX, description="hours to put the fault right; left out: it cannot be put right"
    )
    appeal: Text | None = Field(None, description="to whom one may appeal")
    no_appeal: Hash | None = Field(None, description="content hash of the clause by which there is no appeal")
    bar_days: int | None = Field(None, ge=1, le=DAYS_MAX, description="days for which whoever is removed stays out")
    published: Time | None = Field(None, description="when it was published (UTC); when it took effect if left out")
    body: Id | None = Field(None, description="the body that adopted it")
    decision: Id | None = Field(None, description="id of that body's decision, on which it rests")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")

    @model_validator(mode="after")
    def _names_who_decided(self) -> Self:
        check_decided(self)
        return self


@decision(
    AdoptGround,
    election=lambda c, _: election_stream(c.election),
    grounds=lambda c, _: ground_stream(c.election),
    founding=lambda _c, _s: founding_stream(),
    body=lambda c, _: deciding_body(c),
)
def adopt_ground(
    command: AdoptGround, act: Act, election: Election, grounds: Grounds, founding: Founding, body: Body
) -> Outcome:
    """Decide that a ground may be adopted.

    Raises:
        RefusedError: `unknown-election`, what `require_decided_by` raises, `future-dated`, `retrospective-ground`,
            `appeal-route-missing`, `appeal-route-unclear`, in that order.
    """
    require_election(election, command.election)
    where = f"ground {command.ground} of election {command.election}"
    require_decided_by(command, body, founding, act, where)
    published = publication(command.published, act, where)
    if published > act.effective:
        remedy = "Let it take effect when it was published, or later"
        raise refused("retrospective-ground", where, f"a ground in force from {published} on", act.effective, remedy)
    if command.appeal is None and command.no_appeal is None:
        remedy = "Say to whom one may appeal, or by which clause to nobody"
        raise refused("appeal-route-missing", where, "appeal or no_appeal", "neither", remedy)
    if command.appeal is not None and command.no_appeal is not None:
        raise refused("appeal-route-unclear", where, "appeal or no_appeal", "both", "Leave one out")
    own = type(command).model_fields.keys() - Command.model_fields.keys() - {"published"}
    fields = {name: getattr(command, name) for name in own}
    return Outcome([GroundAdopted(**act.on(grounds), **fields, published=published)])

"""`ruling-figures/<election>`: when numbers of its rulings were published; each time those since the time before.

Whatever the public is told of rulings is told as of these events, and not between them, so that no two answers can be
subtracted (decision record 18).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.event import Audience, Event
from ledger.field import Id
from ledger.streams.election import Election, election_stream, require_election

STEM = "ruling-figures"


class RulingFiguresPublished(Event):
    """Numbers were published of the rulings that people were told of since the time before, up to this event.

    It holds no number: they follow from the events before it, and are the same whoever works them out, and when.
    """

    audience = Audience.PUBLIC
    type: Literal["ruling-figures-published.v1"] = "ruling-figures-published.v1"
    election: Id


@dataclass(frozen=True, slots=True)
class RulingFigures(State):
    """How often numbers of an election's rulings were published."""

    times: int = 0

    def evolve(self, event: Event) -> RulingFigures:
        """Give them after one more event."""
        match event:
            case RulingFiguresPublished():
                return replace(self, version=event.version, times=self.times + 1)
        raise TypeError(f"{event.type} does not belong to the numbers of rulings")


def ruling_figures_stream(election: str) -> RulingFigures:
    """Name the stream of an election's numbers of rulings."""
    return RulingFigures(f"{STEM}/{election}")


class PublishRulingFigures(Command):
    """Publish numbers of the rulings that people were told of since the last time: pollbook statistics writes them.

    Every ruling is in one set of numbers. Where a set comes to fewer than ten people, nothing is told of them, in a
    later one either: so wait until there are more, and until appeals that are to be in it were determined.
    """

    election: Id = Field(description="id of the election")


@decision(
    PublishRulingFigures,
    election=lambda c, _: election_stream(c.election),
    told=lambda c, _: ruling_figures_stream(c.election),
)
def publish_ruling_figures(command: PublishRulingFigures, act: Act, election: Election, told: RulingFigures) -> Outcome:
    """Decide that numbers of rulings are published as the record now stands.

    Raises:
        RefusedError: `unknown-election`.
    """
    require_election(election, command.election)
    return Outcome([RulingFiguresPublished(**act.on(told), election=command.election)])

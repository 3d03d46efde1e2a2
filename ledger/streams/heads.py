"""`ledger/heads`: which streams there are and how long each is, recorded at sealing points.

With it a reviewer who holds some streams can be shown that each is whole: nothing was withheld at its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError
from ledger.event import Audience, Event
from ledger.field import Count, Hash
from ledger.figures import HeadsFigures

STREAM = "ledger/heads"


class StreamHeadsRecorded(Event):
    """The heads of all streams were recorded as of a position.

    `root` is the RFC 6962 root over the lines `<stream> <version>` LF of all streams, sorted by bytes.
    """

    audience = Audience.PUBLIC
    type: Literal["stream-heads-recorded.v1"] = "stream-heads-recorded.v1"
    as_of_position: Count
    root: Hash
    streams: Count


@dataclass(frozen=True, slots=True)
class Heads(State):
    """The recorded heads as they stand: up to where."""

    as_of_position: int = -1

    def evolve(self, event: Event) -> Heads:
        """Give the recorded heads after one more event."""
        match event:
            case StreamHeadsRecorded():
                return replace(self, version=event.version, as_of_position=event.as_of_position)
        raise TypeError(f"{event.type} does not belong to {self.stream}")


class RecordStreamHeads(Command):
    """Record the heads of all streams. `pollbook checkpoint` gives this itself."""


@decision(RecordStreamHeads, figures=lambda _, port: port.heads(), heads=lambda _c, _s: Heads(STREAM))
def record_stream_heads(command: RecordStreamHeads, act: Act, heads: Heads, figures: HeadsFigures) -> Outcome:
    """Decide that heads may be recorded: something was recorded since the last time.

    Raises:
        RefusedError: `nothing-new`.
    """
    newest = heads.version and figures.position == heads.as_of_position + 1
    if figures.position < 0 or newest:
        raise RefusedError(
            "nothing-new",
            STREAM,
            expected="events since the heads were recorded last",
            found="none",
            remedy="Nothing needs doing",
        )
    return Outcome(
        [
            StreamHeadsRecorded(
                **act.on(heads), as_of_position=figures.position, root=figures.root, streams=figures.streams
            )
        ]
    )

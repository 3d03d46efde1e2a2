"""What the domain is written in: states, acts, commands, and the table of decisions.

A decision is a pure function (command, act, states, figures) -> outcome, or a `RefusedError`.
`evolve` is pure too and raises on an event it does not expect; preconditions live in decisions,
never in `evolve`, so that a ledger recorded under older rules replays for ever.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ledger.batches.build import Build
from ledger.batches.intake import Intake
from ledger.batches.marking import Marking
from ledger.batches.paying import Paying
from ledger.batches.sweep import Sweep
from ledger.errors import PollbookError, ReplayError
from ledger.event import Event
from ledger.field import Text, Time
from ledger.figures import Figures


@dataclass(frozen=True, slots=True)
class State:
    """A stream as it stands: its name, how many events it has, and what they add up to."""

    stream: str
    version: int = 0

    @abstractmethod
    def evolve(self, event: Event) -> Self:
        """Give the state after one more event."""

    @property
    def exists(self) -> bool:
        """Whether anything was recorded on this stream."""
        return self.version > 0


AnyState = TypeVar("AnyState", bound=State)


def fold(state: AnyState, events: Iterable[Event]) -> AnyState:
    """Give the state after these events, in order.

    Raises:
        ReplayError: `stream-does-not-replay`; an event is of what the stream does not have.
    """
    name = state.stream
    try:
        for event in events:
            state = state.evolve(event)
    except PollbookError:
        raise
    except (TypeError, LookupError, ValueError, AttributeError) as error:
        expected = "events that follow on one another"
        raise ReplayError("stream-does-not-replay", name, expected=expected, found=str(error)) from error
    return state


Agree = Callable[[Mapping[str, Any], Any], bool]  # a signed command's fields, and an event's field: whether they agree


class Command(BaseModel):
    """What somebody asks to be recorded. The docstring and the field descriptions are its help."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    verb: ClassVar[str]
    group: ClassVar[str] = ""
    signed: ClassVar[bool] = False  # in a founded ledger it is refused without its office's signature
    private: ClassVar[frozenset[str]] = frozenset()  # fields that go to the vault: no signature covers them
    names: ClassVar[frozenset[str]] = frozenset()  # fields where public figures are named: candidates, officers, bodies
    venues: ClassVar[frozenset[str]] = frozenset()  # fields that say where something is held, postcode and all
    coined: ClassVar[frozenset[str]] = frozenset()  # ids that whoever gives the command thinks up for something new
    unordered: ClassVar[frozenset[str]] = frozenset()  # lists that the decision puts into an order of its own
    filled: ClassVar[frozenset[str]] = frozenset()  # fields that the decision fills in, and anything goes
    written: ClassVar[Mapping[str, Agree]] = {}  # fields that the decision writes otherwise, each with how to compare
    elsewhere: ClassVar[Mapping[str, frozenset[str]]] = {}  # field -> types of events in which it means something else

    effective: Time | None = Field(None, description="when it took effect (UTC); now if left out")
    authority: Text | None = Field(None, description="the rule or delegation acted under; kept for ever: name nobody")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.verb = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def said(self) -> dict[str, Any]:
        """Give what of the command its office signs, and what is kept with the signature: no private value."""
        return self.model_dump(mode="json", exclude_none=True, exclude=set(self.private))


def no_secret(_purpose: str, _text: bytes) -> bytes:
    """Refuse to give a keyed digest: where an act is looked at again, no vault is at hand."""
    raise TypeError("no vault is at hand")


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and under what: the envelope of the events that a decision makes.

    `origin` is the log's name, which signatures are bound to; `size` is how many events are in the ledger. `keyed`
    gives a digest under a secret of the vault: purpose, text -> 32 bytes.
    """

    actor: str
    now: str
    effective: str
    authority: str | None = None
    command: str | None = None
    origin: str = ""
    size: int = 0
    keyed: Callable[[str, bytes], bytes] = no_secret

    def on(self, state: State, after: int = 0) -> dict[str, Any]:
        """Give the envelope of the next event on a stream, or of one `after` it in the same outcome."""
        return {
            "actor": self.actor,
            "authority": self.authority,
            "command": self.command,
            "effective": self.effective,
            "recorded": self.now,
            "stream": state.stream,
            "version": state.version + 1 + after,
        }


class Unchanged(NamedTuple):
    """A guard: nothing of these types on streams with these prefixes was recorded after the position."""

    position: int
    types: tuple[str, ...]
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Events by the thousand that readers see all at once or not at all.

    Attributes:
        stream: the batch's own stream, its identity.
        opened: the event that opens it, with the number of members and the digest of the contents.
        total: that number, and `contents` that digest.
        deal: seed -> (start, stop, recording time) -> the member events from start up to stop; which they
            are follows from the seed alone, so that an import that was killed goes on where it stopped.
        closed: count and digest of the members' leaf hashes -> the event that closes it.
    """

    stream: str
    opened: Event
    total: int
    contents: str
    deal: Callable[[bytes], Callable[[int, int, str], list[Event]]]
    closed: Callable[[int, str, str], Event]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision answers: the events to append, and what must not have changed meanwhile.

    `restricted` says of events whose audience depends on their contest that they are to be withheld.
    """

    events: Sequence[Event] = ()
    batch: Batch | Intake | Build | Marking | Paying | Sweep | None = None
    unchanged: Unchanged | None = None
    restricted: bool = False


Decide = Callable[..., Outcome]
States = dict[str, Any]  # name of an argument -> a state, or a tuple of states
Reads = Mapping[str, Callable[[Any, Any], State | tuple[State, ...]]]


class Entry(NamedTuple):
    """One line of the table of decisions."""

    command: type[Command]
    decide: Decide
    reads: Reads
    figures: Callable[[Any, Figures], Any] | None


DECISIONS: dict[str, Entry] = {}


def read_states(entry: Entry, command: Any, load: Callable[[Any], State]) -> States:
    """Read what a decision reads, each stream named by the command and by what was read before it.

    Args:
        load: the empty state of a stream -> the state as it stands.
    """
    states: States = {}
    for argument, empty in entry.reads.items():
        found = empty(command, states)
        states[argument] = tuple(map(load, found)) if isinstance(found, tuple) else load(found)
    return states


def versions_of(states: States) -> dict[str, int]:
    """Give the streams that were read, and their versions."""
    alone = (each if isinstance(each, tuple) else (each,) for each in states.values())
    return {state.stream: state.version for several in alone for state in several}


def decision(
    command: type[Command],
    *,
    figures: Callable[[Any, Figures], Any] | None = None,
    **reads: Callable[[Any, Any], State | tuple[State, ...]],
) -> Callable[[Decide], Decide]:
    """Enter a decision in the table: which command it answers, and which states and figures it reads.

    Args:
        command: the command's class; its name and the function's are one stem.
        figures: command and port -> the figures that the decision reads; passed as `figures`.
        reads: name of an argument -> function from the command, and the states read before it by name, to
            the empty state of a stream, or a tuple of them where it reads several alike.
    """

    def enter(decide: Decide) -> Decide:
        if decide.__name__ != command.verb.replace("-", "_"):
            raise TypeError(f"{decide.__name__} decides {command.__name__}: one stem, please")
        command.group = decide.__module__.rpartition(".")[2]
        DECISIONS[command.verb] = Entry(command, decide, reads, figures)
        return decide

    return enter

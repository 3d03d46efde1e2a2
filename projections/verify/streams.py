"""Which state a stream folds into, by the first word of its name."""

from __future__ import annotations

from ledger.decision import State
from ledger.streams.batch import BatchState
from ledger.streams.contest import Contest
from ledger.streams.election import Election
from ledger.streams.heads import Heads
from ledger.streams.paper import Paper
from ledger.streams.person import Erasure, Person
from ledger.streams.result import Result

KINDS: dict[str, type[State]] = {
    "batch": BatchState,
    "contest": Contest,
    "election": Election,
    "erasure": Erasure,
    "ledger": Heads,
    "paper": Paper,
    "person": Person,
    "result": Result,
}


def empty_state(stream: str) -> State:
    """Give the empty state of a stream.

    Raises:
        TypeError: no stream of this program is called so.
    """
    kind = KINDS.get(stream.partition("/")[0])
    if kind is None:
        raise TypeError(f"no kind of stream is called {stream.partition('/')[0]!r}")
    return kind(stream)

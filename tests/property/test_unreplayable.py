"""Whatever was written round the program into a stream: what does not follow is said so, and stops nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scenario import happened
from test_leaf import read, values_of

from ledger.decision import State, fold
from ledger.errors import EvidenceError
from ledger.event import TYPES, Event
from ledger.streams.application import Application
from ledger.streams.application_events import CureLapsed, CureSupplied
from ledger.streams.entry import Entries, EntryAmended, EntryRemoved, EntryRestored
from projections.verify.streams import KINDS

ONCE = settings(max_examples=1, phases=[Phase.generate], database=None, deadline=None)  # of each type one
STATES = sorted(set(KINDS.items()), key=lambda each: each[0])
ENTRY: dict[str, Any] = {"cause": "clerical", "election": "labour", "number": 7}
CURE: dict[str, Any] = {"grounds": ("untold",)}
NOON = "2010-06-01T12:00:00Z"
APPLICATION = f"application/{'a' * 24}"


def taken(state: State, event: Event) -> State:
    """Take an event in, or pass over one that does not belong there."""
    try:
        return state.evolve(event)
    except TypeError:
        return state


@given(data=st.data())
@ONCE
@pytest.mark.parametrize("name", sorted(TYPES))
def test_no_event_stops_any_stream_but_by_not_belonging_to_it(name: str, data: st.DataObject) -> None:
    event = read(data.draw(values_of(name)))
    for stem, kind in STATES:
        state = kind(f"{stem}/x")
        taken(taken(state, event), event)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (Entries("entry/labour/x"), happened(EntryRemoved, "entry/labour/x", **ENTRY)),
        (Entries("entry/labour/x"), happened(EntryRestored, "entry/labour/x", **ENTRY)),
        (Entries("entry/labour/x"), happened(EntryAmended, "entry/labour/x", field="unit", new="y", **ENTRY)),
        (
            Application(APPLICATION),
            happened(CureSupplied, APPLICATION, late=False, received=NOON, supplied="A" * 43, **CURE),
        ),
        (Application(APPLICATION), happened(CureLapsed, APPLICATION, **CURE)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_its_stream_never_had_is_one_line_about_the_evidence(state: State, event: Event) -> None:
    with pytest.raises(EvidenceError, match=r"^stream-does-not-replay: .* without number 7|not told of untold"):
        fold(state, [event])

"""A ruling told and an appeal allowed, about anybody, for tests of what rests on them."""

from __future__ import annotations

from typing import Any

from ruled import BEFORE, RULE, TELL
from scenario import but, given
from test_appeal import DETERMINE, REVIEWED

from ledger.event import Event
from ledger.streams.ruling_events import EntryEffect, RulingMade


def told(person: str, *effects: tuple[int, str], case: str = "c1") -> list[Event]:
    """The events of a case in which somebody was admitted, or entries of theirs removed or restored: they were told."""
    events = given(*BEFORE, but(RULE, outcome="refuse" if effects else "admit"), TELL).events
    named = tuple(EntryEffect(number=number, action=action) for number, action in effects)  # type: ignore[arg-type]
    changed = [_of(each, f"case/{case}", person) for each in events if each.stream == "case/c1"]
    return [each.model_copy(update={"effects": named}) if isinstance(each, RulingMade) else each for each in changed]


def allowed(person: str) -> list[Event]:
    """The events of an appeal that was allowed, `appeal/c9/1`."""
    events = given(*REVIEWED, DETERMINE).events
    return [_of(each, "appeal/c9/1", person) for each in events if each.stream == "appeal/c1/1"]


def _of(event: Event, stream: str, person: str) -> Event:
    changes: dict[str, Any] = {"stream": stream}
    if "person" in type(event).model_fields:
        changes["person"] = person
    return event.model_copy(update=changes)

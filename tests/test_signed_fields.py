"""What a decision writes otherwise than its command says it is compared with what was signed all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nominating import SCHEDULED, SET_TIMETABLE
from scenario import CALL_ELECTION, but, given
from test_fee import WINDOW
from test_ground import ADOPT
from test_statement import CLOSED, KNOWN, PUBLISH

from ledger.decision import Command
from ledger.event import Event
from ledger.streams.signature import differences
from ledger.streams.timetable import VaryStep

BEFORE = "2010-05-19T12:00:00Z"
VARY = VaryStep(
    election="labour",
    step="nominations-close",
    category="mps",
    local="2010-06-10T12:30:00",
    zone="Europe/London",
    reason="more time",
    effective="2010-05-26T12:00:00Z",
)
LATER = {"local": "2010-08-26T12:00:00", "utc": "2010-08-26T11:00:00Z", "zone": "Europe/London"}
ABROAD = {"local": "2010-07-26T12:00:00", "utc": "2010-07-26T10:00:00Z", "zone": "Europe/Paris"}


def made(command: Command) -> Event:
    """The one event that a command leads to."""
    before = {"set-timetable": (CALL_ELECTION,), "vary-step": SCHEDULED, "publish-statement": CLOSED}
    (event,) = given(*before.get(command.verb, (CALL_ELECTION,)), figures=KNOWN).when(command).events
    return event


def differing(command: Command, event: Event, **said: Any) -> list[str]:
    """The fields in which an event differs from what was signed; `said` in place of what the command says."""
    body = {"actor": event.actor, "effective": event.effective, "verb": command.verb, **command.said(), **said}
    return [name for name, _, _ in differences(type(command), body, event)]


def rewritten(event: Event, *way: str | int, to: Any) -> Event:
    """The event with one value in it changed."""
    fields = event.model_dump(mode="json", exclude_none=True)
    inner: Any = fields
    for part in way[:-1]:
        inner = inner[part]
    inner[way[-1]] = to
    return type(event).model_validate_json(json.dumps(fields))


CASES: dict[str, tuple[Command, tuple[str | int, ...], Any]] = {
    "published, which the command leaves out": (SET_TIMETABLE, ("published",), BEFORE),
    "published, as the command says it": (but(SET_TIMETABLE, published=BEFORE), ("published",), "2010-05-20T12:00:00Z"),
    "the date of a step": (SET_TIMETABLE, ("steps", 2, "date"), LATER),
    "the zone of a step": (SET_TIMETABLE, ("steps", 2, "date"), ABROAD),
    "the class of a step": (SET_TIMETABLE, ("steps", 2, "category"), "unions"),
    "which step": (SET_TIMETABLE, ("steps", 0, "step"), "nominations-close"),
    "a step fewer": (SET_TIMETABLE, ("steps",), []),
    "when a variation was published": (VARY, ("published",), BEFORE),
    "when a fee was published": (WINDOW, ("published",), BEFORE),
    "from when a fee is paid": (WINDOW, ("opens",), LATER),
    "until when a fee is paid": (WINDOW, ("closes",), LATER),
    "when a ground was published": (ADOPT, ("published",), BEFORE),
    "who is validly nominated": (PUBLISH, ("persons", 0, "valid"), False),
    "who was nominated": (PUBLISH, ("persons", 0, "nominee"), "d"),
    "by how many": (PUBLISH, ("persons", 0, "counts", 0, "nominations"), 34),
    "by a class that nobody was of": (PUBLISH, ("persons", 0, "counts", 1, "nominations"), 1),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_finds_what_is_not_as_it_was_signed(case: tuple[Command, tuple[str | int, ...], Any]) -> None:
    command, way, to = case
    event = made(command)
    assert differing(command, event) == []
    assert differing(command, rewritten(event, *way, to=to)) == [way[0]]


@pytest.mark.parametrize("steps", [None, "all", [1], [{"step": "freeze"}], [["freeze"]]], ids=str)
def test_a_signed_body_of_another_form_is_not_the_commands(steps: Any) -> None:
    assert differing(SET_TIMETABLE, made(SET_TIMETABLE), steps=steps) == ["steps"]


def test_a_statement_may_be_signed_in_another_order() -> None:
    turned = but(PUBLISH, persons=PUBLISH.persons[::-1])
    assert differing(turned, made(PUBLISH)) == []

"""Timetables, variations, fees and grounds that rest on the decision of a body: it is looked up, not believed."""

from __future__ import annotations

from typing import Any

import pytest
from officers import FOUND_HERE, NEC
from pydantic import ValidationError
from scenario import CALL_ELECTION, Given, but, given
from test_fee import SET as SET_FEE
from test_ground import ADOPT
from test_timetable import SET, VARY

from ledger.decision import Command
from ledger.event import Event
from projections.verify.timetables import check_timetables

VARIED = but(VARY, body=None, decision=None, clause=None)
RESTING: dict[str, tuple[Command, ...]] = {  # each with what comes before it
    "set-timetable": (SET,),
    "vary-step": (SET, VARIED),
    "set-fee": (SET_FEE,),
    "adopt-ground": (ADOPT,),
}


def scene(verb: str, *commands: Command) -> Given:
    return given(*commands, CALL_ELECTION, *RESTING[verb][:-1])


def resting(verb: str, decision: str, **more: Any) -> Command:
    command: Command = but(RESTING[verb][-1], body="nec", decision=decision, **more)
    return command


def findings(events: tuple[Event, ...]) -> list[str]:
    return [finding.code for finding in check_timetables(list(enumerate(events)), {})]


@pytest.mark.parametrize("verb", RESTING)
@pytest.mark.parametrize(
    ("named", "more", "code"),
    [
        ("d-9", {}, "unknown-decision"),
        ("d-2", {}, "decision-not-carried"),
        ("d-1", {"effective": "2010-01-05T17:59:59Z"}, "before-decision"),
    ],
)
def test_refuses_and_finds_what_the_body_did_not_decide(verb: str, named: str, more: dict[str, str], code: str) -> None:
    command = resting(verb, named, **more)
    scene(verb, *NEC).when(command).then_refused(code)
    taken = scene(verb, *NEC).when(resting(verb, "d-1")).events
    (forged,) = (each.model_copy(update={"decision": named, **more}) for each in taken)
    if "published" in type(forged).model_fields and more:
        forged = forged.model_copy(update={"published": more["effective"]})
    assert findings((*scene(verb, *NEC).events, forged)) == [code]


@pytest.mark.parametrize("verb", RESTING)
def test_takes_what_the_body_carried(verb: str) -> None:
    taken = scene(verb, *NEC).when(resting(verb, "d-1")).events
    assert (taken[0].body, taken[0].decision) == ("nec", "d-1")  # type: ignore[attr-defined]
    assert findings((*scene(verb, *NEC).events, *taken)) == []


@pytest.mark.parametrize("verb", RESTING)
def test_of_a_body_that_is_not_on_record_nothing_is_known_unless_the_ledger_is_founded(verb: str) -> None:
    taken = scene(verb).when(resting(verb, "d-1")).events
    assert findings((*scene(verb).events, *taken)) == []
    scene(verb, FOUND_HERE).when(resting(verb, "d-1")).then_refused("unknown-decision")
    assert findings((*scene(verb, FOUND_HERE).events, *taken)) == ["unknown-decision"]
    assert scene(verb, FOUND_HERE).when(RESTING[verb][-1]).events  # by the power of the office alone


@pytest.mark.parametrize("verb", RESTING)
def test_a_decision_is_named_with_its_body(verb: str) -> None:
    for half in ({"decision": "d-1"}, {"body": "nec"}):
        with pytest.raises(ValidationError, match="body goes with decision"):
            but(RESTING[verb][-1], **half)
    (event,) = scene(verb, *NEC).when(resting(verb, "d-1")).events
    for name in ("body", "decision"):
        half_event = event.model_copy(update={name: None})
        assert findings((*scene(verb, *NEC).events, half_event)) == ["decision-missing"]

"""A case is opened again for new evidence, or as an appeal remitted it; not until a ruling fits."""

from __future__ import annotations

from typing import Any

import pytest
from ruled import ANEW, BEFORE, NEW_SIT, REOPEN, RULE, RULE_ANEW, RULED, RULED_ON, TELL, TOLD
from scenario import NOW, but, given
from test_appeal import ASSIGN, DETERMINE, HEAR, LODGE, PACK
from test_verify_rulings import check, codes

from ledger.streams.appeal_events import Answer
from ledger.streams.case_events import CaseReopened
from ledger.streams.cases import CloseCase

ANSWERS = (Answer(ground="fact", upheld="upheld"), Answer(ground="bias", upheld="not-upheld"))
REMITTED = but(DETERMINE, outcome="remitted", answers=ANSWERS)
REMIT = but(REOPEN, reason="remitted", basis="appeal/c1/1", effective="2010-09-03T00:00:00Z")
APPEALED = (*RULED_ON, TELL, LODGE, ASSIGN, PACK, HEAR)


def test_a_case_is_opened_again_and_ruled_on_anew() -> None:
    scene = given(*BEFORE, *ANEW)
    (made,) = scene.when(RULE_ANEW).events
    assert made.model_dump()["ruling"] == 2
    assert check((*scene.events, made)) == []
    given(*BEFORE, *ANEW, RULE_ANEW).when(RULE_ANEW).then_refused("already-ruled")


def test_a_ruling_ends_a_case_opened_again_whatever_moments_are_given() -> None:
    """What comes first is what was recorded first."""
    events = given(*BEFORE, *ANEW, RULE_ANEW).events
    late = [
        event.model_copy(update={"effective": NOW}) if isinstance(event, CaseReopened) else event for event in events
    ]
    type(given())(tuple(late)).when(RULE_ANEW).then_refused("already-ruled")


REFUSED: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "never opened": ("unknown-case", RULED_ON, {"case": "c9"}),
    "open": ("case-open", BEFORE, {}),
    "told of by nobody": ("ruling-untold", RULED_ON, {}),
    "under appeal": ("appeal-pending", (*RULED_ON, TELL, LODGE), {"effective": "2010-08-26T00:00:00Z"}),
    "remitted by nobody": ("basis-missing", (*RULED_ON, TELL), {"reason": "remitted"}),
    "remitted by an appeal that there is not": (
        "not-remitted",
        (*RULED_ON, TELL),
        {"reason": "remitted", "basis": "appeal/c1/1"},
    ),
    "remitted by an appeal that was allowed": ("not-remitted", (*APPEALED, DETERMINE), dict(REMIT)),
    "remitted by the appeal of another case": (
        "not-remitted",
        (*APPEALED, REMITTED),
        {**dict(REMIT), "basis": "appeal/c2/1"},
    ),
    "as the ruling was made": ("before-ruling", (*RULED_ON, TELL), {"effective": RULED}),
    "before it was closed": (
        "before-closing",
        (*RULED_ON, TELL, CloseCase(case="c1", reason="decided", effective=TOLD)),
        {"effective": "2010-08-11T08:59:59Z"},
    ),
    "tomorrow": ("future-dated", (*RULED_ON, TELL), {"effective": "2099-01-01T00:00:00Z"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_to_open_a_case_again(name: str) -> None:
    code, before, changes = REFUSED[name]
    given(*before).when(but(REOPEN, **changes)).then_refused(code)


def test_a_case_that_was_remitted_is_heard_by_a_panel_that_sits_again() -> None:
    remitted = (*APPEALED, REMITTED, REMIT)
    later = "2010-09-10T12:00:00Z"
    given(*remitted).when(but(RULE, effective=later)).then_refused("sitting-too-early")
    sits = {"start": "2010-09-10T10:00:00Z", "end": "2010-09-10T11:00:00Z", "effective": "2010-09-10T11:00:00Z"}
    scene = given(*remitted, but(NEW_SIT, **sits))
    (made,) = scene.when(but(RULE, sitting="s2", effective=later)).events
    assert check((*scene.events, made)) == []


def test_finds_a_case_opened_again_that_no_desk_would_have() -> None:
    scene = given(*RULED_ON, TELL)
    (again,) = (event for event in scene.when(REOPEN).events if isinstance(event, CaseReopened))
    assert codes([*given(*RULED_ON).events, again]) == ["ruling-untold"]
    early = again.model_copy(update={"effective": RULED})
    assert codes([*scene.events, early]) == ["before-ruling"]

"""Who gets a case: the panel whose turn it is, the one a lot fell on, or one given it by hand with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from ruled import ALLOCATE, OPEN, PANEL, RULES
from scenario import but, given
from test_verify_rulings import changed, codes

from ledger.streams.case_events import CaseAllocated
from ledger.streams.cases import AllocateCase

PANELS = ("panel-1", "panel-2", "panel-3")
BEFORE = (*RULES, but(PANEL, body="panel-2"), but(PANEL, body="panel-3"), OPEN)
BRANCH = but(PANEL, body="branch", kind="governing-body")
TURN: AllocateCase = but(ALLOCATE, among=PANELS)
WITNESSES = "Three slips in a bag, one drawn by the scrutineer before the clerk"
LOT: AllocateCase = but(ALLOCATE, method="lot", among=PANELS, turn=None, witnesses=WITNESSES)
BY_HAND: AllocateCase = but(ALLOCATE, method="manual", among=(), turn=None, reason="It knows the branch")


def test_a_rota_gives_each_case_to_the_panel_whose_turn_it_is() -> None:
    scene = given(*BEFORE)
    for turn, due in enumerate((*PANELS, *PANELS), 1):
        for panel in PANELS:
            given_to = scene.when(but(TURN, panel=panel, turn=turn))
            if panel != due:
                refused = given_to.then_refused("not-their-turn")
                assert refused.expected == f"{due}, whose turn {turn} is"
                continue
            (event,) = given_to.events
            assert isinstance(event, CaseAllocated)
            assert (event.method, event.panel, event.among, event.turn) == ("rota", due, PANELS, turn)


def test_a_lot_says_among_whom_and_before_whom_it_was_drawn() -> None:
    (event,) = given(*BEFORE).when(but(LOT, panel="panel-3")).events
    assert isinstance(event, CaseAllocated)
    assert (event.method, event.panel, event.among, event.witnesses) == ("lot", "panel-3", PANELS, WITNESSES)


REFUSED: dict[str, tuple[AllocateCase, dict[str, Any], str]] = {
    "a rota of no panels": (TURN, {"among": ()}, "panels-missing"),
    "a rota without the panel": (TURN, {"among": PANELS[1:]}, "panels-missing"),
    "a rota with a panel twice": (TURN, {"among": (*PANELS, "panel-1")}, "panels-missing"),
    "a rota with a body that is no panel": (TURN, {"among": (*PANELS, "branch")}, "not-a-panel"),
    "a rota with a panel that there is not": (TURN, {"among": (*PANELS, "panel-4")}, "unknown-body"),
    "a rota that does not say which turn": (TURN, {"turn": None}, "turn-missing"),
    "a rota with witnesses": (TURN, {"witnesses": WITNESSES}, "allocation-unfit"),
    "a lot among one": (LOT, {"among": PANELS[:1]}, "panels-missing"),
    "a lot without the panel": (LOT, {"among": PANELS[1:]}, "panels-missing"),
    "a lot that one panel is twice in": (LOT, {"among": (*PANELS, "panel-2")}, "panels-missing"),
    "a lot that nobody saw": (LOT, {"witnesses": None}, "witnesses-needed"),
    "a lot with a turn": (LOT, {"turn": 1}, "allocation-unfit"),
    "by hand with no reason": (BY_HAND, {"reason": None}, "reason-required"),
    "by hand with panels": (BY_HAND, {"among": PANELS}, "allocation-unfit"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_an_allocation_and_finds_it_in_a_record(name: str) -> None:
    command, changes, code = REFUSED[name]
    scene = given(*BEFORE, BRANCH)
    events = scene.when(command).events
    assert codes((*scene.events, *events)) == []
    scene.when(but(command, **changes)).then_refused(code)
    assert codes(changed((*scene.events, *events), CaseAllocated, **changes)) == [code]

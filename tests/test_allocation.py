"""Who gets a case: the panel whose turn it is, the one a lot fell on, or one given it by hand with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ruled import ALLOCATE, GROUND, KNOWN, OPEN, OPENED, PANEL, RULES
from scenario import Given, but, given
from test_verify_rulings import changed, codes

from ledger.errors import RefusedError
from ledger.rules.allocating import Allocated, require_method
from ledger.streams.allocation import AllocateCase, RotaTurnTaken
from ledger.streams.case_events import CaseAllocated
from ledger.streams.cases import CloseCase, OpenCase
from ledger.streams.person import RecordPerson

PANELS = ("panel-1", "panel-2", "panel-3")
BEFORE = (*RULES, but(PANEL, body="panel-2"), but(PANEL, body="panel-3"), OPEN)
BRANCH = but(PANEL, body="branch", kind="governing-body")
TURN: AllocateCase = but(ALLOCATE, among=PANELS)
WITNESSES = "Three slips in a bag, one drawn by the scrutineer before the clerk"
LOT: AllocateCase = but(ALLOCATE, method="lot", among=PANELS, witnesses=WITNESSES)
BY_HAND: AllocateCase = but(ALLOCATE, method="manual", among=(), reason="It knows the branch")


def given_to(case: str, panel: str, **changes: Any) -> AllocateCase:
    """Give a case to a panel by rota."""
    command: AllocateCase = but(ALLOCATE, case=case, panel=panel, **{"among": PANELS} | changes)
    return command


def opened(*cases: str) -> Iterator[RecordPerson | OpenCase]:
    """Open cases, each about somebody else."""
    for number, case in enumerate(cases):
        person = f"{number:024x}"
        yield but(KNOWN, person=person)
        yield but(OPEN, case=case, person=person, subject=f"person/{person}")


def test_a_rota_gives_each_case_to_the_panel_whose_turn_it_is() -> None:
    cases = ("a", "b", "c", "d", "e")
    scene = given(*BEFORE, *opened(*cases))
    for turn, (case, due) in enumerate(zip(cases, (*PANELS, *PANELS), strict=False), 1):
        for panel in PANELS:
            if panel != due:
                refused = scene.when(given_to(case, panel)).then_refused("not-their-turn")
                assert refused.expected == f"{due}, whose turn {turn} is"
        events = scene.when(given_to(case, due)).events
        allocated, taken = events
        assert isinstance(allocated, CaseAllocated)
        assert isinstance(taken, RotaTurnTaken)
        assert (allocated.method, allocated.panel, allocated.among, allocated.turn) == ("rota", due, PANELS, turn)
        assert (taken.stream, taken.case, taken.among, taken.turn) == ("rota/labour", case, PANELS, turn)
        scene = Given((*scene.events, *events))
    assert codes(scene.events) == []


def test_another_rota_needs_a_reason_and_begins_with_its_first_turn() -> None:
    first = (*BEFORE, *opened("a", "b"), given_to("a", "panel-1"))
    other = given_to("b", "panel-3", among=PANELS[::-1])
    refused = given(*first).when(other).then_refused("reason-required")
    assert refused.found == "none, by another rota than panel-1, panel-2, panel-3"
    _, taken = given(*first).when(but(other, reason="Panel 3 sits first from now on")).events
    assert isinstance(taken, RotaTurnTaken)
    assert (taken.among, taken.turn) == (PANELS[::-1], 1)


def test_a_lot_beside_a_rota_needs_a_reason() -> None:
    first = (*BEFORE, *opened("a", "b"), given_to("a", "panel-1"))
    lot = but(LOT, case="b", panel="panel-3")
    assert given(*first).when(lot).then_refused("reason-required").found == "none, by lot beside a rota"
    assert given(*first).when(but(lot, reason="Panel 2, whose turn it is, sits no more")).events


def test_a_case_opened_again_under_another_name_needs_a_reason_to_go_elsewhere() -> None:
    close = CloseCase(case="a", reason="withdrawn", effective=OPENED)
    again = but(OPEN, case="a2", person="0" * 24, subject=f"person/{'0' * 24}")
    first = (*BEFORE, *opened("a"), given_to("a", "panel-1"), close)
    other = given_to("a2", "panel-2")
    refused = given(*first, again).when(other).then_refused("reason-required")
    assert refused.found == "none, and panel-1 had case a on the same ground"
    assert given(*first, but(GROUND, ground="abuse"), but(again, grounds=("abuse",))).when(other).events
    events = given(*first, again, but(other, reason="Panel 1 sits no more")).events
    assert codes(events) == []
    assert codes(changed(events, CaseAllocated, reason=None)) == ["reason-required"]


def test_finds_a_turn_left_out_taken_twice_or_not_counted() -> None:
    events = given(*BEFORE, *opened("a", "b"), given_to("a", "panel-1"), given_to("b", "panel-2")).events
    assert codes(events) == []
    first, second = (number for number, each in enumerate(events) if isinstance(each, RotaTurnTaken))
    for wrong in (1, 3):
        taken = events[second].model_copy(update={"turn": wrong})
        assert codes((*events[:second], taken, *events[second + 1 :])) == ["field-differs"]
        allocated = events[second - 1].model_copy(update={"turn": wrong})
        assert codes((*events[: second - 1], allocated, *events[second:])) == ["field-differs"]
    assert codes((*events[:second], *events[second + 1 :])) == ["effect-differs"]
    assert codes((*events[:first], *events[first + 1 :])) == ["effect-differs", "not-their-turn"]
    alone = events[second].model_copy(update={"version": 3, "turn": 3, "command": "alone"})
    assert codes((*events, alone)) == ["effect-alone"]


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
    "a rota with witnesses": (TURN, {"witnesses": WITNESSES}, "allocation-unfit"),
    "a lot among one": (LOT, {"among": PANELS[:1]}, "panels-missing"),
    "a lot without the panel": (LOT, {"among": PANELS[1:]}, "panels-missing"),
    "a lot that one panel is twice in": (LOT, {"among": (*PANELS, "panel-2")}, "panels-missing"),
    "a lot that nobody saw": (LOT, {"witnesses": None}, "witnesses-needed"),
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


def test_says_with_which_options_a_case_is_given_otherwise() -> None:
    for way, words in (
        (Allocated("rota", "b", ("a", "b"), 1, None), "--panel a; or by hand: --method manual, with a --reason"),
        (Allocated("rota", "c", ("a", "b"), 1, None), "--among"),
        (Allocated("manual", "a", ("a",), None, None), "--method manual neither"),
        (Allocated("lot", "a", ("a", "b"), None, None), "--witnesses"),
    ):
        with pytest.raises(RefusedError) as error:
            require_method(way, "case c")
        assert words in error.value.remedy

"""Who gets a case: the panel whose turn it is, the one a lot fell on, or one given it by hand with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ruled import ALLOCATE, KNOWN, OPEN, PANEL, RULES
from scenario import Given, but, given
from test_verify_rulings import codes

from ledger.errors import RefusedError
from ledger.rules.allocating import Allocated, require_method
from ledger.streams.allocation import AllocateCase, RotaTurnTaken
from ledger.streams.case_events import CaseAllocated
from ledger.streams.cases import OpenCase
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

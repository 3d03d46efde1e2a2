"""Erasures recorded too early, past a desk that would have refused them: what had to be kept is computed anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from electorate import entry, put
from keeper import Operator
from scenario import DEFINED, but, happened
from stores import SQLitePlace, desk_at
from test_clean import report_of
from test_erasures import ORDER, HeldFigures, key, taken_in

from ledger.desk import Desk
from ledger.streams.person import OrderErasure
from ledger.streams.result import ResultDeclared
from projections.verify import retained

DECLARED, OVER = "2010-09-25T16:00:00Z", "2011-09-25T16:00:00Z"
EARLY = "2011-09-25T15:59:59Z"
ONE = OrderErasure(person=key(1), basis="right-to-erasure")
EVERYBODY, SINGLY = "erasures/members", f"erasure/{key(1)}"


@pytest.fixture
def place(tmp_path: Path) -> SQLitePlace:
    found = SQLitePlace(tmp_path / "ledger")
    found.make().close()
    return found


def recorded(place: SQLitePlace, at: str, *commands: Any, entries: bool = True, declared: bool = True) -> set[str]:
    """Record an election with its result, a register, and these commands at a moment; give where C4 finds what."""
    with desk_at(place, clock=lambda: DECLARED) as desk:
        submit(desk, *DEFINED)
        taken_in(desk)
        if entries:
            put(desk.ledger, entry(1).model_copy(update={"stream": f"entry/labour/{key(1)}"}))
        if declared:
            fields: dict[str, Any] = {"contest": "leader", "elected": ("a",), "as_of_position": 0, "figures": ()}
            put(desk.ledger, happened(ResultDeclared, "result/leader", **fields, effective=DECLARED))
    with desk_at(place, clock=lambda: at) as desk:
        erase(desk, *commands)
    return found_in(place)


def submit(desk: Desk, *commands: Any) -> None:
    for command in commands:
        desk.submit(command, actor="clerk")


def erase(desk: Desk, *commands: Any) -> None:
    """Erase by figures that know of no election."""
    desk._figures = HeldFigures(desk.ledger)  # type: ignore[arg-type]
    submit(desk, *commands)


def found_in(place: SQLitePlace) -> set[str]:
    report = report_of(place)
    assert "C4" not in report.unchecked
    found = [finding for finding in report.findings if finding.check == "C4"]
    assert {finding.code for finding in found} <= {"retention-until"}
    return {finding.what for finding in found}


@pytest.mark.parametrize(("at", "found"), [(EARLY, {EVERYBODY}), (OVER, set())])
def test_a_register_is_kept_for_a_year_after_the_result(place: SQLitePlace, at: str, found: set[str]) -> None:
    assert recorded(place, at, ORDER) == found


@pytest.mark.parametrize(("at", "found"), [(EARLY, {SINGLY}), (OVER, set())])
def test_a_person_is_kept_for_a_year_after_the_result(place: SQLitePlace, at: str, found: set[str]) -> None:
    assert recorded(place, at, ONE) == found


def test_while_there_is_no_result_everything_is_kept(place: SQLitePlace) -> None:
    assert recorded(place, "2031-01-01T00:00:00Z", ONE, ORDER, declared=False) == {SINGLY, EVERYBODY}


def test_who_had_no_part_in_an_election_need_not_be_kept(place: SQLitePlace) -> None:
    assert recorded(place, EARLY, ONE, entries=False) == set()


def test_a_court_may_order_it_before(place: SQLitePlace) -> None:
    assert recorded(place, EARLY, but(ONE, basis="court-order"), but(ORDER, basis="court-order")) == set()
    operator = Operator(place.folder)
    operator.rewrite(operator.at("erasure-ordered.v1"), basis="retention-over")
    assert found_in(place) == {SINGLY}


def test_what_came_after_an_erasure_says_nothing_of_it(place: SQLitePlace) -> None:
    """An election that is called once somebody is erased does not make that too early."""
    with desk_at(place, clock=lambda: DECLARED) as desk:
        figures = desk._figures
        taken_in(desk)
        erase(desk, ONE, ORDER)
        desk._figures = figures
        submit(desk, *DEFINED)
        put(desk.ledger, entry(1).model_copy(update={"stream": f"entry/labour/{key(1)}"}))
    assert found_in(place) == set()


def test_an_election_that_cannot_be_read_is_told_as_unchecked(
    place: SQLitePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise TypeError("of another stream")

    assert recorded(place, EARLY, ONE) == {SINGLY}
    monkeypatch.setattr(retained, "retention_of", unreadable)
    assert "of another stream" in report_of(place).unchecked["C4"]

"""Turnout by place: from the marked register, to officers as it is, to the public with no small number in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from electorate import entry, frozen, person, put
from hypothesis import given
from hypothesis import strategies as st
from terminal import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, Terminal

from ledger.storage.store import open_ledger
from ledger.streams.result import ResultDeclared
from projections.roll.suppression import LEAST, Cell, releases
from projections.roll.turnout import Papers, turnout_by, turnout_parts

UNITS = {"bow": (0, 30, 15), "hull": (30, 42, 33), "rye": (42, 46, 44), "wye": (46, 80, 58)}  # from, to, voted up to
WENT_OUT = ("--effective", "2010-08-01T12:00:00Z")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A poll that is closed, and its marked register."""
    made = Terminal(tmp_path, monkeypatch, capsys)
    made.made([("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", DEFINE_CONTEST)])
    with open_ledger(made.ledger) as record:
        members = [
            entry(n + 1, unit=unit, region="east")
            for unit, (first, last, _) in UNITS.items()
            for n in range(first, last)
        ]
        put(record, *members, frozen())
    issue = {"contest": "leader", "section": "members", "count": len(members), "roll_version": 1, "channel": "post"}
    made.record("issue-papers", issue, *WENT_OUT).done()
    made.record("close-poll", CLOSE_POLL).done()
    monkeypatch.setenv("POLLBOOK_PURPOSE", "scrutiny")
    monkeypatch.setenv("POLLBOOK_ACTOR", "scrutineer")
    voted = [n + 1 for first, _, to in UNITS.values() for n in range(first, to)]
    made.write("m.csv", "elector,day\n" + "".join(f"{person(n)}/1,2010-09-01\n" for n in voted))
    made("import", "mark-returns", "m.csv", "--set", "contest=leader", "--as", "scrutineer").done()
    return made


def shown(at: Terminal, *words: str) -> dict[str, tuple[int, int, Any]]:
    rows = json.loads(at("turnout", "leader", "--by", "unit", *words, "--json").done())
    return {each["unit"]: (each["distributed"], each["returned"], each["turnout"]) for each in rows}


def test_officers_see_it_as_it_is(at: Terminal) -> None:
    found = {unit: (last - first, to - first) for unit, (first, last, to) in UNITS.items()}
    assert {unit: each[:2] for unit, each in shown(at).items()} == found
    assert shown(at)["bow"][2] == "1/2"
    assert shown(at, "--known-at", "60") == {}
    told = at("turnout", "leader", "--by", "unit").done()
    assert "50.0" in told
    assert "small numbers are not hidden" in told


def test_the_public_is_told_once_and_no_small_number(at: Terminal) -> None:
    at("turnout", "leader", "--by", "unit", "--audience", "public").refused("not-declared")
    at("turnout", "leader", "--by", "affiliate", "--audience", "public").refused("not-for-the-public", 2)
    at("turnout", "leader", "--by", "town").refused("unknown-place", 2)
    with open_ledger(at.ledger) as record:
        moment = record.head().recorded
        common = {"actor": "returning-officer", "effective": moment, "recorded": moment, "stream": "result/leader"}
        result = {"as_of_position": 0, "contest": "leader", "elected": (), "figures": ()}
        record.append([ResultDeclared(**common, **result, version=1)])
    told = shown(at, "--audience", "public")
    assert told == {"wye": (34, 12, "6/17"), "others": (46, 20, "10/23")}  # with 3 of 12 at hull, and 2 of 4 at rye
    at.record("call-election", {**CALL_ELECTION, "election": "other"}).done()
    assert shown(at, "--audience", "public") == told
    at.record("cancel-paper", {"contest": "leader", "person": person(20), "number": 1, "cause": "death"}).done()
    assert shown(at, "--audience", "public") == told


CELLS: tuple[Cell, ...] = tuple(
    (section, "member", region, unit)
    for section in ("members", "mps")
    for region, unit in (("north", "bow"), ("north", "ely"), ("south", "rye"), ("south", "wye"))
)


@st.composite
def turnouts(draw: st.DrawFn) -> dict[Cell, Papers]:
    found = {}
    for cell in draw(st.sets(st.sampled_from(CELLS), min_size=1)):
        distributed = draw(st.integers(1, 60))
        found[cell] = Papers(distributed, draw(st.integers(0, distributed)))
    return found


@given(turnouts(), st.booleans(), st.sampled_from((LEAST, LEAST + 7)))
def test_neither_few_voters_nor_few_others_are_told(cells: dict[Cell, Papers], published: bool, least: int) -> None:
    parts = turnout_parts(cells, published=published, least=least)
    for part, papers in parts.items():
        assert papers == sum((cells[cell] for cell in part), Papers(0, 0))
        sections = {cell[0] for cell in part}
        if published:
            assert len(sections) == 1
        if not published or part != frozenset(cell for cell in cells if cell[0] in sections):
            assert min(papers.returned, papers.distributed - papers.returned) >= least
    if published or parts:
        assert {cell for part in parts for cell in part} == set(cells)
    if published:
        for (section,), papers in turnout_by(parts, "section").items():
            assert papers == sum((each for cell, each in cells.items() if cell[0] == section), Papers(0, 0))


@given(turnouts(), st.data())
def test_papers_less_the_roll_never_come_to_a_few(cells: dict[Cell, Papers], data: st.DataObject) -> None:
    roll = {cell: papers.distributed + data.draw(st.integers(0, 12)) for cell, papers in cells.items()}
    numbers = releases([roll])[-1].numbers
    for part, papers in turnout_parts(cells, [roll]).items():
        assert part not in numbers or abs(papers.distributed - numbers[part]) not in range(1, LEAST)


ONE: Cell = ("friends", "friend", "", "leeds")
MANY: Cell = ("members", "member", "", "leeds")


def test_a_section_of_one_is_told_only_where_papers_are_published() -> None:
    cells = {ONE: Papers(1, 1), MANY: Papers(40, 20)}
    assert turnout_parts(cells) == {frozenset(cells): Papers(41, 21)}
    assert turnout_parts(cells, published=True) == {frozenset((cell,)): papers for cell, papers in cells.items()}
    assert turnout_parts({ONE: Papers(5, 2)}) == {}
    assert turnout_parts(cells, least=21) == {}


def test_one_struck_off_after_the_freeze_does_not_follow_from_the_papers() -> None:
    york: Cell = ("members", "member", "", "york")
    cells = {MANY: Papers(39, 20), york: Papers(30, 15)}
    roll = {MANY: 40, york: 50}
    assert turnout_parts(cells, [roll]) == {frozenset((MANY,)): Papers(40, 20), frozenset((york,)): Papers(30, 15)}
    assert turnout_parts(cells, [roll, {MANY: 39, york: 50}])[frozenset((MANY,))] == Papers(40, 20)

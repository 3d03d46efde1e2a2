"""Panels: sittings and their quorum, who withdrew, who had an interest, who disagreed; sums are those of the events."""

from __future__ import annotations

import pytest
from filed import Filed, filed
from overseen import folded
from ruled import ADOPTED, BEFORE, OPEN, RULE, RULED, RULED_ON, SIT, TELL
from scenario import DEFINED, but
from test_case_file import RECUSE
from test_fair_panel import ELSEWHERE
from test_oversight_rows import RECORDS

from ledger.decision import Command
from ledger.streams.body import SittingHeld
from ledger.streams.case_events import CaseOpened
from ledger.streams.interest import DeclareInterest
from ledger.streams.ruling_events import RulingMade
from ledger.streams.seat import UnseatMember
from projections.moment import NOW, Moment
from projections.oversight.panels import Conflict, PanelRecord, panel_records, who_sat
from projections.oversight.reading import read_oversight

EARLY = but(SIT, sitting="s0", start="2010-08-09T10:00:00Z", end="2010-08-09T11:00:00Z", present=("p1", "p2"))
EARLY = but(EARLY, effective="2010-08-09T11:00:00Z")
INTEREST = DeclareInterest(person="p4", interest="i1", kind="endorsement", contest="leader", since=ADOPTED)
WITHDREW = but(RULE, recused=("p4",), votes_for=3, votes_against=0)


def panels(*commands: Command, moment: Moment = NOW) -> list[PanelRecord]:
    return of(filed(*commands), moment)


def of(record: Filed, moment: Moment = NOW) -> list[PanelRecord]:
    oversight = read_oversight(folded(record.events), "labour")
    return panel_records(oversight, who_sat(record.record, oversight, moment))


def test_a_sitting_with_too_few_is_inquorate() -> None:
    (panel,) = panels(*BEFORE, EARLY)
    assert [(each.sitting, each.present, each.quorum, each.quorate) for each in panel.sittings] == [
        ("s0", 2, 3, False),
        ("s1", 4, 3, True),
    ]
    assert (panel.line.sittings, panel.line.inquorate) == (2, 1)
    (panel,) = panels(*BEFORE)
    assert (panel.line.sittings, panel.line.inquorate) == (1, 0)


def test_who_had_an_interest_is_found_whether_they_withdrew_or_not() -> None:
    (panel,) = panels(*BEFORE, INTEREST, WITHDREW)
    assert panel.conflicts == (Conflict("panel-1", "s1", "c1", 1, "p4", "endorsement", None, ADOPTED, True),)
    assert (panel.line.recusals, panel.line.conflicts, panel.line.barred) == (1, 1, 0)
    (panel,) = panels(*RULED_ON, INTEREST)  # declared too late to be seen
    assert [(each.member, each.recused) for each in panel.conflicts] == [("p4", False)]
    assert (panel.line.recusals, panel.line.conflicts, panel.line.barred) == (0, 1, 1)
    (panel,) = panels(*RULED_ON)
    assert panel.conflicts == ()


@pytest.mark.parametrize(
    ("interest", "opened", "conflicts"),
    [
        (but(INTEREST, since=RULED), OPEN, 0),
        (but(INTEREST, contest="youth-chair"), OPEN, 0),
        (but(INTEREST, contest="deputy"), OPEN, 1),
        (but(INTEREST, candidate="a"), but(OPEN, candidates=("b",)), 1),
        (INTEREST, but(OPEN, about=None), 1),
    ],
    ids=["later", "another election", "another contest", "another candidate", "no contest"],
)
def test_an_interest_in_the_election_is_a_conflict(interest: Command, opened: Command, conflicts: int) -> None:
    before = [opened if each is OPEN else each for each in RULED_ON]
    (panel,) = panels(*DEFINED, *ELSEWHERE, *before[1:], interest)
    assert len(panel.conflicts) == conflicts


def test_a_ruling_with_a_vote_against_is_split() -> None:
    (panel,) = panels(*RULED_ON)
    assert (panel.line.rulings, panel.line.split, panel.line.dissenting) == (1, 1, 1)
    (panel,) = panels(*BEFORE, but(RULE, votes_for=4, votes_against=0))
    assert (panel.line.rulings, panel.line.split, panel.line.dissenting) == (1, 0, 0)


def test_who_was_no_member_is_named() -> None:
    left = UnseatMember(body="panel-1", person="p2", reason="resigned", effective="2010-08-09T00:00:00Z")
    (panel,) = panels(*RULED_ON, left)
    assert panel.sittings[0].strangers == ("p2",)
    (panel,) = panels(*RULED_ON)
    assert panel.sittings[0].strangers == ()


def test_cases_are_those_that_it_has_or_ruled_on() -> None:
    (panel,) = panels(*BEFORE, RECUSE)
    assert (panel.line.cases, panel.line.open, panel.line.recused_open, panel.line.rulings) == (1, 1, 1, 0)
    (panel,) = panels(*RULED_ON, TELL)
    assert (panel.line.cases, panel.line.open, panel.line.recused_open, panel.line.rulings) == (1, 0, 0, 1)
    assert panels(*BEFORE[: BEFORE.index(OPEN) + 1]) == [], "no panel has it yet"


def test_is_told_as_it_was_known() -> None:
    record = filed(*RULED_ON, INTEREST)
    events = [(position, event) for position, event in record.events if event.type != "interest-declared.v1"]
    (panel,) = of(record, Moment(known_at_position=events[-1][0]))
    assert panel.conflicts == ()


@pytest.mark.parametrize("name", RECORDS)
def test_sums_are_those_of_a_fold_over_the_events(name: str) -> None:
    record = RECORDS[name]
    events = [event for _, event in record.events]
    made = [each for each in events if isinstance(each, RulingMade) and each.panel]
    held = {each.sitting: each for each in events if isinstance(each, SittingHeld)}
    lines = [each.line for each in of(record)]
    assert sum(each.rulings for each in lines) == len(made)
    assert sum(each.split for each in lines) == sum(each.votes_against > 0 for each in made)
    assert sum(each.dissenting for each in lines) == sum(each.votes_against for each in made)
    named = sum(len({*each.recused} & {*held[str(each.sitting)].present}) for each in made)
    recused = [each for each in events if each.type == "member-recused.v1"]
    assert sum(each.recusals for each in lines) == named + len(recused) * bool(made)
    assert sum(each.cases for each in lines) <= sum(isinstance(each, CaseOpened) for each in events)
    if lines:
        assert sum(each.sittings for each in lines) == len(held)

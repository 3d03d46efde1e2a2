"""The roll frozen and certified, its copies and inspections; what of it may be published."""

from __future__ import annotations

from typing import Any

import pytest
from rolls import ADOPT
from scenario import CALL_ELECTION, NOW, Given, but, given, happened

from ledger.decision import Act, Command, fold
from ledger.event import Audience
from ledger.roll_figures import Cell, RollFigures
from ledger.streams.election import ElectionCalled
from ledger.streams.freeze import CertifyRoll, FreezeRoll, published_sections
from ledger.streams.freezes import FreezeListed
from ledger.streams.inspection import InspectRegister, SupplyRollCopy
from ledger.streams.roll import (
    RegisterInspected,
    Roll,
    RollCell,
    RollCertified,
    RollCopySupplied,
    RollCounted,
    RollFrozen,
    SectionCount,
    roll_stream,
)
from ledger.streams.signature import signed_body
from ledger.streams.timetable import SetTimetable, StepDate

STREAM = "roll/labour"
ROOT, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
JUNE = "2010-06-24T11:00:00Z"
CELLS = {Cell("members", "member", "london"): 30, Cell("members", "member", None): 5, Cell("mps", "mp", None): 12}
FIGURES = RollFigures(9, ROOT, CELLS)
CHANGED = RollFigures(12, OTHER, {**CELLS, Cell("mps", "mp", None): 11})
FREEZE = FreezeRoll(election="labour")
SECTIONS = (SectionCount(section="members", entries=35), SectionCount(section="mps", entries=12))
CERTIFY = CertifyRoll(election="labour", entries=47, sections=SECTIONS, statement=ROOT)
COPY = SupplyRollCopy(election="labour", roll_version=1, recipient="agent-of-abbott", purpose="canvass", rows=47)
INSPECT = InspectRegister(election="labour", requested_by="member", requested_on=JUNE, finding="accurate")
LONDON = "Europe/London"


def scene(*commands: Command, figures: RollFigures = FIGURES) -> Given:
    return given(CALL_ELECTION, ADOPT, *commands, figures=figures)


def test_freezes_the_roll_as_it_stands_and_counts_it() -> None:
    frozen, counted, listed = scene().when(FREEZE).events
    fields: dict[str, Any] = {"as_of_position": 9, "election": "labour", "entries": 47, "open_batches": ()}
    fields |= {"published": NOW, "roll_version": 1, "root": ROOT, "sections": SECTIONS}
    assert frozen == happened(RollFrozen, STREAM, **fields)
    assert counted == happened(
        RollCounted,
        STREAM,
        2,
        cells=(
            RollCell(category="member", entries=5, section="members"),
            RollCell(category="member", entries=30, region="london", section="members"),
            RollCell(category="mp", entries=12, section="mps"),
        ),
        election="labour",
        roll_version=1,
    )
    assert listed == happened(FreezeListed, "freezes/rolls", election="labour")
    unchanged = scene().when(FREEZE).outcome.unchanged
    assert unchanged is not None
    assert (unchanged.position, unchanged.prefixes) == (9, ("entry/labour/", "build/labour/"))


def test_a_freeze_published_after_it_took_effect_is_recorded_and_retrospective() -> None:
    (late, *_) = scene().when(but(FREEZE, effective=JUNE, published=NOW)).events
    (same, *_) = scene().when(but(FREEZE, effective=JUNE, published=JUNE)).events
    (unsaid, *_) = scene().when(but(FREEZE, effective=JUNE)).events
    assert isinstance(late, RollFrozen)
    assert isinstance(same, RollFrozen)
    assert (late.effective, late.published, late.retrospective) == (JUNE, NOW, True)
    assert not same.retrospective
    assert isinstance(unsaid, RollFrozen)
    assert (unsaid.published, unsaid.retrospective) == (NOW, True)


def test_many_cells_are_counted_in_several_events() -> None:
    cells = {Cell("members", "member", f"r{number}"): 1 for number in range(301)}
    _, first, second, _ = scene(figures=RollFigures(9, ROOT, cells)).when(FREEZE).events
    assert isinstance(first, RollCounted)
    assert isinstance(second, RollCounted)
    assert (len(first.cells), len(second.cells), second.version) == (300, 1, 3)


def test_refuses_each_faulty_freeze() -> None:
    given(CALL_ELECTION, figures=FIGURES).when(FREEZE).then_refused("no-franchise")
    scene(FREEZE).when(FREEZE).then_refused("after-freeze")
    scene().when(but(FREEZE, published="2010-09-25T12:00:01Z")).then_refused("future-dated")
    scene().when(but(FREEZE, effective="2010-09-25T12:00:01Z", published=NOW)).then_refused("future-dated")


def test_a_freeze_is_not_before_that_of_the_timetable() -> None:
    steps = (
        StepDate(step="freeze", local="2010-06-24T12:00:00", category=None),
        StepDate(step="freeze", local="2010-07-24T12:00:00", category="unite"),
    )
    timetable = SetTimetable(election="labour", zone=LONDON, steps=steps, effective="2010-05-27T12:00:00Z")
    at = scene(timetable)
    at.when(but(FREEZE, effective=JUNE)).then_refused("freeze-not-reached")
    at.when(but(FREEZE, effective="2010-07-24T10:59:59Z")).then_refused("freeze-not-reached")
    assert at.when(but(FREEZE, effective="2010-07-24T11:00:00Z")).events


def test_open_batches_hinder_a_freeze_and_a_certificate_unless_a_reason_is_given() -> None:
    batch = "intake/unite/" + "f" * 32
    figures = RollFigures(9, ROOT, CELLS, (batch,), 3)
    assert batch in scene(figures=figures).when(FREEZE).then_refused("batches-open").found
    reason = but(FREEZE, reason="The list is disputed")
    (frozen, *_) = scene(figures=figures).when(reason).events
    assert isinstance(frozen, RollFrozen)
    assert (frozen.open_batches, frozen.reason) == ((batch,), "The list is disputed")
    at = scene(reason, figures=figures)
    at.when(CERTIFY).then_refused("batches-open")
    (certified,) = at.when(but(CERTIFY, reason="The list is disputed")).events
    assert isinstance(certified, RollCertified)
    assert (certified.open_batches, certified.open_cases) == ((batch,), 3)


def test_certifies_what_the_ledger_says() -> None:
    fields: dict[str, Any] = {"as_of_position": 9, "election": "labour", "open_batches": ()}
    fields |= {"open_cases": 0, "roll_version": 1, "root": ROOT, "statement": ROOT}
    scene(FREEZE).when(CERTIFY).then(happened(RollCertified, STREAM, 3, **fields))


@pytest.mark.parametrize(
    "changes",
    [
        {"entries": 46},
        {"sections": SECTIONS[:1]},
        {"sections": (SECTIONS[0], SectionCount(section="mps", entries=13))},
        {"sections": (*SECTIONS, SectionCount(section="unite", entries=1))},
    ],
)
def test_refuses_other_counts(changes: dict[str, Any]) -> None:
    refused = scene(FREEZE).when(but(CERTIFY, **changes)).then_refused("counts-differ")
    assert refused.expected == "47, members 35, mps 12"


@pytest.mark.parametrize(
    "changes", [{"entries": 46}, {"statement": OTHER}, {"sections": SECTIONS[:1]}, {"reason": "Again"}]
)
def test_no_second_certificate_contradicts_the_first(changes: dict[str, Any]) -> None:
    scene(FREEZE, CERTIFY).when(but(CERTIFY, **changes)).then_refused("roll-certified")


def test_a_version_is_one_state_of_the_entries() -> None:
    scene().when(CERTIFY).then_refused("not-frozen")
    certified = scene(FREEZE, CERTIFY)
    certified.when(CERTIFY).then_refused("roll-certified")
    later = Given(certified.events, figures=CHANGED)
    sections = (SECTIONS[0], SectionCount(section="mps", entries=11))
    (second,) = later.when(but(CERTIFY, entries=46, sections=sections)).events
    assert isinstance(second, RollCertified)
    assert (second.roll_version, second.root, second.version) == (2, OTHER, 4)
    state = fold(roll_stream("labour"), [e for e in (*certified.events, second) if e.stream == STREAM])
    assert (state.roll_version, state.root) == (2, OTHER)


@pytest.mark.parametrize(
    ("sections", "published"),
    [
        ({"a": 10, "b": 12}, {"a": 10, "b": 12}),
        ({"a": 9, "b": 12}, {}),  # with the total, one would tell the other
        ({"a": 9, "b": 12, "c": 40}, {"c": 40}),
        ({"a": 3, "b": 4, "c": 40, "d": 11}, {"c": 40}),  # together seven
        ({"a": 6, "b": 6, "c": 40}, {}),
        ({"a": 9, "b": 9, "c": 40, "d": 50}, {"d": 50}),  # else the rest, 18, would tell both
        ({"a": 9}, {}),
        ({}, {}),
        ({"a": 9, "b": 40, "c": 40}, {"b": 40}),
    ],
)
def test_what_is_published_of_sections_tells_no_small_one(sections: dict[str, int], published: dict[str, int]) -> None:
    assert {each.section: each.entries for each in published_sections(sections)} == published


def test_a_copy_is_of_a_version_that_there_is() -> None:
    fields = COPY.model_dump(include={"election", "purpose", "recipient", "roll_version", "rows"})
    scene(FREEZE).when(COPY).then(happened(RollCopySupplied, STREAM, 3, **fields))
    scene().when(COPY).then_refused("unknown-version")
    scene(FREEZE).when(but(COPY, roll_version=2)).then_refused("unknown-version")
    scene(FREEZE).when(but(COPY, rows=48)).then_refused("counts-differ")


@pytest.mark.parametrize("more", [1, 9, 40])
def test_nothing_public_after_the_freeze_tells_by_how_many_the_roll_changed(more: int) -> None:
    """Less the freeze's numbers, those of a certificate or a copy would tell of the few whom rulings let on."""
    grown = RollFigures(12, OTHER, {**CELLS, Cell("mps", "mp", None): 12 + more})
    sections = (SECTIONS[0], SectionCount(section="mps", entries=12 + more))
    certify = but(CERTIFY, entries=47 + more, sections=sections)
    before = scene(FREEZE).events
    certified = Given(before, figures=grown).when(certify).events
    copied = Given((*before, *certified)).when(but(COPY, roll_version=2, rows=12 + more)).events
    public = [event for event in (*certified, *copied) if event.audience is Audience.PUBLIC]
    same: dict[str, Any] = {"as_of_position": 12, "election": "labour", "open_batches": ()}
    same |= {"open_cases": 0, "roll_version": 2}
    assert public == [happened(RollCertified, STREAM, 3, **same, root=OTHER, statement=ROOT)]
    act = Act("returning-officer", NOW, NOW)
    assert signed_body(certify, act) == signed_body(CERTIFY, act)  # which is public


@pytest.mark.parametrize(
    ("requested", "outside"),
    [
        ("2010-06-08T23:59:59Z", True),
        ("2010-06-09T00:00:00Z", False),
        ("2010-09-23T23:59:59Z", False),
        ("2010-09-24T00:00:00Z", True),
    ],
)
def test_an_inspection_asked_for_outside_the_period_of_the_act_is_recorded_so(requested: str, outside: bool) -> None:
    steps = (
        StepDate(step="nominations-open", local="2010-06-09T12:30:00"),
        StepDate(step="report", local="2010-09-24T12:00:00"),
    )
    timetable = SetTimetable(election="labour", zone=LONDON, steps=steps, effective="2010-05-27T12:00:00Z")
    (found,) = scene(timetable).when(but(INSPECT, requested_on=requested)).events
    assert isinstance(found, RegisterInspected)
    assert found.outside_period == outside
    (anytime,) = scene().when(but(INSPECT, requested_on=requested)).events
    assert isinstance(anytime, RegisterInspected)
    assert not anytime.outside_period


def test_refuses_an_inspection_to_come_or_without_its_reason() -> None:
    scene().when(but(INSPECT, requested_on="2010-09-25T12:00:01Z")).then_refused("future-dated")
    for finding in ("declined", "inaccurate"):
        scene().when(but(INSPECT, finding=finding)).then_refused("reason-required")
        assert scene().when(but(INSPECT, finding=finding, reason="The suspicion is ill-founded")).events


def test_a_roll_does_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to a roll"):
        fold(Roll(STREAM), [event])

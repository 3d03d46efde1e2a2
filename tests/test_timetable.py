"""The timetable of an election: dated steps in an order that is possible, variations with old date, new date, why."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from scenario import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, DEFINED, NOW, Given, but, given, happened

from ledger.decision import fold
from ledger.rules.local_time import Dated, dated
from ledger.rules.steps import APART, ORDER, StepName, misplaced, step_text
from ledger.streams.contest import PollClosed
from ledger.streams.election import ElectionCalled
from ledger.streams.timetable import (
    SetTimetable,
    Step,
    StepDate,
    StepVaried,
    Timetable,
    TimetableSet,
    VaryStep,
    timetable_stream,
)
from projections.election.timetables import view_timetable

STREAM = "timetable/labour"
LONDON = "Europe/London"
MAY_20 = "2010-05-20T12:00:00Z"
HASH = "sha256:" + "7" * 64


def step(name: StepName, local: str, category: str | None = None, **more: Any) -> StepDate:
    return StepDate(step=name, local=local, category=category, **more)


def at(local: str) -> Dated:
    return dated(local, LONDON, None, "x")


STEPS = (
    step("nominations-open", "2010-05-24T09:00:00"),
    step("nominations-close", "2010-05-27T12:30:00", "mps"),
    step("nominations-close", "2010-07-26T12:00:00"),
    step("dispatch", "2010-09-01T00:00:00"),
    step("freeze", "2010-09-08T12:00:00"),
    step("poll-close", "2010-09-22T17:00:00"),
    step("declaration", "2010-09-25T16:00:00"),
)
SET = SetTimetable(election="labour", zone=LONDON, steps=STEPS, effective=MAY_20)
VARY = VaryStep(
    election="labour",
    step="nominations-close",
    category="mps",
    local="2010-06-09T12:30:00",
    zone=LONDON,
    reason="more time for members of parliament",
    effective="2010-05-25T12:00:00Z",
    body="nec",
    decision="nec-1",
    clause=HASH,
)


def scene(*commands: Any) -> Given:
    return given(CALL_ELECTION, SET, *commands)


def table(*commands: Any) -> Timetable:
    return fold(timetable_stream("labour"), [e for e in scene(*commands).events if e.stream == STREAM])


def timetable_of(*steps: StepDate, **more: Any) -> SetTimetable:
    return SetTimetable(**{**dict(SET), "steps": steps, **more})


def test_sets_dates_with_zone_and_utc() -> None:
    dates = tuple(Step(step=each.step, category=each.category, date=at(each.local)) for each in STEPS)
    expected = happened(TimetableSet, STREAM, election="labour", published=MAY_20, steps=dates)
    given(CALL_ELECTION).when(SET).then(expected.model_copy(update={"effective": MAY_20}))
    assert dates[1].date.utc == "2010-05-27T11:30:00Z"


def test_a_class_has_its_own_date_or_that_of_all() -> None:
    found = table()
    assert found.moment("nominations-close", "mps") == "2010-05-27T11:30:00Z"
    assert found.moment("nominations-close", "unions") == "2010-07-26T11:00:00Z"
    assert found.moment("nominations-close") == "2010-07-26T11:00:00Z"
    assert found.last("nominations-close") == "2010-07-26T11:00:00Z"
    assert found.moment("count") is None
    assert found.last("count") is None
    alone = fold(timetable_stream("labour"), given(CALL_ELECTION).when(timetable_of(STEPS[1], STEPS[5])).events)
    assert alone.moment("nominations-close", "unions") is None
    assert alone.last("nominations-close") == "2010-05-27T11:30:00Z"


def test_a_step_may_have_a_zone_of_its_own() -> None:
    command = timetable_of(step("count", "2010-09-25T08:00:00", zone="America/New_York"))
    (event,) = given(CALL_ELECTION).when(command).events
    assert isinstance(event, TimetableSet)
    assert event.steps[0].date.utc == "2010-09-25T12:00:00Z"


def test_a_variation_keeps_old_date_new_date_and_why() -> None:
    expected = happened(
        StepVaried,
        STREAM,
        2,
        category="mps",
        clause=HASH,
        body="nec",
        decision="nec-1",
        election="labour",
        new=at("2010-06-09T12:30:00"),
        old=at("2010-05-27T12:30:00"),
        published=VARY.effective,
        reason=VARY.reason,
        step="nominations-close",
    )
    scene().when(VARY).then(expected.model_copy(update={"effective": VARY.effective}))
    after = table(VARY)
    assert after.moment("nominations-close", "mps") == "2010-06-09T11:30:00Z"
    assert after.moment("nominations-close") == "2010-07-26T11:00:00Z"
    assert [each.old.local for each in after.variations if each.old] == ["2010-05-27T12:30:00"]


def test_a_step_may_get_its_first_date_later() -> None:
    (event,) = scene().when(but(VARY, step="count", category=None, local="2010-09-24T09:00:00")).events
    assert isinstance(event, StepVaried)
    assert event.old is None


def test_a_first_date_is_no_move() -> None:
    first = but(VARY, step="count", category=None, local="2010-09-24T09:00:00")
    events = [event for event in scene(VARY, first).events if event.stream == STREAM]
    view = view_timetable("labour", list(enumerate(events)))
    assert {step_text(line.key): line.moves for line in view.lines if line.moves} == {"nominations-close of mps": 1}


def test_a_variation_is_late_that_was_recorded_when_the_old_date_or_the_new_one_had_passed() -> None:
    """A date brought forward into the past by dating the variation back is as late as one put off when it was over."""
    first = but(VARY, step="count", category=None, local="2010-09-24T09:00:00")
    recorded = ("2010-05-27T11:30:01Z", "2010-06-09T11:30:01Z", "2010-09-24T08:00:01Z", "2010-05-27T11:30:00Z")
    varied = [event for each in (VARY, first) for event in scene().when(each).events]
    events = [
        event.model_copy(update={"recorded": moment})
        for event, moment in zip((varied[0], varied[0], varied[1], varied[0]), recorded, strict=True)
    ]
    view = view_timetable("labour", list(enumerate([*scene().events[-1:], *events])))
    assert [each.late for each in view.variations] == [True, True, True, False]


def test_a_class_may_get_a_date_of_its_own_later() -> None:
    (event,) = scene().when(but(VARY, category="unions", local="2010-07-20T12:00:00")).events
    assert isinstance(event, StepVaried)
    assert event.old is None


def test_refuses_a_timetable_of_no_election_or_a_second_one() -> None:
    given().when(SET).then_refused("unknown-election")
    scene().when(SET).then_refused("timetable-exists")
    given(CALL_ELECTION).when(VARY).then_refused("timetable-missing")


def test_refuses_a_step_twice() -> None:
    given(CALL_ELECTION).when(timetable_of(*STEPS, STEPS[1])).then_refused("duplicate-step")


def test_a_date_for_one_category_is_for_steps_that_have_them() -> None:
    with pytest.raises(ValidationError, match="poll-close has one date for all"):
        step("poll-close", "2010-09-22T17:00:00", "unions")
    with pytest.raises(ValidationError, match="poll-close has one date for all"):
        VaryStep(**{**dict(VARY), "step": "poll-close"})


@pytest.mark.parametrize(("earlier", "later"), ORDER)
def test_refuses_every_impossible_order(earlier: StepName, later: StepName) -> None:
    """At one moment two steps may stand only where no time has to lie between them."""
    june, july = "2010-06-01T12:00:00", "2010-07-01T12:00:00"
    when = given(CALL_ELECTION).when
    assert when(timetable_of(step(earlier, june), step(later, july))).events
    refused = when(timetable_of(step(earlier, july), step(later, june))).then_refused("impossible-order")
    assert refused.expected == f"{earlier} before {later}"
    same = when(timetable_of(step(earlier, june), step(later, june)))
    assert (same.refused is not None) == ((earlier, later) in APART)


def test_the_order_is_of_moments_not_of_what_clocks_show() -> None:
    apia = step("poll-open", "2010-06-02T06:00:00", zone="Pacific/Apia")  # UTC-11 then: 17:00Z
    close = step("poll-close", "2010-06-02T12:00:00", zone=LONDON)  # 11:00Z
    given(CALL_ELECTION).when(timetable_of(apia, close)).then_refused("impossible-order")


def test_order_is_that_within_a_category_or_of_what_holds_for_all() -> None:
    opens, closes = "nominations-open", "nominations-close"
    dates = {
        (opens, None): at("2010-06-01T12:00:00"),
        (closes, None): at("2010-06-10T12:00:00"),
        (opens, "unions"): at("2010-06-12T12:00:00"),
        (closes, "unions"): at("2010-06-20T12:00:00"),
    }
    assert list(misplaced(dates)) == []
    sooner = {(opens, "unions"): at("2010-05-10T12:00:00"), (closes, "unions"): at("2010-05-20T12:00:00")}
    assert list(misplaced({**dates, **sooner})) == []
    late = {**dates, (closes, "mps"): at("2010-05-30T12:00:00")}
    assert list(misplaced(late)) == [((opens, None), (closes, "mps"))]
    early = {**dates, ("dispatch", None): at("2010-06-15T12:00:00")}
    assert list(misplaced(early)) == [((closes, "unions"), ("dispatch", None))]


def test_refuses_a_variation_into_an_impossible_order() -> None:
    scene().when(but(VARY, local="2010-09-23T12:00:00")).then_refused("impossible-order")
    scene().when(but(VARY, local="2010-09-01T00:00:01")).then_refused("impossible-order")
    assert scene().when(but(VARY, local="2010-09-01T00:00:00")).events


@pytest.mark.parametrize("local", ["2010-08-20T12:00:00", "2010-09-08T12:00:00", "2010-09-22T16:59:59"])
def test_a_freeze_precedes_or_follows_the_dispatch(local: str) -> None:
    frozen = tuple(step("freeze", local) if each.step == "freeze" else each for each in STEPS)
    assert given(CALL_ELECTION).when(timetable_of(*frozen)).events


def test_a_freeze_published_later_than_it_takes_effect_is_retrospective() -> None:
    """As in 2016: the freeze of January was published in July."""
    january = step("freeze", "2010-01-12T12:00:00")
    commands = timetable_of(january, STEPS[-1])
    state = fold(timetable_stream("labour"), given(CALL_ELECTION).when(commands).events)
    assert state.retrospective == (("freeze", None),)
    assert table().retrospective == ()
    on_time = timetable_of(january, STEPS[-1], published="2010-01-12T12:00:00Z")
    state = fold(timetable_stream("labour"), given(CALL_ELECTION).when(on_time).events)
    assert state.retrospective == ()
    varied = table(but(VARY, step="freeze", category=None, local="2010-01-12T12:00:00"))
    assert varied.retrospective == (("freeze", None),)


def test_refuses_a_step_that_is_past_when_it_takes_effect() -> None:
    on_time = but(SET, effective="2010-05-24T07:59:59Z")
    assert given(CALL_ELECTION).when(on_time).events
    refused = given(CALL_ELECTION).when(but(SET, effective="2010-05-24T08:00:00Z")).then_refused("step-past")
    assert refused.found == "nominations-open at 2010-05-24T08:00:00Z"


def test_refuses_to_vary_a_step_that_is_past() -> None:
    assert scene().when(but(VARY, effective="2010-05-27T11:29:59Z")).events
    scene().when(but(VARY, effective="2010-05-27T11:30:00Z")).then_refused("step-past")
    scene().when(but(VARY, local="2010-05-25T13:00:00")).then_refused("step-past")  # 12:00Z, as it takes effect
    frozen = but(VARY, step="freeze", category=None, local="2010-09-10T12:00:00", effective="2010-09-09T12:00:00Z")
    scene().when(frozen).then_refused("step-past")


def test_refuses_a_variation_to_the_same_date() -> None:
    scene().when(but(VARY, local="2010-05-27T12:30:00")).then_refused("step-unchanged")
    elsewhere = but(VARY, local="2010-05-27T11:30:00", zone="UTC")  # the same moment, and another deadline in law
    assert scene().when(elsewhere).events


def test_refuses_what_is_said_to_be_published_in_the_future() -> None:
    later = "2010-09-25T12:00:01Z"
    given(CALL_ELECTION).when(but(SET, published=later)).then_refused("future-dated")
    scene().when(but(VARY, published=later)).then_refused("future-dated")
    assert given(CALL_ELECTION).when(but(SET, published=NOW)).events


@pytest.mark.parametrize(
    ("local", "code"),
    [("2010-03-28T01:30:00", "local-time-skipped"), ("2010-10-31T01:30:00", "local-time-ambiguous")],
)
def test_where_clocks_change_the_offset_has_to_be_named(local: str, code: str) -> None:
    called = given(CALL_ELECTION)
    early = "2010-01-01T12:00:00Z"
    refused = called.when(timetable_of(step("count", local), effective=early)).then_refused(code)
    assert refused.what == "timetable of election labour, count"
    (event,) = called.when(timetable_of(step("count", local, offset="+01:00"), effective=early)).events
    assert isinstance(event, TimetableSet)
    assert event.steps[0].date.utc == local[:10] + "T00:30:00Z"
    given(CALL_ELECTION, timetable_of(step("declaration", "2010-12-01T12:00:00"), effective=early)).when(
        but(VARY, step="count", category=None, local=local, effective=early)
    ).then_refused(code)


def test_refuses_zones_and_offsets_that_are_none() -> None:
    called = given(CALL_ELECTION)
    called.when(but(SET, zone="Europe/Londn")).then_refused("zone-unknown")
    wrong = step("count", "2010-09-22T18:00:00", offset="+00:00")
    called.when(timetable_of(wrong)).then_refused("offset-differs")
    scene().when(but(VARY, zone="Europe/Londn")).then_refused("zone-unknown")
    scene().when(but(VARY, offset="+02:00")).then_refused("offset-differs")


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    past, skipped = step("count", "2009-01-01T12:00:00"), step("report", "2010-03-28T01:30:00")
    faulty = timetable_of(past, past, skipped, published="2011-01-01T12:00:00Z", zone="Europe/Londn")
    called = given(CALL_ELECTION)
    given().when(faulty).then_refused("unknown-election")
    scene().when(faulty).then_refused("timetable-exists")
    called.when(faulty).then_refused("future-dated")
    called.when(but(faulty, published=None)).then_refused("zone-unknown")
    here = but(faulty, published=None, zone=LONDON)
    called.when(here).then_refused("duplicate-step")
    called.when(but(here, steps=(past, skipped))).then_refused("local-time-skipped")
    called.when(but(here, steps=(past, STEPS[5], STEPS[0]))).then_refused("step-past")


def test_a_poll_is_not_closed_before_its_time() -> None:
    """CLOSE_POLL is of 23:59:59Z on the day; by the timetable polls close at 16:00:00Z."""
    assert given(*DEFINED, SET, CLOSE_POLL)
    early = but(CLOSE_POLL, effective="2010-09-22T15:59:59Z")
    refused = given(*DEFINED, SET).when(early).then_refused("poll-open")
    assert "2010-09-22T16:00:00Z" in refused.expected
    given(*DEFINED, SET).when(but(early, effective="2010-09-22T16:00:00Z")).then(
        happened(PollClosed, "contest/leader", 2, contest="leader").model_copy(
            update={"effective": "2010-09-22T16:00:00Z"}
        )
    )
    sooner = but(VARY, step="poll-close", category=None, local="2010-09-22T12:00:00")
    assert given(*DEFINED, SET, sooner).when(early).events


def test_the_contests_of_an_election_share_its_timetable_and_others_do_not() -> None:
    deputy = but(DEFINE_CONTEST, contest="deputy")
    early = but(CLOSE_POLL, effective="2010-09-22T15:59:59Z")
    history = (*DEFINED, deputy, SET)
    given(*history).when(early).then_refused("poll-open")
    given(*history).when(but(early, contest="deputy")).then_refused("poll-open")
    other = (but(CALL_ELECTION, election="nec"), but(ADOPT_RULE, election="nec"))
    council = but(DEFINE_CONTEST, contest="council", election="nec")
    assert given(*history, *other, council).when(but(early, contest="council")).events


def test_a_timetable_does_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to a timetable"):
        fold(timetable_stream("labour"), [event])

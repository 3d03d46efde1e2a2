"""Hard cases, each decided by the rule that docs/explanation/rulings.md gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from filed import Filed
from ruled import (
    ALLOCATE,
    BEFORE,
    HASH,
    NOTICE,
    OPEN,
    PANEL,
    PROCEDURE,
    ROSE,
    RULE,
    RULED_ON,
    SEATED,
    SIT,
    TELL,
    TOLD,
    P,
)
from scenario import Given, but, given, happened
from stores import LedgerPlace, desk_at, meddling_clock
from test_appeal import ASSIGN, DETERMINE, HEAR, IN_TIME, LATE, LODGE, PACK, names
from test_ruled_papers import REMOVE, own
from test_ruling import UNSEAT, put

from ledger.decision import Command
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.rules.deadline import after_days, after_hours
from ledger.streams.appeals import WithdrawAppeal
from ledger.streams.evidence import WithdrawEvidence
from ledger.streams.merge import PersonsMerged
from ledger.streams.notification import CorrectRuling
from ledger.streams.review import AssignReviewers, DiscloseEvidencePack
from ledger.streams.ruling_events import RulingMade
from projections.cases.facts import facts_of
from projections.cases.headline import headline

LONDON, AUCKLAND = "Europe/London", "Pacific/Auckland"

# Two panels rule on one case at once

PANEL_2: tuple[Command, ...] = (
    but(PANEL, body="panel-2", name="Panel 2"),
    *(but(each, body="panel-2", person=each.person.replace("p", "q")) for each in SEATED),
    but(SIT, body="panel-2", present=("q1", "q2", "q3", "q4")),
)
MOVE = but(
    ALLOCATE, panel="panel-2", among=("panel-2",), reason="Panel 1 sits no more", effective="2010-08-03T00:00:00Z"
)
RULE_2 = but(RULE, panel="panel-2", outcome="suspend")


def rulings(events: list[tuple[int, Event]]) -> list[str]:
    return [f"{event.outcome} by {event.panel}" for _, event in events if isinstance(event, RulingMade)]


@pytest.mark.parametrize(
    ("first", "code", "stands"),
    [
        ((but(RULE, outcome="no-action"),), "already-ruled", "no-action by panel-1"),
        ((MOVE,), "not-allocated", None),
        ((MOVE, RULE_2), "already-ruled", "suspend by panel-2"),
    ],
)
def test_whichever_is_recorded_first_stands(
    ledger_place: LedgerPlace, first: tuple[Command, ...], code: str, stands: str | None
) -> None:
    with desk_at(ledger_place) as other:
        for command in (*BEFORE, *PANEL_2):
            other.submit(command, actor="clerk")

        def meddle(decision: int) -> None:
            for command in first if decision == 0 else ():
                other.submit(command, actor="clerk-2")

        with (
            desk_at(ledger_place, clock=meddling_clock(meddle)) as desk,
            pytest.raises(RefusedError, match=rf"^{code}: "),
        ):
            desk.submit(RULE, actor="clerk")
        assert rulings(other.ledger.stream("case/c1")) == ([stands] if stands else [])


def test_of_four_clerks_at_once_one_records_the_ruling(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        for command in BEFORE:
            desk.submit(command, actor="clerk")
    outcomes = ("refuse", "suspend", "no-action", "refer-up")
    start = Barrier(len(outcomes))

    def record(outcome: str) -> str:
        with desk_at(ledger_place) as own_desk:
            start.wait()
            try:
                own_desk.submit(but(RULE, outcome=outcome), actor="clerk")
            except RefusedError as refused:
                return refused.code
            return "recorded"

    with ThreadPoolExecutor(len(outcomes)) as clerks:
        answers = sorted(clerks.map(record, outcomes))
    assert answers == ["already-ruled"] * 3 + ["recorded"]
    with desk_at(ledger_place) as desk:
        assert len(rulings(desk.ledger.stream("case/c1"))) == 1


# A merged person

MERGED = happened(PersonsMerged, f"merge/{P}", kept="f" * 24, basis=("document",))


def test_nothing_new_is_ruled_on_a_person_who_was_merged_into_another() -> None:
    scene = Given((*given(*BEFORE).events, MERGED))
    refused = scene.when(RULE).then_refused("merged-person")
    assert refused.found == f"one merged into {'f' * 24}"
    Given((*given(*BEFORE[:3]).events, MERGED)).when(OPEN).then_refused("merged-person")


def test_a_ruling_made_before_a_merge_is_carried_out_on_the_entries_that_it_names() -> None:
    scene = Given((own(1), *given(*BEFORE).events))
    scene = Given((*scene.events, *scene.when(REMOVE).events, MERGED))
    told = scene.when(TELL).events
    assert [(each.type, each.stream) for each in told] == [
        ("ruling-notified.v1", "case/c1"),
        ("entry-removed.v1", f"entry/labour/{P}"),
    ]


# A corrected ruling

SLIP = CorrectRuling(
    case="c1", ruling=1, reasons=RULE.reasons.replace("1 June", "2 June"), reason="the date", effective=TOLD
)


def test_a_correction_gives_no_new_time_to_appeal() -> None:
    corrected = but(SLIP, effective="2010-08-20T00:00:00Z")
    for effective, kind in ((IN_TIME, "AppealLodged"), (LATE, "AppealReceivedLate")):
        scene = given(*RULED_ON, TELL, corrected)
        assert names(scene.when(but(LODGE, effective=effective)).events) == [kind]


def test_reasons_are_not_corrected_under_appeal() -> None:
    lodge = but(LODGE, effective="2010-08-12T00:00:00Z")
    slip = but(SLIP, effective="2010-08-13T00:00:00Z")
    under_appeal = given(*RULED_ON, TELL, lodge)
    refused = under_appeal.when(slip).then_refused("appeal-pending")
    assert refused.found == "one appealed at 2010-08-12T00:00:00Z"
    withdraw = WithdrawAppeal(case="c1", ruling=1, request_digest=HASH, effective="2010-08-12T12:00:00Z")
    assert given(*RULED_ON, TELL, lodge, withdraw).when(slip).events
    assert given(*RULED_ON, TELL, SLIP, LODGE, ASSIGN, PACK, HEAR).when(DETERMINE).events


# Evidence withdrawn after the ruling

FORGED = WithdrawEvidence(case="c1", evidence="e1", reason="It was forged", effective="2010-08-12T00:00:00Z")


def test_evidence_withdrawn_after_a_ruling_leaves_it_standing_and_its_file_says_so() -> None:
    scene = given(*RULED_ON, TELL, FORGED)
    record = Filed([[event] for event in scene.events])
    file = record.file()
    said = headline(facts_of(file, file.rulings[0], "2010-08-13T00:00:00Z"))
    assert "it relied on e1 (class A, disclosed, withdrawn on 12 August 2010)" in said
    assert file.case.ruling is not None
    assert given(*RULED_ON, FORGED).when(but(TELL, effective="2010-08-13T00:00:00Z")).events
    scene.when(RULE).then_refused("already-ruled")


def test_evidence_withdrawn_after_a_ruling_is_in_the_pack_of_the_appeal() -> None:
    assign = AssignReviewers(case="c1", ruling=1, reviewers=("r1", "r2", "r3"), effective="2010-08-26T12:00:00Z")
    scene = given(*RULED_ON, TELL, FORGED, LODGE, assign)
    empty: DiscloseEvidencePack = but(PACK, items=())
    assert scene.when(empty).then_refused("relied-evidence-missing").found == "e1"
    assert scene.when(PACK).events


def test_evidence_withdrawn_before_the_ruling_is_not_relied_on() -> None:
    given(*BEFORE, but(FORGED, effective=ROSE)).when(RULE).then_refused("evidence-withdrawn")


# A member unseated


def test_a_member_who_left_between_sitting_and_ruling_has_decided() -> None:
    left = but(UNSEAT, effective="2010-08-10T11:30:00Z")
    assert given(*BEFORE, left).when(RULE).events
    during = but(UNSEAT, effective="2010-08-10T10:30:00Z")
    assert given(*BEFORE, during).when(RULE).events  # who was a member as it began


def test_a_member_who_had_left_before_the_sitting_has_not_however_late_it_is_recorded() -> None:
    before = but(UNSEAT, effective="2010-08-10T09:59:59Z")
    assert given(*BEFORE, before).when(RULE).then_refused("not-a-member").found == "p1, who was none"


# Deadlines


@pytest.mark.parametrize(
    ("start", "hours", "zone", "local", "utc"),
    [
        ("2010-03-26T12:00:00Z", 72, LONDON, "2010-03-29T13:00:00", "2010-03-29T12:00:00Z"),  # clocks went on
        ("2010-10-29T11:00:00Z", 72, LONDON, "2010-11-01T11:00:00", "2010-11-01T11:00:00Z"),  # clocks went back
        ("2010-10-30T23:30:00Z", 1, LONDON, "2010-10-31T01:30:00", "2010-10-31T00:30:00Z"),  # shown twice: in UTC once
        ("2010-10-31T00:30:00Z", 1, LONDON, "2010-10-31T01:30:00", "2010-10-31T01:30:00Z"),
        ("2010-12-24T12:00:00Z", 72, LONDON, "2010-12-27T12:00:00", "2010-12-27T12:00:00Z"),  # through Christmas
        ("2010-08-02T09:00:00Z", 72, AUCKLAND, "2010-08-05T21:00:00", "2010-08-05T09:00:00Z"),
    ],
)
def test_hours_are_elapsed_time_whatever_clocks_and_calendars_say(
    start: str, hours: int, zone: str, local: str, utc: str
) -> None:
    found = after_hours(start, hours, zone)
    assert (found.local, found.utc, found.zone) == (local, utc, zone)


CHRISTMAS = ("2010-12-27", "2010-12-28", "2011-01-03")  # the bank holidays in place of Saturdays and Sundays
CALENDAR, WORKING = False, True


@pytest.mark.parametrize(
    ("start", "days", "zone", "working", "local", "utc"),
    [
        ("2010-12-13T12:00:00Z", 14, LONDON, CALENDAR, "2010-12-29T23:59:59", "2010-12-29T23:59:59Z"),
        ("2010-12-20T12:00:00Z", 14, LONDON, CALENDAR, "2011-01-04T23:59:59", "2011-01-04T23:59:59Z"),
        ("2010-12-20T12:00:00Z", 5, LONDON, WORKING, "2010-12-29T23:59:59", "2010-12-29T23:59:59Z"),
        ("2010-12-20T12:00:00Z", 4, LONDON, WORKING, "2010-12-24T23:59:59", "2010-12-24T23:59:59Z"),
        ("2010-12-21T23:30:00Z", 1, LONDON, CALENDAR, "2010-12-22T23:59:59", "2010-12-22T23:59:59Z"),
        ("2010-06-21T23:30:00Z", 1, LONDON, CALENDAR, "2010-06-23T23:59:59", "2010-06-23T22:59:59Z"),  # the 22nd there
        ("2010-12-21T12:30:00Z", 1, AUCKLAND, CALENDAR, "2010-12-23T23:59:59", "2010-12-23T10:59:59Z"),
        ("2010-03-27T12:00:00Z", 1, LONDON, CALENDAR, "2010-03-29T23:59:59", "2010-03-29T22:59:59Z"),  # of 23 hours
        ("2010-11-05T15:00:00Z", 1, "America/Havana", CALENDAR, "2010-11-08T23:59:59", "2010-11-09T04:59:59Z"),
    ],
)
def test_days_are_those_of_the_zone_and_end_on_one_on_which_somebody_works(
    start: str, days: int, zone: str, local: str, utc: str, *, working: bool
) -> None:
    found = after_days(start, days, zone, CHRISTMAS, working=working)
    assert (found.local, found.utc, found.zone) == (local, utc, zone)


def test_of_a_last_second_that_clocks_show_twice_the_later_is_meant() -> None:
    found = after_days("2010-09-29T12:00:00Z", 1, "Africa/Cairo", (), working=False)  # back at midnight, a Thursday
    assert (found.local, found.utc) == ("2010-09-30T23:59:59", "2010-09-30T21:59:59Z")


def test_a_deadline_stands_as_it_was_told_whatever_rules_come_later() -> None:
    later = but(PROCEDURE, appeal_days=3, published=None, effective="2010-08-12T00:00:00Z")
    assert names(given(*RULED_ON, TELL, later).when(but(LODGE, effective=IN_TIME)).events) == ["AppealLodged"]
    told = given(*RULED_ON, later).when(but(TELL, effective="2010-08-13T00:00:00Z")).events[0].model_dump()
    assert told["appeal_by"]["local"] == "2010-08-27T23:59:59"  # by the rules in force as the ruling was made


def test_a_time_to_reply_that_clocks_show_twice_or_never_is_given_with_its_offset() -> None:
    conduct = {"effective": "2010-10-20T12:00:00Z"}
    spring = but(NOTICE, reply_by="2010-03-28T01:30:00")
    autumn = but(NOTICE, reply_by="2010-10-31T01:30:00", **conduct)
    before = put(SIT, but(SIT, start="2010-11-10T10:00:00Z", end="2010-11-10T11:00:00Z"))(BEFORE[:-2])
    given(*before).when(spring).then_refused("local-time-skipped")
    given(*before).at("2010-12-01T00:00:00Z").when(autumn).then_refused("local-time-ambiguous")
    served = given(*before).at("2010-12-01T00:00:00Z").when(but(autumn, offset="+00:00")).events[0].model_dump()
    assert served["reply_by"]["utc"] == "2010-10-31T01:30:00Z"

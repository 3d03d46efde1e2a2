"""Fees in dated versions: none below nothing, none for the past, none to be paid while nobody can apply."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from scenario import CALL_ELECTION, but, given, happened

from ledger.decision import fold
from ledger.rules.local_time import dated
from ledger.streams.election import ElectionCalled
from ledger.streams.fee import Concession, Fees, FeeSet, SetFee, fee_stream
from ledger.streams.timetable import SetTimetable, StepDate

STREAM = "fee/labour"
LONDON = "Europe/London"
JUNE = "2010-06-01T12:00:00Z"
SET = SetFee(
    election="labour",
    category="supporters",
    amount=2500,
    currency="GBP",
    concessions=(Concession(who="under 27", amount=100),),
    effective=JUNE,
)
WINDOW = but(SET, opens="2010-07-18T17:00:00", closes="2010-07-20T17:00:00", zone=LONDON)
OPEN = tuple(
    StepDate(step=name, local=local, category=category)  # type: ignore[arg-type]
    for name, local, category in (
        ("applications-open", "2010-07-01T12:00:00", None),
        ("applications-close", "2010-08-01T12:00:00", None),
        ("applications-close", "2010-07-21T12:00:00", "students"),
        ("poll-close", "2010-09-22T17:00:00", None),
    )
)
TIMETABLE = SetTimetable(election="labour", zone=LONDON, steps=OPEN, effective=JUNE)


def test_sets_a_fee_with_concessions_and_when_it_may_be_paid() -> None:
    opens, closes = (dated(local, LONDON, None, "x") for local in ("2010-07-18T17:00:00", "2010-07-20T17:00:00"))
    fields: dict[str, Any] = {"category": "supporters", "amount": 2500, "currency": "GBP", "published": JUNE}
    fields |= {"concessions": SET.concessions, "election": "labour"}
    expected = happened(FeeSet, STREAM, **fields, opens=opens, closes=closes)
    given(CALL_ELECTION).when(WINDOW).then(expected.model_copy(update={"effective": JUNE}))
    assert given(CALL_ELECTION, TIMETABLE).when(WINDOW).events


def test_the_version_of_the_day_is_in_force() -> None:
    later, earlier = "2010-08-01T12:00:00Z", "2010-05-01T12:00:00Z"
    commands = (SET, but(SET, amount=300, effective=later), but(SET, amount=200, effective=earlier))
    others = (but(SET, category="students", amount=101), but(SET, amount=400, effective=later))
    events = [event for event in given(CALL_ELECTION, *commands, *others).events if event.stream == STREAM]
    fees = fold(fee_stream("labour"), events)

    def amount(category: str, at: str) -> int | None:
        fee = fees.in_force(category, at)
        return fee.amount if fee else None

    assert len(fees.versions) == 5
    assert amount("supporters", "2010-05-01T11:59:59Z") is None
    assert amount("supporters", earlier) == 200
    assert amount("supporters", "2010-07-31T12:00:00Z") == 2500
    assert amount("supporters", later) == 400  # set last of those of one moment
    assert amount("students", later) == 101
    assert amount("unknown", later) is None


def test_a_fee_may_be_nothing() -> None:
    assert given(CALL_ELECTION).when(but(SET, amount=0, concessions=())).events


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": -1, "concessions": ()}, "negative-fee"),
        ({"concessions": (Concession(who="students", amount=-1),)}, "negative-fee"),
        ({"concessions": (Concession(who="students", amount=2500),)}, "concession-above-fee"),
        ({"published": "2010-06-01T12:00:01Z"}, "retrospective-fee"),
        ({"published": "2010-09-25T12:00:01Z"}, "future-dated"),
        ({"opens": WINDOW.closes, "closes": WINDOW.opens, "zone": LONDON}, "impossible-order"),
        ({"opens": WINDOW.opens, "closes": WINDOW.opens, "zone": LONDON}, "impossible-order"),
        ({"opens": "2010-03-28T01:30:00", "zone": LONDON}, "local-time-skipped"),
        ({"opens": "2010-10-31T01:30:00", "zone": LONDON}, "local-time-ambiguous"),
        ({"opens": WINDOW.opens, "zone": "Europe/Londn"}, "zone-unknown"),
        ({"opens": WINDOW.opens, "zone": LONDON, "offset": "+00:00"}, "offset-differs"),
    ],
)
def test_refuses_each_fault(changes: dict[str, Any], code: str) -> None:
    given(CALL_ELECTION).when(but(SET, **changes)).then_refused(code)


def test_refuses_a_fee_of_no_election() -> None:
    given().when(SET).then_refused("unknown-election")


@pytest.mark.parametrize(
    ("changes", "outside"),
    [
        ({"opens": "2010-07-01T12:00:00"}, False),
        ({"opens": "2010-07-01T11:59:59"}, True),
        ({"closes": "2010-08-01T12:00:00"}, False),
        ({"closes": "2010-08-01T12:00:01"}, True),
        ({"category": "students", "closes": "2010-07-21T12:00:00"}, False),
        ({"category": "students", "closes": "2010-07-21T12:00:01"}, True),
    ],
)
def test_refuses_a_time_to_pay_outside_that_of_applications(changes: dict[str, Any], outside: bool) -> None:
    when = given(CALL_ELECTION, TIMETABLE).when(but(WINDOW, **changes))
    assert (when.refused is not None) == outside
    if outside:
        when.then_refused("window-outside-timetable")
    assert given(CALL_ELECTION).when(but(WINDOW, **changes)).events  # no timetable says otherwise


def test_where_applications_have_no_close_they_close_with_the_poll() -> None:
    poll_only = but(TIMETABLE, steps=OPEN[-1:])
    scene = given(CALL_ELECTION, poll_only)
    assert scene.when(but(WINDOW, closes="2010-09-22T17:00:00")).events
    scene.when(but(WINDOW, closes="2010-09-22T17:00:01")).then_refused("window-outside-timetable")


def test_a_time_to_pay_names_its_zone() -> None:
    for changes in ({"opens": WINDOW.opens}, {"zone": LONDON}):
        with pytest.raises(ValidationError, match="zone goes with opens and closes"):
            but(SET, **changes)


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    concessions = (Concession(who="students", amount=-1),)
    window = {"opens": "2010-07-20T12:00:00", "closes": "2010-06-20T12:00:00", "zone": "Europe/Londn"}
    faults = {"published": "2011-01-01T12:00:00Z", "amount": -2, "concessions": concessions, **window}
    faulty = but(SET, **faults)
    scene = given(CALL_ELECTION, TIMETABLE)
    given().when(faulty).then_refused("unknown-election")
    order: tuple[tuple[str, dict[str, Any]], ...] = (
        ("future-dated", {"published": "2010-07-01T12:00:00Z"}),
        ("retrospective-fee", {"published": None}),
        ("negative-fee", {"amount": 1, "concessions": (Concession(who="all", amount=2),)}),
        ("concession-above-fee", {"concessions": ()}),
        ("zone-unknown", {"zone": LONDON}),
        ("impossible-order", {"opens": "2010-06-19T12:00:00"}),
        ("window-outside-timetable", {}),
    )
    for code, mend in order:
        scene.when(faulty).then_refused(code)
        faulty = but(faulty, **mend)


def test_fees_do_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to fees"):
        fold(Fees(STREAM), [event])

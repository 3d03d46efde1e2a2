"""Nominations: opened, nominees named, nominators registered, nominations received, withdrawn, ruled on, closed."""

from __future__ import annotations

from typing import Any

import pytest
from nominating import (
    A_SECOND_LATER,
    CLOSE,
    CLOSES,
    CLPS_CLOSE,
    NAME_A,
    NOMINATED,
    NOMINATION_RULE,
    OPEN,
    OPENED,
    RECEIVE,
    RECEIVED,
    REGISTER_MP,
    SCHEDULED,
    SET_TIMETABLE,
    SIZE,
)
from pydantic import ValidationError
from scenario import CALL_ELECTION, DEFINED, but, given, happened

from ledger.rules.meeting import Meeting
from ledger.rules.nomination import ShareTest
from ledger.streams.candidate import WithdrawCandidate
from ledger.streams.nominated import ClassClose, ClassSized, NominationsClosed, NominationsOpened, NomineeNamed
from ledger.streams.nomination import (
    NominationReceived,
    NominationReceivedLate,
    NominationRuledInvalid,
    NominationRuledValid,
    NominationWithdrawn,
    WithdrawNomination,
)
from ledger.streams.nomination_ruling import RuleNominationInvalid, RuleNominationValid
from ledger.streams.nominator import EndEntitlement, EntitlementEnded, NominatorRegistered
from ledger.streams.timetable import StepDate, VaryStep

ROOM, STREAM = "nominations/leader", "nomination/leader/mp-1"
MEETING = Meeting(kind="all-member", notice_days=7, present=20, eligible=90, in_favour=11, certified_by="chair")
FROM_CLP = but(RECEIVE, nominator="clp-1", meeting=MEETING)
WITHDRAW = WithdrawNomination(contest="leader", nominator="mp-1", effective=CLOSES)
END = EndEntitlement(election="labour", nominator="mp-1", reason="whip withdrawn", effective=RECEIVED)
INVALID = RuleNominationInvalid(contest="leader", nominator="mp-1", reasons="The form was signed by somebody else")
VALID = RuleNominationValid(contest="leader", nominator="clp-1", reasons="Nobody was kept from the meeting by it")
EXTEND = VaryStep(
    election="labour",
    step="nominations-close",
    category="mps",
    local="2010-06-10T12:30:00",
    zone="Europe/London",
    reason="a new deadline",
    effective="2010-06-02T12:00:00Z",
)


# Opened


def test_opens_nominations_under_a_rule() -> None:
    opened = {"contest": "leader", "election": "labour", "office": "Leader", "seats": 1, "rule": NOMINATION_RULE}
    given(*SCHEDULED).when(OPEN).then(happened(NominationsOpened, ROOM, effective=OPEN.effective, **opened))


def test_refuses_an_opening_in_the_documented_order() -> None:
    impossible = NOMINATION_RULE.model_copy(
        update={
            "thresholds": (
                ShareTest(
                    kind="share", id="plp", nominator_class="mps", share="9/8", bound="at-least", of="nominators"
                ),
            )
        }
    )
    faulty = but(OPEN, rule=impossible, effective="2030-01-01T00:00:00Z")
    given().when(faulty).then_refused("unknown-election")
    given(*SCHEDULED, OPEN).when(faulty).then_refused("nominations-exist")
    given(*DEFINED).when(faulty).then_refused("contest-exists")
    given(CALL_ELECTION).when(faulty).then_refused("future-dated")
    early = but(faulty, effective="2010-05-24T08:59:59Z")
    given(CALL_ELECTION).when(early).then_refused("threshold-infeasible")
    given(CALL_ELECTION).when(but(OPEN, effective=early.effective)).then_refused("step-missing")
    given(*SCHEDULED).when(but(OPEN, effective=early.effective)).then_refused("not-yet")
    assert given(*SCHEDULED).when(OPEN).events


def test_every_class_has_a_close_before_nominations_are_opened() -> None:
    without = but(SET_TIMETABLE, steps=SET_TIMETABLE.steps[:2])
    refused = given(CALL_ELECTION, without).when(OPEN).then_refused("step-missing")
    assert refused.found.endswith("for clps")
    for_all = but(SET_TIMETABLE, steps=(StepDate(step="nominations-close", local="2010-06-09T12:30:00"),))
    assert given(CALL_ELECTION, for_all).when(OPEN).events


def test_names_a_nominee_and_corrects_the_name() -> None:
    named = {"contest": "leader", "nominee": "a"}
    scene = given(*SCHEDULED, OPEN)
    scene.when(NAME_A).then(happened(NomineeNamed, ROOM, 2, name="Abbott", **named))
    given(*SCHEDULED, OPEN, NAME_A).when(but(NAME_A, name="Diane Abbott")).then(
        happened(NomineeNamed, ROOM, 3, name="Diane Abbott", **named)
    )
    given(*SCHEDULED, OPEN, NAME_A).when(NAME_A).then_refused("duplicate-nominee")
    given(*SCHEDULED).when(NAME_A).then_refused("nominations-missing")


@pytest.mark.parametrize("name", ["Δήμητρα", "毛泽东", "محمد", "Di\u0430ne"])
def test_a_name_may_be_of_any_script(name: str) -> None:
    (event,) = given(*SCHEDULED, OPEN).when(but(NAME_A, name=name)).events
    assert isinstance(event, NomineeNamed)
    assert event.name == name


def test_records_the_size_of_a_class_also_one_by_which_nobody_can_meet_the_threshold() -> None:
    sized = {"as_of": "2010-05-18", "contest": "leader", "measure": "nominators", "nominator_class": "mps"}
    sized |= {"source": "PLP office"}
    given(*OPENED).when(SIZE).then(happened(ClassSized, ROOM, 4, **sized, size=257))
    given(*OPENED, SIZE).when(but(SIZE, size=0)).then(happened(ClassSized, ROOM, 5, **sized, size=0))
    given(*OPENED).when(but(SIZE, nominator_class="mp")).then_refused("unknown-class")
    given(*SCHEDULED).when(SIZE).then_refused("nominations-missing")


@pytest.mark.parametrize("day", ["2010-02-29", "2010-13-01", "2010-5-18", "18/05/2010"])
def test_a_day_is_one_of_the_calendar(day: str) -> None:
    assert but(SIZE, as_of="2012-02-29")
    with pytest.raises(ValidationError):
        but(SIZE, as_of=day)


# Nominators


def test_registers_a_nominator_once() -> None:
    fields = {"as_of": "2010-05-18", "election": "labour", "nominator": "mp-1", "nominator_class": "mps"}
    expected = happened(NominatorRegistered, "nominator/labour/mp-1", **fields, source="PLP office")
    given(CALL_ELECTION).when(REGISTER_MP).then(expected)
    given(CALL_ELECTION, REGISTER_MP).when(REGISTER_MP).then_refused("nominator-exists")
    given().when(REGISTER_MP).then_refused("unknown-election")


def test_ends_a_right_to_nominate_once() -> None:
    ended = {"election": "labour", "nominator": "mp-1", "reason": "whip withdrawn"}
    given(*OPENED).when(END).then(happened(EntitlementEnded, "nominator/labour/mp-1", 2, effective=RECEIVED, **ended))
    given(*OPENED, END).when(END).then_refused("entitlement-ended")
    given(*SCHEDULED).when(END).then_refused("unknown-nominator")
    given(*OPENED).when(but(END, effective="2030-01-01T00:00:00Z")).then_refused("future-dated")


# Received


def received(version: int = 1, **changes: Any) -> NominationReceived:
    fields: dict[str, Any] = {"contest": "leader", "nominator": "mp-1", "nominator_class": "mps", "nominee": "a"}
    stream = f"nomination/leader/{changes.get('nominator', 'mp-1')}"
    event = happened(NominationReceived, stream, version, **({"effective": RECEIVED} | fields | changes))
    assert isinstance(event, NominationReceived)
    return event


def test_receives_a_nomination() -> None:
    given(*OPENED).when(RECEIVE).then(received())


def test_the_size_of_a_nominator_goes_with_its_nomination() -> None:
    union = but(REGISTER_MP, nominator="mp-2", size=40_000)
    (event,) = given(*OPENED, union).when(but(RECEIVE, nominator="mp-2")).events
    assert isinstance(event, NominationReceived)
    assert event.size == 40_000


def test_the_second_of_closing_is_in_time_and_the_next_one_is_late() -> None:
    given(*OPENED).when(but(RECEIVE, effective=CLOSES)).then(received(effective=CLOSES))
    late = happened(
        NominationReceivedLate,
        STREAM,
        effective=A_SECOND_LATER,
        closed=CLOSES,
        contest="leader",
        nominator="mp-1",
        nominator_class="mps",
        nominee="a",
    )
    given(*OPENED).when(but(RECEIVE, effective=A_SECOND_LATER)).then(late)
    given(*OPENED, CLOSE).when(but(RECEIVE, effective=A_SECOND_LATER)).then(late)


def test_each_class_closes_at_its_own_moment_and_a_varied_close_holds() -> None:
    later = but(FROM_CLP, effective=CLPS_CLOSE)
    (event,) = given(*OPENED).when(later).events
    assert isinstance(event, NominationReceived)
    assert event.irregular is None
    (event,) = given(*OPENED, EXTEND).when(but(RECEIVE, effective=A_SECOND_LATER)).events
    assert isinstance(event, NominationReceived)
    (event,) = given(*OPENED, EXTEND).when(but(RECEIVE, effective="2010-06-10T11:30:01Z")).events
    assert isinstance(event, NominationReceivedLate)


def test_a_class_may_open_later_than_the_others() -> None:
    later = StepDate(step="nominations-open", category="clps", local="2010-06-02T12:00:00")
    timetable = but(SET_TIMETABLE, steps=(*SET_TIMETABLE.steps, later))
    scene = given(*(timetable if each is SET_TIMETABLE else each for each in OPENED))
    scene.when(but(FROM_CLP, effective="2010-06-02T10:59:59Z")).then_refused("not-yet")
    assert scene.when(but(FROM_CLP, effective="2010-06-02T11:00:00Z")).events
    assert scene.when(RECEIVE).events


def test_what_was_received_in_time_may_be_recorded_after_the_close() -> None:
    given(*OPENED, CLOSE).when(RECEIVE).then(received())


def test_refuses_a_second_nomination_by_one_nominator() -> None:
    refused = given(*NOMINATED).when(but(RECEIVE, nominee="b")).then_refused("already-nominated")
    assert refused.found.startswith("a nominated at")
    given(*NOMINATED).when(RECEIVE).then_refused("already-nominated")


def test_a_late_one_is_recorded_also_by_who_has_nominated_in_time() -> None:
    (event,) = given(*NOMINATED).when(but(RECEIVE, nominee="b", effective=A_SECOND_LATER)).events
    assert isinstance(event, NominationReceivedLate)


def test_a_nominator_nominates_again_once_nothing_of_theirs_stands() -> None:
    again = but(RECEIVE, nominee="b", effective=CLOSES)
    withdrawn = but(WITHDRAW, effective="2010-06-05T12:00:00Z")
    given(*NOMINATED, withdrawn).when(again).then(received(3, nominee="b", effective=CLOSES))
    given(*NOMINATED, INVALID).when(again).then(received(3, nominee="b", effective=CLOSES))
    left = WithdrawCandidate(contest="leader", nominee="a", effective="2010-06-05T12:00:00Z")
    given(*NOMINATED, left).when(again).then(received(2, nominee="b", effective=CLOSES))
    given(*NOMINATED, left).when(but(RECEIVE, effective=CLOSES)).then_refused("candidate-withdrew")


def test_only_who_is_entitled_nominates() -> None:
    given(*OPENED).when(but(RECEIVE, nominator="mp-2")).then_refused("not-entitled")
    stranger = but(REGISTER_MP, nominator="peer-1", nominator_class="peers")
    given(*OPENED, stranger).when(but(RECEIVE, nominator="peer-1")).then_refused("not-entitled")
    refused = given(*OPENED, END).when(RECEIVE).then_refused("not-entitled")
    assert "whip withdrawn" in refused.found
    assert given(*OPENED, END).when(but(RECEIVE, effective="2010-06-01T11:59:59Z")).events


def test_refuses_a_nomination_in_the_documented_order() -> None:
    faulty = but(RECEIVE, nominee="x", nominator="mp-2", effective="2030-01-01T00:00:00Z")
    given(*SCHEDULED).when(faulty).then_refused("nominations-missing")
    given(*OPENED).when(faulty).then_refused("future-dated")
    early = but(faulty, effective="2010-05-24T08:59:59Z")
    assert given(*OPENED).when(but(early, nominee="aa")).then_refused("unknown-nominee").found == "aa (nearest: a)"
    given(*OPENED).when(but(early, nominee="a")).then_refused("not-entitled")
    given(*OPENED).when(but(early, nominee="a", nominator="mp-1")).then_refused("not-yet")
    too_many = but(FROM_CLP, meeting=MEETING.model_copy(update={"in_favour": 21}))
    given(*OPENED, FROM_CLP).when(too_many).then_refused("already-nominated")
    given(*OPENED).when(too_many).then_refused("votes-exceed-present")


def test_an_irregular_meeting_is_flagged_and_the_nomination_stands() -> None:
    short = MEETING.model_copy(update={"notice_days": 5})
    (event,) = given(*OPENED).when(but(FROM_CLP, meeting=short)).events
    assert isinstance(event, NominationReceived)
    assert event.irregular == ("notice 5 < 7 days",)
    (event,) = given(*OPENED).when(but(FROM_CLP, meeting=None)).events
    assert isinstance(event, NominationReceived)
    assert event.irregular == ("no facts of the meeting",)


# Withdrawn, ruled on


def test_a_nomination_is_withdrawn_until_the_close_and_not_a_second_later() -> None:
    fields = {"contest": "leader", "nominator": "mp-1", "nominee": "a"}
    given(*NOMINATED).when(WITHDRAW).then(happened(NominationWithdrawn, STREAM, 2, effective=CLOSES, **fields))
    given(*NOMINATED).when(but(WITHDRAW, effective=A_SECOND_LATER)).then_refused("nominations-closed")
    given(*NOMINATED).when(but(WITHDRAW, effective="2010-05-31T00:00:00Z")).then_refused("not-yet")
    given(*NOMINATED).when(but(WITHDRAW, effective="2030-01-01T00:00:00Z")).then_refused("future-dated")
    given(*OPENED).when(WITHDRAW).then_refused("nomination-missing")
    given(*NOMINATED, WITHDRAW).when(WITHDRAW).then_refused("nomination-missing")
    given(*SCHEDULED).when(WITHDRAW).then_refused("nominations-missing")


def test_a_ruling_has_reasons() -> None:
    fields = {"contest": "leader", "nominator": "mp-1", "nominee": "a", "reasons": INVALID.reasons}
    given(*NOMINATED).when(INVALID).then(happened(NominationRuledInvalid, STREAM, 2, **fields))
    given(*NOMINATED).when(but(INVALID, reasons="invalid           ")).then_refused("reasons-insufficient")
    given(*OPENED).when(INVALID).then_refused("nomination-missing")
    given(*NOMINATED, INVALID).when(INVALID).then_refused("nomination-missing")


def test_an_irregular_nomination_is_ruled_valid_once() -> None:
    irregular = but(FROM_CLP, meeting=None)
    fields = {"contest": "leader", "nominator": "clp-1", "nominee": "a", "reasons": VALID.reasons}
    expected = happened(NominationRuledValid, "nomination/leader/clp-1", 2, **fields)
    given(*OPENED, irregular).when(VALID).then(expected)
    given(*OPENED, irregular, VALID).when(VALID).then_refused("not-irregular")
    given(*OPENED, FROM_CLP).when(VALID).then_refused("not-irregular")


# Closed


def test_nominations_close_once_every_class_has_closed() -> None:
    closes = (
        ClassClose(moment=CLOSES, nominator_class="mps"),
        ClassClose(moment=CLPS_CLOSE, nominator_class="clps"),
    )
    expected = happened(NominationsClosed, ROOM, 4, effective=CLPS_CLOSE, closes=closes, contest="leader")
    given(*OPENED).when(CLOSE).then(expected)
    given(*OPENED).when(but(CLOSE, effective="2010-07-26T10:59:59Z")).then_refused("not-yet")
    given(*OPENED).when(but(CLOSE, effective="2030-01-01T00:00:00Z")).then_refused("future-dated")
    given(*OPENED, CLOSE).when(CLOSE).then_refused("nominations-closed")
    given(*SCHEDULED).when(CLOSE).then_refused("nominations-missing")

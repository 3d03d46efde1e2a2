"""The docket of appeals: in time or not, who reviews, what came of it, and whether that was too late to matter."""

from __future__ import annotations

from collections import Counter

import pytest
from filed import Filed, filed
from overseen import folded
from ruled import ADOPTED, HASH, TELL
from scenario import CLOSE_POLL, DEFINED, but
from test_appeal import ASSIGN, DETERMINE, DO, LATE, LEAVE, LODGE, ORDER, REVIEWED, TOLD_OF
from test_case_file import NEITHER, NO_APPEAL
from test_deadlines import NOT_POSSIBLE
from test_oversight_rows import RECORDS

from ledger.decision import Command
from ledger.streams.appeals import RefuseLeave, WithdrawAppeal
from ledger.streams.interest import DeclareInterest, interests_stream
from projections.moment import NOW
from projections.oversight.deadlines import Deadlines
from projections.oversight.docket import Docket, DocketLine, docket_totals, evidence_given
from projections.oversight.lateness import Calendar
from projections.oversight.panels import as_known, elections_known
from projections.oversight.reading import read_oversight

AT = "2010-10-04T10:00:00Z"
NO_LEAVE = RefuseLeave(case="c1", ruling=1, reason="No reason was given", effective="2010-08-26T11:00:00Z")
LATE_ONE = but(LODGE, effective=LATE)
DISMISS = but(
    DETERMINE,
    outcome="dismissed",
    answers=({"ground": "fact", "upheld": "not-upheld"}, {"ground": "bias", "upheld": "not-upheld"}),
)


def docket(*commands: Command, at: str = AT) -> tuple[DocketLine, ...]:
    return of(filed(*commands), at)


def of(record: Filed, at: str = AT) -> tuple[DocketLine, ...]:
    database = folded(record.events)
    oversight = read_oversight(database, "labour")
    people = {person for each in oversight.appeals for person in each.reviewers}
    interests = {each: as_known(record.record, interests_stream(each), NOW) for each in people}
    deadlines = Deadlines(oversight, Calendar(at))
    elections = elections_known(record.record, interests.values(), NOW)
    return Docket(oversight, deadlines, at, interests, elections, evidence_given(database, "labour")).lines


CASES: dict[str, tuple[tuple[Command, ...], tuple[str, str, str, bool]]] = {
    "in time": ((*TOLD_OF, LODGE), ("in-time", "pending", "-", False)),
    "late": ((*TOLD_OF, LATE_ONE), ("late", "late", "-", False)),
    "let in": ((*TOLD_OF, LATE_ONE, LEAVE), ("late", "pending", "-", False)),
    "not let in": ((*TOLD_OF, LATE_ONE, NO_LEAVE), ("late", "leave-refused", "-", False)),
    "tried": ((*NO_APPEAL, NEITHER, TELL, LODGE), ("attempt", "attempted", "-", False)),
    "withdrawn": (
        (*TOLD_OF, LODGE, WithdrawAppeal(case="c1", ruling=1, request_digest=HASH)),
        ("in-time", "withdrawn", "-", False),
    ),
    "dismissed": ((*REVIEWED, DISMISS), ("in-time", "dismissed", "-", False)),
    "allowed": ((*REVIEWED, DETERMINE), ("in-time", "allowed", "to be ordered", False)),
    "overdue": ((*REVIEWED, DETERMINE, ORDER), ("in-time", "allowed", "overdue", False)),
    "done": ((*REVIEWED, DETERMINE, ORDER, DO), ("in-time", "allowed", "done", False)),
    "none possible": ((*REVIEWED, DETERMINE, NOT_POSSIBLE), ("in-time", "allowed", "none possible", True)),
    "one done and one not possible": (
        (*REVIEWED, DETERMINE, ORDER, NOT_POSSIBLE, DO),
        ("in-time", "allowed", "done", True),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_appeal_stands_as_its_events_say(name: str) -> None:
    commands, said = CASES[name]
    (line,) = docket(*commands)
    assert (line.row.manner, line.row.state, line.remedy, line.too_late) == said
    assert line.whose == "panel-1"


def test_no_appeal_is_on_the_docket_before_there_is_one() -> None:
    assert docket(*TOLD_OF) == ()


def test_a_remedy_is_ordered_until_its_time_is_over() -> None:
    (line,) = docket(*REVIEWED, DETERMINE, ORDER, at="2010-09-10T16:00:00Z")
    assert line.remedy == "ordered"


def test_an_appeal_is_upheld_too_late_once_the_poll_has_closed() -> None:
    before, after = but(CLOSE_POLL, effective="2010-09-01T00:00:00Z"), CLOSE_POLL
    (line,) = docket(*DEFINED, *REVIEWED[1:], DETERMINE, before)
    assert (line.poll, line.too_late) == ("2010-09-01T00:00:00Z", True)
    (line,) = docket(*DEFINED, *REVIEWED[1:], DETERMINE, after)
    assert (line.poll, line.too_late) == (CLOSE_POLL.effective, False)
    (line,) = docket(*DEFINED, *REVIEWED[1:], DISMISS, before)
    assert not line.too_late, "nothing was to be put right"


def test_reviewers_are_independent_by_what_is_known_now() -> None:
    (line,) = docket(*TOLD_OF, LODGE)
    assert line.dependent is None, "there are none"
    (line,) = docket(*TOLD_OF, LODGE, ASSIGN)
    assert line.dependent == ()
    interest = DeclareInterest(person="r2", interest="i1", kind="employment", contest="leader", since=ADOPTED)
    (line,) = docket(*TOLD_OF, LODGE, ASSIGN, interest)
    assert line.dependent == (f"r2 declared an interest, employment, since {ADOPTED}",)


@pytest.mark.parametrize(
    ("reviewer", "why"),
    [
        ("p1", "p1 sat on ruling 1"),
        ("returning-officer", "returning-officer sat on ruling 1"),
        ("registrar", "registrar referred the case"),
        ("clerk", "clerk gave evidence e1"),
    ],
)
def test_says_why_a_reviewer_is_not_independent_as_the_refusal_does(reviewer: str, why: str) -> None:
    """Nobody gets onto the record so; an event that did is told all the same."""
    record = filed(*TOLD_OF, LODGE, ASSIGN)
    record.events = [
        (position, event.model_copy(update={"reviewers": ("r1", reviewer)}))
        if event.type == "reviewers-assigned.v1"
        else (position, event)
        for position, event in record.events
    ]
    (line,) = of(record)
    assert line.dependent == (why,)


RECORDED = {**RECORDS, **{name: filed(*commands) for name, (commands, _) in CASES.items()}}


@pytest.mark.parametrize("name", RECORDED)
def test_totals_are_those_of_a_fold_over_the_events(name: str) -> None:
    record = RECORDED[name]
    types = Counter(event.type.partition(".")[0] for _, event in record.events)
    totals = docket_totals(of(record))
    assert totals.manners.get("in-time", 0) == types["appeal-lodged"]
    assert totals.manners.get("late", 0) == types["appeal-received-late"]
    assert totals.attempts == types["appeal-attempted"]
    decided = sum(number for state, number in totals.states.items() if state in ("dismissed", "allowed", "varied"))
    assert decided + totals.states.get("remitted", 0) == types["appeal-determined"]
    assert totals.states.get("withdrawn", 0) == types["appeal-withdrawn"]
    assert sum(totals.states.values()) == sum(totals.manners.values()) == totals.appeals

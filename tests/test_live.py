"""A ledger that is kept live: what is past when it is recorded stays as it is, whatever date an act is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from methods import YES_NO
from nominating import ACCEPT, CLOSE, NAME_A, NAME_B, NO_THRESHOLD, OPEN, RECEIVE, REGISTER_CLP, REGISTER_MP
from nominating import SET_TIMETABLE as SET
from officers import found
from scenario import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, ORIGIN, REFUSAL, Given, but
from test_statement import figures, stated

from ledger.decision import Command
from ledger.event import Event
from ledger.rules.count_rule import rule_hash
from ledger.streams.contest import Candidate
from ledger.streams.election import AdoptCountRule
from ledger.streams.founding import Kept, LedgerFounded
from ledger.streams.nomination import WithdrawNomination
from ledger.streams.timetable import VaryStep
from projections.verify.contests import read_contests
from projections.verify.live import check_live
from projections.verify.record import RecordRead
from projections.verify.timetables import check_timetables

Act = tuple[str, Command]  # when it is recorded, and what
FOUNDED_AT, SET_AT, OPENED_AT = "2010-05-18T12:00:00Z", "2010-05-20T12:00:00Z", "2010-05-24T09:00:00Z"
IN_TIME, MPS_CLOSED, AFTER = "2010-06-01T12:00:00Z", "2010-06-10T00:00:00Z", "2010-07-27T00:00:00Z"
LAST = "2010-09-01T12:00:00Z"
VARY = VaryStep(
    election="labour",
    step="nominations-close",
    category="mps",
    local="2010-07-01T12:00:00",
    zone="Europe/London",
    reason="more time",
    effective=IN_TIME,
)
WITHDRAW = WithdrawNomination(contest="leader", nominator="mp-1", effective=IN_TIME)
OTHER_MP = but(REGISTER_MP, nominator="mp-2")
RECEIVE_OTHER = but(RECEIVE, nominator="mp-2", nominee="b")
RECEIVE_LATE = but(RECEIVE, nominator="mp-2", nominee="b", effective=MPS_CLOSED)
STATEMENT = but(stated("a"), effective=AFTER)
CALLED: tuple[Act, ...] = ((FOUNDED_AT, CALL_ELECTION), (FOUNDED_AT, ADOPT_RULE))
OPENED: tuple[Act, ...] = (
    *CALLED,
    (SET_AT, SET),
    *((OPENED_AT, each) for each in (but(OPEN, rule=NO_THRESHOLD), NAME_A, NAME_B)),
    *((OPENED_AT, each) for each in (REGISTER_MP, REGISTER_CLP, OTHER_MP)),
    (IN_TIME, RECEIVE),
)
STATED: tuple[Act, ...] = (*OPENED, (AFTER, but(CLOSE, effective=AFTER)), (AFTER, STATEMENT))
QUESTION = but(
    DEFINE_CONTEST,
    count_rule=rule_hash(YES_NO),
    candidates=(Candidate(id="no", name="No"), Candidate(id="yes", name="Yes")),
)


def kept_so(kept: Kept, *acts: Act) -> Given:
    """A founded ledger with these acts, each recorded at its moment."""
    scene = Given(figures=figures("a"))
    for at, command in ((FOUNDED_AT, found(origin=ORIGIN, kept=kept)), *acts):
        scene = scene.at(at)
        scene = replace(scene, events=(*scene.events, *scene.when(command).events))
    return scene


def refused(before: Sequence[Act], act: Act) -> str:
    """Give the code by which an act is refused in a live ledger; a transcript takes it."""
    at, command = act
    assert kept_so("transcript", *before).at(at).when(command).events
    refusal = kept_so("live", *before).at(at).when(command).refused
    assert refusal is not None
    assert REFUSAL.fullmatch(str(refusal)), refusal
    return refusal.code


def findings(events: Sequence[Event]) -> list[str]:
    record = RecordRead(others=list(enumerate(events)))
    contests = read_contests(record)
    found_here = [*check_timetables(record.others, contests), *check_live(record, contests)]
    return [f"{each.check}:{each.code}" for each in found_here]


def found_if_live(before: Sequence[Act], act: Act) -> list[str]:
    """Let a transcript take an act, and say afterwards that it is a live ledger."""
    events = kept_so("transcript", *before, act).events
    assert findings(events) == []
    return findings([e.model_copy(update={"kept": "live"}) if isinstance(e, LedgerFounded) else e for e in events])


def test_takes_what_is_recorded_in_time() -> None:
    acts = ((IN_TIME, VARY), (AFTER, RECEIVE_LATE), (AFTER, but(CLOSE, effective=AFTER)), (AFTER, STATEMENT))
    assert findings(kept_so("live", *OPENED, *acts).events) == []


@pytest.mark.parametrize(
    ("before", "act", "code", "check"),
    [
        pytest.param(CALLED, (MPS_CLOSED, SET), "step-past", "E6", id="a timetable of steps that are past"),
        pytest.param(OPENED, (MPS_CLOSED, VARY), "step-past", "E6", id="a step varied that is past"),
        pytest.param(
            OPENED,
            (LAST, but(VARY, category="unions", effective=IN_TIME)),
            "step-past",
            "E6",
            id="a step given a first date that is past",
        ),
        pytest.param(
            (*CALLED, (OPENED_AT, but(SET, effective=OPENED_AT, steps=SET.steps[1:]))),
            (IN_TIME, but(OPEN, effective=SET_AT)),
            "dated-back",
            "E6",
            id="nominations opened before the timetable was on record",
        ),
        pytest.param(
            ((FOUNDED_AT, CALL_ELECTION), (FOUNDED_AT, but(SET, effective=None)), (LAST, but(OPEN, effective=LAST))),
            (LAST, but(CLOSE, effective=AFTER)),
            "dated-back",
            "E6",
            id="nominations closed before their opening was on record",
        ),
        pytest.param(STATED, (LAST, WITHDRAW), "statement-published", "E7", id="a nomination withdrawn"),
        pytest.param(STATED, (LAST, RECEIVE_OTHER), "statement-published", "E7", id="a nomination received in time"),
        pytest.param(
            STATED, (LAST, but(ACCEPT, effective=IN_TIME)), "statement-published", "E7", id="a nomination accepted"
        ),
        pytest.param(CALLED, (LAST, DEFINE_CONTEST), "nominations-missing", "E7", id="a contest without nominations"),
    ],
)
def test_refuses_and_finds_what_is_dated_back(before: Sequence[Act], act: Act, code: str, check: str) -> None:
    assert refused(before, act) == code
    assert set(found_if_live(before, act)) == {f"{check}:{code}"}


def test_a_poll_is_not_closed_before_its_contest_was_on_record() -> None:
    before = (
        (FOUNDED_AT, CALL_ELECTION),
        (FOUNDED_AT, AdoptCountRule(election="labour", rule=YES_NO)),
        (AFTER, QUESTION),
    )
    act = (LAST, but(CLOSE_POLL, effective=IN_TIME))
    assert refused(before, act) == "dated-back"
    assert found_if_live(before, act) == ["E6:dated-back"]
    assert kept_so("live", *before, (LAST, but(CLOSE_POLL, effective=AFTER))).events


def test_a_question_has_no_candidates_to_nominate_whatever_its_id() -> None:
    adopt = AdoptCountRule(election="labour", rule=YES_NO)
    assert kept_so("live", *CALLED, (LAST, adopt), (LAST, but(QUESTION, contest="other"))).events


def test_what_comes_in_late_is_recorded_after_the_statement_too() -> None:
    late = kept_so("live", *STATED, (LAST, RECEIVE_LATE))
    assert late.events[-1].type == "nomination-received-late.v1"
    assert findings(late.events) == []


def test_the_state_says_how_the_ledger_is_kept() -> None:
    for kept in ("live", "transcript"):
        (event, *_) = kept_so(kept).events
        assert isinstance(event, LedgerFounded)
        assert event.kept == kept


def test_an_unfounded_ledger_is_judged_by_when_acts_take_effect() -> None:
    scene = Given().at(LAST)
    for command in (CALL_ELECTION, SET):
        scene = replace(scene, events=(*scene.events, *scene.when(command).events))
    assert scene.when(VARY).events

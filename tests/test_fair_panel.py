"""Who decides a case: on record in time in a live ledger, nobody twice, nobody barred; others review a check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from filed import Filed
from officers import found, signer
from rolls import roll_desk
from ruled import ADOPTED, BEFORE, GROUND, OPEN, PANEL, RULE, RULED, SAT, SEATED, SIT, P
from scenario import ADOPT_RULE, CALL_ELECTION, DEFINE_CONTEST, DEFINED, NOW, ORIGIN, Given, but, given, happened
from stores import SQLitePlace
from test_ruling import put
from test_verify_rulings import MADE, codes

from ledger.decision import Act, Command
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.powers.recusal import require_recusal
from ledger.streams.application_events import Check, ChecksRun
from ledger.streams.body import BodyConstituted, MemberSeated, SittingHeld
from ledger.streams.case_events import CaseOpened
from ledger.streams.founding import Kept
from ledger.streams.interest import DeclareInterest, WithdrawInterest
from ledger.streams.merge import MergeUndone, PersonsMerged
from ledger.streams.office import DelegationRevoked, PowerDelegated
from ledger.streams.ruling_events import RulingMade
from ledger.streams.seat import UnseatMember

A_WEEK_ON, LATER_STILL = "2010-08-17T11:00:00Z", "2010-08-17T11:00:01Z"
A_SECOND_ON = "2010-08-10T10:00:01Z"
ENDORSED = DeclareInterest(person="p2", interest="i1", kind="endorsement", contest="leader", since=ADOPTED)
DEPUTY = but(DEFINE_CONTEST, contest="deputy", office="Deputy Leader")
ELSEWHERE = (
    but(CALL_ELECTION, election="youth"),
    but(ADOPT_RULE, election="youth"),
    but(DEFINE_CONTEST, contest="youth-chair", election="youth"),
)
NO_CONTEST = but(OPEN, about=None)
ALONE: dict[str, Any] = {"panel": None, "sitting": None, "votes_for": 0, "votes_against": 0}
AUTO: dict[str, Any] = {**ALONE, "decided_by": "auto", "check_version": "register-match v2", "reviewed_by": "reviewer"}
FOR_CHECKS = put(GROUND, but(GROUND, decided_by="auto"))(BEFORE)


def answer(events: Sequence[Event], now: str = NOW, **changes: Any) -> str:
    """The code under which the desk refuses a ruling, empty where it records it; verification says the same of it."""
    refused = Given(tuple(events), now=now).when(but(RULE, **changes)).refused
    said = refused.code if refused else ""
    made = RulingMade.model_validate({**dict(MADE), "recorded": now, **changes})
    assert codes([*events, made]) == ([said] if said else [])
    return said


def kept(how: Kept | None, *changed: Event) -> list[Event]:
    """A ledger in which all that comes before a ruling is on record as it took effect, but for what is changed."""
    (founded, *_) = given(found(origin=ORIGIN, kept=how or "live")).events
    events = [each.model_copy(update={"recorded": each.effective}) for each in given(*BEFORE).events]
    new = {(each.stream, each.version): each for each in changed}
    events = [new.get((each.stream, each.version), each) for each in events]
    return [*([founded] if how else []), *events]


def late(kind: type[Event], recorded: str, person: str | None = None) -> list[Event]:
    return [
        each.model_copy(update={"recorded": recorded})
        for each in given(*BEFORE).events
        if isinstance(each, kind)
        and getattr(each, "body", "") == "panel-1"
        and person in (None, vars(each).get("person"))
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ([], ""),
        (late(MemberSeated, SAT, "p4"), ""),
        (late(MemberSeated, A_SECOND_ON, "p4"), "seated-late"),
        ([*late(BodyConstituted, A_SECOND_ON), *late(MemberSeated, A_SECOND_ON)], "seated-late"),
        (late(SittingHeld, A_WEEK_ON), ""),
        (late(SittingHeld, LATER_STILL), "sitting-late"),
    ],
    ids=["in time", "as it began", "a second later", "the whole panel", "a week on", "later still"],
)
def test_a_sitting_of_a_live_ledger_counts_as_it_was_on_record_in_its_time(changed: list[Event], code: str) -> None:
    assert answer(kept("live", *changed), LATER_STILL) == code
    for how in ("transcript", None):
        assert answer(kept(how, *changed), LATER_STILL) == ""


def test_a_member_seated_late_who_withdrew_does_no_harm() -> None:
    changed = late(MemberSeated, A_SECOND_ON, "p4")
    assert answer(kept("live", *changed), LATER_STILL, recused=("p4",), votes_against=0) == ""
    left = late(MemberSeated, A_SECOND_ON, "p4") + late(MemberSeated, A_SECOND_ON, "p3")
    both: dict[str, Any] = {"recused": ("p3", "p4"), "votes_for": 2, "votes_against": 0}
    assert answer(kept("live", *left), LATER_STILL, **both) == "inquorate"


def test_the_desk_of_a_live_ledger_dates_no_departure_and_no_end_of_an_interest_back(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with roll_desk(place, sign=signer("returning-officer")) as desk:
        for command in (found(kept="live"), CALL_ELECTION, PANEL, SEATED[0], but(ENDORSED, person="p1")):
            desk.submit(but(command, effective=None), actor="returning-officer")
        for command in (
            UnseatMember(body="panel-1", person="p1", reason="resigned", effective=SAT),
            WithdrawInterest(person="p1", interest="i1", effective=SAT),
        ):
            with pytest.raises(RefusedError) as refused:
                desk.submit(command, actor="returning-officer")
            assert refused.value.code == "dated-back"
            assert desk.submit(but(command, effective=None), actor="returning-officer").events


@pytest.mark.parametrize(
    ("interest", "opened", "code"),
    [
        (ENDORSED, NO_CONTEST, "conflict"),
        (but(ENDORSED, kind="employment", candidate="a"), NO_CONTEST, "conflict"),
        (but(ENDORSED, kind="candidacy", contest="deputy"), NO_CONTEST, "conflict"),
        (but(ENDORSED, contest="deputy", candidate="a"), OPEN, "conflict"),
        (but(ENDORSED, candidate="a"), but(OPEN, candidates=("b",)), "conflict"),
        (but(ENDORSED, contest="not-yet"), NO_CONTEST, "conflict"),
        (but(ENDORSED, contest="youth-chair"), OPEN, ""),
        (but(ENDORSED, contest="youth-chair"), but(OPEN, about="youth-chair"), "conflict"),
        (but(ENDORSED, contest="youth-chair", candidate="a"), but(OPEN, about="youth-chair", candidates=("b",)), ""),
        (but(ENDORSED, since=A_SECOND_ON), OPEN, ""),
        (but(ENDORSED, person="p9"), OPEN, ""),
    ],
    ids=[
        *("a case about no contest", "an employer", "a candidate", "another contest", "another candidate"),
        *("a contest to come", "another election", "what it is about", "of that another candidate"),
        *("held since the sitting", "of somebody else"),
    ],
)
def test_an_interest_in_the_election_bars_from_its_cases(interest: Command, opened: Command, code: str) -> None:
    before = [*DEFINED, DEPUTY, *ELSEWHERE, interest, *BEFORE[1:]]
    assert answer(given(*put(OPEN, opened)(before)).events) == code
    if code:
        free: dict[str, Any] = {"recused": ("p2",), "votes_against": 0}
        assert answer(given(*put(OPEN, opened)(before)).events, **free) == ""


def test_nobody_decides_their_own_case() -> None:
    seated = [but(each, person=P) if getattr(each, "seat", 0) == 2 else each for each in BEFORE]
    sat = put(SIT, but(SIT, present=("p1", P, "p3", "p4")))(seated)
    assert answer(given(*sat).events) == "conflict"
    assert answer(given(*sat).events, recused=(P,), votes_against=0) == ""


def merged(dropped: str, into: str) -> Event:
    return happened(PersonsMerged, f"merge/{dropped}", kept=into, basis=("document",))


def test_nobody_sits_twice_under_two_ids() -> None:
    events = given(*BEFORE).events
    assert answer([*events, merged("p2", "p1")]) == "counted-twice"
    assert answer([*events, merged("p2", "p9"), merged("p3", "p9")]) == "counted-twice"
    assert answer([*events, merged("p2", "p9")]) == ""
    assert answer([*events, merged("p2", P)]) == "conflict"
    undone = happened(MergeUndone, "merge/p2", 2, reason="two-people")
    assert answer([*events, merged("p2", "p1"), undone]) == ""
    assert answer([*events, merged("p2", "p1")], recused=("p2",), votes_against=0) == ""


@pytest.mark.parametrize(
    ("votes", "code"),
    [((3, 1, 0), ""), ((2, 1, 1), ""), ((3, 1, 1), "votes-exceed-present"), ((2, 1, 0), "votes-missing")],
)
def test_votes_are_one_of_each_who_could_vote(votes: tuple[int, int, int], code: str) -> None:
    fields: dict[str, Any] = dict(zip(("votes_for", "votes_against", "abstained"), votes, strict=True))
    assert answer(given(*BEFORE).events, **fields) == code
    withdrew = {**fields, "recused": ("p4",)}
    assert answer(given(*BEFORE).events, **withdrew) == ("" if sum(votes) == 3 else "votes-exceed-present")


def test_a_check_is_reviewed_by_another_than_who_recorded_or_ran_it() -> None:
    events = list(given(*FOR_CHECKS).events)
    assert answer(events, **AUTO) == ""
    assert answer(events, **AUTO | {"reviewed_by": "returning-officer"}) == "reviewer-not-independent"
    about = [
        each.model_copy(update={"subject": f"application/{P}"}) if isinstance(each, CaseOpened) else each
        for each in events
    ]
    by_hand = Check(check="payment", outcome="pass", version="by-hand")
    ran = happened(ChecksRun, f"application/{P}", checks=(Check(check="payment", outcome="pass", version="1"),))
    assert answer([*about, ran], **AUTO) == ""
    ran = ran.model_copy(update={"actor": "reviewer"})
    assert answer([*about, ran], **AUTO) == "reviewer-not-independent"
    assert answer([*events, ran], **AUTO) == "", "the case is not about the application"
    again = happened(ChecksRun, f"application/{P}", 2, checks=(by_hand,))
    passed = ran.model_copy(update={"checks": (by_hand,)})
    assert answer([*about, passed, again], **AUTO) == "", "let pass by another since"
    other = (Check(check="register-match", outcome="pass", version="1"),)
    again = again.model_copy(update={"checks": other})
    assert answer([*about, passed, again], **AUTO) == "reviewer-not-independent"


def test_who_reviews_a_check_has_the_power_to_rule() -> None:
    (founded, *_) = given(found(origin=ORIGIN, kept="transcript")).events
    events = [founded, *given(*FOR_CHECKS).events]
    assert answer(events, **AUTO) == "reviewer-without-power"

    def holds(*powers: str, **fields: Any) -> Event:
        shared: dict[str, Any] = {"body": "nec", "number": 1, "office": "reviewer", "pass_on": False}
        return happened(PowerDelegated, "office/reviewer", powers=powers, **shared | {"since": ADOPTED} | fields)

    for given_power in (
        holds("make-ruling"),
        holds("rulings"),
        holds("all", election="labour"),
        holds("all", contest="leader"),
    ):
        assert answer([*events, given_power], **AUTO) == ""
    for given_power in (
        holds("run-checks"),
        holds("all", election="youth"),
        holds("all", contest="deputy"),
        holds("all", until=RULED),
        holds("all", until=NOW),
        holds("all", since="2010-08-10T12:00:01Z"),
    ):
        assert answer([*events, given_power], **AUTO) == "reviewer-without-power"
    ended = happened(
        DelegationRevoked, "office/reviewer", 2, body="nec", number=1, office="reviewer", reason="withdrawn"
    )
    assert answer([*events, holds("all"), ended], **AUTO) == "reviewer-without-power"


def test_who_reviews_a_check_has_no_interest_in_the_election() -> None:
    before = [*DEFINED, *ELSEWHERE, *FOR_CHECKS[1:]]
    assert answer(given(*before, but(ENDORSED, person="reviewer")).events, **AUTO) == "conflict"
    assert answer(given(*before, but(ENDORSED, person="reviewer", contest="youth-chair")).events, **AUTO) == ""
    assert answer([*given(*before).events, merged("reviewer", P)], **AUTO) == "conflict"


def test_an_officer_with_an_interest_does_not_decide_alone() -> None:
    before = [*DEFINED, *FOR_CHECKS[1:]]
    alone = but(RULE, **ALONE, decided_by="officer")

    def said(*more: Event) -> str:
        events = [*given(*before).events, *more]
        (made,) = Given(tuple(events)).when(alone).events
        found_so = codes([*events, made])
        record: Any = Filed([events])
        act = Act(made.actor, NOW, RULED)
        if not found_so:
            assert f"interest/{made.actor}" in require_recusal(record, alone, act)
            return ""
        with pytest.raises(RefusedError) as refused:
            require_recusal(record, alone, act)
        assert [refused.value.code] == found_so
        return refused.value.code

    endorsed = given(*DEFINED).when(but(ENDORSED, person="returning-officer")).events
    assert said() == ""
    assert said(*endorsed) == "conflict"
    assert said(merged("returning-officer", P)) == "conflict"
    elsewhere = given(*DEFINED).when(but(ENDORSED, person="x1")).events
    assert said(*elsewhere) == ""
    assert said(*elsewhere, merged("returning-officer", "x1")) == "conflict"


@pytest.mark.parametrize(
    ("merge", "code"),
    [
        (("reviewer", "registrar"), "same-person-referred-and-decided"),
        (("registrar", "reviewer"), "same-person-referred-and-decided"),
        (("reviewer", "returning-officer"), "reviewer-not-independent"),
        (("reviewer", "clerk"), "witness-decided"),
    ],
)
def test_who_reviews_a_check_is_nobody_else_under_another_key(merge: tuple[str, str], code: str) -> None:
    events = given(*FOR_CHECKS).events
    assert answer(events, **AUTO) == ""
    assert answer([*events, merged(*merge)], **AUTO) == code

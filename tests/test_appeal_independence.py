"""An appeal is not ended by the office that it is against, nor heard by who had a part under another key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from filed import Filed
from ruled import ADOPTED, BEFORE, HASH, RULE, P
from scenario import ACTOR, DEFINED, Given, but, given, happened
from test_appeal import ASSIGN, DETERMINE, HEAR, LATE, LEAVE, LODGE, PACK, REVIEWED, TOLD_OF, names
from test_verify_rulings import MADE, changed, codes

from ledger.decision import Act, Command
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.powers.recusal import require_recusal
from ledger.streams.appeal_events import AppealWithdrawn, LeaveGranted, LeaveRefused
from ledger.streams.appeals import RefuseLeave, WithdrawAppeal
from ledger.streams.interest import DeclareInterest
from ledger.streams.merge import MergeUndone, PersonsMerged
from ledger.streams.ruling_events import RulingMade

WITHDRAW = WithdrawAppeal(case="c1", ruling=1, request_digest=HASH, effective="2010-08-11T10:00:00Z")
EARLY = but(LODGE, effective="2010-08-11T09:30:00Z")
REFUSE = RefuseLeave(case="c1", ruling=1, reason="No reason was given", effective="2010-08-26T11:00:00Z")
INTEREST = DeclareInterest(person="r1", interest="i1", kind="employment", contest="leader", since=ADOPTED)


def merged(dropped: str, kept: str) -> Event:
    return happened(PersonsMerged, f"merge/{dropped}", kept=kept, basis=("document",))


def after(events: Sequence[Event], *commands: Command) -> Given:
    """What commands lead to after events, none of them refused."""
    scene = Given(tuple(events))
    for command in commands:
        scene = Given((*scene.events, *scene.when(command).events))
    return scene


def test_an_appeal_is_withdrawn_with_the_letter_that_asks_for_it() -> None:
    lodged = given(*TOLD_OF, EARLY)
    lodged.when(but(WITHDRAW, request_digest=None)).then_refused("request-missing")
    events = after(lodged.events, WITHDRAW).events
    assert codes(events) == []
    assert codes(changed(events, AppealWithdrawn, request_digest=None)) == ["request-missing"]


def test_what_was_withdrawn_in_their_name_does_not_bar_the_person() -> None:
    scene = given(*TOLD_OF, EARLY, WITHDRAW)
    assert names(scene.when(LODGE).events) == ["AppealLodged"]
    assert names(scene.when(but(LODGE, effective=LATE)).events) == ["AppealReceivedLate"]  # which needs leave
    anew = after(scene.events, LODGE)
    anew.when(LODGE).then_refused("appeal-exists")
    assert codes(anew.events) == []


@pytest.mark.parametrize("leave", [LEAVE, REFUSE], ids=["granted", "refused"])
def test_who_recorded_the_ruling_decides_on_no_leave(leave: Command) -> None:
    late = given(*TOLD_OF, but(LODGE, effective=LATE))
    for actor, why in ((ACTOR, "sat on ruling 1"), ("registrar", "referred the case"), ("clerk", "gave evidence e1")):
        assert late.by(actor).when(leave).then_refused("not-independent").found == f"{actor} {why}"
    events = after(late.events, leave).events
    assert codes(events) == []
    for kind in (LeaveGranted, LeaveRefused):
        wrong = changed(events, kind, actor=ACTOR)
        assert codes(wrong) == (["not-independent"] if kind.__name__ in names(events) else [])


def test_who_has_an_interest_decides_on_no_leave() -> None:
    late = given(*DEFINED, *TOLD_OF[1:], but(LODGE, effective=LATE))
    free = after(late.events, LEAVE).events
    bound = after(late.events, but(INTEREST, person="appeals-clerk"), LEAVE).events
    assert (codes(free), codes(bound)) == ([], ["conflict"])
    act = Act("appeals-clerk", LATE, LATE)
    record: Any = Filed([late.events])
    assert "interest/appeals-clerk" in require_recusal(record, REFUSE, act)
    record = Filed([bound])
    with pytest.raises(RefusedError) as refused:
        require_recusal(record, REFUSE, act)
    assert refused.value.code == "conflict"


@pytest.mark.parametrize(
    ("merge", "why"),
    [
        (merged("r1", "p1"), "r1 sat on ruling 1"),
        (merged("p1", "r1"), "r1 sat on ruling 1"),
        (merged("r1", "registrar"), "r1 referred the case"),
        (merged("registrar", "r1"), "r1 referred the case"),
        (merged("clerk", "r1"), "r1 gave evidence e1"),
        (merged("r1", P), "r1 is whom the case is about"),
        (merged(P, "r1"), "r1 is whom the case is about"),
        (merged("r2", "r1"), "r2 is r1, merged"),
        (merged("r2", "r3"), "r3 is r2, merged"),
    ],
)
def test_a_reviewer_who_is_merged_with_one_side_is_not_independent(merge: Event, why: str) -> None:
    lodged = given(*TOLD_OF, LODGE)
    scene = Given((*lodged.events, merge))
    assert scene.when(ASSIGN).then_refused("not-independent").found == why
    undone = happened(MergeUndone, merge.stream, 2, reason="two-people")
    assert codes(after((*scene.events, undone), ASSIGN, PACK, HEAR, DETERMINE).events) == []
    whole = after(lodged.events, ASSIGN, PACK, HEAR).events
    Given((*whole, merge)).when(DETERMINE).then_refused("not-independent")
    found = after(whole, DETERMINE).events
    assert codes((*lodged.events, merge, *found[len(lodged.events) :])) == ["not-independent"] * 2


def test_an_interest_under_the_key_that_is_kept_counts() -> None:
    declared = given(*DEFINED, *REVIEWED[1:], but(INTEREST, person="x1")).events
    assert Given(declared).when(DETERMINE).events
    Given((*declared, merged("r1", "x1"))).when(DETERMINE).then_refused("not-independent")


@pytest.mark.parametrize(
    ("merge", "code"),
    [
        (merged("p1", "registrar"), "same-person-referred-and-decided"),
        (merged("registrar", "p1"), "same-person-referred-and-decided"),
        (merged("p1", "clerk"), "witness-decided"),
        (merged("clerk", "p1"), "witness-decided"),
        (merged("p1", "x1"), "conflict"),
    ],
)
def test_a_panel_member_who_is_merged_with_one_side_does_not_decide(merge: Event, code: str) -> None:
    before = (*given(*DEFINED, but(INTEREST, person="x1"), *BEFORE[1:]).events, merge)
    Given(before).when(RULE).then_refused(code)
    assert codes([*before, RulingMade.model_validate(dict(MADE))]) == [code]
    Given(before[:-1]).when(RULE).then(MADE)

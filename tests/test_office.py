"""Founding and delegations: who may give what to whom, on whose decision, and for how long."""

from __future__ import annotations

from typing import Any

import pytest
from officers import (
    DECIDE,
    DELEGATE,
    FOUND_HERE,
    NEC,
    SAT,
    SIT,
    delegate,
    found,
    officer,
)
from scenario import ACTOR, CALL_ELECTION, NOW, ORIGIN, but, given, happened

from ledger.decision import fold
from ledger.streams.delegation import RevokeDelegation
from ledger.streams.founding import FirstOfficer, LedgerFounded
from ledger.streams.key import KeyEnrolled
from ledger.streams.office import Asked, DelegationRevoked, Office, PowerDelegated, asked_by, office_stream, room_of
from ledger.streams.seat import SeatMember

FOUNDED = given(FOUND_HERE, *NEC)
LATER, LAST = "2010-10-01T00:00:00Z", "2010-11-01T00:00:00Z"


def here(office: str, *powers: str, **fields: Any) -> FirstOfficer:
    return officer(office, *powers, origin=ORIGIN, **fields)


def power(office: str, *powers: str, number: int = 1, version: int = 1, **fields: Any) -> PowerDelegated:
    """A delegation as the record has it, from now on, by the NEC's decision unless said otherwise."""
    own = {"body": "nec", "decision": "d-1", "pass_on": False, "since": NOW} | fields
    event = happened(PowerDelegated, f"office/{office}", version, office=office, number=number, powers=powers, **own)
    assert isinstance(event, PowerDelegated)
    return event


# The founding


def test_a_founding_enrols_the_officers_keys_and_gives_them_their_powers() -> None:
    clerk = here("clerk", "election", "close-poll", until=LAST)
    command = found(here(ACTOR), clerk, origin=ORIGIN)
    events: list[Any] = [
        happened(
            LedgerFounded,
            "ledger/founding",
            governing_body="nec",
            kept="transcript",
            officers=(here(ACTOR), clerk),
            title="Labour Party",
        )
    ]
    for each in (here(ACTOR), clerk):
        key = {"officer": each.office, "key": each.key, "proof": each.proof}
        events.append(happened(KeyEnrolled, f"key/{each.office}", **key))
        events.append(power(each.office, *each.powers, decision=None, until=each.until))
    given().when(command).then(*events)


def test_a_ledger_is_founded_first_or_never() -> None:
    given(CALL_ELECTION).when(FOUND_HERE).then_refused("already-begun")
    given(FOUND_HERE).when(FOUND_HERE).then_refused("already-begun")


def test_nothing_at_all_may_come_before_the_founding() -> None:
    """Also where another desk is at work: no event of any type, on any stream."""
    from ledger.event import TYPES

    unchanged = given().when(FOUND_HERE).outcome.unchanged
    assert unchanged == (-1, tuple(sorted(TYPES)), ("",))


@pytest.mark.parametrize(
    ("officers", "code"),
    [
        ((here(ACTOR), here(ACTOR)), "duplicate-office"),
        ((here("clerk"),), "not-an-officer"),
        ((here(ACTOR, "all", "call-elections"),), "unknown-power"),
        ((here(ACTOR, until=NOW),), "term-empty"),
        ((here(ACTOR, "election", "key"), here("clerk", "lot")), "nobody-delegates"),
        ((officer(ACTOR),), "proof-wrong"),  # for another log
        ((here(ACTOR), here("clerk").model_copy(update={"key": here("agent").key})), "key-wrong-name"),
        ((here(ACTOR).model_copy(update={"proof": here("clerk").proof}),), "proof-wrong"),
        ((here(ACTOR).model_copy(update={"key": ACTOR + "+00000000+AAAA"}),), "key-malformed"),
    ],
)
def test_refuses_a_founding_at_fault(officers: tuple[FirstOfficer, ...], code: str) -> None:
    given().when(found(*officers)).then_refused(code)


# Delegations


def test_the_governing_body_delegates_by_a_decision_that_it_carried() -> None:
    FOUNDED.when(DELEGATE).then(power("clerk", "call-election"))
    whole = delegate("clerk", "lot", election="labour", contest="leader", since=LATER, until=LAST, pass_on=True)
    fields = {"election": "labour", "contest": "leader", "since": LATER, "until": LAST, "pass_on": True}
    FOUNDED.when(whole).then(power("clerk", "lot", **fields))
    second = power(ACTOR, "lot", number=2, version=2)
    FOUNDED.when(delegate(ACTOR, "lot")).then(second)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"powers": ("call-elections",)}, "unknown-power"),
        ({"since": "2010-09-25T11:59:59Z"}, "delegation-retrospective"),
        ({"until": NOW}, "term-empty"),
        ({"decision": None}, "decision-missing"),
        ({"decision": "d-3"}, "unknown-decision"),
        ({"decision": "d-2"}, "decision-not-carried"),
        ({"effective": "2010-01-05T17:59:59Z"}, "before-decision"),
        ({"body": "conference", "decision": "d-1"}, "unknown-decision"),
    ],
)
def test_refuses_a_delegation_at_fault(changes: dict[str, Any], code: str) -> None:
    FOUNDED.when(but(DELEGATE, **changes)).then_refused(code)


def test_a_decision_of_an_inquorate_sitting_gives_no_power() -> None:
    """Such a decision is refused; but a sitting may turn out to have been inquorate."""
    from ledger.streams.body import body_stream, decision_faults

    events = [event for event in FOUNDED.events if event.stream == "body/nec"]
    few = [event.model_copy(update={"attended": 2}) if event.type == "sitting-held.v1" else event for event in events]
    body = fold(body_stream("nec"), few)
    assert [code for code, *_ in decision_faults(body, "d-1", NOW)] == ["inquorate"]
    assert list(decision_faults(fold(body_stream("nec"), events), "d-1", SAT)) == []


def test_refuses_delegations_in_an_unfounded_ledger() -> None:
    given(*NEC).when(DELEGATE).then_refused("not-founded")
    given(*NEC).when(RevokeDelegation(office="clerk", number=1, body="nec", reason="withdrawn")).then_refused(
        "not-founded"
    )


PANEL = (
    but(NEC[0], body="panel", kind="panel"),
    but(SIT, body="panel"),
    but(DECIDE, body="panel"),
)
TO_PANEL = delegate("panel", "election", "lot", election="labour", until=LAST, pass_on=True)
BY_PANEL = delegate("clerk", "call-election", body="panel", election="labour", until=LAST)


def test_another_body_passes_on_what_it_holds_with_leave() -> None:
    passed = given(FOUND_HERE, *NEC, *PANEL, TO_PANEL)
    passed.when(BY_PANEL).then(power("clerk", "call-election", body="panel", election="labour", until=LAST))
    assert passed.when(but(BY_PANEL, powers=("lot", "draw-lot", "election"))).events


@pytest.mark.parametrize(
    "changes",
    [
        {"powers": ("call-election", "report")},  # one more
        {"powers": ("all",)},
        {"election": None},
        {"election": "other"},
        {"until": None},
        {"until": "2010-11-01T00:00:01Z"},
        {"effective": "2010-09-25T11:59:59Z"},  # before it had the power itself
    ],
)
def test_nobody_passes_on_more_than_they_hold(changes: dict[str, Any]) -> None:
    passed = given(FOUND_HERE, *NEC, *PANEL, TO_PANEL)
    passed.when(but(BY_PANEL, **changes)).then_refused("cannot-delegate")


def test_nobody_passes_on_without_leave_or_after_revocation() -> None:
    before = given(FOUND_HERE, *NEC, *PANEL)
    before.when(BY_PANEL).then_refused("cannot-delegate")
    scene = given(FOUND_HERE, *NEC, *PANEL, but(TO_PANEL, pass_on=False))
    scene.when(BY_PANEL).then_refused("cannot-delegate")
    revoke = RevokeDelegation(office="panel", number=1, body="nec", decision="d-1", reason="withdrawn")
    given(FOUND_HERE, *NEC, *PANEL, TO_PANEL, revoke).when(BY_PANEL).then_refused("cannot-delegate")


def test_an_office_passes_on_its_own_power_without_a_decision() -> None:
    deputy = delegate("clerk", "close-poll", body=ACTOR, decision=None)
    FOUNDED.when(deputy).then_refused("cannot-delegate")  # it has no leave
    leave = delegate(ACTOR, "contest", pass_on=True)
    given(FOUND_HERE, *NEC, leave).when(deputy).then(power("clerk", "close-poll", body=ACTOR, decision=None))
    given(FOUND_HERE, *NEC, leave).when(but(deputy, body="agent")).then_refused("decision-missing")


REVOKE = RevokeDelegation(office="clerk", number=1, body="nec", decision="d-1", reason="withdrawn")


def test_a_delegation_is_revoked_by_who_gave_it_or_by_the_governing_body() -> None:
    fields = {"office": "clerk", "number": 1, "reason": "withdrawn"}
    revoked = happened(DelegationRevoked, "office/clerk", 2, **fields, body="nec", decision="d-1")
    given(FOUND_HERE, *NEC, DELEGATE).when(REVOKE).then(revoked)
    scene = given(FOUND_HERE, *NEC, *PANEL, TO_PANEL, BY_PANEL)
    scene.when(REVOKE).then(revoked)
    assert scene.when(but(REVOKE, body="panel")).events
    given(FOUND_HERE, *NEC, *PANEL, DELEGATE).when(but(REVOKE, body="panel")).then_refused("cannot-revoke")


def test_an_office_lays_down_its_own_powers() -> None:
    own = RevokeDelegation(office=ACTOR, number=1, body=ACTOR, reason="left-office")
    fields = {"office": ACTOR, "number": 1, "body": ACTOR, "reason": "left-office"}
    FOUNDED.when(own).then(happened(DelegationRevoked, f"office/{ACTOR}", 2, **fields))
    given(FOUND_HERE, *NEC, DELEGATE).when(but(own, office="clerk", body="clerk")).then_refused("decision-missing")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": 2}, "unknown-delegation"),
        ({"decision": None}, "decision-missing"),
        ({"decision": "d-3"}, "unknown-decision"),
        ({"decision": "d-2"}, "decision-not-carried"),
        ({"effective": "2010-01-05T17:59:59Z"}, "before-decision"),
    ],
)
def test_refuses_a_revocation_at_fault(changes: dict[str, Any], code: str) -> None:
    given(FOUND_HERE, *NEC, DELEGATE).when(but(REVOKE, **changes)).then_refused(code)


def test_refuses_to_end_what_has_ended() -> None:
    given(FOUND_HERE, *NEC, DELEGATE, REVOKE).when(REVOKE).then_refused("delegation-ended")
    over = given(FOUND_HERE, *NEC, but(DELEGATE, until=LATER)).at(LATER)
    over.when(REVOKE).then_refused("delegation-ended")
    soon = but(REVOKE, effective=LAST)
    assert given(FOUND_HERE, *NEC, DELEGATE, soon).when(REVOKE).events  # earlier than was said: it may be


# What a delegation covers


def held(*events: Any) -> Office:
    return fold(office_stream("clerk"), events)


def find(office: Office, asked: Asked, moments: tuple[str, ...], election: str | None = None) -> PowerDelegated | None:
    """The first delegation that covers what is asked, where the contest asked about is of an election."""
    return next(office.all_of(asked, moments, lambda: election), None)


@pytest.mark.parametrize("granted", ["declare-result", "declaration", "all"])
def test_a_power_is_a_verb_a_room_or_all(granted: str) -> None:
    office = held(power("clerk", granted))
    asked = Asked("declare-result", room_of("declare-result"))
    assert find(office, asked, (NOW,)) == office.given[0]
    assert find(office, Asked("rotate-log-key", room_of("rotate-log-key")), (NOW,)) == (
        office.given[0] if granted == "all" else None
    )


def test_rooms_are_named_with_hyphens() -> None:
    assert room_of("rotate-log-key") == "log-key"


@pytest.mark.parametrize(
    ("effective", "now", "live"),
    [
        (NOW, NOW, True),
        (LAST, LAST, False),  # the end is not in the term
        ("2010-10-31T23:59:59Z", "2010-10-31T23:59:59Z", True),
        (NOW, LAST, False),  # dated back into the term by somebody who left
        ("2010-09-25T11:59:59Z", NOW, False),  # dated back to before it
        (LAST, NOW, False),  # dated on
    ],
)
def test_a_delegation_is_in_force_when_it_takes_effect_and_when_it_is_recorded(
    effective: str, now: str, live: bool
) -> None:
    office = held(power("clerk", "call-election", until=LAST))
    assert bool(find(office, Asked("call-election", "election"), (effective, now))) == live


def test_a_revocation_ends_a_delegation_as_of_when_it_takes_effect() -> None:
    revoked = given(FOUND_HERE, *NEC, DELEGATE).when(but(REVOKE, effective=LATER)).events[0]
    office = held(power("clerk", "call-election", until=LAST), revoked)
    asked = Asked("call-election", "election")
    assert find(office, asked, ("2010-09-30T23:59:59Z",))
    assert not find(office, asked, (LATER,))
    both = held(power("clerk", "call-election"), power("clerk", "call-election", number=2, version=2), revoked)
    assert find(both, asked, (LATER,)) == both.given[1]


def test_a_delegation_covers_its_election_or_contest_alone() -> None:
    election = held(power("clerk", "all", election="labour"))
    contest = held(power("clerk", "all", contest="leader"))
    of_election = Asked("adopt-count-rule", "election", election="labour")
    of_contest = Asked("close-poll", "contest", contest="leader")
    assert find(election, of_election, (NOW,))
    assert not find(election, of_election._replace(election="other"), (NOW,))
    assert not find(election, of_contest, (NOW,))
    assert find(election, of_contest, (NOW,), "labour")
    assert not find(election, of_contest, (NOW,), "other")
    assert not find(election, Asked("record-person", "person"), (NOW,), "labour")
    assert find(contest, of_contest, (NOW,))
    assert not find(contest, of_contest._replace(contest="deputy"), (NOW,))
    assert not find(contest, of_election, (NOW,))


def test_a_command_asks_about_its_election_and_contest() -> None:
    assert asked_by(CALL_ELECTION) == Asked("call-election", "election", election="labour")
    assert asked_by(DELEGATE) == Asked("delegate-power", "delegation")
    assert asked_by(but(DELEGATE, contest="leader")).contest == "leader"


def test_a_decision_is_spent_once_a_delegation_by_it_was_revoked() -> None:
    """Whoever records delegations does not undo a revocation with the decision of before it."""
    revoke = RevokeDelegation(office="clerk", number=1, body="nec", decision="d-1", reason="withdrawn")
    again = but(DECIDE, decision="d-3")
    scene = given(FOUND_HERE, *NEC, again, DELEGATE, revoke)
    refused = scene.when(delegate("clerk", "all")).then_refused("decision-spent")
    assert refused.found == "delegation 1 of nec, decision d-1"
    assert scene.when(delegate("clerk", "all", decision="d-3")).events
    assert scene.when(delegate("agent", "all")).events


def test_a_delegation_for_a_contest_of_an_election_is_for_no_contest_of_another() -> None:
    given_power = power("clerk", "contest", election="labour", contest="leader")
    office = fold(office_stream("clerk"), [given_power])
    asked = Asked("close-poll", "contest", contest="leader")
    assert list(office.all_of(asked, (NOW,), lambda: "labour")) == [given_power]
    assert not list(office.all_of(asked, (NOW,), lambda: "deputy"))
    assert not list(office.all_of(asked._replace(contest="treasurer"), (NOW,), lambda: "labour"))


def test_the_seats_of_a_body_are_not_those_of_the_contest_that_filled_them() -> None:
    seat = SeatMember(body="nec", person="p1", section="members", seat=1, filled_by="election", contest="leader")
    assert asked_by(seat) == Asked("seat-member", "seat")
    office = fold(office_stream("clerk"), [power("clerk", "all", contest="leader")])
    assert not list(office.all_of(asked_by(seat), (NOW,)))


def test_an_office_named_like_the_governing_body_needs_its_decision_too() -> None:
    own = but(DELEGATE, body=ACTOR, decision=None)
    given(found(here(ACTOR), origin=ORIGIN).model_copy(update={"governing_body": ACTOR})).when(own).then_refused(
        "decision-missing"
    )

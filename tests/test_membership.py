"""What becomes of a member: the state machine, gaps, suspensions, offices, merges, certificates."""

from __future__ import annotations

from typing import Any

import pytest
from scenario import Given, happened

from ledger.decision import fold
from ledger.event import Event
from ledger.streams.certificate import CertifyList, ListCertified
from ledger.streams.discipline import ExpelMember, LiftSuspension, ReadmitMember, SuspendMember
from ledger.streams.member import BatchReceived, MemberRegistered, RegisterMembers
from ledger.streams.member_history import PLACES, Member
from ledger.streams.membership import (
    MemberAmended,
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
    OfficeCeased,
    OfficeHeld,
    SuspensionLifted,
)
from ledger.streams.membership_change import CeaseOffice, ChangeMembership, HoldOffice
from ledger.streams.merge import MergePersons, MergeUndone, PersonsMerged, UndoMerge

P, Q, R = ("a" * 24, "b" * 24, "c" * 24)
CLAUSE = "sha256:" + "0" * 64
FILE = "f" * 32
LATER = "2016-09-24T12:00:00Z"


def given(*events: Event) -> Given:
    return Given(events, LATER)


def recorded(kind: type[Event], stream: str, version: int = 1, **fields: Any) -> Any:
    return happened(kind, stream, version, **fields).model_copy(update={"recorded": LATER, "effective": LATER})


def member(person: str = P, **fields: Any) -> Any:
    return recorded(MemberRegistered, f"person/{person}", category="member", identity="A" * 43, **fields)


def changed(version: int, change: str, on: str, **fields: Any) -> Any:
    return recorded(MembershipChanged, f"person/{P}", version, change=change, on=on, **fields)


JOINED = member(joined="2010-03-01", unit="bow-east")
LAPSED = changed(2, "lapsed", "2014-06-01")
REJOINED = changed(3, "rejoined", "2016-02-01")


def folded(*events: Event) -> Member:
    return fold(Member(f"person/{P}"), events)


# History


def test_a_lapse_is_a_gap_and_not_a_continuous_membership() -> None:
    found = folded(JOINED, LAPSED, REJOINED)
    assert found.continuous_since("2016-01-12") is None
    assert found.continuous_since("2016-02-01") == "2016-02-01"
    assert found.continuous_since("2014-05-31") == "2010-03-01"
    assert found.gaps("2015-07-12", "2016-08-12") == [("2015-07-12", "2016-02-01")]
    assert found.gaps("2010-01-01", "2016-08-12") == [("2010-01-01", "2010-03-01"), ("2014-06-01", "2016-02-01")]
    assert [found.member_on(day) for day in ("2010-02-28", "2010-03-01", "2014-05-31", "2014-06-01")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_gap_that_has_not_ended_has_no_end() -> None:
    assert folded(JOINED, LAPSED).gaps("2014-01-01", "2015-01-01") == [("2014-06-01", None)]
    assert folded(JOINED).gaps("2014-01-01", "2015-01-01") == []


def test_who_lapsed_on_the_day_of_rejoining_has_no_gap() -> None:
    found = folded(JOINED, LAPSED, changed(3, "rejoined", "2014-06-01"))
    assert found.continuous_since("2015-01-01") == "2010-03-01"
    assert found.gaps("2014-01-01", "2015-01-01") == []


def test_a_transfer_moves_from_its_day_on() -> None:
    found = folded(JOINED, changed(2, "transferred", "2012-01-01", unit="bow-west"))
    places = (found.place_on("2011-12-31"), found.place_on("2012-01-01"), found.place)
    units = [place[PLACES.index("unit")] for place in places]
    assert units == ["bow-east", "bow-west", "bow-west"]
    assert found.continuous_since("2013-01-01") == "2010-03-01"


def amended(version: int, **fields: Any) -> Any:
    return recorded(MemberAmended, f"person/{P}", version, category="member", identity="B" * 43, **fields)


def test_a_later_file_corrects_a_day_or_tells_of_another_time() -> None:
    assert [each.since for each in folded(JOINED, amended(2, joined="2011-01-01")).periods] == ["2011-01-01"]
    gone = amended(2, joined="2010-03-01", lapsed="2014-06-01")
    assert folded(JOINED, gone).status == "lapsed"
    back = folded(JOINED, gone, amended(3, joined="2016-02-01"))
    assert [(each.since, each.until) for each in back.periods] == [("2010-03-01", "2014-06-01"), ("2016-02-01", None)]
    assert back.status == "active"


def test_a_list_does_not_undo_an_expulsion() -> None:
    expelled = recorded(MemberExpelled, f"person/{P}", 2, clause=CLAUSE, on="2015-01-01")
    found = folded(JOINED, expelled, amended(3, joined="2010-03-01", unit="bow-west"))
    assert (found.status, found.member_on("2015-06-01")) == ("expelled", False)


# Changes


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ((JOINED,), "rejoined"),
        ((JOINED, LAPSED), "renewed"),
        ((JOINED, LAPSED), "lapsed"),
        ((JOINED, LAPSED, REJOINED), "rejoined"),
        ((recorded(OfficeHeld, f"person/{P}", office="mp", on="2010-05-06", source="writ"),), "lapsed"),
    ],
)
def test_refuses_a_change_that_cannot_follow(before: tuple[Event, ...], change: Any) -> None:
    command = ChangeMembership(person=P, change=change, on="2016-03-01")
    assert change in str(given(*before).when(command).then_refused("bad-transition"))


def test_records_a_change() -> None:
    command = ChangeMembership(person=P, change="lapsed", on="2014-06-01")
    given(JOINED).when(command).then(LAPSED)
    command = ChangeMembership(person=P, change="upgraded", on="2014-06-01", category="full")
    given(JOINED).when(command).then(changed(2, "upgraded", "2014-06-01", category="full"))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"change": "lapsed", "on": "2999-01-01"}, "future-dated"),
        ({"change": "lapsed", "on": "2010-02-28"}, "out-of-order"),
        ({"change": "transferred", "on": "2011-01-01"}, "place-missing"),
        ({"change": "upgraded", "on": "2011-01-01", "unit": "x"}, "place-missing"),
        ({"change": "lapsed", "on": "2011-01-01", "person": Q}, "unknown-person"),
    ],
)
def test_refuses_a_change_that_says_too_little_or_cannot_be(fields: dict[str, Any], code: str) -> None:
    given(JOINED).when(ChangeMembership(**{"person": P, **fields})).then_refused(code)


# Suspensions and expulsions

SUSPENDED = recorded(MemberSuspended, f"person/{P}", 2, clause=CLAUSE, on="2015-01-01", voting="loses")
SUSPEND = {"person": P, "on": "2015-01-01", "voting": "loses", "clause": CLAUSE}


def test_suspends_and_lifts() -> None:
    given(JOINED).when(SuspendMember(**SUSPEND)).then(SUSPENDED)
    lifted = recorded(SuspensionLifted, f"person/{P}", 3, on="2015-02-01")
    given(JOINED, SUSPENDED).when(LiftSuspension(person=P, on="2015-02-01")).then(lifted)
    found = folded(JOINED, SUSPENDED, lifted)
    days = ("2014-12-31", "2015-01-01", "2015-01-31", "2015-02-01")
    assert [bool(found.suspended_on(day)) for day in days] == [False, True, True, False]
    assert found.member_on("2015-01-15")


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ((JOINED,), {"voting": None}, "voting-effect-missing"),
        ((JOINED,), {"until": "2015-01-01"}, "impossible-order"),
        ((JOINED,), {"on": "2999-01-01"}, "future-dated"),
        ((JOINED, SUSPENDED), {"on": "2015-06-01"}, "already-suspended"),
        ((JOINED, LAPSED), {}, "not-a-member"),
        ((JOINED,), {"decision": "d1"}, "body-missing"),
        ((), {}, "unknown-person"),
    ],
)
def test_refuses_a_suspension(before: tuple[Event, ...], changes: dict[str, Any], code: str) -> None:
    given(*before).when(SuspendMember(**{**SUSPEND, **changes})).then_refused(code)


def test_refuses_to_lift_what_is_not_in_force() -> None:
    given(JOINED).when(LiftSuspension(person=P, on="2015-02-01")).then_refused("not-suspended")
    given(JOINED, SUSPENDED).when(LiftSuspension(person=P, on="2014-02-01")).then_refused("impossible-order")


def test_expels_and_readmits_with_a_gap_between() -> None:
    expelled = recorded(MemberExpelled, f"person/{P}", 2, clause=CLAUSE, on="2015-01-01")
    command = ExpelMember(person=P, on="2015-01-01", clause=CLAUSE)
    given(JOINED).when(command).then(expelled)
    given(JOINED, expelled).when(command).then_refused("already-expelled")
    given(JOINED, LAPSED).when(command).then_refused("not-a-member")
    back = recorded(MemberReadmitted, f"person/{P}", 3, on="2016-01-01")
    given(JOINED, expelled).when(ReadmitMember(person=P, on="2016-01-01")).then(back)
    given(JOINED, expelled).when(ReadmitMember(person=P, on="2014-01-01")).then_refused("out-of-order")
    given(JOINED).when(ReadmitMember(person=P, on="2016-01-01")).then_refused("not-expelled")
    again = ChangeMembership(person=P, change="rejoined", on="2016-01-01")
    given(JOINED, expelled).when(again).then_refused("bad-transition")
    assert folded(JOINED, expelled, back).gaps("2014-01-01", "2017-01-01") == [("2015-01-01", "2016-01-01")]


# Offices


def test_an_office_is_held_until_it_ceases() -> None:
    held = recorded(OfficeHeld, f"person/{P}", 2, office="whip", on="2010-05-06", source="roll of the party")
    command = HoldOffice(person=P, office="whip", on="2010-05-06", source="roll of the party")
    given(JOINED).when(command).then(held)
    given(JOINED, held).when(command).then_refused("office-held")
    given().when(command).then_refused("unknown-person")
    cease = CeaseOffice(person=P, office="whip", on="2010-09-01", source="a letter")
    ceased = recorded(OfficeCeased, f"person/{P}", 3, office="whip", on="2010-09-01", source="a letter")
    given(JOINED, held).when(cease).then(ceased)
    given(JOINED).when(cease).then_refused("office-not-held")
    given(JOINED, held, ceased).when(command.model_copy(update={"on": "2010-08-01"})).then_refused("office-held")
    found = folded(JOINED, held, ceased)
    assert [bool(found.holds("whip", day)) for day in ("2010-08-31", "2010-09-01")] == [True, False]


# Merges

MERGED = recorded(PersonsMerged, f"merge/{P}", basis=("name-and-birth-date", "email"), kept=Q)
MERGE = MergePersons(dropped=P, kept=Q, basis=("name-and-birth-date", "email"))
BOTH = (member(P), member(Q), member(R))


def test_merges_and_undoes() -> None:
    given(*BOTH).when(MERGE).then(MERGED)
    undone = recorded(MergeUndone, f"merge/{P}", 2, reason="two-people")
    given(*BOTH, MERGED).when(UndoMerge(dropped=P, reason="two-people")).then(undone)
    again = recorded(PersonsMerged, f"merge/{P}", 3, basis=MERGE.basis, kept=Q)
    given(*BOTH, MERGED, undone).when(MERGE).then(again)
    given(*BOTH).when(UndoMerge(dropped=P, reason="two-people")).then_refused("not-merged")


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        (BOTH, {"kept": P}, "same-person"),
        (BOTH, {"kept": "d" * 24}, "unknown-person"),
        (BOTH, {"dropped": "d" * 24}, "unknown-person"),
        ((*BOTH, MERGED), {"kept": R}, "already-merged"),
        ((*BOTH, MERGED), {"dropped": R, "kept": P}, "merged-person"),
        ((*BOTH, MERGED), {"dropped": Q, "kept": P}, "merged-person"),
        (BOTH, {"basis": ("name-and-birth-date",)}, "basis-insufficient"),
        (BOTH, {"basis": ("near", "name-and-birth-date")}, "basis-insufficient"),
    ],
)
def test_refuses_a_merge(before: tuple[Event, ...], changes: dict[str, Any], code: str) -> None:
    given(*before).when(MERGE.model_copy(update=changes)).then_refused(code)


# Certificates

CERTIFY = CertifyList(register_id="unison", affiliate="unison", file=FILE, rows=3, as_of="2015-08-01", levy=2)
CERTIFIED = recorded(
    ListCertified,
    f"certificate/unison/{FILE}",
    affiliate="unison",
    as_of="2015-08-01",
    file=FILE,
    levy=2,
    register_id="unison",
    rows=3,
)
IMPORT = {"register_id": "unison", "affiliate": "unison", "file": FILE, "rows": 3, "levy": 2}


def test_certifies_a_list_again_with_other_numbers_only() -> None:
    given().when(CERTIFY).then(CERTIFIED)
    given(CERTIFIED).when(CERTIFY).then()
    assert given(CERTIFIED).when(CERTIFY.model_copy(update={"rows": 4})).events[0].version == 2
    given(CERTIFIED).when(CERTIFY.model_copy(update={"affiliate": "gmb"})).then_refused("other-affiliate")
    taken = recorded(
        BatchReceived, f"intake/unison/{FILE}", affiliate="unison", file=FILE, register_id="unison", rows=3
    )
    given(CERTIFIED, taken).when(CERTIFY).then()
    given(CERTIFIED, taken).when(CERTIFY.model_copy(update={"rows": 4})).then_refused("list-taken-in")
    given().when(CERTIFY.model_copy(update={"as_of": "2999-01-01"})).then_refused("future-dated")


def test_says_that_a_list_was_late() -> None:
    due = CERTIFY.model_copy(update={"due": "2015-08-12T11:00:00Z"})
    (event,) = given().at("2015-08-12T11:00:01Z").when(due).events
    assert isinstance(event, ListCertified)
    assert event.late
    (event,) = given().at("2015-08-12T11:00:00Z").when(due).events
    assert isinstance(event, ListCertified)
    assert not event.late


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ((), {}, "uncertified-batch"),
        ((CERTIFIED,), {"affiliate": "gmb"}, "uncertified-batch"),
        ((CERTIFIED,), {"rows": 4}, "totals-differ"),
        ((CERTIFIED,), {"levy": 1}, "totals-differ"),
        ((CERTIFIED,), {"levy": None}, "totals-differ"),
        ((CERTIFIED,), {}, "no-rows-given"),
        ((), {"affiliate": None}, "no-rows-given"),
    ],
)
def test_an_affiliates_list_is_taken_in_as_certified(
    before: tuple[Event, ...], changes: dict[str, Any], code: str
) -> None:
    given(*before).when(RegisterMembers(**{**IMPORT, **changes})).then_refused(code)

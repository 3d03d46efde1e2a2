"""Bodies: who has a seat when, who was there, and what they could decide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from scenario import NOW, but, given, happened

from ledger.decision import Command, fold
from ledger.errors import RefusedError
from ledger.streams.body import (
    Body,
    BodyConstituted,
    DecisionTaken,
    Exclusion,
    MemberSeated,
    MemberUnseated,
    MemberVote,
    Seats,
    SittingHeld,
    body_decision,
    body_stream,
    require_decision,
)
from ledger.streams.seat import ConstituteBody, SeatMember, UnseatMember
from ledger.streams.sitting import MEMBERS_MAX, HoldSitting, TakeDecision
from projections.story.story import story
from projections.verify.streams import check_place

STREAM = "body/nec"
SEATED = "2010-01-01T00:00:00Z"
START, END = "2010-05-18T10:00:00Z", "2010-05-18T13:00:00Z"
CLAUSE = "sha256:" + "c" * 64

CONSTITUTE = ConstituteBody(
    body="nec",
    name="National Executive Committee",
    kind="governing-body",
    quorum=3,
    seats=(Seats(section="unions", count=4), Seats(section="mps", count=2)),
    excluded=(Exclusion(capacity="retiring-mp", ref="4.II.2"), Exclusion(capacity="lord", ref="4.II.3", section="mps")),
)
SEAT = SeatMember(body="nec", person="p1", section="unions", seat=1, filled_by="election", effective=SEATED)
MEMBERS = tuple(but(SEAT, person=f"p{number}", seat=number) for number in (1, 2, 3, 4))
UNSEAT = UnseatMember(body="nec", person="p4", reason="resigned")
HOLD = HoldSitting(
    body="nec", sitting="may", start=START, end=END, present=("p1", "p2", "p3", "p4"), minutes_digest=CLAUSE
)
TAKE = TakeDecision(body="nec", decision="d1", sitting="may", motion="That it be so", votes_for=2, votes_against=1)
BODY = (CONSTITUTE, *MEMBERS)
SAT = (*BODY, HOLD)

CONFERENCE = ConstituteBody(body="nec", name="Conference", kind="conference", quorum=100)
GATHERED = but(HOLD, present=(), attended=1_163)


def own(command: Command, **changes: Any) -> dict[str, Any]:
    """The fields of a command, as its event has them."""
    return {name: getattr(command, name) for name in type(command).model_fields.keys() - Command.model_fields} | changes


def body_after(*commands: Command) -> Body:
    return fold(body_stream("nec"), given(*commands).events)


# Constitution


def test_constitutes_a_body() -> None:
    given().when(CONSTITUTE).then(happened(BodyConstituted, STREAM, **own(CONSTITUTE)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seats": (Seats(section="unions", count=3), Seats(section="unions", count=9))}, "duplicate-section"),
        ({"excluded": (Exclusion(capacity="lord", ref="1", section="mp"),)}, "unknown-seat"),
        ({"quorum": 7}, "quorum-unreachable"),
    ],
)
def test_refuses_a_body_that_could_not_work(changes: dict[str, Any], code: str) -> None:
    given().when(but(CONSTITUTE, **changes)).then_refused(code)
    assert given().when(but(CONSTITUTE, quorum=6)).events


def test_refuses_to_constitute_a_body_twice() -> None:
    refused = given(CONSTITUTE).when(CONSTITUTE).then_refused("body-exists")
    assert "National Executive Committee" in str(refused)


@pytest.mark.parametrize("command", [SEAT, UNSEAT, HOLD, TAKE])
def test_refuses_anything_on_a_body_that_was_not_constituted(command: Command) -> None:
    given().when(command).then_refused("unknown-body")


# Seats


def test_seats_a_member_for_a_term() -> None:
    command = but(SEAT, until=END, capacities=("mp", "woman"), contest="nec-2009")
    expected = happened(MemberSeated, STREAM, 2, **own(command)).model_copy(update={"effective": SEATED})
    given(CONSTITUTE).when(command).then(expected)


@pytest.mark.parametrize(("section", "seat"), [("unions", 5), ("mps", 3), ("lords", 1)])
def test_refuses_a_seat_that_the_body_does_not_have(section: str, seat: int) -> None:
    given(CONSTITUTE).when(but(SEAT, section=section, seat=seat)).then_refused("unknown-seat")


def test_suggests_the_section_that_was_meant() -> None:
    refused = given(CONSTITUTE).when(but(SEAT, section="union")).then_refused("unknown-seat")
    assert refused.found == "union (nearest: unions)"


def test_nobody_is_seated_where_nobody_is_seated_by_name() -> None:
    given(CONFERENCE).when(SEAT).then_refused("unknown-seat")


def test_refuses_a_seat_that_is_taken() -> None:
    refused = given(CONSTITUTE, SEAT).when(but(SEAT, person="p2")).then_refused("seat-taken")
    assert refused.found == f"p1 since {SEATED}"


def test_refuses_a_second_seat_for_a_member() -> None:
    given(CONSTITUTE, SEAT).when(but(SEAT, seat=2)).then_refused("already-a-member")


def test_a_seat_is_vacant_from_the_very_end_of_a_term() -> None:
    scene = given(CONSTITUTE, but(SEAT, until=START))
    assert scene.when(but(SEAT, person="p2", effective=START)).events
    before = "2010-05-18T09:59:59Z"
    scene.when(but(SEAT, person="p2", effective=before)).then_refused("seat-taken")


def test_a_seat_cannot_be_taken_before_a_term_that_is_on_record_and_run_into_it() -> None:
    scene = given(CONSTITUTE, but(SEAT, effective=START))
    scene.when(but(SEAT, person="p2", effective=SEATED)).then_refused("seat-taken")
    scene.when(but(SEAT, seat=2, effective=SEATED)).then_refused("already-a-member")
    assert scene.when(but(SEAT, person="p2", effective=SEATED, until=START)).events


def test_refuses_a_term_that_ends_when_it_begins() -> None:
    given(CONSTITUTE).when(but(SEAT, until=SEATED)).then_refused("term-empty")


@pytest.mark.parametrize(
    ("section", "capacity", "is_excluded"),
    [
        ("unions", "retiring-mp", True),
        ("mps", "retiring-mp", True),
        ("mps", "lord", True),
        ("unions", "lord", False),
        ("mps", "mp", False),
    ],
)
def test_refuses_a_member_whom_a_rule_excludes(section: str, capacity: str, is_excluded: bool) -> None:
    when = given(CONSTITUTE).when(but(SEAT, section=section, capacities=("woman", capacity)))
    if is_excluded:
        assert "by 4.II." in str(when.then_refused("excluded-by-rule").expected)
    else:
        assert when.events


def test_unseats_a_member_and_frees_the_seat() -> None:
    given(*BODY).when(UNSEAT).then(happened(MemberUnseated, STREAM, 6, **own(UNSEAT)))
    taken = but(SEAT, person="p9", seat=4, effective=NOW)
    given(*BODY).when(taken).then_refused("seat-taken")
    assert given(*BODY, UNSEAT).when(taken).events


@pytest.mark.parametrize("changes", [{"person": "p5"}, {"effective": "2009-12-31T23:59:59Z"}])
def test_refuses_to_unseat_whoever_has_no_seat_then(changes: dict[str, str]) -> None:
    given(*BODY).when(but(UNSEAT, **changes)).then_refused("not-a-member")


def test_leaving_ends_only_the_term_that_runs_then() -> None:
    again = but(SEAT, person="p4", seat=4, effective=NOW)
    body = body_after(*BODY, but(UNSEAT, effective=START), again)
    assert [(term.since, term.until) for term in body.terms if term.person == "p4"] == [(SEATED, START), (NOW, None)]
    first = but(SEAT, until=START)
    body = body_after(CONSTITUTE, first, but(SEAT, effective=END), but(UNSEAT, person="p1"))
    assert [(term.since, term.until) for term in body.terms] == [(SEATED, START), (END, NOW)]


# Sittings


def test_records_a_sitting_with_the_quorum_it_needed() -> None:
    given(*BODY).when(HOLD).then(happened(SittingHeld, STREAM, 6, **own(HOLD), quorum_needed=3))


def test_records_an_inquorate_sitting() -> None:
    few = but(HOLD, present=("p1", "p2"), apologies=("p3",))
    assert given(*BODY).when(few).events


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end": START}, "sitting-order"),
        ({"end": "2010-09-25T12:00:01Z"}, "sitting-not-over"),
        ({"effective": "2010-05-18T12:59:59Z"}, "sitting-not-over"),
        ({"effective": "2010-09-25T12:00:01Z", "end": "2010-09-25T12:00:01Z"}, "future-dated"),
        ({"attended": 4}, "attendance-unfit"),
        ({"present": ("p1", "p2", "p1")}, "counted-twice"),
        ({"apologies": ("p2",)}, "counted-twice"),
        ({"present": ("p1", "p9")}, "not-a-member"),
        ({"apologies": ("p9",)}, "not-a-member"),
        ({"start": "2009-12-31T23:59:59Z"}, "not-a-member"),
    ],
)
def test_refuses_a_sitting_that_cannot_have_been(changes: dict[str, Any], code: str) -> None:
    given(*BODY).when(but(HOLD, **changes)).then_refused(code)


def test_suggests_the_member_who_was_meant() -> None:
    refused = given(*BODY).when(but(HOLD, present=("p11",))).then_refused("not-a-member")
    assert "(nearest: p1)" in str(refused.found)


def test_refuses_a_sitting_under_the_id_of_another() -> None:
    given(*SAT).when(HOLD).then_refused("sitting-exists")


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        (START, END, True),
        ("2010-05-18T12:59:59Z", "2010-05-18T14:00:00Z", True),
        ("2010-05-18T09:00:00Z", "2010-05-18T10:00:01Z", True),
        ("2010-05-18T11:00:00Z", "2010-05-18T12:00:00Z", True),
        (END, "2010-05-18T14:00:00Z", False),
        ("2010-05-18T09:00:00Z", START, False),
    ],
)
def test_refuses_a_second_record_of_one_sitting_with_others_present(start: str, end: str, overlaps: bool) -> None:
    again = given(*BODY, but(HOLD, present=("p1",))).when(but(HOLD, sitting="june", start=start, end=end))
    if overlaps:
        again.then_refused("sitting-overlaps")
    else:
        assert again.events


def test_whoever_was_unseated_before_a_sitting_was_not_there() -> None:
    scene = given(*BODY, but(UNSEAT, effective=START))
    scene.when(HOLD).then_refused("not-a-member")
    assert scene.when(but(HOLD, present=("p1", "p2", "p3"))).events
    assert given(*BODY, but(UNSEAT, effective="2010-05-18T10:00:01Z")).when(HOLD).events


def test_whose_term_is_over_by_the_sitting_was_not_there() -> None:
    fourth = but(MEMBERS[3], until=START)
    given(CONSTITUTE, *MEMBERS[:3], fourth).when(HOLD).then_refused("not-a-member")
    later = but(fourth, until="2010-05-18T10:00:01Z")
    assert given(CONSTITUTE, *MEMBERS[:3], later).when(HOLD).events


def test_a_conference_says_how_many_attended() -> None:
    given(CONFERENCE).when(but(GATHERED, attended=None)).then_refused("attendance-unfit")
    given(CONFERENCE).when(but(GATHERED, present=("p1",))).then_refused("not-a-member")
    assert given(CONFERENCE).when(GATHERED).events


def test_a_sitting_with_as_many_names_as_may_be_fits_into_a_leaf() -> None:
    from ledger.leaf import LEAF_MAX, encode

    names = tuple(f"{number:064}" for number in range(MEMBERS_MAX))
    votes = tuple(MemberVote(member=name, vote="abstained") for name in names)
    held = happened(SittingHeld, STREAM, **own(HOLD, present=names, apologies=names), quorum_needed=1)
    taken = happened(DecisionTaken, STREAM, **own(TAKE, votes=votes, recused=names))
    assert max(len(encode(each)) for each in (held, taken)) < LEAF_MAX


# Decisions


def test_records_a_decision() -> None:
    given(*SAT).when(TAKE).then(happened(DecisionTaken, STREAM, 7, **own(TAKE)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sitting": "june"}, "unknown-sitting"),
        ({"effective": "2010-05-18T09:59:59Z"}, "before-sitting"),
        ({"votes_for": 4}, "votes-exceed-present"),
        ({"abstained": 2}, "votes-exceed-present"),
        ({"recused": ("p1", "p9")}, "not-a-member"),
        ({"recused": ("p1", "p1")}, "double-vote"),
        ({"recused": ("p1", "p2")}, "inquorate"),
    ],
)
def test_refuses_a_decision_that_cannot_have_been(changes: dict[str, Any], code: str) -> None:
    given(*SAT).when(but(TAKE, **changes)).then_refused(code)


def test_refuses_a_decision_under_the_id_of_another() -> None:
    given(*SAT, TAKE).when(TAKE).then_refused("decision-exists")


def test_refuses_a_decision_of_an_inquorate_sitting_with_both_numbers() -> None:
    few = but(HOLD, present=("p1", "p2"), apologies=("p3",))
    refused = given(*BODY, few).when(but(TAKE, votes_against=0)).then_refused("inquorate")
    assert (refused.expected, refused.found) == ("quorum 3", "present 2")


def test_all_present_may_vote_and_no_more() -> None:
    assert given(*SAT).when(but(TAKE, abstained=1)).events
    refused = given(*SAT).when(but(TAKE, abstained=2)).then_refused("votes-exceed-present")
    assert (refused.expected, refused.found) == ("at most 4 votes, of those present", "5")


def votes(**sides: str) -> tuple[MemberVote, ...]:
    return tuple(MemberVote.model_validate({"member": name, "vote": side}) for name, side in sides.items())


BY_NAME = but(TAKE, votes=votes(p1="for", p2="for", p3="against"))


def test_records_who_voted_how() -> None:
    (event,) = given(*SAT).when(BY_NAME).events
    assert isinstance(event, DecisionTaken)
    assert event.votes == BY_NAME.votes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"votes": (*BY_NAME.votes, *votes(p1="abstained")), "abstained": 1}, "double-vote"),
        ({"recused": ("p3",)}, "double-vote"),
        ({"votes": votes(p1="for", p2="for", p9="against")}, "not-a-member"),
        ({"votes": votes(p1="for", p2="against", p3="against")}, "votes-differ"),
        ({"votes": votes(p1="for", p2="for", p3="against", p4="abstained")}, "votes-differ"),
    ],
)
def test_refuses_votes_by_name_that_cannot_have_been(changes: dict[str, Any], code: str) -> None:
    given(*SAT).when(but(BY_NAME, **changes)).then_refused(code)


def test_a_member_who_was_not_there_does_not_vote() -> None:
    three = but(HOLD, present=("p1", "p2", "p4"), apologies=("p3",))
    given(*BODY, three).when(BY_NAME).then_refused("not-present")
    given(*BODY, three).when(but(TAKE, recused=("p3",))).then_refused("not-present")


def test_whoever_withdrew_makes_no_quorum_and_has_no_vote() -> None:
    assert given(*SAT).when(but(TAKE, recused=("p4",))).events
    given(*SAT).when(but(TAKE, recused=("p4",), abstained=1)).then_refused("votes-exceed-present")
    refused = given(*SAT).when(but(TAKE, recused=("p3", "p4"), votes_against=0)).then_refused("inquorate")
    assert refused.found == "present 2, 2 withdrawn"


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    unordered: dict[str, Any] = {"end": START, "effective": SEATED, "present": ("p9", "p9"), "attended": 4}
    repair: dict[str, Any]
    for code, repair in (
        ("sitting-exists", {"sitting": "june"}),
        ("sitting-order", {"end": END}),
        ("sitting-not-over", {"effective": END}),
        ("sitting-overlaps", {"start": END, "end": "2010-05-18T14:00:00Z", "effective": "2010-05-18T14:00:00Z"}),
        ("attendance-unfit", {"attended": None}),
        ("counted-twice", {"present": ("p9",)}),
        ("not-a-member", {"present": ("p1",)}),
    ):
        given(*SAT).when(but(HOLD, **unordered)).then_refused(code)
        unordered |= repair
    assert given(*SAT).when(but(HOLD, **unordered)).events
    faulty: dict[str, Any] = {
        "sitting": "june",
        "effective": SEATED,
        "votes_for": 9,
        "votes": votes(p9="for", p4="for"),
    }
    faulty |= {"recused": ("p1", "p4", "p2")}
    for code, repair in (
        ("decision-exists", {"decision": "d2"}),
        ("unknown-sitting", {"sitting": "may"}),
        ("before-sitting", {"effective": END}),
        ("not-a-member", {"votes": votes(p3="for", p4="for")}),
        ("double-vote", {"votes": votes(p3="for")}),
        ("inquorate", {"recused": ("p4",)}),
        ("votes-exceed-present", {"votes_for": 2}),
        ("votes-differ", {"votes": votes(p3="for", p1="for", p2="against")}),
    ):
        given(*SAT, TAKE).when(but(TAKE, **faulty)).then_refused(code)
        faulty |= repair
    assert given(*SAT, TAKE).when(but(TAKE, **faulty)).events


@pytest.mark.parametrize(
    ("majority", "in_favour", "against", "abstained", "carried"),
    [
        ("of-votes", 2, 1, 1, True),
        ("of-votes", 2, 2, 0, False),
        ("of-votes", 0, 0, 4, False),
        ("of-present", 2, 1, 1, False),
        ("of-present", 3, 1, 0, True),
        ("two-thirds-of-votes", 2, 1, 1, True),
        ("two-thirds-of-votes", 2, 2, 0, False),
        ("two-thirds-of-votes", 0, 0, 4, False),
    ],
)
def test_whether_a_motion_carries_follows_from_votes_and_majority(
    majority: str, in_favour: int, against: int, abstained: int, carried: bool
) -> None:
    numbers = {"votes_for": in_favour, "votes_against": against, "abstained": abstained}
    body = body_after(*SAT, but(TAKE, majority=majority, **numbers))
    found = body_decision(body, "d1")
    assert found
    assert (found.present, found.quorate, found.carried) == (4, True, carried)
    if carried:
        require_decision(body, "d1", END, "rule book")
    else:
        with pytest.raises(RefusedError, match=f"^decision-not-carried: .* found {in_favour} for, {against} against"):
            require_decision(body, "d1", END, "rule book")


def test_those_who_withdrew_are_not_of_those_present_for_a_majority() -> None:
    body = body_after(*SAT, but(TAKE, majority="of-present", recused=("p4",)))
    found = body_decision(body, "d1")
    assert found
    assert (found.present, found.carried) == (3, True)


def test_a_decision_that_was_never_taken_is_none_and_cannot_be_relied_on() -> None:
    body = body_after(*SAT, TAKE)
    assert body_decision(body, "d2") is None
    with pytest.raises(RefusedError, match=r"^unknown-decision: .* found d2 \(nearest: d1\)"):
        require_decision(body, "d2", END, "rule book")
    require_decision(body_stream("nec"), "d1", END, "rule book")  # of a body not constituted here nothing is known


def test_a_decision_falls_when_it_comes_out_that_too_few_were_members() -> None:
    """The sitting stays as it was recorded; what is known by now says that it was no quorum."""
    three = but(HOLD, present=("p1", "p2", "p4"))
    body = body_after(*BODY, three, TAKE, but(UNSEAT, effective="2010-05-17T00:00:00Z"))
    found = body_decision(body, "d1")
    assert found
    assert (found.present, found.quorate, found.carried) == (2, False, False)
    assert body.strangers(body.sittings["may"]) == ("p4",)
    with pytest.raises(RefusedError, match=r"^inquorate: .* expected quorum 3 for d1, found present 2"):
        require_decision(body, "d1", END, "rule book")


def test_a_conference_decides_by_the_number_that_attended() -> None:
    scene = given(CONFERENCE, GATHERED)
    motion = but(TAKE, votes_for=1_000, votes_against=163)
    assert scene.when(motion).events
    scene.when(but(motion, abstained=1)).then_refused("votes-exceed-present")
    assert scene.when(but(TAKE, recused=("delegate-1",))).events
    given(CONFERENCE, but(GATHERED, attended=99)).when(TAKE).then_refused("inquorate")


SIDES = ("for", "against", "abstained")


@settings(max_examples=60, deadline=None)
@drawn(
    st.sets(st.sampled_from(["p1", "p2", "p3", "p4"])),
    st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3", "p4"]), st.sampled_from(SIDES)), max_size=5),
    st.sets(st.sampled_from(["p1", "p2", "p3", "p4"]), max_size=2),
)
def test_what_is_recorded_could_have_been(present: set[str], cast: list[tuple[str, str]], recused: set[str]) -> None:
    """Whatever is decided by name: voters are present, distinct and not recused, and there are enough of them."""
    numbers = {
        field: sum(side == which for _, side in cast)
        for field, which in zip(("votes_for", "votes_against", "abstained"), SIDES, strict=True)
    }
    named = tuple(MemberVote.model_validate({"member": name, "vote": side}) for name, side in cast)
    command = but(TAKE, **numbers, votes=named, recused=tuple(sorted(recused)))
    when = given(*BODY, but(HOLD, present=tuple(sorted(present)))).when(command)
    names = [name for name, _ in cast]
    fit = set(names) <= present - recused and recused <= present and len(set(names)) == len(names)
    assert (when.refused is None) == (fit and len(present - recused) >= CONSTITUTE.quorum)


# Told in sentences


def told(*commands: Command) -> str:
    """The story of the last event."""
    (last,) = story([(9, given(*commands).events[-1])])
    return " ".join(last.sentences)


def test_tells_of_a_body() -> None:
    assert told(but(CONSTITUTE, clause=CLAUSE)) == (
        'On 25 September 2010 at 12:00:00 UTC the returning-officer constituted body nec, "National Executive '
        'Committee", a governing body, under clause sha256:cccccccccccc.... It has 4 seats for unions and 2 seats for '
        'mps; it decides with a quorum of 3. Nobody in the capacity retiring-mp may be seated, by "4.II.2". Nobody in '
        'the capacity lord may be seated for mps, by "4.II.3".'
    )
    assert told(CONFERENCE).endswith("Nobody is seated by name; it decides with a quorum of 100.")


def test_tells_of_members() -> None:
    seated = but(SEAT, until=START, capacities=("mp",), contest="nec-2009")
    assert told(CONSTITUTE, seated) == (
        "On 1 January 2010 at 00:00:00 UTC the returning-officer seated person p1 on body nec, unions 1, by election "
        "in contest nec-2009, until 18 May 2010 at 10:00:00 UTC. They sit as mp."
    )
    assert told(*BODY, UNSEAT).endswith("unseated person p4 from body nec, who gave up the seat.")


def test_tells_of_sittings() -> None:
    assert told(*BODY, but(HOLD, present=("p1", "p2"), apologies=("p3",), place="Victoria Street")) == (
        "On 25 September 2010 at 12:00:00 UTC the returning-officer recorded sitting may of body nec, at "
        '"Victoria Street", from 18 May 2010 at 10:00:00 UTC to 18 May 2010 at 13:00:00 UTC. Present were 2: p1 and '
        "p2, and 1 apology came in. The sitting was inquorate (present 2, quorum 3): it could decide nothing. Its "
        "minutes have the hash sha256:cccccccccccc...."
    )
    assert "Present were 1,163. That is a quorum, which is 100." in told(CONFERENCE, GATHERED)


def test_tells_of_decisions() -> None:
    adopted = but(BY_NAME, recused=("p4",), amends=CLAUSE, text_digest="sha256:" + "d" * 64)
    assert told(*SAT, adopted) == (
        "On 25 September 2010 at 12:00:00 UTC the returning-officer recorded decision d1 of body nec, taken at sitting "
        'may, on the motion "That it be so". Votes: 2 for, 1 against, 0 abstained; more votes for than against carry '
        "it. By name: p1 for, p2 for and p3 against. Withdrew, and had no vote: p4. It amends clause "
        "sha256:cccccccccccc.... Its text has the hash sha256:dddddddddddd...."
    )


# Verified


def test_verification_finds_an_event_of_one_body_on_the_stream_of_another() -> None:
    for event in given(*SAT, TAKE, UNSEAT).events:
        assert list(check_place(0, event)) == []
        (finding,) = check_place(0, event.model_copy(update={"stream": "body/ncc"}))
        assert (finding.code, finding.expected, finding.found) == ("stream-differs", STREAM, "body/ncc")

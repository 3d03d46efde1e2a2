"""Interests: declared, ended, never forgotten, and whom they bar from deciding."""

from __future__ import annotations

from typing import Any

import pytest
from scenario import CALL_ELECTION, DEFINED, NOW, but, given, happened

from ledger.decision import Command, fold
from ledger.streams.interest import (
    DeclareInterest,
    Interest,
    InterestDeclared,
    InterestWithdrawn,
    WithdrawInterest,
    conflict,
    interests_stream,
)
from projections.story.story import story

STREAM = "interest/p1"
SINCE, UNTIL = "2010-09-01T00:00:00Z", "2010-09-10T00:00:00Z"
DECLARE = DeclareInterest(
    person="p1", interest="i1", kind="endorsement", contest="leader", candidate="a", since=SINCE, source="a public list"
)
WITHDRAW = WithdrawInterest(person="p1", interest="i1", effective=UNTIL)


def held(*commands: Command) -> tuple[Interest, ...]:
    return tuple(fold(interests_stream("p1"), given(*commands).events).declared.values())


def test_declares_an_interest_held_since_a_moment() -> None:
    own = {name: getattr(DECLARE, name) for name in DeclareInterest.model_fields.keys() - Command.model_fields}
    given().when(DECLARE).then(happened(InterestDeclared, STREAM, **own))
    (event,) = given().when(but(DECLARE, since=None)).events
    assert isinstance(event, InterestDeclared)
    assert event.since == NOW


def test_an_interest_may_be_declared_before_its_contest_is_defined() -> None:
    assert given(CALL_ELECTION).when(but(DECLARE, candidate="z")).events


def test_refuses_a_candidate_whom_the_contest_does_not_have() -> None:
    refused = given(*DEFINED).when(but(DECLARE, candidate="aa")).then_refused("unknown-subject")
    assert refused.found == "aa (nearest: a)"
    assert given(*DEFINED).when(DECLARE).events
    assert given(*DEFINED).when(but(DECLARE, candidate=None)).events


def test_refuses_an_interest_under_the_id_of_another() -> None:
    given(DECLARE).when(DECLARE).then_refused("interest-exists")
    given(DECLARE, WITHDRAW).when(DECLARE).then_refused("interest-exists")
    assert given(DECLARE).when(but(DECLARE, interest="i2")).events


def test_an_interest_that_ended_stays_on_record() -> None:
    ended = happened(InterestWithdrawn, STREAM, 2, interest="i1", person="p1").model_copy(update={"effective": UNTIL})
    given(DECLARE).when(WITHDRAW).then(ended)
    (interest,) = held(DECLARE, WITHDRAW)
    assert (interest.since, interest.until) == (SINCE, UNTIL)


@pytest.mark.parametrize(
    ("history", "changes", "code"),
    [
        ((), {}, "unknown-interest"),
        ((DECLARE,), {"interest": "i2"}, "unknown-interest"),
        ((DECLARE, WITHDRAW), {}, "already-withdrawn"),
        ((DECLARE,), {"effective": SINCE}, "term-empty"),
    ],
)
def test_refuses_to_end_what_is_not_held(history: tuple[Command, ...], changes: dict[str, str], code: str) -> None:
    given(*history).when(but(WITHDRAW, **changes)).then_refused(code)


@pytest.mark.parametrize(
    ("contest", "candidates", "moment", "is_barred"),
    [
        ("leader", ("a",), SINCE, True),
        ("leader", ("b", "a"), SINCE, True),
        ("leader", ("b",), SINCE, False),
        ("leader", (), SINCE, True),
        ("deputy", ("a",), SINCE, False),
        ("leader", ("a",), "2010-08-31T23:59:59Z", False),
        ("leader", ("a",), "2010-09-09T23:59:59Z", True),
        ("leader", ("a",), UNTIL, False),
    ],
)
def test_an_interest_bars_from_deciding_on_its_candidate_while_it_is_held(
    contest: str, candidates: tuple[str, ...], moment: str, is_barred: bool
) -> None:
    interests = held(DECLARE, WITHDRAW)
    assert conflict(interests, contest, candidates, moment) == (interests if is_barred else ())


def test_an_interest_in_the_whole_contest_bars_from_deciding_on_anybody_in_it() -> None:
    interests = held(but(DECLARE, candidate=None))
    assert conflict(interests, "leader", ("b",), NOW) == interests
    assert conflict(interests, "deputy", ("b",), NOW) == ()


def test_names_the_interest_held_longest_first() -> None:
    second: dict[str, Any] = {"interest": "i2", "since": "2009-01-01T00:00:00Z", "kind": "employment"}
    interests = held(DECLARE, but(DECLARE, **second))
    assert [each.kind for each in conflict(interests, "leader", ("a",), NOW)] == ["employment", "endorsement"]


def told(*commands: Command) -> str:
    (last,) = story([(9, given(*commands).events[-1])])
    return " ".join(last.sentences)


def test_tells_of_interests() -> None:
    assert told(DECLARE) == (
        "On 25 September 2010 at 12:00:00 UTC the returning-officer declared interest i1 of p1, an endorsement, held "
        'since 1 September 2010 at 00:00:00 UTC, in a of contest leader. Its source is "a public list".'
    )
    assert "in the whole of contest leader" in told(but(DECLARE, candidate=None))
    assert told(DECLARE, WITHDRAW).endswith(
        "recorded that interest i1 of p1 ended. It was held until then, and what was declared stays on record."
    )

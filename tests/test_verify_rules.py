"""What `pollbook verify` finds of rules and documents that no desk would have taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from scenario import CALL_ELECTION, NOW, but, given
from test_body import CONSTITUTE, SAT, TAKE, UNSEAT
from test_document import PUBLISH, WITHDRAW
from test_interest import DECLARE
from test_interest import WITHDRAW as WITHDRAW_INTEREST
from test_rulebook import ADOPT, ADVICE_HASH, AMEND, INTERPRET, ISSUE, LONG_AGO, REPEAL

from ledger.decision import fold
from ledger.event import Event
from ledger.streams.rulebook import rulebook_stream
from projections.verify.rules import check_rules

Events = list[Event]
Forgery = Callable[[Events], None]
WHOLE = (CALL_ELECTION, ADOPT, ISSUE, INTERPRET, PUBLISH, WITHDRAW, AMEND, REPEAL)
CALLED, BOOK, GUIDELINES, ANSWER, CODE, WITHDRAWN, AMENDED, REPEALED = range(len(WHOLE))
JUST_BEFORE, LONG_BEFORE = "2010-09-25T11:55:00Z", "2010-09-25T11:54:59Z"


def change(position: int, **fields: Any) -> Forgery:
    def forge(events: Events) -> None:
        events[position] = events[position].model_copy(update=fields)

    return forge


def without(position: int) -> Forgery:
    return lambda events: events.__delitem__(position)


def found(events: Events) -> list[str]:
    return [finding.id for finding in check_rules(list(enumerate(events)))]


def test_finds_nothing_in_what_was_decided() -> None:
    assert found(list(given(*WHOLE).events)) == []


def test_lets_a_moment_pass_between_decision_and_recording() -> None:
    events = list(given(*WHOLE).events)
    change(AMENDED, in_force_from=JUST_BEFORE, effective=JUST_BEFORE)(events)
    assert found(events) == []


@pytest.mark.parametrize(
    ("forge", "finding"),
    [
        (change(AMENDED, adopted_by="nec"), f"E8:rule-change-needs:{AMENDED}"),
        (change(AMENDED, in_force_from=LONG_BEFORE, effective=LONG_AGO), f"E8:retrospective-rule:{AMENDED}"),
        (change(AMENDED, rulebook="other"), f"E8:unknown-rulebook:{AMENDED}"),
        (change(AMENDED, effective="2010-09-25T12:00:01Z"), f"E8:future-dated:{AMENDED}"),
        (change(REPEALED, adopted_by="committee"), f"E8:rule-change-needs:{REPEALED}"),
        (change(REPEALED, ref="4.II.9"), f"E8:unknown-clause:{REPEALED}"),
        (change(BOOK, clauses=()), f"E8:field-differs:{BOOK}"),
        (change(GUIDELINES, edition=2), f"E8:field-differs:{GUIDELINES}"),
        (change(GUIDELINES, under=ADVICE_HASH), f"E8:not-binding:{GUIDELINES}"),
        (change(GUIDELINES, in_force_from=LONG_AGO), f"E8:retrospective-rule:{GUIDELINES}"),
        (change(ANSWER, effective="2000-02-28T23:59:59Z"), f"E8:clause-not-in-force:{ANSWER}"),
        (change(ANSWER, number=7), f"E8:field-differs:{ANSWER}"),
        (change(CODE, kind="guidance"), f"E8:expectation-with-sanction:{CODE}"),
        (change(CODE, sanction=ADVICE_HASH), f"E8:not-binding:{CODE}"),
        (change(CODE, in_force_from=LONG_AGO), f"E8:retrospective-rule:{CODE}"),
        (change(CODE, addressed_to=()), f"E8:field-differs:{CODE}"),
        (change(WITHDRAWN, document="other"), f"E8:unknown-document:{WITHDRAWN}"),
        (without(CALLED), f"E8:unknown-election:{GUIDELINES - 1}"),
    ],
)
def test_finds(forge: Forgery, finding: str) -> None:
    events = list(given(*WHOLE).events)
    forge(events)
    assert finding in found(events)


@pytest.mark.parametrize("stream", ["rulebook/greens", "document", "key/x"])
def test_an_event_on_a_stream_of_another_name_is_no_stumbling_block(stream: str) -> None:
    events = list(given(*WHOLE).events)
    for position in (BOOK, CODE):
        change(position, stream=stream)(events)
    assert f"E8:unknown-rulebook:{AMENDED}" in found(events)


def test_a_time_before_all_times_is_no_stumbling_block() -> None:
    events = list(given(*WHOLE).events)
    change(AMENDED, recorded="0001-01-01T00:00:00Z", effective=NOW)(events)
    assert f"E8:future-dated:{AMENDED}" in found(events)


def test_what_stands_on_a_stream_of_another_name_counts_for_nobody_there() -> None:
    events = list(given(*WHOLE).events)
    greens = but(ADOPT, organisation="greens")
    change(BOOK, stream="rulebook/greens")(events)
    change(WITHDRAWN, stream="rulebook/labour")(events)
    events += given(greens).events
    assert not any(finding.endswith(f":{len(WHOLE)}") for finding in found(events))


def test_finds_a_clause_that_was_not_in_force_when_something_rested_on_it() -> None:
    events = list(given(*WHOLE).events)
    book = fold(rulebook_stream(ADOPT.organisation), events[BOOK : BOOK + 1])
    clause = next(iter(book.in_force(LONG_AGO)))
    rested = given(CONSTITUTE.model_copy(update={"clause": clause})).events[0]
    assert found([*events, rested.model_copy(update={"effective": LONG_AGO})]) == []
    before = "1900-01-01T00:00:00Z"
    assert found([*events, rested.model_copy(update={"effective": before})]) == [
        f"E8:clause-not-in-force:{len(events)}"
    ]
    assert found([rested]) == ["E8:unknown-clause:0"]


def test_finds_a_rule_decided_by_a_sitting_that_could_not() -> None:
    decided = but(ADOPT, adopted_by="nec", decision="d-1")
    events = list(given(CALL_ELECTION, decided).events)
    assert found(events) == []  # of a body that is not constituted here nothing is known
    constituted = list(given(CONSTITUTE).events)
    assert found([*constituted, *events]) == [f"E8:unknown-decision:{len(constituted) + 1}"]


BODIES = (*SAT, TAKE, but(UNSEAT, effective="2010-06-01T00:00:00Z"))
MEMBER, SITTING, TAKEN, LEFT = 1, len(SAT) - 1, len(SAT), len(SAT) + 1


def again(events: list[Event]) -> None:
    """Record the sitting once more under another id, with a quorum that it did not have."""
    sat = events[SITTING]
    events.append(sat.model_copy(update={"sitting": "june", "version": len(events) + 1}))


def test_finds_nothing_in_a_body_that_sat_as_it_should() -> None:
    assert found(list(given(*BODIES).events)) == []


@pytest.mark.parametrize(
    ("forge", "finding"),
    [
        (change(0, quorum=99), "E9:quorum-unreachable:0"),
        (change(MEMBER, capacities=("retiring-mp",)), f"E9:excluded-by-rule:{MEMBER}"),
        (change(MEMBER + 1, seat=1), f"E9:seat-taken:{MEMBER + 1}"),
        (change(SITTING, present=("p1", "p9")), f"E9:not-a-member:{SITTING}"),
        (change(SITTING, present=("p1", "p2")), f"E9:inquorate:{TAKEN}"),
        (again, f"E9:sitting-overlaps:{len(given(*BODIES).events)}"),
        (change(SITTING, quorum_needed=1), f"E9:field-differs:{SITTING}"),
        (change(TAKEN, votes_for=4), f"E9:votes-exceed-present:{TAKEN}"),
        (change(TAKEN, recused=("p1", "p2")), f"E9:inquorate:{TAKEN}"),
        (change(LEFT, person="p9"), f"E9:not-a-member:{LEFT}"),
    ],
)
def test_finds_what_a_body_could_not_have_done(forge: Forgery, finding: str) -> None:
    events = list(given(*BODIES).events)
    forge(events)
    assert finding in found(events)


DECLARED = (DECLARE, but(WITHDRAW_INTEREST, effective=NOW))


def later(kind: int, **fields: Any) -> Forgery:
    """Record once more what is on record of an interest, otherwise."""
    return lambda events: events.append(events[kind].model_copy(update={"version": len(events) + 1, **fields}))


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (later(0, since="2099-01-01T00:00:00Z"), "interest-exists"),  # which would end the bar, unseen
        (later(1, effective="2010-09-24T12:00:00Z"), "already-withdrawn"),
        (lambda events: events.pop(0), "unknown-interest"),
    ],
)
def test_finds_an_interest_that_is_declared_or_withdrawn_otherwise_than_the_desk_takes_it(
    forge: Forgery, code: str
) -> None:
    events = list(given(*DECLARED).events)
    assert found(events) == []
    forge(events)
    assert found(events) == [f"E9:{code}:{len(events) - 1}"]

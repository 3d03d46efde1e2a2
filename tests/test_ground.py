"""Grounds: adopted before they are used, with a way to appeal or the clause that there is none."""

from __future__ import annotations

from typing import Any

import pytest
from scenario import CALL_ELECTION, but, given, happened

from ledger.decision import fold
from ledger.streams.election import ElectionCalled
from ledger.streams.ground import AdoptGround, GroundAdopted, Grounds, ground_stream

STREAM = "ground/labour"
JUNE = "2010-06-01T12:00:00Z"
HASH = "sha256:" + "7" * 64
ADOPT = AdoptGround(
    election="labour",
    ground="not-on-roll",
    title="Not on the electoral roll",
    tests=("the register has no such entry",),
    evidence="A",
    decided_by="officer",
    cure_hours=72,
    appeal="the appeals panel",
    effective=JUNE,
)


def test_adopts_a_ground() -> None:
    fields: dict[str, Any] = {n: v for n, v in dict(ADOPT).items() if v is not None and n != "effective"}
    expected = happened(GroundAdopted, STREAM, **fields, published=JUNE)
    given(CALL_ELECTION).when(ADOPT).then(expected.model_copy(update={"effective": JUNE}))


def test_adopts_a_ground_without_appeal_or_cure_under_the_clause_that_says_so() -> None:
    harsh = but(
        ADOPT, appeal=None, no_appeal=HASH, cure_hours=None, bar_days=1826, clause=HASH, body="nec", decision="nec-2"
    )
    (event,) = given(CALL_ELECTION).when(harsh).events
    assert isinstance(event, GroundAdopted)
    assert (event.appeal, event.cure_hours, event.bar_days, event.no_appeal) == (None, None, 1826, HASH)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"published": "2010-09-25T12:00:01Z"}, "future-dated"),
        ({"published": "2010-06-01T12:00:01Z"}, "retrospective-ground"),
        ({"appeal": None}, "appeal-route-missing"),
        ({"no_appeal": HASH}, "appeal-route-unclear"),
    ],
)
def test_refuses_each_fault(changes: dict[str, Any], code: str) -> None:
    given(CALL_ELECTION).when(but(ADOPT, **changes)).then_refused(code)


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    faulty = but(ADOPT, appeal=None, published="2010-06-02T12:00:00Z")
    given().when(faulty).then_refused("unknown-election")
    given(CALL_ELECTION).when(but(faulty, published="2011-01-01T12:00:00Z")).then_refused("future-dated")
    given(CALL_ELECTION).when(faulty).then_refused("retrospective-ground")
    given(CALL_ELECTION).when(but(faulty, published=None)).then_refused("appeal-route-missing")


def test_a_new_version_holds_from_when_it_takes_effect() -> None:
    july = "2010-07-01T12:00:00Z"
    commands = (
        but(ADOPT, evidence="C"),
        ADOPT,
        but(ADOPT, evidence="B", effective=july),
        but(ADOPT, ground="twice", evidence="C"),
    )
    events = [event for event in given(CALL_ELECTION, *commands).events if event.stream == STREAM]
    grounds = fold(ground_stream("labour"), events)

    def evidence(ground: str, at: str) -> str | None:
        found = grounds.in_force(ground, at)
        return found.evidence if found else None

    assert [evidence("not-on-roll", at) for at in ("2010-06-01T11:59:59Z", JUNE, july)] == [None, "A", "B"]
    assert evidence("twice", july) == "C"
    assert evidence("unknown", july) is None


def test_grounds_do_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to grounds"):
        fold(Grounds(STREAM), [event])

"""Clauses that decisions rest on are in force, at the desk; and rules rest on what constituted bodies decided."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scenario import CALL_ELECTION, but, given
from stores import LedgerPlace, desk_at, meddling_clock, refusal_of, submit
from test_body import CONSTITUTE, SAT, TAKE
from test_rulebook import ADOPT, FEE_HASH, LATER, LONG_AGO

from ledger.desk import Desk
from ledger.streams.amendment import RepealRule
from ledger.streams.body import BodyConstituted

RESTED = but(CONSTITUTE, clause=FEE_HASH)
AFTER = "2010-11-01T00:00:00Z"
REPEAL = RepealRule(
    organisation="labour", rulebook="book-2010", ref="4.II.3", adopted_by="committee", in_force_from=AFTER
)


@pytest.fixture
def desk(ledger_place: LedgerPlace) -> Iterator[Desk]:
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        yield desk


def test_takes_what_rests_on_a_clause_in_force(desk: Desk) -> None:
    submit(desk, ADOPT, RESTED)
    (_, event) = desk.ledger.stream("body/nec")[0]
    assert isinstance(event, BodyConstituted)
    assert event.clause == FEE_HASH


def test_refuses_a_clause_that_no_rule_book_has(desk: Desk) -> None:
    assert refusal_of(desk, RESTED).startswith("unknown-clause: constitute-body by clerk, field clause: expected ")
    submit(desk, ADOPT)
    wrong = FEE_HASH[:-1] + ("0" if FEE_HASH[-1] != "0" else "1")
    assert FEE_HASH in refusal_of(desk, but(RESTED, clause=wrong))  # the nearest match


def test_refuses_a_clause_that_was_not_in_force_when_it_took_effect(desk: Desk) -> None:
    submit(desk, ADOPT)
    assert refusal_of(desk, but(RESTED, effective="1999-12-31T23:59:59Z")).startswith("clause-not-in-force: ")
    submit(desk, but(RESTED, effective=LONG_AGO))


def test_decides_anew_where_the_clause_is_repealed_meanwhile(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place, clock=lambda: LATER) as other:
        submit(other, ADOPT, CALL_ELECTION)

        def meddle(decision: int) -> None:
            if not decision:
                submit(other, but(REPEAL, in_force_from=LATER, effective=LATER))

        with desk_at(ledger_place, clock=meddling_clock(meddle)) as desk:
            assert refusal_of(desk, but(RESTED, effective=AFTER)).startswith("clause-not-in-force: ")


@pytest.mark.parametrize(
    ("decision", "code"),
    [(None, "decision-missing"), ("d2", "unknown-decision"), ("lost", "decision-not-carried"), ("d1", "")],
)
def test_a_body_that_is_constituted_makes_rules_only_by_decisions_it_took(decision: str | None, code: str) -> None:
    decided = given(*SAT, TAKE, but(TAKE, decision="lost", votes_for=1, votes_against=2))
    adopt = but(ADOPT, adopted_by="nec", decision=decision)
    if code:
        decided.when(adopt).then_refused(code)
    else:
        assert len(given(*SAT, TAKE, adopt).events) == len(given(*SAT, TAKE).events) + 1

"""Franchises as data: what a sound one is, what each test says of the facts on record, and adopting one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from rolls import ADOPT, COLLEGE, MEMBERS, ONE_EACH, category, franchise
from scenario import CALL_ELECTION, but, given, happened

from ledger.decision import fold
from ledger.roll_figures import RollFigures
from ledger.rules.day import months_before
from ledger.rules.eligibility import Facts, Office, Spell, Suspension, evaluate
from ledger.rules.franchise import Category, franchise_hash
from ledger.streams.election import ElectionCalled
from ledger.streams.franchise import Adopted, FranchiseAdopted, franchise_stream
from ledger.streams.freeze import FreezeRoll

NO_ROOT = "sha256:" + "0" * 64
EMPTY = RollFigures(1, NO_ROOT, {})
STREAM = "franchise/labour"
SUPPORTERS: dict[str, Any] = {"category": "supporters", "by": "application", "section": "members", "tests": []}
GAP = (Spell("2010-03-01", "2014-02-01"), Spell("2016-03-01", None))


def rule_test(**fields: Any) -> Any:
    """A test as a rule has it."""
    return category("x", "", "", fields).tests[0]


def outcome(facts: Facts, **fields: Any) -> str:
    verdict = evaluate(rule_test(**fields), facts)
    assert (verdict.code, verdict.source) == (fields["test"], facts.source)
    assert verdict.why
    return verdict.outcome


def of(*spells: Spell, **fields: Any) -> Facts:
    return Facts("person/x", spells, **fields)


# Tests of membership


@pytest.mark.parametrize(
    ("spells", "day", "expected"),
    [
        ((Spell("2010-06-24", None),), "2010-06-24", "passed"),
        ((Spell("2010-06-25", None),), "2010-06-24", "failed"),
        ((Spell("2009-01-01", "2010-06-24"),), "2010-06-24", "failed"),  # the first day without
        ((Spell("2009-01-01", "2010-06-25"),), "2010-06-24", "passed"),
        (GAP, "2015-06-24", "failed"),
        (GAP, "2016-03-01", "passed"),
        ((Spell(None, None),), "2010-06-24", "outstanding"),
        ((Spell(None, "2010-06-24"),), "2010-06-24", "failed"),  # whenever it began
        ((), "2010-06-24", "failed"),
    ],
)
def test_membership_on_a_day(spells: tuple[Spell, ...], day: str, expected: str) -> None:
    assert outcome(of(*spells), test="member-on", day=day) == expected


@pytest.mark.parametrize(
    ("spells", "months", "to", "expected"),
    [
        ((Spell("2016-01-12", None),), 6, "2016-07-12", "passed"),
        ((Spell("2016-01-13", None),), 6, "2016-07-12", "failed"),
        ((Spell("2015-01-01", "2016-07-12"),), 6, "2016-07-12", "failed"),
        (GAP, 6, "2016-07-12", "failed"),  # joined 2010, and yet
        (GAP, 4, "2016-07-12", "passed"),
        ((Spell(None, None),), 6, "2016-07-12", "outstanding"),
    ],
)
def test_membership_without_a_gap(spells: tuple[Spell, ...], months: int, to: str, expected: str) -> None:
    assert outcome(of(*spells), test="continuous", months=months, to=to) == expected


def test_a_gap_is_shown() -> None:
    why = evaluate(rule_test(test="continuous", months=6, to="2016-07-12"), of(*GAP)).why
    spells = "member from 2010-03-01 until 2014-02-01, and from 2016-03-01 on"
    assert why == f"{spells}; membership from 2016-01-12 to 2016-07-12 without a gap is asked for"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2016-07-12", 6, "2016-01-12"),
        ("2015-08-31", 6, "2015-02-28"),
        ("2016-08-31", 6, "2016-02-29"),
        ("2016-01-31", 1, "2015-12-31"),
        ("0001-03-01", 12, "0001-01-01"),
        ("2016-07-12", 0, "2016-07-12"),
    ],
)
def test_months_run_from_date_to_corresponding_date(day: str, months: int, expected: str) -> None:
    assert months_before(day, months) == expected


def test_joining_by_a_day_looks_at_the_last_spell() -> None:
    assert outcome(of(Spell("2010-01-01", None)), test="joined-by", day="2010-01-01") == "passed"
    assert outcome(of(Spell("2010-01-02", None)), test="joined-by", day="2010-01-01") == "failed"
    assert outcome(of(*GAP), test="joined-by", day="2015-01-01") == "failed"
    assert outcome(of(Spell(None, None)), test="joined-by", day="2015-01-01") == "outstanding"
    assert outcome(of(), test="joined-by", day="2015-01-01") == "failed"


@pytest.mark.parametrize(
    ("suspension", "expected"),
    [
        (Suspension("2010-06-24", None, "loses"), "failed"),
        (Suspension("2010-06-24", None, "keeps"), "passed"),
        (Suspension("2010-06-25", None, "loses"), "passed"),
        (Suspension("2010-06-01", "2010-06-24", "loses"), "passed"),
        (Suspension("2010-06-01", "2010-06-25", "loses"), "failed"),
    ],
)
def test_a_suspension_takes_the_vote_only_where_it_says_so(suspension: Suspension, expected: str) -> None:
    facts = of(suspensions=(suspension,))
    assert outcome(facts, test="not-suspended", on="2010-06-24") == expected


def test_of_two_suspensions_one_that_takes_the_vote_is_enough() -> None:
    both = (Suspension("2010-06-01", None, "keeps"), Suspension("2010-06-01", None, "loses"))
    assert outcome(of(suspensions=both), test="not-suspended", on="2010-06-24") == "failed"


def test_an_office_is_held_on_a_day() -> None:
    facts = of(offices=(Office("mp", "2005-05-05", "2010-05-06"), Office("mep", "2009-06-04", None)))
    assert outcome(facts, test="office-held", office="mp", on="2010-05-05") == "passed"
    assert outcome(facts, test="office-held", office="mp", on="2010-05-06") == "failed"
    assert outcome(facts, test="office-held", office="mep", on="2010-05-06") == "passed"


@pytest.mark.parametrize(("fact", "expected"), [(True, "passed"), (False, "failed"), (None, "outstanding")])
@pytest.mark.parametrize(("kind", "name"), [("declaration", "declared"), ("levy", "levy"), ("certified", "certified")])
def test_what_is_not_on_record_is_outstanding(kind: str, name: str, fact: bool | None, expected: str) -> None:
    facts: dict[str, Any] = {name: fact}
    assert outcome(of(**facts), test=kind) == expected


# Tests that checks answer


@pytest.mark.parametrize(
    ("found", "expected"),
    [("pass", "passed"), ("fail", "failed"), ("none", "failed"), ("error", "outstanding"), (None, "outstanding")],
)
@pytest.mark.parametrize(
    ("fields", "check"),
    [
        ({"test": "register-match", "near": "accepted"}, "register-match"),
        ({"test": "not-duplicate"}, "duplicate"),
        ({"test": "of-age", "years": 14, "on": "2016-07-12"}, "age"),
        ({"test": "paid"}, "payment"),
        ({"test": "not-barred"}, "sanction-list"),
    ],
)
def test_a_check_answers(fields: dict[str, Any], check: str, found: str | None, expected: str) -> None:
    facts = of(checks=((check, found),) if found else (("identity", "pass"),))
    assert outcome(facts, **fields) == expected


def test_a_near_match_is_enough_only_where_the_rule_says_so() -> None:
    near = of(checks=(("register-match", "near"), ("duplicate", "near")))
    assert outcome(near, test="register-match", near="accepted") == "passed"
    assert outcome(near, test="register-match", near="not-accepted") == "outstanding"
    assert outcome(near, test="not-duplicate") == "outstanding"


# Rules


def _categories(*changes: dict[str, Any]) -> dict[str, Any]:
    base = MEMBERS.model_dump(mode="json", exclude_none=True)
    return {"categories": [{**base, **change} for change in changes]}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (_categories({}, {}), "a category stands twice"),
        ({"several": "one-per-person"}, "precedence: goes with one-per-person"),
        ({"precedence": ["member", "mp", "unite"]}, "precedence: goes with one-per-person"),
        ({"several": "one-per-person", "precedence": ["member"]}, "names every category once"),
        ({"several": "one-per-person", "precedence": ["mp", "member", "unite", "mp"]}, "names every category once"),
        (_categories({"by": "application"}), "registers goes with by register"),
        (_categories({"registers": None}), "registers goes with by register"),
        (_categories({"registers": ["a", "a"]}), "a register stands twice"),
        (_categories({"tests": [{"test": "levy"}, {"test": "levy"}]}), "a test stands twice"),
        (_categories({"tests": [{"test": "tall"}]}), "does not match any of the expected tags"),
        ({"several": None}, "Input should be"),
        (_categories(), "at least 1 item"),
    ],
)
def test_refuses_a_rule_that_is_not_sound(changes: dict[str, Any], fault: str) -> None:
    values = COLLEGE.model_dump(mode="json", exclude_none=True) | changes
    with pytest.raises(ValidationError, match=fault):
        type(COLLEGE).model_validate_json(json.dumps(values))


def test_a_row_is_of_the_category_that_it_names_and_whose_registers_it_is_in() -> None:
    applicants = Category.model_validate_json('{"category":"supporters","by":"application","section":"s","tests":[]}')
    rule = franchise(*COLLEGE.categories, applicants)
    assert rule.takes("member", "members") == MEMBERS
    assert rule.takes("member", "plp") is None
    assert rule.takes("member", None) is None
    assert rule.takes("supporters", None) == applicants
    assert rule.takes("supporters", "members") is None
    assert rule.takes("unknown", "members") is None
    assert rule.sections == ("mps", "members", "affiliates", "s")


# Adopting one


def test_adopts_a_franchise_and_another_in_its_place() -> None:
    given(CALL_ELECTION).when(ADOPT).then(happened(FranchiseAdopted, STREAM, election="labour", rule=COLLEGE))
    scene = given(CALL_ELECTION, ADOPT, but(ADOPT, rule=ONE_EACH))
    adopted = fold(franchise_stream("labour"), (event for event in scene.events if event.stream == STREAM))
    assert adopted.rule == ONE_EACH
    assert [each.rule for each in adopted.versions] == [COLLEGE, ONE_EACH]
    assert franchise_hash(COLLEGE) != franchise_hash(ONE_EACH)


def test_refuses_a_franchise_of_no_election_again_or_after_the_freeze() -> None:
    given().when(ADOPT).then_refused("unknown-election")
    given(CALL_ELECTION, ADOPT).when(ADOPT).then_refused("franchise-held")
    frozen = given(CALL_ELECTION, ADOPT, FreezeRoll(election="labour"), figures=EMPTY)
    frozen.when(but(ADOPT, rule=ONE_EACH)).then_refused("after-freeze")


@pytest.mark.parametrize(
    ("values", "test"),
    [
        (MEMBERS.model_dump(mode="json"), {"test": "of-age", "years": 14, "on": "2016-07-12"}),
        (MEMBERS.model_dump(mode="json"), {"test": "paid"}),
        (SUPPORTERS, {"test": "continuous", "months": 6, "to": "2016-07-12"}),
        (SUPPORTERS, {"test": "levy"}),
    ],
)
def test_refuses_a_test_that_nothing_on_record_can_answer(values: dict[str, Any], test: dict[str, Any]) -> None:
    rule = franchise(Category.model_validate_json(json.dumps(values | {"tests": [test]})))
    refused = given(CALL_ELECTION).when(but(ADOPT, rule=rule)).then_refused("test-unavailable")
    assert refused.found == test["test"]


def test_a_franchise_does_not_evolve_by_an_event_of_another_stream() -> None:
    event = happened(ElectionCalled, STREAM, election="x", title="x", organisation="x", reason="term")
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to a franchise"):
        fold(Adopted(STREAM), [event])

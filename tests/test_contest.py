"""Contests defined, and polls closed."""

from __future__ import annotations

from typing import Any

import pytest
from methods import COLLEGE, ERS97, MEEK, PLURALITY, SCOTTISH, YES_NO, reserving
from pydantic import ValidationError
from scenario import (
    ADOPT_RULE,
    ANYTHING_GOES,
    CALL_ELECTION,
    CLOSE_POLL,
    CLOSED,
    DEFINE_CONTEST,
    DEFINED,
    POLLED,
    RULE,
    When,
    but,
    given,
    happened,
)

from ledger.decision import fold
from ledger.rules.count_rule import AnyCountRule, rule_hash
from ledger.streams.contest import (
    CATEGORIES_MAX,
    Candidate,
    Contest,
    ContestDefined,
    DefineContest,
    PollClosed,
    Section,
)
from ledger.streams.election import AdoptCountRule, ElectionCalled

STREAM = "contest/leader"
TWICE_A = (Candidate(id="a", name="Abbott"), Candidate(id="b", name="Balls"), Candidate(id="a", name="Abbott"))
TWICE_MPS = (Section(id="mps", name="MPs"), Section(id="mps", name="MEPs"))


def test_defines_a_contest_with_every_field_of_the_command() -> None:
    given(CALL_ELECTION, ADOPT_RULE).when(DEFINE_CONTEST).then(
        happened(
            ContestDefined,
            STREAM,
            account="not-published",
            candidates=DEFINE_CONTEST.candidates,
            contest="leader",
            count_rule=rule_hash(RULE),
            election="labour",
            office="Leader",
            paper_publication="papers",
            seats=1,
            secrecy="secret",
            sections=DEFINE_CONTEST.sections,
            smallest_cell=1,
        )
    )


def test_defines_a_contest_in_which_two_candidates_have_one_name() -> None:
    namesakes = (Candidate(id="a", name="Smith"), Candidate(id="b", name="Smith"))
    (defined,) = given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, candidates=namesakes)).events
    assert isinstance(defined, ContestDefined)
    assert defined.candidates == namesakes


def test_refuses_a_contest_of_an_id_that_is_taken() -> None:
    given(*DEFINED).when(DEFINE_CONTEST).then_refused("contest-exists")


def test_refuses_a_contest_of_an_election_nobody_called() -> None:
    given().when(DEFINE_CONTEST).then_refused("unknown-election")


def test_refuses_a_contest_whose_rule_was_never_adopted() -> None:
    given(CALL_ELECTION).when(DEFINE_CONTEST).then_refused("unknown-rule")


def test_refuses_a_contest_whose_rule_was_adopted_for_another_election() -> None:
    other = but(CALL_ELECTION, election="other")
    given(CALL_ELECTION, other, but(ADOPT_RULE, election="other")).when(DEFINE_CONTEST).then_refused("unknown-rule")


def test_lists_the_rules_that_were_adopted() -> None:
    mistyped = but(DEFINE_CONTEST, count_rule="sha256:" + "0" * 64)
    refused = given(CALL_ELECTION, ADOPT_RULE).when(mistyped).then_refused("unknown-rule")
    assert rule_hash(RULE) in refused.expected


def test_refuses_a_contest_with_one_candidate_twice() -> None:
    refused = (
        given(CALL_ELECTION, ADOPT_RULE)
        .when(but(DEFINE_CONTEST, candidates=TWICE_A))
        .then_refused("duplicate-candidate")
    )
    assert "candidate 3" in refused.what


def test_refuses_a_contest_with_one_section_twice() -> None:
    refused = (
        given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, sections=TWICE_MPS)).then_refused("duplicate-section")
    )
    assert "section 2" in refused.what


def test_refuses_a_section_called_all_beside_others_because_figures_call_their_sum_so() -> None:
    both = (Section(id="all", name="Everybody"), Section(id="mps", name="MPs"))
    given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, sections=both)).then_refused("section-reserved")


def test_defines_a_contest_whose_only_section_is_called_all() -> None:
    everybody = (Section(id="all", name="Everybody"),)
    (defined,) = given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, sections=everybody)).events
    assert isinstance(defined, ContestDefined)


def test_refuses_two_seats_under_the_alternative_vote() -> None:
    given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, seats=2)).then_refused("seats-unfit")


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    faulty = but(DEFINE_CONTEST, candidates=TWICE_A, sections=TWICE_MPS, seats=2, count_rule="sha256:" + "0" * 64)
    given(*DEFINED).when(faulty).then_refused("contest-exists")
    given().when(faulty).then_refused("unknown-election")
    given(CALL_ELECTION, ADOPT_RULE).when(faulty).then_refused("unknown-rule")
    pinned = but(faulty, count_rule=rule_hash(RULE))
    given(CALL_ELECTION, ADOPT_RULE).when(pinned).then_refused("duplicate-candidate")
    distinct = but(pinned, candidates=DEFINE_CONTEST.candidates)
    given(CALL_ELECTION, ADOPT_RULE).when(distinct).then_refused("duplicate-section")
    given(CALL_ELECTION, ADOPT_RULE).when(but(distinct, sections=DEFINE_CONTEST.sections)).then_refused("seats-unfit")


@pytest.mark.parametrize(
    "name", [name for name in DefineContest.model_fields if name not in ("effective", "authority")]
)
def test_a_contest_has_no_silent_default(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DefineContest.model_validate(DEFINE_CONTEST.model_dump(exclude={name}))
    assert [(error["loc"], error["type"]) for error in caught.value.errors()] == [((name,), "missing")]


def test_pins_its_rule_whatever_is_adopted_afterwards() -> None:
    later = AdoptCountRule(election="labour", rule=ANYTHING_GOES)
    states = given(*DEFINED, later).states(CLOSE_POLL)
    contest = states["contest"]
    assert isinstance(contest, Contest)
    assert contest.definition is not None
    assert contest.definition.count_rule == rule_hash(RULE)


def test_closes_a_poll_at_the_moment_it_took_effect() -> None:
    given(*DEFINED).when(CLOSE_POLL).then(happened(PollClosed, STREAM, 2, contest="leader", effective=CLOSED))


def test_closes_a_poll_now_if_no_moment_is_given() -> None:
    given(*DEFINED).when(but(CLOSE_POLL, effective=None)).then(happened(PollClosed, STREAM, 2, contest="leader"))


def test_refuses_to_close_the_poll_of_a_contest_nobody_defined() -> None:
    given(CALL_ELECTION, ADOPT_RULE).when(CLOSE_POLL).then_refused("unknown-contest")


def test_refuses_to_close_a_poll_twice() -> None:
    given(*POLLED).when(CLOSE_POLL).then_refused("poll-closed")


def test_refuses_to_close_a_poll_in_the_future() -> None:
    given(*DEFINED).when(but(CLOSE_POLL, effective="2010-09-25T12:00:01Z")).then_refused("future-dated")


def test_says_that_a_poll_is_closed_before_it_says_that_a_moment_is_still_to_come() -> None:
    given(*POLLED).when(but(CLOSE_POLL, effective="2999-01-01T00:00:00Z")).then_refused("poll-closed")


def test_a_contest_does_not_evolve_by_an_event_of_another_stream() -> None:
    foreign = happened(
        ElectionCalled, STREAM, election="labour", organisation="Labour", reason="vacancy", title="Leader"
    )
    with pytest.raises(TypeError, match=r"election-called\.v1 does not belong to a contest"):
        fold(Contest(STREAM), [foreign])


def test_a_contest_nobody_defined_is_in_no_election() -> None:
    contest = Contest(STREAM)
    assert (contest.election, contest.candidates, contest.sections, contest.exists) == ("none", (), (), False)


# Rules that a contest has to fit, categories, reports

ANSWERS = (Candidate(id="no", name="No"), Candidate(id="yes", name="Yes"))


def under(rule: AnyCountRule, **changes: Any) -> When:
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(rule), **changes)
    return given(CALL_ELECTION, AdoptCountRule(election="labour", rule=rule)).when(contest)


def test_keeps_the_categories_of_candidates() -> None:
    of_both = (Candidate(id="a", name="Abbott", categories=("women", "bame")), Candidate(id="b", name="Balls"))
    (defined,) = given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, candidates=of_both)).events
    assert isinstance(defined, ContestDefined)
    assert [each.categories for each in defined.candidates] == [("women", "bame"), None]
    for wrong in ((), ("women",) * (CATEGORIES_MAX + 1), ("Women",)):
        with pytest.raises(ValidationError):
            Candidate(id="a", name="Abbott", categories=wrong)


def test_a_report_is_required_only_beside_an_account() -> None:
    given(CALL_ELECTION, ADOPT_RULE).when(but(DEFINE_CONTEST, report="required")).then_refused("report-unfit")
    both = but(DEFINE_CONTEST, report="required", account="required")
    (defined,) = given(CALL_ELECTION, ADOPT_RULE).when(both).events
    assert isinstance(defined, ContestDefined)
    assert (defined.report, defined.account) == ("required", "required")


@pytest.mark.parametrize("rule", [RULE, COLLEGE])
def test_one_place_is_all_that_these_rules_can_fill(rule: AnyCountRule) -> None:
    assert under(rule).events
    under(rule, seats=2).then_refused("seats-unfit")


def test_a_question_has_the_two_answers_and_one_seat() -> None:
    assert under(YES_NO, candidates=ANSWERS).events
    under(YES_NO, candidates=ANSWERS, seats=2).then_refused("seats-unfit")
    for those in (DEFINE_CONTEST.candidates, ANSWERS[:1], (*ANSWERS, DEFINE_CONTEST.candidates[0]), ()):
        under(YES_NO, candidates=those).then_refused("candidates-unfit")


@pytest.mark.parametrize("rule", [PLURALITY, SCOTTISH, ERS97, MEEK], ids=lambda rule: rule.version)
def test_other_rules_fill_several_places(rule: AnyCountRule) -> None:
    assert under(rule, seats=3).events


def test_an_electoral_college_has_the_sections_that_its_rule_weighs() -> None:
    members, mps = DEFINE_CONTEST.sections
    for sections in (
        (members,),
        (members, Section(id="lords", name="Lords")),
        (members, mps, Section(id="x", name="X")),
    ):
        refused = under(COLLEGE, sections=sections).then_refused("sections-unfit")
        assert refused.expected.endswith("members, mps")
    assert under(COLLEGE, sections=(mps, members)).events


def test_names_the_first_of_several_reasons_why_a_rule_does_not_fit() -> None:
    faulty = {"candidates": TWICE_A, "sections": TWICE_MPS, "seats": 2, "report": "required"}
    for code, change in (
        ("duplicate-candidate", {"candidates": DEFINE_CONTEST.candidates}),
        ("duplicate-section", {"sections": (Section(id="all", name="All"), DEFINE_CONTEST.sections[0])}),
        ("section-reserved", {"sections": DEFINE_CONTEST.sections}),
        ("seats-unfit", {"seats": 1}),
        ("candidates-unfit", {"candidates": ANSWERS}),
        ("report-unfit", {"report": "not-required"}),
    ):
        under(YES_NO, **faulty).then_refused(code)
        faulty |= change
    assert under(YES_NO, **faulty).events
    lords = (Section(id="lords", name="Lords"),)
    under(COLLEGE, sections=lords, seats=2, report="required").then_refused("sections-unfit")


def test_refuses_reserved_places_that_nobody_can_fill_before_there_is_a_poll() -> None:
    rule = reserving(PLURALITY)
    (place,) = rule.reserved
    adopted = (CALL_ELECTION, AdoptCountRule(election="labour", rule=rule))
    alone = but(DEFINE_CONTEST, count_rule=rule_hash(rule), seats=2)
    given(*adopted).when(alone).then_refused("rule-infeasible")
    of_it = tuple(Candidate(id=f"c{n}", name=f"C{n}", categories=(place.category,)) for n in range(place.places))
    assert given(*adopted).when(but(alone, candidates=of_it)).events


def test_refuses_more_candidates_than_votes_can_be_transferred_among() -> None:
    many = tuple(Candidate(id=f"c{n}", name=f"C{n}") for n in range(1_001))
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(SCOTTISH), candidates=many)
    given(CALL_ELECTION, AdoptCountRule(election="labour", rule=SCOTTISH)).when(contest).then_refused(
        "too-many-candidates"
    )


def test_refuses_a_category_that_the_rule_does_not_know_where_it_reserves_places() -> None:
    rule = reserving(PLURALITY)
    (place,) = rule.reserved
    adopted = (CALL_ELECTION, AdoptCountRule(election="labour", rule=rule))
    mistyped = (Candidate(id="x", name="X", categories=(place.category + "s",)),)
    fit = tuple(Candidate(id=f"c{n}", name=f"C{n}", categories=(place.category,)) for n in range(place.places))
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(rule), seats=2, candidates=(*fit, *mistyped))
    assert place.category in str(given(*adopted).when(contest).then_refused("unknown-category"))

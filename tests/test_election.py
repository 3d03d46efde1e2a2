"""Elections called, and count rules adopted for them."""

from __future__ import annotations

import hashlib

import pytest
import rfc8785
from pydantic import ValidationError
from scenario import ACTOR, ADOPT_RULE, ANYTHING_GOES, CALL_ELECTION, NOW, RULE, but, given, happened

from ledger.decision import fold
from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash
from ledger.streams.contest import PollClosed
from ledger.streams.election import AdoptCountRule, CountRuleAdopted, Election, ElectionCalled

STREAM = "election/labour"


def test_calls_an_election() -> None:
    given().when(CALL_ELECTION).then(
        happened(
            ElectionCalled, STREAM, election="labour", organisation="Labour", reason="vacancy", title="Leader 2010"
        )
    )


def test_an_event_says_who_acted_when_it_took_effect_and_under_what() -> None:
    command = but(CALL_ELECTION, effective="2010-05-24T00:00:00Z", authority="Rule 4.II.2")
    (called,) = given().when(command).events
    assert (called.actor, called.effective, called.recorded) == (ACTOR, "2010-05-24T00:00:00Z", NOW)
    assert (called.authority, called.command, called.batch, called.blind) == ("Rule 4.II.2", "command", None, None)


def test_refuses_an_election_of_an_id_that_is_taken() -> None:
    given(CALL_ELECTION).when(but(CALL_ELECTION, title="Another")).then_refused("election-exists")


def test_calls_elections_of_different_ids() -> None:
    given(CALL_ELECTION).when(but(CALL_ELECTION, election="other")).then(
        happened(
            ElectionCalled,
            "election/other",
            election="other",
            organisation="Labour",
            reason="vacancy",
            title="Leader 2010",
        )
    )


def test_adopts_a_count_rule() -> None:
    given(CALL_ELECTION).when(ADOPT_RULE).then(happened(CountRuleAdopted, STREAM, 2, election="labour", rule=RULE))


def test_adopts_a_second_rule_beside_the_first() -> None:
    second = AdoptCountRule(election="labour", rule=ANYTHING_GOES)
    given(CALL_ELECTION, ADOPT_RULE).when(second).then(
        happened(CountRuleAdopted, STREAM, 3, election="labour", rule=ANYTHING_GOES)
    )


def test_refuses_a_count_rule_for_an_election_nobody_called() -> None:
    given().when(ADOPT_RULE).then_refused("unknown-election")
    given(but(CALL_ELECTION, election="other")).when(ADOPT_RULE).then_refused("unknown-election")


def test_refuses_a_count_rule_that_was_adopted_before() -> None:
    given(CALL_ELECTION, ADOPT_RULE).when(ADOPT_RULE).then_refused("count-rule-held")


@pytest.mark.parametrize("name", AlternativeVote.model_fields)
def test_a_count_rule_has_no_silent_default(name: str) -> None:
    incomplete = RULE.model_dump(exclude={name})
    with pytest.raises(ValidationError) as caught:
        AdoptCountRule.model_validate({"election": "labour", "rule": incomplete})
    found = [(error["loc"][-1], error["type"]) for error in caught.value.errors()]
    assert found == [("rule", "union_tag_not_found") if name == "version" else (name, "missing")]


def test_a_count_rule_is_named_by_the_hash_of_its_canonical_form() -> None:
    canonical = rfc8785.dumps(RULE.model_dump(mode="json"))
    assert rule_hash(RULE) == "sha256:" + hashlib.sha256(canonical).hexdigest()
    assert rule_hash(ANYTHING_GOES) != rule_hash(RULE)


def test_the_rule_of_the_labour_demo_keeps_its_name() -> None:
    rule = RULE.model_copy(update={"decimals": 3, "stop": "continue-to-two"})
    assert rule_hash(rule) == "sha256:544b4a693d29f9fd61a5eaf9749fb244039cdcf4adb1c938cba506a59302d827"


def test_an_election_does_not_evolve_by_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match=r"poll-closed\.v1 does not belong to an election"):
        fold(Election(STREAM), [happened(PollClosed, STREAM, contest="leader")])

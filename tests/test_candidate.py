"""A nominee's file: acceptance, agent, statements within limits, attributes with sources, withdrawal."""

from __future__ import annotations

import hashlib
import json

import pytest
from nominating import ACCEPT, CLPS_CLOSE, OPENED, RECEIVED, SCHEDULED, SET_TIMETABLE
from pydantic import ValidationError
from scenario import RECORD_PERSON, but, given, happened

from ledger.decision import Act, Command
from ledger.streams.candidate import (
    AppointAgent,
    DeclineNomination,
    LodgeStatement,
    RecordAttribute,
    WithdrawCandidate,
)
from ledger.streams.candidate_file import (
    AgentAppointed,
    AttributeRecorded,
    CandidateWithdrew,
    NominationAccepted,
    NominationDeclined,
    StatementLodged,
)
from ledger.streams.signature import differences, signed_body
from ledger.streams.timetable import StepDate

FILE = "candidate/leader/a"
WHO = {"contest": "leader", "nominee": "a"}
AFTER_CLOSE = "2010-07-26T11:00:01Z"
LATER = "2030-01-01T00:00:00Z"
DECLINE = DeclineNomination(contest="leader", nominee="a", effective=RECEIVED)
APPOINT = AppointAgent(contest="leader", nominee="a", agent="p1", effective=RECEIVED)
LODGE = LodgeStatement(contest="leader", nominee="a", language="en", text="Vote for me, please", effective=RECEIVED)
ATTRIBUTE = RecordAttribute(
    contest="leader",
    nominee="a",
    attribute="slate",
    value="Left",
    source="LabourList 20 Aug 2010",
    as_of="2010-08-20",
)
WITHDRAW = WithdrawCandidate(contest="leader", nominee="a", effective=RECEIVED)


def test_a_nominee_accepts_until_the_last_close() -> None:
    given(*OPENED).when(ACCEPT).then(happened(NominationAccepted, FILE, effective=RECEIVED, **WHO))
    assert given(*OPENED).when(but(ACCEPT, effective=CLPS_CLOSE)).events
    given(*OPENED).when(but(ACCEPT, effective=AFTER_CLOSE)).then_refused("late")
    given(*OPENED, ACCEPT).when(ACCEPT).then_refused("already-answered")
    assert given(*OPENED, DECLINE).when(ACCEPT).events


def test_consents_have_a_close_of_their_own_where_the_timetable_gives_one() -> None:
    step = StepDate(step="consents-close", local="2010-08-01T12:00:00")
    longer = but(SET_TIMETABLE, steps=(*SET_TIMETABLE.steps, step))
    opened = tuple(longer if each is SET_TIMETABLE else each for each in OPENED)
    assert given(*opened).when(but(ACCEPT, effective="2010-08-01T11:00:00Z")).events
    given(*opened).when(but(ACCEPT, effective="2010-08-01T11:00:01Z")).then_refused("late")


def test_a_nominee_declines() -> None:
    given(*OPENED).when(DECLINE).then(happened(NominationDeclined, FILE, effective=RECEIVED, **WHO))
    given(*OPENED, ACCEPT).when(DECLINE).then_refused("already-answered")
    given(*OPENED, DECLINE).when(DECLINE).then_refused("already-answered")


def test_a_candidate_appoints_an_agent_on_record() -> None:
    expected = happened(AgentAppointed, FILE, effective=RECEIVED, agent="p1", **WHO)
    given(*OPENED, RECORD_PERSON).when(APPOINT).then(expected)
    given(*OPENED).when(APPOINT).then_refused("unknown-person")


def test_a_statement_is_kept_by_digest_and_length() -> None:
    digest = "sha256:" + hashlib.sha256(LODGE.text.encode()).hexdigest()
    lengths = {"characters": 19, "words": 4}
    expected = happened(StatementLodged, FILE, effective=RECEIVED, digest=digest, language="en", **lengths, **WHO)
    given(*OPENED).when(LODGE).then(expected)


def test_a_statement_keeps_to_the_limit_of_the_rule_and_to_the_deadline() -> None:
    assert given(*OPENED).when(but(LODGE, text="one two three four five")).events
    refused = given(*OPENED).when(but(LODGE, text="one two three four five six")).then_refused("statement-too-long")
    assert refused.found == "6 > 5"
    given(*OPENED).when(but(LODGE, effective=AFTER_CLOSE)).then_refused("late")


@pytest.mark.parametrize("text", ["", "a\u200bb", "a\u202eb"])
def test_a_statement_has_nothing_invisible_in_it(text: str) -> None:
    with pytest.raises(ValidationError):
        but(LODGE, text=text)


def test_an_attribute_is_what_its_source_says() -> None:
    fields = {"attribute": "slate", "value": "Left", "source": "LabourList 20 Aug 2010", "as_of": "2010-08-20"}
    given(*OPENED).when(ATTRIBUTE).then(happened(AttributeRecorded, FILE, **fields, **WHO))


def test_a_special_category_takes_consent_and_an_incumbent_is_yes_or_no() -> None:
    special = but(ATTRIBUTE, attribute="gender-category", value="woman")
    given(*OPENED).when(special).then_refused("consent-required")
    assert given(*OPENED).when(but(special, consent="given")).events
    given(*OPENED).when(but(ATTRIBUTE, attribute="incumbent", value="maybe")).then_refused("yes-or-no")
    assert given(*OPENED).when(but(ATTRIBUTE, attribute="incumbent", value="yes")).events


def test_a_candidate_withdraws_and_nothing_more_is_recorded_of_them() -> None:
    given(*OPENED).when(WITHDRAW).then(happened(CandidateWithdrew, FILE, effective=RECEIVED, **WHO))
    for command in (WITHDRAW, ACCEPT, DECLINE, APPOINT, LODGE):
        given(*OPENED, WITHDRAW).when(command).then_refused("candidate-withdrew")


@pytest.mark.parametrize("command", [ACCEPT, DECLINE, APPOINT, LODGE, ATTRIBUTE, WITHDRAW], ids=lambda c: str(c.verb))
def test_refuses_who_was_not_named_and_what_has_not_happened(command: Command) -> None:
    given(*SCHEDULED).when(command).then_refused("nominations-missing")
    refused = given(*OPENED).when(but(command, nominee="aa")).then_refused("not-nominated")
    assert refused.found == "aa (nearest: a)"
    given(*OPENED).when(but(command, effective=LATER)).then_refused("future-dated")


def test_the_signature_of_a_statement_covers_its_digest_and_does_not_keep_its_text() -> None:
    digest = "sha256:" + hashlib.sha256(LODGE.text.encode()).hexdigest()
    body = signed_body(LODGE, Act("returning-officer", RECEIVED, RECEIVED))
    assert LODGE.text not in body
    assert json.loads(body)["digest"] == digest
    (event,) = given(*OPENED).when(LODGE).events
    assert [
        name for name, *_ in differences(LodgeStatement, json.loads(body) | {"digest": digest[:-1] + "x"}, event)
    ] == ["digest"]

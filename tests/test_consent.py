"""The fact sheet of a ruling is public with the consent of the person, until they withdraw it."""

from __future__ import annotations

from typing import Any

from filed import Filed, filed
from ruled import BEFORE, HASH, RULE, RULED_ON, TELL, TOLD, P
from scenario import but, given
from test_case_audience import COMMANDS, WHO
from test_verify_rulings import codes

from ledger.streams.case_events import ConsentGiven
from ledger.streams.consent import GiveConsent, WithdrawConsent
from projections.cases.html import html_of_page
from projections.cases.page import Page
from projections.cases.text import text_of_page
from projections.moment import Moment

GIVE = GiveConsent(case="c1", ruling=1, by="subject", text_digest=HASH, effective="2010-08-12T00:00:00Z")
WITHDRAW = WithdrawConsent(case="c1", ruling=1, effective="2010-08-14T00:00:00Z")
LINE = "One ruling under other-party, 10 August 2010, appeal open."


def public(*commands: Any) -> Page:
    return filed(*commands).page("public")


def test_consent_is_to_what_the_person_was_told_and_is_given_once() -> None:
    given(*RULED_ON).when(GIVE).then_refused("not-told")
    given(*RULED_ON, TELL).when(but(GIVE, effective="2010-08-11T08:59:59Z")).then_refused("not-told")
    assert given(*RULED_ON, TELL).when(but(GIVE, effective=TOLD)).events
    given(*RULED_ON, TELL).when(but(GIVE, ruling=2)).then_refused("unknown-ruling")
    given(*RULED_ON, TELL).when(but(GIVE, effective="2030-01-01T00:00:00Z")).then_refused("future-dated")
    given(*RULED_ON, TELL, GIVE).when(GIVE).then_refused("consent-held")
    given(*RULED_ON, TELL).when(WITHDRAW).then_refused("no-consent")
    given(*RULED_ON, TELL, GIVE, WITHDRAW).when(WITHDRAW).then_refused("no-consent")
    assert given(*RULED_ON, TELL, GIVE, WITHDRAW).when(GIVE).events


def test_with_consent_the_public_reads_the_headline_and_without_it_a_line() -> None:
    assert public(*BEFORE, RULE, TELL).lines == (LINE,)
    page = public(*BEFORE, RULE, TELL, GIVE)
    assert page.lines == filed(*BEFORE, RULE, TELL, GIVE).page("scrutineer").lines
    assert "it relied on e1 (class A, disclosed)" in page.lines[0]
    assert page.lines[0] in " ".join(text_of_page(page, 10_000).split())
    assert "it relied on e1" in html_of_page(page)
    assert public(*BEFORE, RULE, TELL, GIVE, WITHDRAW).lines == (LINE,)


def test_consent_to_one_ruling_opens_no_other() -> None:
    record = filed(*BEFORE, RULE, TELL, GIVE)
    other = [
        event.model_copy(update={"ruling": 2}) if isinstance(event, ConsentGiven) else event
        for _, event in record.events
    ]
    assert Filed([[event] for event in other]).page("public").lines == (LINE,)


def test_the_fact_sheet_has_nothing_of_anybody() -> None:
    page = public(*COMMANDS, but(GIVE, effective="2010-09-20T00:00:00Z"))
    for text in (" ".join(page.lines), html_of_page(page), str(page.plain())):
        assert not [words for words in (*WHO, P) if words in text and words != "by 2 to 1"]


def test_consent_that_was_withdrawn_opens_no_earlier_moment() -> None:
    record = filed(*BEFORE, RULE, TELL, GIVE, WITHDRAW)
    then = Moment(known_at_position=len(record.events) - 2)
    file = record.file(moment=then)
    assert file.case.consents
    assert not file.consented


def test_verification_decides_consent_again() -> None:
    events = given(*RULED_ON, TELL, GIVE, WITHDRAW).events
    assert codes(events) == []
    early = [
        event.model_copy(update={"effective": "2010-08-11T00:00:00Z"}) if isinstance(event, ConsentGiven) else event
        for event in events
    ]
    assert codes(early) == ["not-told"]

"""Before the person is told of a ruling nobody else is: each public output is the same with it and without it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from filed import NOW_IS, filed
from overseen import ruling
from ruled import BEFORE, OPEN, RULED_ON, TELL, P
from scenario import but, given
from stores import LedgerPlace, desk_at

from ledger.event import Audience
from ledger.streams.consent import GiveConsent
from projections.cases.audience import PRIVATE
from projections.cases.html import html_of_page
from projections.cases.page import NOTHING_PUBLIC
from projections.cases.text import markdown_of_page, text_of_page
from projections.oversight.editions import Edition, of_edition
from projections.oversight.statistics import Told, rates_of, told_of
from projections.panel_pack.public import public_part
from projections.privacy.subject_access import on_record
from projections.verify.case_streams import OF_APPEALS, OF_CASES

TOLD = [ruling(number, position=number, told_position=100 + number) for number in range(1, 31)]
UNTOLD = [ruling(99, position=200, told=None, told_position=None), ruling(98, position=201, told_position=300)]
LAST = 250  # up to which events are published


def edition(last: int, rows: list[Any]) -> list[Any]:
    """Give the rulings of an edition up to an event, nobody having been merged."""
    unmerged: Any = SimpleNamespace(streams_of=lambda *_: [])
    return of_edition(unmerged, rows, Edition(1, 0, last))


def told_up_to(last: int, rows: list[Any]) -> list[Told]:
    return told_of(edition(last, rows))


def test_no_event_of_a_case_is_published() -> None:
    assert {event.audience for event in (*OF_CASES, *OF_APPEALS)} == {Audience.RESTRICTED}
    led = given(*RULED_ON).events[len(given(*BEFORE).events) :]
    assert {event.audience for event in led} == {Audience.RESTRICTED}


def test_the_public_case_file_says_nothing_of_it_in_any_form() -> None:
    before, ruled = filed(*BEFORE).page("public"), filed(*RULED_ON).page("public")
    assert before.plain() == ruled.plain() == {"audience": "public", "lines": [NOTHING_PUBLIC]}
    for form in (markdown_of_page, html_of_page, lambda page: text_of_page(page, 80)):
        assert form(before) == form(ruled)
        assert form(filed(*RULED_ON, TELL).page("public")) != form(ruled)


def test_a_ruling_that_is_told_says_nothing_of_the_next_that_is_not() -> None:
    from ruled import ANEW, RULE_ANEW

    once = filed(*BEFORE, *ANEW).page("public", at=NOW_IS)
    assert once.plain() == filed(*BEFORE, *ANEW, RULE_ANEW).page("public", at=NOW_IS).plain()
    assert len(once.lines) == 1


def test_nobody_consents_to_what_they_were_not_told() -> None:
    consent = GiveConsent(case="c1", ruling=1, by="subject", text_digest=TELL.text_digest)
    given(*RULED_ON).when(consent).then_refused("not-told")


def test_statistics_and_rates_are_the_same_with_it_and_without_it() -> None:
    said = [told_up_to(LAST, rows) for rows in (TOLD, [*TOLD, *UNTOLD])]
    assert said[0] == said[1]
    assert rates_of(said[0]) == rates_of(said[1])
    assert said[0] != told_up_to(300, [*TOLD, *UNTOLD])


def test_the_page_of_the_pack_for_the_public_is_the_same_with_it_and_without_it() -> None:
    about: Any = SimpleNamespace(first=0, last=LAST, at=NOW_IS)
    published = [edition(LAST, rows) for rows in (TOLD, [*TOLD, *UNTOLD])]
    pages = [public_part(SimpleNamespace(rulings=rows), about) for rows in published]  # type: ignore[arg-type]
    assert pages[0] == pages[1]


# Nor is anybody told who referred them, or gave evidence


def test_a_person_who_asks_for_all_that_is_on_record_is_not_told_who_referred_them(ledger_place: LedgerPlace) -> None:
    found = but(OPEN, referred_by="informant", detection="search", search="orchids")
    with desk_at(ledger_place) as desk:
        for command in BEFORE:
            desk.submit(found if command is OPEN else command, actor="registrar")
        hidden = but(
            next(each for each in BEFORE if each.verb == "add-evidence"), evidence="e2", given_by="neighbour",
            description="A neighbour saw a poster", disclosure="withheld", withheld_because="It shows who gave it",
        )  # fmt: skip
        desk.submit(hidden, actor="registrar")
        events = [(at, event) for at, event in desk.ledger.scan() if P in event.model_dump_json()]
        done = on_record(P, events, desk.vault)
    said = repr((done.events, done.told))
    assert "orchids" in said
    assert "Nomination paper of another party, signed" in said
    assert not any(words in said for words in ("informant", "neighbour", "saw a poster"))
    opened = next(each for each in done.events if each["type"] == "case-opened.v1")
    assert opened["referred_by"] == PRIVATE
    assert any(f"It was referred by {PRIVATE}." in each for each in done.told)
    assert any(f"It was given by {PRIVATE} and is of" in each for each in done.told)
    assert done.withheld == 4  # who referred, twice who gave evidence, and what is withheld

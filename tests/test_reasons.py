"""Reasons: counted and keyed as they are made and put right, and counted again by who has the vault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from overseen import RULING as ROW
from ruled import BEFORE, RULE, RULED, RULED_ON, TOLD, P
from scenario import RECORD_PERSON, but, given
from stores import SQLitePlace, desk_at

import ledger.desk
from ledger.decision import Command
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.rules.fairness import words_changed
from ledger.storage.store import Ledger
from ledger.streams.case import case_stream
from ledger.streams.notification import CorrectRuling
from ledger.streams.person import OrderErasure
from ledger.streams.ruling_events import RulingCorrected, RulingMade
from projections.oversight.consistency import SAME_REASONS_MOST, consistency_of
from projections.verify.finding import Finding
from projections.verify.run import Report, verify
from projections.verify.sealing import Notes, Trust

NOON = "2010-09-25T12:00:00Z"
SLIP = CorrectRuling(
    case="c1", ruling=1, reasons=RULE.reasons.replace("1 June", "2 June"), reason="the date", effective=TOLD
)
OTHER_WORDS = "In May they told a meeting that they now stood elsewhere, which anybody could hear, thus it fails us"
TITLE = "Supports another party: nominated a candidate of another party within a year, plainly so, on 1 June 2010"


def made(command: Command) -> RulingMade:
    (event,) = given(*BEFORE).when(command).events
    assert isinstance(event, RulingMade)
    return event


def corrected(*before: Command, slip: CorrectRuling = SLIP) -> RulingCorrected:
    (event,) = given(*before).when(slip).events
    assert isinstance(event, RulingCorrected)
    return event


# As a slip is put right


def test_a_correction_has_the_words_and_the_key_of_the_reasons_as_they_read_then() -> None:
    event, same = corrected(*RULED_ON), made(but(RULE, reasons=SLIP.reasons))
    assert (event.reasons_words, event.reasons_key) == (same.reasons_words, same.reasons_key)
    assert event.reasons_key != made(RULE).reasons_key
    longer = corrected(*RULED_ON, slip=but(SLIP, reasons=RULE.reasons + " of theirs"))
    assert longer.reasons_words == made(RULE).reasons_words + 2


def test_reasons_are_not_put_right_into_those_of_the_ground() -> None:
    given(*BEFORE).when(but(RULE, reasons=TITLE)).then_refused("reasons-insufficient")
    given(*RULED_ON).when(but(SLIP, reasons=TITLE)).then_refused("reasons-insufficient")


def test_a_correction_is_not_of_tomorrow() -> None:
    scene = given(*RULED_ON).at(RULED)
    assert scene.when(but(SLIP, effective=RULED)).events
    scene.when(SLIP).then_refused("future-dated")


def test_what_was_decided_stays_as_it_was() -> None:
    case = case_stream("c1")
    for event in (*given(*RULED_ON).events, corrected(*RULED_ON)):
        case = case.evolve(event) if event.stream == case.stream else case
    assert [each.made for each in case.rulings] == [made(RULE)]
    decided = {"outcome", "findings", "evidence", "effects", "votes_for", "papers", "appeal"}
    assert not decided & (CorrectRuling.model_fields.keys() | RulingCorrected.model_fields.keys())


def test_one_text_is_made_of_another_by_words_put_in_left_out_or_changed() -> None:
    assert words_changed("On 1 June, they signed", "on 2 june they signed") == 1
    assert words_changed("a b c", "a b c d e") == words_changed("a b c d e", "a b c") == 2
    assert words_changed("a did, b did not", "b did, a did not") > 0
    assert words_changed(RULE.reasons, OTHER_WORDS) > 10


def test_reasons_made_the_same_by_corrections_are_the_same_reasons() -> None:
    def said(rows: list[object]) -> list[tuple[str, int, int]]:
        found = consistency_of(rows).reasons  # type: ignore[arg-type]
        return [(each.reasons_key, each.cases, each.words) for each in found]

    own = [ROW._replace(case=f"c{n}", reasons_key=f"{n:032}") for n in range(SAME_REASONS_MOST + 1)]
    put_right = [row._replace(corrected=1, corrected_key="f" * 32, corrected_words=17) for row in own]
    assert (said([*own]), said([*put_right[1:]])) == ([], [])
    assert said([*put_right]) == [("f" * 32, SAME_REASONS_MOST + 1, 17)]
    alike = [ROW._replace(case=f"c{n}") for n in range(SAME_REASONS_MOST + 1)]
    apart = [row._replace(corrected=1, corrected_key=f"{n:032}", corrected_words=9) for n, row in enumerate(alike)]
    assert said([*apart]) == said([*alike]) == [(ROW.reasons_key, SAME_REASONS_MOST + 1, ROW.reasons_words)]


# At the desk, which has the vault


@pytest.fixture
def place(tmp_path: Path) -> SQLitePlace:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    return place


@pytest.fixture
def desk(place: SQLitePlace) -> Iterator[Desk]:
    with desk_at(place, clock=lambda: NOON) as desk:
        submit(desk, *RULED_ON)
        yield desk


def submit(desk: Desk, *commands: Command) -> None:
    for command in commands:
        desk.submit(command, actor="clerk")


def refusal(desk: Desk, command: Command) -> str:
    with pytest.raises(RefusedError) as error:
        desk.submit(command, actor="clerk")
    return error.value.code


def test_as_many_other_words_are_no_slip(desk: Desk) -> None:
    other = but(SLIP, reasons=OTHER_WORDS)
    assert given(*RULED_ON).when(other).events, "by their number alone nobody could tell"
    assert refusal(desk, other) == "use-new-ruling"
    submit(desk, SLIP)


def test_many_slips_are_not_a_new_text(desk: Desk) -> None:
    old, new = RULE.reasons.split(), OTHER_WORDS.split()
    half = " ".join([*new[:6], *old[6:]])
    submit(desk, but(SLIP, reasons=half))
    assert refusal(desk, but(SLIP, reasons=" ".join(new))) == "use-new-ruling"


def test_what_was_erased_is_not_put_right(desk: Desk) -> None:
    submit(desk, OrderErasure(person=P, basis="court-order"))
    assert refusal(desk, SLIP) == "reasons-not-held"


# By who verifies


def report(place: SQLitePlace, *, vault: bool = True) -> Report:
    with desk_at(place, clock=lambda: NOON) as desk:
        held = desk.vault if vault else None
        return verify(cast(Ledger, desk.ledger), views=None, vault=held, notes=Notes(None), trust=Trust())


def of_rulings(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.check == "E13"]


def test_finds_nothing_in_reasons_as_they_were_made_and_put_right(place: SQLitePlace, desk: Desk) -> None:
    submit(desk, SLIP)
    found = report(place)
    assert (of_rulings(found), "E13" in found.unchecked) == ([], False)


@pytest.mark.parametrize("what", ["words_of", "key_of_reasons"])
@pytest.mark.parametrize("module", ["rulings", "notification"])
def test_finds_words_and_keys_that_are_not_those_of_the_reasons(
    place: SQLitePlace, monkeypatch: pytest.MonkeyPatch, what: str, module: str
) -> None:
    wrong = {"words_of": lambda _text: ["zzz"] * 20, "key_of_reasons": lambda _text, _keyed: "f" * 32}[what]
    with desk_at(place, clock=lambda: NOON) as desk:
        submit(desk, *(BEFORE if module == "rulings" else RULED_ON))
        monkeypatch.setattr(f"ledger.streams.{module}.{what}", wrong)
        submit(desk, RULE if module == "rulings" else SLIP)
    (found,) = of_rulings(report(place))
    assert (found.code, found.found) == ("reasons-differ", "20" if what == "words_of" else "f" * 32)
    assert of_rulings(report(place, vault=False)) == [], "which only the vault can tell"


def test_finds_a_correction_of_more_than_a_slip(
    place: SQLitePlace, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger.desk, "require_slip", lambda *_: None)
    submit(desk, but(SLIP, reasons=OTHER_WORDS))
    assert [finding.code for finding in of_rulings(report(place))] == ["use-new-ruling"]


def test_finds_reasons_that_only_say_the_ground_again(place: SQLitePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.streams.rulings.own_words", lambda *_: 99)
    with desk_at(place, clock=lambda: NOON) as desk:
        submit(desk, *BEFORE, but(RULE, reasons=TITLE))
    assert [finding.code for finding in of_rulings(report(place))] == ["reasons-insufficient"]


def test_says_that_it_did_not_read_reasons_without_the_vault_or_that_were_erased(
    place: SQLitePlace, desk: Desk
) -> None:
    assert report(place, vault=False).unchecked["E13"].endswith("the vault's key is not here")
    submit(desk, SLIP, OrderErasure(person=P, basis="court-order"))
    found = report(place)
    assert (of_rulings(found), found.unchecked["E13"]) == ([], "reasons that were erased were not read again: 2")


def test_a_record_without_rulings_lacks_nothing(place: SQLitePlace) -> None:
    with desk_at(place, clock=lambda: NOON) as desk:
        submit(desk, RECORD_PERSON)
    assert "E13" not in report(place, vault=False).unchecked

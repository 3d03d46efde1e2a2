"""Personal data is refused where it could not be erased: contacts by their form, names by what the vault knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import BaseModel
from scenario import ADOPT_RULE, CALL_ELECTION, DEFINE_CONTEST, RECORD_PERSON, but
from stores import LedgerPlace, desk_at

from ledger.decision import DECISIONS
from ledger.errors import RefusedError
from ledger.field import check_text
from ledger.privacy.personal import contact_in, folded, names_in, names_in_id, require_impersonal, texts_of
from ledger.streams.person import Identity, OrderErasure, RecordPerson
from ledger.streams.result import AnnulResult
from ledger.streams.sitting import HoldSitting

FOUND = {
    "an e-mail address": [
        "write to ned@example.org",
        "ned.catman+vote@mail.example.co.uk!",
        "(N.Catman@example.org)",
        "né@exämple.org",
    ],
    "a telephone number": [
        "020 7946 0018",
        "call 07700 900123 now",
        "(01632) 960 983",
        "+44 20 7946 0018",
        "+44(0)20-7946-0018",
        "+1 202-555-0143",
        "07700900123.",
    ],
    "a postcode": [
        "SW1A 1AA",
        "of M1 1AE, Manchester",
        "EC1A1BB",
        "ex1 1ae",
        "B33 8TH",
        "CR2 6XH",
        "DN55 1PT",
        "GIR 0AA",
    ],
}
NOTHING = [
    "the count stopped at 784,151 papers",
    "on 2010-09-25 at 12:00:00Z, in 2010-2011",
    "see rule 4.2 of chapter 4, clause II.2.B",
    "the fee was 25.00, then 3.00 GBP",
    "serial 0001, 0002 and 00010203",
    "10% of 262,144 is 26,214.4",
    "E1 1st stage; S1 2nd, M3 3rd batch",
    "@labour, or the #LabourLeadership hashtag",
    "https://example.org/results/2010?page=0123456789#a@b",
    "av1 2nd count of box B2 at 10am",
    "SW1 alone, or a 1AA alone",
    "[2010] UKHL 12, ERS97 5.1.2",
    "ISBN 0-19-852663-6 is ten digits with a nought",
    "a total of 100 000 000 000 votes",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
def test_finds_contacts_in_the_forms_that_people_write(kind: str, text: str) -> None:
    found = contact_in(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("text", NOTHING)
def test_takes_nothing_else_for_a_contact(text: str) -> None:
    assert contact_in(text) is None


@for_all(st.text(max_size=300))
def test_looks_through_any_text(text: str) -> None:
    contact_in(text)
    assert all(name == folded(name) for name in names_in(text))


def test_of_a_public_key_its_name_alone_is_looked_through() -> None:
    """What comes after the name is chance; the same letters in a sentence, or cut short, are still somebody's."""
    material = "AQ/M11AE/" + "x" * 35
    assert contact_in(f"registrar+0a1b2c3d+{material}") is None
    assert contact_in(f"ned@example.org+0a1b2c3d+{material}") == ("an e-mail address", 3)
    for more in (f"registrar+0a1b2c3d+{material[:-1]}", f"of registrar+0a1b2c3d+{material}"):
        assert getattr(contact_in(more), "kind", None) == "a postcode"


def test_looks_through_long_text_in_time_that_grows_with_it() -> None:
    for text in ("a." * 2_000, "0 " * 2_000, "+1" * 2_000, "A1" * 2_000, "x" * 4_000 + "@", "Ab " * 1_300):
        contact_in(text)
        assert len(list(names_in(text))) < 20_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ned Catman", "CATMAN, Ned"),
        ("Zoë O'Brien", "zoe o\u2019brien"),
        ("Augusta Ada King-Noel", "augusta ada king noel"),
        ("Łukasz Żółw", "łukasz zolw".replace("zolw", "żółw")),
        ("Ｎｅｄ Catman", "ned catman"),
        ("Straße Weiß", "strasse weiss"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("Ned Catman", "Ned Batman"), ("राम कुमार", "रम कुमर"), ("Ana Li", "Anal I")])
def test_other_names_are_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_gives_the_names_that_a_text_could_hold() -> None:
    found = set(names_in("The panel heard Ned van der Catman, and then 42 others."))
    assert folded("Ned van der Catman") in found
    assert folded("panel heard") not in found
    assert not any("42" in name for name in found)


def test_gives_names_of_scripts_without_case() -> None:
    assert folded("王 小明") in set(names_in("王 小明"))


HELD = HoldSitting(
    body="nec",
    sitting="s-1",
    start="2010-09-25T10:00:00Z",
    end="2010-09-25T12:00:00Z",
    place="Hall, SW1A 1AA",
    present=("p-1",),
)
REASON = AnnulResult(contest="leader", reason="the roll was wrong")


NAMED = ("ned@example.org", "Ned Catman", "020 7946 0018", "+44 20 7946 0018", "SW1A 1AA")


def nobody(_: object) -> bool:
    return False


def known_as_ned(names: Iterable[str]) -> bool:
    return folded("Ned Catman") in set(names)


def test_refuses_a_contact_in_any_text_and_does_not_repeat_it() -> None:
    command = but(REASON, reason="told by ned@example.org")
    with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: annul-result, reason, from ") as refused:
        require_impersonal(command, nobody)
    assert "ned" not in str(refused.value)
    with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: annul-result, authority"):
        require_impersonal(but(REASON, authority="as 07700 900123 said"), nobody)


def test_refuses_contacts_where_public_figures_are_named_too() -> None:
    with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: call-election, organisation"):
        require_impersonal(but(CALL_ELECTION, organisation="Labour (info@example.org)"), nobody)


def test_refuses_contacts_in_records_inside_a_field() -> None:
    sections = tuple(each.model_copy(update={"name": "Ring 020 7946 0018"}) for each in DEFINE_CONTEST.sections)
    with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: define-contest, sections\.name, from "):
        require_impersonal(but(DEFINE_CONTEST, sections=sections), nobody)


def test_a_postcode_belongs_where_a_sitting_is_held() -> None:
    require_impersonal(HELD, nobody)
    with pytest.raises(RefusedError, match="a telephone number"):
        require_impersonal(but(HELD, place="020 7946 0018"), nobody)


def test_looks_at_nothing_that_goes_to_the_vault() -> None:
    assert list(texts_of(RECORD_PERSON)) == []


def test_every_text_of_every_command_is_looked_at() -> None:
    """What `check_text` checks is somebody's own words: a command that takes it any other way escapes."""
    for entry in DECISIONS.values():
        own = {name: field for name, field in entry.command.model_fields.items() if "check_text" in repr(field)}
        given: dict[str, Any] = dict.fromkeys(entry.command.model_fields) | dict.fromkeys(own, "words")
        found = {path[0] for path, _ in texts_of(entry.command.model_construct(**given))}
        assert found == own.keys() - entry.command.private, entry.command.verb


def texts_in(annotation: Any, metadata: tuple[Any, ...] = (), *, key: bool = False) -> Iterator[tuple[bool, list[str]]]:
    """Give every string inside a type, however deep: whether it is looked through, and the patterns that hold it."""
    beside = getattr(annotation, "__metadata__", ())
    if beside:
        yield from texts_in(annotation.__origin__, (*beside, *metadata), key=key)
    elif annotation is str:
        looked = any(getattr(each, "func", None) is check_text for each in metadata)
        yield looked and not key, [each.pattern for each in metadata if getattr(each, "pattern", None)]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in annotation.model_fields.values():
            yield from texts_in(field.annotation, tuple(field.metadata))
    elif get_origin(annotation) is not Literal:
        for number, part in enumerate(get_args(annotation)):
            keys = get_origin(annotation) in (dict, Mapping) and number == 0  # their values alone are looked through
            yield from texts_in(part, metadata, key=keys)


@pytest.mark.parametrize("verb", DECISIONS)
def test_each_text_of_a_command_is_looked_through_or_can_hold_nobody(verb: str) -> None:
    """Whatever is public: a contact is refused anywhere, a name too unless the field is declared to hold names."""
    command = DECISIONS[verb].command
    empty: dict[str, Any] = dict.fromkeys(command.model_fields)
    for name, field in command.model_fields.items():
        if name in command.private:
            continue
        texts = list(texts_in(field.annotation, tuple(field.metadata)))
        for looked, patterns in texts:
            held = [each for each in NAMED if not patterns or all(re.search(pattern, each) for pattern in patterns)]
            assert looked or held == [], f"{verb}, {name}: takes {held} past what is looked for"
        if any(looked for looked, _ in texts):
            with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: "):
                require_impersonal(command.model_construct(**empty | {name: "ask ned@example.org"}), nobody)
            named = command.model_construct(**empty | {name: "as Ned Catman said"})
            if name in command.names | command.venues:
                require_impersonal(named, known_as_ned)
            else:
                with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: "):
                    require_impersonal(named, known_as_ned)


def test_fields_that_are_declared_to_name_people_are_there() -> None:
    for entry in DECISIONS.values():
        assert entry.command.names | entry.command.venues <= entry.command.model_fields.keys(), entry.command.verb


def test_refuses_the_name_of_somebody_in_the_vault(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(RECORD_PERSON, actor="clerk")
        for reason in ("Ada Lovelace was left out", "it was LOVELACE, Ada", "told by Ada\u00a0Lovelace"):
            with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: annul-result, reason: "):
                desk.submit(but(REASON, reason=reason), actor="clerk")
        for reason in ("the ada lovelace lecture", "Ada, of Lovelace Street", "Ada Byron was left out"):
            with pytest.raises(RefusedError, match=r"^unknown-contest: "):
                desk.submit(but(REASON, reason=reason), actor="clerk")
        assert desk.ledger.head().size == 1


def test_a_public_figure_is_named_where_the_field_says_so(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(RECORD_PERSON, actor="clerk")
        desk.submit(but(CALL_ELECTION, title="Ada Lovelace's seat"), actor="clerk")


def test_knows_who_was_recorded_since_and_nobody_who_was_erased(ledger_place: LedgerPlace) -> None:
    known = but(REASON, reason="Grace Hopper said so")
    with desk_at(ledger_place) as desk:
        desk.submit(RECORD_PERSON, actor="clerk")
        with pytest.raises(RefusedError, match=r"^unknown-contest: "):
            desk.submit(known, actor="clerk")
        desk.submit(RecordPerson(person="p2", identity=Identity(name="Grace Hopper")), actor="clerk")
        with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: "):
            desk.submit(known, actor="clerk")
        desk.submit(OrderErasure(person="p2", basis="right-to-erasure"), actor="clerk")
        assert desk.vault.index.people() == {"p1"}
        with pytest.raises(RefusedError, match=r"^unknown-contest: "):
            desk.submit(known, actor="clerk")


@pytest.mark.parametrize("name", ["ada-lovelace", "lovelace-ada", "case-ada-lovelace-2", "zoe-obrien"])
def test_refuses_an_id_that_is_somebodys_name(ledger_place: LedgerPlace, name: str) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(RECORD_PERSON, actor="clerk")
        desk.submit(RecordPerson(person="p2", identity=Identity(name="Zo\u00eb O'Brien")), actor="clerk")
        for command, field in ((but(CALL_ELECTION, election=name), "election"), (but(HELD, sitting=name), "sitting")):
            with pytest.raises(RefusedError, match=rf"^personal-data-in-public-field: {command.verb}, {field}: ") as no:
                desk.submit(command, actor="clerk")
            assert name not in str(no.value)


@pytest.mark.parametrize("name", ["adalovelace", "ada-2-lovelace", "ada-of-lovelace", "ada-lovelaces", "ada", "a-da"])
def test_takes_an_id_that_is_nobodys_name(ledger_place: LedgerPlace, name: str) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(RECORD_PERSON, actor="clerk")
        desk.submit(but(CALL_ELECTION, election=name), actor="clerk")


def test_a_person_is_not_recorded_under_their_own_name(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        with pytest.raises(RefusedError, match=r"^personal-data-in-public-field: record-person, person: "):
            desk.submit(but(RECORD_PERSON, person="lovelace-ada"), actor="clerk")
        desk.submit(but(RECORD_PERSON, person="byron-ada"), actor="clerk")


def test_a_candidates_id_may_be_their_name(ledger_place: LedgerPlace) -> None:
    candidates = ({"id": "ada-lovelace", "name": "Ada Lovelace"}, {"id": "b", "name": "B"})
    with desk_at(ledger_place) as desk:
        for command in (RECORD_PERSON, CALL_ELECTION, ADOPT_RULE, but(DEFINE_CONTEST, candidates=candidates)):
            desk.submit(command, actor="clerk")


def test_looks_nobody_up_for_an_id_of_numbers_or_one_word() -> None:
    assert not [*names_in_id("leader-2015"), *names_in_id("s-1"), *names_in_id("leader"), *names_in_id("")]
    assert set(names_in_id("a-b-2-c-d")) == {"a b", "c d"}


def test_ids_that_are_coined_are_ids() -> None:
    coined = [entry.command for entry in DECISIONS.values() if entry.command.coined]
    assert len(coined) > 5
    for command in coined:
        assert all(command.model_fields[field].annotation is str for field in command.coined), command.verb


def test_no_command_keeps_text_that_is_not_checked() -> None:
    """A field of plain `str` would not be looked at: each is of a pattern, a closed list, or `check_text`'s."""
    for entry in DECISIONS.values():
        kinds = get_type_hints(entry.command, include_extras=True)
        plain = [name for name in entry.command.model_fields if kinds[name] in (str, str | None, tuple[str, ...])]
        assert not plain, entry.command.verb

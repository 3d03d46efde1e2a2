"""Documents: what binds, what only guides, since when, and whether a circulating text is the one that was sent."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from pydantic import ValidationError
from scenario import CALL_ELECTION, NOW, but, given, happened
from test_rulebook import ADOPT, ADVICE_HASH, FEE_HASH, LATER, LONG_AGO, MUCH_LATER, OTHER_TEXT, REPEAL, TEXT

from ledger.decision import Command, fold
from ledger.errors import RefusedError
from ledger.rules.likeness import mixed_words
from ledger.rules.wording import digests_of
from ledger.streams.document import (
    Document,
    DocumentPublished,
    DocumentWithdrawn,
    PublishDocument,
    WithdrawDocument,
    document_stream,
    require_document_ground,
)

STREAM = "document/code"
PUBLISH = PublishDocument(
    document="code",
    organisation="labour",
    title="Code of conduct",
    kind="binding",
    text_digest=TEXT,
    addressed_to=("candidate", "agent"),
    in_force_from=NOW,
    election="labour",
    sanction=FEE_HASH,
    words_digest=OTHER_TEXT,
)
EXPECTATIONS = but(PUBLISH, document="expectations", kind="guidance", sanction=None, addressed_to=("member",))
WITHDRAW = WithdrawDocument(document="code", in_force_until=LATER, reason="replaced by law")
BEGUN = (CALL_ELECTION, ADOPT)


def document(*commands: Command, name: str = "code") -> Document:
    stream = document_stream(name)
    return fold(stream, (event for event in given(*BEGUN, *commands).events if event.stream == stream.stream))


def own(command: Command) -> dict[str, Any]:
    return {name: getattr(command, name) for name in type(command).model_fields.keys() - Command.model_fields.keys()}


def test_publishes_a_code_with_the_clause_that_sanctions_rest_on() -> None:
    given(*BEGUN).when(PUBLISH).then(happened(DocumentPublished, STREAM, **own(PUBLISH), edition=1))


def test_a_later_edition_holds_in_place_of_those_before() -> None:
    second = but(PUBLISH, text_digest=OTHER_TEXT, in_force_from=LATER)
    (event,) = given(*BEGUN, PUBLISH).when(second).events
    assert isinstance(event, DocumentPublished)
    assert event.edition == 2
    code = document(PUBLISH, second)
    assert [each.edition if each else None for each in map(code.in_force, (LONG_AGO, NOW, LATER))] == [None, 1, 2]


def test_a_document_ends_when_it_said_or_when_it_is_withdrawn() -> None:
    ending = but(PUBLISH, in_force_until=LATER)
    assert document(ending).in_force("2010-09-30T23:59:59Z")
    assert document(ending).in_force(LATER) is None
    given(*BEGUN, PUBLISH).when(WITHDRAW).then(happened(DocumentWithdrawn, STREAM, 2, **own(WITHDRAW)))
    assert document(PUBLISH, WITHDRAW).in_force("2010-09-30T23:59:59Z")
    assert document(PUBLISH, WITHDRAW).in_force(LATER) is None
    assert document(PUBLISH, but(PUBLISH, title="Next", in_force_from=MUCH_LATER), WITHDRAW).history.after(LATER) == ()
    given(*BEGUN, ending).when(but(WITHDRAW, in_force_until=MUCH_LATER)).then_refused("not-in-force")
    assert given(*BEGUN, PUBLISH, WITHDRAW).when(but(PUBLISH, in_force_from=MUCH_LATER)).events


@pytest.mark.parametrize(
    ("scene", "command", "code"),
    [
        (BEGUN, but(PUBLISH, effective=LATER, in_force_from=LATER), "future-dated"),
        ((ADOPT,), PUBLISH, "unknown-election"),
        (BEGUN, but(PUBLISH, in_force_until=NOW), "bad-period"),
        (BEGUN, but(PUBLISH, in_force_from="2010-09-25T11:59:59Z"), "retrospective-rule"),
        (BEGUN, but(EXPECTATIONS, in_force_from="2010-09-25T11:59:59Z"), "retrospective-rule"),
        (BEGUN, but(EXPECTATIONS, sanction=FEE_HASH), "expectation-with-sanction"),
        (BEGUN, but(EXPECTATIONS, kind="notice", sanction=FEE_HASH), "expectation-with-sanction"),
        ((CALL_ELECTION,), PUBLISH, "unknown-clause"),
        (
            (*BEGUN, but(REPEAL, ref="4.II.3", adopted_by="committee")),
            but(PUBLISH, in_force_from=LATER),
            "clause-not-in-force",
        ),
        (BEGUN, but(PUBLISH, sanction=ADVICE_HASH), "not-binding"),
        ((*BEGUN, PUBLISH), but(PUBLISH, in_force_from=LATER), "document-held"),
        (BEGUN, WITHDRAW, "unknown-document"),
        ((*BEGUN, PUBLISH), but(WITHDRAW, effective=MUCH_LATER), "future-dated"),
    ],
)
def test_refuses(scene: tuple[Command, ...], command: Command, code: str) -> None:
    given(*scene).when(command).then_refused(code)


def test_what_bound_did_bind() -> None:
    scene = given(*BEGUN, PUBLISH).at(LATER)
    scene.when(but(WITHDRAW, in_force_until=NOW)).then_refused("retrospective-rule")
    assert scene.when(WITHDRAW).events


def test_a_publication_may_be_recorded_late_and_a_notice_may_tell_of_the_past() -> None:
    late = but(PUBLISH, effective="2010-05-20T09:00:00Z", in_force_from="2010-05-20T09:00:00Z", sanction=None)
    assert given(*BEGUN).when(late).events
    given(*BEGUN).when(but(late, in_force_from="2010-05-20T08:59:59Z")).then_refused("retrospective-rule")
    assert given(*BEGUN).when(but(late, kind="notice", in_force_from=LONG_AGO)).events


def test_no_sanction_rests_on_guidance_or_on_what_came_later() -> None:
    assert require_document_ground(document(PUBLISH), NOW, "ruling r-1").edition == 1
    expectations = document(EXPECTATIONS, name="expectations")
    for found, conduct, code in (
        (expectations, NOW, "not-binding"),
        (document(but(EXPECTATIONS, document="code", kind="notice")), NOW, "not-binding"),
        (document(PUBLISH), "2010-09-25T11:59:59Z", "not-in-force"),
        (document(PUBLISH, WITHDRAW), LATER, "not-in-force"),
        (document(), NOW, "not-in-force"),
    ):
        with pytest.raises(RefusedError) as caught:
            require_document_ground(found, conduct, "ruling r-1")
        assert caught.value.code == code
        assert "ruling r-1" in str(caught.value)


@pytest.mark.parametrize("classes", [[], ["candidates"], ["candidate"] * 17])
def test_is_addressed_to_classes_of_actor(classes: list[str]) -> None:
    with pytest.raises(ValidationError):
        but(PUBLISH, addressed_to=classes)


def test_does_not_take_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match="does not belong to a document"):
        fold(document_stream("code"), given(CALL_ELECTION).events)


SENT = "Be kind.\nBe brief – always.\n"


@pytest.mark.parametrize(
    "copy",
    [
        SENT.replace("\n", "\r\n"),
        "\ufeff" + SENT,
        SENT.rstrip(),
        "  Be kind.\n\n\tBe\u00a0brief –\u2028always.",
    ],
)
def test_white_space_and_line_ends_change_the_bytes_and_not_the_words(copy: str) -> None:
    sent, found = digests_of(SENT.encode()), digests_of(copy.encode())
    assert sent.exact != found.exact
    assert sent.words == found.words


def test_the_words_of_a_text_are_in_one_normal_form() -> None:
    name = "Diané"
    assert digests_of(unicodedata.normalize("NFD", name).encode()).words == digests_of(name.encode()).words


@pytest.mark.parametrize(
    "copy", [SENT.replace("kind", "Kind"), SENT.replace("–", "-"), SENT + "Not", "Bekind. Be brief – always."]
)
def test_another_word_or_sign_is_another_text(copy: str) -> None:
    assert digests_of(SENT.encode()).words != digests_of(copy.encode()).words


def test_what_is_no_text_is_known_by_its_bytes() -> None:
    exact, words = digests_of(b"%PDF-1.4\n\xff\xfe")
    assert exact == words
    assert digests_of(b"%PDF-1.4\r\n\xff\xfe").words != words
    assert digests_of(b"").exact == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


NAMES = (
    *("Code of conduct", "Überarbeitete Ordnung", "Ｃｏｄｅ", "Μάνος 2", "Кодекс поведения", "Հայերեն", "ქართული"),
    *("מדריך", "قواعد السلوك", "नियम", "নিয়ম", "ਨਿਯਮ", "விதிகள்", "నియమాలు", "നിയമങ്ങൾ", "සිංහල", "กฎ", "ກົດ", "མཛད", "ဥပဒေ"),
    *(
        "行動規範のルール",
        "党首選挙",
        "행동 강령",
        "규칙法",
        "ㄓ行",
        "ሕግ",
        "ច្បាប់",
        "ᠮᠣᠩᠭᠣᠯ",
        "Te Tiriti o Waitangi",
        "Nguyễn",
        "ꦗꦮ",
    ),
    *("Labour Партия", "Rule A-1 (Кодекс)", "O'Neill", "J. de la Cruz"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_title_in_any_script_is_taken_and_no_warning_given(name: str) -> None:
    name = unicodedata.normalize("NFC", name)
    assert document(but(PUBLISH, title=name)).editions[0].title == name
    assert mixed_words(name) == []


@pytest.mark.parametrize("title", ["Code of cоnduct", "Lаbοur", "ΑBC", "Кодекc", "ᎪB", "工ロ行カн"])
def test_a_word_of_mixed_scripts_is_taken_and_warned_of(title: str) -> None:
    assert document(but(PUBLISH, title=title)).editions[0].title == title
    assert [word for word, _ in mixed_words(title)] == title.split()[-1:]

"""Who reads what of a case: the table of redaction, field by audience; the public reads one line and nothing else."""

from __future__ import annotations

import json

import pytest
from filed import NOW_IS, Filed, filed
from ruled import BEFORE, EVIDENCE, NOTICE, OPEN, OPENED, RULE, TELL, P
from scenario import but, happened
from stores import LedgerPlace, desk_at
from terminal import ROOT
from test_appeal import ASSIGN, DETERMINE, HEAR, LODGE, PACK
from test_case_file import REPLY, put

from ledger.decision import Command
from ledger.event import TYPES
from ledger.field import check_text
from ledger.streams.incident import LinkCase, OpenIncident
from ledger.streams.notification import CorrectRuling
from ledger.streams.person import DisclosureErased, PersonRecorded
from ledger.streams.ruling_events import RulingMade
from projections.cases.audience import ERASED, MISSING, PRIVATE, READERS, TABLE, Reader, may_read, reads_vault
from projections.cases.file import read_case_file
from projections.cases.html import html_of_page
from projections.cases.page import HIDDEN, case_page
from projections.cases.text import markdown_of_page, text_of_page
from projections.verify.case_streams import OF_APPEALS, OF_CASES

SUBJECT, PANEL, REVIEWER, SCRUTINEER = "subject", "panel", "reviewer", "scrutineer"
TIP = but(
    EVIDENCE,
    evidence="e2",
    evidence_class="C",
    disclosure="withheld",
    withheld_because="It would show who gave it",
    given_by="neighbour",
    description="A neighbour saw a poster",
)
IN_PART = but(
    EVIDENCE, evidence="e3", disclosure="redacted", withheld_because="A child", description="A page of a list"
)
INCIDENT = OpenIncident(incident="i1", election="labour", kind="bulk-pattern", title="A card", effective=OPENED)
LINK = LinkCase(case="c1", incident="i1", signal="Same card as nine others", effective=OPENED)
FOUND = but(OPEN, detection="search", search="names of candidates", referred_by="informant")
REASONS = RULE.reasons + ", as all of them saw"
SLIP = CorrectRuling(case="c1", ruling=1, reasons=REASONS, reason="A word was left out", effective=TELL.effective)
COMMANDS: tuple[Command, ...] = (
    BEFORE[0],
    INCIDENT,
    *put(put(put(BEFORE[1:], OPEN, FOUND), EVIDENCE, EVIDENCE, TIP, IN_PART, LINK), NOTICE, NOTICE, REPLY),
    but(RULE, replies=1, late_replies=1),
    TELL,
    SLIP,
    LODGE,
    ASSIGN,
    PACK,
    HEAR,
    DETERMINE,
)

# What is somebody's to read, in the words that only it has; everything else is read by all but the public.
WHO: dict[str, set[str]] = {
    "informant": {PANEL, REVIEWER, SCRUTINEER},
    "names of candidates": {SUBJECT, PANEL, REVIEWER},
    "given by clerk": {PANEL, REVIEWER, SCRUTINEER},
    "a document or official record (class A)": {SUBJECT, PANEL, REVIEWER, SCRUTINEER},
    "It is shown to the person": {SUBJECT, PANEL, REVIEWER, SCRUTINEER},
    "given by neighbour": {PANEL, REVIEWER, SCRUTINEER},
    "Nomination paper of another party, signed": {SUBJECT, PANEL, REVIEWER},
    "A neighbour saw a poster": {PANEL, REVIEWER},
    "A page of a list": {PANEL, REVIEWER},
    "It was not me": {SUBJECT, PANEL, REVIEWER},
    "incident i1": {PANEL, REVIEWER, SCRUTINEER},
    "Same card as nine others": {PANEL, REVIEWER, SCRUTINEER},
    'are "' + RULE.reasons + '"': {SUBJECT, PANEL, REVIEWER},
    f'The reasons now read "{REASONS}"': {SUBJECT, PANEL, REVIEWER},
    "I signed nothing": {SUBJECT, REVIEWER},
    DETERMINE.reasons: {SUBJECT, PANEL, REVIEWER},
    "It would show who gave it": {SUBJECT, PANEL, REVIEWER, SCRUTINEER},
    "A word was left out": {SUBJECT, PANEL, REVIEWER, SCRUTINEER},
    "by 2 to 1": {SUBJECT, PANEL, REVIEWER, SCRUTINEER},
    P: {SUBJECT, PANEL, REVIEWER, SCRUTINEER},
}


@pytest.fixture(scope="module")
def record() -> Filed:
    return filed(*COMMANDS)


def written(record: Filed, reader: Reader) -> list[str]:
    """The page in every form; the text on one line, in which words stand together, as in Markdown."""
    page = record.page(reader)
    wide = text_of_page(page, 10_000)
    spoken = json.dumps(page.plain(), ensure_ascii=False).replace('\\"', '"')
    return [wide, markdown_of_page(page).replace("\\", ""), html_of_page(page).replace("&quot;", '"'), spoken]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("words", WHO)
def test_each_reads_what_is_theirs_and_nothing_else(record: Filed, words: str, reader: Reader) -> None:
    for text in written(record, reader):
        assert (words in text) == (reader in WHO[words]), text


@pytest.mark.parametrize("reader", READERS)
def test_no_form_shows_what_stands_for_a_field(record: Filed, reader: Reader) -> None:
    assert not any(HIDDEN in text for text in written(record, reader))
    with pytest.raises(ValueError, match="invisible"):
        check_text(HIDDEN)


def test_every_private_field_of_a_case_has_a_row() -> None:
    of_cases = {
        (event.model_fields["type"].default, field) for event in (*OF_CASES, *OF_APPEALS) for field in event.private
    }
    assert {row for row in TABLE if row[1] in TYPES[row[0]].private} == of_cases
    assert all(field in TYPES[kind].model_fields for kind, field in TABLE)
    assert all(rule.readers and "public" not in rule.readers for rule in TABLE.values())


def test_what_is_private_and_has_no_row_is_read_by_nobody() -> None:
    known = happened(PersonRecorded, "person/p1", identity="0" * 43)
    assert not any(may_read(reader, known, "identity") for reader in READERS)
    assert [reader for reader in READERS if may_read(reader, known, "actor")] == [SUBJECT, PANEL, REVIEWER, SCRUTINEER]


def test_the_how_to_shows_the_table_as_it_is() -> None:
    page = (ROOT / "docs" / "how-to" / "rule-on-a-case.md").read_text("utf-8")
    for (kind, field), rule in TABLE.items():
        cells = ["yes" if reader in rule.readers else "no" for reader in READERS[1:]]
        cells[0] = "if disclosed" if rule.subject_if_disclosed else cells[0]
        assert f"| `{kind}` | `{field}` | {' | '.join(cells)} |\n" in page
    assert page.count("\n| `") == len(TABLE)


def test_no_event_of_a_case_has_two_private_fields() -> None:
    assert all(len(event.private) <= 1 for event in (*OF_CASES, *OF_APPEALS))


def test_the_vault_is_not_opened_for_who_reads_nothing_in_it() -> None:
    assert [reader for reader in READERS if reads_vault(reader)] == [SUBJECT, PANEL, REVIEWER]


def test_the_public_reads_one_line_and_nothing_else(record: Filed) -> None:
    page = record.page("public")
    line = "One ruling under other-party, 10 August 2010, appeal closed."
    assert text_of_page(page, 80) == markdown_of_page(page).replace("\\", "") == line + "\n"
    assert page.plain() == {"audience": "public", "lines": [line]}
    assert html_of_page(page).partition("<main>")[2] == (
        f'\n<h1>Case</h1>\n<p class="headline">{line}</p>\n</main>\n</body>\n</html>\n'
    )
    assert filed(*BEFORE, RULE, TELL).page("public").lines[0].endswith("appeal open.")
    assert filed(*BEFORE, RULE).page("public").lines == ("No ruling: nothing of it is public.",)
    assert filed(*BEFORE).page("public").lines == ("No ruling: nothing of it is public.",)


def test_what_was_erased_is_shown_as_erased_and_to_nobody_else_than_before(record: Filed) -> None:
    reasons = next(event.reasons for _, event in record.events if isinstance(event, RulingMade))
    gone = happened(DisclosureErased, f"erasure/{P}", digests=(reasons,))
    after = filed(*COMMANDS)
    after.events.append((len(after.events), gone))
    assert f"The reasons, of 19 words, are {ERASED}." in text_of_page(after.page("panel"), 10_000)
    assert f"The reasons, of 19 words, are {ERASED}." in text_of_page(after.page("panel", read=None), 10_000)
    assert f"The reasons, of 19 words, are {PRIVATE}." in text_of_page(after.page("scrutineer"), 10_000)
    assert RULE.reasons + '"' not in text_of_page(after.page("reviewer"), 10_000)


def test_what_the_vault_lacks_is_not_said_to_be_erased(record: Filed) -> None:
    page = record.page("panel", read=lambda *_: None)
    assert f"are {MISSING}." in text_of_page(page, 10_000)
    assert any(note.startswith(MISSING) for note in page.notes)


def test_what_a_user_wrote_is_never_taken_for_what_stands_for_a_text() -> None:
    forged = but(TIP, withheld_because='It is "(private)", they said (private)')
    page = filed(*put(BEFORE, EVIDENCE, EVIDENCE, forged)).page()
    (entry,) = [each for each in page.timeline if "e2" in each.says[0]]
    assert entry.says[1].endswith('what it says is "A neighbour saw a poster".')
    assert entry.says[2] == 'It is withheld: "It is \\"(private)\\", they said (private)".'


def test_a_text_for_which_a_story_has_no_place_is_told_beside_it() -> None:
    terms = but(OPEN, search="names of candidates")  # though it was found by a complaint
    entry = filed(*put(BEFORE, OPEN, terms)).page().timeline[0]
    assert entry.says[-1] == 'Its search: "names of candidates".'
    assert filed(*BEFORE).page().timeline[0].says[-1] == "The conduct was on 1 June 2010 at 12:00:00 UTC."


def test_nothing_of_anybody_is_markup() -> None:
    reasons = "<script>alert(1)</script> | *x* [a](http://b) `c` & on 1 June 2010 they signed the paper of a rival"
    page = filed(*BEFORE, but(RULE, reasons=reasons), TELL).page()
    html = html_of_page(page)
    assert "<script" not in html
    assert html.count('<li class="later">') == html.count('<span class="mark">later</span>') == 1
    assert "default-src 'none'; style-src 'sha256-" in html
    assert not any(word in html for word in (" src=", " href=", "url(", "@import", "onload"))
    assert '<html lang="en">' in html
    markdown = markdown_of_page(page)
    assert "\\*x\\* \\[a\\](http://b) \\`c\\` &amp; on" in markdown
    assert "<script" not in markdown
    assert max(map(len, text_of_page(page, 80).splitlines())) <= 80


def test_private_texts_come_from_the_vault_on_both_stores(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        for command in (*BEFORE, RULE, TELL):
            desk.submit(command, actor="clerk")
        file = read_case_file(desk.ledger, "c1")
        shown = case_page(file, "subject", NOW_IS, desk.vault.read)
        assert shown.timeline[1].texts == {"description": "Nomination paper of another party, signed"}
        assert f'are "{RULE.reasons}".' in text_of_page(shown, 10_000)
        assert case_page(file, "scrutineer", NOW_IS).timeline[1].texts == {"description": PRIVATE}

"""Who was bound by what at a moment, and who by nothing: per class of actor, by the clocks of the rules."""

from __future__ import annotations

from scenario import CALL_ELECTION, NOW, but, given
from test_document import EXPECTATIONS, PUBLISH, WITHDRAW
from test_rulebook import ADOPT, AMEND, ISSUE, LATER, MUCH_LATER, OTHER_TEXT, TEXT

from ledger.decision import Command, fold
from ledger.rules.clause import Span
from ledger.rules.wording import Digests
from ledger.streams.document import document_stream
from ledger.streams.rulebook import rulebook_stream
from projections.election.coverage import CLASSES, Coverage, Gap, cover, gaps, rules_of, whole_days
from projections.election.rules import Rules, texts_like, title_warnings

SINCE, CLOSE = "2010-09-20T00:00:00Z", "2010-09-24T11:30:00Z"
END = "2010-10-31T23:59:59Z"


def on_record(*commands: Command) -> Rules:
    events = given(CALL_ELECTION, ADOPT, *commands).events
    documents = {
        name: fold(document_stream(name), (event for event in events if event.stream == f"document/{name}"))
        for name in ("code", "expectations")
    }
    book = fold(rulebook_stream("labour"), (event for event in events if event.stream == "rulebook/labour"))
    return Rules({"labour": book}, {name: each for name, each in documents.items() if each.exists})


def of(name: str, *commands: Command, at: str = END, election: str | None = None) -> Coverage:
    covered = cover(rules_of(on_record(*commands), election), at, SINCE, {("nominations-close", None): CLOSE})
    assert tuple(each.actor_class for each in covered) == CLASSES
    return next(each for each in covered if each.actor_class == name)


def span(since: str, until: str | None = None) -> Span[None]:
    return Span(f"2010-06-{since}T00:00:00Z", f"2010-06-{until}T00:00:00Z" if until else None, None)


def days(*spans: Span[None], since: str = "01", at: str = "30") -> list[tuple[str, str, bool, int]]:
    found = gaps(spans, f"2010-06-{since}T00:00:00Z", f"2010-06-{at}T23:59:59Z")
    return [(gap.since[8:10], gap.until[8:10], gap.open, gap.days) for gap in found]


def test_a_code_that_came_after_nominations_closed_shows_as_days_without_one() -> None:
    candidate = of("candidate", PUBLISH)
    assert [rule.name for rule in candidate.binding] == ["code"]
    step = ((("nominations-close", None), CLOSE, 1),)
    assert candidate.gaps == (Gap(SINCE, NOW, False, 5, step),)
    assert candidate.days == 5


def test_guidance_and_notices_are_no_code() -> None:
    member = of("member", EXPECTATIONS)
    assert ([rule.name for rule in member.guidance], member.binding) == (["expectations"], ())
    assert [(gap.open, gap.days) for gap in member.gaps] == [(True, 42)]
    told = of("member", but(EXPECTATIONS, kind="notice"))
    assert ([rule.name for rule in told.notices], told.days) == (["expectations"], 42)


def test_a_clause_covers_whom_it_names_and_one_for_everyone_nobody_in_particular() -> None:
    assert of("staff").binding == ()
    naming = but(AMEND, applies_to=("staff", "officer"), in_force_from=LATER)
    assert [rule.name for rule in of("staff", naming).binding] == ["book-2010 4.II.3"]
    assert of("staff", naming).days == 11
    assert of("candidate", naming).binding == ()


def test_what_is_for_another_election_covers_nobody_in_this_one() -> None:
    other = but(CALL_ELECTION, election="deputy")
    assert of("candidate", PUBLISH, election="labour").binding
    assert not of("candidate", other, PUBLISH, election="deputy").binding
    assert of("candidate", other, but(PUBLISH, election=None), election="deputy").binding
    guided = of("staff", ISSUE, election="labour").guidance
    assert [rule.name for rule in guided] == ["guide G2"]
    assert not of("staff", other, ISSUE, election="deputy").guidance


def test_a_code_withdrawn_leaves_a_gap_that_is_still_open() -> None:
    candidate = of("candidate", PUBLISH, WITHDRAW)
    assert candidate.binding == ()
    assert [(gap.since, gap.until, gap.open, gap.days) for gap in candidate.gaps] == [
        (SINCE, NOW, False, 5),
        (LATER, END, True, 31),
    ]


def test_what_comes_into_force_later_is_not_in_force_yet() -> None:
    pending = of("candidate", but(PUBLISH, in_force_from=MUCH_LATER))
    assert (pending.binding, pending.days) == ((), 42)


def test_gaps_lie_between_what_was_in_force() -> None:
    assert days() == [("01", "30", True, 30)]
    assert days(span("01")) == []
    assert days(span("10")) == [("01", "10", False, 9)]
    assert days(span("02", "05"), span("08", "10")) == [
        ("01", "02", False, 1),
        ("05", "08", False, 3),
        ("10", "30", True, 21),
    ]
    assert days(span("02", "20"), span("05", "06"), span("20")) == [("01", "02", False, 1)]
    assert days(span("01", "05"), span("03"), at="10") == []
    assert days(span("01", "05"), since="10") == [("10", "30", True, 21)]
    assert days(span("20"), at="10") == [("01", "10", True, 10)]
    assert days(since="20", at="10") == []


def test_days_are_whole_and_february_may_have_29() -> None:
    assert whole_days("2012-02-28T00:00:00Z", "2012-03-01T00:00:00Z") == 2
    assert whole_days("2010-02-28T00:00:00Z", "2010-03-01T00:00:00Z") == 1
    assert whole_days("2010-06-09T11:30:00Z", "2010-06-10T11:29:59Z") == 0
    assert whole_days("2010-06-09T00:00:00Z", "2010-06-09T23:59:59Z", included=True) == 1


def test_a_text_is_found_by_its_bytes_before_its_words() -> None:
    rules = on_record(PUBLISH, but(PUBLISH, in_force_from=LATER, text_digest="sha256:" + "3" * 64), ISSUE)
    (words,) = {each.match for each in texts_like(rules, Digests("sha256:" + "4" * 64, OTHER_TEXT))}
    assert words == "words"
    (only,) = texts_like(rules, Digests("sha256:" + "3" * 64, OTHER_TEXT))
    assert (only.what, only.match, only.stream) == ("document code, edition 2", "exact", "document/code")
    assert {each.what for each in texts_like(rules, Digests(TEXT, OTHER_TEXT))} == {
        "document code, edition 1",
        "rule book book-2010 of labour",
        "guidelines guide, edition 1 of labour",
        "clause 4.II.2 of book-2010 as of 2000-02-29T00:00:00Z",
        "clause 4.II.3 of book-2010 as of 2000-02-29T00:00:00Z",
        "clause A1 of book-2010 as of 2000-02-29T00:00:00Z",
        f"clause G1 of guide as of {NOW}",
        f"clause G2 of guide as of {NOW}",
    }
    assert texts_like(rules, Digests("sha256:" + "4" * 64, "sha256:" + "4" * 64)) == []


def test_warns_of_titles_and_refs_that_deceive_the_eye() -> None:
    clean = on_record(PUBLISH, but(PUBLISH, in_force_from=LATER, text_digest=OTHER_TEXT), ISSUE)
    assert list(title_warnings(clean)) == []
    mixed = on_record(PUBLISH, but(EXPECTATIONS, title="Code of cоnduct"))
    assert list(title_warnings(mixed)) == [
        "document expectations, edition 1: 'cоnduct' has letters of Cyrillic and Latin",
        "document expectations, edition 1: 'Code of cоnduct' looks like 'Code of conduct' of document code, edition 1",
    ]
    (alike,) = title_warnings(on_record(but(AMEND, ref="А1", adopted_by="conference")))
    assert alike == "clause А1 of book-2010: 'А1' looks like 'A1' of clause A1 of book-2010"

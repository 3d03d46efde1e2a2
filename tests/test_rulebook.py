"""Rule books and guidelines: who may amend what, from when, and what a decision can refer to."""

from __future__ import annotations

from typing import Any

import pytest
from officers import FOUND_HERE
from pydantic import ValidationError
from scenario import CALL_ELECTION, NOW, Given, but, given, happened

from ledger.decision import Command, fold
from ledger.errors import RefusedError
from ledger.rules.clause import Clause, History, clause_hash
from ledger.streams.amendment import AdoptRuleBook, AmendRule, RepealRule
from ledger.streams.guidelines import IssueGuidelines, IssueInterpretation, require_ground
from ledger.streams.rulebook import (
    GuidelinesIssued,
    InterpretationIssued,
    RuleAmended,
    RuleBook,
    RuleBookAdopted,
    RuleRepealed,
    rulebook_stream,
)

STREAM = "rulebook/labour"
LONG_AGO, BEFORE, LATER, MUCH_LATER = (
    "2000-02-29T00:00:00Z",
    "2010-09-25T11:59:59Z",
    "2010-10-01T00:00:00Z",
    "2011-01-01T00:00:00Z",
)
TEXT, OTHER_TEXT = "sha256:" + "1" * 64, "sha256:" + "2" * 64
CATEGORIES = Clause(
    ref="4.II.2", title="Who votes", text_digest=TEXT, amendable_by="conference", kind="binding", applies_to=None
)
FEE = Clause(ref="4.II.3", title="Fee and window", text_digest=TEXT, amendable_by="committee", kind="binding")
ADVICE = Clause(ref="A1", title="On courtesy", text_digest=TEXT, amendable_by="nec", kind="guidance")
ADOPT = AdoptRuleBook(
    organisation="labour",
    rulebook="book-2010",
    title="Rule Book 2010",
    text_digest=TEXT,
    clauses=(CATEGORIES, FEE, ADVICE),
    amendable_by="conference",
    adopted_by="conference",
    in_force_from=LONG_AGO,
    decision="d-1",
)
AMEND = AmendRule(
    organisation="labour",
    rulebook="book-2010",
    ref="4.II.3",
    title="Fee and window",
    text_digest=OTHER_TEXT,
    amendable_by="committee",
    kind="binding",
    adopted_by="committee",
    in_force_from=LATER,
)
REPEAL = RepealRule(
    organisation="labour", rulebook="book-2010", ref="4.II.2", adopted_by="conference", in_force_from=LATER
)
CATEGORIES_HASH = clause_hash("labour", "book-2010", CATEGORIES, LONG_AGO)
FEE_HASH = clause_hash("labour", "book-2010", FEE, LONG_AGO)
ADVICE_HASH = clause_hash("labour", "book-2010", ADVICE, LONG_AGO)
SPENDING = Clause(ref="G1", title="Spending", text_digest=TEXT, amendable_by="committee", kind="binding")
HOURS = Clause(ref="G2", title="Hours", text_digest=TEXT, amendable_by="nec", kind="guidance", applies_to=("staff",))
ISSUE = IssueGuidelines(
    organisation="labour",
    guidelines="guide",
    title="Procedural guidelines",
    text_digest=TEXT,
    clauses=(SPENDING, HOURS),
    issued_by="committee",
    under=CATEGORIES_HASH,
    in_force_from=NOW,
    election="labour",
)
INTERPRET = IssueInterpretation(
    organisation="labour",
    clause=FEE_HASH,
    question="Does the window end at noon?",
    interpretation="It ends with the day.",
    issued_by="nec",
    cases=("case 12 of 2009",),
)
ISSUED = (CALL_ELECTION, ADOPT, ISSUE)


def rules(*commands: Command, scene: Given | None = None) -> RuleBook:
    """The rules after commands."""
    events = given(*commands).events if scene is None else scene.events
    return fold(rulebook_stream("labour"), (event for event in events if event.stream == STREAM))


def own(command: Command) -> dict[str, Any]:
    return {name: getattr(command, name) for name in type(command).model_fields.keys() - Command.model_fields.keys()}


def test_adopts_a_rule_book_that_has_been_in_force_for_long() -> None:
    given().when(ADOPT).then(happened(RuleBookAdopted, STREAM, **own(ADOPT)))
    assert list(rules(ADOPT).in_force(LONG_AGO)) == [CATEGORIES_HASH, FEE_HASH, ADVICE_HASH]
    assert rules(ADOPT).in_force("2000-02-28T23:59:59Z") == {}


def test_amends_from_a_moment_on_and_keeps_what_was() -> None:
    clause = FEE.model_copy(update={"text_digest": OTHER_TEXT})
    given(ADOPT).when(AMEND).then(
        happened(
            RuleAmended,
            STREAM,
            2,
            adopted_by="committee",
            clause=clause,
            in_force_from=LATER,
            organisation="labour",
            rulebook="book-2010",
        )
    )
    book = rules(ADOPT, AMEND)
    amended = clause_hash("labour", "book-2010", clause, LATER)
    assert FEE_HASH in book.in_force("2010-09-30T23:59:59Z")
    assert amended not in book.in_force("2010-09-30T23:59:59Z")
    assert FEE_HASH not in book.in_force(LATER)
    assert book.in_force(LATER)[amended].clause == clause
    assert book.ever().keys() == {CATEGORIES_HASH, FEE_HASH, ADVICE_HASH, amended}


def test_the_hash_of_a_clause_is_over_all_that_binds() -> None:
    changed = {
        clause_hash("labour", "book-2010", FEE.model_copy(update=change), LONG_AGO)
        for change in (
            {},
            {"ref": "4.II.4"},
            {"text_digest": OTHER_TEXT},
            {"amendable_by": "nec"},
            {"kind": "guidance"},
            {"applies_to": ("staff",)},
        )
    }
    elsewhere = {
        clause_hash("green", "book-2010", FEE, LONG_AGO),
        clause_hash("labour", "book-2011", FEE, LONG_AGO),
        clause_hash("labour", "book-2010", FEE, LATER),
    }
    assert len(changed | elsewhere) == 9
    assert clause_hash("labour", "book-2010", FEE.model_copy(update={"title": "Fees"}), LONG_AGO) == FEE_HASH


@pytest.mark.parametrize("command", [AMEND, REPEAL])
def test_no_amendment_reaches_back(command: Command) -> None:
    given(ADOPT).when(but(command, in_force_from=BEFORE)).then_refused("retrospective-rule")
    given(ADOPT).when(but(command, in_force_from=BEFORE, effective=LONG_AGO)).then_refused("retrospective-rule")
    assert given(ADOPT).when(but(command, in_force_from=NOW)).events


def test_a_body_cannot_amend_what_another_one_may() -> None:
    away = but(REPEAL, adopted_by="committee")
    refused = given(ADOPT).when(away).then_refused("rule-change-needs")
    assert refused.expected == "a decision of conference, which alone may amend clause 4.II.2"
    assert refused.found == "one of committee"
    given(ADOPT).when(but(AMEND, ref="4.II.2")).then_refused("rule-change-needs")
    assert given(ADOPT).when(AMEND).events, "it may vary the fee and the window"


def test_a_clause_is_added_by_the_body_that_the_book_names() -> None:
    addition = but(AMEND, ref="4.II.9")
    refused = given(ADOPT).when(addition).then_refused("rule-change-needs")
    assert refused.expected == "a decision of conference, which alone may add a clause to book-2010"
    book = rules(ADOPT, but(addition, adopted_by="conference"))
    assert [each.clause.ref for each in book.in_force(LATER).values()] == ["4.II.2", "4.II.3", "A1", "4.II.9"]
    given(*ISSUED).when(but(addition, rulebook="guide", adopted_by="conference")).then_refused("rule-change-needs")
    assert given(*ISSUED).when(but(addition, rulebook="guide")).events


def test_an_amendment_cannot_undo_what_a_higher_body_decided_for_later() -> None:
    moved = but(AMEND, amendable_by="conference", in_force_from=MUCH_LATER)
    given(ADOPT, moved).when(AMEND).then_refused("rule-change-needs")
    given(ADOPT, moved).when(but(AMEND, in_force_from=MUCH_LATER)).then_refused("rule-change-needs")
    back = but(AMEND, adopted_by="conference", in_force_from=MUCH_LATER)
    assert given(ADOPT, moved).when(back).events


def test_repeals_a_clause_and_it_can_come_back() -> None:
    given(ADOPT).when(REPEAL).then(happened(RuleRepealed, STREAM, 2, **own(REPEAL)))
    assert CATEGORIES_HASH in rules(ADOPT, REPEAL).in_force(NOW)
    assert CATEGORIES_HASH not in rules(ADOPT, REPEAL).in_force(LATER)
    given(ADOPT, REPEAL).when(but(REPEAL, in_force_from=MUCH_LATER)).then_refused("unknown-clause")
    again = but(AMEND, ref="4.II.2", adopted_by="conference", in_force_from=MUCH_LATER)
    given(ADOPT, REPEAL).when(but(again, adopted_by="committee")).then_refused("rule-change-needs")
    assert len(rules(ADOPT, REPEAL, again).in_force(MUCH_LATER)) == 3
    refused = given(ADOPT).when(but(REPEAL, ref="4.II.l")).then_refused("unknown-clause")
    assert "(nearest: 4.II." in str(refused)


@pytest.mark.parametrize(
    ("scene", "command", "code"),
    [
        ((ADOPT,), ADOPT, "rulebook-exists"),
        (ISSUED, but(ADOPT, rulebook="guide"), "rulebook-exists"),
        ((), but(ADOPT, clauses=(FEE, ADVICE, FEE)), "duplicate-clause"),
        ((), but(ADOPT, clauses=(but(FEE, overrides="it has to"),)), "overrides-nothing"),
        ((), but(ADOPT, effective="2010-09-25T12:00:01Z"), "future-dated"),
        ((ADOPT,), but(ADOPT, rulebook="book-2011"), "retrospective-rule"),
        ((ADOPT,), but(AMEND, rulebook="book-201"), "unknown-rulebook"),
        ((ADOPT,), but(REPEAL, rulebook="book-201"), "unknown-rulebook"),
        ((ADOPT,), but(AMEND, text_digest=TEXT), "clause-held"),
        ((ADOPT,), but(AMEND, effective=LATER), "future-dated"),
        ((ADOPT,), but(REPEAL, effective=LATER), "future-dated"),
        ((ADOPT,), ISSUE, "unknown-election"),
        (ISSUED[:2], but(ISSUE, effective=LATER), "future-dated"),
        (ISSUED[:2], but(ISSUE, guidelines="book-2010"), "rulebook-exists"),
        (ISSUED[:2], but(ISSUE, clauses=(HOURS, HOURS)), "duplicate-clause"),
        (ISSUED[:2], but(ISSUE, in_force_from=BEFORE), "retrospective-rule"),
        (ISSUED[:2], but(ISSUE, under=OTHER_TEXT), "unknown-clause"),
        ((*ISSUED[:2], REPEAL), but(ISSUE, in_force_from=LATER), "clause-not-in-force"),
        (ISSUED[:2], but(ISSUE, under=ADVICE_HASH), "not-binding"),
        (ISSUED[:2], but(ISSUE, clauses=(but(SPENDING, ref="4.II.2"),)), "rule-change-needs"),
        (ISSUED[:2], but(ISSUE, clauses=(but(SPENDING, ref="4.II.3"),)), "clause-conflict"),
        (ISSUED[:2], but(ISSUE, clauses=(but(SPENDING, overrides="why not"),)), "overrides-nothing"),
        ((), INTERPRET, "unknown-clause"),
        ((ADOPT,), but(INTERPRET, effective="2000-02-28T23:59:59Z"), "clause-not-in-force"),
        ((ADOPT,), but(INTERPRET, effective=LATER), "future-dated"),
    ],
)
def test_refuses(scene: tuple[Command, ...], command: Command, code: str) -> None:
    given(*scene).when(command).then_refused(code)


def test_a_later_rule_book_does_not_reach_back() -> None:
    assert given(ADOPT).when(but(ADOPT, rulebook="book-2011", in_force_from=NOW)).events


def test_guidelines_hold_from_when_they_were_issued_even_if_recorded_later() -> None:
    late = but(ISSUE, effective="2010-05-20T09:00:00Z", in_force_from="2010-05-20T09:00:00Z")
    given(*ISSUED[:2]).when(ISSUE).then(happened(GuidelinesIssued, STREAM, 2, **own(ISSUE), edition=1))
    assert given(*ISSUED[:2]).when(late).events
    given(*ISSUED[:2], late).when(but(late, title="New")).then_refused("retrospective-rule")


def test_guidelines_may_depart_from_a_clause_that_their_body_may_amend_if_they_say_why() -> None:
    departing = but(SPENDING, ref="4.II.3", overrides="The office moved")
    book = rules(*ISSUED[:2], but(ISSUE, clauses=(departing,)))
    assert [each.clause.ref for each in book.in_force(NOW).values()] == ["4.II.2", "4.II.3", "A1", "4.II.3"]
    advice = but(SPENDING, ref="A1")
    assert given(*ISSUED[:2]).when(but(ISSUE, clauses=(advice,))).events, "advice can stand beside advice"


def test_guidelines_issued_anew_keep_the_clauses_that_stay_and_end_those_left_out() -> None:
    changed = but(SPENDING, text_digest=OTHER_TEXT)
    again = but(ISSUE, clauses=(changed, HOURS), in_force_from=LATER)
    (event,) = given(*ISSUED).when(again).events
    assert isinstance(event, GuidelinesIssued)
    assert event.edition == 2
    book = rules(*ISSUED, again)
    kept = clause_hash("labour", "guide", HOURS, NOW)
    new = clause_hash("labour", "guide", changed, LATER)
    assert set(book.in_force(LATER)) - set(rules(ADOPT).in_force(LATER)) == {kept, new}
    alone = but(ISSUE, clauses=(SPENDING,), in_force_from=LATER)
    given(*ISSUED).when(alone).then_refused("rule-change-needs")
    dropped = but(ISSUE, clauses=(HOURS,), in_force_from=LATER)
    assert {each.clause.ref for each in rules(*ISSUED, dropped).in_force(LATER).values()} == {
        "4.II.2",
        "4.II.3",
        "A1",
        "G2",
    }


def test_an_interpretation_stays_with_the_clause_as_it_read() -> None:
    given(ADOPT).when(INTERPRET).then(happened(InterpretationIssued, STREAM, 2, **own(INTERPRET), number=1))
    scene = given(ADOPT, AMEND, INTERPRET)
    late = scene.at(LATER).when(INTERPRET).then_refused("clause-not-in-force")
    assert "in its place sha256:" in str(late)
    (second,) = scene.when(INTERPRET).events
    assert isinstance(second, InterpretationIssued)
    assert second.number == 2


def test_a_sanction_rests_on_a_binding_clause_in_force_at_the_conduct() -> None:
    book = rules(ADOPT, AMEND)
    assert require_ground(book, FEE_HASH, NOW, "ruling r-1").clause == FEE
    for clause, conduct, code in (
        (ADVICE_HASH, NOW, "not-binding"),
        (FEE_HASH, LATER, "clause-not-in-force"),
        (FEE_HASH, "2000-02-28T23:59:59Z", "clause-not-in-force"),
        (OTHER_TEXT, NOW, "unknown-clause"),
    ):
        with pytest.raises(RefusedError) as caught:
            require_ground(book, clause, conduct, "ruling r-1")
        assert caught.value.code == code


def test_what_is_decided_later_holds_in_place_of_what_was_to_come() -> None:
    empty: History[str] = History()
    history = empty.put("2010", "a").put("2014", "b").put("2012", "c")
    assert [history.at(year) for year in ("2009", "2010", "2011", "2012", "2014")] == [None, "a", "a", "c", "c"]
    assert history.after("2010") == ("c",)
    ended = history.put("2013", None).put("2015", "d")
    assert [(span.since, span.until, span.held) for span in ended.spans()] == [
        ("2010", "2012", "a"),
        ("2012", "2013", "c"),
        ("2015", None, "d"),
    ]
    assert [span.holds("2012") for span in ended.spans()] == [False, True, False]


@pytest.mark.parametrize("ref", ["", " 4", "4 ", "4\n5", "x" * 101, "4\u200b.2", "e\u0301"])
def test_a_ref_is_one_line_without_anything_invisible(ref: str) -> None:
    with pytest.raises(ValidationError):
        but(FEE, ref=ref)


@pytest.mark.parametrize("ref", ["4", "第4条", "المادة ٤", "Правило IV", "x" * 100])
def test_a_ref_is_of_any_script(ref: str) -> None:
    assert rules(but(ADOPT, clauses=(but(FEE, ref=ref),))).history("book-2010", ref).at(NOW)


def test_does_not_take_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match="does not belong to a rule book"):
        fold(rulebook_stream("labour"), given(CALL_ELECTION).events)


# In a ledger that was founded


@pytest.mark.parametrize("changes", [AMEND, REPEAL, ISSUE])
def test_no_clause_is_changed_on_the_word_of_whoever_records_it(changes: Command) -> None:
    """Where authority is checked, a body that was not constituted decided nothing."""
    assert given(CALL_ELECTION, ADOPT).when(changes).events
    scene = given(FOUND_HERE, CALL_ELECTION, ADOPT)
    scene.when(changes).then_refused("decision-missing")
    scene.when(but(changes, decision="d-9")).then_refused("unknown-decision")

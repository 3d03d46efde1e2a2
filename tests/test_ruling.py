"""Rulings: a fair one is recorded, and each precondition that fails is refused under its own code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, get_args

import pytest
from pydantic import ValidationError
from ruled import (
    ADOPTED,
    ALLOCATE,
    ANEW,
    BEFORE,
    CONDUCT,
    ENTRY,
    EVIDENCE,
    GROUND,
    HASH,
    HOLD,
    NEW_NOTICE,
    NOTICE,
    OPEN,
    OPENED,
    PANEL,
    PROCEDURE,
    ROSE,
    RULE,
    RULE_ANEW,
    RULED_ON,
    SIT,
    TELL,
    TOLD,
    P,
)
from scenario import DEFINED, Given, but, given

from ledger.decision import Command, fold
from ledger.event import Event
from ledger.rules.fairness import SUFFICES, own_words
from ledger.streams.case import case_stream
from ledger.streams.case_events import CaseNoticeServed, CaseOpened, Detection
from ledger.streams.cases import CloseCase, RecuseMember
from ledger.streams.entry import EntryRemoved, EntryRestored, entry_stream
from ledger.streams.evidence import AddEvidence, ReceiveReply, WithdrawEvidence
from ledger.streams.ground import AdoptGround
from ledger.streams.incident import CloseIncident, LinkCase, OpenIncident
from ledger.streams.interest import DeclareInterest
from ledger.streams.notification import CorrectRuling
from ledger.streams.ruling_events import Finding, RulingMade
from ledger.streams.seat import UnseatMember

Change = Callable[[Sequence[Command]], Sequence[Command]]


def without(*gone: Command) -> Change:
    return lambda before: [each for each in before if each not in gone]


def put(old: Command, *new: Command) -> Change:
    return lambda before: [each for one in before for each in (new if one is old else (one,))]


def also(*more: Command) -> Change:
    return lambda before: [*before, *more]


def same(before: Sequence[Command]) -> Sequence[Command]:
    return before


def said(event: Event, field: str) -> Any:
    return event.model_dump()[field]


def found(**changes: Any) -> tuple[Finding, ...]:
    return (RULE.findings[0].model_copy(update=changes),)


TIP = but(EVIDENCE, evidence_class="C")
STATEMENT = but(EVIDENCE, evidence_class="B")
OTHER_GROUND = but(GROUND, ground="fictitious", title="Nobody of this name", decided_by="officer")
UNSEAT = UnseatMember(body="panel-1", person="p1", reason="resigned", effective="2010-08-09T00:00:00Z")
REPLY = ReceiveReply(case="c1", reply="It was not me", effective="2010-08-06T00:00:00Z")
EARLY = "2010-08-05T08:00:00Z"
OLDER = "2010-08-10T09:00:00Z"
SIT_EARLY = but(SIT, start="2010-08-04T10:00:00Z", end="2010-08-04T11:00:00Z", effective="2010-08-04T11:00:00Z")
BREAKS: dict[str, tuple[str, Change, dict[str, Any]]] = {
    "a case that was never opened": ("unknown-case", same, {"case": "c2"}),
    "a case that was closed": (
        "case-closed",
        also(CloseCase(case="c1", reason="no-case", effective="2010-08-10T11:30:00Z")),
        {},
    ),
    "a case that was ruled on": ("already-ruled", also(RULE), {}),
    "no rules of procedure": ("procedure-missing", same, {"effective": "2010-04-01T00:00:00Z"}),
    "a ruling of tomorrow": ("future-dated", same, {"effective": "2030-01-01T00:00:00Z"}),
    "a ruling of a day before the case was opened": ("before-opening", same, {"effective": "2010-08-01T11:59:59Z"}),
    "a case that no panel has": ("not-allocated", without(ALLOCATE), {}),
    "another panel than the one that has it": ("not-allocated", same, {"panel": "panel-2"}),
    "no sitting": ("unknown-sitting", without(SIT), {}),
    "a ruling before the panel rose": ("before-sitting", same, {"effective": "2010-08-10T10:30:00Z"}),
    "a panel that sat before the case was opened": (
        "sitting-too-early",
        put(SIT, but(SIT, start="2010-08-01T11:59:59Z")),
        {},
    ),
    "a panel that sat before it had the case": (
        "sitting-too-early",
        put(ALLOCATE, but(ALLOCATE, effective="2010-08-10T10:00:01Z")),
        {},
    ),
    "a panel that sat before the case was opened again": (
        "sitting-too-early",
        also(*ANEW[:-1]),
        {"evidence": ("e1", "e2"), "effective": RULE_ANEW.effective},
    ),
    "too few present": ("inquorate", put(SIT, but(SIT, present=("p1", "p2"))), {"votes_for": 2, "votes_against": 0}),
    "too few left once some withdrew": (
        "inquorate",
        same,
        {"recused": ("p1", "p2"), "votes_for": 2, "votes_against": 0},
    ),
    "a member unseated before the sitting, as was known later": ("not-a-member", also(UNSEAT), {}),
    "a member who nominated a candidate whom it has to do with": (
        "conflict",
        lambda before: [
            *DEFINED,
            DeclareInterest(
                person="p2", interest="i1", kind="nomination", contest="leader", candidate="a", since=ADOPTED
            ),
            *before[1:],
        ],
        {},
    ),
    "the one who referred it sat": (
        "same-person-referred-and-decided",
        put(OPEN, but(OPEN, referred_by="p3")),
        {},
    ),
    "a member who gave evidence": ("witness-decided", put(EVIDENCE, but(EVIDENCE, given_by="p1")), {}),
    "more votes than members": ("votes-exceed-present", same, {"votes_for": 4}),
    "a tie": ("ruling-not-carried", same, {"votes_for": 2, "votes_against": 2}),
    "an officer who referred it": (
        "same-person-referred-and-decided",
        lambda before: [
            but(OTHER_GROUND, ground="other-party")
            if each is GROUND
            else but(OPEN, referred_by="returning-officer")
            if each is OPEN
            else each
            for each in before
        ],
        {"decided_by": "officer", "panel": None, "sitting": None, "votes_for": 0, "votes_against": 0},
    ),
    "an automatic one that nobody reviewed": (
        "review-missing",
        put(GROUND, but(GROUND, decided_by="auto")),
        {"decided_by": "auto", "check_version": "register-match v2", "panel": None, "sitting": None},
    ),
    "an automatic one that does not say by which check": (
        "review-missing",
        put(GROUND, but(GROUND, decided_by="auto")),
        {"decided_by": "auto", "reviewed_by": "officer-2", "panel": None, "sitting": None},
    ),
    "an automatic one that was reviewed by who referred it": (
        "same-person-referred-and-decided",
        put(GROUND, but(GROUND, decided_by="auto")),
        {
            "decided_by": "auto",
            "check_version": "register-match v2",
            "reviewed_by": "registrar",
            "panel": None,
            "sitting": None,
        },
    ),
    "a ground that the case is not on": (
        "ground-not-of-the-case",
        also(OTHER_GROUND),
        {"findings": (*RULE.findings, Finding(ground="fictitious", met="met", conduct=CONDUCT))},
    ),
    "no ground that is met": ("ground-not-met", same, {"findings": found(met="not-met")}),
    "conduct other than that of the case": (
        "conduct-unfit",
        same,
        {"findings": found(conduct="2010-06-01T12:00:01Z")},
    ),
    "conduct after the case was opened": (
        "conduct-unfit",
        put(OPEN, but(OPEN, conduct=None)),
        {"findings": found(conduct="2010-08-01T12:00:01Z")},
    ),
    "conduct before the ground was in force": (
        "rule-not-in-force-at-conduct",
        put(OPEN, but(OPEN, conduct="2010-04-30T12:00:00Z")),
        {"findings": found(conduct="2010-04-30T12:00:00Z")},
    ),
    "an officer on a panel's ground": (
        "not-for-them",
        same,
        {"decided_by": "officer", "panel": None, "sitting": None, "votes_for": 0, "votes_against": 0},
    ),
    "an officer who finds that a panel's ground is not met": (
        "not-for-them",
        same,
        {
            "decided_by": "officer",
            "panel": None,
            "sitting": None,
            "votes_for": 0,
            "votes_against": 0,
            "outcome": "admit",
            "findings": found(met="not-met"),
        },
    ),
    "no notice": ("notice-not-served", without(NOTICE), {}),
    "a ruling within the time to reply": (
        "reply-window-open",
        lambda before: [SIT_EARLY if each is SIT else each for each in before],
        {"effective": EARLY},
    ),
    "a panel that sat within the time to reply and rules after it": ("reply-window-open", put(SIT, SIT_EARLY), {}),
    "a reply to an older notice alone": (
        "reply-window-open",
        put(NOTICE, NOTICE, REPLY, but(NOTICE, reply_by="2010-08-13T10:00:00", effective=OLDER)),
        {"replies": 1, "late_replies": 0},
    ),
    "a reply of a day before the notice": (
        "reply-window-open",
        lambda before: put(NOTICE, NOTICE, but(REPLY, effective="2010-08-02T08:59:59Z"))(put(SIT, SIT_EARLY)(before)),
        {"effective": EARLY, "replies": 1},
    ),
    "a notice served after the panel had sat": (
        "notice-not-served",
        put(NOTICE, but(NOTICE, reply_by="2010-08-13T12:00:00", effective=ROSE)),
        {},
    ),
    "a case opened again, without a new notice": (
        "notice-not-served",
        also(*(each for each in ANEW if each is not NEW_NOTICE)),
        {"sitting": "s2", "effective": RULE_ANEW.effective},
    ),
    "a reason why it cannot wait, and no interim measure": (
        "interim-measure-missing",
        same,
        {"interim_reason": "The papers go out tonight"},
    ),
    "a reply that came after the panel had sat": (
        "reply-not-considered",
        also(but(REPLY, effective=ROSE)),
        {"replies": 1, "late_replies": 1},
    ),
    "a reply that nobody put to the panel": ("reply-not-considered", also(REPLY), {}),
    "a late reply that is not said to be late": ("reply-not-considered", also(REPLY), {"replies": 1}),
    "evidence that is not on the case": ("unknown-evidence", same, {"evidence": ("e1", "e2")}),
    "evidence that was withdrawn": (
        "evidence-withdrawn",
        also(WithdrawEvidence(case="c1", evidence="e1", reason="forged")),
        {},
    ),
    "evidence added after the panel had sat": (
        "evidence-too-late",
        also(but(EVIDENCE, evidence="e2", disclosure="withheld", withheld_because="names a child", effective=ROSE)),
        {"evidence": ("e1", "e2")},
    ),
    "evidence that the person was not shown": (
        "evidence-not-disclosed",
        also(but(EVIDENCE, evidence="e2")),
        {"evidence": ("e1", "e2")},
    ),
    "a statement where a document is asked": ("evidence-below-standard", put(EVIDENCE, STATEMENT), {}),
    "a tip alone, where even a tip is said to suffice": (
        "evidence-below-standard",
        lambda before: [
            TIP if each is EVIDENCE else but(GROUND, evidence="C") if each is GROUND else each for each in before
        ],
        {},
    ),
    "no evidence": ("evidence-below-standard", same, {"evidence": ()}),
    "a case opened again for new evidence, without any": (
        "new-evidence-missing",
        also(*ANEW[:3], but(NEW_NOTICE, evidence=("e1",)), *ANEW[-1:]),
        {"sitting": "s2", "effective": RULE_ANEW.effective},
    ),
    "reasons that are the ground's title": (
        "reasons-insufficient",
        same,
        {"reasons": "Supports another party. Supports another party! Another party supports; supports another party."},
    ),
    "reasons that are one word": ("reasons-insufficient", same, {"reasons": "guilty " * 20}),
    "reasons that are the ground's tests": (
        "reasons-insufficient",
        same,
        {"reasons": "They nominated a candidate of another party within a year, as the tests say, guilty they are"},
    ),
    "an entry that there is not": (
        "unknown-entry",
        same,
        {"outcome": "remove", "effects": ({"number": 1, "action": "remove"},)},
    ),
    "nobody to appeal to, and no clause that says so": ("appeal-route-missing", same, {"appeal": None}),
    "a clause against appeals that the ground does not have": (
        "appeal-route-missing",
        same,
        {"appeal": None, "no_appeal": HASH},
    ),
    "both": ("appeal-route-unclear", same, {"no_appeal": HASH}),
}


@pytest.mark.parametrize("name", BREAKS)
def test_refuses_what_is_not_fair(name: str) -> None:
    code, change, changes = BREAKS[name]
    given(*change(BEFORE)).when(but(RULE, **changes)).then_refused(code)


def test_records_a_fair_ruling() -> None:
    (made,) = given(*BEFORE).when(RULE).events
    assert isinstance(made, RulingMade)
    assert (made.ruling, made.reasons_words, made.outcome) == (1, len(RULE.reasons.split()), "refuse")


def test_who_gave_evidence_decides_nothing_alone_either() -> None:
    alone: dict[str, Any] = {"panel": None, "sitting": None, "votes_for": 0, "votes_against": 0}
    before = put(GROUND, but(GROUND, decided_by="auto"))(
        put(EVIDENCE, but(EVIDENCE, given_by="returning-officer"))(BEFORE)
    )
    given(*before).when(but(RULE, **alone, decided_by="officer")).then_refused("witness-decided")
    check = {"decided_by": "auto", "check_version": "register-match v2"}
    given(*before).when(but(RULE, **alone, **check, reviewed_by="returning-officer")).then_refused("witness-decided")
    assert given(*before).when(but(RULE, **alone, **check, reviewed_by="officer-2")).events
    withdrawn = WithdrawEvidence(case="c1", evidence="e1", reason="given by a member", effective=ROSE)
    by_member = put(EVIDENCE, but(EVIDENCE, given_by="p1"), but(EVIDENCE, evidence="e2"))(BEFORE)
    by_member = put(NOTICE, but(NOTICE, evidence=("e1", "e2")))(by_member)
    given(*by_member).when(but(RULE, evidence=("e2",))).then_refused("witness-decided")
    assert given(*by_member, withdrawn).when(but(RULE, evidence=("e2",))).events


def test_an_automatic_ruling_carries_its_version_and_who_reviewed_it() -> None:
    before = put(GROUND, but(GROUND, decided_by="auto"))(BEFORE)
    auto = {"decided_by": "auto", "check_version": "register-match v2", "reviewed_by": "officer-2"}
    (made,) = given(*before).when(but(RULE, **auto, panel=None, sitting=None, votes_for=0, votes_against=0)).events
    assert {name: said(made, name) for name in auto} == auto


def test_a_ground_that_the_notice_did_not_name_is_not_ruled_on() -> None:
    """No command leaves a ground out of a notice; a record that somebody wrote otherwise is found by this."""
    scene = given(*BEFORE)
    silent = [
        event.model_copy(update={"grounds": ()}) if isinstance(event, CaseNoticeServed) else event
        for event in scene.events
    ]
    Given(tuple(silent)).when(RULE).then_refused("ground-not-in-notice")


def test_equal_reasons_have_one_key_whatever_their_points_and_capitals() -> None:
    keys = set()
    for reasons in (RULE.reasons, RULE.reasons.upper() + "!!", RULE.reasons.replace(" ", "  ")):
        (made,) = given(*BEFORE).when(but(RULE, reasons=reasons)).events
        keys.add(said(made, "reasons_key"))
    assert len(keys) == 1
    (other,) = given(*BEFORE).when(but(RULE, reasons=RULE.reasons + " indeed")).events
    assert said(other, "reasons_key") not in keys


def with_entry(*commands: Command) -> Given:
    scene = given(*commands)
    return Given((*scene.events, ENTRY))


REMOVE = but(RULE, outcome="remove", effects=({"number": 1, "action": "remove"},))


def test_a_removal_names_the_entries_and_reaches_the_roll_when_the_person_is_told() -> None:
    scene = with_entry(*BEFORE)
    scene.when(but(RULE, outcome="remove")).then_refused("effect-missing")
    scene.when(but(REMOVE, outcome="no-action")).then_refused("effect-unfit")
    restored = ({"number": 1, "action": "restore"},)
    scene.when(but(REMOVE, outcome="restore", effects=restored)).then_refused("entry-live")
    made = scene.when(REMOVE).events
    assert [type(each).__name__ for each in made] == ["RulingMade"]
    told = Given((*scene.events, *made)).when(TELL).events
    assert [type(each).__name__ for each in told] == ["RulingNotified", "EntryRemoved"]
    assert isinstance(told[1], EntryRemoved)
    assert (told[1].basis, told[1].cause, told[1].number, told[1].effective) == ("case/c1", "ruling", 1, TOLD)


RESTORE = but(RULE_ANEW, outcome="restore", effects=({"number": 1, "action": "restore"},))


def removed_and_opened_again() -> Given:
    """Their entry was removed by a ruling of which they were told; then there is new evidence."""
    scene = Given((ENTRY,))
    for command in (*DEFINED, *BEFORE[1:], REMOVE, *ANEW[1:]):
        scene = Given((*scene.events, *scene.when(command).events))
    return scene


def test_a_ruling_to_restore_reaches_the_roll_when_the_person_is_told() -> None:
    scene = removed_and_opened_again()
    assert not live(scene)
    scene.when(but(RESTORE, effects=())).then_refused("effect-missing")
    scene.when(but(RESTORE, effects=({"number": 2, "action": "restore"},))).then_refused("unknown-entry")
    ruled = Given((*scene.events, *scene.when(RESTORE).events))
    assert not live(ruled)  # nobody was told yet
    tell = but(TELL, ruling=2, effective="2010-08-21T09:00:00Z")
    told = ruled.when(tell).events
    assert [type(each).__name__ for each in told] == ["RulingNotified", "EntryRestored"]
    assert isinstance(told[1], EntryRestored)
    found = (told[1].basis, told[1].cause, told[1].number, told[1].effective)
    assert found == ("case/c1", "ruling", 1, "2010-08-21T09:00:00Z")
    assert live(Given((*ruled.events, *told)))


def live(scene: Given) -> bool:
    """Whether the person has an entry on the roll."""
    own = entry_stream("labour", P)
    return bool(fold(own, (event for event in scene.events if event.stream == own.stream)).live)


@pytest.mark.parametrize("detection", get_args(Detection))
def test_a_case_says_how_it_was_found(detection: str) -> None:
    search = "nomination papers, all of May" if detection == "search" else None
    opened, _ = given(*BEFORE[:3]).when(but(OPEN, detection=detection, search=search)).events
    assert isinstance(opened, CaseOpened)
    assert opened.detection == detection
    assert (opened.search is not None) == (detection == "search")
    assert "search" in CaseOpened.private  # its terms are in the vault


def test_a_case_is_found_in_one_of_five_ways() -> None:
    assert set(get_args(Detection)) == {"complaint", "match", "search", "press", "random-audit"}
    with pytest.raises(ValidationError, match="detection"):
        but(OPEN, detection="hearsay")


def test_a_letter_says_all_that_it_has_to_and_is_sent_once() -> None:
    scene = given(*RULED_ON)
    refused = scene.when(but(TELL, contains=("ground", "reasons", "evidence"))).then_refused("letter-lacks")
    assert refused.found == "rule, appeal"
    scene.when(but(TELL, ruling=2)).then_refused("unknown-ruling")
    scene.when(but(TELL, effective="2010-08-10T11:59:59Z")).then_refused("before-ruling")
    scene.when(but(TELL, effective="2030-01-01T00:00:00Z")).then_refused("future-dated")
    given(*RULED_ON, TELL).when(TELL).then_refused("already-told")


def test_the_time_to_appeal_runs_from_the_day_they_were_told_and_not_to_a_bank_holiday() -> None:
    (told,) = given(*RULED_ON).when(TELL).events
    assert said(told, "appeal_by")["local"] == "2010-08-25T23:59:59"
    later = but(TELL, effective="2010-08-14T22:59:59Z")  # a Saturday in London: the fortnight ends on one, too
    (told,) = given(*RULED_ON).when(later).events
    assert said(told, "appeal_by")["local"] == "2010-08-31T23:59:59"  # Monday the 30th is a bank holiday


def test_reasons_that_cannot_wait_go_before_the_end_of_the_time_to_reply() -> None:
    before = [SIT_EARLY if each is SIT else each for each in BEFORE]
    urgent = but(RULE, effective=EARLY, interim_reason="The papers go out tonight")
    assert given(*before, HOLD).when(urgent).events
    ended = but(HOLD, until="2010-08-05T07:59:59Z")
    given(*before, ended).when(urgent).then_refused("reply-window-open")


def test_a_ruling_in_favour_needs_neither_notice_nor_evidence() -> None:
    before = without(NOTICE, EVIDENCE)(BEFORE)
    assert given(*before).when(but(RULE, outcome="admit", evidence=(), findings=found(met="not-met"))).events


def test_a_member_who_was_recused_before_or_there_does_not_count() -> None:
    recuse = RecuseMember(case="c1", member="p4", reason="knows the person", effective=OPENED)
    assert given(*BEFORE, recuse).when(but(RULE, votes_against=0)).events
    given(*BEFORE, recuse).when(RULE).then_refused("votes-exceed-present")
    given(*BEFORE).when(but(recuse, member="p9")).then_refused("not-on-panel")
    given(*BEFORE, recuse).when(recuse).then_refused("already-recused")


def test_closing_waits_for_what_is_outstanding() -> None:
    decided = CloseCase(case="c1", reason="decided", effective=TOLD)
    given(*BEFORE).when(decided).then_refused("steps-outstanding")
    given(*RULED_ON).when(decided).then_refused("steps-outstanding")
    given(*RULED_ON, TELL).when(but(decided, reason="no-case")).then_refused("steps-outstanding")
    assert given(*RULED_ON, TELL).when(decided).events
    given(*RULED_ON, TELL, decided).when(decided).then_refused("case-closed")


def test_a_case_is_given_to_one_panel_and_to_another_for_a_reason() -> None:
    given(*BEFORE).when(ALLOCATE).then_refused("allocation-held")
    other = but(PANEL, body="panel-2")
    to_other = but(ALLOCATE, panel="panel-2", among=("panel-2", "panel-1"))
    given(*BEFORE, other).when(to_other).then_refused("reason-required")
    assert given(*BEFORE, other).when(but(to_other, reason="Two members withdrew")).events
    given(*without(ALLOCATE)(BEFORE)).when(but(ALLOCATE, method="manual")).then_refused("reason-required")
    branch = but(PANEL, body="branch", kind="governing-body")
    given(*BEFORE, branch).when(but(to_other, panel="branch")).then_refused("not-a-panel")


def test_a_case_has_so_much_evidence_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.streams.evidence.EVIDENCE_MAX", 1)
    given(*BEFORE).when(but(EVIDENCE, evidence="e2")).then_refused("evidence-full")


def test_linking_a_case_to_an_incident_decides_nothing() -> None:
    incident = OpenIncident(incident="i1", election="labour", kind="guide", title="A guide that went round")
    link = LinkCase(case="c1", incident="i1", signal="the same card")
    close = CloseIncident(incident="i1", finding="Printed by a shop")
    given(*BEFORE).when(link).then_refused("unknown-incident")
    given(*BEFORE, incident).when(incident).then_refused("incident-exists")
    given(*BEFORE, incident, link).when(link).then_refused("already-linked")
    given(*BEFORE, incident, close).when(link).then_refused("incident-closed")
    given(*BEFORE, incident, close).when(close).then_refused("incident-closed")
    given(*BEFORE).when(close).then_refused("unknown-incident")
    assert given(*BEFORE, incident, link).when(RULE).events[0].model_dump()["outcome"] == "refuse"


def test_only_a_slip_of_the_pen_is_corrected() -> None:
    slip = CorrectRuling(
        case="c1", ruling=1, reasons=RULE.reasons.replace("1 June", "2 June"), reason="the date", effective=TOLD
    )
    assert given(*RULED_ON).when(slip).events
    given(*RULED_ON).when(but(slip, reasons="Something else")).then_refused("use-new-ruling")
    given(*RULED_ON).when(but(slip, effective="2010-08-10T11:59:59Z")).then_refused("before-ruling")
    given(*RULED_ON).when(but(slip, effective="2010-08-25T12:00:00Z")).then_refused("use-new-ruling")


def test_a_case_stands_as_its_events_say() -> None:
    scene = given(*RULED_ON, TELL)
    case = case_stream("c1")
    for event in scene.events:
        if event.stream == case.stream:
            case = case.evolve(event)
    assert (case.panel, len(case.evidence), case.is_open, case.ruling is not None) == ("panel-1", 1, False, True)


def test_what_is_said_in_titles_does_not_count_as_reasons() -> None:
    assert own_words("Supports another party, plainly; plainly", ["Supports another party"]) == 1
    assert all("C" not in enough for enough in SUFFICES.values())


NOT_OPENED: dict[str, tuple[str, Change, dict[str, Any]]] = {
    "twice": ("case-exists", also(OPEN), {}),
    "of an election that there is not": ("unknown-election", same, {"election": "tory"}),
    "about a stream of somebody else": ("subject-unfit", same, {"subject": "person/" + "9" * 24}),
    "about somebody who is not on record": (
        "unknown-person",
        same,
        {"person": "9" * 24, "subject": "person/" + "9" * 24},
    ),
    "on a ground never adopted": ("ground-not-adopted", same, {"grounds": ("other-partys",)}),
    "on a ground adopted later": ("ground-not-adopted", same, {"effective": "2010-04-30T00:00:00Z"}),
    "on a ground that is open already": ("duplicate-case", also(OPEN), {"case": "c2"}),
    "about conduct to come": ("future-dated", same, {"conduct": "2010-08-01T12:00:01Z"}),
    "found by a search that does not say for what": ("search-missing", same, {"detection": "search"}),
}


@pytest.mark.parametrize("name", NOT_OPENED)
def test_refuses_a_case(name: str) -> None:
    code, change, changes = NOT_OPENED[name]
    given(*change(BEFORE[:3])).when(but(OPEN, **changes)).then_refused(code)


def test_says_since_when_a_ground_is_in_force() -> None:
    early = given(*BEFORE[:3]).when(but(OPEN, effective="2010-04-30T00:00:00Z")).then_refused("ground-not-adopted")
    assert re.search(r" \(it is in force from 2010-\d\d-\d\dT.*Z\)", early.found)
    never = given(*BEFORE[:3]).when(but(OPEN, grounds=("other-partys",))).then_refused("ground-not-adopted")
    assert "in force from" not in never.found


def test_evidence_and_notices_are_held_to_the_rules() -> None:
    scene = given(*BEFORE)
    scene.when(EVIDENCE).then_refused("evidence-exists")
    for step in (but(EVIDENCE, evidence="e9"), NOTICE, REPLY, HOLD, but(ALLOCATE, panel="panel-9")):
        scene.when(but(step, effective="2010-08-01T11:59:59Z")).then_refused("before-opening")
        scene.when(but(step, effective="2010-09-25T12:00:01Z")).then_refused("future-dated")
    more = but(EVIDENCE, evidence="e2")
    scene.when(but(more, disclosure="withheld")).then_refused("withholding-reason-required")
    scene.when(but(more, captured="2010-08-01T12:00:01Z")).then_refused("future-dated")
    hidden: AddEvidence = but(more, disclosure="withheld", withheld_because="names a third person")
    given(*BEFORE, hidden).when(but(NOTICE, evidence=("e2",))).then_refused("evidence-not-disclosable")
    scene.when(but(NOTICE, evidence=("e3",))).then_refused("unknown-evidence")
    refused = scene.when(but(NOTICE, reply_by="2010-08-05T09:59:59")).then_refused("reply-window-short")
    assert str(refused.expected).startswith("72 hours at least: 2010-08-05T10:00:00")
    assert given(*BEFORE, hidden).when(but(RULE, evidence=("e1", "e2"))).events  # withheld, and for a reason


def test_rules_of_procedure_do_not_reach_back() -> None:
    later = but(PROCEDURE, published="2010-05-02T00:00:00Z")
    given(BEFORE[0]).when(later).then_refused("retrospective-rule")
    given(BEFORE[0]).when(but(PROCEDURE, zone="Europe/Londin")).then_refused("zone-unknown")
    given().when(PROCEDURE).then_refused("unknown-election")


def test_a_ground_adopted_anew_does_not_judge_what_happened_before() -> None:
    stricter: AdoptGround = but(GROUND, evidence="B", effective="2010-07-01T00:00:00Z")
    before = put(EVIDENCE, STATEMENT)([*BEFORE[:2], stricter, *BEFORE[2:]])
    given(*before).when(RULE).then_refused("evidence-below-standard")
    later = "2010-07-02T00:00:00Z"
    of_later = [but(OPEN, conduct=later) if each is OPEN else each for each in before]
    assert given(*of_later).when(but(RULE, findings=found(conduct=later))).events

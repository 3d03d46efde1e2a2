"""What a ruling, and the remedy of an appeal, does to papers: with the roll, and only while it can be told which."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from electorate import BEFORE as PAPERS_OUT
from electorate import entry, frozen, marked, put, row
from filed import Filed
from ruled import ANEW, BEFORE, RULE, RULE_ANEW, TELL, P
from scenario import CLOSE_POLL, DEFINED, NOW, Given, but, given, happened
from stores import MASTER, LedgerPlace
from test_appeal import ASSIGN, DETERMINE, DO, HEAR, LODGE, ORDER, PACK, names
from test_verify_rulings import check, codes

from ledger.batches.marking import MarkRow
from ledger.case_papers import CasePapers
from ledger.decision import Command
from ledger.desk import Desk
from ledger.event import Event
from ledger.privacy.vault import Vault
from ledger.streams.account import AccountStated
from ledger.streams.case_events import CaseReopened
from ledger.streams.entry import EntryAdded
from ledger.streams.issue import IssuePapers, PapersIssued
from ledger.streams.issued import (
    Issued,
    PaperCancelled,
    PaperIssued,
    PaperSetAside,
    PaperUnlinked,
    SetAsideReversed,
    issued_stream,
)
from ledger.streams.linkage import LinkageDestroyed, SealLinkage
from ledger.streams.paper import Alike, ReadPapers
from ledger.streams.returned import MarksReconciled, ReturnMarked
from projections.cases.facts import facts_of
from projections.cases.headline import headline
from projections.counting import LedgerFigures, open_views
from projections.papers.issued_account import PaperLine, differences, paper_lines
from projections.story.story import story
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

MARKS = f"marks/leader/{'f' * 32}"
FIELDS: dict[str, Any] = {"contest": "leader", "number": 1}
ISSUED = happened(
    PapersIssued,
    "issue/leader/members",
    as_of_position=9,
    contest="leader",
    section="members",
    count=1,
    roll_version=1,
    channel="post",
).model_copy(update={"effective": PAPERS_OUT})
RETURNED = happened(ReturnMarked, f"returned/leader/{P}", day="2010-09-01", **FIELDS)
TAKEN_IN = happened(
    MarksReconciled,
    MARKS,
    2,
    accepted=1,
    contest="leader",
    digest="sha256:" + "0" * 64,
    duplicates=0,
    file="f" * 32,
    held=0,
    rejected=(),
    rows=1,
)
READ = ReadPapers(contest="leader", section="members", serial="s1", papers=(Alike(count=1, marks="a"),))
SEAL = SealLinkage(contest="leader", digest="sha256:" + "a" * 64, custodian="scrutineer", until="2012-09-22T23:59:59Z")
DESTROYED = happened(LinkageDestroyed, "linkage/leader", contest="leader", how="Shredded")
REMOVE = but(RULE, outcome="remove", effects=({"number": 1, "action": "remove"},))
SET_ASIDE = but(REMOVE, papers="set-aside")
LATER = "2010-09-25T11:00:00Z"  # after the close of the poll
AFTER_IT = "2010-09-23T10:00:00Z"  # two days before that
TOLD_LATE = but(TELL, effective=AFTER_IT)


def own(number: int, section: str = "members", version: int = 1) -> Event:
    """An entry of the person whom the case is about."""
    where = {"category": "members", "election": "labour", "section": section}
    fields = where | {"basis": f"person/{P}", "number": number, "source": "register"}
    return happened(EntryAdded, f"entry/labour/{P}", version, **fields)


def scene(*steps: Command | Event, entries: Sequence[Event] = (own(1),), ruling: Command = REMOVE) -> Given:
    """A contest, a paper issued to its section, a ruling on an elector, and what happened besides, in this order."""
    made = Given((*entries,))
    for step in (*DEFINED, frozen(), ISSUED, *BEFORE[1:], ruling, *steps):
        events = made.when(step).events if isinstance(step, Command) else (step,)
        made = Given((*made.events, *events))
    return made


def papers(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.stream.startswith("issued/")]


# Told


def test_a_paper_that_did_not_come_back_is_cancelled_with_its_entry_whatever_the_ruling_says_of_papers() -> None:
    for ruling in (REMOVE, SET_ASIDE, but(REMOVE, outcome="suspend")):
        told = scene(ruling=ruling).when(TELL).events
        assert names(told) == ["RulingNotified", "EntryRemoved", "PaperCancelled"]
        (paper,) = papers(told)
        assert isinstance(paper, PaperCancelled)
        assert (paper.basis, paper.cause, paper.contest, paper.number) == ("case/c1", "ruling", "leader", 1)
        assert paper.effective == TELL.effective


def test_only_the_ruling_that_answers_the_case_is_told_and_carried_out() -> None:
    """No command opens a case again before the person was told; a record that somebody wrote otherwise is found."""
    told = scene().when(TELL).events
    whole = scene(*ANEW[1:], but(RULE_ANEW, outcome="no-action")).events
    overtaken = Given(tuple(each for each in whole if each.type not in {event.type for event in told}))
    again = next(at for at, each in enumerate(overtaken.events) if isinstance(each, CaseReopened))
    Given(overtaken.events[: again + 1]).when(TELL).then_refused("ruling-overtaken")
    overtaken.when(TELL).then_refused("ruling-overtaken")
    assert names(overtaken.when(but(TELL, ruling=2, effective=LATER)).events) == ["RulingNotified"]
    assert codes((*overtaken.events, *told)) == ["ruling-untold", "ruling-overtaken"]


def test_a_ruling_that_an_appeal_overturned_is_told_without_effect() -> None:
    upheld = tuple(each.model_copy(update={"upheld": "not-upheld"}) for each in DETERMINE.answers)
    dismissed = but(DETERMINE, outcome="dismissed", answers=upheld)
    late = but(TELL, effective="2010-09-03T00:00:00Z")
    overturned = scene(LODGE, ASSIGN, PACK, HEAR, DETERMINE)
    led = overturned.when(late).events
    assert names(led) == ["RulingNotified"]
    assert check((*overturned.events, *led)) == []
    stands = scene(LODGE, ASSIGN, PACK, HEAR, dismissed).when(late).events
    assert names(stands) == ["RulingNotified", "EntryRemoved", "PaperCancelled"]
    assert codes((*overturned.events, *stands)) == ["effect-differs"]


def test_nothing_is_cancelled_where_no_paper_is() -> None:
    before = (own(1),)
    no_paper = [step for step in scene(entries=before).events if step is not ISSUED]
    assert names(Given(tuple(no_paper)).when(TELL).events) == ["RulingNotified", "EntryRemoved"]
    cancelled = happened(PaperCancelled, f"issued/leader/{P}", cause="clerical", **FIELDS)
    assert names(scene(cancelled).when(TELL).events) == ["RulingNotified", "EntryRemoved"]
    nothing = but(RULE, outcome="no-action", findings=RULE.findings)
    assert names(scene(ruling=nothing).when(TELL).events) == ["RulingNotified"]


def test_the_papers_of_all_entries_that_a_ruling_names_and_of_no_other() -> None:
    entries = (own(1), own(2, version=2), own(3, "mps", version=3))
    first = scene(entries=entries).when(TELL).events
    assert [(each.stream, getattr(each, "number", 0), each.version) for each in papers(first)] == [
        (f"issued/leader/{P}", 1, 1)
    ]
    both = but(REMOVE, effects=tuple({"number": each, "action": "remove"} for each in (1, 2, 3)))
    numbers = [
        (getattr(each, "number", 0), each.version)
        for each in papers(scene(entries=entries, ruling=both).when(TELL).events)
    ]
    assert numbers == [(1, 1), (2, 2)]  # the third is in a section to which no paper was issued


@pytest.mark.parametrize("outcome", ["admit", "no-action", "restore", "refer-up", "refuse", "remove", "suspend"])
@pytest.mark.parametrize("papers_say", ["cancel-unreturned", "set-aside"])
def test_no_paper_is_taken_from_an_entry_that_stays(outcome: str, papers_say: str) -> None:
    stays = {"number": 2, "action": "none"}
    effects = ({"number": 1, "action": "remove"}, stays) if outcome in ("remove", "suspend") else (stays,)
    ruling = but(RULE, outcome=outcome, papers=papers_say, effects=effects)
    before = Given((own(1), own(2, version=2), *given(*BEFORE).events))
    before.when(ruling).then_refused("effect-unfit")
    (made,) = before.when(but(ruling, papers="none")).events
    assert codes([*before.events, made.model_copy(update={"papers": papers_say})]) == ["effect-unfit"]


def test_a_paper_that_came_back_is_set_aside_where_the_ruling_says_so_and_counts_where_it_does_not() -> None:
    back = (CLOSE_POLL, RETURNED)
    told = scene(*back, ruling=SET_ASIDE).when(TOLD_LATE).events
    assert names(told) == ["RulingNotified", "EntryRemoved", "PaperSetAside"]
    for papers_say in ("none", "cancel-unreturned"):
        ruling = but(REMOVE, papers=papers_say)
        assert names(scene(*back, ruling=ruling).when(TOLD_LATE).events) == ["RulingNotified", "EntryRemoved"]


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ((READ,), "papers-read"),
        ((SEAL,), "list-sealed"),
        ((SEAL, READ), "list-sealed"),
        ((SEAL, DESTROYED), "list-destroyed"),
    ],
)
def test_a_paper_that_cannot_be_told_from_others_is_unlinked(before: tuple[Command | Event, ...], why: str) -> None:
    made = scene(CLOSE_POLL, RETURNED, *before, ruling=SET_ASIDE)
    told = made.when(TOLD_LATE).events
    assert names(told) == ["RulingNotified", "EntryRemoved", "PaperUnlinked"]
    (paper,) = papers(told)
    assert isinstance(paper, PaperUnlinked)
    assert paper.why == why
    assert check((*made.events, *told)) == []
    (*_, said) = story([(0, paper)])
    assert "what is left is to ask whether it could have made a difference" in " ".join(said.sentences)


def test_the_papers_of_another_section_do_not_unlink() -> None:
    other = but(READ, section="mps")
    told = scene(CLOSE_POLL, RETURNED, other, ruling=SET_ASIDE).when(TOLD_LATE).events
    assert names(told)[-1] == "PaperSetAside"


def test_once_papers_are_read_without_a_marked_register_nobody_knows_whether_one_came_back() -> None:
    unknown = scene(CLOSE_POLL, READ).when(TOLD_LATE).events
    assert names(unknown) == ["RulingNotified", "EntryRemoved", "PaperUnlinked"]
    marked_register = scene(CLOSE_POLL, TAKEN_IN, READ).when(TOLD_LATE).events
    assert names(marked_register) == ["RulingNotified", "EntryRemoved", "PaperCancelled"]


# Restored


def allowed(*steps: Command | Event, ruling: Command = REMOVE, told: Command = TELL, **times: str) -> Given:
    """The appeal was allowed."""
    late = {"effective": LATER} if told is TOLD_LATE else {}
    hear = but(HEAR, **late, notice=AFTER_IT) if late else HEAR
    return scene(
        *steps,
        told,
        but(LODGE, effective=AFTER_IT) if late else LODGE,
        but(ASSIGN, **late),
        but(PACK, **late),
        hear,
        but(DETERMINE, **late),
        ruling=ruling,
    )


def then(made: Given, *commands: Command) -> Given:
    for command in commands:
        made = Given((*made.events, *made.when(command).events))
    return made


RESTORE = but(ORDER, remedy="restore-entry", entry=1)
ISSUE = but(ORDER, remedy="issue-paper", entry=1, contest="leader")
COUNT = but(ORDER, remedy="count-set-aside", entry=1, contest="leader", due="2010-09-30T17:00:00", effective=LATER)
NONE = but(ORDER, remedy="none-possible", contest="leader", due=None, reason="The poll has closed")
SECOND = but(DO, number=2)


def test_an_entry_is_not_restored_while_nobody_says_what_becomes_of_its_paper() -> None:
    ordered = then(allowed(), RESTORE)
    refused = ordered.when(DO).then_refused("paper-remedy-missing")
    assert refused.found == "none, for one cancelled by the ruling"
    closed = but(CLOSE_POLL, effective="2010-09-02T10:30:00Z")
    for settled in ((ISSUE,), (closed, NONE)):
        assert names(then(ordered, *settled).when(DO).events) == ["RemedyDone", "EntryRestored"]


def test_it_is_not_said_that_nothing_can_be_done_where_the_vote_can_be_given_back() -> None:
    refused = allowed().when(NONE).then_refused("remedy-possible")
    assert refused.found == "restore-entry, issue-paper"
    everywhere = but(NONE, contest=None)
    assert allowed().when(everywhere).then_refused("remedy-possible").found == refused.found
    assert then(allowed(), RESTORE).when(NONE).then_refused("remedy-possible").found == refused.found
    allowed().when(but(NONE, contest="deputy")).then_refused("unknown-contest")
    closed = then(allowed(), but(CLOSE_POLL, effective="2010-09-02T10:30:00Z"))
    for none in (NONE, everywhere):
        (event,) = closed.when(none).events
        assert check((*closed.events, event)) == []
        early = [each for each in (*closed.events, event) if not each.type.startswith("poll-closed")]
        assert "remedy-possible" in [each.code for each in check(early)]


def test_a_paper_is_issued_again_as_the_remedy_is_done() -> None:
    ordered = then(allowed(), RESTORE, ISSUE)
    ordered.when(SECOND).then_refused("entry-not-live")
    done = then(ordered, DO).when(SECOND).events
    assert names(done) == ["RemedyDone", "PaperIssued"]
    assert isinstance(done[1], PaperIssued)
    assert (done[1].basis, done[1].reason, done[1].version) == ("appeal/c1/1", "appeal", 2)
    again = then(ordered, DO, SECOND)
    assert check(again.events) == []
    state = issued_stream("leader", P)
    for event in again.events:
        if event.stream == state.stream:
            state = state.evolve(event)
    assert state.of(1).issued
    assert not state.of(1).cancelled


def test_a_paper_that_was_issued_meanwhile_is_not_issued_twice() -> None:
    ordered = then(allowed(), RESTORE, ISSUE, DO)
    by_hand = happened(PaperIssued, f"issued/leader/{P}", 2, reason="appeal", basis="appeal/c1/1", **FIELDS)
    assert names(Given((*ordered.events, by_hand)).when(SECOND).events) == ["RemedyDone"]


def test_no_paper_is_issued_once_the_poll_has_closed() -> None:
    closed = but(CLOSE_POLL, effective="2010-09-08T00:00:00Z")
    refused = (
        then(allowed(), closed)
        .when(but(ISSUE, effective=LATER, due="2010-09-30T17:00:00"))
        .then_refused("remedy-not-possible")
    )
    assert refused.found == "the poll of leader closed"
    ordered = then(allowed(), RESTORE, ISSUE, but(DO), closed)
    ordered.when(SECOND).then_refused("remedy-not-possible")


def test_a_remedy_about_a_paper_names_the_contest_and_the_entry() -> None:
    for changes in ({"contest": None}, {"entry": None}, {"entry": 2}):
        allowed().when(but(ISSUE, **changes)).then_refused("remedy-not-possible")


def aside(*steps: Command | Event) -> Given:
    return allowed(CLOSE_POLL, RETURNED, *steps, ruling=SET_ASIDE, told=TOLD_LATE)


COUNTED = but(DO, effective=LATER)


def test_a_paper_that_was_set_aside_is_put_back_until_the_others_are_read() -> None:
    made = then(aside(), COUNT)
    done = made.when(COUNTED).events
    assert names(done) == ["RemedyDone", "SetAsideReversed"]
    assert check((*made.events, *done)) == []
    refused = then(made, READ).when(COUNTED).then_refused("remedy-not-possible")
    assert refused.found == "the papers of the section were read"
    then(aside(), READ).when(COUNT).then_refused("remedy-not-possible")
    refused = Given((*made.events, *done)).when(but(COUNT)).then_refused("remedy-not-possible")
    assert refused.found == "a paper that was not set aside"


def test_nothing_can_be_done_about_a_paper_set_aside_only_once_it_was_read() -> None:
    none = but(NONE, effective=LATER)
    assert aside().when(none).then_refused("remedy-possible").found == "count-set-aside"
    assert then(aside(), READ).when(none).events


def test_restoring_the_entry_of_a_paper_set_aside_says_what_becomes_of_it() -> None:
    late = {"effective": LATER, "due": "2010-09-30T17:00:00"}
    ordered = then(aside(), but(RESTORE, **late))
    assert ordered.when(COUNTED).then_refused("paper-remedy-missing").found == "none, for one set aside"
    assert names(then(ordered, COUNT).when(COUNTED).events) == ["RemedyDone", "EntryRestored"]


def test_papers_stand_as_their_events_say() -> None:
    state = Issued("issued/leader/p")
    for kind, set_aside in ((PaperSetAside, True), (PaperUnlinked, True), (SetAsideReversed, False)):
        more = {"why": "papers-read"} if kind is PaperUnlinked else {}
        state = state.evolve(happened(kind, "issued/leader/p", basis="case/c1", **FIELDS, **more))
        assert state.of(1).set_aside == set_aside


def test_the_headline_says_what_became_of_papers() -> None:
    unlinked = ("could not be set aside", CLOSE_POLL, RETURNED, READ)
    for said, *before in (("1 paper cancelled",), ("1 paper set aside", CLOSE_POLL, RETURNED), unlinked):
        late = TOLD_LATE if before else TELL
        told = scene(*before, late, ruling=SET_ASIDE)
        record = Filed([[event] for event in told.events])
        facts = facts_of(record.file(), record.file().rulings[0], NOW)
        assert said in headline(facts)


# Verified


def test_finds_papers_that_a_ruling_did_not_reach_or_that_nobody_ruled_on() -> None:
    made = scene()
    told = made.when(TELL).events
    assert check((*made.events, *told)) == []
    assert codes((*made.events, *told[:-1])) == ["effect-differs"]
    back = scene(CLOSE_POLL, RETURNED, ruling=SET_ASIDE)
    taken = [*back.events, *back.when(TOLD_LATE).events]
    assert check(taken) == []
    assert codes(
        [
            event.model_copy(update={"basis": "case/c2"}) if isinstance(event, PaperSetAside) else event
            for event in taken
        ]
    ) == ["field-differs"]
    alone = happened(PaperSetAside, f"issued/leader/{P}", basis="case/c1", **FIELDS)
    assert codes((*scene(CLOSE_POLL, RETURNED).events, alone)) == ["effect-alone"]


# At the desk


def test_the_desk_reaches_papers_and_the_account_follows(ledger_place: LedgerPlace) -> None:
    with (
        ledger_place.open() as record,
        closing(Vault(ledger_place.vault_store(), MASTER, secrets.token_bytes)) as vault,
    ):
        views = open_views(None)
        with closing(views):
            desk = Desk(record, vault, LedgerFigures(record), lambda: NOW, secrets.token_bytes)
            for command in DEFINED:
                desk.submit(command, actor="clerk")
            put(record, own(1), *(entry(each) for each in range(1, 12)), frozen())
            issue = IssuePapers(contest="leader", section="members", count=12, roll_version=1, channel="post")
            desk.submit(but(issue, effective=PAPERS_OUT), actor="scrutineer")
            for command in (*BEFORE[1:], SET_ASIDE, CLOSE_POLL):
                desk.submit(command, actor="clerk")
            rows = marked([row(1), row(2), MarkRow(P, 1, "2010-09-01", "", 9)])
            desk.submit(rows, actor="scrutineer")
            desk.submit(TOLD_LATE, actor="clerk")
            views.catch_up(record)
            (line,) = paper_lines(views.database, "leader")
            found = verify(record, views=None, vault=vault, notes=Notes(), trust=Trust())
        assert (line.issued, line.returned, line.cancelled, line.set_aside, line.outstanding) == (12, 3, 0, 1, 9)
        assert [event.type for _, event in record.stream(f"issued/leader/{P}")] == ["paper-set-aside.v1"]
        assert not [each for each in found.findings if each.check in ("E11", "E13", "I3", "A5")]
        late = account(line, ({"reason": "late", "papers": 1},))
        assert [(each.found, each.expected) for each in differences([line], late, {})] == [(0, 1)]
        assert not list(differences([line], account(line, ({"reason": "not-entitled", "papers": 1},)), {"members": 2}))


def account(line: PaperLine, set_aside: tuple[dict[str, Any], ...]) -> dict[str, AccountStated]:
    figures = {"distributed": line.issued, "returned": line.returned, "set_aside": set_aside, "spoilt": ()}
    stated = happened(AccountStated, "account/leader/members", contest="leader", section="members", **figures)
    assert isinstance(stated, AccountStated)
    return {"members": stated}


@pytest.mark.parametrize("meddling", [READ, SEAL])
def test_what_becomes_of_papers_as_it_is_decided_is_seen(ledger_place: LedgerPlace, meddling: Command) -> None:
    """Somebody reads the papers, or seals the list, while the telling is decided: it is decided anew."""
    with (
        ledger_place.open() as record,
        closing(Vault(ledger_place.vault_store(), MASTER, secrets.token_bytes)) as vault,
    ):
        views = open_views(None)
        with closing(views):
            figures = LedgerFigures(record)
            first = Desk(record, vault, figures, lambda: NOW, secrets.token_bytes)
            for command in DEFINED:
                first.submit(command, actor="clerk")
            put(record, own(1), frozen(), ISSUED)
            for command in (*BEFORE[1:], SET_ASIDE, CLOSE_POLL):
                first.submit(command, actor="clerk")
            first.submit(marked([MarkRow(P, 1, "2010-09-01", "", 2)]), actor="scrutineer")

            class Meddled(LedgerFigures):
                """Figures after which somebody acts, once."""

                done = False

                def case_papers(self, case: str) -> CasePapers:
                    papers = super().case_papers(case)
                    if not Meddled.done:
                        Meddled.done = True
                        first.submit(meddling, actor="scrutineer")
                    return papers

            desk = Desk(record, vault, Meddled(record), lambda: NOW, secrets.token_bytes)
            desk.submit(TOLD_LATE, actor="clerk")
        assert [event.type for _, event in record.stream(f"issued/leader/{P}")] == ["paper-unlinked.v1"]

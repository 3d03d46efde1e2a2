"""The case file: a headline made from the events, a timeline as known at the ruling, read from its own streams."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from filed import NOW_IS, Filed, filed
from ruled import (
    BEFORE,
    CONDUCT,
    ENTRY,
    EVIDENCE,
    GROUND,
    HASH,
    KNOWN,
    NOTICE,
    OPEN,
    REMOVES,
    RULE,
    RULED_ON,
    SIT,
    TELL,
    P,
)
from scenario import CLOSE_POLL, DEFINED, but
from test_appeal import ASSIGN, DETERMINE, DO, HEAR, LATE, LEAVE, LODGE, ORDER, PACK, RESTORE, REVIEWED, TOLD_OF

from ledger.decision import Command
from ledger.errors import RefusedError
from ledger.streams.appeals import RefuseLeave, WithdrawAppeal
from ledger.streams.cases import RecuseMember
from ledger.streams.evidence import ReceiveReply, WithdrawEvidence
from ledger.streams.ground import AdoptGround
from ledger.streams.notification import CorrectRuling
from ledger.streams.reopening import ReopenCase
from ledger.streams.ruling_events import Finding
from projections.cases.facts import facts_of
from projections.cases.file import read_case_file
from projections.cases.listing import case_lines, case_names
from projections.moment import Moment

REMOVE = but(RULE, outcome="remove", effects=(REMOVES,))
REPLY = ReceiveReply(case="c1", reply="It was not me", effective="2010-08-06T00:00:00Z")
REOPEN = ReopenCase(case="c1", reason="new-evidence", effective="2010-09-03T12:00:00Z")
MORE = but(EVIDENCE, evidence="e2", description="A letter", effective="2010-09-04T12:00:00Z")
AGAIN = but(
    SIT, sitting="s2", start="2010-09-10T10:00:00Z", end="2010-09-10T11:00:00Z", effective="2010-09-10T11:00:00Z"
)
SECOND = but(RULE, sitting="s2", outcome="no-action", evidence=("e1", "e2"), effective="2010-09-11T12:00:00Z")


def put(commands: Sequence[Command], old: Command, *new: Command) -> list[Command]:
    return [each for one in commands for each in (new if one is old else (one,))]


def whole() -> Filed:
    """An entry removed by ruling after a reply, restored on appeal, and the poll closed after that."""
    before = put(BEFORE[1:], NOTICE, NOTICE, REPLY)
    remove = but(REMOVE, replies=1, late_replies=1, votes_against=0, abstained=1)
    appeal = (LODGE, ASSIGN, PACK, HEAR, DETERMINE, RESTORE, DO)
    close = but(CLOSE_POLL, effective="2010-09-22T23:59:59Z")
    return filed(*DEFINED, *before, remove, TELL, *appeal, close, before={0: ENTRY})


def test_the_headline_says_all_that_follows_from_the_events() -> None:
    (line,) = whole().page().lines
    assert line == (
        'Ruling 1 on case c1: on 10 August 2010 at 12:00:00 UTC "Panel 1" (panel-1), 4 present, with a quorum of 3, '
        "ruled to remove the entry, by 3 to 0 with 1 abstention; "
        'on ground other-party, "Supports another party" (version 1, published on 1 May 2010), met on 1 June 2010; '
        "it relied on e1 (class A, disclosed); 1 reply of the person, 1 of them late put to it; "
        "its reasons have 19 words; the person was told on 11 August 2010 at 09:00:00 UTC, by post; "
        "an appeal was received on 25 August 2010 and allowed on 2 September 2010, by 2 to 1; "
        "ordered was that the entry be restored, done on 9 September 2010; "
        "entry 1 was removed on 11 August 2010 and entry 1 was restored on 9 September 2010 by the appeal; "
        "the poll of leader closed on 22 September 2010, after they were told."
    )


NONE_POSSIBLE = but(ORDER, remedy="none-possible", due=None, reason="The papers are unlinked")
NO_APPEAL = put(BEFORE, GROUND, but(GROUND, appeal=None, no_appeal=HASH))
NEITHER = but(RULE, appeal=None, no_appeal=HASH)
LATE_ONE = but(LODGE, effective=LATE)
REFUSE_LEAVE = RefuseLeave(case="c1", ruling=1, reason="No reason was given", effective="2010-08-26T11:00:00Z")
WITHDRAW = WithdrawAppeal(case="c1", ruling=1, request_digest=HASH, effective="2010-08-26T12:00:00Z")
BY_OFFICER = but(GROUND, decided_by="officer")
OFFICER = but(RULE, decided_by="officer", panel=None, sitting=None, votes_for=0, votes_against=0)
BY_CHECK = put(BEFORE, GROUND, but(GROUND, decided_by="auto"))
CHECK = but(OFFICER, decided_by="auto", check_version="match 1.2", reviewed_by="r7")
HIDDEN = but(EVIDENCE, evidence="e2", disclosure="withheld", withheld_because="names a third person")
RECUSE = RecuseMember(case="c1", member="p4", reason="A neighbour", effective="2010-08-09T00:00:00Z")
SAYS: dict[str, tuple[Sequence[Command], str]] = {
    "not told": (RULED_ON, "the person was not told yet, and it has no effect until then"),
    "time to appeal": (TOLD_OF, 'they may appeal to "the appeals board" until 2010-08-25T23:59:59 Europe/London'),
    "no appeal lies": ((*NO_APPEAL, NEITHER, TELL), "no appeal lies, by clause sha256:555555555555...;"),
    "tried twice": ((*NO_APPEAL, NEITHER, TELL, LODGE, LODGE), "555555555555..., and one was tried 2 times"),
    "pending": ((*TOLD_OF, LODGE), "an appeal was received on 25 August 2010 and is to be determined"),
    "late": ((*TOLD_OF, LATE_ONE), "an appeal was received late on 25 August 2010 and awaits leave"),
    "late, let in": ((*TOLD_OF, LATE_ONE, LEAVE), "received late on 25 August 2010 and is to be determined"),
    "leave refused": (
        (*TOLD_OF, LATE_ONE, REFUSE_LEAVE),
        "an appeal was received late on 25 August 2010 and leave was refused",
    ),
    "withdrawn": ((*TOLD_OF, LODGE, WITHDRAW), "an appeal was received on 25 August 2010 and withdrawn"),
    "not done yet": ((*REVIEWED, DETERMINE, ORDER), "ordered was an apology by 2010-09-10, not done yet"),
    "too late": (
        (*REVIEWED, DETERMINE, NONE_POSSIBLE),
        'no remedy was possible any more, for "The papers are unlinked"',
    ),
    "by an officer": (
        (*put(BEFORE, GROUND, BY_OFFICER), but(OFFICER)),
        "the returning-officer, an officer, ruled to refuse;",
    ),
    "by a check": ((*BY_CHECK, CHECK), 'the check "match 1.2", reviewed by r7, ruled to refuse;'),
    "one withdrew": ((*put(BEFORE, SIT, RECUSE, SIT), but(RULE, votes_for=2)), "4 present, of whom 1 withdrew, with"),
    "withheld": (
        (*put(BEFORE, EVIDENCE, EVIDENCE, HIDDEN), but(RULE, evidence=("e1", "e2"))),
        "it relied on e1 (class A, disclosed) and e2 (class A, withheld)",
    ),
    "not replied": (RULED_ON, "the person had not replied"),
    "put right": (
        (
            *RULED_ON,
            CorrectRuling(
                case="c1", ruling=1, reasons=RULE.reasons + " now", reason="a word", effective=TELL.effective
            ),
        ),
        "its reasons have 19 words, a slip in them put right once",
    ),
    "a paper": ((*BEFORE, but(RULE, papers="set-aside")), "a paper is to be set aside as long as it can be told which"),
}


@pytest.mark.parametrize("name", SAYS)
def test_the_headline_says(name: str) -> None:
    commands, says = SAYS[name]
    (line,) = filed(*commands).page().lines
    assert says in line


def test_time_to_appeal_is_held_against_the_moment_of_the_reader() -> None:
    told = filed(*TOLD_OF)
    assert "they may appeal" in told.page(at="2010-08-25T22:59:59Z").lines[0]
    assert "they might have appealed, and did not" in told.page(at="2010-08-25T23:00:00Z").lines[0]


def test_a_case_that_is_not_ruled_on_says_how_it_stands() -> None:
    assert filed(*BEFORE[:-4]).page().lines == (
        "Case c1: open, given to no panel yet, not ruled on; the person was not told of it yet.",
    )
    assert filed(*BEFORE).page().lines == ("Case c1: open, with panel-1, not ruled on; the person was told of it.",)


def test_a_ground_is_told_in_the_version_that_held_when_the_conduct_was_and_was_known_then() -> None:
    second: AdoptGround = but(GROUND, title="Backs another party", effective="2010-05-20T12:00:00Z")
    third: AdoptGround = but(GROUND, title="Backs others", effective="2010-07-01T12:00:00Z")
    file = filed(*put(BEFORE, GROUND, GROUND, second, third), RULE).file()
    assert file.chosen
    (found,) = facts_of(file, file.chosen, NOW_IS).grounds
    assert (found.version, found.title, found.published) == (2, "Backs another party", "2010-05-20T12:00:00Z")
    early = but(
        RULE, findings=(*RULE.findings, Finding(ground="other-party", met="not-met", conduct="2010-04-01T00:00:00Z"))
    )
    assert "(in no version that was in force), not met on 1 April 2010" in filed(*BEFORE, early).page().lines[0]


def test_what_a_ruling_rested_on_is_what_was_known_then() -> None:
    newer: AdoptGround = but(GROUND, title="Backs anybody else", effective="2010-05-25T12:00:00Z")
    recuse = but(RECUSE, effective="2010-09-04T12:00:00Z")
    file = filed(*RULED_ON, newer, TELL, REOPEN, recuse).file()
    assert file.chosen
    facts = facts_of(file, file.chosen, NOW_IS)
    assert (facts.grounds[0].version, facts.grounds[0].title) == (1, "Supports another party")
    assert facts.panel
    assert facts.panel.withdrew == 0


def test_what_came_after_the_ruling_is_marked_and_what_came_before_is_not() -> None:
    page = filed(*TOLD_OF, REOPEN, MORE, AGAIN, SECOND).page(ruling=1)
    assert [(each.type.partition(".")[0], each.later) for each in page.timeline] == [
        ("case-opened", False),
        ("evidence-added", False),
        ("case-allocated", False),
        ("case-notice-served", False),
        ("ruling-made", False),
        ("ruling-notified", True),
        ("case-reopened", True),
        ("evidence-added", True),
        ("ruling-made", True),
    ]
    assert page.lines[0].startswith("Ruling 1 on case c1")


def test_a_case_is_read_from_its_last_ruling_unless_another_is_asked_for() -> None:
    page = filed(*TOLD_OF, REOPEN, MORE, AGAIN, SECOND).page()
    assert page.ruling == 2
    assert not any(each.later for each in page.timeline)
    assert "ruled that nothing is to be done" in page.lines[0]


def test_an_effect_belongs_to_the_ruling_that_led_to_it() -> None:
    restore = but(SECOND, outcome="restore", effects=({"number": 1, "action": "restore"},))
    tell = but(TELL, ruling=2, effective="2010-09-12T09:00:00Z")
    again = (REOPEN, MORE, AGAIN, restore, tell)
    file = filed(*DEFINED, *BEFORE[1:], REMOVE, TELL, *again, before={0: ENTRY}).file()
    first, second = (facts_of(file, each, NOW_IS) for each in file.rulings)
    assert [(each.number, each.action) for each in first.changed] == [(1, "removed")]
    assert [(each.number, each.action) for each in second.changed] == [(1, "restored")]


def test_reads_the_streams_of_the_case_alone() -> None:
    record = whole()
    record.file()
    assert sorted(set(record.asked)) == [
        "appeal/c1/1",
        "body/panel-1",
        "case/c1",
        "contest/leader",
        f"entry/labour/{P}",
        f"erasure/{P}",
        "ground/labour",
        f"issued/leader/{P}",
        f"person/{P}",
    ]


def test_looks_for_papers_in_every_contest_though_the_case_names_none() -> None:
    record = filed(*DEFINED, *put(BEFORE[1:], OPEN, but(OPEN, about=None)))
    assert record.file().contests == {}
    assert f"issued/leader/{P}" in record.asked


def test_as_it_was_and_as_we_knew_it() -> None:
    record = whole()
    as_of = read_case_file(record.record, "c1", Moment(as_of="2010-08-10T23:59:59Z"))
    assert as_of.effects == ()
    assert [ruling.notified for ruling in as_of.case.rulings] == [None]
    opened = next(position for position, event in record.events if event.type == "case-opened.v1")
    known = read_case_file(record.record, "c1", Moment(known_at_position=opened))
    assert (known.chosen, len(known.events)) == (None, 1)
    with pytest.raises(RefusedError, match=r"unknown-case: case c1: .* found one that was not opened yet"):
        read_case_file(record.record, "c1", Moment(known_at_position=opened - 1))


def test_a_ruling_that_was_not_made_yet_is_left_out() -> None:
    record = filed(*RULED_ON)
    assert read_case_file(record.record, "c1", Moment(as_of="2010-08-09T12:00:00Z")).rulings == ()


def test_refuses_a_case_or_a_ruling_that_there_is_not() -> None:
    record = filed(*RULED_ON)
    with pytest.raises(RefusedError, match=r"unknown-case: case c2: .* found c2 \(nearest: c1\)"):
        record.file("c2")
    with pytest.raises(RefusedError, match="unknown-ruling: case/c1: expected one of 1 rulings, found 2"):
        record.file(ruling=2)
    with pytest.raises(RefusedError, match="unknown-ruling: case/c1: expected a case that was ruled on, found 1"):
        filed(*BEFORE).file(ruling=1)


def test_a_reviewer_is_told_what_to_look_at() -> None:
    other = but(GROUND, ground="fictitious", title="Nobody of this name")
    before = put(BEFORE, GROUND, GROUND, other)
    both = put(before, OPEN, but(OPEN, grounds=("other-party", "fictitious")))
    silent = filed(*both, RULE, TELL).page()
    assert [each.code for each in silent.flags] == ["ground-mismatch"]
    assert "Ground fictitious is on the case" in silent.flags[0].says
    told = but(RULE, reasons=RULE.reasons + "; also, there is nobody of this name at the address")
    (flag,) = filed(*before, told, TELL).page().flags
    assert flag.code == "ground-mismatch"
    assert flag.says == 'The reasons name "Nobody of this name", and the ruling finds nothing on ground fictitious.'
    assert filed(*before, told, TELL).page(read=None).flags == ()
    considered = (*RULE.findings, Finding(ground="fictitious", met="not-relied-on", conduct=CONDUCT))
    assert filed(*both, but(told, findings=considered), TELL).page().flags == ()
    assert filed(*before, told, TELL).page("panel").flags == ()


def test_a_reviewer_is_told_of_evidence_withdrawn_since_and_of_a_ruling_not_told() -> None:
    withdraw = WithdrawEvidence(case="c1", evidence="e1", reason="It is forged", effective="2010-08-12T00:00:00Z")
    page = filed(*RULED_ON, withdraw).page()
    assert [each.code for each in page.flags] == ["evidence-withdrawn", "not-told"]
    assert "e1 (class A, disclosed, withdrawn on 12 August 2010)" in page.lines[0]


def test_cases_are_listed_with_how_they_stand() -> None:
    other = "9" * 24
    more = but(OPEN, case="c2", person=other, subject=f"person/{other}")
    record = filed(*RULED_ON, but(KNOWN, person=other), more)
    lines = list(case_lines(record.record, case_names(record.record)))
    assert [(line.case, line.stands, line.ruling, line.open) for line in lines] == [
        ("c1", "ruled", "refuse", False),
        ("c2", "not-allocated", None, True),
    ]
    assert case_names(record.record, other) == ["c2"]
    stands = [next(case_lines(filed(*commands).record, ["c1"])).stands for commands in (BEFORE[:-2], BEFORE, TOLD_OF)]
    assert stands == ["not-noticed", "awaits-ruling", "told"]

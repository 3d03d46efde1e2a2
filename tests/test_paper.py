"""Papers read in batches: what is refused, what is dealt out, and what can happen to a batch."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from scenario import (
    ADOPT_RULE,
    ANYTHING_GOES,
    CALL_ELECTION,
    CLOSED,
    DEFINE_CONTEST,
    DEFINED,
    NOW,
    POLLED,
    READ_PAPERS,
    Given,
    but,
    given,
    happened,
)

from ledger.decision import fold
from ledger.event import Event
from ledger.figures import CountFigures
from ledger.rules.count_rule import rule_hash
from ledger.streams.batch import BatchClosed, BatchOpened, BatchState
from ledger.streams.contest import ClosePoll, PollClosed
from ledger.streams.declaration import DeclareResult
from ledger.streams.election import AdoptCountRule
from ledger.streams.paper import PAPERS_MAX, Alike, Paper, PaperRead, contents_hash

BATCH = "batch/paper/leader/members/s1"
STEM = "paper/leader/members"
REFUSED = {"blank-paper": "", "duplicate-mark": "a>a", "gap-in-ranking": "a>>b", "overvote": "a=b"}
LENIENT = (
    CALL_ELECTION,
    AdoptCountRule(election="labour", rule=ANYTHING_GOES),
    but(DEFINE_CONTEST, count_rule=rule_hash(ANYTHING_GOES)),
    ClosePoll(contest="leader", effective=CLOSED),
)


def papers(*marks: str, **changes: Any) -> Any:
    return but(READ_PAPERS, papers=tuple(Alike(count=1, marks=mark) for mark in marks), **changes)


def opened(scene: Given) -> Given:
    """The scene after the batch was opened, and killed before any paper was read."""
    return Given((*scene.events, scene.when(READ_PAPERS).events[0]))


# What is read


def test_reads_papers_between_an_opening_and_a_closing_event() -> None:
    first, *members, last = given(*POLLED).when(READ_PAPERS).events
    assert first == happened(
        BatchOpened,
        BATCH,
        contents=contents_hash({"a>b": 2, "b": 1}),
        contest="leader",
        effective=CLOSED,
        section="members",
        total=3,
    )
    assert [type(member) for member in members] == [PaperRead] * 3
    assert isinstance(last, BatchClosed)
    assert (last.stream, last.version, last.contest, last.section, last.count) == (BATCH, 2, "leader", "members", 3)


def test_reads_every_paper_on_a_stream_of_its_own_with_nothing_that_leads_back() -> None:
    for paper in given(*POLLED).when(READ_PAPERS).events[1:-1]:
        assert isinstance(paper, PaperRead)
        expected = happened(
            PaperRead, paper.stream, batch=BATCH, command=None, effective=CLOSED, marks=paper.marks, provenance=None
        )
        assert paper == expected
        assert len(paper.stream.removeprefix(STEM + "/")) == 16


def test_reads_as_many_papers_of_each_kind_as_were_given() -> None:
    given_twice = but(READ_PAPERS, papers=(*READ_PAPERS.papers, Alike(count=5, marks="a>b"), Alike(count=1, marks="c")))
    assert given(*POLLED).when(given_twice).papers == Counter({(STEM, "a>b"): 7, (STEM, "b"): 1, (STEM, "c"): 1})


def test_reads_papers_with_faults_that_the_rule_lets_in_as_they_stand() -> None:
    read = given(*LENIENT).when(papers(*REFUSED.values(), "a>")).papers
    assert read == Counter((STEM, marks) for marks in (*REFUSED.values(), "a>"))


def test_papers_made_from_published_totals_say_so_in_every_event() -> None:
    first, *members, _ = given(*POLLED).when(but(READ_PAPERS, expanded=True)).events
    assert {event.model_dump()["provenance"] for event in (first, *members)} == {"expanded from published totals"}


@pytest.mark.parametrize(("publication", "withheld"), [("papers", False), ("profile", True), ("none", True)])
def test_withholds_the_papers_of_a_contest_that_does_not_publish_them(publication: str, withheld: bool) -> None:
    contest = but(DEFINE_CONTEST, paper_publication=publication)
    when = given(CALL_ELECTION, ADOPT_RULE, contest, POLLED[-1]).when(READ_PAPERS)
    assert when.outcome.restricted == withheld
    blinds = [event.blind for event in when.events if isinstance(event, PaperRead)]
    assert len(set(blinds)) == (3 if withheld else 1)
    assert all((blind is not None) == withheld for blind in blinds)


def test_reads_the_papers_of_two_sections_and_of_two_serials() -> None:
    scene = given(*POLLED, READ_PAPERS)
    for other in (but(READ_PAPERS, section="mps"), but(READ_PAPERS, serial="s2", same_again=True)):
        assert sum(scene.when(other).papers.values()) == 3


# What is refused


def test_refuses_the_same_papers_under_another_serial_unless_told_that_they_are_others() -> None:
    given(*POLLED, READ_PAPERS).when(but(READ_PAPERS, serial="s2")).then_refused("same-papers")


def test_refuses_papers_after_the_result_was_declared() -> None:
    counted = CountFigures(6, "sha256:" + "0" * 64, ("a",), {})
    declared = given(*POLLED, DeclareResult(contest="leader", elected=("a",)), figures=counted)
    declared.when(READ_PAPERS).then_refused("already-declared")


def test_refuses_papers_of_a_contest_nobody_defined() -> None:
    given(CALL_ELECTION, ADOPT_RULE).when(READ_PAPERS).then_refused("unknown-contest")


def test_refuses_papers_of_a_section_that_the_contest_has_not() -> None:
    refused = given(*POLLED).when(but(READ_PAPERS, section="member")).then_refused("unknown-section")
    assert "(nearest: members)" in refused.found


def test_refuses_papers_while_the_poll_is_open() -> None:
    given(*DEFINED).when(READ_PAPERS).then_refused("poll-open")


def test_refuses_papers_before_the_moment_at_which_the_poll_closed() -> None:
    given(*POLLED).at("2010-09-22T23:59:58Z").when(READ_PAPERS).then_refused("poll-open")
    assert given(*POLLED).at(CLOSED).when(READ_PAPERS).refused is None


def test_refuses_more_papers_than_a_batch_may_have() -> None:
    half = Alike(count=PAPERS_MAX // 2 + 1, marks="a")
    given(*POLLED).when(but(READ_PAPERS, papers=(half, half))).then_refused("too-many-papers")


@pytest.mark.parametrize(
    ("marks", "says"), [("a>d", "'a>d'"), ("x=y", "'x=y'"), ("a=", "no name beside ="), ("-", "'-'")]
)
def test_refuses_a_paper_that_names_somebody_who_did_not_stand(marks: str, says: str) -> None:
    refused = given(*LENIENT).when(papers("b", marks)).then_refused("unknown-candidate")
    assert says in str(refused)
    assert refused.row == 2


@pytest.mark.parametrize(("code", "marks"), REFUSED.items())
def test_refuses_a_paper_with_a_fault_that_the_rule_refuses(code: str, marks: str) -> None:
    refused = given(*POLLED).when(papers("a>b", marks)).then_refused(code)
    assert repr(marks) in refused.found
    assert refused.row == 2


@pytest.mark.parametrize(("code", "marks"), REFUSED.items())
def test_each_fault_is_refused_by_its_own_choice_of_the_rule(code: str, marks: str) -> None:
    choice = {"blank-paper": "blank", "duplicate-mark": "duplicate", "gap-in-ranking": "gap"}.get(code, code)
    rule = ANYTHING_GOES.model_copy(update={choice: "refuse"})
    contest = but(DEFINE_CONTEST, count_rule=rule_hash(rule))
    scene = given(CALL_ELECTION, AdoptCountRule(election="labour", rule=rule), contest, POLLED[-1])
    scene.when(papers(marks)).then_refused(code)
    others = [other for other in REFUSED.values() if other != marks]
    assert sum(scene.when(papers(*others)).papers.values()) == 3


def test_refuses_other_papers_under_a_serial_that_is_open() -> None:
    scene = opened(given(*POLLED))
    scene.when(papers("a", "a", "b")).then_refused("batch-differs")
    scene.when(papers("a>b", "b")).then_refused("batch-differs")


def test_refuses_other_papers_under_a_serial_that_is_closed() -> None:
    given(*POLLED, READ_PAPERS).when(papers("a", "a", "b")).then_refused("batch-differs")


def test_refuses_to_go_on_with_read_papers_as_if_they_were_made_from_totals() -> None:
    expanded = but(READ_PAPERS, expanded=True)
    opened(given(*POLLED)).when(expanded).then_refused("batch-differs")
    given(*POLLED, expanded).when(READ_PAPERS).then_refused("batch-differs")


def test_names_the_first_of_several_faults_in_the_documented_order() -> None:
    half = PAPERS_MAX // 2 + 1
    worst = "x>>a=a=b>a"
    many = but(READ_PAPERS, section="x", papers=(Alike(count=half, marks=worst), Alike(count=half, marks="a")))
    given().when(many).then_refused("unknown-contest")
    given(*DEFINED).when(many).then_refused("unknown-section")
    many = but(many, section="members")
    given(*DEFINED).when(many).then_refused("poll-open")
    scene = opened(given(*POLLED))
    scene.when(many).then_refused("too-many-papers")
    scene.when(papers(worst)).then_refused("unknown-candidate")
    scene.when(papers("c>>a=b>a")).then_refused("duplicate-mark")
    scene.when(papers("c>>a=b")).then_refused("gap-in-ranking")
    scene.when(papers("c>a=b")).then_refused("overvote")
    scene.when(papers("c>a")).then_refused("batch-differs")


# What a batch goes through


def test_goes_on_with_a_batch_that_was_opened_before() -> None:
    scene = opened(given(*POLLED))
    assert scene.when(READ_PAPERS).events[1:-1] == given(*POLLED).when(READ_PAPERS).events[1:-1]


def test_the_same_papers_again_need_nothing_done() -> None:
    given(*POLLED, READ_PAPERS).when(READ_PAPERS).then()
    given(*POLLED, READ_PAPERS).when(papers("b", "a>b", "a>b")).then()


def test_deals_the_same_whether_a_page_at_a_time_or_all_at_once() -> None:
    batch = given(*POLLED).when(papers(*["a", "b", "c"] * 7)).outcome.batch
    assert batch is not None
    page = batch.deal(b"seed")
    whole = page(0, 21, NOW)
    assert [paper for start in range(0, 21, 4) for paper in page(start, start + 4, NOW)] == whole
    assert (page(21, 25, NOW), page(3, 3, NOW), len(whole)) == ([], [], 21)


@pytest.mark.parametrize(
    ("state", "event", "name"),
    [
        (Paper(STEM + "/1"), happened(PollClosed, STEM + "/1", contest="leader"), "a paper"),
        (BatchState(BATCH), happened(PollClosed, BATCH, contest="leader"), "a batch"),
    ],
)
def test_papers_and_batches_do_not_evolve_by_events_of_other_streams(state: Any, event: Event, name: str) -> None:
    with pytest.raises(TypeError, match=rf"poll-closed\.v1 does not belong to {name}"):
        fold(state, [event])


def test_a_paper_is_read_once() -> None:
    read = happened(PaperRead, STEM + "/1", marks="a", command=None)
    assert fold(Paper(STEM + "/1"), [read]) == Paper(STEM + "/1", 1)

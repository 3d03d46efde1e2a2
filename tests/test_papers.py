"""Papers issued, issued again, cancelled and returned: decisions, and the desk with the projection behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from electorate import BEFORE, DAY, FILE, Listed, entry, frozen, marked, person, put, removed, row
from killing import Killed, kill_at
from scenario import CLOSE_POLL, CLOSED, DEFINE_CONTEST, DEFINED, NOW, but, given, happened
from stores import MASTER, LedgerPlace

import ledger.batches.marking_run
import ledger.storage.recorder
from ledger.batches.marking import DueFigures, PaperFigures
from ledger.decision import fold
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.privacy.vault import Vault
from ledger.streams.issue import IssuePapers, PapersIssued, issue_stream
from ledger.streams.issued import PaperCancelled, PaperIssued, PaperReissued, issued_stream
from ledger.streams.linkage import DestroyLinkage, LinkageDestroyed, LinkageSealed, SealLinkage, linkage_stream
from ledger.streams.paper_handling import CancelPaper, IssuePaper, ReissuePaper
from ledger.streams.returned import (
    DuplicateReturnHeld,
    MarkReturns,
    MarksReconciled,
    ReturnMarked,
    marks_stream,
    poll_days,
    returned_stream,
)
from projections.counting import LedgerFigures

ISSUE = IssuePapers(contest="leader", section="members", count=3, roll_version=1, channel="post", effective=BEFORE)
DUE = DueFigures(9, 3, 3)
ONE = IssuePaper(contest="leader", person=person(1), number=1, reason="late-admission")
AGAIN = ReissuePaper(contest="leader", person=person(1), number=1, reason="lost")
CANCEL = CancelPaper(contest="leader", person=person(1), number=1, cause="clerical")
HAS = PaperFigures(9, counts=True, in_bulk=True)
HAS_NONE = PaperFigures(9, counts=True, in_bulk=False)
YEAR = "2011-09-22T23:59:59Z"
SEAL = SealLinkage(contest="leader", digest="sha256:" + "a" * 64, custodian="scrutineer", until=YEAR)
DESTROY = DestroyLinkage(contest="leader", how="Shredded before the scrutineer")


def scene(*events: Event, figures: Any = None, closed: bool = False) -> Any:
    """A contest, events besides, and figures."""
    made = given(*DEFINED, *([CLOSE_POLL] if closed else []), figures=figures)
    return type(made)((*made.events, *events), made.now, made.figures)


# Issue


def test_issues_a_paper_to_everybody_in_a_section() -> None:
    fields = {"contest": "leader", "section": "members", "count": 3, "roll_version": 1, "channel": "post"}
    expected = happened(PapersIssued, "issue/leader/members", as_of_position=9, **fields)
    scene(frozen(), figures=DUE).when(ISSUE).then(expected.model_copy(update={"effective": BEFORE}))


@pytest.mark.parametrize(
    ("publication", "count", "withheld"), [("papers", 10, False), ("papers", 9, True), ("none", 10, True)]
)
def test_small_numbers_are_withheld(publication: str, count: int, withheld: bool) -> None:
    defined = but(DEFINE_CONTEST, paper_publication=publication)
    made = given(*DEFINED[:2], defined, figures=DueFigures(9, count, count))
    made = type(made)((*made.events, frozen()), made.now, made.figures)
    assert made.when(but(ISSUE, count=count)).outcome.restricted == withheld


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contest": "lader"}, "unknown-contest"),
        ({"section": "member"}, "unknown-section"),
        ({"effective": "2010-09-25T12:00:01Z"}, "future-dated"),
        ({"roll_version": 2}, "roll-version-differs"),
        ({"count": 2}, "count-differs"),
        ({"count": 4}, "count-differs"),
        ({"count": 3, "first_serial": 100}, "number-reused"),
        ({"count": 3, "first_serial": 98}, "number-reused"),
    ],
)
def test_refuses_each_fault_of_an_issue(changes: dict[str, Any], code: str) -> None:
    before = happened(
        PapersIssued,
        "issue/leader/members",
        as_of_position=9,
        contest="leader",
        section="members",
        count=2,
        roll_version=1,
        channel="post",
        first_serial=99 + 1,
    )
    scene(frozen(), before, figures=DUE).when(but(ISSUE, **changes)).then_refused(code)
    assert scene(frozen(), before, figures=DUE).when(but(ISSUE, first_serial=102)).events
    assert scene(frozen(), before, figures=DUE).when(but(ISSUE, first_serial=97)).events


def test_issues_nothing_by_a_roll_that_is_not_frozen_or_after_the_close() -> None:
    scene(figures=DUE).when(ISSUE).then_refused("roll-not-frozen")
    scene(frozen(), figures=DUE, closed=True).when(ISSUE).then_refused("poll-closed")


# One elector's paper


def test_issues_reissues_and_cancels_one_paper() -> None:
    stream = f"issued/leader/{person(1)}"
    late = scene(entry(1), figures=HAS_NONE)
    issued = happened(PaperIssued, stream, contest="leader", number=1, reason="late-admission")
    late.when(ONE).then(issued)
    held = scene(entry(1), figures=HAS)
    held.when(AGAIN).then(happened(PaperReissued, stream, contest="leader", number=1, reason="lost"))
    held.when(CANCEL).then(happened(PaperCancelled, stream, contest="leader", number=1, cause="clerical"))
    scene(entry(1), issued, figures=HAS_NONE).when(AGAIN).then(
        happened(PaperReissued, stream, 2, contest="leader", number=1, reason="lost")
    )


CANCELLED = happened(PaperCancelled, f"issued/leader/{person(1)}", contest="leader", number=1, cause="clerical")
RETURNED = happened(ReturnMarked, f"returned/leader/{person(1)}", contest="leader", number=1, day=DAY)


@pytest.mark.parametrize(
    ("command", "events", "figures", "code"),
    [
        (but(ONE, contest="lader"), (), HAS_NONE, "unknown-contest"),
        (but(ONE, effective="2011-01-01T00:00:00Z"), (), HAS_NONE, "future-dated"),
        (but(ONE, person=person(1), number=2), (), HAS_NONE, "unknown-entry"),
        (but(ONE, person=person(2), number=1), (), HAS_NONE, "unknown-entry"),
        (ONE, (removed(1, 2),), HAS_NONE, "entry-not-live"),
        (ONE, (), PaperFigures(9, counts=False, in_bulk=False), "entry-not-live"),
        (ONE, (), HAS, "already-issued"),
        (but(ONE, reason="ruling"), (), HAS_NONE, "basis-missing"),
        (but(AGAIN, person=person(2), number=1), (), HAS, "unknown-entry"),
        (AGAIN, (), HAS_NONE, "not-issued"),
        (AGAIN, (CANCELLED,), HAS, "paper-cancelled"),
        (AGAIN, (removed(1, 2),), HAS, "entry-not-live"),
        (AGAIN, (RETURNED,), HAS, "already-returned"),
        (but(CANCEL, effective="2011-01-01T00:00:00Z"), (), HAS, "future-dated"),
        (CANCEL, (), HAS_NONE, "not-issued"),
        (CANCEL, (CANCELLED,), HAS, "paper-cancelled"),
        (CANCEL, (RETURNED,), HAS, "already-returned"),
        (but(CANCEL, cause="removed"), (), HAS, "entry-live"),
        (but(CANCEL, cause="appeal"), (), HAS, "basis-missing"),
    ],
)
def test_refuses_each_fault_of_one_paper(command: Any, events: tuple[Event, ...], figures: Any, code: str) -> None:
    scene(entry(1), *events, figures=figures).when(command).then_refused(code)


def test_refuses_a_paper_after_the_close_or_in_another_contests_section() -> None:
    for command in (ONE, AGAIN):
        scene(entry(1), figures=HAS, closed=True).when(command).then_refused("poll-closed")
    assert scene(entry(1), figures=HAS, closed=True).when(CANCEL).events
    scene(entry(1, "unions"), figures=HAS_NONE).when(ONE).then_refused("unknown-section")


def test_a_cancelled_paper_may_be_issued_anew() -> None:
    assert scene(entry(1), CANCELLED, figures=HAS).when(ONE).events


# Linkage


def test_the_linkage_is_sealed_kept_and_destroyed() -> None:
    sealed = given(*DEFINED, CLOSE_POLL, SEAL)
    sealed.when(DESTROY).then_refused("retention-not-over")
    late = sealed.at("2011-09-23T00:00:00Z")
    assert late.when(DESTROY).events
    after = type(late)((*late.events, *late.when(DESTROY).events), late.now)
    after.when(DESTROY).then_refused("linkage-destroyed")
    after.when(but(SEAL, until="2012-09-22T23:59:59Z")).then_refused("linkage-destroyed")
    given(*DEFINED, CLOSE_POLL).when(DESTROY).then_refused("linkage-not-sealed")
    given(*DEFINED).when(SEAL).then_refused("poll-open")
    given(*DEFINED, CLOSE_POLL).when(but(SEAL, until="2011-09-22T23:59:58Z")).then_refused("retention-too-short")
    given(*DEFINED, CLOSE_POLL, but(SEAL, until=NOW.replace("2010", "2012"))).when(SEAL).then_refused(
        "retention-too-short"
    )


# The marked register at the desk, with the projection behind it


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.batches.marking_run, "PAGE_ROWS", 10)


@contextmanager
def desk_with(place: LedgerPlace, clock: str = NOW) -> Iterator[Desk]:
    """A desk with the projections that papers need."""
    import secrets
    from contextlib import closing

    with place.open() as record, closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)) as vault:
        yield Desk(record, vault, LedgerFigures(record), lambda: clock, secrets.token_bytes)


def polled(desk: Desk, electors: int = 30, *, closed: bool = True) -> None:
    """An election of so many electors, papers out and the poll closed."""
    for command in DEFINED:
        desk.submit(command, actor="clerk")
    assert hasattr(desk.ledger, "rows")
    put(desk.ledger, *(entry(number) for number in range(1, electors + 1)), frozen())  # type: ignore[arg-type]
    desk.submit(but(ISSUE, count=electors), actor="scrutineer")
    if closed:
        desk.submit(CLOSE_POLL, actor="clerk")


def tally(desk: Desk, file: str = FILE) -> tuple[int, int, int, dict[str, int]]:
    """What became of the rows of a file."""
    state = fold(marks_stream("leader", file), (event for _, event in desk.ledger.stream(f"marks/leader/{file}")))
    done = state.reconciled
    assert done is not None
    rejected = {each.code: each.rows for each in done.rejected}
    assert done.rows == done.accepted + done.duplicates + done.held + sum(rejected.values())
    return done.accepted, done.duplicates, done.held, rejected


def returns(desk: Desk) -> list[Event]:
    return [event for _, event in desk.ledger.scan() if isinstance(event, ReturnMarked | DuplicateReturnHeld)]


MANY = [row(number, line=number + 1) for number in range(1, 26)]


def test_marks_returns_in_the_order_of_keys_and_says_what_became_of_each_row(ledger_place: LedgerPlace) -> None:
    with desk_with(ledger_place) as desk:
        polled(desk)
        desk.submit(but(CANCEL, person=person(3), number=1), actor="scrutineer")
        faulty = [
            row(1, line=40, day="2010-09-02"),  # a second return
            row(1, line=41),  # and a third, on the day of the first
            row(99, line=42),
            row(2, line=43, number=2),
            row(4, line=44, day="2010-07-31"),
            row(5, line=45, day="2010-09-24"),
            row(0, line=46, code="bad-elector"),
        ]
        rows = [each for each in MANY if each.person not in (person(4), person(5))]
        receipt = desk.submit(marked([*rows, *faulty]), actor="scrutineer")
        assert tally(desk) == (
            22,
            2,
            0,
            {"paper-cancelled": 1, "unknown-entry": 2, "bad-elector": 1, "day-outside-poll": 2},
        )
        assert receipt.events == 22 + 2 + 2
        streams = [event.stream for event in returns(desk)]
        assert streams == sorted(streams)
        assert {event.effective[11:] for event in returns(desk)} == {NOW[11:]}  # of all, the same: not when each came
        kept = sorted((each.line, each.code) for each in desk.vault.members.rejected(f"marks/leader/{FILE}"))
        assert [line for line, _ in kept] == [4, 42, 43, 44, 45, 46]
        assert desk.submit(marked([*rows, *faulty]), actor="scrutineer").held


def test_the_first_return_by_day_is_the_one_marked(ledger_place: LedgerPlace) -> None:
    with desk_with(ledger_place) as desk:
        polled(desk)
        desk.submit(marked([row(1, 2, "2010-09-05"), row(1, 3, "2010-09-04", "post")]), actor="scrutineer")
        first, second = returns(desk)
        assert isinstance(first, ReturnMarked)
        assert (first.day, first.channel) == ("2010-09-04", "post")
        assert isinstance(second, DuplicateReturnHeld)
        assert (second.day, second.version) == ("2010-09-05", 2)


def test_a_corrected_file_adds_only_what_is_new(ledger_place: LedgerPlace) -> None:
    with desk_with(ledger_place) as desk:
        polled(desk)
        twice = row(1, line=50)
        desk.submit(marked([*MANY, twice, row(99, line=60)]), actor="scrutineer")
        assert tally(desk) == (25, 1, 0, {"unknown-entry": 1})
        mended = [*MANY, twice, row(26, line=60), row(2, line=61, day="2010-09-03")]
        desk.submit(marked(mended, "e" * 32), actor="scrutineer")
        assert tally(desk, "e" * 32) == (1, 1, 26, {})


def _killed(_: Listed) -> None:
    raise Killed


@pytest.mark.parametrize("call", [1, 2, 4])
@pytest.mark.parametrize("after", [False, True])
def test_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, call: int, *, after: bool
) -> None:
    rows = [*MANY, row(1, line=50), row(99, line=51)]
    with desk_with(ledger_place) as desk:
        polled(desk)
        with monkeypatch.context() as patch:
            kill_at(patch, type(desk.ledger), "append", call, after=after)
            with pytest.raises(Killed):
                desk.submit(marked(rows), actor="scrutineer", command_id="once")
    with desk_with(ledger_place) as desk:
        other = marked([row(1)], "e" * 32)
        if call > 1 or after:
            with pytest.raises(RefusedError, match=r"^batches-open: "):
                desk.submit(other, actor="scrutineer")
            with pytest.raises(RefusedError, match=r"^batch-differs: "):
                desk.submit(marked(rows[:-1]), actor="scrutineer")
        desk.submit(marked(rows), actor="scrutineer", command_id="once")
        assert tally(desk) == (25, 1, 0, {"unknown-entry": 1})
        streams = [event.stream for event in returns(desk)]
        assert len(streams) == 26
        assert streams == sorted(streams)


def test_a_paper_whose_return_is_being_marked_is_not_cancelled(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_with(ledger_place) as desk:
        polled(desk)
        with monkeypatch.context() as patch:
            patch.setattr(Listed, "require_same", _killed)
            with pytest.raises(Killed):
                desk.submit(marked(MANY), actor="scrutineer")
        with pytest.raises(RefusedError, match=r"^already-returned: "):
            desk.submit(CANCEL, actor="scrutineer")


def test_refuses_a_marked_register_too_early_or_of_nothing(ledger_place: LedgerPlace) -> None:
    with desk_with(ledger_place) as desk:
        polled(desk, closed=False)
        with pytest.raises(RefusedError, match=r"^poll-open: "):
            desk.submit(marked(MANY), actor="scrutineer")
        desk.submit(CLOSE_POLL, actor="clerk")
        with pytest.raises(RefusedError, match=r"^no-rows-given: "):
            desk.submit(MarkReturns(contest="leader", file=FILE, rows=1), actor="scrutineer")
    with desk_with(ledger_place) as desk:
        desk.submit(but(DEFINE_CONTEST, contest="deputy"), actor="clerk")
        desk.submit(but(CLOSE_POLL, contest="deputy"), actor="clerk")
        with pytest.raises(RefusedError, match=r"^not-issued: "):
            desk.submit(marked([row(1)], contest="deputy"), actor="scrutineer")


def test_papers_are_due_to_live_entries_without_one(ledger_place: LedgerPlace) -> None:
    with desk_with(ledger_place) as desk:
        polled(desk, 5, closed=False)
        record: Any = desk.ledger
        put(record, entry(6), entry(7), entry(1, "mps", 2), removed(2, 2))
        with pytest.raises(RefusedError, match=r"^count-differs: .*expected 2, .*of 6 live"):
            desk.submit(but(ISSUE, count=3), actor="scrutineer")
        desk.submit(but(ONE, person=person(6), number=1), actor="scrutineer")
        with pytest.raises(RefusedError, match=r"^already-issued: "):
            desk.submit(but(ONE, person=person(5), number=1), actor="scrutineer")
        desk.submit(but(ISSUE, count=1), actor="scrutineer")
        desk.submit(but(ISSUE, count=1, section="mps"), actor="scrutineer")
        for who, number in ((7, 1), (1, 2)):
            desk.submit(but(AGAIN, person=person(who), number=number), actor="scrutineer")
        desk.submit(but(CANCEL, person=person(2), number=1, cause="removed"), actor="scrutineer")


def test_days_of_a_poll_are_those_anywhere_on_earth() -> None:
    assert poll_days("2010-08-01T11:59:59Z", "2010-09-22T10:00:00Z") == ("2010-07-31", "2010-09-23")
    assert poll_days("2010-08-01T12:00:00Z", "2010-09-22T09:59:59Z") == ("2010-08-01", "2010-09-22")
    assert poll_days("0001-01-01T00:00:00Z", CLOSED)[0] == "0001-01-01"


@pytest.mark.parametrize(
    "state",
    [
        issue_stream("leader", "members"),
        issued_stream("leader", person(1)),
        returned_stream("leader", person(1)),
        marks_stream("leader", FILE),
        linkage_stream("leader"),
    ],
)
def test_states_do_not_evolve_by_events_of_others(state: Any) -> None:
    with pytest.raises(TypeError, match=r"does not belong to "):
        fold(state, [frozen()])


def test_states_evolve_by_their_own() -> None:
    sealed = happened(LinkageSealed, "linkage/leader", contest="leader", custodian="x", digest=SEAL.digest, until=YEAR)
    destroyed = happened(LinkageDestroyed, "linkage/leader", 2, contest="leader", how="burnt")
    assert fold(linkage_stream("leader"), [sealed, destroyed]).destroyed
    closed = happened(
        MarksReconciled,
        f"marks/leader/{FILE}",
        accepted=1,
        contest="leader",
        digest=SEAL.digest,
        duplicates=0,
        file=FILE,
        held=0,
        rejected=(),
        rows=1,
    )
    assert fold(marks_stream("leader", FILE), [closed]).reconciled == closed

"""The desk on both stores: deciding again after a conflict, once and only once, batches whole or not at all."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from killing import Killed
from scenario import (
    ADOPT_RULE,
    CALL_ELECTION,
    DEFINE_CONTEST,
    POLLED,
    READ_PAPERS,
    RECORD_PERSON,
    RULE,
    but,
)
from stores import NOON, LedgerPlace, SQLitePlace, desk_at, meddling_clock

import ledger.desk
from ledger.desk import ATTEMPTS, Desk
from ledger.errors import EvidenceError, RefusedError
from ledger.figures import CountFigures
from ledger.privacy.sqlite_vault import VAULT_FILE
from ledger.streams.batch import BatchState
from ledger.streams.declaration import DeclareResult
from ledger.streams.election import AdoptCountRule
from ledger.streams.paper import Alike, ReadPapers

BATCH = "batch/paper/leader/members/box-1"
PAGE = 10


def hold_poll(desk: Desk) -> None:
    for command in POLLED:
        desk.submit(command, actor="returning-officer")


def another_rule(number: int) -> AdoptCountRule:
    return but(ADOPT_RULE, rule=RULE.model_copy(update={"decimals": number % 10, "gap": "skip"}))


def papers(serial: str = "box-1", **counts: int) -> ReadPapers:
    """`papers(a=3, b=2)` has three papers that name a alone."""
    alike = tuple(Alike(marks=marks, count=count) for marks, count in counts.items())
    return but(READ_PAPERS, serial=serial, papers=alike)


def recorded(desk: Desk) -> list[str]:
    return [event.type for _, event in desk.ledger.reread()]


# Conflicts


def test_decides_again_when_what_it_read_has_changed(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as other:
        other.submit(CALL_ELECTION, actor="clerk")
        other.submit(ADOPT_RULE, actor="clerk")
        decisions = []

        def meddle(decision: int) -> None:
            decisions.append(decision)
            if decision < 2:
                other.submit(another_rule(decision), actor="clerk")

        with desk_at(ledger_place, clock=meddling_clock(meddle)) as desk:
            receipt = desk.submit(DEFINE_CONTEST, actor="clerk")
        assert decisions == [0, 1, 2]
        assert (receipt.position, receipt.events, receipt.held) == (4, 1, False)


def test_sees_on_deciding_again_what_the_other_has_done(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as other:

        def meddle(decision: int) -> None:
            if decision == 0:
                other.submit(CALL_ELECTION, actor="clerk")

        with (
            desk_at(ledger_place, clock=meddling_clock(meddle)) as desk,
            pytest.raises(RefusedError, match=r"^election-exists: "),
        ):
            desk.submit(CALL_ELECTION, actor="clerk")
        assert recorded(other) == ["election-called.v1"]


def test_gives_up_after_a_bounded_number_of_conflicts(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as other:
        other.submit(CALL_ELECTION, actor="clerk")
        other.submit(ADOPT_RULE, actor="clerk")

        decisions = []

        def meddle(decision: int) -> None:
            decisions.append(decision)
            other.submit(another_rule(decision), actor="clerk")

        with (
            desk_at(ledger_place, clock=meddling_clock(meddle)) as desk,
            pytest.raises(RefusedError, match=rf"^contention: .* {ATTEMPTS} attempts"),
        ):
            desk.submit(DEFINE_CONTEST, actor="clerk")
        assert len(decisions) == ATTEMPTS
        assert "contest-defined.v1" not in recorded(other)


class MeddledFigures:
    """Figures of a count that another desk overtakes while the first declaration is decided."""

    def __init__(self, other: Desk) -> None:
        self.other = other
        self.positions: list[int] = []

    def count(self, contest: str) -> CountFigures:
        self.positions.append(self.other.ledger.head().size - 1)
        if len(self.positions) == 1:
            self.other.submit(papers("box-2", b=1), actor="scrutineer")
        return CountFigures(self.positions[-1], "sha256:" + "0" * 64, ("a",), {})


def test_takes_the_figures_again_when_papers_came_in_meanwhile(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as other:
        hold_poll(other)
        other.submit(papers(a=2), actor="scrutineer")
        figures = MeddledFigures(other)
        with desk_at(ledger_place, figures=figures) as desk:
            desk.submit(DeclareResult(contest="leader", elected=("a",)), actor="returning-officer")
        (declared,) = [event for _, event in other.ledger.stream("result/leader")]
        assert figures.positions == [7, 10]
        assert declared.model_dump()["as_of_position"] == 10


# Once and only once


def test_answers_a_repeated_command_without_recording_it_again(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        first = desk.submit(CALL_ELECTION, actor="clerk", command_id="c-1")
        again = desk.submit(CALL_ELECTION, actor="clerk", command_id="c-1")
    with desk_at(ledger_place) as desk:
        once_more = desk.submit(CALL_ELECTION, actor="clerk", command_id="c-1")
        assert (first.position, first.events, first.held) == (0, 1, False)
        assert (again.position, again.events, again.held) == (0, 1, True)
        assert once_more == again
        assert desk.ledger.head().size == 1


@pytest.mark.parametrize(("election", "actor"), [("other", "clerk"), ("labour", "impostor")])
def test_refuses_another_command_under_the_same_id(ledger_place: LedgerPlace, election: str, actor: str) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(CALL_ELECTION, actor="clerk", command_id="c-1")
        with pytest.raises(RefusedError, match=r"^idempotency-conflict: command c-1: "):
            desk.submit(but(CALL_ELECTION, election=election), actor=actor, command_id="c-1")
        assert desk.ledger.head().size == 1


def test_a_command_carried_out_elsewhere_meanwhile_is_held(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as other:

        def meddle(decision: int) -> None:
            if decision == 0:
                other.submit(RECORD_PERSON, actor="clerk", command_id="c-1")

        with desk_at(ledger_place, clock=meddling_clock(meddle)) as desk:
            assert desk.submit(RECORD_PERSON, actor="clerk", command_id="c-1").held
            assert desk.ledger.head().size == 1
            assert desk.vault.pending() == []


def test_a_clock_that_runs_backwards_does_not_take_the_record_along(ledger_place: LedgerPlace) -> None:
    times = iter(["2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z", "1999-12-31T23:59:59Z", "2024-05-01T11:00:00Z"])
    with desk_at(ledger_place, clock=lambda: next(times)) as desk:
        for person in ("p-1", "p-2", "p-3"):
            desk.submit(but(RECORD_PERSON, person=person), actor="clerk")
        assert [(event.recorded, event.effective) for _, event in desk.ledger.reread()] == [(NOON, NOON)] * 3


# Batches


def stop_after(members: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done >= members:
            raise Killed

    return progress


@pytest.fixture
def polled_place(ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch) -> Iterator[LedgerPlace]:
    """A closed poll, and batches that are written a few papers at a time."""
    monkeypatch.setattr(ledger.desk, "PAGE_ROWS", PAGE)
    with desk_at(ledger_place) as desk:
        hold_poll(desk)
    return ledger_place


@pytest.mark.parametrize("members", [0, PAGE, 2 * PAGE, 25])
def test_a_batch_that_was_killed_is_open_and_is_finished_with_nothing_twice(
    polled_place: LedgerPlace, members: int
) -> None:
    batch = papers(a=14, b=11)
    with desk_at(polled_place) as desk, pytest.raises(Killed):
        desk.submit(batch, actor="scrutineer", progress=stop_after(members))
    with desk_at(polled_place) as desk:
        assert not batch_of(desk).closed
        assert recorded(desk).count("paper-read.v1") == members
        receipt = desk.submit(batch, actor="scrutineer")
        assert receipt.events == 25 - members + 1
        assert batch_of(desk).closed
        read = [event for _, event in desk.ledger.reread() if event.type == "paper-read.v1"]
        assert Counter(event.model_dump()["marks"] for event in read) == {"a": 14, "b": 11}
        assert len({event.stream for event in read}) == 25
        assert desk.vault.batches() == []


def batch_of(desk: Desk) -> BatchState:
    state = BatchState(BATCH)
    for _, event in desk.ledger.stream(BATCH):
        state = state.evolve(event)
    return state


def test_refuses_other_papers_under_a_serial_open_or_closed(polled_place: LedgerPlace) -> None:
    others = (papers(a=24, b=1), papers(a=14), papers(a=14, b=12))
    with desk_at(polled_place) as desk, pytest.raises(Killed):
        desk.submit(papers(a=14, b=11), actor="scrutineer", progress=stop_after(PAGE))
    for _ in ("open", "closed"):
        with desk_at(polled_place) as desk:
            before = desk.ledger.head().size
            for other in others:
                with pytest.raises(RefusedError, match=r"^batch-differs: .*serial box-1"):
                    desk.submit(other, actor="scrutineer")
            assert desk.ledger.head().size == before
            desk.submit(papers(b=11, a=14), actor="scrutineer")


def test_a_batch_given_again_adds_nothing(polled_place: LedgerPlace) -> None:
    with desk_at(polled_place) as desk:
        assert desk.submit(papers(a=3), actor="scrutineer").events == 5
        size = desk.ledger.head().size
        again = desk.submit(papers(a=3), actor="scrutineer")
        assert (again.held, again.events, desk.ledger.head().size) == (True, 0, size)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO erasure VALUES ('person/p1', '{')",
        "INSERT INTO batch VALUES ('person/p1', x'00')",
    ],
)
def test_notes_in_the_vault_that_nobody_wrote_are_evidence(tmp_path: Path, statement: str) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with desk_at(place) as desk:
        desk.submit(RECORD_PERSON, actor="clerk")
    with closing(sqlite3.connect(place.folder / VAULT_FILE)) as database:
        database.execute(statement)
        database.commit()
    with pytest.raises(EvidenceError, match="vault-malformed"), desk_at(place):
        pass

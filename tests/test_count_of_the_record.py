"""Elections of every method from the first event to the last, on real ledgers: counted from the record alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from killing import Killed
from methods import COLLEGE, ERS97, MEEK, PLURALITY, SCOTTISH, YES_NO, reserving
from scenario import CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, RULE, but
from stores import NOON, SQLitePlace, desk_at, meddling_clock
from test_totals import certify, held

import ledger.desk
from ledger.decision import Command
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.rules.count_rule import AnyCountRule, rule_hash
from ledger.rules.drawing import commitment_to
from ledger.streams.account import AccountStated, SetAside, StateAccount
from ledger.streams.batch import WithdrawPapers
from ledger.streams.contest import Candidate, Section
from ledger.streams.declaration import CorrectResult, DeclareResult
from ledger.streams.election import AdoptCountRule
from ledger.streams.lot import CommitLot, DrawLot, LotDrawn
from ledger.streams.paper import Alike, ReadPapers
from ledger.streams.report import MakeReport, ReportMade, Statement, Votes
from ledger.streams.result import AnnulResult, OrderRecount, ResultCorrected, ResultDeclared
from projections.count.count import Poll, count
from projections.counting import Counted, LedgerFigures, count_contest, open_views
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

SEED = "7" * 64
SATISFIED = Statement(satisfied=True)
Papers = dict[str, dict[str, int]]  # section -> marks -> papers


@dataclass(frozen=True)
class Case:
    """An election: its rule, who stands with which categories, the papers, and how many lots it takes."""

    rule: AnyCountRule
    papers: Papers
    firsts: dict[str, int]
    lots: int
    seats: int = 1
    women: str = ""
    names: tuple[str, ...] = ("a", "b", "c", "d")

    @property
    def poll(self) -> Poll:
        return Poll(self.names, tuple(self.papers), self.seats, dict.fromkeys(self.women, ("women",)))

    def define(self, **changes: Any) -> Any:
        candidates = tuple(
            Candidate(id=name, name=name.upper(), categories=self.poll.categories.get(name)) for name in self.names
        )
        return but(
            DEFINE_CONTEST,
            candidates=candidates,
            sections=tuple(Section(id=name, name=name) for name in self.papers),
            seats=self.seats,
            count_rule=rule_hash(self.rule),
            **{"account": "required", "report": "required"} | changes,
        )

    def until_closed(self, *before: Command, **changes: Any) -> tuple[Command, ...]:
        adopt = AdoptCountRule(election="labour", rule=self.rule)
        return (CALL_ELECTION, adopt, self.define(**changes), *before, but(CLOSE_POLL, effective=None))

    def read(self) -> tuple[Command, ...]:
        return tuple(read(section, "s1", marks) for section, marks in self.papers.items() if marks)

    def accounts(self) -> tuple[Command, ...]:
        return tuple(account(section, sum(marks.values())) for section, marks in self.papers.items())

    def report(self, **changes: Any) -> MakeReport:
        total = sum(sum(marks.values()) for marks in self.papers.values())
        return MakeReport(
            contest="leader",
            distributed=total + 2 * len(self.papers),
            returned=total + len(self.papers),
            votes=tuple(Votes(candidate=name, votes=self.firsts.get(name, 0)) for name in self.names),
            spoilt=0,
            persons=(),
            lawful=SATISFIED,
            secure=SATISFIED,
            independent=SATISFIED,
            **changes,
        )


def read(section: str, serial: str, marks: dict[str, int]) -> ReadPapers:
    alike = tuple(Alike(marks=each, count=number) for each, number in marks.items())
    return ReadPapers(contest="leader", section=section, serial=serial, papers=alike)


def account(section: str, papers: int, **changes: Any) -> StateAccount:
    """One paper more came back, late, and one never did."""
    late = (SetAside(reason="late", papers=1),)
    figures = {"distributed": papers + 2, "returned": papers + 1, "set_aside": late} | changes
    return StateAccount(contest="leader", section=section, **figures)


TIED = {"a": 2, "b": 2, "c": 1, "d": 1}
CASES = {
    "av": Case(RULE, {"members": {"a>b": 2, "b>a": 2}}, {"a": 2, "b": 2}, 1, names=("a", "b", "c")),
    "college": Case(
        COLLEGE, {"members": {"a": 1, "b": 1}, "mps": {"b": 3, "a": 3}}, {"a": 4, "b": 4}, 1, names=("a", "b", "c")
    ),
    "first past the post": Case(PLURALITY, {"members": TIED}, TIED, 1),
    "block vote, reserved": Case(
        reserving(PLURALITY), {"members": {"a=b": 3, "c": 1, "d": 1}}, {"a": 3, "b": 3, "c": 1, "d": 1}, 2, 2, "cd"
    ),
    "yes or no": Case(YES_NO, {"members": {"yes": 2, "no": 1}}, {"yes": 2, "no": 1}, 0, names=("no", "yes")),
    "scottish": Case(SCOTTISH, {"members": TIED}, TIED, 1, 2),
    "scottish, reserved": Case(reserving(SCOTTISH), {"members": TIED}, TIED, 2, 2, "cd"),
    "ers97, reserved": Case(reserving(ERS97), {"members": TIED}, TIED, 2, 2, "cd"),
    "meek, reserved": Case(reserving(MEEK), {"members": TIED}, TIED, 2, 2, "cd"),
    "meek, a surplus at once": Case(MEEK, {"members": {"a>b": 9, "c": 1, "d": 1}}, {"a": 9, "c": 1, "d": 1}, 0, 2),
    "scottish, surplus": Case(SCOTTISH, {"members": {"a>b": 9, "c": 1, "d": 1}}, {"a": 9, "c": 1, "d": 1}, 0, 2),
}


@dataclass
class Office:
    """A desk before a ledger, and what can be seen of it."""

    place: SQLitePlace
    desk: Desk
    clock: list[Callable[[int], None]] = field(default_factory=list)

    def submit(self, *commands: Command, **options: Any) -> None:
        for command in commands:
            self.desk.submit(command, actor="returning-officer", **options)

    def refused(self, command: Command) -> RefusedError:
        size = self.desk.ledger.head().size
        with pytest.raises(RefusedError) as refused:
            self.submit(command)
        assert self.desk.ledger.head().size == size
        return refused.value

    def counted(self) -> Counted:
        return count_contest(self.desk.ledger, open_views(None), "leader")

    def events(self, kind: type[Any]) -> list[Any]:
        return [event for _, event in self.desk.ledger.reread() if isinstance(event, kind)]

    def faults(self) -> list[str]:
        with self.place.open() as ledger:
            report = verify(ledger, views=None, vault=None, notes=Notes(None, None), trust=Trust())
        return [finding.line() for finding in report.findings]


@contextmanager
def opened(place: SQLitePlace, clock: Callable[[], str] = lambda: NOON) -> Iterator[Office]:
    with place.open() as reading, desk_at(place, clock=clock) as desk:
        desk._figures = LedgerFigures(reading)
        yield Office(place, desk)


@pytest.fixture
def place(tmp_path: Path) -> SQLitePlace:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    return place


@pytest.fixture
def office(place: SQLitePlace) -> Iterator[Office]:
    with opened(place) as office:
        yield office


# Every method


@pytest.mark.parametrize("by", ["seed", "hand"])
@pytest.mark.parametrize("name", CASES)
def test_every_method_is_counted_from_the_record_with_its_lots_and_declared(name: str, by: str, office: Office) -> None:
    case = CASES[name]
    commit = (CommitLot(contest="leader", commitment=commitment_to(SEED)),) if by == "seed" else ()
    office.submit(*case.until_closed(*commit), *case.read(), *case.accounts())
    lots: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}
    table = office.counted().table
    while table.lot_needed:
        order = tuple(reversed(table.lot_needed))
        assert office.refused(DeclareResult(contest="leader", elected=())).code == "lot-needed"
        hand = DrawLot(contest="leader", order=order, witnesses="before the agents")
        office.submit(DrawLot(contest="leader", seed=(SEED,)) if commit else hand)
        drawn = office.events(LotDrawn)[-1]
        assert (drawn.tied, drawn.purpose) == (table.lot_needed, table.lot_for)
        lots[table.stages[-1].number, frozenset(drawn.tied)] = drawn.order
        table = office.counted().table
    assert len(lots) == case.lots
    assert table == count(case.rule, case.poll, case.papers, lots)
    assert len(table.elected) == case.seats
    office.submit(case.report(), DeclareResult(contest="leader", elected=table.elected))
    assert office.faults() == []


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("abc")])
def test_a_seed_falls_the_same_whatever_the_order_on_the_ballot_paper(order: str, office: Office) -> None:
    case = Case(RULE, {"members": {"a": 1, "b": 1, "c": 1}}, {}, 1, names=tuple(order))
    commit = CommitLot(contest="leader", commitment=commitment_to(SEED))
    office.submit(*case.until_closed(commit, account="not-published", report="not-required"), *case.read())
    office.submit(DrawLot(contest="leader", seed=(SEED,)))
    assert "".join(office.events(LotDrawn)[0].order) == "cba"


# Ballot accounts


AV = CASES["av"]
SPLIT = Case(RULE, {"members": {"a": 3, "b": 1}, "mps": {"b": 1}}, {"a": 3, "b": 2}, 0, names=("a", "b", "c"))


def test_there_is_no_count_before_the_account_of_every_section_balances(office: Office) -> None:
    office.submit(*SPLIT.until_closed(), *SPLIT.read())
    steps: list[tuple[StateAccount | None, str, str]] = [
        (None, "section members", "none"),
        (account("members", 4), "section mps", "none"),
        (account("mps", 2), "section mps", "2 accounted for (1 set aside, 0 rejected, 1 valid)"),
        (account("mps", 0), "section mps", "2 accounted for"),
    ]
    for command, where, found in steps:
        if command is not None:
            office.submit(command)
        with pytest.raises(RefusedError) as refused:
            office.counted()
        assert (refused.value.code, refused.value.what) == ("account-unbalanced", f"contest leader, {where}")
        assert found in refused.value.found
        assert office.refused(DeclareResult(contest="leader", elected=("a",))).code == "account-unbalanced"
        assert office.refused(SPLIT.report()).code == "account-unbalanced"
    office.submit(account("mps", 1))
    assert office.counted().table.elected == ("a",)
    office.submit(account("all", 5, distributed=8))
    with pytest.raises(RefusedError, match="account-unbalanced: contest leader, section all"):
        office.counted()


def test_an_account_is_restated_until_the_declaration_and_in_a_recount_only(office: Office) -> None:
    office.submit(*SPLIT.until_closed(), *SPLIT.read(), *SPLIT.accounts(), *SPLIT.accounts(), SPLIT.report())
    assert [event.version for event in office.events(AccountStated)] == [1, 1, 2, 2]
    office.submit(account("mps", 1, distributed=4))
    assert office.refused(DeclareResult(contest="leader", elected=("a",))).code == "report-differs"
    office.submit(account("mps", 1), DeclareResult(contest="leader", elected=("a",)))
    assert office.refused(account("mps", 1)).code == "already-declared"
    office.submit(OrderRecount(contest="leader", reason="asked for"), account("mps", 1, distributed=4))
    correct = CorrectResult(contest="leader", elected=("a",), reason="one paper more was handed out")
    assert office.refused(correct).code == "report-differs"
    office.submit(but(SPLIT.report(), distributed=10), correct)
    assert office.faults() == []


def test_papers_read_after_the_report_take_another_report(office: Office) -> None:
    changes = {"account": "required", "report": "required"}
    office.submit(*SPLIT.until_closed(**changes), *SPLIT.read(), *SPLIT.accounts(), SPLIT.report())
    office.submit(read("mps", "s2", {"a": 1}), account("mps", 2))
    declare = DeclareResult(contest="leader", elected=("a",))
    assert office.refused(declare).code == "report-differs"
    more = Case(
        RULE, {"members": {"a": 3, "b": 1}, "mps": {"b": 1, "a": 1}}, {"a": 4, "b": 2}, 0, names=("a", "b", "c")
    )
    office.submit(more.report(), declare)
    assert [event.as_of_position for event in office.events(ReportMade)] < [office.desk.ledger.head().size] * 2
    assert office.faults() == []


# Lots after a recount


def drawn_by_hand(office: Office) -> DrawLot:
    """A poll in which a and b are tied at stage 2; the lot falls on b, so that a is elected."""
    office.submit(*AV.until_closed(account="not-published", report="not-required"), *AV.read())
    lot = DrawLot(contest="leader", order=("b", "a"), witnesses="before the agents")
    office.submit(lot)
    return but(lot, order=("a", "b"))


def test_a_lot_is_not_drawn_again_for_another_answer(office: Office) -> None:
    again = drawn_by_hand(office)
    assert office.refused(again).code == "no-tie"
    office.submit(DeclareResult(contest="leader", elected=("a",)))
    assert office.refused(again).code == "already-declared"
    office.submit(OrderRecount(contest="leader", reason="asked for"))
    assert office.refused(again).code == "no-tie"
    withdraw = WithdrawPapers(contest="leader", section="members", serial="s1", reason="to be read again")
    office.submit(withdraw, read("members", "s2", {"a": 1, "b": 1, "c": 1}))
    office.submit(DrawLot(contest="leader", order=("c", "b", "a"), witnesses="of other ties of the recount"))
    assert office.refused(again).code == "no-tie"
    office.submit(but(withdraw, serial="s2"), but(AV.read()[0], serial="s3"))
    assert office.refused(again).code == "no-tie"
    office.submit(CorrectResult(contest="leader", elected=("a",), reason="the papers and the tie are the same"))
    assert office.faults() == []


def test_a_tie_that_a_recount_finds_takes_a_lot_of_its_own(office: Office) -> None:
    drawn_by_hand(office)
    office.submit(DeclareResult(contest="leader", elected=("a",)), OrderRecount(contest="leader", reason="asked for"))
    office.submit(read("members", "s2", {"c": 4}))  # a and b are level at stage 1 now, and not at stage 2
    assert office.counted().table.lot_needed == ("a", "b")
    correct = CorrectResult(contest="leader", elected=("c",), reason="papers were found")
    assert office.refused(correct).code == "lot-needed"
    office.submit(DrawLot(contest="leader", order=("a", "b"), witnesses="before the agents"), correct)
    assert office.events(ResultCorrected)[0].number == 2
    assert office.faults() == []


# Races: whatever another desk does between a decision's reading and its writing


DECLARE = DeclareResult(contest="leader", elected=("a",))
WITHDRAW = WithdrawPapers(contest="leader", section="members", serial="s1", reason="read twice")
RECOUNT = OrderRecount(contest="leader", reason="asked for")
CORRECT = CorrectResult(contest="leader", elected=("a",), reason="the same")
ANNUL = AnnulResult(contest="leader", reason="irregularities")
COMMIT = CommitLot(contest="leader", commitment=commitment_to(SEED))
LOT = DrawLot(contest="leader", order=("b", "a"), witnesses="before the agents")
UNBALANCED = account("members", 3)
SETTLED = (*SPLIT.until_closed(), *SPLIT.read(), *SPLIT.accounts())
REPORTED = (*SETTLED, SPLIT.report())
DECLARED = (*REPORTED, DECLARE)
LOOSE = AV.until_closed(account="not-published", report="not-required")
TOTALS = certify(section="members")
RACES: dict[str, tuple[tuple[Command, ...], Command, Command, str]] = {
    "declare-result, state-account": (REPORTED, DECLARE, UNBALANCED, "account-unbalanced"),
    "declare-result, read-papers": (REPORTED, DECLARE, read("mps", "s2", {"a": 1}), "account-unbalanced"),
    "declare-result, withdraw-papers": ((*REPORTED, RECOUNT), DECLARE, WITHDRAW, "account-unbalanced"),
    "declare-result, make-report": (REPORTED, DECLARE, SPLIT.report(), ""),
    "declare-result, declare-result": (REPORTED, DECLARE, DECLARE, "already-declared"),
    "declare-result, order-recount": (REPORTED, DECLARE, RECOUNT, ""),
    "make-report, state-account": (SETTLED, SPLIT.report(), account("mps", 1, distributed=9), "report-differs"),
    "make-report, declare-result": (REPORTED, SPLIT.report(), DECLARE, "already-declared"),
    "state-account, declare-result": (REPORTED, account("mps", 1), DECLARE, "already-declared"),
    "withdraw-papers, declare-result": ((*REPORTED, RECOUNT), WITHDRAW, DECLARE, "already-declared"),
    "withdraw-papers, withdraw-papers": ((*REPORTED, RECOUNT), WITHDRAW, WITHDRAW, "batch-withdrawn"),
    "order-recount, declare-result": (REPORTED, RECOUNT, DECLARE, ""),
    "order-recount, annul-result": (DECLARED, RECOUNT, ANNUL, "annulled"),
    "correct-result, annul-result": ((*DECLARED, RECOUNT), CORRECT, ANNUL, "annulled"),
    "correct-result, correct-result": ((*DECLARED, RECOUNT), CORRECT, CORRECT, "recount-needed"),
    "correct-result, withdraw-papers": ((*DECLARED, RECOUNT), CORRECT, WITHDRAW, "account-unbalanced"),
    "read-papers, declare-result": (REPORTED, read("mps", "s2", {"a": 1}), DECLARE, "already-declared"),
    "read-papers, withdraw-papers": ((*REPORTED, RECOUNT), but(SPLIT.read()[0], serial="s2"), WITHDRAW, "same-papers"),
    "read-papers, certify-totals": (LOOSE, AV.read()[0], TOTALS, "totals-exist"),
    "certify-totals, read-papers": (LOOSE, TOTALS, AV.read()[0], "papers-exist"),
    "certify-totals, certify-totals": (LOOSE, TOTALS, TOTALS, "totals-exist"),
    "draw-lot, read-papers": ((*LOOSE, *AV.read()), LOT, read("members", "s2", {"a": 1}), "no-tie"),
    "draw-lot, draw-lot": ((*LOOSE, *AV.read()), LOT, but(LOT, order=("a", "b")), "no-tie"),
    "commit-lot, close-poll": (AV.until_closed()[:-1], COMMIT, AV.until_closed()[-1], "poll-closed"),
    "commit-lot, commit-lot": (
        AV.until_closed()[:-1],
        COMMIT,
        but(COMMIT, commitment=commitment_to("1" * 64)),
        "lot-committed",
    ),
}


@pytest.mark.parametrize("name", RACES)
def test_of_two_commands_at_once_the_second_is_decided_on_what_the_first_did(name: str, place: SQLitePlace) -> None:
    history, command, other, code = RACES[name]
    with opened(place) as first:
        first.submit(*history)

        def meddle(decision: int) -> None:
            if decision == 0:
                first.submit(other)

        with opened(place, meddling_clock(meddle)) as second:
            found = ""
            try:
                second.submit(command)
            except RefusedError as refused:
                found = refused.code
        assert found == code
        assert first.faults() == []
        declared = [*first.events(ResultDeclared), *first.events(ResultCorrected)]
        assert [each.number for each in declared] == {
            "declare-result, order-recount": [2],
            "correct-result, correct-result": [None, 2],
        }.get(name, [(2 if RECOUNT in history else None)] * len(declared) if DECLARE not in history else [None])


# Batches that were abandoned


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.desk, "PAGE_ROWS", 2)


BOX = read("members", "s1", {"a": 3, "b": 2})


def stop_at(members: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done == members:
            act()

    return progress


def kill() -> None:
    raise Killed


@pytest.mark.usefixtures("paged")
@pytest.mark.parametrize("members", [0, 2, 4, 5])
def test_a_batch_that_nobody_can_finish_is_withdrawn_and_the_count_goes_on(office: Office, members: int) -> None:
    office.submit(*LOOSE)
    with pytest.raises(Killed):
        office.submit(BOX, progress=stop_at(members, kill))
    with pytest.raises(RefusedError, match="batches-open"):
        office.counted()
    assert office.refused(DECLARE).code == "batches-open"
    office.submit(but(WITHDRAW, reason="the vault was lost"))
    assert office.counted().table.elected == ()
    assert office.refused(BOX).code == "batch-withdrawn"
    office.submit(but(BOX, serial="s2"), DECLARE)
    assert office.counted().table.valid == {"members": 5}
    assert office.faults() == []


@pytest.mark.usefixtures("paged")
@pytest.mark.parametrize("members", [0, 2, 4, 5])
def test_of_a_batch_withdrawn_while_it_is_dealt_nothing_counts_and_nothing_more_comes(
    place: SQLitePlace, members: int
) -> None:
    with opened(place) as dealing, opened(place) as other:
        dealing.submit(*LOOSE)
        views = open_views(place.folder)  # kept views, which see the batch while it is open
        with pytest.raises(RefusedError, match="batch-withdrawn"):
            dealing.submit(
                BOX, progress=stop_at(members, lambda: (views.catch_up(other.desk.ledger), other.submit(WITHDRAW))[1])
            )
        assert [event.type for _, event in other.desk.ledger.reread()][-1] == "batch-withdrawn.v1"
        counted = count_contest(other.desk.ledger, views, "leader")
        views.close()
        assert (counted.table.valid, other.faults()) == ({"members": 0}, [])
        other.submit(but(BOX, serial="s2"), DECLARE)
        assert other.faults() == []


# Totals in place of papers


def test_totals_certified_in_a_recount_count_in_place_of_the_papers_withdrawn(office: Office) -> None:
    office.submit(*LOOSE, BOX, DECLARE, RECOUNT, WITHDRAW, TOTALS)
    assert office.counted().table.elected == ("b",)
    assert office.refused(read("members", "s3", {"a": 1})).code == "totals-exist"
    again = certify(section="members", stages=[held(("a", 9), ("b", 1), ("c", 0))])
    office.submit(again, CORRECT)
    assert office.refused(again).code == "already-declared"
    assert [each.elected for each in (*office.events(ResultDeclared), *office.events(ResultCorrected))] == [("a",)] * 2
    assert office.faults() == []


def test_nothing_of_an_annulled_contest_changes_and_its_record_stays_clean(office: Office) -> None:
    office.submit(*DECLARED, RECOUNT, ANNUL)
    for command in (
        SPLIT.report(),
        account("mps", 1),
        WITHDRAW,
        read("mps", "s2", {"a": 1}),
        RECOUNT,
        CORRECT,
        DECLARE,
        LOT,
    ):
        assert office.refused(command).code == "annulled", command
    assert office.faults() == []

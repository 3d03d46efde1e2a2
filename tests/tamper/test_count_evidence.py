"""Lots, ballot accounts, reports, recounts and withdrawals against an operator who makes all the rest agree.

The forger holds the log's key and is careful: versions, times, commands, batches, declared counts and winners are made
to fit what was forged, and everything is sealed and signed anew. What is found then, only the check can find that is
named.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import time as seconds_now
from typing import Any

import pytest
from keeper import MINUTES, World, canonical, make_world
from killing import Killed
from methods import PLURALITY, reserving
from scenario import CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, RULE, but
from stores import SQLitePlace, desk_at
from test_checks import report_of

import ledger.desk
from ledger.leaf import BLIND_BYTES
from ledger.rules.count_rule import rule_hash
from ledger.rules.drawing import commitment_to, order_of
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import LEDGER_FILE, open_ledger
from ledger.streams.account import SetAside, Spoilt, StateAccount
from ledger.streams.batch import WithdrawPapers
from ledger.streams.contest import Candidate, Section
from ledger.streams.declaration import CorrectResult, DeclareResult
from ledger.streams.election import AdoptCountRule
from ledger.streams.lot import CommitLot, DrawLot
from ledger.streams.paper import Alike, ReadPapers, contents_hash
from ledger.streams.report import MakeReport, Statement, Votes
from ledger.streams.result import AnnulResult, OrderRecount
from ledger.streams.totals import CertifyTotals
from projections.counting import count_contest, open_views
from projections.verify.contests import read_contests
from projections.verify.counts import count_at
from projections.verify.evidence import check_evidence
from projections.verify.finding import Finding
from projections.verify.record import read_record
from projections.verify.results import Declaration
from projections.verify.snapshot import take_snapshot

Leaf = dict[str, Any]
Forgery = Callable[[list[Leaf]], None]
SEED = "5" * 64
BLIND = "A" * (BLIND_BYTES * 4 // 3 + 1)
RESERVING = reserving(PLURALITY)
PEOPLE = {"a": None, "b": None, "c": ("women",), "d": ("women",)}
WELL = Statement(satisfied=True)
BADLY = Statement(satisfied=False, reasons="a box came without a seal")


def read(contest: str, serial: str, papers: dict[str, int]) -> ReadPapers:

    alike = tuple(Alike(marks=each, count=number) for each, number in papers.items())
    return ReadPapers(contest=contest, section="members", serial=serial, papers=alike)


def account(contest: str, papers: int, **changes: Any) -> StateAccount:
    figures = {"distributed": papers + 6, "returned": papers + 5, "spoilt": (Spoilt(reason="identifiable", papers=2),)}
    late = (SetAside(reason="late", papers=3),)
    return StateAccount(contest=contest, section="members", **figures | {"set_aside": late} | changes)


def report(contest: str, papers: int, lawful: Statement = WELL, **votes: int) -> MakeReport:
    return MakeReport(
        contest=contest,
        distributed=papers + 6,
        returned=papers + 5,
        votes=tuple(Votes(candidate=name, votes=number) for name, number in votes.items()),
        spoilt=2,
        persons=(),
        lawful=lawful,
        secure=WELL,
        independent=WELL,
    )


def withdraw(contest: str, serial: str) -> WithdrawPapers:
    return WithdrawPapers(contest=contest, section="members", serial=serial, reason="to be read again")


def totals(*votes: tuple[str, int]) -> CertifyTotals:
    held = [{"candidate": name, "votes": number} for name, number in votes]
    body = {"contest": "council", "section": "members", "papers": 7, "source": "a table", "stages": [{"held": held}]}
    return CertifyTotals.model_validate_json(json.dumps(body))


LEADER = but(
    DEFINE_CONTEST,
    sections=(Section(id="members", name="Members"),),
    account="required",
    report="required",
)
COUNCIL = but(
    LEADER,
    contest="council",
    office="Council",
    seats=2,
    candidates=tuple(Candidate(id=name, name=name, categories=of) for name, of in PEOPLE.items()),
    count_rule=rule_hash(RESERVING),
    paper_publication="profile",
    account="not-published",
    report="not-required",
)
BY_HAND = "from a hat, before the agents"
BEGUN = (
    CALL_ELECTION,
    AdoptCountRule(election="labour", rule=RULE),
    AdoptCountRule(election="labour", rule=RESERVING),
    LEADER,
    CommitLot(contest="leader", commitment=commitment_to(SEED)),
    but(CLOSE_POLL, effective=None),
)
ABANDONED = read("leader", "s0", {"a>b": 2, "b>a": 2})
THEN = (
    withdraw("leader", "s0"),
    read("leader", "s1", {"a>b": 2, "b>a": 2}),
    account("leader", 4),
    DrawLot(contest="leader", seed=(SEED,)),
    report("leader", 4, BADLY, a=2, b=2, c=0),
    DeclareResult(contest="leader", elected=(order_of(SEED, "leader", 2, "ab")[1],)),
    OrderRecount(contest="leader", reason="asked for by the agents"),
    withdraw("leader", "s1"),
    read("leader", "s2", {"a>b": 3, "b>a": 2}),
    account("leader", 5),
    report("leader", 5, a=3, b=2, c=0),
    CorrectResult(contest="leader", elected=("a",), reason="a paper had been overlooked"),
    OrderRecount(contest="leader", reason="asked for by the other agents"),
    AnnulResult(contest="leader", reason="set aside"),
    COUNCIL,
    but(CLOSE_POLL, contest="council", effective=None),
    read("council", "c1", {"a=b": 2, "c": 1, "d": 1}),
    DrawLot(contest="council", order=("b", "a"), witnesses=BY_HAND),
    DrawLot(contest="council", order=("c", "d"), witnesses=BY_HAND),
    account("council", 4),
    report("council", 4, a=2, b=2, c=1, d=1),
    DeclareResult(contest="council", elected=("b", "c")),
    OrderRecount(contest="council", reason="asked for"),
    withdraw("council", "c1"),
    totals(("a", 1), ("b", 1), ("c", 1), ("d", 0)),
    totals(("a", 5), ("b", 4), ("c", 3), ("d", 1)),
    account("council", 7),
    report("council", 7, a=5, b=4, c=3, d=1),
    CorrectResult(contest="council", elected=("a", "c"), reason="counted from the table"),
)


def begin_and_die(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a batch open, with one of its papers read."""

    def kill(done: int, _total: int) -> None:
        if done == 1:
            raise Killed

    monkeypatch.setattr(ledger.desk, "PAGE_ROWS", 1)
    with desk_at(SQLitePlace(world.operator.folder), clock=lambda: next(MINUTES)) as desk, pytest.raises(Killed):
        desk.submit(ABANDONED, actor="clerk", progress=kill)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("evidence") / "world", int(seconds_now()), BEGUN, ())
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin_and_die(world, monkeypatch)
    world.operator.submit(*THEN)
    world.operator.sign()
    return world


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return made.copied(tmp_path / "world")


# The forger


def forge(world: World, forgery: Forgery, *, agree: bool = True) -> list[str]:
    """Carry a forgery out with care, sign it, and give what is found; `agree` lets declarations follow the count."""
    operator = world.operator
    before = operator.leaves()
    leaves = list(before)
    referred = [(leaf, leaf["as_of_position"]) for leaf in leaves if "as_of_position" in leaf]
    forgery(leaves)
    place = {id(leaf): at for at, leaf in enumerate(leaves)}
    for leaf, last in referred:
        if leaf["as_of_position"] == last:
            leaf["as_of_position"] = max(place.get(id(each), -1) for each in before[: last + 1])
    versions: dict[str, int] = {}
    recorded = ""
    for leaf in leaves:
        leaf["version"] = versions[leaf["stream"]] = versions.get(leaf["stream"], 0) + 1
        leaf["recorded"] = recorded = max(recorded, leaf["recorded"])
    put_batches_right(leaves)
    with closing(sqlite3.connect(operator.folder / LEDGER_FILE)) as database:
        moves = [(1_000 + place.get(id(leaf), -2_000), at) for at, leaf in enumerate(before)]
        database.executemany("UPDATE command SET position = ? WHERE position = ?", moves)
        database.execute("DELETE FROM command WHERE position < 0")
        database.execute("UPDATE command SET position = position - 1000")
        database.execute("DELETE FROM stored_events")
        rows = [(at, each["stream"], each["version"], each["type"], canonical(each)) for at, each in enumerate(leaves)]
        database.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?)", rows)
        database.execute("UPDATE head SET size = ?, recorded = ?", (len(leaves), recorded))
        database.commit()
    if agree:
        declare_anew(world)
    operator.reseal()
    return [finding.id for finding in report_of(world).findings]


def put_batches_right(leaves: list[Leaf]) -> None:
    """Make the batches' own events name the papers that there are."""
    for leaf in leaves:
        members = [each for each in leaves if each.get("batch") == leaf["stream"]]
        if leaf["type"] == "batch-opened.v1":
            contents = contents_hash(Counter(member["marks"] for member in members))
            leaf.update(total=len(members), contents=contents)
        elif leaf["type"] == "batch-closed.v1":
            hashed = hashlib.sha256(b"".join(leaf_hash(canonical(member)) for member in members)).hexdigest()
            leaf.update(count=len(members), digest=f"sha256:{hashed}")


def declare_anew(world: World) -> None:
    """Let every declaration say what the count is as of its position."""
    with open_ledger(world.operator.folder) as ledger:
        record = read_record(ledger, take_snapshot(ledger), 1, lambda _: None)
    contests = read_contests(record)
    for at, event in record.others:
        if isinstance(event, Declaration) and event.contest in contests:
            counted = count_at(record, contests[event.contest], event.as_of_position, ("E3", at, event.stream))
            if isinstance(counted, Finding):
                continue
            basis, table = counted
            digest = basis.digest(table) if basis.contest.paper_publication == "papers" else None
            world.operator.rewrite(at, elected=table.elected, count=digest)


def the(leaves: list[Leaf], kind: str, number: int = 0, contest: str = "leader") -> int:
    """Where the so-manieth event of a type is, of a contest."""
    return [at for at, leaf in enumerate(leaves) if leaf["type"] == f"{kind}.v1" and leaf.get("contest") == contest][
        number
    ]


def say(kind: str, number: int = 0, contest: str = "leader", /, **changes: Any) -> Forgery:
    """Let an event say something else."""
    return lambda leaves: leaves[the(leaves, kind, number, contest)].update(changes)


def be(kind: str, number: int, new: str, drop: tuple[str, ...] = (), /, **changes: Any) -> Forgery:
    """Let an event of the leader's contest be one of another type."""

    def change(leaves: list[Leaf]) -> None:
        leaf = leaves[the(leaves, kind, number)]
        leaf.update({"type": f"{new}.v1"} | changes)
        for name in drop:
            leaf.pop(name, None)

    return change


def copy(kind: str, number: int, after: tuple[str, int], of: str = "leader", /, **changes: Any) -> Forgery:
    """Put a copy of an event in after another."""

    def change(leaves: list[Leaf]) -> None:
        leaf = leaves[the(leaves, kind, number, of)] | {"command": None} | changes
        leaves.insert(the(leaves, *after, of) + 1, leaf)

    return change


def move(kind: str, number: int, after: tuple[str, int], contest: str = "leader") -> Forgery:
    """Move an event to the place after another."""

    def change(leaves: list[Leaf]) -> None:
        leaf = leaves.pop(the(leaves, kind, number, contest))
        leaves.insert(the(leaves, *after, contest) + 1, leaf)

    return change


def drop(kind: str, number: int = 0, contest: str = "leader") -> Forgery:
    return lambda leaves: leaves.pop(the(leaves, kind, number, contest)) and None


def all_of(*forgeries: Forgery) -> Forgery:
    def change(leaves: list[Leaf]) -> None:
        for forgery in forgeries:
            forgery(leaves)

    return change


def nothing(_: list[Leaf]) -> None:
    """Forge nothing."""


def another_seed(first: str) -> str:
    """Choose a seed by what it draws, as whoever commits to one can for every tie that they think of."""
    seeds = (f"{number:064x}" for number in range(100))
    return next(seed for seed in seeds if order_of((seed,), "leader", 2, "ab")[0] == first)


LOT_A = another_seed("a")
FORGERIES: dict[str, tuple[Forgery, *tuple[str, ...]]] = {
    # Lots
    "lot: an order that the seed does not draw": (
        lambda leaves: leaves[the(leaves, "lot-drawn")]["order"].reverse(),
        "E4:lot-differs:16",
    ),
    "lot: a seed that was not committed to": (
        say("lot-drawn", seed=[LOT_A], order=list(order_of((LOT_A,), "leader", 2, "ab"))),
        "E4:seed-differs:16",
    ),
    "lot: no seed where one was committed to": (say("lot-drawn", seed=[], witnesses=BY_HAND), "E4:seed-needed:16"),
    "lot: a seed that nobody committed to": (say("lot-drawn", 0, "council", seed=[SEED]), "E4:not-committed:41"),
    "lot: no witnesses": (say("lot-drawn", 1, "council", witnesses=None), "E4:witnesses-needed:42"),
    "lot: committed to after the close": (move("lot-committed", 0, ("poll-closed", 0)), "E4:poll-closed:5"),
    "lot: committed to twice": (
        all_of(
            copy("lot-committed", 0, ("lot-committed", 0), commitment=commitment_to(LOT_A)),
            say("lot-drawn", seed=[LOT_A], order=list(order_of((LOT_A,), "leader", 2, "ab"))),
        ),
        "E4:lot-committed:5",
        "E4:seed-differs:17",
    ),
    "lot: for something else": (say("lot-drawn", purpose="place"), "E4:no-tie:16"),
    "lot: of others than the tied": (
        say("lot-drawn", 0, "council", order=["a", "c"]),
        "E4:not-the-tied:41",
        "E3:not-recomputable:45",
        "E4:not-recomputable:42",
        "E5:not-recomputable:44",
        "E5:not-recomputable:45",
    ),
    "lot: on a count that was still to come": (say("lot-drawn", as_of_position=60), "E4:as-of-later:16"),
    "lot: on a count of before": (say("lot-drawn", as_of_position=14), "E4:papers-after-count:16"),
    "lot: drawn again on the count before it": (
        copy("lot-drawn", 0, ("lot-drawn", 0), "council", order=["a", "b"]),
        "E4:no-tie:42",
        "E4:papers-after-count:42",
        "E4:papers-after-count:43",
    ),
    "lot: drawn after the declaration": (
        copy("lot-drawn", 0, ("result-declared", 0), "council", order=["a", "b"]),
        "E3:papers-after-count:46",
        "E4:no-tie:46",
        "E4:papers-after-count:46",
    ),
    "lot: never drawn": (drop("lot-drawn", 1, "council"), "E3:lot-needed:44"),
    # Ballot accounts
    "account: one paper more came back": (
        all_of(say("account-stated", 0, returned=10), say("report-made", 0, returned=10)),
        "E3:account-unbalanced:18",
    ),
    "account: more came back than were handed out": (
        all_of(say("account-stated", 1, distributed=9), say("report-made", 1, distributed=9)),
        "E3:account-unbalanced:30",
    ),
    "account: a part is left out": (say("account-stated", 1, set_aside=[]), "E3:account-unbalanced:30"),
    "account: nothing of what came back": (
        say("account-stated", 0, returned=None),
        "E3:account-unbalanced:18",
        "E5:report-differs:17",
        "E5:report-differs:18",
    ),
    "account: none": (
        say("account-stated", 0, section="lords", stream="account/leader/lords"),
        "E3:account-unbalanced:18",
        "E2:unknown-section:15",
        "E5:report-differs:17",
        "E5:report-differs:18",
    ),
    "account: of no section": (
        say("account-stated", 0, "council", section="lords", stream="account/council/lords"),
        "E2:unknown-section:43",
        "E5:report-differs:44",
        "E5:report-differs:45",
    ),
    "account: of no contest": (
        copy("account-stated", 0, ("account-stated", 0), contest="nothing", stream="account/nothing/members"),
        "E2:unknown-contest:16",
    ),
    "account: another of all sections": (
        all_of(
            copy("account-stated", 0, ("account-stated", 0), section="all", stream="account/leader/all", distributed=9),
            say("report-made", 0, distributed=9),
        ),
        "E3:account-unbalanced:19",
        "E3:account-unbalanced:31",
        "E4:papers-after-count:17",
        "E5:report-differs:30",
        "E5:report-differs:31",
    ),
    "account: a reason twice, of which one would be read": (
        say("account-stated", 0, set_aside=[{"papers": 9, "reason": "late"}, {"papers": 3, "reason": "late"}]),
        "E2:duplicate-reason:15",
    ),
    "account: after the declaration": (copy("account-stated", 0, ("result-declared", 0)), "E3:papers-after-count:19"),
    "account: after the correction": (copy("account-stated", 1, ("result-corrected", 0)), "E3:papers-after-count:31"),
    "account: shown that is to be withheld": (say("account-stated", 0, "council", blind=None), "E2:wrong-audience:43"),
    "account: withheld that is to be shown": (say("account-stated", 0, blind=BLIND), "E2:wrong-audience:15"),
    # Reports
    "report: other papers distributed": (
        say("report-made", 0, distributed=11),
        "E5:report-differs:17",
        "E5:report-differs:18",
    ),
    "report: other papers returned": (
        say("report-made", 1, returned=9),
        "E5:report-differs:29",
        "E5:report-differs:30",
    ),
    "report: other papers spoilt": (
        say("report-made", 0, "council", spoilt=1),
        "E5:report-differs:44",
        "E5:report-differs:45",
    ),
    "report: other votes": (
        lambda leaves: leaves[the(leaves, "report-made", 1)]["votes"][0].update(votes=4),
        "E5:report-differs:29",
        "E5:report-differs:30",
    ),
    "report: nothing of somebody": (
        lambda leaves: leaves[the(leaves, "report-made", 1)]["votes"].pop(),
        "E5:report-differs:29",
        "E5:report-differs:30",
    ),
    "report: a stranger": (
        lambda leaves: leaves[the(leaves, "report-made", 1)]["votes"].append({"candidate": "z", "votes": 1}),
        "E5:unknown-candidate:29",
    ),
    "report: somebody twice, of which one would be compared": (
        lambda leaves: leaves[the(leaves, "report-made", 0)]["votes"].insert(0, {"candidate": "a", "votes": 99}),
        "E5:duplicate-candidate:17",
    ),
    "report: none": (drop("report-made", 0), "E5:report-missing:17"),
    "report: after the declaration": (
        move("report-made", 0, ("result-declared", 0)),
        "E5:report-missing:17",
        "E3:as-of-later:17",
        "E5:already-declared:18",
    ),
    "report: of before, and the numbers are others": (drop("report-made", 1), "E5:report-differs:29"),
    "report: made satisfied after the declaration": (
        copy("report-made", 0, ("result-declared", 0), lawful={"satisfied": True}),
        "E5:already-declared:19",
    ),
    "report: after the annulment": (copy("report-made", 1, ("result-annulled", 0)), "E5:already-declared:33"),
    "report: on a count that was still to come": (
        say("report-made", as_of_position=60),
        "E5:as-of-later:17",
        "E5:report-differs:17",
    ),
    "report: on a count of before": (
        say("report-made", as_of_position=14),
        "E5:papers-after-count:17",
        "E5:report-differs:17",
    ),
    "report: shown that is to be withheld": (say("report-made", 0, "council", blind=None), "E5:wrong-audience:44"),
    "report: of no contest": (
        copy("report-made", 0, ("report-made", 0), contest="nothing", stream="report/nothing"),
        "E5:unknown-contest:18",
    ),
    # Results
    "recount: another number": (say("recount-ordered", 1, number=4), "E3:recount-differs:31"),
    "recount: another number in the correction": (say("result-corrected", 0, number=3), "E3:recount-differs:30"),
    "recount: a number in the first declaration": (say("result-declared", 0, number=2), "E3:recount-differs:18"),
    "recount: ordered only after the correction": (
        move("recount-ordered", 0, ("result-corrected", 0)),
        "E3:recount-needed:19",
        "E3:recount-needed:29",
        "E3:as-of-later:29",
        "E3:papers-after-count:19",
        "E3:papers-after-count:21",
        "E3:papers-after-count:27",
        "E3:recount-differs:29",
        "E5:already-declared:28",
        "E5:as-of-later:28",
        "E5:as-of-later:29",
    ),
    "recount: before the close": (
        copy("recount-ordered", 0, ("contest-defined", 0)),
        "E3:poll-open:4",
        "E3:recount-differs:19",
        "E3:recount-differs:20",
    ),
    "recount: after the annulment": (move("recount-ordered", 1, ("result-annulled", 0)), "E3:annulled:32"),
    "correction: after the annulment": (
        copy("result-corrected", 0, ("result-annulled", 0)),
        "E3:annulled:33",
        "E3:recount-differs:33",
        "E3:recount-needed:33",
    ),
    "correction: of what was never declared": (drop("result-declared"), "E3:not-declared:29", "E3:not-declared:31"),
    "correction: twice in one recount": (copy("result-corrected", 0, ("result-corrected", 0)), "E3:recount-needed:31"),
    "correction: that is a second declaration": (
        be("result-corrected", 0, "result-declared", ("reason",)),
        "E3:declared-twice:30",
    ),
    "annulment: of what was never declared": (
        all_of(drop("result-corrected"), drop("result-declared")),
        "E3:not-declared:30",
    ),
    "annulment: twice": (copy("result-annulled", 0, ("result-annulled", 0)), "E3:annulled:33"),
    # Withdrawals
    "withdrawal: of papers that count, in no recount": (
        move("batch-withdrawn", 1, ("batch-closed", 0)),
        "E3:recount-needed:15",
        "E3:account-unbalanced:19",
        "E4:no-tie:17",
        "E5:report-differs:18",
        "E5:report-differs:19",
    ),
    "withdrawal: after the declaration, before the recount": (
        move("batch-withdrawn", 1, ("result-declared", 0)),
        "E3:papers-after-count:19",
        "E3:recount-needed:19",
    ),
    "withdrawal: after the correction": (
        copy("batch-withdrawn", 1, ("result-corrected", 0), stream="batch/paper/leader/members/s2"),
        "E3:recount-needed:31",
        "E3:papers-after-count:31",
    ),
    "withdrawal: twice": (copy("batch-withdrawn", 1, ("batch-withdrawn", 1)), "C3:batch-withdrawn:21"),
    "withdrawal: of no batch": (
        copy("batch-withdrawn", 1, ("batch-withdrawn", 1), stream="batch/paper/leader/members/s9"),
        "C3:batch-unopened",
    ),
    "withdrawal: of another section than it says": (say("batch-withdrawn", 0, section="lords"), "I1:stream-differs:8"),
    "withdrawal: the batch is closed all the same": (
        copy("batch-closed", 0, ("batch-withdrawn", 0), stream="batch/paper/leader/members/s0"),
        "C3:batch-withdrawn:9",
    ),
    "withdrawal: never recorded, and its batch is open": (
        drop("batch-withdrawn", 0),
        "E3:batches-open:17",
        "E3:batches-open:29",
    ),
    # Totals and papers of one section
    "totals: beside papers that count": (
        move("totals-certified", 0, ("recount-ordered", 0), "council"),
        "E2:papers-exist:47",
    ),
    "totals: again in no recount": (
        copy("totals-certified", 0, ("result-corrected", 0), "council"),
        "E2:totals-exist:53",
        "E2:already-declared:53",
        "E3:papers-after-count:53",
    ),
}


def test_an_honest_ledger_with_lots_accounts_reports_and_recounts_is_clean(world: World) -> None:
    result = report_of(world)
    assert result.findings == ()
    kinds = {leaf["type"].partition(".")[0] for leaf in world.operator.leaves()}
    assert kinds >= {
        "account-stated",
        "batch-withdrawn",
        "lot-committed",
        "lot-drawn",
        "recount-ordered",
        "report-made",
        "result-annulled",
        "result-corrected",
        "totals-certified",
    }


def test_a_careful_forger_who_forges_nothing_is_clean(world: World) -> None:
    before = world.operator.leaves()
    assert forge(world, nothing) == []
    changed = [at for at, (one, other) in enumerate(zip(before, world.operator.leaves(), strict=True)) if one != other]
    assert changed == [the(before, "batch-opened", 0)]  # which was never finished, and now says one paper


def test_an_honest_ledger_is_clean_after_each_command(world: World) -> None:
    leaves = world.operator.leaves()
    ends = [at + 1 for at, leaf in enumerate(leaves) if leaf["type"] not in ("batch-opened.v1", "paper-read.v1")]
    for size in reversed(ends):
        world.operator.truncate(size)
        with open_ledger(world.operator.folder) as ledger:
            record = read_record(ledger, take_snapshot(ledger), 1, lambda _: None)
            assert record.findings + check_evidence(ledger, record, {}) == [], (size, leaves[size - 1]["type"])


@pytest.mark.parametrize("name", FORGERIES)
def test_a_careful_forgery_is_found_by_just_these_checks(world: World, name: str) -> None:
    forgery, *expected = FORGERIES[name]
    assert set(forge(world, forgery)) == set(expected)


@pytest.mark.parametrize(("kind", "elected", "position"), [("result-declared", "b", 18), ("result-corrected", "b", 30)])
def test_a_declaration_or_correction_of_somebody_else_is_found(
    world: World, kind: str, elected: str, position: int
) -> None:
    other = "a" if world.operator.leaves()[position]["elected"] == [elected] else elected
    assert forge(world, say(kind, elected=[other]), agree=False) == [f"E3:figures-differ:{position}"]


@pytest.mark.parametrize("contest", ["leader", "council"])
def test_a_correction_that_names_another_count_or_one_that_is_withheld_is_found(world: World, contest: str) -> None:
    named = say("result-corrected", 0, contest, count="sha256:" + "0" * 64)
    at = the(world.operator.leaves(), "result-corrected", 0, contest)
    assert forge(world, named, agree=False) == [f"E3:figures-differ:{at}"]


def test_papers_that_come_for_a_batch_withdrawn_count_for_nobody_and_hinder_nothing(world: World) -> None:
    late = {"stream": "paper/leader/members/" + "f" * 16, "marks": "b"}

    def come(leaves: list[Leaf]) -> None:
        member = next(leaf for leaf in leaves if leaf.get("batch") == "batch/paper/leader/members/s0")
        leaves.insert(the(leaves, "batch-withdrawn") + 1, member | late)

    assert forge(world, come) == []
    with open_ledger(world.operator.folder) as ledger:
        assert count_contest(ledger, open_views(None), "leader").table.valid == {"members": 5}


def test_papers_of_a_section_that_has_totals_are_found(world: World) -> None:
    stream = "batch/paper/council/members/c2"
    copied = copy("batch-opened", 0, ("totals-certified", 0), "council", stream=stream)
    assert forge(world, copied) == ["E2:totals-exist:49", "E3:batches-open:53"]

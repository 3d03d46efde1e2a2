"""The roll built in bulk, on both stores: whom it adds, killed anywhere and gone on with, held against the leaf."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from killing import Killed, kill_at
from officers import FOUND, signer
from rolls import (
    ADOPT,
    COLLEGE,
    ONE_EACH,
    build,
    category,
    certified_list,
    closed,
    entries_of,
    franchise,
    key,
    live,
    register,
    roll_desk,
    row,
)
from scenario import CALL_ELECTION, but, given
from stores import LedgerPlace
from test_leaf import BLINDS, IDS, TIMES
from test_rulebook import ADOPT as ADOPT_BOOK

import projections.roll.entitled
from ledger.batches.build import Right
from ledger.batches.entry_leaf import EntryLeaves
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.leaf import encode
from ledger.privacy.member_vault import MemberVault
from ledger.rules.clause import clause_hash
from ledger.rules.franchise import franchise_hash
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import Ledger
from ledger.streams.discipline import ExpelMember, SuspendMember
from ledger.streams.entries import AddEntry
from ledger.streams.entry import EntryAdded
from ledger.streams.entry_changes import RemoveEntry
from ledger.streams.franchise import AdoptFranchise
from ledger.streams.membership_change import ChangeMembership
from ledger.streams.merge import MergePersons
from ledger.streams.roll_build import BuildRoll

LATER = "2024-05-01T14:00:00Z"
PAGE = 10
NO_HASH = "sha256:" + "a" * 64
BOOK = but(ADOPT_BOOK, decision=None)
CLAUSE = clause_hash(BOOK.organisation, BOOK.rulebook, BOOK.clauses[0], BOOK.in_force_from)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections.roll.entitled, "PAGE_ROWS", PAGE)


def prepared(desk: Desk, members: int = 35) -> None:
    desk.submit(CALL_ELECTION, actor="clerk")
    desk.submit(ADOPT, actor="clerk")
    desk.submit(register("members", *map(row, range(members))), actor="clerk")


def require_whole(desk: Desk, accepted: int, number: int = 1) -> None:
    """The build is closed with these entries, in the order of their keys; its digest and counts are theirs."""
    done = closed(desk, number)
    entries = [each for each in entries_of(desk) if each.batch == done.stream]
    assert len(entries) == done.accepted == accepted
    assert [each.stream for each in entries] == sorted(each.stream for each in entries)
    assert len({(each.stream, each.number) for each in entries}) == accepted
    hashed = hashlib.sha256(b"".join(leaf_hash(encode(each)) for each in entries))
    assert done.digest == "sha256:" + hashed.hexdigest()
    assert {each.section: each.entries for each in done.sections} == Counter(each.section for each in entries)
    assert done.rows == done.accepted + done.held + sum(each.rows for each in done.failed)


def test_adds_everybody_who_passes_in_the_order_of_their_keys(ledger_place: LedgerPlace) -> None:
    with roll_desk(ledger_place) as desk:
        prepared(desk)
        late = row(50, "2010-06-25", unit="bow-east", region="london")
        gone = row(51, "2009-01-01", "2010-06-24")
        last_day = row(52, "2010-06-24", "2010-06-25", unit="bow-east", region="london")
        desk.submit(register("members", late, gone, last_day, row(53, None), file="e" * 32), actor="clerk")
        desk.submit(register("others", row(60)), actor="clerk")  # a register that the franchise does not know
        desk.submit(register("members", row(61, category="fan"), file="d" * 32), actor="clerk")
        receipt = build(desk)
        assert receipt.events == 38
        require_whole(desk, 36)
        done = closed(desk)
        assert {each.test: each.rows for each in done.failed} == {"member-on": 3, "no-category": 1}
        assert (done.rows, done.held) == (40, 0)
        added = {each.stream.rpartition("/")[2]: each for each in entries_of(desk)}
        entry = added[key(52)]
        assert (entry.basis, entry.region, entry.unit) == (f"person/{key(52)}", "london", "bow-east")
        assert (entry.category, entry.section, entry.source, entry.number) == ("member", "members", "register", 1)
        assert {key(50), key(51), key(53), key(60), key(61)}.isdisjoint(added)
        assert build(desk).events == 2  # another build, which adds nothing
        assert (closed(desk, 2).accepted, closed(desk, 2).held) == (0, 36)


@pytest.mark.parametrize(("rule", "expected"), [(COLLEGE, ["mps", "members", "affiliates"]), (ONE_EACH, ["mps"])])
def test_an_mp_who_is_a_member_and_in_a_union_has_three_entries_or_one(
    ledger_place: LedgerPlace, rule: object, expected: list[str]
) -> None:
    with roll_desk(ledger_place) as desk:
        desk.submit(CALL_ELECTION, actor="clerk")
        desk.submit(but(ADOPT, rule=rule), actor="clerk")
        desk.submit(register("plp", row(1, category="mp")), actor="clerk")
        desk.submit(register("members", row(2)), actor="clerk")
        for command in certified_list("unite", "unite", row(3, category="unite", affiliate="unite")):
            desk.submit(command, actor="clerk")
        for dropped in (2, 3):
            merge = MergePersons(dropped=key(dropped), kept=key(1), basis=("document",))
            desk.submit(merge, actor="clerk")
        build(desk)
        entries = entries_of(desk)
        assert [each.section for each in entries] == expected
        assert {each.stream for each in entries} == {f"entry/labour/{key(1)}"}
        assert [each.number for each in entries] == list(range(1, len(expected) + 1))
        assert [each.basis for each in entries] == [f"person/{key(n)}" for n in (1, 2, 3)][: len(expected)]
        assert closed(desk).held == 3 - len(expected)


def test_two_affiliates_of_one_section_give_two_entries_only_where_the_franchise_has_it_so(
    ledger_place: LedgerPlace,
) -> None:
    unions = category("affiliated", "affiliates", "unions")
    with roll_desk(ledger_place) as desk:
        for name, several in (("labour", "per-section"), ("other", "per-section-and-affiliate")):
            desk.submit(but(CALL_ELECTION, election=name), actor="clerk")
            desk.submit(AdoptFranchise(election=name, rule=franchise(unions, several=several)), actor="clerk")
        lists = {"unite": (1,), "gmb": (2, 3)}
        for digit, (affiliate, numbers) in enumerate(lists.items()):
            rows = [row(n, category="affiliated", affiliate=affiliate) for n in numbers]
            for command in certified_list("unions", affiliate, *rows, file=str(digit) * 32):
                desk.submit(command, actor="clerk")
        for dropped in (2, 3):
            desk.submit(MergePersons(dropped=key(dropped), kept=key(1), basis=("email",)), actor="clerk")
        build(desk)
        build(desk, "other")
        assert len(entries_of(desk)) == 1
        assert sorted(str(each.affiliate) for each in entries_of(desk, "other")) == ["gmb", "unite"]
        assert (closed(desk).held, closed(desk, election="other").held) == (2, 1)


def test_what_became_of_a_member_since_they_were_registered_is_seen(ledger_place: LedgerPlace) -> None:
    on = "2010-06-01"
    rule = franchise(
        category(
            "member",
            "members",
            "members",
            {"test": "member-on", "day": "2010-06-24"},
            {"test": "not-suspended", "on": "2010-06-24"},
        )
    )
    with roll_desk(ledger_place) as desk:
        prepared(desk, 5)
        desk.submit(but(ADOPT, rule=rule), actor="clerk")
        desk.submit(BOOK, actor="clerk")
        desk.submit(ExpelMember(person=key(0), on=on, clause=CLAUSE), actor="clerk")
        desk.submit(SuspendMember(person=key(1), on=on, clause=CLAUSE, voting="loses"), actor="clerk")
        desk.submit(SuspendMember(person=key(2), on=on, clause=CLAUSE, voting="keeps"), actor="clerk")
        desk.submit(ChangeMembership(person=key(3), change="transferred", on=on, unit="bow-west"), actor="clerk")
        build(desk)
        assert {each.test: each.rows for each in closed(desk).failed} == {"member-on": 1, "not-suspended": 1}
        assert {person: place[4] for person, _, place in live(desk)} == {key(2): None, key(3): "bow-west", key(4): None}


def test_a_build_adds_those_who_have_come_to_pass_since_and_nobody_who_was_removed(ledger_place: LedgerPlace) -> None:
    with roll_desk(ledger_place) as desk:
        prepared(desk, 5)
        by_hand = AddEntry(
            election="labour",
            person=key(4),
            category="member",
            section="members",
            source="register",
            basis=f"person/{key(4)}",
        )
        desk.submit(by_hand, actor="clerk")
        build(desk)
        assert (closed(desk).accepted, closed(desk).held) == (4, 1)
        desk.submit(register("members", row(7), file="e" * 32), actor="clerk")
        build(desk)
        assert (closed(desk, 2).accepted, closed(desk, 2).held) == (1, 5)
        desk.submit(RemoveEntry(election="labour", person=key(3), number=1, cause="resigned"), actor="clerk")
        build(desk)
        assert (closed(desk, 3).accepted, closed(desk, 3).held) == (0, 6)
        assert len(live(desk)) == 5


def test_members_of_a_file_that_is_not_taken_in_whole_wait(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = register("members", *map(row, range(40, 43)), file="e" * 32)
    with roll_desk(ledger_place) as desk:
        prepared(desk, 5)
        with monkeypatch.context() as patch:
            kill_at(patch, MemberVault, "end", 1, after=False)
            with pytest.raises(Killed):
                desk.submit(late, actor="clerk")
        build(desk)
        assert (closed(desk).accepted, closed(desk).rows) == (5, 5)
        desk.submit(late, actor="clerk")
        build(desk)
        assert (closed(desk, 2).accepted, closed(desk, 2).held) == (3, 5)


@pytest.mark.parametrize(
    ("method", "after", "call"),
    [
        *(("append_leaves", after, call) for after in (False, True) for call in (1, 2, 4)),
        *(("append", True, call) for call in (1, 2)),
    ],
)
def test_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, method: str, after: bool, call: int
) -> None:
    with monkeypatch.context() as patch, roll_desk(ledger_place) as desk:
        prepared(desk)
        kill_at(patch, Ledger, method, call, after=after)
        with pytest.raises(Killed):
            build(desk, command_id="once")
        if (method, call) != ("append", 2):
            assert live(desk) == []  # readers see all of a build or nothing
    with roll_desk(ledger_place, clock=lambda: LATER) as desk:
        desk.submit(register("members", row(90), file="e" * 32), actor="clerk")  # after the build had begun
        if (method, call) != ("append", 2):
            build(desk, command_id="once")
        require_whole(desk, 35)
        assert len(live(desk)) == 35
        build(desk)
        require_whole(desk, 1, number=2)


def test_what_was_recorded_before_a_kill_is_not_looked_up_again(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[tuple[str, str]] = []

    def look_up(ledger: Ledger, first: str, last: str) -> set[str]:
        looked_up.append((first, last))
        return streams_between(ledger, first, last)

    streams_between = Ledger.streams_between
    with roll_desk(ledger_place) as desk:
        prepared(desk)
        with monkeypatch.context() as patch:
            kill_at(patch, Ledger, "append_leaves", 4, after=False)
            with pytest.raises(Killed):
                build(desk)
        monkeypatch.setattr(Ledger, "streams_between", look_up)
        build(desk)
        assert len(looked_up) == 1, "of four pages, the last"
        require_whole(desk, 35)


def test_an_entry_added_by_another_meanwhile_is_held(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with roll_desk(ledger_place) as desk, roll_desk(ledger_place) as other:
        prepared(desk, 5)
        work = Ledger.append_leaves
        calls = 0

        def meddling(*words: object, **more: object) -> str:
            nonlocal calls
            calls += 1
            if calls == 1:
                values = {"person": key(2), "category": "member", "section": "members", "source": "register"}
                added = AddEntry(election="labour", basis=f"person/{key(2)}", **values)
                other.submit(added, actor="clerk")
            return work(*words, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Ledger, "append_leaves", meddling)
        build(desk)
        assert (closed(desk).accepted, closed(desk).held) == (4, 1)
        assert len(live(desk)) == 5


def test_a_founded_ledger_asks_for_power_and_signature(ledger_place: LedgerPlace) -> None:
    with roll_desk(ledger_place, sign=signer("returning-officer", "agent")) as desk:
        desk.submit(FOUND, actor="returning-officer")
        for command in (CALL_ELECTION, ADOPT, register("members", row(1))):
            desk.submit(command, actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            build(desk, actor="agent")
        build(desk, actor="returning-officer")
        require_whole(desk, 1)
    with roll_desk(ledger_place) as desk, pytest.raises(RefusedError, match=r"^unsigned: "):
        build(desk, actor="returning-officer")


def test_refuses_a_build_without_people_or_by_another_franchise() -> None:
    command = BuildRoll(election="labour", build=1, as_of_position=0, franchise=franchise_hash(COLLEGE))
    given().when(command).then_refused("no-franchise")
    scene = given(CALL_ELECTION, ADOPT)
    scene.when(command).then_refused("no-rows-given")
    scene.when(but(command, franchise=NO_HASH)).then_refused("unknown-franchise")
    given(CALL_ELECTION, ADOPT, but(ADOPT, rule=ONE_EACH)).when(command).then_refused("unknown-franchise")


# Against the leaf as it is written one by one

OPTIONAL = st.none() | IDS
SOURCES = st.sampled_from(["register", "application", "office"])
RIGHTS = st.builds(Right, IDS, IDS, OPTIONAL, OPTIONAL, OPTIONAL, SOURCES)
KEYS = st.from_regex(r"[0-9a-f]{24}", fullmatch=True)


@settings(max_examples=60, deadline=None)
@for_all(IDS, IDS, TIMES, TIMES, RIGHTS, KEYS, BLINDS, st.integers(1, 9), st.integers(1, 9))
def test_a_leaf_by_template_is_the_leaf(
    election: str,
    actor: str,
    effective: str,
    recorded: str,
    right: Right,
    person: str,
    blind: str,
    number: int,
    version: int,
) -> None:
    entry: dict[str, Any] = {"actor": actor, "batch": f"build/{election}/1", "effective": effective}
    leaves = EntryLeaves(election, entry)
    event = EntryAdded(
        stream=f"entry/{election}/{person}",
        version=version,
        blind=blind,
        recorded=recorded,
        basis=f"person/{person}",
        election=election,
        number=number,
        **entry,
        **right._asdict(),
    )
    for _ in range(2):  # learnt, and remembered
        assert leaves.leaf(right, f"person/{person}", person, number, version, blind, recorded) == encode(event)

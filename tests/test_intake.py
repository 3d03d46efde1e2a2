"""Registers at the desk, on both stores: killed anywhere and gone on with, met by others, held against the leaf."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from killing import Killed, kill_at
from officers import FOUND, signer, signing_desk
from scenario import given, happened
from stores import NOON, LedgerPlace, desk_at
from test_leaf import BLINDS, DAYS, DIGESTS, IDS, TIMES

import ledger.batches.intake_run
from ledger.batches.intake import Row, Standing
from ledger.batches.member_leaf import MemberLeaves
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.leaf import disclosure_digest, encode
from ledger.privacy.member_vault import MemberVault
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import Ledger
from ledger.streams.freezes import FreezeListed
from ledger.streams.member import BatchReconciled, MemberRegistered, RegisterMembers
from ledger.streams.membership import MemberAmended
from ledger.streams.membership_change import ChangeMembership

FILE = "f" * 32
STREAM = f"intake/members/{FILE}"
PAGE = 10
LATER = "2024-05-01T14:00:00Z"
PLACE = Standing("member", unit="bow-east")


def key_of(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:12]


def row(number: int, name: str = "", code: str = "") -> Row:
    identity = json.dumps({"name": name or f"Nobody {number}"}, separators=(",", ":"), ensure_ascii=False)
    return Row(key_of(number), number, code, PLACE, ("2010-01-02", None), identity, b"raw %d\n" % number)


@dataclass(frozen=True)
class Listed:
    """Rows that are a list."""

    rows: Sequence[Row]
    head: bytes = b"head\n"

    @property
    def total(self) -> int:
        return len(self.rows)

    def page(self, start: int, stop: int) -> list[Row]:
        return list(self.rows[start:stop])

    def require_same(self) -> None:
        """The same it is."""


def register(*rows: Row, file: str = FILE) -> RegisterMembers:
    listed = Listed(sorted(rows, key=lambda each: (each.key, each.number)))
    return RegisterMembers(register_id="members", file=file, rows=len(rows)).of(listed)


MANY = [*map(row, range(35)), row(99, code="no-name"), row(7)]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.batches.intake_run, "PAGE_ROWS", PAGE)


def require_whole(desk: Desk, accepted: int, held: int = 0, **rejected: int) -> None:
    """The intake is reconciled, with these numbers; its digest is that of its members, whom the vault can tell."""
    events = [event for _, event in desk.ledger.reread()]
    members = [event for event in events if isinstance(event, MemberRegistered) and event.batch == STREAM]
    (closed,) = (event for event in events if isinstance(event, BatchReconciled) and event.stream == STREAM)
    assert len(members) == closed.accepted == accepted
    assert closed.held == held
    assert {each.code.replace("-", "_"): each.rows for each in closed.rejected} == rejected
    kept = Counter(each.code.replace("-", "_") for each in desk.vault.members.rejected(STREAM))
    assert kept == rejected
    hashed = hashlib.sha256(b"".join(leaf_hash(encode(event)) for event in members))
    assert closed.digest == "sha256:" + hashed.hexdigest()
    assert [event.stream for event in members] == sorted(event.stream for event in members)
    names = [desk.vault.read(str(event.identity), "identity", event.stream)["name"] for event in members]  # type: ignore[index]
    keys = {key_of(number).hex(): f"Nobody {number}" for number in range(100)}
    assert names == [keys[event.stream.removeprefix("person/")] for event in members]
    held_there = [stream for _, stream in desk.vault.held() if stream.startswith("person/")]
    assert sorted(held_there) == sorted(event.stream for event in events if isinstance(event, MemberRegistered))
    assert desk.vault.pending() == []


def test_registers_members_in_the_order_of_their_keys(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        receipt = desk.submit(register(*MANY), actor="clerk")
        assert (receipt.events, receipt.held) == (37, False)
        require_whole(desk, 35, no_name=1, row_repeated=1)
        assert desk.submit(register(*MANY), actor="clerk").held
        kept = [(each.line, each.code, each.raw) for each in desk.vault.members.rejected(STREAM)]
        assert kept == [(7, "row-repeated", b"raw 7\n"), (99, "no-name", b"raw 99\n")]


@pytest.mark.parametrize(
    ("owner", "method", "after", "call"),
    [
        *((MemberVault, "put", False, call) for call in (1, 2, 4)),
        *((Ledger, "append_leaves", after, call) for after in (False, True) for call in (1, 2, 4)),
        (MemberVault, "begin", True, 1),
        (MemberVault, "end", False, 1),
        (MemberVault, "end", True, 1),
    ],
)
def test_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool, call: int
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, owner, method, call, after=after)
        with pytest.raises(Killed):
            desk.submit(register(*MANY), actor="clerk", command_id="once")
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        desk.submit(register(*MANY), actor="clerk", command_id="once")
        require_whole(desk, 35, no_name=1, row_repeated=1)
        assert desk.submit(register(*MANY), actor="clerk", command_id="once").held


def test_drops_what_never_reached_the_ledger_after_a_while(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, Ledger, "append_leaves", 2, after=False)
        with pytest.raises(Killed):
            desk.submit(register(*MANY), actor="clerk")
    with desk_at(ledger_place) as desk:
        assert len(desk.vault.pending()) == PAGE
        assert len(dict(desk.vault.held())) == 2 * PAGE
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        assert desk.vault.pending() == []
        assert len(dict(desk.vault.held())) == PAGE


def test_a_member_whom_another_import_is_registering_waits(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, Ledger, "append_leaves", 1, after=False)
        with pytest.raises(Killed):
            desk.submit(register(row(1), row(2), file="e" * 32), actor="clerk")
    with desk_at(ledger_place) as desk:
        desk.submit(register(row(1), row(2, "Somebody Else"), row(3)), actor="clerk")
        assert [each.code for each in desk.vault.members.rejected(STREAM)] == ["being-registered"]
        desk.submit(register(row(1), row(2), file="e" * 32), actor="clerk")
        streams = [event.stream for _, event in desk.ledger.reread() if isinstance(event, MemberRegistered)]
        assert sorted(streams) == sorted(f"person/{key_of(number).hex()}" for number in (1, 2, 3))
        require_whole(desk, 2, being_registered=1)


def test_a_member_registered_by_another_meanwhile_is_held(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(ledger_place) as desk, desk_at(ledger_place) as other:
        put = MemberVault.put
        calls = 0

        def meddling(*words: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                other.submit(register(row(1), row(2, "Somebody"), file="e" * 32), actor="clerk")
            put(*words)

        monkeypatch.setattr(MemberVault, "put", meddling)
        desk.submit(register(row(1), row(2), row(3)), actor="clerk")
        (closed,) = (event for _, event in desk.ledger.stream(STREAM) if isinstance(event, BatchReconciled))
        assert (closed.accepted, closed.held, closed.amended, closed.rows) == (1, 1, 1, 3)
        assert list(desk.vault.members.rejected(STREAM)) == []


def test_a_row_that_waited_is_registered_once_the_import_goes_on(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, Ledger, "append_leaves", 1, after=False)
        with pytest.raises(Killed):
            desk.submit(register(row(2, "Somebody Else"), file="e" * 32), actor="clerk")
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, MemberVault, "end", 1, after=False)
        with pytest.raises(Killed):
            desk.submit(register(row(1), row(2)), actor="clerk")
        assert [each.code for each in desk.vault.members.rejected(STREAM)] == ["being-registered"]
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        desk.submit(register(row(1), row(2)), actor="clerk")
        require_whole(desk, 2)


def test_a_founded_ledger_asks_for_power_and_signature_once_for_all(ledger_place: LedgerPlace) -> None:
    with signing_desk(ledger_place) as desk:
        desk.submit(FOUND, actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            desk.submit(register(*MANY), actor="agent")
        desk.submit(register(*MANY), actor="returning-officer")
        require_whole(desk, 35, no_name=1, row_repeated=1)
    with signing_desk(ledger_place, signer()) as desk, pytest.raises(RefusedError, match=r"^unsigned: "):
        desk.submit(register(row(50), file="e" * 32), actor="returning-officer")


def test_a_row_of_an_affiliate_comes_in_with_its_certified_list_alone(ledger_place: LedgerPlace) -> None:
    stranger = row(2)._replace(standing=PLACE._replace(affiliate="unison"))
    with desk_at(ledger_place) as desk:
        desk.submit(register(row(1), stranger), actor="clerk")
        require_whole(desk, 1, other_affiliate=1)


# Amended


FIRST = [*map(row, range(35))]
CHANGED = [row(number, f"Somebody {number}") if number % 3 == 0 else row(number) for number in range(40)]


def require_amended(desk: Desk) -> None:
    """The later file is taken in: 12 amended, 5 new, 23 as they were; the vault tells the new details and the old."""
    events = [event for _, event in desk.ledger.reread()]
    amended = [event for event in events if isinstance(event, MemberAmended)]
    mine = [event for event in events if event.batch == STREAM]
    (closed,) = (event for event in events if isinstance(event, BatchReconciled) and event.stream == STREAM)
    assert (closed.accepted, closed.amended, closed.held, closed.rejected) == (5, 12, 23, ())
    hashed = hashlib.sha256(b"".join(leaf_hash(encode(event)) for event in mine))
    assert closed.digest == "sha256:" + hashed.hexdigest()
    assert [event.version for event in amended] == [2] * 12
    names = {desk.vault.read(str(event.identity), "identity", event.stream)["name"] for event in amended}  # type: ignore[index]
    assert names == {f"Somebody {number}" for number in range(0, 35, 3)}
    every = [event for event in events if isinstance(event, MemberRegistered | MemberAmended)]
    held = sorted((digest, stream) for digest, stream in desk.vault.held())
    assert held == sorted((str(event.identity), event.stream) for event in every)
    assert desk.vault.pending() == []


@pytest.mark.parametrize(
    ("owner", "method", "after", "call"),
    [
        *((MemberVault, "put", True, call) for call in (1, 3)),
        *((Ledger, "append_leaves", after, call) for after in (False, True) for call in (1, 3)),
        (MemberVault, "end", False, 1),
    ],
)
def test_an_amending_file_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool, call: int
) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(register(*FIRST, file="e" * 32), actor="clerk")
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, owner, method, call, after=after)
        with pytest.raises(Killed):
            desk.submit(register(*CHANGED), actor="clerk", command_id="once")
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        desk.submit(register(*CHANGED), actor="clerk", command_id="once")
        require_amended(desk)
        assert desk.submit(register(*CHANGED), actor="clerk", command_id="once").held


def test_a_killed_amendment_waits_for_its_file_or_is_dropped(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(register(row(1), file="e" * 32), actor="clerk")
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, Ledger, "append_leaves", 1, after=False)
        with pytest.raises(Killed):
            desk.submit(register(row(1, "Somebody"), file="d" * 32), actor="clerk")
    with desk_at(ledger_place) as desk:
        desk.submit(register(row(1, "Another")), actor="clerk")
        assert [each.code for each in desk.vault.members.rejected(STREAM)] == ["being-registered"]
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        assert desk.vault.pending() == []
        desk.submit(register(row(1, "Another"), file="c" * 32), actor="clerk")
        (amended,) = (event for _, event in desk.ledger.reread() if isinstance(event, MemberAmended))
        assert desk.vault.read(str(amended.identity), "identity", amended.stream) == {"name": "Another"}


def test_an_amendment_follows_what_was_recorded_meanwhile(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = key_of(1).hex()
    with desk_at(ledger_place) as desk, desk_at(ledger_place) as other:
        desk.submit(register(row(1), file="e" * 32), actor="clerk")
        put = MemberVault.put
        calls = 0

        def meddling(*words: Any) -> None:
            nonlocal calls
            calls += 1
            put(*words)
            if calls == 1:
                lapse = ChangeMembership(person=person, change="lapsed", on="2014-06-01")
                other.submit(lapse, actor="clerk")

        monkeypatch.setattr(MemberVault, "put", meddling)
        desk.submit(register(row(1, "Somebody")), actor="clerk")
        versions = [(event.type, event.version) for _, event in desk.ledger.stream(f"person/{person}")]
        assert versions[1:] == [("membership-changed.v1", 2), ("member-amended.v1", 3)]
        assert calls == 2
        assert desk.vault.pending() == []
        desk.submit(register(row(1, "Somebody"), row(2), file="c" * 32), actor="clerk")
        closed = [event for _, event in desk.ledger.reread() if isinstance(event, BatchReconciled)][-1]
        assert (closed.accepted, closed.amended, closed.held) == (1, None, 1)


LISTED = happened(FreezeListed, "freezes/rolls", election="labour").model_copy(
    update={"effective": "2013-01-01T12:00:00Z"}
)
REWRITTEN = [
    row(1)._replace(days=("2009-01-02", None)),
    row(2)._replace(days=("2010-01-02", "2013-01-01")),
    row(3)._replace(days=("2010-01-02", "2013-01-02")),
    row(4, "Somebody"),
    row(5)._replace(days=("2009-01-02", None)),
]


def rewritten(desk: Desk) -> tuple[int, int | None, dict[str, int]]:
    closed = [event for _, event in desk.ledger.reread() if isinstance(event, BatchReconciled)][-1]
    return closed.accepted, closed.amended, {each.code: each.rows for each in closed.rejected}


def test_a_later_file_does_not_rewrite_who_somebody_was_at_a_freeze(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(register(*map(row, range(5)), file="e" * 32), actor="clerk")
        desk.ledger.append([LISTED])
        desk.submit(register(*REWRITTEN), actor="clerk")
        assert rewritten(desk) == (1, 2, {"backdated-over-freeze": 2})
        assert sorted(each.line for each in desk.vault.members.rejected(STREAM)) == [1, 2]
        moved = row(0)._replace(standing=PLACE._replace(unit="elsewhere"))
        past = register(moved, file="d" * 32).model_copy(update={"effective": "2012-01-01T12:00:00Z"})
        desk.submit(past.of(Listed([moved])), actor="clerk")
        assert rewritten(desk) == (0, None, {"backdated-over-freeze": 1})
        desk.submit(register(moved, file="c" * 32), actor="clerk")
        assert rewritten(desk) == (0, 1, {})


def test_a_freeze_while_a_file_is_taken_in_counts_from_the_next_page_on(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(ledger_place) as desk, desk_at(ledger_place) as other:
        desk.submit(register(*map(row, range(5)), file="e" * 32), actor="clerk")
        put, calls = MemberVault.put, 0

        def meddling(*words: Any) -> None:
            nonlocal calls
            calls += 1
            put(*words)
            if calls == 1:
                other.ledger.append([LISTED])

        monkeypatch.setattr(MemberVault, "put", meddling)
        desk.submit(register(*REWRITTEN[:3]), actor="clerk")
        assert rewritten(desk) == (0, 1, {"backdated-over-freeze": 2})


# Decisions


def test_refuses_a_register_without_its_rows() -> None:
    given().when(RegisterMembers(register_id="members", file=FILE, rows=1)).then_refused("no-rows-given")


# Against the leaf and the disclosure as they are written one by one

OPTIONAL = st.none() | IDS
LEVIES = st.sampled_from([None, "pays", "not"])
DECLARED = st.sampled_from([None, "made", "not"])
STANDINGS = st.builds(Standing, IDS, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, LEVIES, DECLARED)


@settings(max_examples=60, deadline=None)
@for_all(IDS, TIMES, TIMES, STANDINGS, st.tuples(st.none() | DAYS, st.none() | DAYS), DIGESTS, BLINDS)
def test_a_leaf_by_template_is_the_leaf(
    actor: str,
    effective: str,
    recorded: str,
    standing: Standing,
    days: tuple[str | None, str | None],
    digest: str,
    blind: str,
) -> None:
    envelope: dict[str, Any] = {"actor": actor, "batch": STREAM, "effective": effective}
    for kind, version in ((MemberRegistered, 1), (MemberAmended, 12)):
        leaf = MemberLeaves(envelope, kind).leaf("ab" * 12, standing, days, digest, blind, recorded, version)
        event = kind(
            stream="person/" + "ab" * 12,
            version=version,
            recorded=recorded,
            blind=blind,
            identity=digest,
            joined=days[0],
            lapsed=days[1],
            **{**envelope, **standing._asdict()},
        )
        assert leaf == encode(event)


def test_a_template_takes_no_field_that_its_type_does_not() -> None:
    leaves = MemberLeaves({"actor": "clerk", "batch": STREAM, "effective": NOON})
    for standing, days in (
        (Standing('x","type":"y'), (None, None)),
        (PLACE, ("2010-02-30", None)),
        (PLACE, (None, "today")),
    ):
        for _ in range(2):
            with pytest.raises(ValueError, match="validation error"):
                leaves.leaf("0" * 24, standing, days, "A" * 43, "B" * 22, NOON)


def test_a_packed_disclosure_is_as_rfc_9901_writes_it(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(register(row(1, 'Zoë \\ "Ada"')), actor="clerk")
        ((digest, stream),) = desk.vault.held()
        text = desk.vault.disclosure(digest, "identity", stream)
        assert text is not None
        assert disclosure_digest(text) == digest
        assert desk.vault.read(digest, "identity", stream) == {"name": 'Zoë \\ "Ada"'}

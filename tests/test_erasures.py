"""Everybody of a register erased, on both stores: nothing left in any file, finished after any kill."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from folded_register import folded_register
from killing import Killed, kill_at
from scenario import given, happened
from stores import LedgerPlace, PostgresPlace, SQLitePlace, desk_at
from test_intake import FILE, register, row
from test_vault import found_in

import ledger.privacy.erasing
from ledger.decision import fold
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.privacy.mass_erasure import MassErasure
from ledger.privacy.vault import Vault
from ledger.retention_figures import RetentionFigures
from ledger.storage.store import Ledger
from ledger.streams.erasures import (
    DisclosuresErased,
    Erasures,
    ErasuresConfirmed,
    ErasuresOrdered,
    OrderErasures,
    erasures_stream,
)
from ledger.streams.linkage import a_year_after
from ledger.streams.person import OrderErasure, RecordPerson
from ledger.streams.retention import HoldRetention, ReleaseRetention, Retention, RetentionHeld, SubjectAccessFulfilled
from projections.moment import NOW
from projections.privacy.retention import held_people

PEOPLE = 25
HELD = 7
REJECTED = 99
ORDER = OrderErasures(register_id="members", basis="retention-over")
ROWS = [*(row(number, f"Somebody Number{number}") for number in range(PEOPLE)), row(REJECTED, code="no-name")]


def key(number: int) -> str:
    return row(number).key.hex()


class HeldFigures:
    """Figures that read the legal holds of a ledger, and nothing else."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def retention(self, person: str = "", register: str = "") -> RetentionFigures:
        held = tuple(sorted(set(held_people(self._ledger))))
        return RetentionFigures(self._ledger.head().size - 1, held=held, registers=("members", "others"))

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nothing here reads {name}")


def at_desk(place: LedgerPlace, work: Callable[[Desk], None]) -> None:
    with desk_at(place) as desk:
        desk._figures = HeldFigures(desk.ledger)  # type: ignore[arg-type]
        work(desk)


def taken_in(desk: Desk) -> None:
    desk.submit(register(*ROWS), actor="clerk")
    desk.submit(HoldRetention(person=key(HELD), hold="case-1", ground="appeal"), actor="clerk")
    desk.vault.index.catch_up()


def secrets_of(place: LedgerPlace, but: str) -> list[bytes]:
    """Give every key and ciphertext in the vault of others than one person, as they lie there."""
    with closing(place.vault_store()) as store:
        members = store.execute("SELECT wrapped, sealed, row, digest FROM member WHERE person <> ?", (but,))
        rejected = store.execute("SELECT wrapped, sealed FROM rejected WHERE person <> ?", (but,))
        tokens = store.execute("SELECT token FROM blind WHERE person <> ?", (but,))
    found = [bytes(value) for line in [*members, *rejected, *tokens] for value in line if not isinstance(value, str)]
    assert len(found) == 3 * (PEOPLE - 1) + 2 * 1 + (PEOPLE - 1)
    return found


def check_done(desk: Desk) -> None:
    """Everybody but who is held was erased, once, and is named in the ledger."""
    events = [event for _, event in desk.ledger.stream("erasures/members")]
    digests = [digest for event in events if isinstance(event, DisclosuresErased) for digest in event.digests]
    (confirmed,) = [event for event in events if isinstance(event, ErasuresConfirmed)]
    assert confirmed == events[-1]
    assert confirmed.disclosures == len(digests) == len(set(digests)) == PEOPLE - 1
    leaves = {
        event.stream: event.model_dump()["identity"] for number in range(PEOPLE) for event in member(desk, number)
    }
    assert set(digests) == {digest for stream, digest in leaves.items() if stream != f"person/{key(HELD)}"}
    for number in range(PEOPLE):
        found = desk.vault.read(leaves[f"person/{key(number)}"], "identity", f"person/{key(number)}")
        assert (found is not None) == (number == HELD)
    assert list(desk.vault.members.rejected(f"intake/members/{FILE}")) == []
    assert desk.vault.index.people() == {key(HELD)}
    assert desk.vault.erasures() == {}


def member(desk: Desk, number: int) -> list[Any]:
    return [event for _, event in desk.ledger.stream(f"person/{key(number)}")]


def replayed(desk: Desk, size: int) -> tuple[Any, ...]:
    """What the events up to a size come to: their root, and the register as it stands."""
    assert isinstance(desk.ledger, Ledger)
    found = folded_register(desk.ledger.scan(0, size), "members", NOW)
    assert found.members == PEOPLE
    return desk.ledger.root(size), found.places, found.batches, found.members


def test_erases_everybody_but_who_is_under_a_legal_hold(ledger_place: LedgerPlace) -> None:
    at_desk(ledger_place, taken_in)
    hidden = secrets_of(ledger_place, key(HELD))
    if isinstance(ledger_place, SQLitePlace):
        assert "vault.db" in " ".join(found_in(ledger_place.folder, hidden)), "the search finds what is there"

    def erase(desk: Desk) -> None:
        size = desk.ledger.head().size
        before = replayed(desk, size)
        receipt = desk.submit(ORDER, actor="officer")
        assert receipt.events == 1
        assert replayed(desk, size) == before
        check_done(desk)
        ordered = desk.ledger.stream("erasures/members")[0][1]
        assert isinstance(ordered, ErasuresOrdered)
        assert ordered.kept == 1
        if isinstance(ledger_place, SQLitePlace):
            assert found_in(ledger_place.folder, hidden) == []

    at_desk(ledger_place, erase)
    if isinstance(ledger_place, SQLitePlace):
        assert found_in(ledger_place.folder, [*hidden, b"Somebody Number1"]) == []
    if isinstance(ledger_place, PostgresPlace):
        with ledger_place.database() as database:
            for table, left in (("member", 1), ("rejected", 0), ("blind", 1), ("erasing", 0)):
                (count,) = database.execute(f"SELECT count(*) FROM {ledger_place.vault_schema}.{table}").fetchone()
                assert (table, count) == (table, left)


def test_whoever_was_erased_is_not_taken_in_again(ledger_place: LedgerPlace) -> None:
    def again(desk: Desk) -> None:
        desk.submit(ORDER, actor="officer")
        desk.submit(register(*ROWS, file="e" * 32), actor="clerk")
        kept = list(desk.vault.members.rejected(f"intake/members/{'e' * 32}"))
        assert [each.code for each in kept].count("member-erased") == PEOPLE - 1
        assert all(each.raw == b"" for each in kept if each.code == "member-erased")

    at_desk(ledger_place, taken_in)
    at_desk(ledger_place, again)


@pytest.mark.parametrize(
    ("owner", "method", "after", "call"),
    [
        *((Ledger, "append", after, call) for after in (False, True) for call in (1, 2, 3)),
        (MassErasure, "begin", True, 1),
        (MassErasure, "destroy", False, 1),
        (MassErasure, "destroy", True, 1),
        (Vault, "end_erasure", False, 1),
    ],
)
def test_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: bool, call: int
) -> None:
    at_desk(ledger_place, taken_in)
    monkeypatch.setattr(ledger.privacy.erasing, "DISCLOSURES_MAX", 5)
    monkeypatch.setattr(ledger.privacy.erasing, "ERASED_AT_ONCE", 2)

    def killed(desk: Desk) -> None:
        with monkeypatch.context() as patch:
            kill_at(patch, owner, method, call, after=after)
            with pytest.raises(Killed):
                desk.submit(ORDER, actor="officer", command_id="once")

    at_desk(ledger_place, killed)
    ordered = (method, after, call) not in (("append", False, 1), ("begin", True, 1))
    with desk_at(ledger_place) as desk:
        if ordered:
            check_done(desk)
        else:
            assert not desk.ledger.stream("erasures/members")
            assert desk.vault.erasures() == {}
    at_desk(ledger_place, done_once)


def done_once(desk: Desk) -> None:
    desk.submit(ORDER, actor="officer", command_id="once")
    check_done(desk)


def test_a_hold_placed_meanwhile_is_kept(ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    at_desk(ledger_place, taken_in)
    begin = MassErasure.begin
    calls = 0

    def meddling(*words: Any) -> None:
        nonlocal calls
        calls += 1
        begin(*words)
        if calls == 1:
            with desk_at(ledger_place) as other:
                other.submit(HoldRetention(person=key(3), hold="case-2", ground="complaint"), actor="clerk")

    monkeypatch.setattr(MassErasure, "begin", meddling)

    def erase(desk: Desk) -> None:
        desk.submit(ORDER, actor="officer")
        assert desk.vault.index.people() == {key(HELD), key(3)}

    at_desk(ledger_place, erase)
    assert calls == 2


def test_erases_one_person_with_rejected_rows_and_index(ledger_place: LedgerPlace) -> None:
    def erase(desk: Desk) -> None:
        desk.submit(
            register(row(1, code="no-name"), row(2, code="no-name"), row(3, "Other"), file="e" * 32), actor="clerk"
        )
        assert len(list(desk.vault.members.rejected_of(key(1)))) == 1
        desk.submit(OrderErasure(person=key(1), basis="right-to-erasure"), actor="officer")
        assert not list(desk.vault.members.rejected_of(key(1)))
        assert len(list(desk.vault.members.rejected_of(key(2)))) == 1
        assert key(1) not in desk.vault.index.people()
        with pytest.raises(RefusedError, match=r"^legal-hold: erasure of .* found case-1 \(appeal\)"):
            desk.submit(OrderErasure(person=key(HELD), basis="court-order"), actor="officer")
        desk.submit(ReleaseRetention(person=key(HELD), hold="case-1"), actor="clerk")
        desk.submit(OrderErasure(person=key(HELD), basis="court-order"), actor="officer")

    at_desk(ledger_place, taken_in)
    at_desk(ledger_place, erase)


# Decisions

FREE = RetentionFigures(5, registers=("members",))
WAITING = RetentionFigures(5, ("leader",), "2011-09-25T12:00:00Z", (), ("members",))
UNDECLARED = RetentionFigures(5, ("leader",), None, (), ("members",))
PERSON = RecordPerson.model_validate({"person": "p1", "identity": {"name": "Ada"}})
HOLD = HoldRetention(person="p1", hold="case-1", ground="appeal")
ONE = OrderErasure(person="p1", basis="retention-over")


@pytest.mark.parametrize("figures", [WAITING, UNDECLARED])
def test_refuses_what_has_to_be_kept_after_an_election(figures: RetentionFigures) -> None:
    given(PERSON, figures=figures).when(ONE).then_refused("retention-until")
    given(PERSON, figures=figures).when(ONE.model_copy(update={"basis": "right-to-erasure"})).then_refused(
        "retention-until"
    )
    given(figures=figures).when(ORDER).then_refused("retention-until")
    court = ORDER.model_copy(update={"basis": "court-order"})
    assert len(given(figures=figures).when(court).events) == 1


def test_erases_once_the_year_is_over() -> None:
    assert given(PERSON, figures=WAITING).at("2011-09-25T12:00:00Z").when(ONE).events
    given(PERSON, figures=WAITING).at("2011-09-25T11:59:59Z").when(ONE).then_refused("retention-until")


def test_is_decided_anew_if_what_has_to_be_kept_grew_meanwhile() -> None:
    for command, scene in ((ONE, given(PERSON, figures=FREE)), (ORDER, given(figures=FREE))):
        unchanged = scene.when(command).outcome.unchanged
        assert unchanged is not None
        assert unchanged.position == FREE.position
        assert {"contest-defined.v1", "result-corrected.v1", "retention-held.v1"} <= {*unchanged.types}
        assert {"contest/", "result/", "vault/"} <= {*unchanged.prefixes}


def test_refuses_under_a_legal_hold_first() -> None:
    given(PERSON, HOLD, figures=WAITING).when(ONE).then_refused("legal-hold")


def test_a_hold_is_placed_and_released_once() -> None:
    given(PERSON).when(HOLD).then(happened(RetentionHeld, "vault/p1", hold="case-1", ground="appeal"))
    given(PERSON, HOLD).when(HOLD).then_refused("hold-exists")
    release = ReleaseRetention(person="p1", hold="case-1")
    given(PERSON, HOLD, release).when(HOLD).then_refused("hold-exists")
    given(PERSON, HOLD, release).when(release).then_refused("unknown-hold")
    given().when(HOLD).then_refused("unknown-person")


def test_refuses_a_register_that_is_not_there() -> None:
    refused = given(figures=FREE).when(OrderErasures(register_id="member", basis="court-order"))
    assert "nearest: members" in str(refused.then_refused("unknown-register"))


def test_orders_nothing_while_one_is_under_way() -> None:
    given(ORDER, figures=FREE).when(ORDER).then()


def test_keeps_a_year_whatever_the_calendar_has() -> None:
    assert a_year_after("2016-02-29T10:00:00Z") == "2017-03-01T10:00:00Z"
    assert a_year_after("2015-03-01T10:00:00Z") == "2016-03-01T10:00:00Z"


def test_states_do_not_evolve_by_events_of_other_streams() -> None:
    ordered = happened(ErasuresOrdered, "vault/x", register_id="r", basis="court-order", kept=0, as_of_position=0)
    with pytest.raises(TypeError, match="does not belong to a retention"):
        fold(Retention("vault/x"), [ordered])
    given_back = happened(SubjectAccessFulfilled, "erasures/x", checked="document", disclosures=0, events=0, withheld=0)
    with pytest.raises(TypeError, match="does not belong to erasures"):
        fold(Erasures("erasures/x"), [given_back])
    assert erasures_stream("r").register == "r"

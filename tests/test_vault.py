"""The vault on both stores: pending and held, and erasure that leaves nothing and survives a kill."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from killing import Killed, kill_at
from scenario import RECORD_PERSON, but
from stores import NOON, LedgerPlace, PostgresPlace, SQLitePlace, desk_at, meddling_clock

from ledger.desk import Desk
from ledger.errors import EvidenceError, RefusedError
from ledger.privacy.vault import Vault
from ledger.storage.store import Ledger
from ledger.streams.person import Identity, OrderErasure, RecordPerson

NAME = "Augusta Ada King-Noel"
ERASE = OrderErasure(person="p-1", basis="right-to-erasure")
LATER = "2024-05-01T14:00:00Z"  # after PENDING_KEPT


def person(name: str, known_as: str = NAME) -> RecordPerson:
    return but(RECORD_PERSON, person=name, identity=Identity(name=known_as))


def identity_of(desk: Desk, person: str) -> Any:
    ((_, event),) = desk.ledger.stream(f"person/{person}")
    return desk.vault.read(event.model_dump()["identity"], "identity")


# Pending and held


def test_holds_what_was_recorded_and_gives_it_back(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(person("p-1"), actor="clerk")
    with desk_at(ledger_place) as desk:
        assert identity_of(desk, "p-1") == {"name": NAME}
        assert desk.vault.pending() == []


def test_drops_what_was_refused(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk, desk_at(ledger_place) as other:
        other.submit(person("p-1"), actor="clerk")
        with pytest.raises(RefusedError, match=r"^person-exists: "):
            desk.submit(person("p-1", "Somebody Else"), actor="clerk")
        assert len(desk.vault._store.execute("SELECT * FROM disclosure")) == 1
        assert identity_of(desk, "p-1") == {"name": NAME}


def test_opening_holds_what_was_killed_after_it_was_recorded(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, Vault, "hold")
        with pytest.raises(Killed):
            desk.submit(person("p-1"), actor="clerk")
        assert len(desk.vault.pending()) == 1
    with desk_at(ledger_place, clock=lambda: LATER) as desk:
        assert desk.vault.pending() == []
        assert identity_of(desk, "p-1") == {"name": NAME}


def test_keeps_what_may_have_been_recorded_when_the_server_was_lost(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Ledger.append

    def lost(ledger: Ledger, *arguments: Any) -> None:
        append(ledger, *arguments)
        raise RefusedError("postgres-unreachable", "the ledger", expected="a server", found="none", remedy="Wait")

    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        patch.setattr(Ledger, "append", lost)
        with pytest.raises(RefusedError, match=r"^postgres-unreachable: "):
            desk.submit(person("p-1"), actor="clerk", command_id="c-1")
    with desk_at(ledger_place) as desk:
        assert identity_of(desk, "p-1") == {"name": NAME}
        assert desk.submit(person("p-1"), actor="clerk", command_id="c-1").held


def test_opening_drops_what_was_killed_before_it_was_recorded_but_not_what_may_be_under_way(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, desk_at(ledger_place) as desk:
        kill_at(patch, Ledger, "append")
        with pytest.raises(Killed):
            desk.submit(person("p-1"), actor="clerk")
    for now, left in ((NOON, 1), (LATER, 0)):
        with desk_at(ledger_place, clock=lambda now=now: now) as desk:  # type: ignore[misc]
            assert len(desk.vault.pending()) == left
            assert desk.ledger.head().size == 0


def test_another_master_key_opens_nothing(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(person("p-1"), actor="clerk")
        desk.vault.batch_seed("batch/paper/leader/members/box-1")
    with (
        closing(Vault(ledger_place.vault_store(), secrets.token_bytes(32), secrets.token_bytes)) as vault,
        pytest.raises(EvidenceError, match=r"^vault-key-wrong: "),
    ):
        vault.batch_seed("batch/paper/leader/members/box-1")


# Erasure


def secrets_of(place: LedgerPlace, person: str) -> list[bytes]:
    """Give the wrapped key and the sealed disclosures of a person, as they lie in the store."""
    subject = (f"person/{person}",)
    with closing(place.vault_store()) as store:
        keys = store.execute("SELECT wrapped FROM subject WHERE id = ?", subject)
        return [bytes(row[0]) for row in keys + store.execute(SEALED, subject)]


SEALED = "SELECT sealed FROM disclosure WHERE subject = ?"


def found_in(folder: Path, needles: list[bytes]) -> list[str]:
    """Name the files in which any needle lies; a wrapped key is looked for in halves, lest pages split it."""
    halves = [part for needle in needles for part in (needle[: len(needle) // 2], needle[len(needle) // 2 :])]
    return sorted(
        path.name for path in folder.rglob("*") if path.is_file() and any(h in path.read_bytes() for h in halves)
    )


def test_an_erasure_leaves_nothing_in_any_file_or_row(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        for number in range(30):
            desk.submit(person(f"p-{number}", f"{NAME} {number}"), actor="clerk")
        hidden = secrets_of(ledger_place, "p-7")
        kept = secrets_of(ledger_place, "p-8")
        assert len(hidden) == len(kept) == 2
        if isinstance(ledger_place, SQLitePlace):
            assert found_in(ledger_place.folder, hidden), "the search finds what is there"

        desk.submit(OrderErasure(person="p-7", basis="right-to-erasure"), actor="officer")
        assert identity_of(desk, "p-7") is None
        assert identity_of(desk, "p-8") == {"name": f"{NAME} 8"}
        assert secrets_of(ledger_place, "p-7") == []
        assert secrets_of(ledger_place, "p-8") == kept
        assert desk.vault.erasures() == {}
        if isinstance(ledger_place, SQLitePlace):
            assert found_in(ledger_place.folder, [*hidden, NAME.encode()]) == []
    if isinstance(ledger_place, SQLitePlace):
        assert found_in(ledger_place.folder, [*hidden, NAME.encode()]) == []
        assert found_in(ledger_place.folder, kept) == ["vault.db"]
    if isinstance(ledger_place, PostgresPlace):
        with ledger_place.database() as database:
            tables = f"{ledger_place.vault_schema}.subject s FULL JOIN {ledger_place.vault_schema}.disclosure d"
            rows = database.execute(f"SELECT * FROM {tables} ON d.subject = s.id").fetchall()
            assert len(rows) == 29
            assert not [value for row in rows for value in row if value in ("person/p-7", *hidden)]


@pytest.mark.parametrize(
    ("owner", "method", "erased"),
    [
        (Ledger, "append", False),  # noted, and not yet ordered
        (Vault, "erase", True),  # ordered, and not yet carried out
        (Vault, "end_erasure", True),  # carried out and confirmed, and still noted
    ],
)
def test_opening_finishes_an_erasure_that_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, erased: bool
) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(person("p-1"), actor="clerk")
        hidden = secrets_of(ledger_place, "p-1")
        with monkeypatch.context() as patch:
            kill_at(patch, owner, method)
            with pytest.raises(Killed):
                desk.submit(ERASE, actor="officer")
        assert list(desk.vault.erasures()) == ["person/p-1"]
    check_erasure(ledger_place, hidden, erased)


def test_opening_confirms_an_erasure_that_was_killed_before_it_was_confirmed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(person("p-1"), actor="clerk")
        hidden = secrets_of(ledger_place, "p-1")
        erase = Vault.erase

        def killed_afterwards(vault: Vault, subject: str) -> None:
            erase(vault, subject)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(Vault, "erase", killed_afterwards)
            with pytest.raises(Killed):
                desk.submit(ERASE, actor="officer")
    check_erasure(ledger_place, hidden, erased=True)


def check_erasure(place: LedgerPlace, hidden: list[bytes], erased: bool) -> None:
    """Open the ledger again, twice, and look whether the erasure was finished, or was never ordered."""
    for _ in range(2):
        with desk_at(place) as desk:
            assert desk.vault.erasures() == {}
            assert identity_of(desk, "p-1") == (None if erased else {"name": NAME})
            types = [event.type for _, event in desk.ledger.stream("erasure/p-1")]
            assert types == (["erasure-ordered.v1", "disclosure-erased.v1"] if erased else [])
    if erased and isinstance(place, SQLitePlace):
        assert found_in(place.folder, [*hidden, NAME.encode()]) == []


def test_an_erasure_names_the_digests_of_what_was_erased(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        desk.submit(person("p-1"), actor="clerk")
        desk.submit(ERASE, actor="officer")
        ((_, recorded),) = desk.ledger.stream("person/p-1")
        (_, (_, erased)) = desk.ledger.stream("erasure/p-1")
        assert list(erased.model_dump()["digests"]) == [recorded.model_dump()["identity"]]


def test_two_desks_may_finish_the_same_erasure(ledger_place: LedgerPlace) -> None:
    def meddle(decision: int) -> None:
        if decision == 2:  # person recorded, erasure ordered, and now to be confirmed
            with desk_at(ledger_place):
                pass

    with desk_at(ledger_place, clock=meddling_clock(meddle)) as desk:
        desk.submit(person("p-1"), actor="clerk")
        desk.submit(ERASE, actor="officer")
        types = [event.type for _, event in desk.ledger.stream("erasure/p-1")]
        assert types == ["erasure-ordered.v1", "disclosure-erased.v1"]
        assert desk.vault.erasures() == {}

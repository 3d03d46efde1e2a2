"""Erasures tampered with: under a legal hold, of more or fewer than was said, never ordered; what is left behind."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from keeper import Operator
from stores import SQLitePlace
from test_clean import report_of
from test_erasures import HELD, ORDER, PEOPLE, at_desk, key, taken_in

from ledger.desk import Desk
from ledger.privacy.sqlite_vault import VAULT_FILE
from ledger.streams.person import Identity, OrderErasure, RecordPerson
from ledger.streams.retention import HoldRetention, ReleaseRetention

BACKUP = "before.db"
FREED, ONE = 4, 5  # once under a hold, and erased singly; erased singly
Act = Callable[[Operator], object]


def erased(desk: Desk) -> None:
    hold = HoldRetention(person=key(FREED), hold="case-2", ground="complaint")
    for command in (
        hold,
        ReleaseRetention(person=hold.person, hold=hold.hold),
        RecordPerson(person="p-1", identity=Identity(name="Somebody Else")),
        OrderErasure(person=key(FREED), basis="court-order"),
        OrderErasure(person=key(ONE), basis="right-to-erasure"),
        ORDER,
    ):
        desk.submit(command, actor="officer")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of which two people were erased singly, and then everybody but one under a legal hold."""
    folder = tmp_path_factory.mktemp("privacy") / "ledger"
    place = SQLitePlace(folder)
    place.make().close()
    at_desk(place, taken_in)
    shutil.copy(folder / VAULT_FILE, folder.parent / BACKUP)
    at_desk(place, erased)
    return folder


@pytest.fixture
def at(whole: Path, tmp_path: Path) -> Operator:
    shutil.copytree(whole.parent, tmp_path / "copy")
    return Operator(tmp_path / "copy" / "ledger")


def found_in(at: Operator) -> set[tuple[str, str]]:
    """Codes and places of what the checks of the vault and of erasures find."""
    report = report_of(SQLitePlace(at.folder))
    assert not {"C4", "I4"} & report.unchecked.keys()
    return {(finding.code, finding.what) for finding in report.findings if finding.check in ("C4", "I4")}


def rewrite(kind: str, number: int = 0, **changes: Any) -> Act:
    return lambda at: at.rewrite(at.at(kind, number), **changes)


def drop(kind: str, number: int = 0) -> Act:
    return lambda at: at.drop(at.at(kind, number))


def one_digest_fewer(at: Operator) -> None:
    position = at.at("disclosures-erased.v1")
    at.rewrite(position, digests=at.leaves()[position]["digests"][1:])


def also_named(kind: str, stream: str) -> Act:
    """Name the private value of an event with those that are erased with everybody of the register."""

    def act(at: Operator) -> None:
        position = at.at("disclosures-erased.v1")
        (digest,) = (leaf["identity"] for leaf in at.leaves() if leaf["type"] == kind and leaf["stream"] == stream)
        at.rewrite(position, digests=[*at.leaves()[position]["digests"], digest])
        at.rewrite(at.at("erasures-confirmed.v1"), disclosures=PEOPLE - 2)

    return act


def dropped(*kinds: str) -> Act:
    """Drop the last event of each type."""

    def act(at: Operator) -> None:
        for kind in kinds:
            at.drop(at.at(kind, -1))

    return act


def under_way(subject: str) -> Act:
    """Drop the confirmation, and note in the vault that the erasure is under way, as it is until it is confirmed."""

    def act(at: Operator) -> None:
        dropped("erasures-confirmed.v1" if subject == ALL else "disclosure-erased.v1")(at)
        at.vault("INSERT INTO erasure VALUES (?,'[]')", subject)

    return act


def hold_after_all(at: Operator) -> None:
    """Put the hold that was released on another, who is then erased."""
    at.rewrite(at.at("retention-held.v1", 1), stream=f"vault/{key(ONE)}", version=1)


def index_entry(person: str) -> Act:
    return lambda at: at.vault("INSERT INTO blind VALUES (?,?)", b"t" * 12, person)


def put_back(at: Operator) -> None:
    """Put the row of somebody who was erased back, from a backup."""
    with closing(sqlite3.connect(at.folder.parent / BACKUP)) as backup:
        (row,) = backup.execute("SELECT * FROM member WHERE person = ?", (key(ONE),))
    at.vault(f"INSERT INTO member VALUES ({','.join('?' * len(row))})", *row)


SINGLY, ALL = f"erasure/{key(FREED)}", "erasures/members"
TAMPERED: dict[str, tuple[Act, tuple[str, str]]] = {
    "a release taken away": (drop("retention-released.v1"), ("legal-hold", SINGLY)),
    "a hold moved": (hold_after_all, ("legal-hold", f"erasure/{key(ONE)}")),
    "another number kept": (rewrite("erasures-ordered.v1", kept=0), ("kept-differs", ALL)),
    "a hold taken away": (drop("retention-held.v1"), ("kept-differs", ALL)),
    "another number erased": (rewrite("erasures-confirmed.v1", disclosures=PEOPLE), ("erasures-differ", ALL)),
    "one fewer named": (one_digest_fewer, ("erasures-differ", ALL)),
    "somebody named who was under a hold": (
        also_named("member-registered.v1", f"person/{key(HELD)}"),
        ("legal-hold", ALL),
    ),
    "somebody named of no register": (also_named("person-recorded.v1", "person/p-1"), ("not-of-register", ALL)),
    "no page named": (drop("disclosures-erased.v1"), ("erasures-differ", ALL)),
    "never ordered": (drop("erasures-ordered.v1"), ("no-erasure-ordered", ALL)),
    "an entry of the index left": (index_entry(key(ONE)), ("index-of-nobody", key(ONE))),
    "an entry of the index of nobody": (index_entry("f" * 24), ("index-of-nobody", "f" * 24)),
    "the vault emptied": (lambda at: at.vault("DELETE FROM member"), ("index-of-nobody", key(HELD))),
    "no confirmation": (dropped("disclosure-erased.v1"), ("erasure-unconfirmed", f"erasure/{key(ONE)}")),
    "no confirmation of all": (dropped("erasures-confirmed.v1"), ("erasure-unconfirmed", ALL)),
    "nothing of an erasure": (
        dropped("disclosure-erased.v1", "erasure-ordered.v1"),
        ("disclosure-missing", f"identity of {key(ONE)}"),
    ),
    "a disclosure put back": (put_back, ("disclosure-not-erased", f"identity of {key(ONE)}")),
}


def test_nothing_is_found_in_erasures_that_are_lawful(at: Operator) -> None:
    assert found_in(at) == set()
    assert at.vault("SELECT count(*) FROM blind") == [(2,)]  # who is under a hold, and who is in no register


@pytest.mark.parametrize("subject", [f"person/{key(ONE)}", ALL])
def test_an_erasure_that_is_under_way_needs_no_confirmation_yet(at: Operator, subject: str) -> None:
    under_way(subject)(at)
    assert "erasure-unconfirmed" not in {code for code, _ in found_in(at)}


@pytest.mark.parametrize("name", TAMPERED)
def test_finds_it_and_says_where(at: Operator, name: str) -> None:
    act, (code, where) = TAMPERED[name]
    act(at)
    assert (code, where) in found_in(at)

"""The two stores as tests see them: places where a ledger is made, opened and hindered, and a desk before it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest

from ledger.batches.marking import DueFigures, MarkFigures, PaperFigures
from ledger.case_papers import CasePapers
from ledger.decision import Command
from ledger.desk import Desk
from ledger.errors import RefusedError, refused
from ledger.figures import BatchFigures, CountFigures, Figures, HeadsFigures, NominationFigures
from ledger.privacy.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.privacy.vault import Vault, VaultStore
from ledger.retention_figures import RetentionFigures
from ledger.roll_figures import RollFigures
from ledger.storage.sqlite_store import sqlite_settings
from ledger.storage.store import (
    LEDGER_FILE,
    Ledger,
    make_ledger,
    make_postgres_ledger,
    open_ledger,
    open_postgres_ledger,
)
from ledger.streams.election import ElectionCalled

LEDGER_ID = "0123456789abcdef" * 2
MASTER = bytes(range(32))
NOON = "2024-05-01T12:00:00Z"


class LedgerPlace(Protocol):
    """Where a ledger and its vault lie. Places travel to other processes."""

    def make(self) -> Ledger: ...

    def open(self) -> Ledger: ...

    def open_impatiently(self) -> Ledger:
        """Open a ledger that waits a second for the lock."""
        ...

    def vault_store(self) -> VaultStore: ...

    def locked(self) -> AbstractContextManager[None]:
        """Hold the write lock, as another program would."""
        ...

    def set_format(self, number: int) -> None: ...


@dataclass(frozen=True)
class SQLitePlace:
    folder: Path

    def make(self) -> Ledger:
        return make_ledger(self.folder, LEDGER_ID)

    def open(self) -> Ledger:
        return open_ledger(self.folder)

    def open_impatiently(self) -> Ledger:
        return Ledger(sqlite_settings(self.folder / LEDGER_FILE, create=False) | {"SQLITE_LOCK_TIMEOUT": "1"})

    def vault_store(self) -> VaultStore:
        return SQLiteVaultStore(self.folder / VAULT_FILE)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            yield

    def set_format(self, number: int) -> None:
        with self._database() as database:
            database.execute(f"PRAGMA user_version = {number}")

    def _database(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.folder / LEDGER_FILE, isolation_level=None))


@dataclass(frozen=True)
class PostgresPlace:
    url: str
    schema: str

    @property
    def vault_schema(self) -> str:
        return self.schema + "_vault"

    def make(self) -> Ledger:
        return make_postgres_ledger(self.url, self.schema, LEDGER_ID)

    def open(self) -> Ledger:
        return open_postgres_ledger(self.url, self.schema)

    def open_impatiently(self) -> Ledger:
        from ledger.storage.postgres_store import postgres_settings

        return Ledger(postgres_settings(self.url, self.schema, create=False) | {"POSTGRES_LOCK_TIMEOUT": "1"})

    def vault_store(self) -> VaultStore:
        from ledger.privacy.postgres_vault import PostgresVaultStore

        return PostgresVaultStore(self.url, self.vault_schema)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.database() as database, database.transaction():
            database.execute(f"LOCK TABLE {self.schema}.ledger_events IN EXCLUSIVE MODE")
            yield

    def set_format(self, number: int) -> None:
        with self.database() as database:
            database.execute(f"UPDATE {self.schema}.meta SET value = '{number}' WHERE name = 'format'")

    def drop(self) -> None:
        with self.database() as database:
            database.execute("SET lock_timeout = '10s'")  # a test that failed may hold on to its tables
            database.execute(f"DROP SCHEMA IF EXISTS {self.schema}, {self.vault_schema} CASCADE")

    def database(self) -> Any:
        """Open a connection past all of our own code."""
        import psycopg

        return psycopg.connect(self.url, autocommit=True)


def called(election: str, version: int = 1, recorded: str = NOON) -> ElectionCalled:
    return ElectionCalled(
        actor="clerk",
        effective=NOON,
        recorded=recorded,
        stream=f"election/{election}",
        version=version,
        election=election,
        organisation="The Party",
        reason="other",
        title="An election",
    )


class NoFigures:
    """Figures for decisions that read none."""

    def count(self, contest: str) -> CountFigures:
        raise AssertionError(f"nothing here reads the count of {contest}")

    def batches(self, contest: str) -> BatchFigures:
        return BatchFigures(2**53 - 1, {})

    def nominations(self, contest: str) -> NominationFigures:
        raise refused("nominations-missing", f"contest {contest}", "nominations that were opened", "none", "Open them")

    def heads(self) -> HeadsFigures:
        raise AssertionError("nothing here reads the heads of streams")

    def roll(self, election: str) -> RollFigures:
        raise AssertionError(f"nothing here reads the roll of {election}")

    def retention(self, person: str = "", register: str = "") -> RetentionFigures:
        return RetentionFigures(2**53 - 1, registers=(register,))

    def case_papers(self, case: str) -> CasePapers:
        return CasePapers(2**53 - 1, "0" * 24, "none", (), ())

    def due(self, contest: str, section: str) -> DueFigures:
        raise AssertionError(f"nothing here issues papers of {contest}, {section}")

    def paper(self, contest: str, person: str, number: int) -> PaperFigures:
        raise AssertionError(f"nothing here handles the paper of {person}/{number} in {contest}")

    def marks(self, contest: str) -> MarkFigures:
        raise AssertionError(f"nothing here marks returns of {contest}")


def meddling_clock(meddle: Callable[[int], None]) -> Callable[[], str]:
    """Give a clock that lets others act at each decision of a desk: states are read, and nothing is written."""
    asked = count(-1)  # once as the desk opens

    def clock() -> str:
        if (decision := next(asked)) >= 0:
            meddle(decision)
        return NOON

    return clock


@contextmanager
def desk_at(
    place: LedgerPlace, *, clock: Callable[[], str] = lambda: NOON, figures: Figures | None = None
) -> Iterator[Desk]:
    """Open a desk before the ledger at a place, and close everything again."""
    with place.open() as ledger, closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)) as vault:
        yield Desk(ledger, vault, figures or NoFigures(), clock, secrets.token_bytes)


def submit(desk: Desk, *commands: Command) -> None:
    for command in commands:
        desk.submit(command, actor="clerk")


def refusal_of(desk: Desk, command: Command) -> str:
    with pytest.raises(RefusedError) as error:
        desk.submit(command, actor="clerk")
    return str(error.value)

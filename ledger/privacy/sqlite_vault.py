"""The vault in one SQLite file, beside the ledger's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ledger.errors import RefusedError
from ledger.storage.recorder import ConflictError
from ledger.storage.storage_error import LOCK_SECONDS, clear_errors

VAULT_FILE = "vault.db"


class SQLiteVaultStore:
    """One connection; what is deleted is overwritten, and `destroy` leaves no copy in the log either."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with clear_errors(path):
            self._database = sqlite3.connect(path, isolation_level=None, timeout=LOCK_SECONDS)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA secure_delete = ON")
            # Finishes what a destruction left in the log because somebody else was reading.
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement in a transaction of its own and give its rows."""
        with clear_errors(self._path):
            return self._database.execute(statement, values).fetchall()

    def execute_many(self, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Carry out one statement for many values, in one transaction."""
        self.execute_all([(statement, values)])

    def execute_all(self, statements: Sequence[tuple[str, Iterable[tuple[Any, ...]]]]) -> None:
        """Carry out statements, each for many values, in one transaction.

        Raises:
            ConflictError: a row of such a key is there already; nothing was written.
        """
        with clear_errors(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in statements:
                    self._database.executemany(statement, values)
                self._database.execute("COMMIT")
            except BaseException as error:
                if self._database.in_transaction:  # a full disk has ended it already
                    self._database.execute("ROLLBACK")
                if isinstance(error, sqlite3.IntegrityError):
                    raise ConflictError("a row of this key is in the vault already") from None
                raise

    def has(self, table: str) -> bool:
        """Tell whether there is a table of this name."""
        return bool(self.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)))

    def destroy(self, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Carry out deletions in one transaction, then leave no trace of what was deleted.

        Raises:
            RefusedError: `vault-in-use`: another reader keeps the old pages alive; run the command again.
        """
        self.execute_all([(statement, [values]) for statement, values in statements])
        with clear_errors(self._path):
            self._database.execute("VACUUM")
            busy, _log, _done = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise RefusedError(
                "vault-in-use",
                str(self._path),
                expected="no other reader of the vault",
                found="one",
                remedy="Close the other program; opening the ledger again finishes the erasure",
            )

    def close(self) -> None:
        """Close the database."""
        self._database.close()

"""The vault in one schema of a PostgreSQL database, beside the ledger's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.errors import UniqueViolation

from ledger.privacy.vault import TABLES
from ledger.storage.postgres import clear_errors, connect, make_schema, read_url, translated
from ledger.storage.recorder import ConflictError


class PostgresVaultStore:
    """One connection, opened again if the server was restarted."""

    def __init__(self, url: str, schema: str) -> None:
        self._place = read_url(url, schema)
        with clear_errors(self._place):
            self._database = connect(self._place)
            with self._database.transaction():
                make_schema(self._database, schema)
                # Here and not only by the vault: two that make the same table at once would clash.
                for table in TABLES:
                    self._database.execute(translated(table))

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement in a transaction of its own and give its rows."""
        with clear_errors(self._place):
            cursor = self._connected().execute(translated(statement), values)
            return cursor.fetchall() if cursor.description else []

    def execute_many(self, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Carry out one statement for many values, in one transaction."""
        self.execute_all([(statement, values)])

    def execute_all(self, statements: Sequence[tuple[str, Iterable[tuple[Any, ...]]]]) -> None:
        """Carry out statements, each for many values, in one transaction.

        Raises:
            ConflictError: a row of such a key is there already; nothing was written.
        """
        with clear_errors(self._place):
            database = self._connected()
            try:
                with database.transaction(), database.cursor() as cursor:
                    for statement, values in statements:
                        cursor.executemany(translated(statement), values)
            except UniqueViolation:
                raise ConflictError("a row of this key is in the vault already") from None

    def has(self, table: str) -> bool:
        """Tell whether there is a table of this name."""
        return self.execute("SELECT to_regclass(?) IS NOT NULL", (table,)) == [(True,)]

    def destroy(self, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Carry out deletions in one transaction. The claim is key destruction, and no more.

        No statement reads a deleted row again, and without the subject's key its ciphertext is noise. But
        PostgreSQL keeps the bytes of both, the key wrapped under the master key, in table pages until they
        are vacuumed and written over, and in its log, replicas and backups for as long as those are kept.
        Where that is too long, destroy those too, or keep the vault on SQLite.
        """
        self.execute_all([(statement, [values]) for statement, values in statements])

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _connected(self) -> Connection[tuple[Any, ...]]:
        try:
            self._database.execute("")
        except OperationalError:
            self._database.close()
            self._database = connect(self._place)
        return self._database

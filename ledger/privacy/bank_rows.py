"""Rows of banks' files that were not recorded, by the bank's reference: so that each counts once, whatever file has it.

A row that was put right comes again in a later file, and a bank's longer file has the rows of the shorter one. The
row itself is kept among the rejected rows and erased with them; here are keyed digests and amounts alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ledger.privacy.vault import VaultStore

BANK_TABLES = (
    "CREATE TABLE IF NOT EXISTS bank_row (batch TEXT NOT NULL, line INTEGER NOT NULL, payment TEXT NOT NULL, "
    "kind TEXT NOT NULL, code TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL, again INTEGER NOT NULL, "
    "PRIMARY KEY (batch, line))",
)


class BankRow(NamedTuple):
    """A row of a bank's file that was not recorded.

    Attributes:
        line: of the file, from 1.
        payment: key of the bank's reference.
        kind, currency: empty where they could not be read; then `amount`, in the smallest unit, is 0.
        code: why it was not recorded.
        again: whether an earlier row of the same file has this reference and kind.
    """

    line: int
    payment: str
    kind: str
    code: str
    currency: str
    amount: int
    again: bool


class BankRows:
    """Such rows in the vault's own database, by the stream of their file; the table is made with the first of them."""

    def __init__(self, store: VaultStore) -> None:
        self._store = store

    @property
    def made(self) -> bool:
        """Whether a bank's file was ever taken in."""
        return self._store.has("bank_row")

    def begin(self, batch: str) -> None:
        """Begin a file, or begin it anew: which of its rows are not recorded may have changed meanwhile."""
        for statement in BANK_TABLES:
            self._store.execute(statement)
        self._store.execute("DELETE FROM bank_row WHERE batch = ?", (batch,))

    def put(self, batch: str, rows: Iterable[BankRow]) -> None:
        """Write rows of a file that was begun."""
        statement = "INSERT INTO bank_row VALUES (?,?,?,?,?,?,?,?)"
        self._store.execute_many(statement, [(batch, *row[:-1], int(row.again)) for row in rows])

    def of(self, batch: str) -> list[BankRow]:
        """Give the rows of a file, in the order of their lines."""
        if not self.made:
            return []
        columns = "line, payment, kind, code, currency, amount, again"
        rows = self._store.execute(f"SELECT {columns} FROM bank_row WHERE batch = ? ORDER BY line", (batch,))
        return [BankRow._make((*row[:-1], bool(row[-1]))) for row in rows]

"""A bank's file beside the money on record: one that is at hand, or all those that were taken in."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cli.import_payments import named
from cli.member_mapping import read_mapping
from cli.office import opened, system_clock, vault_of
from cli.payment_rows import PaymentMapping
from cli.place import Place
from cli.screen import progress
from cli.source import os_errors
from ledger.paying import ACCEPTED, HELD
from ledger.payment_run import look_through
from projections.fees import FAILED, RECEIVED, REFUNDED, TAKEN_BACK, Account, Sum

KINDS: Mapping[str, tuple[str, ...]] = {  # what a bank calls them -> what they are on record
    "received": (RECEIVED,),
    "failed": (FAILED, TAKEN_BACK),
    "refunded": (REFUNDED,),
}

NOT_IMPORTED = "not-imported"

Key = tuple[str, str]  # currency, kind
Found = tuple[str, str | None, str | None, int, int]  # fate, kind, currency, rows, amount


class Bank(NamedTuple):
    """What banks' files come to.

    Attributes:
        name: of the file, or how many there are.
        sums: (currency, kind) -> rows and amount; of rows that cannot be read both are empty.
        kept: code -> rows that are in no application's account, and are kept to be put right.
    """

    name: str
    sums: Mapping[Key, Sum]
    kept: Mapping[str, int]

    def beside(self, accounts: Mapping[str, Account]) -> dict[Key, tuple[Sum, Sum]]:
        """Give each currency and kind as the bank has it, and as it is on record."""
        keys = {(currency, kind) for currency in accounts for kind in KINDS} | {key for key in self.sums if all(key)}
        found = {}
        for currency, kind in sorted(keys):
            account = accounts.get(currency, Account())
            on_record = Sum()
            for each in KINDS[kind]:
                on_record = on_record.plus(*account.sums[each])
            found[currency, kind] = (self.sums.get((currency, kind), Sum()), on_record)
        return found


def bank_file(place: Place, election: str, file: Path, mapping: Path) -> Bank:
    """Read a bank's file by the mapping that it is imported with; nothing is written.

    Raises:
        UsageError: `no-such-file`, ...
        RefusedError: what reading payments raises.
    """
    read = read_mapping(mapping, PaymentMapping)
    with (
        os_errors(file),
        file.open("rb") as stream,
        opened(place) as ledger,
        closing(vault_of(place, ledger)) as vault,
    ):
        rows, state = named(stream, file.name, election, read, vault, ledger)
        if state.reconciled:
            found = [(each.fate, each.kind, each.currency, each.rows, each.amount) for each in state.reconciled.sums]
            return _bank(file.name, found, {})
        with progress(f"sorting {file.name}", rows.size) as bar:
            rows.sort(bar.by)
        seen = look_through(ledger, rows, state.stream, system_clock(), lambda _done, _of: None)
    return _bank(file.name, ((*fate, each.rows, each.amount) for fate, each in seen.items()), {ACCEPTED: NOT_IMPORTED})


def _bank(name: str, found: Iterable[Found], kept_as: Mapping[str, str]) -> Bank:
    """Add up what became of rows; `kept_as` says under which code rows of a fate are not on record."""
    sums: dict[Key, Sum] = {}
    kept: Counter[str] = Counter()
    for fate, kind, currency, number, amount in found:
        key = (currency or "", kind or "")
        sums[key] = sums.get(key, Sum()).plus(number, amount)
        code = kept_as.get(fate, "" if fate in (ACCEPTED, HELD) else fate)
        if code:
            kept[code] += number
    return Bank(name, sums, kept)


def banks_taken_in(database: sqlite3.Connection, election: str) -> Bank | None:
    """Give what the files come to that were taken in, rows that an earlier one had aside; None where there is none."""
    rows = database.execute(
        "SELECT fate, kind, currency, sum(number), sum(amount) FROM bank_file WHERE election = ? GROUP BY 1, 2, 3",
        (election,),
    ).fetchall()
    (files,) = database.execute("SELECT count(DISTINCT file) FROM bank_file WHERE election = ?", (election,)).fetchone()
    name = f"{files} {'file' if files == 1 else 'files'} taken in"
    return _bank(name, (row for row in rows if row[0] != HELD), {}) if files else None

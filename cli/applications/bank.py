"""A bank's file beside the money on record: one that is at hand, or all those that were taken in."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cli.applications.import_payments import named
from cli.applications.payment_rows import PaymentMapping
from cli.office import opened, system_clock, vault_of
from cli.place import Place
from cli.registers.member_mapping import read_mapping
from cli.screen import progress
from cli.source import os_errors
from ledger.batches.paying import ACCEPTED, HELD
from ledger.batches.payment_run import look_through
from ledger.errors import RefusedError
from ledger.privacy.bank_rows import BankRow
from ledger.privacy.vault import Vault
from ledger.storage.store import Ledger
from ledger.streams.payment import PaymentMatched, payment_stream
from ledger.streams.payments import payments_stream
from projections.applications.fees import FAILED, RECEIVED, REFUNDED, TAKEN_BACK, Account, Sum
from projections.moment import NOW, Moment

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
            bank = _bank(file.name, found, {})
            return _once(bank, vault, _settled(ledger, NOW), [state.stream], alone=True)
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


def banks_taken_in(
    database: sqlite3.Connection, place: Place, ledger: Ledger, election: str, moment: Moment
) -> Bank | None:
    """Give what the files come to that were taken in, each row of the bank's once; None where there is none.

    A row is told by the bank's reference and what it was. One that an earlier file had is left out; so is one that
    was rejected, and is on record by another file.
    """
    rows = database.execute(
        "SELECT fate, kind, currency, sum(number), sum(amount) FROM bank_file WHERE election = ? GROUP BY 1, 2, 3",
        (election,),
    ).fetchall()
    files = database.execute(
        "SELECT file FROM bank_file WHERE election = ? GROUP BY file ORDER BY min(rowid)", (election,)
    ).fetchall()
    if not files:
        return None
    bank = _bank(_counted(len(files)), (row for row in rows if row[0] != HELD), {})
    batches = [payments_stream(election, file).stream for (file,) in files]
    try:
        vault = vault_of(place, ledger)
    except RefusedError:
        return bank._replace(name=f"{bank.name}, rows put right counted in each, for the vault is not at hand")
    with closing(vault):
        return _once(bank, vault, _settled(ledger, moment, batches), batches)


def _counted(files: int) -> str:
    return f"{files} {'file' if files == 1 else 'files'} taken in"


Settled = Callable[[BankRow, str], "PaymentMatched | None"]


def _once(bank: Bank, vault: Vault, settled: Settled, batches: Sequence[str], *, alone: bool = False) -> Bank:
    """Count each row once that was not recorded, over files in their order; of a file `alone` only what is kept."""
    sums, kept = dict(bank.sums), Counter(bank.kept)
    most: Counter[tuple[str, str, bool]] = Counter()
    for batch in batches:
        here: Counter[tuple[str, str, bool]] = Counter()
        for row in vault.members.bank.of(batch):
            which = (row.payment, row.kind, row.again)
            here[which] += 1
            matched = None if row.again else settled(row, batch)
            if matched is None and here[which] > most[which]:
                most[which] += 1
                continue
            kept[row.code] -= 1
            if not alone and (matched is None or matched.batch is not None):  # of a single record no file tells
                key = (row.currency, row.kind if row.currency else "")
                sums[key] = sums[key].plus(-1, -row.amount)
    return Bank(bank.name, sums, +kept)


def _settled(ledger: Ledger, moment: Moment, files: Collection[str] | None = None) -> Settled:
    """Give what finds how a row that was rejected is on record after all, by one of `files` or singly."""

    def settled(row: BankRow, batch: str) -> PaymentMatched | None:
        for _, event in moment.past(ledger.stream(payment_stream(row.payment).stream)):
            if not isinstance(event, PaymentMatched) or event.kind != (row.kind or event.kind) or event.batch == batch:
                continue
            if event.batch is None or files is None or event.batch in files:
                return event
        return None

    return settled

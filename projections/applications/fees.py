"""The money of applications by category and day: quoted, received, failed, refunded, retained; and what that makes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

QUOTED, RECEIVED, FAILED, TAKEN_BACK, REFUNDED, RETAINED = KINDS = (
    "quoted",
    "received",
    "failed",
    "taken-back",
    "refunded",
    "retained",
)


class Sum(NamedTuple):
    """How many, and how much, in the currency's smallest unit."""

    number: int = 0
    amount: int = 0

    def plus(self, number: int, amount: int) -> Sum:
        """Give the sum with more."""
        return Sum(self.number + number, self.amount + amount)


@dataclass(slots=True)
class Account:
    """The money of one category, day or currency.

    Attributes:
        sums: kind -> what was quoted, received, and so on. What `failed` never came in; what was `taken-back` had.
    """

    sums: dict[str, Sum] = field(default_factory=lambda: dict.fromkeys(KINDS, Sum()))

    @property
    def banked(self) -> int:
        """What is in the bank: received, less what was taken back and refunded."""
        return self.sums[RECEIVED].amount - self.sums[TAKEN_BACK].amount - self.sums[REFUNDED].amount

    @property
    def of_refused(self) -> int:
        """What of it is kept from those whose application came to nothing."""
        return self.sums[RETAINED].amount


Key = tuple[str, ...]  # currency, and then category or day or both, as was asked


def fees_of(database: sqlite3.Connection, election: str, by: Iterable[str] = ("category",)) -> dict[Key, Account]:
    """Give the accounts of an election, by currency and by `category`, `day` or both, as the views have them."""
    names = ("currency", *(name for name in ("category", "day") if name in by))
    columns = ", ".join(names)
    rows = database.execute(
        f"SELECT kind, sum(number), sum(amount), {columns} FROM fee_day WHERE election = ? GROUP BY kind, {columns} "
        f"ORDER BY {columns}",
        (election,),
    )
    found: dict[Key, Account] = {}
    for kind, number, amount, *key in rows:
        account = found.setdefault(tuple(key), Account())
        account.sums[kind] = account.sums[kind].plus(number, amount)
    return dict(sorted(found.items()))


def totals(accounts: dict[Key, Account]) -> dict[str, Account]:
    """Add accounts up by currency."""
    found: dict[str, Account] = {}
    for (currency, *_), account in accounts.items():
        total = found.setdefault(currency, Account())
        for kind, each in account.sums.items():
            total.sums[kind] = total.sums[kind].plus(*each)
    return found

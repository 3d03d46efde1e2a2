"""A mapping file for a bank's file of payments, and what one row of such a file says.

key = "Reference"                   # the receipt number that the payer gave
reference = "Transaction id"        # the bank's own reference: it is in the ledger as a keyed digest alone
dates = "%d/%m/%Y"                  # how days are written; YYYY-MM-DD if left out
decimals = 2                        # of amounts: 3.00 is 300 of the smallest unit

[public]                            # amount, day, kind, currency
amount = "Amount"                   # 3, 3.00 or 1,000.00; below zero it was paid back, where there is no kind
day = "Date"
kind = "Status"                     # received, failed, refunded; or words for them

[set]                               # the same in every row
currency = "GBP"

[words.kind]
"Settled" = "received"
"Bounced" = "failed"
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from pydantic import Field

from cli.applications.application_keys import payment_key_of
from cli.applications.application_rows import receipt_told
from cli.registers.member_mapping import Columns, Mapping_, Places, places_of
from cli.registers.member_rows import NO_DAYS, RejectError, RowReader
from ledger.batches.intake import Row
from ledger.batches.paying import Kind, PaymentClaim, Unread
from ledger.field import INT_MAX
from ledger.privacy.vault import Vault

AMOUNT = re.compile(r"(-?)(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
CURRENCY = re.compile(r"[A-Z]{3}")
KINDS: dict[str, Kind] = {"received": "received", "failed": "failed", "refunded": "refunded"}

Public = Literal["amount", "currency", "day", "kind"]
Setting = Literal["currency", "kind"]


class PaymentMapping(Mapping_):
    """A mapping file for payments as it is written."""

    dated: ClassVar[tuple[str, str]] = ("day", "")
    needed: ClassVar[tuple[str, ...]] = ("amount", "currency", "day")
    named: ClassVar[bool] = False

    decimals: int = Field(2, ge=0, le=3)
    reference: Columns
    private: dict[Literal["reference"], Columns] = {}  # type: ignore[assignment]
    # Other names than a member's; a dict of them is no dict of the others to mypy, and nothing is ever put in.
    public: dict[Public, str] = {}  # type: ignore[assignment]
    set: dict[Setting, str] = {}  # type: ignore[assignment]
    words: dict[Literal["kind"], dict[str, Kind]] = {}  # type: ignore[assignment]


class PaymentReader(RowReader):
    """Reads the rows of one file of payments."""

    def __init__(self, vault: Vault, mapping: PaymentMapping, places: Places) -> None:
        super().__init__(mapping, places)
        self._vault = vault
        self._decimals = mapping.decimals
        self._set = {str(name): value for name, value in mapping.set.items()}
        self._reference = places_of(mapping.reference, places)

    def key_of(self, cells: list[str] | None) -> str:
        """Give the receipt number; empty if there is none, or it cannot be trusted."""
        return receipt_told(super().key_of(cells))

    def row(self, key: bytes, number: int, raw: bytes, text: str, cells: list[str] | None) -> Row:
        """Give a row with what it says, or with the code it is rejected for."""
        text = text.rstrip("\r\n")
        try:
            whole = self._whole(key, raw, text, cells, clean=text.isascii() and text.isprintable())
            claim, day = self._claim(whole), self.day(whole[self._places.days[0] or 0])
            if day is None:
                raise RejectError("bad-day")
        except RejectError as reject:
            return Row(key, number, str(reject), self._unread(cells), NO_DAYS, "", raw)
        return Row(key, number, "", claim, (day, None), "", raw)

    def _unread(self, cells: list[str] | None) -> Unread | None:
        """Give what can be told of a row that is rejected, so that it is known again once it is put right."""
        if cells is None or len(cells) != self._places.width:
            return None
        whole = [cell.strip() for cell in cells]
        reference = self._reference_in(whole)
        if not reference:
            return None
        said = self._said(whole)
        try:
            kind = self._kind(said.get("kind"), below=said["amount"].startswith("-"))
        except RejectError:
            kind = None
        return Unread(payment_key_of(self._vault, reference), kind)

    def _said(self, cells: list[str]) -> dict[str, str]:
        return {**self._set, **{name: cells[column] for name, column in self._places.shared.items()}}

    def _reference_in(self, cells: list[str]) -> str:
        return " ".join(filter(None, (cells[column] for column in self._reference)))

    def _claim(self, cells: list[str]) -> PaymentClaim:
        said = self._said(cells)
        amount, below = self._amount(said["amount"])
        kind = self._kind(said.get("kind"), below=below)
        if not CURRENCY.fullmatch(said["currency"]):
            raise RejectError("bad-currency")
        reference = self._reference_in(cells)
        if not reference:
            raise RejectError("no-reference")
        return PaymentClaim(payment_key_of(self._vault, reference), kind, amount, said["currency"])

    def _amount(self, cell: str) -> tuple[int, bool]:
        """Give an amount in the smallest unit, and whether it was below zero."""
        found = AMOUNT.fullmatch(cell)
        whole, _, decimals = cell.lstrip("-").replace(",", "").partition(".")
        if not found or len(decimals) > self._decimals:
            raise RejectError("bad-amount")
        amount = int(whole + decimals.ljust(self._decimals, "0"))
        if not 0 < amount <= INT_MAX:
            raise RejectError("bad-amount")
        return amount, bool(found[1])

    def _kind(self, said: str | None, *, below: bool) -> Kind:
        if said is None:
            return "refunded" if below else "received"
        words = self._words.get("kind")
        kind = (words or KINDS).get(said if words else said.casefold())
        if kind is None:
            raise RejectError("unknown-word")
        if below and kind == "received":
            raise RejectError("bad-amount")
        return KINDS[kind]


def reader_of(vault: Vault) -> Any:
    """Give what makes a reader of payments, by the vault that makes the keys of references."""
    return lambda mapping, places: PaymentReader(vault, mapping, places)

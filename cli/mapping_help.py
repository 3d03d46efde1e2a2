"""The mapping that `pollbook import VERB --help` ends with: that of the verb, a register of members' where none is."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

RETURNS = """\
A marked register: pollbook import mark-returns FILE --set contest=ID, in columns elector and day. Where they are called
otherwise: --mapping MAP, which says in TOML which column holds what.

\b
elector = "Elector number"
day = "Received"
dates = "%d/%m/%Y"            # YYYY-MM-DD if left out
encoding = "cp1252"           # utf-8 if left out
channel = "Method"            # nothing if left out
words = {"P" = "post", "W" = "online"}
"""
PAYMENTS = """\
A bank's file of payments: pollbook import payments FILE --mapping MAP --set election=ID, where MAP says in TOML which
column holds what.

\b
key = "Reference"             # the receipt number that the payer gave
reference = "Transaction id"  # the bank's own: a keyed digest in the ledger
dates = "%d/%m/%Y"            # YYYY-MM-DD if left out
decimals = 2                  # 3.00 is 300 of the smallest unit
[public]                      # also currency
amount = "Amount"             # below zero it was paid back
day = "Date"
kind = "Status"               # received, failed, refunded
[set]                         # the same in every row
currency = "GBP"
[words.kind]
"Settled" = "received"
"""
OWN = {"mark-returns": RETURNS, "marked-register": RETURNS, "payments": PAYMENTS}


class ImportCommand(TyperCommand):
    """`import`, which explains the mapping of what is imported."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep what the verb is: the help is asked for before it is read."""
        ctx.meta["import"] = next((word for word in args if word in OWN), "")
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """End with the mapping."""
        usual, self.epilog = self.epilog, OWN.get(ctx.meta.get("import", ""), self.epilog)
        try:
            super().format_epilog(ctx, formatter)
        finally:
            self.epilog = usual

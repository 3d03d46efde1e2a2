"""The domain: one file per kind of stream (events, state, commands, decisions), read top-down."""

from ledger.streams import batch, contest, election, heads, key, log_key, paper, person, result, totals

__all__ = ["batch", "contest", "election", "heads", "key", "log_key", "paper", "person", "result", "totals"]

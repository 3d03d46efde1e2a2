"""The domain: one file per kind of stream (events, state, commands, decisions), read top-down."""

from ledger.streams import batch, contest, election, heads, paper, person, result

__all__ = ["batch", "contest", "election", "heads", "paper", "person", "result"]

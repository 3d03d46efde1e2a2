"""The domain: one file per kind of stream (events, state, commands, decisions), read top-down."""

from ledger.streams import (
    account,
    batch,
    contest,
    declaration,
    election,
    heads,
    key,
    log_key,
    lot,
    paper,
    person,
    report,
    result,
    timetable,
    totals,
)

__all__ = [
    "account",
    "batch",
    "contest",
    "declaration",
    "election",
    "heads",
    "key",
    "log_key",
    "lot",
    "paper",
    "person",
    "report",
    "result",
    "timetable",
    "totals",
]

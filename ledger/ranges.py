"""Streams and their events by ranges of names, in the order of the names' bytes on both stores."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.event import Event
from ledger.leaf import decode
from ledger.recorder import LedgerRecorder


def streams_between(rows: LedgerRecorder, first: str, last: str) -> set[str]:
    """Give the streams whose names are between two, both included."""
    name = f"originator_id{rows.bytewise}"
    statement = f"SELECT originator_id FROM {rows.events} WHERE {name} >= ? AND {name} <= ? AND originator_version = 1"
    with rows.begin(write=False) as transaction:
        return {stream for (stream,) in transaction.execute(statement, (first, last))}


def streams_after(rows: LedgerRecorder, prefix: str, after: str, limit: int) -> list[str]:
    """Give so many streams whose names begin so and come after one, in the order of their names."""
    name = f"originator_id{rows.bytewise}"
    statement = (
        f"SELECT originator_id FROM {rows.events} WHERE {name} > ? AND {name} < ? "
        f"AND originator_version = 1 ORDER BY {name} LIMIT ?"
    )
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    with rows.begin(write=False) as transaction:
        return [stream for (stream,) in transaction.execute(statement, (after, end, limit))]


def events_between(rows: LedgerRecorder, first: str, last: str) -> Iterator[Event]:
    """Give the events of the streams whose names are between two, both included, stream by stream."""
    name = f"originator_id{rows.bytewise}"
    statement = f"{rows.select} WHERE {name} >= ? AND {name} <= ? ORDER BY {name}, originator_version"
    with rows.begin(write=False) as transaction:
        found = transaction.execute(statement, (first, last))
    for position, stream, version, topic, state in found:
        yield decode((position, stream, version, topic, state))

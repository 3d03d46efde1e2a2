"""Streams and their events by ranges of names, in the order of the names' bytes on both stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.event import Event
from ledger.leaf import decode
from ledger.storage.recorder import LedgerRecorder


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


def events_between(rows: LedgerRecorder, first: str, last: str) -> Iterator[tuple[int, Event]]:
    """Give positions and events of the streams whose names are between two, both included, stream by stream."""
    name = f"originator_id{rows.bytewise}"
    statement = f"{rows.select} WHERE {name} >= ? AND {name} <= ? ORDER BY {name}, originator_version"
    with rows.begin(write=False) as transaction:
        found = transaction.execute(statement, (first, last))
    for position, stream, version, topic, state in found:
        yield position, decode((position, stream, version, topic, state))


def streams_since(rows: LedgerRecorder, after: int, types: Sequence[str], prefixes: Sequence[str]) -> set[str]:
    """Give the streams whose names begin so and on which an event of these types came after a position.

    What is read grows with the events after that position, not with those before.
    """
    begins = " OR ".join(["substr(originator_id, 1, ?) = ?"] * len(prefixes))
    values = [value for prefix in prefixes for value in (len(prefix), prefix)]
    statement = (
        f"SELECT DISTINCT originator_id FROM {rows.events} WHERE {rows.position} > ? "
        f"AND topic IN ({','.join('?' * len(types))}) AND ({begins})"
    )
    with rows.begin(write=False) as transaction:
        return {stream for (stream,) in transaction.execute(statement, (after, *types, *values))}

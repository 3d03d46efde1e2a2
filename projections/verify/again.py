"""Reading the record once more for a check of its own: the rows of the types that it needs, told as they go by."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.event import TYPES, Event
from ledger.progress import Progress
from ledger.storage.recorder import StoredRow
from ledger.storage.store import Ledger

TOLD_ROWS = 5_000  # between two tellings


def read_again(
    ledger: Ledger, kinds: tuple[type[Event], ...], rows: int, progress: Progress = lambda _: None
) -> Iterator[StoredRow]:
    """Give the rows of events of some types among the first so many, as they are stored; `decode` reads one.

    Most of a large record are papers and disclosures: a check that needs none of them does not pay for reading them.

    Args:
        progress: told how many more rows went by, of whatever type.
    """
    wanted = {name for name, kind in TYPES.items() if issubclass(kind, kinds)}
    for number, row in enumerate(ledger.rows.scan(0, rows), 1):
        if row[3] in wanted:
            yield row
        if number % TOLD_ROWS == 0:
            progress(TOLD_ROWS)

"""Reading as if nothing vouched for what is stored: canonical, contiguous, in time, and as it was sealed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.leaf import decode_strictly
from ledger.seal.merkle import leaf_hash, root
from ledger.seal.tiles import Tiles
from ledger.storage.paper_form import Form, form_of
from ledger.storage.recorder import Head, LedgerRecorder, StoredRow
from ledger.streams.paper import PaperRead

LEAVES_AT_ONCE = 65_536  # leaf hashes that the tree is extended by
BEFORE_ALL = -(2**63)  # the lowest position that a database can hold: nothing hides below the first event


def reread(rows: LedgerRecorder, tiles: Tiles, start: int) -> Iterator[tuple[int, Event]]:
    """Read from a position to the end, others writing meanwhile or not.

    Raises:
        EvidenceError: what `decode_strictly` raises, `position-gap`, `leaf-changed`, `time-backwards`,
            `tail-missing`, `tail-unlisted`, `head-changed`; from the first event on, `tile-changed`.
    """
    end = max(rows.head().size, tiles.size)  # taken before the rows: what others append later is no fault
    if start > end:
        raise _tail_missing(start, end)
    sealed = tiles.leaf_hashes(min(start, tiles.size), tiles.size)
    position, recorded = start - 1, ""
    form: Form | None = None
    for position, row in enumerate(rows.scan(start or BEFORE_ALL), start):
        if row[0] != position:
            raise EvidenceError(
                "position-gap", "the ledger", expected=f"event {position}", found=f"event {row[0]}", position=position
            )
        kept = next(sealed, None)
        if kept is not None and leaf_hash(row[4]) != kept:
            raise _changed(rows, tiles, row)
        event: Event | None = form.read(row) if form else None
        if event is None:
            event = decode_strictly(row)
            if isinstance(event, PaperRead):
                form = form_of(event, row[4])
        if event.recorded < recorded:
            raise EvidenceError(
                "time-backwards",
                f"event {position} of {event.stream}",
                expected=f"recorded at {recorded} or later, as the event before it",
                found=event.recorded,
                position=position,
            )
        recorded = event.recorded
        yield position, event
    if position + 1 < end:
        raise _tail_missing(end, position + 1)
    _check_end(rows.head(), position + 1, recorded)
    if start == 0:
        _check_tiles(rows, tiles)


def read_stream(rows: LedgerRecorder, stream: str) -> list[tuple[int, Event]]:
    """Read one stream: positions and events, in order.

    Raises:
        EvidenceError: what `decode_strictly` raises, `version-gap`, `tail-unlisted`.
    """
    events = []
    found, head = rows.stream_rows_and_head(stream)
    for version, row in enumerate(found, 1):
        event = decode_strictly(row)
        if event.version != version:
            raise EvidenceError(
                "version-gap",
                f"event {row[0]} of {stream}",
                expected=f"version {version}",
                found=event.version,
                position=row[0],
            )
        events.append((row[0], event))
    outside = next((position for position, _ in events if not 0 <= position < head.size), None)
    if outside is not None:
        raise _unlisted(outside, head.size)
    return events


def _check_end(head: Head, size: int, recorded: str) -> None:
    if size > head.size:
        raise _unlisted(head.size, head.size)
    if size == head.size and recorded and recorded != head.recorded:
        raise EvidenceError(
            "head-changed",
            "the ledger",
            expected=f"the last event recorded at {recorded}",
            found=head.recorded or "never",
        )


class _Fresh:
    """Tiles made anew from the leaf hashes."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        """Give a tile."""
        return self.tiles.get((level, index))

    def put(self, level: int, index: int, data: bytes) -> None:
        """Take a tile in; those of the leaves are not kept once they are whole, for they are what is read from."""
        if level == 0:
            self.tiles.pop((0, index - 1), None)
        self.tiles[level, index] = data


def _check_tiles(rows: LedgerRecorder, tiles: Tiles) -> None:
    """Compare the upper tiles with the lowest ones, which were compared with the leaves."""
    fresh = _Fresh()
    made, leaves = Tiles(fresh), tiles.leaf_hashes(0, tiles.size)
    while some := list(islice(leaves, LEAVES_AT_ONCE)):
        made.extend(some)
    for (level, index), expected in sorted(fresh.tiles.items()):
        found = rows.get_tile(level, index) or b""
        if not found.startswith(expected):  # longer, if others have sealed on meanwhile
            raise EvidenceError(
                "tile-changed",
                f"hash tile {index} of level {level}",
                expected=f"{len(expected)} bytes that begin {expected[:8].hex()}, as the leaves say",
                found=f"{len(found)} bytes that begin {found[:8].hex() or 'nowhere'}",
            )


def _changed(rows: LedgerRecorder, tiles: Tiles, row: StoredRow) -> EvidenceError:
    hashes = [leaf_hash(row[4]) for row in rows.scan(0, tiles.size)]
    return EvidenceError(
        "leaf-changed",
        f"event {row[0]} of {row[1]}",
        expected=f"root {tiles.root().hex()} over {tiles.size} events, as sealed",
        found=f"root {root(hashes).hex()}",
        position=row[0],
    )


def _tail_missing(expected: int, found: int) -> EvidenceError:
    return EvidenceError("tail-missing", "the ledger", expected=f"{expected} events", found=found, position=found)


def _unlisted(position: int, size: int) -> EvidenceError:
    return EvidenceError(
        "tail-unlisted",
        f"event {position}",
        expected=f"events 0 to {size - 1}, as the ledger's head says",
        found="one more",
        position=position,
    )

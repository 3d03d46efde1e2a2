"""The hash tiles of a ledger where its store keeps them, read as of one moment and written in one transaction."""

from __future__ import annotations

from ledger.errors import EvidenceError
from ledger.seal.tiles import TILE
from ledger.storage.recorder import LedgerRecorder
from ledger.storage.storage_error import patiently

SEALED = "sealed"  # name of the ledger's datum that says how many leaves the tiles cover


class TileShelf:
    """Tiles that cover `size` leaves, whatever others seal meanwhile, and those of one extension.

    Partial tiles grow, so they are read at once and together with the size that they belong to.
    """

    def __init__(self, rows: LedgerRecorder) -> None:
        self._rows = rows
        self._new: dict[tuple[int, int], bytes] = {}
        self._partial: dict[tuple[int, int], bytes | None] = {}
        self.size = -1
        while self.size != (size := sealed_size(rows)):
            self.size = size
            self._partial = {key: rows.get_tile(*key) for key in _partial_tiles(size)}

    def get(self, level: int, index: int) -> bytes | None:
        """Give a tile."""
        key = (level, index)
        if key in self._new:
            return self._new[key]
        return self._partial[key] if key in self._partial else self._rows.get_tile(level, index)

    def put(self, level: int, index: int, data: bytes) -> None:
        """Take a tile in."""
        self._new[level, index] = data

    def flush(self, size: int) -> None:
        """Store what was taken in, so that the tiles cover `size` leaves.

        Raises:
            recorder.ConflictError: others have sealed meanwhile; nothing was written.
        """
        patiently(lambda: self._rows.put_tiles(self._new, size, self.size))
        partial = {key: self.get(*key) for key in _partial_tiles(size)}
        self.size, self._partial, self._new = size, partial, {}


def sealed_size(rows: LedgerRecorder) -> int:
    """Give the number of leaves that the tiles cover.

    Raises:
        EvidenceError: `seal-malformed`.
    """
    text = rows.meta().get(SEALED, "0")
    if not (text.isascii() and text.isdecimal() and str(int(text)) == text):
        raise EvidenceError("seal-malformed", "the ledger", expected="a number of sealed events", found=repr(text))
    return int(text)


def _partial_tiles(size: int) -> list[tuple[int, int]]:
    level, tiles = 0, []
    while size:
        if size % TILE:
            tiles.append((level, size // TILE))
        level, size = level + 1, size // TILE
    return tiles

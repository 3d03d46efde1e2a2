"""The hashes of the tree kept as tiles of 256, after C2SP tlog-tiles.

Tile n of level l holds the hashes of the complete subtrees of 256**l leaves that are number 256*n and
following: level 0 the leaf hashes, level 1 the root of each full tile of level 0, and so on. A full
tile never changes; the last tile of each level is partial and is written anew as it grows, and there
is no tile without hashes. Any subtree's hash is then in reach of one tile a level.

Tiles are a copy of what the leaves say. They are read for speed and believed by nobody: whoever
verifies holds the paths against a signed root.

Source: https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from ledger.errors import EvidenceError
from ledger.seal import merkle
from ledger.seal.merkle import HASH_SIZE

TILE_HEIGHT = 8  # levels of the tree in one tile
TILE: int = 2**TILE_HEIGHT  # hashes in a full tile
TILES_KEPT = 256  # tiles remembered with the hashes above theirs, up to 16 kB each


class TileStore(Protocol):
    """Where tiles are kept: 1..256 hashes of 32 bytes each, side by side."""

    def get(self, level: int, index: int) -> bytes | None:
        """Read a tile as last put, or None if there never was one."""

    def put(self, level: int, index: int, data: bytes) -> None:
        """Write a tile, in the place of the shorter one that may be there."""


class Tiles:
    """A tree over a store of tiles that holds exactly `size` leaves.

    Size and tiles belong together: keep both in one transaction. A tile that the size calls for and
    that is missing, shorter or longer is an EvidenceError that names it, `tile-missing` or
    `tile-malformed`. Roots and paths of earlier sizes are asked for by giving that size.
    """

    def __init__(self, store: TileStore, size: int = 0) -> None:
        if size < 0:
            raise ValueError(f"a tree cannot have {size} leaves")
        self._store = store
        self._size = size
        # Paths share their upper tiles, and all siblings within a tile come from one pass over it. By its
        # width too: a tile of one width never changes.
        self._rows = lru_cache(TILES_KEPT)(self._lowest_row)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def extend(self, leaf_hashes: Sequence[bytes]) -> None:
        """Add leaves at the end, given their hashes.

        Raises:
            ValueError: something given is not a hash; nothing is written.
            EvidenceError: a partial tile is not as it was left; some tiles may be written, roll back.
        """
        if not all(len(leaf) == HASH_SIZE for leaf in leaf_hashes):
            raise ValueError(f"a leaf hash has {HASH_SIZE} bytes")
        level, hashes = 0, leaf_hashes
        while hashes:
            hashes = self._append(level, hashes)
            level += 1
        self._size += len(leaf_hashes)

    def root(self, size: int | None = None) -> bytes:
        """Hash of the whole tree, or of what it was at an earlier size."""
        return self.hash_of(0, self._size if size is None else size)

    def hash_of(self, start: int, end: int) -> bytes:
        """Hash of the subtree over the leaves from start up to, not including, end.

        Raises:
            ValueError: beyond the tree, or no subtree: `start` has to be a multiple of the smallest
                power of two that is not below the number of leaves.
        """
        self._check_range(start, end)
        if start < end and start % (1 << (end - start - 1).bit_length()):
            raise ValueError(f"leaves [{start}, {end}) are not a subtree")
        found = b""
        while start < end:  # it is made of complete subtrees; from the smallest, which is on its right
            width = (end - start) & -(end - start)
            height = width.bit_length() - 1
            complete = self._complete((end - width) >> height, height)
            found = merkle.node_hash(complete, found) if found else complete
            end -= width
        return found or merkle.EMPTY_ROOT

    def leaf_hashes(self, start: int, end: int) -> Iterator[bytes]:
        """Leaf hashes from start up to, not including, end, tile by tile."""
        self._check_range(start, end)
        return (
            leaf
            for first in range(start - start % TILE, end, TILE)
            for leaf in self._hashes(0, max(start, first), min(end, first + TILE))
        )

    def inclusion_path(self, index: int, size: int | None = None) -> list[bytes]:
        """Make the path of a leaf to the root, or to the root of an earlier size."""
        size = self._size if size is None else size
        self._check_range(index, size)
        return merkle.inclusion_path(index, size, self.hash_of)

    def consistency_path(self, old: int, new: int) -> list[bytes]:
        """Make the path that proves the tree of the old size to be the beginning of that of the new."""
        self._check_range(old, new)
        return merkle.consistency_path(old, new, self.hash_of)

    def _append(self, level: int, hashes: Sequence[bytes]) -> list[bytes]:
        """Add hashes to a level; returns the roots of the tiles that are full now, for the level above."""
        index, held = divmod(self._count(level), TILE)
        if held:
            hashes = [*self._hashes(level, index * TILE, index * TILE + held), *hashes]
        for first in range(0, len(hashes), TILE):
            self._store.put(level, index + first // TILE, b"".join(hashes[first : first + TILE]))
        # All full tiles at once, level by level: as fast as the tree in bulk.
        roots = list(hashes[: len(hashes) - len(hashes) % TILE])
        for _ in range(TILE_HEIGHT):
            roots = merkle.parents(roots)
        return roots

    def _complete(self, number: int, height: int) -> bytes:
        """Give the hash of the complete subtree that is this one, from 0, of those of 2**height leaves."""
        level, row = divmod(height, TILE_HEIGHT)
        index, at = divmod(number, TILE >> row)
        rows = self._rows(level, index, min(TILE, self._count(level) - index * TILE))
        while len(rows) <= row:
            rows.append(merkle.complete_parents(rows[-1]))
        return rows[row][at * HASH_SIZE : (at + 1) * HASH_SIZE]

    def _lowest_row(self, level: int, index: int, width: int) -> list[bytes]:
        """Read a tile as the first of its rows, hashes side by side; those above it are made once asked for."""
        return [self._tile(level, index)[: width * HASH_SIZE]]

    def _hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Read hashes of one tile, by their numbers in the level."""
        index, first = divmod(start, TILE)
        data = self._tile(level, index)
        stop = (first + end - start) * HASH_SIZE
        return [data[at : at + HASH_SIZE] for at in range(first * HASH_SIZE, stop, HASH_SIZE)]

    def _tile(self, level: int, index: int) -> bytes:
        expected = min(TILE, self._count(level) - index * TILE) * HASH_SIZE
        data = self._store.get(level, index)
        if data is None or len(data) != expected:
            code, found = ("tile-missing", "none") if data is None else ("tile-malformed", f"{len(data)} bytes")
            what = f"hash tile {index} of level {level} in a tree of {self._size} leaves"
            raise EvidenceError(code, what, expected=f"{expected} bytes", found=found)
        return data

    def _count(self, level: int) -> int:
        """Hashes that a level holds."""
        return self._size >> level * TILE_HEIGHT

    def _check_range(self, start: int, end: int) -> None:
        if not 0 <= start <= end <= self._size:
            raise ValueError(f"leaves [{start}, {end}) are not in a tree of {self._size} leaves")

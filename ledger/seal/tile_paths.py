"""Where a published log keeps its hash tiles and its leaves, and how leaves lie in their bundles.

    tile/<level>/<index>            hashes, 256 side by side
    tile/entries/<index>            leaves, 256 of them, each after its length in two bytes
    tile/.../<index>.p/<width>      either of them while it holds fewer

An index is written in parts of three digits, x before all but the last: 1234067 is x001/x234/067.

Source: https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import EvidenceError
from ledger.seal.tiles import TILE

LENGTH_SIZE = 2  # bytes before each leaf, big-endian
LEAF_BYTES_MAX = 2 ** (8 * LENGTH_SIZE) - 1
LEVEL_MAX = 63


def tile_path(level: int, index: int, width: int = TILE) -> str:
    """Name the file of a hash tile.

    Raises:
        ValueError: no such tile: level 0..63, index from 0, width 1..256.
    """
    if not 0 <= level <= LEVEL_MAX:
        raise ValueError(f"no tile has level {level}")
    return f"tile/{level}/{_index_path(index, width)}"


def bundle_path(index: int, width: int = TILE) -> str:
    """Name the file of a bundle of leaves. Raises ValueError as `tile_path`."""
    return f"tile/entries/{_index_path(index, width)}"


def encode_bundle(leaves: Sequence[bytes]) -> bytes:
    """Write leaves into a bundle.

    Raises:
        EvidenceError: `bundle-malformed` for none or more than 256, or one longer than 65,535 bytes.
    """
    if not 1 <= len(leaves) <= TILE:
        raise _malformed(f"1 to {TILE} leaves", f"{len(leaves)}")
    longest = max(map(len, leaves))
    if longest > LEAF_BYTES_MAX:
        raise _malformed(f"leaves of at most {LEAF_BYTES_MAX} bytes", f"one of {longest}")
    return b"".join(len(leaf).to_bytes(LENGTH_SIZE, "big") + leaf for leaf in leaves)


def decode_bundle(data: bytes, width: int = TILE) -> list[bytes]:
    """Read the leaves of a bundle that holds exactly `width` of them.

    Raises:
        EvidenceError: `bundle-malformed` where it ends too early or too late.
    """
    leaves: list[bytes] = []
    start = 0
    while len(leaves) < width:
        first = start + LENGTH_SIZE
        end = first + int.from_bytes(data[start:first], "big")
        if end > len(data):
            raise _malformed(f"{width} leaves", f"{len(leaves)}, and the next one cut at byte {len(data)}")
        leaves.append(data[first:end])
        start = end
    if start != len(data):
        raise _malformed(f"{width} leaves", f"{len(data) - start} bytes after them")
    return leaves


def _index_path(index: int, width: int) -> str:
    if index < 0 or not 1 <= width <= TILE:
        raise ValueError(f"no tile has index {index} and width {width}")
    above, last = divmod(index, 1000)
    path = f"{last:03}"
    while above:
        above, part = divmod(above, 1000)
        path = f"x{part:03}/{path}"
    return path if width == TILE else f"{path}.p/{width}"


def _malformed(expected: str, found: str) -> EvidenceError:
    remedy = "Keep the bundle and fetch it again"
    return EvidenceError("bundle-malformed", "bundle of leaves", expected=expected, found=found, remedy=remedy)

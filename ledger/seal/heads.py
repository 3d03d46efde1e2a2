"""The tree over the heads of all streams: one leaf a stream, `<stream> <version>` LF, sorted by bytes."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.seal import merkle


def head_leaf(stream: str, version: int) -> bytes:
    """Write the head of a stream: its name and how many events it has."""
    return f"{stream} {version}\n".encode("ascii")


def head_hashes(heads: Iterable[tuple[str, int]]) -> list[bytes]:
    """Hash the heads, which come sorted by the bytes of their names."""
    return [merkle.leaf_hash(head_leaf(stream, version)) for stream, version in heads]


def heads_root(heads: Iterable[tuple[str, int]]) -> tuple[int, bytes]:
    """Give the number of streams and the root over their heads."""
    hashes = head_hashes(heads)
    return len(hashes), merkle.root(hashes)

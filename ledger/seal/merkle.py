"""The Merkle tree of RFC 6962 over SHA-256: roots, the paths that prove, and the checks of those paths.

    leaf hash = SHA-256(0x00 || leaf)            node hash = SHA-256(0x01 || left || right)

The prefixes keep a node from being passed off as a leaf. A tree of n leaves splits at the largest
power of two below n, so a complete subtree, once hashed, never changes as the log grows.

Paths are made by the recursion of RFC 6962 and checked by the loops of RFC 9162, which share
nothing but `node_hash`: a mistake in one of them does not excuse the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from hashlib import sha256

HASH_SIZE = 32  # bytes
EMPTY_ROOT = sha256().digest()

Subtree = Callable[[int, int], bytes]
"""Gives the hash over the leaves from start up to, not including, end."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf. Source: RFC 6962 section 2.1."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them. Source: RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def parents(level: Sequence[bytes]) -> list[bytes]:
    """Hash one level of a tree into the next, pair by pair; an odd last hash rises as it is."""
    each = iter(level)  # taken twice a turn, and written out: a call of node_hash for each pair costs a tenth more
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=False)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def complete_parents(level: bytes) -> bytes:
    """Hash one level of complete subtrees into the next, hashes side by side; an odd last hash is left out."""
    pairs = range(0, len(level) - 2 * HASH_SIZE + 1, 2 * HASH_SIZE)
    return b"".join([sha256(b"\x01" + level[at : at + 2 * HASH_SIZE]).digest() for at in pairs])


def root(hashes: Sequence[bytes]) -> bytes:
    """Hash a whole tree from its leaf hashes. Source: RFC 6962 section 2.1."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        hashes = parents(hashes)
    return hashes[0]


class Frontier:
    """A tree that grows leaf by leaf and remembers its right edge only.

    The edge is one hash for each complete subtree, largest first: as many as `size` has bits set.
    """

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if size < 0 or len(edge) != size.bit_count():
            raise ValueError(f"{len(edge)} hashes are not the right edge of a tree of {size} leaves")
        self._size = size
        self._edge = list(edge)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    @property
    def edge(self) -> tuple[bytes, ...]:
        """What has to be kept, with the size, to go on later."""
        return tuple(self._edge)

    def push(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        complete, smaller = leaf, self._size
        while smaller & 1:  # a subtree of this size stands waiting for its right half
            complete = node_hash(self._edge.pop(), complete)
            smaller >>= 1
        self._edge.append(complete)
        self._size += 1

    def root(self) -> bytes:
        """Hash of the whole tree as it stands."""
        if not self._edge:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self._edge))


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Make the path that proves one leaf to be in a tree, from the leaf's sibling upwards.

    Args:
        index: place of the leaf, 0..size-1.
        size: leaves in the tree.
        subtree: asked for O(log size) subtrees, complete ones and at most one ragged one.

    Raises:
        ValueError: no such leaf.

    Source: RFC 6962 section 2.1.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")

    def path(start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = _middle(start, end)
        if index < middle:
            return [*path(start, middle), subtree(middle, end)]
        return [*path(middle, end), subtree(start, middle)]

    return path(0, size)


def consistency_path(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Make the path that proves a tree to be a larger one's beginning.

    Args:
        old: leaves in the earlier tree, 0..new; the path is empty where it is 0 or new.
        new: leaves in the later tree.
        subtree: asked for O(log new) subtrees of the later tree.

    Raises:
        ValueError: the sizes are not those of an earlier and a later tree.

    Source: RFC 6962 section 2.1.2.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves does not come before one of {new}")

    def path(start: int, end: int) -> list[bytes]:
        if end == old:
            # The checker holds the old root, so that is left out where it is itself a subtree.
            return [subtree(start, end)] if start else []
        middle = _middle(start, end)
        if old <= middle:
            return [*path(start, middle), subtree(middle, end)]
        return [*path(middle, end), subtree(start, middle)]

    return path(0, new) if old else []


def check_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a path proves that a leaf hash is at this place in the tree of this size and root.

    Source: RFC 9162 section 2.1.3.2; its names fn, sn and r are `place`, `last` and `found` here.
    """
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:  # the ragged edge has no sibling on these levels
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether a path proves that the tree of `old_root` is the beginning of that of `new_root`.

    The empty tree begins every tree: its path is empty and says nothing about the later root.

    Source: RFC 9162 section 2.1.4.2; its names fn, sn, fr and sr are `place`, `last`, `found_old`
    and `found_new` here. Sizes 0 and `old == new`, which the RFC leaves out, follow C2SP tlog-witness.
    """
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *path):
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not path and old_root == new_root
    if not path:
        return False
    if old.bit_count() == 1:
        path = [old_root, *path]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _middle(start: int, end: int) -> int:
    """Where a subtree of two leaves or more splits: at the largest power of two below its size."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _are_hashes(*values: bytes) -> bool:
    # Of 31 and 33 bytes side by side one node hash would be made, the same as of 32 and 32.
    return all(len(value) == HASH_SIZE for value in values)

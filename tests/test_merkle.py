"""The tree against other people's figures, against a naive reading of RFC 6962, and against forgers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.seal.merkle import (
    EMPTY_ROOT,
    Frontier,
    Subtree,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
)

SIZE_MAX = 70  # more than two full rows of 32, with every shape of ragged edge
LEAVES = tuple(leaf_hash(bytes([i])) for i in range(130))

# The eight leaves of Google's Certificate Transparency tests, and the root of each of their beginnings.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@cache
def naive(start: int, end: int) -> bytes:
    """MTH over leaves [start, end) as RFC 6962 section 2.1 writes it down."""
    if start == end:
        return sha256(b"").digest()
    if end - start == 1:
        return sha256(b"\x00" + bytes([start])).digest()
    split = max(2**power for power in range(10) if 2**power < end - start)
    return sha256(b"\x01" + naive(start, start + split) + naive(start + split, end)).digest()


def shifted(start: int) -> Subtree:
    """Count leaves from a subtree's start."""
    return lambda first, stop: naive(start + first, start + stop)


def grown(hashes: Sequence[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in hashes:
        frontier.push(leaf)
    return frontier


def subtrees(end_max: int) -> Iterator[tuple[int, int]]:
    """Every valid subtree [start, end), by end and then start, one empty subtree at each end included."""
    for end in range(end_max + 1):
        for start in range(end + 1):
            if start % (1 << max(end - start - 1, 0).bit_length()) == 0:
                yield start, end


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def test_gives_the_roots_of_the_certificate_transparency_tests() -> None:
    hashes = [leaf_hash(leaf) for leaf in CT_LEAVES]
    assert [root(hashes[:size]).hex() for size in range(9)] == CT_ROOTS
    assert [grown(hashes[:size]).root().hex() for size in range(9)] == CT_ROOTS


def test_hashes_the_empty_leaf_unlike_the_empty_tree() -> None:
    assert leaf_hash(b"").hex() == CT_ROOTS[1]
    assert root([]) == EMPTY_ROOT == Frontier().root() == sha256(b"").digest()
    assert leaf_hash(b"") != EMPTY_ROOT


def test_tells_a_node_from_a_leaf_of_the_same_bytes() -> None:
    left, right = LEAVES[:2]
    assert node_hash(left, right) != leaf_hash(left + right)


def test_gives_the_rolling_subtree_vector_of_the_merkle_tree_certificates_draft() -> None:
    rolling = sha256()
    for start, end in subtrees(130):
        rolling.update(f"[{start}, {end}) {root(LEAVES[start:end]).hex()}\n".encode())
    assert rolling.hexdigest() == "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81"


def test_gives_the_rolling_inclusion_vector_of_the_merkle_tree_certificates_draft() -> None:
    rolling = sha256()
    for start, end in subtrees(130):
        for index in range(start, end):
            path = inclusion_path(index - start, end - start, shifted(start))
            words = [str(index), f"[{start}, {end})", *(sibling.hex() for sibling in path)]
            rolling.update(f"{' '.join(words)}\n".encode())
    assert rolling.hexdigest() == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"


@pytest.mark.parametrize("size", range(SIZE_MAX + 1))
def test_agrees_in_bulk_and_leaf_by_leaf_with_the_definition(size: int) -> None:
    assert root(LEAVES[:size]) == grown(LEAVES[:size]).root() == naive(0, size)


@given(st.lists(st.binary(max_size=40), max_size=600))
@settings(deadline=None)
def test_gives_one_root_in_bulk_and_leaf_by_leaf(leaves: list[bytes]) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    frontier = grown(hashes)
    assert (frontier.size, frontier.root()) == (len(hashes), root(hashes))


@given(st.integers(0, 130), st.integers(0, 130))
@settings(deadline=None)
def test_goes_on_from_a_kept_right_edge(before: int, size: int) -> None:
    kept = grown(LEAVES[:before])
    frontier = Frontier(kept.size, kept.edge)
    for leaf in LEAVES[before:size]:
        frontier.push(leaf)
    assert frontier.root() == naive(0, max(before, size))


def test_leaves_a_kept_edge_alone_when_the_tree_grows() -> None:
    edge = [LEAVES[0]]
    Frontier(1, edge).push(LEAVES[1])
    assert edge == [LEAVES[0]]


def test_refuses_an_edge_that_does_not_fit_the_size() -> None:
    with pytest.raises(ValueError, match="1 hashes are not the right edge of a tree of 3 leaves"):
        Frontier(3, [LEAVES[0]])
    with pytest.raises(ValueError, match="-1 leaves"):
        Frontier(-1, [LEAVES[0]])


@pytest.mark.parametrize("size", range(1, SIZE_MAX + 1))
def test_proves_every_leaf_of_every_tree_and_no_other(size: int) -> None:
    for index in range(size):
        path = inclusion_path(index, size, naive)
        whole = naive(0, size)
        leaves = [leaf for leaf in range(size) if check_inclusion(index, size, LEAVES[leaf], path, whole)]
        places = [at for at in range(-1, size + 2) if check_inclusion(at, size, LEAVES[index], path, whole)]
        assert leaves == places == [index]


@pytest.mark.parametrize("new", range(SIZE_MAX + 1))
def test_proves_every_beginning_of_every_tree_and_no_other(new: int) -> None:
    for old in range(new + 1):
        path = consistency_path(old, new, naive)
        roots = [naive(0, size) for size in range(new + 1)]
        proven = [size for size in range(new + 1) if check_consistency(old, new, path, roots[size], roots[new])]
        assert proven == [old]


def test_needs_no_path_between_equal_trees_or_from_the_empty_one() -> None:
    assert consistency_path(5, 5, naive) == consistency_path(0, 5, naive) == consistency_path(0, 0, naive) == []


@given(st.data())
@settings(deadline=None)
def test_refuses_an_inclusion_with_any_bit_flipped(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE_MAX))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, naive)
    values = [LEAVES[index], naive(0, size), *path]
    assert check_inclusion(index, size, values[0], values[2:], values[1])

    place = data.draw(st.integers(0, len(values)))
    bit = data.draw(st.integers(0, 255))
    if place == len(values):
        index ^= 1 << bit
    else:
        values[place] = flipped(values[place], bit)
    assert not check_inclusion(index, size, values[0], values[2:], values[1])


@given(st.data())
@settings(deadline=None)
def test_refuses_a_consistency_with_any_bit_flipped(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, SIZE_MAX))
    old = data.draw(st.integers(1, new))
    values = [naive(0, old), naive(0, new), *consistency_path(old, new, naive)]
    assert check_consistency(old, new, values[2:], values[0], values[1])

    place = data.draw(st.integers(0, len(values) - 1))
    values[place] = flipped(values[place], data.draw(st.integers(0, 255)))
    assert not check_consistency(old, new, values[2:], values[0], values[1])


@pytest.mark.parametrize("size", range(1, SIZE_MAX + 1))
def test_refuses_a_path_cut_short_or_drawn_out(size: int) -> None:
    for place in range(size):
        path = inclusion_path(place, size, naive)
        for wrong in (path[:-1], path[1:], [*path, LEAVES[0]], [LEAVES[0], *path]):
            assert wrong == path or not check_inclusion(place, size, LEAVES[place], wrong, naive(0, size))

        path = consistency_path(place, size, naive)
        for wrong in (path[:-1], path[1:], [*path, LEAVES[0]], [LEAVES[0], *path]):
            assert wrong == path or not check_consistency(place, size, wrong, naive(0, place), naive(0, size))


def test_refuses_a_path_whose_bytes_are_cut_elsewhere() -> None:
    whole = LEAVES[0] + LEAVES[1]
    assert check_inclusion(0, 2, whole[:32], [whole[32:]], naive(0, 2))
    assert not check_inclusion(0, 2, whole[:31], [whole[31:]], naive(0, 2))

    whole = naive(0, 2) + naive(2, 4)
    assert check_consistency(2, 4, [whole[32:]], whole[:32], naive(0, 4))
    assert not check_consistency(2, 4, [whole[31:]], whole[:31], naive(0, 4))


def test_refuses_another_tree_as_the_beginning() -> None:
    other = root([*LEAVES[:4], leaf_hash(b"another"), *LEAVES[5:8]])
    for new in range(8, SIZE_MAX):
        assert not check_consistency(8, new, consistency_path(8, new, naive), other, naive(0, new))


def test_refuses_a_split_view_of_one_size() -> None:
    assert not check_consistency(2, 2, [], naive(0, 2), root(LEAVES[1:3]))
    assert not check_consistency(0, 0, [], LEAVES[0], LEAVES[0])
    assert not check_consistency(0, 0, [], EMPTY_ROOT, LEAVES[0])


def test_refuses_a_path_where_none_is_needed_and_none_where_one_is() -> None:
    assert not check_consistency(2, 2, [LEAVES[0]], naive(0, 2), naive(0, 2))
    assert not check_consistency(0, 2, [LEAVES[0]], EMPTY_ROOT, naive(0, 2))
    assert not check_consistency(3, 5, [], EMPTY_ROOT, naive(0, 5))
    assert not check_consistency(3, 5, [], naive(0, 5), naive(0, 5))


def test_refuses_the_true_path_of_a_larger_tree_under_a_smaller_size() -> None:
    assert not check_inclusion(0, 1, LEAVES[1], inclusion_path(1, 2, naive), naive(0, 2))
    assert not check_consistency(3, 4, consistency_path(7, 8, naive), naive(0, 7), naive(0, 8))


def test_refuses_the_true_path_of_a_smaller_tree_under_a_larger_size() -> None:
    assert not check_inclusion(0, 8, LEAVES[0], inclusion_path(0, 4, naive), naive(0, 4))
    assert not check_consistency(2, 8, consistency_path(2, 3, naive), naive(0, 2), naive(0, 3))


def test_refuses_a_later_tree_that_is_smaller() -> None:
    assert not check_consistency(5, 3, consistency_path(3, 5, naive), naive(0, 5), naive(0, 3))
    # Without a look at the sizes first, these would add up.
    assert not check_consistency(5, 3, [LEAVES[0], LEAVES[1], naive(2, 4)], LEAVES[0], naive(0, 4))
    assert not check_consistency(-1, 2, [LEAVES[1]], LEAVES[0], naive(0, 2))


def test_makes_no_path_for_what_is_not_in_the_tree() -> None:
    with pytest.raises(ValueError, match="leaf 3 is not in a tree of 3 leaves"):
        inclusion_path(3, 3, naive)
    with pytest.raises(ValueError, match="leaf -1 is not"):
        inclusion_path(-1, 3, naive)
    with pytest.raises(ValueError, match="a tree of 4 leaves does not come before one of 3"):
        consistency_path(4, 3, naive)

"""Tiles against the bulk tree, and what is said when the store lost or changed one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import EvidenceError
from ledger.seal import merkle
from ledger.seal.tiles import TILE, Tiles

LARGE = TILE * TILE + 3 * TILE + 7  # three levels, each of them ragged
LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(LARGE)]
EDGES = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, LARGE]


class MemoryStore:
    """Tiles in a dict, and the names of those that were read."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.read: list[tuple[int, int]] = []

    def get(self, level: int, index: int) -> bytes | None:
        self.read.append((level, index))
        return self.tiles.get((level, index))

    def put(self, level: int, index: int, data: bytes) -> None:
        self.tiles[level, index] = data


def filled(size: int) -> tuple[MemoryStore, Tiles]:
    store = MemoryStore()
    tiles = Tiles(store)
    tiles.extend(LEAVES[:size])
    return store, tiles


@pytest.fixture(scope="module")
def large() -> Tiles:
    return filled(LARGE)[1]


def test_gives_the_root_of_the_certificate_transparency_tests() -> None:
    texts = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tiles = Tiles(MemoryStore())
    tiles.extend([merkle.leaf_hash(bytes.fromhex(text)) for text in texts])
    assert tiles.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_keeps_no_tile_for_the_empty_tree() -> None:
    store, tiles = filled(0)
    assert (tiles.size, tiles.root(), store.tiles) == (0, merkle.EMPTY_ROOT, {})


@pytest.mark.parametrize("size", EDGES)
def test_keeps_the_tiles_that_the_specification_names(size: int) -> None:
    store, _ = filled(size)
    widths = {name: len(data) // 32 for name, data in store.tiles.items()}
    expected: dict[tuple[int, int], int] = {}
    for level in range(4):
        full, partial = divmod(size // 256**level, 256)
        expected |= {(level, index): 256 for index in range(full)}
        if partial:
            expected[level, full] = partial
    assert widths == expected


def test_keeps_in_each_level_the_roots_of_the_full_tiles_below() -> None:
    store, _ = filled(LARGE)
    assert store.tiles[0, 1] == b"".join(LEAVES[256:512])
    assert store.tiles[1, 0][32:64] == merkle.root(LEAVES[256:512])
    assert store.tiles[2, 0] == merkle.root(LEAVES[:65_536])


@given(st.lists(st.integers(0, 700), max_size=8))
@settings(max_examples=50, deadline=None)
def test_gives_one_tree_in_bulk_leaf_by_leaf_and_in_tiles_of_any_batches(batches: list[int]) -> None:
    store, tiles, frontier = MemoryStore(), Tiles(MemoryStore()), merkle.Frontier()
    for batch in batches:
        fresh = LEAVES[tiles.size : tiles.size + batch]
        tiles = Tiles(store, tiles.size)  # nothing is remembered but the store and the size
        tiles.extend(fresh)
        for leaf in fresh:
            frontier.push(leaf)
    size = sum(batches)
    assert tiles.size == frontier.size == size
    assert tiles.root() == frontier.root() == merkle.root(LEAVES[:size])
    assert store.tiles == filled(size)[0].tiles


def test_grows_one_leaf_at_a_time_over_the_edge_of_a_tile() -> None:
    store, tiles = filled(0)
    for size, leaf in enumerate(LEAVES[:520], start=1):
        tiles.extend([leaf])
        assert tiles.root() == merkle.root(LEAVES[:size])
    assert store.tiles == filled(520)[0].tiles


@pytest.mark.parametrize("size", EDGES)
def test_gives_the_roots_of_earlier_sizes(large: Tiles, size: int) -> None:
    assert large.root(size) == merkle.root(LEAVES[:size])


def test_reads_one_tile_of_each_level_for_the_root() -> None:
    store, tiles = filled(LARGE)
    assert tiles.root() == merkle.root(LEAVES)
    assert store.read == [(0, 259), (1, 1), (2, 0)]


def test_reads_each_tile_once_for_many_paths() -> None:
    store, tiles = filled(LARGE)
    for place in range(0, LARGE, 1_000):
        tiles.inclusion_path(place)
        tiles.inclusion_path(place + 1)
    assert sorted(store.read) == sorted(set(store.read))


@pytest.mark.parametrize("end", [0, 1, 2, 3, 127, 128, 129, 255, 256, 257, 384, 511, 512, 513, 768])
def test_gives_the_hash_of_every_subtree_that_ends_here(large: Tiles, end: int) -> None:
    for start in range(end + 1):
        if start % (1 << max(end - start - 1, 0).bit_length()) == 0:
            assert large.hash_of(start, end) == merkle.root(LEAVES[start:end])


@pytest.mark.parametrize("height", range(17))
def test_gives_the_hash_of_complete_subtrees_of_every_height(large: Tiles, height: int) -> None:
    width = 2**height
    for start in {0, width, 255 * width, LARGE // 2 // width * width, (LARGE // width - 1) * width}:
        if start + width <= LARGE:
            assert large.hash_of(start, start + width) == merkle.root(LEAVES[start : start + width])


@given(st.data())
@settings(deadline=None)
def test_gives_the_hash_of_any_ragged_subtree(large: Tiles, data: st.DataObject) -> None:
    width = 2 ** data.draw(st.integers(0, 17))
    start = width * data.draw(st.integers(0, LARGE // width))
    end = data.draw(st.integers(start, min(start + width, LARGE)))
    assert large.hash_of(start, end) == merkle.root(LEAVES[start:end])


def test_refuses_the_hash_of_leaves_that_are_no_subtree(large: Tiles) -> None:
    for start, end in ((1, 3), (2, 5), (256, 513), (255, 257)):
        with pytest.raises(ValueError, match=rf"\[{start}, {end}\) are not a subtree"):
            large.hash_of(start, end)


@given(st.integers(0, LARGE), st.integers(0, 1_000))
@settings(deadline=None)
def test_gives_back_the_leaf_hashes(large: Tiles, start: int, count: int) -> None:
    end = min(start + count, LARGE)
    assert list(large.leaf_hashes(start, end)) == LEAVES[start:end]


@pytest.mark.parametrize("size", range(1, 71))
def test_proves_every_leaf_and_every_beginning_of_a_small_tree(size: int) -> None:
    _, tiles = filled(size)
    for place in range(size):
        assert merkle.check_inclusion(place, size, LEAVES[place], tiles.inclusion_path(place), tiles.root())
        path = tiles.consistency_path(place, size)
        assert merkle.check_consistency(place, size, path, merkle.root(LEAVES[:place]), tiles.root())


@given(st.data())
@settings(deadline=None)
def test_proves_leaves_and_beginnings_of_any_earlier_tree(large: Tiles, data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(EDGES) | st.integers(1, LARGE))
    place = data.draw(st.integers(0, size - 1))
    path = large.inclusion_path(place, size)
    assert merkle.check_inclusion(place, size, LEAVES[place], path, large.root(size))
    path = large.consistency_path(place, size)
    assert merkle.check_consistency(place, size, path, large.root(place), large.root(size))


def test_refuses_what_is_beyond_the_tree(large: Tiles) -> None:
    calls: list[Callable[[], object]] = [
        lambda: large.root(LARGE + 1),
        lambda: large.leaf_hashes(0, LARGE + 1),
        lambda: large.leaf_hashes(-1, 2),
        lambda: large.inclusion_path(LARGE),
        lambda: large.inclusion_path(5, 5),
        lambda: large.inclusion_path(0, LARGE + 1),
        lambda: Tiles(MemoryStore()).inclusion_path(0, 1),
        lambda: large.consistency_path(LARGE + 1, LARGE + 1),
        lambda: large.consistency_path(2, 1),
        lambda: Tiles(MemoryStore(), -1),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"leaf|leaves"):
            call()


def test_refuses_to_add_what_is_not_a_hash_and_writes_nothing() -> None:
    store, tiles = filled(3)
    before = dict(store.tiles)
    with pytest.raises(ValueError, match="a leaf hash has 32 bytes"):
        tiles.extend([LEAVES[3], b"short"])
    assert (store.tiles, tiles.size) == (before, 3)


@pytest.mark.parametrize("name", [(0, 259), (1, 1), (2, 0)])
def test_names_the_tile_that_is_missing(name: tuple[int, int]) -> None:
    store, tiles = filled(LARGE)
    del store.tiles[name]
    with pytest.raises(EvidenceError, match=f"hash tile {name[1]} of level {name[0]} in a tree") as caught:
        tiles.root()
    assert caught.value.code == "tile-missing"
    assert caught.value.found == "none"


@pytest.mark.parametrize("name", [(0, 259), (1, 1), (2, 0)])
@pytest.mark.parametrize("change", [lambda tile: tile[:-32], lambda tile: tile[:-1], lambda tile: tile + tile])
def test_names_the_tile_that_is_stale_cut_or_too_long(name: tuple[int, int], change: Callable[[bytes], bytes]) -> None:
    store, tiles = filled(LARGE)
    store.tiles[name] = change(store.tiles[name])
    with pytest.raises(EvidenceError, match=f"hash tile {name[1]} of level {name[0]} in a tree") as caught:
        tiles.root()
    assert caught.value.code == "tile-malformed"
    assert caught.value.found == f"{len(store.tiles[name])} bytes"


def test_refuses_to_grow_over_a_partial_tile_longer_than_its_size() -> None:
    store, _ = filled(300)
    kept = dict(store.tiles)
    with pytest.raises(EvidenceError, match="hash tile 1 of level 0 in a tree of 290 leaves") as caught:
        Tiles(store, 290).extend(LEAVES[290:295])
    assert caught.value.code == "tile-malformed"
    assert store.tiles == kept


def test_gives_paths_that_prove_nothing_when_a_tile_is_edited() -> None:
    store, tiles = filled(600)
    signed = tiles.root()
    edited = bytearray(store.tiles[0, 0])
    edited[5 * 32] ^= 1
    store.tiles[0, 0] = bytes(edited)
    assert not merkle.check_inclusion(4, 600, LEAVES[4], tiles.inclusion_path(4), signed)

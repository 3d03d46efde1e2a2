"""The tree over the heads of all streams: one leaf a stream, `<stream> <version>` LF, sorted by bytes.

A stream that is in the tree is proved by its own line. One that is not is proved absent by its two
neighbours: lines side by side, of names that sort before and after it; at an edge of the tree one of them
is enough. That the tree is sorted, and says what the record says, is for those to check who hold the record
(`pollbook verify`, S4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.errors import EvidenceError
from ledger.event import Canonical
from ledger.field import Count, StreamId, Version
from ledger.seal import merkle
from ledger.seal.keys import decode_base64, encode_base64
from ledger.seal.proof import HASHES_MAX
from ledger.seal.tiles import Tiles

PAGE_HEADS = 8_192  # heads hashed at a time: there are as many as there are papers


def _check_hash(text: str) -> str:
    if len(decode_base64(text)) != merkle.HASH_SIZE:
        raise ValueError(f"not a hash of {merkle.HASH_SIZE} bytes in canonical base64")
    return text


HashText = Annotated[str, AfterValidator(_check_hash)]
Head = tuple[int, str, int]  # place of a line in the tree, stream, version
PathText = Annotated[tuple[HashText, ...], Field(max_length=HASHES_MAX)]


class HeadLine(Canonical):
    """One line of the tree: its place, and the path that proves it."""

    index: Count
    path: PathText
    stream: StreamId
    version: Version


class MemoryTiles:
    """Hash tiles in memory."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        """Give a tile."""
        return self._tiles.get((level, index))

    def put(self, level: int, index: int, data: bytes) -> None:
        """Take a tile in."""
        self._tiles[level, index] = data


class HeadsTree:
    """The tree over heads, which come sorted, and the lines in it that tell of the streams asked about."""

    def __init__(self, heads: Iterable[tuple[str, int]], asked: Collection[str]) -> None:
        self._tiles = Tiles(MemoryTiles())
        self._telling: dict[str, list[Head]] = {}
        waiting = sorted(asked, reverse=True)
        before: list[Head] = []
        page: list[bytes] = []
        for place, (stream, version) in enumerate(heads):
            head = (place, stream, version)
            while waiting and waiting[-1] <= stream:
                name = waiting.pop()
                self._telling[name] = [head] if name == stream else [*before, head]
            before = [head]
            page.append(merkle.leaf_hash(head_leaf(stream, version)))
            if len(page) == PAGE_HEADS:
                self._tiles.extend(page)
                page = []
        self._tiles.extend(page)
        self._telling |= dict.fromkeys(waiting, before)

    @property
    def streams(self) -> int:
        """Number of streams."""
        return self._tiles.size

    def root(self) -> bytes:
        """Hash of the whole tree."""
        return self._tiles.root()

    def lines(self, stream: str) -> tuple[HeadLine, ...]:
        """Give the stream's own line, or those of its neighbours; the stream was asked about."""
        return tuple(
            HeadLine(
                index=place,
                path=tuple(map(encode_base64, self._tiles.inclusion_path(place))),
                stream=name,
                version=version,
            )
            for place, name, version in self._telling[stream]
        )


def version_proved(stream: str, lines: Sequence[HeadLine], streams: int, root: bytes) -> int:
    """Give the version of a stream's head that these lines prove; 0 where they prove that there is no such stream.

    Args:
        streams: number of lines in the tree of this root.

    Raises:
        EvidenceError: `head-wrong`: a line is not in the tree; `absence-unproved`: nothing is said of the stream.
    """
    for line in lines:
        leaf = merkle.leaf_hash(head_leaf(line.stream, line.version))
        path = [decode_base64(step) for step in line.path]
        if not merkle.check_inclusion(line.index, streams, leaf, path, root):
            raise EvidenceError(
                "head-wrong",
                f"the head of {line.stream}",
                expected=f"a path from its line {line.index} to root {root.hex()} over {streams} streams",
                found=f"version {line.version} and {len(path)} hashes that lead elsewhere",
                remedy="Keep the bundle: it is not what was given out",
            )
    if [line.stream for line in lines] == [stream]:
        return lines[0].version
    _check_absence(stream, lines, streams)
    return 0


def _check_absence(stream: str, lines: Sequence[HeadLine], streams: int) -> None:
    places = [(line.index, line.stream < stream) for line in lines]
    match places:
        case [(last, True)]:
            proved = last == streams - 1
        case [(first, False)]:
            proved = first == 0
        case [(before, True), (after, False)]:
            proved = after == before + 1 and lines[1].stream != stream
        case _:
            proved = False
    if not proved:
        raise EvidenceError(
            "absence-unproved",
            f"stream {stream}",
            expected="its own head, or two side by side between which it would stand",
            found=", ".join(f"{line.stream} at {line.index} of {streams}" for line in lines) or "none",
            remedy="Ask for the bundle again: events may have been withheld",
        )


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

"""The leaves of a pack: those that its audience may read, each read strictly before it leaves the building."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ledger.errors import EvidenceError
from ledger.event import Audience, Event
from ledger.leaf import encode
from ledger.seal.tile_paths import bundle_path, encode_bundle
from ledger.seal.tiles import TILE
from ledger.storage.store import Ledger
from ledger.streams.contest import ContestDefined

Readers = Literal["public", "panel", "scrutineer"]
Progress = Callable[[int], None]

LEAVES_A_FILE = 65_536
PROGRESS_EVERY = 1_024  # leaves


@dataclass(slots=True)
class Kind:
    """The events of one type in a pack: how many, and on which days (UTC) the first and last were recorded."""

    number: int
    first: str
    last: str


class Kinds(dict[str, Kind]):
    """The events in a pack by type, in the order in which the types first occur."""

    def add(self, event: Event) -> None:
        """Take one more event in; they come in order of time."""
        day = event.recorded[:10]
        kind = self.setdefault(event.type, Kind(0, day, day))
        kind.number += 1
        kind.last = day


def read_leaves(ledger: Ledger, size: int, progress: Progress) -> Iterator[tuple[int, Event]]:
    """Read the events of the tree of that size, each as if nothing vouched for it.

    Raises:
        EvidenceError: what `Ledger.reread` raises, `wrong-audience` for an event that its contest's rule withholds
            and that has no blind, so that its hash could be guessed; and for one published that has one.
    """
    published: dict[str, bool] = {}
    for position, event in ledger.reread():
        if position >= size:
            continue  # recorded since; read to the end all the same, for that is when the ledger is seen to be whole
        if isinstance(event, ContestDefined):
            published[event.contest] = event.paper_publication == "papers"
        if event.audience is Audience.CONTEST:
            contest = event.stream.split("/")[2 if event.stream.startswith("batch/") else 1]
            restricted = not published.get(contest, False)
            if event.restricted != restricted:
                raise EvidenceError(
                    "wrong-audience",
                    f"event {position} of {event.stream}",
                    expected=f"a {'restricted' if restricted else 'public'} leaf, as contest {contest} has it",
                    found="a blind" if event.restricted else "no blind",
                    position=position,
                )
        yield position, event
        if position % PROGRESS_EVERY == 0:
            progress(min(PROGRESS_EVERY, size - position))


def write_leaves(ledger: Ledger, size: int, folder: Path, readers: Readers, progress: Progress) -> Kinds:
    """Write the leaves that these readers may have, and say of which kinds they are.

    For the public a line for each public leaf with its position; for a panel and a scrutineer all, in bundles.
    """
    kinds = Kinds()
    events = read_leaves(ledger, size, progress)
    if readers == "public":
        _write_lines(events, folder, kinds)
    else:
        _write_bundles(events, folder, kinds)
    return kinds


def _write_lines(events: Iterator[tuple[int, Event]], folder: Path, kinds: Kinds) -> None:
    lines: list[bytes] = []
    number = 0
    for position, event in events:
        if position // LEAVES_A_FILE != number:
            _write_file(folder, number, lines)
            number, lines = position // LEAVES_A_FILE, []
        if not event.restricted:
            kinds.add(event)
            lines.append(b"%d %s\n" % (position, encode(event)))
    _write_file(folder, number, lines)


def _write_file(folder: Path, number: int, lines: list[bytes]) -> None:
    if lines:
        write(folder / "leaves" / f"{number:06}.txt", b"".join(lines))


def _write_bundles(events: Iterator[tuple[int, Event]], folder: Path, kinds: Kinds) -> None:
    leaves: list[bytes] = []
    index = 0
    for _, event in events:
        kinds.add(event)
        leaves.append(encode(event))
        if len(leaves) == TILE:
            write(folder / bundle_path(index, TILE), encode_bundle(leaves))
            index, leaves = index + 1, []
    if leaves:
        write(folder / bundle_path(index, len(leaves)), encode_bundle(leaves))


def write(path: Path, data: bytes) -> None:
    """Write a file, making its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)

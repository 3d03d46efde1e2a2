"""A roll as of a position: its live entries counted, and the root over them; what was open when it was taken.

The entries of a build lie one after the other by key, 18 bytes each; what was changed one at a time lies beside them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from ledger.event import Event
from ledger.record import Record
from ledger.roll_figures import Cell, RollFigures
from ledger.rules.franchise import Several
from ledger.seal.merkle import Frontier, leaf_hash
from ledger.streams.entry import EntryAdded, EntryAmended, EntryNow, EntryRemoved, EntryRestored, kept_instead
from ledger.streams.franchise import FranchiseAdopted
from ledger.streams.merge import MergeUndone, PersonsMerged
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.roll.left_open import READS as LEFT_OPEN
from projections.roll.left_open import LeftOpen

KEY_BYTES, NUMBER_BYTES, PLACE_BYTES = 12, 2, 4
NAME_BYTES = KEY_BYTES + NUMBER_BYTES  # of an entry: whose, and which
LINE_BYTES = NAME_BYTES + PLACE_BYTES
NONE = "-"
MERGE = "merge/"
CHANGING = (EntryAdded, EntryAmended, EntryRemoved, EntryRestored, RollBuildOpened, RollBuildClosed)
READS: tuple[type[Event], ...] = tuple(  # what a roll is folded from
    dict.fromkeys((*CHANGING, FranchiseAdopted, PersonsMerged, MergeUndone, *LEFT_OPEN))
)
PAGE = 5_000

Place = tuple[str, str, str | None, str | None, str | None]  # category, section, affiliate, region, unit
FIELDS = ("category", "section", "affiliate", "region", "unit")


def entry_line(person: str, number: int, place: Place) -> bytes:
    """Write a live entry as the root over a roll has it.

    `<person>/<number> <category> <section> <affiliate> <region> <unit>` LF, a hyphen standing for what there is not.
    """
    return f"{person}/{number} {' '.join(part or NONE for part in place)}\n".encode("ascii")


class RollFold:
    """Folds the entries of one election's roll; those of a build count once it is closed."""

    def __init__(self, election: str) -> None:
        self._election = election
        self._stem = f"entry/{election}/"
        self._places: dict[Place, int] = {}
        self._known: list[Place] = []
        self._waiting: dict[str, bytearray] = {}
        self._runs: list[bytes] = []
        self._beside: dict[bytes, tuple[Place, bool]] = {}
        self._left = LeftOpen(election)
        self._merged: dict[str, str] = {}
        self._several: Several | None = None
        self._changed = ""

    def take(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, CHANGING) and event.election == self._election:
            self._changed = event.recorded
        match event:
            case EntryAdded():
                if event.election == self._election:
                    self._add(event)
            case EntryAmended() | EntryRemoved() | EntryRestored():
                if event.election == self._election:
                    self._change(event)
            case RollBuildOpened():
                if event.election == self._election:
                    self._waiting[event.stream] = bytearray()
                    self._left.take(event)
            case RollBuildClosed():
                if event.election == self._election:
                    self._runs.append(bytes(self._waiting.pop(event.stream, b"")))
                    self._left.take(event)
            case PersonsMerged():
                self._merged[event.stream.removeprefix(MERGE)] = event.kept
            case MergeUndone():
                self._merged.pop(event.stream.removeprefix(MERGE), None)
            case FranchiseAdopted():
                if event.election == self._election:
                    self._several = event.rule.several
            case _:
                self._left.take(event)

    def _add(self, event: EntryAdded) -> None:
        place = (event.category, event.section, event.affiliate, event.region, event.unit)
        name = bytes.fromhex(event.stream[len(self._stem) :]) + event.number.to_bytes(NUMBER_BYTES)
        if event.batch is None:
            self._beside[name] = (place, True)
            return
        number = self._places.get(place)
        if number is None:
            number = self._places[place] = len(self._known)
            self._known.append(place)
        run = self._waiting.get(event.batch)
        if run is not None:
            run += name + number.to_bytes(PLACE_BYTES)

    def _change(self, event: EntryAmended | EntryRemoved | EntryRestored) -> None:
        name = bytes.fromhex(event.stream[len(self._stem) :]) + event.number.to_bytes(NUMBER_BYTES)
        place, live = self._beside.get(name) or (self._found(name), True)
        if isinstance(event, EntryAmended):
            parts = dict(zip(FIELDS, place, strict=True)) | {event.field: event.new}
            place = (
                parts["category"] or "",
                parts["section"] or "",
                parts["affiliate"],
                parts["region"],
                parts["unit"],
            )
        else:
            live = isinstance(event, EntryRestored)
        self._beside[name] = (place, live)

    def entry(self, person: str, number: int) -> tuple[Place, bool] | None:
        """Give where an entry stands and whether it is live, those of open builds among them; None where there is none.

        Args:
            person: the key, 24 hexadecimal digits.
        """
        name = bytes.fromhex(person) + number.to_bytes(NUMBER_BYTES)
        place = self._sought(name)
        return self._beside.get(name) or (None if place is None else (place, True))

    def _found(self, name: bytes) -> Place:
        place = self._sought(name)
        if place is None:
            raise TypeError(f"entry {int.from_bytes(name[KEY_BYTES:])} of {name[:KEY_BYTES].hex()} was never added")
        return place

    def _sought(self, name: bytes) -> Place | None:
        """Find an entry in the builds, each in the order of names."""
        for run in (*self._runs, *self._waiting.values()):
            low, high = 0, len(run) // LINE_BYTES
            while low < high:
                middle = (low + high) // 2
                at = bytes(run[middle * LINE_BYTES : middle * LINE_BYTES + NAME_BYTES])
                if at == name:
                    return self._known[
                        int.from_bytes(run[middle * LINE_BYTES + NAME_BYTES : (middle + 1) * LINE_BYTES])
                    ]
                low, high = (middle + 1, high) if at < name else (low, middle)
        return None

    def every(self) -> Iterator[tuple[str, int, Place, bool]]:
        """Give every entry that counts, sorted by person and number, and whether it is live or was removed."""
        for line in heapq.merge(*map(_lines, self._runs), sorted(self._beside)):
            name = line[:NAME_BYTES]
            if len(line) == NAME_BYTES:
                place, live = self._beside[name]
            elif name in self._beside:
                continue
            else:
                place, live = self._known[int.from_bytes(line[NAME_BYTES:])], True
            yield name[:KEY_BYTES].hex(), int.from_bytes(name[KEY_BYTES:]), place, live

    def live(self) -> Iterator[tuple[str, int, Place]]:
        """Give the live entries, sorted by person and number."""
        return ((person, number, place) for person, number, place, live in self.every() if live)

    def doubles(self) -> Iterator[tuple[str, int, Several, str]]:
        """Give live entries that another leaves no room for: person and number, how many one may have, and the other.

        Persons who were merged are one, under whichever key their entries are.
        """
        if self._several is None:
            return
        shared: dict[str, list[tuple[str, EntryNow]]] = {}
        one = {*self._merged, *self._merged.values()}
        before, held = "", list[tuple[str, EntryNow]]()
        for person, number, place in self.live():
            if person != before:
                before, held = person, shared.setdefault(self._kept(person), []) if person in one else []
            kept = kept_instead(self._several, [each for _, each in held], place[1], place[2])
            if kept is not None:
                whose = next(whose for whose, each in held if each is kept)
                yield person, number, self._several, f"{whose}/{kept.number}"
            held.append((person, EntryNow(number, *place, True, "")))

    def _kept(self, person: str) -> str:
        seen = {person}
        while (kept := self._merged.get(person)) is not None and kept not in seen:
            person = kept
            seen.add(person)
        return person

    def figures(self, position: int) -> RollFigures:
        """Count the live entries, and make the root over them."""
        frontier = Frontier()
        cells: Counter[Cell] = Counter()
        for person, number, place in self.live():
            frontier.push(leaf_hash(entry_line(person, number, place)))
            cells[Cell(place[1], place[0], place[3])] += 1
        root = "sha256:" + frontier.root().hex()
        double = tuple(f"{person}/{number}" for person, number, *_ in self.doubles())
        return RollFigures(
            position, root, cells, tuple(sorted(self._left.batches)), self._left.cases, double, self._changed
        )


def _lines(run: bytes) -> Iterator[bytes]:
    for start in range(0, len(run), LINE_BYTES):
        yield run[start : start + LINE_BYTES]


def roll_figures(
    ledger: Record, election: str, stop: int | None = None, progress: Callable[[int], None] = lambda _: None
) -> RollFigures:
    """Give a roll as of the last event before position `stop`, or of all."""
    size = ledger.head().size if stop is None else stop
    return fold_roll(ledger.scan(0, size), election, size - 1, progress)


def fold_roll(
    events: Iterable[tuple[int, Event]], election: str, position: int, progress: Callable[[int], None] = lambda _: None
) -> RollFigures:
    """Fold events into the figures of a roll."""
    roll = RollFold(election)
    for number, (_, event) in enumerate(events):
        roll.take(event)
        if number % PAGE == 0:
            progress(PAGE)
    return roll.figures(position)

"""The checks of rolls: what the franchise gives is what was added, and frozen or certified rolls are what they say.

The record is read once more, in its order. A build is made anew from what was on record as of its position, and
compared person by person; entries added one at a time are judged as they were when they were added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.decision import fold
from ledger.errors import PollbookError
from ledger.event import Event
from ledger.leaf import decode
from ledger.progress import Progress, Stages, unseen_stage
from ledger.roll_figures import RollFigures
from ledger.rules.eligibility import evaluate_all
from ledger.rules.franchise import Franchise
from ledger.storage.store import Ledger
from ledger.streams.basis import Basis
from ledger.streams.entries import WHERE
from ledger.streams.entry import EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.founding import Founding, LedgerFounded, founding_stream
from ledger.streams.franchise import FranchiseAdopted
from ledger.streams.freeze import published_sections
from ledger.streams.live import dated_back_faults
from ledger.streams.merge import MergeUndone, PersonsMerged
from ledger.streams.ordered import DECIDED
from ledger.streams.roll import RollCertified, RollCopySupplied, RollCounted, RollFrozen
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.roll.figures import CHANGING, READS, RollFold
from projections.verify.again import read_again
from projections.verify.build_again import check_build
from projections.verify.entry_steps import freeze_faults, step_faults
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

CHANGE = (EntryAdded, EntryAmended, EntryRemoved, EntryRestored)
ROLL = (*CHANGE, FranchiseAdopted, RollBuildClosed, RollFrozen, RollCounted, RollCertified, RollCopySupplied)
UNREADABLE = (PollbookError, TypeError, ValueError, KeyError, OverflowError)


@dataclass(slots=True)
class Seen:
    """One election's roll as it was read so far."""

    fold: RollFold
    rules: list[Franchise] = field(default_factory=list)
    frozen: bool = False
    versions: list[tuple[int, str]] = field(default_factory=list)  # of the roll: number and root
    entries: dict[int, int] = field(default_factory=dict)  # of each version
    changed: int = -1  # position of the last entry or build
    founding: Founding = field(default_factory=founding_stream)
    freeze: tuple[int, RollFrozen] | None = None
    certified: set[int] = field(default_factory=set)  # versions of the roll
    removed: dict[tuple[str, int], str] = field(default_factory=dict)  # stream and number of an entry -> cause
    counted: list[RollCounted] = field(default_factory=list)
    figures: dict[int, RollFigures] = field(default_factory=dict)
    builds: dict[str, tuple[int, RollBuildOpened]] = field(default_factory=dict)
    stops: list[int] = field(default_factory=list)  # positions that freezes and certificates name, the next one first

    def count_up_to(self, position: int) -> None:
        """Count the roll as of every stop before a position, of which nothing before it is left to be taken in."""
        while self.stops and self.stops[0] < position:
            stop = self.stops.pop(0)
            self.figures[stop] = self.fold.figures(stop)


def check_rolls(
    ledger: Ledger, record: RecordRead, unchecked: dict[str, str], shown: Stages = unseen_stage
) -> Iterator[Finding]:
    """E12: entries, builds, freezes and certificates of every election that has a roll."""
    elections = {event.election for _, event in record.others if isinstance(event, ROLL)}
    if not elections:
        return
    founding = fold(founding_stream(), [event for _, event in record.others if isinstance(event, LedgerFounded)][:1])
    rolls = {name: Seen(RollFold(name), founding=founding) for name in sorted(elections)}
    for _, event in record.others:
        if isinstance(event, RollFrozen | RollCertified) and event.as_of_position < record.rows:
            rolls[event.election].stops.append(event.as_of_position)
    for seen in rolls.values():
        seen.stops = sorted(set(seen.stops))
    try:
        with shown("checking the roll", record.rows) as progress:
            yield from _follow(ledger, record.rows, rolls, progress, shown)
    except UNREADABLE as error:  # what cannot be read, or does not replay, is a finding of its own check
        unchecked["E12"] = f"a roll could not be followed to its end: {str(error)[:200]}"
        return
    for name, seen in rolls.items():
        yield from _check_counted(seen)
        yield from _check_one_each(name, seen)


def _follow(
    ledger: Ledger, rows: int, rolls: Mapping[str, Seen], progress: Progress, shown: Stages
) -> Iterator[Finding]:
    """Follow the rolls through the record, each event held against what stood before it."""
    merged: dict[str, str] = {}
    for row in read_again(ledger, (*ROLL, *READS), rows, progress):
        position, event = row[0], decode(row)
        _follow_merges(merged, event)
        election = getattr(event, "election", None)
        for seen in rolls.values():
            seen.count_up_to(position)
        if isinstance(event, ROLL) and isinstance(election, str):
            yield from _check(ledger, position, event, rolls[election], merged, shown)
        for name, seen in rolls.items():
            seen.fold.take(event)
            if isinstance(event, CHANGING) and event.election == name:
                seen.changed = position
        if isinstance(event, RollBuildOpened) and event.election in rolls:
            rolls[event.election].builds[event.stream] = (position, event)
    for seen in rolls.values():
        seen.count_up_to(rows)


def _follow_merges(merged: dict[str, str], event: Event) -> None:
    key = event.stream.partition("/")[2]
    match event:
        case PersonsMerged():
            merged[key] = event.kept
        case MergeUndone():
            merged.pop(key, None)


def _finding(code: str, position: int, what: str, expected: object, found: object) -> Finding:
    return Finding("E12", code, position, what, str(expected), str(found))


def _check(
    ledger: Ledger, position: int, event: Event, seen: Seen, merged: dict[str, str], shown: Stages
) -> Iterator[Finding]:
    """Check one event that makes or changes a roll, by what stood before it."""
    if isinstance(event, CHANGE) and event.batch is None:
        for code, expected, found in step_faults(event, seen.fold, seen.rules[-1] if seen.rules else None):
            yield _finding(code, position, event.stream, expected, found)
    if isinstance(event, CHANGE):
        for code, expected, found in freeze_faults(event, seen.freeze[1] if seen.freeze else None, seen.removed):
            yield _finding(code, position, event.stream, expected, found)
    match event:
        case FranchiseAdopted():
            if seen.frozen:
                yield _finding("after-freeze", position, event.stream, "a roll that is not frozen", "a franchise")
            seen.rules.append(event.rule)
        case RollBuildClosed():
            if seen.frozen:
                yield _finding("after-freeze", position, event.stream, "a roll that is not frozen", "a build")
            opened = seen.builds.get(event.stream)
            if opened is not None:
                seen.fold.take(event)
                yield from check_build(ledger, opened, (position, event), seen.rules, seen.fold, shown)
        case EntryAdded():
            yield from _check_added(ledger, position, event, seen, merged)
        case EntryAmended() | EntryRemoved() | EntryRestored():
            yield from _check_cause(position, event, seen)
        case RollFrozen() | RollCertified():
            yield from _check_version(position, event, seen)
        case RollCounted():
            yield from _check_count(position, event, seen)
        case RollCopySupplied():
            yield from _check_copy(position, event, seen)


def _check_added(
    ledger: Ledger, position: int, event: EntryAdded, seen: Seen, merged: dict[str, str]
) -> Iterator[Finding]:
    person = event.stream.rpartition("/")[2]
    if event.batch is not None:  # of a build, which is made anew as a whole
        return
    if person in merged:
        yield _finding("merged-person", position, event.stream, "a person who is kept", f"merged into {merged[person]}")
    category = seen.rules[-1].category(event.category) if seen.rules else None
    if category is None or category.section != event.section:
        expected = f"{category.category}, in {category.section}" if category else "a category of the franchise"
        yield _finding("unknown-category", position, event.stream, expected, f"{event.category}, in {event.section}")
        return
    if event.source in DECIDED:
        if not event.basis.startswith(DECIDED[event.source]):
            yield _finding("cause-required", position, event.stream, f"the {event.source} by its stream", event.basis)
        return
    if seen.frozen:
        yield _finding("after-freeze", position, event.stream, "a ruling or an appeal", event.source)
    basis = fold(Basis(event.basis), (each for at, each in ledger.stream(event.basis) if at < position))
    certified = basis.file != "" and any(at < position for at, _ in ledger.stream(f"certificate/{basis.file}"))
    taken = seen.rules[-1].takes(basis.category, basis.register) is category
    admitted = basis.application is not None and basis.application.admitted is not None
    failed = [] if admitted else evaluate_all(category, basis.facts(certified=certified))
    wanting = [each.code for each in failed if each.outcome != "passed"]
    if not taken or wanting or merged.get(basis.key, basis.key) != person:
        found = ", ".join(wanting) or f"{basis.category or 'nothing'} of {basis.key}"
        yield _finding("not-entitled", position, event.stream, f"what gives an entry of {category.category}", found)
    where, said = tuple(basis.placed(name) for name in WHERE), (event.affiliate, event.region, event.unit)
    if said != where:
        expected, found = (", ".join(each or "none" for each in one) for one in (where, said))
        yield _finding("basis-differs", position, event.stream, f"affiliate, region and unit: {expected}", found)


def _check_cause(position: int, event: EntryAmended | EntryRemoved | EntryRestored, seen: Seen) -> Iterator[Finding]:
    if event.cause in DECIDED:
        if event.basis is None or not event.basis.startswith(DECIDED[event.cause]):
            basis = event.basis or "none"
            yield _finding("cause-required", position, event.stream, f"the {event.cause} by its stream", basis)
    elif seen.frozen and event.cause != "clerical":
        yield _finding("after-freeze", position, event.stream, "a ruling, an appeal or a clerical error", event.cause)


def _check_version(position: int, event: RollFrozen | RollCertified, seen: Seen) -> Iterator[Finding]:
    """Hold a freeze or a certificate against the entries as of the position that it names."""
    what = f"{event.type} of {event.stream}"
    number, root = seen.versions[-1] if seen.versions else (0, "")
    again = isinstance(event, RollFrozen) == seen.frozen
    figures = seen.figures.get(event.as_of_position)
    version = number if event.root == root else number + 1
    root, entries, batches = _of(figures)
    wanted: tuple[object, ...] = (version, root, batches)
    found: tuple[object, ...] = (event.roll_version, event.root, event.open_batches)
    if isinstance(event, RollFrozen):
        wanted, found = (*wanted, entries), (*found, event.entries)
    if again or wanted != found:
        expected = ", ".join(map(str, wanted)) if not again else "a freeze first, and one freeze"
        yield _finding("roll-differs", position, what, expected, ", ".join(map(str, found)))
    if event.as_of_position < seen.changed:
        expected = f"the roll as of event {seen.changed}, its last change, or later"
        yield _finding("roll-differs", position, what, expected, f"as of event {event.as_of_position}")
    if isinstance(event, RollFrozen):
        recorded = figures.changed if figures else ""
        for code, *rest in dated_back_faults(seen.founding, event.published, "the roll's last change", recorded):
            yield _finding(code, position, what, *rest)
        seen.frozen = True
        seen.freeze = seen.freeze or (position, event)
        shown = published_sections(figures.sections) if figures else ()
        if event.sections != shown:
            says = (", ".join(f"{each.section} {each.entries}" for each in each_) for each_ in (shown, event.sections))
            yield _finding("roll-differs", position, what, *says)
    else:
        if figures and event.open_cases != figures.open_cases:
            yield _finding("roll-differs", position, what, f"{figures.open_cases} open cases", event.open_cases)
        if event.roll_version in seen.certified:
            expected = f"one certificate of version {event.roll_version}"
            yield _finding("roll-certified", position, what, expected, "another before it")
        seen.certified.add(event.roll_version)
    seen.versions.append((event.roll_version, event.root))
    seen.entries.setdefault(event.roll_version, entries)


def _of(figures: RollFigures | None) -> tuple[str, int, tuple[str, ...]]:
    return (figures.root, figures.entries, figures.open_batches) if figures else ("no event at that position", 0, ())


def _check_copy(position: int, event: RollCopySupplied, seen: Seen) -> Iterator[Finding]:
    """Hold a copy against the version that it is of: it may be of a part."""
    entries = seen.entries.get(event.roll_version)
    if entries is None or event.rows > entries:
        expected = f"at most the {entries} of version {event.roll_version}" if entries is not None else "a version"
        yield _finding("roll-differs", position, event.stream, expected, f"{event.rows} of {event.roll_version}")


def _check_count(position: int, event: RollCounted, seen: Seen) -> Iterator[Finding]:
    """Take a part of a count in, which comes with the freeze, under one command."""
    _, frozen = seen.freeze or (0, None)
    wanted = (frozen.version + len(seen.counted) + 1, frozen.command, frozen.roll_version) if frozen else ()
    if (event.version, event.command, event.roll_version) != wanted:
        expected = "counts that came with the freeze, one after the other"
        yield _finding("roll-differs", position, event.stream, expected, "another count")
        return
    seen.counted.append(event)


def _check_counted(seen: Seen) -> Iterator[Finding]:
    """Hold the cells of all counts that came with a freeze against the entries: none left out, none told twice."""
    if seen.freeze is None:
        return
    position, event = seen.freeze
    frozen = seen.figures.get(event.as_of_position)
    cells = [cell for counted in seen.counted for cell in counted.cells]
    found = sorted(((cell.section, cell.category, cell.region or ""), cell.entries) for cell in cells)
    wanted = (
        sorted(((*cell[:2], cell.region or ""), entries) for cell, entries in frozen.cells.items()) if frozen else []
    )
    if found != wanted:
        says = (f"{sum(each[1] for each in part)} entries in {len(part)} cells" for part in (wanted, found))
        yield _finding("roll-differs", position, f"the counts of {event.stream}", *says)


def _check_one_each(election: str, seen: Seen) -> Iterator[Finding]:
    """Find people, merged ones as one, who hold more live entries than the franchise in force allows."""
    for person, number, several, kept in seen.fold.doubles():
        what = f"entry/{election}/{person}"
        yield Finding("E12", "duplicate-entitlement", None, what, f"{several}, entry {kept} kept", str(number))

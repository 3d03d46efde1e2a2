"""A build of the roll made anew: what the franchise gave, as of the build's position, beside what was added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ledger.batches.build import Entitled, Right
from ledger.progress import Stages, unseen_stage
from ledger.rules.franchise import Franchise, franchise_hash
from ledger.storage.store import Ledger
from ledger.streams.entry import EntryAdded, EntryNow, kept_instead
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.roll.entitled import EntitledPeople
from projections.roll.figures import RollFold
from projections.verify.finding import Finding

SHOWN_MAX = 100  # entries of one build that are told one by one


class Added(NamedTuple):
    """Entries of one person that a build added, each with its position."""

    key: str
    entries: list[tuple[int, Right, str]]


class Held(NamedTuple):
    """Every entry that one person has or had as the build was closed."""

    key: str
    entries: list[EntryNow]


def check_build(
    ledger: Ledger,
    opened: tuple[int, RollBuildOpened],
    closed: tuple[int, RollBuildClosed],
    rules: Sequence[Franchise],
    fold: RollFold,
    shown: Stages = unseen_stage,
) -> Iterator[Finding]:
    """E12: a build added just what the franchise gave to whoever had none, and said so.

    Args:
        rules: versions of the franchise that were adopted by then.
        fold: the roll as the build was closed, with its entries.
    """
    start, begun = opened
    position, said = closed
    rule = next((each for each in rules if franchise_hash(each) == begun.franchise), None)
    if rule is None or begun.as_of_position >= start:
        expected = "a franchise that was adopted, and a position before the build"
        found = f"{begun.franchise} as of event {begun.as_of_position}"
        yield Finding("E12", "build-differs", start, begun.stream, expected, found)
        return
    with shown(f"making {begun.stream} anew", begun.as_of_position + 1) as progress:
        people = EntitledPeople(ledger, begun.election, rule, begun.as_of_position, progress)
    added = _added(ledger, start, position, begun.stream)
    accepted = held = told = 0
    for expected_rights, entries, had in _side_by_side(_one_by_one(people), added, _held(fold)):
        accepted += len(entries)
        held += len(expected_rights) - len(entries)
        for finding in _compare(expected_rights, entries, had, rule):
            told += 1
            if told <= SHOWN_MAX:
                yield finding.as_finding(begun.stream, position)
    numbers = (accepted, held, dict(people.failed))
    others = (said.accepted, said.held, {each.test: each.rows for each in said.failed})
    if numbers != others:
        yield Finding("E12", "build-differs", position, begun.stream, str(numbers), str(others))


class Fault(NamedTuple):
    """What is wrong with the entries of one person."""

    position: int | None
    key: str
    code: str
    expected: str
    found: str

    def as_finding(self, stream: str, closed: int) -> Finding:
        """Say it of a build, at the event that closed it where no entry is at fault."""
        at = closed if self.position is None else self.position
        return Finding("E12", self.code, at, f"{stream}, {self.key}", self.expected, self.found)


def _one_by_one(people: EntitledPeople) -> Iterator[Entitled]:
    for page in people.pages(lambda _: None):
        yield from page


def _added(ledger: Ledger, start: int, stop: int, batch: str) -> Iterator[Added]:
    found = (
        (event.stream.rpartition("/")[2], (position, _right(event), event.basis))
        for position, event in ledger.scan(start, stop)
        if isinstance(event, EntryAdded) and event.batch == batch
    )
    for key, group in groupby(found, key=lambda each: each[0]):
        yield Added(key, [each for _, each in group])


def _right(event: EntryAdded) -> Right:
    return Right(event.category, event.section, event.affiliate, event.region, event.unit, event.source)


def _held(fold: RollFold) -> Iterator[Held]:
    for key, group in groupby(fold.every(), key=lambda each: each[0]):
        yield Held(key, [EntryNow(number, *place, live, "") for _, number, place, live in group])


Rights = Sequence[tuple[Right, str]]


def _side_by_side(
    people: Iterable[Entitled], added: Iterable[Added], held: Iterable[Held]
) -> Iterator[tuple[Rights, list[tuple[int, Right, str]], list[EntryNow]]]:
    """Go through three lists in the order of keys, and give what each has of one person."""
    given, entries, had = iter(people), iter(added), iter(held)
    one, two, three = next(given, None), next(entries, None), next(had, None)
    while one or two:
        key = min(each.key for each in (one, two) if each)
        while three and three.key < key:
            three = next(had, None)
        rights: Rights = one.rights if one and one.key == key else ()
        found = two.entries if two and two.key == key else []
        yield rights, found, three.entries if three and three.key == key else []
        one = next(given, None) if one and one.key == key else one
        two = next(entries, None) if two and two.key == key else two


def _compare(
    rights: Rights, entries: list[tuple[int, Right, str]], had: list[EntryNow], rule: Franchise
) -> Iterator[Fault]:
    """Compare what one person was to have with what was added: nothing else, and nothing left out but for room."""
    left = Counter(rights)
    for position, right, basis in entries:
        if not left[right, basis]:
            expected = "; ".join(f"{' '.join(filter(None, one))} by {by}" for one, by in rights) or "no entry"
            found = f"{' '.join(filter(None, right))} by {basis}"
            yield Fault(position, basis, "not-entitled", expected, found)
        left[right, basis] -= 1
    for right, basis in left.elements():
        if kept_instead(rule.several, had, right.section, right.affiliate) is None:
            yield Fault(None, basis, "entry-missing", f"an entry in {right.section}", "none, nor another in its place")

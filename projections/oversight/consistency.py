"""Are like cases treated alike: what panels decide on each ground, what became of like cases, whose reasons are one.

Cases are alike here if they rest on the same grounds, on evidence of the same classes, and are about people of the same
category; what else they had in common or not, nobody can tell from public fields. So what is found is no fault of
anybody's: it is where to look. Every ruling counts, those that another one replaced too, but likeness is asked of the
ruling that answers its case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from ledger.rules.fairness import ADVERSE
from projections.oversight.rows import RulingRow
from projections.oversight.wilson import Share, share

ALL = "all"
SAME_REASONS_MOST = 20  # cases on which the same reasons are not told
ALARM_LEAST = 10  # decided appeals from which a rate of 0% or 100% is an alarm: of fewer it is what chance does
REVERSED = ("allowed", "varied", "remitted")  # outcomes of appeals after which the ruling does not stand as it was
COMES_TO = {
    "refuse": "out",
    "remove": "out",
    "suspend": "suspended",
    "admit": "in",
    "restore": "in",
    "no-action": "in",
}  # what an outcome comes to, whether one applied or was on the roll; to refer up decides nothing


class Cell(NamedTuple):
    """What one decider decided on one ground: rulings, each outcome's share of them, and the adverse outcomes'."""

    ground: str
    by: str
    rulings: int
    outcomes: tuple[tuple[str, Share], ...]
    adverse: Share


class Unlike(NamedTuple):
    """Like cases that were decided differently.

    Attributes:
        grounds, classes, category: what they have in common.
        cases: how many there are; `pairs`, of how many pairs of them the two came to something else.
        decided: (decider, outcome) -> ids of rulings, in order.
    """

    grounds: tuple[str, ...]
    classes: tuple[str, ...]
    category: str
    cases: int
    pairs: int
    decided: Mapping[tuple[str, str], tuple[str, ...]]


class SameReasons(NamedTuple):
    """Reasons that are the same text, but for case and signs, on many cases, as they were made or corrected."""

    reasons_key: str
    cases: int
    words: int
    by: tuple[str, ...]
    grounds: tuple[str, ...]
    first: str
    last: str


class Reversal(NamedTuple):
    """What became of decided appeals against rulings.

    Attributes:
        name: of the ground or the decider.
        outcomes: each outcome with how many; `reversed`, those after which the ruling does not stand, of all decided.
        alarm: whether it is 0% or 100% of at least ALARM_LEAST.
    """

    name: str
    outcomes: tuple[tuple[str, int], ...]
    reversed: Share
    alarm: bool


class Consistency(NamedTuple):
    """The whole answer.

    Attributes:
        cells: by ground, then by decider; decider `all` first.
        sources: (source, rulings, adverse share).
        by_ground, by_decider: reversals, of those with decided appeals.
    """

    cells: tuple[Cell, ...]
    unlike: tuple[Unlike, ...]
    reasons: tuple[SameReasons, ...]
    sources: tuple[tuple[str, Share], ...]
    by_ground: tuple[Reversal, ...]
    by_decider: tuple[Reversal, ...]


def consistency_of(rows: Sequence[RulingRow]) -> Consistency:
    """Ask rulings whether like cases were treated alike; a ruling on several grounds counts under each."""
    return Consistency(
        tuple(_cells(rows)),
        tuple(sorted(_unlike(rows), key=lambda each: (-each.pairs, each.grounds, each.classes, each.category))),
        tuple(_same_reasons(rows)),
        tuple((source, _adverse(of)) for source, of in _grouped(rows, lambda row: (row.detection,))),
        tuple(_reversals(rows, lambda row: row.grounds)),
        tuple(_reversals(rows, lambda row: (row.decider,))),
    )


def _grouped(
    rows: Iterable[RulingRow], names: Callable[[RulingRow], Iterable[str]]
) -> list[tuple[str, list[RulingRow]]]:
    groups: dict[str, list[RulingRow]] = defaultdict(list)
    for row in rows:
        for name in names(row):
            groups[name].append(row)
    return sorted(groups.items())


def _adverse(rows: Sequence[RulingRow]) -> Share:
    return share(sum(row.outcome in ADVERSE for row in rows), len(rows))


def _cells(rows: Sequence[RulingRow]) -> Iterator[Cell]:
    for ground, on_it in _grouped(rows, lambda row: row.grounds):
        for by, theirs in ((ALL, on_it), *_grouped(on_it, lambda row: (row.decider,))):
            counts = {outcome: len(of) for outcome, of in _grouped(theirs, lambda row: (row.outcome,))}
            outcomes = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
            shares = tuple((outcome, share(count, len(theirs))) for outcome, count in outcomes)
            yield Cell(ground, by, len(theirs), shares, _adverse(theirs))


def _unlike(rows: Sequence[RulingRow]) -> Iterator[Unlike]:
    alike: dict[tuple[tuple[str, ...], tuple[str, ...], str], list[RulingRow]] = defaultdict(list)
    for row in rows:
        if row.superseded_by is None and row.outcome in COMES_TO:
            alike[tuple(sorted(row.grounds)), row.classes, row.place.category].append(row)
    for (grounds, classes, category), group in alike.items():
        came_to = [len(of) for _, of in _grouped(group, lambda row: (COMES_TO[row.outcome],))]
        pairs = sum(one * other for one, other in combinations(came_to, 2))
        if pairs:
            decided: dict[tuple[str, str], list[str]] = defaultdict(list)
            for row in group:
                decided[row.decider, row.outcome].append(row.id)
            named = {key: tuple(ids) for key, ids in sorted(decided.items())}
            yield Unlike(grounds, classes, category, len(group), pairs, named)


def _keys(row: RulingRow) -> tuple[str, ...]:
    """Give the keys of a ruling's reasons: as they were made, and as they were put right; a slip hides neither."""
    made, corrected = row.reasons_key, row.corrected_key
    return (made,) if corrected in (None, made) else (made, str(corrected))


def _same_reasons(rows: Sequence[RulingRow]) -> Iterator[SameReasons]:
    found = []
    for key, group in _grouped(rows, _keys):
        cases = len({row.case for row in group})
        if cases > SAME_REASONS_MOST:
            by, grounds = {row.decider for row in group}, {name for row in group for name in row.grounds}
            made = [row.ruled for row in group]
            words = next(each.reasons_words if each.reasons_key == key else each.corrected_words or 0 for each in group)
            found.append(
                SameReasons(key, cases, words, tuple(sorted(by)), tuple(sorted(grounds)), min(made), max(made))
            )
    yield from sorted(found, key=lambda each: (-each.cases, each.reasons_key))


def _reversals(rows: Sequence[RulingRow], names: Callable[[RulingRow], Iterable[str]]) -> Iterator[Reversal]:
    decided = [row for row in rows if row.appeal and row.appeal.outcome]
    for name, of in (*([(ALL, decided)] if decided else []), *_grouped(decided, names)):
        counts = {
            outcome: len(those)
            for outcome, those in _grouped(of, lambda row: (row.appeal.outcome or "",) if row.appeal else ())
        }
        number = sum(counts.get(outcome, 0) for outcome in REVERSED)
        alarm = len(of) >= ALARM_LEAST and number in (0, len(of))
        yield Reversal(name, tuple(counts.items()), share(number, len(of)), alarm)

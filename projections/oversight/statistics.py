"""Numbers of rulings for the public: how many people were refused, removed or suspended, and no small number of them.

Each table parts rulings by names of its own, one below the other, and is released as editions of a roll are
(`projections.roll.suppression`): what has fewer than LEAST is pooled, with enough beside it that no small number is
told by adding and subtracting. No name stands in two tables of the same rulings, so no two of them tell of one small
cell together: what became of appeals is told by ground alone, and not by panel too.

Who knows that all whom one panel refused are among those of one ground can subtract the two. So of two figures of
different tables the fourfold table (in both, in one, in the other, in neither) has no empty cell beside one of fewer
than LEAST; where it would have, the later table is withheld as a whole.

People are counted, and not rulings: ten rulings about one person are one person. In each table a person counts once, by
the first ruling of its kind that they were told of. So the cells of a table share nobody.

Every ruling of which the person was told is in one set of numbers (`editions`), by when that was recorded: the public
hears nothing before them. What had become of it is told as of the end of its set, and not again later.

Source: as of `projections.roll.suppression`; A. Hundepool and others, Statistical Disclosure Control (Wiley 2012),
chapter 5, linked tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import or_
from typing import NamedTuple

from ledger.rules.fairness import ADVERSE
from projections.oversight.consistency import ALL, REVERSED
from projections.oversight.rows import RulingRow
from projections.roll.suppression import LEAST, OTHERS, TREE, Cell, Release, label, releases

NONE = "-"  # of a place that is not on record
NO_APPEAL, ATTEMPTED, NOT_APPEALED = "no appeal lies", "no appeal lies, tried", "not appealed"
PENDING, ENDED, STOOD, DID_NOT_STAND = "pending", "withdrawn or not let in", "stood", "did not stand"
AGAINST, NOT_AGAINST = "people who were refused, removed or suspended", "people with a ruling that is not against them"


class Sheet(NamedTuple):
    """A table: what it is of, and by which names it is parted, one below the other.

    Attributes:
        levels: names of columns, at most as many as TREE has.
        cell: gives the values of a ruling for the levels.
        by: the levels that its figures are told by, each on its own or together.
    """

    name: str
    title: str
    of: str
    levels: tuple[str, ...]
    cell: Callable[[RulingRow], tuple[str, ...]]
    by: tuple[tuple[str, ...], ...]


def fate(row: RulingRow) -> str:
    """Say what became of a ruling: whether an appeal lies, and whether it stood."""
    state = row.appeal_state
    if row.no_appeal is not None or state == "attempted":
        return ATTEMPTED if row.appeal else NO_APPEAL
    if state in REVERSED:
        return DID_NOT_STAND
    known = {"dismissed": STOOD, "withdrawn": ENDED, "leave-refused": ENDED, "pending": PENDING, "late": PENDING}
    return known.get(state, NOT_APPEALED)


def _outcome(row: RulingRow) -> tuple[str, ...]:
    return (row.outcome,)


SHEETS = (
    Sheet("outcomes", "By what was decided", AGAINST, ("outcome",), _outcome, (("outcome",),)),
    Sheet("others", "What else was decided", NOT_AGAINST, ("outcome",), _outcome, (("outcome",),)),
    Sheet(
        "grounds", "By ground, and what became of appeals", AGAINST, ("grounds", "appeal"),
        lambda row: (" + ".join(sorted(row.grounds)) or NONE, fate(row)),
        (("grounds",), ("appeal",), ("grounds", "appeal")),
    ),
    Sheet("panels", "By who decided", AGAINST, ("by",), lambda row: (row.decider,), (("by",),)),
    Sheet(
        "places", "By where the person stood on the roll", AGAINST, ("category", "region", "unit"),
        lambda row: (row.place.category or NONE, row.place.region or NONE, row.place.unit or NONE),
        (("category",), ("region",), ("unit",)),
    ),
    Sheet(
        "days", "By when it was decided (UTC)", AGAINST, ("month", "day"),
        lambda row: (row.ruled[:7], row.ruled[:10]), (("month",), ("day",)),
    ),
    Sheet("sources", "By how it was found", AGAINST, ("source",), lambda row: (row.detection,), (("source",),)),
)  # fmt: skip


class Figure(NamedTuple):
    """One number that is told.

    Attributes:
        values: of the columns that it is told by; `others` is what was pooled.
        number: of people; exact, and LEAST or more.
        more: whether some of these people are counted among others.
        query: says who these are.
    """

    values: tuple[str, ...]
    number: int
    more: bool
    query: str


@dataclass(frozen=True, slots=True)
class Told:
    """A sheet as the public sees it: the figures by each of its `by`, and the number of all its people.

    Where all come to less than LEAST, that is all that is told: `all` is None, and there are no figures. If it is
    `withheld`, beside a table that is told it would tell of few people.
    """

    sheet: Sheet
    all: int | None
    figures: tuple[tuple[tuple[str, ...], tuple[Figure, ...]], ...]
    withheld: bool = False


class Rate(NamedTuple):
    """How many had a ruling on a ground that did not stand, of those whose appeal was determined; exact."""

    grounds: str
    reversed: int
    determined: int

    @property
    def rate(self) -> Fraction:
        """The share that did not stand."""
        return Fraction(self.reversed, self.determined)


def told_of(rows: Sequence[RulingRow], least: int = LEAST) -> list[Told]:
    """Tell the public how many people rulings are about, by every sheet.

    Args:
        rows: in the order in which people were told of them.
    """
    told: list[Told] = []
    known: dict[str, list[int]] = defaultdict(list)
    for sheet in SHEETS:
        cells = _cells(sheet, rows)
        (release,) = releases([{cell: people.bit_count() for cell, people in cells.items()}], least=least)
        sets = [people for by in sheet.by for people in _people(sheet, release, by, cells)]
        if not release.entries:  # so few that even their names would tell of them
            told.append(Told(sheet, None, tuple((by, ()) for by in sheet.by)))
        elif _tells_of_few(sets, known[sheet.of], least):
            told.append(Told(sheet, release.entries, tuple((by, ()) for by in sheet.by), withheld=True))
        else:
            known[sheet.of] += sets
            figures = tuple((by, tuple(_figures(sheet, release, by))) for by in sheet.by)
            told.append(Told(sheet, release.entries, figures))
    return told


def _cells(sheet: Sheet, rows: Sequence[RulingRow]) -> dict[Cell, int]:
    """Give the people of each cell, as the bits of a number: a bit for each person, the same in every table."""
    first: dict[str, RulingRow] = {}
    for row in rows:
        if (row.outcome in ADVERSE) == (sheet.of == AGAINST):
            first.setdefault(row.person, row)
    cells: dict[Cell, int] = defaultdict(int)
    for bit, row in enumerate(first.values()):
        values = sheet.cell(row)
        cells[(*values, *("" for _ in TREE[len(values) :]))] |= 1 << bit
    return cells


def _people(sheet: Sheet, release: Release, by: tuple[str, ...], cells: Mapping[Cell, int]) -> Iterator[int]:
    """Give the people of each figure."""
    places = [sheet.levels.index(name) for name in by]
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for part in release.numbers:
        named = label(part)
        for cell in part:
            found[tuple(named[place] for place in places)] |= cells[cell]
    yield from found.values()


def _tells_of_few(sets: Sequence[int], known: Sequence[int], least: int) -> bool:
    """Whether a fourfold table of two figures, one of each, has an empty cell beside one of fewer than `least`."""
    everybody = reduce(or_, sets, 0)
    for one, other in product(sets, known):
        both, either = one & other, one | other
        fourfold = [each.bit_count() for each in (both, one ^ both, other ^ both, everybody ^ either)]
        if 0 in fourfold and any(0 < number < least for number in fourfold):
            return True
    return False


def _figures(sheet: Sheet, release: Release, by: tuple[str, ...]) -> Iterator[Figure]:
    names = [TREE[sheet.levels.index(name)] for name in by]
    more = release.more(*names)
    for values, number in release.by(*names).items():
        told = " and ".join(
            f"{name} = {'any that is pooled' if value == OTHERS else value}"
            for name, value in zip(by, values, strict=True)
        )
        yield Figure(values, number, values in more, f"{sheet.of} where {told}")


def rates_of(told: Sequence[Told]) -> list[Rate]:
    """Give the rates of reversal that follow from what is told: of all, then by grounds.

    A rate is told where both of its numbers are, or where one is and nothing is pooled that could be the other.
    """
    (figures,) = (dict(each.figures) for each in told if each.sheet.name == "grounds")
    of_all = {(ALL, *each.values): each for each in figures[("appeal",)]}
    by_ground = {each.values: each for each in figures["grounds", "appeal"]}
    across = any(ground == OTHERS for ground, _ in by_ground)
    rates = [_rate(ALL, of_all, pooled=(ALL, OTHERS) in of_all)]
    for ground in dict.fromkeys(ground for ground, _ in by_ground if ground != OTHERS):
        rates.append(_rate(ground, by_ground, pooled=across or (ground, OTHERS) in by_ground))
    return [each for each in rates if each is not None]


def _rate(name: str, told: Mapping[tuple[str, ...], Figure], *, pooled: bool) -> Rate | None:
    stood, reversed_ = (told.get((name, became)) for became in (STOOD, DID_NOT_STAND))
    numbers = [each.number for each in (stood, reversed_) if each and each.number and not each.more]
    if not numbers or (len(numbers) == 1 and pooled):
        return None
    return Rate(name, reversed_.number or 0 if reversed_ else 0, sum(numbers))

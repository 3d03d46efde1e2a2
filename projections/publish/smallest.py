"""What of a count may be read by everybody: no number of papers from 1 up to one less than the smallest cell.

A contest that does not publish its papers names the smallest number of papers that may be shown alone. Whoever
can add and subtract reads more than what is printed, so it is not enough to leave small numbers out. What is shown
is cut back until every number in it, and every difference of two numbers in a row or column of it, is 0 or at
least the smallest cell:

* sections: all of them, if all their stages are fit to be shown, and the rule does not say `combined`; else only
  their sum, as the one section `all`; and no stage where certified totals, or the points of an electoral college,
  would take that sum apart;
* stages: the last ones, as many as are fit without a gap, each number and each change from stage to stage; of
  those before them only who was excluded;
* rejected papers: by section and reason; else by reason; else their sum; else nothing. How they were marked is never
  shown;
* under the single transferable vote no number of votes and no line: papers go on at fractions of their worth, and a
  fraction can tell how many papers it is of (2433/80 is 30 papers and one at 33/80);
* what a reason says in words, where it counts rejected papers, as of yes or no;
* lines of the profile: those of at least the smallest cell; and then the next larger lines are joined to the
  rest as well, until the rest alone would be fit as a stage table. So nothing is had by taking lines from the table.

Where no stage is fit to be shown, no number of valid papers is shown and no line: twice as many papers alike would end
in the same way. Where some are: had all those excluded in stages not shown had no papers but those of the lines, the
same numbers would stand here, and every hidden cell would be a sum of some that are shown. That something is hidden
does tell that something in it is small; and in a contest of a few papers the outcome can tell more than any number:
how a tie was broken, that nobody had a majority yet. See docs/decisions/0008-nothing-small-is-shown.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ledger.field import ALL
from ledger.rules.crosses import Plurality, YesNo
from projections.count.crosses import read_crosses
from projections.count.paper import interpret
from projections.count.stage_table import Stage, StageTable
from projections.count.stv_table import STVStage, STVTable
from projections.count.together import as_published, join_stages

if TYPE_CHECKING:
    from ledger.rules.count_rule import CountRule
    from projections.count.count import Table
    from projections.count.stage_table import Profile

ANY = "any"  # stands for all reasons together
NOT_SHOWN = "The numbers behind this are not published."
NOBODY = ""  # who holds non-transferable papers; no candidate has this id

Pile = Any  # (section, holder), or holder
Rejected = dict[str, dict[str, int]]
Holdings = dict[str, list[Counter[str]]]  # section -> for each shown stage: holder -> papers


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be read of a count.

    Attributes:
        table: the count with only the stages shown, by section or for `all`; `valid` and `rejected` only
            where they may be read, and `rejected` perhaps for `all` where the stages are by section.
        hidden: the stages before those, of which only the actions may be read.
        joined: the sections that are shown as one; empty where they are shown one by one.
        papers: section -> marks -> papers; the lines that may be read; None where no line may.
        rest: section -> papers of the lines that may not; sections without them are left out.
        smallest: the smallest number of papers shown alone; 1 where everything is shown.
    """

    table: Table
    hidden: tuple[Stage, ...] | tuple[STVStage, ...]
    joined: tuple[str, ...]
    papers: Profile | None
    rest: Mapping[str, int]
    smallest: int

    @property
    def whole(self) -> bool:
        """Whether nothing is held back."""
        return self.smallest == 1 and not self.joined


def show_all(table: Table, profile: Profile | None) -> Shown:
    """Show everything; where the profile is None, no line of it."""
    return Shown(table, (), (), profile, {}, 1)


def show_fit(table: Table, profile: Profile, rule: CountRule, smallest: int, *, lines: bool) -> Shown:
    """Cut a count back to what may be read where nothing from 1 up to `smallest` - 1 may be.

    Args:
        table: the whole count, of the papers in `profile`.
        profile: section -> marks -> papers.
        smallest: 1 or more; at 1 everything is shown.
        lines: whether lines of the profile are to be shown at all.
    """
    published = as_published(table, rule)
    joined: tuple[str, ...] = ()
    if len(published.sections) < len(table.sections):
        joined, table, profile = table.sections, published, join_profile(profile)
    if smallest == 1:
        return Shown(table, (), joined, profile if lines else None, {}, 1)
    if isinstance(table, STVTable):
        return _show_stv(table, smallest, joined)
    rejected = fit_rejected(table.rejected, smallest, by_section=bool(table.certified))
    kept = table
    if len(table.sections) > 1 and first_fit(table, smallest) > 0:
        joined, kept, profile = table.sections, join_stages(table), join_profile(profile)
    told_apart = bool(table.certified) or any(stage.points is not None for stage in table.stages)
    first = len(kept.stages) if joined and told_apart else first_fit(kept, smallest)
    hidden, stages = kept.stages[:first], kept.stages[first:]
    if isinstance(rule, YesNo) and rule.base == "read":  # the reason counts rejected papers
        stages = tuple(replace(stage, action=replace(stage.action, reason=NOT_SHOWN)) for stage in stages)
    kept = replace(kept, stages=stages, valid=kept.valid if stages else {}, rejected=rejected)
    if not lines:
        return Shown(kept, hidden, joined, None, {}, smallest)
    if not stages:
        return Shown(kept, hidden, joined, {}, {}, smallest)
    papers, rest = _fit_lines(kept, profile, rule, smallest)
    return Shown(kept, hidden, joined, papers, rest, smallest)


def _show_stv(table: STVTable, smallest: int, joined: tuple[str, ...]) -> Shown:
    """Show who was elected and excluded when, and no number of votes: a fraction tells of how many papers it is."""
    kept = replace(table, stages=(), valid={}, rejected=fit_rejected(table.rejected, smallest))
    return Shown(kept, table.stages, joined, None, {}, smallest)


def is_fit(papers: int, smallest: int) -> bool:
    """Whether a number of papers may be shown alone."""
    return papers == 0 or papers >= smallest


def first_fit(table: StageTable, smallest: int) -> int:
    """Index of the first stage from which on all may be shown; the number of stages where none may."""
    return _first_fit([_piles(stage) for stage in table.stages], smallest)


def _first_fit(piles: Sequence[Mapping[Pile, int]], smallest: int) -> int:
    first = len(piles)
    while first and all(is_fit(papers, smallest) for papers in piles[first - 1].values()):
        if first < len(piles) and not _fit_changes(piles[first - 1], piles[first], smallest):
            break
        first -= 1
    return first


def _piles(stage: Stage) -> dict[tuple[str, str], int]:
    held = {(section, name): papers for section, votes in stage.votes.items() for name, papers in votes.items()}
    return held | {(section, NOBODY): papers for section, papers in stage.non_transferable.items()}


def _fit_changes(before: Mapping[Pile, int], after: Mapping[Pile, int], smallest: int) -> bool:
    return all(is_fit(papers - before.get(pile, 0), smallest) for pile, papers in after.items())


def join_profile(profile: Profile) -> Profile:
    """Add the papers of all sections up."""
    papers: Counter[str] = Counter()
    for lines in profile.values():
        papers.update(lines)
    return {ALL: dict(papers)}


def fit_rejected(rejected: Mapping[str, Mapping[str, int]], smallest: int, *, by_section: bool = False) -> Rejected:
    """Give rejected papers in the finest way that may be shown: by section, by reason, in all, or none at all.

    Args:
        by_section: by section or not at all, where sums of sections could be taken apart.
    """
    reasons: Counter[str] = Counter()
    for numbers in rejected.values():
        reasons.update(numbers)
    ways: tuple[Rejected, ...] = (
        {section: dict(numbers) for section, numbers in rejected.items()},
        {ALL: dict(reasons)},
        {ALL: {ANY: reasons.total()}},
    )
    for way in ways[: 1 if by_section else None]:
        if all(is_fit(papers, smallest) for numbers in way.values() for papers in numbers.values()):
            return way
    return {}


def _fit_lines(table: StageTable, profile: Profile, rule: CountRule, smallest: int) -> tuple[Profile, dict[str, int]]:
    """Choose the lines that may be shown, and give how many papers the others are."""
    papers: dict[str, dict[str, int]] = {}
    rest: dict[str, int] = {}
    for section in table.sections:
        valid = {marks: count for marks, count in profile.get(section, {}).items() if _is_valid(marks, table, rule)}
        by_size = sorted(valid.items(), key=lambda line: (line[1], line[0]))
        held = [Counter[str]() for _ in table.stages]
        hidden = 0
        while by_size and (by_size[0][1] < smallest or not _is_fit_rest(held, hidden, smallest)):
            marks, count = by_size.pop(0)
            hidden += count
            for holders, pile in zip(_holders(marks, table, rule), held, strict=True):
                for holder in holders:
                    pile[holder] += count
        papers[section] = dict(sorted(by_size))
        if hidden:
            rest[section] = hidden
    return papers, rest


def _is_fit_rest(held: list[Counter[str]], hidden: int, smallest: int) -> bool:
    """Whether the papers not shown line by line would be fit to be shown as a stage table of their own."""
    if not is_fit(hidden, smallest) or not all(is_fit(papers, smallest) for pile in held for papers in pile.values()):
        return False
    for before, after in pairwise(held):
        if not all(is_fit(papers - before[holder], smallest) for holder, papers in after.items()):
            return False
    return True


def _is_valid(marks: str, table: StageTable, rule: CountRule) -> bool:
    return isinstance(_read(marks, table, rule), tuple)


def _read(marks: str, table: StageTable, rule: CountRule) -> tuple[str, ...] | str:
    if isinstance(rule, Plurality | YesNo):
        return read_crosses(marks, table.candidates, rule, table.votes_each)
    return interpret(marks, table.candidates, rule)


def _holders(marks: str, table: StageTable, rule: CountRule) -> Iterable[Sequence[str]]:
    """Give who holds the votes of a valid paper at each stage that is shown."""
    read = _read(marks, table, rule)
    for stage in table.stages:
        if isinstance(rule, Plurality | YesNo):
            yield [*read, *[NOBODY] * (table.votes_each - len(read))]
        else:
            continuing = stage.candidates
            yield [next((candidate for candidate in read if candidate in continuing), NOBODY)]

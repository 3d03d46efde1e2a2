"""Nothing small can be worked out of what is shown: every small contest is tried as what might lie behind it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import combinations_with_replacement, product
from typing import cast

import pytest
from scenario import ANYTHING_GOES

from projections.count.av import count_av
from projections.count.stage_table import Profile, Stage, StageTable
from projections.count.together import join_stages
from projections.publish.smallest import Shown, join_profile, show_fit

CANDIDATES = ("a", "b", "c")
KINDS = ("a", "b", "c", "a>b", "a>c", "b>a", "b>c", "c>a", "c>b", "")
TO_TWO = ANYTHING_GOES.model_copy(update={"stop": "continue-to-two"})
WORLDS_TRIED = 250
FEW_KINDS = ("a", "b", "b>a", "c>b", "")

Cells = dict[tuple[object, ...], int]


@dataclass(frozen=True)
class World:
    """A contest that might be: every cell there is of it, by section and for all sections joined."""

    profile: Profile
    table: StageTable

    @cached_property
    def cells(self) -> Cells:
        return {**stage_cells(self.table), **moved(self.table), **rejected_cells(self.table), **lines_of(self.profile)}

    @cached_property
    def says(self) -> Cells:
        """What a reader could be told of it, in whichever way."""
        joined = Shown(join_stages(self.table), (), (), join_profile(self.profile), {}, 1)
        return told(Shown(self.table, (), (), self.profile, {}, 1)) | told(joined)

    def agrees(self, numbers: Cells) -> bool:
        """Whether it could lie behind these numbers, whatever would be shown of it."""
        return all(self.says.get(cell, 0) == n for cell, n in numbers.items())


def stage_cells(table: StageTable) -> Cells:
    found: Cells = {}
    for stage in table.stages:
        for section in table.sections:
            found |= {("votes", stage.number, section, name): n for name, n in stage.votes[section].items()}
            found["nobody", stage.number, section] = stage.non_transferable[section]
    return found


def moved(table: StageTable) -> Cells:
    """How many papers came to each pile from the stage before: who ranked whom next."""
    found: Cells = {}
    cells = stage_cells(table)
    for kind, number, *pile in cells:
        before = (kind, cast("int", number) - 1, *pile)
        if before in cells:
            found["moved", kind, number, *pile] = cells[kind, number, *pile] - cells[before]
    return found


def rejected_cells(table: StageTable) -> Cells:
    return {("rejected", of, why): n for of, reasons in table.rejected.items() for why, n in reasons.items()}


def lines_of(profile: Profile) -> Cells:
    return {("line", section, marks): n for section, lines in profile.items() for marks, n in lines.items() if n}


def told(shown: Shown) -> Cells:
    """Every number of the stages, valid and rejected papers, and lines that is shown."""
    table = shown.table
    found = {**stage_cells(table), **lines_of(shown.papers or {})}
    for section, papers in table.valid.items():
        found["valid", section] = papers
    if table.rejected:
        found["rejected",] = sum(rejected_cells(table).values())
    return found


def excluded(stages: Sequence[Stage]) -> tuple[object, ...]:
    """Who was excluded before the last stage; when a count stops is no number, and not asked of other worlds."""
    return tuple(stage.action.candidates for stage in stages[:-1])


def multisets(kinds: tuple[str, ...], most: int) -> Iterator[dict[str, int]]:
    for papers in range(most + 1):
        for chosen in combinations_with_replacement(kinds, papers):
            yield {kind: chosen.count(kind) for kind in dict.fromkeys(chosen)}


@cache
def worlds(sections: int, most: int) -> list[World]:
    """Every contest of so many sections with up to so many papers in each, counted until two are left."""
    each = list(multisets(KINDS if sections == 1 else FEW_KINDS, most))
    names = ("s", "t")[:sections]
    profiles = [dict(zip(names, papers, strict=True)) for papers in product(each, repeat=sections)]
    return [World(profile, count_av(TO_TWO, CANDIDATES, names, profile)) for profile in profiles]


def twice(world: World) -> World:
    """The contest with two of each valid paper, which ends in the same way."""
    profile = {
        of: {marks: n * (2 if marks else 1) for marks, n in lines.items()} for of, lines in world.profile.items()
    }
    return World(profile, count_av(TO_TWO, CANDIDATES, tuple(profile), profile))


def is_tried(world: World, most: int) -> bool:
    """Whether it has few papers, so that there are others with more, and no tie: how one is broken tells of its own."""
    tied = any("tied" in stage.action.reason for stage in world.table.stages)
    return not tied and all(sum(lines.values()) <= most for lines in world.profile.values())


@pytest.mark.parametrize(
    ("sections", "smallest", "most", "tried"), [(1, 2, 7, 5), (1, 3, 7, 5), (1, 4, 7, 5), (2, 2, 4, 3), (2, 3, 4, 3)]
)
def test_no_small_cell_is_determined_by_what_is_shown(sections: int, smallest: int, most: int, tried: int) -> None:
    every = worlds(sections, most)
    others = defaultdict(list)
    for world in every:
        for stages in range(1, len(world.table.stages) + 1):
            others[excluded(world.table.stages[:stages])].append(world)
    few = [world for world in every if is_tried(world, tried)]
    for world in random.Random(sections + smallest).sample(few, WORLDS_TRIED):
        table = count_av(ANYTHING_GOES, CANDIDATES, world.table.sections, world.profile)
        for lines in (False, True):
            shown = show_fit(table, world.profile, ANYTHING_GOES, smallest, lines=lines)
            numbers = told(shown)
            small = {cell: n for cell, n in World(world.profile, table).cells.items() if 0 < n < smallest}
            assert not small.keys() & numbers.keys()
            for other in (*others[excluded(table.stages)], twice(world)):
                if not small:
                    break
                if other.agrees(numbers):
                    small = {cell: n for cell, n in small.items() if other.cells.get(cell, 0) == n}
            assert not small, (world.profile, numbers)


SPLIT = {"s": {"a": 20, "b": 12}, "t": {"a": 1, "b": 19}}


def test_sections_are_joined_unless_their_sum_could_be_taken_apart() -> None:
    table = count_av(ANYTHING_GOES, CANDIDATES, ("s", "t"), SPLIT)
    shown = show_fit(table, SPLIT, ANYTHING_GOES, 10, lines=True)
    assert (shown.joined, shown.table.valid, shown.papers) == (("s", "t"), {"all": 52}, {"all": {"a": 21, "b": 31}})
    certified = replace(table, certified=("s",))  # whose totals anybody can take from the sum
    college = replace(table, stages=tuple(replace(stage, points={"a": 1, "b": 1, "c": 0}) for stage in table.stages))
    for told_apart in (certified, college):
        shown = show_fit(told_apart, SPLIT, ANYTHING_GOES, 10, lines=True)
        assert (shown.table.stages, shown.table.valid, shown.papers, shown.rest) == ((), {}, {}, {})


def test_everything_is_shown_where_one_paper_may_be() -> None:
    table = count_av(ANYTHING_GOES, CANDIDATES, ("s", "t"), SPLIT)
    shown = show_fit(table, SPLIT, ANYTHING_GOES, 1, lines=True)
    assert (shown.whole, shown.table, shown.papers) == (True, table, SPLIT)
    assert show_fit(table, SPLIT, ANYTHING_GOES, 1, lines=False).papers is None

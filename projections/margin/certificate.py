"""Certificates: papers that are other than those counted, recounted by the door that every count goes through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

from ledger.errors import RefusedError
from ledger.rules.crosses import Plurality, YesNo
from projections.count.count import count
from projections.count.crosses import group_crosses
from projections.count.paper import group
from projections.margin.recount import LOTS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.rules.count_rule import AnyCountRule
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.margin.recount import Moved, Ranked

    Totals = dict[str, list[dict[str, int]]]

NO_COUNT = ("",)  # stands for a count that the rule refuses


def marks_of(rule: AnyCountRule, names: Sequence[str]) -> str:
    """Write a paper as it would be marked: ranks, or crosses."""
    return ("=" if isinstance(rule, Plurality | YesNo) else ">").join(names)


def plain_papers(rule: AnyCountRule, side: Ranked) -> list[dict[str, Any]]:
    """Give papers of sections as plain values: section, marks and how many."""
    return [
        {"section": section, "marks": marks_of(rule, names), "papers": number}
        for section, rankings in side.items()
        for names, number in sorted(rankings.items())
    ]


def recounted(basis: Basis, moved: Moved) -> list[tuple[str, ...]] | None:
    """Give whom lots can elect after papers are added, removed or changed, each way once, sorted.

    Of rejected papers only valid ones are recounted. Votes of papers added to a section counted from totals are added
    to its totals.

    Returns:
        None where lots can go in too many ways to try. `NO_COUNT` stands for a refused count.
    """
    papers = moved.applied(_valid(basis))
    profile = {
        section: {marks_of(basis.rule, names): number for names, number in each.items() if number}
        for section, each in papers.items()
        if section not in basis.certified
    }
    totals, certified = _totals(basis, papers)
    found: set[tuple[str, ...]] = set()
    waiting: list[dict[tuple[int, frozenset[str]], tuple[str, ...]]] = [{}]
    for tried, lots in enumerate(waiting):  # grows
        if tried > LOTS_MAX:
            return None
        try:
            table = count(basis.rule, basis.poll, profile, lots, totals, certified)
        except RefusedError as error:
            if error.code != "empty-section":
                raise
            found.add(NO_COUNT)
            continue
        if table.lot_needed:
            waiting += [lots | each for each in islice(_drawn(table), LOTS_MAX)]
        else:
            found.add(tuple(sorted(table.elected)))
    return sorted(found)


def _drawn(table: Table) -> Iterator[dict[tuple[int, frozenset[str]], tuple[str, ...]]]:
    """Give orders of a lot: whoever goes first is excluded; for places, whichever of them go first."""
    tied = table.lot_needed
    most = 1 if table.lot_for == "exclusion" else len(tied) - 1
    for size in range(1, most + 1):
        for chosen in combinations(tied, size):
            rest = (name for name in tied if name not in chosen)
            yield {(len(table.stages), frozenset(tied)): (*chosen, *rest)}


def _valid(basis: Basis) -> Mapping[str, Mapping[tuple[str, ...], int]]:
    poll = basis.poll
    if isinstance(basis.rule, Plurality | YesNo):
        return group_crosses(basis.papers, poll.candidates, poll.sections, basis.rule, poll.seats).rankings
    return group(basis.papers, poll.candidates, poll.sections, basis.rule).rankings


def _totals(basis: Basis, papers: Ranked) -> tuple[Totals, dict[str, int]]:
    """Put papers that were added to sections counted from totals into their totals."""
    totals: Totals = {}
    certified: dict[str, int] = {}
    for section, event in basis.certified.items():
        stages = [{held.candidate: held.votes for held in stage.held} for stage in event.stages]
        added: Sequence[tuple[tuple[str, ...], int]] = [*papers.get(section, {}).items()]
        for names, number in added:
            for name in names:
                stages[0][name] += number
        totals[section] = stages
        if event.papers is not None:
            certified[section] = event.papers + sum(number for _, number in added)
    return totals, certified

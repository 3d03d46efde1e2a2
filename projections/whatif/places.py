"""Unknown papers under plurality: the last place hangs on votes, so that numbers are nearly all that is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.rules.crosses import Plurality
from projections.count.crosses import group_crosses
from projections.margin.completion import spread
from projections.margin.plurality import CrossesCounted, plurality_margins
from projections.margin.recount import Moved
from projections.whatif.forced import outcomes_with, valid_papers
from projections.whatif.found import BreakEven, Found, cannot_say

if TYPE_CHECKING:
    from ledger.whatif_figures import Effect
    from projections.basis import Basis
    from projections.count.stage_table import StageTable
    from projections.margin.relaxation import Kind
    from projections.whatif.changed import Changed
    from projections.whatif.found import Elected

FEWER = "the last place was won by more votes than there are papers"


def bounded_places(rule: Plurality, basis: Basis, table: StageTable, changed: Changed) -> Found:
    """Say whether unknown papers could have changed who has a place."""
    if any(each.places for each in rule.reserved):
        return cannot_say("what unknown papers could do with reserved places is not worked out")
    first = table.stages[0]
    votes = {name: first.total(name) for name in table.candidates}
    last = min(table.elected, key=votes.__getitem__)
    following = max((name for name in table.candidates if name not in table.elected), key=votes.__getitem__)
    even = _break_even(table, changed, last, following, votes[last] - votes[following])
    full = len(table.elected) == min(basis.contest.seats, len(table.candidates))  # else a tie left a place empty
    if full and changed.unknown < votes[last] - votes[following]:  # a paper has one vote, or none, for either
        return Found("bounded", "could-not", break_even=even, shown_by=FEWER, needed=votes[last] - votes[following])
    found: list[Found] = []
    elected = tuple(sorted(table.elected))
    papers = valid_papers(basis)
    for example in _examples(rule, basis, table, changed, votes):
        for moved, outcomes in outcomes_with(basis, example, changed, papers, elected):
            effect = _effect(outcomes, elected)
            if effect:
                found.append(Found("bounded", effect, tuple(outcomes), example.papers, moved, even))
    found.sort(key=lambda each: each.effect != "could")
    return found[0] if found else cannot_say("what else is on the papers is not known", break_even=even)


def _effect(outcomes: list[Elected] | None, elected: Elected) -> Effect:
    if not outcomes or all(each == elected for each in outcomes):
        return ""
    return "by-lot" if elected in outcomes else "could"


def _examples(rule: Plurality, basis: Basis, table: StageTable, changed: Changed, votes: dict[str, int]) -> list[Moved]:
    """Give papers that may do it: those that margins find, as far as there are so many."""
    seats = basis.contest.seats
    grouped = group_crosses(basis.papers, table.candidates, table.sections, rule, seats).rankings
    papers = {name: each for name, each in grouped.items() if name not in table.certified}
    totals = {name: table.stages[0].votes[name] for name in table.certified}
    counted = CrossesCounted(rule, table.candidates, seats, votes, papers, totals, table.elected)
    asked: tuple[tuple[Kind, dict[str, int]], ...] = (
        ("addition", {name: number for name, number in changed.added.items() if number}),
        ("removal", {name: number for name, number in changed.removed.items() if number}),
    )
    found: list[Moved | None] = []
    for kind, numbers in asked:
        for section in numbers:
            for answer in plurality_margins(counted, kind, section).values():
                if answer.moved is not None and answer.moved.papers:
                    found.append(_fitting(answer.moved, kind, numbers))
    return [moved for moved in found if moved is not None]


def _fitting(moved: Moved, kind: Kind, numbers: dict[str, int]) -> Moved | None:
    """Give papers added over the sections that have some; those removed as they are, where they fit."""
    if kind == "addition":
        return spread(moved, numbers)
    fits = all(sum(each.values()) <= numbers.get(name, 0) for name, each in moved.removed.items())
    return moved if fits else None


def _break_even(table: StageTable, changed: Changed, last: str, following: str, ahead: int) -> BreakEven | None:
    """Give how many papers the next needs where the last has all the others; each paper is for one of the two."""
    added = [(section, papers) for section, papers in changed.added.items() if papers]
    if len(added) != 1 or any(changed.removed.values()):
        return None
    ((section, papers),) = added
    needed = (papers + ahead) // 2 + 1
    held = table.stages[0].votes[section]
    possible = needed if needed <= papers else None
    return BreakEven(section, last, following, papers, possible, (held[last], held[following]), exclusions_held=False)

"""Papers of which only numbers are known: proof that they could not have changed the result, or papers that do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
from ledger.rules.crosses import Plurality
from projections.count.paper import group
from projections.count.stage_table import StageTable
from projections.margin.alternative import Counted, Margins
from projections.margin.completion import complete
from projections.whatif.forced import MORE_GO, outcomes_with
from projections.whatif.found import Found, cannot_say
from projections.whatif.places import bounded_places
from projections.whatif.reach import Moves, Rankings, cannot_change, keeps_majority
from projections.whatif.totals import bounded_totals, pairing_break_even

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.rules.alternative import AnyAlternativeVote
    from ledger.whatif_figures import Effect
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.margin.relaxation import Kind
    from projections.margin.search import Goal
    from projections.margin.watch import Expired
    from projections.whatif.changed import Changed

MAJORITY = "the winner keeps more than half at stage 1 whatever is on these papers"
REACH = "no exclusion that so many papers can bring about leaves anybody else to be elected"
SEARCH = "more papers are needed than there are, by a search of every order of exclusions"
NO_PAPER = "no paper would be other than it was"
NOT_CERTAIN = "whether it could without a lot was not found out"
TOGETHER = "papers added and papers removed would have to go together, and not every way was tried"


def bounded(basis: Basis, table: Table, changed: Changed, expired: Expired) -> Found:
    """Say whether unknown papers could have changed a result.

    Args:
        basis, table: what the count was taken from, and what it came to; somebody is elected.
        changed: with numbers of unknown papers by section.
        expired: says that the time is up.
    """
    if not changed.unknown:
        return Found("bounded", "could-not", shown_by=NO_PAPER)
    rule = basis.rule
    if not isinstance(table, StageTable) or not isinstance(rule, AlternativeVote | WeightedAlternativeVote | Plurality):
        what = "the single transferable vote" if not isinstance(table, StageTable) else "yes or no"
        return cannot_say(f"what unknown papers could do under {what} is not worked out")
    if len(table.candidates) <= len(table.elected):
        return Found("bounded", "could-not", shown_by="the election was unopposed")
    if isinstance(rule, Plurality):
        return bounded_places(rule, basis, table, changed)
    moves = {
        name: Moves(changed.added.get(name, 0), changed.removed.get(name, 0))
        for name in {*changed.added, *changed.removed}
    }
    even = pairing_break_even(rule, _down_to_two(rule, basis, table), changed)
    ends = "lot" in rule.ties  # else a tie that papers make may leave nobody elected, which is another result
    if keeps_majority(rule, table, moves) and (ends or rule.stop == "first-majority"):
        return Found("bounded", "could-not", break_even=even, shown_by=MAJORITY)
    if table.certified:
        return bounded_totals(rule, basis, table, changed)
    papers = group(basis.papers, table.candidates, table.sections, rule).rankings
    if ends and cannot_change(rule, table.candidates, papers, table.elected[0], moves):
        return Found("bounded", "could-not", break_even=even, shown_by=REACH)
    if not ends:
        return cannot_say("the rule leaves ties unbroken: when nobody is elected is not worked out", break_even=even)
    margins = Margins(Counted(rule, table.candidates, table.sections, papers, table.elected[0]))
    return replace(_searched(basis, table, margins, changed, expired, papers), break_even=even)


def _down_to_two(rule: AnyAlternativeVote, basis: Basis, table: StageTable) -> StageTable:
    """Give a count that ended with more than two as it would have gone on to the last two, where papers are published.

    Where they are not, what nobody counted is nobody's to know.
    """
    if len(table.stages[-1].candidates) <= 2 or table.certified or basis.contest.paper_publication != "papers":
        return table
    further = replace(basis, rule=rule.model_copy(update={"stop": "continue-to-two"})).count()
    return further if isinstance(further, StageTable) and further.elected == table.elected else table


def _searched(
    basis: Basis, table: StageTable, margins: Margins, changed: Changed, expired: Expired, papers: Rankings
) -> Found:
    """Search papers added, and papers removed; not both together."""
    asked: tuple[tuple[Kind, Mapping[str, int]], ...] = (("addition", changed.added), ("removal", changed.removed))
    alike = isinstance(basis.rule, AlternativeVote)
    sought = [
        complete(margins, unknown, expired, kind, alike=alike) for kind, unknown in asked if any(unknown.values())
    ]
    elected = tuple(sorted(table.elected))
    goals: tuple[Goal, ...] = ("certain", "could")
    for goal in goals:
        for found in sought:
            example = found[goal].example
            for moved, outcomes in outcomes_with(basis, example, changed, papers, elected) if example else ():
                others = [each != elected for each in outcomes]
                if all(others) if goal == "certain" else any(others):
                    effect: Effect = "could" if all(others) else "by-lot"
                    open_ = effect == "by-lot" and (
                        len(sought) > 1 or bool(changed.least) or found["certain"].verdict == "cannot-say"
                    )
                    why = NOT_CERTAIN if open_ else ""
                    return Found("bounded", effect, tuple(outcomes), found[goal].needed, moved, why=why)
    if changed.least and any(each["could"].example for each in sought):
        return cannot_say(MORE_GO)
    if len(sought) > 1:
        return cannot_say(TOGETHER)
    (found,) = sought
    if found["could"].verdict == "could-not":
        return Found("bounded", "could-not", needed=found["could"].needed, shown_by=SEARCH)
    return cannot_say(found["could"].why or "a recount of the papers found does not bear them out")

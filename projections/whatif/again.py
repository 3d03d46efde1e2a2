"""Counting known papers again: without a section, or by another rule; exact, or why it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import PollbookError
from ledger.rules.alternative import AlternativeVote
from ledger.rules.fit import unfitness
from projections.count.paper import group
from projections.margin.certificate import recounted
from projections.margin.recount import Moved
from projections.whatif.found import Found, Short, cannot_say

if TYPE_CHECKING:
    from ledger.whatif_figures import Effect
    from projections.basis import Basis
    from projections.whatif.found import Elected

TOO_MANY = "lots could go in too many ways to try them all"


def counted_again(basis: Basis, elected: Elected) -> Found:
    """Count what a question leaves to count.

    Args:
        basis: with the sections and the rule that the question supposes.
        elected: as the result stands, sorted.
    """
    if not basis.contest.sections:
        return cannot_say("no section is left to be counted")
    for unfit in unfitness(basis.contest, basis.rule):
        return cannot_say(f"the rule is silent ({unfit.code}): it is for {unfit.expected}, and there is {unfit.found}")
    try:
        table = basis.count()
        outcomes = recounted(basis, Moved()) if table.lot_needed else [tuple(sorted(table.elected))]
    except PollbookError as error:  # totals that end, papers that the rule does not take, a section left empty
        short = _short(basis) if error.code == "totals-missing" else None
        return cannot_say(f"{error.code}: expected {error.expected}, found {error.found}", short)
    if outcomes is None:
        return cannot_say(TOO_MANY)
    return Found("exact", effect_of(outcomes, elected), tuple(outcomes), table=table)


def effect_of(outcomes: list[Elected], elected: Elected) -> Effect:
    """Compare whoever lots can elect with the result as it stands."""
    same = [each == elected for each in outcomes]
    return "same" if all(same) else "by-lot" if any(same) else "changed"


def _short(basis: Basis) -> Short | None:
    """Give how stage 1 stands where every paper weighs the same."""
    if not isinstance(basis.rule, AlternativeVote):
        return None
    poll = basis.poll
    votes = dict.fromkeys(poll.candidates, 0)
    for rankings in group(basis.papers, poll.candidates, poll.sections, basis.rule).rankings.values():
        for ranking, number in rankings.items():
            votes[ranking[0]] += number
    for event in basis.certified.values():
        for held in event.stages[0].held:
            votes[held.candidate] += held.votes
    leader = max(votes, key=votes.__getitem__)
    return Short(leader, votes[leader], sum(votes.values()))

"""The single transferable vote of Scottish councils: the weighted inclusive Gregory method, cut to five decimals.

Source: The Scottish Local Government Elections Order 2011 (SSI 2011/399), schedule 1, rules 45 to 52.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.lots import NO_LOTS
from projections.count.paper import group
from projections.count.stv_decisions import choose_surplus, doomed_now, exclude_next, settle
from projections.count.stv_papers import join_piles, no_papers, papers_in, piles_of, sort_papers
from projections.count.stv_record import NO_CATEGORIES, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ledger.rules.transferable import ScottishSTV
    from projections.count.lots import Lots
    from projections.count.stage_table import Profile
    from projections.count.stv_papers import Parts, Piles
    from projections.count.stv_table import STVTable


def count_scottish(
    rule: ScottishSTV,
    candidates: Sequence[str],
    seats: int,
    sections: Sequence[str],
    profile: Profile,
    lots: Lots = NO_LOTS,
    withdrawn: Collection[str] = (),
    categories: Mapping[str, Collection[str]] = NO_CATEGORIES,
) -> STVTable:
    """Count places by the weighted inclusive Gregory method.

    Args:
        rule: every choice; nothing is chosen here.
        candidates: distinct ids in ballot order; may be empty, or fewer than places: then all are elected.
        seats: places, 1 or more.
        sections: distinct ids in the order of the contest; papers count the same whatever their section.
        profile: section -> marks -> papers, 0 or more; a section left out has none.
        lots: (stage number, the tied) -> all of them in the order drawn; it falls on the one drawn first, whose
            surplus goes first, who is excluded, or who is elected.
        withdrawn: candidates that papers may name and the count passes over; a paper that names nobody else is
            valid and non-transferable from stage 1.
        categories: candidate -> categories that places may be reserved for.

    Returns:
        The stages, at least one. `elected` is empty, and the last action says why, where there are no candidates,
        no valid papers for more candidates than places, a tie that the ladder of the rule does not break, or a lot
        to draw: then `lot_needed` and `lot_for` say of whom and for what, the stage is the last one, and a count
        with that lot goes on from there.

    Raises:
        RefusedError: `too-many-candidates`, `no-places`, `rule-infeasible`.
        EvidenceError: `unknown-section`, `unknown-candidate`, `paper-not-admissible`, `lot-not-of-the-tied`.
    """
    record = Record(rule, candidates, seats, sections, withdrawn, categories, lots)
    papers = group(profile, candidates, sections, rule)
    count = _Scottish(rule, record, piles_of(papers.rankings))
    while settle(record, count.bar):
        waiting = count.waiting()
        if waiting and not doomed_now(record):
            givers = waiting if rule.surpluses == "together" else count.next_surplus(waiting)
            move = count.transfer_surpluses
        else:
            givers = exclude_next(record, sum(record.votes[c] - record.quota for c in waiting), may_equal=False)
            move = count.transfer_excluded
        if not givers:
            break
        record.close_stage()
        move(givers)
    return record.table(papers)


class _Scottish:
    """The papers of each candidate, by what one of them is worth."""

    def __init__(self, rule: ScottishSTV, record: Record, papers: Piles) -> None:
        """Sort by first preferences, each worth one vote, and find the quota."""
        self._rule, self._record = rule, record
        firsts = sort_papers(papers, record.hopeful)
        record.credit(firsts)
        self._piles = {candidate: {record.unit: firsts.get(candidate, no_papers(papers))} for candidate in record.votes}
        record.quota = _quota(rule, record.valid, record.seats)

    def bar(self) -> tuple[int, str]:
        return self._record.quota, f"the quota of {self._record.says(self._record.quota)}"

    def waiting(self) -> tuple[str, ...]:
        """Give the elected whose surplus is still to be transferred."""
        record = self._record
        return tuple(candidate for candidate in record.elected if record.votes[candidate] > record.quota)

    def next_surplus(self, waiting: Sequence[str]) -> tuple[str, ...]:
        """Choose whose surplus goes next; empty where the count stops for a lot."""
        record = self._record
        if self._rule.surplus_order == "election-order":
            first = min(record.elected_at[candidate] for candidate in waiting)
            waiting = [candidate for candidate in waiting if record.elected_at[candidate] == first]
        chosen = choose_surplus(record, waiting)
        return () if chosen is None else (chosen,)

    def transfer_surpluses(self, givers: Sequence[str]) -> None:
        record, unit = self._record, self._record.unit
        for giver in givers:
            held = record.votes[giver]
            surplus = held - record.quota
            share = surplus * unit // held
            once = self._rule.transfer_value == "value-by-surplus-over-votes"

            def cut(value: int, held: int = held, surplus: int = surplus, share: int = share, once: bool = once) -> int:
                return value * surplus // held if once else value * share // unit

            self._move(giver, cut)
            record.lose(giver, record.votes[giver] - record.quota)
        each = ", ".join(record.says(record.history[-1][giver] - record.quota) for giver in givers)
        record.act("transfer-surplus", givers, f"Votes above the quota: {each}.")

    def transfer_excluded(self, givers: Sequence[str]) -> None:
        record = self._record
        for giver in givers:
            self._move(giver, lambda value: value)
        each = ", ".join(record.says(record.history[-1][giver]) for giver in givers)
        record.act("transfer-excluded", givers, f"Votes of the excluded: {each}.")

    def _move(self, giver: str, worth: Callable[[int], int]) -> None:
        """Move all papers of a candidate; `worth` turns the value a paper had into the value it goes on with."""
        amounts: dict[str | None, list[Parts]] = {}
        for value, papers in self._piles.pop(giver).items():
            new = worth(value)
            for heir, piles in sort_papers(papers, self._record.hopeful).items():
                amounts.setdefault(heir, []).append([number * new for number in papers_in(piles)])
                if heir is not None:
                    join_piles(self._piles[heir].setdefault(new, no_papers(piles)), piles)
        for heir in filter(amounts.__contains__, (*self._record.hopeful, None)):
            self._record.give(giver, heir, [sum(parts) for parts in zip(*amounts[heir], strict=True)])


def _quota(rule: ScottishSTV, valid: int, seats: int) -> int:
    """Find the quota in the smallest vote; 1 of them at least, so that nobody is elected by no votes."""
    unit: int = 10**rule.value_decimals
    if rule.quota == "hare":
        return max(1, valid // seats * unit)
    if rule.quota == "droop":
        return (valid // (seats + 1) + 1) * unit
    return valid * unit // (seats + 1) + 1

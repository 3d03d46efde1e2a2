"""The single transferable vote by the rules of the Electoral Reform Society of 1997 (ERS97).

Source: Newland and Britton, How to conduct an election by the single transferable vote, 3rd edition, 1997; the
numbers of its paragraphs stand beside what they rule. Where that speaks of one stage in which the papers of the
excluded go by batches of one value, each batch is a stage here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.lots import NO_LOTS
from projections.count.paper import group
from projections.count.stv_decisions import choose_surplus, doomed_now, elect_reached, exclude_next, safe_group, settle
from projections.count.stv_papers import join_piles, no_papers, number_of, papers_in, piles_of, sort_papers
from projections.count.stv_record import NO_CATEGORIES, Record

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ledger.rules.transferable import Ers97STV
    from projections.count.lots import Lots
    from projections.count.stage_table import Profile
    from projections.count.stv_papers import Piles
    from projections.count.stv_table import STVTable

    Batch = tuple[int, Piles]  # papers received together, and what each of them is worth


def count_ers97(
    rule: Ers97STV,
    candidates: Sequence[str],
    seats: int,
    sections: Sequence[str],
    profile: Profile,
    lots: Lots = NO_LOTS,
    withdrawn: Collection[str] = (),
    categories: Mapping[str, Collection[str]] = NO_CATEGORIES,
) -> STVTable:
    """Count places by ERS97. Arguments, result and errors are those of `stv_scottish.count_scottish`."""
    record = Record(rule, candidates, seats, sections, withdrawn, categories, lots)
    papers = group(profile, candidates, sections, rule)
    count = _Ers97(rule, record, piles_of(papers.rankings))
    while settle(record, count.bar, count.place_ties):
        waiting = count.waiting()
        if waiting and not doomed_now(record) and not count.deferred(waiting):
            giver = choose_surplus(record, waiting)
            if giver is None:
                break
            record.close_stage()
            count.transfer_surplus(giver)
        else:
            gone = exclude_next(record, count.surplus(waiting), may_equal=True)
            if not gone:
                break
            count.transfer_excluded(gone)
    return record.table(papers)


class _Ers97:
    """The papers of each candidate, in the batches in which they came."""

    def __init__(self, rule: Ers97STV, record: Record, papers: Piles) -> None:
        """Sort by first preferences, each worth one vote, and find the quota (5.1)."""
        self._rule, self._record = rule, record
        firsts = sort_papers(papers, record.hopeful)
        record.credit(firsts)
        self._batches: dict[str, list[Batch]] = {
            candidate: [(record.unit, firsts[candidate])] if candidate in firsts else [] for candidate in record.votes
        }
        record.quota = self._quota(record.valid * record.unit)
        earlier = tuple(rung for rung in rule.ties if rung != "lot")
        self.place_ties = earlier if rule.last_place_ties == "nobody-yet" else None

    def bar(self) -> tuple[int, str]:
        """Give the quota, or the share of the total active vote where that is less (5.1.7, 5.3.13, 5.4.9, 5.6.1)."""
        record = self._record
        if self._rule.active_vote == "elects":
            kept = sum(min(record.votes[candidate], record.quota) for candidate in record.elected)
            active = record.valid * record.unit - kept - record.non_transferable - record.loss
            share = max(1, _rounded_up(active, record.vacancies + 1))
            if share < record.quota:
                return share, f"{record.says(share)}, the active vote over {record.vacancies + 1}"
        return record.quota, f"the quota of {record.says(record.quota)}"

    def waiting(self) -> tuple[str, ...]:
        """Give the elected whose surplus is still to be transferred."""
        record = self._record
        return tuple(candidate for candidate in record.elected if record.votes[candidate] > record.quota)

    def surplus(self, waiting: Sequence[str]) -> int:
        """Add up the surpluses still to be transferred."""
        return sum(self._record.votes[candidate] - self._record.quota for candidate in waiting)

    def deferred(self, waiting: Sequence[str]) -> bool:
        """Tell whether the surpluses wait, for they could not save who is excluded next (5.2.2)."""
        if self._rule.deferral == "never":
            return False
        surplus = self.surplus(waiting)
        group_ = safe_group(self._record, surplus, may_equal=True)
        if not group_:
            return False
        clause = "5.2.2 a" if len(group_) == 1 else "5.2.2 b"
        reason = f"Surpluses of {self._record.says(surplus)} in all cannot save who is excluded next ({clause})."
        self._record.act("defer", waiting, reason)
        return True

    def transfer_surplus(self, giver: str) -> None:
        """Transfer a surplus on the last batch received (5.3)."""
        record = self._record
        surplus = record.votes[giver] - record.quota
        value, papers = self._batches.pop(giver)[-1]
        heirs = sort_papers(papers, record.hopeful)
        heirs.pop(None, None)
        transferable = sum(map(number_of, heirs.values()))
        cut = transferable * value > surplus
        new = surplus // transferable if cut else value
        self._receive([(giver, heirs)], new)
        left = record.votes[giver] - record.quota
        if cut:
            record.lose(giver, left)
        else:
            record.leave(giver, left)
        record.act(
            "transfer-surplus",
            (giver,),
            f"Votes above the quota: {record.says(surplus)}, on {transferable} transferable papers of the last batch, "
            f"at {record.says(new)} each.",
        )

    def transfer_excluded(self, givers: Sequence[str]) -> None:
        """Transfer the papers of the excluded, those of the highest value first; each value makes a stage (5.4)."""
        record = self._record
        held: dict[int, list[tuple[str, Piles]]] = {}
        for giver in givers:
            for value, papers in self._batches.pop(giver):
                held.setdefault(value, []).append((giver, papers))
        values = sorted(held, reverse=True)
        for value in values or [0]:
            record.close_stage()
            self._receive(
                [(giver, sort_papers(papers, record.hopeful)) for giver, papers in held.get(value, ())], value
            )
            worth = f"worth {record.says(value)} each" if values else "there are none"
            record.act("transfer-excluded", givers, f"Papers of the excluded: {worth}.")
            if not record.elected and self._rule.quota_reduction == "until-first-election":  # 5.4.8
                record.quota = self._quota(record.valid * record.unit - record.non_transferable)
            elect_reached(record, self.bar, self.place_ties)
            if record.over:
                return

    def _receive(self, sorted_: Sequence[tuple[str, Mapping[str | None, Piles]]], value: int) -> None:
        """Hand sorted papers on; what an heir gets in one stage is one batch, whoever held it before (6.1)."""
        received: dict[str, Piles] = {}
        for giver, heirs in sorted_:
            for heir in filter(heirs.__contains__, (*self._record.hopeful, None)):
                self._record.give(giver, heir, [number * value for number in papers_in(heirs[heir])])
                if heir is not None:
                    join_piles(received.setdefault(heir, no_papers(heirs[heir])), heirs[heir])
        for heir, piles in received.items():
            self._batches[heir].append((value, piles))

    def _quota(self, votes: int) -> int:
        """Divide, rounding up; the smallest vote at least, so that nobody is elected by no votes (5.1.6)."""
        return max(1, _rounded_up(votes, self._record.seats + 1))


def _rounded_up(votes: int, parts: int) -> int:
    return -(-votes // parts)

"""The record of a count by the single transferable vote while it runs: votes, statuses, and the stages so far.

What votes are worth and how they move is the method's own; whom they elect and exclude: `stv_decisions`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from ledger.rules.reserved import Reserved
from ledger.rules.transferable import CANDIDATES_MAX
from projections.count.stv_papers import number_of
from projections.count.stv_table import STVAction, STVStage, STVTable, STVTransfer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ledger.rules.transferable import SingleTransferableVote
    from projections.count.lots import Lots
    from projections.count.paper import Papers
    from projections.count.stage_table import Purpose
    from projections.count.stv_papers import Pile
    from projections.count.stv_table import Kind

NO_CATEGORIES: Mapping[str, Collection[str]] = MappingProxyType({})


class Record:
    """What is known of a running count. Votes are in the smallest vote, see `stv_table`."""

    def __init__(
        self,
        rule: SingleTransferableVote,
        candidates: Sequence[str],
        seats: int,
        withdrawn: Collection[str],
        categories: Mapping[str, Collection[str]],
        lots: Lots,
    ) -> None:
        """Begin with everybody hopeful who did not withdraw.

        Raises:
            RefusedError: `too-many-candidates`, `no-places`, `rule-infeasible`.
        """
        standing = [candidate for candidate in candidates if candidate not in withdrawn]
        _check_size(len(standing), seats)
        self.rule, self.candidates, self.seats, self.lots = rule, tuple(candidates), seats, lots
        self.withdrawn = tuple(candidate for candidate in candidates if candidate in withdrawn)
        self.reserved = Reserved(rule.reserved, categories, standing, seats)
        self.unit: int = 10**rule.value_decimals
        self.votes = dict.fromkeys(standing, 0)
        self.hopeful = dict.fromkeys(standing)  # only ever loses members: papers on their way look at it
        self.elected: list[str] = []
        self.elected_at: dict[str, int] = {}
        self.excluded: list[str] = []
        self.quota = self.non_transferable = self.loss = self.valid = 0
        self.over = self.complete = False
        self.history: list[dict[str, int]] = []
        self._stages: list[STVStage] = []
        self._actions: list[STVAction] = []
        self._transfers: list[STVTransfer] = []
        self.lot: tuple[str, ...] = ()
        self.lot_for: Purpose = ""

    @property
    def vacancies(self) -> int:
        """Places not yet filled."""
        return self.seats - len(self.elected)

    def says(self, votes: int) -> str:
        """Votes in words: all decimals, nothing rounded."""
        whole, part = divmod(votes, self.unit)
        return f"{whole}.{part:0{self.rule.value_decimals}}" if self.unit > 1 else str(whole)

    def credit(self, firsts: Mapping[str | None, Pile]) -> None:
        """Give each candidate a vote for each paper that names them first; None has the papers that name nobody."""
        papers = {name: number_of(pile) for name, pile in firsts.items()}
        self.valid = sum(papers.values())
        self.non_transferable = papers.pop(None, 0) * self.unit
        self.votes.update((name, number * self.unit) for name, number in papers.items() if name is not None)

    def act(self, kind: Kind, candidates: Iterable[str], reason: str) -> None:
        """Note what the stage moved or decided."""
        self._actions.append(STVAction(kind, tuple(candidates), reason))

    def give(self, giver: str, heir: str | None, amount: int) -> None:
        """Move votes from a candidate to another, or to the non-transferable."""
        self.votes[giver] -= amount
        if heir is None:
            self.non_transferable += amount
        else:
            self.votes[heir] += amount
        if amount:
            self._transfers.append(STVTransfer(giver, heir, "non-transferable" if heir is None else "votes", amount))

    def lose(self, giver: str, amount: int) -> None:
        """Take votes from a candidate that are lost to fractions."""
        self.votes[giver] -= amount
        self.loss += amount
        if amount:
            self._transfers.append(STVTransfer(giver, None, "loss", amount))

    def close_stage(self) -> None:
        """End the stage, so that what follows belongs to the next."""
        self.history.append(dict(self.votes))
        self._stages.append(
            STVStage(
                number=len(self.history),
                votes=self.history[-1],
                non_transferable=self.non_transferable,
                loss=self.loss,
                quota=self.quota,
                elected=tuple(self.elected),
                hopeful=tuple(self.hopeful),
                excluded=tuple(self.excluded),
                actions=tuple(self._actions),
                transfers=tuple(self._transfers),
            )
        )
        self._actions, self._transfers = [], []

    def table(self, papers: Papers) -> STVTable:
        """End the count."""
        self.close_stage()
        return STVTable(
            candidates=self.candidates,
            withdrawn=self.withdrawn,
            sections=tuple(papers.rankings),
            seats=self.seats,
            decimals=self.rule.value_decimals,
            stages=tuple(self._stages),
            valid=papers.valid,
            rejected=papers.rejected,
            elected=tuple(self.elected) if self.complete else (),
            lot_needed=self.lot,
            lot_for=self.lot_for,
        )

    def elect(self, candidate: str, reason: str) -> None:
        """Elect a hopeful candidate."""
        del self.hopeful[candidate]
        self.elected.append(candidate)
        self.elected_at[candidate] = len(self.history) + 1
        self.act("elect", (candidate,), reason)

    def exclude(self, candidates: Collection[str], reason: str) -> tuple[str, ...]:
        """Exclude hopeful candidates; they hold their votes until these are moved."""
        ordered = sorted((c for c in self.hopeful if c in candidates), key=self.votes.__getitem__)
        for candidate in ordered:
            del self.hopeful[candidate]
        self.excluded += ordered
        self.act("exclude", ordered, reason)
        return tuple(ordered)

    def stop(self, candidates: tuple[str, ...], reason: str) -> None:
        """End the count short of a result."""
        self.act("none", candidates, reason)
        self.over = True

    def finish(self) -> None:
        """End the count with its result."""
        if not self._actions:
            self.act("none", (), "Every place is filled.")
        self.over = self.complete = True


def _check_size(standing: int, seats: int) -> None:
    if standing > CANDIDATES_MAX:
        raise RefusedError(
            "too-many-candidates",
            "a count by the single transferable vote",
            expected=f"{CANDIDATES_MAX} candidates or fewer",
            found=standing,
            remedy="Count by another method",
        )
    if seats < 1:
        raise RefusedError(
            "no-places",
            "a count by the single transferable vote",
            expected="1 place or more",
            found=seats,
            remedy="Name the number of places",
        )

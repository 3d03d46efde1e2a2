"""The record of a count by the single transferable vote while it runs: votes, statuses, and the stages so far.

What votes are worth and how they move is the method's own; whom they elect and exclude: `stv_decisions`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from ledger.rules.reserved import Reserved
from ledger.rules.transferable import CANDIDATES_MAX
from projections.count.stv_papers import added, papers_in, parted
from projections.count.stv_table import STVAction, STVSection, STVStage, STVTable, STVTransfer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ledger.rules.transferable import SingleTransferableVote
    from projections.count.lots import Lots
    from projections.count.paper import Papers
    from projections.count.stage_table import Purpose
    from projections.count.stv_papers import Parts, Piles
    from projections.count.stv_table import Kind

NO_CATEGORIES: Mapping[str, Collection[str]] = MappingProxyType({})


class Record:
    """What is known of a running count. Votes are in the smallest vote, see `stv_table`.

    `votes` decide; `held`, and of nobody `spent` and `lost`, are the same by section, which decides nothing.
    """

    def __init__(
        self,
        rule: SingleTransferableVote,
        candidates: Sequence[str],
        seats: int,
        sections: Sequence[str],
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
        self.sections = tuple(sections)
        self.held: dict[str, Parts] = {candidate: [0] * len(sections) for candidate in standing}
        self.papers: Parts = [0] * len(sections)
        self.spent: Parts = [0] * len(sections)
        self.lost: Parts = [0] * len(sections)
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

    def credit(self, firsts: Mapping[str | None, Piles]) -> None:
        """Give each candidate a vote for each paper that names them first; None has the papers that name nobody."""
        for name, piles in firsts.items():
            papers = papers_in(piles)
            held = [number * self.unit for number in papers]
            self.papers = added(self.papers, papers)
            if name is None:
                self.non_transferable, self.spent = sum(held), held
            else:
                self.votes[name], self.held[name] = sum(held), held
        self.valid = sum(self.papers)

    def act(self, kind: Kind, candidates: Iterable[str], reason: str) -> None:
        """Note what the stage moved or decided."""
        self._actions.append(STVAction(kind, tuple(candidates), reason))

    def give(self, giver: str, heir: str | None, parts: Parts) -> None:
        """Move votes, by section, from a candidate to another, or to the non-transferable."""
        amount = self._take(giver, parts)
        if heir is None:
            self.non_transferable += amount
            self.spent = added(self.spent, parts)
        else:
            self.votes[heir] += amount
            self.held[heir] = added(self.held[heir], parts)
        if amount:
            self._transfers.append(STVTransfer(giver, heir, "non-transferable" if heir is None else "votes", amount))

    def leave(self, giver: str, amount: int) -> None:
        """Move votes that no paper takes along to the non-transferable; of each section as the giver holds them."""
        self.give(giver, None, parted(amount, self.held[giver]))

    def lose(self, giver: str, amount: int) -> None:
        """Take votes from a candidate that are lost to fractions; of each section as the giver holds them."""
        parts = parted(amount, self.held[giver])
        self.loss += self._take(giver, parts)
        self.lost = added(self.lost, parts)
        if amount:
            self._transfers.append(STVTransfer(giver, None, "loss", amount))

    def _take(self, giver: str, parts: Parts) -> int:
        amount = sum(parts)
        self.votes[giver] -= amount
        self.held[giver] = [held - part for held, part in zip(self.held[giver], parts, strict=True)]
        return amount

    def close_stage(self) -> None:
        """End the stage, so that what follows belongs to the next."""
        self.history.append(dict(self.votes))
        self._stages.append(
            STVStage(
                number=len(self.history),
                votes=self.history[-1],
                non_transferable=self.non_transferable,
                loss=self.loss,
                sections={section: self._section(at) for at, section in enumerate(self.sections)},
                quota=self.quota,
                elected=tuple(self.elected),
                hopeful=tuple(self.hopeful),
                excluded=tuple(self.excluded),
                actions=tuple(self._actions),
                transfers=tuple(self._transfers),
            )
        )
        self._actions, self._transfers = [], []

    def _section(self, at: int) -> STVSection:
        votes = {candidate: held[at] for candidate, held in self.held.items()}
        return STVSection(votes, self.spent[at], self.lost[at])

    def table(self, papers: Papers) -> STVTable:
        """End the count."""
        self.close_stage()
        return STVTable(
            candidates=self.candidates,
            withdrawn=self.withdrawn,
            sections=self.sections,
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

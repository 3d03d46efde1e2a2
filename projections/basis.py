"""All that a count is taken from, as of a position of the record; and the count, its name, its cells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.figures import CountFigures
from ledger.leaf import CANONICAL
from projections.count.cells import cells
from projections.count.count import Poll, Table, count
from projections.count.stv_table import STVTable
from projections.count.together import as_published
from projections.papers.ballot_account import BallotAccount, ballot_account

if TYPE_CHECKING:
    from ledger.rules.count_rule import CountRule
    from ledger.streams.account import AccountStated
    from ledger.streams.contest import ContestDefined
    from ledger.streams.totals import TotalsCertified
    from projections.count.cells import Cell
    from projections.count.lots import Lots
    from projections.count.stage_table import Profile, StageTable


@dataclass(frozen=True, slots=True)
class Basis:
    """What a contest's count is taken from.

    Attributes:
        papers: section -> marks -> papers, of batches closed and not withdrawn.
        certified: section -> the totals that stand in for its papers.
        lots: as they were drawn.
        accounts: section -> the ballot account as it was stated last.
    """

    contest: ContestDefined
    rule: CountRule
    papers: Profile
    certified: Mapping[str, TotalsCertified]
    lots: Lots
    accounts: Mapping[str, AccountStated]

    @property
    def poll(self) -> Poll:
        """Who stands for what."""
        return Poll(
            candidates=tuple(candidate.id for candidate in self.contest.candidates),
            sections=tuple(section.id for section in self.contest.sections),
            seats=self.contest.seats,
            categories={each.id: each.categories for each in self.contest.candidates if each.categories},
        )

    def count(self) -> Table:
        """Count; raises what `count` does."""
        totals = {
            section: [{held.candidate: held.votes for held in stage.held} for stage in event.stages]
            for section, event in self.certified.items()
        }
        papers = {section: event.papers for section, event in self.certified.items() if event.papers is not None}
        return count(self.rule, self.poll, self.papers, self.lots, totals, papers)

    def account(self, table: Table) -> BallotAccount:
        """Put the ballot account beside the count."""
        return ballot_account(self.accounts, table)

    def cells(self, table: Table) -> dict[Cell, Fraction]:
        """Give every cell of the count and of the account that somebody may have published."""
        return {**cells(as_published(table, self.rule)), **self.account(table).cells()}

    def figures(self, table: Table, position: int) -> CountFigures:
        """Give what decisions read of a count as of a position."""
        account = self.account(table).whole
        return CountFigures(
            position=position,
            digest=self.digest(table),
            elected=table.elected,
            cells={cell: str(value) for cell, value in self.cells(table).items()},
            stage=table.stages[-1].number,
            lot_needed=table.lot_needed,
            lot_for=table.lot_for,
            distributed=account.distributed,
            returned=account.returned,
            rejected=account.invalid,
        )

    def digest(self, table: Table) -> str:
        """Name a count: SHA-256 of the stage table's ids and numbers, and of the rule's name, as canonical JSON."""
        body: dict[str, Any] = {
            "contest": self.contest.contest,
            "count_rule": self.contest.count_rule,
            "elected": table.elected,
            "rejected": table.rejected,
            "valid": table.valid,
        } | (_stv_body(table) if isinstance(table, STVTable) else _stages_body(table))
        return "sha256:" + hashlib.sha256(json.dumps(body, **CANONICAL, default=dict).encode()).hexdigest()


def _stages_body(table: StageTable) -> dict[str, Any]:
    stages = [
        {
            "action": stage.action.kind,
            "candidates": stage.action.candidates,
            "non_transferable": stage.non_transferable,
            "votes": stage.votes,
        }
        for stage in table.stages
    ]
    return {"stages": stages} | ({"certified": table.certified} if table.certified else {})


def _stv_body(table: STVTable) -> dict[str, Any]:
    stages = [
        {
            "actions": [{"action": action.kind, "candidates": action.candidates} for action in stage.actions],
            "loss": stage.loss,
            "non_transferable": stage.non_transferable,
            "quota": stage.quota,
            "sections": {
                name: {"loss": part.loss, "non_transferable": part.non_transferable, "votes": part.votes}
                for name, part in stage.sections.items()
            },
            "votes": stage.votes,
        }
        for stage in table.stages
    ]
    return {"decimals": table.decimals, "stages": stages}

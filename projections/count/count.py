"""The one door to counting: a rule, who stands for how many places, the papers; the stage table in return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
from ledger.rules.crosses import Plurality, YesNo
from ledger.rules.transferable import Ers97STV, MeekSTV, ScottishSTV
from projections.count.av import NO_TOTALS, count_av
from projections.count.lots import NO_LOTS
from projections.count.plurality import count_plurality
from projections.count.stage_table import StageTable
from projections.count.stv_ers97 import count_ers97
from projections.count.stv_meek import count_meek
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable
from projections.count.yes_no import count_yes_no

if TYPE_CHECKING:
    from ledger.rules.count_rule import AnyCountRule
    from projections.count.av import Totals
    from projections.count.lots import Lots
    from projections.count.stage_table import Profile

Table = StageTable | STVTable


@dataclass(frozen=True, slots=True)
class Poll:
    """Who stands for what.

    Attributes:
        candidates: distinct ids in ballot order.
        sections: distinct ids in the order of the contest.
        seats: places, 1 or more.
        categories: candidate -> categories that places may be reserved for; others are of none.
    """

    candidates: tuple[str, ...]
    sections: tuple[str, ...]
    seats: int = 1
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def count(
    rule: AnyCountRule,
    poll: Poll,
    profile: Profile,
    lots: Lots = NO_LOTS,
    totals: Totals = NO_TOTALS,
    certified_papers: Mapping[str, int] | None = None,
) -> Table:
    """Count under any rule. See the method's own function for what it answers in which case.

    Args:
        profile: section -> marks -> papers.
        lots: (stage number, the tied) -> them as drawn.
        totals: section -> for each stage: candidate -> papers, as certified.
        certified_papers: section counted from totals -> valid papers, where a paper has several votes.

    Raises:
        RefusedError: `totals-unfit`: papers go on at fractions of their worth, which totals cannot say; and what the
            method raises.
        EvidenceError: what the method raises.
    """
    match rule:
        case AlternativeVote() | WeightedAlternativeVote():
            return count_av(rule, poll.candidates, poll.sections, profile, lots, totals)
        case Plurality():
            return count_plurality(
                rule,
                poll.candidates,
                poll.seats,
                poll.sections,
                profile,
                lots,
                totals,
                categories=poll.categories,
                certified_papers=certified_papers or {},
            )
        case YesNo():
            return count_yes_no(rule, poll.sections, profile, totals)
    _require_papers(totals)
    ask = (poll.candidates, poll.seats, poll.sections, profile, lots, (), poll.categories)
    match rule:
        case ScottishSTV():
            return count_scottish(rule, *ask)
        case Ers97STV():
            return count_ers97(rule, *ask)
        case MeekSTV():
            return count_meek(rule, *ask)


def _require_papers(totals: Totals) -> None:
    if totals:
        raise RefusedError(
            "totals-unfit",
            f"section {next(iter(totals))}",
            expected="papers, under the single transferable vote",
            found="certified totals",
            remedy="Totals cannot say how papers would have gone on: record the papers",
        )

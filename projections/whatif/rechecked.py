"""Papers of a certificate counted again: whether they are there, are as many as it says, and elect whom it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.errors import PollbookError
from projections.whatif.totals import outcomes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projections.basis import Basis
    from projections.margin.recount import Moved, Ranked
    from projections.margin.search import Goal
    from projections.whatif.found import Elected


@dataclass(frozen=True, slots=True)
class Claim:
    """What a certificate says.

    Attributes:
        name: which of several it is, in words.
        moved: the papers that are otherwise.
        goal: whether somebody else is `certain` to be elected then, or `could` be, if only by a lot.
        elected: whoever lots can elect then, each way once, sorted.
        added, removed: section -> the most papers that may be added, taken out; None for as many as there are.
        removed_at_least: section -> the fewest papers that have to be taken out.
        papers: how many papers it says move; None where it does not say.
        swaps: whether every paper added in a section stands for one taken out there.
    """

    name: str
    moved: Moved
    goal: Goal
    elected: tuple[Elected, ...]
    added: Mapping[str, int | None] = field(default_factory=dict)
    removed: Mapping[str, int | None] = field(default_factory=dict)
    removed_at_least: Mapping[str, int] = field(default_factory=dict)
    papers: int | None = None
    swaps: bool = False


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a recount says: whoever lots can elect (None where it was not counted), and why the claim does not hold."""

    claim: Claim
    elected: tuple[Elected, ...] | None
    why: str = ""


def recheck(basis: Basis, stands: Elected, claim: Claim) -> Rechecked:
    """Count the papers of a claim again.

    Args:
        basis: what is counted, before papers move.
        stands: who is elected as the result stands, sorted.
    """
    why = _unlike(claim)
    if why:
        return Rechecked(claim, None, why)
    try:
        found = outcomes_of(basis, claim.moved)
    except (KeyError, ValueError):
        return Rechecked(claim, None, "it takes out papers that are not on record")
    except PollbookError as error:  # marks of nobody who stands, or crosses where there are ranks
        return Rechecked(claim, None, f"its papers cannot be counted ({error.code}): {error.found}")
    if found is None:
        return Rechecked(claim, None, "what lots make of it cannot be counted")
    elected = tuple(found)
    others = [each != stands for each in elected]
    if elected != claim.elected:
        return Rechecked(claim, elected, "somebody else is elected than it says")
    if not (all(others) if claim.goal == "certain" else any(others)):
        return Rechecked(claim, elected, "the result is the same")
    return Rechecked(claim, elected)


def _unlike(claim: Claim) -> str:
    """Say in what the papers are not those that the claim is about."""
    added, removed = (_numbers(side) for side in (claim.moved.added, claim.moved.removed))
    for numbers, most in ((added, claim.added), (removed, claim.removed)):
        for section, number in numbers.items():
            may = most.get(section, 0)
            if may is not None and number > may:
                return f"it moves {number} papers of {section} where {may} may move"
    if any(removed.get(section, 0) < least for section, least in claim.removed_at_least.items()):
        return "it takes out fewer papers than have to be"
    if claim.swaps and added != removed:
        return "it does not mark as many papers otherwise as it takes out"
    if claim.papers is not None and claim.papers != claim.moved.papers:
        return f"it moves {claim.moved.papers} papers, and says {claim.papers}"
    return ""


def _numbers(side: Ranked) -> dict[str, int]:
    return {section: sum(each.values()) for section, each in side.items() if any(each.values())}

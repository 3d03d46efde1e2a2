"""The alternative vote: one place, the lowest excluded and their papers moved until one has a majority.

Exact: in whole papers, or in an electoral college in exact parts of the whole. All that was chosen is in the rule;
nothing here knows a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from ledger.rules.alternative import AlternativeVote
from projections.count.lots import NO_LOTS, Lots, drawn
from projections.count.paper import group
from projections.count.scale import PaperScale, PointScale, Standing
from projections.count.stage_table import Action, Stage, StageTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.count.paper import Bundle
    from projections.count.scale import Scale
    from projections.count.stage_table import Profile

Held = Mapping[str, Fraction | int]  # continuing candidate, in ballot order -> papers, or points
Totals = Mapping[str, Sequence[Mapping[str, int]]]  # section -> for each stage: candidate -> papers, as certified

CELLS_MAX = 5_000_000  # of a stage table, candidates times sections at every stage: about 400 MB

NO_TOTALS: Totals = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Decision:
    """How a stage ends, and who is tied where it ends for want of a lot."""

    action: Action
    lot_needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tie:
    """Who is lowest after the ladder, how it came to that, and whether it stopped for an undrawn lot."""

    lowest: tuple[str, ...]
    steps: tuple[str, ...]
    lot_needed: bool = False


class _Pile:
    """The papers of one candidate, or those of nobody: how many per section, and which."""

    def __init__(self, sections: Sequence[str]) -> None:
        self.papers = dict.fromkeys(sections, 0)
        self.bundles: list[Bundle] = []

    def add(self, bundle: Bundle) -> None:
        self.papers[bundle.section] += bundle.papers
        self.bundles.append(bundle)


def count_av(
    rule: AnyAlternativeVote,
    candidates: Sequence[str],
    sections: Sequence[str],
    profile: Profile,
    lots: Lots = NO_LOTS,
    totals: Totals = NO_TOTALS,
) -> StageTable:
    """Count one place by the alternative vote.

    Args:
        rule: every choice; nothing is chosen here.
        candidates: distinct ids in ballot order; may be empty.
        sections: distinct ids in the order of the contest; under `av.v1` papers count the same whatever their section.
        profile: section -> marks -> papers, 0 or more; a section left out has none.
        lots: (stage number, the tied) -> all of them in the order drawn; the one drawn first is excluded.
        totals: section -> papers of each candidate at each stage, as certified, for a section whose papers are
            not at hand. They say nothing of other exclusions than those that were made.

    Returns:
        The stages, at least one. Elected is empty, and the last action says why, where there are no
        candidates, no valid papers, no majority in the sense of the rule with two left, a tie that the
        rule's ladder does not break, or a lot to draw: then `lot_needed` names the tied, the stage is
        the last one, and a count with that lot goes on from there. A sole candidate is elected unopposed.

    Raises:
        EvidenceError: `unknown-section`, `unknown-candidate`, `paper-not-admissible`, `lot-not-of-the-tied`.
        RefusedError: `empty-section`; `count-too-large`; `totals-missing`: certified totals end before the count does,
            or are of other candidates than those who continue.
    """
    papers = group(profile, candidates, sections, rule)
    valid = papers.valid | {name: sum(stages[0].values()) if stages else 0 for name, stages in totals.items()}
    stages, decision = _stages(
        rule, papers.bundles, {name: _Pile(sections) for name in candidates}, valid, lots, totals
    )
    action = decision.action
    return StageTable(
        candidates=tuple(candidates),
        sections=tuple(sections),
        stages=tuple(stages),
        valid=valid,
        rejected=papers.rejected,
        elected=action.candidates if action.kind == "elect" else (),
        lot_needed=decision.lot_needed,
        certified=tuple(name for name in sections if name in totals),
        lot_for="exclusion" if decision.lot_needed else "",
    )


def _stages(
    rule: AnyAlternativeVote,
    moving: list[Bundle],
    piles: dict[str, _Pile],
    valid: Mapping[str, int],
    lots: Lots,
    totals: Totals,
) -> tuple[list[Stage], _Decision]:
    """Deal papers out and decide, stage by stage, until nobody is to be excluded; give the last decision too."""
    scale: Scale = PaperScale() if isinstance(rule, AlternativeVote) else PointScale(rule)
    nobody = _Pile(list(valid))
    stages: list[Stage] = []
    history: list[Standing] = []
    cells = 0
    while True:
        cells += len(piles) * len(valid)
        if cells > CELLS_MAX:
            raise _too_large(len(history), piles)
        _deal(moving, piles, nobody)
        votes = {name: {candidate: pile.papers[name] for candidate, pile in piles.items()} for name in valid}
        votes |= {name: _certified(name, stages_of, len(history), piles) for name, stages_of in totals.items()}
        history.append(scale.standing(votes, valid))
        decision = _decide(rule, scale, history, lots)
        spent = {name: valid[name] - sum(votes[name].values()) for name in valid}
        points = history[-1].held if scale.weighted else None
        stages.append(Stage(len(history), votes, spent, decision.action, points, history[-1].by_section))
        if decision.action.kind != "exclude":
            return stages, decision
        moving = [bundle for candidate in decision.action.candidates for bundle in piles.pop(candidate).bundles]


def _too_large(stages: int, piles: Iterable[str]) -> RefusedError:
    return RefusedError(
        "count-too-large",
        f"a count of {stages} stages and more, {len(list(piles))} candidates still continuing",
        expected=f"a stage table of at most {CELLS_MAX} cells",
        found="more",
        remedy="Adopt a rule that excludes in bulk, or count by another method",
    )


def _certified(section: str, stages: Sequence[Mapping[str, int]], number: int, piles: Iterable[str]) -> dict[str, int]:
    """Look up what a section's certified totals say of a stage, in ballot order."""
    found = stages[number] if number < len(stages) else {}
    continuing = list(piles)
    if sorted(found) != sorted(continuing):
        raise RefusedError(
            "totals-missing",
            f"section {section}, stage {number + 1}",
            expected="certified totals of " + ", ".join(continuing),
            found=", ".join(sorted(found)) or "none",
            remedy="Totals cannot say how papers would have gone on: record the papers, or the totals of this stage",
        )
    return {candidate: found[candidate] for candidate in continuing}


def _deal(moving: Iterable[Bundle], piles: Mapping[str, _Pile], nobody: _Pile) -> None:
    """Give each bundle to the first continuing candidate of its ranking."""
    for bundle in moving:
        holder = next((candidate for candidate in bundle.ranking if candidate in piles), None)
        (nobody if holder is None else piles[holder]).add(bundle)


def _decide(rule: AnyAlternativeVote, scale: Scale, history: Sequence[Standing], lots: Lots) -> _Decision:
    """Decide how the last stage of the history ends."""
    held, continuing, whole, _ = history[-1]
    if not held:
        return _nobody((), "There are no candidates; nobody is elected.")
    if len(held) == 1:
        return _Decision(Action("elect", tuple(held), "One candidate for one place: unopposed."))
    if not history[0].continuing:  # no valid paper lacks a first preference
        return _nobody((), "There are no valid papers; nobody is elected.")
    of_continuing = rule.majority_base == "continuing"
    base = continuing if of_continuing else whole
    if scale.weighted:
        of = f"the {scale.says(base)} that continuing candidates hold" if of_continuing else "the whole"
    else:
        of = f"{base} continuing papers" if of_continuing else f"{base} papers valid at stage 1"
    leader = max(held, key=held.__getitem__)
    if 2 * held[leader] > base and (rule.stop == "first-majority" or len(held) == 2):
        reason = f"{scale.says(held[leader])} of {of}: more than half."
        return _Decision(Action("elect", (leader,), reason))
    if len(held) == 2 and not of_continuing:
        return _nobody(tuple(held), f"Neither of the last two holds more than half of {of}.")
    together = _safe_together(held) if rule.exclusion == "bulk-when-safe" else ()
    if together:
        number = scale.says(sum(held[candidate] for candidate in together))
        reason = f"Papers held together: {number}, fewer than any other candidate holds."
        return _Decision(Action("exclude", together, reason))
    return _exclude_lowest(rule, scale, history, lots)


def _nobody(candidates: tuple[str, ...], reason: str) -> _Decision:
    return _Decision(Action("none", candidates, reason))


def _safe_together(totals: Held) -> tuple[str, ...]:
    """Find the most candidates, two or more, who hold fewer papers together than any of the others.

    Two candidates are always left, so that the count ends as a single exclusion at a time would end it.
    """
    ascending = sorted(totals, key=totals.__getitem__)
    found = 0
    together: Fraction | int = 0
    for lower, candidate in enumerate(ascending[:-2]):
        together += totals[candidate]
        if together < totals[ascending[lower + 1]]:
            found = lower + 1
    chosen = frozenset(ascending[:found])
    return tuple(candidate for candidate in totals if candidate in chosen) if found > 1 else ()


def _exclude_lowest(rule: AnyAlternativeVote, scale: Scale, history: Sequence[Standing], lots: Lots) -> _Decision:
    """Exclude the lowest, or elect the other where the last two are tied."""
    held = history[-1].held
    fewest = min(held.values())
    tied = tuple(candidate for candidate, number in held.items() if number == fewest)
    what = "points" if scale.weighted else "papers"
    if len(tied) == 1:
        return _Decision(Action("exclude", tied, f"Fewest {what}: {scale.says(fewest)}."))
    tie = _break_tie(rule, history, tied, lots)
    reason = f"{len(tied)} candidates tied for fewest {what}, {scale.says(fewest)}; {'; '.join(tie.steps)}"
    if len(tie.lowest) > 1:
        return _Decision(Action("none", tie.lowest, f"{reason}."), tie.lowest if tie.lot_needed else ())
    if len(held) == 2:
        other = tuple(candidate for candidate in held if candidate not in tie.lowest)
        return _Decision(Action("elect", other, f"{reason}; the other is elected."))
    return _Decision(Action("exclude", tie.lowest, f"{reason}."))


def _break_tie(rule: AnyAlternativeVote, history: Sequence[Standing], tied: tuple[str, ...], lots: Lots) -> _Tie:
    """Go down the rule's ladder until one of the tied is lowest.

    Backwards goes through the earlier stages from last to first, forwards from first to last. Wherever
    those still tied differ, only the lowest there stay tied, and the same rung goes on with them; when it
    has no more stages the next rung begins. A lot leaves the one drawn first.
    """
    steps: list[str] = []
    earlier = range(len(history) - 1)
    for rung in rule.ties:
        if rung == "lot":
            order = drawn(lots, len(history), tied)
            if not order:
                return _Tie(tied, (*steps, f"a lot among {len(tied)} is to be drawn"), lot_needed=True)
            return _Tie(order[:1], (*steps, f"the lot among {len(tied)} decides"))
        for index in reversed(earlier) if rung == "earlier-stages-backwards" else earlier:
            fewest = min(history[index].held[candidate] for candidate in tied)
            lowest = tuple(candidate for candidate in tied if history[index].held[candidate] == fewest)
            if len(lowest) < len(tied):
                steps.append(f"stage {index + 1} leaves {len(lowest)} of them lowest")
            tied = lowest
            if len(tied) == 1:
                return _Tie(tied, tuple(steps))
    return _Tie(tied, (*steps, "the rule has no further way to break the tie; nobody is elected"))

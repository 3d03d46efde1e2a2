"""The alternative vote: one place, the lowest excluded and their papers moved until one has a majority.

Exact in whole papers. All that was chosen is in the rule; nothing here knows a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ledger.errors import EvidenceError
from projections.count.paper import group
from projections.count.stage_table import Action, Stage, StageTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.streams.count_rule import AlternativeVote
    from projections.count.paper import Bundle
    from projections.count.stage_table import Profile

    Totals = Mapping[str, int]  # continuing candidate, in ballot order -> papers held over all sections

Lots = Mapping[tuple[int, frozenset[str]], Sequence[str]]  # stage number, the tied -> them as drawn

NO_LOTS: Lots = MappingProxyType({})


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
    rule: AlternativeVote,
    candidates: Sequence[str],
    sections: Sequence[str],
    profile: Profile,
    lots: Lots = NO_LOTS,
) -> StageTable:
    """Count one place by the alternative vote.

    Args:
        rule: every choice; nothing is chosen here.
        candidates: distinct ids in ballot order; may be empty.
        sections: distinct ids in the order of the contest; papers count the same whatever their section.
        profile: section -> marks -> papers, 0 or more; a section left out has none.
        lots: (stage number, the tied) -> all of them in the order drawn; the one drawn first is excluded.

    Returns:
        The stages, at least one. Elected is empty, and the last action says why, where there are no
        candidates, no valid papers, no majority in the sense of the rule with two left, a tie that the
        rule's ladder does not break, or a lot to draw: then `lot_needed` names the tied, the stage is
        the last one, and a count with that lot goes on from there. A sole candidate is elected unopposed.

    Raises:
        EvidenceError: `unknown-section`, `unknown-candidate`, `paper-not-admissible`, `lot-not-of-the-tied`.
    """
    papers = group(profile, candidates, sections, rule)
    piles = {candidate: _Pile(sections) for candidate in candidates}
    nobody = _Pile(sections)
    moving = papers.bundles
    stages: list[Stage] = []
    history: list[Totals] = []
    while True:
        _deal(moving, piles, nobody)
        history.append({candidate: sum(pile.papers.values()) for candidate, pile in piles.items()})
        decision = _decide(rule, history, lots)
        stages.append(_stage(len(history), sections, piles, nobody, decision.action))
        if decision.action.kind != "exclude":
            break
        moving = [bundle for candidate in decision.action.candidates for bundle in piles.pop(candidate).bundles]
    action = decision.action
    return StageTable(
        candidates=tuple(candidates),
        sections=tuple(sections),
        stages=tuple(stages),
        valid=papers.valid,
        rejected=papers.rejected,
        elected=action.candidates if action.kind == "elect" else (),
        lot_needed=decision.lot_needed,
    )


def _deal(moving: Iterable[Bundle], piles: Mapping[str, _Pile], nobody: _Pile) -> None:
    """Give each bundle to the first continuing candidate of its ranking."""
    for bundle in moving:
        holder = next((candidate for candidate in bundle.ranking if candidate in piles), None)
        (nobody if holder is None else piles[holder]).add(bundle)


def _stage(number: int, sections: Sequence[str], piles: Mapping[str, _Pile], nobody: _Pile, action: Action) -> Stage:
    votes = {section: {candidate: pile.papers[section] for candidate, pile in piles.items()} for section in sections}
    return Stage(number, votes, dict(nobody.papers), action)


def _decide(rule: AlternativeVote, history: Sequence[Totals], lots: Lots) -> _Decision:
    """Decide how the last stage of the history ends."""
    totals = history[-1]
    if not totals:
        return _nobody((), "There are no candidates; nobody is elected.")
    if len(totals) == 1:
        return _Decision(Action("elect", tuple(totals), "One candidate for one place: unopposed."))
    continuing, valid = sum(totals.values()), sum(history[0].values())  # no valid paper lacks a first preference
    if not valid:
        return _nobody((), "There are no valid papers; nobody is elected.")
    of_continuing = rule.majority_base == "continuing"
    base, of = (continuing, "continuing papers") if of_continuing else (valid, "papers valid at stage 1")
    leader = max(totals, key=totals.__getitem__)
    if 2 * totals[leader] > base and (rule.stop == "first-majority" or len(totals) == 2):
        return _Decision(Action("elect", (leader,), f"{totals[leader]} of {base} {of}: more than half."))
    if len(totals) == 2 and not of_continuing:
        return _nobody(tuple(totals), f"Neither of the last two holds more than half of {base} {of}.")
    together = _safe_together(totals) if rule.exclusion == "bulk-when-safe" else ()
    if together:
        held = sum(totals[candidate] for candidate in together)
        reason = f"Papers held together: {held}, fewer than any other candidate holds."
        return _Decision(Action("exclude", together, reason))
    return _exclude_lowest(rule, history, lots)


def _nobody(candidates: tuple[str, ...], reason: str) -> _Decision:
    return _Decision(Action("none", candidates, reason))


def _safe_together(totals: Totals) -> tuple[str, ...]:
    """Find the most candidates, two or more, who hold fewer papers together than any of the others.

    Two candidates are always left, so that the count ends as a single exclusion at a time would end it.
    """
    ascending = sorted(totals, key=totals.__getitem__)
    together, found = 0, 0
    for lower, candidate in enumerate(ascending[:-2]):
        together += totals[candidate]
        if together < totals[ascending[lower + 1]]:
            found = lower + 1
    chosen = frozenset(ascending[:found])
    return tuple(candidate for candidate in totals if candidate in chosen) if found > 1 else ()


def _exclude_lowest(rule: AlternativeVote, history: Sequence[Totals], lots: Lots) -> _Decision:
    """Exclude the lowest, or elect the other where the last two are tied."""
    totals = history[-1]
    fewest = min(totals.values())
    tied = tuple(candidate for candidate, held in totals.items() if held == fewest)
    if len(tied) == 1:
        return _Decision(Action("exclude", tied, f"Fewest papers: {fewest}."))
    tie = _break_tie(rule, history, tied, lots)
    reason = f"{len(tied)} candidates tied for fewest papers, {fewest}; {'; '.join(tie.steps)}"
    if len(tie.lowest) > 1:
        return _Decision(Action("none", tie.lowest, f"{reason}."), tie.lowest if tie.lot_needed else ())
    if len(totals) == 2:
        other = tuple(candidate for candidate in totals if candidate not in tie.lowest)
        return _Decision(Action("elect", other, f"{reason}; the other is elected."))
    return _Decision(Action("exclude", tie.lowest, f"{reason}."))


def _break_tie(rule: AlternativeVote, history: Sequence[Totals], tied: tuple[str, ...], lots: Lots) -> _Tie:
    """Go down the rule's ladder until one of the tied is lowest.

    Backwards goes through the earlier stages from last to first, forwards from first to last. Wherever
    those still tied differ, only the lowest there stay tied, and the same rung goes on with them; when it
    has no more stages the next rung begins. A lot leaves the one drawn first.
    """
    steps: list[str] = []
    earlier = range(len(history) - 1)
    for rung in rule.ties:
        if rung == "lot":
            drawn = _drawn(lots, len(history), tied)
            if not drawn:
                return _Tie(tied, (*steps, f"a lot among {len(tied)} is to be drawn"), lot_needed=True)
            return _Tie(drawn[:1], (*steps, f"the lot among {len(tied)} leaves 1 of them lowest"))
        for index in reversed(earlier) if rung == "earlier-stages-backwards" else earlier:
            fewest = min(history[index][candidate] for candidate in tied)
            lowest = tuple(candidate for candidate in tied if history[index][candidate] == fewest)
            if len(lowest) < len(tied):
                steps.append(f"stage {index + 1} leaves {len(lowest)} of them lowest")
            tied = lowest
            if len(tied) == 1:
                return _Tie(tied, tuple(steps))
    return _Tie(tied, (*steps, "the rule has no further way to break the tie; nobody is elected"))


def _drawn(lots: Lots, number: int, tied: tuple[str, ...]) -> tuple[str, ...]:
    """Look up the lot drawn among the tied at a stage; empty where none is recorded."""
    drawn = tuple(lots.get((number, frozenset(tied)), ()))
    if drawn and sorted(drawn) != sorted(tied):
        raise EvidenceError(
            "lot-not-of-the-tied",
            f"lot of stage {number}",
            expected=f"{', '.join(tied)} in some order",
            found=", ".join(drawn),
        )
    return drawn

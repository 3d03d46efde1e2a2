"""Plurality: most votes win, for one place (first past the post) or several (the block vote).

Reserved places displace: who would be elected by votes alone, and is not, gives way to who is brought in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from projections.count.av import NO_TOTALS
from projections.count.crosses import group_crosses
from projections.count.lots import NO_LOTS
from projections.count.places import Filled, Places
from projections.count.stage_table import Action, Stage, StageTable

if TYPE_CHECKING:
    from ledger.rules.crosses import Plurality
    from projections.count.av import Totals
    from projections.count.lots import Lots
    from projections.count.paper import Papers
    from projections.count.places import Tie
    from projections.count.stage_table import Profile

    Votes = dict[str, dict[str, int]]  # section -> candidate, in ballot order -> votes

NO_CATEGORIES: Mapping[str, Collection[str]] = MappingProxyType({})
NO_PAPERS: Mapping[str, int] = MappingProxyType({})


def count_plurality(
    rule: Plurality,
    candidates: Sequence[str],
    seats: int,
    sections: Sequence[str],
    profile: Profile,
    lots: Lots = NO_LOTS,
    totals: Totals = NO_TOTALS,
    categories: Mapping[str, Collection[str]] = NO_CATEGORIES,
    certified_papers: Mapping[str, int] = NO_PAPERS,
) -> StageTable:
    """Fill places by most votes, past whoever would leave reserved places unfilled; a paper has `seats` votes.

    Args:
        candidates: distinct ids in ballot order; may be empty.
        profile: section -> marks -> papers, 0 or more; a section left out has none.
        lots: (1, the tied) -> all of them in the order drawn; places go to those drawn first.
        totals: section -> one stage: candidate -> votes, as certified, where papers are not at hand.
        categories: candidate -> categories; somebody left out is of none.
        certified_papers: section counted from totals -> valid papers, as certified. For several places a section
            without it is in neither `valid` nor `non_transferable`: votes do not tell how many papers gave them.

    Returns:
        The votes, at one stage, and again at one more for each displacement. Elected is in the order of votes; all,
        unopposed, where there are no more than places; empty, and the last action says why, where there are no
        candidates, no valid papers, ties that leave every place empty, or a lot to draw: `lot_needed` names those
        of equal votes for whom it matters in which order they are taken.

    Raises:
        EvidenceError: `unknown-section`, `unknown-candidate`, `paper-not-admissible`, `lot-not-of-the-tied`.
        RefusedError: `rule-infeasible`, `totals-missing`, `totals-unfit` (votes and certified papers do not agree).
    """
    places = Places(rule.reserved, categories, candidates, seats)
    papers = group_crosses(profile, candidates, sections, rule, seats)
    votes = _votes(papers, candidates, totals)
    valid = _valid(rule, papers, votes, seats, totals, certified_papers)
    spare = {section: seats * number - sum(votes[section].values()) for section, number in valid.items()}
    actions, undrawn = _decide(rule, places, votes, seats, lots)
    return StageTable(
        tuple(candidates),
        tuple(sections),
        tuple(Stage(number, votes, spare, action) for number, action in enumerate(actions, start=1)),
        valid,
        papers.rejected,
        elected=actions[-1].candidates if actions[-1].kind == "elect" else (),
        lot_needed=undrawn,
        certified=tuple(filter(totals.__contains__, sections)),
        votes_each=seats,
        lot_for="place" if undrawn else "",
    )


def _votes(papers: Papers, candidates: Sequence[str], totals: Totals) -> Votes:
    votes: Votes = {section: dict.fromkeys(candidates, 0) for section in papers.rankings}
    for section, crossed in papers.rankings.items():
        for names, number in crossed.items():
            for name in names:
                votes[section][name] += number
    return votes | {section: _certified(section, stages, candidates) for section, stages in totals.items()}


def _valid(
    rule: Plurality,
    papers: Papers,
    votes: Votes,
    seats: int,
    totals: Totals,
    certified_papers: Mapping[str, int],
) -> dict[str, int]:
    """Give the valid papers of the sections of which they are known."""
    valid = {section: number for section, number in papers.valid.items() if section not in totals}
    for section in votes:
        if section in totals and section in certified_papers:
            valid[section] = certified_papers[section]
            _check_papers(rule, section, votes[section], valid[section], seats)
        elif section in totals and seats == 1:
            valid[section] = sum(votes[section].values())
    return {section: valid[section] for section in votes if section in valid}


def _certified(section: str, stages: Sequence[Mapping[str, int]], candidates: Sequence[str]) -> dict[str, int]:
    """Look up what a section's certified totals say, in ballot order."""
    if len(stages) != 1 or sorted(stages[0]) != sorted(candidates):
        raise RefusedError(
            "totals-missing",
            f"section {section}",
            expected="one stage of certified totals, of " + ", ".join(candidates),
            found=", ".join(sorted(stages[0])) if len(stages) == 1 else f"{len(stages)} stages",
            remedy="Record the votes of every candidate, once",
        )
    return {candidate: stages[0][candidate] for candidate in candidates}


def _check_papers(rule: Plurality, section: str, votes: Mapping[str, int], papers: int, seats: int) -> None:
    """Refuse a number of valid papers that cannot have given these votes."""
    most, given = max(votes.values(), default=0), sum(votes.values())
    highest = min(seats, len(votes))  # votes of one paper
    lowest = highest if rule.votes == "all" else min(1, highest)
    if most > papers or not lowest * papers <= given <= highest * papers:
        raise RefusedError(
            "totals-unfit",
            f"section {section}",
            expected=f"{papers} valid papers, {lowest * papers} to {highest * papers} votes, for one {papers} at most",
            found=f"{given}, {most} for one",
            remedy="Record the votes and the papers as they were certified",
        )


def _decide(
    rule: Plurality, places: Places, votes: Votes, seats: int, lots: Lots
) -> tuple[list[Action], tuple[str, ...]]:
    """Decide how each stage ends, one or more, and who is tied where it ends for want of a lot."""
    held = {name: sum(each[name] for each in votes.values()) for name in places.kinds}
    ranked = tuple(sorted(held, key=lambda name: -held[name]))
    if not held:
        return [Action("none", (), "There are no candidates; nobody is elected.")], ()
    if len(held) <= seats:
        return [Action("elect", ranked, f"{_some(len(held), 'candidate')} for {_some(seats, 'place')}: unopposed.")], ()
    if not held[ranked[0]]:  # every valid paper gives a vote
        return [Action("none", (), "There are no valid papers; nobody is elected.")], ()
    by_lot = rule.ties == "lot"
    filled = places.fill(held, lots, by_lot=by_lot)
    if filled.undrawn:
        reason = f"{_says(filled.undrawn, held)}; a lot among them is to be drawn."
        return [Action("none", filled.undrawn.candidates, reason)], filled.undrawn.candidates
    elected = tuple(name for name in ranked if name in filled.elected)
    displaced = _displaced(ranked, held, filled, seats, by_lot=by_lot)
    ties = "".join(f" {_says(tie, held)}{'; the lot decides' if by_lot else ', left empty'}." for tie in filled.ties)
    actions = [
        Action("displace", (lower, higher), _gives_way(held[lower], held[higher], places.kinds[higher]))
        for lower, higher in displaced
    ]
    if elected:
        return [*actions, Action("elect", elected, _most(ranked, held, filled, displaced) + ties)], ()
    tied = tuple(name for tie in filled.ties for name in tie.candidates)
    return [*actions, Action("none", tied, ties.strip())], ()


def _displaced(
    ranked: Sequence[str], held: Mapping[str, int], filled: Filled, seats: int, *, by_lot: bool
) -> list[tuple[str, str]]:
    """Pair whoever loses a place to reserved places, lowest first, with whoever gets one by them, highest first.

    Where several are level for the last place by votes alone, it is theirs who are elected all the same, then theirs
    who were drawn first, then theirs who are higher on the ballot paper. Whoever loses it to a tie is not displaced.
    """
    bound = held[ranked[seats - 1]]
    above = [name for name in ranked if held[name] > bound]
    level = [name for name in ranked if held[name] == bound]
    if by_lot or len(above) + len(level) <= seats:
        level.sort(key=lambda name: (name not in filled.elected, filled.order.get(name, len(ranked))))
        above += level[: seats - len(above)]
    by_votes = frozenset(above)
    tied = frozenset(() if by_lot else (name for tie in filled.ties for name in tie.candidates))
    out = [name for name in reversed(above) if name not in filled.elected | tied]
    brought = [name for name in ranked if name in filled.elected and name not in by_votes]
    return list(zip(out, brought, strict=False))  # one more of either where a tie leaves a place empty


def _gives_way(lower: int, higher: int, categories: Collection[str]) -> str:
    """Say a displacement in words: votes of who gives way, votes and reserved categories of who takes the place."""
    of = " and ".join(sorted(categories))
    return f"Reserved places: past {_some(lower, 'vote')}, the place goes to {_some(higher, 'vote')} of category {of}."


def _most(ranked: Sequence[str], held: Mapping[str, int], filled: Filled, displaced: Sequence[object]) -> str:
    votes = [held[name] for name in ranked if name in filled.elected]
    other = max(held[name] for name in ranked if name not in filled.elected)
    if displaced or other > votes[-1]:
        return "Most votes among those with whom the reserved places can be filled."
    least = _some(votes[-1], "vote")
    return f"Most votes: {least}{' or more each' if len(votes) > 1 else ''}; nobody else has more than {other}."


def _says(tie: Tie, held: Mapping[str, int]) -> str:
    votes = _some(held[tie.candidates[0]], "vote")
    return f"{len(tie.candidates)} candidates tied at {votes} each for {_some(tie.places, 'place')}"


def _some(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"

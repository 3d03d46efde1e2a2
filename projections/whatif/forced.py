"""Papers of which so many at least have to go: an example that takes out fewer is made up with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
from ledger.rules.crosses import Plurality
from projections.count.crosses import group_crosses
from projections.count.paper import group
from projections.margin.recount import Moved
from projections.whatif.totals import outcomes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from projections.basis import Basis
    from projections.whatif.changed import Changed
    from projections.whatif.found import Elected

Ranking = tuple[str, ...]
WAYS = 3
MORE_GO = (
    "so many papers at least have to go that those found to change the result are not all, and no others were found"
)


def outcomes_with(
    basis: Basis, example: Moved, changed: Changed, rankings: Mapping[str, Mapping[Ranking, int]], elected: Elected
) -> Iterator[tuple[Moved, list[Elected]]]:
    """Give ways to take out as many papers as have to go, those of the example among them, and whom each elects.

    Args:
        rankings: section -> ranking, or candidates with a cross -> valid papers.
        elected: as the result stands.
    """
    lacking = {
        section: least - sum(example.removed.get(section, {}).values()) for section, least in changed.least.items()
    }
    if not any(number > 0 for number in lacking.values()):
        ways = [example]
    else:
        ways = [_made_up(example, lacking, rankings, elected, way) for way in range(WAYS)]
    for moved in ways:
        outcomes = outcomes_of(basis, moved)
        if outcomes:
            yield moved, outcomes


def _made_up(
    example: Moved,
    lacking: Mapping[str, int],
    rankings: Mapping[str, Mapping[Ranking, int]],
    elected: Elected,
    way: int,
) -> Moved:
    """Take out more papers: in turn, those first for the elected first, those of others first, or of all alike."""
    removed = {section: dict(each) for section, each in example.removed.items()}
    for section, number in lacking.items():
        gone = removed.setdefault(section, {})
        left = {each: n - gone.get(each, 0) for each, n in rankings.get(section, {}).items() if n > gone.get(each, 0)}
        for each, n in _chosen(left, max(number, 0), elected, way):
            gone[each] = gone.get(each, 0) + n
        if not gone:
            del removed[section]
    return Moved(example.added, removed)


def _chosen(left: Mapping[Ranking, int], number: int, elected: Elected, way: int) -> Iterator[tuple[Ranking, int]]:
    whole = sum(left.values())
    order = sorted(left, key=lambda each: (({*each[:1]} <= {*elected}) != (way == 0), -left[each], each))
    share = {each: left[each] * number // whole if whole and way == WAYS - 1 else 0 for each in order}
    taken = sum(share.values())
    for each in order:
        more = min(left[each] - share[each], number - taken)
        taken += more
        if share[each] + more:
            yield each, share[each] + more


def valid_papers(basis: Basis) -> Mapping[str, Mapping[Ranking, int]]:
    """Give the valid papers of sections by what is on them, under a rule of preferences or of crosses; else none."""
    poll, rule = basis.poll, basis.rule
    if isinstance(rule, Plurality):
        return group_crosses(basis.papers, poll.candidates, poll.sections, rule, poll.seats).rankings
    if isinstance(rule, AlternativeVote | WeightedAlternativeVote):
        return group(basis.papers, poll.candidates, poll.sections, rule).rankings
    return {}

"""Margins of plurality, for one place and several: how many papers the last place hangs on.

Whoever is elected with fewest votes stands against whoever is not with most: somebody else is certain to be elected
just where one of these has more votes than one of those, and could be, by a lot, where they have as many. So the
fewest papers are the fewest over these pairs, and no search is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from projections.margin.recount import Moved
from projections.margin.search import GOALS, Answer

if TYPE_CHECKING:
    from ledger.rules.crosses import Plurality
    from projections.margin.recount import Ranked
    from projections.margin.relaxation import Kind
    from projections.margin.search import Goal

Crossed = Mapping[tuple[str, ...], int]  # the candidates with a cross, sorted by id -> papers

NOT_TOLD = "totals do not tell who was voted for on the same paper"


@dataclass(frozen=True, slots=True)
class CrossesCounted:
    """What a margin is of.

    Attributes:
        votes: candidate -> votes of all sections.
        papers: section -> papers; a section counted from totals has them only for one place, where votes are papers.
        totals: other sections counted from totals -> candidate -> votes.
        elected: as counted, fewer than the candidates.
    """

    rule: Plurality
    candidates: Sequence[str]
    seats: int
    votes: Mapping[str, int]
    papers: Mapping[str, Crossed]
    totals: Mapping[str, Mapping[str, int]]
    elected: Sequence[str]

    @property
    def sections(self) -> list[str]:
        """All sections."""
        return [*self.papers, *self.totals]


class _Pair(NamedTuple):
    """Somebody elected, somebody not, and votes of the one more than of the other."""

    elected: str
    other: str
    ahead: int


def plurality_margins(counted: CrossesCounted, kind: Kind, section: str | None) -> dict[Goal, Answer]:
    """Find the fewest papers after which somebody else could be, and is certain to be, elected.

    Args:
        section: whose papers move; None for any sections'.
    """
    pairs = [
        _Pair(elected, other, counted.votes[elected] - counted.votes[other])
        for elected in counted.elected
        for other in counted.candidates
        if other not in counted.elected
    ]
    chosen = counted.sections if section is None else [section]
    answers: dict[Goal, Answer] = {}
    for goal in GOALS:
        # where ties leave places empty, a tie is certain to change the result
        more = 1 if goal == "certain" and counted.rule.ties == "lot" else 0
        found = [_of_pair(counted, kind, chosen, pair, max(pair.ahead + more, 0)) for pair in pairs]
        answers[goal] = _fewest([*found, *_all_removed(counted, kind, chosen)])
    return answers


def _fewest(found: Sequence[Answer]) -> Answer:
    possible = [answer for answer in found if answer.least is not None]
    least = min((answer.least for answer in possible if answer.least is not None), default=None)
    moved = min((answer.moved for answer in possible if answer.moved), key=lambda each: each.papers, default=None)
    answer = Answer(least, moved)
    return answer if answer.exact else answer._replace(why=NOT_TOLD)


def _of_pair(counted: CrossesCounted, kind: Kind, chosen: Sequence[str], pair: _Pair, needed: int) -> Answer:
    """Let the other catch up so many votes."""
    if not needed:
        return Answer(0, Moved({}, {}))
    if kind == "addition":
        crosses = _with(counted, pair.other, [name for name in counted.elected if name != pair.elected])
        return Answer(needed, Moved({chosen[0]: {crosses: needed}}, {}))
    if any(section in counted.totals for section in chosen):
        return Answer(-(-needed // (2 if kind == "change" else 1)), None)
    return _from_papers(counted, kind, chosen, pair, needed)


def _with(counted: CrossesCounted, name: str, others: Sequence[str]) -> tuple[str, ...]:
    """Give a paper for the candidate, with as many other votes as the rule wants."""
    if counted.rule.votes == "any-number":
        return (name,)
    return tuple(sorted([name, *others][: min(counted.seats, len(counted.candidates))]))


def _is_against(names: Sequence[str], pair: _Pair) -> bool:
    return pair.elected in names and pair.other not in names


def _from_papers(counted: CrossesCounted, kind: Kind, chosen: Sequence[str], pair: _Pair, needed: int) -> Answer:
    """Take papers for the one and not for the other first; of changed ones each counts twice."""
    removed: Ranked = {}
    added: Ranked = {}
    taken = 0
    step = 2 if kind == "change" else 1
    for worth in range(step, 0, -1):
        for section in chosen:
            for names, papers in sorted(counted.papers[section].items()):
                if _worth(names, pair, kind) == worth and needed > 0:
                    number = min(papers, -(-needed // worth))
                    needed -= number * worth
                    taken += number
                    _put(removed, section, names, number)
                    if kind == "change":
                        _put(added, section, _changed(counted, names, pair), number)
    return Answer(taken, Moved(added, removed)) if needed <= 0 else Answer(None, None)


def _worth(names: Sequence[str], pair: _Pair, kind: Kind) -> int:
    """Votes that the other catches up by a paper, if it is removed, or changed as it helps most."""
    if kind == "removal":
        return int(_is_against(names, pair))
    if _is_against(names, pair):
        return 2
    return int((pair.elected in names) == (pair.other in names))


def _changed(counted: CrossesCounted, names: Sequence[str], pair: _Pair) -> tuple[str, ...]:
    """Vote for the other and not for the one, and else as before as far as there are votes."""
    kept = [name for name in names if name not in (pair.elected, pair.other)]
    spare = [name for name in counted.candidates if name not in (pair.elected, pair.other) and name not in kept]
    every = [pair.other, *kept, *spare]
    size = len(names) if counted.rule.votes == "all" else min(1 + len(kept), counted.seats)
    return tuple(sorted(every[:size]))


def _put(where: Ranked, section: str, names: tuple[str, ...], papers: int) -> None:
    found = where.setdefault(section, {})
    found[names] = found.get(names, 0) + papers


def _all_removed(counted: CrossesCounted, kind: Kind, chosen: Sequence[str]) -> list[Answer]:
    """Where no paper is left nobody is elected."""
    if kind != "removal" or counted.totals or set(chosen) != set(counted.papers):
        return []
    moved = Moved({}, {section: {k: n for k, n in papers.items() if n} for section, papers in counted.papers.items()})
    return [Answer(moved.papers, moved)]

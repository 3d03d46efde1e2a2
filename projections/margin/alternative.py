"""Margins of the alternative vote, plain and in an electoral college, from papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
from projections.margin.box import Box, joined, set_of
from projections.margin.form import PaperForms, PointForms
from projections.margin.node import Nodes
from projections.margin.recount import Recount
from projections.margin.relaxation import Moves
from projections.margin.rounding import shown
from projections.margin.search import GOALS, OPEN, Answer, Search
from projections.margin.together import TogetherForms
from projections.margin.watch import Expired, Watch

if TYPE_CHECKING:
    from ledger.rules.alternative import AnyAlternativeVote
    from projections.margin.box import Order
    from projections.margin.form import Forms
    from projections.margin.node import Node
    from projections.margin.recount import Moved, Outcome
    from projections.margin.relaxation import Column, Kind
    from projections.margin.search import Goal

Rankings = Mapping[str, Mapping[tuple[str, ...], int]]  # section -> ranking -> valid papers
ROUNDS_MAX = 50  # times that bounds are tried again on the next number of papers
Answers = dict["Goal", Answer]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a margin is of.

    Attributes:
        candidates, sections: ids in ballot order, and in the order of the contest; two candidates or more.
        papers: valid ones.
        winner: who is elected, as counted.
    """

    rule: AnyAlternativeVote
    candidates: Sequence[str]
    sections: Sequence[str]
    papers: Rankings
    winner: str


class Margins:
    """Finds the fewest papers after which the winner could be, or is certain to be, not elected."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._number = {name: place for place, name in enumerate(counted.candidates)}
        size = len(self._number)
        self._watch = Watch()
        self._boxes = {name: Box(self._numbered(name), size, self._watch) for name in counted.sections}
        self._everything = joined(self._boxes.values(), size, self._watch)
        self._winner = self._number[counted.winner]
        self._recount = Recount(_one_at_a_time(counted.rule), counted.candidates, counted.sections, self._watch)

    def _numbered(self, section: str) -> dict[Order, int]:
        rankings = self._counted.papers.get(section, {})
        return {tuple(map(self._number.__getitem__, names)): n for names, n in rankings.items() if n}

    def of_section(self, kind: Kind, section: str, expired: Expired) -> Answers:
        """Search where the papers of one section move; `expired` says that the time is up."""
        rule, box = self._counted.rule, self._boxes[section]
        moves = self._moves(kind, [box])
        if isinstance(rule, AlternativeVote):
            forms: Forms = PaperForms(rule, self._everything, moves.each)
        else:
            forms = PointForms(rule, list(self._boxes.values()), list(self._boxes).index(section))
        return self._search(forms, moves, [[section]], expired, {}, None)

    def of_all(self, kind: Kind, alone: Mapping[str, Answers], expired: Expired) -> Answers:
        """Search where papers of any sections move; `alone` are the answers for each of them."""
        rule = self._counted.rule
        best = {goal: moved for goal in GOALS if (moved := _fewest(alone, goal)) is not None}
        if isinstance(rule, AlternativeVote):
            moves = self._moves(kind, [self._everything])
            forms: Forms = PaperForms(rule, self._everything, moves.each)
            return self._search(forms, moves, [list(self._boxes)], expired, best, None)
        if kind == "addition" and len(best) < len(GOALS):
            return dict.fromkeys(GOALS, Answer(0, None, OPEN))
        most = max(moved.papers for moved in best.values()) - 1 if len(best) == len(GOALS) else self._everything.valid
        answers = self._together(kind, most, expired, best, None)
        for _ in range(ROUNDS_MAX):
            open_ = [answer.least for answer in answers.values() if answer.why == OPEN and answer.least is not None]
            if not open_:
                break
            at = min(open_)
            again = self._together(kind, at, expired, best, at)
            answers = {goal: _raised(answers[goal], again[goal], at) for goal in GOALS}
            if at in [answer.least for answer in answers.values() if answer.why]:
                break
        return {goal: _not_alone(answer, [each[goal] for each in alone.values()]) for goal, answer in answers.items()}

    def _together(
        self, kind: Kind, most: int, expired: Expired, best: dict[Goal, Moved], ceiling: int | None
    ) -> Answers:
        """Search where papers of sections move that weigh differently: bounds that hold for `most` papers, no more."""
        rule = self._counted.rule
        if not isinstance(rule, WeightedAlternativeVote):
            raise TypeError("papers weigh the same")
        moves = self._moves(kind, list(self._boxes.values()))
        forms = TogetherForms(rule, moves.boxes, kind, most)
        return self._search(forms, moves, [[name] for name in self._boxes], expired, best, ceiling)

    def _moves(self, kind: Kind, boxes: Sequence[Box]) -> Moves:
        return Moves(kind, tuple(boxes), self._counted.rule.preferences == "all", self._watch)

    def _search(
        self,
        forms: Forms,
        moves: Moves,
        chosen: Sequence[Sequence[str]],
        expired: Expired,
        best: dict[Goal, Moved],
        ceiling: int | None,
    ) -> Answers:
        counted = self._counted
        alike = None if isinstance(counted.rule, WeightedAlternativeVote) else self._everything
        nodes = Nodes(counted.rule, forms, moves, alike, self._winner)
        sources = [{name: self._boxes[name].papers for name in names} for names in chosen]

        def recounted(node: Node, numbers: Mapping[Column, int]) -> tuple[Moved, list[Outcome] | None]:
            moved = shown(node.solution, numbers, moves, sources, counted.candidates)
            return moved, self._recount.outcomes(moved.applied(counted.papers))

        search = Search(nodes, (counted.winner,), recounted, expired, best, ceiling)
        self._watch.begin(expired)
        search.try_orders(_likely(self._everything, self._winner))
        answers = search.run()
        self._watch.end()
        return answers


def _raised(answer: Answer, again: Answer, at: int) -> Answer:
    """Take what a search told that was right about `at` papers and fewer."""
    if answer.exact or answer.least is None or answer.least > at:
        return answer._replace(moved=again.moved) if answer.why else answer
    if again.exact and again.moved is not None and again.moved.papers <= at:
        return again
    stuck = again.why and again.least is not None and again.least <= at
    least = answer.least if stuck else at + 1
    raised = Answer(least, again.moved, again.why or OPEN)
    return raised._replace(why="") if raised.exact else raised


def _not_alone(answer: Answer, alone: Sequence[Answer]) -> Answer:
    """Raise a bound to what one section alone needs, or two papers, for it takes two to be of several sections."""
    bounds = [each.least for each in alone if each.least is not None]
    if answer.exact or answer.least is None or not bounds:
        return answer
    raised = answer._replace(least=max(answer.least, min(2, *bounds)))
    return raised._replace(why="") if raised.exact else raised


def _one_at_a_time(rule: AnyAlternativeVote) -> AnyAlternativeVote:
    """Give the rule with which a recount names exclusions one by one, where that elects the same.

    Those who are safely excluded together are excluded first one by one too. Only a ladder of earlier stages could tell
    the difference, for it has other stages to look at.
    """
    if isinstance(rule, AlternativeVote) and rule.ties[0] == "lot":
        return rule.model_copy(update={"exclusion": "single-lowest"})
    return rule


def _fewest(alone: Mapping[str, Answers], goal: Goal) -> Moved | None:
    found = [answers[goal].moved for answers in alone.values()]
    return min((moved for moved in found if moved is not None), key=lambda moved: moved.papers, default=None)


def _likely(everything: Box, winner: int) -> Iterator[Order]:
    """Give orders that may take few papers: the lowest goes, but at one stage the winner does."""
    for stage in range(everything.size - 1):
        left = list(range(everything.size))
        order: list[int] = []
        while len(left) > 1:
            held = everything.tally(set_of(left))
            others = [name for name in left if name != winner]
            goes = winner if len(order) == stage else min(others, key=held.__getitem__)
            order.append(goes)
            left.remove(goes)
        yield (*order, left[0])

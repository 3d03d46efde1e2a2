"""Margins of small random contests against every change of papers: equal where exact, never wrong where bounded."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from every_change import (
    KINDS,
    Papers,
    crosses,
    elected_sets,
    every_change,
    random_contest,
    recounted,
    tried,
)
from methods import PLURALITY

from projections.margin.plurality import CrossesCounted, plurality_margins
from projections.margin.search import GOALS, Answer

TIMES = int(os.environ.get("POLLBOOK_TEST_MARGINS", "1"))  # 20 tries thousands of contests, in some minutes
SEED = 20260101
PLURALITY_TRIED = 2


def agrees(answer: Answer, found: int | None, tried_most: int) -> bool:
    """Whether an answer is what trying everything found, or bounds that hold it."""
    most = answer.moved.papers if answer.moved else None
    if found is None:  # it takes more than were tried, or no number does
        return most is None or most > tried_most
    if answer.least is None or answer.least > found:
        return False
    return most == found if answer.exact else most is None or most >= found


@pytest.mark.parametrize(
    ("weighted", "size", "papers", "most", "times"), [(False, 3, 5, 3, 25), (False, 4, 4, 1, 20), (True, 3, 4, 2, 25)]
)
def test_margins_are_what_trying_every_change_finds(
    weighted: bool, size: int, papers: int, most: int, times: int
) -> None:
    chance = random.Random(SEED)
    exact = 0
    for number in range(times * TIMES):
        small = random_contest(chance, weighted=weighted, size=size, papers=papers)
        if small is None:
            continue
        answers, found = small.answers(), tried(small, most)
        for goal in GOALS:
            answer = answers[goal]
            assert agrees(answer, found.get(goal), most), (number, small, goal, answer, found)
            if answer.moved is not None:
                others = recounted(small, answer.moved)
                assert any(others) if goal == "could" else all(others), (number, small, goal, answer)
            exact += answer.exact
            alone = small.section is not None or not weighted
            together = small.rule.exclusion == "bulk-when-safe" and small.rule.ties[0] != "lot"
            assert answer.exact or not alone or together, (number, small, goal, answer)
    assert exact > times * TIMES


@pytest.mark.parametrize(
    ("seats", "votes", "ties"), [(1, "all", "lot"), (2, "any-number", "lot"), (2, "all", "nobody")]
)
def test_margins_of_plurality_are_what_trying_every_change_finds(seats: int, votes: str, ties: str) -> None:
    chance = random.Random(SEED)
    rule = PLURALITY.model_copy(update={"votes": votes, "ties": ties})
    candidates = "abcd"
    every = crosses(candidates, rule, seats)
    for number in range(12 * TIMES):
        papers: Papers = {
            section: dict(Counter(chance.choice(every) for _ in range(chance.randint(1, 4)))) for section in "xy"
        }
        now = sorted(elected_sets(rule, candidates, seats, papers))
        elected = chance.choice([each for each in now if len(each) == seats] or [()])
        if not elected:
            continue
        held = Counter(name for each in papers.values() for names, n in each.items() for name in names * n)
        votes_of = {name: held[name] for name in candidates}
        section, kind = chance.choice((None, "x")), chance.choice(KINDS)
        counted = CrossesCounted(rule, candidates, seats, votes_of, papers, {}, elected)
        answers = plurality_margins(counted, kind, section)
        found: dict[str, int] = {}
        chosen = [section] if section else ["x", "y"]
        for moved in range(PLURALITY_TRIED + 1):
            for changed in every_change(papers, chosen, kind, every, moved):
                others = [each != elected for each in elected_sets(rule, candidates, seats, changed)]
                if any(others):
                    found.setdefault("could", moved)
                if all(others):
                    found.setdefault("certain", moved)
            if len(found) == len(GOALS):
                break
        for goal in GOALS:
            assert agrees(answers[goal], found.get(goal), PLURALITY_TRIED), (
                number,
                papers,
                elected,
                kind,
                section,
                goal,
                answers,
                found,
            )
            assert answers[goal].exact
            if answers[goal].moved is not None:
                after = elected_sets(rule, candidates, seats, answers[goal].moved.applied(papers))
                others = [each != elected for each in after]
                assert any(others) if goal == "could" else all(others)

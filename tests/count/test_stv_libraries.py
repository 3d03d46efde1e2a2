"""The single transferable vote against published libraries, on random papers where their rules are the same as ours.

* votelib 0.4.0: weighted inclusive Gregory in exact fractions, whole Droop quota, all surpluses of a stage together,
  the lowest alone excluded. Ours with nine decimals elects the same.
* stvpoll 0.5.6: the same in decimal numbers, where five decimals of a paper's worth are rounded, not cut.

Neither knows our ladder of ties: papers that come to a tie are passed over, and counted, so that they stay few.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from stv_rules import COUNTERS, SCOTTISH
from stvpoll.scottish_stv import calculate_scottish_stv
from votelib.evaluate.sequential import TransferableVoteSelector

from ledger.rules.transferable import ScottishSTV, SingleTransferableVote

CANDIDATES = ("a", "b", "c", "d", "e", "f", "g", "h")
Papers = Counter[tuple[str, ...]]
Theirs = Callable[[int, Papers], set[str]]


def random_papers(chance: random.Random, most: int) -> Papers:
    popular = {c: chance.random() + 0.05 for c in CANDIDATES}
    papers: Papers = Counter()
    for _ in range(chance.choice([number for number in (41, 199, 997) if number <= most])):
        order = sorted(CANDIDATES, key=lambda c: chance.random() ** (1 / popular[c]), reverse=True)
        papers[tuple(order[: chance.randint(1, len(CANDIDATES))])] += 1
    return papers


def agree(
    rule: SingleTransferableVote,
    theirs: Theirs,
    profiles: int = 200,
    most: int = 997,
) -> None:
    """Compare who is elected on random papers without ties: a third of them at the least."""
    seed = 20221122
    chance = random.Random(seed)
    compared = 0
    for number in range(profiles):
        seats, papers = chance.randint(1, 5), random_papers(chance, most)
        profile = {"all": {">".join(ranking): times for ranking, times in papers.items()}}
        table = COUNTERS[type(rule)](rule, CANDIDATES, seats, ("all",), profile)
        if not table.lot_needed:
            compared += 1
            assert set(table.elected) == theirs(seats, papers), (seed, number, seats, papers)
    assert compared > profiles / 3


def test_elects_whom_votelib_elects() -> None:
    evaluator = TransferableVoteSelector(transferer="Gregory", quota_function="droop")
    rule = ScottishSTV(**SCOTTISH | {"surpluses": "together", "ties": ("lot",), "value_decimals": 9})
    agree(rule, lambda seats, papers: set(evaluator.evaluate(dict(papers), seats)))


def test_elects_whom_stvpoll_elects() -> None:
    def theirs(seats: int, papers: Papers) -> set[str]:
        result = calculate_scottish_stv(CANDIDATES, list(papers.items()), seats, random_shuffle=False)
        return set(result)

    agree(ScottishSTV(**SCOTTISH | {"surpluses": "together", "ties": ("lot",)}), theirs)

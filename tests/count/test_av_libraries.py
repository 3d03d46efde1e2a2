"""The alternative vote and the block vote against published libraries, on random papers where the rules coincide.

* votelib 0.4.0, alternative vote: single exclusions until somebody has more than half of all papers, or one is left.
  Whoever has more than half of those that continue is that one, so the winners are ours, and so is every stage.
* stvpoll 0.5.6, alternative vote: the same against a threshold fixed at stage 1. Where neither of the last two reaches
  it, ours elects nobody, and theirs excludes one of them first: there the stages are compared, and not who is elected.
* votelib 0.4.0, plurality with as many votes as places.

How ties are broken differs: papers that come to a lot are passed over, and counted, so that they stay few.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from stv_rules import PAPERS
from stvpoll.irv import calculate_irv
from test_stv_libraries import CANDIDATES, Papers, random_papers
from votelib.convert import ApprovalToSimpleVotes
from votelib.evaluate.core import Plurality as TheirPlurality
from votelib.evaluate.sequential import TransferableVoteSelector

from ledger.rules.alternative import AlternativeVote
from ledger.rules.crosses import Plurality
from projections.count.av import count_av
from projections.count.plurality import count_plurality
from projections.count.stage_table import StageTable

SEED, PROFILES, PAPERS_MOST = 20221122, 100, 199
RULE: dict[str, Any] = PAPERS | {
    "version": "av.v1",
    "exclusion": "single-lowest",
    "majority_base": "continuing",
    "stop": "first-majority",
    "ties": ("lot",),
}
BLOCK: dict[str, Any] = {
    "version": "plurality.v1",
    "blank": "reject",
    "decimals": 2,
    "overvote": "reject",
    "publication": "by-section",
    "ranked": "reject",
    "reserved": (),
    "ties": "lot",
    "votes": "any-number",
}
Tallies = list[dict[str, int]]


def counted(**changes: Any) -> Iterator[tuple[int, Papers, StageTable]]:
    """Count random papers under a rule, and give those that came to no lot: half of them at the least."""
    chance = random.Random(SEED)
    found = 0
    for number in range(PROFILES):
        papers = random_papers(chance, PAPERS_MOST)
        profile = {"all": {">".join(ranking): times for ranking, times in papers.items()}}
        table = count_av(AlternativeVote(**RULE | changes), CANDIDATES, ("all",), profile)
        if not table.lot_needed:
            found += 1
            yield number, papers, table
    assert found > PROFILES / 3


def tallies(table: StageTable) -> Tallies:
    return [{candidate: stage.total(candidate) for candidate in stage.candidates} for stage in table.stages]


def test_counts_as_votelib_does_stage_by_stage() -> None:
    evaluator = TransferableVoteSelector(quota_function="droop")
    compared = 0
    for number, papers, table in counted():
        case = (SEED, number, papers)
        try:
            elected = evaluator.evaluate(dict(papers), 1)
        except NotImplementedError:  # a tie for exclusion, after ours had ended
            continue
        assert list(table.elected) == elected, case
        if {ranking[0] for ranking in papers} == set(CANDIDATES):  # it knows nobody whom no paper puts first
            compared += 1
            theirs = [dict(evaluator.nth_count(dict(papers), 1, stage.number)[0]) for stage in table.stages]
            spent = [each.pop(None, 0) for each in theirs]
            assert [stage.non_transferable["all"] for stage in table.stages] == spent, case
            assert tallies(table) == theirs, case
    assert compared > PROFILES / 4


def test_counts_as_stvpoll_does_stage_by_stage() -> None:
    outcomes = Counter[int]()
    for number, papers, table in counted(majority_base="valid-at-stage-1"):
        result = calculate_irv(CANDIDATES, list(papers.items()), random_shuffle=False).as_dict()
        case = (SEED, number, papers)
        outcomes[len(table.elected)] += 1
        if table.elected:
            assert table.elected == result["winners"], case
        rounds = result["rounds"][: len(table.stages)]
        assert tallies(table) == [each["vote_count"] for each in rounds], case
        excluded = [stage.action.candidates for stage in table.stages if stage.action.kind == "exclude"]
        assert excluded == [each["selected"] for each in rounds[: len(excluded)]], case
    assert min(outcomes[0], outcomes[1]) > 2  # both a majority and none


def random_crosses(chance: random.Random, seats: int) -> Counter[frozenset[str]]:
    popular = [chance.random() + 0.05 for _ in CANDIDATES]
    return Counter(
        frozenset(chance.choices(CANDIDATES, popular, k=chance.randint(1, seats)))
        for _ in range(chance.choice((41, PAPERS_MOST)))
    )


def block_vote_of_votelib(papers: Counter[frozenset[str]], seats: int) -> list[str]:
    evaluate: Callable[..., list[str]] = TheirPlurality().evaluate
    return evaluate(ApprovalToSimpleVotes().convert(papers), seats)


def test_fills_places_as_votelib_does_in_the_block_vote() -> None:
    chance = random.Random(SEED)
    compared = 0
    for number in range(PROFILES):
        seats = chance.randint(1, 5)
        papers = random_crosses(chance, seats)
        profile = {"all": {"=".join(sorted(names)): times for names, times in papers.items()}}
        table = count_plurality(Plurality(**BLOCK), CANDIDATES, seats, ("all",), profile)
        if not table.lot_needed:
            compared += 1
            assert set(table.elected) == set(block_vote_of_votelib(papers, seats)), (SEED, number, papers)
    assert compared > PROFILES / 2

"""Papers dealt out from a secret seed: neither the order given nor another dealing says anything of the ids."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario import ANYTHING_GOES, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, NOW, SEED, but
from scenario import given as decided

from ledger.rules.count_rule import rule_hash
from ledger.streams.election import AdoptCountRule
from ledger.streams.paper import Alike, PaperRead, ReadPapers

POLL = (
    CALL_ELECTION,
    AdoptCountRule(election="labour", rule=ANYTHING_GOES),
    but(DEFINE_CONTEST, count_rule=rule_hash(ANYTHING_GOES), paper_publication="profile"),
    CLOSE_POLL,
)
MARKS = st.sampled_from(["", ">", "a", "b", "a>b", "b>a>c", "c>b>a", "a=b", "a>>c", "c>a>c", "b>"])
PAPERS = st.lists(st.builds(Alike, count=st.integers(1, 3), marks=MARKS), min_size=1, max_size=6)


def dealt(papers: Any, seed: bytes = SEED) -> list[PaperRead]:
    """Deal papers out as one batch."""
    command = ReadPapers(contest="leader", section="members", serial="s1", papers=tuple(papers))
    batch = decided(*POLL).when(command).outcome.batch
    assert batch is not None
    return batch.deal(seed)(0, batch.total, NOW)  # type: ignore[return-value]


def order(papers: list[PaperRead]) -> list[str]:
    return [paper.marks for paper in papers]


SEEDS = st.binary(min_size=32, max_size=32)


@given(PAPERS, SEEDS)
@settings(max_examples=50, deadline=None)
def test_dealing_twice_gives_the_same_papers_under_ascending_ids(papers: list[Alike], seed: bytes) -> None:
    once = dealt(papers, seed)
    assert dealt(papers, seed) == once
    ids = [paper.stream.rpartition("/")[2] for paper in once]
    assert all(earlier < later for earlier, later in pairwise(ids))
    assert len({paper.blind for paper in once}) == len(once)
    multiset = Counter(order(once))
    assert multiset == sum((Counter({paper.marks: paper.count}) for paper in papers), Counter())


@given(PAPERS, SEEDS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_papers_are_given_leaves_no_trace(
    papers: list[Alike], seed: bytes, chance: random.Random
) -> None:
    singly = [Alike(count=1, marks=paper.marks) for paper in papers for _ in range(paper.count)]
    chance.shuffle(singly)
    assert dealt(singly, seed) == dealt(papers, seed)


# Re-identification: an attacker knows the order of the input file, or of another dealing, and sees the ids.

VOTERS = 60
TRIALS = 150


def unlike(number: int) -> list[str]:
    """Give as many papers as no two of them alike."""
    ranks = ("a", "b", "c", "a=b", "a=c", "b=c", "a=b=c", "")
    return [">".join(ranks[n // 8**place % 8] for place in range(3)) for n in range(number)]


def hits(guess: list[str], truth: list[str]) -> int:
    """Count the papers that an attacker places right who takes the two orders to be one."""
    return sum(one == other for one, other in zip(guess, truth, strict=True))


def attack(kind: str, given_order: list[str], trial: int) -> int:
    seed = trial.to_bytes(32, "big")
    papers = [Alike(count=1, marks=marks) for marks in given_order]
    by_ids = order(dealt(papers, seed))
    if kind == "file order":
        return hits(given_order, by_ids)
    if kind == "file order backwards":
        return hits(given_order[::-1], by_ids)
    if kind == "order of the marks":
        return hits(sorted(given_order), by_ids)
    if kind == "neighbours":
        beside = {frozenset(pair) for pair in pairwise(given_order)}
        return sum(frozenset(pair) in beside for pair in pairwise(by_ids))
    return hits(order(dealt(papers, (trial + 1).to_bytes(32, "big"))), by_ids)


@pytest.mark.parametrize(
    ("kind", "by_chance"),
    [
        ("file order", 1),
        ("file order backwards", 1),
        ("order of the marks", 1),
        ("order under another seed", 1),
        ("neighbours", 2),
    ],
)
def test_matching_orders_identifies_papers_no_better_than_chance(kind: str, by_chance: int) -> None:
    """Two unrelated orders of any length have one place in common on average, and two pairs of neighbours."""
    chance = random.Random(1872)
    papers = unlike(VOTERS)
    assert len(set(papers)) == VOTERS
    total = 0
    for trial in range(TRIALS):
        chance.shuffle(papers)
        total += attack(kind, list(papers), trial)
    expected = by_chance * TRIALS
    assert abs(total - expected) < 5 * expected**0.5, (kind, total, expected)


def test_ids_of_different_seeds_share_nothing() -> None:
    papers = [Alike(count=200, marks="a")]
    streams = [paper.stream for trial in range(20) for paper in dealt(papers, trial.to_bytes(32, "big"))]
    assert len(set(streams)) == 20 * 200
    firsts = Counter(stream.rpartition("/")[2][0] for stream in streams)
    assert set(firsts) == set("0123456789abcdef")
    assert max(firsts.values()) < 2 * min(firsts.values())

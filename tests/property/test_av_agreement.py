"""The alternative vote against a counter that goes paper by paper, and what may not change its result."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.alternative import AlternativeVote
from projections.count.av import count_av
from projections.count.stage_table import StageTable

CANDIDATES = ("a", "b", "c", "d", "e")
CHOICES: dict[str, tuple[Any, ...]] = {
    "blank": ("reject",),
    "duplicate": ("exhaust", "skip"),
    "exclusion": ("single-lowest", "bulk-when-safe"),
    "gap": ("exhaust", "skip"),
    "majority_base": ("continuing", "valid-at-stage-1"),
    "overvote": ("exhaust", "skip"),
    "preferences": ("any-number", "all"),
    "publication": ("by-section",),
    "stop": ("first-majority", "continue-to-two"),
    "ties": (
        ("lot",),
        ("earlier-stages-backwards", "lot"),
        ("earlier-stages-forwards", "lot"),
        ("earlier-stages-backwards",),
        ("earlier-stages-forwards", "earlier-stages-backwards", "lot"),
    ),
}


def a_rule(**choices: Any) -> AlternativeVote:
    return AlternativeVote(version="av.v1", decimals=2, **choices)


def totals(table: StageTable) -> list[dict[str, int]]:
    return [{candidate: stage.total(candidate) for candidate in stage.candidates} for stage in table.stages]


def excluded(table: StageTable) -> list[tuple[str, ...]]:
    return [stage.action.candidates for stage in table.stages if stage.action.kind == "exclude"]


def lot_of(tied: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(tied, key=lambda candidate: "caedb".index(candidate)))


def count_with_lots(rule: AlternativeVote, profile: dict[str, Counter[str]]) -> StageTable:
    lots: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}
    while (table := count_av(rule, CANDIDATES, tuple(profile), profile, lots)).lot_needed:
        lots[len(table.stages), frozenset(table.lot_needed)] = lot_of(table.lot_needed)
    return table


# A counter that goes paper by paper, from scratch at every stage


def read_alone(paper: str, rule: AlternativeVote) -> list[str]:
    cells = paper.split(">")
    while cells and not cells[-1]:
        cells.pop()
    ranking: list[str] = []
    for place, cell in enumerate(cells):
        names = set(cell.split("=")) - {""}
        before = {name for earlier in cells[:place] for name in earlier.split("=")}
        ends = (
            (rule.gap == "exhaust" and not names)
            or (rule.overvote == "exhaust" and len(names) > 1)
            or (rule.duplicate == "exhaust" and bool(names & before))
        )
        if ends:
            break
        if len(names) == 1 and names.isdisjoint(ranking):
            ranking.append(cell.split("=")[0])
    return [] if rule.preferences == "all" and len(ranking) < len(CANDIDATES) else ranking


def lowest_alone(tied: list[str], past: list[dict[str, int]], rule: AlternativeVote) -> list[str]:
    for rung in rule.ties:
        if rung == "lot":
            return [lot_of(tuple(tied))[0]]
        stages = past[::-1] if rung == "earlier-stages-backwards" else past
        while differing := [stage for stage in stages if len({stage[c] for c in tied}) > 1]:
            tied = [c for c in tied if differing[0][c] == min(differing[0][d] for d in tied)]
    return tied


def safe_alone(held: dict[str, int]) -> list[str]:
    for size in range(len(held) - 2, 1, -1):
        for few in combinations(held, size):
            if sum(held[c] for c in few) < min(held[c] for c in held if c not in few):
                return list(few)
    return []


def count_alone(papers: list[str], rule: AlternativeVote) -> tuple[list[dict[str, int]], list[str]]:
    """Give the totals of every stage and who is elected."""
    rankings = [ranking for ranking in (read_alone(paper, rule) for paper in papers) if ranking]
    left, past = list(CANDIDATES), list[dict[str, int]]()
    while True:
        firsts = [next((c for c in ranking if c in left), None) for ranking in rankings]
        held = {c: firsts.count(c) for c in left}
        past.append(held)
        base = sum(held.values()) if rule.majority_base == "continuing" else len(rankings)
        winners = [c for c in left if 2 * held[c] > base]
        if winners and (rule.stop == "first-majority" or len(left) == 2):
            return past, winners
        if not rankings or (len(left) == 2 and rule.majority_base == "valid-at-stage-1"):
            return past, []
        out = safe_alone(held) if rule.exclusion == "bulk-when-safe" else []
        if not out:
            out = lowest_alone([c for c in left if held[c] == min(held.values())], past[:-1], rule)
            if len(out) > 1:
                return past, []
        left = [c for c in left if c not in out]
        if len(left) == 1:
            return past, left


def random_paper(chance: random.Random) -> str:
    sizes = [chance.choice((0, 1, 1, 1, 1, 1, 2)) for _ in range(chance.randint(0, 5))]
    return ">".join("=".join(chance.sample(CANDIDATES, size)) for size in sizes)


def test_agrees_with_the_counter_that_goes_paper_by_paper() -> None:
    seed = 20100925
    chance = random.Random(seed)
    for number in range(4_000):
        rule = a_rule(**{name: chance.choice(choices) for name, choices in CHOICES.items()})
        papers = [random_paper(chance) for _ in range(chance.randint(0, 20))]
        table = count_with_lots(rule, {"all": Counter(papers)})
        expected = count_alone(papers, rule)
        assert (totals(table), list(table.elected)) == expected, (seed, number, papers, rule)


# Properties


MARKS = st.lists(st.lists(st.sampled_from(CANDIDATES), max_size=2).map("=".join), max_size=5).map(">".join)
PROFILES = st.dictionaries(MARKS, st.integers(0, 9), max_size=12).map(Counter)
RULES = st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()}).map(
    lambda choices: a_rule(**choices)
)


@given(RULES, PROFILES, st.permutations(CANDIDATES), st.permutations(CANDIDATES))
def test_permuting_candidates_changes_nothing_but_lots(
    rule: AlternativeVote, profile: Counter[str], ids: list[str], ballot_order: list[str]
) -> None:
    new = str.maketrans("".join(CANDIDATES), "".join(ids))
    renamed = Counter({marks.translate(new): papers for marks, papers in profile.items()})
    before = count_av(rule, CANDIDATES, ("all",), {"all": profile})
    after = count_av(rule, ballot_order, ("all",), {"all": renamed})
    assert [{c.translate(new): n for c, n in stage.items()} for stage in totals(before)] == totals(after)
    for one, other in zip(before.stages, after.stages, strict=True):
        assert {c.translate(new) for c in one.action.candidates} == set(other.action.candidates)
        assert one.action.reason == other.action.reason
        assert one.non_transferable == other.non_transferable
    assert {c.translate(new) for c in before.elected} == set(after.elected)
    assert {c.translate(new) for c in before.lot_needed} == set(after.lot_needed)


@given(RULES, PROFILES, PROFILES, PROFILES)
def test_splitting_the_papers_into_sections_changes_no_totals(
    rule: AlternativeVote, one: Counter[str], two: Counter[str], three: Counter[str]
) -> None:
    whole = count_with_lots(rule, {"all": one + two + three})
    split = count_with_lots(rule, {"one": one, "two": two, "three": three})
    assert totals(split) == totals(whole)
    assert (split.elected, excluded(split)) == (whole.elected, excluded(whole))
    for stage, same in zip(split.stages, whole.stages, strict=True):
        assert sum(stage.non_transferable.values()) == same.non_transferable["all"]


@given(RULES, PROFILES, PROFILES)
def test_every_column_of_every_stage_adds_up_to_the_valid_papers(
    rule: AlternativeVote, one: Counter[str], two: Counter[str]
) -> None:
    table = count_with_lots(rule, {"one": one, "two": two})
    for section, profile in (("one", one), ("two", two)):
        assert table.valid[section] + sum(table.rejected[section].values()) == profile.total()
        for stage in table.stages:
            held = sum(stage.votes[section].values())
            assert held + stage.non_transferable[section] == table.valid[section]


@given(RULES, PROFILES, st.integers(2, 1_000_000_007))
def test_multiplying_the_papers_multiplies_the_stages(rule: AlternativeVote, profile: Counter[str], k: int) -> None:
    once = count_with_lots(rule, {"all": profile})
    often = count_with_lots(rule, {"all": Counter({marks: k * papers for marks, papers in profile.items()})})
    assert [{c: k * n for c, n in stage.items()} for stage in totals(once)] == totals(often)
    assert (often.elected, excluded(often)) == (once.elected, excluded(once))

"""The single transferable vote against counters that go paper by paper, and what may not change its result."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import paper_by_paper
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stv_rules import METHODS, lot_of, with_lots

from ledger.rules.transferable import SingleTransferableVote
from projections.count.stv_table import STVStage, STVTable

CANDIDATES = ("a", "b", "c", "d", "e", "f", "g")
ALONE = (paper_by_paper.scottish, paper_by_paper.ers97, paper_by_paper.meek)
CHOICES: dict[str, tuple[Any, ...]] = {
    "doomed": ("together", "lowest-first"),
    "exclusion": ("single-lowest", "bulk-when-safe"),
    "last_places": ("at-once", "after-transfer"),
    "ties": (
        ("lot",),
        ("earlier-stages-backwards", "lot"),
        ("earlier-stages-forwards", "lot"),
        ("earlier-stages-backwards-all-differ", "lot"),
        ("earlier-stages-forwards-all-differ", "earlier-stages-backwards", "lot"),
    ),
    "value_decimals": (0, 2, 5, 9),
    # Scottish
    "surplus_order": ("largest-first", "election-order"),
    "surpluses": ("one-at-a-time", "together"),
    "transfer_value": ("value-by-surplus-over-votes", "value-by-cut-share"),
    # ERS97
    "active_vote": ("elects", "disregarded"),
    "deferral": ("either-clause", "never"),
    "last_place_ties": ("nobody-yet", "ladder"),
    "quota_reduction": ("until-first-election", "never"),
    # Meek
    "early_exclusion": ("when-certain", "never"),
    "iterations": (1, 3, 200),
    "omega_decimals": (0, 3, 9),
}


def random_rankings(chance: random.Random) -> list[tuple[str, ...]]:
    popular = [chance.random() ** 3 + 0.01 for _ in CANDIDATES]
    rankings = []
    for _ in range(chance.choice((3, 8, 20, 50))):
        order = sorted(CANDIDATES, key=lambda c: chance.random() ** (1 / popular[CANDIDATES.index(c)]), reverse=True)
        rankings.append(tuple(order[: chance.choice((1, 1, 2, 3, 4, 7))]))
    return rankings


@pytest.mark.parametrize("method", range(3), ids=["scottish", "ers97", "meek"])
def test_agrees_with_the_counter_that_goes_paper_by_paper(method: int) -> None:
    model, fields, _ = METHODS[method]
    seed = 20170504 + method
    chance = random.Random(seed)
    rule = model(**fields)
    for number in range((600, 600, 150)[method]):
        rankings, seats = random_rankings(chance), chance.randint(1, 5)
        table = with_lots(rule, CANDIDATES, seats, {"all": Counter(map(">".join, rankings))})
        stages, elected = ALONE[method](rankings, CANDIDATES, seats, lot_of)
        where = (seed, number, seats, Counter(map(">".join, rankings)))
        exact: Callable[[int], Fraction] = table.exact
        found = [
            ({c: exact(n) for c, n in s.votes.items()}, exact(s.non_transferable), exact(s.loss), exact(s.quota))
            for s in table.stages
        ]
        assert found == stages, where
        assert set(table.elected) == set(elected), where


# Properties


MARKS = st.permutations(CANDIDATES[:6]).flatmap(lambda order: st.integers(0, 6).map(lambda n: ">".join(order[:n])))
PROFILES = st.dictionaries(MARKS, st.integers(0, 30), max_size=12).map(Counter)


@st.composite
def rules(draw: st.DrawFn) -> SingleTransferableVote:
    model, fields, _ = METHODS[draw(st.integers(0, 2))]
    chosen = {name: draw(st.sampled_from(of)) for name, of in CHOICES.items() if name in fields}
    if "omega_decimals" in chosen:
        chosen["omega_decimals"] = min(chosen["omega_decimals"], chosen["value_decimals"])
    return model(**fields | chosen)


def outline(table: STVTable, new: dict[int, int] | None = None) -> list[Any]:
    """What a count came to, with candidates renamed and without their order among equals."""

    def renamed(names: Any) -> frozenset[str]:
        return frozenset(name.translate(new or {}) for name in names)

    return [
        (
            {c.translate(new or {}): n for c, n in stage.votes.items()},
            (stage.non_transferable, stage.loss, stage.quota),
            (renamed(stage.elected), renamed(stage.hopeful), renamed(stage.excluded)),
            Counter((action.kind, renamed(action.candidates)) for action in stage.actions),
            {
                (t.giver.translate(new or {}), t.heir.translate(new or {}) if t.heir else None, t.line): t.amount
                for t in stage.transfers
            },
        )
        for stage in table.stages
    ]


def together(table: STVTable) -> list[STVStage]:
    """The stages without what each section came to."""
    return [replace(stage, sections={}) for stage in table.stages]


@given(rules(), st.integers(1, 6), PROFILES, st.permutations(CANDIDATES), st.permutations(CANDIDATES))
def test_permuting_candidates_changes_nothing_but_lots(
    rule: SingleTransferableVote, seats: int, profile: Counter[str], ids: list[str], ballot_order: list[str]
) -> None:
    new = str.maketrans("".join(CANDIDATES), "".join(ids))
    renamed = Counter({marks.translate(new): papers for marks, papers in profile.items()})
    count = METHODS[[model for model, _, _ in METHODS].index(type(rule))][2]
    before = count(rule, CANDIDATES, seats, ("all",), {"all": profile})
    after = count(rule, tuple(ballot_order), seats, ("all",), {"all": renamed})
    assert outline(before, new) == outline(after)
    assert {c.translate(new) for c in before.lot_needed} == set(after.lot_needed)
    assert before.lot_for == after.lot_for


@given(rules(), st.integers(1, 6), PROFILES, PROFILES, PROFILES)
def test_splitting_and_merging_the_papers_changes_nothing(
    rule: SingleTransferableVote, seats: int, one: Counter[str], two: Counter[str], three: Counter[str]
) -> None:
    whole = with_lots(rule, CANDIDATES, seats, {"all": one + two + three})
    split = with_lots(rule, CANDIDATES, seats, {"one": three, "two": one, "none": Counter(), "three": two})
    assert together(split) == together(whole)
    assert split.elected == whole.elected
    assert sum(split.valid.values()) == whole.valid["all"]


@given(rules(), st.integers(1, 6), PROFILES, PROFILES, st.sets(st.sampled_from(CANDIDATES), max_size=3))
def test_every_stage_adds_up_and_follows_from_the_one_before(
    rule: SingleTransferableVote, seats: int, one: Counter[str], two: Counter[str], withdrawn: set[str]
) -> None:
    table = with_lots(rule, CANDIDATES, seats, {"one": one, "two": two}, withdrawn=withdrawn)
    for section, profile in (("one", one), ("two", two)):
        assert table.valid[section] + sum(table.rejected[section].values()) == profile.total()
    valid = sum(table.valid.values()) * 10**table.decimals
    before = None
    for number, stage in enumerate(table.stages, start=1):
        assert stage.number == number
        assert sum(stage.votes.values()) + stage.non_transferable + stage.loss == valid
        assert min((*stage.votes.values(), stage.non_transferable, stage.loss), default=0) >= 0
        for section, part in stage.sections.items():
            held = (*part.votes.values(), part.non_transferable, part.loss)
            assert min(held) >= 0
            assert sum(held) == table.valid[section] * 10**table.decimals
        parts = stage.sections.values()
        assert {c: sum(part.votes[c] for part in parts) for c in stage.votes} == stage.votes
        assert sum(part.non_transferable for part in parts) == stage.non_transferable
        assert sum(part.loss for part in parts) == stage.loss
        assert sorted((*stage.elected, *stage.hopeful, *stage.excluded)) == sorted(set(CANDIDATES) - withdrawn)
        assert stage.actions
        assert all(action.reason.endswith(".") for action in stage.actions)
        if before is not None and rule.version != "stv-meek.v1":
            votes = Counter(before.votes)
            for transfer in stage.transfers:
                votes[transfer.giver] -= transfer.amount
                if transfer.heir is not None:
                    votes[transfer.heir] += transfer.amount
            assert +votes == +Counter(stage.votes)
            for line, rest in (("loss", "loss"), ("non-transferable", "non_transferable")):
                moved = sum(t.amount for t in stage.transfers if t.line == line)
                assert getattr(stage, rest) == getattr(before, rest) + moved
        before = stage
    standing = len(CANDIDATES) - len(withdrawn)
    assert len(table.elected) in {min(seats, standing), 0}
    if valid or seats >= standing:
        assert len(table.elected) == min(seats, standing)


@given(rules(), st.integers(1, 6), PROFILES)
def test_counting_again_gives_the_same(rule: SingleTransferableVote, seats: int, profile: Counter[str]) -> None:
    assert with_lots(rule, CANDIDATES, seats, {"all": profile}) == with_lots(rule, CANDIDATES, seats, {"all": profile})


@given(rules(), st.integers(1, 6), PROFILES)
def test_rankings_without_papers_change_nothing(
    rule: SingleTransferableVote, seats: int, profile: Counter[str]
) -> None:
    padded = {">".join(order): 0 for order in (CANDIDATES, CANDIDATES[::-1], ("c", "a"), ("b",))} | profile
    with_them = with_lots(rule, CANDIDATES, seats, {"all": padded, "none": {"a>b": 0}})
    assert together(with_them) == together(with_lots(rule, CANDIDATES, seats, {"all": +profile}))

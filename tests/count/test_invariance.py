"""What may not change a result, under every rule: other ids, papers in other batches, a reservation of no places.

And numbers far beyond any electorate: exact rules know no float.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stv_rules import ERS97, MEEK, SCOTTISH, reserve
from test_av_libraries import BLOCK, RULE

from ledger.rules.alternative import AlternativeVote, SectionWeight, WeightedAlternativeVote
from ledger.rules.count_rule import AnyCountRule
from ledger.rules.crosses import Plurality
from ledger.rules.transferable import Ers97STV, MeekSTV, ScottishSTV
from projections.count.count import Poll, Table, count
from projections.count.stv_table import STVTable

IDS, OTHERS = "abcdef", ("zeta", "b2", "omega", "c", "a-long-one", "y")
SECTIONS = ("s", "t")
HUGE = 10**12
WEIGHTS = tuple(SectionWeight(section=name, weight=part) for name, part in zip(SECTIONS, ("1/3", "2/3"), strict=True))
WEIGHTED = RULE | {
    "version": "weighted-av.v1",
    "empty_section": "redistributed",
    "section_base": "continuing",
    "weights": WEIGHTS,
}
TIES = {"ties": ("earlier-stages-backwards", "lot")}
RULES: dict[str, AnyCountRule] = {
    "av": AlternativeVote(**RULE | TIES | {"exclusion": "bulk-when-safe"}),
    "weighted-av": WeightedAlternativeVote(**WEIGHTED | TIES),
    "plurality": Plurality(**BLOCK),
    "scottish": ScottishSTV(**SCOTTISH),
    "ers97": Ers97STV(**ERS97 | TIES),
    "meek": MeekSTV(**MEEK),
}
RESERVING = ("plurality", "scottish", "ers97", "meek")
every_rule = pytest.mark.parametrize("name", RULES)
Profile = dict[str, Counter[str]]

rankings = st.lists(st.sampled_from(range(6)), min_size=1, max_size=6, unique=True).map(tuple)
papers = st.lists(st.tuples(st.sampled_from(SECTIONS), rankings, st.integers(1, 9)), min_size=1, max_size=14)
seats = st.integers(1, 4)
Papers = list[tuple[str, tuple[int, ...], int]]


def written(name: str, ranking: tuple[int, ...], ids: Any = IDS, places: int = 1) -> str:
    """Write a paper: the first of a ranking are its crosses under plurality."""
    return "=".join(ids[n] for n in ranking[:places]) if name == "plurality" else ">".join(ids[n] for n in ranking)


def profile_of(name: str, drawn: Papers, places: int, ids: Any = IDS, times: int = 1) -> Profile:
    profile: Profile = {section: Counter() for section in SECTIONS}
    for section, ranking, number in drawn:
        profile[section][written(name, ranking, ids, places)] += number * times
    return profile


def counted(rule: AnyCountRule, profile: Profile, places: int, ids: Any = IDS, order: Any = range(6)) -> Table:
    """Count with every lot drawn in one order of the candidates, whatever they are called."""
    categories = {ids[number]: ("one",) for number in range(0, 6, 2)}
    single = isinstance(rule, AlternativeVote | WeightedAlternativeVote)
    poll = Poll(tuple(ids[n] for n in order), SECTIONS, 1 if single else places, categories)
    lots: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}
    while (table := count(rule, poll, profile, lots)).lot_needed:
        drawn = tuple(sorted(table.lot_needed, key=list(ids).index))
        lots[len(table.stages), frozenset(drawn)] = drawn
    return table


def seen(table: Table, ids: Any = IDS) -> list[Any]:
    """Give what a count comes to, candidates by number: tallies, what goes nowhere, decisions, who is elected."""
    number = {name: place for place, name in enumerate(ids)}

    def numbers(names: Any) -> frozenset[int]:
        return frozenset(number[name] for name in names)

    found: list[Any] = [numbers(table.elected)]
    for stage in table.stages:
        if isinstance(table, STVTable):
            held = {number[name]: votes for name, votes in stage.votes.items()}
            decided = [(action.kind, numbers(action.candidates)) for action in stage.actions]
            found.append((held, stage.non_transferable, stage.loss, stage.quota, sorted(decided, key=repr)))
        else:
            held = {number[name]: stage.total(name) for name in stage.candidates}
            shares = {number[name]: stage.share(name) for name in stage.candidates}
            action = stage.action
            nowhere = sum(stage.non_transferable.values())
            found.append((held, shares, nowhere, action.kind, numbers(action.candidates)))
    return found


@every_rule
@settings(max_examples=25)
@given(drawn=papers, places=seats, order=st.permutations(range(6)))
def test_other_ids_in_another_order_change_nothing(name: str, drawn: Papers, places: int, order: list[int]) -> None:
    rule = RULES[name]
    first = counted(rule, profile_of(name, drawn, places), places)
    other = counted(rule, profile_of(name, drawn, places, OTHERS), places, OTHERS, order)
    assert seen(first) == seen(other, OTHERS)


@every_rule
@settings(max_examples=25)
@given(drawn=papers, places=seats, order=st.randoms(use_true_random=False), halves=st.data())
def test_papers_in_other_batches_change_nothing(
    name: str, drawn: Papers, places: int, order: Any, halves: st.DataObject
) -> None:
    """Batches come in another order and in parts, in the other section too where sections count alike."""
    parts: Papers = []
    for section, ranking, number in drawn:
        first = halves.draw(st.integers(0, number))
        other = section if name == "weighted-av" else "t" if section == "s" else "s"
        parts += [(section, ranking, first), (other, ranking, number - first)]
    order.shuffle(parts)
    rule = RULES[name]
    whole, split = (counted(rule, profile_of(name, each, places), places) for each in (drawn, parts))
    assert seen(whole) == seen(split)


@every_rule
@given(drawn=papers, places=seats)
@settings(max_examples=25)
def test_the_same_paper_written_in_another_way_counts_the_same(name: str, drawn: Papers, places: int) -> None:
    profile = profile_of(name, drawn, places)
    other: Profile = {section: Counter() for section in reversed(SECTIONS)}
    for section, numbers in profile.items():
        for marks, number in numbers.items():
            another = "=".join(reversed(marks.split("="))) if name == "plurality" else f"{marks}>"
            other[section][another] += 1
            other[section][marks] += number - 1
    assert seen(counted(RULES[name], profile, places)) == seen(counted(RULES[name], other, places))


@pytest.mark.parametrize("name", RESERVING)
@settings(max_examples=25)
@given(drawn=papers, places=seats)
def test_a_reservation_of_no_places_changes_nothing(name: str, drawn: Papers, places: int) -> None:
    rule: Any = RULES[name]
    vacuous = type(rule)(**dict(rule) | {"reserved": reserve(one=0)})
    profile = profile_of(name, drawn, places)
    assert counted(rule, profile, places) == counted(vacuous, profile, places)


def leaves(value: Any) -> list[Any]:
    """Give every value inside a table."""
    if is_dataclass(value):
        return [leaf for each in fields(value) for leaf in leaves(getattr(value, each.name))]
    if isinstance(value, Mapping):
        return [leaf for pair in value.items() for each in pair for leaf in leaves(each)]
    if isinstance(value, tuple | list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


@every_rule
@settings(max_examples=15)
@given(drawn=papers, places=seats)
def test_a_million_million_times_the_papers_are_counted_exactly(name: str, drawn: Papers, places: int) -> None:
    rule = RULES[name]
    table = counted(rule, profile_of(name, drawn, places, times=HUGE), places)
    assert {type(leaf) for leaf in leaves(table)} <= {int, str, Fraction, type(None)}
    valid = HUGE * sum(number for _, _, number in drawn)
    assert sum(table.valid.values()) == valid
    if isinstance(table, STVTable):
        unit = 10**table.decimals
        assert {sum(s.votes.values()) + s.non_transferable + s.loss for s in table.stages} == {valid * unit}
        return
    once = counted(rule, profile_of(name, drawn, places), places)
    assert table.elected == once.elected
    for stage, single in zip(table.stages, once.stages, strict=True):
        assert stage.action.candidates == single.action.candidates
        assert {c: stage.total(c) for c in stage.candidates} == {c: HUGE * single.total(c) for c in single.candidates}
        assert [stage.share(c) for c in stage.candidates] == [single.share(c) for c in single.candidates]

"""Plurality: published block votes, what papers mean, ties, reserved places; all against counts by other means."""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, groupby, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import EvidenceError, RefusedError
from ledger.rules.crosses import Plurality
from projections.count.crosses import group_crosses, read_crosses
from projections.count.plurality import count_plurality
from projections.count.stage_table import StageTable

PUBLISHED = Path(os.environ.get("POLLBOOK_PUBLISHED", Path(__file__).parents[3] / "shared" / "published"))
RULE: dict[str, Any] = {
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
WOMEN = {"d": {"women"}, "e": {"women"}, "f": {"women"}}


def a_rule(**changes: Any) -> Plurality:
    return Plurality(**RULE | changes)


def reserve(**places: int) -> tuple[dict[str, Any], ...]:
    return tuple({"category": category, "places": number} for category, number in places.items())


def count(held: dict[str, int], seats: int, lots: Any = {}, categories: Any = {}, **changes: Any) -> StageTable:  # noqa: B006
    """Count papers of one cross each."""
    return count_plurality(a_rule(**changes), tuple(held), seats, ("all",), {"all": held}, lots, {}, categories)


def check_sums(table: StageTable) -> None:
    for stage in table.stages:
        for section, valid in table.valid.items():
            votes = stage.votes[section]
            assert tuple(votes) == table.candidates
            assert min(votes.values(), default=0) >= 0 <= stage.non_transferable[section]
            assert sum(votes.values()) + stage.non_transferable[section] == table.votes_each * valid


# What a paper means


@pytest.mark.parametrize(
    ("marks", "votes", "changes", "expected"),
    [
        ("b=a", 2, {}, ("a", "b")),
        ("a", 2, {}, ("a",)),
        ("a=a", 1, {}, ("a",)),
        ("", 2, {}, "blank"),
        ("a>b", 1, {}, "ranked"),
        (">a", 1, {}, "ranked"),
        ("a=b", 1, {}, "too-many-votes"),
        ("a=b=c=d", 2, {"votes": "all"}, "too-many-votes"),
        ("a", 2, {"votes": "all"}, "too-few-votes"),
        ("a=b", 2, {"votes": "all"}, ("a", "b")),
        ("d=c=b=a", 9, {"votes": "all"}, ("a", "b", "c", "d")),
        ("a=b=c", 9, {"votes": "all"}, "too-few-votes"),
        ("", 2, {"votes": "all"}, "blank"),
    ],
)
def test_reads_a_paper_or_says_why_it_is_rejected(marks: str, votes: int, changes: Any, expected: Any) -> None:
    assert read_crosses(marks, frozenset("abcd"), a_rule(**changes), votes) == expected


def test_rejects_seven_crosses_on_a_paper_of_six_votes() -> None:
    table = count_plurality(a_rule(), tuple("abcdefgh"), 6, ("all",), {"all": {"a=b=c=d=e=f=g": 5, "f=e=d=c=b=a": 2}})
    assert table.rejected == {"all": {"too-many-votes": 5}}
    assert (table.valid, table.stages[0].total("a"), table.stages[0].total("g")) == ({"all": 2}, 2, 0)


@pytest.mark.parametrize(
    ("marks", "fault"),
    [("", "blank"), ("a>b", "ranked"), ("a=b=c", "overvote")],
)
def test_stops_at_a_paper_that_the_rule_refuses(marks: str, fault: str) -> None:
    with pytest.raises(EvidenceError, match=rf"^paper-not-admissible: .* found {fault}\."):
        read_crosses(marks, frozenset("abc"), a_rule(**{fault: "refuse"}), 2)


def test_stops_at_papers_of_nobody_and_nowhere() -> None:
    with pytest.raises(EvidenceError, match=r"^unknown-candidate: paper `a=z`: .* found `z`\."):
        read_crosses("a=z", frozenset("abc"), a_rule(overvote="refuse"), 1)
    with pytest.raises(EvidenceError, match=r"^unknown-section: papers of section al: .*nearest: all"):
        group_crosses({"al": {"a": 1}}, ("a",), ("all",), a_rule(), 1)


def test_groups_crosses_in_whatever_order_they_are_written() -> None:
    papers = group_crosses({"s": {"a=b": 2, "b=a": 3, "a=b=c": 1, "": 4}}, tuple("abc"), ("s", "t"), a_rule(), 2)
    assert papers.rankings == {"s": {("a", "b"): 5}, "t": {}}
    assert papers.rejected == {"s": {"too-many-votes": 1, "blank": 4}, "t": {}}


# Published figures


@pytest.mark.parametrize(("section", "seats", "margin"), [("clp", 6, 963), ("councillors", 2, 108)])
def test_nec_2014_elects_whom_it_elected(section: str, seats: int, margin: int) -> None:
    path = PUBLISHED / "nec_block_vote.csv"
    if not path.exists():
        pytest.skip(f"published figures are not at {path}")
    rows = [row for row in csv.DictReader(path.read_text("utf-8").splitlines()) if row["section"] == section]
    rows.sort(key=lambda row: row["candidate"])
    votes = {row["candidate"]: int(row["votes"]) for row in rows}
    table = count_plurality(a_rule(), tuple(votes), seats, (section,), {}, totals={section: [votes]})
    assert set(table.elected) == {row["candidate"] for row in rows if row["elected"] == "1"}
    assert len(table.elected) == seats
    best = max(number for name, number in votes.items() if name not in table.elected)
    assert votes[table.elected[-1]] - best == margin
    assert str(best) in table.stages[0].action.reason
    assert (table.certified, table.valid, table.stages[0].non_transferable) == ((section,), {}, {})


# Certified totals


def test_a_certified_section_has_sums_where_its_papers_are_known() -> None:
    votes = {"b": 6, "a": 4, "c": 0}
    ask: Any = (a_rule(), tuple("abc"), 2, ("s", "t"), {"s": {"a=c": 3, "b": 2}}, {}, {"t": [votes]})
    unknown = count_plurality(*ask)
    known = count_plurality(*ask, certified_papers={"t": 7})
    assert unknown.valid == {"s": 5}
    assert unknown.stages[0].non_transferable == {"s": 2}
    assert known.valid == {"s": 5, "t": 7}
    assert known.stages[0].non_transferable == {"s": 2, "t": 4}
    assert unknown.stages[0].votes == known.stages[0].votes
    assert unknown.elected == known.elected == ("b", "a")
    one = count_plurality(a_rule(), tuple("abc"), 1, ("s", "t"), {"s": {"a": 3, "": 1}}, {}, {"t": [votes]})
    assert (one.valid, one.elected) == ({"s": 3, "t": 10}, ("a",))
    for table in (unknown, known, one):
        check_sums(table)


@pytest.mark.parametrize("stages", [[], [{"a": 1, "b": 2}] * 2, [{"a": 1}], [{"a": 1, "b": 2, "c": 3}]])
def test_refuses_totals_that_do_not_say_who_has_what(stages: Any) -> None:
    with pytest.raises(RefusedError, match=r"^totals-missing: section s: expected one stage .* of a, b, found "):
        count_plurality(a_rule(), ("a", "b"), 1, ("s",), {}, totals={"s": stages})


@pytest.mark.parametrize(
    ("seats", "votes", "papers", "changes"),
    [
        (2, (6, 1), 5, {}),
        (2, (4, 4), 3, {}),
        (2, (4, 4), 9, {}),
        (1, (2, 2), 3, {}),
        (1, (2, 2), 5, {}),
        (2, (5, 4), 5, {"votes": "all"}),
    ],
)
def test_refuses_votes_that_the_certified_papers_cannot_have_given(
    seats: int, votes: tuple[int, int], papers: int, changes: Any
) -> None:
    totals = {"s": [dict(zip("ab", votes, strict=True))]}
    with pytest.raises(RefusedError, match=rf"^totals-unfit: section s: expected {papers} valid papers, "):
        count_plurality(a_rule(**changes), ("a", "b"), seats, ("s",), {}, {}, totals, certified_papers={"s": papers})


@pytest.mark.parametrize(("votes", "papers"), [((6, 1), 6), ((4, 4), 4), ((4, 4), 8), ((0, 0), 0)])
def test_takes_certified_papers_that_may_have_given_the_votes(votes: tuple[int, int], papers: int) -> None:
    totals = {"s": [dict(zip("ab", votes, strict=True))]}
    table = count_plurality(a_rule(), ("a", "b"), 2, ("s",), {}, {}, totals, certified_papers={"s": papers})
    assert table.stages[0].non_transferable == {"s": 2 * papers - sum(votes)}


# Who is elected


@pytest.mark.parametrize(
    ("held", "seats", "elected", "says"),
    [
        ({}, 2, "", "There are no candidates; nobody is elected."),
        ({"a": 0}, 1, "a", "1 candidate for 1 place: unopposed."),
        ({"a": 0, "b": 3}, 3, "ba", "2 candidates for 3 places: unopposed."),
        ({"a": 0, "b": 0}, 1, "", "There are no valid papers; nobody is elected."),
        ({"a": 7, "b": 9, "c": 1}, 1, "b", "Most votes: 9 votes; nobody else has more than 7."),
        ({"a": 7, "b": 9, "c": 1}, 2, "ba", "Most votes: 7 votes or more each; nobody else has more than 1."),
        ({"a": 0, "b": 9, "c": 0}, 2, "", "2 candidates tied at 0 votes each for 1 place; a lot among them"),
    ],
)
def test_ends_in_every_case(held: dict[str, int], seats: int, elected: str, says: str) -> None:
    table = count(held, seats)
    assert table.elected == tuple(elected)
    assert table.stages[-1].action.reason.startswith(says)
    assert (table.stages[-1].action.kind == "elect") == bool(elected)
    check_sums(table)


def test_a_tie_at_the_cut_stops_for_a_lot_and_goes_on_with_it() -> None:
    held = {"a": 5, "b": 3, "c": 3, "d": 9, "e": 3}
    stopped = count(held, 4)
    assert (stopped.elected, stopped.lot_needed, stopped.lot_for) == ((), ("b", "c", "e"), "place")
    assert stopped.stages[0].action.reason == (
        "3 candidates tied at 3 votes each for 2 places; a lot among them is to be drawn."
    )
    for order in permutations("bce"):
        table = count(held, 4, {(1, frozenset("bce")): order})
        assert table.elected == ("d", "a", *sorted(order[:2]))
        assert table.lot_needed == ()
        assert table.lot_for == ""
    with pytest.raises(EvidenceError, match=r"^lot-not-of-the-tied: lot of stage 1: expected b, c, e in some order"):
        count(held, 4, {(1, frozenset("bce")): ("b", "c", "c")})


def test_a_tie_that_leaves_places_empty_elects_the_others() -> None:
    table = count({"a": 5, "b": 3, "c": 3, "d": 9, "e": 3}, 4, ties="nobody")
    assert table.elected == ("d", "a")
    assert table.stages[0].action.reason.endswith("3 candidates tied at 3 votes each for 2 places, left empty.")
    alone = count({"a": 3, "b": 3, "c": 1}, 1, ties="nobody")
    assert (alone.elected, alone.stages[0].action.kind) == ((), "none")
    assert alone.lot_needed == ()


def test_a_tie_for_places_enough_is_none() -> None:
    assert count({"a": 3, "b": 3, "c": 1}, 2).elected == ("a", "b")


# Reserved places


def test_reserved_places_displace_the_lowest_by_the_highest() -> None:
    held = {"a": 60, "b": 50, "c": 40, "d": 30, "e": 20, "f": 10}
    table = count(held, 3, {}, WOMEN, reserved=reserve(women=2))
    assert [stage.action.candidates for stage in table.stages] == [("c", "d"), ("b", "e"), ("a", "d", "e")]
    assert [stage.action.kind for stage in table.stages] == ["displace", "displace", "elect"]
    assert [stage.number for stage in table.stages] == [1, 2, 3]
    assert table.stages[0].action.reason == (
        "Reserved places: past 40 votes, the place goes to 30 votes of category women."
    )
    assert table.elected == ("a", "d", "e")
    check_sums(table)


@pytest.mark.parametrize(
    ("needs", "categories", "seats", "elected", "displaced"),
    [
        # f is of both categories, so b may stay; then d and e, each of one, would leave the other unfilled.
        ({"x": 1, "y": 1}, {"d": "x", "e": "y", "f": "xy"}, 3, "abf", [("c", "f")]),
        # Without f it takes d and e, and b goes too.
        ({"x": 1, "y": 1}, {"d": "x", "e": "y"}, 3, "ade", [("c", "d"), ("b", "e")]),
        ({"x": 1, "y": 1}, {"d": "x", "e": "y"}, 4, "abde", [("c", "e")]),
        # b is of x already: only y has to be brought in, by whoever is first of it.
        ({"x": 1, "y": 1}, {"b": "x", "e": "y", "f": "xy"}, 3, "abe", [("c", "e")]),
        # Two of x and two of y in three places: f must be of both.
        ({"x": 2, "y": 2}, {"a": "x", "c": "y", "d": "y", "f": "xy"}, 3, "acf", [("b", "f")]),
    ],
)
def test_overlapping_categories_by_hand(needs: Any, categories: Any, seats: int, elected: str, displaced: Any) -> None:
    held = {"a": 60, "b": 50, "c": 40, "d": 30, "e": 20, "f": 10}
    table = count(held, seats, {}, categories, reserved=reserve(**needs))
    assert "".join(table.elected) == elected
    assert [stage.action.candidates for stage in table.stages[:-1]] == displaced


def test_refuses_reserved_places_that_nobody_can_fill() -> None:
    with pytest.raises(RefusedError, match=r"^rule-infeasible: "):
        count({"a": 1, "b": 2, "d": 3}, 2, {}, WOMEN, reserved=reserve(women=2))
    with pytest.raises(RefusedError, match=r"^rule-infeasible: "):
        count({"a": 1}, 2, {}, WOMEN, reserved=reserve(women=1))


def test_whom_every_order_of_the_tied_elects_is_in_no_lot() -> None:
    held = {"a": 5, "b": 5, "c": 5, "d": 5, "e": 1}
    table = count(held, 3, {}, WOMEN, reserved=reserve(women=1))
    assert table.lot_needed == ("a", "b", "c")
    assert table.stages[0].action.reason.startswith("3 candidates tied at 5 votes each for 2 places")
    assert count(held, 3, {(1, frozenset("abc")): "cba"}, WOMEN, reserved=reserve(women=1)).elected == ("b", "c", "d")
    assert count(held, 3, {}, WOMEN, reserved=reserve(women=1), ties="nobody").elected == ("d",)
    alone = count(held, 1, {}, WOMEN, reserved=reserve(women=1))
    assert (alone.elected, len(alone.stages)) == (("d",), 1)  # level with a, b and c, and so displaces none of them
    below = count({"a": 5, "b": 5, "d": 2, "e": 1}, 2, {}, WOMEN, reserved=reserve(women=1), ties="nobody")
    assert below.elected == ("d",)
    assert [stage.action.kind for stage in below.stages] == ["elect"]  # whom it would displace is not told by a tie
    assert below.stages[0].action.reason == (
        "Most votes among those with whom the reserved places can be filled. "
        "2 candidates tied at 5 votes each for 1 place, left empty."
    )


def test_who_fills_what_the_other_tied_leave_is_in_no_lot() -> None:
    # Whichever of b and c is first leaves x, and a fills it; d alone would fill everything, with fewer votes.
    categories = {"a": "x", "b": "yz", "c": "yz", "d": "xyz"}
    ask: Any = {"seats": 2, "categories": categories, "reserved": reserve(x=1, y=1, z=1)}
    held = {"a": 5, "b": 5, "c": 5, "d": 1}
    assert count(held, **ask).lot_needed == ("b", "c")
    assert count(held, lots={(1, frozenset("bc")): "cb"}, **ask).elected == ("a", "c")


# Against a count by other means


def fills(chosen: Any, needs: dict[str, int], categories: dict[str, set[str]]) -> bool:
    return all(sum(name in categories.get(c, ()) for c in chosen) >= number for name, number in needs.items())


def possible(elected: Any, others: Any, seats: int, needs: Any, categories: Any) -> bool:
    left = seats - len(elected)
    return left >= 0 and any(fills((*elected, *more), needs, categories) for more in combinations(others, left))


def outcomes(elected: tuple[str, ...], level: Any, below: Any, seats: int, needs: Any, categories: Any) -> Any:
    """Everybody whom some order of the level elects, with those elected before, for every order."""
    found = set()
    for order in permutations(level):
        chosen = elected
        for place, each in enumerate(order):
            others = [*order[:place], *order[place + 1 :], *below]
            if each not in chosen and possible((*chosen, each), set(others) - set(chosen), seats, needs, categories):
                chosen = (*chosen, each)
        found.add(frozenset(chosen))
    return found


def every_end(elected: Any, levels: list[list[str]], seats: int, needs: Any, categories: Any) -> set[frozenset[str]]:
    if not levels:
        return {frozenset(elected)}
    below = [each for level in levels[1:] for each in level]
    ways = outcomes(tuple(elected), levels[0], below, seats, needs, categories)
    return set().union(*(every_end(way, levels[1:], seats, needs, categories) for way in ways))


def polls(seed: int, number: int, votes_max: int) -> Iterator[tuple[dict[str, int], int, Any, Any]]:
    chance = random.Random(seed)
    while number:
        held = {each: chance.randint(0, votes_max) for each in "abcdef"[: chance.randint(2, 6)]}
        seats = chance.randint(1, len(held) - 1)
        names = ("x", "y", "z")[: chance.randint(1, 3)]
        categories = {each: {name for name in names if chance.random() < 0.45} for each in held}
        needs = {name: chance.randint(0, 2) for name in names}
        if any(held.values()) and possible((), tuple(held), seats, needs, categories):
            number -= 1
            yield held, seats, needs, categories


def levels_of(held: dict[str, int]) -> list[list[str]]:
    return [list(level) for _, level in groupby(sorted(held, key=lambda c: -held[c]), key=held.__getitem__)]


def test_elects_the_best_choice_there_is_down_the_order_of_votes() -> None:
    seed, moved = 2014, 0
    for held, seats, needs, categories in polls(seed, 400, 10**12):
        order = sorted(held, key=lambda c: -held[c])
        choices = (c for c in combinations(order, seats) if fills(c, needs, categories))
        best = min(choices, key=lambda chosen: [order.index(c) for c in chosen])
        table = count(held, seats, {}, categories, reserved=reserve(**needs))
        where = (seed, held, seats, needs, categories)
        assert table.elected == best, where
        displaced = [stage.action.candidates for stage in table.stages[:-1]]
        moved += bool(displaced)
        assert [low for low, _ in displaced] == [c for c in reversed(order[:seats]) if c not in best], where
        assert [high for _, high in displaced] == [c for c in best if c not in order[:seats]], where
        check_sums(table)
    assert moved > 50


def test_asks_for_lots_just_where_the_order_of_the_tied_matters() -> None:
    seed, lots_drawn = 1973, 0
    chance = random.Random(seed)
    for held, seats, needs, categories in polls(seed, 400, 2):
        where: Any = (seed, held, seats, needs, categories)
        lots: dict[Any, Any] = {}
        elected: tuple[str, ...] = ()
        levels = levels_of(held)
        for number, level in enumerate(levels):
            below = [each for later in levels[number + 1 :] for each in later]
            ways = outcomes(elected, level, below, seats, needs, categories)
            wanted = frozenset.union(*ways) - frozenset.intersection(*ways)
            table = count(held, seats, lots, categories, reserved=reserve(**needs))
            elected = tuple(frozenset.intersection(*ways))
            if wanted:
                lots_drawn += 1
                assert table.lot_needed == tuple(each for each in held if each in wanted), where
                assert f"for {max(map(len, ways)) - len(elected)} place" in table.stages[-1].action.reason, where
                order = lots[1, wanted] = chance.sample(sorted(wanted), len(wanted))
                for each in order:
                    if possible((*elected, each), {*level, *below} - {*elected, each}, seats, needs, categories):
                        elected = (*elected, each)
        table = count(held, seats, lots, categories, reserved=reserve(**needs))
        assert table.lot_needed == (), where
        assert set(table.elected) == set(elected), where
        assert len(table.elected) == seats, where
        assert fills(table.elected, needs, categories), where
    assert lots_drawn > 100


def test_ties_that_leave_places_empty_elect_just_whom_every_lot_would() -> None:
    seed, empty = 1931, 0
    for held, seats, needs, categories in polls(seed, 400, 2):
        table = count(held, seats, {}, categories, reserved=reserve(**needs), ties="nobody")
        certain = frozenset.intersection(*every_end((), levels_of(held), seats, needs, categories))
        where = (seed, held, seats, needs, categories)
        empty += len(table.elected) < seats
        assert set(table.elected) == certain, where
    assert empty > 50


# What changes nothing

PAPERS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcde"), max_size=5, unique=True).map("=".join) | st.sampled_from(["a>b", ">c"]),
        st.integers(0, 4) | st.integers(0, 10**12),
    ),
    max_size=10,
)


def profile_of(papers: Any, parts: int) -> dict[str, Counter[str]]:
    split: dict[str, Counter[str]] = {str(number): Counter() for number in range(parts)}
    for place, (marks, number) in enumerate(papers):
        split[str(place % parts)][marks] += number
    return split


@given(PAPERS, st.integers(1, 4), st.integers(1, 4), st.sampled_from(["any-number", "all"]))
def test_splitting_the_papers_changes_nothing(papers: Any, parts: int, seats: int, votes: str) -> None:
    tables = []
    for split in (profile_of(papers, 1), profile_of(papers, parts), profile_of(papers[::-1], parts)):
        tables.append(count_plurality(a_rule(votes=votes), tuple("abcde"), seats, tuple(split), split))
        check_sums(tables[-1])
        read = sum(tables[-1].valid.values()) + sum(sum(each.values()) for each in tables[-1].rejected.values())
        assert read == sum(number for _, number in papers)
    assert len({table.stages[0].action for table in tables}) == 1
    assert len({tuple(table.stages[0].total(c) for c in "abcde") for table in tables}) == 1


@given(PAPERS, st.integers(1, 4), st.permutations("abcde"), st.sampled_from(["lot", "nobody"]))
def test_other_ids_change_nothing_but_who_is_in_a_lot(papers: Any, seats: int, ids: list[str], ties: str) -> None:
    called = dict(zip("abcde", ids, strict=True))
    categories = {"d": {"x"}, "e": {"x", "y"}}
    rule = a_rule(ties=ties, reserved=reserve(x=1, y=1))
    profile = {"all": profile_of(papers, 1)["0"]}
    renamed = {"all": {marks.translate(str.maketrans(called)): n for marks, n in profile["all"].items()}}
    one = count_plurality(rule, tuple("abcde"), seats, ("all",), profile, categories=categories)
    many = count_plurality(
        rule, tuple(ids), seats, ("all",), renamed, categories={called[c]: names for c, names in categories.items()}
    )
    assert many.elected == tuple(called[c] for c in one.elected)
    assert many.lot_needed == tuple(called[c] for c in one.lot_needed)
    assert [stage.action.reason for stage in many.stages] == [stage.action.reason for stage in one.stages]
    turned = count_plurality(rule, tuple("edcba"), seats, ("all",), profile, categories=categories)
    assert set(turned.elected) == set(one.elected)
    assert set(turned.lot_needed) == set(one.lot_needed)


@given(PAPERS, st.integers(1, 4), st.sampled_from(["lot", "nobody"]))
def test_a_vacuous_reservation_changes_nothing(papers: Any, seats: int, ties: str) -> None:
    ask: Any = (tuple("abcde"), seats, ("0",), profile_of(papers, 1))
    free = count_plurality(a_rule(ties=ties), *ask)
    everybody = {each: {"x", "y"} for each in "abcde"}
    for reserved in (reserve(x=0), reserve(x=1), reserve(x=seats, y=min(seats, 2))):
        assert count_plurality(a_rule(ties=ties, reserved=reserved), *ask, categories=everybody) == free


def test_counts_ten_thousand_candidates() -> None:
    held = {f"c{number}": 10**12 + number // 2 for number in range(10_000)}
    categories = {name: {"x", "y"} if number >= 2000 else {"x"} for number, name in enumerate(list(held)[:3000])}
    table = count(held, 100, {}, categories, reserved=reserve(x=30, y=20))
    assert len(table.elected) == 100
    assert len(table.stages) == 31  # thirty of both categories, of whom twenty fill every place that y has
    check_sums(table)

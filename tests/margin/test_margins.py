"""Margins: programs solved exactly, what is elected by lot, time limits, totals alone, unknown papers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from every_change import LADDERS, Papers, a_college, a_plain_rule, never
from test_weighted_av import THIRDS, a_rule, count_2010

from ledger.rules.alternative import AlternativeVote, AnyAlternativeVote, WeightedAlternativeVote
from projections.count.av import count_av
from projections.margin import search, watch
from projections.margin.alternative import Counted, Margins
from projections.margin.box import Box
from projections.margin.completion import complete
from projections.margin.majority import majority_bound
from projections.margin.node import Node
from projections.margin.pairing import pairing_of, values_of_votes
from projections.margin.recount import Moved, Recount
from projections.margin.relaxation import Kind
from projections.margin.search import GOALS, TIME
from projections.margin.simplex import Dictionary
from projections.margin.ties import stages_looked_at
from projections.margin.together import TogetherForms
from projections.margin.watch import TimeUpError, Watch

# Programs


def determinant(matrix: list[list[Fraction]]) -> Fraction:
    if not matrix:
        return Fraction(1)
    rest = [row[1:] for row in matrix]
    terms = ((-1) ** n * row[0] * determinant([*rest[:n], *rest[n + 1 :]]) for n, row in enumerate(matrix) if row[0])
    return sum(terms, start=Fraction(0))


def corners(costs: list[int], rows: list[tuple[list[int], int]]) -> Iterator[Fraction]:
    """The cost of every corner of a program, by Cramer's rule; rows of one variable say that none is below 0."""
    size = len(costs)
    every = rows + [([int(i == j) for i in range(size)], 0) for j in range(size)]
    for chosen in combinations(every, size):
        matrix = [[Fraction(value) for value in row] for row, _ in chosen]
        whole = determinant(matrix)
        if whole:
            corner = []
            for column in range(size):
                replaced = [
                    [*row[:column], Fraction(bound), *row[column + 1 :]]
                    for row, (_, bound) in zip(matrix, chosen, strict=True)
                ]
                corner.append(determinant(replaced) / whole)
            if all(sum(a * x for a, x in zip(row, corner, strict=True)) >= bound for row, bound in every):
                yield sum((cost * x for cost, x in zip(costs, corner, strict=True)), start=Fraction(0))


def test_programs_are_solved_exactly() -> None:
    chance = random.Random(20260101)
    solved = 0
    for _ in range(120):
        size = chance.randint(1, 3)
        costs = [chance.randint(0, 4) for _ in range(size)]
        rows = [([chance.randint(-3, 3) for _ in range(size)], chance.randint(-4, 7)) for _ in range(3)]
        program, possible = Dictionary(costs), True
        for row, bound in rows:  # each taken in after the others were solved
            program.take({name: value for name, value in enumerate(row) if value}, bound)
            possible = possible and program.solve()
        least = min(corners(costs, rows), default=None)
        assert possible == (least is not None)
        if possible:
            assert program.cost == least
            values, parts = program.values
            held = [sum(row[name] * value for name, value in values.items()) for row, _ in rows]
            assert all(value >= bound * parts for value, (_, bound) in zip(held, rows, strict=True))
            solved += 1
    assert solved > 30


# Comparisons


def test_the_ladder_looks_at_earlier_stages_in_the_order_of_the_rule() -> None:
    looks = {ladder[0]: stages_looked_at(a_plain_rule(ties=ladder), 3) for ladder in LADDERS}
    assert looks == {
        "lot": [3],
        "earlier-stages-backwards": [3, 2, 1, 0],
        "earlier-stages-forwards": [3, 0, 1, 2],
    }


def points_ahead(rule: WeightedAlternativeVote, papers: dict[str, Counter[tuple[int, ...]]], members: int) -> Fraction:
    """What candidate 1 has more points than candidate 0, where these continue."""
    ahead = Fraction(0)
    for each in rule.weights:
        held: Counter[int | None] = Counter()
        for ranking, number in papers[each.section].items():
            held[next((name for name in ranking if members >> name & 1), None)] += number
        base = held.total() - (held[None] if rule.section_base == "continuing" else 0)
        ahead += each.part * Fraction(held[1] - held[0], base) if base else 0
    return ahead


@pytest.mark.parametrize("base", ["continuing", "valid-at-stage-1"])
@pytest.mark.parametrize("kind", ["addition", "removal", "change"])
def test_a_comparison_over_several_sections_is_no_less_than_the_truth(kind: Kind, base: str) -> None:
    chance = random.Random(3)
    rule = a_college(("1/3", "2/3"), section_base=base, empty_section="nothing")
    every = [ranks for size in (1, 2, 3) for ranks in permutations(range(3), size)]
    close = 0
    for _ in range(250):
        papers = {section: Counter(chance.choices(every, k=chance.randint(4, 9))) for section in "xy"}
        most, members = chance.randint(1, 3), chance.choice((0b011, 0b111))
        boxes = [Box(each, 3) for each in papers.values()]
        form = TogetherForms(rule, boxes, kind, most).below(members, 0, 1)
        value = form.now
        for section, each in enumerate(papers.values()):
            moved = chance.randint(0, most)
            less = [] if kind == "addition" else chance.sample(sorted(each.elements()), moved)
            more = [] if kind == "removal" else chance.choices(every, k=moved)
            most -= moved
            for sign, rankings in ((-1, less), (1, more)):
                for ranking in rankings:
                    holder = next((name for name in ranking if members >> name & 1), 3)
                    value += form.of(section, holder, sign)
            each.subtract(less)
            each.update(more)
        truth = points_ahead(rule, papers, members)
        assert truth < 0 or value >= 0, (papers, truth, value)
        assert truth <= 0 or value > 0, (papers, truth, value)
        close += truth < 0 and value < 0
    assert close > 60


# Searches


def searched(rule: AnyAlternativeVote, papers: Papers, winner: str, kind: Kind, section: str = "x") -> list[int | None]:
    candidates = tuple(sorted({name for each in papers.values() for ranking in each for name in ranking}))
    answers = Margins(Counted(rule, candidates, tuple(papers), papers, winner)).of_section(kind, section, never)
    assert all(answer.exact for answer in answers.values())
    return [answers["could"].least, answers["certain"].least]


def test_a_result_that_came_by_lot_could_have_been_another_with_no_paper_moved() -> None:
    tied = {"x": {("a",): 3, ("b",): 3}}
    assert searched(a_plain_rule(ties=("lot",)), tied, "a", "addition") == [0, 1]


def test_a_tie_for_exclusion_that_elects_the_same_whoever_goes_needs_no_lot_to_be_told_apart() -> None:
    """c and d hold nothing and tie, as they do with the papers found: what lots make of it elects b all the same."""
    papers = {"x": {("a",): 5, ("b",): 4, ("a", "c", "d"): 1}}
    assert searched(a_plain_rule(ties=("lot",)), papers, "a", "addition") == [2, 3]


def test_one_paper_of_a_small_section_does_what_many_of_a_large_one_do() -> None:
    papers = {"x": {("a",): 2, ("b",): 1}, "y": {("a",): 400, ("b",): 500}}
    rule = a_college(("1/2", "1/2"))
    assert searched(rule, papers, "a", "change", "x") == [1, 1]
    assert searched(rule, papers, "a", "change", "y") == [100, 101]


def test_the_whole_of_one_section_may_not_be_enough() -> None:
    papers = {"x": {("a",): 1}, "y": {("a",): 400, ("b",): 100}}
    rule = a_college(("1/3", "2/3"), empty_section="nothing")
    assert searched(rule, papers, "a", "removal", "x") == [None, None]


def five(papers: int) -> tuple[tuple[str, ...], Papers]:
    chance = random.Random(7)
    candidates = tuple("abcde")
    every = [ranks for size in range(1, 6) for ranks in permutations(candidates, size)]
    weights = [chance.random() ** 2 for _ in every]
    return candidates, {"x": dict(Counter(chance.choices(every, weights, k=papers)))}


@pytest.mark.parametrize("kind", ["addition", "removal", "change"])
def test_a_search_that_is_stopped_gives_bounds_that_hold_what_is_found_without_a_limit(kind: Kind) -> None:
    candidates, papers = five(3_000)
    rule = a_plain_rule()
    profile = {"x": {">".join(ranking): number for ranking, number in papers["x"].items()}}
    (winner,) = count_av(rule, candidates, ("x",), profile).elected
    counted = Counted(rule, candidates, ("x",), papers, winner)
    whole = Margins(counted).of_section(kind, "x", never)["certain"]
    assert whole.exact
    assert whole.moved is not None
    for looks in (0, 1, 3, 9, 20):
        left = [False] * looks
        answer = Margins(counted).of_section(kind, "x", lambda left=left: not left or left.pop())["certain"]
        assert answer.least is not None
        assert answer.least <= whole.moved.papers
        assert answer.moved is None or answer.moved.papers >= whole.moved.papers
        assert answer.exact or answer.why == "the time was up"
    assert answer.moved is not None


@pytest.mark.parametrize("kind", ["addition", "removal", "change"])
def test_wherever_a_search_is_stopped_it_ends_there_with_bounds_that_hold(kind: Kind) -> None:
    candidates, papers = five(300)
    profile = {"x": {">".join(ranking): number for ranking, number in papers["x"].items()}}
    (winner,) = count_av(a_plain_rule(), candidates, ("x",), profile).elected
    counted = Counted(a_plain_rule(), candidates, ("x",), papers, winner)
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return False

    whole = Margins(counted).of_section(kind, "x", look)
    every = looks
    for stop in range(0, every, every // 40):
        asked: list[bool] = []
        stopped = Margins(counted).of_section(
            kind, "x", lambda asked=asked, stop=stop: asked.append(True) or len(asked) > stop
        )
        assert len(asked) - stop < 2 * len(candidates)  # once more by each end that was about to be looked into
        for goal in GOALS:
            least, moved = stopped[goal].least, whole[goal].moved
            assert least is not None
            assert moved is not None
            assert least <= moved.papers
            assert stopped[goal].moved is None or stopped[goal].moved.papers >= moved.papers
            assert stopped[goal].exact or stopped[goal].why == TIME


@pytest.mark.parametrize("kind", ["addition", "removal", "change"])
def test_no_case_is_lost_where_a_search_is_stopped_within_it(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    """Three candidates: few cases, so that one that is lost is missed; every ranking is a look."""
    monkeypatch.setattr(watch, "LOOK_EVERY", 1)
    papers: Papers = {"x": {("a", "b"): 9, ("b", "c"): 6, ("c", "b"): 5, ("b",): 1, ("c", "a"): 2}}
    counted = Counted(a_plain_rule(), ("a", "b", "c"), ("x",), papers, "b")
    whole = Margins(counted).of_section(kind, "x", never)
    for stop in range(400):
        asked: list[bool] = []
        found = Margins(counted).of_section(
            kind, "x", lambda asked=asked, stop=stop: asked.append(True) or len(asked) > stop
        )
        for goal in GOALS:
            least, moved = found[goal].least, whole[goal].moved
            assert moved is not None
            assert least is not None
            assert least <= moved.papers
            assert found[goal].exact or found[goal].why == TIME
        if len(asked) <= stop:
            return
    raise AssertionError("the search did not end")


def stopped_at(looks: int) -> Watch:
    left = [False] * looks
    stops = Watch()
    stops.begin(lambda: not left or left.pop())
    return stops


def test_the_longest_loops_look_at_the_time() -> None:
    """Pivots of one program, counts of one set of papers with other lots, the rankings of a box."""
    program = Dictionary([1, 1, 1])
    for j in range(3):
        program.take({j: 1}, 1)
    with pytest.raises(TimeUpError):
        program.solve(None, stopped_at(2).look)
    assert program.solve()
    tied = {"x": {("a",): 1, ("b",): 1, ("c",): 1}}
    rule = a_plain_rule(ties=("lot",))
    counts = len(Recount(rule, "abc", "x").outcomes(tied) or ())
    assert counts > 3
    with pytest.raises(TimeUpError):
        Recount(rule, "abc", "x", stopped_at(2)).outcomes(tied)
    rankings = dict.fromkeys(permutations(range(8)), 1)
    with pytest.raises(TimeUpError):
        Box(rankings, 8, stopped_at(3)).among(0b1111111)
    box = Box(rankings, 8, stopped_at(4))  # once in 10,000 of 40,320
    assert sum(box.among(0b1111111).values()) == 40_320
    with pytest.raises(TimeUpError):
        box.beside(0b1111111, 7)


@pytest.mark.parametrize("kind", ["addition", "removal", "change"])
@pytest.mark.parametrize("ladder", LADDERS)
def test_programs_that_were_let_go_are_solved_again_to_the_same(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, ladder: tuple[str, ...]
) -> None:
    candidates, papers = five(60)
    rule = a_plain_rule(ties=ladder)
    profile = {"x": {">".join(ranking): number for ranking, number in papers["x"].items()}}
    (winner,) = count_av(rule, candidates, ("x",), profile).elected
    counted = Counted(rule, candidates, ("x",), papers, winner)
    kept = Margins(counted).of_section(kind, "x", never)
    gone = []
    let_go = Node.let_go
    monkeypatch.setattr(Node, "let_go", lambda node: gone.append(node) or let_go(node))
    monkeypatch.setattr(search, "ENTRIES_MOST", 0)
    again = Margins(counted).of_section(kind, "x", never)
    assert gone
    for goal in GOALS:
        assert kept[goal].least == again[goal].least
        assert kept[goal].exact == again[goal].exact


# Totals alone


def test_the_final_pairing_of_2010_with_exclusions_held() -> None:
    """Published: 49.35 to 50.65; 6 MPs and MEPs, 2,407 members or 3,913 affiliates the other way reverse it."""
    pairing = pairing_of(a_rule(THIRDS), count_2010())
    assert pairing is not None
    assert (pairing.winner, pairing.loser, pairing.stage) == ("e-miliband", "d-miliband", 4)
    assert round(100 * pairing.ahead, 3) == Fraction("1.306")
    assert [pairing.fewest("change", section) for section in THIRDS] == [6, 2_407, 3_913]


@pytest.mark.parametrize("kind", ["addition", "removal", "change"])
@pytest.mark.parametrize("section", list(THIRDS))
def test_so_many_papers_and_not_one_fewer_reverse_the_pairing(kind: Kind, section: str) -> None:
    table, rule = count_2010(), a_rule(THIRDS)
    pairing = pairing_of(rule, table)
    assert pairing is not None
    number = pairing.fewest(kind, section)
    assert number is not None
    for papers, winner in ((number - 1, "e-miliband"), (number, "d-miliband")):
        held = {name: dict(votes) for name, votes in table.stages[-1].votes.items()}
        held[section]["d-miliband"] += papers if kind != "removal" else 0
        held[section]["e-miliband"] -= papers if kind != "addition" else 0
        again = count_av(rule, ("d-miliband", "e-miliband"), tuple(held), {n: dict(v) for n, v in held.items()})
        assert again.elected == (winner,)


@pytest.mark.parametrize("rule", [a_plain_rule(), a_college(("1/3", "2/3"))], ids=["papers", "college"])
def test_so_many_papers_of_the_winner_among_those_taken_out_and_not_one_fewer_reverse_the_pairing(
    rule: AnyAlternativeVote,
) -> None:
    held = {"x": {"a": 30, "b": 22}, "y": {"a": 9, "b": 15}}
    pairing = pairing_of(rule, count_av(rule, ("a", "b"), ("x", "y"), held))
    assert pairing is not None
    assert pairing.winner == ("a" if isinstance(rule, AlternativeVote) else "b")
    found = 0
    for section, papers in held.items():
        for out in range(sum(papers.values())):
            needed, less = pairing.break_even_taken(section, out), papers[pairing.winner]
            does = []
            for number in range(max(0, out - papers[pairing.loser]), min(out, less) + 1):
                left = {pairing.winner: less - number, pairing.loser: papers[pairing.loser] - out + number}
                profile = {name: dict(votes) for name, votes in (held | {section: left}).items()}
                if count_av(rule, ("a", "b"), ("x", "y"), profile).elected == (pairing.loser,):
                    does.append(number)
            assert needed == min(does, default=None), (section, out)
            found += needed is not None
    assert found > 20


def test_the_rejected_papers_of_2010_break_even_at_19135_of_36105() -> None:
    pairing = pairing_of(a_rule(THIRDS), count_2010())
    assert pairing is not None
    assert pairing.break_even("affiliates", 36_105) == 19_135
    assert round(Fraction(19_135, 36_105), 3) == Fraction("0.53")
    assert pairing.break_even("affiliates", 100) is None


def test_one_vote_of_2010_is_worth_469_or_762() -> None:
    values = values_of_votes(a_rule(THIRDS), count_2010(), 4)
    assert [round(values["mps"] / value) for value in values.values()] == [1, 469, 762]


def test_more_than_half_at_stage_1_cannot_be_lost_to_fewer_papers() -> None:
    table = count_av(a_plain_rule(), ("a", "b", "c"), ("x",), {"x": {"a": 60, "b": 30, "c": 10}})
    bounds = [majority_bound(a_plain_rule(), table, kind, "x") for kind in ("addition", "removal", "change")]
    assert bounds == [(20, True), (20, True), (10, True)]
    college = count_2010()
    assert majority_bound(a_rule(THIRDS), college, "change", "mps") == (0, True)  # nobody had half


# Papers of which only the number is known


def test_unknown_papers_that_are_too_few_could_not_have_changed_it_and_one_more_could() -> None:
    papers = {"x": {("a",): 60, ("b", "c"): 30, ("c", "b"): 20}}
    margins = Margins(Counted(a_plain_rule(ties=("lot",)), ("a", "b", "c"), ("x",), papers, "a"))
    few, enough = complete(margins, {"x": 10}, never), complete(margins, {"x": 11}, never)
    assert [few[goal].verdict for goal in ("could", "certain")] == ["could", "could-not"]
    assert (few["certain"].needed, few["certain"].example) == (11, None)
    assert enough["certain"].verdict == "could"
    assert enough["certain"].example == Moved({"x": {("b",): 11}}, {})
    assert complete(margins, {"x": 0}, never)["could"].verdict == "could-not"


def test_where_the_time_was_up_it_cannot_be_said() -> None:
    papers = {"x": {("a",): 60, ("b", "c"): 30, ("c", "b"): 20}}
    margins = Margins(Counted(a_plain_rule(), ("a", "b", "c"), ("x",), papers, "a"))
    found = complete(margins, {"x": 11}, lambda: True)["certain"]
    assert (found.verdict, found.why) == ("cannot-say", "the time was up")

"""What-if verdicts of small random contests against every completion: they are never wrong."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from every_change import Papers, Small, crosses, elected_sets, every_change, never, random_contest, rankings
from methods import PLURALITY
from scenario import happened

from ledger.rules.count_rule import AnyCountRule, rule_hash
from ledger.streams.contest import Candidate, ContestDefined, Section
from projections.basis import Basis
from projections.margin.certificate import marks_of
from projections.whatif.bounded import bounded
from projections.whatif.changed import Changed
from projections.whatif.found import Found

TIMES = int(os.environ.get("POLLBOOK_TEST_MARGINS", "1"))  # 20 tries thousands of contests, in some minutes
SEED = 20260808


def basis_of(rule: AnyCountRule, candidates: tuple[str, ...], papers: Papers, seats: int = 1) -> Basis:
    contest = happened(
        ContestDefined,
        "contest/c",
        contest="c",
        election="labour",
        office="Leader",
        count_rule=rule_hash(rule),
        account="not-published",
        paper_publication="papers",
        secrecy="secret",
        smallest_cell=1,
        seats=seats,
        candidates=tuple(Candidate(id=name, name=name) for name in candidates),
        sections=tuple(Section(id=name, name=name) for name in papers),
    )
    assert isinstance(contest, ContestDefined)
    marked = {
        section: {marks_of(rule, names): number for names, number in each.items()} for section, each in papers.items()
    }
    return Basis(contest, rule, marked, {}, {}, {})


def some_of(chance: random.Random, papers: Papers, most: int) -> dict[str, int]:
    chosen = chance.sample(sorted(papers), chance.randint(0, len(papers)))
    left, found = most, {}
    for name in chosen:
        found[name] = chance.randint(0, left)
        left -= found[name]
    return found


def completions(papers: Papers, changed: Changed, possible: list[tuple[str, ...]]) -> Iterator[Papers]:
    """Every set of papers that so many unknown ones can make."""
    sections = sorted(papers)
    ranges = [range(changed.added.get(name, 0) + 1) for name in sections]
    ranges += [
        range(changed.least.get(name, 0), min(changed.removed.get(name, 0), sum(papers[name].values())) + 1)
        for name in sections
    ]
    for numbers in product(*ranges):
        more, fewer = numbers[: len(sections)], numbers[len(sections) :]
        for added in moved(papers, sections, more, "addition", possible):
            # only papers that were counted are removed
            for less in moved(papers, sections, fewer, "removal", possible):
                yield {
                    name: dict(Counter(added[name]) - (Counter(papers[name]) - Counter(less[name])))
                    for name in sections
                }


def moved(
    papers: Papers, sections: list[str], numbers: tuple[int, ...], kind: str, possible: list[tuple[str, ...]]
) -> Iterator[Papers]:
    ways = []
    for name, number in zip(sections, numbers, strict=True):
        ways.append([each[name] for each in every_change({name: papers[name]}, [name], kind, possible, number)])  # type: ignore[arg-type]
    for way in product(*ways):
        yield dict(zip(sections, way, strict=True))


def some_more(chance: random.Random, papers: Papers, changed: Changed) -> Changed:
    """The same, where so many at least of the papers taken out have to go."""
    removed = {name: min(most, sum(papers[name].values())) for name, most in changed.removed.items()}
    least = {name: number for name, most in removed.items() if (number := chance.randint(0, most))}
    return replace(changed, removed=removed, least=least)


def fits(found: Found, changed: Changed) -> bool:
    assert found.example is not None
    gone = {name: sum(each.values()) for name, each in found.example.removed.items()}
    return all(gone.get(name, 0) >= least for name, least in changed.least.items()) and all(
        sum(each.values()) <= most.get(name, 0)
        for side, most in ((found.example.added, changed.added), (found.example.removed, changed.removed))
        for name, each in side.items()
    )


def others(small: Small, papers: Papers) -> list[bool]:
    return [each.elected != (small.winner,) for each in small.recount.outcomes(papers) or []]


def check(small: Small, chance: random.Random) -> str:
    """Compare a verdict with every completion; give it with what it was about."""
    basis = basis_of(small.rule, small.candidates, small.papers)
    table = basis.count()
    if table.lot_needed or table.elected != (small.winner,):
        return ""
    changed = Changed(added=some_of(chance, small.papers, 2), removed=some_of(chance, small.papers, 2))
    changed = some_more(chance, small.papers, changed)
    found = bounded(basis, table, changed, never)
    every = [others(small, each) for each in completions(small.papers, changed, rankings(small.candidates, small.rule))]
    match found.effect:
        case "could-not":
            assert not any(any(each) for each in every), (small, changed, found)
        case "could" | "by-lot":
            assert found.example is not None
            assert fits(found, changed), (small, changed, found)
            ways = others(small, found.example.applied(small.papers))
            assert any(ways), (small, changed, found)
            assert all(ways) == (found.effect == "could"), (small, changed, found)
            if found.effect == "by-lot" and not found.why:
                assert not any(each and all(each) for each in every), (small, changed, found)
        case _:
            assert found.verdict == "cannot-say"
            assert found.why
    return f"{found.effect or found.verdict} {found.shown_by}".strip()


def test_no_verdict_on_unknown_papers_is_wrong() -> None:
    chance = random.Random(SEED)
    seen: Counter[str] = Counter()
    for _ in range(150 * TIMES):
        small = random_contest(chance, weighted=chance.random() < 0.5, size=chance.randint(2, 3), papers=5)
        if small is not None:
            seen[check(small, chance)] += 1
    assert {"could", "by-lot", "could-not"} <= {each.split()[0] for each in seen if each}
    assert len([each for each in seen if each.startswith("could-not")]) >= 3, seen


def test_no_verdict_on_unknown_papers_for_several_places_is_wrong() -> None:
    chance = random.Random(SEED)
    seen: Counter[str] = Counter()
    for _ in range(100 * TIMES):
        candidates, seats = tuple("abcd"[: chance.randint(2, 4)]), chance.randint(1, 2)
        votes = chance.choice(("any-number", "all"))
        rule = PLURALITY.model_copy(update={"votes": votes, "ties": chance.choice(("lot", "nobody"))})
        possible = crosses(candidates, rule, seats)
        names = "xy"[: chance.randint(1, 2)]
        papers = {s: dict(Counter(chance.choice(possible) for _ in range(chance.randint(1, 5)))) for s in names}
        basis = basis_of(rule, candidates, papers, seats)
        table = basis.count()
        if table.lot_needed or not table.elected:
            continue
        changed = Changed(added=some_of(chance, papers, 2), removed=some_of(chance, papers, 2))
        changed = some_more(chance, papers, changed)
        found = bounded(basis, table, changed, never)
        elected = tuple(sorted(table.elected))
        every = [elected_sets(rule, candidates, seats, each) for each in completions(papers, changed, possible)]
        seen[found.effect or found.verdict] += 1
        if found.effect == "could-not":
            assert all(each == {elected} for each in every), (papers, changed, found)
        elif found.effect:
            assert found.example is not None
            assert fits(found, changed), (papers, changed, found)
            ways = elected_sets(rule, candidates, seats, found.example.applied(papers))
            assert ways != {elected}, (papers, changed, found)
            assert (elected in ways) == (found.effect == "by-lot"), (papers, changed, found)
    assert {"could", "could-not"} <= {*seen}, seen

"""Small contests in which every change of papers is tried: what margins have to agree with."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, permutations, product
from typing import Any

from methods import COLLEGE, PREFERENCES

from ledger.rules.alternative import AlternativeVote, AnyAlternativeVote, WeightedAlternativeVote
from ledger.rules.crosses import Plurality
from projections.count.plurality import count_plurality
from projections.margin.alternative import Answers, Counted, Margins
from projections.margin.recount import Moved, Recount
from projections.margin.relaxation import Kind

KINDS: tuple[Kind, ...] = ("addition", "removal", "change")
LADDERS = (("lot",), ("earlier-stages-backwards", "lot"), ("earlier-stages-forwards", "lot"))
Papers = dict[str, dict[tuple[str, ...], int]]


def never() -> bool:
    return False


def a_plain_rule(**choices: Any) -> AlternativeVote:
    body = PREFERENCES | {"version": "av.v1", "exclusion": "single-lowest", "majority_base": "continuing"}
    return AlternativeVote.model_validate(body | {"stop": "first-majority", "ties": LADDERS[1]} | choices)


def a_college(weights: Sequence[str], **choices: Any) -> WeightedAlternativeVote:
    listed = [{"section": section, "weight": weight} for section, weight in zip("xy", weights, strict=False)]
    body = json.loads(COLLEGE.model_dump_json()) | {"weights": listed} | choices
    return WeightedAlternativeVote.model_validate_json(json.dumps(body))


@dataclass(frozen=True)
class Small:
    """A small contest, and whose papers move how."""

    rule: AnyAlternativeVote
    candidates: tuple[str, ...]
    papers: Papers
    winner: str
    kind: Kind
    section: str | None

    @property
    def chosen(self) -> list[str]:
        return list(self.papers) if self.section is None else [self.section]

    @property
    def recount(self) -> Recount:
        return Recount(self.rule, self.candidates, tuple(self.papers))

    def answers(self) -> Answers:
        margins = Margins(Counted(self.rule, self.candidates, tuple(self.papers), self.papers, self.winner))
        if self.section is not None:
            return margins.of_section(self.kind, self.section, never)
        alone = {name: margins.of_section(self.kind, name, never) for name in self.papers}
        return margins.of_all(self.kind, alone, never)


def rankings(candidates: Sequence[str], rule: AnyAlternativeVote) -> list[tuple[str, ...]]:
    least = len(candidates) if rule.preferences == "all" else 1
    return [ranks for size in range(least, len(candidates) + 1) for ranks in permutations(candidates, size)]


def random_contest(chance: random.Random, *, weighted: bool, size: int, papers: int) -> Small | None:
    """A contest of random rule and papers; None where nobody is elected whatever lots are drawn."""
    choices = {
        "preferences": chance.choice(("any-number", "any-number", "all")),
        "stop": chance.choice(("first-majority", "continue-to-two")),
        "ties": chance.choice(LADDERS),
    }
    if weighted:
        rule: AnyAlternativeVote = a_college(
            chance.choice((("1/2", "1/2"), ("1/3", "2/3"), ("2/5", "3/5"))),
            section_base=chance.choice(("continuing", "valid-at-stage-1")),
            majority_base=chance.choice(("continuing", "whole")),
            empty_section=chance.choice(("nothing", "redistributed", "refuse")),
            **choices,
        )
    else:
        base, exclusion = chance.choice(("continuing", "valid-at-stage-1")), ("single-lowest", "bulk-when-safe")
        rule = a_plain_rule(majority_base=base, exclusion=chance.choice(exclusion), **choices)
    candidates = tuple("abcde"[:size])
    every = rankings(candidates, rule)
    sections = "xy" if weighted or chance.random() < 0.4 else "x"
    dealt = {s: dict(Counter(chance.choice(every) for _ in range(chance.randint(1, papers)))) for s in sections}
    outcomes = Recount(rule, candidates, tuple(dealt)).outcomes(dealt) or []
    elected = sorted({each.elected[0] for each in outcomes if each.elected})
    if not elected:
        return None
    section = chance.choice(sections) if chance.random() < 0.7 else None
    return Small(rule, candidates, dealt, chance.choice(elected), chance.choice(KINDS), section)


def splits(papers: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (papers,)
        return
    for first in range(papers + 1):
        for rest in splits(papers - first, parts - 1):
            yield (first, *rest)


def every_change(
    papers: Papers, chosen: Sequence[str], kind: Kind, possible: Sequence[tuple[str, ...]], number: int
) -> Iterator[Papers]:
    """Every set of papers that comes of moving just so many."""
    for split in splits(number, len(chosen)):
        ways = []
        for section, moved in zip(chosen, split, strict=True):
            there = sorted(Counter(papers[section]).elements())
            less = {()} if kind == "addition" else {*combinations(there, moved)}
            more = [()] if kind == "removal" else list(combinations_with_replacement(possible, moved))
            ways.append([(section, one, other) for one in sorted(less) for other in more])
        for way in product(*ways):
            changed = {section: Counter(each) for section, each in papers.items()}
            for section, less_, more_ in way:
                changed[section].subtract(less_)
                changed[section].update(more_)
            yield {section: dict(each) for section, each in changed.items()}


def tried(small: Small, most: int) -> dict[str, int]:
    """The fewest papers for each goal by trying everything; a goal that takes more than `most` is left out."""
    found: dict[str, int] = {}
    for number in range(most + 1):
        for papers in every_change(
            small.papers, small.chosen, small.kind, rankings(small.candidates, small.rule), number
        ):
            others = [each.elected != (small.winner,) for each in small.recount.outcomes(papers) or []]
            if any(others):
                found.setdefault("could", number)
            if all(others):
                found.setdefault("certain", number)
        if len(found) == 2:
            break
    return found


def recounted(small: Small, moved: Moved) -> list[bool]:
    """Whether each way that lots can go elects somebody else."""
    outcomes = small.recount.outcomes(moved.applied(small.papers))
    return [each.elected != (small.winner,) for each in outcomes or []]


def crosses(candidates: Sequence[str], rule: Plurality, seats: int) -> list[tuple[str, ...]]:
    least = seats if rule.votes == "all" else 1
    return [names for size in range(least, seats + 1) for names in combinations(candidates, size)]


def elected_sets(rule: Plurality, candidates: Sequence[str], seats: int, papers: Papers) -> set[tuple[str, ...]]:
    """Everybody that lots can elect, from votes alone: by trying every order of the candidates."""
    profile = {section: {"=".join(names): n for names, n in each.items() if n} for section, each in papers.items()}
    table = count_plurality(rule, candidates, seats, tuple(papers), profile)
    if not table.lot_needed:
        return {tuple(sorted(table.elected))}
    key = (1, frozenset(table.lot_needed))
    return {
        tuple(sorted(count_plurality(rule, candidates, seats, tuple(papers), profile, {key: order}).elected))
        for order in permutations(table.lot_needed)
    }

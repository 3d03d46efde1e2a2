"""How often a margin is exact within the time: random contests of near-equal candidates, several shapes, seeded.

python tests/bench/bench_margin_orders.py
python tests/bench/bench_margin_orders.py --sizes 8 --shapes uniform --times 5 --seconds 20
python tests/bench/bench_margin_orders.py --sizes 6 --college
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from bench_av import RULE

from ledger.rules.alternative import AnyAlternativeVote, WeightedAlternativeVote
from projections.count.av import count_av
from projections.margin.alternative import Counted, Margins
from projections.margin.relaxation import Kind
from projections.margin.search import Answer

KINDS: tuple[Kind, ...] = ("addition", "removal", "change")
COLLEGE = WeightedAlternativeVote.model_validate_json(
    json.dumps(
        RULE.model_dump(mode="json")
        | {"version": "weighted-av.v1", "empty_section": "refuse", "section_base": "continuing"}
        | {"weights": [{"section": name, "weight": "1/3"} for name in ("affiliates", "members", "mps")]}
    )
)
SHAPES = ("uniform", "clustered", "left-to-right", "real-like")
Ranking = tuple[str, ...]


def papers_of(chance: random.Random, shape: str, names: Sequence[str], papers: int) -> Counter[Ranking]:
    """Draw papers.

    `uniform`: every ranking alike. `clustered`: each paper goes round one of three rankings, a few neighbours swapped.
    `left-to-right`: candidates and voters on a line, nearest first. `real-like`: unlike strength, between 1 and 2, and
    papers cut short.
    """
    size = len(names)
    centres = [chance.sample(names, size) for _ in range(3)]
    places = {name: (number + chance.random()) / size for number, name in enumerate(names)}
    strength = {name: 1 + chance.random() for name in names}
    found: Counter[Ranking] = Counter()
    for _ in range(papers):
        if shape == "uniform":
            ranking = chance.sample(names, chance.randint(1, size))
        elif shape == "clustered":
            ranking = list(chance.choice(centres))
            for _ in range(chance.randint(0, size)):
                at = chance.randrange(size - 1)
                ranking[at], ranking[at + 1] = ranking[at + 1], ranking[at]
            del ranking[chance.randint(1, size) :]
        elif shape == "left-to-right":
            here = chance.random()
            ranking = sorted(names, key=lambda name: abs(places[name] - here))[: chance.randint(1, size)]
        else:
            left, ranking = dict(strength), []
            for _ in range(min(chance.choice((1, 2, 3, 3, 4, 5, size)), size)):
                name = chance.choices(list(left), list(left.values()))[0]
                ranking.append(name)
                del left[name]
        found[tuple(ranking)] += 1
    return found


def is_over(end: float) -> bool:
    """Whether the time is up."""
    return time.process_time() > end


def searched(counted: Counted, kind: Kind, seconds: float) -> list[Answer]:
    """Search each section alone, the time dealt equally; over sections of a college only bounds are claimed."""
    margins = Margins(counted)
    end = time.process_time() + seconds
    answers: list[Answer] = []
    for number, section in enumerate(counted.sections):
        now = time.process_time()
        stop = now + max(end - now, 0) / (len(counted.sections) - number)
        answers += margins.of_section(kind, section, partial(is_over, stop)).values()
    return answers


def contests(rule: AnyAlternativeVote, shape: str, size: int, papers: int, times: int) -> list[Counted]:
    """Draw contests that elect somebody, of one section under a plain rule, of three in a college."""
    found: list[Counted] = []
    number = 0
    while len(found) < times:
        chance = random.Random(f"{shape} {size} {number}")
        number += 1
        names = tuple(f"c{each}" for each in range(size))
        sections = [each.section for each in rule.weights] if isinstance(rule, WeightedAlternativeVote) else ["all"]
        dealt = {name: dict(papers_of(chance, shape, names, papers // len(sections))) for name in sections}
        profile = {name: {">".join(r): n for r, n in each.items()} for name, each in dealt.items()}
        table = count_av(rule, names, tuple(sections), profile)
        if table.elected:
            found.append(Counted(rule, names, tuple(sections), dealt, table.elected[0]))
    return found


def main() -> int:
    """Measure and print a line for each shape, size and kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[6, 7, 8])
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--college", action="store_true", help="three sections that weigh a third each")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20, help="processor time of each kind of change")
    given = parser.parse_args()
    left_open = 0
    print(f"{'shape':14} {'candidates':>10} {'kind':9} {'exact':>7} {'median s':>9} {'most s':>7}  bounds where open")
    for size in given.sizes:
        for shape in given.shapes:
            drawn = contests(COLLEGE if given.college else RULE, shape, size, given.papers, given.times)
            for kind in given.kinds:
                exact, seconds, bounds = 0, [], []
                for counted in drawn:
                    start = time.process_time()
                    answers = searched(counted, kind, given.seconds)
                    seconds.append(time.process_time() - start)
                    every = all(answer.exact for answer in answers)
                    exact += every
                    if not every:
                        apart = {
                            f"{each.least}-{each.moved and each.moved.papers}" for each in answers if not each.exact
                        }
                        bounds.append("/".join(sorted(apart)))
                left_open += len(drawn) - exact
                print(
                    f"{shape:14} {size:>10} {kind:9} {exact:>3}/{len(drawn):<3} {statistics.median(seconds):>9.2f} "
                    f"{max(seconds):>7.2f}  {' '.join(bounds)}",
                    flush=True,
                )
    return int(left_open > 0)


if __name__ == "__main__":
    sys.exit(main())

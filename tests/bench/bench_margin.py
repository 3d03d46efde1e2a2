"""Margins: 5 candidates and 1,000,000 papers exactly, 10 candidates exactly or between bounds; every one recounted.

python tests/bench/bench_margin.py
python tests/bench/bench_margin.py --papers 20000
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from bench_av import RULE
from measure import Line, head, timed, verdict

from projections.count.av import count_av
from projections.margin.alternative import Answers, Counted, Margins
from projections.margin.relaxation import Kind
from projections.margin.search import GOALS

PAPERS = 1_000_000
KINDS: tuple[Kind, ...] = ("addition", "removal", "change")
SEED = 20260101
FEW, MANY = 5, 10  # candidates
FEW_SECONDS_MOST, MANY_SECONDS_MOST = 10, 60
DISTINCT_DRAWS = 20_000  # rankings drawn with 10 candidates; each stands for papers / draws


def drawn(size: int, papers: int) -> tuple[tuple[str, ...], dict[tuple[str, ...], int]]:
    """Draw papers of any length, candidates of unlike strength."""
    chance = random.Random(SEED + size)
    candidates = tuple(f"c{number}" for number in range(size))
    strength = {name: chance.random() + 0.2 for name in candidates}
    draws = min(papers, DISTINCT_DRAWS)
    found: Counter[tuple[str, ...]] = Counter()
    for number in range(draws):
        left, ranking = dict(strength), []
        for _ in range(chance.randint(1, size)):
            name = chance.choices(list(left), list(left.values()))[0]
            ranking.append(name)
            del left[name]
        found[tuple(ranking)] += papers // draws + (number < papers % draws)
    return candidates, dict(found)


def is_over(end: float) -> bool:
    """Whether the time is up."""
    return time.perf_counter() > end


def bench_margin(
    size: int, papers: int, seconds_most: int, kinds: Sequence[Kind], *, exact: bool
) -> Iterator[tuple[Line, str]]:
    """Measure each kind, beside one count of the same papers; recount what was found.

    With each line, what else was measured: processor time, and the most memory of the program until then.
    """
    candidates, rankings = drawn(size, papers)
    profile = {"all": {">".join(ranking): number for ranking, number in rankings.items()}}
    table = count_av(RULE, candidates, ("all",), profile)
    floor = timed(lambda: count_av(RULE, candidates, ("all",), profile))
    for kind in kinds:
        margins = Margins(Counted(RULE, candidates, ("all",), {"all": rankings}, table.elected[0]))
        start, processor = time.perf_counter(), time.process_time()
        answers: Answers = margins.of_section(kind, "all", partial(is_over, start + seconds_most - 2))
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        for goal in GOALS:
            answer = answers[goal]
            assert answer.moved is not None
            assert answer.exact or not exact, answer
            after = answer.moved.applied({"all": rankings})
            again = {">".join(ranking): number for ranking, number in after["all"].items() if number}
            elected = count_av(RULE, candidates, ("all",), {"all": again})
            assert elected.elected != table.elected or elected.lot_needed or goal == "could"
        answer = answers["certain"]
        said = answer.least if answer.exact else f"{answer.least} to {answer.moved and answer.moved.papers}"
        name = f"{size} candidates, {kind}: {said} papers"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        line = Line(name, seconds, floor, seconds, most=seconds_most, unit="s")
        yield line, f"    processor time {processor:.2f} s, peak memory until then {peak} MB"


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument("--sizes", type=int, nargs="+", choices=(FEW, MANY), default=[FEW, MANY], help="candidates")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    arguments = parser.parse_args()
    head()
    lines = []
    for size, most, exact in ((FEW, FEW_SECONDS_MOST, True), (MANY, MANY_SECONDS_MOST, False)):
        if size not in arguments.sizes:
            continue
        for line, more in bench_margin(size, arguments.papers, most, arguments.kinds, exact=exact):
            line.show()
            print(more, flush=True)
            lines.append(line)
    return verdict(lines)


if __name__ == "__main__":
    sys.exit(main())

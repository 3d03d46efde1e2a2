"""How fast the single transferable vote is counted: python tests/bench/bench_count.py [--papers N].

20 candidates, 8 places, two thirds of the papers with rankings of their own. The subject counts from marks, as the
profile of a contest holds them, to the whole stage table; the floor is a loop over whole numbers that reads the same
marks and gives nothing but the votes and who is elected, under the same rule, in the same run and in turns. Seconds
are processor time, the best of several; ratios are medians over the turns.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Any

from measure import Line, head, peak_megabytes, verdict

from ledger.rules.transferable import Ers97STV, MeekSTV, ScottishSTV
from projections.count.stv_ers97 import count_ers97
from projections.count.stv_meek import count_meek
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable

PAPERS = 100_000
CANDIDATES = tuple(f"candidate-{number:02}" for number in range(20))
SEATS = 8
RUNS = 7
SCOTTISH_SECONDS_MOST, MEEK_SECONDS_MOST = 0.5, 5.0
SCOTTISH_TIMES_MOST = 0.7  # times the plain loop: unlike seconds it travels between machines

ALL: dict[str, Any] = {
    "blank": "reject",
    "decimals": 2,
    "doomed": "together",
    "duplicate": "exhaust",
    "gap": "exhaust",
    "overvote": "exhaust",
    "preferences": "any-number",
    "publication": "by-section",
    "reserved": (),
    "ties": ("earlier-stages-backwards", "lot"),
}
SCOTTISH = ScottishSTV(
    **ALL,
    version="stv-scottish.v1",
    exclusion="single-lowest",
    last_places="after-transfer",
    quota="droop",
    surplus_order="largest-first",
    surpluses="one-at-a-time",
    transfer_value="value-by-surplus-over-votes",
    value_decimals=5,
)
ERS97 = Ers97STV(
    **ALL,
    version="stv-ers97.v1",
    active_vote="elects",
    deferral="either-clause",
    exclusion="bulk-when-safe",
    last_place_ties="nobody-yet",
    last_places="at-once",
    quota="rounded-up",
    quota_reduction="until-first-election",
    value_decimals=2,
)
MEEK = MeekSTV(
    **ALL,
    version="stv-meek.v1",
    early_exclusion="never",
    exclusion="single-lowest",
    iterations=1000,
    last_places="at-once",
    omega_decimals=6,
    quota="droop-decimal",
    value_decimals=9,
)


def make_profile(papers: int) -> Counter[str]:
    """Make rankings of every length, the popular early more often, two thirds of them distinct."""
    chance = random.Random(2017)
    weights = [1 / (number + 4) for number in range(len(CANDIDATES))]
    profile: Counter[str] = Counter()
    for _ in range(papers):
        order = sorted(range(len(CANDIDATES)), key=lambda c: chance.expovariate(weights[c]))
        profile[">".join(CANDIDATES[c] for c in order[: chance.choice((1, 2, 3, 4, 6, 9, 12, 20))])] += 1
    return profile


def plain_scottish(profile: Counter[str]) -> tuple[list[str], list[dict[str, int]]]:
    """Count by the Scottish rules with whole numbers and nothing else: no stage table, no ties, no checks."""
    papers = [(marks.split(">"), number) for marks, number in profile.items()]
    quota = (profile.total() // (SEATS + 1) + 1) * 10**5
    piles: dict[str, list[tuple[list[str], int, int, int]]] = {candidate: [] for candidate in CANDIDATES}
    for ranking, number in papers:
        piles[ranking[0]].append((ranking, 0, number, 10**5))
    votes = {c: sum(number for _, _, number, _ in pile) * 10**5 for c, pile in piles.items()}
    hopeful, elected, stages = set(CANDIDATES), [], [dict(votes)]
    while True:
        reached = sorted((c for c in hopeful if votes[c] >= quota), key=lambda c: -votes[c])
        elected += reached
        hopeful -= set(reached)
        if len(elected) + len(hopeful) <= SEATS:
            return elected + sorted(hopeful, key=lambda c: -votes[c]), stages
        above = [c for c in elected if votes[c] > quota]
        giver = max(above, key=votes.__getitem__) if above else min(hopeful, key=votes.__getitem__)
        hopeful.discard(giver)
        held, surplus = votes[giver], votes[giver] - quota
        for ranking, at, number, value in piles.pop(giver):
            if above:
                value = value * surplus // held
            for index in range(at + 1, len(ranking)):
                if ranking[index] in hopeful:
                    piles[ranking[index]].append((ranking, index, number, value))
                    votes[ranking[index]] += number * value
                    break
        votes[giver] = quota if above else 0
        stages.append(dict(votes))


def agrees(table: STVTable, plain: tuple[list[str], list[dict[str, int]]]) -> bool:
    """Whether the subject did what the floor did: the same votes at every stage."""
    return list(table.elected) == plain[0] and [dict(stage.votes) for stage in table.stages] == plain[1]


def processor_seconds(number: int, works: list[Callable[[], Any]]) -> list[float]:
    """Time pieces of work one after another, each time beginning with another one."""
    seconds = {}
    for step in range(len(works)):
        place = (number + step) % len(works)
        start = time.process_time()
        works[place]()
        seconds[place] = time.process_time() - start
    return [seconds[place] for place in range(len(works))]


def main() -> int:
    """Measure, print, and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    arguments = parser.parse_args()
    head()
    profile = make_profile(arguments.papers)
    print(f"{profile.total():,} papers, {len(profile):,} distinct, {len(CANDIDATES)} candidates, {SEATS} places")
    assert agrees(scottish(profile), plain_scottish(profile))
    works: list[Callable[[], Any]] = [
        lambda: plain_scottish(profile),
        lambda: scottish(profile),
        lambda: count_ers97(ERS97, CANDIDATES, SEATS, ("all",), {"all": profile}),
        lambda: count_meek(MEEK, CANDIDATES, SEATS, ("all",), {"all": profile}),
    ]
    turns = [processor_seconds(number, works) for number in range(RUNS)]
    floor, *seconds = (min(each) for each in zip(*turns, strict=True))
    bounds = (SCOTTISH_SECONDS_MOST, None, MEEK_SECONDS_MOST)
    lines = [
        Line(f"count, {name}, from marks to stage table", spent, floor, spent, most=most, unit="s")
        for name, spent, most in zip(("Scottish", "ERS97", "Meek"), seconds, bounds, strict=True)
    ]
    ratios = [median(turn[place] / turn[0] for turn in turns) for place in (1, 2, 3)]
    lines += [
        Line(f"  times the plain loop, {name}", spent, floor, ratio, most=most, unit="s")
        for name, spent, ratio, most in zip(
            ("Scottish", "ERS97", "Meek"), seconds, ratios, (SCOTTISH_TIMES_MOST, None, None), strict=True
        )
    ]
    peak = peak_megabytes()
    lines.append(Line("peak memory, all of it", peak, None, peak, unit="MB"))
    for line in lines:
        line.show()
    return verdict(lines)


def scottish(profile: Counter[str]) -> STVTable:
    """Count by the Scottish rules."""
    return count_scottish(SCOTTISH, CANDIDATES, SEATS, ("all",), {"all": profile})


if __name__ == "__main__":
    sys.exit(main())

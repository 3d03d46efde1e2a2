"""Counters that go paper by paper, from the text of the rules, with nothing of the product but the results' form.

Each gives, per stage: votes by candidate, non-transferable and lost votes, quota; and who was elected, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

Stage = tuple[dict[str, Fraction], Fraction, Fraction, Fraction]
Result = tuple[list[Stage], list[str]]
Lot = Callable[[tuple[str, ...]], tuple[str, ...]]


@dataclass
class Paper:
    ranking: tuple[str, ...]
    holder: str | None
    value: Fraction = Fraction(1)
    batch: int = 1


@dataclass
class Count:
    """What all the methods share: papers, statuses, ties."""

    rankings: list[tuple[str, ...]]
    candidates: tuple[str, ...]
    seats: int
    lot: Lot
    forwards: bool
    hopeful: list[str] = field(default_factory=list)
    elected: list[str] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hopeful = list(self.candidates)
        self.papers = [Paper(ranking, ranking[0]) for ranking in self.rankings]

    def next_name(self, paper: Paper) -> str | None:
        return next((name for name in paper.ranking if name in self.hopeful), None)

    def break_tie(self, held: dict[str, Fraction], among: list[str], most: bool, drawing: bool = True) -> str | None:
        extreme = max if most else min
        tied = [c for c in among if held[c] == extreme(held[d] for d in among)]
        earlier = [stage[0] for stage in self.stages[:-1]]
        for past in earlier if self.forwards else earlier[::-1]:
            tied = [c for c in tied if past[c] == extreme(past[d] for d in tied)]
        if len(tied) == 1:
            return tied[0]
        return self.lot(tuple(tied))[0] if drawing else None


def cut(value: Fraction, decimals: int) -> Fraction:
    return Fraction(floor(value * 10**decimals), 10**decimals)


def rounded_up(value: Fraction, decimals: int) -> Fraction:
    return Fraction(ceil(value * 10**decimals), 10**decimals)


def scottish(rankings: list[tuple[str, ...]], candidates: tuple[str, ...], seats: int, lot: Lot) -> Result:
    count = Count(rankings, candidates, seats, lot, forwards=False)
    quota = Fraction(len(rankings) // (seats + 1) + 1)
    kept: dict[str, Fraction] = {}  # the elected whose surplus has gone
    while True:
        held = {c: kept.get(c, sum((p.value for p in count.papers if p.holder == c), Fraction(0))) for c in candidates}
        none = sum((p.value for p in count.papers if p.holder is None), Fraction(0))
        count.stages.append((held, none, len(rankings) - sum(held.values()) - none, quota))
        for c in sorted((c for c in count.hopeful if held[c] >= quota), key=lambda c: -held[c]):
            count.hopeful.remove(c)
            count.elected.append(c)
        if len(count.elected) + len(count.hopeful) <= seats:
            count.elected += sorted(count.hopeful, key=lambda c: -held[c])
            return count.stages, count.elected
        if len(count.elected) == seats:
            return count.stages, count.elected
        above = [c for c in count.elected if held[c] > quota]
        if above:
            giver = count.break_tie(held, above, most=True)
            kept[str(giver)] = quota
        else:
            giver = count.break_tie(held, count.hopeful, most=False)
            count.hopeful.remove(str(giver))
        for paper in [p for p in count.papers if p.holder == giver]:
            if above:
                paper.value = cut(paper.value * (held[str(giver)] - quota) / held[str(giver)], 5)
            paper.holder = count.next_name(paper)


class Ers97(Count):
    """The numbers are those of the paragraphs."""

    quota = Fraction(0)
    none = lost = Fraction(0)

    def credited(self) -> dict[str, Fraction]:
        held = {c: sum((p.value for p in self.papers if p.holder == c), Fraction(0)) for c in self.candidates}
        return held | self.spent

    def end_stage(self) -> bool:
        """Note the stage, and deem elected (5.1.7); tell whether all places are filled."""
        held = self.credited()
        self.stages.append((held, self.none, self.lost, self.quota))
        while len(self.elected) < self.seats and self.hopeful:
            places = self.seats - len(self.elected)
            active = sum(held[c] for c in self.hopeful + self.leaving) + sum(
                max(Fraction(0), held[c] - self.quota) for c in self.elected
            )
            top = [c for c in self.hopeful if held[c] == max(held[d] for d in self.hopeful)]
            if not held[top[0]] or (held[top[0]] < self.quota and held[top[0]] * (places + 1) < active):
                break
            if len(top) > places:  # 5.6.2
                chosen = self.break_tie(held, top, most=True, drawing=False)
                if chosen is None:
                    break
                top = [chosen]
            self.hopeful.remove(top[0])
            self.elected.append(top[0])
        return len(self.elected) == self.seats

    def fill(self) -> bool:
        held = self.stages[-1][0]
        if len(self.hopeful) + len(self.elected) <= self.seats:
            self.elected += sorted(self.hopeful, key=lambda c: -held[c])
            return True
        return False

    def together(self, held: dict[str, Fraction], surplus: Fraction) -> list[str]:
        """Find the most who can be excluded together (5.2.5), the tied never parted."""
        order = sorted(self.hopeful, key=lambda c: held[c])
        for size in range(len(self.hopeful) - (self.seats - len(self.elected)), 0, -1):
            few, above = order[:size], held[order[size]] if size < len(order) else None
            if above is not None and held[few[-1]] < above and sum(held[c] for c in few) + surplus <= above:
                return few
        return []

    def run(self) -> Result:
        self.spent: dict[str, Fraction] = {}
        self.leaving: list[str] = []
        self.quota = rounded_up(Fraction(len(self.papers), self.seats + 1), 2)
        done = self.end_stage() or self.fill()
        while not done:
            held = self.credited()
            above = [c for c in self.elected if held[c] > self.quota]
            surplus = sum((held[c] - self.quota for c in above), Fraction(0))
            order = sorted(held[c] for c in self.hopeful)
            group = self.together(held, surplus)
            if above and not (surplus <= order[1] - order[0] or group):
                done = self.surplus_stage(str(self.break_tie(held, above, most=True)), held)
            else:
                done = self.exclusion(group or [str(self.break_tie(held, self.hopeful, most=False))])
            done = done or self.fill()
        return self.stages, self.elected

    def surplus_stage(self, giver: str, held: dict[str, Fraction]) -> bool:
        """5.3"""
        surplus = held[giver] - self.quota
        mine = [p for p in self.papers if p.holder == giver]
        last = [p for p in mine if p.batch == max(q.batch for q in mine)]
        moving = [p for p in last if self.next_name(p)]
        worth = sum((p.value for p in moving), Fraction(0))
        new = cut(surplus / len(moving), 2) if worth > surplus else None
        for paper in moving:
            paper.value = paper.value if new is None else new
            paper.holder, paper.batch = self.next_name(paper), len(self.stages) + 1
        rest = surplus - sum((p.value for p in moving), Fraction(0))
        if new is None:
            self.none += rest
        else:
            self.lost += rest
        self.spent[giver] = self.quota
        return self.end_stage()

    def exclusion(self, gone: list[str]) -> bool:
        """5.4, 5.5.1"""
        for c in gone:
            self.hopeful.remove(c)
        if self.fill():
            return True
        self.leaving = gone
        leaving = [p for p in self.papers if p.holder in gone]
        for value in sorted({p.value for p in leaving}, reverse=True) or [None]:
            for paper in (p for p in leaving if p.value == value):
                paper.holder, paper.batch = self.next_name(paper), len(self.stages) + 1
                self.none += paper.value if paper.holder is None else 0
            if not self.elected:  # 5.4.8
                self.quota = rounded_up((len(self.papers) - self.none) / (self.seats + 1), 2)
            if self.end_stage():
                return True
        self.leaving = []
        return False


def ers97(rankings: list[tuple[str, ...]], candidates: tuple[str, ...], seats: int, lot: Lot) -> Result:
    return Ers97(rankings, candidates, seats, lot, forwards=True).run()


def meek(rankings: list[tuple[str, ...]], candidates: tuple[str, ...], seats: int, lot: Lot) -> Result:
    count = Count(rankings, candidates, seats, lot, forwards=False)
    keep = {c: Fraction(1) for c in candidates}
    while True:
        before: Fraction | None = None
        while True:
            held = {c: Fraction(0) for c in candidates}
            for ranking in rankings:
                weight = Fraction(1)
                for c in (c for c in ranking if keep[c]):
                    held[c] += rounded_up(weight * keep[c], 9)
                    weight -= rounded_up(weight * keep[c], 9)
            quota = cut(sum(held.values()) / (seats + 1), 9) + Fraction(1, 10**9)
            surplus = sum((max(Fraction(0), held[c] - quota) for c in count.elected), Fraction(0))
            reached = [c for c in count.hopeful if held[c] >= quota]
            if reached or surplus < Fraction(1, 10**6) or (before is not None and surplus >= before):
                break
            before = surplus
            keep |= {c: min(Fraction(1), lower(keep[c], quota, held[c])) for c in count.elected}
        count.stages.append((held, len(rankings) - sum(held.values()), Fraction(0), quota))
        for c in sorted(reached, key=lambda c: -held[c]):
            count.hopeful.remove(c)
            count.elected.append(c)
        if not reached and len(count.elected) + len(count.hopeful) > seats:
            gone = str(count.break_tie(held, count.hopeful, most=False))
            count.hopeful.remove(gone)
            keep[gone] = Fraction(0)
        if len(count.elected) + len(count.hopeful) <= seats or len(count.elected) == seats:
            left = seats - len(count.elected)
            return count.stages, count.elected + sorted(count.hopeful, key=lambda c: -held[c])[:left]
        if reached:
            keep |= {c: min(Fraction(1), lower(keep[c], quota, held[c])) for c in count.elected}


def lower(keep: Fraction, quota: Fraction, held: Fraction) -> Fraction:
    return rounded_up(rounded_up(keep * quota, 9) / held, 9) if held else keep

"""Count the single transferable vote again: the second file of verify.py, which looks for it beside itself.

Like it, this file needs Python 3.9 and nothing else, and shares no code with the program that writes ledgers. It is
written from docs/reference/rules.md and the sources of the three methods: The Scottish Local Government Elections
Order 2011, rules 45 to 52; Newland and Britton, How to conduct an election by the single transferable vote, 3rd
edition, 1997 (ERS97; the numbers of its paragraphs stand at what they rule); Hill, Implementing STV by Meek's method,
Voting Matters 22, 2006. It is written to be read beside them, with little thought of speed.

Votes are whole numbers of the smallest vote, 10 to the power of minus `value_decimals`. To read it top down, begin
with `count`, at the end.
"""
# fmt: off

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import Any, Callable, Iterable

Rule = dict[str, Any]
Ranking = tuple[str, ...]
Pile = list[tuple[str, Ranking, int]]  # section, ranking, and how many papers of that section bear it
SPENT, LOST = 0, 1  # who holds votes of nobody: non-transferable ones, and those lost to fractions
Possible = Callable[[Iterable[str], Iterable[str], int], bool]  # others, elected, places left: can these be filled?
class Stopped(Exception):
    """The count has come to its end, or to a tie that stops it."""
class STV:
    """What is the same in all three methods: who is elected, who is excluded, and what a stage says of it.

    `papers` are, of each section, rankings and how many bear each; `lots` have, for (stage, the tied), these in the
    order drawn; `possible` knows of reserved places; `spend` keeps the work within a limit. `votes` decide; `held` has
    them by section, with the votes of nobody, SPENT or LOST.
    """
    fills_up = False  # whether a group may be excluded that comes up to the next without passing it
    def __init__(self, rule: Rule, candidates: list[str], seats: int, papers: dict[str, dict[Ranking, int]],
                 possible: Possible, lots: dict[Any, list[str]], spend: Callable[[int], None]) -> None:
        self.rule, self.seats, self.possible, self.lots, self.spend = rule, seats, possible, lots, spend
        self.unit = 10 ** rule["value_decimals"]
        self.papers = [(section, *one) for section in papers for one in papers[section].items()]
        self.in_section = {section: sum(papers[section].values()) for section in papers}
        self.valid = sum(self.in_section.values())
        self.held: dict[Any, dict[str, int]] = {one: dict.fromkeys(papers, 0) for one in [*candidates, SPENT, LOST]}
        self.votes, self.hopeful, self.elected = dict.fromkeys(candidates, 0), list(candidates), list[str]()
        self.elected_at, self.quota = dict[str, int](), 0
        self.done: list[dict[str, Any]] = []  # stages before this one
        self.actions: list[dict[str, Any]] = []  # of this stage
        self.tied, self.purpose, self.complete = list[str](), "", False
    # Stages
    def act(self, action: str, candidates: Iterable[str]) -> None:
        self.actions.append({"action": action, "candidates": list(candidates)})
    def next_stage(self) -> None:
        sections = {of: {"loss": self.held[LOST][of], "non_transferable": self.held[SPENT][of],
                         "votes": {name: self.held[name][of] for name in self.votes}} for of in self.in_section}
        self.done.append({"actions": self.actions, "loss": self.nobodys(LOST), "non_transferable": self.nobodys(SPENT),
                          "quota": self.quota, "sections": sections, "votes": dict(self.votes)})
        self.actions = []
        self.spend(10 * len(self.votes))
    def stop(self, candidates: Iterable[str]) -> None:
        self.act("none", candidates)
        raise Stopped
    def finish(self) -> None:
        self.complete = True
        if not self.actions:
            self.act("none", [])
        raise Stopped
    def run(self) -> tuple[dict[str, Any], list[str], str]:
        """Count; give the count in the form that its digest is taken of, whom a lot is wanted for, and for what."""
        try:
            self.first_stage()
            while True:
                self.elect_all_who_are()
                self.move_on()
        except Stopped:
            self.next_stage()
        body = {"decimals": self.rule["value_decimals"], "elected": self.elected if self.complete else [],
                "stages": self.done}
        return body, self.tied, self.purpose
    def first_stage(self) -> None:
        raise NotImplementedError
    def move_on(self) -> None:
        """Decide what is moved next, end the stage, and move it."""
        raise NotImplementedError
    def bar(self) -> int:
        """Votes that elect, now."""
        return self.quota
    # Who is elected
    def left(self) -> int:
        return self.seats - len(self.elected)
    def doomed(self) -> list[str]:
        """Those with whom reserved places could not be filled."""
        return [one for one in self.asked() if not self.possible(self.but(one), [*self.elected, one], self.left() - 1)]
    def guarded(self) -> list[str]:
        """Those without whom reserved places could not be filled."""
        return [one for one in self.asked() if not self.possible(self.but(one), self.elected, self.left())]
    def asked(self) -> list[str]:
        """Of whom it has to be asked: of nobody where no places are reserved."""
        asked = any(one["places"] for one in self.rule["reserved"])
        self.spend(len(self.hopeful) ** 2 if asked else 0)
        return self.hopeful if asked else []
    def but(self, *gone: str) -> list[str]:
        return [name for name in self.hopeful if name not in gone]
    def elect(self, name: str) -> None:
        self.hopeful.remove(name)
        self.elected.append(name)
        self.elected_at[name] = len(self.done)
        self.act("elect", [name])
    def elect_all_who_are(self) -> None:
        """Elect whoever a stage elects; with no more candidates than places left, all of them."""
        if not self.votes or (not self.valid and len(self.hopeful) > self.left()):
            self.stop([])
        self.elect_who_reach()
        if len(self.hopeful) <= self.left():
            self.elect_rest()
    def elect_rest(self) -> None:
        for name in sorted(self.hopeful, key=lambda name: -self.votes[name]):
            self.elect(name)
        self.finish()
    def elect_who_reach(self) -> None:
        """Highest first, unless it is doomed; the bar is asked for anew after each."""
        while self.left():
            bar, doomed = self.bar(), self.doomed()
            reach = [name for name in self.hopeful if self.votes[name] >= bar and name not in doomed]
            if not reach:
                return
            most = max(self.votes[name] for name in reach)
            tied = [name for name in reach if self.votes[name] == most]
            chosen = tied[0]
            if not self.possible(self.but(*tied), [*self.elected, *tied], self.left() - len(tied)):  # not all of them
                found = self.for_last_places(tied)
                if found is None:
                    return
                chosen = found
            self.elect(chosen)
        self.finish()
    def for_last_places(self, tied: list[str]) -> str | None:
        return self.one_of(tied, "place", self.rule["ties"])
    # Ties
    def part(self, tied: list[str], ladder: list[str], most: bool) -> list[str]:
        """Those of the tied who are left when the ladder has been gone down; a lot leaves whoever was drawn first."""
        extreme = max if most else min
        for rung in ladder:
            if rung == "lot":
                return self.lots.get((len(self.done) + 1, frozenset(tied)), [])[:1] or tied
            for stage in self.done if "forwards" in rung else reversed(self.done):
                votes = [stage["votes"][name] for name in tied]
                if not rung.endswith("all-differ") or len({*votes}) == len(votes):
                    tied = [name for name, held in zip(tied, votes) if held == extreme(votes)]
        return tied
    def one_of(self, tied: list[str], purpose: str, ladder: list[str]) -> str:
        """The one on whom a tie falls; the count stops where there is none."""
        if len(tied) > 1:
            tied = self.part(tied, ladder, purpose != "exclusion")
        if len(tied) > 1:
            if "lot" in ladder:
                self.tied, self.purpose = tied, purpose
            self.stop(tied)
        return tied[0]
    # Surpluses, and who is excluded
    def waiting(self) -> list[str]:
        """The elected who have more than the quota."""
        return [name for name in self.elected if self.votes[name] > self.quota]
    def surplus(self) -> int:
        return sum(self.votes[name] - self.quota for name in self.waiting())
    def largest(self, waiting: list[str]) -> str:
        """Whose surplus goes next."""
        most = max(self.votes[name] for name in waiting)
        return self.one_of([name for name in self.votes if name in waiting and self.votes[name] == most], "surplus",
                           self.rule["ties"])
    def group(self, most: int) -> list[str]:
        """The most of the lowest who with all surpluses cannot pass the next; equals stay together."""
        guarded = self.guarded()
        lowest, found = sorted((one for one in self.hopeful if one not in guarded), key=self.votes.__getitem__), 0
        for number in range(1, min(most, len(lowest) - 1) + 1):
            together, following = sum(self.votes[one] for one in lowest[:number]), self.votes[lowest[number]]
            safe = together + self.surplus() < following + self.fills_up and self.votes[lowest[number - 1]] < following
            if safe and self.possible(self.but(*lowest[:number]), self.elected, self.left()):
                found = number
        return lowest[:found]
    def safe(self) -> list[str]:
        return self.group(len(self.hopeful) - self.left() if self.rule["exclusion"] == "bulk-when-safe" else 1)
    def exclude(self) -> list[str]:
        """Exclude whoever is next; where that leaves as many as there are places, they may be elected at once."""
        guarded, doomed, group = self.guarded(), self.doomed(), self.safe()
        if doomed and self.rule["doomed"] == "together":
            gone = doomed
        elif len(group) > 1 and not doomed:
            gone = group
        else:
            among = doomed or self.but(*guarded)
            fewest = min(self.votes[name] for name in among)
            gone = [self.one_of([one for one in among if self.votes[one] == fewest], "exclusion", self.rule["ties"])]
        gone = sorted((one for one in self.hopeful if one in gone), key=self.votes.__getitem__)
        self.hopeful = self.but(*gone)
        self.act("exclude", gone)
        if self.rule["last_places"] == "at-once" and len(self.hopeful) <= self.left():
            self.elect_rest()
        return gone
    # Papers
    def sorted_out(self, papers: Pile) -> dict[Any, Pile]:
        """Papers by the first candidate on them who can still have them, or SPENT."""
        found, hopeful = dict[Any, Pile](), {*self.hopeful}
        for section, ranking, number in papers:
            self.spend(1 + len(ranking))
            heir = next((name for name in ranking if name in hopeful), SPENT)
            found.setdefault(heir, []).append((section, ranking, number))
        return found
    def first_papers(self) -> dict[str, Pile]:
        """Give everybody a vote for each paper that names them first, and the papers."""
        piles = self.sorted_out(self.papers)
        for name in self.votes:
            self.move(None, name, self.worth(piles.get(name, []), self.unit))
        return {name: piles.get(name, []) for name in self.votes}
    def worth(self, papers: Pile, value: int) -> Counter[str]:
        """What papers come to at a value, by section."""
        found = Counter[str]()
        for section, _, number in papers:
            found[section] += number * value
        return found
    def move(self, giver: str | None, heir: Any, by_section: dict[str, int]) -> None:
        for holder, sign in ((giver, -1), (heir, 1)):
            for section, votes in by_section.items() if holder is not None else ():
                self.held[holder][section] += sign * votes
            if holder in self.votes:
                self.votes[holder] += sign * sum(by_section.values())
    def take(self, giver: str, nobody: int, votes: int) -> None:
        """Take votes that go on with no paper, of each section as the giver holds them: sections, in their order, have
        together what is theirs of the votes, cut to a whole number."""
        whole, upto = self.votes[giver] or 1, accumulate(self.held[giver].values())
        cuts = [0, *(votes * held // whole for held in upto)]
        self.move(giver, nobody, {of: after - before for of, before, after in zip(self.in_section, cuts, cuts[1:])})
    def nobodys(self, nobody: int) -> int:
        return sum(self.held[nobody].values())
class Scottish(STV):
    """Weighted inclusive Gregory: `piles` have, of each candidate, what a paper is worth, and the papers."""
    def first_stage(self) -> None:
        self.piles = {name: {self.unit: pile} for name, pile in self.first_papers().items()}
        self.quota = {
            "droop": (self.valid // (self.seats + 1) + 1) * self.unit,
            "droop-decimal": self.valid * self.unit // (self.seats + 1) + 1,
            "hare": self.valid // self.seats * self.unit or 1,  # nobody is elected by no votes
        }[self.rule["quota"]]
    def move_on(self) -> None:
        waiting = self.waiting()
        if not waiting or self.doomed():
            gone = self.exclude()
            self.next_stage()
            self.act("transfer-excluded", gone)
            for giver in gone:
                self.hand_on(giver, 1, 1)
            return
        if self.rule["surpluses"] == "one-at-a-time":
            if self.rule["surplus_order"] == "election-order":
                first = min(self.elected_at[name] for name in waiting)
                waiting = [name for name in waiting if self.elected_at[name] == first]
            waiting = [self.largest(waiting)]
        self.next_stage()
        self.act("transfer-surplus", waiting)
        for giver in waiting:
            self.hand_on(giver, self.votes[giver] - self.quota, self.votes[giver])
            self.take(giver, LOST, self.votes[giver] - self.quota)
    def hand_on(self, giver: str, surplus: int, held: int) -> None:
        """All papers, each at its value times surplus over votes held, or that share cut first."""
        for value, papers in self.piles.pop(giver).items():
            worth = value * surplus // held
            if self.rule["transfer_value"] == "value-by-cut-share":
                worth = value * (self.unit * surplus // held) // self.unit
            for heir, pile in self.sorted_out(papers).items():
                self.move(giver, heir, self.worth(pile, worth))
                if heir:
                    self.piles[heir].setdefault(worth, []).extend(pile)
class ERS97(STV):
    """`batches` have, of each candidate, what they received: the value of a paper, and the papers (6.1)."""
    fills_up = True
    def first_stage(self) -> None:
        self.batches = {name: [(self.unit, pile)] if pile else [] for name, pile in self.first_papers().items()}
        self.quota = max(1, -(-self.valid * self.unit // (self.seats + 1)))  # 5.1.6; rounded up
    def bar(self) -> int:
        """The quota, or less: the active vote over the places left and one more (5.1.7, 5.3.13, 5.4.9 b)."""
        kept = sum(min(self.votes[name], self.quota) for name in self.elected)
        active = self.valid * self.unit - self.nobodys(SPENT) - self.nobodys(LOST) - kept
        share = max(1, -(-active // (self.left() + 1)))
        return min(share, self.quota) if self.rule["active_vote"] == "elects" else self.quota
    def for_last_places(self, tied: list[str]) -> str | None:
        """5.6.2: whom the earlier stages leave tied for the last places waits."""
        if self.rule["last_place_ties"] == "ladder":
            return super().for_last_places(tied)
        left = self.part(tied, [rung for rung in self.rule["ties"] if rung != "lot"], True)
        return left[0] if len(left) == 1 else None
    def move_on(self) -> None:
        waiting = self.waiting()
        if waiting and not self.doomed():
            if self.rule["deferral"] == "never" or not self.safe():
                self.transfer_surplus(self.largest(waiting))
                return
            self.act("defer", waiting)  # 5.2.2: no surplus can save whoever is next
        self.transfer_excluded(self.exclude())
    def transfer_surplus(self, giver: str) -> None:
        """5.3: on the last batch, at a value that does not exceed what its papers had."""
        self.next_stage()
        surplus, (value, papers) = self.votes[giver] - self.quota, self.batches.pop(giver)[-1]
        heirs = self.sorted_out(papers)
        heirs.pop(SPENT, None)
        transferable = sum(number for pile in heirs.values() for _, _, number in pile)
        reduced = transferable * value > surplus
        self.receive(giver, heirs, surplus // transferable if reduced else value)
        self.take(giver, LOST if reduced else SPENT, self.votes[giver] - self.quota)
        self.act("transfer-surplus", [giver])
    def transfer_excluded(self, gone: list[str]) -> None:
        """5.4: papers of the highest value first, each value in a stage of its own, after which some may be elected."""
        batches = [(value, giver, papers) for giver in gone for value, papers in self.batches.pop(giver)]
        for worth in sorted({value for value, _, _ in batches} or {0}, reverse=True):
            self.next_stage()
            before = {name: len(self.batches[name]) for name in self.hopeful}
            for giver, papers in [(giver, papers) for value, giver, papers in batches if value == worth]:
                self.receive(giver, self.sorted_out(papers), worth)
            for name in self.hopeful:  # what came in one stage is one batch
                new = [paper for _, papers in self.batches[name][before[name]:] for paper in papers]
                self.batches[name][before[name]:] = [(worth, new)] if new else []
            self.act("transfer-excluded", gone)
            if not self.elected and self.rule["quota_reduction"] == "until-first-election":  # 5.4.8
                self.quota = max(1, -(-(self.valid * self.unit - self.nobodys(SPENT)) // (self.seats + 1)))
            self.elect_who_reach()
    def receive(self, giver: str, heirs: dict[Any, Pile], value: int) -> None:
        for heir, pile in heirs.items():
            self.move(giver, heir, self.worth(pile, value))
            if heir:
                self.batches[heir].append((value, pile))
class Meek(STV):
    """`keep` has what each of the elected keeps of every paper that reaches them, of `unit`."""
    def first_stage(self) -> None:
        self.keep, self.counted = dict[str, int](), 0
        self.spread()
    def move_on(self) -> None:
        fresh, self.counted, gone = self.elected[self.counted:], len(self.elected), list[str]()
        if not fresh or self.doomed():
            gone = self.exclude()
        self.next_stage()
        self.act("transfer-excluded" if gone else "transfer-surplus", gone or self.elected)
        self.keep.update(dict.fromkeys(fresh, self.unit))
        if fresh:
            self.lower_keep()
        self.spread()
    def spread(self) -> None:
        """Lower what is kept until somebody reaches the quota, or surpluses are spread, or settle who goes."""
        paths = Counter[tuple[str, Ranking]]()  # only the elected, and the first of the hopeful, have part in one
        for section, ranking, number in self.papers:
            path = [name for name in ranking if name in self.keep or name in self.hopeful]
            end = next((at for at, name in enumerate(path) if name in self.hopeful), len(path))
            paths[section, tuple(path[: end + 1])] += number
        before = None
        for _ in range(self.rule["iterations"]):
            if before is not None:
                self.lower_keep()
            self.share_out(paths)
            surplus = self.surplus()
            if (any(self.votes[name] >= self.quota for name in self.hopeful)
                    or surplus < self.unit // 10 ** self.rule["omega_decimals"]
                    or (before is not None and surplus >= before)
                    or (self.rule["early_exclusion"] == "when-certain" and self.safe())):
                return
            before = surplus
    def share_out(self, paths: dict[tuple[str, Ranking], int]) -> None:
        """Each of the elected keeps a part of what reaches them, rounded up; the first of the hopeful has the rest."""
        self.votes = dict.fromkeys(self.votes, 0)
        self.held.update({name: dict.fromkeys(self.in_section, 0) for name in self.votes})
        self.held[SPENT] = {section: number * self.unit for section, number in self.in_section.items()}
        for (section, path), number in paths.items():
            self.spend(1 + len(path))
            rest = self.unit
            for name in path:
                part = -(-rest * self.keep.get(name, self.unit) // self.unit)
                self.votes[name] += part * number
                self.held[name][section] += part * number
                self.held[SPENT][section] -= part * number
                rest -= part
        self.quota = sum(self.votes.values()) // (self.seats + 1) + 1
    def lower_keep(self) -> None:
        """So much that votes would have been a quota; rounded up at both steps."""
        for name, keep in self.keep.items():
            if self.votes[name]:
                wanted = -(-keep * self.quota // self.unit)
                self.keep[name] = min(self.unit, -(-wanted * self.unit // self.votes[name]))
def count(rule: Rule, *of: Any) -> tuple[dict[str, Any], list[str], str]:
    """Count by a rule of one of the three methods: see STV for what it takes, and STV.run for what it gives."""
    return {"stv-scottish.v1": Scottish, "stv-ers97.v1": ERS97, "stv-meek.v1": Meek}[rule["version"]](rule, *of).run()

"""The single transferable vote by Meek's method, in fixed decimals.

Everybody elected has a keep value: the part of each paper that reaches them which they keep, so that together it
makes just a quota; the rest goes on to the next name. There is no formula for the keep values: they are found by
spreading the surpluses again and again. What a paper gives is rounded up to the decimals of votes, what goes on is the
rest, so that no vote is ever lost.

Source: Hill, Wichmann and Woodall, Algorithm 123: single transferable vote by Meek's method, The Computer Journal 30
(1987); fixed decimals, rounding and quota: Hill, Implementing STV by Meek's method, Voting Matters 22 (2006).
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

from projections.count.lots import NO_LOTS
from projections.count.paper import group
from projections.count.stv_decisions import doomed_now, exclude_next, safe_group, settle
from projections.count.stv_papers import added, join_piles, no_papers, papers_in, piles_of, sort_papers
from projections.count.stv_record import NO_CATEGORIES, Record

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ledger.rules.transferable import MeekSTV
    from projections.count.lots import Lots
    from projections.count.stage_table import Profile
    from projections.count.stv_papers import Parts, Piles
    from projections.count.stv_table import STVTable

ROOT = 0


def count_meek(
    rule: MeekSTV,
    candidates: Sequence[str],
    seats: int,
    sections: Sequence[str],
    profile: Profile,
    lots: Lots = NO_LOTS,
    withdrawn: Collection[str] = (),
    categories: Mapping[str, Collection[str]] = NO_CATEGORIES,
) -> STVTable:
    """Count places by Meek's method. Arguments, result and errors are those of `stv_scottish.count_scottish`.

    A stage is what the votes are when somebody is elected, or when the surpluses are spread and somebody is
    excluded. Votes go to and fro in it, so its transfers are not listed.
    """
    record = Record(rule, candidates, seats, sections, withdrawn, categories, lots)
    papers = group(profile, candidates, sections, rule)
    count = _Meek(rule, record, papers.rankings)
    count.spread()
    before = 0
    while settle(record, count.bar):
        fresh = tuple(record.elected[before:])
        before = len(record.elected)
        gone: tuple[str, ...] = ()
        if not fresh or doomed_now(record):
            gone = exclude_next(record, count.surplus(), may_equal=False)
            if not gone:
                break
        record.close_stage()
        count.change(fresh, gone)
        rounds, why = count.spread()
        moved = f"Surpluses spread {rounds} {'time' if rounds == 1 else 'times'}, until {why}."
        if gone:
            record.act("transfer-excluded", gone, moved)
        else:
            record.act("transfer-surplus", tuple(record.elected), moved)
    return record.table(papers)


class _Tree:
    """Papers by the elected whom they pass, down to the hopeful candidate with whom they end.

    Node 0 is the root, 1 or more a name reached by the same elected before it; parents have lower numbers.
    Papers that come to an end with the elected need no node: what nobody has is non-transferable.
    """

    def __init__(self, piles: Piles, standing: Collection[str]) -> None:
        """Put all papers below the root; `standing` are elected or hopeful, and only ever lose members."""
        self.parents, self.names, self.papers = [ROOT], [""], [[0] * len(piles)]
        self.elected: set[str] = set()
        self._standing = standing
        self._children: list[dict[str, int]] = [{}]
        self._piles: list[Piles] = [no_papers(piles)]
        self._place(ROOT, piles)

    def elect(self, name: str) -> None:
        """Let the papers that end with somebody go on from there."""
        self.elected.add(name)
        for node in [node for node, each in enumerate(self.names) if each == name]:
            self._place(node, self._empty(node))

    def exclude(self, name: str) -> None:
        """Let the papers that end with somebody go on as if they did not name them."""
        for node in [node for node, each in enumerate(self.names) if each == name]:
            piles = self._empty(node)
            self.names[node], self.papers[node] = "", [0] * len(piles)
            self._place(self.parents[node], piles)

    def _empty(self, node: int) -> Piles:
        piles = self._piles[node]
        self._piles[node] = no_papers(piles)
        return piles

    def _place(self, parent: int, piles: Piles) -> None:
        """Put papers below a node, by whom they name next."""
        todo = [(parent, piles)]
        while todo:
            node, papers = todo.pop()
            for name, part in sort_papers(papers, self._below(node)).items():
                if name is None:
                    continue
                child = self._child(node, name)
                self.papers[child] = added(self.papers[child], papers_in(part))
                if name in self.elected:
                    todo.append((child, part))
                else:
                    join_piles(self._piles[child], part)

    def _below(self, node: int) -> frozenset[str]:
        """Give whom papers may name below a node: who stands and was not passed on the way to it."""
        passed = set()
        while node != ROOT:
            passed.add(self.names[node])
            node = self.parents[node]
        return frozenset(self._standing) - passed

    def _child(self, node: int, name: str) -> int:
        """Give the node of a name below a node."""
        children = self._children[node]
        if name not in children:
            children[name] = len(self.names)
            self.parents.append(node)
            self.names.append(name)
            self.papers.append([0] * len(self.papers[ROOT]))
            self._children.append({})
            self._piles.append(no_papers(self._piles[ROOT]))
        return children[name]


class _Meek:
    """The keep values, and the votes that they make."""

    def __init__(self, rule: MeekSTV, record: Record, rankings: Mapping[str, Mapping[tuple[str, ...], int]]) -> None:
        self._rule, self._record = rule, record
        self._standing = dict.fromkeys(record.votes)  # elected or hopeful; only ever loses members
        piles = piles_of(rankings)
        record.credit(sort_papers(piles, self._standing))
        self._keep: dict[str, int] = {}
        self._tree = _Tree(piles, self._standing)
        self._arrange()

    def bar(self) -> tuple[int, str]:
        """Give the quota of the last iteration."""
        return self._record.quota, f"the quota of {self._record.says(self._record.quota)}"

    def surplus(self) -> int:
        """Add up what the elected have above the quota."""
        record = self._record
        return sum(max(0, record.votes[candidate] - record.quota) for candidate in record.elected)

    def change(self, elected: Sequence[str], excluded: Sequence[str]) -> None:
        """Take note of who was elected and who was excluded."""
        for candidate in excluded:
            del self._standing[candidate]
        for candidate in excluded:
            self._tree.exclude(candidate)
        for candidate in elected:
            self._keep[candidate] = self._record.unit
            self._tree.elect(candidate)
        self._arrange()
        if elected:
            self._lower_keep_values()

    def spread(self) -> tuple[int, str]:
        """Spread surpluses until there is something to decide; give how often, and why that was the last time."""
        done = self._spread()
        self._part()
        return done

    def _spread(self) -> tuple[int, str]:
        record, rule = self._record, self._rule
        omega = record.unit // 10**rule.omega_decimals
        last: int | None = None
        for number in range(1, rule.iterations + 1):
            self._distribute()
            surplus = self.surplus()
            if any(record.votes[candidate] >= record.quota for candidate in record.hopeful):
                return number, "somebody reaches the quota"
            if surplus < omega:
                return number, "they are as good as nothing"
            if last is not None and surplus >= last:
                return number, "they no longer shrink"
            if rule.early_exclusion == "when-certain" and safe_group(record, surplus, may_equal=False):
                return number, "they cannot save the lowest"
            last = surplus
            if number < rule.iterations:
                self._lower_keep_values()
        return rule.iterations, "the iterations of the rule are used up"

    def _lower_keep_values(self) -> None:
        """Keep what would have made a quota of the votes of the last iteration, rounded up twice."""
        record, unit = self._record, self._record.unit
        for candidate, keep in self._keep.items():
            wanted = _rounded_up(keep * record.quota, unit)
            if record.votes[candidate]:
                self._keep[candidate] = min(unit, _rounded_up(wanted * unit, record.votes[candidate]))

    def _arrange(self) -> None:
        """Lay the tree out flat: nodes of the elected in order, and those of each hopeful candidate together."""
        tree = self._tree
        self._passed: list[tuple[int, int, str, int]] = []
        ending: dict[str, tuple[list[int], list[int]]] = {}
        for node, (parent, name, papers) in enumerate(
            zip(tree.parents, tree.names, map(sum, tree.papers), strict=True)
        ):
            if name in tree.elected:
                self._passed.append((node, parent, name, papers))
            elif name:
                parents, numbers = ending.setdefault(name, ([], []))
                parents.append(parent)
                numbers.append(papers)
        self._ending = ending

    def _distribute(self) -> None:
        """Give every candidate their part of every paper, and find the quota of what they all hold."""
        record, keep, unit = self._record, self._keep, self._record.unit
        weight = [0] * len(self._tree.names)  # what is left of a paper below a node
        weight[ROOT] = unit
        votes = dict.fromkeys(record.votes, 0)
        for node, parent, name, papers in self._passed:
            reaching = weight[parent]
            kept = -(-reaching * keep[name] // unit)  # rounded up
            weight[node] = reaching - kept
            votes[name] += kept * papers
        for name, (parents, numbers) in self._ending.items():
            votes[name] = sum(map(mul, map(weight.__getitem__, parents), numbers))
        self._weight = weight
        record.votes.update(votes)
        held = sum(votes.values())
        record.non_transferable = record.valid * unit - held
        record.quota = held // (record.seats + 1) + 1

    def _part(self) -> None:
        """Say what the papers of each section give at these keep values."""
        record, tree, weight = self._record, self._tree, self._weight
        held: dict[str, Parts] = {candidate: [0] * len(record.sections) for candidate in record.votes}
        for node, (parent, name, papers) in enumerate(zip(tree.parents, tree.names, tree.papers, strict=True)):
            if name:
                each = weight[parent] - weight[node]  # below a hopeful candidate nothing is left
                held[name] = added(held[name], [each * number for number in papers])
        record.held = held
        given = [sum(parts) for parts in zip(*held.values(), strict=True)] or [0] * len(record.sections)
        record.spent = [number * record.unit - part for number, part in zip(record.papers, given, strict=True)]


def _rounded_up(amount: int, parts: int) -> int:
    return -(-amount // parts)

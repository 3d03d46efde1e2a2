"""RCTab's own cases, read as ours: what conventions differ is converted here, and what our rules cannot say is named.

Conversions, none of which touches a number:

* RCTab makes a round of an election although it moves no vote. A round with the tallies of the one before it is part
  of that stage here, and what both decided is decided there.
* Undeclared write-ins go first, whatever they hold. Their round is held against the first stage of a count in which
  they stand, the others against a count from which they withdrew.
* Excluded candidates are struck from the papers, and the ranks below them move up: RCTab passes over them.
* Until two are left, RCTab reports the election where the threshold is first reached; our table elects at its end.
  The stage is that of a second count, which stops at the first majority. The threshold may be that of the first
  round there: who holds more than half of all valid papers also wins of the last two.
* With several places RCTab ends with a round that brings all who hold more down to the threshold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stv_rules import SCOTTISH

from ledger.rules.alternative import AlternativeVote
from ledger.rules.transferable import ScottishSTV
from projections.count.av import count_av
from projections.count.stage_table import StageTable
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable

Case = dict[str, Any]
Ranks = list[list[int | str]]  # from first to last, candidates by number or `O`, an overvote without names
Lots = dict[tuple[int, frozenset[str]], tuple[str, ...]]
WRITE_INS = "Undeclared Write-ins"
BOTTOMS_UP = "bottomsUp: exclusions until the places are left, without a quota"
UNTIL_A_SHARE = "bottomsUpUsingPercentageThreshold: the number of places is not given"
STOPS_EARLY = "stopTabulationEarlyAfterRound: the count ends without a result"
ONE_A_ROUND = "multiWinnerAllowOnlyOneWinnerPerRound: one is elected in a stage, however many reach the quota"
GAP_OF_A_LENGTH = "maxSkippedRanksAllowed: so many ranks left out in a row are passed over, more end the paper"
WHILE_SEVERAL = "exhaustIfMultipleContinuing: an overvote ends the paper while several of its candidates continue"
FIRST_THRESHOLD = "doesFirstRoundDetermineThreshold: below it the first of the last two is elected"
NO_PAPERS = "tiebreakMode: lots elect where there are no valid papers"
REPEATS = "exhaustOnDuplicateCandidate: a repeat of somebody who does not stand ends the paper"
FEWEST = "minimumVoteThreshold: whoever holds fewer votes is excluded"
LEVELS = ("winners", "stages", "cells", "decisions")


@dataclass
class Stage:
    """A stage of either side: what everybody holds, the papers nobody does, and what is decided at its end."""

    tallies: dict[str, Decimal]
    inactive: Decimal
    elected: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)


@dataclass
class Outcome:
    """A count of either side; `numbers` turns rounds of RCTab into stages."""

    stages: list[Stage]
    elected: set[str]
    numbers: dict[int, int] = field(default_factory=dict)


def levels(ours: Outcome, theirs: Outcome) -> dict[str, bool]:
    """Score the four levels, each on its own."""
    stages = len(ours.stages) == len(theirs.stages)
    pairs = list(zip(ours.stages, theirs.stages, strict=False))
    return {
        "winners": ours.elected == theirs.elected,
        "stages": stages,
        "cells": stages and all((a.tallies, a.inactive) == (b.tallies, b.inactive) for a, b in pairs),
        "decisions": stages and all((a.elected, a.excluded) == (b.elected, b.excluded) for a, b in pairs),
    }


def ranks_of(ranking: Sequence[Any]) -> Ranks:
    """Give every rank as a list, empty where it was left out."""
    return [[] if each is None else each if isinstance(each, list) else [each] for each in ranking]


def gaps_of(ranks: Ranks) -> list[int]:
    """Give the lengths of all runs of ranks left out before a mark."""
    runs, length = [], 0
    for rank in ranks:
        if rank and length:
            runs.append(length)
        length = 0 if rank else length + 1
    return runs


def write_ins_go_first(case: Case) -> bool:
    return bool(case["expected"]["rounds"][0]["eliminated"] == [WRITE_INS])


def gap_rule(case: Case) -> str | None:
    """Find what our rule has to say to ranks left out, so that it reads every paper of the case as RCTab does.

    None: RCTab passes over some gaps and ends the paper at others, according to their length.
    """
    most = case["options"].get("maxSkippedRanksAllowed", "unlimited")
    runs = [run for _, ranking in case["ballots"] for run in gaps_of(ranks_of(ranking))]
    if most == "unlimited" or all(run <= int(most) for run in runs):
        return "skip"
    if int(most) == 1:
        return "exhaust-at-two"
    return "exhaust" if all(run > int(most) for run in runs) else None


def lacking(case: Case) -> str:
    """Name the option of RCTab that our rules have nothing for; empty where they have it all."""
    options = case["options"]
    papers = [ranks_of(ranking) for _, ranking in case["ballots"]]
    overvotes = [rank for ranks in papers for rank in ranks if len(rank) > 1 or rank == ["O"]]
    absent = {*case["excluded"], WRITE_INS}.intersection(case["candidates"])
    until_two = options.get("continueUntilTwoCandidatesRemain")
    lacks = {
        BOTTOMS_UP: case["method"] == "bottoms-up",
        UNTIL_A_SHARE: case["method"] == "bottoms-up-threshold",
        STOPS_EARLY: bool(options.get("stopTabulationEarlyAfterRound")),
        ONE_A_ROUND: options.get("winnerElectionMode") == "multiWinnerAllowOnlyOneWinnerPerRound",
        GAP_OF_A_LENGTH: gap_rule(case) is None,
        WHILE_SEVERAL: options.get("overvoteRule") == "exhaustIfMultipleContinuing" and bool(overvotes),
        FIRST_THRESHOLD: bool(options.get("doesFirstRoundDetermineThreshold")) and not until_two,
        NO_PAPERS: not any(any(ranks) for ranks in papers),
        REPEATS: bool(options.get("exhaustOnDuplicateCandidate")) and bool(absent or ["O"] in overvotes),
        FEWEST: bool(int(options.get("minimumVoteThreshold") or 0)),
    }
    return next((rule for rule, is_lacking in lacks.items() if is_lacking), "")


def profile_of(case: Case, names: Sequence[int]) -> Counter[str]:
    """Write the papers as marks, those who are not among the names struck out.

    An overvote stays one: an `O`, or what is left of one, becomes one of the first two names.
    """
    profile: Counter[str] = Counter()
    for papers, ranking in case["ballots"]:
        marks = []
        for rank in ranks_of(ranking):
            kept: list[Any] = [each for each in rank if each in names]
            if rank == ["O"] or len(kept) < 2 <= len(rank):
                kept = list(names[:2])
            if kept or not rank:
                marks.append("=".join(f"c{number}" for number in kept))
        profile[">".join(marks)] += papers
    return profile


def papers_rule(case: Case) -> dict[str, Any]:
    """Give what our rules have to say of papers."""
    options = case["options"]
    return {
        "blank": "reject",
        "decimals": 2,
        "duplicate": "exhaust" if options.get("exhaustOnDuplicateCandidate") else "skip",
        "gap": gap_rule(case),
        "overvote": "skip" if options.get("overvoteRule") == "alwaysSkipToNextRank" else "exhaust",
        "preferences": "any-number",
        "publication": "by-section",
        "ties": ("earlier-stages-backwards", "lot")
        if options.get("tiebreakMode") == "previousRoundCountsThenRandom"
        else ("lot",),
    }


def inactive_in(published: dict[str, Any]) -> Decimal:
    """Add up the papers that a round says count for nobody; a surplus that fills no place is no such thing."""
    return sum((Decimal(n) for why, n in published["inactive"].items() if why != "finalRoundSurplus"), Decimal(0))


def unmarked(case: Case) -> int:
    """Give the papers on which nothing is written."""
    return sum(papers for papers, ranking in case["ballots"] if not any(ranks_of(ranking)))


def inactive_from_first(case: Case, table: StageTable | STVTable) -> int:
    """Give the papers that never counted for anybody; RCTab leaves those out on which nothing is written."""
    return sum(sum(reasons.values()) for reasons in table.rejected.values()) - case.get("unmarked", unmarked(case))


def theirs(case: Case) -> Outcome:
    """Read what RCTab published, in stages as ours."""
    rounds = list(case["expected"]["rounds"])
    if case["seats"] > 1 and len(rounds) > 1:
        rounds.pop()  # see `brought_down`
    stages: list[Stage] = []
    numbers = {}
    for number, each in enumerate(rounds, 1):
        tallies = {name: Decimal(votes) for name, votes in each["tallies"].items()}
        elected, excluded = set(each["elected"]), set(each["eliminated"])
        if stages and stages[-1].tallies == tallies and not stages[-1].excluded:
            stages[-1].elected |= elected
            stages[-1].excluded |= excluded
        else:
            stages.append(Stage(tallies, inactive_in(each), elected, excluded))
        numbers[number] = len(stages)
    return Outcome(stages, set(case["expected"]["elected"]), numbers)


def brought_down(case: Case, ours: Outcome) -> bool:
    """Whether the last round, with several places, shows our last stage with nobody above the threshold."""
    last = case["expected"]["rounds"][-1]
    quota = Decimal(last["threshold"])
    shown = {name: Decimal(votes) for name, votes in last["tallies"].items()}
    return shown == {name: min(votes, quota) for name, votes in ours.stages[-1].tallies.items()}


def lots_of(case: Case, numbers: dict[int, int], less: int) -> Lots:
    """Give the lots that RCTab drew: it falls on the first; who wins a tie is last to be excluded."""
    ids = {name: f"c{number}" for number, name in enumerate(case["candidates"])}
    lots: Lots = {}
    for each in case["options"]["tie_decisions"]:
        chosen = ids[each["chosen"]]
        rest = [ids[name] for name in each["tied"] if name != each["chosen"]]
        order = [chosen, *rest] if each["kind"] == "lose" or case["seats"] > 1 else [*rest, chosen]
        lots[numbers[each["round"]] - less, frozenset(order)] = tuple(order)
    return lots


def ours(case: Case, published: Outcome) -> Outcome:
    """Count the case; undeclared write-ins that go first give their stage to a count of their own."""
    count = _av if case["seats"] == 1 else _stv
    names = [number for number, name in enumerate(case["candidates"]) if name not in case["excluded"]]
    if not write_ins_go_first(case):
        return count(case, names, lots_of(case, published.numbers, 0))
    with_them = count(case, names, lots_of(case, published.numbers, 0), first_only=True).stages[0]
    others = [number for number in names if case["candidates"][number] != WRITE_INS]
    without = count(case, others, lots_of(case, published.numbers, 1))
    return Outcome([Stage(with_them.tallies, with_them.inactive, set(), {WRITE_INS}), *without.stages], without.elected)


def _av(case: Case, names: Sequence[int], lots: Lots, *, first_only: bool = False) -> Outcome:
    options = case["options"]
    fields: dict[str, Any] = papers_rule(case) | {
        "version": "av.v1",
        "exclusion": "bulk-when-safe" if options.get("batchElimination") else "single-lowest",
        "majority_base": "continuing",
        "stop": "continue-to-two" if options.get("continueUntilTwoCandidatesRemain") else "first-majority",
    }
    profile = {"all": profile_of(case, names)}
    ids = tuple(f"c{number}" for number in names)
    table = count_av(AlternativeVote(**fields), ids, ("all",), profile, {} if first_only else lots)
    called = {f"c{number}": case["candidates"][number] for number in names}
    stages = [
        Stage(
            {called[candidate]: Decimal(stage.total(candidate)) for candidate in stage.candidates},
            Decimal(stage.non_transferable["all"] + inactive_from_first(case, table)),
            excluded={called[c] for c in stage.action.candidates} if stage.action.kind == "exclude" else set(),
        )
        for stage in table.stages
    ]
    elected = {called[candidate] for candidate in table.elected}
    at = len(stages)
    if options.get("continueUntilTwoCandidatesRemain"):
        base = "valid-at-stage-1" if options.get("doesFirstRoundDetermineThreshold") else "continuing"
        rule = AlternativeVote(**fields | {"majority_base": base, "stop": "first-majority"})
        early = count_av(rule, ids, ("all",), profile, {} if first_only else lots)
        at = len(early.stages) if early.elected and early.elected == table.elected else at
    stages[at - 1].elected = elected
    return Outcome(stages, elected)


def _stv(case: Case, names: Sequence[int], lots: Lots, *, first_only: bool = False) -> Outcome:
    options = case["options"]
    quota = "droop-decimal" if options.get("nonIntegerWinningThreshold") else "droop"
    fields: dict[str, Any] = SCOTTISH | papers_rule(case)
    fields |= {
        "quota": "hare" if options.get("hareQuota") else quota,
        "surpluses": "together",
        "transfer_value": "value-by-cut-share",
        "value_decimals": int(options["decimalPlacesForVoteArithmetic"]),
    }
    called = {f"c{number}": name for number, name in enumerate(case["candidates"])}
    withdrawn = tuple(c for number, c in enumerate(called) if number not in names)
    table = count_scottish(
        ScottishSTV(**fields),
        tuple(called),
        case["seats"],
        ("all",),
        {"all": profile_of(case, range(len(called)))},
        {} if first_only else lots,
        withdrawn,
    )
    return Outcome(
        _stages_of(table, called, inactive_from_first(case, table)), {called[candidate] for candidate in table.elected}
    )


def _stages_of(table: STVTable, called: dict[str, str], inactive: int) -> list[Stage]:
    """Give the stages; who was excluded and has moved is no longer in them, as with RCTab."""
    stages, gone = [], set[str]()
    for stage in table.stages:
        tallies = {called[c]: Decimal(table.printed(votes)) for c, votes in stage.votes.items() if c not in gone}
        nowhere = Decimal(table.printed(stage.non_transferable)) + inactive
        stages.append(Stage(tallies, nowhere, *({called[c] for c in stage.of(kind)} for kind in ("elect", "exclude"))))
        gone |= set(stage.excluded)
    return stages

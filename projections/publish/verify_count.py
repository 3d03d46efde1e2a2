"""Check results of a published election ledger: the second file of verify.py, which looks for it beside itself.

Like it, this file needs Python 3.9 and nothing else, is written from docs/reference/file-format.md and rules.md, and
shares no code with the program that writes ledgers. verify.py runs it and hands it what is imported from there below;
it reads no file itself but verify_stv.py, in the same way. To read it top down, begin with sections 7 and 8: they are
what is asked of a contest, at its events and at the end.

    1 fields of count rules, and which contests they fit  2 papers  3 alternative vote  4 reserved places, plurality
    5 yes or no, single transferable vote  6 a contest, counted  7 accounts, lots, reports, declarations  8 result.json

A `contest` is what verify.py has gathered of one (Record.take_contest), up to the event that is being looked at.
"""
# fmt: off

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate
from operator import le
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # when it is run, verify.py has put them here: its GIVEN
    from .verify import RATIO, WHOLE, canonical, compare, finding, name_of, run_file, shown

FEW_MAX = 9  # papers issued at once of which the public is not told
COUNT_STEPS_MAX = 10**9  # going beyond it is a finding, so that no count takes time without bound
Event = dict[str, Any]

# ---- 1. Count rules: docs/reference/rules.md -------------------------------------------------------------------------
# What their fields hold, as HOLDS in verify.py says it.
FAULT, OUT, RESERVED = "refuse|exhaust|skip", "refuse|reject", [("category", "places")]
EARLIER = "earlier-stages-(back|for)wards"
CROSSES = {"blank": OUT, "decimals": range(10), "overvote": OUT, "publication": "by-section|combined", "ranked": OUT}
RANKS = {**CROSSES, "duplicate": FAULT, "gap": FAULT + "|exhaust-at-two", "overvote": FAULT,
         "preferences": "any-number|all"}
del RANKS["ranked"]
AV = dict(RANKS, exclusion="single-lowest|bulk-when-safe", majority_base="continuing|valid-at-stage-1",
          stop="first-majority|continue-to-two", ties=[f"{EARLIER}|lot", 1])
STV = dict(RANKS, doomed="together|lowest-first", exclusion="single-lowest|bulk-when-safe", reserved=RESERVED,
           last_places="at-once|after-transfer", ties=[f"{EARLIER}(-all-differ)?|lot", 1], value_decimals=range(10))
RULES: dict[str, dict[str, Any]] = {
    "av.v1": AV, "weighted-av.v1": dict(
        AV, empty_section="nothing|redistributed|refuse", exclusion="single-lowest", majority_base="continuing|whole",
        publication="by-section", section_base="continuing|valid-at-stage-1", weights=[("section", "weight"), 1]),
    "plurality.v1": dict(CROSSES, reserved=RESERVED, ties="lot|nobody", votes="any-number|all"),
    "yes-no.v1": dict(CROSSES, base="valid|read", needed=RATIO, quorum=WHOLE, reach="more-than|at-least"),
    "stv-scottish.v1": dict(
        STV, quota="droop|droop-decimal|hare", surplus_order="largest-first|election-order",
        surpluses="one-at-a-time|together", transfer_value="value-by-surplus-over-votes|value-by-cut-share"),
    "stv-ers97.v1": dict(
        STV, active_vote="elects|disregarded", deferral="either-clause|never", last_place_ties="nobody-yet|ladder",
        quota="rounded-up", quota_reduction="until-first-election|never"),
    "stv-meek.v1": dict(STV, early_exclusion="when-certain|never", iterations=range(1, 100_001),
                        omega_decimals=range(10), quota="droop-decimal")}
def is_unfit(rule: Event, event: Event) -> bool:
    """Whether a contest's seats, candidates or sections are none that its rule, of a version known here, can fill."""
    kind = rule.get("version", "")
    weights, reserved = (rule.get(of, []) if kind in RULES else [] for of in ("weights", "reserved"))
    candidates, sections = ([one["id"] for one in event[of]] for of in ("candidates", "sections"))
    return any((event["seats"] != 1 if kind in ("av.v1", "weighted-av.v1", "yes-no.v1") else not event["seats"],
                kind == "yes-no.v1" and sorted(candidates) != ["no", "yes"],
                not len({one["category"] for one in reserved}) == len(reserved) <= 4,
                "lot" in rule.get("ties", [])[:-1],
                rule.get("publication") == "combined" and len(sections) > 1 and event["paper_publication"] != "none",
                weights and (sorted(one["section"] for one in weights) != sorted(sections)
                             or sum(Fraction(one["weight"]) for one in weights) != 1)))

# ---- 2. Papers, as a rule reads them ---------------------------------------------------------------------------------
class Uncountable(Exception):
    """Why there is no count of what is on record."""
STEPS = [0]
def spend(steps: int) -> None:
    """Keep the work of one count within its limit."""
    STEPS[0] += steps
    if STEPS[0] > COUNT_STEPS_MAX:
        finding("count", "steps", f"at most {COUNT_STEPS_MAX}", "more")
        raise Uncountable("it takes too many steps")
Reading = tuple[str, tuple[str, ...]]  # why a paper is refused or rejected, or nothing; the candidates it is for
def read_ranks(marks: str, contest: SimpleNamespace) -> Reading:
    """A paper with ranks: the candidates in the order that counts."""
    rule, known, ranking, marked, ended = contest.rule, {*contest.candidates}, dict[str, None](), set[str](), False
    ranks = [list(dict.fromkeys(rank.split("="))) if rank else [] for rank in marks.rstrip(">").split(">")]
    if ranks == [[]]:
        return "refused" if rule["blank"] == "refuse" else "blank", ()
    for before, rank in zip([["none"], *ranks], ranks):
        faults = {"gap": not rank, "overvote": len(rank) > 1, "duplicate": not marked.isdisjoint(rank)}
        choices = [rule[fault] for fault, there in faults.items() if there]
        if "refuse" in choices or not known.issuperset(rank):
            return "refused", ()
        ended = ended or "exhaust" in choices or "exhaust-at-two" in choices and not before
        if len(rank) == 1 and not ended:
            ranking.setdefault(rank[0])
        marked.update(rank)
    if rule["preferences"] == "all" and 0 < len(ranking) < len(contest.candidates):
        return "too-few-preferences", ()
    return "" if ranking else "no-first-preference", tuple(ranking)
def read_crosses(marks: str, contest: SimpleNamespace) -> Reading:
    """A paper with as many votes as there are seats: whom it gives one."""
    rule, written = contest.rule, marks.rstrip(">")
    crossed = {*re.split("[=>]+", written.lstrip(">"))}
    faults = {"blank": not written, "ranked": ">" in written, "overvote": len(crossed) > contest.event["seats"]}
    fault = next((fault for fault, there in faults.items() if there), "")
    if (written and not crossed.issubset(contest.candidates)) or rule.get(fault) == "refuse":
        return "refused", ()
    if not fault and rule.get("votes") == "all" and len(crossed) < min(contest.event["seats"], len(contest.candidates)):
        return "too-few-votes", ()
    return {"overvote": "too-many-votes"}.get(fault, fault), tuple(crossed)

# ---- 3. The alternative vote, by papers and in an electoral college --------------------------------------------------
def count_av(contest: SimpleNamespace, papers: dict[str, Counter[Any]], count: SimpleNamespace) -> Event:
    """The alternative vote, by papers or in an electoral college: file-format.md, "... step by step", 3 to 5."""
    rule, sections, continuing, history = contest.rule, contest.sections, contest.candidates, list[dict[str, Any]]()
    valid = {of: sum((count.totals[of][0] if of in count.totals else papers[of]).values()) for of in sections}
    ranks = sum(len(ranking) + 1 for of in sections for ranking in papers[of])
    stages, whole = list[Event](), sum(valid.values())
    while not stages or stages[-1]["action"] == "exclude":
        each = len(continuing) * len(sections) * (100 if "weights" not in rule else 100 + len(sections))
        spend(ranks + len(continuing) * len(history) + each)  # read; looked back on; kept in memory
        votes = {section: dict.fromkeys(continuing, 0) for section in sections}
        for section in sections:
            for ranking, number in papers[section].items():
                if holder := next((name for name in ranking if name in votes[section]), None):
                    votes[section][holder] += number
        for section, certified in count.totals.items():
            if len(certified) <= len(stages) or certified[len(stages)].keys() != {*continuing}:
                raise Uncountable(f"certified totals of {section} are of another stage {len(stages) + 1}")
            votes[section] = certified[len(stages)]
        points = votes
        if "weights" in rule:
            points, whole = weigh(rule, votes, valid), 1
            count.points.append(points)
        history.append({name: sum(points[section][name] for section in sections) for name in continuing})
        action, chosen, lot = end_stage(rule, history, whole, contest.lots)
        spent = {section: valid[section] - sum(votes[section].values()) for section in sections}
        stages.append({"action": action, "candidates": chosen, "non_transferable": spent, "votes": votes})
        continuing = [name for name in continuing if name not in chosen]
    count.tied, count.purpose = (chosen, "exclusion") if lot else ([], "")
    return {"stages": stages, "elected": chosen if action == "elect" else [], "valid": valid}
def weigh(rule: Event, votes: dict[str, dict[str, int]], valid: dict[str, int]) -> dict[str, dict[str, Any]]:
    """What candidates have of the whole by section: its weight times their part of its papers."""
    base = {of: sum(held.values()) if rule["section_base"] == "continuing" else valid[of] for of, held in votes.items()}
    if rule["empty_section"] == "refuse" and 0 in base.values():
        raise Uncountable("a section has no papers, and its rule then has no count")
    weights = {one["section"]: Fraction(one["weight"]) for one in rule["weights"] if base[one["section"]]}
    present = sum(weights.values()) if rule["empty_section"] == "redistributed" else 1
    return {of: {name: weights[of] / present * number / base[of] if base[of] else Fraction(0)
                 for name, number in held.items()} for of, held in votes.items()}
def end_stage(rule: Event, history: list[dict[str, Any]], whole: int, lots: Any) -> tuple[str, list[str], bool]:
    """Step 4: `elect` or `exclude` whom, or `none`, with those between whom it is not decided; whether by a lot."""
    held = history[-1]
    names, lowest_first = list(held), sorted(held, key=held.__getitem__)
    if len(names) < 2 or not any(history[0].values()):
        return ("elect", names, False) if len(names) == 1 else ("none", [], False)
    base = sum(held.values()) if rule["majority_base"] == "continuing" else whole
    if 2 * held[lowest_first[-1]] > base and (rule["stop"] == "first-majority" or len(names) == 2):
        return "elect", lowest_first[-1:], False
    if len(names) == 2 and rule["majority_base"] != "continuing":
        return "none", names, False
    together = [0, *accumulate(held[one] for one in lowest_first)]  # what the lowest none, one, two, ... hold
    safe = [n for n in range(1, len(names) - 1) if together[n] < held[lowest_first[n]]]
    if safe and rule["exclusion"] == "bulk-when-safe":
        return "exclude", [name for name in names if name in lowest_first[: safe[-1]]], False
    tied = [name for name in names if held[name] == held[lowest_first[0]]]
    ladder = {"earlier-stages-forwards": history[:-1], "earlier-stages-backwards": history[-2::-1]}
    for stage in ladder.get(rule["ties"][0], []):  # whom all earlier stages leave tied, only a lot can part
        fewest = min(stage[name] for name in tied)
        tied = [name for name in tied if stage[name] == fewest]
    if len(tied) > 1 and "lot" in rule["ties"]:
        tied = lots.get((len(history), frozenset(tied)), [])[:1] or tied
    if len(tied) > 1:
        return "none", tied, "lot" in rule["ties"]
    others = [name for name in names if name not in tied]
    return ("elect", others, False) if len(others) == 1 else ("exclude", tied, False)

# ---- 4. Reserved places, and plurality -------------------------------------------------------------------------------
class Reserved:
    """Reserved places: a choice of candidates is possible where it fills them all."""
    def __init__(self, contest: SimpleNamespace) -> None:
        asked = [one for one in contest.rule["reserved"] if one["places"]]
        self.needs, self.known = tuple(one["places"] for one in asked), dict[Any, float]()
        self.asked, own = [one["category"] for one in asked], contest.categories
        self.kinds = {name: tuple(of in own[name] for of in self.asked) for name in own}
        if not self.possible(contest.candidates, [], min(contest.event["seats"], len(contest.candidates))):
            raise Uncountable("no choice of candidates fills the reserved places")
    def possible(self, others: Iterable[str], chosen: Iterable[str], places: int) -> bool:
        """Whether these can be elected, and reserved places filled with so many of the others."""
        if not self.needs:
            return places >= 0
        have = Counter(self.kinds[name] for name in chosen)
        needs = [max(0, need - sum(have[kind] for kind in have if kind[of])) for of, need in enumerate(self.needs)]
        there = Counter(self.kinds[name] for name in others)
        return places >= 0 and self.fewest(sorted(there.items()), needs) <= places
    def fewest(self, kinds: list[Any], needs: list[int]) -> float:
        """How many candidates, so many there are of each kind, it takes to meet the needs."""
        if not any(needs) or not kinds:
            return float("inf") if any(needs) else 0
        if (key := (tuple(kinds), tuple(needs))) not in self.known:
            (kind, number), most = kinds[0], max([need for need, of in zip(needs, kinds[0][0]) if of], default=0)
            spend(min(number, most) + 1)
            self.known[key] = min(
                taken + self.fewest(kinds[1:], [max(0, need - taken * of) for need, of in zip(needs, kind)])
                for taken in range(min(number, most) + 1))
        return self.known[key]
    def names(self, name: str) -> list[str]:
        return sorted(of for of, there in zip(self.asked, self.kinds[name]) if there)
    def in_any_order(self, level: list[str], chosen: list[str], others: list[str], places: int) -> list[list[str]]:
        """Of those with equal votes: who is elected whatever their order, and who is in some orders, not in others."""
        kinds = {kind: [name for name in level if self.kinds[name] == kind] for kind in map(self.kinds.get, level)}
        everybody = tuple(map(len, kinds.values()))
        def can(state: tuple[int, ...]) -> bool:
            taken = [name for names, number in zip(kinds.values(), state) for name in names[:number]]
            spend(len(others))
            return self.possible({*others} - {*taken}, chosen + taken, places - len(taken))
        todo, met, ends = [everybody if can(everybody) else (0,) * len(kinds)], set[Any](), list[tuple[int, ...]]()
        for state in todo:  # how many of each kind got a place so far; whom nobody can be added to is an end
            more = [(*state[:at], state[at] + 1, *state[at + 1 :]) for at in range(len(state))]
            more = [each for each in more if all(map(le, each, everybody)) and can(each)]
            ends += [] if more else [state]
            todo += [each for each in more if each not in met]
            met.update(more)
        found: list[list[str]] = [[], []]
        for name in level:
            at = list(kinds).index(self.kinds[name])
            number = {end[at] for end in ends}
            if number != {0}:
                found[number != {everybody[at]}].append(name)
        return found
def count_plurality(contest: SimpleNamespace, papers: dict[str, Counter[Any]], count: SimpleNamespace) -> Event:
    """Most votes win: down the order of votes, past whoever would leave reserved places unfilled."""
    rule, seats, names, totals = contest.rule, contest.event["seats"], contest.candidates, count.totals
    votes = {of: dict.fromkeys(names, 0) for of in contest.sections}
    for of, piles in papers.items():
        for crossed, number in piles.items():
            for name in crossed:
                votes[of][name] += number
    valid, least = {of: sum(piles.values()) for of, piles in papers.items() if of not in totals}, min(seats, len(names))
    for of, stages in totals.items():
        if len(stages) != 1:
            raise Uncountable(f"certified totals of {of} are of more than one stage")
        votes[of], given = stages[0], sum(stages[0].values())
        valid.update({of: given} if seats == 1 else {})
        if (stated := contest.totals[of].get("papers")) is not None:
            valid[of], fewest = stated, least if rule["votes"] == "all" else min(1, least)
            if max(votes[of].values(), default=0) > stated or not fewest * stated <= given <= least * stated:
                raise Uncountable(f"certified votes of {of} are not of so many papers")
    held = {name: sum(votes[of][name] for of in votes) for name in names}
    ranked = sorted(names, key=lambda name: -held[name])
    spare = {of: seats * valid[of] - sum(votes[of].values()) for of in valid}
    ends = [("elect", ranked)] if 0 < len(names) <= seats else [("none", list[str]())]
    reserved = Reserved(contest)
    if len(names) > seats and held[ranked[0]]:
        ends = fill(contest, reserved, held, ranked, count)
    stages = [{"action": action, "candidates": who, "non_transferable": spare, "votes": votes} for action, who in ends]
    return {"stages": stages, "elected": ends[-1][1] if ends[-1][0] == "elect" else [], "valid": valid}
def fill(contest: SimpleNamespace, reserved: Reserved, held: dict[str, int], ranked: list[str],
         count: SimpleNamespace) -> list[tuple[str, list[str]]]:
    """How the stages end: who displaces whom for reserved places, then who is elected."""
    seats, by_lot, kinds = contest.event["seats"], contest.rule["ties"] == "lot", reserved.kinds
    elected, tied, drawn = list[str](), list[str](), list[str]()
    gone = list[str]()  # the elected, and whoever a tie keeps from a place that stays empty
    for votes in sorted({*held.values()}, reverse=True):
        level, others = [name for name in ranked if held[name] == votes], [name for name in ranked if name not in gone]
        sure, open_ = reserved.in_any_order(level, gone, others, seats - len(gone)) if len(gone) < seats else ([], [])
        elected, gone = elected + sure, gone + sure
        order = contest.lots.get((1, frozenset(open_)), []) if by_lot else \
            sorted(open_, key=lambda name: (-sum(kinds[name]), reserved.names(name)))
        if open_ and not order:
            count.tied, count.purpose = open_, "place"
            return [("none", open_)]
        drawn, tied = drawn + order, tied + ([] if by_lot else open_)
        for name in order:
            others = [one for one in ranked if one not in gone and one != name]
            if reserved.possible(others, [*gone, name], seats - len(gone) - 1):
                gone, elected = [*gone, name], elected + [name] * by_lot
    bound = held[ranked[seats - 1]]
    above, level = ([name for name in ranked if held[name] > bound], [name for name in ranked if held[name] == bound])
    if by_lot or len(above) + len(level) <= seats:
        level.sort(key=lambda name: (name not in elected, drawn.index(name) if name in drawn else len(held)))
        above += level[: seats - len(above)]
    out = [name for name in reversed(above) if name not in elected and name not in tied]
    brought = [name for name in ranked if name in elected and name not in above]
    last = ("elect", [name for name in ranked if name in elected]) if elected else ("none", tied)
    return [*(("displace", [lower, higher]) for lower, higher in zip(out, brought)), last]

# ---- 5. Yes or no; the single transferable vote ----------------------------------------------------------------------
def count_yes_no(contest: SimpleNamespace, papers: dict[str, Counter[Any]], count: SimpleNamespace) -> Event:
    """Whether `yes` has the part that it needs, of a quorum; else `no`."""
    rule, votes, rejected = contest.rule, dict[str, Event](), sum(sum(of.values()) for of in count.rejected.values())
    for of in contest.sections:
        votes[of] = {one: papers[of][one,] for one in ("yes", "no")}
        if of in count.totals:
            if len(count.totals[of]) != 1 or rule["base"] == "read":
                raise Uncountable(f"certified totals of {of} are of several stages, or do not say what was rejected")
            votes[of] = count.totals[of][0]
    valid = {of: sum(votes[of].values()) for of in votes}
    whole, yes = sum(valid.values()), sum(votes[of]["yes"] for of in votes)
    needed = Fraction(rule["needed"]) * (whole + (rejected if rule["base"] == "read" else 0))
    carried = whole >= max(1, rule["quorum"]) and (yes > needed or (yes == needed and rule["reach"] == "at-least"))
    answer = ["yes" if carried else "no"]
    stage = {"action": "elect", "candidates": answer, "non_transferable": dict.fromkeys(valid, 0), "votes": votes}
    return {"stages": [stage], "elected": answer, "valid": valid}
STV_FILE: dict[str, Any] = {}  # what verify_stv.py defines; empty where it is not beside this file
def count_stv(contest: SimpleNamespace, papers: dict[str, Counter[Any]], count: SimpleNamespace) -> Event:
    """The single transferable vote, decided by all sections together: verify_stv.py."""
    if contest.totals:
        raise Uncountable("certified totals cannot say how papers go on")
    seats = contest.event["seats"]
    if len(contest.candidates) > 1_000:
        raise Uncountable("more than 1000 candidates")
    body, count.tied, count.purpose = run_file("verify_stv.py", STV_FILE)["count"](
        contest.rule, contest.candidates, seats, papers, Reserved(contest).possible, contest.lots, spend)
    return {**body, "valid": {of: sum(papers[of].values()) for of in contest.sections}}
METHODS = {"av.v1": count_av, "weighted-av.v1": count_av, "plurality.v1": count_plurality, "yes-no.v1": count_yes_no,
           "stv-scottish.v1": count_stv, "stv-ers97.v1": count_stv, "stv-meek.v1": count_stv}

# ---- 6. A contest, counted -------------------------------------------------------------------------------------------
def why_not(contest: SimpleNamespace) -> str:
    """Why a contest is not counted here at all, or nothing."""
    version = contest.rule["version"]
    if contest.seen and METHODS.get(version) is count_stv and not run_file("verify_stv.py", STV_FILE):
        return f"verify_stv.py, which counts by {version}, is not beside this program"
    unknown = version not in METHODS and f"this program does not count by {shown(version)}"
    return unknown or "" if contest.seen else "its papers are not published"
def recount(contest: SimpleNamespace) -> Any:
    """The count of all that is on record by now, made once until there is more; in words where there is none."""
    try:
        if contest.count is None:
            STEPS[0] = 0
            contest.count = make_count(contest)
    except Uncountable as error:
        contest.count = str(error)
    return contest.count
def make_count(contest: SimpleNamespace) -> SimpleNamespace:
    """Its `body` is what its digest is taken of; `tied` are those for whom it wants a lot, and for what `purpose`."""
    if not contest.polled or contest.open:
        raise Uncountable("the poll, or a batch of papers, is still open")
    papers, rejected = ({section: Counter[Any]() for section in contest.sections} for _ in range(2))
    read = read_ranks if "gap" in contest.rule else read_crosses
    for batch in contest.batches.values():
        for marks, number in batch.marks.items():
            section, (reason, names) = batch.opened["section"], read(marks, contest)
            spend(len(names) + 1)
            (rejected[section] if reason else papers[section])[reason or names] += number
    compare("paper", f"{contest.event['contest']}, papers refused by its rule", 0,
            sum(of["refused"] for of in rejected.values()))
    totals = {of: [{one["candidate"]: one["votes"] for one in stage["held"]} for stage in event["stages"]]
              for of, event in contest.totals.items()}
    count = SimpleNamespace(tied=[], purpose="", points=[], rejected=rejected, totals=totals)
    count.body = {**{of: contest.event[of] for of in ("contest", "count_rule")}, "rejected": rejected,
                  **({"certified": [of for of in contest.sections if of in totals]} if totals else {}),
                  **METHODS[contest.rule["version"]](contest, papers, count)}
    return count

# ---- 7. Accounts, lots, reports, what is declared --------------------------------------------------------------------
def account_of(contest: SimpleNamespace, body: Event, sections: list[str], together: bool) -> tuple[Any, ...]:
    """Papers distributed, returned, rejected, set aside, valid: sums, or as stated of all; None where not stated."""
    whole = [contest.accounts["all"]] if together and "all" in contest.accounts else None
    stated = whole or [contest.accounts.get(section, {}) for section in sections]
    spoilt, aside = (sum(part["papers"] for one in stated for part in one.get(of, ()))
                     for of in ("spoilt", "set_aside"))
    parts = [one.get("distributed") for one in stated], [one.get("returned") for one in stated], \
        [spoilt, *(sum(body["rejected"][section].values()) for section in sections)], [aside], \
        [body["valid"].get(section) for section in sections]
    return tuple(None if None in part else sum(part) for part in parts)
def exact_figure(contest: SimpleNamespace, count: SimpleNamespace, figure: Event) -> Fraction | None:
    """The cell of the count that a published figure is about, parts in percent; nothing where there is none."""
    number, section, measure, who = figure["stage"], figure["section"], figure["measure"], figure.get("candidate")
    body, sections = count.body, contest.sections if section == "all" else [section]
    if number > len(body["stages"]) or not {*sections} <= {*contest.sections}:
        return None
    if measure in ("distributed", "returned", "rejected", "turnout"):
        given, back, rejected, *_ = account_of(contest, body, sections, section == "all")
        turnout = Fraction(100 * back, given) if given and back is not None else None
        value = {"distributed": given, "returned": back, "rejected": rejected, "turnout": turnout}[measure]
        return None if who or number > 1 or value is None else Fraction(value)
    stage, valid, unit = body["stages"][number - 1], [body["valid"].get(one) for one in sections], 1
    votes, spent, points = stage["votes"], stage["non_transferable"], count.points[number - 1 : number]
    if contest.rule["publication"] == "combined" and section != "all" and len(contest.sections) > 1:
        return None
    if stv := "decimals" in body:
        votes, spent = ({of: part[line] for of, part in stage["sections"].items()}
                        for line in ("votes", "non_transferable"))
        unit = 10 ** body["decimals"]
    if who is None:
        if measure == "quota" and stv and section == "all":
            return Fraction(stage["quota"], unit)
        if measure not in ("valid", "non-transferable") or None in valid:
            return None
        return Fraction(sum(valid)) if measure == "valid" else Fraction(sum(spent[one] for one in sections), unit)
    if who not in votes[sections[0]]:
        return None
    mine, held = sum(votes[one][who] for one in sections), sum(sum(votes[one].values()) for one in sections)
    if measure == "votes":
        return Fraction(mine, unit)
    if points and (measure == "points" and section in votes or measure == "share" and section == "all"):
        return 100 * sum((points[0][one][who] for one in sections), Fraction(0))
    there = measure == "share" and section == "all" or measure == "section-share" and section in {*votes} - {"all"}
    return Fraction(100 * mine, held) if there and held else None
def check_lot(contest: SimpleNamespace, where: str, event: Event) -> None:
    """Of those whom the count leaves tied. It follows from all seeds committed to, in that order; without them, it was
    drawn in public: nobody had committed, or somebody who had did not reveal."""
    order, tied, seeds, stage = event["order"], event["tied"], event["seed"], event["stage"]
    head = "".join(f"{line}\n" for line in ("pollbook lot v1", *seeds, event["contest"], stage))
    committed, unrevealed = contest.commitments, event["unrevealed"]
    if committed and not unrevealed:
        compare("lot", f"{where}, seeds", [*committed.values()], [name_of(seed.encode()) for seed in seeds])
        drawn = sorted(tied, key=lambda one: hashlib.sha256(f"{head}{one}\n".encode()).digest())
        compare("lot", f"{where}, order", drawn, order)
    elif seeds or "witnesses" not in event or not {*unrevealed} <= {*committed}:
        finding("lot", where, "seeds committed to before the poll closed, or witnesses, and who did not reveal", event)
    if not why_not(contest):
        count = recount(contest)
        found = count if isinstance(count, str) else (count.tied, count.purpose, len(count.body["stages"]))
        compare("lot", f"{where}, who is tied, for what, at which stage", found, (tied, event["purpose"], stage))
def check_declared(contest: SimpleNamespace, where: str, event: Event) -> None:
    """Everything that a declaration or correction says is what the count says; required accounts balance."""
    if why_not(contest):
        return
    if isinstance(count := recount(contest), str):
        finding("count", where, "papers and totals that can be counted", count)
        return
    elected, digest = ", ".join(count.body["elected"]) or "nobody", name_of(canonical(count.body))
    if (count.tied or sorted(event["elected"]) != sorted(count.body["elected"])
            or event.get("count", digest) != digest):
        tied = f"a lot among {', '.join(count.tied)}, " * bool(count.tied)
        finding("declared", f"{where}, {contest.event['contest']}", f"{tied}elected {elected}, count {digest}", event)
    for figure in event["figures"]:
        exact, places = exact_figure(contest, count, figure), figure["decimals"]
        rounded = "nothing" if exact is None else Fraction(int(exact * 10**places + Fraction(1, 2)), 10**places)
        if rounded != Fraction(figure["value"]) or len(figure["value"].partition(".")[2]) > places:
            finding("figure", f"{where}, {figure}", f"{exact} exactly", figure["value"])
    if contest.event["account"] == "required":
        accounts = [account_of(contest, count.body, [section], False) for section in contest.sections]
        whole = account_of(contest, count.body, contest.sections, True)
        for section, (given, back, rejected, aside, valid) in zip([*contest.sections, "all"], [*accounts, whole]):
            if None in (given, back, valid) or not rejected + aside + valid == back <= given:
                stated = f"{given} distributed, {back} returned, {rejected} rejected, {aside} set aside, {valid} valid"
                finding("account", f"{where}, section {section}", "one that balances", stated)
        if (sums := [sum(one or 0 for one in part) for part in zip(*accounts)][:3]) != [*whole][:3]:
            finding("account", f"{where}, all: distributed, returned, rejected", sums, [*whole][:3])
    if contest.report:
        check_report(contest, where)
def check_report(contest: SimpleNamespace, where: str) -> None:
    """Every number of the scrutineer's report is that of the record."""
    if why_not(contest):
        return
    if isinstance(count := recount(contest), str):
        finding("report", where, "papers and totals that can be counted", count)
        return
    report, first = contest.report, {"stage": 1, "section": "all", "measure": "votes"}
    votes = {name: exact_figure(contest, count, {**first, "candidate": name}) for name in contest.candidates}
    said = {one["candidate"]: one["votes"] for one in report["votes"]}, len(report["votes"])
    compare("report", f"{where}, votes", (votes, len(votes)), said)
    numbers = report["distributed"], report["returned"], report["spoilt"]
    account = account_of(contest, count.body, contest.sections, True)[:3]
    compare("report", f"{where}, papers distributed, returned, rejected", account, numbers)

def take_issue(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    """So many papers issued at once, to a section."""
    contest.issued[event["section"]] += event["count"]
def take_issued(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    """One elector's, of a section that is not said: + issued alone or in place of another, - cancelled."""
    kinds = {"paper-issued.v1": "+", "paper-reissued.v1": "+", "paper-cancelled.v1": "-"}
    contest.issued[kinds.get(event["type"], "")] += 1
def take_analysis(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    if event["as_of_position"] >= position:
        finding("analysis", where, "one of the record as of a position before it", event["as_of_position"])
def check_issued(contest: SimpleNamespace, withheld: int) -> str:
    """No more papers read than issued and not cancelled, in a section and in all. A withheld leaf may be of one paper
    issued alone, or of up to FEW_MAX issued at once; what was issued alone, or cancelled, may be of any section."""
    issued, read = contest.issued, Counter(dict.fromkeys(contest.sections, 0))
    if not any(issued[of] for of in (*contest.sections, "+")) or contest.open:
        return ""
    for batch in contest.batches.values():
        read[batch.opened["section"]] += sum(batch.marks.values())
    papers, out = sum(read.values()), sum(issued[of] for of in (*contest.sections, "+")) - issued["-"]
    more = FEW_MAX * withheld
    for of, number, most in [*((of, read[of], issued[of] + issued["+"] + more) for of in read),
                             ("all", papers, out + more)]:
        if number > most:
            finding("issued", f"{contest.event['contest']}, section {of}", f"at most {most} papers, as issued", number)
    return f"; {papers} papers read, {out} issued" + ", besides single ones, which are withheld" * (withheld > 0)

# ---- 8. What is published of it: result.json; a line -----------------------------------------------------------------
def check_result_file(contest: SimpleNamespace, name: str, data: bytes) -> None:
    """The digest, who is elected or tied, and all numbers of papers and votes; no shares, changes, words."""
    try:
        said, count = json.loads(data), recount(contest)
        if "not_counted" in said:
            return
        body, stv, unit = count.body, "decimals" in count.body, 10 ** count.body.get("decimals", 0)
        ends = {of: said[of] for of in ("contest", "count", "count_rule", "elected", "lot_needed", "rejected", "valid")}
        found = {**body, "count": name_of(canonical(body)), "lot_needed": count.tied,
                 "valid": {of: body["valid"].get(of) for of in contest.sections}}
        compare("result-file", name, canonical({of: found[of] for of in ends}), canonical(ends))
        compare("result-file", f"{name}, stages", len(body["stages"]), len(said["stages"]))
        for number, (stage, shown_) in enumerate(zip(body["stages"], said["stages"]), 1):
            rows, votes, spent, lost = [*shown_["candidates"], *shown_["excluded"]], stage["votes"], \
                stage["non_transferable"], dict[str, Any]()
            names = [one for one in votes if votes[one]] if stv else votes[contest.sections[0]]
            if stv:
                votes, spent, lost = ({of: part[line] for of, part in stage["sections"].items()}
                                      for line in ("votes", "non_transferable", "loss"))
                quota = Fraction(stage["quota"], unit)
                compare("result-file", f"{name}, stage {number}, quota", quota, Fraction(shown_["quota"]["exact"]))
            expected = [{of: votes[of].get(one["candidate"], 0) for of in votes} for one in rows]
            expected += [{of: line.get(of) for of in votes} for line in ((spent, lost) if stv else (spent,))]
            told = [(line["votes"], line["total"]) for line in [*rows, shown_["non_transferable"],
                                                                *([shown_["loss"]] if stv else ())]]
            if stv:
                told = [({of: Fraction(held[of]["exact"]) * unit for of in held}, Fraction(total["exact"]) * unit)
                        for held, total in told]
            sums = [(held, None if None in held.values() else sum(held.values())) for held in expected]
            absent = [one for one in names if one not in [row["candidate"] for row in rows]]
            compare("result-file", f"{name}, stage {number}, absent", [], absent)
            compare("result-file", f"{name}, stage {number}", sums, told)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        finding("result-file", name, "what file-format.md says of it", repr(error))
def outcome(contest: SimpleNamespace, withheld: int) -> str:
    """How the contest stands, as counted again from all that is on record."""
    count, declared = recount(contest), contest.declared
    if isinstance(count, str):
        return f"not recounted: {count}"
    body, rejected = count.body, sum(sum(of.values()) for of in count.rejected.values())
    seen = " from what is disclosed here" if withheld > 0 else ""
    says = f"; declared {', '.join(declared['elected']) or 'nobody'}" if declared else f"{seen}; nothing declared yet"
    says += f", count {contest.number}" * (contest.number > 1) + ", annulled" * contest.annulled
    numbers = f"{len(body['stages'])} stages, {sum(body['valid'].values())} valid, {rejected} rejected"
    elected = ", ".join(body["elected"]) or "nobody"
    lot = f" before a lot among {', '.join(count.tied)}" * bool(count.tied)
    totals = f"; certified totals in place of papers of {', '.join(body.get('certified', []))}" * ("certified" in body)
    return f"recounted{says}: {numbers}, elected {elected}{lot}{totals}{check_issued(contest, withheld)}"

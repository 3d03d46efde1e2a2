"""All that can be said of a contest's margin: from its papers where they are known, else from totals, and what from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.field import ALL
from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
from ledger.rules.crosses import Plurality
from projections.count.crosses import group_crosses
from projections.count.paper import group
from projections.count.stage_table import StageTable
from projections.margin.alternative import Counted, Margins
from projections.margin.certificate import recounted
from projections.margin.majority import majority_bound
from projections.margin.pairing import Pairing, pairing_of, values_of_votes
from projections.margin.plurality import CrossesCounted, plurality_margins
from projections.margin.search import GOALS, Answer

if TYPE_CHECKING:
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.margin.alternative import Answers
    from projections.margin.relaxation import Kind
    from projections.margin.search import Goal
    from projections.margin.watch import Expired

KINDS: tuple[Kind, ...] = ("addition", "removal", "change")
CANDIDATES_EXACT_MAX = 8  # up to which every order of exclusions is searched unless the time is up

Shares = Callable[[int], "Expired"]  # searches still to come, this one too -> says that the time of this one is up


@dataclass(frozen=True, slots=True)
class Line:
    """The margin of one kind in one section, or over any sections (`all`)."""

    kind: Kind
    section: str
    answers: Answers


@dataclass(frozen=True, slots=True)
class MarginReport:
    """What can be said.

    Attributes:
        elected: as counted.
        lines: fewest papers by kind and section; empty where nothing is said of them.
        unsaid: why nothing or not all is said; empty where all is.
        pairing: the final pairing, where papers of a section were never published: with exclusions held.
        stage: at which a vote is valued; 0 where it is not.
        values: section -> what one paper is worth at that stage.
    """

    elected: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    unsaid: str = ""
    pairing: Pairing | None = None
    stage: int = 0
    values: tuple[tuple[str, Fraction], ...] = ()


def report_margin(
    basis: Basis, table: Table, kinds: Sequence[Kind], section: str | None, stage: int | None, shares: Shares | None
) -> MarginReport:
    """Find margins of every kind asked for.

    Args:
        basis, table: what the count was taken from, and what it came to; somebody is elected.
        section: only papers of this one move; None for each section alone, and for any.
        stage: at which votes are valued; None for the last one.
        shares: gives each search its part of the time; None for no time at all.
    """
    rule, sections = basis.rule, table.sections
    chosen = list(sections) if section is None else [section]
    if not isinstance(table, StageTable) or not isinstance(rule, AlternativeVote | WeightedAlternativeVote | Plurality):
        what = "the single transferable vote" if not isinstance(table, StageTable) else "yes or no"
        return MarginReport(table.elected, unsaid=f"Cannot say: margins under {what} are not worked out.")
    if len(table.candidates) <= len(table.elected):
        return MarginReport(table.elected, unsaid="Unopposed: no number of papers elects somebody else.")
    if isinstance(rule, Plurality):
        return _plurality(rule, basis, table, kinds, chosen)
    number = stage or table.stages[-1].number
    values = tuple(values_of_votes(rule, table, number).items())
    if "lot" not in rule.ties:
        unsaid = "Cannot say: the rule leaves ties unbroken, and when nobody is elected is not worked out."
        return MarginReport(table.elected, unsaid=unsaid, stage=number, values=values)
    if table.certified:
        unsaid = (
            f"Papers of {', '.join(table.certified)} are not on record, only totals: orders of exclusion cannot be "
            "searched."
        )
        together = [ALL] if len(chosen) > 1 and isinstance(rule, AlternativeVote) else []
        places = [*together, *chosen]
        lines = [Line(kind, name, _bounded(rule, table, kind, name)) for kind in kinds for name in places]
        return MarginReport(table.elected, tuple(lines), unsaid, pairing_of(rule, table), number, values)
    if shares is None:
        unsaid = "Cannot say: with a time limit of zero nothing is searched."
        return MarginReport(table.elected, unsaid=unsaid, stage=number, values=values)
    papers = group(basis.papers, table.candidates, sections, rule).rankings
    margins = Margins(Counted(rule, table.candidates, sections, papers, table.elected[0]))
    lines = list(_searched(margins, kinds, chosen, shares))
    return MarginReport(table.elected, tuple(lines), "", None, number, values)


def _searched(margins: Margins, kinds: Sequence[Kind], chosen: Sequence[str], shares: Shares) -> list[Line]:
    together = len(chosen) > 1
    left = len(kinds) * (len(chosen) + together)
    lines = []
    for kind in kinds:
        alone: dict[str, Answers] = {}
        for name in chosen:
            alone[name] = margins.of_section(kind, name, shares(left))
            left -= 1
        if together:
            lines.append(Line(kind, ALL, margins.of_all(kind, alone, shares(left))))
            left -= 1
        lines += [Line(kind, name, answers) for name, answers in alone.items()]
    return lines


def _bounded(rule: AlternativeVote | WeightedAlternativeVote, table: StageTable, kind: Kind, section: str) -> Answers:
    """Whoever has more than half at stage 1 is elected as long as that is so, whatever the exclusions."""
    least, possible = majority_bound(rule, table, kind, section)
    answer = Answer(least, None, "orders of exclusion cannot be searched") if possible else Answer(None, None)
    return dict.fromkeys(GOALS, answer)


def _plurality(
    rule: Plurality, basis: Basis, table: StageTable, kinds: Sequence[Kind], chosen: Sequence[str]
) -> MarginReport:
    if any(each.places for each in rule.reserved):
        return MarginReport(table.elected, unsaid="Cannot say: margins with reserved places are not worked out.")
    seats, first = basis.contest.seats, table.stages[0]
    grouped = group_crosses(basis.papers, table.candidates, table.sections, rule, seats).rankings
    papers = {name: crossed for name, crossed in grouped.items() if name not in table.certified}
    totals = {name: first.votes[name] for name in table.certified}
    if seats == 1:
        papers |= {name: {(who,): votes for who, votes in held.items() if votes} for name, held in totals.items()}
        totals = {}
    votes = {name: first.total(name) for name in table.candidates}
    counted = CrossesCounted(rule, table.candidates, seats, votes, papers, totals, table.elected)
    lines = []
    for kind in kinds:
        places = [ALL, *chosen] if len(chosen) > 1 else chosen
        for name in places:
            answers = plurality_margins(counted, kind, None if name == ALL and len(chosen) > 1 else name)
            lines.append(Line(kind, name, {goal: _checked(basis, table, goal, answers[goal]) for goal in GOALS}))
    return MarginReport(table.elected, tuple(lines))


def _checked(basis: Basis, table: StageTable, goal: Goal, answer: Answer) -> Answer:
    """Keep papers only if a recount of them does what it should."""
    if answer.moved is None:
        return answer
    others = [elected != tuple(sorted(table.elected)) for elected in recounted(basis, answer.moved) or [table.elected]]
    does = any(others) if goal == "could" else all(others)
    return answer if does else Answer(answer.least, None, "a recount of the papers found does not bear them out")

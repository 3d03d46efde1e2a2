"""Published against ledger: every declared or published cell beside what papers and certified totals give.

A cell without votes behind it is not recomputable; one that differs is explained where that can be computed
(`projections.explanation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from ledger.decision import fold
from ledger.event import Event
from ledger.field import ALL, rounded
from ledger.record import Record
from ledger.rules.alternative import WeightedAlternativeVote
from ledger.rules.count_rule import CountRule
from ledger.streams.contest import Contest, require_contest
from ledger.streams.election import Election, rule_of
from ledger.streams.figure import Figure, printed
from ledger.streams.result import FiguresPublished, ResultCorrected, ResultDeclared
from ledger.streams.totals import TotalsCertified, totals_stream
from projections.count.cells import Cell
from projections.counting import Counted
from projections.explanation import Known, cross_checked, explained
from projections.moment import Moment

Verdict = Literal["equal", "differs", "not recomputable"]
Published = tuple[str, int, Figure]  # source, position of the event, the cell


@dataclass(frozen=True, slots=True)
class Compared:
    """One cell: who said it, what was printed, what follows from the record.

    Attributes:
        source: id of the publication, or `declared`, or `corrected`.
        figure: the cell as published.
        position: of the event it is from.
        exact: the value from papers and totals; None without votes behind it.
        explanation: how the published value came about, where it differs: words, or `unexplained`. For one that
            cannot be recomputed, what other published figures come to, where they come to something.
        unconfirmed: whether `exact` rests on certified totals that are transcribed and unconfirmed.
    """

    source: str
    figure: Figure
    position: int
    exact: Fraction | None
    explanation: str = ""
    unconfirmed: bool = False

    @property
    def printed(self) -> str:
        """The published value with all its decimals."""
        return printed(self.figure.value, self.figure.decimals)

    @property
    def recomputed(self) -> str:
        """The exact value rounded to as many decimals as were published; empty without votes behind it."""
        return "" if self.exact is None else rounded(self.exact, self.figure.decimals)

    @property
    def difference(self) -> str:
        """Published less recomputed, as printed; empty where there is nothing to compare."""
        if self.exact is None:
            return ""
        return rounded(Fraction(self.printed) - Fraction(self.recomputed), self.figure.decimals)

    @property
    def verdict(self) -> Verdict:
        """What the comparison says."""
        if self.exact is None:
            return "not recomputable"
        return "equal" if self.printed == self.recomputed else "differs"


def compare(counted: Counted, events: Sequence[tuple[int, Event]]) -> list[Compared]:
    """Compare the figures of a result's events with a count, cell by cell, in the order they were recorded."""
    table = counted.table
    silent = tuple(
        name
        for name in table.sections
        if table.valid.get(name) == 0
        and not table.rejected.get(name)
        and not counted.profile.papers.get(name)
        and name not in counted.certified
    )
    return _compare(Known(counted.cells, _weights(counted.rule), silent, counted.certified), events)


def compare_totals(ledger: Record, contest: str, moment: Moment, events: Sequence[tuple[int, Event]]) -> list[Compared]:
    """Compare figures with certified totals alone, for a contest that cannot be counted: votes were never published.

    Cells of the sections that have totals follow from them; all others have no votes behind them.

    Raises:
        RefusedError: `unknown-contest`.
    """

    def past(stream: str) -> Iterable[Event]:
        return (event for _, event in moment.past(ledger.stream(stream)))

    state = fold(Contest(f"contest/{contest}"), past(f"contest/{contest}"))
    definition = require_contest(state)
    stream = f"election/{definition.election}"
    weights = _weights(rule_of(fold(Election(stream), (event for _, event in ledger.stream(stream))), definition))
    streams = [totals_stream(contest, section) for section in state.sections]
    certified = [fold(totals, past(totals.stream)).certified for totals in streams]
    known = {event.section: event for event in certified if event}
    return _compare(Known(_cells_of_totals(known, weights), weights, (), known), events)


def _weights(rule: CountRule) -> dict[str, Fraction]:
    return {each.section: each.part for each in rule.weights} if isinstance(rule, WeightedAlternativeVote) else {}


def _cells_of_totals(certified: Mapping[str, TotalsCertified], weights: Mapping[str, Fraction]) -> dict[Cell, Fraction]:
    """Give the cells of sections that follow from their totals alone; points as shares of continuing papers."""
    found: dict[Cell, Fraction] = {}
    for section, event in certified.items():
        valid = sum(held.votes for held in event.stages[0].held)
        for number, stage in enumerate(event.stages, 1):
            continuing = sum(held.votes for held in stage.held)
            found[number, section, "", "valid"] = Fraction(valid)
            found[number, section, "", "non-transferable"] = Fraction(valid - continuing)
            for held in stage.held:
                found[number, section, held.candidate, "votes"] = Fraction(held.votes)
                if continuing:
                    share = Fraction(100 * held.votes, continuing)
                    found[number, section, held.candidate, "section-share"] = share
                    if section in weights:
                        found[number, section, held.candidate, "points"] = weights[section] * share
    return found


def _compare(known: Known, events: Iterable[tuple[int, Event]]) -> list[Compared]:
    figures = list(_figures(events))
    decimals = {figure.cell: figure.decimals for _, _, figure in figures if figure.measure == "points"}
    return [_compared(each, replace(known, points=decimals), figures) for each in figures]


def _figures(events: Iterable[tuple[int, Event]]) -> Iterable[Published]:
    for position, event in events:
        match event:
            case ResultDeclared():
                yield from (("declared", position, figure) for figure in event.figures)
            case ResultCorrected():
                yield from (("corrected", position, figure) for figure in event.figures)
            case FiguresPublished():
                yield from ((event.source, position, figure) for figure in event.figures)


def _compared(published: Published, known: Known, figures: Sequence[Published]) -> Compared:
    source, position, figure = published
    row = Compared(source, figure, position, known.exact.get(figure.cell), "", _in_doubt(figure.cell, known.certified))
    if row.verdict == "differs" and (figure.section in known.silent or (figure.section == ALL and known.silent)):
        row = Compared(source, figure, position, None)  # nothing on record is not the same as no votes
    if row.exact is None:
        return Compared(source, figure, position, None, cross_checked(figure, known, [each for _, _, each in figures]))
    if row.verdict == "equal":
        return row
    return replace(row, explanation=explained(figure, row.exact, known))


def _in_doubt(cell: Cell, certified: Mapping[str, TotalsCertified]) -> bool:
    """Whether a cell rests on certified totals that are unconfirmed."""
    stage, section, candidate, measure = cell
    numbers = {stage, 1} if measure in ("valid", "non-transferable") else {stage}
    return any(
        held.certainty != "sourced" and (measure != "votes" or held.candidate == candidate)
        for name, event in certified.items()
        if section in (name, ALL)
        for number, each in enumerate(event.stages, 1)
        if number in numbers
        for held in each.held
    )

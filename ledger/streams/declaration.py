"""Declarations on `result/<contest>`: refused unless they equal the count, and what the scrutineer reported."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Id, Text, rounded
from ledger.figures import CountFigures
from ledger.streams.contest import Contest, ContestDefined, contest_stream, require_contest
from ledger.streams.figure import FIGURES_MAX, Figure, printed, require_named
from ledger.streams.report import Report, report_stream, require_report
from ledger.streams.result import (
    Result,
    ResultCorrected,
    ResultDeclared,
    counted_guard,
    require_changeable,
    require_closed,
    require_declared,
    result_stream,
)


class Declaring(Command):
    """What is said when a result is declared or corrected."""

    contest: Id = Field(description="id of the contest")
    elected: tuple[Id, ...] = Field(description="ids of the candidates elected")
    figures: tuple[Figure, ...] = Field(
        (),
        max_length=FIGURES_MAX,
        description='figures declared, as JSON: [{"stage":1,"candidate":"abbott","measure":"votes","value":"7"}, ...]',
    )


class DeclareResult(Declaring):
    """Declare who is elected. Refused unless the declaration equals the count of the papers."""

    signed = True


@decision(
    DeclareResult,
    figures=lambda c, port: port.count(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
    report=lambda c, _: report_stream(c.contest),
)
def declare_result(
    command: DeclareResult, act: Act, contest: Contest, result: Result, report: Report, figures: CountFigures
) -> Outcome:
    """Decide that a result may be declared.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `annulled`, `already-declared`, `unknown-candidate`,
            `unknown-section`, `lot-needed`, `figures-differ`, `report-missing`, `report-differs`, in that order.
    """
    definition = require_contest(contest)
    where = f"contest {contest.id}"
    require_closed(contest, where)
    if not result.annulled and result.elected is not None:
        found = "elected: " + (", ".join(result.elected) or "nobody")
        remedy = "A declaration is never made twice: order-recount, then correct-result"
        raise refused("already-declared", where, "no declaration yet", found, remedy)
    require_changeable(result, where)
    said = _agreed(command, contest, report, figures, where)
    number = result.number if result.number > 1 else None
    declared = ResultDeclared(**act.on(result), **_counted(definition, figures), **said, number=number)
    return Outcome([declared], unchanged=counted_guard(contest.id, figures.position))


class CorrectResult(Declaring):
    """Declare what a recount came to, after an earlier declaration: the same result, or another."""

    signed = True

    reason: Text = Field(description="what the recount found")


@decision(
    CorrectResult,
    figures=lambda c, port: port.count(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
    report=lambda c, _: report_stream(c.contest),
)
def correct_result(
    command: CorrectResult, act: Act, contest: Contest, result: Result, report: Report, figures: CountFigures
) -> Outcome:
    """Decide that a declared result may be corrected.

    Raises:
        RefusedError: `unknown-contest`, `annulled`, `not-declared`, `recount-needed`, `unknown-candidate`,
            `unknown-section`, `lot-needed`, `figures-differ`, `report-missing`, `report-differs`, in that order.
    """
    definition = require_contest(contest)
    where = f"contest {contest.id}"
    if result.annulled:
        require_changeable(result, where)
    require_declared(result, where)
    if not result.reopened:
        raise refused("recount-needed", where, "a recount that was ordered", "none", "Record order-recount first")
    said = _agreed(command, contest, report, figures, where)
    corrected = ResultCorrected(
        **act.on(result), **_counted(definition, figures), **said, reason=command.reason, number=result.number
    )
    return Outcome([corrected], unchanged=counted_guard(contest.id, figures.position))


def _counted(definition: ContestDefined, figures: CountFigures) -> dict[str, Any]:
    digest = figures.digest if definition.paper_publication == "papers" else None
    return {"as_of_position": figures.position, "contest": definition.contest, "count": digest}


def _agreed(command: Declaring, contest: Contest, report: Report, counted: CountFigures, where: str) -> dict[str, Any]:
    """Give what is declared, if it is what the count and the scrutineer say."""
    require_named(command.elected, command.figures, contest)
    if counted.lot_needed:
        found = f"a tie of {', '.join(counted.lot_needed)} at stage {counted.stage}"
        raise refused("lot-needed", where, "a count that ends", found, "Draw the lot: draw-lot (see: pollbook count)")
    if sorted(command.elected) != sorted(counted.elected):
        found, expected = ", ".join(command.elected) or "nobody", ", ".join(counted.elected) or "nobody"
        remedy = "Declare what the count says (see: pollbook count)"
        raise refused("figures-differ", f"{where}, elected", expected, found, remedy)
    for figure in command.figures:
        _require_equal(figure, counted, where)
    require_report(contest, report, counted)
    return {"elected": command.elected, "figures": command.figures}


def _require_equal(figure: Figure, counted: CountFigures, where: str) -> None:
    exact = counted.cells.get(figure.cell)
    if exact is None or rounded(Fraction(exact), figure.decimals) != printed(figure.value, figure.decimals):
        expected = rounded(Fraction(exact), figure.decimals) if exact is not None else "no such cell in the count"
        remedy = "Declare what the count says (see: pollbook count)"
        raise refused("figures-differ", f"{where}, {figure.says()}", expected, figure.value, remedy)

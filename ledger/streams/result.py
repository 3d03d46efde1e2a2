"""`result/<contest>`: the result declared by the returning officer, and figures published elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.decision import Act, Command, CountFigures, Outcome, State, Unchanged, decision
from ledger.errors import RefusedError, nearest
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Hash, Id, Text, rounded
from ledger.streams.contest import ALL, Contest, contest_stream, require_contest

STAGES_MAX = 10_000
FIGURES_MAX = 2_000  # of one publication; more are recorded as further publications
DECIMALS_MAX = 9
COUNTED_TYPES = ("batch-opened.v1", "paper-read.v1", "batch-closed.v1", "totals-certified.v1")

Decimal = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$")]
Measure = Literal["votes", "section-share", "share", "valid", "non-transferable"]


class Figure(Canonical):
    """One published cell: where it stands, its value as printed, and to how many decimals it was published.

    Shares are in percent: `section-share` of the section's continuing papers, `share` of all of them.
    """

    candidate: Id | None = Field(None, description="id of the candidate; left out for a section's total")
    certainty: Literal["sourced", "unconfirmed"] = "sourced"
    decimals: int = Field(0, ge=0, le=DECIMALS_MAX)
    measure: Measure
    section: Id = Field(ALL, description="id of the section, or `all`")
    stage: int = Field(ge=1, le=STAGES_MAX)
    value: Decimal

    @model_validator(mode="after")
    def _has_its_decimals(self) -> Self:
        """A value has no more places after the point than it was published to."""
        if len(self.value.partition(".")[2]) > self.decimals:
            raise ValueError(f"{self.value} has more places after the point than decimals, {self.decimals}")
        return self

    @property
    def cell(self) -> tuple[int, str, str, str]:
        """Stage, section, candidate (empty for a total), measure."""
        return (self.stage, self.section, self.candidate or "", self.measure)

    def says(self) -> str:
        """Name the cell in words."""
        who = f"{self.candidate} " if self.candidate else ""
        return f"stage {self.stage}, {self.section}, {who}{self.measure}"


class ResultDeclared(Event):
    """The result of a contest was declared, on the papers up to a position of the ledger.

    `count` is the digest of the whole stage table as it was counted from those papers. It is left out where the papers
    are not published: small numbers could be guessed, and tried against it.
    """

    audience = Audience.PUBLIC
    type: Literal["result-declared.v1"] = "result-declared.v1"
    as_of_position: Count
    contest: Id
    count: Hash | None = None
    elected: tuple[Id, ...]
    figures: tuple[Figure, ...]


class FiguresPublished(Event):
    """Figures were published somewhere, as they stand there, whether or not they follow from the papers."""

    audience = Audience.PUBLIC
    type: Literal["figures-published.v1"] = "figures-published.v1"
    address: Text | None = None
    contest: Id
    figures: tuple[Figure, ...]
    source: Id


@dataclass(frozen=True, slots=True)
class Result(State):
    """The result of a contest as it stands."""

    elected: tuple[str, ...] | None = None

    def evolve(self, event: Event) -> Result:
        """Give the result after one more event."""
        match event:
            case ResultDeclared():
                return replace(self, version=event.version, elected=event.elected)
            case FiguresPublished():
                return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to a result")


def result_stream(contest: str) -> Result:
    """Name the stream of a contest's result."""
    return Result(f"result/{contest}")


class DeclareResult(Command):
    """Declare who is elected. Refused unless the declaration equals the count of the papers."""

    contest: Id = Field(description="id of the contest")
    elected: tuple[Id, ...] = Field(description="ids of the candidates elected")
    figures: tuple[Figure, ...] = Field(
        (),
        max_length=FIGURES_MAX,
        description='figures declared, as JSON: [{"stage":1,"candidate":"abbott","measure":"votes","value":"7"}, ...]',
    )


@decision(
    DeclareResult,
    figures=lambda c, port: port.count(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
)
def declare_result(
    command: DeclareResult, act: Act, contest: Contest, result: Result, figures: CountFigures
) -> Outcome:
    """Decide that a result may be declared.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `already-declared`, `unknown-candidate`,
            `unknown-section`, `lot-needed`, `figures-differ`, in that order.
    """
    definition = require_contest(contest)
    where = f"contest {contest.id}"
    _require_undeclared(contest, result, where)
    _require_candidates(command.elected, command.figures, contest)
    _require_elected(command.elected, figures, where)
    for figure in command.figures:
        _require_equal(figure, figures, where)
    prefixes = (f"paper/{contest.id}/", f"batch/paper/{contest.id}/", f"totals/{contest.id}/")
    declared = ResultDeclared(
        **act.on(result),
        as_of_position=figures.position,
        contest=contest.id,
        count=figures.digest if definition.paper_publication == "papers" else None,
        elected=command.elected,
        figures=command.figures,
    )
    return Outcome([declared], unchanged=Unchanged(figures.position, COUNTED_TYPES, prefixes))


def _require_undeclared(contest: Contest, result: Result, where: str) -> None:
    if not contest.closed_at:
        raise RefusedError(
            "poll-open", where, expected="a poll that closed", found="an open poll", remedy="Record close-poll first"
        )
    if result.elected is not None:
        raise RefusedError(
            "already-declared",
            where,
            expected="no declaration yet",
            found="elected: " + (", ".join(result.elected) or "nobody"),
            remedy="A declaration is corrected by a further event, never made twice",
        )


def _require_elected(elected: tuple[str, ...], figures: CountFigures, where: str) -> None:
    if figures.lot_needed:
        raise RefusedError(
            "lot-needed",
            where,
            expected="a count that ends",
            found="a tie of " + ", ".join(figures.lot_needed),
            remedy="Break the tie as the count rule says",
        )
    if sorted(elected) != sorted(figures.elected):
        raise RefusedError(
            "figures-differ",
            f"{where}, elected",
            expected=", ".join(figures.elected) or "nobody",
            found=", ".join(elected) or "nobody",
            remedy="Declare what the count says (see: pollbook count)",
        )


def _require_candidates(elected: tuple[str, ...], figures: tuple[Figure, ...], contest: Contest) -> None:
    known = contest.candidates
    named: list[tuple[int | None, str]] = [(None, name) for name in elected]
    named += [(row, figure.candidate) for row, figure in enumerate(figures, 1) if figure.candidate]
    for row, name in named:
        if name not in known:
            raise RefusedError(
                "unknown-candidate",
                f"contest {contest.id}",
                expected="ids of the contest's candidates",
                found=f"{name}{nearest(name, known)}",
                remedy="Correct the id",
                row=row,
            )
    for row, figure in enumerate(figures, 1):
        if figure.section != ALL and figure.section not in contest.sections:
            raise RefusedError(
                "unknown-section",
                f"contest {contest.id}, {figure.says()}",
                expected="a section of the contest, or all",
                found=f"{figure.section}{nearest(figure.section, contest.sections)}",
                remedy="Correct the section",
                row=row,
            )


def _require_equal(figure: Figure, counted: CountFigures, where: str) -> None:
    exact = counted.cells.get(figure.cell)
    if exact is None or rounded(Fraction(exact), figure.decimals) != printed(figure.value, figure.decimals):
        raise RefusedError(
            "figures-differ",
            f"{where}, {figure.says()}",
            expected=rounded(Fraction(exact), figure.decimals) if exact is not None else "no such cell in the count",
            found=figure.value,
            remedy="Declare what the count says (see: pollbook count)",
        )


def printed(value: str, decimals: int) -> str:
    """Write a published value with all its decimals, as `13.91` published to three is `13.910`."""
    whole, _, rest = value.partition(".")
    return f"{whole}.{rest.ljust(decimals, '0')}" if decimals else value


class PublishFigures(Command):
    """Record figures published elsewhere, to be compared with the count cell by cell."""

    contest: Id = Field(description="id of the contest")
    source: Id = Field(description="id of the source")
    address: Text | None = Field(None, description="where it can be read")
    figures: tuple[Figure, ...] = Field(
        min_length=1,
        max_length=FIGURES_MAX,
        description='the cells as published, as JSON: [{"stage":1,"section":"members","candidate":"abbott",'
        '"measure":"section-share","value":"7.34","decimals":2}, ...]',
    )


@decision(
    PublishFigures,
    contest=lambda c, _: contest_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
)
def publish_figures(command: PublishFigures, act: Act, contest: Contest, result: Result) -> Outcome:
    """Decide that published figures may be recorded; they need not be right.

    Raises:
        RefusedError: `unknown-contest`, `unknown-candidate`, `unknown-section`.
    """
    require_contest(contest)
    _require_candidates((), command.figures, contest)
    return Outcome(
        [
            FiguresPublished(
                **act.on(result),
                address=command.address,
                contest=contest.id,
                figures=command.figures,
                source=command.source,
            )
        ]
    )

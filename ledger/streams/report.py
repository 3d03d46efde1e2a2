"""`report/<contest>`: the scrutineer's report, whose every number is that of the record.

Source: Trade Union and Labour Relations (Consolidation) Act 1992 s.52: what the report has to state (1), the three
things of which the scrutineer is or is not satisfied (2), who handled papers (2A), and the register (2B).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import ALL, Count, Id, Text
from ledger.figures import CountFigures
from ledger.streams.contest import CANDIDATES_MAX, Contest, contest_stream, require_contest
from ledger.streams.result import Result, counted_guard, require_changeable, require_closed, result_stream

PERSONS_MAX = 100
INSPECTIONS_MAX = 1_000


class Votes(Canonical):
    """Valid votes cast for one candidate, as they were first given."""

    candidate: Id
    votes: Count


class Statement(Canonical):
    """Whether the scrutineer is satisfied, and why not."""

    satisfied: bool
    reasons: Text | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if not self.satisfied and self.reasons is None:
            raise ValueError("reasons: not satisfied, and no reasons")
        return self


class Inspection(Canonical):
    """An inspection of the register of members: at whose instance, and what it came to."""

    instance: Literal["own-initiative", "request"]
    found: Text


class ReportMade(Event):
    """The scrutineer reported, on the papers up to a position of the ledger.

    `lawful`: no reasonable grounds for believing that any requirement of law was contravened. `secure`: papers were
    handled, and votes counted, with all security that was reasonably practicable. `independent`: nobody interfered so
    that the scrutineer's independence could be called in question.
    """

    audience = Audience.CONTEST
    type: Literal["report-made.v1"] = "report-made.v1"
    as_of_position: Count
    contest: Id
    distributed: Count
    independent: Statement
    inspections: tuple[Inspection, ...]
    lawful: Statement
    persons: tuple[Text, ...]
    returned: Count
    secure: Statement
    spoilt: Count
    votes: tuple[Votes, ...]


@dataclass(frozen=True, slots=True)
class Report(State):
    """The report as it was made last."""

    made: ReportMade | None = None

    def evolve(self, event: Event) -> Report:
        """Give the report after one more event."""
        match event:
            case ReportMade():
                return replace(self, version=event.version, made=event)
        raise TypeError(f"{event.type} does not belong to a report")


def report_stream(contest: str) -> Report:
    """Name the stream of a contest's report."""
    return Report(f"report/{contest}")


class MakeReport(Command):
    """Put the scrutineer's report on record. Refused by field where its numbers are not those of the record."""

    names = frozenset({"persons"})
    signed = True

    contest: Id = Field(description="id of the contest")
    distributed: Count = Field(description="voting papers distributed")
    returned: Count = Field(description="voting papers returned")
    votes: tuple[Votes, ...] = Field(
        max_length=CANDIDATES_MAX,
        description='valid votes for each candidate, as JSON: [{"candidate":"abbott","votes":7}, ...]',
    )
    spoilt: Count = Field(description="papers spoilt or otherwise invalid")
    persons: tuple[Text, ...] = Field(
        max_length=PERSONS_MAX,
        description="who was appointed to store, distribute or count papers; nobody: []",
    )
    lawful: Statement = Field(
        description='nothing unlawful found, as JSON: {"satisfied":true}, or {"satisfied":false,"reasons":"..."}'
    )
    secure: Statement = Field(description="papers and count were kept secure, as JSON")
    independent: Statement = Field(description="nobody interfered, as JSON")
    inspections: tuple[Inspection, ...] = Field(
        (),
        max_length=INSPECTIONS_MAX,
        description='inspections of the register, as JSON: [{"instance":"request","found":"..."}]',
    )


@decision(
    MakeReport,
    figures=lambda c, port: port.count(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
    report=lambda c, _: report_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
)
def make_report(
    command: MakeReport, act: Act, contest: Contest, report: Report, result: Result, figures: CountFigures
) -> Outcome:
    """Decide that a report may be recorded; `figures` are the count and the ballot account.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `annulled`, `already-declared`, `unknown-candidate`,
            `duplicate-candidate`, `report-differs`, in that order.
    """
    definition = require_contest(contest)
    where = f"report of contest {contest.id}"
    require_closed(contest, where)
    require_changeable(result, where)
    names = [each.candidate for each in command.votes]
    for name in names:
        if name not in contest.candidates:
            found = f"{name}{nearest(name, contest.candidates)}"
            raise refused("unknown-candidate", where, "candidates of the contest", found, "Correct the id")
        if names.count(name) > 1:
            raise refused("duplicate-candidate", where, "each candidate once", f"{name} twice", "Leave one out")
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields = {name: getattr(command, name) for name in own}
    made = ReportMade(**act.on(report), **fields, as_of_position=figures.position)
    _require_equal(made, contest, figures)
    restricted = definition.paper_publication != "papers"
    return Outcome([made], unchanged=counted_guard(contest.id, figures.position), restricted=restricted)


def require_report(contest: Contest, report: Report, figures: CountFigures) -> None:
    """Refuse a declaration before a report that the contest requires, or on other numbers than one that was made.

    Raises:
        RefusedError: `report-missing`, `report-differs`.
    """
    required = contest.definition is not None and contest.definition.report is not None
    if report.made is None and required:
        where = f"contest {contest.id}"
        raise refused("report-missing", where, "the scrutineer's report", "none", "Record make-report first")
    if report.made is not None:
        _require_equal(report.made, contest, figures)


def differences(made: ReportMade, candidates: tuple[str, ...], figures: CountFigures) -> Iterator[tuple[str, str, str]]:
    """Give the fields of a report that are not those of the record: the field, what is on record, what it says."""
    for field in ("distributed", "returned"):
        stated: int | None = getattr(figures, field)
        if getattr(made, field) != stated:
            expected = "a ballot account of every section" if stated is None else str(stated)
            yield field, expected, str(getattr(made, field))
    votes = {each.candidate: each.votes for each in made.votes}
    for candidate in candidates:
        counted = figures.cells.get((1, ALL, candidate, "votes"))
        said = votes.get(candidate)
        if counted is None or said is None or Fraction(counted) != said:
            yield f"votes of {candidate}", counted or "no votes counted", "none" if said is None else str(said)
    if made.spoilt != figures.rejected:
        yield "spoilt", str(figures.rejected), str(made.spoilt)


def _require_equal(made: ReportMade, contest: Contest, figures: CountFigures) -> None:
    for field, expected, found in differences(made, contest.candidates, figures):
        remedy = (
            "The record and the report have to agree (see: pollbook report); an account is recorded with state-account"
        )
        raise refused("report-differs", f"report of contest {contest.id}, {field}", expected, found, remedy)

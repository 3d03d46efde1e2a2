"""`analysis/<contest>`: verdicts and margins that were published, each with its question; anybody can find them again.

Source: TULRCA 1992 s.51(5): an accident is disregarded if it was on a scale which could not affect the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text, Version
from ledger.rules.question import Question
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.result import Result, require_standing, result_stream
from ledger.whatif_figures import AnalysisFigures, Verdict


class AnalysisPublished(Event):
    """A verdict was published on whether something could have changed a result, as of a position of the ledger.

    `certificate` is the digest of the question in numbers, the verdict and what shows it; `engine` says by which
    version of the analysis. It is withheld where papers are, and where the question names rulings or entries.
    """

    audience = Audience.CONTEST
    type: Literal["analysis-published.v1"] = "analysis-published.v1"
    as_of_position: Count
    certificate: Hash
    contest: Id
    effect: Literal["same", "changed", "could-not", "could", "by-lot"] | None = None
    engine: Text
    kind: Literal["what-if", "margin"]
    number: Version
    question: Question
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Analyses(State):
    """How many verdicts on a contest were published."""

    number: int = 0

    def evolve(self, event: Event) -> Analyses:
        """Give the analyses after one more event."""
        match event:
            case AnalysisPublished():
                return replace(self, version=event.version, number=event.number)
        raise TypeError(f"{event.type} does not belong to analyses")


def analysis_stream(contest: str) -> Analyses:
    """Name the stream of a contest's analyses."""
    return Analyses(f"analysis/{contest}")


class PublishAnalysis(Command):
    """Publish a what-if verdict or a margin. Refused where the record does not give it, or it tells of few papers."""

    signed = True

    contest: Id = Field(description="id of the contest")
    question: Question = Field(
        description="what is asked, as pollbook whatif --json or pollbook margin --json gives it; as JSON: "
        '{"accept_rejected":[{"reason":"no-declaration"}]}'
    )
    verdict: Verdict = Field(description="exact, bounded, or cannot-say")
    certificate: Hash = Field(description="digest of the certificate, as the same --json gives it")


@decision(
    PublishAnalysis,
    contest=lambda c, _: contest_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
    analyses=lambda c, _: analysis_stream(c.contest),
    figures=lambda c, port: port.analysis(c.contest, c.question),
)
def publish_analysis(
    command: PublishAnalysis,
    act: Act,
    contest: Contest,
    result: Result,
    analyses: Analyses,
    figures: AnalysisFigures,
) -> Outcome:
    """Decide that a verdict may be published; `figures` are the same question answered from the record.

    Raises:
        RefusedError: `unknown-contest`, `not-declared`, `annulled`, `recount-open`, `reveals-ballot`,
            `not-reproducible`, in that order.
    """
    definition = require_contest(contest)
    where = f"analysis of contest {contest.id}"
    kind: Literal["what-if", "margin"] = "what-if" if command.question.margin is None else "margin"
    if result.elected is None:
        raise refused("not-declared", where, "a result that was declared", "none", "Record declare-result first")
    require_standing(result, where)
    if figures.small:
        expected = f"at least {definition.smallest_cell} papers that differ, or none"
        remedy = "See it as scrutineer: pollbook whatif --audience scrutineer"
        raise refused("reveals-ballot", where, expected, "fewer", remedy)
    for what, found, said in (
        ("verdict", figures.verdict, command.verdict),
        ("certificate", figures.certificate, command.certificate),
    ):
        if found != said:
            who = " --audience scrutineer --purpose scrutiny" if command.question.names_electors else ""
            remedy = f"Ask again: pollbook {kind.replace('-', '')} {contest.id} --json{who}"
            raise refused("not-reproducible", f"{where}, {what}", found, said, remedy)
    event = AnalysisPublished(
        **act.on(analyses),
        as_of_position=figures.position,
        certificate=command.certificate,
        contest=contest.id,
        effect=figures.effect or None,
        engine=figures.engine,
        kind=kind,
        number=analyses.number + 1,
        question=command.question,
        verdict=command.verdict,
    )
    withheld = definition.paper_publication != "papers" or command.question.names_electors
    return Outcome([event], restricted=withheld)

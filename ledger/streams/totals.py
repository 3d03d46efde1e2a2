"""`totals/<contest>/<section>`: a section's result as certified, stage by stage, where its papers are not at hand.

Totals stand in for papers and are named wherever they are counted from. They can be added up, but they cannot say how
papers would have gone on under another order of exclusions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, Unchanged, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Count, Id, Text
from ledger.figures import BatchFigures
from ledger.rules.admission import votes_of
from ledger.rules.count_rule import AnyCountRule
from ledger.rules.transferable import SingleTransferableVote
from ledger.streams.contest import CANDIDATES_MAX, Contest, contest_stream, require_contest
from ledger.streams.election import Election, election_stream, rule_of
from ledger.streams.figure import STAGES_MAX
from ledger.streams.result import Result, require_changeable, result_stream


class CertifiedVotes(Canonical):
    """What one candidate held at one stage."""

    candidate: Id = Field(description="id of the candidate")
    certainty: Literal["sourced", "unconfirmed"] = Field(
        "sourced", description="sourced, or unconfirmed: transcribed, its source not read"
    )
    votes: Count = Field(description="papers held")


class CertifiedStage(Canonical):
    """One stage: what each continuing candidate held."""

    held: tuple[CertifiedVotes, ...] = Field(
        max_length=CANDIDATES_MAX, description="one for each candidate who continues at the stage"
    )


class TotalsCertified(Event):
    """The totals of a section were certified; they are counted in place of its papers, and labelled.

    `papers` is the number of valid ones, which votes do not tell where a paper has several.
    """

    audience = Audience.PUBLIC
    type: Literal["totals-certified.v1"] = "totals-certified.v1"
    contest: Id
    papers: Count | None = None
    section: Id
    source: Text
    stages: tuple[CertifiedStage, ...]


@dataclass(frozen=True, slots=True)
class Totals(State):
    """The certified totals of a section as they stand."""

    certified: TotalsCertified | None = None

    def evolve(self, event: Event) -> Totals:
        """Give the totals after one more event."""
        match event:
            case TotalsCertified():
                return replace(self, version=event.version, certified=event)
        raise TypeError(f"{event.type} does not belong to totals")


def totals_stream(contest: str, section: str) -> Totals:
    """Name the stream of a section's certified totals."""
    return Totals(f"totals/{contest}/{section}")


class CertifyTotals(Command):
    """Record a section's certified totals, stage by stage, in place of papers that are not at hand."""

    signed = True

    contest: Id = Field(description="id of the contest")
    section: Id = Field(description="id of the section")
    papers: Count | None = Field(
        None, description="valid papers, where each has several votes; left out: not published"
    )
    source: Text = Field(description="who certified them, and where they can be read")
    stages: tuple[CertifiedStage, ...] = Field(
        min_length=1,
        max_length=STAGES_MAX,
        description='stages in order, as JSON: [{"held":[{"candidate":"abbott","votes":25938}, ...]}, ...]',
    )


@decision(
    CertifyTotals,
    contest=lambda c, _: contest_stream(c.contest),
    election=lambda _, states: election_stream(states["contest"].election),
    totals=lambda c, _: totals_stream(c.contest, c.section),
    result=lambda c, _: result_stream(c.contest),
    figures=lambda c, port: port.batches(c.contest),
)
def certify_totals(
    command: CertifyTotals,
    act: Act,
    contest: Contest,
    election: Election,
    totals: Totals,
    result: Result,
    figures: BatchFigures,
) -> Outcome:
    """Decide that totals may stand in for the papers of a section.

    Args:
        figures: the batches of papers of the contest and section.

    Raises:
        RefusedError: `unknown-contest`, `unknown-section`, `poll-open`, `already-declared`, `annulled`,
            `totals-unfit`, `totals-exist`, `papers-exist`, `unknown-candidate`, `duplicate-candidate`,
            `totals-incomplete`, `totals-grow`, in that order.
    """
    definition = require_contest(contest)
    where = f"contest {contest.id}, section {command.section}"
    if command.section not in contest.sections:
        found = f"{command.section}{nearest(command.section, contest.sections)}"
        raise refused("unknown-section", where, "a section of the contest", found, "Correct the section")
    if not contest.closed_at:
        raise refused("poll-open", where, "a poll that closed", "an open poll", "Record close-poll first")
    require_changeable(result, where)
    rule = rule_of(election, definition)
    _require_use(command, contest, rule, definition.seats, where)
    if totals.exists and not result.reopened:
        remedy = "Totals are certified once, unless a recount is ordered: order-recount"
        raise refused("totals-exist", where, "no totals yet", totals.stream, remedy)
    prefix = f"batch/paper/{contest.id}/{command.section}/"
    batches = sorted(stream for stream in figures.contents if stream.startswith(prefix))
    if batches:
        found = ", ".join(batches)
        raise refused("papers-exist", where, "a section without papers", found, "Count the papers instead")
    _check_stages(command, contest, where)
    fields = command.model_dump(include={"contest", "papers", "section", "source"})
    return Outcome(
        [TotalsCertified(**act.on(totals), **fields, stages=command.stages)],
        unchanged=Unchanged(figures.position, ("batch-opened.v1",), (prefix,)),
    )


def _require_use(command: CertifyTotals, contest: Contest, rule: AnyCountRule, seats: int, where: str) -> None:
    """Refuse totals that no count could use, or that would tell of a section what is not to be told."""
    if isinstance(rule, SingleTransferableVote):  # no count could ever begin
        remedy = "Totals cannot say how papers would have gone on: record the papers"
        raise refused("totals-unfit", where, "papers, under the single transferable vote", "totals", remedy)
    if rule.publication == "combined" and len(contest.sections) > 1:
        remedy = "Record the papers: totals are public, and tell of their section"
        raise refused("totals-unfit", where, "papers, where sections are published combined", "totals", remedy)
    first = sum(held.votes for held in command.stages[0].held)
    if command.papers is not None and command.papers != first and votes_of(rule, seats) == 1:
        remedy = "Leave papers out: each has one vote, so the votes tell how many there are"
        raise refused("totals-unfit", f"{where}, papers", str(first), str(command.papers), remedy)


def _check_stages(command: CertifyTotals, contest: Contest, where: str) -> None:
    before: int | None = None
    continuing: Sequence[str] = contest.candidates
    for number, stage in enumerate(command.stages, 1):
        names = [held.candidate for held in stage.held]
        here = f"{where}, stage {number}"
        for name in names:
            if name not in contest.candidates:
                found = f"{name}{nearest(name, contest.candidates)}"
                raise refused("unknown-candidate", here, "candidates of the contest", found, "Correct the id")
            if names.count(name) > 1:
                raise refused("duplicate-candidate", here, "each candidate once", f"{name} twice", "Leave one out")
        missing = [name for name in continuing if name not in names] if number == 1 else []
        returned = [name for name in names if name not in continuing]
        if missing or returned:
            found = f"nothing of {missing[0]}" if missing else f"{returned[0]} again"
            raise refused(
                "totals-incomplete", here, "every candidate at stage 1, then those who continue", found, "Complete them"
            )
        continuing = names
        total = sum(held.votes for held in stage.held)
        if before is not None and total > before:
            raise refused(
                "totals-grow", here, f"at most the {before} papers of the stage before", total, "Correct the totals"
            )
        before = total

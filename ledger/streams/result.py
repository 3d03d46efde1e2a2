"""`result/<contest>`: the result declared, recounts ordered, the result corrected or annulled; figures from elsewhere.

Nothing is overwritten: a recount is ordered by name and number, what it comes to is a further event, and the first
declaration stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, Unchanged, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.figure import FIGURES_MAX, Figure, require_named

COUNTED_TYPES = (
    "account-stated.v1",
    "batch-opened.v1",
    "paper-read.v1",
    "batch-closed.v1",
    "batch-withdrawn.v1",
    "lot-drawn.v1",
    "totals-certified.v1",
)


class ResultDeclared(Event):
    """The result of a contest was declared, on the papers up to a position of the ledger.

    `count` is the digest of the whole stage table as it was counted from those papers. It is left out where the papers
    are not published: small numbers could be guessed, and tried against it. `number` is that of the count where it is
    not the first.
    """

    audience = Audience.PUBLIC
    type: Literal["result-declared.v1"] = "result-declared.v1"
    as_of_position: Count
    contest: Id
    count: Hash | None = None
    elected: tuple[Id, ...]
    figures: tuple[Figure, ...]
    number: Count | None = None


class RecountOrdered(Event):
    """A recount was ordered: batches may be withdrawn and read again, and the result is declared or corrected anew."""

    audience = Audience.PUBLIC
    type: Literal["recount-ordered.v1"] = "recount-ordered.v1"
    contest: Id
    number: Count
    reason: Text


class ResultCorrected(Event):
    """What a recount came to after a declaration: the same result or another, which holds from now on."""

    audience = Audience.PUBLIC
    type: Literal["result-corrected.v1"] = "result-corrected.v1"
    as_of_position: Count
    contest: Id
    count: Hash | None = None
    elected: tuple[Id, ...]
    figures: tuple[Figure, ...]
    reason: Text
    number: Count


class ResultAnnulled(Event):
    """A result was annulled: nobody is elected by it, and nothing of the contest changes any more."""

    audience = Audience.PUBLIC
    type: Literal["result-annulled.v1"] = "result-annulled.v1"
    contest: Id
    reason: Text


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
    """The result of a contest as it stands.

    Attributes:
        elected: as declared or corrected last; None before.
        number: of the count that is going on or was declared; the first is 1.
        reopened: whether a recount was ordered after the last declaration.
        declared_at: when it was declared or corrected last; empty before.
    """

    elected: tuple[str, ...] | None = None
    number: int = 1
    reopened: bool = False
    annulled: bool = False
    declared_at: str = ""

    def evolve(self, event: Event) -> Result:
        """Give the result after one more event."""
        match event:
            case ResultDeclared() | ResultCorrected():
                at = event.effective
                return replace(self, version=event.version, elected=event.elected, reopened=False, declared_at=at)
            case RecountOrdered():
                return replace(self, version=event.version, number=event.number, reopened=True)
            case ResultAnnulled():
                return replace(self, version=event.version, elected=(), reopened=False, annulled=True)
            case FiguresPublished():
                return replace(self, version=event.version)
        raise TypeError(f"{event.type} does not belong to a result")


def result_stream(contest: str) -> Result:
    """Name the stream of a contest's result."""
    return Result(f"result/{contest}")


def require_changeable(result: Result, where: str) -> None:
    """Refuse to change what a declared result was counted from (`annulled`, `already-declared`)."""
    if result.annulled:
        raise refused("annulled", where, "a contest that is not over", "a result that was annulled", "Hold another")
    if result.elected is not None and not result.reopened:
        found = "elected: " + (", ".join(result.elected) or "nobody")
        remedy = "Nothing is added to what was declared, unless a recount is ordered: order-recount"
        raise refused("already-declared", where, "a result that was not declared yet", found, remedy)


def counted_guard(contest: str, position: int) -> Unchanged:
    """Guard that nothing was recorded since a position which a count of the contest is taken from."""
    prefixes = (f"account/{contest}/", f"paper/{contest}/", f"batch/paper/{contest}/", f"totals/{contest}/")
    return Unchanged(position, COUNTED_TYPES, (*prefixes, f"lot/{contest}"))


class OrderRecount(Command):
    """Order a recount, before or after the declaration: batches may be withdrawn and read again."""

    contest: Id = Field(description="id of the contest")
    reason: Text = Field(description="why, and at whose request, by office; kept for ever, so name nobody")


@decision(OrderRecount, contest=lambda c, _: contest_stream(c.contest), result=lambda c, _: result_stream(c.contest))
def order_recount(command: OrderRecount, act: Act, contest: Contest, result: Result) -> Outcome:
    """Decide that a recount may be ordered.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `annulled`.
    """
    require_contest(contest)
    where = f"contest {contest.id}"
    require_closed(contest, where)
    if result.annulled:
        require_changeable(result, where)
    number = result.number + 1
    return Outcome([RecountOrdered(**act.on(result), contest=contest.id, number=number, reason=command.reason)])


class AnnulResult(Command):
    """Annul a declared result: nobody is elected by it. What was recorded stays; a new contest is held."""

    signed = True

    contest: Id = Field(description="id of the contest")
    reason: Text = Field(description="why, and by whose decision, by office")


@decision(AnnulResult, contest=lambda c, _: contest_stream(c.contest), result=lambda c, _: result_stream(c.contest))
def annul_result(command: AnnulResult, act: Act, contest: Contest, result: Result) -> Outcome:
    """Decide that a result may be annulled.

    Raises:
        RefusedError: `unknown-contest`, `annulled`, `not-declared`.
    """
    require_contest(contest)
    where = f"contest {contest.id}"
    if result.annulled:
        require_changeable(result, where)
    require_declared(result, where)
    return Outcome([ResultAnnulled(**act.on(result), contest=contest.id, reason=command.reason)])


def require_closed(contest: Contest, where: str) -> None:
    """Refuse before the poll closed (`poll-open`)."""
    if not contest.closed_at:
        raise refused("poll-open", where, "a poll that closed", "an open poll", "Record close-poll first")


def require_declared(result: Result, where: str) -> None:
    """Refuse before the result was declared (`not-declared`)."""
    if result.elected is None:
        raise refused("not-declared", where, "a result that was declared", "none", "There is nothing to change yet")


def require_standing(result: Result, where: str) -> None:
    """Refuse to tell what could have changed a result that does not stand (`annulled`, `recount-open`)."""
    if result.annulled:
        raise refused("annulled", where, "a result that stands", "one that was annulled", "Ask of a result that stands")
    if result.reopened:
        found = f"recount {result.number}, which was ordered and is not declared"
        raise refused("recount-open", where, "a result that stands", found, "Record correct-result first")


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
    require_named((), command.figures, contest)
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

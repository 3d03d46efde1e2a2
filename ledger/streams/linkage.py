"""`linkage/<contest>`: what ties papers to electors outside the ledger, sealed by the scrutineer, destroyed in the end.

The ledger has no such tie. Where papers bear numbers, the scrutineer has the corresponding number list; after the
count it is sealed with the papers, kept for the time that the law asks for, and destroyed.

Source: Trade Union and Labour Relations (Consolidation) Act 1992 s.49(3)(e): papers and register are kept for a year
from the announcement of the result, and longer if the result is challenged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Hash, Id, Text, Time
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.result import Result, result_stream


class LinkageSealed(Event):
    """The list of numbers that ties papers to electors was sealed, to be kept by the custodian until a moment."""

    audience = Audience.PUBLIC
    type: Literal["linkage-sealed.v1"] = "linkage-sealed.v1"
    contest: Id
    custodian: Id
    digest: Hash
    until: Time


class LinkageDestroyed(Event):
    """The sealed list was destroyed: from here on no paper can be told to be anybody's."""

    audience = Audience.PUBLIC
    type: Literal["linkage-destroyed.v1"] = "linkage-destroyed.v1"
    contest: Id
    how: Text


@dataclass(frozen=True, slots=True)
class Linkage(State):
    """The linkage of a contest as it stands: not sealed, sealed, or destroyed."""

    sealed: LinkageSealed | None = None
    destroyed: bool = False

    def evolve(self, event: Event) -> Linkage:
        """Give the linkage after one more event."""
        match event:
            case LinkageSealed():
                return replace(self, version=event.version, sealed=event)
            case LinkageDestroyed():
                return replace(self, version=event.version, destroyed=True)
        raise TypeError(f"{event.type} does not belong to a linkage")


def linkage_stream(contest: str) -> Linkage:
    """Name the stream of a contest's linkage."""
    return Linkage(f"linkage/{contest}")


class SealLinkage(Command):
    """Seal the corresponding number list, after the poll closed; sealed again, it is kept until the later moment."""

    signed = True

    contest: Id = Field(description="id of the contest")
    digest: Hash = Field(description="SHA-256 of the sealed list: sha256: and what sha256sum FILE prints")
    custodian: Id = Field(description="office that keeps it, such as scrutineer")
    until: Time = Field(description="until when it is kept (UTC): a year from the result or more")


@decision(SealLinkage, contest=lambda c, _: contest_stream(c.contest), linkage=lambda c, _: linkage_stream(c.contest))
def seal_linkage(command: SealLinkage, act: Act, contest: Contest, linkage: Linkage) -> Outcome:
    """Decide that the linkage may be sealed.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `future-dated`, `linkage-destroyed`, `retention-too-short`, in
            that order.
    """
    require_contest(contest)
    where = f"linkage of contest {contest.id}"
    if not contest.closed_at or act.effective < contest.closed_at:
        remedy = "Record close-poll once it has closed"
        raise refused("poll-open", where, "a poll that closed", "a poll that is still open", remedy)
    _require_now(act, where)
    _require_there(linkage, where)
    least = a_year_after(contest.closed_at)
    if linkage.sealed is not None:
        least = max(least, linkage.sealed.until)
    if command.until < least:
        remedy = "Keep it as long: a year from the result at least (TULRCA 1992 s.49), and no shorter than was said"
        raise refused("retention-too-short", where, f"{least} or later", command.until, remedy)
    fields = command.model_dump(exclude={"authority", "effective"})
    return Outcome([LinkageSealed(**act.on(linkage), **fields)])


class DestroyLinkage(Command):
    """Record that the sealed list was destroyed, once the time to keep it is over."""

    signed = True

    contest: Id = Field(description="id of the contest")
    how: Text = Field(description="how it was destroyed, and before whom, by office; kept for ever, so name nobody")


@decision(
    DestroyLinkage,
    contest=lambda c, _: contest_stream(c.contest),
    linkage=lambda c, _: linkage_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
)
def destroy_linkage(command: DestroyLinkage, act: Act, contest: Contest, linkage: Linkage, result: Result) -> Outcome:
    """Decide that the linkage may be recorded as destroyed: kept as long as was said, and a year from the result.

    Raises:
        RefusedError: `unknown-contest`, `future-dated`, `linkage-destroyed`, `linkage-not-sealed`,
            `retention-not-over`, in that order.
    """
    require_contest(contest)
    where = f"linkage of contest {contest.id}"
    _require_now(act, where)
    _require_there(linkage, where)
    if linkage.sealed is None:
        raise refused("linkage-not-sealed", where, "a list that was sealed", "none", "Record seal-linkage first")
    until = max(linkage.sealed.until, a_year_after(result.declared_at) if result.declared_at else "")
    if act.effective < until:
        remedy = "Keep it until then; if the result is challenged, seal it for longer: seal-linkage"
        raise refused("retention-not-over", where, f"{until} or later", act.effective, remedy)
    return Outcome([LinkageDestroyed(**act.on(linkage), contest=command.contest, how=command.how)])


def _require_now(act: Act, where: str) -> None:
    if act.effective > act.now:
        expected = f"a moment up to now, {act.now}"
        raise refused("future-dated", where, expected, act.effective, "Record it once it has happened")


def _require_there(linkage: Linkage, where: str) -> None:
    if linkage.destroyed:
        raise refused(
            "linkage-destroyed", where, "a list that is kept", "one that was destroyed", "Nothing needs doing"
        )


def a_year_after(moment: str) -> str:
    """Give the same day and time a year later; of 29 February, 1 March.

    Source: TULRCA 1992 s.49(3)(e)(i): one year beginning with the announcement of the result.
    """
    later = f"{int(moment[:4]) + 1:04}{moment[4:]}"
    return later.replace("-02-29T", "-03-01T")

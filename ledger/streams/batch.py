"""`batch/<kind>/...`: an import that readers see whole or not at all, opened and closed around its members."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.result import Result, require_changeable, result_stream


class BatchOpened(Event):
    """A batch was opened: how many members it will have, and the digest of what is to be taken in."""

    audience = Audience.CONTEST
    type: Literal["batch-opened.v1"] = "batch-opened.v1"
    contents: Hash
    contest: Id
    provenance: Text | None = None
    section: Id
    total: Count


class BatchClosed(Event):
    """A batch was closed: its members are complete, and now count.

    `digest` is the SHA-256 over the members' leaf hashes (RFC 6962) in the order of the ledger.
    """

    audience = Audience.CONTEST
    type: Literal["batch-closed.v1"] = "batch-closed.v1"
    contest: Id
    count: Count
    digest: Hash
    section: Id


class BatchWithdrawn(Event):
    """A batch was withdrawn: unfinished, or found wrong in a recount. Its members stay on record and do not count."""

    audience = Audience.PUBLIC
    type: Literal["batch-withdrawn.v1"] = "batch-withdrawn.v1"
    contest: Id
    reason: Text
    section: Id


@dataclass(frozen=True, slots=True)
class BatchState(State):
    """A batch as it stands: absent, open, or closed; and perhaps withdrawn."""

    contents: str = ""
    total: int = 0
    provenance: str | None = None
    closed: bool = False
    withdrawn: bool = False

    def evolve(self, event: Event) -> BatchState:
        """Give the batch after one more event."""
        match event:
            case BatchOpened():
                return replace(
                    self,
                    version=event.version,
                    contents=event.contents,
                    total=event.total,
                    provenance=event.provenance,
                )
            case BatchClosed():
                return replace(self, version=event.version, closed=True)
            case BatchWithdrawn():
                return replace(self, version=event.version, withdrawn=True)
        raise TypeError(f"{event.type} does not belong to a batch")


def papers_batch(contest: str, section: str, serial: str) -> BatchState:
    """Name the stream of a batch of papers."""
    return BatchState(f"batch/paper/{contest}/{section}/{serial}")


class WithdrawPapers(Command):
    """Withdraw a batch of papers: one that was never finished, or in a recount one that was read wrongly.

    Its papers stay on record and no longer count; read anew, they get another serial.
    """

    signed = True

    contest: Id = Field(description="id of the contest")
    section: Id = Field(description="id of the section")
    serial: Id = Field(description="the serial that the batch was read under")
    reason: Text = Field(description="why; kept for ever, so name nobody")


@decision(
    WithdrawPapers,
    contest=lambda c, _: contest_stream(c.contest),
    batch=lambda c, _: papers_batch(c.contest, c.section, c.serial),
    result=lambda c, _: result_stream(c.contest),
)
def withdraw_papers(command: WithdrawPapers, act: Act, contest: Contest, batch: BatchState, result: Result) -> Outcome:
    """Decide that a batch may be withdrawn.

    Raises:
        RefusedError: `unknown-contest`, `unknown-batch`, `batch-withdrawn`, `already-declared`, `annulled`,
            `recount-needed`, in that order.
    """
    require_contest(contest)
    if not batch.exists:
        raise refused("unknown-batch", batch.stream, "a batch that was opened", "none", "See: pollbook events")
    if batch.withdrawn:
        raise refused("batch-withdrawn", batch.stream, "a batch that counts", "one withdrawn", "Nothing needs doing")
    require_changeable(result, batch.stream)
    if batch.closed and not result.reopened:
        remedy = "Record order-recount first: papers that count are not taken away in passing"
        raise refused("recount-needed", batch.stream, "a recount that was ordered", "none", remedy)
    withdrawn = BatchWithdrawn(**act.on(batch), contest=command.contest, section=command.section, reason=command.reason)
    return Outcome([withdrawn])

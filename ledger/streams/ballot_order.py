"""The order of candidates on the ballot paper, by recorded lot: committed to before the statement, drawn after it.

The stream is `nominations/<contest>`; what is recorded there is in `nominated`. The order follows from the seeds of all
who committed, as lots of a count do, with 0 in place of the stage (`rules.drawing`).
"""

from __future__ import annotations

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Hash, Id, Text
from ledger.rules.drawing import BALLOT_ORDER, Offered, Seed, drawn_order, is_order
from ledger.streams.contest import Contest, contest_stream
from ledger.streams.nominated import (
    BallotOrderCommitted,
    BallotOrderDrawn,
    Nominations,
    nominations_stream,
    require_opened,
    require_undefined,
)
from ledger.streams.nominations import NOMINEES_MAX

OFFICES_MAX = 100


class CommitBallotOrder(Command):
    """Commit to a seed of the ballot order, before nominations close: nobody can know then who will be on the paper."""

    signed = True

    contest: Id = Field(description="id of the contest")
    commitment: Hash = Field(
        description="SHA-256 of the seed, which is 64 hexadecimal digits kept secret: "
        'seed=$(openssl rand -hex 32); printf %s "$seed" | sha256sum'
    )


@decision(CommitBallotOrder, nominations=lambda c, _: nominations_stream(c.contest))
def commit_ballot_order(command: CommitBallotOrder, act: Act, nominations: Nominations) -> Outcome:
    """Decide that an office may commit to a seed.

    Raises:
        RefusedError: `nominations-missing`, `nominations-closed`, `lot-committed`.
    """
    require_opened(nominations)
    where = f"ballot order of contest {command.contest}"
    if nominations.closed is not None:
        found = f"nominations closed at {nominations.closed.effective}"
        remedy = "Draw it by hand, before witnesses: draw-ballot-order with --order and --witnesses"
        raise refused("nominations-closed", where, "a commitment while nominations are open", found, remedy)
    if act.actor in nominations.commitments:
        found = nominations.commitments[act.actor]
        remedy = "A commitment is kept, never replaced; another office can make its own"
        raise refused("lot-committed", where, f"no commitment of {act.actor} yet", found, remedy)
    event = BallotOrderCommitted(**act.on(nominations), commitment=command.commitment, contest=command.contest)
    return Outcome([event])


class DrawBallotOrder(Command):
    """Draw the order of the candidates on the ballot paper: reveal the seeds, or say how it was drawn by hand."""

    names = frozenset({"witnesses"})
    signed = True
    unordered = frozenset({"seed"})
    written = {"order": is_order}

    contest: Id = Field(description="id of the contest")
    seed: tuple[Seed, ...] = Field((), description="every seed committed to, in any order: 64 hexadecimal digits each")
    order: tuple[Id, ...] = Field((), max_length=NOMINEES_MAX, description="by hand: all candidates in the order drawn")
    unrevealed: tuple[Id, ...] = Field(
        (), max_length=OFFICES_MAX, description="by hand: who committed to a seed and does not reveal it"
    )
    witnesses: Text | None = Field(
        None, description="by hand: how it was drawn, and the offices of those who saw it; kept for ever"
    )


@decision(
    DrawBallotOrder,
    nominations=lambda c, _: nominations_stream(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
)
def draw_ballot_order(command: DrawBallotOrder, act: Act, nominations: Nominations, contest: Contest) -> Outcome:
    """Decide in which order candidates stand on the paper. It is drawn once for each statement.

    Raises:
        RefusedError: `nominations-missing`, `contest-exists`, `statement-missing`, `unopposed`, `order-drawn`,
            `seed-needed`, `seed-differs`, `not-committed`, `witnesses-needed`, `not-the-tied`, in that order.
    """
    require_opened(nominations)
    where = f"ballot order of contest {command.contest}"
    require_undefined(contest.exists, command.contest)
    if nominations.statement is None:
        remedy = "Record publish-statement first"
        raise refused("statement-missing", where, "a statement of persons nominated", "none", remedy)
    if nominations.unopposed is not None:
        raise refused("unopposed", where, "a contest with a poll", "elected unopposed", "There is no ballot paper")
    if nominations.drawn is not None:
        found = ", ".join(nominations.drawn.order)
        raise refused("order-drawn", where, "no order drawn yet", found, "The order that was drawn holds")
    offered = Offered(command.seed, command.order, command.unrevealed, command.witnesses)
    commitments, candidates = nominations.commitments, nominations.candidates
    seeds, order = drawn_order(offered, commitments, where, command.contest, BALLOT_ORDER, candidates)
    event = BallotOrderDrawn(
        **act.on(nominations),
        contest=command.contest,
        order=order,
        seed=seeds,
        unrevealed=command.unrevealed,
        witnesses=command.witnesses,
    )
    return Outcome([event])

"""`lot/<contest>`: lots, drawn by the returning officer where the count rule comes to no other end.

Nobody can choose how a lot falls. Before the poll closes, when nobody knows who will be tied, each of several offices
commits to a seed of its own: the officer, the scrutineer, candidates' agents. Where a lot is needed all seeds are
revealed, and the order follows from them and the tie. One office alone could try many seeds in secret until one favours
somebody; of several, it takes all of them together. Where nobody committed, or somebody does not reveal, a lot is drawn
by hand before witnesses, and the record says just that, and who did not reveal. The first lot among the same tied holds
for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import RefusedError, refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text
from ledger.figures import CountFigures
from ledger.rules.drawing import Offered, Seed, drawn_order, is_order
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.result import Result, counted_guard, require_changeable, result_stream

Purpose = Literal["surplus", "exclusion", "place"]
OFFICES_MAX = 100


class LotCommitted(Event):
    """An office committed to a seed: `commitment` is the SHA-256 of the seed as 64 hexadecimal digits."""

    audience = Audience.PUBLIC
    type: Literal["lot-committed.v1"] = "lot-committed.v1"
    commitment: Hash
    contest: Id


class LotDrawn(Event):
    """A lot was drawn among the tied at a stage of the count as of a position; it falls on the first of the order.

    `seed` are those committed to, in the order of the commitments; without them the lot was drawn by hand, `witnesses`
    say how, and `unrevealed` who had committed and did not reveal.
    """

    audience = Audience.PUBLIC
    type: Literal["lot-drawn.v1"] = "lot-drawn.v1"
    as_of_position: Count
    contest: Id
    order: tuple[Id, ...]
    purpose: Purpose
    seed: tuple[Seed, ...]
    stage: Count
    tied: tuple[Id, ...]
    unrevealed: tuple[Id, ...]
    witnesses: Text | None = None


@dataclass(frozen=True, slots=True)
class Lot(State):
    """The lots of a contest as they stand; `commitments` by office, in the order in which they were made."""

    commitments: Mapping[str, str] = field(default_factory=dict)
    drawn: tuple[LotDrawn, ...] = ()

    def evolve(self, event: Event) -> Lot:
        """Give the lots after one more event."""
        match event:
            case LotCommitted():
                first = self.commitments.get(event.actor, event.commitment)
                return replace(self, version=event.version, commitments={**self.commitments, event.actor: first})
            case LotDrawn():
                return replace(self, version=event.version, drawn=(*self.drawn, event))
        raise TypeError(f"{event.type} does not belong to lots")

    @property
    def orders(self) -> dict[tuple[int, frozenset[str]], tuple[str, ...]]:
        """Give the lots as a count takes them: (stage, the tied) -> them as drawn; the first lot among them holds."""
        return {(lot.stage, frozenset(lot.tied)): lot.order for lot in reversed(self.drawn)}


def lot_stream(contest: str) -> Lot:
    """Name the stream of a contest's lots."""
    return Lot(f"lot/{contest}")


class CommitLot(Command):
    """Commit to a seed of lots, before the poll closes: nobody can know then who will be tied.

    Let several offices commit, each to a seed that it alone knows: the scrutineer and the agents as well.
    """

    signed = True

    contest: Id = Field(description="id of the contest")
    commitment: Hash = Field(
        description="SHA-256 of the seed, which is 64 hexadecimal digits kept secret: "
        'seed=$(openssl rand -hex 32); printf %s "$seed" | sha256sum'
    )


@decision(CommitLot, contest=lambda c, _: contest_stream(c.contest), lot=lambda c, _: lot_stream(c.contest))
def commit_lot(command: CommitLot, act: Act, contest: Contest, lot: Lot) -> Outcome:
    """Decide that an office may commit to a seed.

    Raises:
        RefusedError: `unknown-contest`, `poll-closed`, `lot-committed`.
    """
    require_contest(contest)
    if contest.closed_at:
        raise RefusedError(
            "poll-closed",
            f"lots of contest {contest.id}",
            expected="a commitment while nobody can know who will be tied",
            found=f"a poll closed at {contest.closed_at}",
            remedy="Draw lots by hand, before witnesses: draw-lot with --order and --witnesses",
        )
    if act.actor in lot.commitments:
        raise RefusedError(
            "lot-committed",
            f"lots of contest {contest.id}",
            expected=f"no commitment of {act.actor} yet",
            found=lot.commitments[act.actor],
            remedy="A commitment is kept, never replaced; another office can make its own",
        )
    return Outcome([LotCommitted(**act.on(lot), commitment=command.commitment, contest=contest.id)])


class DrawLot(Command):
    """Draw the lot that the count stopped for: reveal the seed, or say how it fell by hand.

    Who is tied, for what and at which stage is what the count says (see: pollbook count).
    """

    names = frozenset({"witnesses"})
    signed = True
    unordered = frozenset({"seed"})
    written = {"order": is_order}

    contest: Id = Field(description="id of the contest")
    seed: tuple[Seed, ...] = Field((), description="every seed committed to, in any order: 64 hexadecimal digits each")
    order: tuple[Id, ...] = Field((), description="by hand: all of the tied in the order drawn; it falls on the first")
    unrevealed: tuple[Id, ...] = Field(
        (), max_length=OFFICES_MAX, description="by hand: who committed to a seed and does not reveal it"
    )
    witnesses: Text | None = Field(
        None, description="by hand: how it was drawn, and the offices of those who saw it; kept for ever"
    )


@decision(
    DrawLot,
    figures=lambda c, port: port.count(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
    lot=lambda c, _: lot_stream(c.contest),
    result=lambda c, _: result_stream(c.contest),
)
def draw_lot(command: DrawLot, act: Act, contest: Contest, lot: Lot, result: Result, figures: CountFigures) -> Outcome:
    """Decide how a lot falls; `figures` are the count, which says who is tied.

    Raises:
        RefusedError: `unknown-contest`, `already-declared`, `annulled`, `no-tie`, `seed-needed`, `seed-differs`,
            `not-committed`, `witnesses-needed`, `not-the-tied`, in that order.
    """
    require_contest(contest)
    require_changeable(result, f"lots of contest {contest.id}")
    where = f"lot of contest {contest.id}, stage {figures.stage}"
    tied = figures.lot_needed
    if not tied or not figures.lot_for:
        raise refused("no-tie", where, "a count that stopped for a lot", "one that needs none", "Nothing needs doing")
    offered = Offered(command.seed, command.order, command.unrevealed, command.witnesses)
    seeds, order = drawn_order(offered, lot.commitments, where, contest.id, figures.stage, tied)
    drawn = LotDrawn(
        **act.on(lot),
        as_of_position=figures.position,
        contest=contest.id,
        order=order,
        purpose=figures.lot_for,
        seed=seeds,
        stage=figures.stage,
        tied=tied,
        unrevealed=command.unrevealed,
        witnesses=command.witnesses,
    )
    return Outcome([drawn], unchanged=counted_guard(contest.id, figures.position))

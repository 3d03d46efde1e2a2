"""`lot/<contest>`: lots, drawn by the returning officer where the count rule comes to no other end.

Nobody can choose how a lot falls once a tie is known: the officer commits to a seed before the poll closes, and reveals
it where a lot is needed; the order follows from the seed and the tie. The seed has to come from chance, before
witnesses: an officer who tries many in secret finds one that favours somebody in every tie. Where nobody committed, a
lot is drawn by hand before witnesses, and the record says just that. The first lot among the same tied holds for good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ledger.decision import Act, Command, CountFigures, Outcome, State, decision
from ledger.errors import RefusedError
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.result import Result, counted_guard, require_changeable, result_stream

Seed = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Purpose = Literal["surplus", "exclusion", "place"]


class LotCommitted(Event):
    """The officer committed to a seed: `commitment` is the SHA-256 of the seed as 64 hexadecimal digits."""

    audience = Audience.PUBLIC
    type: Literal["lot-committed.v1"] = "lot-committed.v1"
    commitment: Hash
    contest: Id


class LotDrawn(Event):
    """A lot was drawn among the tied at a stage of the count as of a position; it falls on the first of the order.

    `seed` is what the officer had committed to; without it the lot was drawn by hand, and `witnesses` say how.
    """

    audience = Audience.PUBLIC
    type: Literal["lot-drawn.v1"] = "lot-drawn.v1"
    as_of_position: Count
    contest: Id
    order: tuple[Id, ...]
    purpose: Purpose
    seed: Seed | None = None
    stage: Count
    tied: tuple[Id, ...]
    witnesses: Text | None = None


@dataclass(frozen=True, slots=True)
class Lot(State):
    """The lots of a contest as they stand."""

    commitment: str = ""
    drawn: tuple[LotDrawn, ...] = ()

    def evolve(self, event: Event) -> Lot:
        """Give the lots after one more event."""
        match event:
            case LotCommitted():
                return replace(self, version=event.version, commitment=event.commitment)
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


def commitment_to(seed: str) -> str:
    """Name a seed without showing it: SHA-256 of its 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(seed.encode()).hexdigest()


def order_of(seed: str, contest: str, stage: int, tied: Sequence[str]) -> tuple[str, ...]:
    """Draw: the tied by the SHA-256 of `pollbook lot v1`, seed, contest, stage and id, one to a line, lowest first."""

    def drawn(candidate: str) -> bytes:
        return hashlib.sha256(f"pollbook lot v1\n{seed}\n{contest}\n{stage}\n{candidate}\n".encode()).digest()

    return tuple(sorted(tied, key=drawn))


class CommitLot(Command):
    """Commit to the seed of lots, before the poll closes: nobody can know then who will be tied."""

    contest: Id = Field(description="id of the contest")
    commitment: Hash = Field(
        description="SHA-256 of the seed, which is 64 hexadecimal digits kept secret: "
        'seed=$(openssl rand -hex 32); printf %%s "$seed" | sha256sum'.replace("%%", "%")
    )


@decision(CommitLot, contest=lambda c, _: contest_stream(c.contest), lot=lambda c, _: lot_stream(c.contest))
def commit_lot(command: CommitLot, act: Act, contest: Contest, lot: Lot) -> Outcome:
    """Decide that the officer may commit to a seed.

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
    if lot.commitment:
        raise RefusedError(
            "lot-committed",
            f"lots of contest {contest.id}",
            expected="no commitment yet",
            found=lot.commitment,
            remedy="A commitment is kept, never replaced",
        )
    return Outcome([LotCommitted(**act.on(lot), commitment=command.commitment, contest=contest.id)])


class DrawLot(Command):
    """Draw the lot that the count stopped for: reveal the seed, or say how it fell by hand.

    Who is tied, for what and at which stage is what the count says (see: pollbook count).
    """

    contest: Id = Field(description="id of the contest")
    seed: Seed | None = Field(None, description="the seed committed to: 64 hexadecimal digits")
    order: tuple[Id, ...] = Field((), description="by hand: all of the tied in the order drawn; it falls on the first")
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
        raise _refused("no-tie", where, "a count that stopped for a lot", "one that needs none", "Nothing needs doing")
    order = _order(command, lot, where, contest.id, figures)
    drawn = LotDrawn(
        **act.on(lot),
        as_of_position=figures.position,
        contest=contest.id,
        order=order,
        purpose=figures.lot_for,
        seed=command.seed,
        stage=figures.stage,
        tied=tied,
        witnesses=command.witnesses,
    )
    return Outcome([drawn], unchanged=counted_guard(contest.id, figures.position))


def _order(command: DrawLot, lot: Lot, where: str, contest: str, figures: CountFigures) -> tuple[str, ...]:
    if lot.commitment:
        if command.seed is None or command.order or command.witnesses:
            found = "no seed" if command.seed is None else "more than a seed"
            raise _refused("seed-needed", where, f"the seed of {lot.commitment}", found, "Reveal it with --seed")
        if commitment_to(command.seed) != lot.commitment:
            found = f"one of {commitment_to(command.seed)}"
            raise _refused("seed-differs", where, f"the seed of {lot.commitment}", found, "Give the seed committed to")
        return order_of(command.seed, contest, figures.stage, figures.lot_needed)
    if command.seed is not None:
        remedy = "A seed that nobody committed to could have been chosen: draw by hand"
        raise _refused("not-committed", where, "a seed committed to before the poll closed", "none", remedy)
    if not command.witnesses:
        remedy = "Say how it was drawn and who saw it, with --witnesses"
        raise _refused("witnesses-needed", where, "a lot drawn before witnesses", "nothing said of them", remedy)
    if sorted(command.order) != sorted(figures.lot_needed):
        expected = ", ".join(figures.lot_needed) + " in some order"
        raise _refused("not-the-tied", where, expected, ", ".join(command.order) or "nobody", "Correct the order")
    return command.order


def _refused(code: str, what: str, expected: str, found: str, remedy: str) -> RefusedError:
    return RefusedError(code, what, expected=expected, found=found, remedy=remedy)

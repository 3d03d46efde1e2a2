"""The election that the benchmarks record: papers of one batch, dealt out by the product itself."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

from ledger.event import Event
from ledger.streams.batch import BatchOpened
from ledger.streams.paper import EXPANDED, deal

CANDIDATES = ("d-miliband", "e-miliband", "balls", "burnham", "abbott")
MARKS = [">".join(ranks) for length in range(1, 6) for ranks in permutations(CANDIDATES, length)]
BATCH = "batch/paper/leader/members/serial-1"
CLOSED, RECORDED = "2010-09-22T16:00:00Z", "2010-09-25T16:00:00Z"

Profile = dict[tuple[str | None, str], int]  # batch and marks -> papers


def alike(total: int) -> dict[str, int]:
    """Spread papers over all the rankings of the candidates."""
    each, rest = divmod(total, len(MARKS))
    return {marks: each + (number < rest) for number, marks in enumerate(MARKS)}


def profile_of(total: int) -> Profile:
    """Give the ballot profile that a replay has to come to."""
    return {(BATCH, marks): count for marks, count in alike(total).items()}


def dealt(total: int, seed: bytes) -> Callable[[int, int, str], list[Event]]:
    """Deal papers as the product does: ascending random ids, an order that follows from a seed."""
    envelope = {"actor": "scrutineer", "batch": BATCH, "effective": CLOSED, "provenance": EXPANDED}
    return deal(alike(total), "paper/leader/members", envelope, restricted=False, seed=seed)


def opened(total: int) -> BatchOpened:
    """Make the event that opens the batch."""
    return BatchOpened(
        actor="scrutineer",
        effective=RECORDED,
        recorded=RECORDED,
        stream=BATCH,
        version=1,
        contest="leader",
        contents="sha256:" + "0" * 64,
        provenance=EXPANDED,
        section="members",
        total=total,
    )

"""Drawing by lot: seeds that several offices commit to, and the order that follows from all of them together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import StringConstraints

from ledger.errors import refused

Seed = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
BALLOT_ORDER = 0  # stands for the stage where the order of a ballot paper is drawn; stages of a count begin at 1


class Offered(NamedTuple):
    """What a drawing is made from: seeds revealed; or, by hand, the order, who did not reveal, and who saw it."""

    seed: tuple[str, ...]
    order: tuple[str, ...]
    unrevealed: tuple[str, ...]
    witnesses: str | None


def commitment_to(seed: str) -> str:
    """Name a seed without showing it: SHA-256 of its 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(seed.encode()).hexdigest()


def order_of(seeds: Sequence[str], contest: str, stage: int, tied: Sequence[str]) -> tuple[str, ...]:
    """Draw: the tied by SHA-256 of `pollbook lot v1`, the seeds, contest, stage and id, one to a line, lowest first."""

    def drawn(candidate: str) -> bytes:
        lines = ("pollbook lot v1", *seeds, contest, str(stage), candidate)
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).digest()

    return tuple(sorted(tied, key=drawn))


def drawn_order(
    offered: Offered, commitments: Mapping[str, str], where: str, contest: str, stage: int, tied: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the seeds in the order of their commitments, and the order drawn.

    Raises:
        RefusedError: `seed-needed`, `seed-differs`, `not-committed`, `witnesses-needed`, `not-the-tied`.
    """
    if commitments and not offered.unrevealed:
        revealed = {commitment_to(seed): seed for seed in offered.seed}
        offices = ", ".join(commitments)
        if offered.order or offered.witnesses:
            remedy = "Reveal each with --seed; or draw by hand and say --unrevealed who does not"
            raise refused("seed-needed", where, f"nothing but the seeds of {offices}", "more", remedy)
        for commitment in revealed.keys() - set(commitments.values()):
            expected = "seeds of " + ", ".join(commitments.values())
            remedy = "Give the seeds committed to"
            if commitment_to(revealed[commitment] + "\n") in commitments.values():
                remedy = "Its commitment was made with a line end, and cannot be revealed: draw by hand, --unrevealed"
            raise refused("seed-differs", where, expected, f"one of {commitment}", remedy)
        missing = [office for office, commitment in commitments.items() if commitment not in revealed]
        if missing:
            remedy = "Reveal each with --seed; or draw by hand and say --unrevealed who does not"
            raise refused("seed-needed", where, f"the seeds of {offices}", f"none of {', '.join(missing)}", remedy)
        seeds = tuple(revealed[commitment] for commitment in commitments.values())
        return seeds, order_of(seeds, contest, stage, tied)
    strangers = [office for office in offered.unrevealed if office not in commitments]
    if offered.seed or strangers:
        found = f"none by {', '.join(strangers)}" if strangers else "none, or one that is not revealed"
        remedy = "A seed that nobody committed to could have been chosen: draw by hand"
        raise refused("not-committed", where, "seeds committed to before anybody could know", found, remedy)
    if not offered.witnesses:
        remedy = "Say how it was drawn and who saw it, with --witnesses"
        raise refused("witnesses-needed", where, "a lot drawn before witnesses", "nothing said of them", remedy)
    if sorted(offered.order) != sorted(tied):
        expected = ", ".join(tied) + " in some order"
        raise refused("not-the-tied", where, expected, ", ".join(offered.order) or "nobody", "Correct the order")
    return (), offered.order


def is_order(body: Mapping[str, Any], found: object) -> bool:
    """Whether an order is the one that a signed command said; one drawn from seeds was not said, and follows."""
    return body.get("order") in ([], found)

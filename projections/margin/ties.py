"""How a rule's ladder breaks ties, as branches of linear comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projections.margin.relaxation import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.margin.form import Form


class Level(NamedTuple):
    """One stage at which the ladder compares two.

    Attributes:
        form: what the higher holds more than the lower.
        base: papers of the moving section in its base, where it is still open whether there are any: the form says
            nothing without.
        settled: what the higher holds more, where it was assumed that there are none; else None.
    """

    form: Form
    base: Form | None = None
    settled: Fraction | None = None


def stages_looked_at(rule: AnyAlternativeVote, place: int) -> list[int]:
    """Give the places of the stages that the ladder compares at, from the stage itself on, of all until `place`.

    A second rung that goes through the earlier stages finds only ties: the first has gone through all of them.
    """
    rung = rule.ties[0]
    if rung == "lot":
        return [place]
    earlier = range(place)
    return [place, *(reversed(earlier) if rung == "earlier-stages-backwards" else earlier)]


def branches(levels: Sequence[Level], *, lot: bool) -> Iterator[tuple[Row, ...]]:
    """Give the ways in which the one comes out lower: at the first set already, or equal there and at the second...

    Args:
        levels: of the stages in the order the ladder looks at them.
        lot: whether being equal at all of them is one of the ways.
    """
    equal: tuple[Row, ...] = ()
    for level in levels:
        if level.settled is not None:
            if level.settled > 0:
                yield equal
            if level.settled:
                return
            continue
        if level.base is not None:
            yield (*equal, Row(level.base, sign=-1))  # looked into next: then others decide
            equal = (*equal, Row(level.base, need=1))
        yield (*equal, Row(level.form, need=1))
        equal = (*equal, Row(level.form), Row(level.form, sign=-1))
    if lot:
        yield equal

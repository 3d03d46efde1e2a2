"""How a rule's ladder breaks ties, as branches of linear comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.margin.relaxation import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.margin.form import Form

    Compare = Callable[[int, int, int], Form]  # set, lower, higher -> what the higher holds more


def stages_looked_at(rule: AnyAlternativeVote, place: int) -> list[int]:
    """Give the places of the stages that the ladder compares at, from the stage itself on, of all until `place`.

    A second rung that goes through the earlier stages finds only ties: the first has gone through all of them.
    """
    rung = rule.ties[0]
    if rung == "lot":
        return [place]
    earlier = range(place)
    return [place, *(reversed(earlier) if rung == "earlier-stages-backwards" else earlier)]


def branches(
    compare: Compare, sets: Sequence[int], lower: int, higher: int, *, lot: bool
) -> Iterator[tuple[Row, ...]]:
    """Give the ways in which the one comes out lower: at the first set already, or equal there and at the second...

    Args:
        sets: of the stages in the order the ladder looks at them.
        lot: whether being equal at all of them is one of the ways.
    """
    equal: tuple[Row, ...] = ()
    for members in sets:
        form = compare(members, lower, higher)
        yield (*equal, Row(form, need=1))
        equal = (*equal, Row(form), Row(form, sign=-1))
    if lot:
        yield equal

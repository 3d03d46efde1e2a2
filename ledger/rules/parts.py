"""What several count rules have to say: what papers mean, which places are reserved."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ledger.event import Canonical
from ledger.field import Id

DECIMALS_MAX = 9  # places after the point that a published share may have
RESERVED_MAX = 4  # categories of reserved places: who has to be kept is searched over their combinations
SEATS_MAX = 1_000


class Preferences(Canonical):
    """What every rule for papers with ranks has to say of them.

    A paper is its marks: ranks from first to last joined by `>`, several candidates at one rank
    joined by `=`, a rank left out is empty: `a>b`, `a>>b` (a gap), `a=b>c` (an overvote),
    `a>b>a` (a duplicate), and the empty string (a blank paper).
    """

    blank: Literal["refuse", "reject"] = Field(
        description="a blank paper: refuse to take the batch in, or take it in and reject the paper in the count"
    )
    decimals: int = Field(ge=0, le=DECIMALS_MAX, description="places after the point that shares are printed to")
    duplicate: Literal["refuse", "exhaust", "skip"] = Field(
        description="a candidate ranked twice: refuse the batch, end the paper there, or pass over the repeat"
    )
    gap: Literal["refuse", "exhaust", "exhaust-at-two", "skip"] = Field(
        description="a rank left out: refuse the batch, end the paper there, pass over one but end the paper where two "
        "in a row are left out, or pass over all"
    )
    overvote: Literal["refuse", "exhaust", "skip"] = Field(
        description="several candidates at one rank: refuse the batch, end the paper there, or pass over the rank"
    )
    preferences: Literal["any-number", "all"] = Field(description="how many candidates a valid paper ranks")
    publication: Literal["by-section", "combined"] = Field(
        description="what is published of the count where there are several sections: the votes of each, or only of "
        "all together"
    )


class Crosses(Canonical):
    """What every rule for papers with crosses has to say of them.

    A paper is its marks: the candidates with a cross, joined by `=` in any order, as `a=c`; the empty string is a
    blank paper. A paper on which ranks are written, as `a>c` or `>a`, has no crosses that could be told from numbers.
    """

    blank: Literal["refuse", "reject"] = Field(
        description="a blank paper: refuse to take the batch in, or take it in and reject the paper in the count"
    )
    decimals: int = Field(ge=0, le=DECIMALS_MAX, description="places after the point that shares are printed to")
    overvote: Literal["refuse", "reject"] = Field(
        description="more crosses than the paper has votes: refuse the batch, or take it in and reject the paper"
    )
    publication: Literal["by-section", "combined"] = Field(
        description="what is published of the count where there are several sections: the votes of each, or only of "
        "all together"
    )
    ranked: Literal["refuse", "reject"] = Field(
        description="ranks in place of crosses: refuse the batch, or take it in and reject the paper"
    )


class ReservedPlaces(Canonical):
    """At least so many of the places go to candidates of a category."""

    category: Id = Field(description="category of candidates")
    places: int = Field(ge=0, le=SEATS_MAX, description="places they get at least; 0 changes nothing")


def require_end(ties: tuple[str, ...]) -> None:
    """Refuse a ladder of ways to break a tie that goes on after a lot, which leaves no tie (ValueError)."""
    if "lot" in ties[:-1]:
        raise ValueError("ties: a lot leaves no tie to break, and can only be the last way")


def require_distinct(reserved: tuple[ReservedPlaces, ...]) -> None:
    """Refuse reserved places that name a category twice (ValueError)."""
    names = [each.category for each in reserved]
    if len(set(names)) < len(names):
        raise ValueError("reserved: a category is named twice")

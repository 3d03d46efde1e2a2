"""Recorded lots, as a count looks them up. Nothing is drawn here: replay never draws again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ledger.errors import EvidenceError

Lots = Mapping[tuple[int, frozenset[str]], Sequence[str]]  # stage number, the tied -> them as drawn

NO_LOTS: Lots = MappingProxyType({})


def drawn(lots: Lots, number: int, tied: Sequence[str]) -> tuple[str, ...]:
    """Look up the lot drawn among the tied at a stage; empty where none is recorded.

    Raises:
        EvidenceError: `lot-not-of-the-tied`, what is recorded does not order all of the tied, each once.
    """
    found = tuple(lots.get((number, frozenset(tied)), ()))
    if found and sorted(found) != sorted(tied):
        raise EvidenceError(
            "lot-not-of-the-tied",
            f"lot of stage {number}",
            expected=f"{', '.join(tied)} in some order",
            found=", ".join(found),
        )
    return found
